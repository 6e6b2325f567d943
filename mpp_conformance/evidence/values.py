"""Frozen values as plain ones, and back: what a document may hold at each place, by the types of what is made of it."""

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, NoReturn, TypeVar, get_args, get_origin, get_type_hints

from mpp_conformance.common import canonical
from mpp_conformance.evidence.hidden_values import Commitment, Hidden, HiddenBytes, body_document
from mpp_conformance.scenarios.scenario import Offset

_DIGEST: Final = re.compile("[0-9a-f]{64}")
Kept = TypeVar("Kept")
MAX_OFFSET: Final = 10_000
"""No conversation has so many payments."""
Reader = Callable[[object, str], Any]
"""Makes a value of what stands in a document at a place; EvidenceError where that is something else."""


class EvidenceError(ValueError):
    """A conversation that cannot be written down, or a document that is no evidence; says where and why."""


def plain(value: object) -> object:
    """A frozen value as lists, objects, and what stands in them."""
    if isinstance(value, Hidden):
        return [part if isinstance(part, str) else plain(part) for part in value.parts]
    if isinstance(value, bytes):
        return body_document(value)
    if isinstance(value, tuple):
        return [plain(inner) for inner in value]
    names = _field_names(type(value))
    return value if names is None else {name: plain(getattr(value, name)) for name in names}


def map_texts(value: Kept, change: Callable[[Any], Any]) -> Kept:
    """A frozen value with each text and each body in it changed."""
    if isinstance(value, str | bytes):
        return change(value)  # type: ignore[no-any-return]  # of the same kind, as ``change`` keeps it
    if isinstance(value, tuple):
        return tuple(map_texts(inner, change) for inner in value)  # type: ignore[return-value]  # likewise
    names = _field_names(type(value))
    if names is None:
        return value
    return replace(value, **{name: map_texts(getattr(value, name), change) for name in names})  # type: ignore[type-var]


def _fields_of(kind: Any) -> tuple[str, ...] | None:  # noqa: ANN401  # any type at all
    return tuple(field.name for field in fields(kind) if field.init) if is_dataclass(kind) else None


_field_names: Final[Callable[[Any], tuple[str, ...] | None]] = cache(_fields_of)


def _reader_of(kind: Any) -> Reader:  # noqa: ANN401  # a type annotation, as typing gives it
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    if get_origin(kind) is tuple:
        inner = get_args(kind)
        return _many_reader(reader_of(inner[0])) if inner[-1] is Ellipsis else _row_reader(inner)
    if isinstance(kind, UnionType):
        (present,) = (inner for inner in get_args(kind) if inner is not NoneType)
        return _optional_reader(reader_of(present))
    return _value_reader(kind)


reader_of: Final[Callable[[Any], Reader]] = cache(_reader_of)
"""What reads values of a type: text, whole numbers, true and false, tuples and frozen dataclasses of these."""


def _value_reader(kind: type) -> Reader:
    hints = get_type_hints(kind)
    readers = {name: reader_of(hints[name]) for name in _field_names(kind) or ()}
    names = tuple(readers)

    def read_value(found: object, where: str) -> Any:  # noqa: ANN401  # a value of ``kind``
        values = members(found, names, where)
        return kind(**{name: reader(values[name], f"{where}.{name}") for name, reader in readers.items()})

    return read_value


def _many_reader(reader: Reader) -> Reader:
    def read_many(found: object, where: str) -> tuple[Any, ...]:
        if not isinstance(found, list):
            refuse(where, "a list", found)
        return tuple(reader(inner, f"{where}[{place}]") for place, inner in enumerate(found))

    return read_many


def _row_reader(kinds: tuple[Any, ...]) -> Reader:
    readers = [reader_of(kind) for kind in kinds]
    texts = all(kind is str for kind in kinds)

    def read_row(found: object, where: str) -> tuple[Any, ...]:
        if not isinstance(found, list) or len(found) != len(readers):
            refuse(where, f"a list of {len(readers)}", found)
        if texts and set(map(type, found)) == {str}:  # most of them: the headers of every message
            return tuple(found)
        return tuple(reader(inner, where) for reader, inner in zip(readers, found, strict=True))

    return read_row


def _optional_reader(reader: Reader) -> Reader:
    def read_optional(found: object, where: str) -> Any:  # noqa: ANN401  # whatever ``reader`` makes
        return None if found is None else reader(found, where)

    return read_optional


