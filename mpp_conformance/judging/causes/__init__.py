"""The likely cause of a failed case: a kind of fault that shows in its conversation just so, in words.

Each rule is a small function of its own in one of the tables, which are looked at in this order; the first that fits
speaks. A rule states only what no other kind of fault shows alike: `mpp-conformance matrix --causes` counts, over all
faulty MPPs, how often that is right, and a wrong one is a fault of the suite.
"""

from dataclasses import dataclass
from typing import Final

from mpp_conformance.judging.causes import answers, calls, client, handing_over, results
from mpp_conformance.judging.causes.failure import Failure, Rule
from mpp_conformance.judging.judgement import Judgement
from mpp_conformance.judging.trace import Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.protocol.fault_kinds import FaultKind

RULES: Final[tuple[Rule, ...]] = (
    *calls.RULES,
    answers.late_answer_lost,
    *handing_over.RULES,
    *answers.RULES,
    *results.RULES,
    *client.RULES,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What may lie behind a failure."""

    kind: FaultKind
    text: str


def likely_cause(judgement: Judgement, trace: Trace) -> Cause | None:
    """The first cause that fits a case that failed; ``None`` where none does, and for every other verdict."""
    if judgement.verdict is not Verdict.FAIL or judgement.deviation is None:
        return None
    failure = Failure(trace=trace, judgement=judgement, deviation=judgement.deviation)
    for rule in RULES:
        text = rule.explain(failure)
        if text:
            return Cause(kind=rule.kind, text=text)
    return None
