"""What came when its conversation was over: it is judged with it, where that makes a verdict worse."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mpp_conformance import oracle
from mpp_conformance.trace import ENDED

if TYPE_CHECKING:
    from mpp_conformance.plugin.record import Record
    from mpp_conformance.report.results import CaseResult
    from mpp_conformance.scheduler import Conversations


def judge_again(results: list[CaseResult], record: Record, conversations: Conversations) -> None:
    """Put other results in the place of those that late messages make worse, on evidence that holds the messages.

    What comes after patience has run out is too late to make anything better.
    """
    for scenario, whole in conversations.prolonged.items():
        if scenario not in record.traces or record.traces[scenario].ending != ENDED:
            continue
        places = [place for place, result in enumerate(results) if result.planned.scenario == scenario]
        written = record.redacted(whole)
        judged = [oracle.judge(results[place].planned.case.judge, written[0]) for place in places]
        if all(new.verdict <= results[place].verdict for place, new in zip(places, judged, strict=True)):
            continue
        kept = record.write(scenario, *written)
        for place, new in zip(places, judged, strict=True):
            results[place] = replace(results[place], judgement=new, evidence=kept.name, digest=kept.digest)
            record.judged(results[place])
