"""The fault profiles: each has the one defect that it names, and what an MPP can believe of its answers."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner

from mpp_conformance import wire
from mpp_conformance.cli import cli
from mpp_conformance.protocol.faults import FAMILIES, FAULTS, Fault, page
from mpp_conformance.protocol.faults.profile import COMPLETE, DELIVERIES, SIGNATURES, SPELLINGS
from mpp_conformance.protocol.messages import (
    HANDLE_BY_PSP,
    HANDLE_BY_SDK,
    Order,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.wire.fault_application import _CHANGES

ROOT: Final = Path(__file__).parents[2]
_ORDER: Final = Order(
    payment_request_id="1", amount="1000", pay_to_amount="643", pay_to_currency="MYR", code_type="OrderCode"
)
_TO_PAY: Final = UserInitiatedPayAnswer(
    result_status="S", result_code="SUCCESS", result_message="success", action_type=HANDLE_BY_PSP, order=_ORDER
)
_STOPPED: Final = UserInitiatedPayAnswer(
    result_status="S",
    result_code="SUCCESS",
    result_message="success",
    action_type=HANDLE_BY_SDK,
    sdk_action_payload="payload",
    order=_ORDER,
)
_BROKEN: Final = wire.encode(_TO_PAY).decode().replace('"acquirerId":"', '"acquirerId":5,"is":"')
_SOUND: Final = json.loads(wire.encode(_STOPPED))
_ALL: Final = [pytest.param(fault, id=name) for name, fault in FAULTS.items()]

_BELIEVED: Final = {
    "action-form-missing",
    "action-form-null",
    "result-unknown",
    "answer-replayed",
    "answer-of-another-customer",
    "headers-in-upper-case",
    "headers-in-mixed-case",
    "signature-with-blanks",
    "signature-in-other-order",
    "body-with-blanks",
    "gzip",
    "chunked",
    "slow-drip",
    "late-by-1-s",
    "late-by-3-s",
    "late-by-8-s",
}
"""The profiles whose answers keep the documents, so that an MPP cannot but believe them."""


def spoilt(answer: UserInitiatedPayAnswer, fault: Fault) -> bytes:
    """The body that goes out instead of ``answer``."""
    return wire.faulty_body(answer, fault, text=_BROKEN if fault.given else "")


# --- the catalogue ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", _ALL)
def test_a_profile_says_what_it_is(fault: Fault) -> None:
    """Family, basis and way of travelling are known words; what is done and what is careful are sentences."""
    assert fault.family in FAMILIES
    assert fault.basis in {"stated", "documented", "derived", "silent"}
    assert bool(fault.source) == (fault.basis != "silent")
    assert (fault.signature in SIGNATURES, fault.delivery in DELIVERIES, fault.spelling in SPELLINGS) == (True,) * 3
    assert all(text[0].isupper() and text.endswith(".") for text in (fault.does, fault.careful))


def test_names_are_speaking_and_every_family_is_there() -> None:
    """A profile is found by its own name; families stand together, in their order."""
    assert [fault.name for fault in FAULTS.values()] == list(FAULTS)
    assert list(dict.fromkeys(fault.family for fault in FAULTS.values())) == list(FAMILIES)
    assert len({fault.does for fault in FAULTS.values()}) == len(FAULTS)


def test_every_profile_has_a_defect() -> None:
    """What no change of the body is made for is signed, delivered, meant or given otherwise than it should be."""
    usual = Fault(name="", family="", does="", careful="")
    travel = ("status", "content_type", "location", "signature", "delivery", "spelling", "instead", "undecided")
    changed = {
        name
        for name, fault in FAULTS.items()
        if any(getattr(fault, one) != getattr(usual, one) for one in (*travel, "delay", "age", "given"))
    }
    assert set(FAULTS) == changed | set(_CHANGES)


@pytest.mark.parametrize(
    ("first", "spoilt"), [(0, [True, True, True]), (1, [True, False, False]), (2, [True] * 2 + [False])]
)
def test_a_profile_spoils_every_answer_or_the_first_ones(first: int, spoilt: list[bool]) -> None:
    """Calls are counted from 1."""
    fault = Fault(name="x", family="", does="", careful="", first=first)
    assert spoilt == [fault.spoils(attempt) for attempt in (1, 2, 3)]


# --- the body -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "form"),
    [
        ("action-type-unknown", {"actionType": "HANDLE_BY_NOBODY", "sdkActionPayload": "payload"}),
        ("action-type-in-lower-case", {"actionType": "handle_by_sdk", "sdkActionPayload": "payload"}),
        ("action-form-null", None),
        ("action-form-empty", {}),
        ("payload-missing", {"actionType": HANDLE_BY_SDK}),
        ("payload-null", {"actionType": HANDLE_BY_SDK, "sdkActionPayload": None}),
        ("payload-empty", {"actionType": HANDLE_BY_SDK, "sdkActionPayload": ""}),
        ("payload-as-number", {"actionType": HANDLE_BY_SDK, "sdkActionPayload": 12345}),
    ],
)
def test_the_action_form_has_the_defect(fault: str, form: Mapping[str, Any] | None) -> None:
    """It is as the profile says, and nothing else in the body is changed."""
    assert {**_SOUND, "actionForm": form} == json.loads(wire.faulty_body(_STOPPED, FAULTS[fault]))


def test_the_action_form_is_missing() -> None:
    """Nothing else is."""
    body = json.loads(wire.faulty_body(_STOPPED, FAULTS["action-form-missing"]))
    assert {name: value for name, value in _SOUND.items() if name != "actionForm"} == body


def test_the_action_form_stands_twice() -> None:
    """A reader that takes the last one reads what was meant; one that takes the first one would pay."""
    pairs = json.loads(wire.faulty_body(_STOPPED, FAULTS["action-form-twice"]), object_pairs_hook=list)
    forms = [dict(value)["actionType"] for name, value in pairs if name == "actionForm"]
    assert forms == [HANDLE_BY_PSP, HANDLE_BY_SDK]


def test_amounts_are_numbers() -> None:
    """The same whole numbers of minor units, without quotes."""
    body = json.loads(wire.faulty_body(_TO_PAY, FAULTS["amounts-as-numbers"]))
    assert [body[name]["value"] for name in ("paymentAmount", "payToAmount")] == [1000, 643]


def test_the_result_is_unknown_beside_an_order() -> None:
    """The order and actionForm stay as they are."""
    body = json.loads(wire.faulty_body(_TO_PAY, FAULTS["result-unknown"]))
    assert (body["result"]["resultStatus"], body["actionForm"], body["paymentRequestId"]) == (
        "U",
        {"actionType": HANDLE_BY_PSP},
        "1",
    )


@pytest.mark.parametrize("fault", ["body-with-blanks", "byte-order-mark", "oversized"])
def test_the_same_is_written_otherwise(fault: str) -> None:
    """The bytes differ, and what they say does not."""
    body = wire.faulty_body(_STOPPED, FAULTS[fault])
    read = json.loads(body.decode("utf-8-sig"))
    read.pop("filling", None)
    assert (read, body != wire.encode(_STOPPED)) == (_SOUND, True)


def test_an_oversized_body_is_more_than_a_reader_need_take() -> None:
    """It is larger than what the suite itself would read."""
    assert len(wire.faulty_body(_TO_PAY, FAULTS["oversized"])) > wire.MAX_BODY


def test_a_page_is_no_json() -> None:
    """What stands before Alipay+ speaks HTML."""
    pages = {spoilt(_TO_PAY, fault) for fault in FAULTS.values() if fault.content_type.startswith("text/html")}
    assert [page[:15] for page in pages] == [b"<!doctype html>"]


def test_a_profile_of_travelling_leaves_the_body() -> None:
    """A bad signature is a bad signature over a sound answer."""
    untouched = [name for name, fault in FAULTS.items() if spoilt(_STOPPED, fault) == wire.encode(_STOPPED)]
    assert set(FAULTS) - set(_CHANGES) - {"answer-illegal"} == set(untouched)


def test_a_body_that_is_given_goes_out_as_it_is() -> None:
    """But for the address of notifyPayment, which is where Alipay+ is."""
    gateway = "http://127.0.0.1:4711"
    body = wire.faulty_body(_TO_PAY, FAULTS["answer-illegal"], gateway_url=gateway, text=_BROKEN)
    assert body.decode() == _BROKEN.replace("http://127.0.0.1/", f"{gateway}/")


def test_half_a_letter_that_is_given_goes_out_as_well() -> None:
    """What no text can hold is a defect like any other."""
    body = wire.faulty_body(_TO_PAY, FAULTS["answer-illegal"], text=_BROKEN.replace('"is"', '"\ud800"'))
    assert b'"\xed\xa0\x80"' in body


@pytest.mark.parametrize("text", ["", wire.encode(_TO_PAY).decode(), wire.encode(_STOPPED).decode()])
def test_a_body_that_is_given_breaks_the_interface(text: str) -> None:
    """A profile that has no defect is a fault of the suite."""
    with pytest.raises(wire.OurMessageIsInvalid, match="keeps it"):
        wire.faulty_body(_TO_PAY, FAULTS["answer-illegal"], text=text)


# --- on its way ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", _ALL)
def test_what_can_be_believed_of_it(fault: Fault) -> None:
    """A careful MPP believes the answers that keep the documents, and no other one."""
    answer = _STOPPED if fault.name.startswith("payload") or fault.name == "action-form-twice" else _TO_PAY
    received = wire.receive(spoilt(answer, fault), fault)
    assert (fault.name in _BELIEVED) == (wire.believable_answer(UserInitiatedPay, received) is not None)
    assert (received.status == 0) == (fault.delivery not in COMPLETE)


def test_headers_are_spelled_as_the_profile_says() -> None:
    """Names in one case or another, the parts of the signature in one way or another; values are the same."""
    found = {
        name: dict(wire.headers(b"{}", FAULTS[name], client_id="c", time="t", signature="algorithm=a,keyVersion=1"))
        for name in (
            "headers-in-upper-case",
            "headers-in-mixed-case",
            "signature-with-blanks",
            "signature-in-other-order",
        )
    }
    assert list(found["headers-in-upper-case"])[1:4] == ["CLIENT-ID", "RESPONSE-TIME", "SIGNATURE"]
    assert list(found["headers-in-mixed-case"])[1:4] == ["Client-Id", "Response-Time", "Signature"]
    assert found["signature-with-blanks"]["signature"] == "algorithm=a, keyVersion=1"
    assert found["signature-in-other-order"]["signature"] == "keyVersion=1,algorithm=a"


def test_a_header_is_found_however_it_is_spelled() -> None:
    """And one that is not there is not."""
    received = wire.receive(b"{}", FAULTS["headers-in-upper-case"])
    assert (received.header("response-time"), received.header("location")) == ("0", None)


def test_only_a_redirect_says_where_to_go() -> None:
    """With its status, and not signed."""
    received = [wire.receive(b"", fault, location="/there") for fault in FAULTS.values()]
    led = {(one.status, one.header("location"), one.signature) for one in received if one.header("location")}
    assert led == {(307, "/there", "missing")}


def test_a_body_is_packed_as_it_travels() -> None:
    """Compressed or in chunks it is another text on the line, and the same one again behind it."""
    body = wire.faulty_body(_TO_PAY, FAULTS["gzip"])
    assert gzip.decompress(wire.transfer_encode(body, FAULTS["gzip"])) == body
    chunks = wire.transfer_encode(body, FAULTS["chunked"])
    assert (chunks[:4], chunks[-5:]) == (b"64\r\n", b"0\r\n\r\n")
    assert wire.transfer_encode(body, FAULTS["status-500"]) == body


def test_an_answer_is_written_as_http_has_it() -> None:
    """A status line, headers, an empty line and the content."""
    written = wire.http_answer(200, (("a", "b"),), b"content")
    assert written == b"HTTP/1.1 200 OK\r\na: b\r\n\r\ncontent"


# --- told to people -----------------------------------------------------------------------------------------------


def test_the_page_is_what_the_data_gives() -> None:
    """docs/faults.md is written from the profiles as they are now; `make faults` writes it anew."""
    assert (ROOT / page.FILE).read_text(encoding="utf-8") == page.page()


def faults(*arguments: str) -> str:
    """What ``mpp-conformance faults`` prints."""
    result = CliRunner().invoke(cli, ["faults", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_command_prints_every_profile() -> None:
    """Name, what is done, what is careful, and the cases that meet it."""
    told = faults()
    assert [fault.name for fault in FAULTS.values() if f"  {fault.name} (" not in told or fault.does not in told] == []
    assert (
        "      FLT-1: order-signature-stale, entry-signature-stale, order-paid-then-forged-identity-signature-stale\n"
        in told
    )
    assert told.splitlines()[-1].startswith(f"{len(FAULTS)} profiles, met in ")


def test_the_command_as_json() -> None:
    """``--format json`` has the same for programs; docs/faults-json.md has its fields."""
    found = json.loads(faults("--format", "json"))
    rows = {row["name"]: row for row in found["faults"]}
    assert (list(rows), found["format"]) == (list(FAULTS), "mpp-conformance faults 1")
    row = rows["silent-at-first"]
    assert (row["first"], row["requirements"], row["scenarios"]) == (
        1,
        ["FLT-12", "FLT-7", "WIRE-1", "WIRE-2"],
        ["entry-silent-at-first", "order-silent-at-first"],
    )
    assert (rows["gzip"]["first"], rows["gzip"]["source"]) == (None, None)
    text = (ROOT / "docs/faults-json.md").read_text(encoding="utf-8")
    assert [name for name in (*found, *row, found["format"]) if f"`{name}`" not in text] == []
