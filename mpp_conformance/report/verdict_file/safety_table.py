"""Findings that nobody may overlook, and how the wallet met faults that no document speaks of: for the verdict file."""

from collections.abc import Iterable, Mapping
from typing import Any

from mpp_conformance.judging import safety
from mpp_conformance.judging.trace import Trace
from mpp_conformance.report.verdict_file.folding import CaseResult
from mpp_conformance.scenarios.scenario import Scenario

Row = dict[str, Any]


def findings(cases: Iterable[CaseResult], traces: Mapping[Scenario, Trace]) -> list[Row]:
    """One row for each finding, kind by kind."""
    held = _held(cases)
    rows = [
        {
            "finding": found.kind,
            "text": safety.FINDINGS[found.kind],
            "scenario": label,
            "payment": found.payment,
            "events": list(found.events),
            "evidence": evidence,
        }
        for scenario, (label, evidence) in held.items()
        if scenario in traces
        for found in safety.findings(traces[scenario])
    ]
    order = list(safety.FINDINGS)
    return sorted(rows, key=lambda row: order.index(row["finding"]))


def silences(cases: Iterable[CaseResult], traces: Mapping[Scenario, Trace]) -> list[Row]:
    """One row for each fault that was to be met, what needs a look first and the worst of it at the top."""
    held = _held(cases)
    rows = [
        {
            "fault": seen.fault.name,
            "does": seen.fault.does,
            "careful": seen.fault.careful,
            "scenario": label,
            "payment": seen.payment,
            "reading": seen.reading,
            "unsafe": seen.unsafe,
            "text": safety.READINGS[seen.reading],
            "calls": seen.calls,
            "evidence": evidence,
        }
        for scenario, (label, evidence) in held.items()
        if scenario in traces
        for seen in safety.behaviours(traces[scenario])
    ]
    order = list(safety.READINGS)
    return sorted(rows, key=lambda row: order.index(row["reading"]))


def _held(cases: Iterable[CaseResult]) -> dict[Scenario, tuple[str, str]]:
    """Each conversation that was judged, with its label and its evidence."""
    return {case.planned.scenario: (case.planned.scenario.label, case.evidence) for case in cases if case.evidence}
