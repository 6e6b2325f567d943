"""The suites before the cabinet: every fault is killed, nobody else is, and no case could go without loss."""

from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from mpp_conformance import cabinet
from mpp_conformance.catalogue import CatalogueError, load
from mpp_conformance.connectors.direct import DirectConnector
from mpp_conformance.matrix import Matrix
from mpp_conformance.oracle import judge
from mpp_conformance.resources import directory
from mpp_conformance.specimens import CONFORMING, FAULTY, SPECIMENS
from mpp_conformance.wallet import reference

SUITES: Final = directory("suites")
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


# --- the cabinet --------------------------------------------------------------------------------------------------


def test_equal_conversations_are_held_once() -> None:
    """A conversation that several cases judge is held for all of them, each with its own label for it."""
    cases = load(SUITES).cases
    held = cabinet.conversations(cases)
    rows = [(case.name, label) for judging in held.values() for case, label in judging]
    assert len(rows) == len(set(rows)) == sum(len(list(judging)) for judging in held.values())
    assert {case.name for case in cases} == {name for name, _ in rows}
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
    assert cabinet.kept(tmp_path) == {}
    (tmp_path / cabinet.KEPT).write_text('"a::1" = "because"\n', "utf-8")
    assert cabinet.kept(tmp_path) == {"a::1": "because"}


@pytest.mark.parametrize("text", ["a = ", '"a::1" = ""', '"a::1" = "  "', '"a::1" = 1', "[table]", b"\xff"])
def test_a_reason_is_words(text: str | bytes, tmp_path: Path) -> None:
    """What is no table of cases and reasons is refused."""
    (tmp_path / cabinet.KEPT).write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(CatalogueError, match=cabinet.KEPT):
        cabinet.kept(tmp_path)


# --- the suites as they are ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("defect", ["survivors", "wrongly_killed", "toothless", "unreasoned", "stale"])
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
    assert [specimen.name for specimen in made.specimens] == list(SPECIMENS)
    assert {specimen.name for specimen in made.faulty} == set(FAULTY)
    assert {specimen.name for specimen in made.conforming} == set(CONFORMING)
    assert sorted(made.cases) == sorted(CASES)


@pytest.mark.parametrize("case", CASES)
def test_deleting_a_case_leaves_a_survivor_or_had_a_reason(case: str) -> None:
    """Without its rows a fault survives, and just those that the matrix says; or there is a reason to keep it."""
    made = cabinet.matrix()
    survivors, has_reason = without(made, case).survivors, case in made.kept
    assert survivors == made.alone[case]
    assert bool(survivors) != has_reason


def test_a_case_that_is_really_gone_lets_its_fault_go() -> None:
    """Without the function itself, and the conversations that only it judged, the same faults survive."""
    made, cases = cabinet.matrix(), load(SUITES).cases
    case, names = next((case, names) for case, names in made.alone.items() if names)
    held = cabinet.conversations(kept for kept in cases if f"{kept.module}::{kept.name}" != case)
    assert [name for name in names if cabinet.examined(FAULTY[name], held).killed] == []
