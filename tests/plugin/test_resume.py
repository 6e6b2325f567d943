"""A run that is broken off, at whatever moment, leaves evidence that opens, and is gone on with to the same end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from click.testing import CliRunner

from mpp_conformance import evidence, wallet
from mpp_conformance.cli import cli
from mpp_conformance.cli.exits import Exit
from mpp_conformance.evidence import journal
from mpp_conformance.report.run_folder import journal_file
from mpp_conformance.report.verdict_file import document
from mpp_conformance.specimens import SPECIMENS
from tests.conftest import QUICK
from tests.serving import wallet_served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Bench

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.usefixtures("loaded")

SUITE: Final = (Path(__file__).parents[1] / "data/suite.txt").read_text(encoding="utf-8")
HERE: Final = Path(__file__).parents[1]


def kill(place: Path, step: int, *options: str) -> Path:
    """A folder with a whole run, and runs that were killed in every ``step``-th line of their journal."""
    (place / "suites").mkdir()
    (place / "suites/test_inline.py").write_text(SUITE, "utf-8")
    words = [sys.executable, str(HERE / "killing.py"), str(step), *options]
    done = subprocess.run(words, cwd=place, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return place


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs in one process, killed in each line."""
    return kill(tmp_path_factory.mktemp("killed"), 1, "--mpp-target", "specimen:conforming")


def verdicts(folder: Path) -> Any:  # noqa: ANN401  # a document
    """The verdict file of a run."""
    return json.loads((folder / document.FILE).read_bytes())


def broken_off(place: Path) -> Iterator[Path]:
    """The runs that were killed."""
    yield from sorted((place / "reports").glob("killed-*"))


def test_whatever_the_moment_the_evidence_opens(killed: Path) -> None:
    """Each file of a run that was killed is whole, and its journal can be read up to the line it was killed in."""
    runs = list(broken_off(killed))
    assert len(runs) == len((killed / "reports/whole" / journal.FILE).read_bytes().splitlines())
    for folder in runs:
        at = int(folder.name.removeprefix("killed-"))
        if at == 1:
            continue
        known = journal_file.read(folder)
        assert (len(known.entries), known.torn > 0) == (at - 1, True)
        for path in (folder / "evidence").glob("*.json"):
            assert path.name.endswith(f"-{evidence.digest(path.read_bytes())[:8]}.json")
            assert evidence.read(path.read_bytes()).scenario.label


def gone_on(pytester: pytest.Pytester, name: str, *options: str) -> pytest.RunResult:
    """Going on with a run, in the folder that is the current one."""
    fixed = ["suites", "--import-mode=importlib", *QUICK, "-p", "no:cacheprovider"]
    return pytester.runpytest_inprocess(*fixed, "--mpp-run", name, "--mpp-resume", *options)


