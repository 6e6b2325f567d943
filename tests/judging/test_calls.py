"""What Alipay+ asked by itself: calls are weighed in the order in which the wire has them, whoever races with whom."""

from dataclasses import replace
from typing import Final

import pytest

from mpp_conformance.judging.calls import asked_around
from mpp_conformance.judging.trace import Trace
from mpp_conformance.protocol.messages import InquiryPayment, NotifyPayment, NotifyPaymentAnswer
from mpp_conformance.scenarios.call_cells import FORGED_UNPAID
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.transport.connectors.direct import DirectConnector
from mpp_conformance.wallet import reference

PROFILE: Final = reference().profile
NOTICES: Final = (NotifyPayment, NotifyPaymentAnswer)


def racing(**said: str) -> Trace:
    """A payment that failed, of which a stranger's cancellations follow: it is notified after Alipay+ began to ask.

    ``said``: what the notification says otherwise than the inquiry is told.
    """
    held = DirectConnector(ConformingMpp(PROFILE), PROFILE).converse(FORGED_UNPAID)
    notices = [event for event in held.events if isinstance(event.message, NOTICES)]
    others = [event for event in held.events if event not in notices]
    asked = next(at for at, event in enumerate(others, 1) if isinstance(event.message, InquiryPayment))
    notices[0] = replace(notices[0], message=replace(notices[0].message, **said))
    events = [*others[:asked], *notices, *others[asked:]]
    return replace(held, events=tuple(replace(event, number=at) for at, event in enumerate(events, 1)))


def strangers(trace: Trace) -> list[str | None]:
    """What was told just before a stranger's calls, and is to be told after them."""
    return [before.payment_code for before, _ in asked_around(trace, lambda one: one.call.signature != "valid")]


def test_a_failure_that_is_notified_while_alipay_plus_asks_for_it_changes_nothing() -> None:
    """An MPP may notify when it likes: what an inquiry is told stands, whichever of the two comes first."""
    assert strangers(racing()) == ["USER_BALANCE_NOT_ENOUGH"]


@pytest.mark.parametrize("said", [{"result_code": "ORDER_IS_CLOSED"}, {"result_status": "S", "result_code": "SUCCESS"}])
def test_a_notification_of_something_else_may_have_changed_everything(said: dict[str, str]) -> None:
    """Then nothing is known of what the calls between have done."""
    assert strangers(racing(**said)) == []
