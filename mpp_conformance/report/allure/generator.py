"""Allure 3's own generator, of one exact version: installed once for this user, then called for each page."""

import hashlib
import json
import os
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from mpp_conformance.common.scratch import scratch
from mpp_conformance.report.allure import node, page
from mpp_conformance.report.allure.node import GeneratorError, Node, Say
from mpp_conformance.report.allure.results import DIRECTORY
from mpp_conformance.report.allure.side_files import rules
from mpp_conformance.report.run_folder.folder import RunFolder

FILE: Final = "allure.html"
VERSION: Final = "3.18.0"
_LOCKED: Final = ("package.json", "package-lock.json")
_PROGRAM: Final = "node_modules/allure/cli.js"
_INSTALL: Final = 600.0
_GENERATE: Final = 900.0
"""Seconds that npm and the generator get."""
_NPM: Final = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")


def generate(run: Path, say: Say, language: str = "en") -> Path:
    """Make ``allure.html`` in a run's folder from its Allure results, and tell ``say`` of what takes its time.

    ``language``: of Allure's own words, as BCP 47 has it.

    GeneratorError where that cannot be done; the results are left as they are.
    """
    if not (run / DIRECTORY).is_dir():
        raise GeneratorError(
            f"{run} holds no {DIRECTORY}: `mpp-conformance run --mpp replay:{run}` judges it again and writes them"
        )
    found = node.find(say)
    program = _installed(found, say)
    with scratch(beside=run.parent) as place:
        output = Path(place) / "page"
        config = Path(place) / "allurerc.json"
        config.write_text(json.dumps(configuration(output, language)), "utf-8")
        # The results are named relative to where the generator is started: it takes what it is given for a pattern.
        command: list[str | Path] = [found.program, program, "generate", "--config", config, DIRECTORY]
        node.call(command, cwd=run.absolute(), seconds=_GENERATE, environment=_environment(found))
        made = page.scrub(_read(output / "index.html"))
    return RunFolder(run).write(FILE, made.encode())


def configuration(output: Path, language: str = "en") -> dict[str, Any]:
    """What the generator is told: one file, our categories, and clauses as the order of the tree."""
    options = {
        "singleFile": True,
        "reportLanguage": language.partition("-")[0],
        "groupBy": ["epic", "feature", "story"],
    }
    return {
        "name": "MPP conformance",
        "output": str(output),
        "plugins": {"awesome": {"options": options}},
        "categories": {"rules": rules()},
    }


def _installed(found: Node, say: Say) -> Path:
    """The generator's program in the user's cache, installed there from the lock file if it is not yet."""
    place = node.cache() / f"allure-{VERSION}-{_lock_digest()[:12]}"
    if not (place / _PROGRAM).is_file():
        say(f"npm installs Allure {VERSION}, once (about 15 s)")
        with node.scratch() as making:
            made = Path(making) / "allure"
            made.mkdir()
            for name in _LOCKED:
                (made / name).write_bytes(_packaged(name))
            try:
                node.call([*found.npm, *_NPM], cwd=made, seconds=_INSTALL, environment=_environment(found))
            except GeneratorError as problem:
                raise GeneratorError(f"Allure {VERSION} cannot be installed: {problem}") from None
            node.put_in_place(made, place)
    return place / _PROGRAM


def _lock_digest() -> str:
    return hashlib.sha256(b"".join(map(_packaged, _LOCKED))).hexdigest()


def _packaged(name: str) -> bytes:
    return files("mpp_conformance.report.allure").joinpath(name).read_bytes()


def _environment(found: Node) -> dict[str, str]:
    """The user's environment without what steers Allure, with this Node first, and nothing reported to anybody."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ALLURE_")}
    path = os.pathsep.join([str(found.program.parent), kept.get("PATH", "")])
    return {**kept, "PATH": path, "ALLURE_NO_ANALYTICS": "true"}


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise GeneratorError(f"Allure {VERSION} made no page that can be read: {problem}") from None
