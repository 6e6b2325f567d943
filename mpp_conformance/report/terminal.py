"""A run in a few lines, for the terminal."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from mpp_conformance.peers.router import Stray
from mpp_conformance.report.results import CaseResult, RunResult
from mpp_conformance.report.text import printable
from mpp_conformance.verdict import Verdict

_SHOWN: Final = 10
_WIDTH: Final = 200
_HARMLESS: Final = "none of them counts against the wallet"


def summary(
    outcome: RunResult,
    strays: Sequence[Stray],
    *,
    target: str,
    newer_edition: str | None,
    findings: Sequence[Mapping[str, Any]] = (),
) -> Iterator[str]:
    """The lines to print after a run, the result last; ``findings`` as the verdict file has them."""
    yield f"target       {printable(target, _WIDTH)}"
    if newer_edition is not None:
        yield f"edition      a newer edition of the limits is known: {newer_edition}"
    yield f"cases        {_counted(outcome)}"
    counting = [row for row in outcome.requirements if row.counts]
    conforming = sum(row.verdict is Verdict.PASS and row.judged == row.applicable for row in counting)
    yield f"requirements {conforming} conforming of {len(counting)} tested"
    yield from _listed("observations", _HARMLESS, (_observed(case) for case in outcome.observations))
    yield from _listed("strays", "messages that fitted no open conversation", (_strayed(stray) for stray in strays))
    for kind in dict.fromkeys(row["finding"] for row in findings):
        shown = [row["scenario"] for row in findings if row["finding"] == kind]
        yield f"MONEY        {kind}, in {len(shown)} conversations, {printable(shown[0], _WIDTH)} for one"
    yield f"result       {outcome.result}"


def cards(outcome: RunResult, told: Callable[[CaseResult], str]) -> Iterator[str]:
    """For each requirement that was not shown to be met: its worst case, as ``told`` tells it, and how many more."""
    for row in outcome.requirements:
        red = [case for case in outcome.cases if case.red and case.planned.case.requirement.id == row.requirement.id]
        if red:
            worst = max(red, key=lambda case: case.verdict)
            yield ""
            yield f"{worst.verdict.name} {row.requirement.id} {printable(worst.planned.scenario.label, _WIDTH)}"
            yield told(worst)
            if len(red) > 1:
                yield f"{'':<10}{len(red) - 1} more of the cases of {row.requirement.id} did not pass: see the report"


def attempts(count: int, again: Sequence[str]) -> Iterator[str]:
    """How often the run was begun, where that was not once."""
    if count > 1:
        named = f"; held again: {', '.join(printable(label, _WIDTH) for label in again)}" if again else ""
        yield f"attempt      {count} of {count}{named}"


def _counted(outcome: RunResult) -> str:
    parts = [f"{count} {verdict.word}" for verdict, count in outcome.verdicts.items() if count]
    parts += [f"{len(outcome.missing)} not judged"] if outcome.missing else []
    parts += [f"{outcome.not_applicable} not applicable"] if outcome.not_applicable else []
    return ", ".join(parts) or "none"


def _listed(title: str, what: str, lines: Iterable[str]) -> Iterator[str]:
    found = list(lines)
    if not found:
        return
    yield f"{title} ({len(found)}, {what})"
    yield from (f"  {line}" for line in found[:_SHOWN])
    if len(found) > _SHOWN:
        yield f"  and {len(found) - _SHOWN} more in the report"


def _observed(case: CaseResult) -> str:
    stated, judgement = case.planned.case.requirement, case.judgement
    words = f"expected {judgement.expected}; seen {judgement.seen}"
    return f"{stated.id} ({stated.level}, {stated.basis}) {case.planned.scenario.label}: {printable(words, _WIDTH)}"


def _strayed(stray: Stray) -> str:
    late = f"too late for {stray.conversation}" if stray.conversation else "fits no conversation"
    return f"{stray.message.name} {printable(late, _WIDTH)}"
