"""What the message layer's requirements accuse of, and what they do not."""

from dataclasses import replace

import pytest

from mpp_conformance.common.resources import directory
from mpp_conformance.judging import oracle
from mpp_conformance.judging.trace import Event, Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger import catalogue
from mpp_conformance.protocol.messages import GATEWAY, Malformed
from mpp_conformance.scenarios.cells import psp
from mpp_conformance.scenarios.scenario import ORDER
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.transport.connectors.direct import DirectConnector
from mpp_conformance.wallet import reference

JUDGE = next(
    case.judge
    for case in catalogue.load(directory("suites")).cases
    if case.name == "test_requests_conform_to_the_interface"
)


def with_malformed(operation: str) -> Trace:
    """A conversation that went well, but for one request to Alipay+ that could not be read."""
    profile = reference().profile
    trace = DirectConnector(ConformingMpp(profile), profile).converse(psp(ORDER))
    message = Malformed(where=GATEWAY, operation=operation, problem="customerId: expected text, seen a number")
    event = Event(number=len(trace.events) + 1, payment=0, message=message)
    return replace(trace, events=(*trace.events, event))


@pytest.mark.parametrize("operation", ["UserInitiatedPay", "NotifyPayment"])
def test_a_request_that_breaks_a_documented_interface_is_failed(operation: str) -> None:
    """The official pages of both say what their requests look like."""
    assert oracle.judge(JUDGE, with_malformed(operation)).verdict is Verdict.FAIL


@pytest.mark.parametrize("operation", ["IdentifyCode", "InquiryCodeRules"])
def test_a_request_of_which_no_page_was_seen_accuses_nobody(operation: str) -> None:
    """What is wrong with it is told by Alipay+'s refusal, and judged by no requirement."""
    assert oracle.judge(JUDGE, with_malformed(operation)).verdict is Verdict.PASS
