"""Keys that a user may hand over: every form that is read, and in words whatever will not do."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from mpp_conformance.protocol import signature

_PAIR: Final = json.loads((Path(__file__).parents[1] / "data" / "signature-vectors.json").read_text("utf-8"))["keys"][
    "mpp"
]
_MPP: Final = signature.load_private_key(_PAIR["private_pkcs8_der_base64"])
_SIGNED: Final = b"whatever"


def test_a_private_key_is_read_in_every_form() -> None:
    """PEM (PKCS#8 and the older RSA form) and Base64, on one line or broken into many, give the same key."""
    base64_text = _PAIR["private_pkcs8_der_base64"]
    old = _MPP.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    ).decode("ascii")
    broken = "\r\n".join(base64_text[at : at + 64] for at in range(0, len(base64_text), 64))
    texts = [base64_text, broken, old, signature.private_key_text(_MPP), "Bag Attributes\n" + old]
    expected = [_MPP.private_numbers()] * 5
    assert expected == [signature.load_private_key(text).private_numbers() for text in texts]


def test_a_public_key_is_read_in_every_form() -> None:
    """PEM and Base64 give the same key, and our own text of it is the published one."""
    base64_text = _PAIR["public_spki_der_base64"]
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    pem = _MPP.public_key().public_bytes(serialization.Encoding.PEM, form).decode("ascii")
    assert base64_text == signature.public_key_text(_MPP.public_key())
    assert [_MPP.public_key()] * 2 == [signature.load_public_key(text) for text in (base64_text, pem)]


def test_a_new_key_signs_what_its_public_half_verifies() -> None:
    """A generated key has 2048 bits and makes signatures of its own."""
    key = signature.generate_private_key()
    found = signature.verify(key.public_key(), signature.sign(key, _SIGNED), _SIGNED)
    expected = (2_048, "valid")
    assert expected == (key.key_size, found.outcome)


_PRIVATE: Final = "expected a private key (PEM, or Base64 of PKCS#8 DER)"
_PUBLIC: Final = "expected a public key (PEM, or Base64 of X.509 SPKI DER)"


def _pem(key: RSAPrivateKey | ed25519.Ed25519PrivateKey, password: bytes = b"") -> str:
    lock = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, lock).decode("ascii")


def test_a_private_key_that_will_not_do_is_named() -> None:
    """The error says which kind of file was taken for a private key."""
    small = rsa.generate_private_key(public_exponent=65_537, key_size=1_024)  # noqa: S505  # the weakness under test
    public = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"
    expected = {
        "": f"{_PRIVATE}, and this cannot be read as one",
        "hello": f"{_PRIVATE}, and this cannot be read as one",
        "caf\u00e9": f"{_PRIVATE}, and this cannot be read as one",
        "-----BEGIN PRIVATE KEY-----": f"{_PRIVATE}, and this cannot be read as one",
        "A" * 70_000: f"{_PRIVATE}, and this is longer than any key",
        public: f"{_PRIVATE}, and this is a public key",
        _PAIR["public_spki_der_base64"]: f"{_PRIVATE}, and this is a public key",
        _pem(_MPP, b"secret"): f"{_PRIVATE}, and this is a private key under a password: write it out without one",
        _pem(ed25519.Ed25519PrivateKey.generate()): f"{_PRIVATE} for RSA, and this key is for another algorithm",
        _pem(small): "the key has 1024 bits; it must have 2048 or more, and 8192 at most",
    }
    assert expected == {text: _problem(signature.load_private_key, text) for text in expected}


def test_a_public_key_that_will_not_do_is_named() -> None:
    """The error says which kind of file was taken for a public key, and never what a private one holds."""
    certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"
    private = f"{_PUBLIC}, and this is a private key: give its public half, and keep this one to yourself"
    expected = {
        _pem(_MPP): private,
        _pem(_MPP, b"secret"): private,
        _PAIR["private_pkcs8_der_base64"]: private,
        certificate: f"{_PUBLIC}, and this is a certificate: take the public key out of it",
    }
    assert expected == {text: _problem(signature.load_public_key, text) for text in expected}


def _problem(load: Callable[[str], object], text: str) -> str:
    with pytest.raises(ValueError, match=r"key") as caught:
        load(text)
    return str(caught.value)


def test_a_key_of_another_algorithm_is_named() -> None:
    """A sound public key that is none for RSA is told from a file that is no key."""
    other = ed25519.Ed25519PrivateKey.generate().public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    text = other.public_bytes(serialization.Encoding.PEM, form).decode("ascii")
    assert f"{_PUBLIC} for RSA, and this key is for another algorithm" == _problem(signature.load_public_key, text)


@pytest.mark.parametrize(("bits", "fits"), [(2_047, False), (2_048, True), (8_192, True), (8_193, False)])
def test_a_key_is_long_enough_and_not_longer_than_any(*, bits: int, fits: bool) -> None:
    """2,048 to 8,192 bits; more only takes time."""
    numbers = rsa.RSAPublicNumbers(e=65_537, n=2 ** (bits - 1) + 1)
    text = signature.public_key_text(numbers.public_key())
    if fits:
        assert bits == signature.load_public_key(text).key_size
    else:
        expected = f"the key has {bits} bits; it must have 2048 or more, and 8192 at most"
        assert expected == _problem(signature.load_public_key, text)


@pytest.mark.parametrize(("length", "words"), [(65_536, "cannot be read as one"), (65_537, "is longer than any key")])
def test_a_text_of_any_length_is_refused_in_time(length: int, words: str) -> None:
    """What is longer than any key is not looked at."""
    assert f"{_PUBLIC}, and this {words}" == _problem(signature.load_public_key, "A" * length)


def test_stray_characters_are_not_overlooked() -> None:
    """A text with a character that is none of Base64 is not read as if it were not there."""
    text = _PAIR["public_spki_der_base64"]
    assert f"{_PUBLIC}, and this cannot be read as one" == _problem(
        signature.load_public_key, f"{text[:100]}!{text[100:]}"
    )


def test_a_private_key_that_is_unsound_is_refused_unless_it_is_our_own() -> None:
    """A private key is checked when it is loaded; the check is left out on request alone."""
    numbers = _MPP.private_numbers()
    unsound = rsa.RSAPrivateNumbers(
        p=numbers.p,
        q=numbers.q,
        d=numbers.d + 2,
        dmp1=numbers.dmp1,
        dmq1=numbers.dmq1,
        iqmp=numbers.iqmp,
        public_numbers=numbers.public_numbers,
    ).private_key(unsafe_skip_rsa_key_validation=True)
    text = signature.private_key_text(unsound)
    assert f"{_PRIVATE}, and this cannot be read as one" == _problem(signature.load_private_key, text)
    assert numbers.d + 2 == signature.load_private_key(text, skip_validation=True).private_numbers().d
