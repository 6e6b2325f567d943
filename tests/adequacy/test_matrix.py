"""The kill matrix: what it says of made-up MPPs and cases, and how that is told."""

import json
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner, Result

from mpp_conformance.adequacy.matrix import Examined, Matrix, Outcome, Row
from mpp_conformance.adequacy.transformations import KNOWN
from mpp_conformance.cli import cli
from mpp_conformance.cli.exits import Exit
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.report.pages import kill_matrix
from mpp_conformance.trials import cabinet

PASS, FAIL, OPEN, ERROR = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.ERROR
REQUIREMENTS: Final = {"a::1": "A", "a::2": "A", "b::1": "B", "o::1": "O"}
"""The cases of made-up matrices, and what they test; O decides nothing."""
UNSIGNED: Final = "signature missing"
"""A kind of fault."""
HOSTILE: Final = "<script>alert(1)</script>\x1b[31m\u202e"


def mpp(
    name: str,
    verdicts: Mapping[str, Verdict] | None = None,
    *,
    faulty: bool = True,
    breaks: str = "",
    hides: str = "",
    observed: str = "",
) -> Examined:
    """An MPP that passes everything, on two conversations a case, but for what ``verdicts`` says of the second."""
    rows = [
        Row(requirement=requirement, decides=requirement != "O", case=case, scenario=scenario, verdict=verdict)
        for case, requirement in REQUIREMENTS.items()
        for scenario, verdict in (("first", PASS), ("second", (verdicts or {}).get(case, PASS)))
    ]
    return Examined(
        name=name,
        faulty=faulty,
        breaks=frozenset(breaks),
        hides=frozenset(hides),
        observed=frozenset(observed),
        rows=tuple(rows),
        kind="payload lost" if faulty else "",
    )


def caused(specimen: Examined, cause: str, *, kind: str = UNSIGNED) -> Examined:
    """The MPP with a fault of this kind, on whose failure cards this likely cause stands."""
    rows = (replace(row, cause=cause if row.verdict is FAIL else "") for row in specimen.rows)
    return replace(specimen, kind=kind, rows=tuple(rows))


def matrix(*specimens: Examined, **kept: str) -> Matrix:
    """A matrix; ``kept``: ``a_1`` for the case ``a::1``."""
    return Matrix(specimens=specimens, kept={name.replace("_", "::"): reason for name, reason in kept.items()})


def sound() -> Matrix:
    """One fault for each case, and an MPP without any."""
    return matrix(
        mpp("good", faulty=False),
        caused(mpp("bad-a1", {"a::1": FAIL}, breaks="A"), UNSIGNED),
        mpp("bad-a2", {"a::2": FAIL}, breaks="A"),
        mpp("bad-b", {"b::1": FAIL}, breaks="B"),
        caused(mpp("odd", {"o::1": FAIL}, observed="O"), UNSIGNED),
    )


def also(made: Matrix, *specimens: Examined) -> Matrix:
    """The matrix with these MPPs as well."""
    return replace(made, specimens=(*made.specimens, *specimens))


def without(made: Matrix, case: str) -> Matrix:
    """The matrix as it is if a case is deleted."""
    return replace(
        made,
        specimens=tuple(
            replace(specimen, rows=tuple(row for row in specimen.rows if row.case != case))
            for specimen in made.specimens
        ),
    )


@pytest.mark.parametrize(
    ("specimen", "outcome", "killed"),
    [
        (mpp("x", {"a::1": FAIL}, breaks="A"), Outcome.FAILS, True),
        (mpp("x", {}, breaks="A"), Outcome.CONFORMS, False),
        (mpp("x", {"a::1": OPEN}, breaks="A"), Outcome.NOT_PROVEN, False),
        (mpp("x", {"o::1": FAIL}, breaks="A"), Outcome.OBSERVED, False),
        (mpp("x", {"a::1": OPEN}, hides="A"), Outcome.NOT_PROVEN, True),
        (mpp("x", {"o::1": FAIL}, hides="A"), Outcome.OBSERVED, False),
        (mpp("x", {"o::1": FAIL}, observed="O"), Outcome.OBSERVED, True),
        (mpp("x", {"o::1": OPEN}, observed="O"), Outcome.CONFORMS, False),
        (mpp("x", {"a::1": OPEN}), Outcome.NOT_PROVEN, False),
        (mpp("x", {"a::1": FAIL}), Outcome.FAILS, True),
        (mpp("x", {"a::1": FAIL, "b::1": ERROR}, breaks="A"), Outcome.ERROR, False),
        (mpp("x", {"a::1": Verdict.NONE}, breaks="A"), Outcome.ERROR, False),
        (mpp("x", {"a::1": FAIL}, faulty=False), Outcome.FAILS, False),
    ],
)
def test_a_faulty_mpp_is_killed_if_it_gets_what_it_deserves(
    specimen: Examined, outcome: Outcome, *, killed: bool
) -> None:
    """What it breaks is to fail, what it hides is to stay unproven, and only what decides nothing may be observed."""
    assert (specimen.outcome, specimen.killed) == (outcome, killed)


