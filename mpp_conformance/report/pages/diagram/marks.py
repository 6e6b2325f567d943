"""What the cases judged on one conversation say of its single messages, from the rows of a verdict file.

A diagram marks what was judged and nothing else: it can neither accuse where no case does, nor hide what one says.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mpp_conformance.judging.judgement import DIFFERENT, MISSING
from mpp_conformance.protocol.messages import BY_NAME

FAIL: Final = "fail"
INCONCLUSIVE: Final = "inconclusive"
OBSERVED: Final = "observed"
TONES: Final = (FAIL, INCONCLUSIVE, OBSERVED)
"""How much a mark weighs, the gravest first."""
_MOST: Final = 20
"""Messages that are missing, as far as they are drawn; a verdict file may be anybody's."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What one requirement has against a message; ``byte``: where a text first differs, if that was judged."""

    requirement: str
    how: str
    tone: str
    byte: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """A message that should be there: any of these types, in this payment."""

    payment: int
    kinds: tuple[str, ...]


@dataclass(slots=True)
class Marks:
    """By the number of the event, and by what is absent."""

    events: dict[int, list[Mark]] = field(default_factory=dict)
    absent: dict[Absent, list[Mark]] = field(default_factory=dict)


def marks(cases: Iterable[Row]) -> Marks:
    """The marks that these cases of one conversation give; KeyError or TypeError for rows of another form."""
    found = Marks()
    for case in cases:
        tone = _tone(case)
        if not tone:
            continue
        deviation = case["deviation"] or {"how": DIFFERENT, "kinds": [], "payment": 0, "parting": None}
        parting = deviation["parting"]
        mark = Mark(
            requirement=case["requirement"],
            how=deviation["how"],
            tone=tone,
            byte=parting["byte"] if parting else None,
        )
        for number in case["events"]:
            _add(found.events.setdefault(number, []), mark)
        kinds = tuple(kind for kind in deviation["kinds"] if kind in BY_NAME)
        if deviation["how"] == MISSING and kinds and len(found.absent) < _MOST:
            _add(found.absent.setdefault(Absent(payment=deviation["payment"], kinds=kinds), []), mark)
    return found


def gravest(found: Iterable[Mark]) -> str:
    """The tone of the gravest mark; empty without one."""
    tones = {mark.tone for mark in found}
    return next((tone for tone in TONES if tone in tones), "")


def _tone(case: Row) -> str:
    if case["observed"]:
        return OBSERVED
    return case["verdict"] if case["verdict"] in {FAIL, INCONCLUSIVE} else ""


def _add(known: list[Mark], mark: Mark) -> None:
    if mark not in known:
        known.append(mark)
