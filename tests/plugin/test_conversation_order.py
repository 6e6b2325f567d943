"""In which order a run begins its conversations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Bench

pytest_plugins = ["pytester"]

HEAD = (Path(__file__).parents[1] / "data/suite.txt").read_text(encoding="utf-8")
"""A suite of two requirements that decide, one that does not, and three rows of cases."""


def test_long_conversations_are_begun_first(bench: Bench) -> None:
    """A year of payments, asked for last, is begun first; others keep the order of their cases."""
    year = """
@case(OB, [Scenario(payments=(Payment(code=ORDER),) * 3, label="year")])
def test_year(trace):
    \"\"\"Last.\"\"\"
    expect(trace).some(Scan)
"""
    imports = (
        "from mpp_conformance.protocol.messages import Scan\n"
        "from mpp_conformance.scenarios.scenario import Payment, Scenario\n"
    )
    bench.run(f"{imports}{HEAD}{year}")
    assert bench.held is not None
    labels = [scenario.label for scenario in bench.held.prepared]
    assert labels == ["year", "entry-sdk-S", "entry-sdk-F", "order-sdk-S"]
