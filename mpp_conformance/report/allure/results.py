"""The run as Allure results: a file for each case, from what was judged and the traces it was judged on.

Written by us and not through allure-pytest: a step is a message with the time at which it crossed, what the cases on
one conversation share is made once, names are the same in every run of that name, and a case costs a fraction. Times
are those of the conversation, counted from the start of the run. The form is that of Allure 2, which both generators
read. What a message said stands in its step and not in a file of its own, since generators take seconds over thousands
of files.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from mpp_conformance import evidence
from mpp_conformance.common.text import printable
from mpp_conformance.judging.trace import Event, Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import Planned
from mpp_conformance.ledger.requirements import MUST, Requirement
from mpp_conformance.protocol.limits import cny
from mpp_conformance.report.allure.files import make_link
from mpp_conformance.report.allure.pictures import Pictures
from mpp_conformance.report.allure.side_files import NOT_APPLICABLE, OBSERVATION, beside, message
from mpp_conformance.report.gate.outcome import NO_GATE, WAIVED, Gate
from mpp_conformance.report.languages.language import ENGLISH, Language
from mpp_conformance.report.verdict_file import document, rerun_command
from mpp_conformance.report.verdict_file.folding import CaseResult
from mpp_conformance.scenarios.scenario import Payment, Scenario

DIRECTORY: Final = "allure-results"
_STEPS: Final = 500
_VALUE: Final = 4_000
"""Characters of one value in a step's body; the evidence has it whole."""
_ATTACHED: Final = 1024 * 1024
"""Bytes of evidence that a page bears; the file itself is in the run's folder."""
_PAYMENTS: Final = 3
"""As many are shown one by one."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Held:
    """What the cases judged on one conversation share; ``stop`` is the time of its last message (epoch, ms)."""

    steps: Sequence[Json]
    surplus: int
    stop: int


class AllureResults:
    """Writes into ``directory``, which is made, for the run that ``verdicts`` is the verdict file of.

    ``kept``: the folder of the run's evidence; ``language``: of diagrams and cards; ``gate``: of this verdict file.
    """

    def __init__(
        self,
        directory: Path,
        verdicts: Mapping[str, Any],
        kept: Path,
        language: Language = ENGLISH,
        gate: Gate = NO_GATE,
    ) -> None:
        self._directory = directory
        self._verdicts = verdicts
        self._kept = kept
        self._start = round(datetime.fromisoformat(verdicts["started"]).timestamp() * 1_000)
        self._held: dict[Scenario, _Held] = {}
        self._attached_once: set[str] = set()
        """The evidence that some result bears."""
        self._told_in: dict[Scenario, str] = {}
        """The result that tells of a conversation's messages to the others that passed on it, by its full name."""
        self._gate = gate
        self._rows = {
            (row["requirement"], row["module"], row["case"], row["scenario"]): row for row in document.cases(verdicts)
        }
        self._pictures = Pictures(directory, verdicts, run=kept.parent, rows=self._rows, language=language, gate=gate)

    def write(self, cases: Sequence[CaseResult], absent: Sequence[Planned], traces: Mapping[Scenario, Trace]) -> None:
        """Write what was judged, the selected rows that do not apply, and what stands beside them."""
        self._directory.mkdir(parents=True, exist_ok=True)
        for case in cases:
            self._put(self._judged(case, traces.get(case.planned.scenario)))
        for row in absent:
            self._put(self._skipped(row))
        for name, text in beside(self._verdicts, self._gate).items():
            self._directory.joinpath(name).write_text(text, "utf-8")

    def _put(self, result: Json) -> None:
        self._directory.joinpath(f"{result['uuid']}-result.json").write_bytes(json.dumps(result).encode())

    # --- one case -----------------------------------------------------------------------------------------------

    def _judged(self, case: CaseResult, trace: Trace | None) -> Json:
        held = _Held((), 0, self._start) if trace is None else self._conversation(trace)
        word = OBSERVATION if case.observed else case.verdict.word
        status = _status(case)
        common = self._common(case.planned, word)
        common["labels"] += self._beside(case)
        common["links"] += _links(case)
        return {
            **common,
            "status": status,
            "statusDetails": self._details(case, word),
            "start": self._start,
            "stop": held.stop,
            "steps": self._steps(case, held, common["fullName"], status),
            "attachments": self._attached(case, trace, common["uuid"]),
        }

    def _steps(self, case: CaseResult, held: _Held, name: str, status: str) -> list[Json]:
        """The messages; where another case that passed on the same conversation has them, which one that is."""
        if case.verdict is Verdict.PASS:
            told_in = self._told_in.setdefault(case.planned.scenario, name)
            if told_in != name:
                told = f"{len(held.steps) + held.surplus} messages: see {told_in}"
                return [{"name": told, "status": "passed"}]
        pointed = set(case.judgement.events) if case.red else set()
        steps = [
            {**step, "status": status if number in pointed else "passed"}
            for number, step in enumerate(held.steps, start=1)
        ]
        if held.surplus:
            steps.append({"name": f"{held.surplus} messages more: see the evidence", "status": "passed"})
        return steps

    def _beside(self, case: CaseResult) -> list[Json]:
        """Labels that the row in the verdict file and the gate give: where to look first, and the waiver."""
        row = self._rows[case.key]
        told = self._gate.columns(row)
        blame = [{"name": "blame", "value": row["blame"]}] if row["blame"] else []
        return blame + [{"name": f"waiver-{name}", "value": printable(value)} for name, value in told.items()]

    def _details(self, case: CaseResult, word: str) -> Json:
        if case.verdict is Verdict.PASS:
            return {}
        judgement, row = case.judgement, self._rows[case.key]
        waiver = self._gate.words(row)
        lines = [f"likely: {printable(judgement.hint)}"] if judgement.hint else []
        lines += [f"look first at: {row['blame']}"] if row["blame"] else []
        lines += [f"waiver: {printable(waiver)}"] if waiver else []
        lines += [f"evidence: evidence/{case.evidence} (SHA-256 {case.digest})"] if case.evidence else []
        lines.append(f"again: {rerun_command.command(self._verdicts['target'], row)}")
        return {
            "message": message(word, case.planned.case.requirement.id, document.reason(case)),
            "trace": "".join(f"{line}\n" for line in lines),
            "expected": printable(judgement.expected),
            "actual": printable(judgement.seen),
            "known": self._gate.after(row) == WAIVED,
        }

    def _attached(self, case: CaseResult, trace: Trace | None, prefix: str) -> list[Json]:
        drawn = [] if trace is None else self._pictures.attachments(case, trace, prefix)
        return [*drawn, *self._evidence(case, prefix)]

    def _evidence(self, case: CaseResult, prefix: str) -> list[Json]:
        """The evidence, beside what did not pass and beside the first case on each conversation; others link to it."""
        known = case.verdict is Verdict.PASS and case.evidence in self._attached_once
        file, place = self._kept / case.evidence, self._directory / f"{prefix}-attachment.json"
        if not case.evidence or known or file.stat().st_size > _ATTACHED:
            return []
        self._attached_once.add(case.evidence)
        if not make_link(file, place):
            place.write_bytes(file.read_bytes())
        return [{"name": "evidence", "source": place.name, "type": "application/json"}]

    def _skipped(self, row: Planned) -> Json:
        told = message(NOT_APPLICABLE, row.case.requirement.id, row.not_applicable)
        return {
            **self._common(row, NOT_APPLICABLE),
            "status": "skipped",
            "statusDetails": {"message": told},
            "start": self._start,
            "stop": self._start,
        }

    def _common(self, row: Planned, word: str) -> Json:
        case, scenario, stated = row.case, row.scenario, row.case.requirement
        name = f"suites/{case.module}.py::{case.name}"
        clauses = "\n".join(f"- {clause}" for clause in stated.clauses)
        return {
            "uuid": _name(self._verdicts["run"], name, scenario.label),
            "historyId": _name(name, scenario.label),
            "testCaseId": _name(name),
            "fullName": f"{name}[{scenario.label}]",
            "titlePath": ["suites", case.module],
            "name": f"{case.purpose} [{scenario.label}]",
            "description": f"{stated.id} ({stated.level}, {stated.basis}; {stated.actor}): {stated.text}\n\n{clauses}",
            "stage": "finished",
            "labels": [{"name": kind, "value": value} for kind, value in _labels(row, word)],
            "links": [{"type": "requirement", "name": stated.id, "url": f"report.html#{stated.id}"}],
            "parameters": [{"name": key, "value": value} for key, value in _parameters(scenario).items()],
        }

    # --- one conversation ---------------------------------------------------------------------------------------

    def _conversation(self, trace: Trace) -> _Held:
        known = self._held.get(trace.scenario)
        if known is None:
            known = self._held[trace.scenario] = self._made(trace)
        return known

    def _made(self, trace: Trace) -> _Held:
        steps = [self._step(event) for event in trace.events[:_STEPS]]
        stop = steps[-1]["stop"] if steps else self._start
        return _Held(steps, len(trace.events) - len(steps), stop)

    def _step(self, event: Event) -> Json:
        way = "to the MPP" if event.message.by_suite else "from the MPP"
        at = self._start + round(event.at * 1_000)
        return {
            "name": f"{event.number}. {event.message.name} {way}",
            "stage": "finished",
            "start": at,
            "stop": at,
            "parameters": [{"name": name, "value": _bounded(value)} for name, value in _said(event)],
        }


