"""The boundary table beside the cabinet: a row is green only for an MPP that did right in all of its conversation."""

from collections.abc import Mapping
from typing import Final

import pytest

from mpp_conformance.common.resources import directory
from mpp_conformance.judging.verdict import Verdict, worst
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.protocol.limits import DEFAULT_EDITION, EDITIONS, Reading
from mpp_conformance.scenarios.boundaries import Boundary, boundaries
from mpp_conformance.specimens import SPECIMENS
from mpp_conformance.trials import cabinet

_ROWS: Final = boundaries(EDITIONS[DEFAULT_EDITION], Reading())
_ALL: Final = cabinet.conversations(load(directory("suites")).cases)
_HELD: Final = {row.scenario: _ALL[row.scenario] for row in _ROWS}


def _verdicts(name: str) -> Mapping[str, Verdict]:
    """What is judged on the conversation of each row comes to, by the row's label."""
    found = cabinet.judged(SPECIMENS[name], _HELD)
    labels = {row.scenario.label for row in _ROWS}
    return {label: worst(row.verdict for row in found if row.decides and row.scenario == label) for label in labels}


def _green(name: str, rows: list[Boundary]) -> list[str]:
    verdicts = _verdicts(name)
    return [row.scenario.label for row in rows if verdicts[row.scenario.label] is Verdict.PASS]


def test_every_row_is_green_for_a_conforming_mpp() -> None:
    """Each row is judged, and passes."""
    assert _green("conforming", list(_ROWS)) == [row.scenario.label for row in _ROWS]


@pytest.mark.parametrize(
    "name", ["before-the-upgrade", "success-means-pay", "status-before-action-type", "payload-dropped"]
)
def test_no_row_is_green_whose_payload_never_arrived(name: str) -> None:
    """Where the SDK is given nothing, nothing was done right above a limit, whether or not money was taken."""
    stopped = [row for row in _ROWS if row.over]
    wrong = {"success-means-pay": "-answered-S-with-order", "status-before-action-type": "F"}.get(name, "")
    met = [row for row in stopped if wrong in {"", row.scenario.breach_status} or row.scenario.label.endswith(wrong)]

    assert _green(name, met) == []


@pytest.mark.parametrize("name", ["debited-with-handle-by-sdk", "order-beside-failure-paid"])
def test_no_row_is_green_whose_order_was_paid(name: str) -> None:
    """An order that stands beside HANDLE_BY_SDK and is paid all the same fails the row."""
    with_order = [row for row in _ROWS if row.over and row.scenario.breach_with_order]
    met = [row for row in with_order if name != "order-beside-failure-paid" or row.scenario.breach_status == "F"]

    assert _green(name, met) == []
