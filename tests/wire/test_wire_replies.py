"""An answer on its way, to the byte: what a fault profile makes of its body, its headers, and what comes of them."""

import gzip
import json
from typing import Final

import pytest

from mpp_conformance import wire
from mpp_conformance.protocol.faults import FAULTS
from mpp_conformance.protocol.messages import (
    HANDLE_BY_SDK,
    NotifyPayment,
    NotifyPaymentAnswer,
    Order,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)

_ANSWER: Final = UserInitiatedPayAnswer(
    result_status="S",
    result_code="SUCCESS",
    result_message="\u6210\u529f",
    action_type=HANDLE_BY_SDK,
    sdk_action_payload="payload",
    order=Order(
        payment_request_id="1", amount="1000", pay_to_amount="643", pay_to_currency="MYR", code_type="OrderCode"
    ),
)
_SOUND: Final = wire.encode(_ANSWER)
_SIGNATURE: Final = "algorithm=RSA256,keyVersion=1,signature=c2lnbmF0dXJl"
_PAGE: Final = b"<!doctype html><html><head><title>Please wait</title></head><body>Please wait.</body></html>"


# --- the body -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "was", "now"),
    [
        ("payload-empty", b'"sdkActionPayload":"payload"', b'"sdkActionPayload":""'),
        ("payload-null", b'"sdkActionPayload":"payload"', b'"sdkActionPayload":null'),
        ("payload-missing", b',"sdkActionPayload":"payload"', b""),
        ("action-type-in-lower-case", b'"HANDLE_BY_SDK"', b'"handle_by_sdk"'),
        ("byte-order-mark", _SOUND, b"\xef\xbb\xbf" + _SOUND),
    ],
)
def test_every_other_byte_stays(fault: str, was: bytes, now: bytes) -> None:
    """What a profile does not name is written as Alipay+ always writes it: no blanks, and Chinese as it is."""
    assert was in _SOUND
    assert wire.faulty_body(_ANSWER, FAULTS[fault]) == _SOUND.replace(was, now)


def test_an_oversized_body_is_filled_up_with_blanks() -> None:
    """One and a half mebibytes of them, in a field that nobody asked for."""
    filled = _SOUND[:-1] + b',"filling":"%s"}' % (b" " * (3 * 2**19))
    assert wire.faulty_body(_ANSWER, FAULTS["oversized"]) == filled


def test_the_form_that_was_meant_is_the_last_of_two() -> None:
    """Before it stands one by which the MPP would go on to pay; the rest is as it was."""
    form = b'"actionForm":{"actionType":"HANDLE_BY_SDK","sdkActionPayload":"payload"}'
    rest = _SOUND.replace(form + b",", b"").replace(b"," + form, b"")
    assert form not in rest
    twice = rest[:-1] + b',"actionForm":{"actionType":"HANDLE_BY_PSP"},' + form + b"}"
    assert wire.faulty_body(_ANSWER, FAULTS["action-form-twice"]) == twice


def test_a_body_with_blanks_has_two_for_each_level() -> None:
    """Each field on its own line, and Chinese as it is."""
    lines = wire.faulty_body(_ANSWER, FAULTS["body-with-blanks"]).decode().splitlines()
    assert lines[:2] == ["{", '  "result": {']
    assert '    "resultMessage": "\u6210\u529f"' in [line.rstrip(",") for line in lines]


def test_a_result_that_is_unknown_is_that_of_the_documents() -> None:
    """Its code is the one that the pages of Alipay+ have for it."""
    body = json.loads(wire.faulty_body(_ANSWER, FAULTS["result-unknown"]))
    assert body["result"] == {
        "resultStatus": "U",
        "resultCode": "UNKNOWN_EXCEPTION",
        "resultMessage": "Try again later.",
    }


def test_the_page_of_who_stands_before_alipay_plus_is_html() -> None:
    """The same one at each profile that sends one."""
    pages = {wire.faulty_body(_ANSWER, FAULTS[name]) for name in ("html-with-200", "status-503", "redirected")}
    assert pages == {_PAGE}


@pytest.mark.parametrize("fault", ["payload-empty", "signature-bad"])
def test_a_spoilt_answer_names_the_address_at_which_alipay_plus_listens(fault: str) -> None:
    """As a sound one does."""
    there = wire.faulty_body(_ANSWER, FAULTS[fault], gateway_url="http://there")
    assert b"http://there/" in there
    assert b"http://there/" not in wire.faulty_body(_ANSWER, FAULTS[fault])


def test_a_body_that_is_given_may_hold_what_no_text_can() -> None:
    """Half a surrogate pair goes out as it is."""
    text = '{"result": "\ud800"}'
    assert wire.faulty_body(_ANSWER, FAULTS["answer-illegal"], text=text) == b'{"result": "\xed\xa0\x80"}'


def test_a_body_that_is_given_and_keeps_the_interface_is_a_fault_of_the_suite() -> None:
    """The words are for whoever wrote the scenario."""
    with pytest.raises(wire.OurMessageIsInvalid) as fault:
        wire.faulty_body(_ANSWER, FAULTS["answer-illegal"], text=_SOUND.decode())
    assert str(fault.value) == "the answer that was to break openapi/alipay-plus.yaml keeps it"
    with pytest.raises(wire.OurMessageIsInvalid):
        wire.faulty_body(_ANSWER, FAULTS["answer-illegal"])


