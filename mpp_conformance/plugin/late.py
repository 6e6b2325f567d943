"""What came when its conversation was over is judged with it all the same."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from mpp_conformance import oracle
from mpp_conformance.trace import BROKEN, ENDED, WAITED
from mpp_conformance.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mpp_conformance.judgement import Judgement
    from mpp_conformance.plugin.record import Record
    from mpp_conformance.report.results import CaseResult
    from mpp_conformance.scheduler import Conversations
    from mpp_conformance.trace import Trace


_SLOW: Final = "the wallet was slower than [reach] patience: what was waited for came later"


def judge_again(results: list[CaseResult], record: Record, conversations: Conversations) -> None:
    """Put other results in the place of those that late messages change, on evidence that holds the messages.

    Where everything had come, what comes late can only make a verdict worse. Where patience ran out, it can take back
    what was said of a wallet that was only slow: no sentence says how fast it must be. What asks for some message is
    met by it then; what asks for all messages of a kind is not proven.
    """
    for scenario, whole in conversations.prolonged.items():
        places = [place for place, result in enumerate(results) if result.planned.scenario == scenario]
        written = record.redacted(whole)
        known = [results[place].verdict for place in places]
        judged = _judged(results, places, written[0])
        if whole.ending == WAITED and _cures(known, judged):
            written = record.redacted(replace(whole, ending=BROKEN, trouble=_SLOW))
            judged = _judged(results, places, written[0])
        elif whole.ending != ENDED or all(new.verdict <= old for new, old in zip(judged, known, strict=True)):
            continue
        kept = record.write(scenario, *written)
        for place, new in zip(places, judged, strict=True):
            results[place] = replace(results[place], judgement=new, evidence=kept.name, digest=kept.digest)
            record.judged(results[place])


def _judged(results: Sequence[CaseResult], places: Iterable[int], trace: Trace) -> list[Judgement]:
    return [oracle.judge(results[place].planned.case.judge, trace) for place in places]


def _cures(known: Sequence[Verdict], judged: Sequence[Judgement]) -> bool:
    """Whether all that failed would have passed in time."""
    failed = [new.verdict for old, new in zip(known, judged, strict=True) if old is Verdict.FAIL]
    return bool(failed) and set(failed) == {Verdict.PASS}
