"""Generated answers tried out with an MPP, any of them and from any seed; what fails is made as small as it gets.

A run holds the answers that travel with the package. This is for looking closer: it writes no report and certifies
nothing. Money moves as in a run.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from mpp_conformance import answers, catalogue, oracle, shrinking
from mpp_conformance.answers import AnswersError, Choice, Generated
from mpp_conformance.catalogue import Claims
from mpp_conformance.generation import CELLS, tier
from mpp_conformance.judgement import Judgement
from mpp_conformance.requirements import Case
from mpp_conformance.scheduler import Conversations
from mpp_conformance.verdict import Verdict

_CELL_OF: Final = {cell: name for name, cell in CELLS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """An answer, and what each case says of the conversation with it; without rows where none applies."""

    answer: Generated
    rows: tuple[tuple[Case, Judgement], ...]

    @property
    def failed(self) -> tuple[tuple[Case, Judgement], ...]:
        """What it fails; what decides comes first."""
        found = [(case, judgement) for case, judgement in self.rows if judgement.verdict is Verdict.FAIL]
        return tuple(sorted(found, key=lambda row: not row[0].requirement.decides))

    @property
    def verdict(self) -> Verdict:
        """The worst of what decides; what is only observed is none."""
        decided = [judgement.verdict for case, judgement in self.rows if case.requirement.decides]
        return max(decided, default=Verdict.NONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The cases that judge generated answers, and the conversations with the MPP that ``claims`` is about."""

    cases: Sequence[Case]
    claims: Claims
    conversations: Conversations

    def all_of(self, found: Sequence[Generated]) -> Iterator[Tried]:
        """Each answer tried, one after the other; the conversations are begun together."""
        self.conversations.prepare([answer.scenario for answer in found if self._cases_of(answer)])
        return (self.one(answer) for answer in found)

    def one(self, found: Generated) -> Tried:
        """What the cases say of one answer."""
        cases = self._cases_of(found)
        if not cases:
            return Tried(answer=found, rows=())
        trace = self.conversations.trace(found.scenario)
        return Tried(answer=found, rows=tuple((case, oracle.judge(case.judge, trace)) for case in cases))

    def smallest(self, found: Generated, case: Case, *, most: int) -> tuple[Generated, shrinking.Shrunk]:
        """The smallest answer to the same effect that fails ``case`` as ``found`` does, in ``most`` conversations."""
        cell = cell_of(found.body)

        def fails(text: str) -> bool | None:
            try:
                candidate = replace(found, body=text)
                alike = cell_of(text) == cell and tier(text, cell) is found.within
            except AnswersError:
                return None
            if not alike:
                return None
            rows = self.one(candidate).rows
            return any(known is case and judgement.verdict is Verdict.FAIL for known, judgement in rows)

        shrunk = shrinking.smallest(found.body, fails, most=most)
        return replace(found, body=shrunk.text), shrunk

    def _cases_of(self, found: Generated) -> list[Case]:
        return [
            case
            for case in self.cases
            if isinstance(case.build, Choice)
            and case.build.takes(found)
            and not catalogue.not_applicable(case, found.scenario, self.claims)
        ]


def cell_of(body: str) -> str:
    """The business scenario of an answer, by the name it has in ``generation``; AnswersError for what is no answer."""
    made = answers.answer(body)
    return _CELL_OF[made.action_type, made.result_status]


def in_words(body: str, code: str, amount: int) -> Generated:
    """An answer that is given as JSON text; AnswersError where it is none, or breaks the interface."""
    within = tier(body, cell_of(body))
    if within is None:
        raise AnswersError("the answer breaks openapi/alipay-plus.yaml")
    return Generated(name="given", description="given", within=within, code=code, amount=amount, body=body)
