"""A page for each requirement of the ledger, and one that lists them all."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Final

from mpp_conformance import wire
from mpp_conformance.adequacy.matrix import Examined, Matrix
from mpp_conformance.common.resources import directory
from mpp_conformance.judging.trace import Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.ledger.requirements import Case, Ledger, Requirement, names_used
from mpp_conformance.protocol.limits import DEFAULT_EDITION, EDITIONS, Reading
from mpp_conformance.protocol.messages import BY_NAME, Message
from mpp_conformance.scenarios.scenario import Profile, Scenario
from mpp_conformance.specimens import SPECIMENS
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.transport.connectors.direct import DirectConnector
from mpp_conformance.trials import cabinet
from mpp_conformance.wallet import reference

_MADE: Final = "Written by `make reference`; change what it is made from, not this page.\n"
_MOST_MISTAKES: Final = 12
_MOST_SHOWN: Final = 4
_LONGEST: Final = 600
_TO_DO: Final = (
    "Open the card of the failure in report.html: it shows what was expected, the first difference, the likely cause "
    "and a line that runs this one case again. Compare what your {actor} did with the example below, correct it, and "
    "run that line. A failure that must wait can be waived for a while ([Waivers](../../waivers.md)); it stays a "
    "failure."
)


def requirement_pages() -> dict[str, str]:
    """The pages by their file names."""
    ledger, found = load(directory("suites")), cabinet.matrix()
    pages = {f"{row.id}.md": _page(row, ledger, found) for row in ledger.requirements.values()}
    return {"index.md": _index(ledger), **pages}


def _index(ledger: Ledger) -> str:
    lines = ["# Requirements", "", _MADE]
    lines += ["| requirement | level and basis | actor | what it asks |", "| --- | --- | --- | --- |"]
    for row in ledger.requirements.values():
        kind = "not tested" if row.excluded else f"{row.level}, {row.basis}"
        lines.append(f"| [{row.id}]({row.id}.md) | {kind} | {row.actor} | {_cell(row.text)} |")
    return "\n".join([*lines, ""])


def _page(row: Requirement, ledger: Ledger, found: Matrix) -> str:
    lines = [f"# {row.id}", "", _MADE, row.text, ""]
    lines += ["| | |", "| --- | --- |", f"| actor | {row.actor} |"]
    if row.excluded:
        lines += [f"| tested | no: {row.excluded} |", *_clauses(row), ""]
        return "\n".join(lines)
    weight = "decides" if row.decides else "is observed, and fails nobody"
    lines += [f"| level and basis | {row.level}, {row.basis}: it {weight} |", *_clauses(row), ""]
    cases = ledger.cases_of(row)
    lines += ["## What a conforming MPP does", "", *(f"- {_paragraph(case.purpose)}" for case in cases), ""]
    mistakes = list(_mistakes(row, found))
    if mistakes:
        lines += [
            "## Known mistakes",
            "",
            "Each is a known faulty MPP that fails this requirement; one of each kind first.",
            "",
        ]
        lines += [f"- {text} (`{name}`)" for name, text in mistakes[:_MOST_MISTAKES]]
        if len(mistakes) > _MOST_MISTAKES:
            lines.append(f"- and {len(mistakes) - _MOST_MISTAKES} more: `mpp-conformance matrix` names them")
        lines.append("")
    lines += ["## When it fails", "", _TO_DO.format(actor=row.actor), ""]
    lines += _example(cases[0])
    lines += ["## Cases", "", "| case | conversations |", "| --- | --- |"]
    lines += [f"| `{case.module}::{case.name}` | {len(_scenarios(case))} |" for case in cases]
    return "\n".join([*lines, ""])


def _clauses(row: Requirement) -> Iterator[str]:
    yield from (f"| clause | {clause} |" for clause in row.clauses)


def _mistakes(row: Requirement, found: Matrix) -> Iterator[tuple[str, str]]:
    """Names of specimens and what they do: those of one kind of fault in turn, those that break little else first."""
    failing = [each for each in found.specimens if row.id in _broken(each)]
    failing.sort(key=lambda each: len(_broken(each)))
    seen: Counter[str] = Counter()
    turns = []
    for examined in failing:
        turns.append((seen[examined.kind], examined.name))
        seen[examined.kind] += 1
    for _, name in sorted(turns, key=lambda turn: turn[0]):
        yield name, _paragraph((SPECIMENS[name].__doc__ or "").split("\n\n")[0]).rstrip(".")


def _broken(examined: Examined) -> set[str]:
    return {each.requirement for each in examined.rows if each.verdict is Verdict.FAIL}


def _example(case: Case) -> Iterator[str]:
    """The messages that a case asks for, in the conversation that a conforming MPP holds."""
    scenario = _scenarios(case)[0]
    asked = {BY_NAME[name] for name in names_used(case.judge) if name in BY_NAME}
    seen = [event.message for event in _held(scenario).events if type(event.message) in asked]
    shown = [message for message in seen if type(message) in wire.OPERATIONS][:_MOST_SHOWN]
    if not shown:
        return
    yield from ("## A right example", "", f"From the conversation `{scenario.label}`, with a conforming MPP:", "")
    for message in shown:
        way = "the suite says" if message.by_suite else "the MPP says"
        yield from (f"`{message.name}`, {way}:", "", "```json", _json(message), "```", "")


def _json(message: Message) -> str:
    observer = "http://127.0.0.1:9400/o/..."
    body = json.loads(wire.encode(message, observer_url=observer, check=False))
    text = json.dumps(body, indent=2, ensure_ascii=True)
    return text if len(text) <= _LONGEST else json.dumps(_shortened(body), indent=2, ensure_ascii=True)


def _shortened(value: object) -> object:
    """Long texts cut, so that the example stays small."""
    if isinstance(value, Mapping):
        return {name: _shortened(inner) for name, inner in value.items()}
    if isinstance(value, str) and len(value) > _LONGEST // 8:
        return f"{value[: _LONGEST // 8]}..."
    return value


@cache
def _held(scenario: Scenario) -> Trace:
    profile = _profile()
    return DirectConnector(ConformingMpp(profile), profile).converse(scenario)


def _profile() -> Profile:
    return reference().profile


def _scenarios(case: Case) -> Sequence[Scenario]:
    return case.scenarios(EDITIONS[DEFAULT_EDITION], Reading())


def _cell(text: str) -> str:
    return _paragraph(text).replace("|", "\\|")


def _paragraph(text: str) -> str:
    return " ".join(text.split())
