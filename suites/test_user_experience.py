"""User experience: what the consumer sees, whichever code was scanned and whoever decided."""

from mpp_conformance.judging.oracle import expect
from mpp_conformance.judging.sequences import wherever
from mpp_conformance.judging.trace import Trace
from mpp_conformance.ledger.requirements import (
    CONSUMER,
    DERIVED,
    DOCUMENT,
    MPP,
    MPP_CLIENT,
    MUST,
    SHOULD,
    STATED,
    case,
    excluded,
    requirement,
)
from mpp_conformance.ledger.source import USER_EXPERIENCE
from mpp_conformance.protocol.limits import Edition, Reading
from mpp_conformance.protocol.messages import (
    HANDLE_BY_PSP,
    HANDLE_BY_SDK,
    CashierPage,
    DecodeCallback,
    HandleAction,
    NotifyPayment,
    ResultPage,
    ServerAnswer,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios.answers import Choice
from mpp_conformance.scenarios.cells import BOTH, paid_then_stopped, payloads, psp, sdk, together
from mpp_conformance.scenarios.rounds import distinct, going_on, stopping
from mpp_conformance.scenarios.scenario import ORDER, UNFUNDED, Scenario

ABLE = "the customer in [customers] funded to be able to pay"
ACTED_ON = "the MPP to do anything with the answer"
NOT_DECLINED = "a customer who can pay not to be declined for what came before"

UX_1 = requirement(
    "UX-1",
    MUST,
    STATED,
    actor=MPP,
    clauses=[USER_EXPERIENCE.at("paragraph 1, sentence 1"), USER_EXPERIENCE.at("item 3, sentence 1")],
    text="Above the limit the consumer is brought to Alipay+'s error page: the SDK gets what it needs to show it.",
)
excluded(
    "UX-2",
    actor=DOCUMENT,
    clauses=[USER_EXPERIENCE.at("paragraph 1, sentence 2")],
    text="The error page is made by Alipay+.",
    reason="design of the error page",
)
excluded(
    "UX-3",
    actor=DOCUMENT,
    clauses=[USER_EXPERIENCE.at("figure")],
    text="A figure shows the pages after the upgrade.",
    reason="the figure's picture is not in the text",
)
excluded(
    "UX-4",
    actor=CONSUMER,
    clauses=[USER_EXPERIENCE.at("item 1")],
    text="The consumer scans the merchant's code with the MPP app.",
    reason="the consumer's act; the suite plays it",
)
excluded(
    "UX-5",
    actor=CONSUMER,
    clauses=[USER_EXPERIENCE.at("item 2")],
    text="The consumer enters an amount in CNY and confirms.",
    reason="the consumer's act; the suite plays it, on the merchant page or, by the adaptor, on the cashier page",
)
UX_6 = requirement(
    "UX-6",
    MUST,
    STATED,
    actor=MPP,
    clauses=[USER_EXPERIENCE.at("item 3, sentence 1"), USER_EXPERIENCE.at("item 3, sentence 2")],
    text="A payment handed to the SDK is not completed: only otherwise does the consumer complete it.",
)
UX_7 = requirement(
    "UX-7",
    MUST,
    STATED,
    actor=MPP,
    clauses=[USER_EXPERIENCE.at("item 3, sentence 2")],
    text="Within the limit the consumer completes the payment and is brought to a payment result page.",
)
UX_8 = requirement(
    "UX-8",
    SHOULD,
    DERIVED,
    actor=MPP_CLIENT,
    clauses=[USER_EXPERIENCE.at("paragraph 1, sentence 2")],
    text="The MPP shows no page of its own beside Alipay+'s error page.",
)


ABLE_AND_STOPPED = tuple(map(paid_then_stopped, BOTH))
"""A customer pays, which shows that they can, and is stopped after that."""


def stopped(edition: Edition, reading: Reading) -> list[Scenario]:
    """Alone, with payloads that hurt, after a payment, and wherever else Alipay+ leaves a payment to the client SDK."""
    alone = [made for code in BOTH for made in (sdk(code, "S"), sdk(code, "F"), together(code), *payloads(code))]
    return distinct(alone, ABLE_AND_STOPPED, stopping(edition, reading))


def above_a_limit(edition: Edition, reading: Reading) -> list[Scenario]:
    """Wherever Alipay+ leaves a payment to the client SDK, and the limits decide."""
    return [found for found in stopping(edition, reading) if any(held.answer is None for held in found.payments)]


@case(UX_1, above_a_limit)
def test_the_consumer_is_brought_to_the_error_page(trace: Trace) -> None:
    """Above a limit the SDK is given Alipay+'s payload, by whichever way belongs to the code."""
    payments = trace.scenario.payments
    if len(payments) == 1 and not payments[0].unknown:
        payload_given(trace, 0)
    else:
        wherever(trace, HANDLE_BY_SDK, payload_given)


@case(UX_6, stopped, Choice(action=HANDLE_BY_SDK))
def test_a_payment_handed_to_the_sdk_is_not_taken(trace: Trace) -> None:
    """With HANDLE_BY_SDK nobody takes or reports a payment, though the customer could pay and the order is at hand."""
    wherever(trace, HANDLE_BY_SDK, not_taken)
    if trace.scenario in ABLE_AND_STOPPED:
        not_taken(trace, 1)
        expect(trace).given(trace.paid(0), ABLE)


def completed(edition: Edition, reading: Reading) -> list[Scenario]:
    """Alone, and wherever else Alipay+ leaves a payment to the MPP."""
    return distinct(map(psp, BOTH), going_on(edition, reading))


@case(UX_7, completed)
def test_the_consumer_completes_the_payment(trace: Trace) -> None:
    """Within the limit the payment succeeds, and the consumer sees that it did."""
    wherever(trace, HANDLE_BY_PSP, success_seen, status="S")
    # Whoever can pay and is declined among other payments has not shown that those do not matter.
    for index in trace.answered(HANDLE_BY_PSP, "S"):
        expect(trace, index).given(not declined(trace, index), NOT_DECLINED)


@case(UX_8, stopped)
def test_no_page_of_the_mpp_stands_beside_the_error_page(trace: Trace) -> None:
    """With HANDLE_BY_SDK the MPP shows no cashier page and no result page of its own."""
    wherever(trace, HANDLE_BY_SDK, no_own_page)


def payload_given(trace: Trace, payment: int) -> None:
    """The SDK is given the payload that Alipay+ gave for this payment."""
    payload = {"sdk_action_payload": trace.payload(payment)}
    asked = expect(trace, payment).reached(UserInitiatedPayAnswer, action_type=HANDLE_BY_SDK)
    asked.either((HandleAction, payload), (DecodeCallback, payload))


def success_seen(trace: Trace, payment: int) -> None:
    """The page of success for a customer who can pay an order that is still to be paid."""
    held = trace.scenario.payments[payment]
    if held.customer == UNFUNDED or held.expired:
        return
    asked = expect(trace, payment).reached(UserInitiatedPayAnswer, action_type=HANDLE_BY_PSP, result_status="S")
    asked.some(ResultPage).given(trace.paid(payment), ABLE).some(ResultPage, status="S")


def declined(trace: Trace, payment: int) -> bool:
    """Whether a payment failed that nothing but the MPP itself stood against."""
    held = trace.scenario.payments[payment]
    hindered = held.customer == UNFUNDED or held.expired or held.calls or (held.again and held.code == ORDER)
    return not hindered and trace.result(payment) == "F" and not trace.paid(payment)


def no_own_page(trace: Trace, payment: int) -> None:
    """No page of the MPP's for this payment."""
    asked = expect(trace, payment).reached(UserInitiatedPayAnswer, action_type=HANDLE_BY_SDK)
    asked.none(CashierPage).none(ResultPage)


def not_taken(trace: Trace, payment: int) -> None:
    """Nobody is told that the payment was taken."""
    asked = expect(trace, payment).reached(UserInitiatedPayAnswer, action_type=HANDLE_BY_SDK)
    asked.none(NotifyPayment, result_status="S").none(ServerAnswer, payment_status="S").none(ResultPage, status="S")
    asked.given(trace.acted_on(payment), ACTED_ON)
