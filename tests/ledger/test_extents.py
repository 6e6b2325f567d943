"""Which conversations a duty of every payment is judged in: all in which it is owed, wherever they were written."""

from collections.abc import Callable, Iterator
from typing import Final

import pytest

from mpp_conformance.common.resources import directory
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.protocol.limits import DEFAULT_EDITION, EDITIONS, Reading
from mpp_conformance.protocol.messages import HANDLE_BY_PSP, HANDLE_BY_SDK
from mpp_conformance.scenarios import call_cells
from mpp_conformance.scenarios.scenario import CANCEL, ENTRY, FOR_EVER, FOREIGN, ORDER, UNFUNDED, Payment, Scenario

JUDGED: Final[dict[str, set[Scenario]]] = {}
"""By requirement."""
JUDGED_BY: Final[dict[str, set[Scenario]]] = {}
"""By the name of the case."""
for _case in load(directory("suites")).cases:
    JUDGED_BY[_case.name] = set(_case.scenarios(EDITIONS[DEFAULT_EDITION], Reading()))
    JUDGED.setdefault(_case.requirement.id, set()).update(JUDGED_BY[_case.name])
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


CALLS: Final[list[tuple[str, Callable[[Payment], bool]]]] = [
    ("test_an_inquiry_tells_of_a_success", call_cells.kept_and_asked_about),
    ("test_an_inquiry_tells_of_a_failure", call_cells.unpaid),
    ("test_an_inquiry_about_nothing_tells_of_nothing", call_cells.asked_about_nothing),
    ("test_an_inquiry_in_between_foretells_nothing", call_cells.asked_about_in_between),
    ("test_an_inquiry_is_told_of_its_own_payment", call_cells.called_about),
    ("test_a_payment_that_was_taken_is_cancelled", call_cells.taken_back),
    ("test_a_payment_that_has_failed_is_cancelled", call_cells.unpaid_and_cancelled),
    ("test_a_payment_that_is_under_way_is_cancelled", call_cells.cancelled_in_between),
    ("test_a_cancellation_can_be_repeated", call_cells.cancelled_twice),
    ("test_what_was_cancelled_is_closed", call_cells.asked_about_after_cancellation),
    ("test_what_was_cancelled_is_not_taken_after_that", call_cells.cancelled_in_between),
    ("test_a_cancellation_that_is_not_signed_is_not_obeyed", call_cells.forged),
    ("test_an_inquiry_that_is_not_signed_is_told_nothing", call_cells.spied_on),
    ("test_a_cancellation_closes_no_other_order", call_cells.others_asked_about),
    ("test_a_cancellation_contradicts_no_notification", call_cells.taken_back),
    ("test_answers_are_signed", call_cells.called_about),
    ("test_answers_conform_to_the_interface", call_cells.called_about),
]
"""The name of a case, and the payments about whose calls it is."""


@pytest.mark.parametrize(("case", "about"), CALLS)
def test_what_is_owed_of_a_call_is_judged_in_every_sequence_that_has_one(
    case: str, about: Callable[[Payment], bool]
) -> None:
    """No conversation of several payments in which Alipay+ calls so is left out, if the MPP is to collect them all."""
    every = dict.fromkeys(scenario for judged in JUDGED.values() for scenario in judged)
    owed = [
        scenario
        for scenario in every
        if len(scenario.payments) > 1
        and any(map(about, scenario.payments))
        and not any(map(call_cells.uncollected, scenario.payments))
    ]
    assert [scenario.label for scenario in owed if scenario not in JUDGED_BY[case]] == []
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
