"""Messages to bytes and back: what arrives is what was sent, and the suite says nothing that breaks its documents."""

import json
import subprocess
import sys
from dataclasses import replace
from typing import Any, Final

import jsonschema_rs
import pytest

from mpp_conformance import wire
from mpp_conformance.protocol.messages import (
    HANDLE_BY_PSP,
    HANDLE_BY_SDK,
    SIGNATURE_OUTCOMES,
    Decode,
    DecodeCallback,
    HandleAction,
    Launch,
    Message,
    NotifyPaymentAnswer,
    Order,
    Scan,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios.payloads import HURTFUL
from mpp_conformance.wire import schemas

_OBSERVER: Final = "http://127.0.0.1:8088/o/9f86d081884c7d65"
_GATEWAY: Final = "http://127.0.0.1:8089"

# --- the round trip ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("payload", [pytest.param(text, id=name) for name, text in HURTFUL.items()])
def test_a_payload_passes_unchanged(payload: str) -> None:
    """An opaque text is the same text at the other end, from Alipay+ and to the client SDK, character for character."""
    answer = UserInitiatedPayAnswer(
        result_status="F",
        result_code="PAYMENT_AMOUNT_EXCEED_LIMIT",
        result_message="limit",
        action_type=HANDLE_BY_SDK,
        sdk_action_payload=payload,
    )

    assert answer == wire.round_trip(answer)
    assert HandleAction(sdk_action_payload=payload) == wire.round_trip(HandleAction(sdk_action_payload=payload))


@pytest.mark.parametrize("character", ["\x00", '"', "\\", "\u2028", "\U0001f600"])
def test_64_kib_pass_even_where_json_escapes_every_character(character: str) -> None:
    """A long payload fits below the limit of a body, written with as many escapes as there can be."""
    payload = character * (65_536 // len(character.encode()))
    body = json.dumps({"sdkActionPayload": payload}).encode("ascii")

    assert HandleAction(sdk_action_payload=payload) == wire.decode(HandleAction, body)


def test_a_field_that_is_absent_and_one_that_is_null_are_the_same() -> None:
    """An optional field that is not used is left out or null; a message knows no difference."""
    absent = wire.decode(Launch, b'{"url":"https://a.example"}')

    null = wire.decode(Launch, b'{"url":"https://a.example","userAgent":null,"title":null}')

    assert Launch(url="https://a.example") == absent == null


def test_fields_that_are_none_are_left_out() -> None:
    """A body is compact and has no null in it."""
    assert wire.encode(DecodeCallback(callback="cb-1", outcome="success")) == b'{"callback":"cb-1","outcome":"success"}'


def test_a_body_is_utf_8_without_needless_escapes() -> None:
    """Text goes as it is, which is what the signature is made over."""
    expected = '{"sdkActionPayload":"\u4e2d\u6587 \u2028 / é"}'.encode()

    assert expected == wire.encode(HandleAction(sdk_action_payload="\u4e2d\u6587 \u2028 / é"))


@pytest.mark.parametrize("message", [Scan(code_value="a", customer_id="b"), Decode(code_value="a", callback="cb")])
def test_a_call_to_the_wallet_says_where_to_report(message: Message) -> None:
    """The observer's address stands in the body, and whoever reads the call finds it there."""
    arrived, body = wire.read(type(message), wire.encode(message, observer_url=_OBSERVER))

    assert (message, _OBSERVER) == (arrived, body["observerUrl"])


@pytest.mark.parametrize("outcome", SIGNATURE_OUTCOMES)
def test_the_outcome_of_a_signature_is_no_part_of_the_body(outcome: str) -> None:
    """It is kept beside the body by a wire in this process, and set by the server that verifies."""
    message = UserInitiatedPay(code_value="a", customer_id="b", signature=outcome)

    assert wire.encode(message) == b'{"codeValue":"a","customerId":"b"}'
    assert message == wire.round_trip(message)
    assert wire.decode(UserInitiatedPay, wire.encode(message)).signature == "valid"


# --- the order --------------------------------------------------------------------------------------------------


def _order(**values: str | None) -> Order:
    given_values = {
        "payment_request_id": "202506151928166613000000010001",
        "amount": "50000",
        "pay_to_amount": "32150",
        "pay_to_currency": "MYR",
        "quote_price": "0.643",
        "code_type": "EntryCode",
    }
    return Order(**(given_values | values))  # type: ignore[arg-type]  # fields by name


def _placed(order: Order) -> UserInitiatedPayAnswer:
    return UserInitiatedPayAnswer(
        result_status="S",
        result_code="SUCCESS",
        result_message="success",
        action_type=HANDLE_BY_PSP,
        order=order,
    )


def _told(order: Order) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(wire.encode(_placed(order), gateway_url=f"{_GATEWAY}/"))
    return loaded


def test_an_order_is_told_in_full() -> None:
    """An MPP finds all it needs to show, to debit and to notify."""
    told = _told(_order())

    assert {"currency": "CNY", "value": "50000"} == told["paymentAmount"] == told["order"]["orderAmount"]
    assert told["payToAmount"] == {"currency": "MYR", "value": "32150"}
    assert (told["paymentQuote"]["quoteCurrencyPair"], told["paymentQuote"]["quotePrice"]) == ("CNY/MYR", "0.643")
    assert told["paymentFactor"]["inStorePaymentScenario"] == "EntryCode"
    assert f"{_GATEWAY}/aps/api/v1/payments/notifyPayment" == told["paymentNotifyUrl"]
    assert told["paymentExpiryTime"] == "2099-12-31T23:59:59+08:00"
    assert {"acquirerId", "pspId", "codeType", "paymentRequestId", "paymentRedirectUrl"} <= told.keys()


@pytest.mark.parametrize(("currency", "price"), [("JPY", "20"), ("KWD", "0.043"), ("MYR", "1.00000000")])
def test_a_quote_joins_the_two_currencies(currency: str, price: str) -> None:
    """The price is the one that was quoted, digit by digit, and no other that the amounts come to."""
    told = _told(_order(pay_to_currency=currency, pay_to_amount="7", quote_price=price))

    assert (told["paymentQuote"]["quoteCurrencyPair"], told["paymentQuote"]["quotePrice"]) == (f"CNY/{currency}", price)
    assert wire.decode(UserInitiatedPayAnswer, json.dumps(told).encode()).order.quote_price == price  # type: ignore[union-attr]


def test_nothing_is_quoted_where_nothing_is_exchanged() -> None:
    """An order without a price has no quote."""
    assert "paymentQuote" not in _told(_order(quote_price=None))


@pytest.mark.parametrize("lacking", ["paymentRequestId", "paymentAmount", "payToAmount"])
def test_an_order_lacks_nothing_or_is_none(lacking: str) -> None:
    """Without its id or one of its amounts there is no order in an answer."""
    told = _told(_order())
    told[lacking] = None

    arrived = wire.decode(UserInitiatedPayAnswer, json.dumps(told).encode())

    assert replace(_placed(_order()), order=None) == arrived


# --- a body that a scenario gives ---------------------------------------------------------------------------------

_GIVEN: Final = (
    '{ "result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"\\u4e2d"}, "more":[1.0,null],\n'
    '"paymentNotifyUrl":"http://127.0.0.1/aps/api/v1/payments/notifyPayment" }'
)


def _given(text: str) -> UserInitiatedPayAnswer:
    return UserInitiatedPayAnswer(result_status="S", result_code="SUCCESS", result_message="\u4e2d", body=text)


def test_a_given_body_is_sent_as_it_stands() -> None:
    """Blanks, escapes, numbers and fields that no document names are kept; the message says in short what it says."""
    assert _GIVEN.encode() == wire.encode(_given(_GIVEN))
    assert _given(_GIVEN) == wire.round_trip(_given(_GIVEN))


def test_a_given_body_bears_the_address_of_the_alipay_plus_that_sends_it() -> None:
    """Only the address that stands for no place becomes that of a place, escaped as JSON."""
    told = json.loads(wire.encode(_given(_GIVEN), gateway_url='http://127.0.0.1:8089/a"b/'))

    assert told["paymentNotifyUrl"] == 'http://127.0.0.1:8089/a"b/aps/api/v1/payments/notifyPayment'
    other = _GIVEN.replace("127.0.0.1", "127.0.0.2")
    assert other.encode() == wire.encode(_given(other), gateway_url=_GATEWAY)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "expected JSON, seen nothing"),
        ("[]", "expected a JSON object"),
        ("{}", "result: expected, but it is missing"),
        ('{"a":1,"a":2}', "seen twice: a"),
        ('{"result":"\ud800"}', "half a surrogate pair"),
    ],
)
def test_a_given_body_that_breaks_the_documents_is_our_fault(text: str, problem: str) -> None:
    """It is not sent, unless a scenario wants it so."""
    with pytest.raises(wire.OurMessageIsInvalid, match=problem):
        wire.encode(_given(text))
    assert text.encode("utf-8", "surrogatepass") == wire.encode(_given(text), check=False)


