"""The state model of the two workflows: what happens between a scan and the end of a payment, as a table.

A row is a transition: the document's own step numbers, from which state to which, when it may be taken (the guard),
and the message that shows it. docs/state-model.md is drawn from this table, and coverage is counted in its rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mpp_conformance.messages import (
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
from mpp_conformance.scenario import ENTRY, FOREIGN, ORDER
from mpp_conformance.source import ENTRY_CODE, HIGHLIGHTS, ORDER_CODE, Clause, Part
from mpp_conformance.trace import BROKEN, Trace

# --- dimensions ---------------------------------------------------------------------------------------------------

NOT_ASKED: Final = "never asked"
"""Action type and result status where Alipay+ is asked nothing."""

WITHIN: Final = "within"
AT: Final = "at"
OVER: Final = "over"
NOT_RELEVANT: Final = "not relevant"
"""Amount band: how the amount stands to the limits; not relevant where the scenario says what is answered."""

PAID: Final = "paid"
FAILS: Final = "fails inside the MPP"
NOT_LEFT: Final = "not left to the MPP"
"""Payment outcome, as a conforming MPP brings it about."""

DIMENSIONS: Final = {
    "code": ("code type", (ENTRY, ORDER, FOREIGN)),
    "action": ("action type", (HANDLE_BY_SDK, HANDLE_BY_PSP, NOT_ASKED)),
    "status": ("result status", ("S", "F", NOT_ASKED)),
    "band": ("amount band", (WITHIN, AT, OVER, NOT_RELEVANT)),
    "outcome": ("payment outcome", (PAID, FAILS, NOT_LEFT)),
    "fault": ("fault class", ("none",)),
}
"""What guards speak about: field of :class:`Condition` -> its name for people, and its values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One payment, placed in every dimension."""

    code: str
    action: str
    status: str
    band: str
    outcome: str
    fault: str = "none"


Values = tuple[tuple[str, tuple[str, ...]], ...]
"""Dimensions, each with some of its values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Values that no payment shows together: ``dimension`` with one of ``values``, and any of ``never``.

    ``inclusive``: the rule holds under that reading of the limits only (``limits.Reading``); ``None``: under any.
    """

    dimension: str
    values: tuple[str, ...]
    never: Values
    reason: str
    inclusive: bool | None = None


def _rule(dimension: str, *values: str, reason: str, inclusive: bool | None = None, **never: tuple[str, ...]) -> Rule:
    return Rule(
        dimension=dimension, values=values, never=tuple(never.items()), reason=reason, inclusive=inclusive
    )


_SF: Final = ("S", "F")
_ENDS: Final = (PAID, FAILS)
_LIMITED: Final = (WITHIN, AT, OVER)
_ALLOWED: Final = "the limits hand a payment over to the SDK only above a limit, and one within them is decoded"
_STOPPED: Final = "the limits hand a payment above a limit over to the SDK"

RULES: Final = (
    _rule(
        *("code", FOREIGN),
        **{"action": (HANDLE_BY_SDK, HANDLE_BY_PSP), "status": _SF, "band": _LIMITED, "outcome": _ENDS},
        reason="a foreign code is left alone: Alipay+ is asked nothing, and nothing is paid",
    ),
    _rule(
        *("code", ENTRY, ORDER),
        **{"action": (NOT_ASKED,), "status": (NOT_ASKED,)},
        reason="Alipay+ is asked about each of its own codes",
    ),
    _rule(
        *("action", NOT_ASKED),
        **{"status": _SF, "band": _LIMITED, "outcome": _ENDS},
        reason="no question, no answer: neither a status nor a payment",
    ),
    _rule(
        *("status", NOT_ASKED),
        **{"action": (HANDLE_BY_SDK, HANDLE_BY_PSP), "band": _LIMITED, "outcome": _ENDS},
        reason="no question, no answer: neither an action nor a payment",
    ),
    _rule("action", HANDLE_BY_SDK, outcome=_ENDS, reason="what is left to the SDK is not the MPP's to take"),
    _rule("action", HANDLE_BY_PSP, outcome=(NOT_LEFT,), reason="HANDLE_BY_PSP leaves the payment to the MPP"),
    _rule("status", "F", outcome=(PAID,), reason="a code that could not be decoded brings no order to pay"),
    _rule("band", WITHIN, action=(HANDLE_BY_SDK,), status=("F",), outcome=(NOT_LEFT,), reason=_ALLOWED),
    _rule("band", AT, action=(HANDLE_BY_SDK,), status=("F",), outcome=(NOT_LEFT,), reason=_ALLOWED, inclusive=True),
    _rule("band", AT, action=(HANDLE_BY_PSP,), outcome=_ENDS, reason=_STOPPED, inclusive=False),
    _rule("band", OVER, action=(HANDLE_BY_PSP,), outcome=_ENDS, reason=_STOPPED),
)
"""Which values cannot come together, and why."""

# --- transitions --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The message that shows a transition: a kind, and the fields it must have."""

    kind: type[Message]
    fields: tuple[tuple[str, str], ...] = ()

    def fits(self, message: Message) -> bool:
        """Whether ``message`` is such a one."""
        return isinstance(message, self.kind) and all(getattr(message, name) == value for name, value in self.fields)

    def __str__(self) -> str:
        return " ".join((self.kind.__name__, *(value for _, value in self.fields)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A row of the table.

    ``workflow``: the code type it belongs to. ``steps``: the document's numbers; where it numbers none, ``beside``
    says on which place the row rests. ``guard``: the values under which it is taken, for each dimension that matters.
    ``seen``: the message that shows it; without one it lies inside a party and shows in what comes after.
    ``by_silence``: it also shows in that nothing comes any more.
    """

    workflow: str
    steps: tuple[int, ...]
    source: str
    target: str
    what: str
    seen: Seen | None
    guard: Values
    beside: Clause | None
    by_silence: bool

    @property
    def place(self) -> str:
        """Where the document says it."""
        if self.beside is not None:
            return str(self.beside)
        words = [f"{first}" if first == last else f"{first}-{last}" for first, last in _runs(self.steps)]
        return f"{'step' if len(self.steps) == 1 else 'steps'} {', '.join(words)}"

    @property
    def name(self) -> str:
        """What names it among all transitions."""
        return f"{WORKFLOWS[self.workflow]}, {self.place}: {self.what}"

    def admits(self, condition: Condition) -> bool:
        """Whether a payment under ``condition`` takes it."""
        return all(getattr(condition, dimension) in values for dimension, values in self.guard)

    def unseen(self, *, app_link: bool) -> bool:
        """Whether it may be passed with no message to show it; ``app_link``: the wallet reports its app link."""
        # What the server says of a code is optional to report even then.
        optional = self.seen is not None and (self.seen.kind is IdentityAnswer or not app_link)
        return self.seen is None or (optional and self.seen.kind.point == APP_LINK)


WORKFLOWS: Final = {ENTRY: "entry code", ORDER: "order code", FOREIGN: "foreign code"}
PARTS: Final[dict[str, tuple[Part, int]]] = {ENTRY: (ENTRY_CODE, 29), ORDER: (ORDER_CODE, 20)}
"""The document's part for each workflow that it numbers, and the number of its last step."""


def _runs(steps: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    """The runs of consecutive numbers, each as first and last."""
    start = steps[0]
    for here, following in zip(steps, (*steps[1:], None), strict=True):
        if following != here + 1:
            yield start, here
            start = following or here


def _seen(kind: type[Message], **fields: str) -> Seen:
    return Seen(kind=kind, fields=tuple(fields.items()))


def _answer(action: str, status: str) -> Seen:
    return _seen(UserInitiatedPayAnswer, action_type=action, result_status=status)


@dataclass(frozen=True, slots=True)
class _Table:
    workflow: str

    def row(  # a row has this many columns
        self,
        steps: tuple[int, ...] | Clause,
        states: tuple[str, str],
        what: str,
        seen: Seen | None = None,
        *,
        by_silence: bool = False,
        **guard: tuple[str, ...],
    ) -> Transition:
        numbered = isinstance(steps, tuple)
        return Transition(
            workflow=self.workflow,
            steps=steps if isinstance(steps, tuple) else (),
            beside=None if isinstance(steps, tuple) else steps,
            source=states[0],
            target=states[1],
            what=what,
            seen=seen,
            guard=tuple(guard.items()),
            by_silence=by_silence,
        )
