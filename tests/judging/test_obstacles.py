"""What is told of a case that could not be judged: the earlier duty that was broken, or that nothing was begun."""

import pytest

from mpp_conformance.judging.obstacles import obstacle
from mpp_conformance.judging.trace import Event
from mpp_conformance.protocol.messages import (
    GATEWAY,
    HANDLE_BY_SDK,
    Malformed,
    Message,
    Scan,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)

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