def test_survivors_are_known_by_name() -> None:
    """Whoever comes off better than it deserves is named, and the others count as killed."""
    made = also(sound(), mpp("sly", {"a::1": OPEN}, breaks="A"), mpp("slier", breaks="B"))
    assert made.survivors == ("sly", "slier")
    assert made.killed == ("bad-a1", "bad-a2", "bad-b", "odd")


@pytest.mark.parametrize("verdicts", [{"a::1": FAIL}, {"b::1": OPEN}, {"o::1": FAIL}, {"a::1": ERROR}])
def test_nothing_may_be_held_against_a_conforming_mpp(verdicts: Mapping[str, Verdict]) -> None:
    """A conforming MPP that fails, cannot be judged or is observed is wrongly killed."""
    assert also(sound(), mpp("innocent", verdicts, faulty=False)).wrongly_killed == ("innocent",)


def test_a_case_is_needed_by_those_whom_nothing_else_kills() -> None:
    """Several rows of one case are one killer; a second case that would do takes the need away from both."""
    made = matrix(mpp("x", {"a::1": FAIL}, breaks="A"), mpp("y", {"a::1": FAIL, "b::1": FAIL}, breaks="AB"))
    assert made.alone == {"a::1": ("x",), "a::2": (), "b::1": (), "o::1": ()}
    assert made.unneeded == ("a::2", "b::1", "o::1")


def test_a_lesser_verdict_elsewhere_does_not_replace_a_failure() -> None:
    """Without the case that fails it, a fault that is merely unproven elsewhere would come off too well."""
    made = matrix(mpp("x", {"a::1": FAIL, "b::1": OPEN, "o::1": FAIL}, breaks="A", hides="B", observed="O"))
    assert made.alone["a::1"] == ("x",)


def test_a_survivor_needs_no_case() -> None:
    """Who is not killed at all speaks for no case."""
    assert not any(matrix(mpp("x", {"a::1": OPEN}, breaks="A")).alone.values())


def test_alone_are_just_the_survivors_of_a_deletion() -> None:
    """For any case the MPPs that only it kills are those who survive when its rows are gone."""
    made = also(sound(), mpp("both", {"a::1": FAIL, "b::1": FAIL}, breaks="AB"), mpp("late", {"a::2": OPEN}, hides="A"))
    assert {case: without(made, case).survivors for case in REQUIREMENTS} == made.alone


def test_a_case_nobody_fails_in_is_toothless() -> None:
    """Not to be able to tell is no failure: a case needs someone who fails in it."""
    made = matrix(mpp("x", {"a::1": FAIL, "b::1": OPEN, "o::1": FAIL}, breaks="A", hides="B", observed="O"))
    assert made.toothless == ("a::2", "b::1")
    assert made.failing == {"a::1": ("x",), "a::2": (), "b::1": (), "o::1": ("x",)}


def test_rows_nobody_fails_in_are_listed() -> None:
    """Of each case the conversations are named in which nobody fails."""
    made = matrix(mpp("x", {"a::1": FAIL}, breaks="A"), mpp("y", {"a::1": OPEN}, hides="A"))
    assert made.idle_rows == (
        ("a::1", "first"),
        *((case, scenario) for case in ("a::2", "b::1", "o::1") for scenario in ("first", "second")),
    )


