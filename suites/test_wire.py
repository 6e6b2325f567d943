"""The message layer between MPP server and Alipay+: official documentation beside the source document."""

from mpp_conformance.judging.calls import by_alipay_plus, calls_about, only, tells_orders_apart
from mpp_conformance.judging.oracle import expect
from mpp_conformance.judging.sequences import of_each_alone
from mpp_conformance.judging.trace import Trace
from mpp_conformance.ledger.requirements import DERIVED, DOCUMENTED, MPP_SERVER, MUST, SHOULD, case, requirement
from mpp_conformance.ledger.source import MESSAGE_LAYER
from mpp_conformance.protocol.limits import Edition, Reading
from mpp_conformance.protocol.messages import (
    GATEWAY,
    CancelPayment,
    CancelPaymentAnswer,
    InquiryPayment,
    InquiryPaymentAnswer,
    Malformed,
    Message,
    NotifyPayment,
    Scan,
    UserInitiatedPay,
)
from mpp_conformance.scenarios.answers import Choice
from mpp_conformance.scenarios.call_cells import CALLED, PAID, UNKNOWN_FIELD, WITH_STRANGERS, called_about
from mpp_conformance.scenarios.call_sequences import SEVERAL, UNCOLLECTED
from mpp_conformance.scenarios.cells import BOTH, SCANNED_TWICE, payloads, psp, sdk, together
from mpp_conformance.scenarios.fault_cells import (
    AFTERWARDS,
    AT_FIRST,
    CARRIED,
    DRIPPED,
    LATE,
    LATE_STOPS,
    OF_ANOTHER,
    REPLAYED,
    SPELLED,
    UNUSABLE,
)
from mpp_conformance.scenarios.rounds import distinct, failed, going_on, not_decoded, stopping
from mpp_conformance.scenarios.scenario import CANCEL, UNFUNDED, Scenario

WIRE_1 = requirement(
    "WIRE-1",
    MUST,
    DOCUMENTED,
    actor=MPP_SERVER,
    clauses=[MESSAGE_LAYER.at("signature of a request")],
    text="The server signs every request to Alipay+: RSA-2048 with SHA-256 over the bytes that are sent.",
)
WIRE_2 = requirement(
    "WIRE-2",
    MUST,
    DOCUMENTED,
    actor=MPP_SERVER,
    clauses=[
        MESSAGE_LAYER.at("message structure"),
        MESSAGE_LAYER.at("userInitiatedPay, request"),
        MESSAGE_LAYER.at("notifyPayment, request"),
    ],
    text="Requests to Alipay+ come by POST with their required fields; scalars are strings; no unused field is empty.",
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
    text="A field that no document names does not change the answer to a call of Alipay+.",
)
WIRE_8 = requirement(
    "WIRE-8",
    SHOULD,
    DERIVED,
    actor=MPP_SERVER,
    clauses=[MESSAGE_LAYER.at("transport")],
    text="Answers to Alipay+ have HTTP status 200, refusals too; a Content-Type, where there is one, says JSON.",
)

REFUSED = "INVALID_SIGNATURE"
OUR_KEY = "the server to know the public half of [keys] alipay_plus_private_key, and take a plain call for valid"
EVERY_CALL = [*CALLED, *SEVERAL, *UNCOLLECTED]
"""Wherever Alipay+ calls in words that documents name; strangers call beside it only where payments are several."""
NOT_VERIFIED = ("missing", "unreadable", "invalid")
KEYS = "[keys] client_id and mpp_public_key to be those of the MPP server"
APART = "the server to answer inquiries about its own order and about one that nobody placed differently"


def held(edition: Edition, reading: Reading) -> list[Scenario]:
    """Whatever comes of a payment, whatever Alipay+ asks by itself, and however its answer arrives."""
    alone = [made for code in BOTH for made in (psp(code), psp(code, customer=UNFUNDED), together(code))]
    alone += [sdk(code, status) for code in BOTH for status in ("S", "F")]
    others = [failed(edition, reading), going_on(edition, reading), stopping(edition, reading), SCANNED_TWICE]
    called = [*EVERY_CALL, *WITH_STRANGERS, UNKNOWN_FIELD]
    met = [*AT_FIRST, *UNUSABLE, *LATE, *LATE_STOPS, *SPELLED, *CARRIED, DRIPPED, AFTERWARDS, REPLAYED, OF_ANOTHER]
    return distinct(alone, *others, *map(not_decoded, BOTH), *map(payloads, BOTH), called, met)


@case(WIRE_1, held, Choice())
def test_requests_are_signed(trace: Trace) -> None:
    """The signature of each request verifies with the MPP's public key; one by another key proves nothing."""
    asked = expect(trace).reached(Scan)
    for index in range(len(trace.scenario.payments)):
        for kind in (UserInitiatedPay, NotifyPayment):
            for outcome in NOT_VERIFIED:
                wrong = {"where": GATEWAY, "operation": kind.__name__, "signature": outcome}
                expect(trace, index).none(Malformed, **wrong)
            expect(trace.readable(), index).none_but(kind, signature=("valid", "foreign"))
    asked.given(bool(questions(trace)), "Alipay+ to be asked")
    requests = (event.message for event in trace.events if isinstance(event.message, UserInitiatedPay | NotifyPayment))
    asked.given(all(request.signature != "foreign" for request in requests), KEYS)


