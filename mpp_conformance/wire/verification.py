"""What an MPP's server said at the gateway, from the bytes of the HTTP that carried it, and whether it signed them.

The same is asked when a message comes, and of the bytes that evidence keeps.
"""

from dataclasses import replace
from http import HTTPStatus
from typing import Final, TypeVar

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from mpp_conformance.judging.trace import Half
from mpp_conformance.protocol import signature
from mpp_conformance.protocol.messages import Malformed, Message
from mpp_conformance.wire.encoding import decode, malformed, read
from mpp_conformance.wire.parsing import printable

Notes = tuple[tuple[str, str], ...]
"""What is worth keeping beside a message: name and value."""
Kind = TypeVar("Kind", bound=Message)
POST: Final = "POST"
"""The method of every call, by the API documentation."""
_NOTE_LENGTH: Final = 100
_DETAIL_LENGTH: Final = 500


def verify_signature(half: Half, key: RSAPublicKey, client_id: str) -> tuple[str, Notes]:
    """What verification of the signature of a request, or of an answer, came to; and what is worth keeping of it.

    An answer need not say whose it is: who asked knows.
    """
    named = "request-time" if half.status is None else "response-time"
    sent, time = half.header("client-id"), half.header(named)
    whose = client_id if sent is None and half.status is not None else sent
    signed = signature.content(half.method, half.target, whose or "", time or "", half.body)
    found = signature.verify(key, half.header("signature"), signed)
    outcome, detail = found.outcome, found.detail
    if outcome not in {"missing", "unreadable"}:
        if whose is None or not time:
            name = "-".join(part.capitalize() for part in ("client-id" if whose is None else named).split("-"))
            outcome, detail = "invalid", f"there is no {name} header, and it is a part of what is signed"
        elif whose != client_id:
            outcome = "foreign" if outcome == "valid" else outcome
            detail = f"Client-Id is {printable(whose, _NOTE_LENGTH)}, and expected is {client_id}"
    notes = [("signature", outcome), ("encoding", found.encoding), ("client-id", sent), (named, time)]
    kept = [(name, printable(value, _NOTE_LENGTH)) for name, value in notes if value]
    return outcome, (*kept, *([("signature-detail", printable(detail, _DETAIL_LENGTH))] if detail else []))


def verify_call(kind: type[Kind], half: Half, key: RSAPublicKey, client_id: str) -> tuple[Kind | Malformed, Notes]:
    """A call of the MPP server's, with what its signature came to."""
    outcome, notes = verify_signature(half, key, client_id)
    return _signed(read_call(kind, half), outcome), notes


def read_call(kind: type[Kind], half: Half) -> Kind | Malformed:
    """A call of the MPP server's; one that is not made by POST is none, whatever its body says."""
    message, body = read(kind, half.body)
    return message if half.method == POST else malformed(kind, f"expected the method POST, seen {half.method}", body)


def verify_answer(kind: type[Kind], half: Half, key: RSAPublicKey, client_id: str) -> Kind | Malformed:
    """An answer of the MPP server's likewise; no document says that its HTTP status must be 200, if it can be read."""
    message = decode(kind, half.body)
    if isinstance(message, Malformed) and half.status != HTTPStatus.OK:
        problem = f"expected an answer with HTTP status 200, seen {half.status}; {message.problem}"
        message = replace(message, problem=problem)
    outcome, _ = verify_signature(half, key, client_id)
    carried = replace(message, http_status=str(half.status), media_type=_media_type(half))  # type: ignore[arg-type]
    return _signed(carried, outcome)


def _media_type(half: Half) -> str:
    """What Content-Type calls the body, without parameters."""
    named = (half.header("content-type") or "").partition(";")[0]
    return printable(named.strip().lower(), _NOTE_LENGTH)


def _signed(message: Kind | Malformed, outcome: str) -> Kind | Malformed:
    return replace(message, signature=outcome)  # type: ignore[arg-type]  # what an MPP server says has that field
