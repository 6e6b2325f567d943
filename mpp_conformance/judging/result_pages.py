"""What the payment result page has to show, whichever code was scanned, and when it came."""

from typing import Final

from mpp_conformance.judging.oracle import expect
from mpp_conformance.judging.trace import Trace
from mpp_conformance.protocol.messages import (
    HANDLE_BY_PSP,
    CashierPage,
    DecodeCallback,
    Message,
    ResultPage,
    ServerAnswer,
    UserInitiatedPayAnswer,
)

OWN_TURN: Final = "the server not to have told its client HANDLE_BY_SDK"
ONE_RESULT: Final = "the server to hand its client the result that it notified"


def page_shown(trace: Trace, payment: int) -> None:
    """The page, judged by what the client was handed; what was shown before Alipay+ had decided is another matter.

    No success is shown before the consumer could confirm it, as far as the cashier page is reported.
    """
    result = trace.result(payment)
    decided = trace.since_decided(payment)
    asked = expect(decided.in_the_end(payment), payment)
    asked.reached(UserInitiatedPayAnswer, action_type=HANDLE_BY_PSP).given(not trace.stopped(payment), OWN_TURN)
    asked.given(result is not None, "the client to be handed a payment result")
    asked.given(not trace.shows_what_was_notified(payment), ONE_RESULT).each(ResultPage, status=result)
    opened = next((e.number for e in trace.of(payment) if isinstance(e.message, CashierPage)), 0)
    if result == "S" and any(event.number == opened for event in decided.of(payment)):
        asked.in_order(CashierPage, ResultPage)


def shown_before(trace: Trace, payment: int) -> bool:
    """Whether the result page came before the callback, and the hand-over is reported after both."""
    said = [event.message for event in trace.of(payment)]
    told = [message for message in said if isinstance(message, ResultPage | DecodeCallback) or _is_result(message)]
    return [type(message) for message in told[:2]] == [ResultPage, DecodeCallback]


def _is_result(message: Message) -> bool:
    return isinstance(message, ServerAnswer) and bool(message.payment_status)