def as_text(found: object, where: str) -> str:
    """Text, parts of which may be hidden."""
    if type(found) is str:
        return found
    if isinstance(found, list):
        parts = [part if isinstance(part, str) else _commitment(part, where) for part in found]
        if any(isinstance(part, Commitment) for part in parts):
            return Hidden(*parts)
    return as_clear_text(found, where)


def as_clear_text(found: object, where: str) -> str:
    """Text of which nothing is hidden."""
    if not isinstance(found, str):
        refuse(where, "text", found)
    return found


def as_truth(found: object, where: str) -> bool:
    """True or false."""
    if not isinstance(found, bool):
        refuse(where, "true or false", found)
    return found


def as_whole(found: object, where: str) -> int:
    """A whole number that is not negative."""
    if type(found) is not int or found < 0:
        refuse(where, "a whole number, not negative", found)
    return found


def as_offset(found: object, where: str) -> int:
    """A whole number, which may be negative."""
    if type(found) is not int or abs(found) > MAX_OFFSET:
        refuse(where, f"a whole number from -{MAX_OFFSET} to {MAX_OFFSET}", found)
    return found


_SIMPLE: Final[Mapping[Any, Reader]] = {str: as_text, bool: as_truth, int: as_whole, Offset: as_offset}


def list_member(values: Mapping[str, object], name: str, where: str) -> list[object]:
    """The member ``name``, which is a list."""
    found = values[name]
    if not isinstance(found, list):
        refuse(f"{where}.{name}" if where else name, "a list", found)
    return found


def one_of(allowed: tuple[str, ...], found: object, where: str) -> str:
    """One of the texts that are allowed."""
    told = as_clear_text(found, where)
    if told not in allowed:
        refuse(where, f"one of {', '.join(allowed)}", found)
    return told


def members(found: object, names: tuple[str, ...], where: str) -> dict[str, object]:
    """The members of an object that has exactly these."""
    if not isinstance(found, dict):
        refuse(where, "an object", found)
    missing = [name for name in names if name not in found]
    if missing:
        raise EvidenceError(f"{where}: {missing[0]} is missing")
    if len(found) > len(names):
        unknown = min(set(found) - set(names))
        raise EvidenceError(f"{where}: {ascii(unknown)[:60]} is not known")
    return found


def document_bytes(made: Mapping[str, object]) -> bytes:
    """A document's bytes; EvidenceError for what cannot be written."""
    try:
        return canonical.dump(made)
    except canonical.NotCanonicalError as problem:
        raise EvidenceError(str(problem)) from problem


def contents(data: bytes, form: str, names: tuple[str, ...], *, limit: int) -> dict[str, object]:
    """The members of a document of this format; EvidenceError for other bytes, and for more than ``limit``."""
    try:
        found = canonical.parse(data, limit=limit)
    except canonical.NotCanonicalError as problem:
        raise EvidenceError(str(problem)) from problem
    values = members(found, ("format", *names), "the document")
    if values["format"] != form:
        refuse("format", repr(form), values["format"])
    return values


def refuse(where: str, expected: str, found: object) -> NoReturn:
    """Say what was found in the place of what."""
    raise EvidenceError(f"{where}: expected {expected}, found {ascii(found)[:60]}")


def as_body(found: object, where: str) -> bytes:
    """The bytes of a body; there is one way to write each."""
    if isinstance(found, dict) and "digest" in found:
        values = members(found, ("digest", "name", "bytes"), where)
        commitment = _commitment({name: values[name] for name in ("digest", "name")}, where)
        return HiddenBytes(commitment, as_whole(values["bytes"], f"{where}.bytes"))
    body = _bytes(found, where)
    if body_document(body) != found:
        refuse(where, "text where the body is text, else Base64 in the one right way", found)
    return body


def _bytes(found: object, where: str) -> bytes:
    if isinstance(found, dict) and "text" in found:
        return as_clear_text(found["text"], f"{where}.text").encode("utf-8")
    written = as_clear_text(members(found, ("base64",), where)["base64"], f"{where}.base64")
    try:
        return base64.b64decode(written, validate=True)
    except ValueError:
        refuse(where, "Base64", written)


def _commitment(found: object, where: str) -> Commitment:
    values = members(found, ("digest", "name"), where)
    digest = as_clear_text(values["digest"], f"{where}.digest")
    if not _DIGEST.fullmatch(digest):
        refuse(f"{where}.digest", "64 hexadecimal digits", digest)
    return Commitment(digest, as_clear_text(values["name"], f"{where}.name"))
