"""The engine: the same conversations from logs in any order and any number of files, and nothing dropped silently."""

import json
import random
import shlex
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
import pytest
from click.testing import CliRunner, Result

from mpp_conformance.cli import cli
from mpp_conformance.cli.exits import Exit
from mpp_conformance.common import canonical
from mpp_conformance.scenarios.observation import POINTS
from mpp_conformance.trials.audit import engine, mapping
from mpp_conformance.trials.audit.engine import Logs
from mpp_conformance.trials.audit.fold import prepare_fold
from mpp_conformance.trials.audit.logs import EngineError
from mpp_conformance.trials.audit.records import UnsortedError, conversations
from mpp_conformance.trials.audit.tally import Tally
from tests.tools import tool

EXAMPLE: Final = Path(__file__).parents[2] / "examples" / "audit"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A copy of the example."""
    shutil.copytree(EXAMPLE, tmp_path / "audit")
    return tmp_path / "audit"


@contextmanager
def opened(place: Path, name: str = "audit.toml", work: str = "work") -> Iterator[Logs]:
    """The logs that a file reads."""
    (place / work).mkdir(exist_ok=True)
    with engine.open_logs(mapping.load(place / name), place, place / work, threads=2) as found:
        yield found


def audited(place: Path, name: str = "audit.toml", work: str = "work") -> Tally:
    """What an audit comes to."""
    with opened(place, name, work) as found:
        return found.tally(prepare_fold(mapping.load(place / name), found.facts))


def appended(path: Path) -> None:
    """One more line."""
    with path.open("a") as file:
        file.write("{}\n")


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
    assert audited(place, work="other").digest == before


def test_bad_lines_are_counted_and_make_nothing_missing(place: Path) -> None:
    """A line that cannot be read is kept apart, and whatever it was is missing nowhere."""
    path = place / "faulty/client.jsonl"
    bad = ['{"at": "2026-03-02T01:0', '"\\ud800"', '{"at": "never", "event": "Scan", "body": "{}", "session": "1"}']
    path.write_text(path.read_text() + "".join(f"{line}\n" for line in bad) + "\n")
    with opened(place) as found:
        assert found.skipped == {"cannot be read": 3, "of no kind in [kinds]": 0, "without a key": 0}
        assert sorted(found.samples()) == sorted(bad)
        assert found.facts.lossy == frozenset(POINTS)
    assert not audited(place).broke


def test_a_static_entry_code_links_nothing(place: Path) -> None:
    """One entry code for all payments leaves as many conversations as before, and the same verdicts."""
    before = audited(place)
    for path in (place / "faulty").iterdir():
        text = path.read_text()
        for number in range(16):
            text = text.replace(f"/entry/{number:020d}", "/entry/9")
        path.write_text(text)
    after = audited(place, work="other")
    assert (after.conversations, after.broke) == (before.conversations, before.broke)


def test_logs_that_are_not_there_are_refused(place: Path) -> None:
    """DuckDB's own words say what it could not do; the exit code is that of a wrong configuration."""
    (place / "faulty/client.jsonl").unlink()
    found = CliRunner().invoke(cli, ["audit", str(place / "audit.toml")])
    assert found.exit_code == Exit.CONFIGURATION
    assert "the logs cannot be read" in found.output


def test_unsorted_records_are_an_error_of_ours(place: Path) -> None:
    """Conversations in pieces are never judged."""
    with opened(place) as found:
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


def test_lines_that_are_no_text_or_too_long_are_counted(place: Path) -> None:
    """Bytes that are no UTF-8, and a line of nine million, stop nothing and are not dropped silently."""
    path = place / "faulty/client.jsonl"
    path.write_bytes(path.read_bytes() + b'{"at": "\xff"}\n{"at": "' + b"x" * 9_000_000 + b'"}\n')
    with opened(place) as found:
        assert found.skipped["cannot be read"] == 2
        assert sorted(len(line) for line in found.samples()) == [11, 1000]
        assert found.facts.lossy == frozenset(POINTS)


def test_an_interrupted_audit_goes_on_where_it_was(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each time a few conversations more are judged, none twice, and in the end the same comes out."""
    whole = audited(place)
    monkeypatch.setattr(engine, "_PART", 30)
    monkeypatch.setattr(Logs, "_keep", interrupted(Logs._keep))
    for _ in range(4):
        with pytest.raises(KeyboardInterrupt):
            audited(place, work="other")
    found = audited(place, work="other")
    assert (found.digest, found) == (whole.digest, whole)


def interrupted(kept: Any) -> Any:  # noqa: ANN401  # a method
    """The same method, interrupted once it is done, unless all records are judged."""

    def keep(self: Logs, done: int, tally: Tally) -> None:
        kept(self, done, tally)
        if done < self._count():
            raise KeyboardInterrupt

    return keep


def test_ctrl_c_prints_the_line_that_goes_on(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line audits the same logs in the same folder, keeps what the first one was to keep, and leaves no work."""
    monkeypatch.setattr("tempfile.tempdir", str(place))
    words = ("audit", place / "audit.toml", "--format", "json")
    with monkeypatch.context() as patch:
        patch.setattr(Logs, "samples", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        broken_off = call(*words, "--into", place / "kept")
    line = shlex.split(broken_off.stderr.splitlines()[1])
    assert (broken_off.exit_code, line[:2]) == (Exit.NOT_PROVEN, ["mpp-conformance", "audit"])
    found = call(*line[1:])
    assert json.loads(found.output)["digest"] == json.loads(call(*words).output)["digest"]
    assert (place / "kept/audit.json").is_file()
    assert list(place.glob("mpp-audit-*/*")) == []


def test_spark_has_no_folder_to_work_in(place: Path) -> None:
    """It keeps its work itself, so the option would promise what is not so."""
    words = ("audit", place / "audit.toml", "--engine", "spark", "--work", place / "work")
    assert call(*words).exit_code == Exit.USAGE


def test_work_of_other_logs_is_not_taken_up(place: Path) -> None:
    """Logs that changed since, or another audit.toml, are another audit."""
    with opened(place):
        pass
    appended(place / "faulty/client.jsonl")
    with pytest.raises(EngineError, match="an audit of other logs"), opened(place):
        pass


def test_a_select_reads_the_files_that_are_named_and_no_others(place: Path) -> None:
    """Whatever else stands on the disk is none of its business, and what is counted is all that was read."""
    path = place / "audit.toml"
    path.write_text(path.read_text().replace("FROM log_lines", "FROM read_text('/etc/hostname')"))
    with pytest.raises(EngineError, match="Cannot access file"), opened(place):
        pass


def test_what_is_written_to_while_it_is_read_is_refused(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was judged would not be what was digested."""
    read = engine._read

    def grown(*words: Any) -> None:  # whatever it is called with
        read(*words)
        appended(place / "faulty/client.jsonl")

    monkeypatch.setattr(engine, "_read", grown)
    with pytest.raises(EngineError, match="was written to while it was read"), opened(place):
        pass


def test_the_outcome_names_every_file(place: Path) -> None:
    """Size, lines and digest are those of `wc` and `sha256sum`."""
    made = json.loads(call("audit", place / "audit.toml", "--format", "json").output)
    names = ("faulty/client.jsonl", "faulty/server.jsonl")
    data = {name: (place / name).read_bytes() for name in names}
    assert made["inputs"] == [
        {
            "name": name,
            "size": len(data[name]),
            "lines": data[name].count(b"\n"),
            "sha256": canonical.digest(data[name]),
        }
        for name in names
    ]
