"""Where a command runs: folders, files and limits of the machine that have no say in what comes out."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from mpp_conformance.cli import certify as certify_module
from mpp_conformance.cli import cli, matrix
from mpp_conformance.cli import run as run_module
from mpp_conformance.cli.exits import Exit
from mpp_conformance.common.resources import directory
from mpp_conformance.common.scratch import PREFIX, scratch
from mpp_conformance.ledger.catalogue import digest
from mpp_conformance.plugin import conclusion
from mpp_conformance.report.allure import node
from mpp_conformance.report.pages import kill_matrix
from mpp_conformance.report.run_folder.folder import RunFolder

COMMAND = Path(sys.executable).with_name("mpp-conformance")
_LIMITED = "import resource,sys;resource.setrlimit(resource.RLIMIT_FSIZE,(int(sys.argv[1]),)*2);"
_LIMITED += "import signal;signal.signal(signal.SIGXFSZ,signal.SIG_IGN);import os;os.execv(sys.argv[2],sys.argv[2:])"


def start(*words: str | Path, cwd: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """A command in ``cwd``, read to its end."""
    return subprocess.run(
        [COMMAND, *words], cwd=cwd, env={**os.environ, **settings}, capture_output=True, text=True, check=False
    )


@pytest.fixture
def without_scratch(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which no folder for temporary files can be written."""
    place = tmp_path_factory.mktemp("without")
    (place / "sitecustomize.py").write_text(
        "import tempfile\n\ndef none():\n    raise FileNotFoundError(2, 'No usable temporary directory')\n\n"
        "tempfile.gettempdir = tempfile._gettempdir = none\n",
        "ascii",
    )
    return {**dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(place / "missing")), "PYTHONPATH": str(place)}


def test_certify_certifies_a_process_of_its_own_anywhere(shadowed: Path, without_scratch: dict[str, str]) -> None:
    """``certify`` finds the reference MPP conformant over HTTP, and leaves nothing but the report.

    Neither it nor the process that it starts imports anything from the current folder, or needs a folder for temporary
    files; what the environment wants of pytest changes nothing.
    """
    there = {path.name for path in shadowed.iterdir()}
    wishes = {"PYTEST_ADDOPTS": "-k nothing", "PYTEST_PLUGINS": "no_such_plugin"}
    result = start("certify", "--run", "reference", cwd=shadowed, **wishes, **without_scratch)
    assert (result.returncode, result.stderr) == (Exit.CONFORMS, ""), result.stdout
    assert "result       conforms" in result.stdout.splitlines()
    process = int(result.stdout.split("reference MPP  process ")[1].split(",")[0])
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    verdicts = json.loads((shadowed / "reports/reference/verdicts.json").read_text("utf-8"))
    assert (verdicts["claims"]["wallet"]["name"], verdicts["claims"]["reach"]["parallel"]) == ("reference MPP", 16)
    assert {path.name for path in shadowed.iterdir()} == there | {"reports"}
    assert [path.name for path in (shadowed / "reports").iterdir() if path.name.startswith(PREFIX)] == []


def test_our_children_leave_the_current_folder_out() -> None:
    """Whoever starts this Python once more does so without it, or in a folder of its own."""
    package = Path(certify_module.__file__).parents[1]
    lines = [
        (path.name, line.strip())
        for path in sorted(package.rglob("*.py"))
        for line in path.read_text("utf-8").splitlines()
        if "[sys.executable" in line
    ]
    own_folder = {"process.py", "node.py"}
    assert len(lines) == 4
    assert [line for name, line in lines if name not in own_folder and '"-P"' not in line] == []


def test_a_run_takes_no_folder_for_temporary_files(tmp_path: Path, without_scratch: dict[str, str]) -> None:
    """Where none can be written, a run does without."""
    words = ("run", "--mpp", "specimen:conforming", "--run", "r", "-k", "launch_is")
    result = start(*words, cwd=tmp_path, **without_scratch)
    assert (result.returncode, result.stderr) == (Exit.NOT_PROVEN, ""), result.stdout
    assert result.stdout.splitlines()[-1] == "result       partial run: nothing is certified"


