"""Folds the verdicts of cases into verdicts of requirements and clauses, and those into one result.

The worst verdict wins and never improves. Only requirements that decide (see ``Requirement.decides``) speak for or
against the wallet; what breaks one of the others is an observation. A fault of the suite spoils any result.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from mpp_conformance.judging.judgement import Judgement
from mpp_conformance.judging.set_up import SetUp
from mpp_conformance.judging.trace import Trace
from mpp_conformance.judging.verdict import Verdict, worst
from mpp_conformance.ledger.catalogue import Key, Planned
from mpp_conformance.ledger.requirements import Ledger, Requirement
from mpp_conformance.scenarios.scenario import Scenario


class Result(StrEnum):
    """What the run came to, as people read it."""

    CONFORMS = "conforms"
    FAILS = "does not conform"
    NOT_PROVEN = "not proven"
    PARTIAL = "partial run: nothing is certified"
    ERROR = "error"

    @property
    def overall(self) -> str:
        """As programs read it: conformant, nonconformant, inconclusive or error."""
        return _OVERALL[self]

    @property
    def status(self) -> int:
        """The exit code of whoever comes to it, pytest or a command."""
        return _STATUS[self.overall]


_OVERALL = {
    Result.CONFORMS: "conformant",
    Result.FAILS: "nonconformant",
    Result.NOT_PROVEN: "inconclusive",
    Result.PARTIAL: "inconclusive",
    Result.ERROR: "error",
}
_STATUS = {"conformant": 0, "nonconformant": 1, "error": 4, "inconclusive": 5}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """One case judged on one conversation.

    ``evidence`` is the file's name within the run's ``evidence`` folder, ``digest`` that of its content (SHA-256);
    both are empty where no conversation could be held.
    """

    planned: Planned
    judgement: Judgement
    evidence: str = ""
    digest: str = ""

    @property
    def key(self) -> Key:
        """What names this row in every run."""
        return self.planned.key

    @property
    def verdict(self) -> Verdict:
        """What the judgement came to."""
        return self.judgement.verdict

    @property
    def failed(self) -> bool:
        """Whether the wallet failed it."""
        return self.verdict is Verdict.FAIL

    @property
    def observed(self) -> bool:
        """Whether this is told without counting against the wallet."""
        return self.verdict in {Verdict.FAIL, Verdict.INCONCLUSIVE} and not self.planned.case.requirement.decides

    @property
    def red(self) -> bool:
        """Whether this keeps the wallet from conforming."""
        return self.verdict is not Verdict.PASS and not self.observed


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementResult:
    """One row of the ledger: the worst verdict of its cases, and how many there were.

    ``applicable`` counts the cases that should be judged, ``judged`` those that were.
    """

    requirement: Requirement
    verdict: Verdict
    applicable: int
    judged: int
    not_applicable: int

    @property
    def tested(self) -> bool:
        """Whether it takes part in this run at all: stated as tested, and applicable to this wallet."""
        return not self.requirement.excluded and (self.applicable > 0 or self.not_applicable == 0)

    @property
    def counts(self) -> bool:
        """Whether its verdict speaks for or against the wallet."""
        return self.tested and self.requirement.decides


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """A whole run. ``missing`` are applicable rows that nobody judged."""

    result: Result
    cases: tuple[CaseResult, ...]
    requirements: tuple[RequirementResult, ...]
    clauses: tuple[tuple[str, Verdict], ...]
    missing: tuple[Key, ...]
    not_applicable: int

    @property
    def complete(self) -> bool:
        """Whether everything applicable was judged."""
        return not self.missing

    @property
    def observations(self) -> tuple[CaseResult, ...]:
        """What is told without counting against the wallet."""
        return tuple(case for case in self.cases if case.observed)

    @property
    def verdicts(self) -> Mapping[Verdict, int]:
        """How many cases came to each verdict, NONE left out."""
        return {verdict: sum(case.verdict is verdict for case in self.cases) for verdict in Verdict if verdict.value}


def weigh(results: Iterable[CaseResult], traces: Mapping[Scenario, Trace]) -> list[CaseResult]:
    """The results of a run in the light of what its conversations, those that were judged, show of the set-up."""
    judged = list(results)
    held = dict.fromkeys(case.planned.scenario for case in judged if case.evidence)
    set_up = SetUp.of(traces[scenario] for scenario in held if scenario in traces)
    return [
        replace(case, judgement=set_up.weigh(case.judgement, traces[case.planned.scenario]))
        if case.evidence and case.planned.scenario in traces
        else case
        for case in judged
    ]


def fold(results: Iterable[CaseResult], ledger: Ledger, planned: Sequence[Planned]) -> RunResult:
    """The result of a run from what was judged and what should have been.

    Of several results for one row the worst counts. ValueError for a result that was not planned.
    """
    by_key: dict[Key, CaseResult] = {}
    for case in results:
        known = by_key.get(case.key)
        if known is None or case.verdict > known.verdict:
            by_key[case.key] = case
    applicable = [row.key for row in planned if not row.not_applicable]
    surplus = set(by_key) - set(applicable)
    if surplus:
        raise ValueError(f"a result that was not planned: {min(surplus)}")
    cases = tuple(by_key[key] for key in applicable if key in by_key)
    missing = tuple(key for key in applicable if key not in by_key)
    requirements = _requirements(cases, ledger, planned)
    return RunResult(
        result=_result(cases, requirements, missing),
        cases=cases,
        requirements=requirements,
        clauses=_clauses(requirements),
        missing=missing,
        not_applicable=sum(bool(row.not_applicable) for row in planned),
    )


def _requirements(
    cases: Sequence[CaseResult], ledger: Ledger, planned: Sequence[Planned]
) -> tuple[RequirementResult, ...]:
    verdicts: dict[str, list[Verdict]] = {name: [] for name in ledger.requirements}
    rows: dict[str, list[Planned]] = {name: [] for name in ledger.requirements}
    for case in cases:
        verdicts[case.planned.case.requirement.id].append(case.verdict)
    for row in planned:
        rows[row.case.requirement.id].append(row)
    return tuple(
        RequirementResult(
            requirement=requirement,
            verdict=worst(verdicts[name]),
            applicable=sum(not row.not_applicable for row in rows[name]),
            judged=len(verdicts[name]),
            not_applicable=sum(bool(row.not_applicable) for row in rows[name]),
        )
        for name, requirement in ledger.requirements.items()
    )


def _clauses(requirements: Sequence[RequirementResult]) -> tuple[tuple[str, Verdict], ...]:
    """The worst verdict of the requirements that count and rest on each clause, in the ledger's order."""
    verdicts: dict[str, list[Verdict]] = {}
    for row in requirements:
        if row.counts or row.verdict is Verdict.ERROR:
            for clause in row.requirement.clauses:
                verdicts.setdefault(str(clause), []).append(row.verdict)
    return tuple((clause, worst(found)) for clause, found in verdicts.items())


def _result(cases: Sequence[CaseResult], requirements: Sequence[RequirementResult], missing: Sequence[Key]) -> Result:
    counting = [row.verdict for row in requirements if row.counts]
    if any(case.verdict is Verdict.ERROR for case in cases):
        return Result.ERROR
    if Verdict.FAIL in counting:
        return Result.FAILS
    if not cases or not counting or Verdict.INCONCLUSIVE in counting:
        return Result.NOT_PROVEN
    if missing:
        return Result.PARTIAL
    return Result.CONFORMS if all(verdict is Verdict.PASS for verdict in counting) else Result.NOT_PROVEN
