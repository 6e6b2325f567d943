"""What a case that did not pass says for itself, and how to run it again."""

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from mpp_conformance.answers import name_in
from mpp_conformance.report.results import CaseResult
from mpp_conformance.report.text import printable


def told(result: CaseResult, *, evidence: Path, again: str, blame: str, smaller: str) -> str:
    """Expected, seen, requirement, evidence, likely slip, blame, and the line that runs this case alone.

    Before that stands the line that makes a generated answer smaller, if there is one.
    """
    further = [("blame", blame), *([("smaller", smaller)] if smaller else []), ("again", again)]
    return "\n".join(f"{label:<10}{text}" for label, text in (*_lines(result, evidence), *further))


def _lines(result: CaseResult, evidence: Path) -> Iterator[tuple[str, str]]:
    judgement, stated = result.judgement, result.planned.case.requirement
    yield "expected", printable(judgement.expected)
    yield "seen", printable(judgement.seen)
    yield "rests on", f"{stated.id} ({stated.level}, {stated.basis}; {stated.actor}): {printable(stated.text)}"
    for clause in stated.clauses:
        yield "", str(clause)
    numbers = ", ".join(str(number) for number in judgement.events)
    place = f"{evidence / result.evidence}" if result.evidence else "none"
    yield "evidence", f"{place}, message {numbers}" if numbers else place
    if judgement.hint:
        yield "likely", printable(judgement.hint)


def node(item: pytest.Item, here: Path) -> str:
    """What names an item on a command line given in the folder ``here``, wherever pytest's root may be."""
    path = item.path.relative_to(here) if item.path.is_relative_to(here) else item.path
    return f"{path}::{item.nodeid.partition('::')[2]}"


def command(node: str, target: str, wallet: str) -> str:
    """The line for a shell that runs one case alone."""
    return _line(["pytest", node], target, wallet)


def smaller(result: CaseResult, target: str, wallet: str) -> str:
    """The line that tries a generated answer alone and makes it smaller; empty for a conversation without one."""
    name = name_in(result.planned.scenario.label)
    return _line(["mpp-conformance", "answers", "try", name], target, wallet) if name else ""


def _line(words: list[str], target: str, wallet: str) -> str:
    words = [*words, "--mpp", target, *(["--wallet", wallet] if wallet else [])]
    return shlex.join(printable(word) for word in words)
