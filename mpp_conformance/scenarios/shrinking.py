"""JSON made smaller, one step at a time, as long as it keeps what is asked of it."""

import functools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from mpp_conformance.scenarios.scenario import MARKS, TAG


@dataclass(frozen=True, slots=True)
class Shrunk:
    """The smallest text that was found, after ``tried`` questions; ``done``: no step makes it smaller."""

    text: str
    tried: int
    done: bool


def smallest(text: str, keeps: Callable[[str], bool | None], *, most: int) -> Shrunk:
    """The smallest text, reached by steps that each keep what ``keeps`` asks for, with at most ``most`` questions.

    ``keeps`` may answer ``None`` for what is no candidate at all: that does not count as a question.
    """
    tried = 0
    current: object = json.loads(text)
    for write in _SPELLINGS:
        spelled = write(current)
        kept = spelled == text or keeps(spelled)
        tried += spelled != text and kept is not None
        if kept:
            break
    else:
        return Shrunk(text, tried, done=True)
    while True:
        for candidate in _smaller(current):
            if tried == most:
                return Shrunk(write(current), tried, done=False)
            kept = keeps(write(candidate))
            tried += kept is not None
            if kept:
                current = candidate
                break
        else:
            return Shrunk(write(current), tried, done=True)


def dumped(value: object) -> str:
    """A value as the shortest JSON text of it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


_SPELLINGS: Final[tuple[Callable[[object], str], ...]] = (
    dumped,
    functools.partial(json.dumps, separators=(",", ":")),
    functools.partial(json.dumps, ensure_ascii=False),
)
"""Ways to write a value, the shortest first: where one does not keep what is asked for, it is a matter of spelling."""


def _smaller(value: object) -> Iterator[object]:
    """Values that are a step smaller, the greatest steps first; no chain of them is endless."""
    if isinstance(value, dict):
        names = list(value)
        yield from ({names[place]: value[names[place]] for place in kept} for kept in fewer(len(names)))
        for name, inner in value.items():
            yield from ({**value, name: found} for found in _smaller(inner))
    elif isinstance(value, list):
        yield from ([value[place] for place in kept] for kept in fewer(len(value)))
        for place, inner in enumerate(value):
            yield from ([*value[:place], found, *value[place + 1 :]] for found in _smaller(inner))
    elif isinstance(value, str):
        yield from _shorter(value)


def fewer(count: int) -> Iterator[list[int]]:
    """Places of ``count`` without ever smaller parts of them: all, each half, each quarter, each single one."""
    places, size = list(range(count)), count
    while size:
        for start in range(0, count, size):
            yield places[:start] + places[start + size :]
        size //= 2


def _shorter(text: str) -> Iterator[str]:
    """Shorter texts, and as long ones in plain letters; what a payment fills in stays."""
    if any(mark in text for mark in MARKS.values()):
        return
    tag = TAG if TAG in text else ""
    rest = text.replace(TAG, "")
    for length in dict.fromkeys((0, 1, len(rest) // 2, len(rest) - 1)):
        if 0 <= length < len(rest):
            yield from dict.fromkeys((tag + rest[:length], tag + rest[len(rest) - length :]))
    if not rest.isascii():
        yield tag + "a" * len(rest)
