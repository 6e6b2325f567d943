"""The five verdicts (ISO/IEC 9646, TTCN-3), and how they combine: the worst wins and never improves."""

from collections.abc import Iterable
from enum import IntEnum


class Verdict(IntEnum):
    """What a judgement came to; the greater value is the worse one."""

    NONE = 0
    """Nothing was judged."""
    PASS = 1
    """Every expectation was met."""
    INCONCLUSIVE = 2
    """Proof is missing: it accuses nobody, and it certifies nothing."""
    FAIL = 3
    """The MPP broke a requirement."""
    ERROR = 4
    """The suite itself is at fault, or could not do its work."""

    @property
    def word(self) -> str:
        """The verdict as it is written in reports, in lower case."""
        return self.name.lower()

    @classmethod
    def from_word(cls, word: str) -> "Verdict":
        """The verdict written as ``word``; KeyError for any other text."""
        return {verdict.word: verdict for verdict in cls}[word]


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict of the whole: the worst of its parts, NONE without parts."""
    return max(verdicts, default=Verdict.NONE)
