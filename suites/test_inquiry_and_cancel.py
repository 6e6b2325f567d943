"""inquiryPayment and cancelPayment: what an MPP server answers to Alipay+, by official documentation.

They are asked of wallets that say in [reach] mpp_server where Alipay+ finds their server. Whatever passes here passes
for a server that has shown to tell one order from another: one that refuses every call, or answers all of them alike,
is not judged by what it refuses.
"""

from typing import Final

from mpp_conformance.judging.calls import (
    UNKNOWN_ORDER,
    Asked,
    after_cancellation,
    broken_down,
    by_alipay_plus,
    cancelling,
    ended,
    excused,
    in_trouble,
    not_cancelled,
    notified_before,
    only,
    own,
    since_success,
    taken_before_cancelled,
    tells_orders_apart,
    told_as_paid_last,
    unbooked,
)
from mpp_conformance.judging.oracle import Expectation, expect
from mpp_conformance.judging.sequences import of_each_alone
from mpp_conformance.judging.trace import Trace
from mpp_conformance.ledger.requirements import DERIVED, DOCUMENTED, MPP, MPP_SERVER, MUST, SHOULD, case, requirement
from mpp_conformance.ledger.source import PAYMENTS
from mpp_conformance.protocol.messages import (
    CancelPayment,
    CancelPaymentAnswer,
    InquiryPayment,
    InquiryPaymentAnswer,
    NotifyPayment,
    ResultPage,
    ServerAnswer,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios.call_cells import (
    BEING_PAID,
    CANCELLED_AGAIN,
    CANCELLED_EARLY,
    EARLY_TRIED_AGAIN,
    ENTRY_BEING_PAID,
    ENTRY_CANCELLED_EARLY,
    ENTRY_PAID_CANCELLED,
    ENTRY_UNPAID_CANCELLED,
    INQUIRED_ROUND_CANCELLATION,
    NOT_BEING_PAID,
    ORDERS,
    PAID,
    PAID_CANCELLED,
    PAID_TRIED_AGAIN,
    STRANGE,
    UNPAID,
    UNPAID_CANCELLED,
    UNPAID_TRIED_AGAIN,
    asked_about_after_cancellation,
    asked_about_in_between,
    asked_about_nothing,
    called_about,
    cancelled_in_between,
    cancelled_twice,
    kept_and_asked_about,
    taken_back,
    uncollected,
    unpaid,
    unpaid_and_cancelled,
)
from mpp_conformance.scenarios.call_sequences import UNCOLLECTED, several
from mpp_conformance.scenarios.scenario import PAYING

ABLE: Final = "the customer in [customers] funded to be able to pay"
UNABLE: Final = "the customer in [customers] unfunded to be unable to pay"
CLOSED: Final = "ORDER_IS_CLOSED"
IN_PROCESS: Final = "PAYMENT_IN_PROCESS"
APART: Final = "the server to answer inquiries about its own order and about one that nobody placed differently"
BOOKED: Final = "an order of which nothing was notified to be in the server's books"
CERTAIN: Final = "the server to say F of a failure that it did not notify"
NOT_TAKEN: Final = "nothing to be paid of what was not left to the MPP, so that no inquiry tells of a payment"
TOLD_AS_PAID: Final = "an inquiry about a payment that was taken to be told S"
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
    text="Asked about a payment under way, the server announces no result that the payment then does not have; that it "
    "is U stands in paymentResult, for the call itself succeeds.",
)
INQ_4 = requirement(
    "INQ-4",
    SHOULD,
    DERIVED,
    actor=MPP_SERVER,
    clauses=[PAYMENTS.at("inquiryPayment, answer")],
    text="Where the answer to an inquiry says amounts, a customer or a paymentId, they are those of the order, of its "
    "call and of its notification.",
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
CAN_6 = requirement(
    "CAN-6",
    SHOULD,
    DERIVED,
    actor=MPP_SERVER,
    clauses=[PAYMENTS.at("cancelPayment, retry")],
    text="A cancellation whose result is unknown (U) succeeds when Alipay+ tries it again.",
)


@case(INQ_1, [PAID, BEING_PAID, ENTRY_BEING_PAID, INQUIRED_ROUND_CANCELLATION[0], *several(kept_and_asked_about)])
def test_an_inquiry_tells_of_a_success(trace: Trace) -> None:
    """After a success was notified, and as long as that order was not cancelled, each inquiry about it is told S."""
    of_each_alone(trace, kept_and_asked_about, inquired_as_paid)


@case(INQ_1, [UNPAID, NOT_BEING_PAID, ENTRY_UNPAID_CANCELLED, *several(unpaid)])
def test_an_inquiry_tells_of_a_failure(trace: Trace) -> None:
    """Of a payment that has failed no inquiry is told S; after a failure was notified it is told F."""
    of_each_alone(trace, unpaid, inquired_as_failed)


@case(INQ_1, UNCOLLECTED)
def test_an_inquiry_tells_of_no_success_that_was_not_the_mpps(trace: Trace) -> None:
    """Of an order that was left to the client SDK, or that was never told, no inquiry is told S."""
    of_each_alone(trace, uncollected, inquired_as_not_collected)
    told = (event.message for event in trace.events if isinstance(event.message, InquiryPaymentAnswer))
    expect(trace).given("S" in {answer.payment_status for answer in told}, TOLD_AS_PAID)


@case(INQ_2, [STRANGE, *several(asked_about_nothing), *UNCOLLECTED])
def test_an_inquiry_about_nothing_tells_of_nothing(trace: Trace) -> None:
    """A paymentRequestId that nobody gave is answered with ORDER_NOT_EXIST, and one that was given is not."""
    of_each_alone(trace, asked_about_nothing, tells_of_nothing)


@case(INQ_3, [BEING_PAID, NOT_BEING_PAID, ENTRY_BEING_PAID, *several(asked_about_in_between)])
def test_an_inquiry_in_between_foretells_nothing(trace: Trace) -> None:
    """Before the consumer confirms, the payment is U, and not the call; a result announced then is the one it has."""
    of_each_alone(trace, asked_about_in_between, foretells_nothing)


@case(INQ_4, [PAID, BEING_PAID, *several(called_about)])
def test_an_inquiry_is_told_of_its_own_payment(trace: Trace) -> None:
    """Amounts, customer and paymentId, where an answer says them, are those of this payment, whatever came since."""
    of_each_alone(trace, called_about, tells_its_own)


@case(CAN_1, [*PAID_CANCELLED, *several(taken_back)])
def test_a_payment_that_was_taken_is_cancelled(trace: Trace) -> None:
    """What was paid can be taken back, also when others were paid since."""
    of_each_alone(trace, taken_back, cancelled_when_paid)


@case(CAN_1, [UNPAID_CANCELLED, ENTRY_UNPAID_CANCELLED, UNPAID_TRIED_AGAIN, *several(unpaid_and_cancelled)])
def test_a_payment_that_has_failed_is_cancelled(trace: Trace) -> None:
    """Where nothing was paid the cancellation succeeds as well."""
    of_each_alone(trace, unpaid_and_cancelled, cancelled_when_failed)


@case(CAN_1, [*CANCELLED_EARLY, *several(cancelled_in_between)])
def test_a_payment_that_is_under_way_is_cancelled(trace: Trace) -> None:
    """A payment can be cancelled at the cashier page."""
    of_each_alone(trace, cancelled_in_between, lambda held: succeeds(held, by_alipay_plus_itself(held)))


@case(CAN_2, [*CANCELLED_AGAIN, *several(cancelled_twice)])
def test_a_cancellation_can_be_repeated(trace: Trace) -> None:
    """The second cancellation succeeds as the first one did, with the same code, wherever the consumer confirms."""
    of_each_alone(trace, cancelled_twice, lambda held: cancelled_alike(only(held, by_alipay_plus)))


@case(CAN_6, [PAID_TRIED_AGAIN, UNPAID_TRIED_AGAIN, EARLY_TRIED_AGAIN])
def test_a_cancellation_that_is_tried_again_succeeds(trace: Trace) -> None:
    """Tried again five times after a U, it succeeds; a limit on traffic may hold for longer."""
    told = expect(trace).reached(CancelPaymentAnswer)
    if broken_down(trace):
        told.some(CancelPaymentAnswer, result_status="S")
    shown(trace)


@case(
    CAN_3,
    [
        *(*ORDERS, ENTRY_PAID_CANCELLED, ENTRY_CANCELLED_EARLY, PAID_TRIED_AGAIN),
        *several(asked_about_after_cancellation),
    ],
)
def test_what_was_cancelled_is_closed(trace: Trace) -> None:
    """Each inquiry after the cancellation is told F with ORDER_IS_CLOSED, whatever was told before it."""
    of_each_alone(trace, asked_about_after_cancellation, closed)


@case(CAN_4, [*CANCELLED_EARLY, *several(cancelled_in_between)])
def test_what_was_cancelled_is_not_taken_after_that(trace: Trace) -> None:
    """The consumer who confirms too late is not debited, and not told so; a wallet may have been quicker."""
    of_each_alone(trace, cancelled_in_between, not_taken_after_that)


def answered(trace: Trace, one: Asked) -> bool:
    """Whether a call is about the payment's own order, and the server was not in trouble then."""
    return own(one) and not excused(trace, one)


def inquired_as_paid(trace: Trace) -> None:
    """Every inquiry since the success is told S."""
    expect(trace).reached(NotifyPayment, result_status="S")
    held = only(trace, lambda one: answered(trace, one) and since_success(trace, one) and not_cancelled(trace, one))
    expect(held).reached(InquiryPayment).each(InquiryPaymentAnswer, result_status="S", payment_status="S")
    shown(trace)


def inquired_as_failed(trace: Trace) -> None:
    """No inquiry is told S, and each is told F where the failure was notified."""
    held = only(trace, lambda one: answered(trace, one) and one.call.when != PAYING)
    told = expect(held).reached(InquiryPayment).given(not trace.paid(), UNABLE)
    told.given(not unbooked(held, InquiryPayment), BOOKED)
    told.each(InquiryPaymentAnswer, result_status="S").none(InquiryPaymentAnswer, payment_status="S")
    if notified_before(held, InquiryPayment):
        told.each(InquiryPaymentAnswer, payment_status="F")
    elif not any(isinstance(event.message, NotifyPayment) for event in trace.of(0)):
        answers = (event.message for event in held.of(0) if isinstance(event.message, InquiryPaymentAnswer))
        told.given({answer.payment_status for answer in answers} == {"F"}, CERTAIN)
    shown(trace)


def inquired_as_not_collected(trace: Trace) -> None:
    """No inquiry is told S, whatever else it is told: nobody can say when such an order comes into the books."""
    told = expect(only(trace, own)).reached(InquiryPaymentAnswer).given(not trace.paid(), NOT_TAKEN)
    told.none(InquiryPaymentAnswer, payment_status="S")


def tells_of_nothing(trace: Trace) -> None:
    """The order that nobody placed does not exist."""
    told = expect(only(trace, lambda one: one.call.strange and not excused(trace, one))).reached(InquiryPayment)
    told.each(InquiryPaymentAnswer, result_status="F", result_code=UNKNOWN_ORDER)
    shown(trace)


def foretells_nothing(trace: Trace) -> None:
    """U, or what it comes to."""
    end = "S" if trace.paid() else "F"
    told = expect(only(trace, lambda one: own(one) and one.call.when == PAYING)).reached(InquiryPayment)
    told.given(ended(trace), "the payment to come to an end")
    told.some(InquiryPaymentAnswer).none_but(InquiryPaymentAnswer, payment_status=("U", end, None))
    in_process = only(trace, lambda one: own(one) and one.call.when == PAYING and told_in_process(one))
    expect(in_process).none_but(InquiryPaymentAnswer, result_status=("S",))
    shown(trace)


def told_in_process(one: Asked) -> bool:
    """Whether an answer says, in one place or the other, that the payment is under way."""
    answer = one.told
    return isinstance(answer, InquiryPaymentAnswer) and IN_PROCESS in {answer.result_code, answer.payment_code}


def tells_its_own(trace: Trace) -> None:
    """What is said beside the result agrees with what was said before."""
    told = expect(only(trace, own)).reached(InquiryPayment).reached(InquiryPaymentAnswer)
    said = [event.message for event in trace.of(0)]
    orders = [one.order for one in said if isinstance(one, UserInitiatedPayAnswer) and one.order]
    known = {
        "payment_amount": [order.amount for order in orders],
        "payment_currency": [order.currency for order in orders],
        "pay_to_amount": [order.pay_to_amount for order in orders],
        "pay_to_currency": [order.pay_to_currency for order in orders],
        "customer_id": [one.customer_id for one in said if isinstance(one, UserInitiatedPay)],
        "payment_id": [one.payment_id for one in said if isinstance(one, NotifyPayment) and one.payment_id],
    }
    for name, values in known.items():
        if values:
            told.none_but(InquiryPaymentAnswer, **{name: (*values, None)})
    shown(trace)


def by_alipay_plus_itself(trace: Trace) -> Expectation:
    """What is asked of a payment that Alipay+ cancels; a stranger may have tried before."""
    return expect(only(trace, by_alipay_plus)).reached(CancelPayment)


def cancelled_when_paid(trace: Trace) -> None:
    """The cancellation of what was paid succeeds."""
    succeeds(trace, by_alipay_plus_itself(trace).given(trace.paid(), ABLE))


def cancelled_when_failed(trace: Trace) -> None:
    """The cancellation of what has failed succeeds."""
    succeeds(trace, by_alipay_plus_itself(trace).given(not trace.paid(), UNABLE))


def cancelled_alike(trace: Trace) -> None:
    """Both cancellations succeed, and are answered alike."""
    told = expect(trace).reached(CancelPaymentAnswer).given(not in_trouble(trace), NO_TROUBLE)
    answers = [event.message for event in trace.of(0) if isinstance(event.message, CancelPaymentAnswer)]
    told.given(answers[0].result_status == "S" and len(answers) > 1, "the first to succeed, and both to be answered")
    told.each(CancelPaymentAnswer, result_status="S", result_code=answers[0].result_code)
    shown(trace)


def closed(trace: Trace) -> None:
    """Every inquiry since the cancellation is told so."""
    expect(trace).reached(CancelPaymentAnswer, result_status="S")
    told = expect(only(trace, lambda one: answered(trace, one) and after_cancellation(trace, one))).reached(
        InquiryPayment
    )
    told.each(InquiryPaymentAnswer, result_status="S", payment_status="F", payment_code=CLOSED)
    told.given(taken_before_cancelled(trace) or not (trace.paid() and told_as_paid_last(trace)), HELD)
    shown(trace)


def not_taken_after_that(trace: Trace) -> None:
    """Nobody is told of a success after the cancellation."""
    told = expect(trace).reached(CancelPaymentAnswer, result_status="S").given(not trace.raced(), WAITED_FOR)
    if taken_before_cancelled(trace):
        told.reached(NotifyPayment, result_status="S")
    else:
        told.none(NotifyPayment, result_status="S").none(ServerAnswer, payment_status="S").none(ResultPage, status="S")


def shown(trace: Trace) -> None:
    """What was seen is the server's answer to what it was asked, and not what it answers to everything."""
    expect(trace).given(tells_orders_apart(trace), APART)


def succeeds(trace: Trace, told: Expectation) -> None:
    """The first cancellation is answered with S, as far as the server knows of the order and is in no trouble."""
    number = cancelling(trace)
    first = only(trace, lambda one: one.said.number == number)
    told.given(not unbooked(trace, CancelPayment), BOOKED).given(not in_trouble(first), NO_TROUBLE)
    expect(first).each(CancelPaymentAnswer, result_status="S")
    shown(trace)
