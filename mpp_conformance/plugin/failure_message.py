"""What a case that did not pass says for itself, and how to run it again."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from mpp_conformance.common.text import column, harmless, printable
from mpp_conformance.plugin import TARGET, WALLET
from mpp_conformance.report.languages.language import ENGLISH, Say
from mpp_conformance.report.verdict_file.folding import CaseResult
from mpp_conformance.scenarios.answers import name_in

_LABEL: Final = 10


def failure_text(  # one for each line
    result: CaseResult, *, evidence: Path, again: str, blame: str, shrink: str, say: Say = ENGLISH
) -> str:
    """Expected, seen, requirement, evidence, likely slip, blame, and the line that runs this case alone.

    Before that stands the line that makes a generated answer smaller, if there is one.
    """
    further = [
        (say("blame"), say(blame)),
        *([(say("smaller"), shrink)] if shrink else []),
        (say("again"), again),
    ]
    lines = "\n".join(column(label, _LABEL) + text for label, text in (*_lines(result, evidence, say), *further))
    return harmless(lines)


def _lines(result: CaseResult, evidence: Path, say: Say) -> Iterator[tuple[str, str]]:
    judgement, stated = result.judgement, result.planned.case.requirement
    yield say("expected"), say.tell(printable(judgement.expected))
    yield say("seen"), say.tell(printable(judgement.seen))
    about = say("; ").join(
        [say("{level}, {basis}", level=say(stated.level), basis=say(stated.basis)), say(stated.actor)]
    )
    text = printable(say(stated.text))
    yield say("rests on"), say("{name}: {what}", name=f"{stated.id} ({about})", what=text)
    for clause in stated.clauses:
        yield "", say("{part}, {place}", part=say(clause.part), place=say.tell(clause.place))
    numbers = ", ".join(str(number) for number in judgement.events)
    place = f"{evidence / result.evidence}" if result.evidence else say("none")
    yield say("evidence"), place + (say(", message {numbers}", numbers=numbers) if numbers else "")
    if judgement.hint:
        yield say("likely"), say.tell(printable(judgement.hint))


def node(item: pytest.Item, here: Path) -> str:
    """What names an item on a command line given in the folder ``here``, wherever pytest's root may be."""
    path = item.path.relative_to(here) if item.path.is_relative_to(here) else item.path
    return f"{path}::{item.nodeid.partition('::')[2]}"


def command(node: str, target: str, wallet: str) -> str:
    """The line for a shell that runs one case alone."""
    return _line("pytest", node, TARGET, target, *([WALLET, wallet] if wallet else []))


def shrink_command(result: CaseResult, target: str, wallet: str) -> str:
    """The line that tries a generated answer alone and makes it smaller; empty for a conversation without one."""
    name = name_in(result.planned.scenario.label)
    reached = ["--mpp", target, *(["--wallet", wallet] if wallet else [])]
    return _line("mpp-conformance", "answers", "try", name, *reached) if name else ""


def _line(*words: str) -> str:
    return shlex.join(printable(word) for word in words)
