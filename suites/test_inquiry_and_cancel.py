"""inquiryPayment and cancelPayment: what an MPP server answers to Alipay+, by official documentation.

They are asked of wallets that say in [reach] mpp_server where Alipay+ finds their server. Whatever passes here passes
for a server that has shown to tell one order from another: one that refuses every call, or answers all of them alike,
is not judged by what it refuses.
"""

from typing import Final

from mpp_conformance.judging.calls import Asked, asked, called_at, cancelled, cancelling, only, tells_orders_apart
from mpp_conformance.judging.oracle import Expectation, expect
from mpp_conformance.judging.sequences import Question, asked_of
from mpp_conformance.judging.trace import Trace
from mpp_conformance.ledger.requirements import DERIVED, DOCUMENTED, MPP, MPP_SERVER, MUST, SHOULD, case, requirement
from mpp_conformance.ledger.source import MESSAGE_LAYER, PAYMENTS
from mpp_conformance.protocol.messages import (
    CancelPayment,
    CancelPaymentAnswer,
    InquiryPayment,
    InquiryPaymentAnswer,
    Message,
    NotifyPayment,
    ResultPage,
    ServerAnswer,
)
from mpp_conformance.scenarios.call_cells import (
    BEING_PAID,
    CANCELLED_AGAIN,
    CANCELLED_EARLY,
    ENTRY_BEING_PAID,
    ENTRY_CANCELLED_EARLY,
    ENTRY_PAID_CANCELLED,
    ENTRY_UNPAID_CANCELLED,
    FORGED,
    INQUIRED_ROUND_CANCELLATION,
    NOT_BEING_PAID,
    ORDERS,
    ORDERS_APART,
    PAID,
    PAID_CANCELLED,
    STRANGE,
    UNKNOWN_FIELD,
    UNPAID,
    UNPAID_CANCELLED,
    UNSIGNED,
)
from mpp_conformance.scenarios.scenario import FUNDED, OVER, PAYING, UNFUNDED

ABLE: Final = "the customer in [customers] funded to be able to pay"
UNABLE: Final = "the customer in [customers] unfunded to be unable to pay"
OUR_KEY: Final = "the server to know the public half of [keys] alipay_plus_private_key, and take a plain call for valid"
CLOSED: Final = "ORDER_IS_CLOSED"
TELLS: Final[dict[type[Message], str]] = {
    NotifyPayment: "result_status",
    ServerAnswer: "payment_status",
    ResultPage: "status",
}
"""What tells how a payment ended, and by which field."""
UNKNOWN: Final = "ORDER_NOT_EXIST"
REFUSED: Final = "INVALID_SIGNATURE"
APART: Final = "the server to answer inquiries about its own order and about one that nobody placed differently"
OBEYED: Final = "the server to obey the same cancellation when Alipay+ has signed it"
BOOKED: Final = "an order of which nothing was notified to be in the server's books"
CERTAIN: Final = "the server to say F of a failure that it did not notify"
NO_TROUBLE: Final = "no cancellation to be answered with U, after which Alipay+ tries again"
WAITED_FOR: Final = "the consumer to confirm after the cancellation was answered, so that the two do not race"
HELD: Final = "the payment not to be told as paid after it was cancelled"

