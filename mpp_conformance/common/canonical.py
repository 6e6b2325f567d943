"""One way to write a document down, so that equal documents are equal bytes and a digest names one for good.

The form is RFC 8785's for what is allowed here: text, whole numbers, true, false, null, arrays and objects with plain
ASCII keys. Reading is strict: what this module would not have written, it does not read.
"""

import hashlib
import json
from typing import Any, Final, NoReturn

LARGEST: Final = 2**53 - 1
"""The largest whole number that every JSON reader keeps exactly."""


class NotCanonicalError(ValueError):
    """A value that cannot be written, or bytes that cannot be read; says why in words."""


def dump(document: object) -> bytes:
    """The document's bytes: UTF-8, keys sorted, no blanks; NotCanonicalError for a value that is not allowed."""
    try:
        _check(document)
    except RecursionError as problem:
        raise NotCanonicalError(f"this cannot be written down: {problem}") from problem
    return _written(document)


def digest(data: bytes) -> str:
    """SHA-256 of a document's bytes (hex, 64 digits): what ``sha256sum`` says of the file."""
    return hashlib.sha256(data).hexdigest()


def parse(data: bytes, *, limit: int) -> object:
    """The document that ``data`` holds; NotCanonicalError for more than ``limit`` bytes or another form."""
    if len(data) > limit:
        raise NotCanonicalError(f"{len(data)} bytes are more than the {limit} that are read")
    try:
        document = json.loads(
            data.decode("utf-8"),
            parse_int=_whole,
            parse_float=_no_number,
            parse_constant=_no_number,
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError as problem:
        raise NotCanonicalError(f"not UTF-8 at byte {problem.start}") from problem
    except json.JSONDecodeError as problem:
        raise NotCanonicalError(f"not JSON at character {problem.pos}: {problem.msg}") from problem
    except NotCanonicalError:
        raise
    except (ValueError, RecursionError) as problem:
        raise NotCanonicalError("a number too long or a nesting too deep to read") from problem
    if _written(document) != data:
        raise NotCanonicalError("not in canonical form: keys in order, no blanks, nothing escaped without need")
    return document


def _written(document: object) -> bytes:
    """The bytes of a document that holds nothing but what is allowed."""
    try:
        return _ENCODER.encode(document).encode("utf-8")
    except (ValueError, RecursionError) as problem:
        raise NotCanonicalError(f"this cannot be written down: {problem}") from problem


def _check(value: object) -> None:
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return
    if kind is int:
        _check_exact(value)  # type: ignore[arg-type]  # an int, by its exact type
    elif isinstance(value, dict):
        for key, inner in value.items():
            _check_key(key)
            _check(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _check(inner)
    else:
        raise NotCanonicalError(f"a value of type {kind.__name__}")


def _check_exact(number: int) -> None:
    if abs(number) > LARGEST:
        raise NotCanonicalError("a whole number too large to be exact everywhere")


def _check_key(key: object) -> None:
    if type(key) is not str or not key.isascii():
        raise NotCanonicalError(f"an object's key that is not plain text: {ascii(key)[:40]}")


def _whole(text: str) -> int:
    number = int(text)
    _check_exact(number)
    return number


def _no_number(text: str) -> NoReturn:
    raise NotCanonicalError(f"{text[:20]} is not a whole number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise NotCanonicalError("an object with the same key twice")
    if not "".join(made).isascii():
        for key in made:
            _check_key(key)
    return made


_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
