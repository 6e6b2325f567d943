"""The engine: the same conversations from logs in any order and any number of files, and nothing dropped silently."""

import json
import random
import shutil
from pathlib import Path
from typing import Final

import jsonschema_rs
import pytest
from click.testing import CliRunner, Result

from mpp_conformance.cli import cli
from mpp_conformance.cli.exits import Exit
from mpp_conformance.common.resources import directory
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.scenarios.observation import POINTS
from mpp_conformance.trials.audit import engine, mapping
from mpp_conformance.trials.audit.fold import Fold
from mpp_conformance.trials.audit.mapping import Mapped
from mpp_conformance.trials.audit.questions import Questions
from mpp_conformance.trials.audit.records import Facts, UnsortedError, conversations
from mpp_conformance.trials.audit.tally import Tally
from tests.tools import tool

EXAMPLE: Final = Path(__file__).parents[2] / "examples" / "audit"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A copy of the example."""
    shutil.copytree(EXAMPLE, tmp_path / "audit")
    return tmp_path / "audit"


def fold(mapped: Mapped, facts: Facts) -> Fold:
    """What judges such logs."""
    questions = Questions(load(directory("suites")).cases)
    return Fold(questions=questions, attested=mapped.observes, facts=facts, settle=mapped.attested.settle)


def audited(place: Path, name: str = "audit.toml") -> Tally:
    """What an audit comes to."""
    mapped = mapping.load(place / name)
    with engine.opened(mapped, place, threads=2) as found:
        return fold(mapped, found.facts).of(found.records())


def call(*words: object) -> Result:
    """A command's exit code and output."""
    return CliRunner().invoke(cli, [str(word) for word in words])


def test_the_examples_end_as_the_documentation_says() -> None:
    """A conforming MPP's logs end with 5, and a faulty one's with 1 and the requirements it broke."""
    good, bad = (call("audit", EXAMPLE / name, "--format", "json") for name in ("conforming.toml", "audit.toml"))
    assert (good.exit_code, bad.exit_code) == (Exit.NOT_PROVEN, Exit.FAILS)
    assert [row["id"] for row in json.loads(bad.output)["requirements"] if row["broke"]] == ["EC-29", "OC-20"]
    assert json.loads(good.output)["counterexamples"] == []
    validator = jsonschema_rs.Draft202012Validator(json.loads(call("schema", "audit").output))
    assert [error.message for one in (good, bad) for error in validator.iter_errors(json.loads(one.output))] == []


def test_counter_examples_are_evidence_that_is_judged_again(tmp_path: Path) -> None:
    """The folder of an audit has a page with drawings; no customer is named in it, and rejudge derives its verdicts."""
    into = tmp_path / "kept"
    assert call("audit", EXAMPLE / "audit.toml", "--into", into).exit_code == Exit.FAILS
    again = call("rejudge", into)
    assert (again.exit_code, again.output.splitlines()[-1]) == (Exit.CONFORMS, "result       identical")
    page = (into / "report.html").read_text("utf-8")
    assert page.count("<svg") == 2
    kept = [path.read_text("utf-8") for path in into.rglob("*") if path.is_file()]
    assert len(kept) == 4
    assert not any("customer-1" in text for text in kept)
    assert call("audit", EXAMPLE / "audit.toml", "--into", into).exit_code == Exit.CONFIGURATION


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('"verdict":"fail"', '"verdict":"pass"', "counterexamples[0]: verdict: kept is 'pass', derived is 'fail'"),
        ('"case":"test_the_result_page_is_shown"', '"case":"test_other"', "these suites have no such case"),
        ("evidence_digest", "evidence_digests", "2 counterexamples have another form"),
    ],
)
def test_a_changed_counter_example_is_named(tmp_path: Path, old: str, new: str, where: str) -> None:
    """What audit.json says and its evidence does not is a difference."""
    into = tmp_path / "kept"
    call("audit", EXAMPLE / "audit.toml", "--into", into)
    path = into / "audit.json"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    again = call("rejudge", into)
    assert again.exit_code == Exit.FAILS
    assert where in again.output


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format":"mpp-conformance audit 1"}'])
def test_a_folder_without_an_audit_is_refused(tmp_path: Path, text: str) -> None:
    """A file of another form is no audit that could be judged again."""
    (tmp_path / "audit.json").write_text(text, "utf-8")
    assert call("rejudge", tmp_path).exit_code == Exit.CONFIGURATION


