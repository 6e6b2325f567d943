"""A line of a picture in words: the text equivalent of its arrow, and what stands beside the arrow."""

import re
from collections.abc import Mapping
from typing import Any, Final

from mpp_conformance.judging.judgement import DIFFERENT, MISSING, OUT_OF_ORDER, REPEATED, UNEXPECTED
from mpp_conformance.report.languages.language import Say
from mpp_conformance.report.pages.diagram.marks import Mark
from mpp_conformance.report.pages.diagram.picture import ABSENT, UNSEEN, Line

_HOW: Final = {
    MISSING: "missing",
    REPEATED: "more than one",
    UNEXPECTED: "should not be there",
    DIFFERENT: "differs",
    OUT_OF_ORDER: "out of order",
}
_PLAIN: Final = re.compile("'[A-Za-z_]*'")
"""A piece of a text as the verdict file quotes it: letters alone, and nothing cut off."""


def line_sentence(line: Line, say: Say) -> str:
    """A line as a sentence, with everything that is known of it."""
    words = say(
        "{sender} to {receiver}: {what}", sender=say(line.sender), receiver=say(line.receiver), what=what(line, say)
    )
    fields = ", ".join(f"{name} {value}" for name, value in line.fields)
    return f"{words} ({fields})" if fields else words


def what(line: Line, say: Say) -> str:
    """What goes from one to the other, in a few words."""
    if line.kind == UNSEEN:
        return say(line.label)
    return say("{message} is missing", message=line.label) if line.kind == ABSENT else line.label


def difference(deviation: Mapping[str, Any], say: Say) -> str:
    """What a failure's card calls the first difference, where no text parts: a message, a field, and what is wrong."""
    message = " / ".join(deviation["kinds"])
    if deviation["how"] == MISSING:
        return say("{message} is missing", message=message)
    place = ", ".join(part for part in (message, deviation["field"]) if part)
    return say("{name}: {what}", name=place, what=say(_HOW[deviation["how"]]))


def whole(parting: Mapping[str, Any]) -> tuple[str, str] | None:
    """Two plain words that part, expected and seen, in whole; none where it takes a place to tell them apart."""
    pieces = [parting[name] for name in ("before", "expected", "seen")]
    if not all(_PLAIN.fullmatch(piece) for piece in pieces) or len(parting["before"]) - 2 != parting["byte"]:
        return None
    before = parting["before"][:-1]
    return before + parting["expected"][1:], before + parting["seen"][1:]


def deviation_note(mark: Mark, say: Say) -> str:
    """What a requirement has against a message, in a few words."""
    words = say(_HOW[mark.how])
    if mark.byte is not None:
        words = say("{how} from byte {byte}", how=words, byte=mark.byte)
    return say("{name}: {what}", name=mark.requirement, what=words)
