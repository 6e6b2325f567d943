"""The signature of Alipay+ messages: RSA with SHA-256, PKCS#1 v1.5 padding, a key of 2048 bits or more.

Both directions use one recipe. What is signed is made of the raw bytes on the wire, never of a body that was parsed
and written again; the time is opaque text. Official libraries write the signature in percent-encoded standard Base64,
independent readers of the documentation in Base64URL: all are accepted, the official form is emitted.
"""

import base64
import binascii
import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar
from urllib.parse import quote, unquote_to_bytes

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

ALGORITHM: Final = "RSA256"

PERCENT_ENCODED: Final = "percent-encoded base64"
PERCENT_ENCODED_URL_SAFE: Final = "percent-encoded base64url"
PERCENT_ENCODED_UNPADDED: Final = "percent-encoded base64 unpadded"
STANDARD: Final = "base64"
URL_SAFE: Final = "base64url"
URL_SAFE_UNPADDED: Final = "base64url unpadded"

MAX_HEADER: Final = 8_192
"""Characters of a Signature header that are looked at; a key of :data:`MAX_KEY_BITS` needs about half."""
MIN_KEY_BITS: Final = 2_048
MAX_KEY_BITS: Final = 8_192
MAX_KEY_TEXT: Final = 65_536
"""Characters of a key's text."""

_Key = TypeVar("_Key", RSAPrivateKey, RSAPublicKey)
_SHOWN: Final = 100
_LABEL: Final = re.compile(r"-----BEGIN ([A-Z0-9 ]{1,40})-----")
_MISTAKEN: Final = {
    "ENCRYPTED PRIVATE KEY": "a private key under a password: write it out without one",
    "CERTIFICATE": "a certificate: take the public key out of it",
}
_PARTS: Final = {"algorithm", "keyVersion", "signature"}
_ORIGIN: Final = re.compile(r"https?://[^/?#]*", re.IGNORECASE)
_KEY_VERSION: Final = re.compile(r"[0-9]{1,10}")
_ESCAPED: Final = re.compile(r"(?:[A-Za-z0-9+/=_-]|%[0-9A-Fa-f]{2})+")


class UnreadableError(ValueError):
    """A Signature header that does not follow the documentation; the text says in which way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A Signature header taken apart: the signature's bytes, how they were written, and the signer's key version."""

    key_version: int
    signature: bytes
    encoding: str

    @classmethod
    def parse(cls, text: str) -> "Header":
        """Read a header: three parts in any order, blanks after commas allowed; UnreadableError otherwise."""
        if len(text) > MAX_HEADER:
            message = f"the header is longer than {MAX_HEADER} characters"
            raise UnreadableError(message)
        parts = _parts(text)
        if parts["algorithm"] != ALGORITHM:
            message = f"algorithm must be {ALGORITHM}, not {_shown(parts['algorithm'])}"
            raise UnreadableError(message)
        if not _KEY_VERSION.fullmatch(parts["keyVersion"]):
            message = f"keyVersion must be a number, not {_shown(parts['keyVersion'])}"
            raise UnreadableError(message)
        signature, encoding = _decoded(parts["signature"])
        return cls(key_version=int(parts["keyVersion"]), signature=signature, encoding=encoding)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What verifying came to.

    ``outcome`` is one of ``messages.SIGNATURE_OUTCOMES``; ``encoding`` how the signature was written (empty where it
    could not be read); ``detail`` says in words what is wrong, safe to print, empty for a valid signature.
    """

    outcome: str
    encoding: str = ""
    detail: str = ""


def content(method: str, target: str, client_id: str, time: str, body: bytes) -> bytes:
    """The bytes that are signed, for a request and for its answer (which repeats method and target).

    ``target`` is the request target as it came: an absolute one counts from its path on, a query string stays.
    ``time`` is the value of Request-Time or Response-Time. A full stop may stand in ``client_id`` as well, so a
    verifier also compares the client id with the one it expects.
    """
    head = f"{method} {path_of(target)}\n{client_id}.{time}."
    return head.encode("utf-8", "surrogatepass") + body


def path_of(target: str) -> str:
    """What counts of a request target: an absolute one counts from its path on, and a query string stays."""
    origin = _ORIGIN.match(target)
    if not origin:
        return target
    path = target[origin.end() :]
    return path if path.startswith("/") else f"/{path}"


def sign(key: RSAPrivateKey, signed: bytes, *, key_version: int = 1) -> str:
    """The Signature header's value over ``signed`` (see :func:`content`)."""
    return format_header(key.sign(signed, padding.PKCS1v15(), SHA256()), key_version)