def test_an_mpp_that_does_not_do_what_it_names_is_told_in_words() -> None:
    """Each difference between what it names and what was seen is said; who does just what it names is left out."""
    found = also(sound(), mpp("x", {"b::1": FAIL, "o::1": FAIL, "a::1": OPEN}, breaks="A", hides="B")).misnamed
    assert found == {
        "x": "fails B and names A; hides A and names B; is observed to break O and names nothing",
    }
    assert mpp("y", {"a::1": ERROR}).misnamed == "sees an error in A and names nothing"


def test_an_unneeded_case_stays_for_a_reason_only() -> None:
    """A reason keeps an unneeded case; a needed case, or one that is not there, is kept by none."""
    made = matrix(mpp("x", {"a::1": FAIL}, breaks="A"), a_1="needed now", a_2="reason", c_1="deleted")
    assert made.unreasoned == ("b::1", "o::1")
    assert made.stale == ("a::1", "c::1")


def test_a_sound_suite() -> None:
    """Every fault killed, nobody else, each case needed or kept: the suite is sound."""
    assert sound().sound
    assert also(sound(), mpp("both", {"a::1": FAIL, "b::1": FAIL}, breaks="AB")).sound


@pytest.mark.parametrize(
    "made",
    [
        matrix(),
        matrix(mpp("good", faulty=False)),
        also(sound(), mpp("sly", breaks="A", hides="")),
        also(sound(), mpp("innocent", {"a::1": FAIL}, faulty=False, breaks="A")),
        also(sound(), mpp("more", {"a::1": FAIL, "b::1": FAIL}, breaks="A")),
        also(sound(), mpp("shy", {"a::1": FAIL, "b::1": OPEN}, breaks="A")),
        also(sound(), mpp("broken", {"a::1": FAIL, "b::1": ERROR}, breaks="A")),
        replace(sound(), specimens=sound().specimens[:-1]),
        replace(sound(), kept={"b::1": "no more"}),
        replace(sound(), unshown=("code value: lower-cased",)),
        also(replace(sound(), specimens=sound().specimens[:-2]), mpp("b", {"a::1": FAIL, "b::1": FAIL}, breaks="AB")),
    ],
    ids=["empty", "no-fault", "survivor", "wrong", "more", "shy", "error", "toothless", "stale", "unshown", "unneeded"],
)
def test_whatever_is_wrong_makes_the_suite_unsound(made: Matrix) -> None:
    """One survivor, wrong kill, wrong name, toothless or needless case, stale reason or unshown change is enough."""
    assert not made.sound


# --- the report and the command -----------------------------------------------------------------------------------


def reported(made: Matrix) -> dict[str, object]:
    """Its document."""
    return kill_matrix.document(made, version="1", edition="2023-12", suites="0" * 64)


def test_the_document_has_specimen_requirement_and_killing_case() -> None:
    """For each MPP the requirements that speak against it, the cases they are failed in, and the conversations."""
    made = reported(also(sound(), mpp("sly", {"a::1": OPEN, "a::2": OPEN}, breaks="A")))
    specimens = {row["name"]: row for row in made["specimens"]}  # type: ignore[attr-defined]  # a list
    assert specimens["bad-b"] == {
        "name": "bad-b",
        "faulty": True,
        "kind": "payload lost",
        "due": "fails",
        "outcome": "fails",
        "breaks": ["B"],
        "hides": [],
        "observed": [],
        "kills": [
            {"requirement": "B", "verdict": "fail", "cases": [{"case": "b::1", "scenarios": ["second"]}]},
        ],
    }
    assert [len(kill["cases"]) for kill in specimens["sly"]["kills"]] == [2]
    assert made["survivors"] == [{"specimen": "sly", "due": "fails", "outcome": "not proven"}]
    assert made["sound"] is False
    assert json.loads(json.dumps(made)) == made


class Page(HTMLParser):
    """The tags of a page, where it leads, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.leads: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the tag, and the attributes that load or run something."""
        self.tags.add(tag)
        self.leads += [name for name, _ in attrs if name in {"src", "href", "srcset"} or name.startswith("on")]

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self.text += data


def test_the_page_shows_and_never_obeys() -> None:
    """The page holds names as text whatever they are, and loads and runs nothing."""
    hostile = replace(mpp(HOSTILE, {"a::1": FAIL}, breaks="A"))
    marked = replace(hostile, rows=tuple(replace(row, scenario=f'"{HOSTILE}') for row in hostile.rows))
    page = Page()
    page.feed(kill_matrix.page(reported(matrix(marked, mpp("sly", breaks="B"), a_2=HOSTILE))))
    assert not {"script", "link", "img", "iframe", "object"} & page.tags
    assert page.leads == []
    for words in ("1 of 2 faulty MPPs killed", "sly", "<script>alert(1)</script>\\x1b[31m\\u202e"):
        assert words in page.text


