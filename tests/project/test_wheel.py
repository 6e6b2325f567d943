"""A wheel, built and installed outside the checkout, works there on its declared dependencies alone."""

import json
import os
import shutil
import subprocess
import sys
import venv
from importlib import metadata
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from mpp_conformance.ledger import catalogue

ROOT = Path(__file__).parents[2]
NAME = "mpp-conformance"
BIN = "Scripts" if sys.platform == "win32" else "bin"

pytestmark = pytest.mark.slow


def declared(name: str) -> set[str]:
    """The distributions that ``name`` needs, directly or not, as their metadata declare them for this machine."""
    found: set[str] = set()
    waiting = [(name, "")]
    seen = set(waiting)
    while waiting:
        current, extra = waiting.pop()
        for requirement in map(Requirement, metadata.requires(current) or ()):
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                needed = {(canonicalize_name(requirement.name), e) for e in ("", *requirement.extras)}
                found |= {n for n, _ in needed}
                waiting += needed - seen
                seen |= needed
    return found


def link(names: set[str], folder: Path) -> None:
    """Link what the distributions hold into ``folder``, in place of downloading them once more."""
    for name in names:
        for file in metadata.files(name) or ():
            top = folder / file.parts[0]
            if file.parts[0] not in {"..", "__pycache__"} and not top.exists():
                top.symlink_to(Path(str(metadata.distribution(name).locate_file(file.parts[0]))))


