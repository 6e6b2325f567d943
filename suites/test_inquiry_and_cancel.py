"""inquiryPayment and cancelPayment: what an MPP server answers to Alipay+, by official documentation.

They are asked of wallets that say in [reach] mpp_server where Alipay+ finds their server.
"""

from dataclasses import replace
from typing import Final

from mpp_conformance.judging.oracle import Expectation, expect
from mpp_conformance.judging.trace import Trace
from mpp_conformance.ledger.requirements import DERIVED, DOCUMENTED, MPP, MPP_SERVER, MUST, SHOULD, case, requirement
from mpp_conformance.ledger.source import MESSAGE_LAYER, PAYMENTS
from mpp_conformance.protocol.messages import (
    CancelPayment,
    CancelPaymentAnswer,
    InquiryPayment,
    InquiryPaymentAnswer,
    Malformed,
    NotifyPayment,
    ResultPage,
    ServerAnswer,
)
from mpp_conformance.scenarios.scenario import (
    CANCEL,
    ENTRY,
    FUNDED,
    INQUIRE,
    ORDER,
    PAYING,
    UNFUNDED,
    Call,
    Payment,
    Scenario,
    handle_by_psp,
    one,
)

ABLE: Final = "the customer in [customers] funded to be able to pay"
UNABLE: Final = "the customer in [customers] unfunded to be unable to pay"
KEYS: Final = "[keys] client_id and mpp_public_key to be those of the MPP server"
NOT_VERIFIED: Final = ("missing", "unreadable", "invalid")
CLOSED: Final = "ORDER_IS_CLOSED"
UNKNOWN: Final = "ORDER_NOT_EXIST"
BOOKED: Final = "an order of which nothing was notified to be in the server's books"
CERTAIN: Final = "the server to say F of a failure that it did not notify"
NO_TROUBLE: Final = "no cancellation to be answered with U, after which Alipay+ tries again"
HELD: Final = "the payment not to be told as paid after it was cancelled"


def called(label: str, *calls: Call, code: str = ORDER, customer: str = FUNDED) -> Scenario:
    """A payment left to the MPP, and what Alipay+ asks about it."""
    return one(label, Payment(code=code, customer=customer, answer=handle_by_psp(), calls=calls))


ASK: Final = Call(what=INQUIRE)
ASK_EARLY: Final = Call(what=INQUIRE, when=PAYING)
TAKE_BACK: Final = Call(what=CANCEL)
TAKE_BACK_EARLY: Final = Call(what=CANCEL, when=PAYING)

PAID: Final = called("order-paid-inquired-twice", ASK, ASK)
ENTRY_PAID: Final = called("entry-paid-inquired", ASK, code=ENTRY)
UNPAID: Final = called("order-unpaid-inquired", ASK, customer=UNFUNDED)
BEING_PAID: Final = called("order-inquired-while-paying", ASK_EARLY)
NOT_BEING_PAID: Final = called("order-inquired-while-failing", ASK_EARLY, customer=UNFUNDED)
STRANGE: Final = called("strange-order-inquired", Call(what=INQUIRE, strange=True))
PAID_CANCELLED: Final = called("order-paid-cancelled", TAKE_BACK, ASK)
UNPAID_CANCELLED: Final = called("order-unpaid-cancelled", TAKE_BACK, customer=UNFUNDED)
CANCELLED_EARLY: Final = called("order-cancelled-while-paying", TAKE_BACK_EARLY, ASK_EARLY)
ENTRY_CANCELLED_EARLY: Final = called("entry-cancelled-while-paying", TAKE_BACK_EARLY, code=ENTRY)
CANCELLED_TWICE: Final = called("order-paid-cancelled-twice", TAKE_BACK, TAKE_BACK)
FORGED: Final = called("order-paid-cancelled-by-a-stranger", Call(what=CANCEL, signature="invalid"), ASK)
UNSIGNED: Final = called("order-paid-cancelled-without-a-signature", Call(what=CANCEL, signature="missing"), ASK)

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
WIRE_3 = requirement(
    "WIRE-3",
    MUST,
    DOCUMENTED,
    actor=MPP_SERVER,
    clauses=[MESSAGE_LAYER.at("signature of an answer to Alipay+")],
    text="The server signs what it answers to Alipay+, in the same way as its own requests.",
)
WIRE_4 = requirement(
    "WIRE-4",
    MUST,
    DOCUMENTED,
    actor=MPP_SERVER,
    clauses=[MESSAGE_LAYER.at("inquiryPayment, response"), MESSAGE_LAYER.at("cancelPayment, response")],
    text="Calls of Alipay+ are answered, and the answers have their required fields; scalars are strings.",
)
WIRE_5 = requirement(
    "WIRE-5",
    MUST,
    DOCUMENTED,
    actor=MPP_SERVER,
    clauses=[MESSAGE_LAYER.at("signature of a request of Alipay+")],
    text="The server verifies that a call is Alipay+'s: one whose signature does not verify takes no payment back.",
)