def call(monkeypatch: pytest.MonkeyPatch, made: Matrix, *arguments: str | Path) -> Result:
    """Call the command on a matrix."""
    monkeypatch.setattr(cabinet, "matrix", lambda: made)
    return CliRunner().invoke(cli, ["matrix", *map(str, arguments)])


def test_the_command_prints_and_writes_the_matrix(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The score, whatever is wrong by name, and where the two files are."""
    made = also(sound(), mpp("sly", {"a::1": OPEN}, breaks="A"), mpp("innocent", {"b::1": OPEN}, faulty=False))
    made = replace(made, kept={"b::1": "no more"}, unshown=("code value: lower-cased",))
    result = call(monkeypatch, made, "--out", tmp_path / "new" / "place")
    assert result.exit_code == Exit.FAULT
    assert result.output.splitlines() == [
        "kill matrix  5 faulty MPPs x 4 cases (8 rows each)",
        "killed       4 of 5: 3 fail, 0 for lack of proof, 1 observed",
        "by kind      2 of 3  payload lost",
        "             2 of 2  signature missing",
        "survivors    sly: not proven, and fails is due",
        "conforming   1 of 2 pass everything",
        "wrongly hit  innocent: not proven, and conforms is due",
        "under load   0 of 0 faulty MPPs that pass alone are killed by load",
        "not killed   none",
        "misnamed     sly: fails nothing and names A; hides A and names nothing",
        "             innocent: hides B and names nothing",
        "likely cause right on 1 of 3 deciding cards, 2 of 4 of all",
        "wrong causes none",
        "cannot fail  none",
        "unneeded     none",
        "kept         0 more unneeded cases, each for a reason (suites/kept_cases.toml)",
        "stale        b::1",
        "refusal      0 cases pass with the server that refuses everything, 0 of them decide",
        *(f"{'' if number else 'idle rows':<13}{case}[first]" for number, case in enumerate(REQUIREMENTS)),
        f"changes      {KNOWN} transformations of payloads and codes",
        "not shown    code value: lower-cased",
        "result       the suite is not sound",
        f"written      {tmp_path}/new/place/kill-matrix.json, {tmp_path}/new/place/kill-matrix.html",
    ]
    written = json.loads((tmp_path / "new/place/kill-matrix.json").read_text("ascii"))
    assert written["format"] == "mpp-conformance kill-matrix 1"
    assert "sly" in (tmp_path / "new/place/kill-matrix.html").read_text("utf-8")


def test_the_command_prints_who_is_not_explained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With --causes, the failure cards that have no likely cause follow, by MPP and requirement."""
    result = call(monkeypatch, sound(), "--causes", "--out", tmp_path)
    assert result.output.splitlines()[11:14] == [
        "wrong causes none",
        "without one  bad-a2, A: 1",
        "             bad-b, B: 1",
    ]


def test_a_likely_cause_of_another_kind_makes_the_suite_unsound(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A cause that names what the MPP does not have is a fault of ours, printed with the MPP and the requirement."""
    wrong = caused(mpp("bad-b2", {"b::1": FAIL}, breaks="B"), UNSIGNED, kind="payload lost")
    result = call(monkeypatch, also(sound(), wrong), "--out", tmp_path)
    assert result.exit_code == Exit.FAULT
    assert f"wrong causes bad-b2, B second: {UNSIGNED}" in result.output.splitlines()


def test_the_command_ends_well_for_a_sound_suite_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Exit code 0, and the document itself for programs."""
    result = call(monkeypatch, sound(), "--format", "json", "--out", tmp_path)
    assert result.exit_code == Exit.CONFORMS
    assert result.output == (tmp_path / "kill-matrix.json").read_text("ascii")


def test_a_place_that_cannot_be_written_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where a file stands in the way, the command says so and ends with the code for that."""
    (tmp_path / "file").touch()
    result = call(monkeypatch, sound(), "--out", tmp_path / "file" / "below")
    assert result.exit_code == Exit.CONFIGURATION
    assert "cannot be made a directory" in result.output
