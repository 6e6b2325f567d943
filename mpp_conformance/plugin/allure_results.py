"""What Allure is told of a case: labels to group by, the trace as steps, and what the verdict rests on."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from uuid import uuid4

from allure_commons import plugin_manager
from allure_commons.types import AttachmentType, LabelType, Severity

from mpp_conformance import __version__, evidence
from mpp_conformance.report.document import RunFacts
from mpp_conformance.report.results import CaseResult
from mpp_conformance.report.text import printable, readable, shown_fields
from mpp_conformance.requirements import MUST
from mpp_conformance.scenario import Scenario
from mpp_conformance.trace import Trace

_STEPS: Final = 50
_CATEGORIES: Final = [
    {"name": "The MPP broke a requirement", "matchedStatuses": ["failed"]},
    {
        "name": "Proof is missing, or the suite is at fault",
        "matchedStatuses": ["broken"],
    },
    {"name": "Not applicable: the wallet does not claim it", "matchedStatuses": ["skipped"]},
]


class AllureResults:
    """Adds to the results that allure-pytest writes into ``directory``."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def tell(self, result: CaseResult, trace: Trace | None) -> None:
        """Describe the item that is being run."""
        stated, scenario = result.planned.case.requirement, result.planned.scenario
        clauses = "\n".join(f"- {clause}" for clause in stated.clauses)
        hook = plugin_manager.hook
        hook.add_title(test_title=f"{result.planned.case.purpose} [{scenario.label}]")
        hook.add_description(
            test_description=f"{stated.id} ({stated.level}, {stated.basis}): {stated.text}\n\n{clauses}"
        )
        for kind, values in _labels(result):
            hook.add_label(label_type=kind, labels=values)
        for name, value in _parameters(scenario).items():
            hook.add_parameter(name=name, value=value, excluded=False, mode=None)
        if trace is not None:
            _steps(trace)
            _attach("trace", readable(trace), AttachmentType.TEXT)
            _attach("evidence", json.dumps(evidence.document(trace)), AttachmentType.JSON)
        _attach("judgement", _judgement(result), AttachmentType.TEXT)

    def finish(self, facts: RunFacts) -> None:
        """Write what stands beside the results: environment, executor and categories."""
        environment = {
            "target": facts.target,
            "wallet": f"{facts.claims['wallet']['name']} {facts.claims['wallet']['version']}",
            "edition": facts.claims["limits"]["edition"],
            "suite": __version__,
        }
        lines = "".join(f"{name}={_property(str(value))}\n" for name, value in environment.items())
        executor = {"name": "mpp-conformance", "type": "mpp-conformance", "buildName": facts.run}
        self._directory.joinpath("environment.properties").write_text(lines, "utf-8")
        self._directory.joinpath("executor.json").write_text(json.dumps(executor), "utf-8")
        self._directory.joinpath("categories.json").write_text(json.dumps(_CATEGORIES), "utf-8")


def _labels(result: CaseResult) -> Iterator[tuple[str, tuple[str, ...]]]:
    stated = result.planned.case.requirement
    yield LabelType.EPIC, tuple(dict.fromkeys(clause.part for clause in stated.clauses))
    yield LabelType.FEATURE, (stated.id,)
    yield LabelType.STORY, (stated.actor,)
    advised = Severity.NORMAL if stated.level == MUST else Severity.MINOR
    yield LabelType.SEVERITY, ((Severity.CRITICAL if stated.decides else advised).value,)


def _parameters(scenario: Scenario) -> dict[str, str]:
    first = scenario.payments[0]
    found = {"trace": scenario.label, "code": first.code, "amount in fen": str(first.amount)}
    found |= {"customer": first.customer, "edition": scenario.edition}
    if first.answer is not None:
        found |= {"actionType": first.answer.action_type, "resultStatus": first.answer.result_status}
    return found


def _steps(trace: Trace) -> None:
    """One step for each message, its fields as parameters; the evidence holds them whole."""
    for event in trace.events[:_STEPS]:
        name = str(uuid4())
        way = "to the MPP" if event.message.by_suite else "from the MPP"
        title = f"{event.number}. {event.message.name} {way}"
        plugin_manager.hook.start_step(uuid=name, title=title, params=shown_fields(event.message))
        plugin_manager.hook.stop_step(uuid=name, exc_type=None, exc_val=None, exc_tb=None)


def _attach(name: str, body: str, kind: AttachmentType) -> None:
    plugin_manager.hook.attach_data(body=body, name=name, attachment_type=kind, extension=None)


def _judgement(result: CaseResult) -> str:
    judgement = result.judgement
    rows = {
        "verdict": result.verdict.word,
        "expected": judgement.expected,
        "seen": judgement.seen,
        "likely": judgement.hint,
        "messages": ", ".join(str(number) for number in judgement.events),
        "evidence": result.evidence,
        "sha256": result.digest,
    }
    return "".join(f"{name:<9} {printable(value)}\n" for name, value in rows.items() if value)


def _property(value: str) -> str:
    return printable(value).replace("\\", "\\\\")
