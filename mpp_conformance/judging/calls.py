"""What Alipay+ asked of the MPP server by itself in a conversation, and what each call was answered."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from mpp_conformance.judging.memo import found_once
from mpp_conformance.judging.results_told import results_told
from mpp_conformance.judging.trace import Event, Trace
from mpp_conformance.protocol.messages import (
    GATEWAY,
    CancelPayment,
    CancelPaymentAnswer,
    InquiryPayment,
    InquiryPaymentAnswer,
    Malformed,
    Message,
    NotifyPayment,
    NotifyPaymentAnswer,
    ResultPage,
    ServerAnswer,
)
from mpp_conformance.scenarios.call_cells import OFTEN
from mpp_conformance.scenarios.scenario import CANCEL, PAYING, Call

UNKNOWN_ORDER: Final = "ORDER_NOT_EXIST"
"""What inquiryPayment is answered with about an order that nobody placed."""
_BUSY: Final = "REQUEST_TRAFFIC_EXCEED_LIMIT"
_TROUBLE: Final = {("U", "UNKNOWN_EXCEPTION"), ("U", _BUSY)}
_TELLING: Final = (NotifyPayment, ServerAnswer, ResultPage)
_ANSWERS: Final = {kind.__name__ for kind in (CancelPaymentAnswer, InquiryPaymentAnswer)}


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


@found_once
def calls_about(trace: Trace, payment: int = 0) -> tuple[Asked, ...]:
    """The calls that the scenario wrote at a payment, in their order: one at a time is on its way."""
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
        for one in calls_about(trace, payment)
        if not wanted(one)
        for event in (one.said, one.answer)
        if event is not None
    }
    events = tuple(event for event in trace.events if event.number not in left_out)
    return replace(trace, events=events, chosen=trace.chosen | {GATEWAY})


def cancelling(trace: Trace, payment: int = 0) -> int | None:
    """The number of the first call by which Alipay+ itself cancels the payment, whatever it was answered."""
    calls = (one for one in calls_about(trace, payment) if own(one))
    return next((one.said.number for one in calls if isinstance(one.said.message, CancelPayment)), None)


def cancelled(trace: Trace, payment: int = 0) -> int | None:
    """The number of the first answer that tells of such a call's success."""
    told = (one.answer for one in calls_about(trace, payment) if own(one) and _succeeded(one.told))
    return next((answer.number for answer in told if answer is not None), None)


def tells_orders_apart(trace: Trace, payment: int = 0) -> bool:
    """Whether inquiries about the payment's own order and about one that nobody placed were answered differently.

    Whoever answers everything alike, or refuses everything, has shown nothing by any of it.
    """
    placed: set[tuple[str | None, ...]] = set()
    strange: set[tuple[str | None, ...]] = set()
    for one in calls_about(trace, payment):
        told = one.told
        if isinstance(told, InquiryPaymentAnswer) and by_alipay_plus(one) and not one.call.about:
            gist = (told.result_status, told.result_code, told.payment_status, told.payment_code)
            (strange if one.call.strange else placed).add(gist)
    return bool(strange and placed - strange)


def asked_around(
    trace: Trace, closing: Callable[[Asked], bool], payment: int = 0
) -> Iterator[tuple[InquiryPaymentAnswer, Asked]]:
    """What an inquiry about an order was told just before calls of this kind, and the first inquiry after them.

    Between the two came only such calls, inquiries, and notifications of what the first was told: nothing else can have
    changed anything about the order.
    """
    last: dict[int, Asked] = {}
    touched: set[int] = set()
    for one in calls_about(trace, payment):
        if closing(one):
            touched |= set(last)
        elif one.call.what == CANCEL:
            last.clear()
        elif _placed_and_told(one):
            before, about = last.get(one.call.about), one.call.about
            if before is not None and about in touched and _only_calls_between(trace, before, one):
                assert isinstance(before.told, InquiryPaymentAnswer)  # noqa: S101  # as it was chosen
                yield before.told, one
            last[about] = one
            touched.discard(about)


def _placed_and_told(one: Asked) -> bool:
    """Whether it is an inquiry of Alipay+'s about an order that was placed, and its answer could be read."""
    return by_alipay_plus(one) and not one.call.strange and isinstance(one.told, InquiryPaymentAnswer)


def _only_calls_between(trace: Trace, before: Asked, after: Asked) -> bool:
    """Whether nothing else was said, at any payment, that could change anything: messages are numbered one by one."""
    first, last = before.said.number, after.said.number
    between = [event.message for event in trace.events if first < event.number < last]
    calls = [message for message in between if isinstance(message, InquiryPayment | CancelPayment) or _answers(message)]
    late = [message for message in between if _repeats(message, before)]
    return len(calls) + len(late) == last - first - 1


def _repeats(message: Message, asked: Asked) -> bool:
    """Whether a notification, or the answer to one, tells no more than an inquiry was told: it only came later."""
    told = asked.told
    assert isinstance(told, InquiryPaymentAnswer)  # noqa: S101  # as it was chosen
    if isinstance(message, NotifyPayment):
        return (message.result_status, message.result_code) == (told.payment_status, told.payment_code)
    return isinstance(message, NotifyPaymentAnswer)


