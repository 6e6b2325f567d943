"""The message signature: the shared vectors both ways, and what is refused."""

import base64
import json
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from hypothesis import given, settings
from hypothesis import strategies as st

from mpp_conformance.protocol import messages, signature
from mpp_conformance.protocol.signature import Verification, content, verify

_FILE: Final = json.loads((Path(__file__).parents[1] / "data" / "signature-vectors.json").read_text("utf-8"))
_VECTORS: Final = [pytest.param(vector, id=vector["name"]) for vector in _FILE["vectors"]]
_KEYS: Final = {
    name: signature.load_private_key(pair["private_pkcs8_der_base64"], skip_validation=True)
    for name, pair in _FILE["keys"].items()
}
_MPP: Final = _KEYS["mpp"]
_PAY: Final = "/aps/api/v1/payments/userInitiatedPay"
_BODY: Final = b'{ "codeValue":"281666040092", "customerId":"u-1" }\n'
_SIGNED: Final = content("POST", _PAY, "CLIENT", "2025-02-20T08:51:49Z", _BODY)

_TEXT: Final = st.text(max_size=60)
_PATHS: Final = st.text(max_size=60).map(lambda rest: f"/{rest}")
_QUICK: Final = settings(max_examples=60, deadline=None)


def _written(raw: bytes, encoding: str) -> str:
    """``raw`` as a signer of the named dialect writes it."""
    standard = base64.b64encode(raw).decode("ascii")
    safe = base64.urlsafe_b64encode(raw).decode("ascii")
    return {
        signature.PERCENT_ENCODED: quote(standard, safe=""),
        signature.STANDARD: standard,
        signature.URL_SAFE: safe,
        signature.URL_SAFE_UNPADDED: safe.rstrip("="),
    }[encoding]


def _header(value: str) -> str:
    return f"algorithm=RSA256, keyVersion=1, signature={value}"


def _raw(signed: bytes, key: RSAPrivateKey = _MPP) -> bytes:
    return key.sign(signed, padding.PKCS1v15(), SHA256())


def _outcome(header: str | None, signed: bytes = _SIGNED) -> str:
    return verify(_MPP.public_key(), header, signed).outcome


def _vector_content(vector: dict[str, Any]) -> bytes:
    return content(
        vector["method"], vector["path"], vector["client_id"], vector["time"], vector["body"].encode("utf-8")
    )


# --- the vectors ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", _VECTORS)
def test_the_content_is_the_one_seven_signers_agree_on(vector: dict[str, Any]) -> None:
    """Method, path, client id, time and body are joined exactly as in the shared vectors."""
    expected = vector["content_to_be_signed"].encode("utf-8")
    assert expected == _vector_content(vector)


@pytest.mark.parametrize("vector", _VECTORS)
def test_signing_gives_the_header_of_the_official_libraries(vector: dict[str, Any]) -> None:
    """The header is equal, character by character, to the shared vector's."""
    assert vector["header_value"] == signature.sign(_KEYS[vector["signer"]], _vector_content(vector), key_version=1)


@pytest.mark.parametrize("vector", _VECTORS)
@pytest.mark.parametrize(
    ("form", "encoding"),
    [
        ("header_value", signature.PERCENT_ENCODED),
        ("signature_base64", signature.STANDARD),
        ("signature_base64url_unpadded", signature.URL_SAFE_UNPADDED),
    ],
)
def test_every_form_in_the_vectors_is_verified(vector: dict[str, Any], form: str, encoding: str) -> None:
    """The official form, plain Base64 and unpadded Base64URL are valid under the published public key."""
    key = signature.load_public_key(_FILE["keys"][vector["signer"]]["public_spki_der_base64"])
    header = vector[form] if form == "header_value" else _header(vector[form])
    expected = Verification(outcome="valid", encoding=encoding)
    assert expected == verify(key, header, _vector_content(vector))


# --- what is signed ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("https://open-sea.example/aps/api?a=1&b=2", "/aps/api?a=1&b=2"),
        ("HTTP://127.0.0.1:9400/aps/api", "/aps/api"),
        ("http://127.0.0.1:9400", "/"),
        ("http://127.0.0.1:9400?a=1", "/?a=1"),
        ("/aps/api?next=http://other/x", "/aps/api?next=http://other/x"),
        ("//aps/api", "//aps/api"),
    ],
)
def test_an_absolute_target_counts_from_its_path_on(target: str, path: str) -> None:
    """The host is left out, the query string stays, and a target in origin form is left alone."""
    assert content("POST", path, "C", "T", b"") == content("POST", target, "C", "T", b"")


