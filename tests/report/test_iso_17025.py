"""The contents of a test report by ISO/IEC 17025: an item is ticked by what the verdict file says alone."""

import copy
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mpp_conformance.cli import cli
from mpp_conformance.cli.exits import Exit
from mpp_conformance.report.languages.language import ENGLISH
from mpp_conformance.report.pages import formatting, html, iso_17025
from mpp_conformance.report.verdict_file import document
from tests.reporting import HOSTILE, sample, without_own_script

SAID = {
    "laboratory": "Lab, 1 Road",
    "location": "Road 1",
    "customer": "C <c@e.test>",
    "authorised_by": "A",
    "witness": "",
}


def said(**changes: str) -> dict[str, Any]:
    """A verdict file whose operator has said everything, but for the changes."""
    return {**sample(), "particulars": {**SAID, **changes}}


def missing(verdicts: dict[str, Any]) -> list[str]:
    """The items that are missing."""
    return [item.clause for item in iso_17025.items(verdicts, ENGLISH) if not item.found]


def without(verdicts: dict[str, Any], place: str) -> dict[str, Any]:
    """The verdict file with nothing at a place."""
    changed = copy.deepcopy(verdicts)
    *way, last = place.split(".")
    found = changed
    for name in way:
        found = found[name]
    found[last] = [] if isinstance(found[last], list) else "" if isinstance(found[last], str) else None
    return changed


def test_the_list_is_the_standards() -> None:
    """Sixteen items of 7.8.2.1, a to p, and the four of 7.8.6."""
    clauses = [item.clause for item in iso_17025.items(said(), ENGLISH)]
    assert clauses[:16] == [f"7.8.2.1 {letter}" for letter in "abcdefghijklmnop"]
    assert clauses[16:] == ["7.8.6.1", "7.8.6.2 a", "7.8.6.2 b", "7.8.6.2 c"]


def test_a_report_whose_operator_has_spoken_lacks_nothing() -> None:
    """With what only the operator knows, every item is there."""
    assert missing(said()) == []


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("title", ["7.8.2.1 a"]),
        ("particulars.laboratory", ["7.8.2.1 b"]),
        ("particulars.location", ["7.8.2.1 c"]),
        ("run", ["7.8.2.1 d"]),
        ("digest", ["7.8.2.1 d"]),
        ("particulars.customer", ["7.8.2.1 e"]),
        ("suite.version", ["7.8.2.1 f"]),
        ("suite.digest", ["7.8.2.1 f"]),
        ("source.title", ["7.8.2.1 f"]),
        ("source.digest", ["7.8.2.1 f"]),
        ("wallet.name", ["7.8.2.1 g", "7.8.2.1 l"]),
        ("wallet.version", ["7.8.2.1 g", "7.8.2.1 l"]),
        ("target", ["7.8.2.1 g", "7.8.2.1 p"]),
        ("started", ["7.8.2.1 h", "7.8.2.1 i"]),
        ("milliseconds", ["7.8.2.1 i"]),
        ("issued", ["7.8.2.1 j"]),
        ("complete", ["7.8.2.1 k"]),
        ("requirements", ["7.8.2.1 m", "7.8.2.1 n", "7.8.6.2 a"]),
        ("boundaries", ["7.8.2.1 m"]),
        ("particulars.authorised_by", ["7.8.2.1 o"]),
        ("decision_rule", ["7.8.6.1", "7.8.6.2 c"]),
        ("overall", ["7.8.6.2 a", "7.8.6.2 b"]),
        ("clauses", ["7.8.6.2 b"]),
    ],
)
def test_what_is_not_said_is_missing(place: str, expected: list[str]) -> None:
    """Take what an item is made of out of the file, and that item is missing, and no other."""
    assert missing(without(said(), place)) == expected


def test_blanks_say_nothing() -> None:
    """A particular of blanks is no particular."""
    assert missing(said(location="  ")) == ["7.8.2.1 c"]


def test_every_item_can_be_missing() -> None:
    """No item is ticked whatever the file says."""
    places = ["title", "run", "suite.version", "target", "started", "issued", "complete", "wallet.name", "requirements"]
    places += ["clauses", "decision_rule", *(f"particulars.{name}" for name in SAID)]
    lacking = {clause for place in places for clause in missing(without(said(), place))}
    assert lacking == {item.clause for item in iso_17025.items(said(), ENGLISH)}