def by_alipay_plus(one: Asked) -> bool:
    """Whether a call is Alipay+'s own."""
    return one.call.signature == "valid"


def own(one: Asked) -> bool:
    """Whether a call is Alipay+'s, about the order of the payment."""
    return one.call.is_own


def excused(trace: Trace, one: Asked) -> bool:
    """Whether an inquiry was told nothing yet: the server is in trouble, so that Alipay+ has to ask again.

    It is not where it was asked again and again in vain. ``U`` with any other code is no trouble: of an order that is
    known, the call succeeds.
    """
    asked = (other for other in calls_about(trace) if _subject(other) == _subject(one))
    told = [other for other in asked if isinstance(other.told, InquiryPaymentAnswer)]
    return _in_trouble(one) and not _in_vain([_in_trouble(other) and not _is_busy(other.told) for other in told])


def _in_vain(broken: list[bool]) -> bool:
    """Whether there was nothing but trouble, however often it was tried; for each answer, whether it told of such.

    The suite tries again within milliseconds. So a limit on traffic is no such trouble, and nor is what an order that
    was known before is in for a while.
    """
    return len(broken) >= OFTEN and all(broken)


def _is_busy(told: Message | None) -> bool:
    return getattr(told, "result_code", None) == _BUSY


def _subject(one: Asked) -> tuple[bool, int]:
    """Which order a call is about, as the scenario wrote it."""
    return one.call.strange, one.call.about


def _in_trouble(one: Asked) -> bool:
    told = one.told
    return isinstance(told, InquiryPaymentAnswer) and (told.result_status, told.result_code) in _TROUBLE


def told_as_paid_first(trace: Trace) -> bool:
    """Whether the first call about the payment was an inquiry that was told S."""
    first = next((one for one in calls_about(trace) if not one.call.about), None)
    return first is not None and getattr(first.told, "payment_status", "") == "S"


def not_cancelled(trace: Trace, one: Asked) -> bool:
    """Whether a call came before Alipay+ had the payment cancelled."""
    number = cancelling(trace)
    return number is None or one.said.number < number


def after_cancellation(trace: Trace, one: Asked) -> bool:
    """Whether a call came when the server had told Alipay+ that the payment was cancelled."""
    number = cancelled(trace)
    return number is not None and one.said.number > number


def in_trouble(trace: Trace) -> bool:
    """Whether a cancellation was answered with U, so that Alipay+ has to try again."""
    return any(answer.result_status == "U" for answer in _cancellations_told(trace))


def broken_down(trace: Trace) -> bool:
    """Whether a cancellation was answered with U for another reason than a limit on traffic."""
    return any(answer.result_status == "U" and not _is_busy(answer) for answer in _cancellations_told(trace))


def _cancellations_told(trace: Trace) -> list[CancelPaymentAnswer]:
    return [event.message for event in trace.of(0) if isinstance(event.message, CancelPaymentAnswer)]


def since_success(trace: Trace, one: Asked) -> bool:
    """Whether a call came when a success had been notified."""
    told = (e.number for e in trace.of(0) if isinstance(e.message, NotifyPayment) and e.message.result_status == "S")
    return one.call.when != PAYING and next(told, one.said.number) < one.said.number


def notified_before(trace: Trace, call: type[InquiryPayment] | type[CancelPayment]) -> bool:
    """Whether an end was notified before Alipay+ called."""
    notices = [event.number for event in trace.of(0) if isinstance(event.message, NotifyPayment)]
    calls = [event.number for event in trace.of(0) if isinstance(event.message, call)]
    return bool(notices and calls) and min(notices) < min(calls)


def unbooked(trace: Trace, call: type[InquiryPayment] | type[CancelPayment]) -> bool:
    """Whether the server does not know an order of which it has notified nothing.

    No document says when an order comes into its books, nor what is answered to a cancellation of an unknown one.
    """
    kind = InquiryPaymentAnswer if call is InquiryPayment else CancelPaymentAnswer
    answers = (event.message for event in trace.of(0) if isinstance(event.message, kind))
    unknown = any(getattr(answer, "result_code", "") == UNKNOWN_ORDER for answer in answers)
    return unknown and not notified_before(trace, call)


def taken_before_cancelled(trace: Trace) -> bool:
    """Whether the payment had been taken when the cancellation was answered, as far as anybody can see."""
    end = cancelled(trace) or 0
    before = [event.message for event in trace.of(0) if event.number < end]
    return "S" in results_told(message for message in before if isinstance(message, _TELLING))


def told_as_paid_last(trace: Trace) -> bool:
    """Whether anything says that the payment was taken after the last inquiry: a debit may cross a cancellation."""
    last = max((one.said.number for one in calls_about(trace) if own(one)), default=0)
    after = (event.message for event in trace.of(0) if event.number > last)
    return "S" in results_told(message for message in after if isinstance(message, _TELLING))


def ended(trace: Trace) -> bool:
    """Whether the payment has come to an end that was notified or shown."""
    return any(isinstance(event.message, NotifyPayment | ResultPage) for event in trace.of(0))


def _succeeded(message: Message | None) -> bool:
    return isinstance(message, CancelPaymentAnswer) and message.result_status == "S"


def _answers(message: Message) -> bool:
    return message.name in _ANSWERS or (isinstance(message, Malformed) and message.operation in _ANSWERS)
