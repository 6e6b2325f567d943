"""The transitions of the two workflows, and of a code that belongs to neither.

The columns of a row: the document's own step numbers (or the place it rests on, where the document numbers none), from
which state, to which state, what happens, the message that shows it, and under which values it is taken.
A row without a message lies inside a party, and shows in what comes after it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final

from mpp_conformance.adequacy.model.dimensions import (
    ACTION,
    AT,
    AT_ONCE,
    BAND,
    CODE,
    DECISION,
    DIMENSIONS,
    FAILS,
    LATER,
    NEVER,
    NOT_GIVEN,
    NOT_RELEVANT,
    OUTCOME,
    OVER,
    PAID,
    STATUS,
    WITHIN,
    Condition,
    Values,
)
from mpp_conformance.ledger.source import ENTRY_CODE, HIGHLIGHTS, PAYMENTS, Clause
from mpp_conformance.protocol.messages import (
    APP_LINK,
    HANDLE_BY_PSP,
    HANDLE_BY_SDK,
    Decode,
    DecodeCallback,
    HandleAction,
    IdentityAnswer,
    Launch,
    Message,
    ResultPage,
    Scan,
    ServerAnswer,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios.scenario import ENTRY, FOREIGN, ORDER

WORKFLOWS: Final = {ENTRY: "entry code", ORDER: "order code", FOREIGN: "foreign code"}
"""The code type that begins a workflow, and its name."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The message that shows a transition: its type, and what fields of it say."""

    kind: type[Message]
    fields: tuple[tuple[str, str | None], ...]

    def fits(self, message: Message) -> bool:
        """Whether ``message`` is such a one."""
        return isinstance(message, self.kind) and all(getattr(message, name) == value for name, value in self.fields)

    def __str__(self) -> str:
        return " ".join([self.kind.__name__, *(value or f"without {name}" for name, value in self.fields)])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Transition:
    """A row of the table; ``steps`` is empty where the document numbers none, and ``clause`` says where it stands."""

    workflow: str
    steps: tuple[int, ...]
    clause: Clause | None
    source: str
    target: str
    what: str
    shown: Shown | None
    when: Values

    @property
    def place(self) -> str:
        """Where the document says it, in words."""
        if self.clause is not None:
            return str(self.clause)
        return f"{'step' if len(self.steps) == 1 else 'steps'} {self.number}"

    @property
    def number(self) -> str:
        """The document's own numbers, as ``14, 18``; empty where it gives none."""
        return _ranges(self.steps) if self.steps else ""

    @property
    def name(self) -> str:
        """What tells it from every other row."""
        return f"{WORKFLOWS[self.workflow]}, {self.place}: {self.what}"

    def admits(self, condition: Condition) -> bool:
        """Whether a payment under ``condition`` may take it."""
        values = zip(DIMENSIONS, condition, strict=True)
        return all(value in self.when.get(dimension, (value,)) for dimension, value in values)

    def passes_unseen(self, *, app_link: bool) -> bool:
        """Whether no message needs to show it; ``app_link``: the wallet reports what its server hands its client."""
        if self.shown is None:
            return True
        # What the server says of a code is optional to report even with an app link.
        return self.shown.kind.point == APP_LINK and (not app_link or self.shown.kind is IdentityAnswer)


Row = tuple[tuple[int, ...] | Clause, str, str, str, Shown | None, Values]
"""The columns as the head of this file names them."""


def _ranges(steps: tuple[int, ...]) -> str:
    breaks = [0, *(at for at, (one, other) in enumerate(pairwise(steps), 1) if other != one + 1), len(steps)]
    runs = (steps[first:end] for first, end in pairwise(breaks))
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)


def _by(kind: type[Message], **fields: str | None) -> Shown:
    return Shown(kind, tuple(fields.items()))


def _answer(action: str, status: str) -> Shown:
    return _by(UserInitiatedPayAnswer, action_type=action, result_status=status)


def _stopped(decision: str) -> Values:
    return {ACTION: (HANDLE_BY_SDK,), BAND: (AT, OVER, NOT_RELEVANT), DECISION: (decision,)}


def _let_go(decision: str) -> Values:
    return {ACTION: (HANDLE_BY_PSP,), STATUS: ("S",), BAND: (WITHIN, AT, NOT_RELEVANT), DECISION: (decision,)}


def _not_decoded(decision: str) -> Values:
    return {ACTION: (HANDLE_BY_PSP,), STATUS: ("F",), DECISION: (decision,)}


_STOPPED: Final = _stopped(AT_ONCE)
_LET_GO: Final = _let_go(AT_ONCE)
_NOT_DECODED: Final = _not_decoded(AT_ONCE)
_EITHER_STATUS: Final = HIGHLIGHTS.at("MPP server, note on S and F")
_UNKNOWN: Final = PAYMENTS.at("userInitiatedPay, resultStatus")
_REFUSED: Final = PAYMENTS.at("userInitiatedPay, codeValue and customerId")
_CALLBACK_OF_RESULT: Final = HIGHLIGHTS.at("MPP client, entry code, HANDLE_BY_PSP")

