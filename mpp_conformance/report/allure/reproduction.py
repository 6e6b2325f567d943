"""Allure's results once more, from a run's folder: in another language, or with what a gate has said since."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from mpp_conformance.common.resources import directory
from mpp_conformance.ledger import catalogue
from mpp_conformance.ledger.catalogue import CatalogueError, Claims
from mpp_conformance.report.allure.results import DIRECTORY, AllureResults
from mpp_conformance.report.languages.language import Language
from mpp_conformance.report.run_folder import folder, reading
from mpp_conformance.report.verdict_file import document, parsing
from mpp_conformance.report.verdict_file.folding import CaseResult
from mpp_conformance.report.verdict_file.parsing import key_of

_SKIPPED: Final = "skipped"


class RemakingError(ValueError):
    """The results cannot be written anew; says why. They are as they were."""


def write_anew(run: Path, language: Language) -> None:
    """Write the results of the run in a folder anew; nothing is judged.

    Results of what does not apply stay as they lie. RemakingError or ``kept.KeptError`` say why it cannot be done.
    """
    verdicts = reading.verdicts(run)
    gate = reading.gate_of(run, verdicts)
    try:
        cases = _cases(verdicts)
        traces = reading.traces(run, reading.names(verdicts)).traces
    except CatalogueError as problem:
        raise RemakingError(str(problem)) from None
    except (KeyError, TypeError, AttributeError, ValueError) as problem:
        raise RemakingError(f"{document.FILE} lacks what they show: {problem!r}") from None
    place = run / DIRECTORY
    for file in (*place.glob("*-attachment.*"), *filter(_judged, place.glob("*-result.json"))):
        file.unlink()
    held = {case.planned.scenario: traces[case.evidence] for case in cases if case.evidence in traces}
    AllureResults(place, verdicts, run / folder.EVIDENCE, language, gate).write(cases, (), held)


def _cases(verdicts: Mapping[str, Any]) -> list[CaseResult]:
    """The cases of a verdict file, in its order."""
    suites = directory("suites")
    if catalogue.digest(suites) != verdicts["suite"]["digest"]:
        raise CatalogueError("the run was judged by other suites than these")
    plan = {row.key: row for row in catalogue.plan(catalogue.load(suites).cases, Claims.of(verdicts["claims"]))}
    return [
        CaseResult(
            planned=plan[key_of(row)],
            judgement=parsing.judgement_of(row),
            evidence=row["evidence"],
            digest=row["evidence_digest"],
        )
        for row in document.cases(verdicts)
    ]


def _judged(file: Path) -> bool:
    return bool(json.loads(file.read_bytes())["status"] != _SKIPPED)
