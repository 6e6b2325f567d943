"""Bundles of real runs for tests, with keys of their own and a kill matrix that says what a sound one says."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mpp_conformance import __version__
from mpp_conformance.bundle import verify
from mpp_conformance.common.resources import directory
from mpp_conformance.ledger import catalogue
from tests.commands import called

PART = ("-k", "single or callback")
"""Some of everything: limits, and conversations beside them."""


def matrix() -> Mapping[str, Any]:
    """As much of the suite's kill matrix as a bundle is asked for."""
    suites = catalogue.digest(directory("suites"))
    return {"format": verify.MATRIX_FORMAT, "version": __version__, "suites": suites, "sound": True}


def run(place: Path, name: str, *options: str, mpp: str = "conforming") -> Path:
    """The folder of a run."""
    called("run", "--mpp", f"specimen:{mpp}", "--run", name, *options, cwd=place)
    return place / "reports" / name
