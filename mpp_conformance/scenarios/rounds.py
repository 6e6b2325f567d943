"""Conversations of every kind, for what holds of each payment whatever came before it and whatever it is worth.

A fault that shows in one place of a sequence only, or for one customer, amount or repetition, lives wherever nobody
asks; what an MPP owes it owes in all of these.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from mpp_conformance.protocol import result_codes
from mpp_conformance.protocol.limits import ENTRY_CODE, IN_STORE, TRANSACTION, Edition, Reading
from mpp_conformance.protocol.messages import HANDLE_BY_PSP, HANDLE_BY_SDK
from mpp_conformance.scenarios.boundaries import boundaries
from mpp_conformance.scenarios.call_cells import (
    BEING_PAID,
    ENTRY_BEING_PAID,
    NOT_BEING_PAID,
    PAID,
    STRANGE,
    UNKNOWN_FIELD,
    UNPAID,
)
from mpp_conformance.scenarios.call_sequences import AMONG_CALLS
from mpp_conformance.scenarios.cells import (
    BEHIND_ONE_CODE,
    BOTH,
    EXPIRED_CODE,
    STOPPED_SCANNED_TWICE,
    UNUSED,
    apart,
    by_turns,
    changing,
    customers_in_turn,
    expired,
    expiring_elsewhere,
    failing,
    in_turn,
    mixed,
    paid_and_unpaid,
    paid_then_overdue,
    paid_then_stopped,
    psp,
    psp_with_payload,
    sdk,
    together,
)
from mpp_conformance.scenarios.fault_cells import LOST_AT_FIRST
from mpp_conformance.scenarios.orders import COLLECTED, STOPPED, refilled
from mpp_conformance.scenarios.scenario import (
    ENTRY,
    FUNDED,
    ORDER,
    SECOND,
    SHORT,
    UNFUNDED,
    Answer,
    Payment,
    Scenario,
    handle_by_psp,
    handle_by_sdk,
    one,
)
from mpp_conformance.scenarios.series import amounts_in_turn, orders_in_turn, payloads_in_turn

_OTHER: Final = {ENTRY: ORDER, ORDER: ENTRY}


def _stop(number: int, status: str, *, with_order: bool, code: str | None = None) -> Answer:
    payload = f'{{"page":"{number}","tag":"{{tag}}"}}'
    return handle_by_sdk(status, payload=payload, with_order=with_order, code=code)


_STEPS: Final = (
    (FUNDED, _stop(1, "F", with_order=False)),
    (FUNDED, handle_by_psp()),
    (FUNDED, _stop(3, "S", with_order=True)),
    (UNFUNDED, _stop(4, "F", with_order=True)),
    (FUNDED, handle_by_psp("F", code="INVALID_CODE")),
    (UNFUNDED, handle_by_psp()),
    (SECOND, handle_by_psp()),
    (SECOND, _stop(8, "S", with_order=True)),
    (FUNDED, handle_by_psp()),
    (SECOND, handle_by_psp("F", code="PROCESS_FAIL")),
    (UNFUNDED, handle_by_psp()),
    (FUNDED, handle_by_psp()),
)
"""Every customer, action and result status after others of them, and the same again."""
_SAME_SUM: Final = {7: 6, 8: 2, 11: 1}
"""A payment, and an earlier one by the same customer that is worth as much; mostly with the same kind of code."""


def a_round(first: str) -> Scenario:
    """Payments of three customers in turn; entry codes and order codes take turns, beginning with ``first``.

    Three of them are worth as much as an earlier one: an amount tells no order from another.
    """
    codes = (first, _OTHER[first])
    payments = apart(Payment(code=codes[at % 2], customer=who, answer=told) for at, (who, told) in enumerate(_STEPS))
    worth = (payments[_SAME_SUM.get(at, at)].amount for at in range(len(payments)))
    alike = (replace(payment, amount=amount) for payment, amount in zip(payments, worth, strict=True))
    return Scenario(label=f"a-round-from-{SHORT[first]}-code", payments=tuple(alike))


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
    return Scenario(label=f"a-late-round-from-{SHORT[first]}-code", payments=apart(payments))


def _notices_unknown(label: str, *payments: tuple[str, str, int]) -> Scenario:
    """Alipay+ does not know at first whether it has the notifications: code, customer and how often for each."""
    made = [
        Payment(code=code, customer=who, answer=handle_by_psp(), notice_unknown=times) for code, who, times in payments
    ]
    return Scenario(label=label, payments=apart(made))


NOTICE_UNKNOWN: Final = _notices_unknown("order-notification-unknown", (ORDER, FUNDED, 1))
FAILURE_NOTICE_UNKNOWN: Final = _notices_unknown("order-failure-notification-unknown", (ORDER, UNFUNDED, 1))
NOTICES_UNKNOWN: Final = _notices_unknown(
    "notifications-unknown-in-turn", (ENTRY, FUNDED, 2), (ORDER, SECOND, 2), (ENTRY, UNFUNDED, 1), (ORDER, FUNDED, 1)
)
"""Of each kind of code, whoever pays, and more than once."""


def _in_sequences() -> list[Scenario]:
    """Payments of which some are left to the client SDK and others to the MPP, also among calls of Alipay+."""
    sequences = (a_round, a_late_round, changing, mixed, by_turns, customers_in_turn, refilled, paid_then_stopped)
    return [*(made(code) for made in sequences for code in BOTH), *AMONG_CALLS]


def stopping(edition: Edition, reading: Reading) -> list[Scenario]:
    """Wherever Alipay+ leaves a payment to the client SDK.

    In sequences, whatever order stands beside it, above each limit, and after ``U``.
    """
    found = [
        *_in_sequences(),
        *(STOPPED_SCANNED_TWICE, BEHIND_ONE_CODE),
        *map(in_turn, BOTH),
        *STOPPED,
        *(expired(code, HANDLE_BY_SDK) for code in BOTH),
    ]
    found += _series(edition, reading)
    found += [row.scenario for row in boundaries(edition, reading) if row.over]
    return [*found, *over_decided_late(edition, reading)]


def going_on(edition: Edition, reading: Reading) -> list[Scenario]:
    """Wherever Alipay+ leaves a payment to the MPP.

    In sequences, however much is told of the order, within each limit, after ``U``, where Alipay+ does not know at
    first what it was notified of, where it asks how the payment ended, and where its first answer is lost.
    """
    found = [*_in_sequences(), *map(paid_and_unpaid, BOTH), *map(psp_with_payload, BOTH), *COLLECTED, *LOST_AT_FIRST]
    found += [*map(paid_then_overdue, BOTH), *map(expiring_elsewhere, BOTH)]
    found += [BEHIND_ONE_CODE, NOTICE_UNKNOWN, NOTICES_UNKNOWN]
    found += [PAID, BEING_PAID, ENTRY_BEING_PAID, UNKNOWN_FIELD, STRANGE]
    found += _series(edition, reading)
    found += [row.scenario for row in boundaries(edition, reading) if not row.over]
    return [*found, *(one(f"{SHORT[code]}-unknown-at-first", Payment(code=code, unknown=1)) for code in BOTH)]


def failed(edition: Edition, reading: Reading) -> list[Scenario]:
    """Payments that fail inside the MPP, alone and among others."""
    alone = [*failing(edition, reading), *failing_decided_late(edition, reading), FAILURE_NOTICE_UNKNOWN]
    among = [made(code) for made in (a_round, a_late_round, paid_and_unpaid, orders_in_turn) for code in BOTH]
    among += [NOTICES_UNKNOWN, BEHIND_ONE_CODE]
    return [*alone, *among, *AMONG_CALLS, UNPAID, NOT_BEING_PAID]


def scanning(code: str) -> Callable[[Edition, Reading], list[Scenario]]:
    """Codes of this kind: alone, two at once or one after the other, and wherever else one is scanned.

    No document forbids an app to pass over a code that it has scanned before.
    """

    def conversations(edition: Edition, reading: Reading) -> list[Scenario]:
        alone = [psp(code), sdk(code, "S"), sdk(code, "F"), together(code), in_turn(code)]
        found = distinct(alone, of_code(code, [*going_on(edition, reading), *stopping(edition, reading)]))
        return [held for held in found if not any(payment.again for payment in held.payments)]

    return conversations


def launching(edition: Edition, reading: Reading) -> list[Scenario]:
    """Wherever an entry code is scanned, also one that was scanned before: for what follows once it is launched."""
    return [*scanning(ENTRY)(edition, reading), BEHIND_ONE_CODE]


def not_decoded(code: str) -> list[Scenario]:
    """Decoding that fails: at once, for a code that has expired, after ``U``, and for every reason there is."""
    late = Payment(code=code, answer=handle_by_psp("F"), unknown=1)
    at_last = one(f"{SHORT[code]}-not-decoded-unknown-at-first", late)
    return [psp(code, "F"), expired(code, HANDLE_BY_PSP), at_last, expired_meanwhile(code), _for_every_reason(code)]


def _for_every_reason(code: str) -> Scenario:
    """Left to the MPP with each result code of a failure: actionType decides, also beside the code of a limit."""
    reasons = (Payment(code=code, answer=handle_by_psp("F", code=reason)) for reason in result_codes.OF_STOPS)
    return Scenario(label=f"{SHORT[code]}-psp-for-every-reason", payments=apart(reasons))


def expired_meanwhile(code: str) -> Scenario:
    """The code's time runs out before Alipay+ comes to decide. No document forbids to ask once more even then."""
    late = Payment(code=code, answer=handle_by_psp("F", code=EXPIRED_CODE), unknown=1)
    return one(f"{SHORT[code]}-expired-meanwhile", late)


