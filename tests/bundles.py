"""Bundles of real runs for tests, with keys of their own and a kill matrix that says what a sound one says."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mpp_conformance import __version__
from mpp_conformance.bundle import verify
from mpp_conformance.common.resources import directory
from mpp_conformance.ledger import catalogue

PART = ("-k", "single or callback")
"""Some of everything: limits, and conversations beside them."""


def matrix() -> Mapping[str, Any]:
    """As much of the suite's kill matrix as a bundle is asked for."""
    suites = catalogue.digest(directory("suites"))
    return {"format": verify.MATRIX_FORMAT, "version": __version__, "suites": suites, "sound": True}


def run(place: Path, name: str, *options: str, mpp: str = "conforming") -> Path:
    """The folder of a run, held by a process of its own."""
    command = [sys.executable, "-m", "mpp_conformance.cli", "run", "--mpp", f"specimen:{mpp}", "--run", name, *options]
    subprocess.run(command, cwd=place, capture_output=True, timeout=120, check=False)
    return place / "reports" / name
