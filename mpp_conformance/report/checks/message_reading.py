"""The messages of a conversation, read once more from the bytes that carried them, and their signatures verified anew.

Whoever changes a message in evidence must change its bytes too; and bytes that an MPP server has signed cannot be
changed, or made up, without its key.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from mpp_conformance import wire
from mpp_conformance.evidence.hidden_values import Hidden, HiddenBytes
from mpp_conformance.evidence.redaction import PROTECTED
from mpp_conformance.judging.trace import BROKEN, Event, Half, Trace
from mpp_conformance.peers.record import MAX_HTTP
from mpp_conformance.protocol import signature
from mpp_conformance.protocol.faults import FAULTS
from mpp_conformance.protocol.messages import (
    BY_NAME,
    GATEWAY,
    USER,
    FaultApplied,
    Malformed,
    Message,
    RedirectFollowed,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.protocol.messages.alipay_plus import BLANKS, NEW_CONNECTION, TITLE_CASE, UPPER_CASE

_HAPPENED: Final[tuple[type[Message], ...]] = (FaultApplied, RedirectFollowed)
"""What was done, rather than said."""
_ROOM: Final = 2 * wire.MAX_BODY
"""Bytes of HTTP for which there may have been no room any more where less than all was kept."""
_LONGEST: Final = 100


@dataclass(frozen=True, slots=True)
class MessageLayer:
    """Who signs the messages of a run: their names, and their public keys."""

    client_id: str
    mpp_key: RSAPublicKey
    alipay_plus_key: RSAPublicKey

    @classmethod
    def of(cls, row: Mapping[str, str]) -> "MessageLayer":
        """As a verdict file names them; ValueError or KeyError where it does not."""
        return cls(
            client_id=row["client_id"],
            mpp_key=signature.load_public_key(row["mpp_public_key"]),
            alipay_plus_key=signature.load_public_key(row["alipay_plus_public_key"]),
        )


@dataclass(slots=True)
class Readings:
    """What reading came to. ``differences``: each in a sentence that begins with its place.

    ``read`` counts messages that were read from their bytes, ``hidden`` those whose bytes are kept back; ``signed``
    counts the signatures of the MPP server by what verifying them came to.
    """

    read: int = 0
    hidden: int = 0
    signed: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    @property
    def notes(self) -> list[str]:
        """What could not be read, in a sentence, if there is anything."""
        if not self.hidden:
            return []
        why = "nothing that was found discloses them: their bytes were not read, and their signatures not verified"
        return [f"{self.hidden} messages are hidden, and {why}"]


def compare(trace: Trace, layer: MessageLayer | None, where: str, found: Readings) -> None:
    """Read each message of a conversation from its bytes; ``where`` names the conversation's evidence."""
    for event in trace.events:
        place = f"{where}, message {event.number} ({event.message.name})"
        told = _of_wire(trace, event, layer, found) if layer is not None else _of_no_wire(event)
        found.differences += [f"{place}: {sentence}" for sentence in told]


def _of_no_wire(event: Event) -> Iterator[str]:
    if event.http:
        yield "bytes are kept of it, and the run is said to have been held without a wire"


def _of_wire(trace: Trace, event: Event, layer: MessageLayer, found: Readings) -> Iterator[str]:
    kind = _kind(event.message)
    if isinstance(event.message, FaultApplied):
        yield from _unbroken(event, event.message)
    if kind is None or kind in _HAPPENED:
        return
    half = next((half for half in event.http if (half.status is not None) is kind.is_reply), None)
    if half is None:
        if not _was_cut_off(trace) and not _explained(trace, event, kind):
            yield "no bytes are kept of it"
    elif isinstance(half.body, HiddenBytes) or isinstance(half.target, Hidden):
        found.hidden += 1
    else:
        found.read += 1
        yield from _of_bytes(event, kind, half, layer, found)


def _unbroken(event: Event, applied: FaultApplied) -> Iterator[str]:
    """A body that the scenario gave to break the interface does so."""
    fault = FAULTS.get(applied.fault)
    if fault is None or not fault.given:
        return
    bodies = [half.body for half in event.http if half.status is not None and not isinstance(half.body, HiddenBytes)]
    if any(not isinstance(wire.decode(UserInitiatedPayAnswer, body), Malformed) for body in bodies):
        yield "its bytes keep the interface that they were to break"


def _of_bytes(event: Event, kind: type[Message], half: Half, layer: MessageLayer, found: Readings) -> Iterator[str]:
    if kind.point != GATEWAY:
        yield from _parting(event.message, wire.decode(kind, half.body))
    elif kind.by_suite:
        yield from _own(event.message, kind, half, layer.alipay_plus_key)
    else:
        said, notes = _signed(kind, half, layer)
        found.signed[str(getattr(said, "signature", ""))] += 1
        if notes != event.notes:
            yield "what is noted of its signature is not what verifying it comes to"
        yield from _parting(event.message, said, signed=True)


