"""Workflow, order code (steps 1-20): what the MPP client does, and what is not the MPP's to do."""

from mpp_conformance.judging.oracle import expect
from mpp_conformance.judging.result_pages import OWN_TURN, page_shown
from mpp_conformance.judging.sequences import of_each_scan, wherever
from mpp_conformance.judging.trace import Trace
from mpp_conformance.ledger.requirements import (
    ALIPAY_PLUS,
    CLIENT_SDK,
    CONSUMER,
    DOCUMENT,
    MERCHANT,
    MPP_CLIENT,
    MUST,
    STATED,
    case,
    excluded,
    requirement,
)
from mpp_conformance.ledger.source import HIGHLIGHTS, ORDER_CODE
from mpp_conformance.protocol.limits import Edition, Reading
from mpp_conformance.protocol.messages import (
    HANDLE_BY_PSP,
    HANDLE_BY_SDK,
    DecodeCallback,
    FaultApplied,
    HandleAction,
    Launch,
    ResultPage,
    Scan,
    ServerAnswer,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios.answers import Choice
from mpp_conformance.scenarios.call_sequences import EACH
from mpp_conformance.scenarios.cells import (
    PAID_SCANNED_TWICE,
    SCANNED_TWICE,
    UNPAID_SCANNED_TWICE,
    in_turn,
    payloads,
    psp,
    sdk,
    together,
)
from mpp_conformance.scenarios.fault_cells import SOON, UNUSABLE
from mpp_conformance.scenarios.rounds import (
    distinct,
    failed,
    going_on,
    not_decoded,
    of_code,
    scanning,
    stopping,
)
from mpp_conformance.scenarios.scenario import ORDER, Scenario

excluded(
    "OC-0",
    actor=DOCUMENT,
    clauses=[ORDER_CODE.at("figure")],
    text="A figure shows the workflow of an order code.",
    reason="the figure's picture is not in the text; its steps are the rows below",
)
excluded(
    "OC-1",
    actor=MERCHANT,
    clauses=[ORDER_CODE.steps(1, 2)],
    text="The merchant sends the order to Alipay+ and gets a code for it.",
    reason="between the merchant and Alipay+; no part of the MPP",
)
excluded(
    "OC-3",
    actor=CONSUMER,
    clauses=[ORDER_CODE.steps(3, 4)],
    text="The merchant shows the code, and the user scans it with the MPP app.",
    reason="the merchant's and the consumer's act; the suite plays both",
)
ABLE = "the customer in [customers] funded to be able to pay"

OC_5 = requirement(
    "OC-5",
    MUST,
    STATED,
    actor=MPP_CLIENT,
    clauses=[ORDER_CODE.steps(5)],
    text="The client reads the scanned code and passes its value to the server, unchanged.",
)
excluded(
    "OC-9",
    actor=ALIPAY_PLUS,
    clauses=[ORDER_CODE.steps(9, 10)],
    text="Above the limit Alipay+ makes an error page and answers HANDLE_BY_SDK.",
    reason="Alipay+'s own inner step; the simulated Alipay+ takes it",
)
excluded(
    "OC-11",
    actor=ALIPAY_PLUS,
    clauses=[ORDER_CODE.steps(11, 12)],
    text="Otherwise Alipay+ places an order and answers HANDLE_BY_PSP.",
    reason="Alipay+'s own inner step; the simulated Alipay+ takes it",
)
excluded(
    "OC-13",
    actor=ALIPAY_PLUS,
    clauses=[ORDER_CODE.steps(13)],
    text="Alipay+ returns actionType, sdkActionPayload and the order information.",
    reason="Alipay+'s own step; the simulated Alipay+ takes it",
)
OC_16 = requirement(
    "OC-16",
    MUST,
    STATED,
    actor=MPP_CLIENT,
    clauses=[
        ORDER_CODE.steps(15, 17, sentence=1),
        HIGHLIGHTS.at("MPP client, order code, handleAction"),
        HIGHLIGHTS.at("MPP client, order code, HANDLE_BY_SDK"),
    ],
    text="Handed HANDLE_BY_SDK, the client calls handleAction to pass sdkActionPayload to the SDK.",
)
excluded(
    "OC-17",
    actor=CLIENT_SDK,
    clauses=[ORDER_CODE.steps(15, 17, sentence=2)],
    text="The SDK acts on the payload, for example opens the error page.",
    reason="the client SDK's inner step",
)
OC_19 = requirement(
    "OC-19",
    MUST,
    STATED,
    actor=MPP_CLIENT,
    clauses=[HIGHLIGHTS.at("MPP client, order code, HANDLE_BY_SDK")],
    text="handleAction is for HANDLE_BY_SDK: with HANDLE_BY_PSP the client does not call it.",
)
OC_20 = requirement(
    "OC-20",
    MUST,
    STATED,
    actor=MPP_CLIENT,
    clauses=[ORDER_CODE.steps(18, 20, sentence=2)],
    text="The client shows the user the payment result page of an order code payment.",
)


def stopped(edition: Edition, reading: Reading) -> list[Scenario]:
    """Alone, with each payload that hurts, and wherever else Alipay+ leaves such a payment to the client SDK."""
    alone = [sdk(ORDER, "S"), sdk(ORDER, "F"), *payloads(ORDER)]
    return [*alone, *of_code(ORDER, stopping(edition, reading))]


def left(edition: Edition, reading: Reading) -> list[Scenario]:
    """Paid, unpaid and not decoded, and wherever else Alipay+ leaves such a payment to the MPP, or cancels it."""
    others = distinct(failed(edition, reading), going_on(edition, reading), EACH)
    alone = [psp(ORDER), PAID_SCANNED_TWICE, UNPAID_SCANNED_TWICE, *not_decoded(ORDER)]
    return distinct(alone, of_code(ORDER, others, HANDLE_BY_PSP))


@case(OC_5, scanning(ORDER), of_code(ORDER, UNUSABLE), SCANNED_TWICE)
def test_the_scanned_code_value_is_passed_on_unchanged(trace: Trace) -> None:
    """What Alipay+ is asked to decode is the code value that was scanned."""
    of_each_scan(trace, ORDER, scanned_code_passed)


@case(OC_16, stopped, Choice(action=HANDLE_BY_SDK, code=ORDER))
def test_the_payload_reaches_the_sdk_through_handle_action(trace: Trace) -> None:
    """The SDK is given the payload once, unchanged to the byte, by handleAction and by no other way."""
    wherever(trace, HANDLE_BY_SDK, passed_by_handle_action, code=ORDER)


@case(OC_16, [together(ORDER), in_turn(ORDER)])
def test_each_handle_action_brings_the_payload_of_its_own_payment(trace: Trace) -> None:
    """Of two payments, at once or one after the other, each leads to one handleAction with its own payload."""
    passed_by_handle_action(trace, 0)
    passed_by_handle_action(trace, 1)


@case(OC_19, left, Choice(action=HANDLE_BY_PSP, code=ORDER))
def test_handle_action_is_not_called_for_the_mpps_own_payment(trace: Trace) -> None:
    """A payment left to the MPP is brought to its end without handleAction."""
    wherever(trace, HANDLE_BY_PSP, no_handle_action, code=ORDER)


@case(OC_20, left, Choice(action=HANDLE_BY_PSP, code=ORDER))
def test_the_result_page_is_shown(trace: Trace) -> None:
    """The consumer sees the payment result that the client was handed."""
    wherever(trace, HANDLE_BY_PSP, page_shown, code=ORDER)


@case(OC_20, SOON)
def test_a_late_success_is_shown_in_the_end(trace: Trace) -> None:
    """Alipay+ takes 1 or 3 seconds; whoever pays all the same shows that it was paid, whatever was shown before."""
    expect(trace).reached(Scan)
    if any(isinstance(event.message, UserInitiatedPay) for event in trace.of(1)):
        expect(trace, 1).reached(FaultApplied)
    for index in range(len(trace.scenario.payments)):
        if trace.result(index) == "S":
            expect(trace, index).some(ResultPage, status="S")
    # Whoever pays nothing at all has shown nothing.
    expect(trace, 0).given(trace.result(0) == "S", ABLE)


def scanned_code_passed(trace: Trace, payment: int) -> None:
    """The code value that was scanned in this payment."""
    asked = expect(trace, payment).reached(UserInitiatedPay)
    asked.each(UserInitiatedPay, code_value=trace.codes[payment].scanned)


def no_handle_action(trace: Trace, payment: int) -> None:
    """No handleAction, unless the server has told its client HANDLE_BY_SDK."""
    asked = expect(trace, payment).given(not trace.stopped(payment), OWN_TURN)
    asked.none(HandleAction).reached(ResultPage)


def passed_by_handle_action(trace: Trace, payment: int = 0) -> None:
    """The call of handleAction for this payment, judged by what the client was handed."""
    handed = trace.handed(payment)
    asked = expect(trace, payment).reached(UserInitiatedPayAnswer, action_type=HANDLE_BY_SDK)
    if trace.app_link:
        asked.reached(ServerAnswer, action_type=HANDLE_BY_SDK)
    asked.given(bool(handed), "the client to be handed a payload")
    asked.one(HandleAction, sdk_action_payload=handed).none(DecodeCallback).none(Launch, url=handed)
