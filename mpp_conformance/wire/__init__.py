"""The wire: message <-> JSON as ``openapi/`` says, and whose message was malformed.

Rules of this floor: pure, no sockets. Whatever arrives is hostile until it was read here: it comes out as a sound
message, or as `Malformed` with the place, what was expected and what was seen. What the suite itself says is held to
the same documents, and a breach of ours is an exception, never a message.

`OPERATIONS` is the one place that knows which message crosses where; `openapi/` the one that knows how it looks.
"""

from mpp_conformance.wire.bodies import GATEWAY_URL
from mpp_conformance.wire.encoding import OurMessageIsInvalid, carried, decode, encode, read
from mpp_conformance.wire.fault_application import spoilt
from mpp_conformance.wire.hops import CHANGED, changed, displaced, other_target
from mpp_conformance.wire.operations import ANSWER, OPERATIONS, REQUEST, Operation
from mpp_conformance.wire.orders import PARTIES, notify_url, reference_of
from mpp_conformance.wire.parsing import MAX_BODY, MAX_DEPTH, UnreadableBodyError, parsed, printable
from mpp_conformance.wire.replies import (
    ANSWERS,
    ELSEWHERE,
    Answer,
    Call,
    Headers,
    Received,
    arrived,
    believed,
    headers,
    http_answer,
    packed,
)
from mpp_conformance.wire.schemas import document, problems, problems_of, schema, schema_of
from mpp_conformance.wire.verification import Notes, answered, called, verified

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
    "REQUEST",
    "Answer",
    "Call",
    "Headers",
    "Notes",
    "Operation",
    "OurMessageIsInvalid",
    "Received",
    "UnreadableBodyError",
    "answered",
    "arrived",
    "believed",
    "called",
    "carried",
    "changed",
    "decode",
    "displaced",
    "document",
    "encode",
    "headers",
    "http_answer",
    "notify_url",
    "other_target",
    "packed",
    "parsed",
    "printable",
    "problems",
    "problems_of",
    "read",
    "reference_of",
    "schema",
    "schema_of",
    "spoilt",
    "verified",
]
