"""The suites before the cabinet: every fault is killed, nobody else is, and no case could go without loss."""

from contextlib import nullcontext
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner

from mpp_conformance.adequacy.matrix import Matrix, Outcome
from mpp_conformance.cli import cli
from mpp_conformance.cli.exits import Exit
from mpp_conformance.common.resources import directory
from mpp_conformance.judging.oracle import judge
from mpp_conformance.ledger.catalogue import CatalogueError, load
from mpp_conformance.specimens import CONFORMING, FAULTY, LOADED, SPECIMENS
from mpp_conformance.transport.connectors.direct import DirectConnector
from mpp_conformance.trials import cabinet
from mpp_conformance.wallet import reference

SUITES: Final = directory("suites")
DEFECTS: Final = ("survivors", "wrongly_killed", "toothless", "unreasoned", "stale")
PLANTED: Final = '''
from mpp_conformance.scenarios.cells import psp
from mpp_conformance.protocol.messages import ResultPage, Scan
from mpp_conformance.judging.oracle import expect
from mpp_conformance.ledger.requirements import MPP_SERVER, MUST, STATED, case, requirement
from mpp_conformance.scenarios.scenario import ORDER
from mpp_conformance.ledger.source import ORDER_CODE

PLANTED = requirement(
    "PLANTED-1", MUST, STATED, actor=MPP_SERVER, clauses=[ORDER_CODE.steps(5, 7)], text="Something is done."
)


@case(PLANTED, [psp(ORDER)])
def test_planted(trace):
    """Something is done."""
    {body}
'''
CASES: Final = [f"{case.module}::{case.name}" for case in load(SUITES).cases]


def without(made: Matrix, case: str) -> Matrix:
    """The matrix as it is if a case is deleted."""
    return replace(
        made,
        specimens=tuple(
            replace(specimen, rows=tuple(row for row in specimen.rows if row.case != case))
            for specimen in made.specimens
        ),
    )


@cache
def speaking() -> Matrix:
    """The matrix with the rows that speak against an MPP: the others change nothing about what it comes to."""
    specimens = (
        replace(found, rows=tuple(row for row in found.rows if row.outcome is not Outcome.CONFORMS))
        for found in cabinet.matrix().specimens
    )
    return replace(cabinet.matrix(), specimens=tuple(specimens))


# --- the cabinet --------------------------------------------------------------------------------------------------


def test_equal_conversations_are_held_once() -> None:
    """A conversation that several cases judge is held for all of them, each with its own label for it."""
    cases = load(SUITES).cases
    held = cabinet.conversations(cases)
    rows = [(case.module, case.name, label) for judging in held.values() for case, label in judging]
    assert len(rows) == len(set(rows)) == sum(len(list(judging)) for judging in held.values())
    assert {(case.module, case.name) for case in cases} == {row[:2] for row in rows}
    assert len(held) < len(rows)


@pytest.mark.parametrize(
    "name", ["first-payload-for-ever", "customer-id-as-number", "handle-action-reported-as-object"]
)
def test_what_a_case_says_depends_on_no_other_case(name: str) -> None:
    """Whatever was said before, each row is what a new specimen over a new connector gets."""
    held = cabinet.conversations(load(SUITES).cases)
    specimen, profile = SPECIMENS[name], reference().profile
    expected = {
        (f"{case.module}::{case.name}", label, judge(case.judge, trace).verdict)
        for scenario, cases in reversed(list(held.items()))
        for trace in (DirectConnector(specimen(profile), profile).converse(scenario),)
        for case, label in cases
    }
    assert expected == {(row.case, row.scenario, row.verdict) for row in cabinet.judged(specimen, held)}


def test_reasons_are_read_from_beside_the_suites(tmp_path: Path) -> None:
    """The table maps cases to reasons; without a table there are none."""
    assert cabinet.kept_cases(tmp_path) == {}
    (tmp_path / cabinet.KEPT).write_text('"a::1" = "because"\n', "utf-8")
    assert cabinet.kept_cases(tmp_path) == {"a::1": "because"}


