"""An Alipay+ with one defect: what the MPP has to bear, and how a payment comes to its end all the same."""

from mpp_conformance.judging.oracle import expect
from mpp_conformance.judging.patterns import SOME_TEXT
from mpp_conformance.judging.trace import Trace
from mpp_conformance.ledger.requirements import DERIVED, DOCUMENTED, MPP, MPP_SERVER, SHOULD, SILENT, case, requirement
from mpp_conformance.ledger.source import ENTRY_CODE, MESSAGE_LAYER, ORDER_CODE
from mpp_conformance.protocol.messages import (
    Decode,
    DecodeCallback,
    FaultApplied,
    HandleAction,
    NotifyPayment,
    ResultPage,
    Scan,
    ServerAnswer,
)
from mpp_conformance.scenarios.answers import Broken
from mpp_conformance.scenarios.fault_cells import (
    AFTERWARDS,
    AT_FIRST,
    CARRIED,
    DRIPPED,
    ENDING,
    LATE,
    LATE_STOPS,
    REPLAYED,
    SPELLED,
)

PROMPT = "the payment before, whose answer comes at once, to come to its end"
APART = "no payload of the payment before to be passed on"

FLT_3 = requirement(
    "FLT-3",
    SHOULD,
    DOCUMENTED,
    actor=MPP_SERVER,
    clauses=[MESSAGE_LAYER.at("message structure"), MESSAGE_LAYER.at("signature of an answer")],
    text="An answer counts however the documents let it be spelled: names of headers in any case, the Signature header "
    "with blanks, the signature over the body's own bytes.",
)
FLT_7 = requirement(
    "FLT-7",
    SHOULD,
    DERIVED,
    actor=MPP_SERVER,
    clauses=[MESSAGE_LAYER.at("userInitiatedPay, request")],
    text="Where the first answer is lost, the server asks again, and the payment goes on.",
)
FLT_8 = requirement(
    "FLT-8",
    SHOULD,
    SILENT,
    actor=MPP,
    clauses=[ENTRY_CODE.steps(23), ORDER_CODE.steps(13)],
    text="Whatever comes back, a payment comes to an end, and the consumer or the client SDK learns of it.",
)
FLT_9 = requirement(
    "FLT-9",
    SHOULD,
    SILENT,
    actor=MPP,
    clauses=[ENTRY_CODE.steps(23), ORDER_CODE.steps(13)],
    text="What came back for one payment does not spoil the next one.",
)
FLT_11 = requirement(
    "FLT-11",
    SHOULD,
    SILENT,
    actor=MPP_SERVER,
    clauses=[MESSAGE_LAYER.at("message structure")],
    text="The server accepts an answer in chunks, too, and with the parts of its Signature header in any order.",
)
FLT_12 = requirement(
    "FLT-12",
    SHOULD,
    DERIVED,
    actor=MPP_SERVER,
    clauses=[MESSAGE_LAYER.at("userInitiatedPay, request")],
    text="The MPP pays an order once, however often it asks for it and gets its answer.",
)
FLT_14 = requirement(
    "FLT-14",
    SHOULD,
    SILENT,
    actor=MPP,
    clauses=[ENTRY_CODE.steps(23), ORDER_CODE.steps(13)],
    text="An answer that takes some seconds is acted on like one that comes at once, by the server and by its app.",
)


@case(FLT_3, SPELLED)
def test_a_sound_answer_counts_in_every_spelling(trace: Trace) -> None:
    """The payment goes on as with any other answer."""
    goes_on(trace)


@case(FLT_7, AT_FIRST)
def test_the_payment_goes_on_when_the_answer_comes(trace: Trace) -> None:
    """Asked again, Alipay+ answers, and the payment is taken."""
    goes_on(trace)


@case(FLT_8, ENDING)
def test_the_payment_comes_to_an_end(trace: Trace) -> None:
    """A result is returned or shown, or the client SDK is called; the consumer is not left waiting."""
    ends(trace)


@case(FLT_8, Broken())
def test_an_illegal_answer_comes_to_an_end(trace: Trace) -> None:
    """Whatever field of an answer breaks the interface, the consumer is not left waiting."""
    ends(trace)


