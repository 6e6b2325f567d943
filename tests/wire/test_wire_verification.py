"""What an MPP's server signed: what comes of it, and what is kept of it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from mpp_conformance import wire
from mpp_conformance.judging.trace import Half
from mpp_conformance.protocol import signature
from mpp_conformance.protocol.messages import CancelPaymentAnswer, Malformed, UserInitiatedPay
from mpp_conformance.wire.verification import verify_answer, verify_call, verify_signature

_FILE: Final = json.loads((Path(__file__).parents[1] / "data" / "signature-vectors.json").read_text("utf-8"))
_PRIVATE: Final = signature.load_private_key(_FILE["keys"]["mpp"]["private_pkcs8_der_base64"], skip_validation=True)
_KEY: Final = _PRIVATE.public_key()
_PATH: Final = "/aps/api/v1/payments/userInitiatedPay"
_TIME: Final = "2025-02-20T08:51:49Z"
_CALL: Final = UserInitiatedPay(code_value="281666040092", customer_id="u-1")
_ANSWER: Final = CancelPaymentAnswer(result_status="S", result_code="SUCCESS", result_message="success")
_MISSING: Final = "there is no {} header, and it is a part of what is signed"


def _half(
    *, status: int | None = None, sent: str | None = "MPP", time: str | None = _TIME, outcome: str = "valid"
) -> Half:
    """A call, or where there is a ``status`` an answer, with a signature that comes to ``outcome`` by itself."""
    body = wire.encode(_CALL if status is None else _ANSWER)
    signed = signature.content("POST", _PATH, sent or "", time or "", body)
    headers = {
        "Client-Id": sent,
        "Request-Time" if status is None else "Response-Time": time,
        "Signature": signature.sign_as(outcome, _PRIVATE, signed),
    }
    said = tuple((name, value) for name, value in headers.items() if value is not None)
    return Half(method="POST", target=_PATH, status=status, headers=said, body=body)


def _found(half: Half, client_id: str = "MPP") -> tuple[str, str | None]:
    """The outcome and the detail."""
    outcome, notes = verify_signature(half, _KEY, client_id)
    assert dict(notes)["signature"] == outcome
    return outcome, dict(notes).get("signature-detail")


@pytest.mark.parametrize(("status", "named"), [(None, "request-time"), (200, "response-time"), (500, "response-time")])
def test_a_sound_signature_is_valid(status: int | None, named: str) -> None:
    """Of it is kept how it was written, who signed, and when; in this order."""
    assert verify_signature(_half(status=status), _KEY, "MPP") == (
        "valid",
        (("signature", "valid"), ("encoding", signature.PERCENT_ENCODED), ("client-id", "MPP"), (named, _TIME)),
    )


@pytest.mark.parametrize("status", [None, 200])
def test_a_time_of_the_other_half_is_none(status: int | None) -> None:
    """A request has Request-Time, an answer Response-Time; the other one is not looked at."""
    half = _half(status=status)
    swapped = {"Request-Time": "Response-Time", "Response-Time": "Request-Time"}
    headers = tuple((swapped.get(name, name), value) for name, value in half.headers)
    named = "Request-Time" if status is None else "Response-Time"
    assert _found(replace(half, headers=headers)) == ("invalid", _MISSING.format(named))


@pytest.mark.parametrize(
    ("sent", "time", "name"),
    [
        (None, _TIME, "Client-Id"),
        (None, None, "Client-Id"),
        ("MPP", None, "Request-Time"),
        ("MPP", "", "Request-Time"),
        ("", None, "Request-Time"),
    ],
)
def test_what_is_signed_has_to_be_there(sent: str | None, time: str | None, name: str) -> None:
    """A signature that leaves it out cannot be a sound one."""
    assert _found(_half(sent=sent, time=time)) == ("invalid", _MISSING.format(name))


def test_an_answer_need_not_say_whose_it_is() -> None:
    """Alipay+ knows whom it has asked; the signature covers the name all the same."""
    half = _half(status=200)
    anonymous = replace(half, headers=tuple(pair for pair in half.headers if pair[0] != "Client-Id"))
    assert _found(anonymous) == ("valid", None)
    assert verify_signature(anonymous, _KEY, "OTHER")[0] == "invalid"
    timeless = replace(anonymous, headers=tuple(pair for pair in anonymous.headers if pair[0] != "Response-Time"))
    assert _found(timeless) == ("invalid", _MISSING.format("Response-Time"))


@pytest.mark.parametrize(
    ("sent", "outcome", "expected"),
    [("OTHER", "valid", "foreign"), ("", "valid", "foreign"), ("OTHER", "invalid", "invalid")],
)
def test_who_signs_has_to_be_the_mpp(sent: str, outcome: str, expected: str) -> None:
    """A sound signature of another client is a foreign one; one that is not sound stays what it is."""
    found = _found(_half(sent=sent, outcome=outcome))
    assert found == (expected, f"Client-Id is {sent}, and expected is MPP")


@pytest.mark.parametrize("outcome", ["missing", "unreadable"])
@pytest.mark.parametrize(("sent", "time"), [("OTHER", _TIME), (None, None)])
def test_without_a_signature_nothing_else_is_looked_at(outcome: str, sent: str | None, time: str | None) -> None:
    """The detail says what is wrong with the signature."""
    found = _found(_half(sent=sent, time=time, outcome=outcome))
    alone = signature.verify(_KEY, _half(outcome=outcome).header("signature"), b"")
    assert found == (outcome, alone.detail)
    assert alone.detail


def test_what_is_kept_is_printable_and_bounded() -> None:
    """Header values to 100 characters, the detail to 500."""
    outcome, notes = verify_signature(_half(sent="\x1b" + "c" * 100, time="t" * 101), _KEY, "m" * 600)
    kept, cut = dict(notes), f"\\x1b{'c' * 96}..."
    assert (outcome, kept["client-id"], kept["request-time"]) == ("foreign", cut, f"{'t' * 97}...")
    detail = f"Client-Id is {cut}, and expected is {'m' * 600}"
    assert kept["signature-detail"] == f"{detail[:497]}..."


def test_a_call_has_with_it_what_its_signature_came_to() -> None:
    """And notes beside it; a body that breaks its schema is malformed, whoever signed it."""
    half = _half(outcome="invalid")
    _, notes = verify_signature(half, _KEY, "MPP")
    assert verify_call(UserInitiatedPay, half, _KEY, "MPP") == (replace(_CALL, signature="invalid"), notes)
    message, told = verify_call(UserInitiatedPay, replace(half, body=b"{}"), _KEY, "MPP")
    assert isinstance(message, Malformed)
    assert dict(told)["signature"] == "invalid"


def test_a_call_by_another_method_is_none() -> None:
    """It still says what it is about, and what its signature came to."""
    half = replace(_half(outcome="valid"), method="PUT")
    message, _ = verify_call(UserInitiatedPay, half, _KEY, "MPP")
    assert isinstance(message, Malformed)
    assert (message.problem, message.reference) == ("expected the method POST, seen PUT", _CALL.code_value)


def test_an_answer_has_with_it_what_its_signature_came_to() -> None:
    """A body that breaks its schema is malformed."""
    half, bare = _half(status=200), replace(_ANSWER, media_type="")
    assert verify_answer(CancelPaymentAnswer, half, _KEY, "MPP") == replace(bare, signature="valid")
    assert verify_answer(CancelPaymentAnswer, half, _KEY, "OTHER") == replace(bare, signature="foreign")
    assert isinstance(verify_answer(CancelPaymentAnswer, replace(half, body=b"{}"), _KEY, "MPP"), Malformed)


@pytest.mark.parametrize("status", [201, 404, 500])
def test_an_answer_that_can_be_read_is_one_whatever_its_status(status: int) -> None:
    """No document says that the status must be 200; where nothing can be read, it is the first to be told."""
    half = _half(status=status)
    usual = verify_answer(CancelPaymentAnswer, replace(half, status=200), _KEY, "MPP")
    assert verify_answer(CancelPaymentAnswer, half, _KEY, "MPP") == replace(usual, http_status=str(status))
    told = verify_answer(CancelPaymentAnswer, replace(half, body=b"<html>"), _KEY, "MPP")
    assert isinstance(told, Malformed)
    assert told.problem.startswith(f"expected an answer with HTTP status 200, seen {status}; ")
    assert told.http_status == str(status)


@pytest.mark.parametrize(
    ("header", "media_type"),
    [
        ("Application/JSON;charset=utf-8", "application/json"),
        (" text/html ; charset=ISO-8859-1", "text/html"),
        ("", ""),
        ("\x1b" + "x" * 200, f"\\x1b{'x' * 96}..."),
    ],
)
def test_an_answer_says_what_its_content_type_calls_it(header: str, media_type: str) -> None:
    """In lower case, without parameters, printable and bounded; also where the body cannot be read."""
    half = _half(status=200)
    named = replace(half, headers=(*half.headers, ("Content-Type", header)))
    assert verify_answer(CancelPaymentAnswer, named, _KEY, "MPP").media_type == media_type
    assert verify_answer(CancelPaymentAnswer, replace(named, body=b"<html>"), _KEY, "MPP").media_type == media_type
