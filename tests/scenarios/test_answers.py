"""The corpus of generated answers: legal ones are legal, illegal ones are not, and together they leave no field out."""

import json
from dataclasses import replace
from typing import Any, Final

import jsonschema
import pytest

from mpp_conformance import wire
from mpp_conformance.generation.mirror import CELLS, schema
from mpp_conformance.peers.alipay_plus import fill_in
from mpp_conformance.protocol.faults import FAULTS
from mpp_conformance.protocol.messages import (
    HANDLE_BY_PSP,
    HANDLE_BY_SDK,
    NEVER,
    Decode,
    Message,
    Order,
    Scan,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios import answers
from mpp_conformance.scenarios.answers import (
    AnswersError,
    Broken,
    BrokenCall,
    BrokenCalls,
    Choice,
    Corpus,
    Generated,
    Illegal,
)
from mpp_conformance.scenarios.orders import WHOLE
from mpp_conformance.scenarios.scenario import (
    ENTRY,
    HEALTH,
    MARKS,
    OBSERVER,
    ORDER,
    PLAIN_PAYLOAD,
    TAG,
    Answer,
    handle_by_psp,
    handle_by_sdk,
)

CORPUS: Final = answers.packaged_corpus()
LEGAL: Final = [pytest.param(found, id=found.name) for found in CORPUS.legal]
ILLEGAL: Final = [pytest.param(found, id=found.name) for found in CORPUS.illegal]
ORDERS: Final = [
    Order(
        payment_request_id="2025061519" + "0" * 20,
        amount=amount,
        pay_to_amount=amount,
        pay_to_currency=currency,
        code_type=code_type,
    )
    for amount, currency, code_type in (("1", "JPY", "EntryCode"), ("700000", "CNY", "OrderCode"))
]
SECOND_OPINION: Final = jsonschema.Draft202012Validator(dict(wire.schema_of(UserInitiatedPayAnswer)))
TAGGED: Final = "mpp-" + "0" * 20
ONE: Final = Generated(
    name="one",
    description="by hand",
    within=True,
    code=ORDER,
    amount=29,
    body='{"result":{"resultCode":"c","resultStatus":"S","resultMessage":"m"},"actionForm":{"actionType":"HANDLE_BY_PSP"}}',
)


def bodies(text: str) -> list[dict[str, Any]]:
    """A body as it is sent for several payments."""
    return [json.loads(fill_in(text, order, TAGGED)) for order in ORDERS]


def texts(value: object) -> list[str]:
    """Every text in a body, the names of fields apart."""
    if isinstance(value, str):
        return [value]
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for inner in inside for text in texts(inner)]


# --- each answer --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("found", LEGAL)
def test_a_legal_answer_is_legal_for_any_payment(found: Generated) -> None:
    """To both validators, in whatever currency it settles and for either kind of code."""
    for body in bodies(found.body):
        assert wire.problems(UserInitiatedPayAnswer, body) == []
        assert SECOND_OPINION.is_valid(body)


@pytest.mark.parametrize("found", LEGAL)
def test_an_answer_is_within_what_documents_name_or_says_that_it_is_not(found: Generated) -> None:
    """The schema of its business scenario decides, which allows nothing else."""
    cell = found.name[:5]
    asked = jsonschema.Draft202012Validator(schema(cell))
    assert {asked.is_valid(body) for body in bodies(found.body)} == {found.within}
    assert CELLS[cell] == (found.answer.action_type, found.answer.result_status)