@case(INQ_1, [PAID, ENTRY_PAID])
def test_an_inquiry_tells_of_a_success(trace: Trace) -> None:
    """After a success was notified each inquiry is told S."""
    expect(trace).reached(NotifyPayment, result_status="S")
    asked = expect(since_notified(trace)).reached(InquiryPayment)
    asked.each(InquiryPaymentAnswer, result_status="S", payment_status="S")


@case(INQ_1, [UNPAID])
def test_an_inquiry_tells_of_a_failure(trace: Trace) -> None:
    """Of a payment that has failed no inquiry is told S; after a failure was notified it is told F."""
    asked = expect(trace).reached(InquiryPayment).given(not trace.paid(), UNABLE)
    asked.given(not unbooked(trace, InquiryPayment), BOOKED)
    asked.each(InquiryPaymentAnswer, result_status="S").none(InquiryPaymentAnswer, payment_status="S")
    if notified_before(trace, InquiryPayment):
        asked.each(InquiryPaymentAnswer, payment_status="F")
    elif not any(isinstance(event.message, NotifyPayment) for event in trace.of(0)):
        answers = (event.message for event in trace.of(0) if isinstance(event.message, InquiryPaymentAnswer))
        asked.given({answer.payment_status for answer in answers} == {"F"}, CERTAIN)


@case(INQ_2, [STRANGE])
def test_an_inquiry_about_nothing_tells_of_nothing(trace: Trace) -> None:
    """A paymentRequestId that nobody gave is answered with ORDER_NOT_EXIST."""
    asked = expect(trace).reached(InquiryPayment)
    asked.each(InquiryPaymentAnswer, result_status="F", result_code=UNKNOWN)


@case(INQ_3, [BEING_PAID, NOT_BEING_PAID])
def test_an_inquiry_in_between_foretells_nothing(trace: Trace) -> None:
    """Before the consumer confirms, the payment is U; what it is told as at that time is what it comes to."""
    end = "S" if trace.paid() else "F"
    asked = expect(trace).reached(InquiryPayment).given(over(trace), "the payment to come to an end")
    asked.some(InquiryPaymentAnswer).none_but(InquiryPaymentAnswer, payment_status=("U", end, None))


@case(CAN_1, [PAID_CANCELLED])
def test_a_payment_that_was_taken_is_cancelled(trace: Trace) -> None:
    """What was paid can be taken back."""
    succeeds(trace, expect(trace).reached(CancelPayment).given(trace.paid(), ABLE))


@case(CAN_1, [UNPAID_CANCELLED])
def test_a_payment_that_has_failed_is_cancelled(trace: Trace) -> None:
    """Where nothing was paid the cancellation succeeds as well."""
    succeeds(trace, expect(trace).reached(CancelPayment).given(not trace.paid(), UNABLE))


@case(CAN_1, [CANCELLED_EARLY, ENTRY_CANCELLED_EARLY])
def test_a_payment_that_is_under_way_is_cancelled(trace: Trace) -> None:
    """A payment can be cancelled at the cashier page."""
    succeeds(trace, expect(trace).reached(CancelPayment))


@case(CAN_2, [CANCELLED_TWICE])
def test_a_cancellation_can_be_repeated(trace: Trace) -> None:
    """The second cancellation succeeds as the first one did, with the same code."""
    asked = expect(trace).reached(CancelPaymentAnswer, result_status="S").given(not in_trouble(trace), NO_TROUBLE)
    answers = [event.message for event in trace.of(0) if isinstance(event.message, CancelPaymentAnswer)]
    asked.each(CancelPaymentAnswer, result_status="S", result_code=answers[0].result_code)


@case(CAN_3, [PAID_CANCELLED, CANCELLED_EARLY])
def test_what_was_cancelled_is_closed(trace: Trace) -> None:
    """An inquiry after the cancellation is told F with ORDER_IS_CLOSED."""
    asked = expect(trace).reached(CancelPaymentAnswer, result_status="S").reached(InquiryPayment)
    asked.each(InquiryPaymentAnswer, result_status="S", payment_status="F", payment_code=CLOSED)
    asked.given(taken_before_cancelled(trace) or not trace.paid(), HELD)


@case(CAN_4, [CANCELLED_EARLY, ENTRY_CANCELLED_EARLY])
def test_what_was_cancelled_is_not_taken_after_that(trace: Trace) -> None:
    """The consumer who confirms too late is not debited, and not told so; a wallet may have been quicker."""
    asked = expect(trace).reached(CancelPaymentAnswer, result_status="S")
    if taken_before_cancelled(trace):
        asked.reached(NotifyPayment, result_status="S")
    else:
        asked.none(NotifyPayment, result_status="S").none(ServerAnswer, payment_status="S").none(ResultPage, status="S")