def test_split_and_shuffled_files_have_the_same_digest(place: Path) -> None:
    """Which file a record stands in, and where, says nothing."""
    before = audited(place).digest
    lines = [
        line for name in ("server", "client") for line in (place / f"faulty/{name}.jsonl").read_text().splitlines()
    ]
    random.Random(1).shuffle(lines)  # noqa: S311  # no secret
    half = len(lines) // 3
    (place / "faulty/server.jsonl").write_text("\n".join(lines[:half]) + "\n")
    (place / "faulty/client.jsonl").write_text("\n".join(lines[half:]) + "\n")
    assert audited(place).digest == before


def test_bad_lines_are_counted_and_make_nothing_missing(place: Path) -> None:
    """A line that cannot be read is kept apart, and whatever it was is missing nowhere."""
    path = place / "faulty/client.jsonl"
    bad = ['{"at": "2026-03-02T01:0', '"\\ud800"', '{"at": "never", "event": "Scan", "body": "{}", "session": "1"}']
    path.write_text(path.read_text() + "".join(f"{line}\n" for line in bad))
    mapped = mapping.load(place / "audit.toml")
    with engine.opened(mapped, place) as found:
        assert found.skipped == {"cannot be read": 3, "of no kind in [kinds]": 0, "without a key": 0}
        assert sorted(found.samples()) == sorted(bad)
        assert found.facts.lossy == frozenset(POINTS)
        assert not fold(mapped, found.facts).of(found.records()).broke


def test_a_static_entry_code_links_nothing(place: Path) -> None:
    """One entry code for all payments leaves as many conversations as before, and the same verdicts."""
    before = audited(place)
    for path in (place / "faulty").iterdir():
        text = path.read_text()
        for number in range(16):
            text = text.replace(f"/entry/{number:020d}", "/entry/9")
        path.write_text(text)
    after = audited(place)
    assert (after.conversations, after.broke) == (before.conversations, before.broke)


def test_logs_that_are_not_there_are_refused(place: Path) -> None:
    """DuckDB's own words say what it could not do; the exit code is that of a wrong configuration."""
    (place / "faulty/client.jsonl").unlink()
    found = CliRunner().invoke(cli, ["audit", str(place / "audit.toml")])
    assert found.exit_code == Exit.CONFIGURATION
    assert "the logs cannot be read" in found.output


def test_unsorted_records_are_an_error_of_ours(place: Path) -> None:
    """Conversations in pieces are never judged."""
    mapped = mapping.load(place / "audit.toml")
    with engine.opened(mapped, place) as found:
        records = list(found.records())
    assert len(list(conversations(records))) == 16
    with pytest.raises(UnsortedError, match="out of order"):
        list(conversations([*records[40:], *records[:40]]))


def test_planted_faults_are_all_found_and_nothing_else_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a log that the script made, as many conversations are broken as another MPP held."""
    planted = ("--plant", "result-page-never=5", "--plant", "payload-callback-twice=4", "--plant", "payload-dropped=3")
    monkeypatch.setattr("sys.argv", ["audit_example.py", str(tmp_path), "--conversations", "400", *planted])
    tool("audit_example").main()
    text = (EXAMPLE / "audit.toml").read_text("utf-8").replace("faulty/", "")
    (tmp_path / "audit.toml").write_text(text, "utf-8")
    tally = audited(tmp_path)
    assert json.loads((tmp_path / "planted.json").read_bytes()) == {"conversations": 12}
    assert (tally.conversations, tally.broken) == (400, 12)
