"""The Signature header: what its parts may look like to the letter, and the words for what they may not."""

import base64
import json
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pytest

from mpp_conformance.protocol import signature
from mpp_conformance.protocol.signature import Verification, verify

_PAIR: Final = json.loads((Path(__file__).parents[1] / "data" / "signature-vectors.json").read_text("utf-8"))["keys"][
    "mpp"
]
_MPP: Final = signature.load_private_key(_PAIR["private_pkcs8_der_base64"])
_CHARACTERS: Final = "signature is empty, or holds a character that Base64 and percent-encoding do not know"
_NEITHER: Final = "signature is neither Base64 (plain or percent-encoded) nor Base64URL, or it was cut"


def _detail(header: str) -> str:
    found = verify(_MPP.public_key(), header, b"")
    assert found.outcome == "unreadable", found
    return found.detail


def _with_signature(text: str) -> str:
    return f"algorithm=RSA256,keyVersion=1,signature={text}"


def test_what_is_not_said_of_a_verification_is_empty() -> None:
    """Neither words nor an encoding where there is nothing to say."""
    assert Verification(outcome="missing") == Verification(outcome="missing", encoding="", detail="")


def test_the_encodings_have_names_for_the_evidence() -> None:
    """They are written down with each message, and stay what they are."""
    assert (
        signature.PERCENT_ENCODED,
        signature.PERCENT_ENCODED_URL_SAFE,
        signature.STANDARD,
        signature.URL_SAFE,
        signature.URL_SAFE_UNPADDED,
    ) == ("percent-encoded base64", "percent-encoded base64url", "base64", "base64url", "base64url unpadded")


def test_a_header_names_the_first_version_of_a_key() -> None:
    """Where nothing else is said, a key is the signer's first."""
    assert signature.sign(_MPP, b"").startswith("algorithm=RSA256,keyVersion=1,signature=")
    assert signature.sign(_MPP, b"", key_version=7).startswith("algorithm=RSA256,keyVersion=7,signature=")


@pytest.mark.parametrize(
    ("text", "raw", "encoding"),
    [
        ("AAAA", b"\0\0\0", signature.STANDARD),
        ("+A==", b"\xf8", signature.STANDARD),
        ("-A==", b"\xf8", signature.URL_SAFE),
        ("_A==", b"\xfc", signature.URL_SAFE),
        ("-AAA", b"\xf8\0\0", signature.URL_SAFE),
        ("_AAA", b"\xfc\0\0", signature.URL_SAFE),
        ("-A", b"\xf8", signature.URL_SAFE_UNPADDED),
        (quote("+A==", safe=""), b"\xf8", signature.PERCENT_ENCODED),
        (quote("+A", safe=""), b"\xf8", signature.PERCENT_ENCODED_UNPADDED),
        (quote("-A==", safe=""), b"\xf8", signature.PERCENT_ENCODED_URL_SAFE),
        (quote("_A==", safe=""), b"\xfc", signature.PERCENT_ENCODED_URL_SAFE),
    ],
)
def test_either_character_tells_the_alphabet(text: str, raw: bytes, encoding: str) -> None:
    """One character of the other alphabet is enough; where there is none, padding decides."""
    found = signature.Header.parse(_with_signature(text))
    assert signature.Header(key_version=1, signature=raw, encoding=encoding) == found


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("", _CHARACTERS),
        ("QUJD%4", _CHARACTERS),
        ("QUJ", _NEITHER),
        ("QUJDA%3D", _NEITHER),
        ("%2BA%3D%3D%3D", _NEITHER),
        ("-A=", _NEITHER),
        ("_A=", _NEITHER),
        ("+A=", _NEITHER),
        ("QUJDA", _NEITHER),
        ("WFhYWA=", _NEITHER),
    ],
)
def test_what_cannot_be_a_signature_is_told_in_full(text: str, detail: str) -> None:
    """The words name every form that would have been read."""
    assert detail == _detail(_with_signature(text))


@pytest.mark.parametrize(
    ("header", "detail"),
    [
        ("algorithm=RSA256,keyVersion=1X,signature=QUJD", "keyVersion must be a number, not '1X'"),
        ("algorithm=RSA256,keyVersion=X1,signature=QUJD", "keyVersion must be a number, not 'X1'"),
        (f"algorithm={'a' * 100},keyVersion=1,signature=QUJD", f"algorithm must be RSA256, not '{'a' * 100}'"),
        (f"algorithm={'a' * 101},keyVersion=1,signature=QUJD", f"algorithm must be RSA256, not '{'a' * 100}...'"),
        (_with_signature("").ljust(8_192, "*"), _CHARACTERS),
        (_with_signature("").ljust(8_193, "*"), "the header is longer than 8192 characters"),
    ],
)
def test_nothing_is_taken_off_a_part_but_blanks(header: str, detail: str) -> None:
    """Parts are read to their ends, and shown up to a length."""
    assert detail == _detail(header)


def test_a_signature_is_read_whatever_its_length() -> None:
    """The header of the longest key is well below the limit."""
    raw = bytes(range(256)) * 4
    header = signature.format_header(raw, 1)
    assert (raw, signature.PERCENT_ENCODED) == (
        signature.Header.parse(header).signature,
        signature.Header.parse(header).encoding,
    )
    assert header.endswith(quote(base64.b64encode(raw).decode(), safe=""))
