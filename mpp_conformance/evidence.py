"""One conversation as a document: what an auditor needs to judge it again, without the wallet and without us.

A document holds a whole trace: scenario, code values, every message in its place. Times are whole microseconds.
Equal documents are equal bytes (see ``canonical``), so the SHA-256 of the file is the digest of the evidence.
Reading takes every file for hostile: bounded in size, every field there and of its type, nothing beside them.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, NoReturn, get_args, get_origin, get_type_hints

from mpp_conformance import canonical
from mpp_conformance.canonical import digest
from mpp_conformance.messages import BY_NAME, Message
from mpp_conformance.scenario import ENTRY, FOREIGN, ORDER, Codes, Scenario
from mpp_conformance.trace import BROKEN, ENDED, WAITED, Event, Trace

__all__ = ["EvidenceError", "digest", "document", "encode", "message_document", "read", "read_message"]

FORMAT: Final = "mpp-conformance evidence 1"
MAX_BYTES: Final = 64 * 1024 * 1024
"""More than any conversation that is worth keeping: larger evidence is neither written nor read."""
_MICROSECONDS: Final = 1_000_000
_ENDINGS: Final = (ENDED, WAITED, BROKEN)
_CODES: Final = (ENTRY, ORDER, FOREIGN)

Reader = Callable[[object, str], Any]
"""Makes a value of what stands in a document at a place; EvidenceError where that is something else."""


class EvidenceError(ValueError):
    """A conversation that cannot be written down, or a document that is no evidence; says where and why."""


def document(trace: Trace) -> dict[str, object]:
    """A trace as a canonical document."""
    return {
        "format": FORMAT,
        "scenario": _plain(trace.scenario),
        "codes": _plain(trace.codes),
        "events": [_event_document(event) for event in trace.events],
        "ending": trace.ending,
        "trouble": trace.trouble,
        "app_link": trace.app_link,
    }


def encode(made: Mapping[str, object]) -> bytes:
    """The document's bytes; EvidenceError if it holds what cannot be written, or is too large."""
    try:
        data = canonical.dump(made)
    except canonical.NotCanonicalError as problem:
        raise EvidenceError(str(problem)) from problem
    if len(data) > MAX_BYTES:
        raise EvidenceError(f"a conversation of {len(data)} bytes is too large to be kept ({MAX_BYTES} at most)")
    return data


def read(data: bytes) -> Trace:
    """The trace that a file holds; EvidenceError, in words, for anything else."""
    try:
        found = canonical.parse(data, limit=MAX_BYTES)
    except canonical.NotCanonicalError as problem:
        raise EvidenceError(str(problem)) from problem
    names = ("format", "scenario", "codes", "events", "ending", "trouble", "app_link")
    values = _members(found, names, "the document")
    if values["format"] != FORMAT:
        _refuse("format", repr(FORMAT), values["format"])
    trace = Trace(
        scenario=_reader(Scenario)(values["scenario"], "scenario"),
        codes=_reader(tuple[Codes, ...])(values["codes"], "codes"),
        events=tuple(_read_event(event, f"events[{place}]") for place, event in enumerate(_list(values, "events"))),
        ending=_one_of(_ENDINGS, values["ending"], "ending"),
        trouble=_text(values["trouble"], "trouble"),
        app_link=_truth(values["app_link"], "app_link"),
    )
    _check_whole(trace)
    return trace


def message_document(message: Message) -> dict[str, object]:
    """A message by its type and its fields."""
    return {"type": message.name, "fields": _plain(message)}


def read_message(found: object, where: str = "the message") -> Message:
    """The message that a document holds; EvidenceError for anything else."""
    values = _members(found, ("type", "fields"), where)
    return _read_fields(values, where)


def _event_document(event: Event) -> dict[str, object]:
    return {
        "number": event.number,
        "payment": event.payment,
        "at": round(event.at * _MICROSECONDS),
        "notes": _plain(event.notes),
        **message_document(event.message),
    }


def _read_event(found: object, where: str) -> Event:
    values = _members(found, ("number", "payment", "at", "notes", "type", "fields"), where)
    return Event(
        number=_whole(values["number"], f"{where}.number"),
        payment=_whole(values["payment"], f"{where}.payment"),
        message=_read_fields(values, where),
        at=_whole(values["at"], f"{where}.at") / _MICROSECONDS,
        notes=_reader(tuple[tuple[str, str], ...])(values["notes"], f"{where}.notes"),
    )


def _read_fields(values: Mapping[str, object], where: str) -> Message:
    kind = BY_NAME.get(_text(values["type"], f"{where}.type"))
    if kind is None:
        _refuse(f"{where}.type", "a type of message", values["type"])
    made: Message = _reader(kind)(values["fields"], f"{where}.fields")
    return made


