"""Folding: what cases come to, row by row, clause by clause, and in one word."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from random import Random
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpp_conformance.judging.judgement import Judgement
from mpp_conformance.judging.trace import Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import Planned
from mpp_conformance.ledger.requirements import DERIVED, MPP_SERVER, MUST, SHOULD, STATED, Case, Ledger, Requirement
from mpp_conformance.ledger.source import ENTRY_CODE, OVERVIEW
from mpp_conformance.report.verdict_file.folding import CaseResult, RequirementResult, Result, RunResult, fold
from mpp_conformance.scenarios.scenario import ENTRY, Payment, one

_QUICK: Final = settings(deadline=None, database=None, max_examples=100)
_PASS, _FAIL, _INCONCLUSIVE, _ERROR = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.ERROR
_FIRST: Final = Requirement(
    id="R1",
    level=MUST,
    basis=STATED,
    actor=MPP_SERVER,
    clauses=(ENTRY_CODE.steps(1), OVERVIEW.at("note")),
    text="Do the first.",
)
_SECOND: Final = replace(_FIRST, id="R2", clauses=(ENTRY_CODE.steps(2), OVERVIEW.at("note")), text="Do the second.")
_ADVICE: Final = replace(_FIRST, id="A3", level=SHOULD, clauses=(ENTRY_CODE.steps(3),), text="Better do it.")
_INFERRED: Final = replace(_FIRST, id="I4", basis=DERIVED, clauses=(ENTRY_CODE.steps(4),), text="Probably do it.")
_ASIDE: Final = replace(_FIRST, id="X5", clauses=(ENTRY_CODE.steps(5),), text="It happens.", excluded="elsewhere")
_NOTE: Final = "Overview, note"


def _judge(trace: Trace) -> None:
    """Never asked."""


def _row(requirement: Requirement, label: str = "one", not_applicable: str = "") -> Planned:
    case = Case(requirement=requirement, purpose="p", module="test_m", name="test_n", judge=_judge, sources=())
    return Planned(case=case, scenario=one(label, Payment(code=ENTRY)), not_applicable=not_applicable)


def _judged(row: Planned, verdict: Verdict, seen: str = "") -> CaseResult:
    return CaseResult(planned=row, judgement=Judgement(verdict=verdict, seen=seen))


def _folded(results: Iterable[CaseResult], plan: Sequence[Planned], *others: Requirement) -> RunResult:
    ledger = Ledger()
    for requirement in [*(row.case.requirement for row in plan), *others]:
        ledger.state(requirement)
    return fold(results, ledger, plan)


def _step(number: int) -> str:
    return f"Workflow, Entry code, step {number}"


def test_a_result_is_told_to_people_and_to_programs() -> None:
    """Nothing that is not proven is conformant, and a part of a run is inconclusive."""
    assert {result.value: result.overall for result in Result} == {
        "conforms": "conformant",
        "does not conform": "nonconformant",
        "not proven": "inconclusive",
        "partial run: nothing is certified": "inconclusive",
        "error": "error",
    }


@pytest.mark.parametrize(
    ("requirement", "verdict", "observed", "red"),
    [
        (_FIRST, _PASS, False, False),
        (_FIRST, _INCONCLUSIVE, False, True),
        (_FIRST, _FAIL, False, True),
        (_FIRST, _ERROR, False, True),
        (_ADVICE, _PASS, False, False),
        (_ADVICE, _INCONCLUSIVE, True, False),
        (_ADVICE, _FAIL, True, False),
        (_ADVICE, _ERROR, False, True),
        (_INFERRED, _FAIL, True, False),
        (_FIRST, Verdict.NONE, False, True),
    ],
)
def test_a_case_counts_or_is_only_told(
    *, requirement: Requirement, verdict: Verdict, observed: bool, red: bool
) -> None:
    """Advice and inference turn nothing red; a fault of the suite always does."""
    result = _judged(_row(requirement), verdict)

    assert (verdict, observed, red) == (result.verdict, result.observed, result.red)
    assert (result.planned.key, "", "") == (result.key, result.evidence, result.digest)


@pytest.mark.parametrize(
    ("requirement", "applicable", "not_applicable", "tested", "counts"),
    [
        (_FIRST, 1, 0, True, True),
        (_FIRST, 1, 1, True, True),
        (_FIRST, 0, 0, True, True),
        (_FIRST, 0, 1, False, False),
        (_ADVICE, 1, 0, True, False),
        (_ADVICE, 0, 2, False, False),
        (_ASIDE, 0, 0, False, False),
        (_ASIDE, 1, 0, False, False),
    ],
)
def test_a_row_takes_part_where_it_applies(
    *, requirement: Requirement, applicable: int, not_applicable: int, tested: bool, counts: bool
) -> None:
    """A duty without any case is open; one whose cases do not apply to this wallet, or that is left out, is not."""
    row = RequirementResult(
        requirement=requirement, verdict=_PASS, applicable=applicable, judged=0, not_applicable=not_applicable
    )

    assert (tested, counts) == (row.tested, row.counts)


def test_everything_is_told_in_its_place() -> None:
    """Cases stand in the plan's order, rows and clauses in the ledger's, and what was not judged is named."""
    plan = [
        _row(_SECOND, "b"),
        _row(_FIRST, "a"),
        _row(_FIRST, "c"),
        _row(_FIRST, "not here", "the wallet has no app link"),
        _row(_ADVICE, "d"),
        _row(_INFERRED, "not here either", "the wallet has no app link"),
        _row(_SECOND, "nobody judged"),
    ]
    second, first, third, _, advice, _, unjudged = plan
    results = [
        _judged(advice, _FAIL),
        _judged(third, _INCONCLUSIVE),
        _judged(first, _PASS),
        _judged(second, _PASS),
    ]

    run = _folded(results, plan, _ASIDE)

    assert run.cases == (results[3], results[2], results[1], results[0])
    assert (run.result, run.complete, run.missing) == (Result.NOT_PROVEN, False, (unjudged.key,))
    assert (run.not_applicable, run.observations) == (2, (results[0],))
    assert run.verdicts == {_PASS: 2, _INCONCLUSIVE: 1, _FAIL: 1, _ERROR: 0}
    assert [
        (row.requirement.id, row.verdict, row.applicable, row.judged, row.not_applicable) for row in run.requirements
    ] == [
        ("R2", _PASS, 2, 1, 0),
        ("R1", _INCONCLUSIVE, 2, 2, 1),
        ("A3", _FAIL, 1, 1, 0),
        ("I4", Verdict.NONE, 0, 0, 1),
        ("X5", Verdict.NONE, 0, 0, 0),
    ]
    assert run.clauses == ((_step(2), _PASS), (_NOTE, _INCONCLUSIVE), (_step(1), _INCONCLUSIVE))


def test_a_fault_of_the_suite_is_told_of_its_clauses_too() -> None:
    """An error shows at every clause it touches, though the requirement there decides nothing; a failure does not."""
    run = _folded([_judged(_row(_ADVICE), _ERROR), _judged(_row(_INFERRED), _FAIL)], [_row(_ADVICE), _row(_INFERRED)])

    assert run.clauses == ((_step(3), _ERROR),)
    assert run.result is Result.ERROR


@pytest.mark.parametrize(
    ("results", "open_rows", "expected"),
    [
        ([(_FIRST, _PASS), (_SECOND, _PASS)], [], Result.CONFORMS),
        ([(_FIRST, _PASS), (_ADVICE, _FAIL)], [], Result.CONFORMS),
        ([(_FIRST, _PASS), (_SECOND, _FAIL)], [], Result.FAILS),
        ([(_FIRST, _INCONCLUSIVE), (_SECOND, _FAIL)], [], Result.FAILS),
        ([(_FIRST, _FAIL)], [_SECOND], Result.FAILS),
        ([(_FIRST, _PASS), (_SECOND, _INCONCLUSIVE)], [], Result.NOT_PROVEN),
        ([(_FIRST, _INCONCLUSIVE)], [_SECOND], Result.NOT_PROVEN),
        ([(_FIRST, Verdict.NONE)], [], Result.NOT_PROVEN),
        ([(_ADVICE, _PASS)], [], Result.NOT_PROVEN),
        ([], [], Result.NOT_PROVEN),
        ([], [_FIRST], Result.NOT_PROVEN),
        ([(_FIRST, _PASS)], [_SECOND], Result.PARTIAL),
        ([(_FIRST, _PASS)], [_ADVICE], Result.PARTIAL),
        ([(_FIRST, _FAIL), (_SECOND, _ERROR)], [], Result.ERROR),
        ([(_FIRST, _PASS), (_INFERRED, _ERROR)], [], Result.ERROR),
    ],
)
def test_the_worst_that_counts_decides(
    results: list[tuple[Requirement, Verdict]], open_rows: list[Requirement], expected: Result
) -> None:
    """Error, then failure, then what is not proven, then what was left out; only then it conforms."""
    judged = [_judged(_row(requirement), verdict) for requirement, verdict in results]

    run = _folded(judged, [result.planned for result in judged] + [_row(requirement) for requirement in open_rows])

    assert (run.result, run.complete) == (expected, not open_rows)


def test_a_duty_without_a_case_is_not_proven() -> None:
    """What nobody tests is no pass, unless it is left out with a reason or its cases do not apply."""
    judged = _judged(_row(_FIRST), _PASS)
    elsewhere = _row(_SECOND, "x", "the wallet has no app link")

    assert _folded([judged], [judged.planned], _SECOND).result is Result.NOT_PROVEN
    assert _folded([judged], [judged.planned], _ASIDE).result is Result.CONFORMS
    assert _folded([judged], [judged.planned, elsewhere]).result is Result.CONFORMS


def test_of_two_results_for_a_row_the_worse_one_counts() -> None:
    """Whichever came first; of two that are equally bad the first is told."""
    row = _row(_FIRST)
    good, bad, again = _judged(row, _PASS), _judged(row, _FAIL, "first"), _judged(row, _FAIL, "again")

    assert [_folded(results, [row]).cases for results in ([good, bad, again], [bad, again, good])] == [(bad,)] * 2


@pytest.mark.parametrize("not_applicable", ["", "the wallet has no app link"])
def test_a_result_that_was_not_planned_is_refused(not_applicable: str) -> None:
    """A row that is not in the plan, or does not apply, cannot make a run complete; the first such row is named."""
    row, strange = _row(_FIRST), [_row(_SECOND, label) for label in "ba"]
    plan = [row, *(replace(planned, not_applicable=not_applicable) for planned in strange if not_applicable)]

    with pytest.raises(ValueError, match=r"^a result that was not planned: \('R2', 'test_m', 'test_n', 'a'\)$"):
        _folded([_judged(row, _PASS), *(_judged(planned, _PASS) for planned in strange)], plan, _SECOND)


_BADNESS: Final = [Result.CONFORMS, Result.PARTIAL, Result.NOT_PROVEN, Result.FAILS, Result.ERROR]
_verdicts = st.sampled_from([_PASS, _PASS, _INCONCLUSIVE, _FAIL, _ERROR])
_results = st.lists(
    st.builds(
        _judged,
        st.builds(_row, st.sampled_from([_FIRST, _SECOND, _ADVICE, _INFERRED]), st.sampled_from("ab")),
        _verdicts,
    ),
    max_size=8,
)
_PLAN: Final = [_row(requirement, label) for requirement in (_FIRST, _SECOND, _ADVICE, _INFERRED) for label in "ab"]


@_QUICK
@given(results=_results, order=st.randoms(use_true_random=False))
def test_the_order_of_results_changes_nothing(results: list[CaseResult], order: Random) -> None:
    """A run comes to the same, in whatever order its cases were judged."""
    shuffled = list(results)
    order.shuffle(shuffled)

    assert _folded(results, _PLAN) == _folded(shuffled, _PLAN)


@_QUICK
@given(results=_results, more=_results)
def test_more_bad_news_never_improves_a_result(results: list[CaseResult], more: list[CaseResult]) -> None:
    """Whatever else is judged of rows that were judged already, the result is no better than before."""
    known = {result.key for result in results}
    again = [result for result in more if result.key in known]

    before, after = _folded(results, _PLAN).result, _folded([*results, *again], _PLAN).result

    assert _BADNESS.index(before) <= _BADNESS.index(after)
