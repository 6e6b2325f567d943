"""What single conversations show of one payment, shown again of payments that come after another one.

An MPP is a program that goes on running: what it does right for the first payment it may do wrong for the next.
"""

from dataclasses import replace
from typing import Final

from mpp_conformance.protocol.limits import ENTRY_CODE, IN_STORE, TRANSACTION, Edition, Reading
from mpp_conformance.scenarios.cells import apart, payloads
from mpp_conformance.scenarios.orders import COLLECTED, ORDERS, STOPPED, to_pay
from mpp_conformance.scenarios.scenario import ENTRY, ORDER, SHORT, UNFUNDED, Payment, Scenario, handle_by_psp

MOST_AND_LEAST: Final = ("whole", "least", "least-with-nulls")
"""The orders of which the most is told, and the least."""
_SCOPE: Final = {ENTRY: ENTRY_CODE, ORDER: IN_STORE}
_BEYOND_32_BITS: Final = 2**32
"""Fen, above every limit."""


def _usual(code: str) -> Payment:
    return Payment(code=code, answer=handle_by_psp())


def payloads_in_turn() -> Scenario:
    """One customer pays, and after that is stopped with each payload that hurts; entry and order codes take turns."""
    of_code = [payloads(ENTRY), payloads(ORDER)]
    stopped = (of_code[at // 2 % 2][at].payments[0] for at in range(len(of_code[0])))
    return Scenario(label="payloads-in-turn", payments=apart([_usual(ORDER), *stopped]))


def orders_in_turn(code: str) -> Scenario:
    """One customer pays, and after that an order with all that may be told of one comes, stands aside, or with less.

    Whoever cannot pay is told the most and the least of one, and of the other orders those that come alone with the
    other kind of code.
    """
    orders = [replace(payment, code=code) for scenario in (*COLLECTED, *STOPPED) for payment in scenario.payments]
    names = [name for name in ORDERS if name in MOST_AND_LEAST or to_pay(name).code != code]
    unpaid = [replace(to_pay(name, code), customer=UNFUNDED) for name in names]
    return Scenario(label=f"{SHORT[code]}-orders-in-turn", payments=(_usual(code), *orders, *unpaid))


def amounts_in_turn(code: str, edition: Edition, reading: Reading) -> Scenario:
    """One customer pays little, and after that within the limits and above them by turns; the limits decide."""
    limit = edition.limit(_SCOPE[code], TRANSACTION).amount
    at = limit if reading.inclusive else limit - 1
    amounts = (1_000, at, limit + 1, 40_000, _BEYOND_32_BITS, at)
    return Scenario(
        label=f"{SHORT[code]}-amounts-in-turn",
        payments=tuple(Payment(code=code, amount=amount) for amount in amounts),
        edition=edition.name,
        reading=reading,
        breach_status="S",
        breach_with_order=True,
    )
