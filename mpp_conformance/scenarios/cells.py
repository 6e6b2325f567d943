"""The cells of the matrix, as scenarios that several suites judge: code type x actionType x result status.

Equal scenarios are conversed once, so a cell costs the wallet one conversation however many cases judge it.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from mpp_conformance.protocol import result_codes
from mpp_conformance.protocol.limits import ENTRY_CODE, IN_STORE, TRANSACTION, Edition, Reading
from mpp_conformance.protocol.messages import HANDLE_BY_SDK
from mpp_conformance.scenarios.payloads import HURTFUL
from mpp_conformance.scenarios.scenario import (
    ENTRY,
    FOREIGN,
    FUNDED,
    ORDER,
    SECOND,
    SHORT,
    UNFUNDED,
    Offset,
    Payment,
    Scenario,
    handle_by_psp,
    handle_by_sdk,
    one,
)

BOTH: Final = (ENTRY, ORDER)
EXPIRED_CODE: Final = "EXPIRED_CODE"
UNUSED: Final = '{"unused":"{tag}"}'
"""A payload beside HANDLE_BY_PSP."""
_APART: Final = 137
"""Fen between the amounts of payments of one conversation."""


def sdk(code: str, status: str) -> Scenario:
    """HANDLE_BY_SDK; with ``S`` all the order information stands beside it, so that paying would be possible."""
    answer = handle_by_sdk(status, with_order=status == "S")
    return one(f"{SHORT[code]}-sdk-{status}", Payment(code=code, answer=answer))


def psp(code: str, status: str = "S", *, customer: str = FUNDED) -> Scenario:
    """HANDLE_BY_PSP; ``F``: decoding failed, there is no order; UNFUNDED: the payment fails inside the MPP."""
    suffix = "-unfunded" if customer == UNFUNDED else ""
    payment = Payment(code=code, answer=handle_by_psp(status), customer=customer)
    return one(f"{SHORT[code]}-psp-{status}{suffix}", payment)


def expired(code: str, action: str) -> Scenario:
    """A code that was valid once: decoding fails with EXPIRED_CODE, and ``action`` says whose business that is."""
    by_sdk, short = action == HANDLE_BY_SDK, SHORT[code]
    answer = handle_by_sdk("F", code=EXPIRED_CODE) if by_sdk else handle_by_psp("F", code=EXPIRED_CODE)
    return one(f"{short}-{'sdk' if by_sdk else 'psp'}-expired-code", Payment(code=code, answer=answer))


def failing(edition: Edition, reading: Reading) -> list[Scenario]:
    """Payments that fail inside the MPP: left to it whatever the amount, and left to it within and at a limit."""
    found = [psp(code, customer=UNFUNDED) for code in BOTH]
    for code, scope in ((ENTRY, ENTRY_CODE), (ORDER, IN_STORE)):
        within = Payment(code=code, customer=UNFUNDED)
        amounts = {"within": within}
        if reading.inclusive:
            amounts["at"] = replace(within, amount=edition.limit(scope, TRANSACTION).amount)
        for band, payment in amounts.items():
            label = f"{SHORT[code]}-{band}-limit-unfunded"
            found.append(one(label, payment, edition=edition.name, reading=reading))
    return found


def paid_then_stopped(code: str) -> Scenario:
    """One customer twice: the first payment is left to the MPP, the second one, order and all, to the SDK."""
    stopped = Payment(code=code, answer=handle_by_sdk("S", with_order=True))
    payments = (Payment(code=code, answer=handle_by_psp()), stopped)
    return Scenario(label=f"{SHORT[code]}-paid-then-stopped", payments=apart(payments))


def paid_then_foreign(code: str) -> Scenario:
    """A code of Alipay+'s that is paid, and after it one that is none."""
    payments = (Payment(code=code, answer=handle_by_psp()), Payment(code=FOREIGN))
    return Scenario(label=f"{SHORT[code]}-paid-then-foreign", payments=apart(payments))


