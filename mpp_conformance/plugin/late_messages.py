"""What came when its conversation was over is judged with it all the same."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mpp_conformance.judging import oracle
from mpp_conformance.judging.verdict import Verdict

if TYPE_CHECKING:
    from mpp_conformance.plugin.record import Record
    from mpp_conformance.report.verdict_file.folding import CaseResult
    from mpp_conformance.transport.scheduler import Conversations


def judge_again(results: list[CaseResult], record: Record, conversations: Conversations) -> None:
    """Put other results in the place of those that late messages change, on evidence that holds the messages.

    An error, which is our own, stays one. Where they change no verdict, the evidence stays that of the conversation as
    it was when it was over.
    """
    for scenario, whole in conversations.prolonged.items():
        places = [
            place
            for place, result in enumerate(results)
            if result.planned.scenario == scenario and result.verdict is not Verdict.ERROR
        ]
        written = record.redacted(whole)
        judged = {place: oracle.judge(results[place].planned.case.judge, written[0]) for place in places}
        if all(new.verdict is results[place].verdict for place, new in judged.items()):
            continue
        kept = record.write(scenario, *written)
        for place, new in judged.items():
            results[place] = replace(results[place], judgement=new, evidence=kept.name, digest=kept.digest)
            record.judged(results[place])