def _signed(kind: type[Message], half: Half, layer: MessageLayer) -> tuple[Message, wire.Notes]:
    """What an MPP server said, and what is noted of its signature."""
    if not kind.is_reply:
        return wire.verify_call(kind, half, layer.mpp_key, layer.client_id)
    _, notes = wire.verify_signature(half, layer.mpp_key, layer.client_id)
    return wire.verify_answer(kind, half, layer.mpp_key, layer.client_id), notes


def _own(message: Message, kind: type[Message], half: Half, key: RSAPublicKey) -> Iterator[str]:
    """What the suite says: it was signed with its own key, as well or as badly as the message says."""
    yield from _parting(message, wire.decode(kind, half.body))
    body = getattr(message, "body", None)
    if body is not None and _with_no_address(half.body) != body:
        yield "its bytes are not the body that the scenario gave"
    named = "request-time" if half.status is None else "response-time"
    sent, time = half.header("client-id") or "", half.header(named) or ""
    signed = signature.content(half.method, half.target, sent, time, half.body)
    outcome = signature.verify(key, half.header("signature"), signed).outcome
    wanted = getattr(message, "signature", "valid")
    if outcome != wanted:
        yield f"the signature of Alipay+ is {outcome}, and should be {wanted}"
    carriage = set(getattr(message, "carriage", "").split()) - {NEW_CONNECTION}  # of which the bytes tell nothing
    if carriage != _carriage(half):
        yield f"it was carried with {sorted(_carriage(half))}, and should be with {sorted(carriage)}"


def _carriage(half: Half) -> set[str]:
    """How the headers of a call of Alipay+'s are written, where that is uncommon."""
    name = next((known for known, _ in half.headers if known.lower() == "signature"), "signature")
    spelled = {name.title(): TITLE_CASE, name.upper(): UPPER_CASE}.get(name)
    blanks = ", " in (half.header(name) or "")
    return ({BLANKS} if blanks else set()) | ({spelled} if spelled is not None else set())


def _with_no_address(body: bytes) -> str:
    """A body of Alipay+'s with the address for notifyPayment that scenarios write."""
    try:
        address = wire.parse_object(body).get("paymentNotifyUrl")
    except wire.UnreadableBodyError:
        return ""
    nowhere = json.dumps(wire.notify_url(wire.GATEWAY_URL))
    return body.decode("utf-8").replace(json.dumps(address), nowhere) if address else body.decode("utf-8")


def _parting(stored: Message, read: Message, *, signed: bool = False) -> Iterator[str]:
    """In which fields a message differs from what its bytes say."""
    if type(stored) is not type(read):
        yield f"its bytes say {read.name}"
        return
    for part in fields(stored):
        kept, told = getattr(stored, part.name), getattr(read, part.name)
        if part.name in {"body", "carriage"} or (part.name == "signature" and not signed):
            continue
        if isinstance(kept, Hidden):
            # What is wrong with a message can be hidden in part where its bytes are not.
            if part.name != "problem":
                yield f"{part.name} is hidden, and what was found opens it not, although it opens its bytes"
        elif kept != told:
            values = "another value" if part.name in PROTECTED else f"{_shown(told)}, not {_shown(kept)}"
            yield f"its bytes say {part.name} {values}"


def _shown(value: object) -> str:
    text = ascii(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _kind(message: Message) -> type[Message] | None:
    """What a message was sent as; ``None`` for what is no message of ``openapi/``."""
    kind = BY_NAME.get(message.operation) if isinstance(message, Malformed) else type(message)
    return kind if kind in wire.OPERATIONS or kind in _HAPPENED else None


def _was_cut_off(trace: Trace) -> bool:
    """Whether so much was said that what came later found no room: it takes that much to say so."""
    kept = sum(_size(half) for event in trace.events for half in event.http)
    return trace.ending == BROKEN and kept > MAX_HTTP - _ROOM


def _size(half: Half) -> int:
    return half.size + (half.body.size if isinstance(half.body, HiddenBytes) else 0)


def _explained(trace: Trace, event: Event, kind: type[Message]) -> bool:
    """Whether a message may stand there without bytes of its own."""
    if kind is UserInitiatedPayAnswer:
        return _believed(trace, event)
    if kind.point == USER and not kind.by_suite and trace.by_hand:
        return True  # a person's word
    # A call of ours may have found nobody; where no answer came, that is what is recorded.
    own_call = kind.by_suite and not kind.is_reply
    return own_call or (kind.is_reply and isinstance(event.message, Malformed))


def _believed(trace: Trace, event: Event) -> bool:
    """Whether this is what an MPP can believe of the answer with a defect that was sent just before."""
    before = trace.events[event.number - 2] if event.number > 1 else None
    if before is None or not isinstance(before.message, FaultApplied) or before.payment != event.payment:
        return False
    fault = FAULTS.get(before.message.fault)
    bodies = [half.body for half in before.http if not isinstance(half.body, HiddenBytes)]
    if fault is None or not bodies:
        return False
    told = wire.believable_answer(UserInitiatedPay, wire.receive(bodies[0], fault))
    return told is not None and not list(_parting(event.message, told))
