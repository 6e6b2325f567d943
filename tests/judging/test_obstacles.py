"""What is told of a case that could not be judged: the earlier duty that was broken, or that nothing was begun."""

import pytest

from mpp_conformance.judging.obstacles import obstacle
from mpp_conformance.judging.oracle import expect, judge
from mpp_conformance.judging.trace import Event, Trace
from mpp_conformance.protocol.messages import (
    GATEWAY,
    HANDLE_BY_SDK,
    HandleAction,
    Malformed,
    Message,
    Scan,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from tests.asking import trace_of

_SCAN = Scan(code_value="c", customer_id="u")
_CALL = UserInitiatedPay(code_value="c", customer_id="u")
_UNSIGNED = UserInitiatedPay(code_value="c", customer_id="u", signature="missing")
_UNREAD = Malformed(where=GATEWAY, operation="UserInitiatedPay", problem="customerId: expected, but it is missing")
_REFUSED = UserInitiatedPayAnswer(result_status="F", result_code="INVALID_CODE", result_message="m")
_ANSWER = UserInitiatedPayAnswer(
    result_status="F", result_code="C", result_message="m", action_type=HANDLE_BY_SDK, sdk_action_payload="p"
)


@pytest.mark.parametrize(
    ("messages", "told"),
    [
        ((_SCAN,), "the payment was never begun: nothing came from the MPP"),
        ((_SCAN, _CALL, _ANSWER), ""),
        (
            (_SCAN, _UNREAD),
            "an earlier duty was broken: UserInitiatedPay cannot be read, customerId: expected, but it is missing",
        ),
        (
            (_SCAN, _UNSIGNED, _REFUSED),
            "an earlier duty was broken: UserInitiatedPay is not validly signed (signature 'missing')",
        ),
        ((_SCAN, _CALL, _REFUSED), "Alipay+ refused userInitiatedPay before any decision: INVALID_CODE"),
    ],
)
def test_the_first_thing_that_went_wrong_is_told(messages: tuple[Message, ...], told: str) -> None:
    """Whoever reads that nothing could be judged learns what to mend first."""
    events = [Event(number=number, payment=0, message=message) for number, message in enumerate(messages, start=1)]
    assert told == obstacle(events)


def test_a_condition_that_does_not_hold_is_told_with_the_duty_that_was_broken_before() -> None:
    """A payment that Alipay+ refused for its signature has no condition to be judged under, and that is said."""

    def question(trace: Trace) -> None:
        expect(trace).given(
            any(isinstance(event.message, HandleAction) for event in trace.events), "the SDK to be called"
        )

    refused, begun = trace_of((_SCAN, _UNSIGNED, _REFUSED)), trace_of((_SCAN,))

    assert judge(question, refused).hint == (
        "an earlier duty was broken: UserInitiatedPay is not validly signed (signature 'missing')"
    )
    assert not judge(question, begun).hint
