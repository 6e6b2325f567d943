"""What Alipay+ asked of the MPP server by itself in a conversation, and what each call was answered."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from mpp_conformance.judging.trace import Event, Trace
from mpp_conformance.protocol.messages import (
    GATEWAY,
    CancelPayment,
    CancelPaymentAnswer,
    InquiryPayment,
    InquiryPaymentAnswer,
    Malformed,
    Message,
)
from mpp_conformance.scenarios.scenario import Call

_ANSWERS = {kind.__name__ for kind in (CancelPaymentAnswer, InquiryPaymentAnswer)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A call as the scenario wrote it, what was said, and the answer, sound or not; ``None`` where none came."""

    call: Call
    said: Event
    answer: Event | None

    @property
    def told(self) -> Message | None:
        """The answer, where it could be read."""
        found = self.answer.message if self.answer is not None else None
        return None if isinstance(found, Malformed) else found


def asked(trace: Trace, payment: int = 0) -> tuple[Asked, ...]:
    """The calls about a payment in their order: one at a time is on its way."""
    calls = iter(trace.scenario.payments[payment].calls)
    found: list[Asked] = []
    for event in trace.of(payment):
        if isinstance(event.message, InquiryPayment | CancelPayment):
            found.append(Asked(call=next(calls), said=event, answer=None))
        elif found and found[-1].answer is None and _answers(event.message):
            found[-1] = replace(found[-1], answer=event)
    return tuple(found)


def only(trace: Trace, wanted: Callable[[Asked], bool], payment: int = 0) -> Trace:
    """The conversation without the calls about a payment that are not wanted, and without what they were answered."""
    left_out = {
        event.number
        for one in asked(trace, payment)
        if not wanted(one)
        for event in (one.said, one.answer)
        if event is not None
    }
    events = tuple(event for event in trace.events if event.number not in left_out)
    return replace(trace, events=events, chosen=trace.chosen | {GATEWAY})


def called_at(trace: Trace) -> int:
    """The payment at which Alipay+ calls the MPP server."""
    return next(index for index, payment in enumerate(trace.scenario.payments) if payment.calls)


def cancelling(trace: Trace) -> int | None:
    """The number of the first call by which Alipay+ itself cancels the first order, whatever it was answered."""
    return next((one.said.number for one in _cancellations(trace)), None)


def cancelled(trace: Trace) -> int | None:
    """The number of the first answer that tells of such a call's success."""
    told = (one.answer for one in _cancellations(trace) if _succeeded(one.told))
    return next((answer.number for answer in told if answer is not None), None)


def _cancellations(trace: Trace) -> Iterator[Asked]:
    at = called_at(trace)
    own = (one for one in asked(trace, at) if one.call.signature == "valid" and one.call.back == at)
    return (one for one in own if isinstance(one.said.message, CancelPayment))


def tells_orders_apart(trace: Trace, payment: int = 0) -> bool:
    """Whether inquiries about the payment's own order and about one that nobody placed were answered differently.

    Whoever answers everything alike, or refuses everything, has shown nothing by any of it.
    """
    own: set[tuple[str | None, ...]] = set()
    strange: set[tuple[str | None, ...]] = set()
    for one in asked(trace, payment):
        told = one.told
        if isinstance(told, InquiryPaymentAnswer) and one.call.signature == "valid":
            gist = (told.result_status, told.result_code, told.payment_status, told.payment_code)
            (strange if one.call.strange else own).add(gist)
    return bool(strange and own - strange)


def _succeeded(message: Message | None) -> bool:
    return isinstance(message, CancelPaymentAnswer) and message.result_status == "S"


def _answers(message: Message) -> bool:
    return message.name in _ANSWERS or (isinstance(message, Malformed) and message.operation in _ANSWERS)
