"""Text from outside: read in one way, and made fit to be shown.

Shown means that it has no control characters and no endless lines, and is no command for whatever reads a log.
"""

import codecs
import json
import re
from typing import Final
from unicodedata import east_asian_width

LONGEST: Final = 2_000
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "UTF-32"),  # begins like UTF-16's, so that it comes first
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_COMMANDS: Final = re.compile(
    r"##(?=vso\[|teamcity\[|\[)"  # Azure Pipelines and TeamCity, wherever it stands; GitHub's older form
    r"|\b(?:section|travis_fold)(?=[:_](?:start|end):)",  # GitLab, Travis CI
    re.IGNORECASE,
)
_AT_A_LINES_START: Final = re.compile(r"(^[^\S\n]*):(?=:[a-z])", re.IGNORECASE | re.MULTILINE)


class NotTextError(ValueError):
    """Bytes that are no text in UTF-8; says what they are, and what to do."""


def decode_text(data: bytes) -> str:
    """The text of a file that a user wrote: UTF-8, with a byte order mark or without; NotTextError for another form."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            raise NotTextError(f"it is {name}; save the file as UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise NotTextError(f"byte {problem.start + 1} is not UTF-8; save the file as UTF-8") from None


def printable(text: str, limit: int = LONGEST) -> str:
    """``text`` on one line, at most about ``limit`` characters; escapes stand for what is not printable.

    That leaves nothing that could move a terminal's cursor, turn the direction of writing or fake a line of a log.
    """
    piece = text[:limit]
    if not piece.isprintable():
        piece = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in piece)
    return piece if len(text) <= limit else f"{piece}... ({len(text)} characters)"


def harmless(text: str, *, at_start: bool = True) -> str:
    """``text`` for a log, with a blank in whatever a CI server would take for a command; lines stay lines.

    ``at_start``: whether it begins a line, which is where GitHub Actions looks for one.
    """
    plain = _COMMANDS.sub(lambda found: f"{found[0][0]} {found[0][1:]}", text)
    return _AT_A_LINES_START.sub(r"\1: ", plain) if at_start else _after_the_first_line(plain)


def _after_the_first_line(text: str) -> str:
    first, end, rest = text.partition("\n")
    return first + end + _AT_A_LINES_START.sub(r"\1: ", rest)


def json_text(value: object, *, indent: int | None = None, in_ascii: bool = True) -> str:
    """JSON for a log, which equals ``value`` when it is read, and in which no CI server finds a command."""
    text = json.dumps(value, indent=indent, ensure_ascii=in_ascii)
    # Each of these can stand in a text only, where the escape is the same character.
    return _COMMANDS.sub(lambda found: f"\\u{ord(found[0][0]):04x}{found[0][1:]}", text)


def column(text: str, width: int) -> str:
    """``text`` filled up with blanks to that many columns of a terminal, in which a Chinese character takes two."""
    return text + " " * max(1, width - sum(2 if east_asian_width(char) in "WF" else 1 for char in text))