# --- our own messages -------------------------------------------------------------------------------------------

_FAULTS_OF_OURS: Final = [
    pytest.param(Scan(code_value="", customer_id="b"), id="empty"),
    pytest.param(Scan(code_value="a" * 8_193, customer_id="b"), id="long"),
    pytest.param(Scan(code_value="\ud800", customer_id="b"), id="half a surrogate pair"),
    pytest.param(_placed(_order(amount="7,000")), id="no amount"),
    pytest.param(_placed(_order(code_type="Entry")), id="unknown scenario"),
    pytest.param(replace(_placed(_order()), action_type="HANDLE_BY_NOBODY"), id="unknown action type"),
    pytest.param(replace(_placed(_order()), action_type=HANDLE_BY_SDK), id="no payload"),
    pytest.param(NotifyPaymentAnswer(result_status="A", result_code="c", result_message="m"), id="unknown status"),
]


@pytest.mark.parametrize("message", _FAULTS_OF_OURS)
def test_the_suite_never_says_what_breaks_its_documents(message: Message) -> None:
    """A fault of ours is an exception that names the message and the document."""
    with pytest.raises(wire.OurMessageIsInvalid, match=rf"own {message.name} breaks openapi/[a-z-]+\.yaml: .+"):
        wire.encode(message, observer_url=_OBSERVER)


