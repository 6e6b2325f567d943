"""What the MPP server does: workflow steps on the server's side and the highlights for the MPP server."""

from mpp_conformance.judging.calls import taken_before_cancelled, tells_orders_apart
from mpp_conformance.judging.oracle import expect
from mpp_conformance.judging.patterns import ERROR_CODE, SOME_TEXT
from mpp_conformance.judging.results_told import results_told
from mpp_conformance.judging.sequences import of_each_alone, wherever
from mpp_conformance.judging.trace import Trace
from mpp_conformance.ledger.requirements import MPP_SERVER, MUST, STATED, case, requirement
from mpp_conformance.ledger.source import ENTRY_CODE, HIGHLIGHTS, ORDER_CODE
from mpp_conformance.protocol.limits import Edition, Reading
from mpp_conformance.protocol.messages import (
    HANDLE_BY_PSP,
    HANDLE_BY_SDK,
    CancelPaymentAnswer,
    DecodeCallback,
    HandleAction,
    NotifyPayment,
    ResultPage,
    Scan,
    ServerAnswer,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios.answers import Choice
from mpp_conformance.scenarios.call_cells import CANCELLED_EARLY, cancelled_in_between
from mpp_conformance.scenarios.call_sequences import AMONG_CALLS, EACH, several
from mpp_conformance.scenarios.cells import (
    BEHIND_ONE_CODE,
    BOTH,
    UNPAID_SCANNED_TWICE,
    by_turns,
    changing,
    customers_in_turn,
    expired,
    in_turn,
    mixed,
    paid_then_overdue,
    payloads,
    psp,
    psp_with_payload,
    sdk,
    together,
)
from mpp_conformance.scenarios.orders import refilled
from mpp_conformance.scenarios.rounds import (
    a_late_round,
    a_round,
    distinct,
    failed,
    going_on,
    not_decoded,
    stopping,
)
from mpp_conformance.scenarios.scenario import ENTRY, UNFUNDED, Scenario

ACTED_ON = "the MPP to do anything with the answer"
ABLE = "the customer in [customers] funded to be able to pay"
APART = "the server to answer inquiries about its own order and about one that nobody placed differently"
REPORTED = "the adaptor to report what the server hands its client, as [features] app_link claims"
UNABLE = "the customer in [customers] unfunded to be unable to pay"
WAITED_FOR = "the consumer to confirm after the cancellation was answered, so that the two do not race"

SRV_3 = requirement(
    "SRV-3",
    MUST,
    STATED,
    actor=MPP_SERVER,
    clauses=[
        HIGHLIGHTS.at("MPP server, item 1"),
        HIGHLIGHTS.at("MPP server, item 2"),
        ENTRY_CODE.steps(24, 29),
        ORDER_CODE.steps(14),
    ],
    text="The server takes actionForm with its two children, and actionType alone decides what it does next.",
)
SRV_4 = requirement(
    "SRV-4",
    MUST,
    STATED,
    actor=MPP_SERVER,
    clauses=[
        ENTRY_CODE.steps(24, 26, sentence=1),
        ORDER_CODE.steps(15, 17, sentence=1),
        HIGHLIGHTS.at("MPP server, item 2, HANDLE_BY_SDK"),
    ],
    text="With HANDLE_BY_SDK the server passes actionType and the value of sdkActionPayload to its client.",
)
SRV_5 = requirement(
    "SRV-5",
    MUST,
    STATED,
    actor=MPP_SERVER,
    clauses=[
        ENTRY_CODE.steps(27, 29, sentence=1),
        ORDER_CODE.steps(18, 20, sentence=1),
        HIGHLIGHTS.at("MPP server, item 2, HANDLE_BY_PSP"),
    ],
    text="With HANDLE_BY_PSP the server goes on with the payment.",
)
SRV_6 = requirement(
    "SRV-6",
    MUST,
    STATED,
    actor=MPP_SERVER,
    clauses=[
        ENTRY_CODE.steps(27, 29, sentence=1),
        ORDER_CODE.steps(18, 20, sentence=1),
        HIGHLIGHTS.at("MPP server, item 2, HANDLE_BY_PSP"),
    ],
    text="With HANDLE_BY_PSP the server has an error code for a payment that fails.",
)
SRV_7 = requirement(
    "SRV-7",
    MUST,
    STATED,
    actor=MPP_SERVER,
    clauses=[
        ENTRY_CODE.steps(27, 29, sentence=1),
        ORDER_CODE.steps(18, 20, sentence=1),
        HIGHLIGHTS.at("MPP server, item 2, HANDLE_BY_PSP"),
    ],
    text="With HANDLE_BY_PSP the server returns the payment result to its client.",
)
SRV_8 = requirement(
    "SRV-8",
    MUST,
    STATED,
    actor=MPP_SERVER,
    clauses=[HIGHLIGHTS.at("MPP server, note on S and F")],
    text="The server acts on actionType whether decoding succeeded (S) or failed (F).",
)


@case(SRV_3, [psp_with_payload(code) for code in BOTH])
def test_a_payload_beside_handle_by_psp_changes_nothing(trace: Trace) -> None:
    """HANDLE_BY_PSP leaves the payment to the MPP although a payload stands beside it."""
    left_to_the_mpp(trace, 0)


@case(SRV_3, going_on, [held for code in BOTH for held in not_decoded(code)], Choice(action=HANDLE_BY_PSP))
def test_handle_by_psp_is_not_told_as_handle_by_sdk(trace: Trace) -> None:
    """Wherever Alipay+ leaves a payment to the MPP, its client is not told that the SDK is to act."""
    wherever(trace, HANDLE_BY_PSP, not_told_as_stopped)


@case(SRV_3, [made(code) for made in (changing, mixed, refilled, by_turns, customers_in_turn) for code in BOTH])
def test_each_answer_is_acted_on_by_itself(trace: Trace) -> None:
    """When answers differ from payment to payment, in turn or at once, each is acted on as it says."""
    for index, payment in enumerate(trace.scenario.payments):
        if payment.answer is not None and payment.answer.action_type == HANDLE_BY_SDK:
            stopped = expect(trace, index).reached(UserInitiatedPayAnswer, action_type=HANDLE_BY_SDK)
            stopped.given(not trace.unreported(index), REPORTED)
            stopped.none(ServerAnswer, payment_status="S").none(NotifyPayment, result_status="S")
            if trace.app_link:
                stopped.some(ServerAnswer, action_type=HANDLE_BY_SDK)
        else:
            left_to_the_mpp(trace, index)


def stopped(edition: Edition, reading: Reading) -> list[Scenario]:
    """Alone, with each payload that hurts, and wherever else Alipay+ leaves a payment to the client SDK."""
    alone = [made for code in BOTH for made in (sdk(code, "S"), sdk(code, "F"), *payloads(code))]
    return [*alone, *stopping(edition, reading)]


@case(SRV_4, stopped, Choice(action=HANDLE_BY_SDK))
def test_both_parameters_are_passed_to_the_client(trace: Trace) -> None:
    """The client is handed actionType and the payload, unchanged to the byte, whatever was paid or stopped before."""
    wherever(trace, HANDLE_BY_SDK, passes_both)


@case(SRV_4, [together(code) for code in BOTH] + [in_turn(code) for code in BOTH])
def test_each_client_is_handed_its_own_payload(trace: Trace) -> None:
    """Of two payments, at once or one after the other, each client is handed the payload of its own."""
    passes_both(trace, 0)
    passes_both(trace, 1)


def failing(edition: Edition, reading: Reading) -> list[Scenario]:
    """Wherever a payment fails inside the MPP, also for want of time, because it was cancelled, or once more."""
    others = [*map(paid_then_overdue, BOTH), *EACH, UNPAID_SCANNED_TWICE]
    return distinct(failed(edition, reading), others)


@case(SRV_6, failing)
def test_a_failed_payment_has_an_error_code(trace: Trace) -> None:
    """A payment that fails inside the MPP gets an error code; seen in the callback or on the page without app link."""
    wherever(trace, HANDLE_BY_PSP, has_a_code, status="S")


def told(edition: Edition, reading: Reading) -> list[Scenario]:
    """Paid and unpaid, and wherever else Alipay+ leaves a payment to the MPP."""
    return distinct(map(psp, BOTH), failed(edition, reading), going_on(edition, reading))


@case(SRV_5, told, Choice(action=HANDLE_BY_PSP, status="S"))
def test_the_payment_goes_on(trace: Trace) -> None:
    """A payment left to the MPP comes to a result of its own, and a customer with funds can pay."""
    wherever(trace, HANDLE_BY_PSP, goes_on, status="S")


@case(SRV_7, told, Choice(action=HANDLE_BY_PSP, status="S"))
def test_the_client_is_told_of_its_payment_result(trace: Trace) -> None:
    """The client is handed the result of its own payment, taken or failed, also when another one ends otherwise."""
    wherever(trace, HANDLE_BY_PSP, own_result_returned, status="S")


@case(SRV_8, [made for code in BOTH for made in (sdk(code, "F"), expired(code, HANDLE_BY_SDK))])
def test_a_failed_decoding_is_still_handled_by_the_sdk(trace: Trace) -> None:
    """With HANDLE_BY_SDK both parameters are passed although decoding failed."""
    passes_both(trace)


@case(
    SRV_8,
    [
        made
        for code in BOTH
        for made in (*not_decoded(code), *[held(code) for held in (a_round, a_late_round, by_turns, refilled)])
    ]
    + [*AMONG_CALLS, BEHIND_ONE_CODE],
    Choice(action=HANDLE_BY_PSP, status="F"),
)
def test_a_failed_decoding_is_still_handled_by_the_mpp(trace: Trace) -> None:
    """With HANDLE_BY_PSP the client is handed a failed result with an error code although decoding failed."""
    wherever(trace, HANDLE_BY_PSP, fails_with_a_code, status="F")


@case(SRV_7, [*CANCELLED_EARLY, *several(cancelled_in_between)])
def test_a_cancelled_payment_is_not_told_as_paid(trace: Trace) -> None:
    """Where Alipay+ is told that what it cancelled has failed, the client is not told that it was paid."""
    of_each_alone(trace, cancelled_in_between, told_as_notified)


@case(SRV_7, [UNPAID_SCANNED_TWICE])
def test_a_second_scan_makes_no_success_of_a_failure(trace: Trace) -> None:
    """Whoever scans a code again whose payment has failed is not told of a success, unless Alipay+ is, too."""
    asked = expect(trace, 1).reached(Scan).given(trace.result(0) == "F" and not trace.paid(0), UNABLE)
    if trace.app_link:
        asked.none(ServerAnswer, payment_status="S")
    else:
        shown = results_told((event.message for event in trace.of(1)), ResultPage)
        asked.given("S" not in shown, "no page of a success to be shown")


def goes_on(trace: Trace, payment: int) -> None:
    """A payment left to the MPP comes to a result of its own; a customer with funds can pay."""
    asked = expect(trace, payment).reached(UserInitiatedPayAnswer, action_type=HANDLE_BY_PSP, result_status="S")
    asked.either((NotifyPayment, {}), (ServerAnswer, {"payment_status": SOME_TEXT}), (ResultPage, {}))
    asked.given(trace.paid(payment) or trace.scenario.payments[payment].customer == UNFUNDED, ABLE)


def not_told_as_stopped(trace: Trace, payment: int) -> None:
    """The MPP acts on the answer, and not as if it were another one."""
    asked = expect(trace, payment).reached(UserInitiatedPayAnswer, action_type=HANDLE_BY_PSP)
    asked.none(ServerAnswer, action_type=HANDLE_BY_SDK).given(trace.acted_on(payment), ACTED_ON)


def left_to_the_mpp(trace: Trace, payment: int) -> None:
    """The payment comes to a result of its own; where this answer brings no order, not to that of another one."""
    asked = expect(trace, payment).reached(UserInitiatedPayAnswer, action_type=HANDLE_BY_PSP)
    answer = trace.scenario.payments[payment].answer
    if answer is None or answer.with_order:
        asked.either((NotifyPayment, {}), (ServerAnswer, {"payment_status": SOME_TEXT}), (ResultPage, {}))
    else:
        asked.none(ServerAnswer, payment_status="S").none(NotifyPayment, result_status="S")
    asked.none(ServerAnswer, action_type=HANDLE_BY_SDK)


def fails_with_a_code(trace: Trace, payment: int) -> None:
    """Seen on the app link; without one, shown by the result page."""
    asked = expect(trace, payment).given(not trace.unreported(payment), REPORTED)
    if trace.app_link:
        asked.some(ServerAnswer, payment_status="F", error_code=ERROR_CODE).none(ServerAnswer, payment_status="S")
    else:
        asked.shown_by(ResultPage, status="F").none(ResultPage, status="S")


def has_a_code(trace: Trace, payment: int) -> None:
    """A payment that has failed has an error code; that of a customer who cannot pay has failed."""
    unable = trace.scenario.payments[payment].customer == UNFUNDED
    handed = results_told((event.message for event in trace.in_the_end(payment).of(payment)), ServerAnswer)
    if not unable and (handed != {"F"} or trace.paid(payment)):
        return
    asked = expect(trace, payment).given(not trace.paid(payment), UNABLE)
    if trace.app_link:
        asked.reached(ServerAnswer, payment_status=SOME_TEXT).some(ServerAnswer, error_code=ERROR_CODE)
    elif trace.scenario.payments[payment].code == ENTRY:
        asked.shown_by(DecodeCallback, error_code=ERROR_CODE)
    else:
        asked.shown_by(ResultPage, error_code=ERROR_CODE)


def told_as_notified(trace: Trace) -> None:
    """No success where only a failure is notified."""
    told = expect(trace).reached(CancelPaymentAnswer, result_status="S").given(trace.acted_on(), ACTED_ON)
    if trace.notified() == "F":
        quicker = trace.raced() or taken_before_cancelled(trace)
        told.given(not quicker, WAITED_FOR).none(ServerAnswer, payment_status="S")
        if not trace.app_link:
            told.none(ResultPage, status="S")
    told.given(tells_orders_apart(trace), APART)


def declined(trace: Trace, payment: int = 0) -> bool:
    """Whether the MPP says that the payment failed."""
    return "F" in results_told(event.message for event in trace.of(payment))


def passes_both(trace: Trace, payment: int = 0) -> None:
    """Seen on the app link; without one, shown by what the client gives the SDK."""
    payload = trace.payload(payment)
    asked = expect(trace, payment).reached(UserInitiatedPayAnswer, action_type=HANDLE_BY_SDK)
    asked.given(payload is not None, "Alipay+ to give a payload").given(not trace.unreported(payment), REPORTED)
    if trace.app_link:
        # Both may come in one answer, or one after the other.
        asked.some(ServerAnswer, action_type=HANDLE_BY_SDK).some(ServerAnswer, sdk_action_payload=payload)
        # An adaptor may report an absent text as an empty one.
        asked.none_but(ServerAnswer, sdk_action_payload=(payload, None, ""), action_type=(HANDLE_BY_SDK, None, ""))
    elif trace.scenario.payments[payment].code == ENTRY:
        asked.shown_by(DecodeCallback, sdk_action_payload=payload)
    else:
        asked.shown_by(HandleAction, sdk_action_payload=payload)


def own_result_returned(trace: Trace, payment: int) -> None:
    """S where it was paid, else F where it could not be or was declined."""
    told = {event.message.result_status for event in trace.of(payment) if isinstance(event.message, NotifyPayment)}
    broke, refused = trace.scenario.payments[payment].customer == UNFUNDED, declined(trace, payment)
    asked = expect(trace, payment).given(told != {"S", "F"}, "one result to be notified")
    # Who declines and says so to everybody has shown no success, and contradicts nothing.
    asked.given(broke or results_told(event.message for event in trace.of(payment)) != {"F"}, ABLE)
    result_returned(trace, "F" if (broke or refused) and not trace.paid(payment) else "S", payment)


def result_returned(trace: Trace, status: str, payment: int) -> None:
    """Seen on the app link, and nothing to the contrary; without an app link, on the result page."""
    if trace.app_link:
        asked = expect(trace.in_the_end(payment), payment).given(not trace.unreported(payment), REPORTED)
        asked.some(ServerAnswer, payment_status=status)
        asked.none_but(ServerAnswer, payment_status=(status, None))
    else:
        expect(trace, payment).shown_by(ResultPage, status=status)
