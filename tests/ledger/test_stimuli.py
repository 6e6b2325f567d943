"""What Alipay+ says in cases that decide: nothing but what documents name."""

import re
from collections.abc import Iterator
from itertools import product
from typing import Final

import pytest

from mpp_conformance.common.resources import directory
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.peers.alipay_plus import BREACH_CODES
from mpp_conformance.protocol import result_codes
from mpp_conformance.protocol.faults import FAULTS
from mpp_conformance.protocol.limits import EDITIONS, Reading
from mpp_conformance.scenarios.scenario import MARKS, Answer, Scenario

_CASES: Final = load(directory("suites")).cases
_WORLDS: Final = list(product(sorted(EDITIONS), (True, False)))


def _deciding(edition: str, *, inclusive: bool) -> Iterator[Scenario]:
    reading = Reading(inclusive=inclusive)
    return (
        scenario
        for case in _CASES
        if case.requirement.decides
        for scenario in case.scenarios(EDITIONS[edition], reading)
    )


def _answers(scenario: Scenario) -> Iterator[Answer]:
    """The answers that a scenario gives, but for those that are to break the interface."""
    for payment in scenario.payments:
        if payment.answer is not None and not (payment.fault and FAULTS[payment.fault].given):
            yield payment.answer


@pytest.mark.parametrize(("edition", "inclusive"), _WORLDS)
def test_a_case_that_decides_has_only_named_result_codes(edition: str, *, inclusive: bool) -> None:
    """An MPP that keeps an enumeration of the documented result codes is failed by nobody."""
    given = {
        (answer.result_status, answer.result_code)
        for scenario in _deciding(edition, inclusive=inclusive)
        for answer in _answers(scenario)
    }
    named = {(status, code) for status, codes in result_codes.NAMED.items() for code in codes}

    assert given - named == set()


def test_a_breach_of_a_limit_has_a_named_result_code() -> None:
    """So it is where the limits answer."""
    assert set(BREACH_CODES.values()) <= set(result_codes.NAMED["F"])


def test_every_named_failure_that_may_stand_beside_a_payload_does() -> None:
    """Each of these codes is met beside HANDLE_BY_SDK in a case that decides."""
    given = {
        answer.result_code
        for scenario in _deciding("2023-12", inclusive=True)
        for answer in _answers(scenario)
        if answer.action_type == "HANDLE_BY_SDK" and answer.result_status == "F"
    }

    assert given == set(result_codes.OF_STOPS)


def test_every_order_bears_a_reference_of_its_own() -> None:
    """A merchant gives each order a number of its own: an MPP may refuse one that it has seen."""
    scenarios = {scenario for case in _CASES for scenario in case.scenarios(EDITIONS["2023-12"], Reading())}
    told = {
        (scenario.label, found)
        for scenario in scenarios
        for answer in _answers(scenario)
        for found in re.findall(r'"referenceOrderId"\s*:\s*"([^"]*)"', answer.body)
    }

    assert {(label, found) for label, found in told if MARKS["referenceOrderId"] not in found} == set()
    assert told