# fmt: off
_BESIDE: Final[tuple[Row, ...]] = (
    (_UNKNOWN, "Alipay+ asked", "result not known", "Alipay+ does not know",
     _by(UserInitiatedPayAnswer, result_status="U"), {DECISION: (LATER, NEVER)}),
    (_UNKNOWN, "result not known", "error page made", "asked again, Alipay+ stops the payment", None,
     _stopped(LATER)),
    (_UNKNOWN, "result not known", "order placed", "asked again, Alipay+ lets the payment go on", None,
     _let_go(LATER)),
    (_UNKNOWN, "result not known", "decoding failed", "asked again, decoding fails", None, _not_decoded(LATER)),
    (_UNKNOWN, "result not known", "nothing to pay", "the MPP gives up", None, {DECISION: (NEVER,)}),
)
"""What the source document does not tell of, in either workflow: Alipay+ does not know."""

_ENTRY: Final[tuple[Row, ...]] = (
    ((1, 2), "code shown", "code scanned", "the user scans the code", _by(Scan), {}),
    ((3,), "code scanned", "code at the server", "the client passes the code value on", None, {}),
    ((4, 5), "code at the server", "entry code known", "the server knows an entry code",
     _by(IdentityAnswer, action="OPEN_URL"), {CODE: (ENTRY,)}),
    ((6,), "entry code known", "merchant page open", "the client calls launch", _by(Launch), {}),
    (tuple(range(7, 13)), "merchant page open", "order code made", "the user enters an amount, an order is placed",
     None, {}),
    ((13, 14), "order code made", "order code intercepted", "the SDK intercepts the order code", None, {}),
    ((15,), "order code intercepted", "decode called", "the SDK calls decode", _by(Decode), {}),
    ((16,), "decode called", "order code at the server", "the client sends the code value on", None, {}),
    ((17, 18), "order code at the server", "Alipay+ asked", "the server calls userInitiatedPay",
     _by(UserInitiatedPay), {}),
    ((19, 20), "Alipay+ asked", "error page made", "Alipay+ stops the payment", None, _STOPPED),
    ((21, 22), "Alipay+ asked", "order placed", "Alipay+ lets the payment go on", None, _LET_GO),
    (_EITHER_STATUS, "Alipay+ asked", "decoding failed", "decoding fails", None, _NOT_DECODED),
    *_BESIDE,
    ((23,), "error page made", "left to the SDK", "HANDLE_BY_SDK with S", _answer(HANDLE_BY_SDK, "S"),
     {STATUS: ("S",)}),
    ((23,), "error page made", "left to the SDK", "HANDLE_BY_SDK with F", _answer(HANDLE_BY_SDK, "F"),
     {STATUS: ("F",)}),
    ((23,), "order placed", "left to the MPP", "HANDLE_BY_PSP with S", _answer(HANDLE_BY_PSP, "S"), {}),
    ((23,), "decoding failed", "nothing to pay", "HANDLE_BY_PSP with F", _answer(HANDLE_BY_PSP, "F"), {}),
    ((24,), "left to the SDK", "payload at the client", "the server passes both parameters",
     _by(ServerAnswer, action_type=HANDLE_BY_SDK), {}),
    ((25, 26), "payload at the client", "error page open", "the client executes the callback, the SDK acts",
     _by(DecodeCallback, outcome="success"), {}),
    ((27,), "left to the MPP", "paid", "the MPP takes the payment", None, {OUTCOME: (PAID,)}),
    ((27,), "left to the MPP", "not paid", "the payment fails, with an error code", None, {OUTCOME: (FAILS,)}),
    ((27,), "nothing to pay", "not paid", "nothing was decoded, hence an error code", None, {OUTCOME: (FAILS,)}),
    ((28,), "paid", "success at the client", "the server returns a success", _by(ServerAnswer, payment_status="S"), {}),
    ((28,), "not paid", "failure at the client", "the server returns a failure",
     _by(ServerAnswer, payment_status="F"), {}),
    ((29,), "success at the client", "success page open", "the client shows the success", _by(ResultPage, status="S"),
     {}),
    ((29,), "failure at the client", "failure page open", "the client shows the failure", _by(ResultPage, status="F"),
     {}),
    (_CALLBACK_OF_RESULT, "success page open", "success told to the SDK", "the callback succeeds",
     _by(DecodeCallback, outcome="success"), {}),
    (_CALLBACK_OF_RESULT, "failure page open", "failure told to the SDK", "the callback fails",
     _by(DecodeCallback, outcome="failure"), {}),
)