INQ_1 = requirement(
    "INQ-1",
    MUST,
    DOCUMENTED,
    actor=MPP_SERVER,
    clauses=[PAYMENTS.at("inquiryPayment, answer")],
    text="Asked about a payment that is over, the server says how it ended: S when it was paid, F when it was not.",
)
INQ_2 = requirement(
    "INQ-2",
    MUST,
    DOCUMENTED,
    actor=MPP_SERVER,
    clauses=[PAYMENTS.at("inquiryPayment, order that does not exist")],
    text="Asked about an order that it does not know, the server answers F with ORDER_NOT_EXIST.",
)
INQ_3 = requirement(
    "INQ-3",
    MUST,
    DOCUMENTED,
    actor=MPP_SERVER,
    clauses=[PAYMENTS.at("inquiryPayment, payment in process")],
    text="Asked about a payment that is under way, the server foretells no end that it does not come to.",
)
CAN_1 = requirement(
    "CAN-1",
    MUST,
    DOCUMENTED,
    actor=MPP_SERVER,
    clauses=[PAYMENTS.at("cancelPayment, state of the payment")],
    text="A cancellation succeeds whether the payment was taken, has failed or is under way.",
)
CAN_2 = requirement(
    "CAN-2",
    MUST,
    DOCUMENTED,
    actor=MPP_SERVER,
    clauses=[PAYMENTS.at("cancelPayment, paymentRequestId")],
    text="The same cancellation again gets the same answer.",
)
CAN_3 = requirement(
    "CAN-3",
    MUST,
    DOCUMENTED,
    actor=MPP_SERVER,
    clauses=[PAYMENTS.at("inquiryPayment, payment that was cancelled")],
    text="Asked about a payment that was cancelled, the server answers that it is F with ORDER_IS_CLOSED.",
)
CAN_4 = requirement(
    "CAN-4",
    SHOULD,
    DERIVED,
    actor=MPP,
    clauses=[PAYMENTS.at("cancelPayment, state of the payment")],
    text="A payment that was cancelled before the consumer confirmed it is not taken any more.",
)
WIRE_5 = requirement(
    "WIRE-5",
    MUST,
    DOCUMENTED,
    actor=MPP_SERVER,
    clauses=[MESSAGE_LAYER.at("signature of a request of Alipay+")],
    text="The server verifies that a call is Alipay+'s: one whose signature does not verify takes no payment back.",
)
WIRE_6 = requirement(
    "WIRE-6",
    MUST,
    DOCUMENTED,
    actor=MPP_SERVER,
    clauses=[MESSAGE_LAYER.at("signature of a request of Alipay+"), MESSAGE_LAYER.at("message structure")],
    text="A call that Alipay+ has signed counts however the documents let it be written: its signature is over the "
    "bytes that came, with fields in any order and any white space, and names of headers have any case.",
)
WIRE_7 = requirement(
    "WIRE-7",
    SHOULD,
    DERIVED,
    actor=MPP_SERVER,
    clauses=[MESSAGE_LAYER.at("message structure")],
    text="A field that no document names changes nothing in what a call of Alipay+ is answered.",
)


@case(INQ_1, [PAID, BEING_PAID, ENTRY_BEING_PAID, INQUIRED_ROUND_CANCELLATION[0], *ORDERS_APART])
def test_an_inquiry_tells_of_a_success(trace: Trace) -> None:
    """After a success was notified, and as long as that order was not cancelled, each inquiry about it is told S."""
    of_orders(trace, success_told, FUNDED)


@case(INQ_1, [UNPAID, NOT_BEING_PAID, UNPAID_CANCELLED, ENTRY_UNPAID_CANCELLED, *ORDERS_APART])
def test_an_inquiry_tells_of_a_failure(trace: Trace) -> None:
    """Of a payment that has failed no inquiry is told S; after a failure was notified it is told F."""
    of_orders(trace, failure_told, UNFUNDED)


@case(INQ_2, [STRANGE])
def test_an_inquiry_about_nothing_tells_of_nothing(trace: Trace) -> None:
    """A paymentRequestId that nobody gave is answered with ORDER_NOT_EXIST, and one that was given is not."""
    told = expect(only(trace, lambda one: one.call.strange)).reached(InquiryPayment)
    told.each(InquiryPaymentAnswer, result_status="F", result_code=UNKNOWN)
    shown(trace)


@case(INQ_3, [BEING_PAID, NOT_BEING_PAID, ENTRY_BEING_PAID])
def test_an_inquiry_in_between_foretells_nothing(trace: Trace) -> None:
    """Before the consumer confirms, the payment is U; what it is told as at that time is what it comes to."""
    end = "S" if trace.paid() else "F"
    told = expect(only(trace, lambda one: one.call.when == PAYING)).reached(InquiryPayment)
    told.given(over(trace), "the payment to come to an end")
    told.some(InquiryPaymentAnswer).none_but(InquiryPaymentAnswer, payment_status=("U", end, None))
    shown(trace)