@case(WIRE_3, [PAID, PAID_CANCELLED, STRANGE])
def test_answers_are_signed(trace: Trace) -> None:
    """The signature of each answer verifies with the MPP's public key; one by another key proves nothing."""
    asked = expect(trace).reached(InquiryPayment)
    for kind in (InquiryPaymentAnswer, CancelPaymentAnswer):
        for outcome in NOT_VERIFIED:
            asked.none(Malformed, operation=kind.__name__, signature=outcome)
        expect(readable(trace)).none_but(kind, signature=("valid", "foreign"))
    answers = (Malformed, InquiryPaymentAnswer)
    asked.given(any(isinstance(event.message, answers) for event in trace.of(0)), "the inquiry to be answered")
    foreign = [event for event in trace.events if getattr(event.message, "signature", "valid") == "foreign"]
    asked.given(not foreign, KEYS)


@case(WIRE_4, [PAID, STRANGE, PAID_CANCELLED, UNPAID_CANCELLED])
def test_answers_conform_to_the_interface(trace: Trace) -> None:
    """Each call of Alipay+ is answered, and each answer is well-formed."""
    for call, answer in ((InquiryPayment, InquiryPaymentAnswer), (CancelPayment, CancelPaymentAnswer)):
        if any(payment.what == call_name(call) for payment in trace.scenario.payments[0].calls):
            asked = expect(trace).reached(call)
            asked.none(Malformed, operation=answer.__name__).some(answer)


@case(WIRE_5, [FORGED, UNSIGNED])
def test_a_cancellation_that_is_not_signed_is_not_obeyed(trace: Trace) -> None:
    """A stranger's cancellation is refused, in whatever form, and the payment is as it was."""
    asked = expect(trace).reached(CancelPayment).given(trace.paid(), ABLE).reached(InquiryPayment)
    if any(isinstance(event.message, CancelPaymentAnswer) for event in trace.of(0)):
        asked.none(CancelPaymentAnswer, result_status="S")
    asked.none(InquiryPaymentAnswer, payment_status="F")


def readable(trace: Trace) -> Trace:
    """What could be read."""
    return replace(trace, events=tuple(event for event in trace.events if not isinstance(event.message, Malformed)))


def call_name(call: type[InquiryPayment] | type[CancelPayment]) -> str:
    """The name of a call in a scenario."""
    return INQUIRE if call is InquiryPayment else CANCEL


def succeeds(trace: Trace, asked: Expectation) -> None:
    """Each cancellation is answered with S, as far as the server knows of the order and is in no trouble."""
    asked.given(not unbooked(trace, CancelPayment), BOOKED).given(not in_trouble(trace), NO_TROUBLE)
    asked.each(CancelPaymentAnswer, result_status="S")


def in_trouble(trace: Trace) -> bool:
    """Whether a cancellation was answered with U."""
    answers = (event.message for event in trace.of(0) if isinstance(event.message, CancelPaymentAnswer))
    return any(answer.result_status == "U" for answer in answers)


def since_notified(trace: Trace) -> Trace:
    """What came after the first success that was notified."""
    told = (event.number for event in trace.of(0) if isinstance(event.message, NotifyPayment))
    start = next(told, 0)
    return replace(trace, events=tuple(event for event in trace.events if event.number > start))


def notified_before(trace: Trace, call: type[InquiryPayment] | type[CancelPayment]) -> bool:
    """Whether an end was notified before Alipay+ called."""
    notices = [event.number for event in trace.of(0) if isinstance(event.message, NotifyPayment)]
    called = [event.number for event in trace.of(0) if isinstance(event.message, call)]
    return bool(notices and called) and min(notices) < min(called)


def unbooked(trace: Trace, call: type[InquiryPayment] | type[CancelPayment]) -> bool:
    """Whether the server does not know an order of which it has notified nothing.

    No document says when an order comes into its books, nor what is answered to a cancellation of an unknown one.
    """
    kind = InquiryPaymentAnswer if call is InquiryPayment else CancelPaymentAnswer
    answers = (event.message for event in trace.of(0) if isinstance(event.message, kind))
    unknown = any(getattr(answer, "result_code", "") == UNKNOWN for answer in answers)
    return unknown and not notified_before(trace, call)


def taken_before_cancelled(trace: Trace) -> bool:
    """Whether the payment had been taken when the cancellation was answered, as far as anybody can see."""
    said = [event.message for event in trace.of(0)]
    before = said[: next(place for place, message in enumerate(said) if isinstance(message, CancelPaymentAnswer))]
    names = {NotifyPayment: "result_status", ServerAnswer: "payment_status", ResultPage: "status"}
    return any(getattr(message, names.get(type(message), ""), None) == "S" for message in before)


def over(trace: Trace) -> bool:
    """Whether the payment has come to an end that was notified or shown."""
    return any(isinstance(event.message, NotifyPayment | ResultPage) for event in trace.of(0))