# --- headers ------------------------------------------------------------------------------------------------------


def test_an_answer_has_the_headers_of_alipay_plus() -> None:
    """Type, client, time, signature and length, and the connection ends."""
    assert wire.receive(b"{}", FAULTS["payload-empty"], location="/there") == wire.Received(
        status=200,
        body=b"{}",
        headers=(
            ("content-type", "application/json; charset=UTF-8"),
            ("client-id", "client"),
            ("response-time", "0"),
            ("signature", _SIGNATURE),
            ("content-length", "2"),
            ("connection", "close"),
        ),
        signature="valid",
    )


@pytest.mark.parametrize(
    ("fault", "outcome", "header"),
    [
        ("signature-missing", "missing", None),
        ("signature-bad", "invalid", _SIGNATURE),
        ("signature-foreign", "foreign", _SIGNATURE),
        ("signature-stale", "invalid", _SIGNATURE),
        ("chunked", "valid", _SIGNATURE),
    ],
)
def test_verification_comes_to_what_signed_the_answer(fault: str, outcome: str, header: str | None) -> None:
    """Nothing, other bytes, another key, another time, or Alipay+ itself."""
    received = wire.receive(b"{}", FAULTS[fault])
    assert (received.signature, received.header("signature")) == (outcome, header)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("gzip", {"content-encoding": "gzip", "content-length": str(len(gzip.compress(b"{}", mtime=0)))}),
        ("chunked", {"transfer-encoding": "chunked"}),
        ("redirected", {"location": "/there", "content-length": "2"}),
    ],
)
def test_headers_say_how_the_body_travels(fault: str, said: dict[str, str]) -> None:
    """Compressed, in chunks, or elsewhere; a length where it is known before."""
    named = wire.headers(b"{}", FAULTS[fault], client_id="c", time="t", signature="s", location="/there")
    usual = {"content-type", "client-id", "response-time", "signature", "connection"}
    assert {name: value for name, value in named if name not in usual} == said
    assert usual <= dict(named).keys()


def test_a_redirect_to_nowhere_says_no_place() -> None:
    """A header without a value is left out."""
    nowhere = wire.headers(b"", FAULTS["redirected"], client_id="c", time="t", signature="s")
    assert "location" not in dict(nowhere)
    assert wire.receive(b"", FAULTS["redirected"]).header("location") is None


def test_a_redirect_leads_to_a_path() -> None:
    """Below the address of the simulated Alipay+."""
    assert wire.ELSEWHERE.startswith("/")


@pytest.mark.parametrize("fault", ["reset-before-answer", "silent-at-first", "body-truncated"])
def test_of_an_answer_that_does_not_come_nothing_is_there(fault: str) -> None:
    """No status, no body, no header and no signature; the detail says how it got lost."""
    detail = f"no answer: {FAULTS[fault].delivery}"
    assert wire.receive(b"{}", FAULTS[fault]) == wire.Received(
        status=0, body=b"", headers=(), signature="missing", detail=detail
    )
    assert wire.Received().detail == ""


# --- the bytes on the line ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("length", "sizes"), [(0, [0]), (1, [1, 0]), (100, [100, 0]), (101, [100, 1, 0]), (250, [100, 100, 50, 0])]
)
def test_a_body_goes_out_in_chunks_of_a_hundred_bytes(length: int, sizes: list[int]) -> None:
    """Each with its length before it, and an empty one at the end."""
    body = bytes(ord("a") + place % 26 for place in range(length))
    starts = [sum(sizes[:count]) for count in range(len(sizes))]
    chunks = [b"%x\r\n%s\r\n" % (size, body[start : start + size]) for start, size in zip(starts, sizes, strict=True)]
    assert wire.transfer_encode(body, FAULTS["chunked"]) == b"".join(chunks)


def test_a_compressed_body_is_the_same_at_any_time() -> None:
    """The time that gzip has room for is left empty."""
    assert wire.transfer_encode(b"{}", FAULTS["gzip"])[4:8] == bytes(4)


# --- what is believed ---------------------------------------------------------------------------------------------


def test_an_answer_that_is_believed_has_its_body_with_it() -> None:
    """As text, as it came."""
    answer = wire.believable_answer(UserInitiatedPay, wire.receive(_SOUND, FAULTS["chunked"]))
    assert isinstance(answer, UserInitiatedPayAnswer)
    assert (answer.body, answer.sdk_action_payload) == (_SOUND.decode(), "payload")


@pytest.mark.parametrize("whole", [True, False])
def test_an_answer_to_a_notification_is_believed_where_it_is_one(whole: bool) -> None:  # noqa: FBT001  # pytest's
    """A body that breaks its schema is no answer."""
    answer = NotifyPaymentAnswer(result_status="S", result_code="SUCCESS", result_message="success")
    body = wire.encode(answer) if whole else b"{}"
    assert wire.believable_answer(NotifyPayment, wire.receive(body, FAULTS["chunked"])) == (answer if whole else None)
