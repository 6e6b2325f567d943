"""Guesses at what a wallet did to a text that should have passed through it unchanged."""

import html
import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, quote_plus, unquote, unquote_plus

_SHOWN: Final = 24
_BEFORE: Final = 16
_ANY: Final = "surrogatepass"
"""Half a surrogate pair is no reason to stop: what is looked at here is a wallet's text."""


def _reserialised(text: str) -> str:
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":"))
    except (ValueError, RecursionError):
        return text


def _pretty(text: str) -> str:
    try:
        return json.dumps(json.loads(text))
    except (ValueError, RecursionError):
        return text


_CHANGES: Final[tuple[tuple[str, Callable[[str], str]], ...]] = (
    ("stripped of white space at its ends", str.strip),
    ("URL-decoded", unquote),
    ("URL-decoded as a form, + became a blank", unquote_plus),
    ("URL-encoded", lambda text: quote(text, safe="", errors=_ANY)),
    ("URL-encoded as a form", lambda text: quote_plus(text, errors=_ANY)),
    ("HTML-escaped", html.escape),
    ("HTML-unescaped", html.unescape),
    ("parsed as JSON and written anew", _reserialised),
    ("parsed as JSON and written anew", _pretty),
    ("quoted as a JSON string", lambda text: json.dumps(text, ensure_ascii=False)),
    ("quoted as a JSON string with escapes", json.dumps),
    ("lower-cased", str.lower),
    ("normalised to Unicode NFC", lambda text: unicodedata.normalize("NFC", text)),
    ("normalised to Unicode NFKC", lambda text: unicodedata.normalize("NFKC", text)),
    ("stripped of backslashes", lambda text: text.replace("\\", "")),
    ("encoded to ASCII, other characters lost", lambda text: text.encode("ascii", "replace").decode()),
)


def shown(text: str, start: int = 0, *, limit: int = _SHOWN) -> str:
    """A short, printable piece of ``text`` from ``start``: escapes for whatever is not plain ASCII."""
    piece = text[start : start + limit]
    more = "..." if len(text) > start + limit else ""
    return ascii(piece) + more


def first_difference(expected: str, seen: str) -> int:
    """The index of the first character in which two different texts differ."""
    for index, (left, right) in enumerate(zip(expected, seen, strict=False)):
        if left != right:
            return index
    return min(len(expected), len(seen))


def likely_slip(expected: str, seen: str | None) -> str:
    """What may have happened between ``expected`` and ``seen``; empty where nothing comes to mind."""
    if seen is None or not seen:
        return "it was dropped on the way"
    for name, change in _CHANGES:
        if change(expected) == seen != expected:
            return f"it was {name}"
    if expected.startswith(seen) and expected != seen:
        return f"it was cut off after {len(seen)} characters"
    others = set(re.findall(r"mpp-[0-9]{20}", seen)) - set(re.findall(r"mpp-[0-9]{20}", expected))
    return "it belongs to another payment" if others else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parting:
    """Where two texts part: the byte of UTF-8, what both still have before it, and the pieces from there on."""

    byte: int
    before: str
    expected: str
    seen: str

    def __str__(self) -> str:
        return f"first difference at byte {self.byte}: expected {self.expected}, seen {self.seen}"


def parting(expected: str, seen: str) -> Parting:
    """Where two different texts part; the pieces are short and printable."""
    index = first_difference(expected, seen)
    return Parting(
        byte=len(expected[:index].encode("utf-8", _ANY)),
        before=shown(expected[max(0, index - _BEFORE) : index]),
        expected=shown(expected, index),
        seen=shown(seen, index),
    )
