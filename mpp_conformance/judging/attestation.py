"""What a deviation may accuse an MPP by, where nobody attests that reports are complete, counted and ordered.

Nor may it where it hangs on time and the suite itself was late: an MPP that was answered too late, or whose messages
were read too late, looks like one that gives up, asks again or says nothing.
"""

from dataclasses import replace
from typing import Final

from mpp_conformance.judging.judgement import (
    DIFFERENT,
    MISSING,
    OUT_OF_ORDER,
    REPEATED,
    UNEXPECTED,
    Deviation,
    Judgement,
)
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.protocol.messages import (
    BY_NAME,
    GATEWAY,
    DecodeCallback,
    HandleAction,
    Malformed,
    Message,
    NotifyPayment,
    ResultPage,
    ServerAnswer,
)
from mpp_conformance.scenarios.observation import Observed

UNATTESTED: Final = {
    MISSING: "nobody attests that everything at {point} is reported ([observes])",
    REPEATED: "nobody attests that nothing at {point} is reported twice ([observes])",
    OUT_OF_ORDER: "nobody attests that everything at {point} is reported, and in order ([observes])",
}
"""What a deviation accuses nobody by, where it is not attested."""


BY_HAND: Final = {
    MISSING: "a person acts here, and nobody attests that all that should lead to it was done",
    REPEATED: "a person acts here, and nobody attests that nothing was done twice",
}
"""What a deviation accuses nobody by, at any point, where a person holds the telephone."""


SUITE_LATE: Final = "the suite was late by {time}: hold the conversation again on a machine with less to do"
PATIENCE_OF_REPORTS: Final = (
    "the adaptor hung up while the report of its cashier page was held back, until Alipay+ was answered what it asked "
    "then: wait longer for the answer of a report, or answer Alipay+ sooner"
)
_ENDS: Final = frozenset(("status", "payment_status", "result_status", "outcome", "error_code"))
"""Fields that say how a payment ended: another end is what an MPP comes to that has given up."""
CHOSEN: Final = "what came before what decides here, and nobody attests that all reports are complete and in order"


def reason_unattested(
    how: Deviation, observes: Observed, *, chosen: frozenset[str] = frozenset(), by_hand: bool = False
) -> str:
    """Why a deviation accuses nobody, by what the reports of its points are worth; empty where it may accuse.

    ``chosen``: the points by whose order the part of the conversation that is judged was chosen. ``by_hand``: a person
    does what the consumer does.
    """
    witnesses = [observes.at(point) for point in chosen - observes.nobodys]
    if not all(one.complete and one.counted and one.ordered for one in witnesses):
        return CHOSEN
    for point in (BY_NAME[name].point for name in how.kinds):
        witness = observes.at(point)
        in_order = witness.ordered and witness.complete  # or an earlier one of the same kind may be lost
        attested = {MISSING: witness.complete, REPEATED: witness.counted, OUT_OF_ORDER: in_order}
        if not attested.get(how.how, True):
            return UNATTESTED[how.how].format(point=point)
    return BY_HAND.get(how.how, "") if by_hand else ""


def hangs_on_time(how: Deviation, *said: Message) -> bool:
    """Whether an MPP that does its duty could look like this where somebody else was late.

    Nobody puts one text in the place of another for want of time, unless it says how a payment ended; and nobody says
    for want of time that a payment was made, or what the SDK is to do, or sends what cannot be read. ``said``: what
    should not have been.
    """
    if how.how == UNEXPECTED and any(_deliberate(message) for message in said):
        return False
    return how.how != DIFFERENT or how.parting is None or how.field in _ENDS


def _deliberate(message: Message) -> bool:
    """Whether nobody says it who has given up: that a payment was made, what the SDK is to do, what cannot be read."""
    match message:
        case Malformed(where=where):
            return where == GATEWAY
        case HandleAction() | NotifyPayment(result_status="S") | ResultPage(status="S"):
            return True
        case DecodeCallback(outcome=outcome):
            return outcome == "success"
        case ServerAnswer(payment_status=status, sdk_action_payload=payload):
            return status == "S" or payload is not None
    return False


def beyond_claim(judgement: Judgement, claimed: int) -> Judgement:
    """A judgement where more than the ``claimed`` conversations were held at once: what hangs on time is not proven."""
    how = judgement.deviation
    if judgement.verdict is not Verdict.FAIL or how is None or not hangs_on_time(how):
        return judgement
    hint = f"the wallet claims to bear {claimed} conversations at once ([reach] parallel)"
    return replace(judgement, verdict=Verdict.INCONCLUSIVE, hint=hint)
