"""What a whole run shows of its set-up: what wallet.toml says and no conversation ever showed accuses nobody.

A customer who has nothing, a code that the wallet does not know, an observer that the adaptor cannot reach: on a single
conversation each looks like an MPP that does not do its duty. So a failure that hangs on such a claim stands only if
the claim was seen to hold somewhere in the run; else it is INCONCLUSIVE, and names the field.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Self

from mpp_conformance.judging.judgement import DIFFERENT, MISSING, Judgement
from mpp_conformance.judging.own_limits import Attempt, OwnLimit, attempts, in_words, own_limits
from mpp_conformance.judging.text_differences import parting_of
from mpp_conformance.judging.trace import Event, Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.protocol.messages import (
    BY_NAME,
    GATEWAY,
    HANDLE_BY_PSP,
    AdaptorAnswer,
    AdaptorHealth,
    DecodeCallback,
    HandleAction,
    IdentifyCode,
    IdentityAnswer,
    Launch,
    Malformed,
    NotifyPayment,
    ResultPage,
    ServerAnswer,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios.scenario import ENTRY, FOREIGN, FUNDED, ORDER, SECOND, UNFUNDED

_OTHER: Final = {ENTRY: ORDER, ORDER: ENTRY}
_KIND: Final = {"OPEN_URL": ENTRY, "DECODE": ORDER}
"""What an identity answer takes a code for."""
_REPORTS: Final = "reports"
_BELIEF: Final = "belief"
_CALLS: Final = "calls"
_LINKS: Final = "links"
"""The wallet launches codes that are none of Alipay+'s, too."""
_CALLED: Final = frozenset(kind.__name__ for kind in (UserInitiatedPay, IdentifyCode, NotifyPayment))
"""What an MPP server calls Alipay+ for."""
_REACTIONS: Final = frozenset(
    kind.__name__ for kind in (NotifyPayment, ServerAnswer, ResultPage, HandleAction, DecodeCallback)
)
"""What a wallet does once Alipay+ has answered."""
_SOUGHT: Final = {
    ENTRY: "a code of [codes] entry to be taken for one of Alipay+'s somewhere",
    ORDER: "a code of [codes] order to be taken for one of Alipay+'s somewhere",
    _REPORTS: "a report to come to [reach] public_url somewhere",
    _CALLS: "a call of the MPP server to come to [reach] listen or public_url somewhere",
    _BELIEF: "an answer signed with [keys] alipay_plus_private_key to be acted on somewhere",
    FUNDED: "a payment of the customer in [customers] funded, which the adaptor confirms, to succeed somewhere",
    SECOND: "a payment of the customer in [customers] second, which the adaptor confirms, to succeed somewhere",
    UNFUNDED: "a payment of the customer in [customers] unfunded to come to any end somewhere",
    f"{FUNDED} known": "a scan by the customer in [customers] funded to lead to anything somewhere",
    f"{SECOND} known": "a scan by the customer in [customers] second to lead to anything somewhere",
    f"{UNFUNDED} known": "a scan by the customer in [customers] unfunded to lead to anything somewhere",
}
"""What must have been seen in the run, by the name of the claim."""
Sign = str | Attempt
"""What one conversation shows: a claim of ``wallet.toml`` by its name, or what came of a payment."""


@dataclass(frozen=True, slots=True)
class SetUp:
    """What the conversations of a run show together.

    ``shown``: the claims of ``wallet.toml`` that they have shown to hold, by their names; ``limits``: amounts above
    which the MPP declines by itself.
    """

    shown: frozenset[str]
    limits: tuple[OwnLimit, ...] = ()

    @classmethod
    def of(cls, traces: Iterable[Trace]) -> Self:
        """What these conversations show together."""
        return cls.from_signs(sign for trace in traces for sign in signs(trace))

    @classmethod
    def from_signs(cls, found: Iterable[Sign]) -> Self:
        """What follows from the signs of all conversations."""
        signs_found = set(found)
        seen = {sign for sign in signs_found if isinstance(sign, str)}
        swapped = {_taken(ENTRY, ORDER), _taken(ORDER, ENTRY)} <= seen and not {ENTRY, ORDER} & seen
        for kind, other in _OTHER.items():
            # A wallet that launches whatever is a link has not taken what it launched for an entry code.
            link = kind == ORDER and _LINKS in seen and _told(ORDER, ENTRY) not in seen
            if _taken(kind, other) in seen and not swapped and not link:
                seen.add(kind)
        return cls(frozenset(seen), own_limits(sign for sign in signs_found if isinstance(sign, Attempt)))

    def weigh(self, judgement: Judgement, trace: Trace) -> Judgement:
        """A failure that hangs on what was never shown is none; what is not proven for want of it is told so.

        Nor is it proven where the MPP declined by itself, and then that is told.

        Any other judgement stays as it is.
        """
        if judgement.verdict not in {Verdict.FAIL, Verdict.INCONCLUSIVE}:
            return judgement
        lacking = next((claim for claim in _hangs_on(judgement, trace) if claim not in self.shown), None)
        if lacking is None:
            hint = judgement.hint or (self._hindrance(trace) if judgement.verdict is Verdict.INCONCLUSIVE else "")
            return replace(judgement, hint=hint) if hint != judgement.hint else judgement
        if judgement.verdict is Verdict.INCONCLUSIVE:
            return replace(judgement, hint=f"this run lacks {_SOUGHT[lacking]}")
        seen = f"none; expected here was {judgement.expected}, seen {judgement.seen}"
        return replace(judgement, verdict=Verdict.INCONCLUSIVE, expected=_SOUGHT[lacking], seen=seen, hint="")

    def _hindrance(self, trace: Trace) -> str:
        """The limit of its own at which the MPP declined a payment of this conversation, in words."""
        found = (limit for attempt in attempts(trace) for limit in self.limits if limit.hinders(attempt))
        return next((in_words(limit) for limit in found), "")


