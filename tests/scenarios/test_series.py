"""Series: what one customer meets, one payment after another."""

import pytest

from mpp_conformance.protocol.limits import EDITIONS, Reading
from mpp_conformance.scenarios.cells import payloads
from mpp_conformance.scenarios.orders import COLLECTED, ORDERS, STOPPED, to_pay
from mpp_conformance.scenarios.scenario import ENTRY, FUNDED, ORDER, UNFUNDED
from mpp_conformance.scenarios.series import MOST_AND_LEAST, amounts_in_turn, orders_in_turn, payloads_in_turn

_CODES = pytest.mark.parametrize("code", [ENTRY, ORDER])


def test_each_payload_that_hurts_comes_with_one_code_after_a_payment() -> None:
    """The first payment is an ordinary one; every payload follows, with either code as often as with the other."""
    first, *stopped = payloads_in_turn().payments

    assert first.answer is not None
    assert first.answer.action_type == "HANDLE_BY_PSP"
    assert [payment.answer for payment in stopped] == [
        payloads((ENTRY, ORDER)[at // 2 % 2])[at].payments[0].answer for at in range(len(stopped))
    ]
    assert len(payloads(ENTRY)) == len(stopped)


@_CODES
def test_each_order_comes_with_one_code_after_a_payment(code: str) -> None:
    """Those that are to be paid first, then those that stand beside a payload."""
    _, *met = orders_in_turn(code).payments
    orders = [payment for payment in met if payment.customer == FUNDED]

    single = [payment for scenario in (*COLLECTED, *STOPPED) for payment in scenario.payments]
    assert [payment.answer for payment in single] == [payment.answer for payment in orders]
    assert {payment.code for payment in orders} == {code}


@_CODES
def test_some_orders_come_to_a_customer_who_cannot_pay(code: str) -> None:
    """The most and the least with each kind of code, the others with one: what is not told is missed there, too."""
    unpaid = [payment.answer for payment in orders_in_turn(code).payments if payment.customer == UNFUNDED]

    names = [name for name in ORDERS if name in MOST_AND_LEAST or to_pay(name).code != code]
    assert [to_pay(name).answer for name in names] == unpaid


def test_each_order_that_is_to_be_paid_comes_to_a_customer_who_cannot_pay() -> None:
    """With one kind of code or the other."""
    unpaid = [held for code in (ENTRY, ORDER) for held in orders_in_turn(code).payments if held.customer == UNFUNDED]

    assert {scenario.payments[0].answer for scenario in COLLECTED} == {payment.answer for payment in unpaid}


@_CODES
@pytest.mark.parametrize("inclusive", [True, False])
def test_amounts_lie_within_a_limit_and_above_it_by_turns(code: str, *, inclusive: bool) -> None:
    """The amount at the limit is within it only by the reading that says so, and is not among them by the other."""
    edition = EDITIONS["2023-12"]
    made = amounts_in_turn(code, edition, Reading(inclusive=inclusive))

    limit = edition.limit({ENTRY: "ENTRY_CODE", ORDER: "IN_STORE"}[code], "TRANSACTION").amount
    most = limit if inclusive else limit - 1
    assert [amount <= most for amount in (payment.amount for payment in made.payments)] == [
        True,
        True,
        False,
        True,
        False,
        True,
    ]
