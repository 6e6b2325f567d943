"""Which requirements rest on a person's word, and on whose."""

from collections.abc import Iterable, Mapping

from mpp_conformance.judging.trace import Trace
from mpp_conformance.protocol.messages import USER, Sighting
from mpp_conformance.report.verdict_file.folding import CaseResult
from mpp_conformance.scenarios.scenario import FOREIGN, Scenario


def rows(cases: Iterable[CaseResult], traces: Mapping[Scenario, Trace]) -> list[dict[str, object]]:
    """One for each requirement of which a case looks at what a person says, or at nothing that anybody else says."""
    found: dict[str, set[str]] = {}
    for case in cases:
        trace = traces.get(case.planned.scenario)
        foreign = any(payment.code == FOREIGN for payment in case.planned.scenario.payments)
        if trace is not None and (foreign or USER in case.planned.case.points):
            found.setdefault(case.planned.case.requirement.id, set()).update(persons(trace))
    return [{"requirement": name, "persons": sorted(names)} for name, names in found.items()]


def persons(trace: Trace) -> set[str]:
    """The names of those who said what they saw in a conversation."""
    return {event.message.person for event in trace.events if isinstance(event.message, Sighting)}