def test_nothing_is_added_to_the_body() -> None:
    """The content ends with the last byte of the body, whatever bytes these are."""
    expected = b"POST /x\nC.1767225600000.\xff\x00\r\n"
    assert expected == content("POST", "/x", "C", "1767225600000", b"\xff\x00\r\n")


def test_text_that_is_no_unicode_is_still_signed() -> None:
    """A lone surrogate, as a server may make of a header it could not decode, is no reason to stumble."""
    assert content("POST", "/\udcff", "C", "\ud800", b"") != content("POST", "/?", "C", "?", b"")


@_QUICK
@given(body=st.binary(max_size=300), time=_TEXT, path=_PATHS)
def test_any_body_time_and_target_make_the_way_there_and_back(body: bytes, time: str, path: str) -> None:
    """What was signed is verified, even where the time is no time and the body no JSON."""
    signed = content("POST", path, "CLIENT", time, body)
    assert _outcome(signature.sign(_MPP, signed), signed) == "valid"


@_QUICK
@given(
    body=st.binary(max_size=300),
    encoding=st.sampled_from(
        [signature.PERCENT_ENCODED, signature.STANDARD, signature.URL_SAFE, signature.URL_SAFE_UNPADDED]
    ),
)
def test_each_dialect_is_recognised(body: bytes, encoding: str) -> None:
    """All four ways of writing a signature are accepted, and the verification says which one came."""
    signed = content("POST", _PAY, "CLIENT", "now", body)
    expected = Verification(outcome="valid", encoding=encoding)
    assert expected == verify(_MPP.public_key(), _header(_written(_raw(signed), encoding)), signed)


def test_each_dialect_is_recognised_without_padding() -> None:
    """A key of 3072 bits leaves nothing to pad: only the alphabet tells the dialects apart."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=3_072)
    raw = _raw(_SIGNED, key)
    found = [
        verify(key.public_key(), _header(_written(raw, encoding)), _SIGNED)
        for encoding in (signature.PERCENT_ENCODED, signature.STANDARD, signature.URL_SAFE)
    ]
    expected = [
        Verification(outcome="valid", encoding=encoding)
        for encoding in (signature.PERCENT_ENCODED, signature.STANDARD, signature.URL_SAFE)
    ]
    assert expected == found


def test_a_text_that_only_lacks_padding_is_base64url() -> None:
    """Without a letter that tells the alphabets apart, missing padding does."""
    expected = signature.Header(key_version=1, signature=b"AB", encoding=signature.URL_SAFE_UNPADDED)
    assert expected == signature.Header.parse(_header("QUI"))


# --- what is refused --------------------------------------------------------------------------------------------


@_QUICK
@given(position=st.integers(0, len(_SIGNED) - 1), bit=st.integers(0, 7))
def test_a_flipped_bit_of_the_content_is_refused(position: int, bit: int) -> None:
    """No bit of what is signed can change unnoticed."""
    changed = bytearray(_SIGNED)
    changed[position] ^= 1 << bit
    assert _outcome(signature.sign(_MPP, _SIGNED), bytes(changed)) == "invalid"


@_QUICK
@given(position=st.integers(0, 255), bit=st.integers(0, 7))
def test_a_flipped_bit_of_the_signature_is_refused(position: int, bit: int) -> None:
    """No bit of the signature can change unnoticed; what is damaged looks like another key's."""
    changed = bytearray(_raw(_SIGNED))
    changed[position] ^= 1 << bit
    assert _outcome(signature.format_header(bytes(changed), 1)) == "foreign"


@pytest.mark.parametrize("encoding", [signature.STANDARD, signature.URL_SAFE, signature.URL_SAFE_UNPADDED])
def test_a_flipped_bit_in_the_spare_bits_of_base64_is_refused(encoding: str) -> None:
    """Two texts never stand for one signature: stray bits in the last character are noticed."""
    text = _written(_raw(_SIGNED), encoding)
    last = len(text.rstrip("=")) - 1
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    stray = text[:last] + alphabet[alphabet.index(text[last]) + 1] + text[last + 1 :]
    assert _outcome(_header(stray)) == "unreadable"