_ORDER: Final[tuple[Row, ...]] = (
    ((1, 2), "order at the merchant", "code shown", "the merchant gets a code for the order", None, {}),
    ((3, 4), "code shown", "code scanned", "the user scans the code", _by(Scan), {}),
    ((5,), "code scanned", "code at the server", "the client passes the code value on", None, {}),
    ((6,), "code at the server", "order code known", "the server knows an order code",
     _by(IdentityAnswer, action="DECODE"), {CODE: (ORDER,)}),
    ((7, 8), "order code known", "Alipay+ asked", "the server calls userInitiatedPay", _by(UserInitiatedPay), {}),
    ((9, 10), "Alipay+ asked", "error page made", "Alipay+ stops the payment", None, _STOPPED),
    ((11, 12), "Alipay+ asked", "order placed", "Alipay+ lets the payment go on", None, _LET_GO),
    (_EITHER_STATUS, "Alipay+ asked", "decoding failed", "decoding fails", None, _NOT_DECODED),
    *_BESIDE,
    (_REFUSED, "Alipay+ asked", "nothing to pay", "the code is another customer's",
     _by(UserInitiatedPayAnswer, action_type=None, result_status="F"), {ACTION: (NOT_GIVEN,), STATUS: ("F",)}),
    ((13,), "error page made", "left to the SDK", "HANDLE_BY_SDK with S", _answer(HANDLE_BY_SDK, "S"),
     {STATUS: ("S",)}),
    ((13,), "error page made", "left to the SDK", "HANDLE_BY_SDK with F", _answer(HANDLE_BY_SDK, "F"),
     {STATUS: ("F",)}),
    ((13,), "order placed", "left to the MPP", "HANDLE_BY_PSP with S", _answer(HANDLE_BY_PSP, "S"), {}),
    ((13,), "decoding failed", "nothing to pay", "HANDLE_BY_PSP with F", _answer(HANDLE_BY_PSP, "F"), {}),
    ((14, 15), "left to the SDK", "payload at the client", "the server passes both parameters",
     _by(ServerAnswer, action_type=HANDLE_BY_SDK), {}),
    ((16, 17), "payload at the client", "error page open", "the client calls handleAction, the SDK acts",
     _by(HandleAction), {}),
    ((14, 18), "left to the MPP", "paid", "the MPP takes the payment", None, {OUTCOME: (PAID,)}),
    ((14, 18), "left to the MPP", "not paid", "the payment fails, with an error code", None, {OUTCOME: (FAILS,)}),
    ((14, 18), "nothing to pay", "not paid", "nothing was decoded, hence an error code", None, {OUTCOME: (FAILS,)}),
    ((19,), "paid", "success at the client", "the server returns a success", _by(ServerAnswer, payment_status="S"), {}),
    ((19,), "not paid", "failure at the client", "the server returns a failure",
     _by(ServerAnswer, payment_status="F"), {}),
    ((20,), "success at the client", "success page open", "the client shows the success", _by(ResultPage, status="S"),
     {}),
    ((20,), "failure at the client", "failure page open", "the client shows the failure", _by(ResultPage, status="F"),
     {}),
)

LEFT_ALONE: Final = "left alone"
"""The end of a foreign code's way: it also shows in that nothing comes any more."""

_FOREIGN: Final[tuple[Row, ...]] = (
    (ENTRY_CODE.steps(1, 2), "code shown", "code scanned", "the user scans the code", _by(Scan), {}),
    (ENTRY_CODE.steps(3), "code scanned", "code at the server", "the client passes the code value on", None, {}),
    (ENTRY_CODE.steps(4, 5), "code at the server", LEFT_ALONE, "the server knows no code of Alipay+",
     _by(IdentityAnswer, action="NONE"), {CODE: (FOREIGN,)}),
)
# fmt: on


def _transitions() -> Iterator[Transition]:
    for workflow, rows in ((ENTRY, _ENTRY), (ORDER, _ORDER), (FOREIGN, _FOREIGN)):
        for place, source, target, what, shown, when in rows:
            yield Transition(
                workflow=workflow,
                steps=() if isinstance(place, Clause) else place,
                clause=place if isinstance(place, Clause) else None,
                source=source,
                target=target,
                what=what,
                shown=shown,
                when=when,
            )


TRANSITIONS: Final = tuple(_transitions())
"""All rows, in the order of the document."""


@cache
def of_workflow(workflow: str) -> tuple[Transition, ...]:
    """The rows of one workflow."""
    return tuple(row for row in TRANSITIONS if row.workflow == workflow)


@cache
def transitions_from(workflow: str, state: str) -> tuple[Transition, ...]:
    """The rows of one workflow that lead away from a state."""
    return tuple(row for row in of_workflow(workflow) if row.source == state)


@cache
def states(workflow: str) -> tuple[str, ...]:
    """The states of one workflow; the first one is where it begins."""
    return tuple(dict.fromkeys(state for row in of_workflow(workflow) for state in (row.source, row.target)))


def ends(workflow: str) -> tuple[str, ...]:
    """The states from which nothing leads on."""
    sources = {row.source for row in of_workflow(workflow)}
    return tuple(state for state in states(workflow) if state not in sources)