def psp_with_payload(code: str) -> Scenario:
    """HANDLE_BY_PSP beside a payload: actionType decides, not what else is there."""
    payment = Payment(code=code, answer=handle_by_psp(payload=UNUSED))
    return one(f"{SHORT[code]}-psp-with-payload", payment)


def _twice(payment: Payment) -> tuple[Payment, Payment]:
    return payment, replace(payment, again=True)


PAID_SCANNED_TWICE: Final = Scenario(
    label="order-scanned-twice", payments=_twice(Payment(code=ORDER, answer=handle_by_psp()))
)
"""An order code that was paid is scanned once more by the same customer."""
UNPAID_SCANNED_TWICE: Final = Scenario(
    label="order-unpaid-scanned-twice",
    payments=_twice(Payment(code=ORDER, answer=handle_by_psp(), customer=UNFUNDED)),
)
"""Likewise one whose payment failed."""
STOPPED_SCANNED_TWICE: Final = Scenario(
    label="order-stopped-scanned-twice",
    payments=_twice(Payment(code=ORDER, answer=handle_by_sdk("S", with_order=True))),
)
"""Likewise an order code that was left to the client SDK: it is no more to be paid the second time."""


SCANNED_TWICE: Final = [PAID_SCANNED_TWICE, UNPAID_SCANNED_TWICE, STOPPED_SCANNED_TWICE]
"""Order codes that are scanned again, however their payment ended."""


def _behind_one_code() -> Scenario:
    to_pay = handle_by_psp()
    stopped = handle_by_sdk("S", payload='{"page":"second","tag":"{tag}"}', with_order=True)
    not_decoded = handle_by_psp("F", code="INVALID_CODE")
    others = (
        *((FUNDED, stopped), (FUNDED, to_pay), (SECOND, to_pay), (SECOND, handle_by_sdk())),
        *((UNFUNDED, to_pay), (FUNDED, not_decoded), (FUNDED, to_pay)),
    )
    again = (Payment(code=ENTRY, answer=told, customer=who, again=True) for who, told in others)
    payments = apart((Payment(code=ENTRY, answer=to_pay), *again))
    return Scenario(label="entry-orders-behind-one-code", payments=payments)


FAR_WEST: Final = Offset(-12 * 60)
"""The offset from UTC, in minutes, with which a time looks the earliest to whoever leaves the offset out."""


def expiring_elsewhere(code: str) -> Scenario:
    """An order that can be paid, until a time that is past already for whoever does not read its offset from UTC."""
    return one(f"{SHORT[code]}-expires-far-west", Payment(code=code, answer=handle_by_psp(), zone=FAR_WEST))


def paid_then_overdue(code: str) -> Scenario:
    """A customer who pays, and whose next order was to be paid earlier: whoever pays nothing at all shows nothing."""
    to_pay = Payment(code=code, answer=handle_by_psp())
    return Scenario(label=f"{SHORT[code]}-paid-then-overdue", payments=apart((to_pay, replace(to_pay, expired=True))))


def outcomes(code: str) -> list[Scenario]:
    """The ways a payment left to the MPP can end: paid, not paid, and not decoded."""
    return [psp(code), psp(code, customer=UNFUNDED), psp(code, "F")]


