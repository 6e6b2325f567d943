"""What becomes of a command whose output nobody reads, cannot be written, or would be carried out by a CI server."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from packaging.requirements import Requirement

from mpp_conformance.cli import cli, environment
from mpp_conformance.cli import run as run_module
from mpp_conformance.cli.exits import Exit
from tests.common.test_text import carried_out

COMMAND = Path(sys.executable).with_name("mpp-conformance")
HOSTILE = "##vso[task.complete result=Succeeded;]"


def ended(
    *words: str | Path, cwd: Path, read: int | None = None, settings: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """A command in ``cwd`` whose reader goes after ``read`` bytes of its output, or stays to the end."""
    with subprocess.Popen(
        [COMMAND, *words],
        cwd=cwd,
        env={**os.environ, **(settings or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        if read is None:
            told, errors = process.communicate()
            return subprocess.CompletedProcess(words, process.returncode, told, errors)
        told = process.stdout.read(read)
        process.stdout.close()
        errors = process.stderr.read()
        return subprocess.CompletedProcess(words, process.wait(), told, errors)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which one run was held whose reader went after its first byte."""
    place = tmp_path_factory.mktemp("runs")
    found = ended("run", "--mpp", "specimen:conforming", "--reports", place, "--run", "r", cwd=place, read=1)
    assert (found.returncode, found.stderr) == (Exit.CONFORMS, b"")
    return place


def test_a_run_is_held_to_its_end_without_a_reader(runs: Path) -> None:
    """``run | head -1`` ends with the verdict's exit code, and the report is there."""
    assert (runs / "r/report.html").is_file()


@pytest.mark.parametrize(
    "words", ["list", "faults", "schema evidence", "coverage", "gate r", "rejudge r", "report check r"]
)
def test_a_reader_that_ends_early_is_no_verdict(runs: Path, words: str) -> None:
    """The exit code is that of a command that was read to its end, and nothing is said of it."""
    found = ended(*words.split(), cwd=runs, read=0)
    assert (found.returncode, found.stderr) == (Exit.CONFORMS, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_output_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """A document that is cut off for want of space is not left to be taken for a whole one."""
    with Path("/dev/full").open("wb") as full:
        found = subprocess.run(
            [COMMAND, "list", "--format", "json"], cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, check=False
        )
    told = "Error: standard output could not be written: No space left on device\n"
    assert (found.returncode, found.stderr.decode()) == (Exit.FAULT, told)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "gbk", "utf-8"])
def test_any_encoding_can_be_written(runs: Path, encoding: str) -> None:
    """What a code page lacks stands as an escape; the exit code is the same."""
    words = ["gate", "r", "--lang", "zh-CN"]
    found = ended(*words, cwd=runs, settings={"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0", "LC_ALL": "C"})
    assert (found.returncode, found.stderr) == (Exit.CONFORMS, b"")
    told = found.stdout.decode(encoding)
    assert ("门禁" in told, r"\u95e8\u7981" in told) == (encoding in {"gbk", "utf-8"}, encoding in {"ascii", "cp1252"})


def test_nothing_that_is_printed_is_a_command(runs: Path) -> None:
    """A text from outside, in whatever place of whatever command, is not carried out by a CI server."""
    odd = runs / HOSTILE
    commands: list[list[str | Path]] = [
        ["run", "--mpp", f"specimen:{HOSTILE}"],
        ["run", "--mpp", "specimen:conforming", "--run", HOSTILE, "-k", "launch_is"],
        ["list", "--wallet", odd],
        ["gate", odd],
        ["contracts", "verify", odd],
        ["verify", odd],
        ["answers", "try", HOSTILE, "--mpp", "specimen:conforming"],
        [HOSTILE],
    ]
    for words in commands:
        found = ended(*words, cwd=runs)
        told = (found.stdout + found.stderr).decode()
        assert [line for line in told.splitlines() if carried_out(line)] == []
        assert "vso[" in told, words


# --- exit codes -----------------------------------------------------------------------------------------------------


