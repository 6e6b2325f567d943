"""Text from outside, made fit to be shown: no control characters, no endless lines."""

from typing import Final
from unicodedata import east_asian_width

LONGEST: Final = 2_000


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