@pytest.mark.parametrize("message", _FAULTS_OF_OURS)
def test_a_scenario_may_want_what_breaks_the_documents(message: Message) -> None:
    """Without the check a broken message is written all the same, and its reader finds it malformed."""
    arrived = wire.round_trip(message, check=False)

    assert (message.point, message.name) == (arrived.where, arrived.operation)  # type: ignore[attr-defined]


def test_a_call_to_the_wallet_without_an_address_is_our_fault() -> None:
    """A wallet that is not told where to report could never be observed."""
    with pytest.raises(wire.OurMessageIsInvalid, match="observerUrl: expected, but it is missing"):
        wire.encode(Scan(code_value="a", customer_id="b"))


# --- cost -------------------------------------------------------------------------------------------------------


def test_nothing_is_fetched() -> None:
    """A schema that refers to the outside is an error of ours and no request."""
    with pytest.raises(Exception, match="nothing outside the document is fetched"):
        jsonschema_rs.Draft202012Validator({"$ref": "http://127.0.0.1:9/x"}, retriever=schemas._fetch_nothing)


def test_importing_the_wire_reads_no_document() -> None:
    """A command that carries no message pays for no YAML and no validator."""
    script = (
        "import sys, mpp_conformance.wire; print(sorted({'yaml', 'jsonschema_rs', 'jsonschema'} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout.strip() == "[]"
