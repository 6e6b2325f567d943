"""What strays is written down as it comes: a run that is killed has lost none of it, and is gone on with."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from mpp_conformance.bundle import keys, pack, verify
from mpp_conformance.evidence import journal, strays
from mpp_conformance.judging.trace import Half
from mpp_conformance.peers.router import Stray
from mpp_conformance.protocol.messages import Launch
from mpp_conformance.report.checks import rejudgement
from mpp_conformance.report.run_folder import journal_file
from mpp_conformance.report.run_folder.folder import RunFolder, RunFolderError
from mpp_conformance.report.verdict_file import document
from mpp_conformance.specimens import SPECIMENS

if TYPE_CHECKING:
    from tests.conftest import Bench

pytest_plugins = ["pytester"]

HERE: Final = Path(__file__).parents[1]
SUITE: Final = (HERE / "data/suite.txt").read_text(encoding="utf-8")
NOBODYS: Final = Stray(message=Launch(url="x"), http=(Half(method="POST", target="/launch", body=b"{}"),))
LATE: Final = Stray(message=Launch(url="y"), conversation="entry-sdk-S")


STRAYING: Final = """
import os
from mpp_conformance.transport import connectors
from mpp_conformance.protocol.messages import Launch
from mpp_conformance.peers.router import Stray

if "STRAYING" in os.environ:
    known = connectors.connect

    def connect(*given, **named):
        made = known(*given, **named)
        type(made).strays = (Stray(message=Launch(url="x"), conversation="entry-sdk-S"),)
        return made

    connectors.connect = connect
"""
"""A message comes too late for the first conversation, in the processes that are told so."""


@pytest.fixture(autouse=True)
def own_suites(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs are judged again by the suites of the project that they are in."""
    monkeypatch.setattr(rejudgement, "directory", lambda _: bench.pytester.path / "suites")


def killed(bench: Bench, *found: Stray, after: str) -> Path:
    """The folder of a run in which these strayed, as it is when it was killed after the first such line."""
    bench.strays = list(found)
    bench.run(SUITE, "--mpp-run", "r")
    folder = bench.pytester.path / "reports/r"
    lines = (folder / journal.FILE).read_bytes().splitlines(keepends=True)
    known = journal_file.read(folder)
    last = next(entry.number for entry in known.of(after))
    (folder / journal.FILE).write_bytes(b"".join(lines[:last]))
    (folder / document.FILE).unlink()
    return folder


def gone_on(bench: Bench, *found: Stray) -> Path:
    """The folder of the run, gone on with to its end; these stray in this attempt."""
    bench.strays = list(found)
    assert bench.run(SUITE, "--mpp-run", "r", "--mpp-resume").ret == pytest.ExitCode.OK
    return bench.pytester.path / "reports/r"


