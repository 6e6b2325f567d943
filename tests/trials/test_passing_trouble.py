"""An MPP server that limits its traffic, or is in trouble for a while: whoever calls again is told to try later."""

from collections import Counter

import pytest

from mpp_conformance.common.resources import directory
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.protocol.messages import (
    CancelPayment,
    CancelPaymentAnswer,
    InquiryPayment,
    InquiryPaymentAnswer,
)
from mpp_conformance.scenarios.scenario import Profile
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.trials import cabinet

LIMIT, TROUBLE = "REQUEST_TRAFFIC_EXCEED_LIMIT", "UNKNOWN_EXCEPTION"


class TellsToComeLater(ConformingMpp):
    """Carries out so many calls of a kind about one order, and tells all others to come later, for this reason."""

    most, reason = 1, LIMIT

    def __init__(self, profile: Profile) -> None:
        super().__init__(profile)
        self.heard: Counter[tuple[str, str]] = Counter()

    def is_over(self, call: InquiryPayment | CancelPayment) -> bool:
        """Whether there were enough such calls."""
        self.heard[call.name, call.payment_request_id] += 1
        return call.signature == "valid" and self.heard[call.name, call.payment_request_id] > self.most

    def later(self) -> dict[str, str]:
        """The answer's fields."""
        return {"result_status": "U", "result_code": self.reason, "result_message": "try later"}

    def inquired(self, inquiry: InquiryPayment) -> InquiryPaymentAnswer:
        """U for too many."""
        return InquiryPaymentAnswer(**self.later()) if self.is_over(inquiry) else super().inquired(inquiry)

    def cancelled(self, cancellation: CancelPayment) -> CancelPaymentAnswer:
        """U for too many."""
        return CancelPaymentAnswer(**self.later()) if self.is_over(cancellation) else super().cancelled(cancellation)


@pytest.mark.parametrize(("reason", "most"), [(LIMIT, 0), (LIMIT, 1), (LIMIT, 2), (TROUBLE, 1), (TROUBLE, 2)])
def test_whoever_tells_to_come_later_is_not_accused(reason: str, most: int) -> None:
    """However often the suite tries again it takes no time; so nothing that lasts as long is called lasting."""
    asked = cabinet.conversations(load(directory("suites")).cases)
    called = {held: cases for held, cases in asked.items() if any(payment.calls for payment in held.payments)}
    limited = type("Limited", (TellsToComeLater,), {"most": most, "reason": reason})
    rows = cabinet.judged(limited, called)
    assert {row.case for row in rows if row.decides and row.verdict is Verdict.FAIL} == set()
    assert Verdict.INCONCLUSIVE in {row.verdict for row in rows}