def _said(event: Event) -> Iterator[tuple[str, object]]:
    """Where a message crossed, what is noted of it, and what it said."""
    yield "point", event.message.point
    yield "payment", event.payment + 1
    for name, value in event.notes:
        yield f"note: {name}", value
    yield from evidence.message_document(event.message)["fields"].items()  # type: ignore[attr-defined]  # an object


def _links(case: CaseResult) -> list[Json]:
    """Where the evidence is, seen from the run's folder."""
    place = f"evidence/{case.evidence}"
    return [{"type": "evidence", "name": place, "url": place}] if case.evidence else []


def _status(case: CaseResult) -> str:
    if not case.red:
        return "passed"
    return "failed" if case.verdict is Verdict.FAIL else "broken"


def _labels(row: Planned, word: str) -> Iterator[tuple[str, str]]:
    """What to group by. Epic and feature are the first clause, as in the report; every clause is a label besides."""
    stated = row.case.requirement
    if stated.clauses:
        yield "epic", stated.clauses[0].part
        yield "feature", stated.clauses[0].place
    yield "story", stated.id
    yield "severity", _severity(stated)
    for clause in stated.clauses:
        yield "clause", str(clause)
    yield "requirement", stated.id
    yield "level", stated.level
    yield "basis", stated.basis
    yield "actor", stated.actor
    yield "verdict", word
    yield "parentSuite", "suites"
    yield "suite", row.case.module
    yield "subSuite", row.case.name
    yield "framework", "mpp-conformance"