def test_going_on_ends_as_an_unbroken_run(
    pytester: pytest.Pytester, killed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever a run was killed, the next attempt comes to the same verdicts, and says what was held again."""
    monkeypatch.chdir(killed)
    whole = verdicts(killed / "reports/whole")
    for folder in broken_off(killed):
        at = int(folder.name.removeprefix("killed-"))
        if at == 1:
            continue
        before = journal_file.read(folder)
        assert gone_on(pytester, folder.name, "--mpp-target", "specimen:conforming").ret == pytest.ExitCode.OK
        made, after = verdicts(folder), journal_file.read(folder)
        assert (made["digest"], made["overall"], made["counts"]) == (
            whole["digest"],
            whole["overall"],
            whole["counts"],
        )
        lost = {entry.told["conversation"] for entry in before.of(journal.BEGUN)}
        lost -= {entry.told["conversation"] for entry in before.of(journal.CONVERSED)}
        assert (made["attempts"]["count"], set(made["attempts"]["again"])) == (2, lost)
        assert made["started"] == f"{before.entries[0].at[:19]}+00:00"
        held = [entry.told["conversation"] for entry in after.of(journal.CONVERSED)]
        assert sorted(held) == sorted(set(held))
        assert [entry.event for entry in after.of(journal.ABORTED, journal.RESUMED, journal.FINISHED)] == [
            "aborted",
            "resumed",
            "finished",
        ]
        assert after.entries[-1].told["verdicts"] == evidence.digest((folder / document.FILE).read_bytes())


def test_over_http_too(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a wallet, several conversations are lost at once: they are held again, and all of them are named."""
    place = pytester.path
    monkeypatch.chdir(place)
    with wallet_served(place) as wallet_file:
        kill(place, 5, "--mpp-wallet", str(wallet_file))
        whole = verdicts(place / "reports/whole")
        for folder in broken_off(place):
            begun = [entry.told["conversation"] for entry in journal_file.read(folder).of(journal.BEGUN)]
            kept = [entry.told["conversation"] for entry in journal_file.read(folder).of(journal.CONVERSED)]
            assert gone_on(pytester, folder.name, "--mpp-wallet", str(wallet_file)).ret == pytest.ExitCode.OK
            made = verdicts(folder)
            assert (made["digest"], set(made["attempts"]["again"])) == (whole["digest"], set(begun) - set(kept))


def test_a_run_that_never_began_is_not_gone_on_with(killed: Path) -> None:
    """Killed before its first line was whole, a run says so."""
    result = CliRunner().invoke(cli, ["run", "--resume", str(killed / "reports/killed-1")])
    assert (result.exit_code, "was interrupted before it began" in result.output) == (Exit.USAGE, True)


@pytest.fixture
def stopped(bench: Bench) -> Path:
    """A run that stopped at its first failure, and could be gone on with."""
    bench.specimen = SPECIMENS["payload-callback-twice"]
    bench.run(SUITE, "-x", "--mpp-run", "stopped")
    return bench.pytester.path / "reports/stopped"


def test_a_run_that_stopped_is_gone_on_with(bench: Bench, stopped: Path) -> None:
    """What was judged is judged again from evidence, what was held is not held again, and the rest follows."""
    assert [entry.told["reason"] for entry in journal_file.read(stopped).of(journal.ABORTED)] == [
        "stopped at a failure, as was asked for"
    ]
    first = verdicts(stopped)
    bench.run(SUITE, "--mpp-run", "stopped", "--mpp-resume")
    second = verdicts(stopped)
    assert (first["complete"], second["complete"], second["attempts"]["again"]) == (False, True, [])
    assert bench.held is not None
    assert [scenario.label for scenario in bench.held.prepared] == ["entry-sdk-F", "order-sdk-S"]
    bench.run(SUITE, "--mpp-run", "unbroken")
    assert bench.verdicts("unbroken")["digest"] == second["digest"]


def test_attempts_are_told(bench: Bench, stopped: Path) -> None:
    """The summary and the report say which attempt this is, and what was held again."""
    evidence_file = next((stopped / "evidence").glob("entry-sdk-s-*"))
    evidence_file.write_bytes(evidence_file.read_bytes().replace(b"ended", b"ENDED"))
    result = bench.run(SUITE, "--mpp-run", "stopped", "--mpp-resume")
    result.stdout.fnmatch_lines(["attempt      2 of 2; held again: entry-sdk-S"])
    assert "attempt 2 of 2; run again: entry-sdk-S" in (stopped / "report.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("suite", "options", "told"),
    [
        (SUITE + "\n", {}, "suite.digest was "),
        (SUITE, {"target": "specimen:y"}, "*target was 'specimen:x' and is 'specimen:y'"),
    ],
)
def test_changed_circumstances_are_named(
    bench: Bench, stopped: Path, suite: str, options: dict[str, str], told: str
) -> None:
    """Another suite or another wallet is another run, and the words say what has changed."""
    assert stopped.is_dir()
    result = bench.run(suite, "--mpp-run", "stopped", "--mpp-resume", **options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*was started with something else, so start a new run: {told}*"])


def test_another_edition_is_named(bench: Bench, stopped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The edition of the limits is a part of what a run was begun with."""
    known = wallet.reference()
    other = known.model_copy(update={"limits": known.limits.model_copy(update={"edition": "2024-03"})})
    monkeypatch.setattr(wallet, "reference", lambda: other)
    result = bench.run(SUITE, "--mpp-run", stopped.name, "--mpp-resume")
    result.stderr.fnmatch_lines(["*: claims.limits.edition was '2023-12' and is '2024-03'"])


def test_a_changed_journal_is_not_gone_on_with(bench: Bench, stopped: Path) -> None:
    """Whoever edited the journal is told at which line."""
    path = stopped / journal.FILE
    path.write_bytes(path.read_bytes().replace(b"entry-sdk-S", b"entry-sdk-X", 1))
    result = bench.run(SUITE, "--mpp-run", "stopped", "--mpp-resume")
    result.stderr.fnmatch_lines(
        ["*is not the journal that was written: line 3: it does not follow the line before it*"]
    )


def test_a_run_that_is_over_is_not_gone_on_with(bench: Bench) -> None:
    """There is nothing to go on with, and the words say what to do."""
    bench.run(SUITE, "--mpp-run", "done")
    result = bench.run(SUITE, "--mpp-run", "done", "--mpp-resume")
    result.stderr.fnmatch_lines(["*done is over (conforms): start a new run"])


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    """On the command line too, in words and with the exit code of a wrong command line."""
    result = CliRunner().invoke(cli, ["run", "--resume", str(tmp_path)])
    assert result.exit_code == Exit.USAGE
    assert f"{tmp_path} holds no run: journal.jsonl" in result.output


def test_what_was_being_written_makes_way(bench: Bench, stopped: Path) -> None:
    """A file that was not whole yet when the run was killed is gone after the next attempt."""
    left = stopped / "evidence/.writing-x"
    left.write_bytes(b"half")
    bench.run(SUITE, "--mpp-run", "stopped", "--mpp-resume")
    assert not left.exists()
