"""The rules of the house that no linter keeps."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
LOCKS = {path.name: path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("requirements*.lock"))}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DIRECT = {
    "requirements.lock": [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]],
    "requirements-mutation.lock": PROJECT["dependency-groups"]["mutation"],
    "requirements-spark.lock": PROJECT["project"]["optional-dependencies"]["spark"],
}
LONGEST = 400
STANDS_ALONE = "mpp_conformance/bundle/verify.py"
PIN = re.compile(r"^(?P<name>[a-z0-9.-]+)==(?P<version>[^ \\]+)(?P<rest>.*(?:\n    .*)*)", re.MULTILINE)
PINS = {
    lock: {
        pin["name"]: [same for same in PIN.finditer(text) if same["name"] == pin["name"]] for pin in PIN.finditer(text)
    }
    for lock, text in LOCKS.items()
}
"""Of each lock: its pins by the name of the package, of which there is more than one where platforms differ."""


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_names_no_host(lock: str) -> None:
    """The lock file can be used with any registry, for it names none."""
    assert re.findall(r"\w+://|--(?:\w+-)*(?:index|url|find-links|trusted-host).*|@ file", LOCKS[lock]) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_hashes_every_pin(lock: str) -> None:
    """Each line of the lock that starts a package pins it to one version, with hashes."""
    starts = [line.split("==")[0] for line in LOCKS[lock].splitlines() if line[:1] not in {"", " ", "#"}]
    assert [pin["name"] for pins in PINS[lock].values() for pin in pins] == starts
    assert [name for name, pins in PINS[lock].items() for pin in pins if "--hash=sha256:" not in pin["rest"]] == []


@pytest.mark.parametrize(("lock", "line"), [(lock, line) for lock, lines in DIRECT.items() for line in lines])
def test_lock_pins_every_direct_dependency(lock: str, line: str) -> None:
    """The pinned version of a direct dependency is within the range that pyproject.toml gives."""
    requirement = Requirement(line)
    assert any(requirement.specifier.contains(pin["version"]) for pin in PINS[lock][requirement.name])


def test_lock_has_a_wheel_for_macs_with_intel_processors() -> None:
    """Where newer releases of cryptography have none, an older one is pinned; everywhere else the newest is."""
    places = {("darwin", "x86_64"): 48, ("darwin", "arm64"): 50, ("linux", "x86_64"): 50, ("win32", "AMD64"): 50}
    lines = [pin[0].splitlines()[0].rstrip(" \\") for pin in PINS["requirements.lock"]["cryptography"]]
    pins = [Requirement(line) for line in lines]
    for (system, machine), expected in places.items():
        place = {"sys_platform": system, "platform_machine": machine}
        found = [pin.specifier for pin in pins if pin.marker is None or pin.marker.evaluate(place)]
        assert [int(str(version).removeprefix("==").partition(".")[0]) for version in found] == [expected]


@pytest.mark.parametrize("lock", sorted(LOCKS.keys() - {"requirements.lock"}))
def test_locks_agree(lock: str) -> None:
    """What another lock pins as well, it pins to the same version: it is installed over the first."""
    first, second = (
        {
            name: [(pin["version"], re.findall(r"sha256:\w+", pin["rest"])) for pin in same]
            for name, same in PINS[of].items()
        }
        for of in ("requirements.lock", lock)
    )
    common = first.keys() & second.keys()
    assert {name: first[name] for name in common} == {name: second[name] for name in common}


def test_the_lock_of_spark_is_of_the_extra() -> None:
    """The group that is locked asks for what the extra asks for, and `make test` installs none of it."""
    assert sorted(PROJECT["dependency-groups"]["spark"]) == sorted(PROJECT["project"]["optional-dependencies"]["spark"])
    assert "pyspark" not in PINS["requirements.lock"]


def test_no_file_is_too_long() -> None:
    """A Python file that grows past 400 lines is asking to be two; the one that must stand alone cannot."""
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for folder in ("mpp_conformance", "suites", "contracts", "tests", "tools", "examples")
        for path in (ROOT / folder).rglob("*.py")
    }
    assert {name for name, length in lengths.items() if length > LONGEST} - {STANDS_ALONE} == set()


def test_ci_runs_make_test() -> None:
    """Continuous integration runs what a person runs: ``make test``."""
    assert (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()[-1] == "exec make test"


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make on a copy of the Makefile in ``folder``, where it can spoil nothing."""
    program = shutil.which("make")
    assert program is not None
    shutil.copy(ROOT / "Makefile", folder)
    (folder / "requirements.lock").touch()
    (folder / "pyproject.toml").touch()
    return subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True, check=False)


def test_plain_make_says_what_can_be_made(tmp_path: Path) -> None:
    """Plain ``make`` lists every target and makes nothing."""
    result = make(tmp_path)
    listed = re.findall(r"^ +make (\S+)", result.stdout, re.MULTILINE)
    phony = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(phony[0].split())
    assert not (tmp_path / ".venv").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for an old Python is a shell script")
def test_old_python_is_named(tmp_path: Path) -> None:
    """A Python that is too old, and how to name another, are told in plain words; nothing is made."""
    old = tmp_path / "old-python"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.10.13 && exit\nexit 1\n', encoding="utf-8")
    old.chmod(0o755)
    result = make(tmp_path, "certify", f"PYTHON={old}")
    assert result.returncode == 2
    assert f"Python 3.11 or newer is needed; '{old}' is Python 3.10.13." in result.stderr
    assert "make PYTHON=/path/to/python3.12 certify" in result.stderr
    assert not (tmp_path / ".venv").exists()


def test_missing_python_is_named(tmp_path: Path) -> None:
    """A Python that is not there at all gets the same plain words."""
    result = make(tmp_path, ".venv", "PYTHON=no-such-python")
    assert result.returncode == 2
    assert "Python 3.11 or newer is needed; 'no-such-python' is " in result.stderr