def _severity(stated: Requirement) -> str:
    if stated.decides:
        return "critical"
    return "normal" if stated.level == MUST else "minor"


def _parameters(scenario: Scenario) -> dict[str, str]:
    reading = f"{'inclusive' if scenario.reading.inclusive else 'exclusive'}, {scenario.reading.year} year"
    found = {"scenario": scenario.label, "edition": scenario.edition, "reading": reading}
    for number, payment in enumerate(scenario.payments[:_PAYMENTS], start=1):
        found |= _payment(payment, f" {number}" if len(scenario.payments) > 1 else "")
    if len(scenario.payments) > _PAYMENTS:
        found["payments"] = str(len(scenario.payments))
    if scenario.past:
        found["paid before"] = f"{cny(sum(past.amount for past in scenario.past))} CNY"
    return found


def _payment(payment: Payment, number: str) -> dict[str, str]:
    answer = payment.answer
    return {
        f"payment{number}": f"{payment.code}, {cny(payment.amount)} CNY, {payment.customer}",
        f"at{number}": payment.at,
        f"answer{number}": "by the limits" if answer is None else f"{answer.action_type} {answer.result_status}",
    }


def _name(*parts: str) -> str:
    """A name that is the same in every run for the same parts (32 hex digits)."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _bounded(value: object) -> str:
    """A value as text: as it is, or as JSON."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _VALUE else f"{text[:_VALUE]}... ({len(text)} characters)"