@pytest.mark.parametrize("found", LEGAL)
def test_an_answer_is_one_payments_own(found: Generated) -> None:
    """A payload can be told from another payment's, an order has this payment's amounts, and no mark is left."""
    (body, _), (order, _) = bodies(found.body), ORDERS
    payload = body["actionForm"].get("sdkActionPayload")
    assert payload is None or (TAGGED in payload and found.body.count(TAG) == 1)
    assert [mark for mark in (TAG, *MARKS.values()) if mark in fill_in(found.body, order, TAGGED)] == []
    if found.answer.with_order and found.answer.action_type == HANDLE_BY_PSP:
        assert body["paymentAmount"] == body["order"]["orderAmount"] == {"currency": "CNY", "value": order.amount}
        assert body["payToAmount"] == {"currency": order.pay_to_currency, "value": order.pay_to_amount}
        assert body["order"]["merchant"]["merchantName"]


@pytest.mark.parametrize("found", LEGAL)
def test_an_answer_asks_for_nothing_that_a_wallet_may_refuse(found: Generated) -> None:
    """It has not expired, asks for no surcharge and no agreement, and leads nowhere outside."""
    for body in bodies(found.body):
        factor, quote = body.get("paymentFactor") or {}, body.get("paymentQuote") or {}
        assert body.get("paymentExpiryTime") in {None, NEVER}
        assert quote.get("quoteExpiryTime") in {None, NEVER}
        assert {factor.get(name) for name in ("needSurcharge", "isAgreementPayment")} <= {None, "false"}
        assert (body.get("surchargeInfo") or {}).get("surchargeAmount") in ({"currency": "CNY", "value": "0"}, None)
        assert str(body.get("paymentRedirectUrl")).startswith(("https://merchant.example/", "None"))
        assert body.get("paymentNotifyUrl") in {None, wire.notify_url(wire.GATEWAY_URL)}


@pytest.mark.parametrize("found", LEGAL)
def test_an_answer_has_no_character_that_programs_need_not_bear(found: Generated) -> None:
    """No control characters but those of lines, no surrogates, nothing that is assigned to nobody."""
    told = [text for body in bodies(found.body) for text in texts(body)]
    assert [text for text in told if any(char < " " and char not in "\t\n\r" for char in text)] == []
    assert [text for text in told if not text.isprintable() and not set(text) & set("\t\n\r")] == []


@pytest.mark.parametrize("found", ILLEGAL)
def test_an_illegal_answer_breaks_the_interface(found: Illegal) -> None:
    """For any payment, to both validators."""
    for body in bodies(found.body):
        assert wire.problems(UserInitiatedPayAnswer, body) != []
        assert not SECOND_OPINION.is_valid(body)


@pytest.mark.parametrize("found", ILLEGAL)
def test_an_illegal_answer_is_broken_in_one_field(found: Illegal) -> None:
    """It is this field that its description names, and all else is the payment's own."""
    for body in bodies(found.body):
        errors = list(SECOND_OPINION.iter_errors(body))
        named = {
            str(error.absolute_path[0]) if error.absolute_path else error.message.split("'")[1] for error in errors
        }
        assert len(named) == 1
        assert named <= set(found.description.replace(":", "").split())
        assert body.get("paymentRequestId") in {None, ORDERS[0].payment_request_id}


@pytest.mark.parametrize("call", [pytest.param(found, id=found.name) for found in CORPUS.calls])
def test_a_broken_call_breaks_the_interface_of_the_adaptor(call: BrokenCall) -> None:
    """Wherever there is to report to; and it names no other address to report to."""
    kind: type[Message] = Scan if call.operation == "scan" else Decode
    body = json.loads(call.body.replace(OBSERVER, "http://127.0.0.1:8088/o/0"))
    assert wire.problems(kind, body) != []
    url = body.get("observerUrl")
    assert not isinstance(url, str) or url == "" or url.startswith("http://127.0.0.1:8088/o/0")


# --- all of them --------------------------------------------------------------------------------------------------


