"""An answer on its way: the headers and bytes that Alipay+ sends, and what an MPP's HTTP library hands over of them.

The same values serve a conversation without a wire and one over HTTP, so that an MPP decides alike in both.
"""

import functools
import gzip
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from mpp_conformance.protocol.faults.profile import (
    BAD,
    BLANKS,
    CHUNKED,
    COMPLETE,
    FOREIGN_KEY,
    GZIP,
    MISSING,
    MIXED_CASE,
    REORDERED,
    STALE,
    UPPER_CASE,
    VALID,
    Fault,
)
from mpp_conformance.protocol.messages import (
    IdentifyCode,
    IdentifyCodeAnswer,
    InquiryCodeRules,
    InquiryCodeRulesAnswer,
    Malformed,
    NotifyPayment,
    NotifyPaymentAnswer,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.wire.encoding import decode

Headers = tuple[tuple[str, str], ...]
Call = UserInitiatedPay | NotifyPayment | IdentifyCode | InquiryCodeRules
Answer = UserInitiatedPayAnswer | NotifyPaymentAnswer | IdentifyCodeAnswer | InquiryCodeRulesAnswer

ANSWERS: Final[Mapping[type[Call], type[Answer]]] = MappingProxyType(
    {
        UserInitiatedPay: UserInitiatedPayAnswer,
        NotifyPayment: NotifyPaymentAnswer,
        IdentifyCode: IdentifyCodeAnswer,
        InquiryCodeRules: InquiryCodeRulesAnswer,
    }
)
"""What answers each call that an MPP makes to Alipay+."""
_ANSWERS_BY_NAME: Final = {kind.__name__: answer for kind, answer in ANSWERS.items()}
ELSEWHERE: Final = "/elsewhere"
"""The path that a redirect leads to, below the address of the simulated Alipay+."""

_OUTCOMES: Final = {VALID: "valid", MISSING: "missing", BAD: "invalid", FOREIGN_KEY: "foreign", STALE: "invalid"}
"""What verification comes to, by what signed the answer."""
_CHUNK: Final = 100
_SIGNATURE: Final = "signature"


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What came back from a call, as an HTTP library hands it over: status 0 where nothing did.

    ``body`` is no longer chunked or compressed; ``headers`` have the names they came with; ``signature`` is what a
    correct verification comes to (``messages.SIGNATURE_OUTCOMES``); ``detail`` says in words what is wrong;
    ``seconds``: how long it took.
    """

    status: int = 0
    body: bytes = b""
    headers: Headers = ()
    signature: str = "missing"
    detail: str = ""
    seconds: float = 0.0

    def header(self, name: str) -> str | None:
        """A header's value by its name in lower case, however it was spelled."""
        return next((value for known, value in self.headers if known.lower() == name), None)


def believable_answer(asked: type[Call], received: Received) -> Answer | None:
    """The answer to a call of type ``asked``, if there is one that a careful MPP believes.

    It has status 200, a signature that verifies, and a body that keeps its schema.
    """
    if received.status != HTTPStatus.OK or received.signature != "valid":
        return None
    return _decoded(asked.__name__, received.body)


@functools.lru_cache(maxsize=128)
def _decoded(asked: str, body: bytes) -> Answer | None:
    message = decode(_ANSWERS_BY_NAME[asked], body)
    if isinstance(message, UserInitiatedPayAnswer):
        return replace(message, body=body.decode())
    return None if isinstance(message, Malformed) else message


@functools.lru_cache(maxsize=128)
def receive(body: bytes, fault: Fault, *, location: str = "") -> Received:
    """What becomes of ``body`` on its way to an MPP when it is sent as ``fault`` says."""
    if fault.delivery not in COMPLETE:
        return Received(detail=f"no answer: {fault.delivery}")
    named = "" if fault.signature == MISSING else "algorithm=RSA256,keyVersion=1,signature=c2lnbmF0dXJl"
    sent = headers(body, fault, client_id="client", time="0", signature=named, location=location)
    outcome = _OUTCOMES[fault.signature]
    return Received(status=fault.status, body=body, headers=sent, signature=outcome, seconds=fault.delay)


def headers(body: bytes, fault: Fault, *, client_id: str, time: str, signature: str, location: str = "") -> Headers:
    """The headers of the answer, spelled as ``fault`` says; ``signature`` is empty where there is none."""
    named = {
        "content-type": fault.content_type,
        "client-id": client_id,
        "response-time": time,
        _SIGNATURE: _respelled(signature, fault.spelling),
        "location": location if fault.location else "",
        "content-encoding": GZIP if fault.delivery == GZIP else "",
        "transfer-encoding": CHUNKED if fault.delivery == CHUNKED else "",
        "content-length": "" if fault.delivery == CHUNKED else str(len(transfer_encode(body, fault))),
        "connection": "close",
    }
    return tuple((_name(name, fault.spelling), value) for name, value in named.items() if value)


def transfer_encode(body: bytes, fault: Fault) -> bytes:
    """``body`` as it stands on the line: chunked, compressed, or as it is."""
    if fault.delivery == GZIP:
        return gzip.compress(body, mtime=0)
    if fault.delivery == CHUNKED:
        pieces = [body[start : start + _CHUNK] for start in range(0, len(body), _CHUNK)]
        return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (*pieces, b""))
    return body


def http_answer(status: int, sent: Headers, content: bytes) -> bytes:
    """A whole answer as HTTP/1.1 writes it; ``content`` is what :func:`transfer_encode` makes of its body."""
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{name}: {value}" for name, value in sent), "", ""]
    return "\r\n".join(lines).encode("latin-1") + content


def _name(name: str, spelling: str) -> str:
    if spelling == UPPER_CASE:
        return name.upper()
    return "-".join(part.capitalize() for part in name.split("-")) if spelling == MIXED_CASE else name


def _respelled(signature: str, spelling: str) -> str:
    parts = signature.split(",")
    if spelling == REORDERED:
        parts.reverse()
    return (", " if spelling == BLANKS else ",").join(parts)