def signs(trace: Trace) -> Iterator[Sign]:
    """What one conversation shows; some of it counts only beside what others show."""
    yield from attempts(trace)
    for index, payment in enumerate(trace.scenario.payments):
        events = tuple(trace.of(index))
        yield from _of_code(payment.code, events)
        if any(_is_report(event) for event in events):
            yield _REPORTS
        if any(_is_call(event) for event in events):
            yield _CALLS
        if any(_is_wallets(event) for event in events):
            yield _known(payment.customer)
        if trace.paid(index):
            yield from (payment.customer, _BELIEF)
        elif payment.customer == UNFUNDED and _left_to_mpp(events) and any(_ends(event) for event in events):
            yield UNFUNDED
        if any(_acts_on_an_answer(event) for event in events):
            yield _BELIEF


def _of_code(kind: str, events: tuple[Event, ...]) -> Iterator[str]:
    """For what a wallet takes a code: what it says itself, else what it does."""
    said = [event.message for event in events]
    launched = any(isinstance(message, Launch) for message in said)
    told = {message.action for message in said if isinstance(message, IdentityAnswer)}
    calls = {message.operation if isinstance(message, Malformed) else message.name for message in said}
    asked, identifies = (call.__name__ in calls for call in (UserInitiatedPay, IdentifyCode))
    if kind == FOREIGN:
        yield from (_LINKS,) if launched else ()
        return
    taken = {_KIND[action] for action in told if action in _KIND}
    if not told:
        taken = {ENTRY} if launched else {ORDER} if asked else set()
    if identifies:
        yield kind  # for Alipay+ says what it is
    for one in taken:
        yield kind if one == kind else _taken(kind, one)
        yield from (_told(kind, one),) if told else ()


def _taken(kind: str, other: str) -> str:
    return f"{kind} taken for {other}"


def _told(kind: str, other: str) -> str:
    return f"{kind} told for {other}"


def _known(customer: str) -> str:
    return f"{customer} known"


def _is_wallets(event: Event) -> bool:
    """Whether the wallet said it of a payment."""
    return not event.message.by_suite and not isinstance(event.message, AdaptorAnswer | AdaptorHealth)


def _is_report(event: Event) -> bool:
    message = event.message
    return _is_wallets(event) and (message.where if isinstance(message, Malformed) else message.point) != GATEWAY


def _is_call(event: Event) -> bool:
    message = event.message
    kind = message.operation if isinstance(message, Malformed) else message.name
    return not message.by_suite and kind in _CALLED


def _acts_on_an_answer(event: Event) -> bool:
    message = event.message
    return isinstance(message, HandleAction) or bool(
        getattr(message, "action_type" if isinstance(message, ServerAnswer) else "", None)
        or (isinstance(message, DecodeCallback) and message.sdk_action_payload)
    )


def _ends(event: Event) -> bool:
    message = event.message
    return isinstance(message, NotifyPayment | ResultPage) or (
        isinstance(message, ServerAnswer) and message.payment_status is not None
    )


def _left_to_mpp(events: tuple[Event, ...]) -> bool:
    answers = (event.message for event in events if isinstance(event.message, UserInitiatedPayAnswer))
    return any(answer.action_type == HANDLE_BY_PSP and answer.result_status == "S" for answer in answers)


def _hangs_on(judgement: Judgement, trace: Trace) -> Iterator[str]:
    """The claims without which a failure says nothing, the first cause first."""
    how = judgement.deviation
    if how is None:
        return
    payment, events = trace.scenario.payments[how.payment], tuple(trace.of(how.payment))
    # Whoever takes a foreign code for one of Alipay+'s may find there what belongs to another template.
    yield from _OTHER if payment.code == FOREIGN else (payment.code,)
    yield _known(payment.customer)
    if how.kinds == (UserInitiatedPay.__name__,) and how.how == MISSING:
        yield _CALLS
    if not set(how.kinds) <= _REACTIONS:
        return
    answered = any(isinstance(event.message, UserInitiatedPayAnswer) for event in events)
    if how.how == MISSING and answered:
        yield _BELIEF
    if how.how == MISSING and all(BY_NAME[name].point != GATEWAY for name in how.kinds):
        yield _REPORTS
    declined = how.how == DIFFERENT and how.parting == parting_of("S", "F")
    if (how.how == MISSING or declined) and _left_to_mpp(events) and not trace.paid(how.payment):
        yield payment.customer
