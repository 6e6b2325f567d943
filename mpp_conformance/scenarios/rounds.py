"""Conversations of every kind, for what holds of each payment whatever came before it and whatever it is worth.

A fault that shows in one place of a sequence only, or for one customer, amount or repetition, lives wherever nobody
asks; what an MPP owes it owes in all of these.
"""

from collections.abc import Iterable
from typing import Final

from mpp_conformance.protocol.limits import ENTRY_CODE, IN_STORE, TRANSACTION, Edition, Reading
from mpp_conformance.protocol.messages import HANDLE_BY_PSP, HANDLE_BY_SDK
from mpp_conformance.scenarios.boundaries import boundaries
from mpp_conformance.scenarios.cells import (
    BOTH,
    EXPIRED_CODE,
    UNUSED,
    apart,
    changing,
    expired,
    failing,
    paid_and_unpaid,
    psp,
)
from mpp_conformance.scenarios.scenario import (
    ENTRY,
    FUNDED,
    ORDER,
    SECOND,
    UNFUNDED,
    Answer,
    Payment,
    Scenario,
    handle_by_psp,
    handle_by_sdk,
    one,
)
from mpp_conformance.scenarios.series import amounts_in_turn, orders_in_turn, payloads_in_turn

_SHORT: Final = {ENTRY: "entry", ORDER: "order"}
_OTHER: Final = {ENTRY: ORDER, ORDER: ENTRY}


def _stop(number: int, status: str, *, with_order: bool, code: str | None = None) -> Answer:
    payload = f'{{"page":"{number}","tag":"{{tag}}"}}'
    return handle_by_sdk(status, payload=payload, with_order=with_order, code=code)


_STEPS: Final = (
    (FUNDED, _stop(1, "F", with_order=False)),
    (FUNDED, handle_by_psp()),
    (FUNDED, _stop(3, "S", with_order=True)),
    (UNFUNDED, _stop(4, "F", with_order=True)),
    (FUNDED, handle_by_psp("F")),
    (UNFUNDED, handle_by_psp()),
    (SECOND, handle_by_psp()),
    (SECOND, _stop(8, "S", with_order=True)),
    (FUNDED, handle_by_psp()),
    (SECOND, handle_by_psp("F")),
    (UNFUNDED, handle_by_psp()),
    (FUNDED, handle_by_psp()),
)
"""Every customer, action and result status after others of them, and the same again."""


def a_round(first: str) -> Scenario:
    """Payments of three customers in turn; entry codes and order codes take turns, beginning with ``first``."""
    codes = (first, _OTHER[first])
    payments = (Payment(code=codes[at % 2], customer=who, answer=told) for at, (who, told) in enumerate(_STEPS))
    return Scenario(label=f"a-round-from-{_SHORT[first]}-code", payments=apart(payments))


_LATE_STEPS: Final = (
    (FUNDED, handle_by_psp(), 1, 0),
    (SECOND, _stop(2, "S", with_order=True), 1, 0),
    (FUNDED, handle_by_psp(payload=UNUSED), 0, 1),
    (SECOND, handle_by_psp("F", code=EXPIRED_CODE), 2, 0),
    (UNFUNDED, handle_by_psp(), 1, 1),
    (SECOND, handle_by_psp(payload=UNUSED), 1, 0),
    (FUNDED, _stop(7, "F", with_order=False, code=EXPIRED_CODE), 2, 0),
    (UNFUNDED, handle_by_psp(payload=UNUSED), 0, 1),
    (FUNDED, handle_by_psp("F", code=EXPIRED_CODE), 0, 0),
    (FUNDED, handle_by_psp(), 0, 1),
)
"""Customer, decision, and how often Alipay+ answers the question and the notification with ``U`` before it decides."""


def a_late_round(first: str) -> Scenario:
    """Payments of three customers in turn, on which Alipay+ decides when it is asked again."""
    codes = (first, _OTHER[first])
    payments = (
        Payment(code=codes[at % 2], customer=who, answer=told, unknown=unknown, notice_unknown=unsure)
        for at, (who, told, unknown, unsure) in enumerate(_LATE_STEPS)
    )
    return Scenario(label=f"a-late-round-from-{_SHORT[first]}-code", payments=apart(payments))


def stopping(edition: Edition, reading: Reading) -> list[Scenario]:
    """Wherever Alipay+ leaves a payment to the client SDK: in sequences, above each limit, and after ``U``."""
    found = [
        *map(a_round, BOTH),
        *map(a_late_round, BOTH),
        *map(changing, BOTH),
        *(expired(code, HANDLE_BY_SDK) for code in BOTH),
    ]
    found += [payloads_in_turn(), *_series(edition, reading)]
    found += [row.scenario for row in boundaries(edition, reading) if row.over]
    return [*found, *_decided_late(edition, reading)]


def going_on(edition: Edition, reading: Reading) -> list[Scenario]:
    """Wherever Alipay+ leaves a payment to the MPP: in sequences, within each limit, and after ``U``."""
    found = [*map(a_round, BOTH), *map(a_late_round, BOTH), *map(changing, BOTH), *map(paid_and_unpaid, BOTH)]
    found += _series(edition, reading)
    found += [row.scenario for row in boundaries(edition, reading) if not row.over]
    return [*found, *(one(f"{_SHORT[code]}-unknown-at-first", Payment(code=code, unknown=1)) for code in BOTH)]


def failed(edition: Edition, reading: Reading) -> list[Scenario]:
    """Payments that fail inside the MPP, alone and among others."""
    return [*failing(edition, reading), *map(a_round, BOTH), *map(a_late_round, BOTH), *map(paid_and_unpaid, BOTH)]


def not_decoded(code: str) -> list[Scenario]:
    """Decoding that fails: at once, for a code that has expired, and after ``U``."""
    late = Payment(code=code, answer=handle_by_psp("F"), unknown=1)
    at_last = one(f"{_SHORT[code]}-not-decoded-unknown-at-first", late)
    return [psp(code, "F"), expired(code, HANDLE_BY_PSP), at_last]


def of_code(code: str, scenarios: Iterable[Scenario]) -> list[Scenario]:
    """Those in which a code of this kind is scanned."""
    return [scenario for scenario in scenarios if any(payment.code == code for payment in scenario.payments)]


def distinct(*groups: Iterable[Scenario]) -> list[Scenario]:
    """All of them, each once."""
    return list(dict.fromkeys(scenario for group in groups for scenario in group))


def _series(edition: Edition, reading: Reading) -> list[Scenario]:
    """Those in which one customer is let go and stopped by turns."""
    return [*map(orders_in_turn, BOTH), *(amounts_in_turn(code, edition, reading) for code in BOTH)]


def _decided_late(edition: Edition, reading: Reading) -> list[Scenario]:
    """Payments above a limit that Alipay+ decides on when it is asked again."""
    return [
        one(
            f"{_SHORT[code]}-over-limit-unknown-at-first",
            Payment(code=code, amount=edition.limit(scope, TRANSACTION).amount + 1, unknown=2),
            edition=edition.name,
            reading=reading,
        )
        for code, scope in ((ENTRY, ENTRY_CODE), (ORDER, IN_STORE))
    ]
