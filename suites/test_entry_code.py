"""Workflow, entry code (steps 1-29): what the MPP client does, and what is not the MPP's to do."""

from urllib.parse import quote

from mpp_conformance.judging.launches import PAGE_LAUNCHED, names_a_page
from mpp_conformance.judging.oracle import expect
from mpp_conformance.judging.patterns import ERROR_CODE, SOME_TEXT
from mpp_conformance.judging.result_pages import ONE_RESULT, OWN_TURN, page_shown, shown_before
from mpp_conformance.judging.sequences import of_each_scan, wherever
from mpp_conformance.judging.trace import Trace
from mpp_conformance.ledger.requirements import (
    ALIPAY_PLUS,
    CLIENT_SDK,
    CONSUMER,
    DERIVED,
    DOCUMENT,
    DOCUMENTED,
    MERCHANT,
    MPP_CLIENT,
    MUST,
    SHOULD,
    STATED,
    case,
    excluded,
    requirement,
)
from mpp_conformance.ledger.source import CLIENT_SDK_DOCS, ENTRY_CODE, HIGHLIGHTS
from mpp_conformance.protocol.limits import Edition, Reading
from mpp_conformance.protocol.messages import (
    HANDLE_BY_PSP,
    HANDLE_BY_SDK,
    Decode,
    DecodeCallback,
    HandleAction,
    IdentityAnswer,
    Launch,
    ResultPage,
    Scan,
    ServerAnswer,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios.answers import Choice
from mpp_conformance.scenarios.call_sequences import EACH
from mpp_conformance.scenarios.cells import BOTH, in_turn, payloads, psp, sdk, together
from mpp_conformance.scenarios.fault_cells import UNUSABLE
from mpp_conformance.scenarios.rounds import (
    a_round,
    distinct,
    failed,
    going_on,
    launching,
    not_decoded,
    of_code,
    scanning,
    stopping,
)
from mpp_conformance.scenarios.scenario import ENTRY, Scenario

HAND_OVER_LATE = "the payment result to be reported when the client is handed it, before its page and its callback"
IDENTIFIED = "Alipay+ to have told the server what the code is, where the server asked"

excluded(
    "EC-0",
    actor=DOCUMENT,
    clauses=[ENTRY_CODE.at("figure")],
    text="A figure shows the workflow of an entry code.",
    reason="the figure's picture is not in the text; its steps are the rows below",
)
excluded(
    "EC-1",
    actor=CONSUMER,
    clauses=[ENTRY_CODE.steps(1, 2)],
    text="The merchant shows a code, and the user scans it with the MPP app.",
    reason="the merchant's and the consumer's act; the suite plays both",
)
EC_3 = requirement(
    "EC-3",
    MUST,
    STATED,
    actor=MPP_CLIENT,
    clauses=[ENTRY_CODE.steps(3)],
    text="The client reads the scanned code and passes its value on: what is launched is the page of that code.",
)
EC_6 = requirement(
    "EC-6",
    MUST,
    STATED,
    actor=MPP_CLIENT,
    clauses=[ENTRY_CODE.steps(6)],
    text="The client calls launch, so that the SDK brings the user to the merchant page.",
)
excluded(
    "EC-7",
    actor=MERCHANT,
    clauses=[ENTRY_CODE.steps(7, 12, sentence=1)],
    text="The merchant page asks for the amount, and the user enters it.",
    reason="the merchant's and the consumer's act; the suite plays both",
)
excluded(
    "EC-8",
    actor=MERCHANT,
    clauses=[ENTRY_CODE.steps(7, 12, sentence=2)],
    text="The merchant places an order, and Alipay+ makes an order code of it.",
    reason="between the merchant and Alipay+; no part of the MPP",
)
EC_9 = requirement(
    "EC-9",
    SHOULD,
    DERIVED,
    actor=MPP_CLIENT,
    clauses=[ENTRY_CODE.steps(6)],
    text="One scan opens the merchant page once.",
)
excluded(
    "EC-13",
    actor=CLIENT_SDK,
    clauses=[ENTRY_CODE.steps(13, 14)],
    text="The SDK intercepts the order code on the merchant page.",
    reason="the client SDK's inner step",
)
excluded(
    "EC-15",
    actor=CLIENT_SDK,
    clauses=[ENTRY_CODE.steps(15)],
    text="The SDK calls decode of the MPP client.",
    reason="the client SDK's step; the suite's double takes it",
)
EC_16 = requirement(
    "EC-16",
    MUST,
    STATED,
    actor=MPP_CLIENT,
    clauses=[ENTRY_CODE.steps(16)],
    text="The client sends the code value of the decode call to its server, unchanged.",
)
excluded(
    "EC-19",
    actor=ALIPAY_PLUS,
    clauses=[ENTRY_CODE.steps(19, 20)],
    text="Above the limit Alipay+ makes an error page and answers HANDLE_BY_SDK.",
    reason="Alipay+'s own inner step; the simulated Alipay+ takes it",
)
excluded(
    "EC-21",
    actor=ALIPAY_PLUS,
    clauses=[ENTRY_CODE.steps(21, 22)],
    text="Otherwise Alipay+ places an order and answers HANDLE_BY_PSP.",
    reason="Alipay+'s own inner step; the simulated Alipay+ takes it",
)
excluded(
    "EC-23",
    actor=ALIPAY_PLUS,
    clauses=[ENTRY_CODE.steps(23)],
    text="Alipay+ returns actionType, sdkActionPayload and the order information.",
    reason="Alipay+'s own step; the simulated Alipay+ takes it",
)
EC_25 = requirement(
    "EC-25",
    MUST,
    STATED,
    actor=MPP_CLIENT,
    clauses=[
        ENTRY_CODE.steps(24, 26, sentence=1),
        HIGHLIGHTS.at("MPP client, entry code, HANDLE_BY_SDK"),
    ],
    text="Handed HANDLE_BY_SDK, the client executes the callback of decode to pass sdkActionPayload to the SDK.",
)
excluded(
    "EC-26",
    actor=CLIENT_SDK,
    clauses=[ENTRY_CODE.steps(24, 26, sentence=2)],
    text="The SDK acts on the payload, for example opens the error page.",
    reason="the client SDK's inner step",
)
EC_28 = requirement(
    "EC-28",
    MUST,
    STATED,
    actor=MPP_CLIENT,
    clauses=[HIGHLIGHTS.at("MPP client, entry code, HANDLE_BY_PSP")],
    text="With HANDLE_BY_PSP the client executes the callback of decode when it has the payment result, not before.",
)
EC_29 = requirement(
    "EC-29",
    MUST,
    STATED,
    actor=MPP_CLIENT,
    clauses=[ENTRY_CODE.steps(27, 29, sentence=2)],
    text="The client shows the user the payment result page of an entry code payment.",
)
SDK_1 = requirement(
    "SDK-1",
    MUST,
    DOCUMENTED,
    actor=MPP_CLIENT,
    clauses=[CLIENT_SDK_DOCS.at("decode, callback")],
    text="After a payment left to the MPP the callback succeeds without a payload, or fails with the MPP's error code.",
)
SDK_3 = requirement(
    "SDK-3",
    SHOULD,
    DERIVED,
    actor=MPP_CLIENT,
    clauses=[CLIENT_SDK_DOCS.at("decode, callback")],
    text="A callback that fails has a message of the MPP's beside its error code.",
)
SDK_2 = requirement(
    "SDK-2",
    SHOULD,
    DERIVED,
    actor=MPP_CLIENT,
    clauses=[ENTRY_CODE.steps(6)],
    text="If the code is an address, launch gets that very address, or one that contains it in full.",
)


def stopped(edition: Edition, reading: Reading) -> list[Scenario]:
    """Alone, with each payload that hurts, and wherever else Alipay+ leaves such a payment to the client SDK."""
    alone = [sdk(ENTRY, "S"), sdk(ENTRY, "F"), *payloads(ENTRY)]
    return [*alone, *of_code(ENTRY, stopping(edition, reading))]


def left(edition: Edition, reading: Reading) -> list[Scenario]:
    """Paid, unpaid and not decoded, and wherever else Alipay+ leaves such a payment to the MPP, or cancels it."""
    others = distinct(failed(edition, reading), going_on(edition, reading), EACH)
    return distinct([psp(ENTRY), *not_decoded(ENTRY)], of_code(ENTRY, others, HANDLE_BY_PSP))


@case(EC_3, launching)
def test_the_page_of_the_scanned_code_is_launched(trace: Trace) -> None:
    """The address given to launch is that of the code which was scanned."""
    of_each_scan(trace, ENTRY, own_page_launched)


@case(SDK_2, scanning(ENTRY))
def test_the_address_that_was_scanned_is_launched_unchanged(trace: Trace) -> None:
    """The address given to launch is the scanned one, to the letter; it may be URL-encoded in another address."""
    of_each_scan(trace, ENTRY, launched_unchanged)


@case(EC_6, scanning(ENTRY))
def test_launch_is_called(trace: Trace) -> None:
    """A scan of an entry code leads to a call of launch, once the server has told what it is."""
    of_each_scan(trace, ENTRY, launched)


@case(EC_9, launching)
def test_launch_is_called_once(trace: Trace) -> None:
    """One scan leads to one call of launch, until the payment has come to its end."""
    of_each_scan(trace, ENTRY, launched_once)


@case(EC_16, launching, of_code(ENTRY, UNUSABLE))
def test_the_intercepted_code_value_is_passed_on_unchanged(trace: Trace) -> None:
    """What Alipay+ is asked to decode is the code value that the SDK gave."""
    of_each_scan(trace, ENTRY, intercepted_code_passed)


@case(EC_25, stopped, Choice(action=HANDLE_BY_SDK, code=ENTRY))
def test_the_payload_reaches_the_sdk_through_the_callback(trace: Trace) -> None:
    """The SDK is given the payload once, unchanged to the byte, by the callback and by no other way."""
    wherever(trace, HANDLE_BY_SDK, passed_by_callback, code=ENTRY)


@case(EC_25, [together(ENTRY), in_turn(ENTRY)])
def test_each_callback_brings_the_payload_of_its_own_payment(trace: Trace) -> None:
    """Of two payments, at once or one after the other, each callback is executed once with its own payload."""
    passed_by_callback(trace, 0)
    passed_by_callback(trace, 1)


@case(EC_28, left, Choice(action=HANDLE_BY_PSP, code=ENTRY))
def test_the_callback_waits_for_the_payment_result(trace: Trace) -> None:
    """The callback is executed once, after the payment result."""
    wherever(trace, HANDLE_BY_PSP, called_back, code=ENTRY)


@case(EC_29, left, Choice(action=HANDLE_BY_PSP, code=ENTRY))
def test_the_result_page_is_shown(trace: Trace) -> None:
    """The consumer sees the payment result that the client was handed."""
    wherever(trace, HANDLE_BY_PSP, page_shown, code=ENTRY)


@case(SDK_1, left, Choice(action=HANDLE_BY_PSP, code=ENTRY))
def test_the_callback_tells_the_sdk_how_the_payment_ended(trace: Trace) -> None:
    """Success is empty; failure has an error code; neither carries a payload."""
    wherever(trace, HANDLE_BY_PSP, tells_the_end, code=ENTRY)


@case(SDK_3, map(a_round, BOTH))
def test_a_callback_that_fails_has_a_message(trace: Trace) -> None:
    """The sample of the documentation gives both."""
    wherever(trace, HANDLE_BY_PSP, fails_with_a_message, code=ENTRY)


def fails_with_a_message(trace: Trace, payment: int) -> None:
    """The callback of this payment's decode, where it fails."""
    told = [event.message for event in trace.of(payment) if isinstance(event.message, DecodeCallback)]
    asked = expect(trace, payment).reached(DecodeCallback)
    asked.given(any(callback.outcome == "failure" for callback in told), "the callback to fail")
    asked.some(DecodeCallback, outcome="failure", error_message=SOME_TEXT)


def tells_the_end(trace: Trace, payment: int) -> None:
    """The callback of this payment's decode, judged by the result that the client was handed."""
    result = trace.result(payment)
    asked = expect(trace, payment).reached(UserInitiatedPayAnswer, action_type=HANDLE_BY_PSP)
    asked.given(not trace.stopped(payment), OWN_TURN).reached(DecodeCallback)
    asked.given(result is not None, "the client to be handed a payment result")
    outcomes_told = {e.message.outcome for e in trace.of(payment) if isinstance(e.message, DecodeCallback)}
    notified = {"S": "success", "F": "failure"}.get(trace.notified(payment) or "")
    asked.given(not trace.contradicted(payment) or outcomes_told != {notified}, ONE_RESULT)
    if result == "S":
        asked.each(DecodeCallback, outcome="success")
    else:
        asked.each(DecodeCallback, outcome="failure", error_code=ERROR_CODE)
    # An adaptor may report an absent text as an empty one.
    asked.none_but(DecodeCallback, sdk_action_payload=(None, ""))


def launched(trace: Trace, payment: int) -> None:
    """The scan of this payment leads to a call of launch."""
    told = [event.message.action for event in trace.of(payment) if isinstance(event.message, IdentityAnswer)]
    asked = expect(trace, payment).reached(Scan)
    asked.given(not told or "OPEN_URL" in told, "the client to be told of an entry code")
    asked.given(not trace.unidentified(payment), IDENTIFIED).some(Launch)


def own_page_launched(trace: Trace, payment: int) -> None:
    """The page of the code that was scanned in this payment."""
    asked = expect(trace.opening(payment), payment).reached(Launch)
    asked.given(names_a_page(trace, payment), PAGE_LAUNCHED)
    asked.each_holding(Launch, "url", trace.codes[payment].page_id)


def launched_unchanged(trace: Trace, payment: int) -> None:
    """The very address that was scanned in this payment, or one that has it whole in it."""
    opening, own = trace.opening(payment), trace.codes[payment].scanned
    asked = expect(opening, payment).reached(Launch).given(names_a_page(opening, payment), PAGE_LAUNCHED)
    asked.given(own.lower().startswith(("http://", "https://")), "the scanned code to be an address")
    encoded = quote(own, safe="")
    if all(encoded in event.message.url for event in opening.of(payment) if isinstance(event.message, Launch)):
        asked.each_holding(Launch, "url", encoded)
    else:
        asked.each(Launch, url=own)


def launched_once(trace: Trace, payment: int) -> None:
    """The scan of this payment leads to one call of launch."""
    expect(trace.opening(payment), payment).reached(Launch).one(Launch)


def intercepted_code_passed(trace: Trace, payment: int) -> None:
    """The code value of this payment's decode."""
    asked = expect(trace, payment).reached(Decode).reached(UserInitiatedPay)
    asked.each(UserInitiatedPay, code_value=trace.codes[payment].decoded)


def passed_by_callback(trace: Trace, payment: int = 0) -> None:
    """The callback of this payment's decode, judged by what the client was handed."""
    handed = trace.handed(payment)
    asked = expect(trace, payment).reached(UserInitiatedPayAnswer, action_type=HANDLE_BY_SDK).reached(Decode)
    if trace.app_link:
        asked.reached(ServerAnswer, action_type=HANDLE_BY_SDK)
    asked.given(bool(handed), "the client to be handed a payload")
    asked.one(DecodeCallback, callback=trace.callback(payment), outcome="success", sdk_action_payload=handed)
    asked.none(HandleAction).none(Launch, url=handed)
    executed_nowhere_else(trace, payment)


def called_back(trace: Trace, payment: int) -> None:
    """The callback of this payment's decode comes once, and when the client has the payment result."""
    asked, callback = expect(trace, payment).reached(Decode), trace.callback(payment)
    asked.given(not trace.stopped(payment), OWN_TURN)
    if trace.app_link:
        asked.reached(ServerAnswer, payment_status=SOME_TEXT).one(DecodeCallback, callback=callback)
        asked.given(not shown_before(trace, payment), HAND_OVER_LATE)
        asked.in_order(ServerAnswer, DecodeCallback, payment_status=SOME_TEXT)
    else:
        asked.reached(ResultPage).one(DecodeCallback, callback=callback)
        asked.proven_in_order(ResultPage, DecodeCallback)
    executed_nowhere_else(trace, payment)


def executed_nowhere_else(trace: Trace, payment: int) -> None:
    """The callback of this payment's decode is executed at no other payment."""
    for other in {event.payment for event in trace.events} - {payment}:
        expect(trace, other).none(DecodeCallback, callback=trace.callback(payment))