def test_names_are_names() -> None:
    """No two answers bear one, and each says something of its own in the generator's words."""
    for found in (CORPUS.legal, CORPUS.illegal, CORPUS.calls):
        assert len({row.name for row in found}) == len(found)
        assert len({row.body for row in found}) == len(found)
        assert [row.name for row in found if not row.description] == []


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("code", [ENTRY, ORDER])
@pytest.mark.parametrize("within", [True, False])
def test_every_business_scenario_is_there_for_both_kinds_of_code(cell: str, code: str, *, within: bool) -> None:
    """No case is left without a conversation."""
    action, status = CELLS[cell]
    assert Choice(action=action, status=status, code=code, within=within).scenarios(CORPUS)


def test_every_field_is_there_and_missing_and_null() -> None:
    """Whatever an answer may leave out stands in one, is missing in another, and is null in a third."""
    fields = wire.document("alipay-plus")["components"]["schemas"]["UserInitiatedPayAnswer"]["properties"]
    optional = set(fields) - {"result", "actionForm"}
    told = [json.loads(found.body) for found in CORPUS.legal]
    assert optional - {"authorizationInfo"} <= {name for body in told for name in body if body[name] is not None}
    assert optional == {name for name in optional if any(name not in body for body in told)}
    assert optional == {name for name in optional if any(name in body and body[name] is None for body in told)}


def test_texts_are_short_and_long_and_in_many_letters() -> None:
    """Single characters, hundreds of them and thousands, and characters of every plane that people write with."""
    told = [text for found in CORPUS.legal for text in texts(json.loads(found.body))]
    told += texts(WHOLE)
    assert {1, 256, 257} <= {len(text) for text in told}
    assert max(map(len, told)) >= 2_000
    assert [first for first in "é\u0400\u0600\u0e00\u4e00\U0001f300\U00020000" if max(map(max, told)) < first] == []


def test_payloads_are_of_every_kind() -> None:
    """JSON, markup, Base64, a query, an address, lines, and one that is as long as they get here."""
    payloads = [str(found.answer.payload) for found in CORPUS.legal if found.answer.payload]
    assert len(set(payloads)) >= 8
    assert any("\n" in payload for payload in payloads)
    assert any(payload.startswith("{") for payload in payloads)


def test_unknown_fields_are_in_the_form_itself_and_elsewhere() -> None:
    """What no document names stands beside actionType, beside resultStatus and in the order."""
    beyond = [found for found in CORPUS.legal if not found.within]
    unknown = {name.split("-")[2] for name in (found.name for found in beyond) if name.endswith("unexpected")}
    assert {"actionForm", "result", "order"} == unknown


# --- conversations ------------------------------------------------------------------------------------------------


def test_an_answer_within_the_documents_is_a_conversation_of_its_own() -> None:
    """One payment, which gets this answer; the label says which."""
    scenario = ONE.scenario
    (payment,) = scenario.payments
    assert (scenario.label, payment.amount, payment.code) == ("order-generated-one", 29, ORDER)
    assert payment.answer == replace(handle_by_psp(), result_code="c", with_order=False, body=ONE.body)


@pytest.mark.parametrize("payload", [None, "p{tag}"])
@pytest.mark.parametrize("action", [HANDLE_BY_SDK, HANDLE_BY_PSP])
def test_an_answer_beyond_the_documents_has_a_usual_one_beside_it(action: str, payload: str | None) -> None:
    """It comes before, to the same effect and with the same payload."""
    told = json.loads(ONE.body)
    told["actionForm"] = {"actionType": action, "sdkActionPayload": payload}
    made = replace(ONE, within=False, body=json.dumps(told)).scenario
    usual, strange = made.payments
    assert not made.together
    assert (usual.customer, usual.amount, usual.code) == (strange.customer, strange.amount, strange.code)
    by_psp = handle_by_psp("S", payload=payload)
    by_sdk = handle_by_sdk("S", payload=payload or PLAIN_PAYLOAD)
    assert usual.answer == (by_psp if action == HANDLE_BY_PSP else by_sdk)