def call(*command: str | Path, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command that sees nothing of this checkout, with ``more`` in its environment; its time is bounded."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST", "VIRTUAL"))}
    return subprocess.run(
        command, cwd=cwd, env={**kept, **more}, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of this checkout, built offline with the environment's own hatchling."""
    folder = tmp_path_factory.mktemp("dist")
    built = call(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    assert built.returncode == 0, built.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment that holds the wheel and its declared dependencies."""
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder)
    python = folder / BIN / ("python.exe" if sys.platform == "win32" else "python")
    packages = Path(
        call(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).stdout[:-1]
    )
    link(declared(NAME), packages)
    pip = (sys.executable, "-m", "pip", "--python", python)
    installed = call(*pip, "install", "--no-index", "--no-deps", wheel, cwd=folder)
    assert installed.returncode == 0, installed.stderr
    return folder


def test_two_builds_of_one_tree_are_equal(tmp_path: Path) -> None:
    """Wheel and source distribution are the same bytes, whenever and wherever they are built."""
    built: list[dict[str, bytes]] = []
    for name in ("first", "second"):
        command = (sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-t", "wheel", "-d", tmp_path / name)
        assert call(*command, cwd=ROOT).returncode == 0
        built.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})
    assert sorted(path.rpartition(".")[2] for path in built[0]) == ["gz", "whl"]
    assert built[0] == built[1]


def test_the_wheel_bears_its_licence(wheel: Path) -> None:
    """The licence travels with the wheel, and its metadata names it."""
    names = ZipFile(wheel).namelist()
    told = next(ZipFile(wheel).read(name).decode() for name in names if name.endswith("METADATA"))
    assert "License-Expression: Apache-2.0" in told.splitlines()
    assert [name.rpartition("/")[2] for name in names if "/licenses/" in name] == ["LICENSE"]


def test_the_sbom_names_what_the_package_needs_at_run_time(tmp_path: Path) -> None:
    """It is CycloneDX, has each package that is needed with its pinned version, and none of the tests' tools."""
    made = tmp_path / "sbom.json"
    done = call(sys.executable, ROOT / "tools/sbom.py", made, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    told = json.loads(made.read_bytes())
    assert (told["bomFormat"], told["metadata"]["component"]["name"]) == ("CycloneDX", NAME)
    assert {canonicalize_name(part["name"]) for part in told["components"]} == declared(NAME) - {NAME}
    assert [part["name"] for part in told["components"] if not part.get("version")] == []


def test_wheel_carries_what_the_checkout_holds(wheel: Path) -> None:
    """Suites, openapi and contracts travel with the wheel, whole, and nothing beside the package does."""
    carried = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    tracked = {
        f"mpp_conformance/_data/{path.relative_to(ROOT).as_posix()}"
        for folder in ("suites", "openapi", "contracts")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert {name for name in carried if name.startswith("mpp_conformance/_data/")} == tracked
    assert {name.split("/")[0] for name in carried} == {"mpp_conformance"}
    assert [name for name in carried if "__pycache__" in name] == []


def test_a_kill_matrix_that_was_made_travels_with_the_wheel(tmp_path: Path) -> None:
    """`make wheel` writes it beside the suites, where git does not look and the wheel does."""
    tree = tmp_path / "tree"
    for name in ("mpp_conformance", "suites", "openapi", "contracts"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__", "kill-matrix-*.json"))
    for name in (".gitignore", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree)
    (tree / "suites/kill-matrix-of-this-build.json").write_text("{}", "ascii")
    built = call(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path, cwd=tree)
    assert built.returncode == 0, built.stderr
    names = ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    carried = "mpp_conformance/_data/suites/kill-matrix-of-this-build.json"
    assert [name for name in names if "suites/kill-matrix-" in name] == [carried]


def test_installed_package_finds_what_it_carries(elsewhere: Path) -> None:
    """The installed package finds its own suites, not those of a checkout."""
    script = "from mpp_conformance.common.resources import directory; print(directory('suites'))"
    assert (
        "site-packages/mpp_conformance/_data/suites"
        in Path(call(elsewhere / BIN / "python", "-c", script, cwd=elsewhere).stdout).as_posix()
    )


def test_installed_plugin_serves_plain_pytest(elsewhere: Path, tmp_path: Path) -> None:
    """Plain pytest on the installed suites knows the plugin without being told: it is an entry point."""
    script = "from mpp_conformance.common.resources import directory; print(directory('suites'))"
    suites = call(elsewhere / BIN / "python", "-c", script, cwd=elsewhere).stdout.strip()
    pytest_ = (elsewhere / BIN / "python", "-m", "pytest", "-p", "no:schemathesis", "--collect-only", "-q")
    result = call(*pytest_, suites, "--mpp-target", "specimen:conforming", cwd=tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "test_order_code.py::" in result.stdout


@pytest.mark.parametrize(
    ("words", "code", "overall"),
    [
        pytest.param((), 0, "conformant", id="all", marks=pytest.mark.thorough),
        pytest.param(("-k", "callback or wire"), 5, "inconclusive", id="part"),
    ],
)
def test_installed_command_judges_as_the_checkout_does(
    elsewhere: Path, tmp_path: Path, words: tuple[str, ...], code: int, overall: str
) -> None:
    """Outside the checkout the installed command finds nothing against the conforming specimen, as the very same suite.

    It holds a part of the cases; `make thorough` has it certify with all of them.
    """
    result = call(elsewhere / BIN / NAME, "run", "--mpp", "specimen:conforming", *words, cwd=tmp_path)
    assert result.returncode == code, result.stdout + result.stderr
    (verdicts,) = tmp_path.glob("reports/*/verdicts.json")
    found = json.loads(verdicts.read_text(encoding="utf-8"))
    assert (found["overall"], found["suite"]["digest"]) == (overall, catalogue.digest(ROOT / "suites"))
    assert {row["verdict"] for row in found["requirements"] if row["tested"]} <= {"pass", "none"}


def has_installed(called: subprocess.CompletedProcess[str]) -> None:
    """The command that was installed in one line is this version, and told its name."""
    assert called.returncode == 0, called.stdout + called.stderr
    assert called.stdout.splitlines()[-1] == f"{NAME} {metadata.version(NAME)}"


@pytest.mark.thorough
@pytest.mark.registry
def test_pip_installs_the_wheel_in_one_line(wheel: Path, tmp_path: Path) -> None:
    """What the wheel declares is brought by one pip."""
    venv.create(tmp_path / "venv")
    python = tmp_path / "venv" / BIN / ("python.exe" if sys.platform == "win32" else "python")
    installed = call(sys.executable, "-m", "pip", "--python", python, "install", "-q", wheel, cwd=tmp_path)
    assert installed.returncode == 0, installed.stderr
    has_installed(call(python.with_name(NAME), "--version", cwd=tmp_path))


@pytest.mark.registry
def test_uvx_runs_the_wheel_in_one_line(wheel: Path, tmp_path: Path) -> None:
    """With uv nothing has to be installed first; what the wheel declares is all there in the registry."""
    uvx = (Path(sys.executable).with_name("uvx"), "--python", sys.executable)
    has_installed(call(*uvx, "--from", wheel, NAME, "--version", cwd=tmp_path))


@pytest.mark.thorough
@pytest.mark.registry
def test_pipx_runs_the_wheel_in_one_line(wheel: Path, tmp_path: Path) -> None:
    """With pipx, which comes through uv here and keeps its own files below this folder, likewise."""
    uvx = (Path(sys.executable).with_name("uvx"), "--python", sys.executable)
    homes = {name: str(tmp_path / name) for name in ("PIPX_HOME", "PIPX_BIN_DIR", "PIPX_MAN_DIR")}
    has_installed(call(*uvx, "pipx", "run", "--spec", wheel, NAME, "--version", cwd=tmp_path, **homes))