@case(CAN_1, [*PAID_CANCELLED, *ORDERS_APART])
def test_a_payment_that_was_taken_is_cancelled(trace: Trace) -> None:
    """What was paid can be taken back, also when others were paid since."""
    of_first_order(trace, taken_back)


@case(CAN_1, [UNPAID_CANCELLED, ENTRY_UNPAID_CANCELLED])
def test_a_payment_that_has_failed_is_cancelled(trace: Trace) -> None:
    """Where nothing was paid the cancellation succeeds as well."""
    succeeds(trace, expect(trace).reached(CancelPayment).given(not trace.paid(), UNABLE))


@case(CAN_1, CANCELLED_EARLY)
def test_a_payment_that_is_under_way_is_cancelled(trace: Trace) -> None:
    """A payment can be cancelled at the cashier page."""
    succeeds(trace, expect(trace).reached(CancelPayment))


@case(CAN_2, CANCELLED_AGAIN)
def test_a_cancellation_can_be_repeated(trace: Trace) -> None:
    """The second cancellation succeeds as the first one did, with the same code, wherever the consumer confirms."""
    told = expect(trace).reached(CancelPaymentAnswer).given(not in_trouble(trace), NO_TROUBLE)
    answers = [event.message for event in trace.of(0) if isinstance(event.message, CancelPaymentAnswer)]
    told.given(answers[0].result_status == "S" and len(answers) > 1, "the first to succeed, and both to be answered")
    told.each(CancelPaymentAnswer, result_status="S", result_code=answers[0].result_code)
    shown(trace)


@case(CAN_3, [*ORDERS, ENTRY_PAID_CANCELLED, ENTRY_CANCELLED_EARLY, *ORDERS_APART])
def test_what_was_cancelled_is_closed(trace: Trace) -> None:
    """Each inquiry after the cancellation is told F with ORDER_IS_CLOSED, whatever was told before it."""
    of_first_order(trace, closed)


@case(CAN_4, CANCELLED_EARLY)
def test_what_was_cancelled_is_not_taken_after_that(trace: Trace) -> None:
    """The consumer who confirms too late is not debited, and not told so; a wallet may have been quicker."""
    told = expect(trace).reached(CancelPaymentAnswer, result_status="S").given(not trace.raced(), WAITED_FOR)
    if taken_before_cancelled(trace):
        told.reached(NotifyPayment, result_status="S")
    else:
        told.none(NotifyPayment, result_status="S").none(ServerAnswer, payment_status="S").none(ResultPage, status="S")


@case(WIRE_5, [FORGED, UNSIGNED])
def test_a_cancellation_that_is_not_signed_is_not_obeyed(trace: Trace) -> None:
    """A stranger's cancellation is refused, in whatever form, and the payment is as it was; Alipay+'s own succeeds."""
    expect(trace).reached(CancelPayment).given(trace.paid(), ABLE)
    forged = expect(only(trace, lambda one: one.call.signature != "valid"))
    if any(one.told is not None for one in asked(trace) if one.call.signature != "valid"):
        forged.none(CancelPaymentAnswer, result_status="S")
    before = only(trace, lambda one: asked_in_time(trace, 0, one))
    expect(before).reached(InquiryPayment).none(InquiryPaymentAnswer, payment_status="F")
    expect(trace).given(cancelled(trace) is not None, OBEYED)
    shown(trace)


@case(WIRE_6, [PAID])
def test_a_call_counts_in_every_spelling(trace: Trace) -> None:
    """No call that Alipay+ has signed is refused as if it were not."""
    told = expect(trace).reached(InquiryPaymentAnswer)
    answers = [one.told for one in asked(trace)]
    told.given(any(getattr(answer, "result_code", REFUSED) != REFUSED for answer in answers), OUR_KEY)
    told.none(InquiryPaymentAnswer, result_code=REFUSED)
    shown(trace)