@pytest.mark.parametrize(
    ("signed_by_mistake", "why"),
    [
        (
            content("POST", _PAY, "CLIENT", "2025-02-20T08:51:49Z", json.dumps(json.loads(_BODY)).encode()),
            "re-serialised",
        ),
        (_SIGNED + b"\n", "trailing line feed"),
        (_SIGNED.replace(b"POST /", b"POST https://host/", 1), "host left in"),
        (content("POST", _PAY + "?", "CLIENT", "2025-02-20T08:51:49Z", _BODY), "query"),
        (content("post", _PAY, "CLIENT", "2025-02-20T08:51:49Z", _BODY), "method in lower case"),
        (content("POST", _PAY, "CLIENT", "2025-02-20T08:51:49.000Z", _BODY), "time written anew"),
        (content("POST", _PAY, "OTHER", "2025-02-20T08:51:49Z", _BODY), "another client"),
        (_SIGNED.replace(b"\n", b"\r\n", 1), "CRLF"),
    ],
)
def test_a_signature_over_other_content_is_refused(signed_by_mistake: bytes, why: str) -> None:
    """The mistakes seen in public code give an invalid signature, with the right content in words."""
    assert signed_by_mistake != _SIGNED, why
    found = verify(_MPP.public_key(), signature.sign(_MPP, signed_by_mistake), _SIGNED)
    expected = (
        f"the signature does not fit: expected over 'POST {_PAY}', a line feed, then client id, time and raw body, "
        f"joined by full stops, {len(_SIGNED)} bytes in all"
    )
    assert Verification(outcome="invalid", encoding=signature.PERCENT_ENCODED, detail=expected) == found


def test_a_signature_by_another_key_or_digest_is_refused() -> None:
    """Only our MPP's key, SHA-256 and PKCS#1 v1.5 are good enough; whose key it was shows in the padding alone."""
    pss = padding.PSS(padding.MGF1(SHA256()), padding.PSS.MAX_LENGTH)
    raws = {
        "another key": _raw(_SIGNED, _KEYS["aplus"]),
        "a longer key": b"x" * 384,
        "SHA-1": _MPP.sign(_SIGNED, padding.PKCS1v15(), SHA1()),  # noqa: S303  # the mistake under test
        "PSS": _MPP.sign(_SIGNED, pss, SHA256()),
    }
    found = {name: verify(_MPP.public_key(), signature.format_header(raw, 1), _SIGNED) for name, raw in raws.items()}
    outcomes = {"another key": "foreign", "a longer key": "foreign", "SHA-1": "invalid", "PSS": "foreign"}
    assert outcomes == {name: verification.outcome for name, verification in found.items()}
    words = "another key made the signature of 384 bytes, or it was damaged on its way"
    assert words == found["a longer key"].detail


def test_a_signature_that_no_key_makes_is_told_by_its_length() -> None:
    """A digest in the place of a signature is named by the bytes that came: it is no other key's."""
    found = verify(_MPP.public_key(), signature.format_header(b"x" * 32, 1), _SIGNED)
    expected = "the signature is 32 bytes long; one by a key of 2048 bits is 256"
    assert (found.outcome, found.detail) == ("invalid", expected)


@pytest.mark.parametrize("outcome", messages.SIGNATURE_OUTCOMES)
def test_a_signature_can_be_made_that_comes_to_any_outcome(outcome: str) -> None:
    """What is signed as an outcome comes to it when it is verified."""
    header = signature.sign_as(outcome, _MPP, _SIGNED)
    assert outcome == verify(_MPP.public_key(), header, _SIGNED).outcome


@pytest.mark.parametrize("header", [None, "", " \t"])
def test_a_header_that_is_not_there_is_missing(header: str | None) -> None:
    """No header, or an empty one, is a missing signature rather than a wrong one."""
    expected = Verification(outcome="missing", detail="there is no Signature header")
    assert expected == verify(_MPP.public_key(), header, _SIGNED)