@case(WIRE_2, held, Choice())
def test_requests_conform_to_the_interface(trace: Trace) -> None:
    """Each request is well-formed."""
    asked = expect(trace).reached(Scan)
    # Of identifyCode no official page was seen: what is wrong with such a call accuses nobody.
    for index in range(len(trace.scenario.payments)):
        for kind in (UserInitiatedPay, NotifyPayment):
            expect(trace, index).none(Malformed, where=GATEWAY, operation=kind.__name__)
    asked.reached(UserInitiatedPay)


@case(WIRE_6, [PAID])
def test_a_call_counts_in_every_spelling(trace: Trace) -> None:
    """No call that Alipay+ has signed is refused as if it were not."""
    told = expect(trace).reached(InquiryPaymentAnswer)
    answers = [one.told for one in calls_about(trace)]
    told.given(any(getattr(answer, "result_code", REFUSED) != REFUSED for answer in answers), OUR_KEY)
    told.none(InquiryPaymentAnswer, result_code=REFUSED)
    expect(trace).given(tells_orders_apart(trace), APART)


@case(WIRE_7, [UNKNOWN_FIELD])
def test_an_unknown_field_changes_nothing(trace: Trace) -> None:
    """An inquiry with such a field gets the same answer as one without it."""
    usual = next((one.told for one in calls_about(trace) if not one.call.form.unknown), None)
    expect(trace).given(getattr(usual, "result_status", "") == "S", "the inquiry without that field to be answered")
    told = expect(only(trace, lambda one: one.call.form.unknown)).reached(InquiryPayment)
    told.each(InquiryPaymentAnswer, result_status="S", payment_status=getattr(usual, "payment_status", None))
    expect(trace).given(tells_orders_apart(trace), APART)


@case(WIRE_3, EVERY_CALL)
def test_answers_are_signed(trace: Trace) -> None:
    """The signature of each answer verifies with the MPP's public key; one by another key proves nothing."""
    of_each_alone(trace, called_about, answered_signed)


@case(WIRE_4, EVERY_CALL)
def test_answers_conform_to_the_interface(trace: Trace) -> None:
    """Each call of Alipay+ is answered, and each answer is well-formed."""
    of_each_alone(trace, called_about, answered_well)


@case(WIRE_8, CALLED)
def test_answers_come_with_status_200(trace: Trace) -> None:
    """Whether the answer is a success or a refusal, the HTTP status is 200."""
    carried(trace, "http_status", "200")


@case(WIRE_8, CALLED)
def test_answers_are_called_json(trace: Trace) -> None:
    """Content-Type, where there is one, says application/json."""
    carried(trace, "media_type", "application/json", "")


def carried(trace: Trace, name: str, *usual: str) -> None:
    """How HTTP carried each answer, whether it can be read or not; the server is not one that answers all alike."""
    told = expect(trace).reached(InquiryPayment)
    answers = [one.answer.message for one in calls_about(trace) if one.answer is not None]
    told.given(bool(answers), "Alipay+ to be answered")
    for answer in answers:
        if isinstance(answer, Malformed) and (value := getattr(answer, name)) not in {*usual, None}:
            told.none(Malformed, operation=answer.operation, **{name: value})
    for kind in (InquiryPaymentAnswer, CancelPaymentAnswer):
        expect(trace.readable()).none_but(kind, **{name: usual})
    told_apart(trace)


def told_apart(trace: Trace) -> None:
    """What was seen is the server's answer to what it was asked, and not what it answers to everything."""
    expect(trace).given(tells_orders_apart(trace), APART)


def questions(trace: Trace) -> list[Message]:
    """What was sent as userInitiatedPay, whether it could be read or not."""
    sent = [event.message for event in trace.events]
    name = UserInitiatedPay.__name__
    return [said for said in sent if name == (said.operation if isinstance(said, Malformed) else said.name)]


def answered_signed(trace: Trace) -> None:
    """Each answer about this payment is signed."""
    own = only(trace, by_alipay_plus)
    told = expect(own).reached(InquiryPayment)
    for kind in (InquiryPaymentAnswer, CancelPaymentAnswer):
        for outcome in NOT_VERIFIED:
            told.none(Malformed, operation=kind.__name__, signature=outcome)
        expect(own.readable()).none_but(kind, signature=("valid", "foreign"))
    answers = (Malformed, InquiryPaymentAnswer)
    told.given(any(isinstance(event.message, answers) for event in own.of(0)), "the inquiry to be answered")
    foreign = [event for event in own.events if getattr(event.message, "signature", "valid") == "foreign"]
    told.given(not foreign, KEYS)
    told_apart(trace)


def answered_well(trace: Trace) -> None:
    """Each call about this payment is answered, and well."""
    own = only(trace, by_alipay_plus)
    for call, answer in ((InquiryPayment, InquiryPaymentAnswer), (CancelPayment, CancelPaymentAnswer)):
        if call is InquiryPayment or any(made.what == CANCEL for made in trace.scenario.payments[0].calls):
            expect(own).reached(call).none(Malformed, operation=answer.__name__).some(answer)
    told_apart(trace)
