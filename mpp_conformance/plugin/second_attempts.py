"""Conversations in which the suite itself was late: what is not proven is tried once more, with nothing beside it.

Our own lag is nobody's fault, and often over with the rest of a run. All attempts stand in the journal, each with its
evidence. No failure is tried again, and no conversation after whose end the wallet spoke: it has no second chance in
what counts against it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mpp_conformance.judging.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mpp_conformance.judging.trace import Trace
    from mpp_conformance.plugin.execution import Execution
    from mpp_conformance.report.verdict_file.folding import CaseResult
    from mpp_conformance.scenarios.scenario import Scenario

TIMES: Final = 2
"""So often a conversation is held once more, at most."""
_FEW: Final = 5
"""So many at most are held once more in any run."""
_SHARE: Final = 10
"""In a long one, one of so many: where more of them lagged, this machine is not fit for the run."""


def hold_again(run: Execution) -> None:
    """Hold once more what lagged, one after the other, and judge it anew; the latest attempt counts."""
    for _ in range(TIMES):
        for scenario in unproven(run.results, run.record.traces):
            if scenario not in run.conversations.prolonged and run.conversations.renew(scenario):
                run.record.set_aside(scenario)
                _judge(run, scenario)


def unproven(results: Iterable[CaseResult], traces: Mapping[Scenario, Trace]) -> Sequence[Scenario]:
    """The conversations that lagged, and in which something is not proven and nothing failed that counts.

    None where they are too many.
    """
    verdicts: dict[Scenario, set[Verdict]] = {}
    for result in results:
        if not (result.failed and result.observed):
            verdicts.setdefault(result.planned.scenario, set()).add(result.verdict)
    found = [
        scenario
        for scenario, trace in traces.items()
        if trace.lagged and max(verdicts.get(scenario, {Verdict.PASS})) is Verdict.INCONCLUSIVE
    ]
    return found if len(found) <= max(_FEW, len(traces) // _SHARE) else ()


def _judge(run: Execution, scenario: Scenario) -> None:
    for place, result in enumerate(run.results):
        if result.planned.scenario == scenario:
            run.results[place] = run.judge(result.planned)
            run.record.judged(run.results[place])
