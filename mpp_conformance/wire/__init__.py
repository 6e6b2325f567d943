"""The wire: message <-> JSON as ``openapi/`` says, and whose message was malformed.

Rules of this floor: pure, no sockets. Whatever arrives is hostile until it was read here: it comes out as a sound
message, or as `Malformed` with the place, what was expected and what was seen. What the suite itself says is held to
the same documents, and a breach of ours is an exception, never a message.

`OPERATIONS` is the one place that knows which message crosses where; `openapi/` the one that knows how it looks.
"""

from mpp_conformance.wire.bodies import GATEWAY_URL
from mpp_conformance.wire.encoding import OurMessageIsInvalid, decode, encode, read, round_trip
from mpp_conformance.wire.fault_application import faulty_body
from mpp_conformance.wire.hops import CHANGED, describe_change, intended_path, other_target
from mpp_conformance.wire.operations import ANSWER, OPERATIONS, REQUEST, Operation
from mpp_conformance.wire.orders import PARTIES, notify_url, reference_of
from mpp_conformance.wire.parsing import MAX_BODY, MAX_DEPTH, UnreadableBodyError, parse_object, printable
from mpp_conformance.wire.replies import (
    ANSWERS,
    ELSEWHERE,
    Answer,
    Call,
    Headers,
    Received,
    believable_answer,
    headers,
    http_answer,
    receive,
    transfer_encode,
)
from mpp_conformance.wire.schemas import document, problems, problems_of, schema, schema_of
from mpp_conformance.wire.verification import POST, Notes, read_call, verify_answer, verify_call, verify_signature

__all__ = [
    "ANSWER",
    "ANSWERS",
    "CHANGED",
    "ELSEWHERE",
    "GATEWAY_URL",
    "MAX_BODY",
    "MAX_DEPTH",
    "OPERATIONS",
    "PARTIES",
    "POST",
    "REQUEST",
    "Answer",
    "Call",
    "Headers",
    "Notes",
    "Operation",
    "OurMessageIsInvalid",
    "Received",
    "UnreadableBodyError",
    "believable_answer",
    "decode",
    "describe_change",
    "document",
    "encode",
    "faulty_body",
    "headers",
    "http_answer",
    "intended_path",
    "notify_url",
    "other_target",
    "parse_object",
    "printable",
    "problems",
    "problems_of",
    "read",
    "read_call",
    "receive",
    "reference_of",
    "round_trip",
    "schema",
    "schema_of",
    "transfer_encode",
    "verify_answer",
    "verify_call",
    "verify_signature",
]
