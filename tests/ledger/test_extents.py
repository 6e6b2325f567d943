"""Which conversations a duty of every payment is judged in: all in which it is owed, wherever they were written."""

from collections.abc import Iterator
from typing import Final

import pytest

from mpp_conformance.common.resources import directory
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.protocol.limits import DEFAULT_EDITION, EDITIONS, Reading
from mpp_conformance.protocol.messages import HANDLE_BY_PSP, HANDLE_BY_SDK
from mpp_conformance.scenarios.scenario import CANCEL, ENTRY, FOR_EVER, FOREIGN, ORDER, UNFUNDED, Payment, Scenario

JUDGED: Final[dict[str, set[Scenario]]] = {}
"""By requirement."""
for _case in load(directory("suites")).cases:
    JUDGED.setdefault(_case.requirement.id, set()).update(_case.scenarios(EDITIONS[DEFAULT_EDITION], Reading()))
OWED: Final = [
    ("SRV-4", HANDLE_BY_SDK, "", ""),
    ("UX-6", HANDLE_BY_SDK, "", ""),
    ("EC-25", HANDLE_BY_SDK, ENTRY, ""),
    ("OC-16", HANDLE_BY_SDK, ORDER, ""),
    ("SRV-7", HANDLE_BY_PSP, "", "S"),
    ("NOT-1", HANDLE_BY_PSP, "", "S"),
    ("NOT-3", HANDLE_BY_PSP, "", "S"),
    ("SRV-8", HANDLE_BY_PSP, "", "F"),
    ("EC-28", HANDLE_BY_PSP, ENTRY, ""),
    ("EC-29", HANDLE_BY_PSP, ENTRY, ""),
    ("SDK-1", HANDLE_BY_PSP, ENTRY, ""),
    ("OC-19", HANDLE_BY_PSP, ORDER, ""),
    ("OC-20", HANDLE_BY_PSP, ORDER, ""),
    ("WIRE-1", HANDLE_BY_PSP, "", ""),
    ("WIRE-2", HANDLE_BY_PSP, "", ""),
    ("WIRE-1", HANDLE_BY_SDK, "", ""),
    ("WIRE-2", HANDLE_BY_SDK, "", ""),
]
"""Requirement, and the actionType, kind of code and result status (any, where empty) of the payments that owe it."""


def usual(scenario: Scenario) -> bool:
    """Whether Alipay+ is sound, says what documents name, decides, and cancels nothing; each code is scanned once."""
    if scenario.probes or scenario in JUDGED["ANS-1"]:
        return False
    calls = [call for payment in scenario.payments for call in payment.calls]
    if any(call.what == CANCEL for call in calls):
        return False
    strange = (held.fault or held.again or held.code == FOREIGN for held in scenario.payments)
    return not any(strange) and all(held.unknown < FOR_EVER for held in scenario.payments)


def owing(action: str, code: str, status: str) -> Iterator[Scenario]:
    """The conversations of any case in which such a payment is written."""

    def owes(payment: Payment) -> bool:
        told = payment.answer
        found = (told is not None and told.action_type == action, code in {"", payment.code})
        return all(found) and told is not None and status in {"", told.result_status}

    every = dict.fromkeys(scenario for judged in JUDGED.values() for scenario in judged)
    return (scenario for scenario in every if usual(scenario) and any(map(owes, scenario.payments)))


@pytest.mark.parametrize(("requirement", "action", "code", "status"), OWED)
def test_a_duty_of_every_payment_is_judged_wherever_it_is_owed(
    requirement: str, action: str, code: str, status: str
) -> None:
    """No conversation in which it is owed is left out of its cases, but those in which only a failure is paid."""
    unpaid = requirement == "NOT-1"
    owed = [
        scenario
        for scenario in owing(action, code, status)
        if not unpaid or any(held.customer != UNFUNDED for held in scenario.payments)
    ]
    assert [scenario.label for scenario in owed if scenario not in JUDGED[requirement]] == []
    assert owed != []


@pytest.mark.parametrize("requirement", ["WIRE-3", "WIRE-4"])
def test_a_duty_of_every_answer_is_judged_wherever_alipay_plus_calls(requirement: str) -> None:
    """Alone and in sequences, and about orders that were never the MPP's to collect; what strangers do is WIRE-5's."""
    every = dict.fromkeys(scenario for judged in JUDGED.values() for scenario in judged)
    called = [
        scenario
        for scenario in every
        if any(call.signature == "valid" for payment in scenario.payments for call in payment.calls)
        and not any(call.form.unknown for payment in scenario.payments for call in payment.calls)
        and scenario not in JUDGED["WIRE-5"] - JUDGED["INQ-1"]
    ]

    assert [scenario.label for scenario in called if scenario not in JUDGED[requirement]] == []
    assert called != []


def test_a_customers_id_is_judged_wherever_one_scans_again() -> None:
    """However the payment before ended, whatever Alipay+ has asked since; the limits' own cases have other answers."""
    every = dict.fromkeys(scenario for judged in JUDGED.values() for scenario in judged if usual(scenario))
    again = [
        held
        for held in every
        if len({payment.customer for payment in held.payments}) < len(held.payments)
        and all(payment.answer is not None for payment in held.payments)
    ]

    assert [held.label for held in again if held not in JUDGED["REP-6"]] == []
    assert again != []
