"""What one case came to on one conversation, and in which message it was other than asked."""

from dataclasses import dataclass
from typing import Final

from mpp_conformance.judging.text_differences import Parting
from mpp_conformance.judging.verdict import Verdict

MISSING: Final = "missing"
REPEATED: Final = "repeated"
UNEXPECTED: Final = "unexpected"
DIFFERENT: Final = "different"
OUT_OF_ORDER: Final = "out of order"
DEVIATIONS: Final = (MISSING, REPEATED, UNEXPECTED, DIFFERENT, OUT_OF_ORDER)
"""How a message can be other than it should."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """In which message, and how, a conversation is other than was asked; reports draw it.

    ``kinds``: the types of message that were asked for, any of them; ``payment``: an index. ``field`` and ``parting``
    are there where one field differs, the latter for a text.
    """

    how: str
    kinds: tuple[str, ...]
    payment: int
    field: str = ""
    parting: Parting | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What one case came to on one trace; ``events`` are the numbers of the events that speak for it.

    ``hint``: the likely cause in words, or what would let it be judged; ``cause``: the kind of fault that it names
    (``FaultKind``), empty where none is known. ``about``: the number of the last event by which the suite called for
    what is judged; ``None`` where the case names none.
    """

    verdict: Verdict
    expected: str = ""
    seen: str = ""
    hint: str = ""
    events: tuple[int, ...] = ()
    deviation: Deviation | None = None
    asked: int = 0
    cause: str = ""
    about: int | None = None