def test_what_could_not_be_written_down_is_tried_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full for a moment loses no message that strayed."""
    known, tries = RunFolder.keep_strays, []

    def keep(made: RunFolder, found: list[Stray], *, before: int = 0) -> tuple[str, str]:
        tries.append(len(found))
        if len(tries) == 1:
            raise RunFolderError("no room")
        return known(made, found, before=before)

    monkeypatch.setattr(RunFolder, "keep_strays", keep)
    bench.strays = [NOBODYS]
    bench.run(SUITE, "--mpp-run", "r")
    (told,) = journal_file.read(bench.pytester.path / "reports/r").of(journal.STRAYED)
    assert tries[:2] == [1, 1]
    assert strays.read((bench.pytester.path / "reports/r/evidence" / told.told["evidence"]).read_bytes()) == (NOBODYS,)


def test_what_strays_is_written_down_before_the_run_is_over(bench: Bench) -> None:
    """The line of it stands in the journal after the first verdict, once, and its file holds just that."""
    bench.strays = [NOBODYS, LATE]
    bench.run(SUITE, "--mpp-run", "r")
    folder = bench.pytester.path / "reports/r"
    events = [entry.event for entry in journal_file.read(folder).entries]
    assert events[events.index(journal.JUDGED) :] == [
        *(journal.JUDGED, journal.STRAYED),
        *(journal.BEGUN, journal.CONVERSED, journal.JUDGED) * 2,
        journal.FINISHED,
    ]
    (entry,) = journal_file.read(folder).of(journal.STRAYED)
    assert strays.read((folder / "evidence" / entry.told["evidence"]).read_bytes()) == (NOBODYS, LATE)


def test_what_strayed_before_a_kill_is_in_the_report(bench: Bench) -> None:
    """With what strays in the next attempt; what is derived from the folder, and its bundle, agree."""
    killed(bench, NOBODYS, after=journal.STRAYED)
    folder = gone_on(bench, Stray(message=Launch(url="z")))
    verdicts = bench.verdicts("r")
    assert [json.loads(row["message"])["fields"]["url"] for row in verdicts["strays"]] == ["x", "z"]
    assert (verdicts["overall"], verdicts["attempts"]["again"]) == ("conformant", [])
    assert rejudgement.rejudged(folder).differences == []
    whole = strays.read((folder / "evidence" / verdicts["strays_evidence"]["evidence"]).read_bytes())
    assert [stray.http for stray in whole] == [NOBODYS.http, ()]
    assert verify.verify_bundle(bundle(bench)).verdicts["strays"] == verdicts["strays"]


def bundle(bench: Bench, name: str = "r") -> bytes:
    """The run as a bundle."""
    suite = bench.verdicts(name)["suite"]
    sound = {"format": verify.MATRIX_FORMAT, "version": suite["version"], "suites": suite["digest"], "sound": True}
    return pack.pack(bench.pytester.path / "reports" / name, keys.generate(), sound)


@pytest.mark.parametrize(
    ("stray", "again"),
    [
        (NOBODYS, []),
        (LATE, ["entry-sdk-S"]),
        (Stray(message=Launch(url="y"), conversation="order-sdk-S"), []),
    ],
    ids=["nobody's", "late", "begun after it"],
)
def test_what_a_message_came_too_late_for_is_held_again(bench: Bench, stray: Stray, again: list[str]) -> None:
    """A run that was killed has not judged the conversation with it; another attempt hears it anew, and only it."""
    bench.run(SUITE, "--mpp-run", "unbroken")
    folder = killed(bench, stray, after=journal.FINISHED)
    lines = (folder / journal.FILE).read_bytes().splitlines(keepends=True)
    (folder / journal.FILE).write_bytes(b"".join(lines[:-1]))
    gone_on(bench)
    found = bench.verdicts("r")
    assert (found["attempts"]["again"], found["attempts"]["count"]) == (again, 2)
    assert found["digest"] == bench.verdicts("unbroken")["digest"]


def test_what_an_attempt_has_judged_at_its_end_is_not_held_again(bench: Bench) -> None:
    """One that was stopped has judged what came too late; what strayed in it stays in the report, once."""
    bench.specimen, bench.strays = SPECIMENS["payload-callback-twice"], [LATE, NOBODYS]
    bench.run(SUITE, "-x", "--mpp-run", "r")
    bench.run(SUITE, "--mpp-run", "r", "--mpp-resume")
    found = bench.verdicts("r")
    assert (found["attempts"]["again"], found["attempts"]["count"]) == ([], 2)
    assert [row["conversation"] for row in found["strays"]] == ["entry-sdk-S", "", "entry-sdk-S", ""]
    verify.verify_bundle(bundle(bench))


def test_a_conversation_that_was_held_again_is_not_once_more(bench: Bench) -> None:
    """A message that came too late before it was begun anew says nothing about it as it is now."""
    killed(bench, LATE, after=journal.STRAYED)
    folder = gone_on(bench)
    lines = (folder / journal.FILE).read_bytes().splitlines(keepends=True)
    (folder / journal.FILE).write_bytes(b"".join(lines[:-1]))
    gone_on(bench)
    known = journal_file.read(folder)
    assert [entry.told["conversation"] for entry in known.of(journal.RERUN)] == ["entry-sdk-S"]
    assert known.attempts == 3


def test_what_strayed_cannot_be_taken_away(bench: Bench) -> None:
    """Without the file that the journal names, a run is not gone on with, and no bundle is made; rejudge names it."""
    folder = killed(bench, NOBODYS, after=journal.STRAYED)
    (path,) = folder.glob("evidence/strays-*.json")
    data = path.read_bytes()
    path.write_bytes(data.replace(b'"x"', b'"y"'))
    told = f"{path.name}: its content is not what was written"
    result = bench.run(SUITE, "--mpp-run", "r", "--mpp-resume")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{told}*"])
    assert rejudgement.rejudged(folder).differences == [f"evidence/{told}"]
    path.write_bytes(data)
    gone_on(bench, LATE)
    path.unlink()
    assert f"evidence/{path.name}: there is no such plain file" in rejudgement.rejudged(folder).differences
    with pytest.raises(pack.PackError, match=path.name):
        bundle(bench)


def test_what_no_journal_tells_of_stays_out_of_the_bundle(bench: Bench) -> None:
    """A run that is killed between a file and its line leaves a file that nobody tells of."""
    bench.run(SUITE, "--mpp-run", "r")
    left = bench.pytester.path / "reports/r/evidence/left-00000000.json"
    left.write_bytes(b"{}")
    files = verify.verify_bundle(bundle(bench)).files
    assert [name for name in files if "left" in name] == []


def test_killed_at_any_moment_a_run_has_what_its_journal_tells_of(bench: Bench) -> None:
    """By SIGKILL in each line: the next attempt comes to the same verdicts, holds what strayed, and makes a bundle."""
    place = bench.pytester.path
    (place / "suites").mkdir()
    (place / "suites/test_inline.py").write_text(SUITE, "utf-8")
    (place / "suites/conftest.py").write_text(STRAYING, "utf-8")
    words = [sys.executable, str(HERE / "killing.py"), "1", "--mpp-target", "specimen:conforming"]
    done = subprocess.run(
        words, cwd=place, env={**os.environ, "STRAYING": "1"}, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = {}
    for at in range(2, len((place / "reports/whole" / journal.FILE).read_bytes().splitlines()) + 1):
        name = f"killed-{at}"
        told = len(list(journal_file.read(place / "reports" / name).of(journal.STRAYED)))
        result = bench.run(SUITE, "--mpp-run", name, "--mpp-resume", target="specimen:conforming")
        verdicts = bench.verdicts(name)
        assert (result.ret, verdicts["digest"]) == (pytest.ExitCode.OK, bench.verdicts("whole")["digest"])
        assert verify.verify_bundle(bundle(bench, name)).verdicts["strays"] == verdicts["strays"]
        found[at] = (told, len(verdicts["strays"]), "entry-sdk-S" in verdicts["attempts"]["again"])
    assert {row[:2] for row in found.values()} == {(0, 0), (1, 1)}
    assert [row[2] for row in found.values() if row[0]] == [True] * sum(row[0] for row in found.values())


def test_what_is_kept_of_http_is_bounded_over_all_files() -> None:
    """A wallet that talks much fills no disk: beyond the bound messages are kept without what carried them."""
    big = Stray(message=Launch(url="x"), http=(Half(method="POST", target="/", body=b"x" * 1_000),))
    kept = [strays.read(strays.encode([big], before=before)) for before in (0, strays.MAX_HTTP)]
    assert [found[0].http == () for found in kept] == [False, True]