def sign_as(outcome: str, key: RSAPrivateKey, signed: bytes, *, key_version: int = 1) -> str | None:
    """The Signature header whose verification comes to ``outcome``; ``None`` for ``missing``, where there is none."""
    if outcome == "missing":
        return None
    if outcome == "unreadable":
        return f"algorithm={ALGORITHM},keyVersion={key_version},signature="
    by = foreign_key() if outcome == "foreign" else key
    return sign(by, signed + b"\n" if outcome == "invalid" else signed, key_version=key_version)


def format_header(signature: bytes, key_version: int) -> str:
    """The Signature header's value as the official libraries write it."""
    written = quote(base64.b64encode(signature).decode("ascii"), safe="")
    return f"algorithm={ALGORITHM},keyVersion={key_version},signature={written}"


def verify(key: RSAPublicKey, header: str | None, signed: bytes) -> Verification:
    """Verify a Signature header (``None``: there is none) over ``signed``; never raises, whatever was sent."""
    if header is None or not header.strip():
        return Verification(outcome="missing", detail="there is no Signature header")
    try:
        parsed = Header.parse(header)
    except UnreadableError as problem:
        return Verification(outcome="unreadable", detail=str(problem))
    try:
        key.verify(parsed.signature, signed, padding.PKCS1v15(), SHA256())
    except InvalidSignature:
        outcome, detail = _misfit(key, parsed.signature, signed)
        return Verification(outcome=outcome, encoding=parsed.encoding, detail=detail)
    return Verification(outcome="valid", encoding=parsed.encoding)


def generate_private_key() -> RSAPrivateKey:
    """A new key of 2048 bits; takes some 50 ms, so make one a run, not one a message."""
    return rsa.generate_private_key(public_exponent=65_537, key_size=MIN_KEY_BITS)


@functools.cache
def foreign_key() -> RSAPrivateKey:
    """A key that belongs to nobody."""
    return generate_private_key()


def load_private_key(text: str, *, skip_validation: bool = False) -> RSAPrivateKey:
    """The private key in ``text``: PEM, or Base64 of PKCS#8 DER. ValueError says what is wrong, never what it holds.

    Checking that a key is sound takes some 40 ms; ``skip_validation`` leaves it out, for keys of our own making only.
    """

    def load(data: bytes, *, pem: bool) -> object:
        loader = serialization.load_pem_private_key if pem else serialization.load_der_private_key
        return loader(data, password=None, unsafe_skip_rsa_key_validation=skip_validation)

    wanted = "a private key (PEM, or Base64 of PKCS#8 DER)"
    key = _loaded(text, load, wanted, half="PUBLIC KEY", told="a public key")
    if not isinstance(key, RSAPrivateKey):
        raise _other_algorithm(wanted)
    return _long_enough(key)


def load_public_key(text: str) -> RSAPublicKey:
    """The public key in ``text``: PEM, or Base64 of X.509 SPKI DER. ValueError says what is wrong."""

    def load(data: bytes, *, pem: bool) -> object:
        return serialization.load_pem_public_key(data) if pem else serialization.load_der_public_key(data)

    wanted = "a public key (PEM, or Base64 of X.509 SPKI DER)"
    private = "a private key: give its public half, and keep this one to yourself"
    key = _loaded(text, load, wanted, half="PRIVATE KEY", told=private)
    if not isinstance(key, RSAPublicKey):
        raise _other_algorithm(wanted)
    return _long_enough(key)


def private_key_text(key: RSAPrivateKey) -> str:
    """A private key as unencrypted PKCS#8 PEM."""
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode("ascii")