def _check_whole(trace: Trace) -> None:
    """What types cannot say: the parts of a trace fit each other."""
    count = len(trace.scenario.payments)
    if count == 0 or len(trace.codes) != count:
        _refuse("codes", f"as many as there are payments ({count}), at least one", len(trace.codes))
    for payment in trace.scenario.payments:
        _one_of(_CODES, payment.code, "scenario.payments[].code")
    for place, event in enumerate(trace.events):
        if event.number != place + 1:
            _refuse(f"events[{place}].number", str(place + 1), event.number)
        if event.payment >= count:
            _refuse(f"events[{place}].payment", f"less than {count}", event.payment)


# --- frozen values as plain ones, and back ------------------------------------------------------------------------


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(inner) for inner in value]
    names = _field_names(type(value))
    return value if names is None else {name: _plain(getattr(value, name)) for name in names}


def _fields_of(kind: Any) -> tuple[str, ...] | None:  # noqa: ANN401  # any type at all
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else None


_field_names: Final[Callable[[Any], tuple[str, ...] | None]] = cache(_fields_of)


def _reader_of(kind: Any) -> Reader:  # noqa: ANN401  # a type annotation, as typing gives it
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    if get_origin(kind) is tuple:
        inner = get_args(kind)
        return _many_reader(_reader(inner[0])) if inner[-1] is Ellipsis else _row_reader(inner)
    if isinstance(kind, UnionType):
        (present,) = (inner for inner in get_args(kind) if inner is not NoneType)
        return _optional_reader(_reader(present))
    return _value_reader(kind)


_reader: Final[Callable[[Any], Reader]] = cache(_reader_of)


def _value_reader(kind: type) -> Reader:
    hints = get_type_hints(kind)
    readers = {name: _reader(hints[name]) for name in _field_names(kind) or ()}
    names = tuple(readers)

    def read_value(found: object, where: str) -> Any:  # noqa: ANN401  # a value of ``kind``
        values = _members(found, names, where)
        return kind(**{name: reader(values[name], f"{where}.{name}") for name, reader in readers.items()})

    return read_value


def _many_reader(reader: Reader) -> Reader:
    def read_many(found: object, where: str) -> tuple[Any, ...]:
        if not isinstance(found, list):
            _refuse(where, "a list", found)
        return tuple(reader(inner, f"{where}[{place}]") for place, inner in enumerate(found))

    return read_many


def _row_reader(kinds: tuple[Any, ...]) -> Reader:
    readers = [_reader(kind) for kind in kinds]

    def read_row(found: object, where: str) -> tuple[Any, ...]:
        if not isinstance(found, list) or len(found) != len(readers):
            _refuse(where, f"a list of {len(readers)}", found)
        return tuple(reader(inner, where) for reader, inner in zip(readers, found, strict=True))

    return read_row


def _optional_reader(reader: Reader) -> Reader:
    def read_optional(found: object, where: str) -> Any:  # noqa: ANN401  # whatever ``reader`` makes
        return None if found is None else reader(found, where)

    return read_optional


def _text(found: object, where: str) -> str:
    if not isinstance(found, str):
        _refuse(where, "text", found)
    return found


def _truth(found: object, where: str) -> bool:
    if not isinstance(found, bool):
        _refuse(where, "true or false", found)
    return found


def _whole(found: object, where: str) -> int:
    if type(found) is not int or found < 0:
        _refuse(where, "a whole number, not negative", found)
    return found


_SIMPLE: Final[Mapping[Any, Reader]] = {str: _text, bool: _truth, int: _whole}


def _list(values: Mapping[str, object], name: str) -> list[object]:
    found = values[name]
    if not isinstance(found, list):
        _refuse(name, "a list", found)
    return found


def _one_of(allowed: tuple[str, ...], found: object, where: str) -> str:
    text = _text(found, where)
    if text not in allowed:
        _refuse(where, f"one of {', '.join(allowed)}", found)
    return text


def _members(found: object, names: tuple[str, ...], where: str) -> dict[str, object]:
    """The members of an object that has exactly these."""
    if not isinstance(found, dict):
        _refuse(where, "an object", found)
    missing = [name for name in names if name not in found]
    if missing:
        raise EvidenceError(f"{where}: {missing[0]} is missing")
    if len(found) > len(names):
        unknown = min(set(found) - set(names))
        raise EvidenceError(f"{where}: {ascii(unknown)[:60]} is not known")
    return found


def _refuse(where: str, expected: str, found: object) -> NoReturn:
    raise EvidenceError(f"{where}: expected {expected}, found {ascii(found)[:60]}")