@case(WIRE_7, [UNKNOWN_FIELD])
def test_an_unknown_field_changes_nothing(trace: Trace) -> None:
    """The inquiry with such a field is told what the one without it was told."""
    usual = next((one.told for one in asked(trace) if not one.call.form.unknown), None)
    expect(trace).given(getattr(usual, "result_status", "") == "S", "the inquiry without that field to be answered")
    told = expect(only(trace, lambda one: one.call.form.unknown)).reached(InquiryPayment)
    told.each(InquiryPaymentAnswer, result_status="S", payment_status=getattr(usual, "payment_status", None))
    shown(trace)


def of(one: Asked, back: int) -> bool:
    """Whether a call is Alipay+'s, about the order of the payment so many before."""
    return one.call.signature == "valid" and not one.call.strange and one.call.back == back


def own(one: Asked) -> bool:
    """Whether a call is Alipay+'s, about the order of the payment."""
    return of(one, 0)


def after_cancellation(trace: Trace, one: Asked) -> bool:
    """Whether a call came when the server had told Alipay+ that the payment was cancelled."""
    number = cancelled(trace)
    return number is not None and one.said.number > number


def of_orders(trace: Trace, question: Question, customer: str) -> None:
    """Ask it of each order of this customer; what cannot be decided of one of several is left to shorter ones."""
    for index, payment in enumerate(trace.scenario.payments):
        if payment.customer == customer:
            asked_of(trace, index, question, strict=len(trace.scenario.payments) == 1)


def of_first_order(trace: Trace, question: Question) -> None:
    """Likewise, of the one that is cancelled."""
    asked_of(trace, 0, question, strict=len(trace.scenario.payments) == 1)


def success_told(trace: Trace, payment: int) -> None:
    """S, from the notification of a success to the cancellation."""
    at = called_at(trace)
    expect(trace, payment).reached(NotifyPayment, result_status="S")
    held = only(trace, lambda one: asked_in_time(trace, payment, one) and since_success(trace, payment, one), at)
    expect(held, at).reached(InquiryPayment).each(InquiryPaymentAnswer, result_status="S", payment_status="S")
    shown(trace)


def failure_told(trace: Trace, payment: int) -> None:
    """F, or no success where no failure was notified."""
    at = called_at(trace)
    held = only(trace, lambda one: of(one, at - payment) and one.call.when == OVER, at)
    told = expect(held, at).reached(InquiryPayment).given(not trace.paid(payment), UNABLE)
    told.given(not unbooked(held, InquiryPayment, payment), BOOKED)
    told.each(InquiryPaymentAnswer, result_status="S").none(InquiryPaymentAnswer, payment_status="S")
    if notified_before(held, InquiryPayment, payment):
        told.each(InquiryPaymentAnswer, payment_status="F")
    elif not any(isinstance(event.message, NotifyPayment) for event in trace.of(payment)):
        answers = (event.message for event in held.of(at) if isinstance(event.message, InquiryPaymentAnswer))
        told.given({answer.payment_status for answer in answers} == {"F"}, CERTAIN)
    shown(trace)


def taken_back(trace: Trace, payment: int) -> None:
    """The cancellation of a payment that was taken succeeds."""
    succeeds(trace, expect(trace, called_at(trace)).reached(CancelPayment).given(trace.paid(payment), ABLE))


def closed(trace: Trace, payment: int) -> None:
    """F with ORDER_IS_CLOSED, from the answer to the cancellation on."""
    at = called_at(trace)
    expect(trace, at).reached(CancelPaymentAnswer, result_status="S")
    held = only(trace, lambda one: of(one, at - payment) and after_cancellation(trace, one), at)
    told = expect(held, at).reached(InquiryPayment)
    told.each(InquiryPaymentAnswer, result_status="S", payment_status="F", payment_code=CLOSED)
    told.given(taken_before_cancelled(trace) or not (trace.paid(payment) and told_as_paid_last(trace)), HELD)
    shown(trace)