class Ending:
    """What a command may be ended by, besides itself."""

    def __init__(self, problem: BaseException) -> None:
        self.problem = problem

    def __call__(self, **_: object) -> None:
        """End so."""
        raise self.problem


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        (SystemExit(1), Exit.FAULT),
        (SystemExit("words"), Exit.FAULT),
        (click.ClickException("a library's own"), Exit.FAULT),
        (click.FileError("x"), Exit.FAULT),
        (click.exceptions.Exit(1), Exit.FAULT),
        (BrokenPipeError(32, "of a socket"), Exit.FAULT),
        (OSError(28, "No space left on device"), Exit.FAULT),
        (MemoryError(), Exit.FAULT),
        (click.UsageError("x"), Exit.USAGE),
        (KeyboardInterrupt(), Exit.NOT_PROVEN),
    ],
    ids=repr,
)
def test_no_library_says_that_an_mpp_does_not_conform(
    monkeypatch: pytest.MonkeyPatch, problem: BaseException, expected: Exit
) -> None:
    """Exit code 1 is a verdict: whatever else ends a command ends it with another one."""
    monkeypatch.setattr(run_module.command, "callback", Ending(problem))
    assert CliRunner().invoke(cli, ["run"]).exit_code == expected


def test_no_room_is_no_fault_of_the_suite(monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk is called one."""
    monkeypatch.setattr(run_module.command, "callback", Ending(OSError(28, "No space left on device", "/x")))
    told = CliRunner().invoke(cli, ["run"]).output
    assert told == "Error: this machine lacks the resources that the command needs: No space left on device: /x\n"


# --- the environment --------------------------------------------------------------------------------------------------

_READ = re.compile(
    r"""^[^#\n]*?(?:os\.environ(?:\.get|\.pop|\.setdefault)?\s*[\[(]|getenv\()\s*f?["'](\w+)""", re.MULTILINE
)
_ASKED = re.compile(r"""["']([A-Z][A-Z0-9_]+)["']\s+(?:not )?in os\.environ""")


def libraries() -> set[str]:
    """The names of what the package needs, and of what that needs."""
    found: set[str] = set()
    asked = ["mpp-conformance"]
    while asked:
        name = asked.pop().lower().replace("_", "-")
        if name in found:
            continue
        try:
            needed = [Requirement(text) for text in metadata.requires(name) or ()]
        except metadata.PackageNotFoundError:
            continue  # for another platform
        found.add(name)
        asked += [one.name for one in needed if one.marker is None or one.marker.evaluate({"extra": ""})]
    return found - {"mpp-conformance"}


def test_every_variable_that_a_library_reads_is_known() -> None:
    """Of each it is said that it is removed, or why it may stay."""
    kept = {name for names in environment.KEPT.values() for name in names}
    names: set[str] = set()
    for library in libraries():
        for file in metadata.files(library) or ():
            if file.suffix == ".py" and "tests" not in file.parts:
                text = Path(str(file.locate())).read_text("utf-8", "replace")
                names |= {*_READ.findall(text), *_ASKED.findall(text)}
    assert {"PYTEST_ADDOPTS", "ALLURE_TESTPLAN_PATH", "HOME"} <= names
    assert sorted(name for name in names if not environment.is_removed(name) and name not in kept) == []


def test_no_variable_changes_what_is_run(tmp_path: Path) -> None:
    """A test plan of Allure, options of pytest and hooks of Schemathesis leave out nothing, and break nothing."""
    plan = tmp_path / "plan.json"
    plan.write_text('{"version": "1.0", "tests": [{"id": 1, "selector": "nothing"}]}', "ascii")
    settings = {
        "ALLURE_TESTPLAN_PATH": str(plan),
        "PYTEST_ADDOPTS": "-m nothing",
        "PYTEST_PLUGINS": "no_such_plugin",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "",
        "PYTEST_THEME": "none",
        "PYTEST_DEBUG": "1",
        "SCHEMATHESIS_HOOKS": "no_such_module",
        "PYDANTIC_DISABLE_PLUGINS": "__all__",
        "WEB_CONCURRENCY": "many",
    }
    words = ("run", "--mpp", "specimen:conforming", "-k", "limit", "--run")
    plain, changed = (ended(*words, name, cwd=tmp_path, settings=those) for name, those in (("a", {}), ("b", settings)))
    assert (changed.returncode, changed.stderr) == (Exit.NOT_PROVEN, b""), changed.stdout
    counts = [re.findall(rb"\d+ passed", found.stdout) for found in (plain, changed)]
    assert counts[0] == counts[1] != []
