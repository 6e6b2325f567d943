"""Generated answers tried out with an MPP, any of them and from any seed; what fails is made as small as it gets.

A run holds the answers that travel with the package. This is for looking closer: it writes no report and certifies
nothing. Money moves as in a run.
"""

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from mpp_conformance.generation import CELLS, problems, tier
from mpp_conformance.judging import oracle
from mpp_conformance.judging.judgement import Judgement
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger import catalogue
from mpp_conformance.ledger.catalogue import Claims
from mpp_conformance.ledger.requirements import Case
from mpp_conformance.scenarios import answers, shrinking
from mpp_conformance.scenarios.answers import AnswersError, Found, Generated, Illegal
from mpp_conformance.transport.scheduler import Conversations

_CELL_OF: Final = {cell: name for name, cell in CELLS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """An answer, and what each case says of the conversation with it; without rows where none applies."""

    answer: Found
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

    def all_of(self, found: Sequence[Found]) -> Iterator[Tried]:
        """Each answer tried, one after the other; the conversations are begun together."""
        self.conversations.prepare([answer.scenario for answer in found if self._cases_of(answer)])
        return (self.one(answer) for answer in found)

    def one(self, found: Found) -> Tried:
        """What the cases say of one answer."""
        cases = self._cases_of(found)
        if not cases:
            return Tried(answer=found, rows=())
        trace = self.conversations.trace(found.scenario)
        return Tried(answer=found, rows=tuple((case, oracle.judge(case.judge, trace)) for case in cases))

    def smallest(self, found: Found, case: Case, *, most: int) -> tuple[Found, shrinking.Shrunk]:
        """The smallest answer to the same effect that fails ``case`` as ``found`` does, in ``most`` conversations.

        A legal one stays legal; an illegal one is broken where it was, and nowhere else.
        """
        alike = _alike(found)

        def fails(text: str) -> bool | None:
            if not alike(text):
                return None
            rows = self.one(replace(found, body=text)).rows
            return any(known is case and judgement.verdict is Verdict.FAIL for known, judgement in rows)

        shrunk = shrinking.smallest(found.body, fails, most=most)
        return replace(found, body=shrunk.text), shrunk

    def _cases_of(self, found: Found) -> list[Case]:
        return [
            case
            for case in self.cases
            if case.takes(found) and not catalogue.not_applicable(case, found.scenario, self.claims)
        ]


def _alike(found: Found) -> Callable[[str], bool]:
    """What tells whether another body is to the same effect, and as legal or broken in the same places."""
    if isinstance(found, Illegal):
        return functools.partial(_broken_alike, found.body)
    return functools.partial(_legal_alike, cell_of(found.body), found.within)


def _legal_alike(cell: str, within: bool, text: str) -> bool:  # noqa: FBT001  # bound by position
    try:
        return cell_of(text) == cell and tier(text, cell) is within
    except AnswersError:
        return False


def _broken_alike(body: str, text: str) -> bool:
    made, usual = (replace(answers.interpret(known), payload=None, body="") for known in (text, body))
    places = _places(text)
    return made == usual and bool(places) and places <= _places(body)


def _places(body: str) -> set[str]:
    """The fields that break the interface."""
    return {problem.partition(":")[0] for problem in problems(body)}


def cell_of(body: str) -> str:
    """The business scenario of an answer, by the name it has in ``generation``; AnswersError for what is no answer."""
    made = answers.answer(body)
    return _CELL_OF[made.action_type, made.result_status]


def in_words(body: str, code: str, amount: int) -> Found:
    """An answer given as JSON text, an illegal one if it breaks the interface; AnswersError where it is none."""
    answers.interpret(body)
    found = problems(body)
    if found:
        return Illegal(name="given", description=found[0], code=code, amount=amount, body=body)
    within = bool(tier(body, cell_of(body)))
    return Generated(name="given", description="given", within=within, code=code, amount=amount, body=body)