def of_code(code: str, scenarios: Iterable[Scenario], action: str = "") -> list[Scenario]:
    """Those in which a code of this kind is scanned, and may be left to ``action``."""

    def fits(payment: Payment) -> bool:
        return payment.code == code and (payment.answer is None or action in {"", payment.answer.action_type})

    return [scenario for scenario in scenarios if any(map(fits, scenario.payments))]


def distinct(*groups: Iterable[Scenario]) -> list[Scenario]:
    """All of them, each once."""
    return list(dict.fromkeys(scenario for group in groups for scenario in group))


def _series(edition: Edition, reading: Reading) -> list[Scenario]:
    """Those in which one customer is let go and stopped by turns."""
    amounts = (amounts_in_turn(code, edition, reading) for code in BOTH)
    return [payloads_in_turn(), *map(orders_in_turn, BOTH), *amounts]


def over_decided_late(edition: Edition, reading: Reading) -> list[Scenario]:
    """Payments above a limit that Alipay+ decides on when it is asked again."""
    return _at_limits(edition, reading, "over", 1, Payment(code=ORDER, unknown=2))


def failing_decided_late(edition: Edition, reading: Reading) -> list[Scenario]:
    """Payments at a limit, likewise, that fail inside the MPP."""
    return _at_limits(edition, reading, "at", 0, Payment(code=ORDER, customer=UNFUNDED, unknown=1))


def _at_limits(edition: Edition, reading: Reading, place: str, beyond: int, payment: Payment) -> list[Scenario]:
    """A payment with either code, so many fen beyond its limit per transaction."""
    return [
        one(
            f"{SHORT[code]}-{place}-limit-unknown-at-first",
            replace(payment, code=code, amount=edition.limit(scope, TRANSACTION).amount + beyond),
            edition=edition.name,
            reading=reading,
        )
        for code, scope in ((ENTRY, ENTRY_CODE), (ORDER, IN_STORE))
    ]