@case(FLT_9, [AFTERWARDS])
def test_the_next_payment_is_as_good_as_ever(trace: Trace) -> None:
    """A customer who scans after such a failed payment gets a result."""
    expect(trace, 0).reached(FaultApplied)
    expect(trace, 1).reached(Scan).either(
        (NotifyPayment, {}), (ServerAnswer, {"payment_status": SOME_TEXT}), (ResultPage, {})
    )


@case(FLT_11, CARRIED)
def test_a_sound_answer_counts_in_every_form(trace: Trace) -> None:
    """The payment goes on as with any other answer."""
    goes_on(trace)


@case(FLT_14, LATE)
def test_a_late_order_is_paid_and_shown(trace: Trace) -> None:
    """Alipay+ takes 1, 3 or 8 seconds; the payment is taken, and the consumer is shown that it was."""
    prompt = [event.message for event in trace.in_the_end(0).of(0) if isinstance(event.message, ResultPage)]
    asked = expect(trace, 1).reached(FaultApplied)
    asked.given({page.status for page in prompt} == {"S"}, PROMPT).some(ResultPage, status="S")


@case(FLT_14, LATE_STOPS)
def test_a_late_payload_reaches_the_sdk(trace: Trace) -> None:
    """The client still executes the callback with the payload."""
    prompt, late = (given_payload(trace, payment) for payment in (0, 1))
    asked = expect(trace, 1).reached(FaultApplied)
    asked.given(handed_to_the_sdk(trace, 0) == {prompt}, PROMPT)
    # Who mixes payments up does so at any speed.
    asked.given(prompt not in handed_to_the_sdk(trace, 1), APART).some(DecodeCallback, sdk_action_payload=late)


@case(FLT_14, LATE_STOPS)
def test_a_late_payload_is_passed_by_the_only_callback(trace: Trace) -> None:
    """An app that passes on a payload which took some seconds has not called it a failure before."""
    asked = expect(trace, 1).reached(FaultApplied).reached(Decode).none(HandleAction)
    called = [event.message for event in trace.of(1) if isinstance(event.message, DecodeCallback)]
    # Whoever has given up by then and passes on nothing is judged above.
    if any(callback.sdk_action_payload for callback in called):
        asked.one(DecodeCallback)


@case(FLT_12, [*AT_FIRST, DRIPPED])
def test_an_order_is_paid_once(trace: Trace) -> None:
    """All notifications of success speak of one and the same payment."""
    expect(trace).reached(FaultApplied)
    one_payment(trace)


@case(FLT_12, [REPLAYED])
def test_an_old_answer_is_not_paid_again(trace: Trace) -> None:
    """The order of the payment before is not paid a second time."""
    expect(trace, 1).reached(FaultApplied)
    one_payment(trace)


def given_payload(trace: Trace, payment: int) -> str | None:
    """The payload in Alipay+'s answer, whether or not it came."""
    answer = trace.scenario.payments[payment].answer
    return None if answer is None else answer.payload_of(trace.codes[payment].tag)


def handed_to_the_sdk(trace: Trace, payment: int) -> set[str | None]:
    """The payloads of the callbacks."""
    called = (event.message for event in trace.of(payment))
    return {message.sdk_action_payload for message in called if isinstance(message, DecodeCallback)}


def ends(trace: Trace) -> None:
    """The fault was met, and the consumer or the client SDK is told of a result."""
    expect(trace).reached(FaultApplied).either(
        (ResultPage, {}), (HandleAction, {}), (DecodeCallback, {}), (ServerAnswer, {"payment_status": SOME_TEXT})
    )


def goes_on(trace: Trace) -> None:
    """The fault was met, and the payment is taken."""
    expect(trace).reached(FaultApplied).either(
        (NotifyPayment, {"result_status": "S"}), (ServerAnswer, {"payment_status": "S"}), (ResultPage, {"status": "S"})
    )


def one_payment(trace: Trace) -> None:
    """Whoever notified success notified it of one payment, and by one customer, as far as it named them."""
    told = [event.message for event in trace.of(0) if isinstance(event.message, NotifyPayment)]
    first = next((notice for notice in told if notice.result_status == "S"), None)
    asked = expect(trace, 0)
    if first is None:
        asked.none(NotifyPayment, result_status="S")
    else:
        asked.none_but(NotifyPayment, payment_id=(first.payment_id, None), customer_id=(first.customer_id, None))
