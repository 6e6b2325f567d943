"""Text from outside, made fit to be shown: no control characters, no endless lines."""

from dataclasses import fields
from typing import Final

from mpp_conformance.messages import Message

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


def shown_fields(message: Message) -> dict[str, str]:
    """The fields a message has, made fit to be shown and cut short."""
    values = ((field.name, getattr(message, field.name)) for field in fields(message))
    return {name: printable(str(value), _FIELD) for name, value in values if value is not None}
