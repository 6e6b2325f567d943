"""One conversation as a document: what an auditor needs to judge it again, without the wallet and without us.

A document holds a whole trace: scenario, code values, every message in its place, and what HTTP carried of it. Times
are whole microseconds.
Equal documents are equal bytes (see ``canonical``), so the SHA-256 of the file is the digest of the evidence.
Reading takes every file for hostile: bounded in size, every field there and of its type, nothing beside them.
"""

from collections.abc import Mapping
from typing import Final

from mpp_conformance.common.canonical import digest
from mpp_conformance.evidence.values import (
    EvidenceError,
    as_body,
    as_text,
    as_truth,
    as_whole,
    contents,
    document_bytes,
    list_member,
    members,
    one_of,
    plain,
    reader_of,
    refuse,
)
from mpp_conformance.judging.trace import BROKEN, ENDED, WAITED, Event, Half, Trace
from mpp_conformance.protocol.messages import BY_NAME, Malformed, Message
from mpp_conformance.scenarios.observation import SUITE, Observed
from mpp_conformance.scenarios.scenario import ENTRY, FOREIGN, ORDER, Codes, Scenario

__all__ = [
    "EvidenceError",
    "digest",
    "document",
    "encode",
    "half_document",
    "message_document",
    "read",
    "read_half",
    "read_message",
]

FORMAT: Final = "mpp-conformance evidence 4"
MAX_BYTES: Final = 64 * 1024 * 1024
"""More than any conversation that is worth keeping: larger evidence is neither written nor read."""
_MICROSECONDS: Final = 1_000_000
SENT: Final = "sent"
RECEIVED: Final = "received"
"""The direction of a message, as the suite sees it."""
_ENDINGS: Final = (ENDED, WAITED, BROKEN)
_CODES: Final = (ENTRY, ORDER, FOREIGN)
_NAMED_TEXTS: Final = reader_of(tuple[tuple[str, str], ...])
_STATUS: Final = reader_of(int | None)


def document(trace: Trace) -> dict[str, object]:
    """A trace as a canonical document."""
    return {
        "format": FORMAT,
        "scenario": plain(trace.scenario),
        "codes": plain(trace.codes),
        "events": [_event_document(event, trace.observes) for event in trace.events],
        "ending": trace.ending,
        "trouble": plain(trace.trouble),
        "app_link": trace.app_link,
        "observes": plain(trace.observes),
        "late": trace.late,
        "began": trace.began,
    }


def encode(made: Mapping[str, object]) -> bytes:
    """The document's bytes; EvidenceError if it holds what cannot be written, or is too large."""
    data = document_bytes(made)
    if len(data) > MAX_BYTES:
        raise EvidenceError(f"a conversation of {len(data)} bytes is too large to be kept ({MAX_BYTES} at most)")
    return data


def read(data: bytes) -> Trace:
    """The trace that a file holds; EvidenceError, in words, for anything else."""
    names = ("scenario", "codes", "events", "ending", "trouble", "app_link", "observes", "late", "began")
    values = contents(data, FORMAT, names, limit=MAX_BYTES)
    events = list_member(values, "events", "")
    observes = reader_of(Observed)(values["observes"], "observes")
    trace = Trace(
        scenario=reader_of(Scenario)(values["scenario"], "scenario"),
        codes=reader_of(tuple[Codes, ...])(values["codes"], "codes"),
        events=tuple(_read_event(event, observes, f"events[{place}]") for place, event in enumerate(events)),
        ending=one_of(_ENDINGS, values["ending"], "ending"),
        trouble=as_text(values["trouble"], "trouble"),
        app_link=as_truth(values["app_link"], "app_link"),
        observes=observes,
        late=as_whole(values["late"], "late"),
        began=as_text(values["began"], "began"),
    )
    _check_whole(trace)
    return trace


def message_document(message: Message) -> dict[str, object]:
    """A message by its type and its fields."""
    return {"type": message.name, "fields": plain(message)}


def read_message(found: object, where: str = "the message") -> Message:
    """The message that a document holds; EvidenceError for anything else."""
    values = members(found, ("type", "fields"), where)
    return _read_fields(values, where)


def _event_document(event: Event, observes: Observed) -> dict[str, object]:
    return {
        "number": event.number,
        "payment": event.payment,
        "at": round(event.at * _MICROSECONDS),
        "direction": _direction(event.message),
        "point": event.message.point,
        "by": _reporter(event.message, observes),
        "notes": plain(event.notes),
        **message_document(event.message),
        "http": [half_document(half) for half in event.http],
    }


def _direction(message: Message) -> str:
    return SENT if message.by_suite else RECEIVED


def _reporter(message: Message, observes: Observed) -> str:
    """Who says that a message crossed."""
    return SUITE if message.by_suite else observes.at(_point(message)).by


def _point(message: Message) -> str:
    return message.where if isinstance(message, Malformed) else message.point


def half_document(half: Half) -> dict[str, object]:
    """One half of an HTTP exchange."""
    return {
        "method": half.method,
        "target": plain(half.target),
        "status": half.status,
        "headers": plain(half.headers),
        "body": plain(half.body),
    }


def _read_event(found: object, observes: Observed, where: str) -> Event:
    names = ("number", "payment", "at", "direction", "point", "by", "notes", "type", "fields", "http")
    values = members(found, names, where)
    message = _read_fields(values, where)
    halves = list_member(values, "http", where)
    one_of((_direction(message),), values["direction"], f"{where}.direction")
    one_of((message.point,), values["point"], f"{where}.point")
    one_of((_reporter(message, observes),), values["by"], f"{where}.by")
    return Event(
        number=as_whole(values["number"], f"{where}.number"),
        payment=as_whole(values["payment"], f"{where}.payment"),
        message=message,
        at=as_whole(values["at"], f"{where}.at") / _MICROSECONDS,
        notes=_NAMED_TEXTS(values["notes"], f"{where}.notes"),
        http=tuple(read_half(half, f"{where}.http[{place}]") for place, half in enumerate(halves)),
    )


def read_half(found: object, where: str) -> Half:
    """The half that a document holds; EvidenceError for anything else."""
    values = members(found, ("method", "target", "status", "headers", "body"), where)
    return Half(
        method=as_text(values["method"], f"{where}.method"),
        target=as_text(values["target"], f"{where}.target"),
        status=_STATUS(values["status"], f"{where}.status"),
        headers=_NAMED_TEXTS(values["headers"], f"{where}.headers"),
        body=as_body(values["body"], f"{where}.body"),
    )


def _read_fields(values: Mapping[str, object], where: str) -> Message:
    kind = BY_NAME.get(as_text(values["type"], f"{where}.type"))
    if kind is None:
        refuse(f"{where}.type", "a type of message", values["type"])
    made: Message = reader_of(kind)(values["fields"], f"{where}.fields")
    return made


def _check_whole(trace: Trace) -> None:
    """What types cannot say: the parts of a trace fit each other."""
    count = len(trace.scenario.payments)
    if count == 0 or len(trace.codes) != count:
        refuse("codes", f"as many as there are payments ({count}), at least one", len(trace.codes))
    for payment in trace.scenario.payments:
        one_of(_CODES, payment.code, "scenario.payments[].code")
    if trace.late > len(trace.events):
        refuse("late", f"no more than there are events ({len(trace.events)})", trace.late)
    for place, event in enumerate(trace.events):
        if event.number != place + 1:
            refuse(f"events[{place}].number", str(place + 1), event.number)
        if event.payment >= count:
            refuse(f"events[{place}].payment", f"less than {count}", event.payment)
