"""Two texts that should be equal: where they part, and what a wallet likely did to one of them."""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mpp_conformance.scenarios.transformations import PAYLOADS, Transformation

_SHOWN: Final = 24
_BEFORE: Final = 16
_ANY: Final = "surrogatepass"
"""Half a surrogate pair is no reason to stop: what is looked at here is a wallet's text."""


@functools.lru_cache(maxsize=2048)  # more than the payloads of a run, which are asked about in turn
def _arrivals(expected: str) -> Mapping[int, tuple[Transformation, ...]]:
    """What may have been done to a text, by the hash of what it comes to: the texts themselves may be long."""
    found: dict[int, tuple[Transformation, ...]] = {}
    for made in PAYLOADS:
        arrived = made(expected)
        if arrived != expected:
            found[hash(arrived)] = (*found.get(hash(arrived), ()), made)
    return found


def _done(expected: str, seen: str) -> str:
    """What turns ``expected`` into ``seen`` to the letter: the first of the catalogue that does; empty for none."""
    known = _arrivals(expected).get(hash(seen), ())
    return next((made.words for made in known if made(expected) == seen), "")


def excerpt(text: str, start: int = 0, *, limit: int = _SHOWN) -> str:
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
    if done := _done(expected, seen):
        return f"it was {done}"
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


def parting_of(expected: str, seen: str) -> Parting:
    """Where two different texts part; the pieces are short and printable."""
    index = first_difference(expected, seen)
    return Parting(
        byte=len(expected[:index].encode("utf-8", _ANY)),
        before=excerpt(expected[max(0, index - _BEFORE) : index]),
        expected=excerpt(expected, index),
        seen=excerpt(seen, index),
    )