def test_self_test_is_called_so() -> None:
    """Where nobody witnessed it the report says so plainly, on its first page; a witness is the operator's word."""
    alone, seen = html.render(said()), html.render(said(witness="Ms W, Body Y"))
    cover, _, _ = alone.partition('<main id="content">')
    assert "Self-test: whoever operates the wallet performed it, and nobody independent witnessed it." in cover
    assert "Witnessed, as the operator states, by Ms W, Body Y." in seen
    assert "Self-test" not in seen


def test_page_shows_what_is_missing() -> None:
    """The list stands in the page, and says where nothing was said."""
    assert html.render(said()).count("missing: the operator has not said it") == 0
    assert html.render(sample()).count("missing: the operator has not said it") == 4
    assert "<script" not in without_own_script(html.render(said(laboratory=HOSTILE)))


def test_results_of_an_earlier_run_are_called_so() -> None:
    """Conversations that another run held are results of others."""
    (found,) = [
        item.found for item in iso_17025.items({**said(), "target": "replay:r"}, ENGLISH) if item.clause[-1] == "p"
    ]
    assert found == "the conversations are those of an earlier run, judged again: replay:r"


# --- the command ------------------------------------------------------------------------------------------------


def audited(folder: Path, verdicts: dict[str, Any]) -> Result:
    """The command, on a folder with this verdict file."""
    folder.joinpath("verdicts.json").write_bytes(document.dump(verdicts))
    return CliRunner().invoke(cli, ["report", "audit", str(folder)])


def test_audit_ends_well_only_with_every_item(tmp_path: Path) -> None:
    """Exit code 0 and a tick for each item; with one missing another code, and where to say it."""
    whole, lacking = audited(tmp_path, said()), audited(tmp_path, said(customer=""))
    assert (whole.exit_code, whole.output.count("ok  "), "20 of 20 items are there" in whole.output) == (0, 20, True)
    assert (lacking.exit_code, lacking.output.count("missing  ")) == (Exit.NOT_PROVEN, 1)
    assert "7.8.2.1 e  for whom it was performed: say it in wallet.toml, [report] customer" in lacking.output


def test_audit_prints_nothing_that_a_terminal_obeys(tmp_path: Path) -> None:
    """Whatever an operator or a stranger wrote into the file, a line stays a line."""
    result = audited(tmp_path, said(laboratory=HOSTILE))
    assert all(line.isprintable() for line in result.output.splitlines())


@pytest.mark.parametrize("data", [b"", b"{}", b'{"format":"mpp-conformance verdicts 1"}'])
def test_what_is_no_verdict_file_is_refused(tmp_path: Path, data: bytes) -> None:
    """A file of another kind is refused in words."""
    tmp_path.joinpath("verdicts.json").write_bytes(data)
    result = CliRunner().invoke(cli, ["report", "audit", str(tmp_path)])
    assert (result.exit_code, "verdicts.json" in result.output) == (Exit.CONFIGURATION, True)


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (1, "2026-01-02 03:04:05 UTC, in 2.5 s"),
        (2, "from 2026-01-02 03:04:05 UTC to 2026-01-03 03:04:05 UTC, in 2 attempts; the last took 2.5 s"),
    ],
)
def test_a_run_was_performed_from_its_first_attempt_to_its_last(count: int, told: str) -> None:
    """A run that was broken off and gone on with says both days."""
    verdicts = {
        "attempts": {"count": count, "again": [], "journal": None},
        "started": "2026-01-02T03:04:05+00:00",
        "issued": "2026-01-03T03:04:05+00:00",
        "milliseconds": 2_500,
    }
    assert formatting.time_performed(verdicts, ENGLISH) == told


@pytest.mark.parametrize(
    ("again", "told"),
    [
        ([], "attempt 2 of 2; nothing was run again"),
        (["a", "b", "c"], "attempt 2 of 2; run again: a, b, c"),
        (["a", "b", "c", "d", "e"], "attempt 2 of 2; run again: a, b, c (2 more)"),
    ],
)
def test_what_was_run_again_is_named_in_short(again: list[str], told: str) -> None:
    """The first page has room for a few names; the verdict file has all."""
    assert formatting.attempts({"attempts": {"count": 2, "again": again, "journal": None}}, ENGLISH) == told
