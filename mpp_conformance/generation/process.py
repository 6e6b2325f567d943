"""The generating process: pytest with Schemathesis in an empty folder, so that nothing else has a say in what it draws.

Hypothesis, below Schemathesis, takes constants from the modules that are loaded, and Python orders sets by its hash
seed: both are the same in every such process.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from mpp_conformance import wire
from mpp_conformance.common.scratch import scratch
from mpp_conformance.generation.mirror import document
from mpp_conformance.generation.selection import Row, choose
from mpp_conformance.scenarios.answers import Corpus

SECONDS: Final = 300
"""The longest that it may take; some eight are usual."""
EXAMPLES: Final = 30
"""Drawn at random for each business scenario, beside the systematic ones."""
_PROGRAM: Final = "test_recorder.py"
_RECORDED: Final = "recorded.jsonl"
_SHOWN: Final = 500
_KEPT: Final = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")
"""Of the environment: whatever else stands there may change what is drawn."""
_PYTEST: Final = (
    *("-m", "pytest", _PROGRAM, "-q", "-x", "-c", os.devnull, "--rootdir=.", "--import-mode=importlib"),
    *("--disable-plugin-autoload", "-p", "schemathesis.pytest.plugin", "-p", "no:cacheprovider"),
)


class GenerationError(Exception):
    """The generator did not do its work: our own fault; says what it said."""


def corpus(seed: int) -> Corpus:
    """The answers that come of ``seed``, the same bytes each time; GenerationError where nothing comes of it."""
    with scratch() as place:
        return choose(recorded(Path(place), seed), seed)


def recorded(place: Path, seed: int) -> list[Row]:
    """Everything that is generated from ``seed``, in an empty folder; GenerationError as above."""
    shutil.copy(Path(__file__).with_name("recorder.py"), place / _PROGRAM)
    (place / "mirror.json").write_text(json.dumps(document()), "utf-8")
    (place / "adaptor.json").write_text(json.dumps(wire.document("mpp-adaptor")), "utf-8")
    (place / "settings.json").write_text(json.dumps({"seed": seed, "examples": EXAMPLES}), "utf-8")
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment = {**kept, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
    try:
        done = subprocess.run(  # noqa: S603  # our own interpreter and our own program
            [sys.executable, *_PYTEST],
            cwd=place,
            env=environment,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise GenerationError(f"the generator could not be run: {problem}") from problem
    if done.returncode:
        raise GenerationError(f"the generator ended with {done.returncode}: {done.stdout[-_SHOWN:]}")
    return [json.loads(line) for line in (place / _RECORDED).read_text("ascii").splitlines()]