def shown(trace: Trace) -> None:
    """What was seen is the server's answer to what it was asked, and not what it answers to everything."""
    at = called_at(trace)
    expect(trace, at).given(tells_orders_apart(trace, at), APART)


def succeeds(trace: Trace, told: Expectation) -> None:
    """The first cancellation is answered with S, as far as the server knows of the order and is in no trouble."""
    told.given(not unbooked(trace, CancelPayment, 0), BOOKED).given(not in_trouble(trace), NO_TROUBLE)
    first, at = cancelling(trace), called_at(trace)
    expect(only(trace, lambda one: one.said.number == first, at), at).each(CancelPaymentAnswer, result_status="S")
    shown(trace)


def asked_in_time(trace: Trace, payment: int, one: Asked) -> bool:
    """Whether Alipay+ asks about the order of a payment, and has not had it cancelled before."""
    at = called_at(trace)
    calls = (other.said for other in asked(trace, at) if of(other, at - payment))
    cancellations = (said.number for said in calls if isinstance(said.message, CancelPayment))
    return of(one, at - payment) and one.said.number < next(cancellations, one.said.number + 1)


def in_trouble(trace: Trace) -> bool:
    """Whether a cancellation was answered with U."""
    answers = (event.message for event in trace.of(called_at(trace)) if isinstance(event.message, CancelPaymentAnswer))
    return any(answer.result_status == "U" for answer in answers)


def since_success(trace: Trace, payment: int, one: Asked) -> bool:
    """Whether a call came when a success had been notified of a payment."""
    notices = ((event.number, event.message) for event in trace.of(payment) if isinstance(event.message, NotifyPayment))
    told = (number for number, notice in notices if notice.result_status == "S")
    return one.call.when == OVER and next(told, one.said.number) < one.said.number


def notified_before(trace: Trace, call: type[InquiryPayment] | type[CancelPayment], payment: int) -> bool:
    """Whether an end was notified of a payment before Alipay+ called."""
    notices = [event.number for event in trace.of(payment) if isinstance(event.message, NotifyPayment)]
    calls = [event.number for event in trace.of(called_at(trace)) if isinstance(event.message, call)]
    return bool(notices and calls) and min(notices) < min(calls)


def unbooked(trace: Trace, call: type[InquiryPayment] | type[CancelPayment], payment: int) -> bool:
    """Whether the server does not know an order of which it has notified nothing.

    No document says when an order comes into its books, nor what is answered to a cancellation of an unknown one.
    """
    kind = InquiryPaymentAnswer if call is InquiryPayment else CancelPaymentAnswer
    answers = (event.message for event in trace.of(called_at(trace)) if isinstance(event.message, kind))
    unknown = any(getattr(answer, "result_code", "") == UNKNOWN for answer in answers)
    return unknown and not notified_before(trace, call, payment)


def taken_before_cancelled(trace: Trace) -> bool:
    """Whether the payment had been taken when the cancellation was answered, as far as anybody can see."""
    end = cancelled(trace) or 0
    before = [event.message for event in trace.of(0) if event.number < end]
    return any(getattr(message, TELLS.get(type(message), ""), None) == "S" for message in before)


def told_as_paid_last(trace: Trace) -> bool:
    """Whether anything says that the payment was taken after the last inquiry: a debit may cross a cancellation."""
    last = max((one.said.number for one in asked(trace) if own(one)), default=0)
    return any(
        getattr(event.message, TELLS.get(type(event.message), ""), None) == "S"
        for event in trace.of(0)
        if event.number > last
    )


def over(trace: Trace) -> bool:
    """Whether the payment has come to an end that was notified or shown."""
    return any(isinstance(event.message, NotifyPayment | ResultPage) for event in trace.of(0))