def payloads(code: str) -> list[Scenario]:
    """HANDLE_BY_SDK with each payload that hurts; the two statuses take turns, and so do the codes of a failure."""
    failures = result_codes.OF_STOPS
    return [
        one(
            f"{SHORT[code]}-{name}",
            Payment(
                code=code,
                answer=handle_by_sdk("F", payload=text, code=failures[number // 2 % len(failures)])
                if number % 2
                else handle_by_sdk("S", payload=text),
            ),
        )
        for number, (name, text) in enumerate(HURTFUL.items())
    ]


def unnamed(code: str, action: str, result_code: str) -> Scenario:
    """A failure with a code that documents name, and after it one with a code that they do not name here."""
    answer = handle_by_sdk("F") if action == HANDLE_BY_SDK else handle_by_psp("F")
    usual = Payment(code=code, answer=answer)
    other = replace(usual, answer=replace(answer, result_code=result_code))
    short = "sdk" if action == HANDLE_BY_SDK else "psp"
    name = result_code.lower().replace("_", "-")
    return Scenario(label=f"{SHORT[code]}-{short}-then-{name}", payments=(usual, other))


def apart(payments: Iterable[Payment]) -> tuple[Payment, ...]:
    """The same, each about another amount, so that one in the place of another shows."""
    return tuple(replace(payment, amount=payment.amount + at * _APART) for at, payment in enumerate(payments))


def _stopped(name: str, code: str, customer: str = FUNDED, status: str = "F") -> Payment:
    """With ``S`` an order stands beside the payload."""
    payload = f'{{"page":"{name}","tag":"{{tag}}"}}'
    return Payment(
        code=code, customer=customer, answer=handle_by_sdk(status, payload=payload, with_order=status == "S")
    )


def together(code: str) -> Scenario:
    """Two customers at once, each with a payload of their own."""
    payments = (_stopped("first", code), _stopped("second", code, SECOND, "S"))
    return Scenario(label=f"{SHORT[code]}-two-at-once", payments=apart(payments), together=True)


def in_turn(code: str) -> Scenario:
    """One customer twice, each time with another payload."""
    return Scenario(
        label=f"{SHORT[code]}-twice-in-turn", payments=apart([_stopped("first", code), _stopped("second", code)])
    )


def changing(code: str) -> Scenario:
    """One customer four times: the answer changes each time, so that a remembered one would be wrong."""
    to_pay = Payment(code=code, answer=handle_by_psp())
    payments = (_stopped("first", code), to_pay, _stopped("third", code), to_pay)
    return Scenario(label=f"{SHORT[code]}-changing-answers", payments=apart(payments))


def mixed(code: str) -> Scenario:
    """Two customers at once: one is stopped, with S for an entry code and F for an order code; the other may pay."""
    stopped = _stopped("first", code, status="S" if code == ENTRY else "F")
    payments = (stopped, Payment(code=code, customer=SECOND, answer=handle_by_psp()))
    return Scenario(label=f"{SHORT[code]}-stopped-and-paid-at-once", payments=apart(payments), together=True)


def by_turns(first: str) -> Scenario:
    """One customer with entry and order codes by turns, stopped and let go; in the end nothing is decoded."""
    second = ORDER if first == ENTRY else ENTRY
    to_pay, failed = handle_by_psp(), handle_by_psp("F")
    payments = (
        Payment(code=first, answer=handle_by_sdk("S", with_order=True)),
        Payment(code=second, answer=to_pay),
        _stopped("third", second),
        Payment(code=first, answer=to_pay),
        Payment(code=second, answer=handle_by_sdk("S")),
        Payment(code=first, answer=failed),
    )
    return Scenario(label=f"{SHORT[first]}-and-{SHORT[second]}-by-turns", payments=apart(payments))


def customers_in_turn(code: str) -> Scenario:
    """Two customers one after the other, each stopped once and let go once."""
    to_pay = Payment(code=code, answer=handle_by_psp())
    payments = (_stopped("first", code), replace(to_pay, customer=SECOND), _stopped("third", code, SECOND), to_pay)
    return Scenario(label=f"{SHORT[code]}-two-customers-in-turn", payments=apart(payments))


def paid_and_unpaid(code: str) -> Scenario:
    """Two customers at once, both left to the MPP: one can pay, the other cannot."""
    payments = tuple(Payment(code=code, customer=who, answer=handle_by_psp()) for who in (FUNDED, UNFUNDED))
    return Scenario(label=f"{SHORT[code]}-paid-and-unpaid-at-once", payments=apart(payments), together=True)


BEHIND_ONE_CODE: Final = _behind_one_code()
"""The entry code on a counter, which whoever pays there scans: each time there is another order behind it."""
