"""What has changed between two runs, and what can be the reason."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from mpp_conformance.cli import cli
from mpp_conformance.common import canonical
from mpp_conformance.report.checks import run_difference
from tests.reporting import sample

Verdicts = dict[str, Any]


def changed(edit: Callable[[Verdicts], object]) -> Verdicts:
    """The difference between the sample and an edited copy of it."""
    old = sample()
    new = copy.deepcopy(old)
    edit(new)
    return run_difference.document_of(old, new)


def worse(verdicts: Verdicts) -> None:
    """R1 passes no more."""
    row = verdicts["requirements"][0]
    row["verdict"] = row["cases"][0]["verdict"] = "fail"


def test_equal_runs_are_the_same() -> None:
    """Names, times and digests of runs are no difference."""
    found = changed(lambda new: new.update(run="other", started="2027-01-01T00:00:00+00:00"))
    assert (found["same"], found["changes"], found["requirements"], found["cases"]) == (True, [], [], [])


def test_the_wallet_is_the_reason_where_nothing_else_has_changed() -> None:
    """The requirement and the case are named, with both verdicts."""
    found = changed(worse)
    assert found["requirements"] == [{"requirement": "R1", "old": "pass", "new": "fail"}]
    (case,) = found["cases"]
    assert (case["requirement"], case["old"], case["new"], case["reasons"]) == ("R1", "pass", "fail", ["the wallet"])


@pytest.mark.parametrize(
    ("edit", "named"),
    [
        (lambda new: new["suite"].update(digest="other"), "the suite"),
        (lambda new: new["suite"].update(version="9"), "the suite"),
        (lambda new: new["limits"].update(edition="2024-03"), "the edition of the limits"),
        (lambda new: new["limits"]["reading"].update(year="rolling"), "the edition of the limits"),
        (lambda new: new["claims"]["features"].update(app_link=False), "the claims"),
    ],
    ids=["suite-digest", "suite-version", "edition", "reading", "claims"],
)
def test_what_else_has_changed_may_be_the_reason_too(edit: Callable[[Verdicts], object], named: str) -> None:
    """What differs beside the wallet is told with both values, and named as a possible reason."""

    def both(new: Verdicts) -> None:
        worse(new)
        edit(new)

    found = changed(both)
    assert [row["what"] for row in found["changes"]] == [named]
    assert found["cases"][0]["reasons"] == ["the wallet", named]


def test_another_version_of_the_wallet_is_told() -> None:
    """A new version is a change, and the one reason there is."""

    def both(new: Verdicts) -> None:
        worse(new)
        new["wallet"]["version"] = "2"

    found = changed(both)
    assert ([row["what"] for row in found["changes"]], found["cases"][0]["reasons"]) == (["the wallet"], ["the wallet"])


def test_a_case_that_is_gone_is_no_doing_of_the_wallet() -> None:
    """It is the suite's where that has changed; else only a part was run."""
    found = changed(lambda new: new["requirements"][0]["cases"].clear())
    assert (found["cases"][0]["new"], found["cases"][0]["reasons"]) == ("absent", ["a part was run"])

    def other_suite(new: Verdicts) -> None:
        new["requirements"][0]["cases"].clear()
        new["suite"]["digest"] = "other"

    assert changed(other_suite)["cases"][0]["reasons"] == ["the suite"]


def kept(place: Path, verdicts: Verdicts) -> str:
    """A folder with this verdict file."""
    place.mkdir()
    (place / "verdicts.json").write_bytes(canonical.dump(verdicts))
    return str(place)


def test_the_command_says_so_and_ends_so(tmp_path: Path) -> None:
    """0 for the same, 1 for a difference, 3 for what is no run; text and JSON tell the same."""
    old = kept(tmp_path / "old", sample())
    new = sample()
    worse(new)
    other = kept(tmp_path / "new", new)
    assert CliRunner().invoke(cli, ["diff", old, old]).exit_code == 0
    told = CliRunner().invoke(cli, ["diff", old, other])
    assert (told.exit_code, "--cases names each case" in told.output) == (1, True)
    found = json.loads(CliRunner().invoke(cli, ["diff", old, other, "--format", "json"]).output)
    assert found == run_difference.document_of(sample(), new)
    (tmp_path / "none").mkdir()
    assert CliRunner().invoke(cli, ["diff", old, str(tmp_path / "none")]).exit_code == 3


def test_numbers_come_first_and_then_requirements() -> None:
    """The terminal counts what differs before it names a requirement, and names cases only if it is asked to."""

    def turned(new: Verdicts) -> None:
        worse(new)
        row = new["requirements"][1]
        row["verdict"] = row["cases"][0]["verdict"] = "pass"

    made = changed(turned)
    told = list(run_difference.lines(made))
    assert [line.split()[0] for line in told] == ["old", "new", "result", "verdicts", "R1", "R2", "more"]
    cases, compared = len(made["cases"]), made["compared"]
    assert told[2] == f"result       {cases} of {compared} cases differ, in 2 requirements"
    assert told[4] == "R1           pass -> fail; cases: 1 pass -> fail (the wallet)"
    assert len(list(run_difference.lines(made, cases=True))) == len(told) - 1 + cases


def test_the_page_names_every_field() -> None:
    """docs/diff-json.md has each field, and the format."""
    page = (Path(__file__).parents[2] / "docs/diff-json.md").read_text("utf-8")

    def both(new: Verdicts) -> None:
        worse(new)
        new["suite"]["version"] = "9"

    found = changed(both)
    rows = (found, found["old"], found["changes"][0], found["requirements"][0], found["cases"][0])
    names = {name for row in rows for name in row} | {found["format"]}
    assert [name for name in sorted(names) if f"`{name}`" not in page] == []