def public_key_text(key: RSAPublicKey) -> str:
    """A public key as Base64 of X.509 SPKI DER on one line, the form Alipay+ exchanges keys in."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return base64.b64encode(key.public_bytes(serialization.Encoding.DER, form)).decode("ascii")


def _parts(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in text.split(","):
        name, _, value = part.strip(" \t").partition("=")
        if name not in _PARTS:
            message = f"{_shown(name)} is not a part of it; the parts are algorithm, keyVersion and signature"
            raise UnreadableError(message)
        if name in parts:
            message = f"{name} stands in it twice"
            raise UnreadableError(message)
        parts[name] = value
    for name in sorted(_PARTS - parts.keys()):
        message = f"{name} is missing"
        raise UnreadableError(message)
    return parts


def _decoded(text: str) -> tuple[bytes, str]:
    if not _ESCAPED.fullmatch(text):
        message = "signature is empty, or holds a character that Base64 and percent-encoding do not know"
        raise UnreadableError(message)
    if "%" in text:
        escaped = unquote_to_bytes(text)
        if b"-" in escaped or b"_" in escaped:
            return _exactly(escaped, b"-_"), PERCENT_ENCODED_URL_SAFE
        missing = -len(escaped) % 4
        return _exactly(escaped + b"=" * missing, b"+/"), PERCENT_ENCODED_UNPADDED if missing else PERCENT_ENCODED
    plain = text.encode("ascii")
    if "-" not in text and "_" not in text and len(text) % 4 == 0:
        return _exactly(plain, b"+/"), STANDARD
    if text.endswith("=") or len(text) % 4 == 0:
        return _exactly(plain, b"-_"), URL_SAFE
    return _exactly(plain + b"=" * (-len(plain) % 4), b"-_"), URL_SAFE_UNPADDED


def _exactly(text: bytes, altchars: bytes) -> bytes:
    """Decode Base64 that is written in the one right way: Python's own decoder overlooks much of what is not."""
    try:
        decoded = base64.b64decode(text, altchars)
    except binascii.Error:
        decoded = b""
    if not decoded or base64.b64encode(decoded, altchars) != text:
        message = "signature is neither Base64 (plain or percent-encoded) nor Base64URL, or it was cut"
        raise UnreadableError(message)
    return decoded


def _misfit(key: RSAPublicKey, made: bytes, signed: bytes) -> tuple[str, str]:
    """Outcome and detail where a signature does not fit; only the key that made it leads to a sound padding."""
    shortest = MIN_KEY_BITS // 8
    if len(made) < shortest:
        return "invalid", f"the signature is {len(made)} bytes long; one by a key of {MIN_KEY_BITS} bits is {shortest}"
    try:
        key.recover_data_from_signature(made, padding.PKCS1v15(), None)
    except (InvalidSignature, ValueError):
        return "foreign", f"another key made the signature of {len(made)} bytes, or it was damaged on its way"
    line = signed.partition(b"\n")[0].decode("utf-8", "backslashreplace")
    return "invalid", (
        f"the signature does not fit: expected over {_shown(line)}, a line feed, then client id, time and raw body, "
        f"joined by full stops, {len(signed)} bytes in all"
    )


def _loaded(text: str, load: Callable[..., object], wanted: str, *, half: str, told: str) -> object:
    """Load a key; what cryptography says of a failure is kept back, and a file taken by mistake is named.

    ``half``: the other half of a pair, as PEM labels it, and ``told``, what is said of that.
    """
    if len(text) > MAX_KEY_TEXT:
        message = f"expected {wanted}, and this is longer than any key"
        raise ValueError(message)
    label = _LABEL.search(text)
    for ending, found in {half: told, **_MISTAKEN}.items():
        if label and label[1].endswith(ending):
            message = f"expected {wanted}, and this is {found}"
            raise ValueError(message)
    mistaken, unreadable = (f"expected {wanted}, and this {words}" for words in (f"is {told}", "cannot be read as one"))
    try:
        data = text.encode("ascii") if label else base64.b64decode("".join(text.split()), validate=True)
    except ValueError:
        raise ValueError(unreadable) from None
    try:
        return load(data, pem=bool(label))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        slip = r"; it holds \n, two characters, where its lines end" if r"\n" in text else ""
        raise ValueError(mistaken if _holds(half, data) else unreadable + slip) from None


def _holds(half: str, data: bytes) -> bool:
    """Whether DER holds this half of a pair, which is named as PEM labels it."""
    try:
        if half == "PUBLIC KEY":
            serialization.load_der_public_key(data)
        else:
            serialization.load_der_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True


def _other_algorithm(wanted: str) -> ValueError:
    return ValueError(f"expected {wanted} for RSA, and this key is for another algorithm")


def _long_enough(key: _Key) -> _Key:
    if not MIN_KEY_BITS <= key.key_size <= MAX_KEY_BITS:
        message = f"the key has {key.key_size} bits; it must have {MIN_KEY_BITS} or more, and {MAX_KEY_BITS} at most"
        raise ValueError(message)
    return key


def _shown(text: str) -> str:
    """Text that somebody sent, short and in printable ASCII."""
    return ascii(text if len(text) <= _SHOWN else text[:_SHOWN] + "...")