def test_a_choice_is_by_action_status_code_and_tier() -> None:
    """Each narrows it down; without any, everything within the documents is chosen."""
    beyond = replace(ONE, name="beyond", within=False)
    corpus = Corpus(seed=0, legal=(ONE, beyond), illegal=())
    assert [made.label for made in Choice().scenarios(corpus)] == ["order-generated-one"]
    assert [made.label for made in Choice(within=False).scenarios(corpus)] == ["order-generated-beyond"]
    assert len(Choice(within=None, action=HANDLE_BY_PSP, status="S", code=ORDER).scenarios(corpus)) == 2
    for other in (Choice(action=HANDLE_BY_SDK), Choice(status="F"), Choice(code=ENTRY)):
        assert other.scenarios(corpus) == []


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "null",
        "{}",
        "[" * 100_000,
        '{"result":{},"actionForm":{}}',
        ONE.body.replace("HANDLE_BY_PSP", "HANDLE_BY_WHOM"),
        ONE.body.replace('"S"', '"U"'),
        ONE.body.replace('"actionForm"', '"form"'),
    ],
)
def test_what_is_no_answer_is_refused(body: str) -> None:
    """Only what has a result and an actionForm can be told in short."""
    with pytest.raises(AnswersError):
        answers.answer(body)


def test_the_broken_calls_are_one_conversation() -> None:
    """All are sent before a payment that moves no money; without any there is nothing to hold."""
    (scenario,) = BrokenCalls().scenarios(CORPUS)
    assert [probe.body for probe in scenario.probes] == [call.body for call in CORPUS.calls]
    assert {call.operation for call in CORPUS.calls} == {"scan", "decode"}
    assert (scenario.probing[-1].operation, len(scenario.probing)) == (HEALTH, len(CORPUS.calls) + 1)
    assert BrokenCalls().scenarios(Corpus(seed=1, legal=(), illegal=())) == []


@pytest.mark.parametrize("found", ILLEGAL)
def test_an_illegal_answer_is_a_conversation_of_its_own(found: Illegal) -> None:
    """Alipay+ gives it whenever it is asked; the label says which it is."""
    (payment,) = found.scenario.payments
    assert answers.name_in(found.scenario.label) == found.name
    assert (payment.code, payment.amount, payment.fault) == (found.code, found.amount, "answer-illegal")
    assert payment.answer is not None
    assert payment.answer.body == found.body
    assert FAULTS[payment.fault].given


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, handle_by_psp()),
        ({"pspId": 5}, handle_by_psp()),
        ({"result": None}, handle_by_psp("F")),
        ({"result": {"resultStatus": "F"}}, handle_by_psp("F")),
        ({"actionForm": "HANDLE_BY_PSP"}, handle_by_psp("F")),
        ({"actionForm": {"actionType": ["HANDLE_BY_PSP"]}}, handle_by_psp("F")),
        ({"paymentRequestId": "another"}, handle_by_psp("F")),
        ({"paymentAmount": {"value": MARKS["amount"], "currency": 0}}, handle_by_psp("F")),
        ({"paymentAmount": MARKS["amount"]}, handle_by_psp("F")),
        ({"actionForm": {"actionType": HANDLE_BY_SDK, "sdkActionPayload": PLAIN_PAYLOAD}}, handle_by_sdk("S")),
        ({"actionForm": {"actionType": HANDLE_BY_SDK}}, replace(handle_by_sdk("S"), payload=None)),
        ({"actionForm": {"actionType": HANDLE_BY_SDK}, "result": []}, replace(handle_by_sdk("F"), payload=None)),
    ],
)
def test_an_illegal_answer_comes_to_what_can_be_read(change: dict[str, Any], expected: Answer) -> None:
    """Only an order whose sum can be read is to be paid; what is left to the SDK is left to it."""
    told = {
        "result": {"resultStatus": "S"},
        "actionForm": {"actionType": HANDLE_BY_PSP},
        "paymentRequestId": MARKS["paymentRequestId"],
        "paymentAmount": {"currency": "CNY", "value": MARKS["amount"]},
    }
    body = json.dumps({**told, **change})
    assert answers.interpret(body) == replace(expected, body=body)