def test_where_nothing_can_be_written_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The variable that names a folder stands in the message."""

    def nowhere(**_: object) -> None:
        raise FileNotFoundError(2, "No usable temporary directory")

    monkeypatch.setattr(tempfile, "TemporaryDirectory", nowhere)
    with pytest.raises(OSError, match=r"no folder for temporary files can be written; name one that can in .* TMPDIR"):
        scratch(beside=tmp_path)


def test_without_a_home_there_is_no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Allure's page says what to name; the kill matrix is made and not kept."""

    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    for name in (node.CACHE_VARIABLE, "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(matrix, "_made", lambda: {"made": True})
    with pytest.raises(
        node.GeneratorError, match="no home directory for the cache: name a folder in MPP_CONFORMANCE_CACHE"
    ):
        node.cache()
    assert matrix.of_this_suite(lambda _: None) == {"made": True}


def test_the_matrix_that_came_with_the_wheel_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not made again, whatever the cache holds; that of another build is none, and goes when one is written."""
    suites = Path(shutil.copytree(directory("suites"), tmp_path / "suites"))
    monkeypatch.setenv(node.CACHE_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setattr(matrix, "directory", lambda _: suites)
    told = list[str]()

    def made() -> dict[str, str]:
        told.append("made")
        return {"format": kill_matrix.FORMAT, "suites": digest(suites)}

    monkeypatch.setattr(matrix, "_made", made)
    first = matrix.carry()
    assert matrix.carry() == first
    assert (matrix.of_this_suite(told.append), told) == ({**made()}, ["made", "made"])
    (suites / "test_wire.py").write_text("# another build\n", "utf-8")
    assert matrix.of_this_suite(told.append) == made()
    assert len(told) == 5
    second = matrix.carry()
    assert (first.exists(), second.exists(), first.name != second.name) == (False, True, True)
    second.write_text("{}", "utf-8")
    assert matrix.of_this_suite(told.append)["suites"] == digest(suites)


@pytest.mark.skipif(sys.platform == "win32", reason="limits no file's size")
@pytest.mark.parametrize("size", [2_000, 100_000, 500_000])
def test_a_disk_without_space_certifies_nothing(tmp_path: Path, size: int) -> None:
    """Wherever the space ends, in journal, evidence or report: no traceback, no certificate, and it is said."""
    words = [sys.executable, "-c", _LIMITED, str(size), sys.executable, "-P", "-m", "mpp_conformance.cli"]
    words += ["run", "--mpp", "specimen:conforming", "--run", "r"]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    result = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    told = result.stdout + result.stderr
    assert result.returncode == Exit.FAULT, told
    assert [word for word in ("Traceback", "INTERNALERROR", "fault of the suite", " conforms") if word in told] == []
    assert "File too large" in told or "found no room" in told
    assert not (tmp_path / "reports/r/verdicts.json").exists()


def test_no_verdict_file_is_left_of_a_report_that_could_not_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that looks at it later finds no certificate either."""
    real = RunFolder.write

    def full(self: RunFolder, name: str, data: bytes, *, mode: int = 0o644) -> Path:
        if name == "report.html":
            place = RunFolder(self.path / "missing")
            return real(place, name, data, mode=mode)
        return real(self, name, data, mode=mode)

    monkeypatch.setattr(RunFolder, "write", full)
    monkeypatch.setattr(sys, "dont_write_bytecode", sys.dont_write_bytecode)
    words = ["run", "--mpp", "specimen:conforming", "--reports", str(tmp_path), "--run", "r", "-k", "launch_is"]
    found = CliRunner().invoke(cli, words)
    assert (found.exit_code, (tmp_path / "r/verdicts.json").exists()) == (Exit.FAULT, False)
    assert found.output.splitlines()[-1] == f"result       nothing is certified: {Exit.FAULT.meaning}"


class SetBack(datetime):
    """A clock that somebody has set back by two days."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        """Two days ago."""
        return super().now(tz) - timedelta(days=2)


def test_a_clock_that_is_set_back_changes_no_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report that is older than its run is judged again alike, and every form of it is whole."""
    monkeypatch.setattr(conclusion, "datetime", SetBack)
    monkeypatch.setattr(sys, "dont_write_bytecode", sys.dont_write_bytecode)
    words = ["run", "--mpp", "specimen:conforming", "--reports", str(tmp_path), "--run", "r", "-k", "launch_is"]
    ended = [
        CliRunner().invoke(cli, called).exit_code
        for called in (words, *([*form, str(tmp_path / "r")] for form in (["rejudge"], ["report", "export"])))
    ]
    made = json.loads((tmp_path / "r/verdicts.json").read_bytes())
    checked = CliRunner().invoke(cli, ["report", "check", str(tmp_path / "r")])

    assert made["issued"] < made["started"]
    assert (ended, checked.exit_code) == ([Exit.NOT_PROVEN, Exit.CONFORMS, Exit.CONFORMS], Exit.CONFORMS), (
        checked.output
    )
    assert made["milliseconds"] >= 0


# --- a parent that is gone ------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="has no such signals")
@pytest.mark.parametrize("ending", ["SIGHUP", "SIGTERM", "SIGINT", "SIGKILL"])
def test_certify_leaves_neither_its_process_nor_its_keys(tmp_path: Path, ending: str) -> None:
    """However it ends, the reference MPP ends with it, and the folder with the keys is gone."""
    scratches = tmp_path / "tmp"
    scratches.mkdir()
    environment = {**os.environ, "TMPDIR": str(scratches), "PYTHONUNBUFFERED": "1"}
    words: list[str | Path] = [COMMAND, "certify", "--run", "r"]
    with subprocess.Popen(words, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = next(line for line in process.stdout if line.startswith("reference MPP  process "))
        address = urlsplit(line.split()[-1])
        assert [path.name.startswith(PREFIX) for path in scratches.iterdir()] == [True]
        with socket.create_connection((str(address.hostname), address.port or 0)) as held:
            process.send_signal(getattr(signal, ending))
            process.stdout.close()
            # The reference MPP's end of the connection closes when its process ends.
            assert held.recv(1) == b""
    assert list(scratches.iterdir()) == []


# --- a folder with brackets -----------------------------------------------------------------------------------------


def test_a_folder_with_brackets_is_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pytest takes brackets in what it is given for parameters of a test; suites and reports may stand below some."""
    place = tmp_path / "team [wallet]"
    shutil.copytree(directory("suites"), place / "suites")
    monkeypatch.setattr(run_module, "directory", lambda name: place / name)
    monkeypatch.setattr(sys, "dont_write_bytecode", sys.dont_write_bytecode)
    words = ["run", "--mpp", "specimen:conforming", "--reports", str(place), "--run", "r", "-k", "launch_is"]
    found = CliRunner().invoke(cli, words)
    assert (found.exit_code, found.output.splitlines()[-1]) == (
        Exit.NOT_PROVEN,
        "result       partial run: nothing is certified",
    )


@pytest.mark.parametrize(("level", "code"), [("1", Exit.FAILS), ("2", Exit.USAGE)])
def test_no_verdict_stands_on_an_assertion_of_python(tmp_path: Path, level: str, code: Exit) -> None:
    """Without assertions a faulty MPP is failed as ever; without docstrings nothing is begun, and it is said why."""
    run: list[str | Path] = [COMMAND, "run", "--mpp", "specimen:payload-trimmed", "--run", "one", "-k", "both"]
    environment = {**os.environ, "PYTHONOPTIMIZE": level}
    ended = subprocess.run(run, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (ended.returncode, "PYTHONOPTIMIZE=2" in ended.stderr) == (code, code == Exit.USAGE)
