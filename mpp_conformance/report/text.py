"""Text from outside, made fit to be shown: no control characters, no endless lines."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Final
from unicodedata import east_asian_width

from mpp_conformance.protocol.messages import Message

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

LONGEST: Final = 2_000
_FIELD: Final = 200


def printable(text: str, limit: int = LONGEST) -> str:
    """``text`` on one line, at most about ``limit`` characters; escapes stand for what is not printable.

    That leaves nothing that could move a terminal's cursor, turn the direction of writing or fake a line of a log.
    """
    piece = text[:limit]
    if not piece.isprintable():
        piece = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in piece)
    return piece if len(text) <= limit else f"{piece}... ({len(text)} characters)"


def column(text: str, width: int) -> str:
    """``text`` filled up with blanks to that many columns of a terminal, in which a Chinese character takes two."""
    return text + " " * max(1, width - sum(2 if east_asian_width(char) in "WF" else 1 for char in text))


def shown_fields(message: Message) -> dict[str, str]:
    """The fields a message has, made fit to be shown and cut short."""
    return {name: printable(value, _FIELD) for name, value in _told(message)}


def _told(value: "DataclassInstance") -> Iterator[tuple[str, str]]:
    """The fields that a value has, each as text; of one that has fields itself, these."""
    for field in fields(value):
        inner = getattr(value, field.name)
        if is_dataclass(inner) and not isinstance(inner, type):
            yield field.name, f"({', '.join(f'{name} {text}' for name, text in _told(inner))})"
        elif inner is not None:
            yield field.name, str(inner)
