"""Bytes from outside to a JSON object, whatever the bytes are: bounded size, depth and time, no surprises later.

Refused: what is not UTF-8, not JSON, not an object, nested too deeply, has two fields of one name in an object, has
NaN or an infinite number, or has half a surrogate pair, which could never be written out again.
"""

import json
import math
import re
from collections import Counter
from typing import Any, Final, NoReturn

MAX_BODY: Final = 1_048_576
"""Bytes. A payload of 64 KiB grows up to sixfold when JSON escapes it."""
MAX_DEPTH: Final = 32
"""Objects and arrays inside each other; the deepest message of ``openapi/`` has 5."""

_SHOWN: Final = 48
_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")
_ESCAPED: Final = re.compile(rb"\\.")
_TEXT: Final = re.compile(rb'"[^"]*"?')
_BRACKETS: Final = b"[]{}"
_NO_BRACKETS: Final = bytes(byte for byte in range(256) if byte not in _BRACKETS)


class UnreadableBodyError(Exception):
    """The bytes are no JSON object as messages need one; the text says why, printable and bounded."""


def printable(text: str, limit: int) -> str:
    """``text`` cut to ``limit`` characters, with escapes for what could forge a line or hide in a log."""
    cut = text if len(text) <= limit else f"{text[: limit - 3]}..."
    if cut.isprintable():
        return cut
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in cut)


def parse_object(body: bytes, *, limit: int = MAX_BODY, depth: int = MAX_DEPTH) -> dict[str, Any]:
    """The JSON object in ``body``, of at most ``limit`` bytes and ``depth`` levels; UnreadableBodyError otherwise."""
    if len(body) > limit:
        raise UnreadableBodyError(f"the body: expected at most {limit} bytes, seen more")
    if _depth_exceeds(body, depth):
        raise UnreadableBodyError(f"the body: expected at most {depth} levels of nesting, seen more")
    try:
        instance = _DECODER.decode(body.decode())
    except UnicodeDecodeError as error:
        raise UnreadableBodyError(f"the body: expected UTF-8, seen something else at byte {error.start}") from None
    except json.JSONDecodeError as error:
        seen = f"{error.msg.lower()} (line {error.lineno}, column {error.colno})"
        raise UnreadableBodyError(
            f"the body: expected JSON, seen: {seen}" if body.strip() else "the body: expected JSON, seen nothing"
        ) from None
    except ValueError:
        raise UnreadableBodyError("the body: expected JSON, seen a number with too many digits") from None
    if not isinstance(instance, dict):
        raise UnreadableBodyError("the body: expected a JSON object, seen another JSON value")
    if _SURROGATE.search(body) and not _encodes(instance):
        raise UnreadableBodyError("the body: expected Unicode text, seen half a surrogate pair")
    return instance


def _depth_exceeds(body: bytes, limit: int) -> bool:
    """Looked at before parsing: how deeply a parser can go without harm differs from one Python to the next."""
    if body.count(b"{") + body.count(b"[") <= limit:
        return False
    depth = 0
    for byte in _TEXT.sub(b"", _ESCAPED.sub(b"", body)).translate(None, _NO_BRACKETS):
        depth += 1 if byte in b"[{" else -1
        if depth > limit:
            return True
    return False


def _encodes(instance: dict[str, Any]) -> bool:
    try:
        json.dumps(instance, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        twice = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        raise UnreadableBodyError(f"the body: expected each name once, seen twice: {printable(twice, _SHOWN)}")
    return made


def _no_constant(name: str) -> NoReturn:
    raise UnreadableBodyError(f"the body: expected JSON, seen {name}")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise UnreadableBodyError("the body: expected numbers of usual size, seen one too large")
    return number


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_each_name_once, parse_constant=_no_constant, parse_float=_finite)