@pytest.mark.parametrize("text", ["a = ", '"a::1" = ""', '"a::1" = "  "', '"a::1" = 1', "[table]", b"\xff"])
def test_a_reason_is_words(text: str | bytes, tmp_path: Path) -> None:
    """What is no table of cases and reasons is refused."""
    (tmp_path / cabinet.KEPT).write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(CatalogueError, match=cabinet.KEPT):
        cabinet.kept_cases(tmp_path)


# --- the suites as they are ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("defect", DEFECTS)
def test_the_suites_have_no_such_defect(defect: str) -> None:
    """Every fault is killed and nobody else; each case can be failed, and is needed or kept for a reason."""
    assert getattr(cabinet.matrix(), defect) == ()


def test_the_suites_are_sound() -> None:
    """All in all; and what no specimen names, none does."""
    assert cabinet.matrix().misnamed == {}
    assert cabinet.matrix().sound


def test_all_known_mpps_are_there() -> None:
    """The matrix has every specimen and every case."""
    made = cabinet.matrix()
    assert [specimen.name for specimen in made.specimens] == [*CONFORMING, *FAULTY]
    assert [specimen.name for specimen in made.loaded] == list(LOADED)
    assert {specimen.name for specimen in made.faulty} == set(FAULTY)
    assert {specimen.name for specimen in made.conforming} == set(CONFORMING)
    assert sorted(made.cases) == sorted(CASES)


@pytest.mark.parametrize("case", CASES)
def test_deleting_a_case_leaves_a_survivor_or_had_a_reason(case: str) -> None:
    """Without its rows a fault survives, and just those that the matrix says; or there is a reason to keep it.

    What a fault deserves is what the whole suite says: a requirement that only this case tests is there no more.
    """
    made = cabinet.matrix()
    assert [specimen.outcome for specimen in speaking().faulty] == [specimen.outcome for specimen in made.faulty]
    left = zip(made.faulty, without(speaking(), case).faulty, strict=True)
    survivors, has_reason = tuple(was.name for was, rest in left if rest.outcome < was.due), case in made.kept
    assert survivors == made.alone[case]
    assert bool(survivors) != has_reason


def test_a_case_that_is_really_gone_lets_its_fault_go() -> None:
    """Without the function itself, and the conversations that only it judged, the same faults survive."""
    made, cases = cabinet.matrix(), load(SUITES).cases
    case, names = next((case, names) for case, names in made.alone.items() if names)
    held = cabinet.conversations(kept for kept in cases if f"{kept.module}::{kept.name}" != case)
    assert [name for name in names if cabinet.examined(FAULTY[name], held).killed] == []


# --- a case that cannot fail ----------------------------------------------------------------------------------------


def with_planted(body: str, folder: Path) -> Matrix:
    """The matrix as it is if somebody adds a case with this body; its name is ``test_planted::test_planted``."""
    (folder / "test_planted.py").write_text(PLANTED.format(body=body), "utf-8")
    held, made = cabinet.conversations(load(folder).cases), speaking()
    specimens = (
        replace(examined, rows=(*examined.rows, *cabinet.judged(SPECIMENS[examined.name], held)))
        for examined in made.specimens
    )
    return replace(made, specimens=tuple(specimens))


@pytest.mark.parametrize(
    ("body", "defects"),
    [
        ("expect(trace).reached(Scan)", {"toothless", "unreasoned"}),
        ("expect(trace).none(ResultPage, status='X')", {"toothless", "unreasoned"}),
        ("expect(trace).reached(Scan).none(ResultPage)", {"wrongly_killed", "unreasoned"}),
        ("pass", {"survivors", "wrongly_killed", "toothless", "unreasoned"}),
    ],
)
def test_a_case_that_cannot_fail_is_rejected(
    body: str, defects: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A case that is green whatever an MPP does, that asks nothing, or that fails everybody turns the checks red."""
    made = with_planted(body, tmp_path)
    monkeypatch.setattr(cabinet, "matrix", lambda: made)
    for defect in DEFECTS:
        with pytest.raises(AssertionError) if defect in defects else nullcontext():
            test_the_suites_have_no_such_defect(defect)
    shown = CliRunner().invoke(cli, ["matrix", "--out", str(tmp_path)])
    assert (shown.exit_code, "test_planted::test_planted" in shown.output) == (Exit.FAULT, True)