@pytest.mark.parametrize(
    ("header", "detail"),
    [
        ("algorithm=RSA256,keyVersion=1", "signature is missing"),
        ("keyVersion=1,signature=QUJD", "algorithm is missing"),
        ("algorithm=RSA256,keyVersion=1,signature=", "signature is empty, or holds a character"),
        ("algorithm=ECC256,keyVersion=1,signature=QUJD", "algorithm must be RSA256, not 'ECC256'"),
        ("algorithm=rsa256,keyVersion=1,signature=QUJD", "algorithm must be RSA256, not 'rsa256'"),
        ("algorithm=RSA256,keyVersion=,signature=QUJD", "keyVersion must be a number, not ''"),
        ("algorithm=RSA256,keyVersion=\u0661,signature=QUJD", "keyVersion must be a number, not '\\u0661'"),
        ("algorithm=RSA256,keyVersion=1\n,signature=QUJD", "keyVersion must be a number, not '1\\n'"),
        ("algorithm=RSA256,algorithm=RSA256,keyVersion=1,signature=QUJD", "algorithm stands in it twice"),
        ("algorithm=RSA256,keyVersion=1,signature=QUJD,x=1", "'x' is not a part of it"),
        ("algorithm=RSA256,keyVersion=1,signature=QUJD,", "'' is not a part of it"),
        ("Bearer <script>\x1b[2J", "'Bearer <script>\\x1b[2J' is not a part of it"),
        ("algorithm=RSA256;keyVersion=1;signature=QUJD", "keyVersion is missing"),
        ("algorithm=RSA256,keyVersion=1,signature=QU%4", "signature is empty, or holds a character"),
        ("algorithm=RSA256,keyVersion=1,signature=QU JD", "signature is empty, or holds a character"),
        ("algorithm=RSA256,keyVersion=1,signature=\u00e9", "signature is empty, or holds a character"),
        ("algorithm=RSA256,keyVersion=1,signature=QUJ", "signature is neither"),
        ("algorithm=RSA256,keyVersion=1,signature=QU=JD", "signature is neither"),
        ("algorithm=RSA256,keyVersion=1,signature=Q+-_", "signature is neither"),
        ("algorithm=RSA256,keyVersion=1,signature=Q+_%3D", "signature is neither"),
        ("algorithm=RSA256,keyVersion=1,signature=%00%ff", "signature is neither"),
        ("algorithm=RSA256,keyVersion=1,signature=" + "A" * 9_000, "the header is longer than 8192 characters"),
    ],
)
def test_a_header_off_the_documentation_is_unreadable(header: str, detail: str) -> None:
    """A header that cannot be read is refused, with what is wrong in words that are safe to print."""
    found = verify(_MPP.public_key(), header, _SIGNED)
    expected = ("unreadable", "", detail)
    assert expected == (found.outcome, found.encoding, found.detail[: len(detail)])


def test_base64_padding_cut_by_splitting_is_refused() -> None:
    """A signature whose padding was lost by splitting on every ``=`` is told from one in Base64URL."""
    cut = _written(b"\xfb\xff" * 128, signature.STANDARD).rstrip("=")
    assert _outcome(_header(cut)) == "unreadable"


@_QUICK
@given(header=st.one_of(st.text(), st.text().map(_header), st.binary().map(lambda raw: _header(raw.decode("latin-1")))))
def test_no_header_raises(header: str) -> None:
    """Whatever stands in the header, verifying ends with an outcome and printable words."""
    found = verify(_MPP.public_key(), header, _SIGNED)
    assert found.outcome in set(messages.SIGNATURE_OUTCOMES) - {"valid"}
    assert found.detail.isascii()
    assert found.detail.isprintable()


@pytest.mark.parametrize(
    "order",
    [
        "signature={},keyVersion=0,algorithm=RSA256",
        "keyVersion=0,  signature={} ,\talgorithm=RSA256",
        "algorithm=RSA256, keyVersion=0, signature={}",
    ],
)
def test_the_parts_come_in_any_order_with_blanks(order: str) -> None:
    """Documentation prints blanks after the commas, libraries send none; both are read, in any order."""
    raw = _raw(_SIGNED)
    expected = signature.Header(key_version=0, signature=raw, encoding=signature.STANDARD)
    assert expected == signature.Header.parse(order.format(_written(raw, signature.STANDARD)))


@pytest.mark.parametrize("outcome", ["valid", "invalid", "foreign", "unreadable"])
def test_whatever_a_header_is_to_come_to_it_names_the_version_of_the_key(outcome: str) -> None:
    """The first one, unless another is named."""
    named = [signature.sign_as(outcome, _MPP, _SIGNED), signature.sign_as(outcome, _MPP, _SIGNED, key_version=7)]
    assert [str(header).split(",")[1] for header in named] == ["keyVersion=1", "keyVersion=7"]
