"""What load has shown, as a document for programs (docs/load.md); what people read is made from it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mpp_conformance.judging.judgement import Judgement
from mpp_conformance.ledger.requirements import Case
from mpp_conformance.trials.load.crowd_trial import Run, Smallest
from mpp_conformance.trials.load.traffic import Judged, Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """The first conversation that broke a requirement; ``again``: the words of a command that shows it again."""

    judged: Judged
    case: Case
    judgement: Judgement
    smallest: Smallest | None = None
    again: tuple[str, ...] = ()


def first_failures(conversations: Iterable[Judged]) -> list[Failure]:
    """For each requirement the first conversation that broke it; those that decide come first."""
    found: dict[str, Failure] = {}
    for judged in conversations:
        for case, judgement in judged.failed():
            found.setdefault(case.requirement.id, Failure(judged=judged, case=case, judgement=judgement))
    return sorted(found.values(), key=lambda failure: not failure.case.requirement.decides)


def requirement_rows(tallies: Mapping[str, Tally]) -> list[dict[str, Any]]:
    """Requirement by requirement, on how many conversations it was judged and what came of it."""
    return [
        {
            "requirement": name,
            "decides": tally.decides,
            "conversations": tally.conversations,
            "broke": tally.broke,
            "unproven": tally.unproven,
            "errors": tally.errors,
        }
        for name, tally in sorted(tallies.items())
    ]


def failure_rows(failures: Sequence[Failure]) -> list[dict[str, Any]]:
    """The first failure of each requirement."""
    return [
        {
            "requirement": failure.case.requirement.id,
            "text": failure.case.requirement.text,
            "case": f"{failure.case.module}::{failure.case.name}",
            "conversation": failure.judged.number,
            "scenario": failure.judged.trace.scenario.label,
            "expected": failure.judgement.expected,
            "seen": failure.judgement.seen,
            "smallest": None if failure.smallest is None else _smallest(failure.smallest),
            "again": list(failure.again),
        }
        for failure in failures
    ]


def _smallest(found: Smallest) -> dict[str, Any]:
    return {
        "conversations": list(found.users),
        "turns": in_words(found.turns),
        "tried": found.tried,
        "done": found.done,
    }


def in_words(turns: Iterable[Run]) -> str:
    """Turns as ``--turns`` takes them: ``17x3,54x2``."""
    return ",".join(f"{number}x{count}" for number, count in turns)
