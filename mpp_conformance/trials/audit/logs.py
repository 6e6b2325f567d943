"""The seam between an audit and the engine that reads its logs: DuckDB on this machine, Spark on many."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, Protocol, Self

from mpp_conformance.protocol.messages import BY_NAME
from mpp_conformance.scenarios.observation import POINTS
from mpp_conformance.trials.audit import queries
from mpp_conformance.trials.audit.fold import Fold
from mpp_conformance.trials.audit.inputs import Input
from mpp_conformance.trials.audit.records import Facts
from mpp_conformance.trials.audit.tally import Tally

Watch = Callable[[str, float], None]
"""Is told what is being done, and how much of it is done (0 to 1), about once a second."""
SAMPLED: Final = 5
_REASON: Final = 300


class EngineError(Exception):
    """The logs cannot be read as ``audit.toml`` says, or what reads them is not there; says why."""

    @classmethod
    def of(cls, problem: Exception) -> Self:
        """With the words of whatever went wrong, on one line."""
        return cls(" ".join(str(problem).split())[:_REASON])


class Logs(Protocol):
    """Logs that an engine has read. ``skipped``: counts of what is no record, by why; ``inputs``: the files."""

    inputs: Sequence[Input]
    facts: Facts
    skipped: Mapping[str, int]

    def tally(self, fold: Fold) -> Tally:
        """What they come to. All records of a conversation are in one call of the fold, in order."""
        ...

    def samples(self) -> list[str]:
        """Some of the lines that could not be read, as they stand."""
        ...


def facts_of(begin: int, end: int, kinds: Callable[[str], list[str | None]]) -> Facts:
    """The facts of logs. ``kinds``: the kinds (``None``: not known) of the records for which a condition holds."""
    lossy = kinds(queries.LOST)
    return Facts(
        begin=begin,
        end=end,
        by_session=frozenset(_points(kinds("code IS NULL AND request IS NULL AND session IS NOT NULL"))),
        by_request=frozenset(_points(kinds("code IS NULL AND request IS NOT NULL"))),
        lossy=frozenset(POINTS if None in lossy else _points(lossy)),
    )


def _points(kinds: list[str | None]) -> Iterator[str]:
    return (BY_NAME[kind].point for kind in kinds if kind is not None)