@pytest.mark.parametrize("body", ["", "[]", "null", "5", '"{}"', "[" * 100_000])
def test_what_is_no_object_comes_to_nothing(body: str) -> None:
    """There is nothing to read in it."""
    with pytest.raises(AnswersError, match="no answer"):
        answers.interpret(body)


def test_illegal_answers_are_chosen_by_what_they_come_to() -> None:
    """All of them, or those that come to one actionType; legal ones are chosen otherwise."""
    by_sdk = Broken(action=HANDLE_BY_SDK).scenarios(CORPUS)
    by_psp = Broken(action=HANDLE_BY_PSP).scenarios(CORPUS)
    assert len(Broken().scenarios(CORPUS)) == len(by_sdk) + len(by_psp) == len(CORPUS.illegal)
    with_payload = Broken(action=HANDLE_BY_SDK, with_payload=True).scenarios(CORPUS)
    assert by_psp
    assert {scenario.label for scenario in by_sdk} - {scenario.label for scenario in with_payload} == {
        "order-generated-actionForm-sdkActionPayload-missing"
    }
    assert not any(Broken().takes(found) for found in CORPUS.legal)
    assert not any(Choice(within=None).takes(found) for found in CORPUS.illegal)
    assert not any(BrokenCalls().takes(found) for found in CORPUS.illegal)


@pytest.mark.parametrize("code", [ENTRY, ORDER])
def test_illegal_answers_are_of_every_kind(code: str) -> None:
    """For either kind of code there is an order to pay, one that nobody could pay, and a payload."""
    made = {(found.answer.action_type, found.answer.result_status) for found in CORPUS.illegal if found.code == code}
    assert {(HANDLE_BY_PSP, "S"), (HANDLE_BY_PSP, "F"), (HANDLE_BY_SDK, "S")} <= made


# --- the file -----------------------------------------------------------------------------------------------------


def test_a_corpus_is_written_and_read() -> None:
    """What is read is what was written, and equal corpora are equal bytes."""
    assert answers.read(answers.corpus_bytes(CORPUS)) == CORPUS
    illegal, call = Illegal(name="i", description="d", code=ORDER, amount=1, body="{}"), CORPUS.calls[0]
    small = Corpus(seed=7, legal=(ONE,), illegal=(illegal,), calls=(call,))
    assert answers.read(answers.corpus_bytes(small)) == small


FILE: Final = answers.corpus_bytes(Corpus(seed=7, legal=(ONE,), illegal=()))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not JSON"),
        (b"[]\n", "no object"),
        (b'{"format":"other","seed":1}\n', "the first line"),
        (b'{"format":"mpp-conformance answers 1","seed":"1"}\n', "the first line"),
        (FILE + b"{\n", "not JSON"),
        (FILE.replace(b'"name"', b'"nome"'), "an answer has name, description, within, code, amount, body"),
        (FILE.replace(b'"within":true', b'"within":1'), "within of an answer is of another type"),
        (FILE.replace(b"29", b"-29"), "for 1 to 100000 fen"),
        (FILE.replace(b"ORDER_CODE", b"FOREIGN_CODE"), "an answer is to one of ENTRY_CODE, ORDER_CODE"),
        (FILE.replace(b"HANDLE_BY_PSP", b"HANDLE_BY_XXX"), "actionType is HANDLE_BY_SDK or HANDLE_BY_PSP"),
        (b"x" * (answers.MAX_BYTES + 1), "bytes are more than"),
    ],
)
def test_what_is_no_corpus_is_refused(data: bytes, words: str) -> None:
    """A file is bounded, and every line of it is what it has to be."""
    with pytest.raises(AnswersError, match=words):
        answers.read(data)
