"""The fold: the sorted records of many conversations -> what they come to. Equal shapes are judged once."""

import hashlib
from collections import Counter, OrderedDict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from mpp_conformance.common.resources import directory
from mpp_conformance.judging.trace import Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.ledger.requirements import Case
from mpp_conformance.scenarios.observation import Observed
from mpp_conformance.trials.audit import log_traces, shapes
from mpp_conformance.trials.audit.mapping import Mapped
from mpp_conformance.trials.audit.questions import Questions
from mpp_conformance.trials.audit.records import Facts, Record, conversations
from mpp_conformance.trials.audit.situation import Situation, Unclear
from mpp_conformance.trials.audit.tally import Tally

NOTHING_TO_ASK: Final = "no case is asked of what happened in it"
_MOST_SHAPES: Final = 4_096


class ShapeError(RuntimeError):
    """A conversation and its shape are judged differently: a fault of ours."""


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """What the cases come to on every conversation of a shape: each requirement's worst verdict, and what is broken."""

    name: str
    verdicts: Mapping[str, Verdict]
    broken: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Fold:
    """Judges conversations by ``questions``; ``settle`` as in ``[attested]``."""

    questions: Questions
    attested: Observed
    facts: Facts = field(default_factory=Facts)
    settle: float = 0.0
    _shapes: OrderedDict[tuple[Situation, Trace], _Judged] = field(default_factory=OrderedDict)
    _alike: OrderedDict[Hashable, _Judged | str] = field(default_factory=OrderedDict)
    """What conversations that differ in long numbers alone came to, or why nothing is asked of them."""

    def of(self, records: Iterable[Record]) -> Tally:
        """What these records come to; UnsortedError where they do not come by conversation and time."""
        tally, judged = Tally(), Counter[_Judged]()
        for name, found in conversations(records):
            tally.conversations += 1
            tally.records += len(found)
            outcome = self._found(found)
            if isinstance(outcome, str):
                tally.unasked[outcome] += 1
                continue
            judged[outcome] += 1
            for requirement in outcome.broken:
                tally.keep(requirement, outcome.name, name, found)
        for outcome, times in judged.items():
            _count(tally, outcome, times)
        return tally

    def broken_case(self, requirement: str, records: Sequence[Record]) -> tuple[Case, Trace]:
        """The case that a conversation fails, of a requirement that it was found to break, and its trace."""
        situation, trace = self._read(records)
        judged = self.questions.judge(situation, trace).items()
        return next(case for case, made in judged if _breaks(case, made.verdict, requirement)), trace

    def _found(self, records: Sequence[Record]) -> _Judged | str:
        """What a conversation comes to, or why nothing is asked of it."""
        cut_off = log_traces.cut_off(records, self.facts, self.settle)
        keys = []
        for likeness in shapes.likenesses(records):
            key = likeness, cut_off
            known = self._alike.get(key)
            if known is not None:
                self._alike.move_to_end(key)
                return known
            keys.append(key)
        try:
            made: _Judged | str = self._judged(*self._read(records))
        except Unclear as why:
            made = str(why)
        for key in keys:
            self._alike[key] = made
            if len(self._alike) > _MOST_SHAPES:
                self._alike.popitem(last=False)
        return made

    def _read(self, records: Sequence[Record]) -> tuple[Situation, Trace]:
        return log_traces.read(records, self.attested, self.facts, self.settle)

    def _judged(self, situation: Situation, trace: Trace) -> _Judged:
        renamed = shapes.shape(trace)
        known = self._shapes.get((situation, renamed))
        if known is not None:
            self._shapes.move_to_end((situation, renamed))
            return known
        verdicts = _by_requirement(self.questions, situation, renamed)
        if verdicts != _by_requirement(self.questions, situation, trace):
            raise ShapeError(f"a conversation of the situation {situation} is judged otherwise than its shape")
        broken = tuple(name for name, verdict in verdicts.items() if verdict is Verdict.FAIL)
        made = _Judged(hashlib.sha256(repr((situation, renamed)).encode()).hexdigest(), verdicts, broken)
        self._shapes[situation, renamed] = made
        if len(self._shapes) > _MOST_SHAPES:
            self._shapes.popitem(last=False)
        return made


def prepare_fold(mapped: Mapped, facts: Facts) -> Fold:
    """The fold of an audit: this suite's cases, asked of logs of which ``facts`` are known."""
    questions = Questions(load(directory("suites")).cases)
    return Fold(questions=questions, attested=mapped.observes, facts=facts, settle=mapped.attested.settle)


def _count(tally: Tally, judged: _Judged, times: int) -> None:
    """So many conversations came to the same."""
    if not judged.verdicts:
        tally.unasked[NOTHING_TO_ASK] += times
    tally.broken += times if judged.broken else 0
    for requirement, verdict in judged.verdicts.items():
        tally.count(requirement, verdict, times)


def _breaks(case: Case, verdict: Verdict, requirement: str) -> bool:
    return case.requirement.id == requirement and verdict is Verdict.FAIL


def _by_requirement(questions: Questions, situation: Situation, trace: Trace) -> Mapping[str, Verdict]:
    """The worst verdict of each requirement's cases; of those that pass or prove nothing, a pass is what counts."""
    found: dict[str, set[Verdict]] = {}
    for case, made in questions.judge(situation, trace).items():
        found.setdefault(case.requirement.id, set()).add(made.verdict)
    order = (Verdict.ERROR, Verdict.FAIL, Verdict.PASS, Verdict.INCONCLUSIVE)
    return {name: next(verdict for verdict in order if verdict in verdicts) for name, verdicts in found.items()}
