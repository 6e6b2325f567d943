"""notifyPayment: what the MPP server tells Alipay+ of a payment's end, by official documentation."""

from typing import Final

from mpp_conformance.judging.calls import tells_orders_apart
from mpp_conformance.judging.oracle import Expectation, expect
from mpp_conformance.judging.sequences import of_each_alone, wherever
from mpp_conformance.judging.trace import Trace
from mpp_conformance.ledger.requirements import DERIVED, DOCUMENTED, MPP_SERVER, MUST, SHOULD, case, requirement
from mpp_conformance.ledger.source import PAYMENTS
from mpp_conformance.protocol.limits import Edition, Reading
from mpp_conformance.protocol.messages import (
    HANDLE_BY_PSP,
    HANDLE_BY_SDK,
    CancelPaymentAnswer,
    NotifyPayment,
    NotifyPaymentAnswer,
    Scan,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios.answers import Choice
from mpp_conformance.scenarios.call_cells import PAID_CANCELLED, taken_back
from mpp_conformance.scenarios.call_sequences import AMONG_CALLS, several
from mpp_conformance.scenarios.cells import (
    BOTH,
    PAID_SCANNED_TWICE,
    UNPAID_SCANNED_TWICE,
    changing,
    customers_in_turn,
    psp,
    sdk,
)
from mpp_conformance.scenarios.rounds import (
    FAILURE_NOTICE_UNKNOWN,
    NOTICE_UNKNOWN,
    a_late_round,
    a_round,
    distinct,
    failed,
    going_on,
    stopping,
)
from mpp_conformance.scenarios.scenario import ENTRY, ORDER, UNFUNDED, Payment, Scenario

ABLE: Final = "the customer in [customers] funded to be able to pay"
APART: Final = "the server to answer inquiries about its own order and about one that nobody placed differently"
UNABLE: Final = "the customer in [customers] unfunded to be unable to pay"
REASONS: Final = (
    "MERCHANT_NOT_REGISTERED",
    "ORDER_IS_CLOSED",
    "PROCESS_FAIL",
    "RISK_REJECT",
    "UNAVAILABLE_PAYMENT_METHOD",
    "USER_BALANCE_NOT_ENOUGH",
    "USER_KYC_NOT_QUALIFIED",
    "USER_NOT_EXIST",
    "USER_PAYMENT_VERIFICATION_FAILED",
    "USER_STATUS_ABNORMAL",
)
"""Why a payment fails, as the documentation spells it."""
COMPARED: Final = (
    "result_status",
    "result_code",
    "payment_id",
    "payment_amount",
    "payment_currency",
    "pay_to_amount",
    "pay_to_currency",
    "customs_declaration_amount",
    "customs_declaration_currency",
    "customer_id",
)
"""What Alipay+ compares of notifications of one paymentRequestId."""

NOT_1 = requirement(
    "NOT-1",
    MUST,
    DOCUMENTED,
    actor=MPP_SERVER,
    clauses=[PAYMENTS.at("notifyPayment, when it is sent")],
    text="A payment that the MPP has taken is notified to Alipay+ with S. A notification bears the paymentRequestId of "
    "the order that it is about.",
)
NOT_2 = requirement(
    "NOT-2",
    SHOULD,
    DERIVED,
    actor=MPP_SERVER,
    clauses=[PAYMENTS.at("notifyPayment, when it is sent")],
    text="A payment that has failed is notified to Alipay+ with F.",
)
NOT_3 = requirement(
    "NOT-3",
    MUST,
    DOCUMENTED,
    actor=MPP_SERVER,
    clauses=[PAYMENTS.at("notifyPayment, paymentRequestId and what is compared with it")],
    text="A second notification of one order is equal to the first: one order is one payment.",
)
NOT_4 = requirement(
    "NOT-4",
    SHOULD,
    DERIVED,
    actor=MPP_SERVER,
    clauses=[PAYMENTS.at("notifyPayment, paymentAmount and payToAmount")],
    text="Where a notification says what was paid or what the MPP owes, it is as the order says.",
)
NOT_5 = requirement(
    "NOT-5",
    SHOULD,
    DOCUMENTED,
    actor=MPP_SERVER,
    clauses=[PAYMENTS.at("notifyPayment, reasons of a failure")],
    text="The reason of a failed payment is one of those that the documentation lists.",
)
NOT_6 = requirement(
    "NOT-6",
    SHOULD,
    DERIVED,
    actor=MPP_SERVER,
    clauses=[PAYMENTS.at("notifyPayment, answer")],
    text="A notification that is not answered with S is repeated until it is.",
)
NOT_7 = requirement(
    "NOT-7",
    SHOULD,
    DERIVED,
    actor=MPP_SERVER,
    clauses=[PAYMENTS.at("notifyPayment, when it is sent")],
    text="If Alipay+ left the next step to the SDK, the MPP makes no payment and has nothing to notify.",
)
NOT_8 = requirement(
    "NOT-8",
    SHOULD,
    DERIVED,
    actor=MPP_SERVER,
    clauses=[PAYMENTS.at("notifyPayment, paymentRequestId and what is compared with it")],
    text="Each payment that is notified has a paymentId of its own.",
)
NOT_9 = requirement(
    "NOT-9",
    SHOULD,
    DERIVED,
    actor=MPP_SERVER,
    clauses=[PAYMENTS.at("notifyPayment, paymentRequestId and what is compared with it")],
    text="Where a notification names a customer, it is the one that Alipay+ was asked for.",
)


def taken(edition: Edition, reading: Reading) -> list[Scenario]:
    """Alone, and wherever else Alipay+ leaves a payment to the MPP."""
    return distinct(map(psp, BOTH), going_on(edition, reading))


@case(NOT_1, taken, Choice(action=HANDLE_BY_PSP, status="S"))
def test_a_payment_that_was_taken_is_notified(trace: Trace) -> None:
    """Alipay+ hears of a success, under its own id of the order, whoever pays, however much."""
    wherever(trace, HANDLE_BY_PSP, success_notified, status="S")


@case(NOT_2, failed)
def test_a_payment_that_failed_is_notified(trace: Trace) -> None:
    """Alipay+ hears of a failure, too."""
    wherever(trace, HANDLE_BY_PSP, failure_notified, status="S")


@case(NOT_1, failed)
def test_a_failure_is_notified_of_its_own_order(trace: Trace) -> None:
    """Where a failure is notified, it is under the id that Alipay+ gave."""
    wherever(trace, HANDLE_BY_PSP, own_order_notified, status="S")


@case(NOT_3, [psp(ORDER), psp(ENTRY), NOTICE_UNKNOWN])
def test_a_repeated_notification_says_the_same(trace: Trace) -> None:
    """However often an order is notified, result, amounts, payment and customer are those of the first time."""
    repeats_itself(expect(trace).reached(NotifyPayment), trace)


@case(
    NOT_3,
    [psp(ORDER, customer=UNFUNDED), psp(ENTRY, customer=UNFUNDED), FAILURE_NOTICE_UNKNOWN, UNPAID_SCANNED_TWICE],
)
def test_a_repeated_failure_says_the_same(trace: Trace) -> None:
    """Where a failure is notified more than once, its reason is that of the first time, and all the rest, too."""
    asked = expect(trace).reached(UserInitiatedPayAnswer, action_type=HANDLE_BY_PSP, result_status="S")
    repeats_itself(asked, trace)
    asked.given(not trace.paid(), UNABLE).given(trace.acted_on(), "the payment to come to an end")


def left(edition: Edition, reading: Reading) -> list[Scenario]:
    """Payments that fail inside the MPP, and wherever else Alipay+ leaves a payment to it."""
    return distinct(failed(edition, reading), going_on(edition, reading))


@case(NOT_3, left, Choice(action=HANDLE_BY_PSP, status="S"))
def test_no_notification_contradicts_another(trace: Trace) -> None:
    """Whatever came before, whoever pays, however much: one order is one payment, and has one result."""
    wherever(
        trace, HANDLE_BY_PSP, lambda held, payment: repeats_itself(expect(held, payment), held, payment), status="S"
    )


@case(NOT_3, [PAID_SCANNED_TWICE])
def test_a_code_that_is_scanned_twice_is_paid_once(trace: Trace) -> None:
    """A second scan of a code that was paid leads to the same order, and to no other payment of it."""
    expect(trace, 1).reached(Scan)
    repeats_itself(expect(trace).reached(NotifyPayment), trace)


@case(NOT_3, [*PAID_CANCELLED, *several(taken_back)])
def test_a_cancellation_contradicts_no_notification(trace: Trace) -> None:
    """What was notified, and cancelled by Alipay+ after that, is not notified as anything else."""
    of_each_alone(trace, taken_back, not_taken_back_in_words)


def orders_beside(payment: Payment) -> bool:
    """Whether the scenario has HANDLE_BY_SDK answered with an order beside it."""
    return payment.answer is not None and payment.answer.action_type == HANDLE_BY_SDK and payment.answer.with_order


def left_to_the_mpp(edition: Edition, reading: Reading) -> list[Scenario]:
    """Paid and unpaid, however much is told of the order, and wherever else Alipay+ leaves a payment to the MPP."""
    return distinct(map(psp, BOTH), left(edition, reading))


@case(NOT_4, left_to_the_mpp)
def test_the_amounts_notified_are_those_of_the_order(trace: Trace) -> None:
    """Where a notification says what was paid or owed, amount and currency are those of the order."""
    wherever(trace, HANDLE_BY_PSP, own_amounts_notified, status="S")


@case(NOT_5, failed)
def test_the_reason_of_a_failure_is_a_known_one(trace: Trace) -> None:
    """The result code of a failed payment, where it is notified, stands in the documentation's list."""
    wherever(trace, HANDLE_BY_PSP, known_reason_notified, status="S")


@case(NOT_8, [*(made(code) for made in (changing, customers_in_turn, a_round) for code in BOTH), *AMONG_CALLS])
def test_no_two_payments_have_one_id(trace: Trace) -> None:
    """A paymentId that was notified of one order is notified of no other."""
    said = [(event.payment, event.message) for event in trace.events if isinstance(event.message, NotifyPayment)]
    notified = sorted({payment for payment, _ in said})
    expect(trace).reached(Scan).given(len(notified) > 1, "more than one payment to be notified")
    for payment in notified:
        others = [notice for other, notice in said if other != payment]
        for name in sorted({notice.payment_id for notice in others if notice.payment_id}):
            expect(trace, payment).none(NotifyPayment, payment_id=name)


@case(NOT_9, left_to_the_mpp)
def test_the_customer_notified_is_the_one_asked_for(trace: Trace) -> None:
    """Where a notification names a customer, userInitiatedPay has named them before."""
    wherever(trace, HANDLE_BY_PSP, own_customer_notified, status="S")


@case(NOT_6, [NOTICE_UNKNOWN, FAILURE_NOTICE_UNKNOWN, *map(a_late_round, BOTH), *AMONG_CALLS])
def test_a_notification_is_repeated_until_alipay_plus_has_it(trace: Trace) -> None:
    """After U the MPP notifies again, so that Alipay+ has the result in the end."""
    wherever(trace, HANDLE_BY_PSP, notified_until_taken, status="S")


def stopped(edition: Edition, reading: Reading) -> list[Scenario]:
    """Wherever an order stands beside HANDLE_BY_SDK: without one nobody knows what to notify."""
    found = distinct([sdk(code, "S") for code in BOTH], stopping(edition, reading))
    return [held for held in found if held.breach_with_order or any(map(orders_beside, held.payments))]


@case(NOT_7, stopped)
def test_what_the_sdk_handles_is_not_notified(trace: Trace) -> None:
    """With HANDLE_BY_SDK nothing is notified, though an order stands beside it."""
    wherever(trace, HANDLE_BY_SDK, nothing_notified)


def notified_until_taken(trace: Trace, payment: int) -> None:
    """What Alipay+ does not know at first to have, it has in the end."""
    if trace.scenario.payments[payment].notice_unknown:
        asked = expect(trace, payment).reached(NotifyPaymentAnswer, result_status="U")
        asked.some(NotifyPaymentAnswer, result_status="S")


def success_notified(trace: Trace, payment: int) -> None:
    """What was paid is notified as paid, under the id that Alipay+ gave."""
    asked, own = expect(trace, payment).given(trace.paid(payment), ABLE), own_ids(trace, payment)
    asked.some(NotifyPayment, result_status="S", payment_request_id=own[0])
    asked.none_but(NotifyPayment, payment_request_id=tuple(own))


def own_order_notified(trace: Trace, payment: int) -> None:
    """What is notified of a payment that was not taken is notified under the id that Alipay+ gave."""
    asked = expect(trace, payment).reached(UserInitiatedPayAnswer, action_type=HANDLE_BY_PSP, result_status="S")
    asked.given(not trace.paid(payment), UNABLE)
    asked.none_but(NotifyPayment, payment_request_id=tuple(own_ids(trace, payment)))


def own_ids(trace: Trace, payment: int) -> list[str]:
    """The paymentRequestId of each order that Alipay+ told of in this payment."""
    orders = [event.message.order for event in trace.of(payment) if isinstance(event.message, UserInitiatedPayAnswer)]
    return list(dict.fromkeys(order.payment_request_id for order in orders if order is not None))


def failure_notified(trace: Trace, payment: int) -> None:
    """A payment that was not taken is notified as failed."""
    asked = expect(trace, payment).reached(UserInitiatedPayAnswer, action_type=HANDLE_BY_PSP, result_status="S")
    asked.given(not trace.paid(payment), UNABLE).some(NotifyPayment, result_status="F")


def known_reason_notified(trace: Trace, payment: int) -> None:
    """The reason of a failure, where this payment has failed, is one that the documentation lists."""
    asked = expect(trace, payment).reached(UserInitiatedPayAnswer, action_type=HANDLE_BY_PSP, result_status="S")
    asked.given(not trace.paid(payment), UNABLE).none_but(NotifyPayment, result_code=REASONS)


def own_amounts_notified(trace: Trace, payment: int) -> None:
    """What this payment's notifications say of money is what its order says."""
    answers = [event.message for event in trace.of(payment) if isinstance(event.message, UserInitiatedPayAnswer)]
    orders = [answer.order for answer in answers if answer.order]
    wanted = {
        "payment_amount": [order.amount for order in orders],
        "payment_currency": [order.currency for order in orders],
        "pay_to_amount": [order.pay_to_amount for order in orders],
        "pay_to_currency": [order.pay_to_currency for order in orders],
    }
    asked = expect(trace, payment).reached(NotifyPayment)
    asked.none_but(NotifyPayment, **{name: (*values, None) for name, values in wanted.items()})


def own_customer_notified(trace: Trace, payment: int) -> None:
    """Who this payment's notifications name is who its calls named."""
    calls = [event.message for event in trace.of(payment) if isinstance(event.message, UserInitiatedPay)]
    asked = expect(trace, payment).reached(NotifyPayment)
    asked.none_but(NotifyPayment, customer_id=(*(call.customer_id for call in calls), None))


def nothing_notified(trace: Trace, payment: int) -> None:
    """No notification of a payment that is the SDK's to handle."""
    expect(trace, payment).reached(UserInitiatedPayAnswer, action_type=HANDLE_BY_SDK).none(NotifyPayment)


def not_taken_back_in_words(trace: Trace) -> None:
    """The notifications of a payment that was cancelled when it was paid."""
    asked = expect(trace).reached(NotifyPayment).reached(CancelPaymentAnswer, result_status="S")
    repeats_itself(asked, trace)
    asked.given(tells_orders_apart(trace), APART)


def repeats_itself(asked: Expectation, trace: Trace, payment: int | None = None) -> None:
    """All these notifications are about one order, and none contradicts another in what Alipay+ compares.

    What one of them leaves out, nobody can compare. ``payment``: its notifications alone.
    """
    events = trace.events if payment is None else trace.of(payment)
    notices = [event.message for event in events if isinstance(event.message, NotifyPayment)]
    told = {name: [value for notice in notices if (value := getattr(notice, name)) is not None] for name in COMPARED}
    asked.none_but(NotifyPayment, **{name: (*values[:1], None) for name, values in told.items()})
