"""Conversations in which Alipay+ asks and cancels by itself, in each order that the documents allow.

Each ends with an inquiry about an order that nobody placed: whoever answers it as any other call has shown nothing.
How each call is written is chosen by the conversation's label, so that the suite's calls together meet every choice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import cycle
from typing import Final

from mpp_conformance.scenarios.call_forms import FORMS, PLAIN, Form, choose_forms
from mpp_conformance.scenarios.cells import BOTH, apart
from mpp_conformance.scenarios.scenario import (
    CANCEL,
    ENTRY,
    FUNDED,
    INQUIRE,
    LAST,
    ORDER,
    PAYING,
    SECOND,
    SHORT,
    UNFUNDED,
    Answer,
    Call,
    Payment,
    Scenario,
    handle_by_psp,
    handle_by_sdk,
    one,
)

ASK: Final = Call(what=INQUIRE)
TAKE_BACK: Final = Call(what=CANCEL)
ASK_ABOUT_NOTHING: Final = Call(what=INQUIRE, strange=True)


def _early(*calls: Call) -> tuple[Call, ...]:
    return tuple(replace(call, when=PAYING) for call in calls)


def _called(label: str, *calls: Call, code: str = ORDER, customer: str = FUNDED) -> Scenario:
    """A payment left to the MPP, and what Alipay+ asks about it."""
    asked = calls if any(call.strange for call in calls) else (*calls, ASK_ABOUT_NOTHING)
    own = [call for call in asked if call.signature == "valid"]
    written = _in_forms(asked, iter(choose_forms(label, len(own))))
    return one(label, Payment(code=code, customer=customer, answer=handle_by_psp(), calls=written))


def _in_forms(calls: Sequence[Call], forms: Iterator[Form]) -> tuple[Call, ...]:
    """Each in the next form; a stranger's call is refused for its signature, and not for how it is written."""
    return tuple(_written(call, next(forms)) if call.signature == "valid" else call for call in calls)


def _written(call: Call, form: Form) -> Call:
    return call if call.form != PLAIN else replace(call, form=form)


def _confirmed_within(label: str, calls: Sequence[Call]) -> tuple[Scenario, ...]:
    """These calls in their order, and the consumer confirms before the first, or after the first, the second, ..."""
    return tuple(
        _called(f"order-{label}-confirmed-{number}", *_early(*calls[:number]), *calls[number:])
        for number in range(len(calls) + 1)
    )


INQUIRED_ROUND_CANCELLATION: Final = _confirmed_within("inquired-cancelled-inquired", (ASK, TAKE_BACK, ASK))
CANCELLED_ROUND_INQUIRY: Final = _confirmed_within("cancelled-inquired-cancelled", (TAKE_BACK, ASK, TAKE_BACK))
"""Two of one kind, one of the other: by where the consumer confirms, and notification follows, each order is there."""
ORDERS: Final = (*INQUIRED_ROUND_CANCELLATION, *CANCELLED_ROUND_INQUIRY)
ENTRY_CANCELLED_EARLY: Final = _called("entry-cancelled-while-paying", *_early(TAKE_BACK), ASK, code=ENTRY)
CANCELLED_EARLY: Final = (*INQUIRED_ROUND_CANCELLATION[2:], *CANCELLED_ROUND_INQUIRY[1:], ENTRY_CANCELLED_EARLY)
"""Those in which the first cancellation comes while the cashier page is open, and one of an entry code."""

PAID: Final = _called("order-paid-inquired-in-every-spelling", *[ASK] * (len(FORMS) - 1))
"""With the question about nothing, each form has its turn: only how it is asked changes."""
ENTRY_PAID_CANCELLED: Final = _called("entry-paid-cancelled-inquired", TAKE_BACK, ASK, TAKE_BACK, ASK, code=ENTRY)
PAID_CANCELLED: Final = (*INQUIRED_ROUND_CANCELLATION[:2], CANCELLED_ROUND_INQUIRY[0], ENTRY_PAID_CANCELLED)
"""Those in which a success was notified before the first cancellation."""
UNPAID: Final = _called("order-unpaid-inquired", ASK, customer=UNFUNDED)
BEING_PAID: Final = _called("order-inquired-while-paying", *_early(ASK), ASK)
ENTRY_BEING_PAID: Final = _called("entry-inquired-while-paying", *_early(ASK), ASK, code=ENTRY)
NOT_BEING_PAID: Final = _called("order-inquired-while-failing", *_early(ASK), ASK, customer=UNFUNDED)
STRANGE: Final = _called("strange-order-inquired", ASK_ABOUT_NOTHING, ASK)
UNPAID_CANCELLED: Final = _called("order-unpaid-cancelled", TAKE_BACK, ASK, TAKE_BACK, ASK, customer=UNFUNDED)
ENTRY_UNPAID_CANCELLED: Final = _called(
    "entry-unpaid-cancelled", ASK, TAKE_BACK, ASK, TAKE_BACK, code=ENTRY, customer=UNFUNDED
)
INVALID: Final = replace(TAKE_BACK, signature="invalid")
FOREIGN_KEY: Final = replace(TAKE_BACK, signature="foreign")
NOT_SIGNED: Final = replace(TAKE_BACK, signature="missing")
UNREADABLE: Final = replace(TAKE_BACK, signature="unreadable")
FORGED: Final = _called(
    "order-paid-cancelled-by-a-stranger", ASK, INVALID, ASK, FOREIGN_KEY, INVALID, ASK, TAKE_BACK, ASK
)
UNSIGNED: Final = _called(
    "order-paid-cancelled-without-a-signature", ASK, NOT_SIGNED, ASK, UNREADABLE, NOT_SIGNED, ASK, TAKE_BACK, ASK
)
"""A stranger tries in one way, in another, and once more in the first."""
LAST_ASKED: Final = replace(ASK, when=LAST)
LAST_TAKEN_BACK: Final = replace(TAKE_BACK, when=LAST)
LAST_INVALID: Final = replace(INVALID, when=LAST)
LAST_FOREIGN_KEY: Final = replace(FOREIGN_KEY, when=LAST)
LAST_NOT_SIGNED: Final = replace(NOT_SIGNED, when=LAST)
LAST_UNREADABLE: Final = replace(UNREADABLE, when=LAST)
_EVERY_TRY: Final = (LAST_NOT_SIGNED, LAST_UNREADABLE, LAST_NOT_SIGNED)
LAST_ASKED_ABOUT_NOTHING: Final = replace(ASK_ABOUT_NOTHING, when=LAST)
_NOT_TAKEN: Final = 5
"""How often Alipay+ does not know whether it has a notification: an MPP that repeats it at once may get through."""
_ABOUT_EACH: Final = (
    (SECOND, 0, (LAST_ASKED, LAST_INVALID, LAST_ASKED, LAST_TAKEN_BACK, LAST_ASKED)),
    (UNFUNDED, _NOT_TAKEN, (ASK, LAST_ASKED, LAST_FOREIGN_KEY, LAST_ASKED)),
    (FUNDED, 0, (LAST_ASKED, *_EVERY_TRY, LAST_ASKED, LAST_TAKEN_BACK, LAST_ASKED, LAST_TAKEN_BACK)),
    (FUNDED, 0, (*_early(TAKE_BACK), LAST_ASKED)),
    (FUNDED, 0, (*_early(FOREIGN_KEY, ASK), LAST_ASKED, LAST_TAKEN_BACK)),
    (FUNDED, _NOT_TAKEN, (*_early(ASK), ASK, LAST_ASKED)),
    (FUNDED, _NOT_TAKEN, (ASK, LAST_ASKED, LAST_TAKEN_BACK, LAST_ASKED)),
    (UNFUNDED, 0, (*_early(ASK), LAST_ASKED, LAST_TAKEN_BACK, LAST_ASKED, LAST_TAKEN_BACK)),
)
"""Who pays, how often Alipay+ does not know what it was notified of, and what it asks.

The latest payment has another end than most, and so has each cancelled.
"""


def _about_each(code: str) -> Scenario:
    """Payments one after the other, and when all are over each is asked about: a server must not take the latest."""
    label = f"{SHORT[code]}-each-of-several-asked-about"
    forms = cycle(choose_forms(label, len(FORMS)))
    payments = (
        Payment(
            code=code,
            customer=who,
            answer=handle_by_psp(),
            notice_unknown=unsure,
            calls=(*_in_forms(calls, forms), LAST_ASKED_ABOUT_NOTHING),
        )
        for who, unsure, calls in _ABOUT_EACH
    )
    return Scenario(label=label, payments=apart(payments))


EACH: Final = tuple(map(_about_each, BOTH))


def _stop(number: int, status: str) -> Answer:
    return handle_by_sdk(status, payload=f'{{"page":"{number}","tag":"{{tag}}"}}', with_order=status == "S")


_TO_PAY: Final = handle_by_psp()
_NOT_DECODED: Final = handle_by_psp("F")
_AMONG: Final = (
    (FUNDED, _TO_PAY, 0, 0, (TAKE_BACK, ASK)),
    (FUNDED, _TO_PAY, 0, 0, (ASK, ASK)),
    (UNFUNDED, _TO_PAY, 0, 0, (ASK, TAKE_BACK)),
    (SECOND, _NOT_DECODED, 1, 0, ()),
    (SECOND, _NOT_DECODED, 0, 0, ()),
    (FUNDED, _stop(6, "S"), 0, 0, ()),
    (FUNDED, _TO_PAY, 0, 0, (*_early(TAKE_BACK), ASK)),
    (UNFUNDED, _TO_PAY, 0, 1, (*_early(ASK), ASK)),
    (UNFUNDED, _TO_PAY, 1, 0, (ASK,)),
    (UNFUNDED, _stop(10, "F"), 1, 0, ()),
    (SECOND, _TO_PAY, 2, 0, (*_early(ASK), ASK)),
    (FUNDED, _TO_PAY, 0, 1, (*_early(FOREIGN_KEY), INVALID, ASK)),
    (SECOND, _stop(13, "S"), 1, 0, ()),
    (UNFUNDED, _NOT_DECODED, 0, 0, ()),
    (FUNDED, _NOT_DECODED, 2, 0, ()),
    (FUNDED, _TO_PAY, 1, 0, ()),
)
"""Customer, decision, how often Alipay+ does not know first what to answer and what it was notified of, and its calls.

After each call there is every kind of payment, and there is one of every kind after a failure.
"""
_FEN: Final = {5: 57, 7: 83, 15: 9}
"""Amounts below one yuan, by the place of the payment."""


def _among_calls(first: str) -> Scenario:
    """Payments of three customers in turn, after some of which Alipay+ asks, cancels, or a stranger does."""
    label = f"{SHORT[first]}-code-first-among-calls"
    codes = (first, *(code for code in BOTH if code != first))
    forms = cycle(choose_forms(label, len(FORMS)))
    payments = apart(
        Payment(
            code=codes[at % 2],
            customer=who,
            answer=told,
            unknown=unknown,
            notice_unknown=unsure,
            calls=_in_forms(calls, forms),
        )
        for at, (who, told, unknown, unsure, calls) in enumerate(_AMONG)
    )
    worth = (replace(payment, amount=_FEN.get(at, payment.amount)) for at, payment in enumerate(payments))
    return Scenario(label=label, payments=tuple(worth))


AMONG_CALLS: Final = tuple(map(_among_calls, BOTH))
"""What an MPP owes of any payment it owes of one that comes after a call, too."""

_CANCEL_NOTHING: Final = Call(what=CANCEL, strange=True)
_UNCOLLECTED: Final = (
    (FUNDED, _TO_PAY, (ASK, ASK_ABOUT_NOTHING, _CANCEL_NOTHING, TAKE_BACK, _CANCEL_NOTHING)),
    (SECOND, _stop(2, "S"), (ASK, ASK_ABOUT_NOTHING, ASK)),
    (FUNDED, _NOT_DECODED, (_CANCEL_NOTHING, ASK)),
    (FUNDED, _stop(4, "F"), (ASK, TAKE_BACK, ASK)),
    (SECOND, _TO_PAY, (ASK, ASK_ABOUT_NOTHING)),
    (UNFUNDED, _stop(6, "S"), (TAKE_BACK, ASK, ASK_ABOUT_NOTHING)),
)
"""Who scans, what Alipay+ decides, and what it asks about the order, and about one that nobody placed."""


def _uncollected(first: str) -> Scenario:
    """Alipay+ calls about orders that were never the MPP's to collect, among others that were."""
    label = f"{SHORT[first]}-code-first-called-about-what-was-not-collected"
    codes = (first, *(code for code in BOTH if code != first))
    forms = cycle(choose_forms(label, len(FORMS)))
    payments = (
        Payment(code=codes[at % 2], customer=who, answer=told, calls=_in_forms(calls, forms))
        for at, (who, told, calls) in enumerate(_UNCOLLECTED)
    )
    return Scenario(label=label, payments=apart(payments))


UNCOLLECTED: Final = tuple(map(_uncollected, BOTH))

UNKNOWN_FIELD: Final = _called(
    "order-paid-inquired-with-an-unknown-field", ASK, replace(ASK, form=replace(PLAIN, unknown=True))
)
CANCELLED_AGAIN: Final = (
    *CANCELLED_ROUND_INQUIRY,
    ENTRY_PAID_CANCELLED,
    UNPAID_CANCELLED,
    ENTRY_UNPAID_CANCELLED,
)
"""Those in which a cancellation is repeated."""
CALLED: Final = tuple(
    dict.fromkeys(
        (
            *ORDERS,
            *(ENTRY_CANCELLED_EARLY, PAID, ENTRY_PAID_CANCELLED, UNPAID, BEING_PAID, NOT_BEING_PAID),
            *(ENTRY_BEING_PAID, STRANGE, UNPAID_CANCELLED, ENTRY_UNPAID_CANCELLED),
        )
    )
)
"""All those of one payment in which every call is Alipay+'s own."""


def called_about(payment: Payment) -> bool:
    """Whether Alipay+ asks about it or cancels it."""
    return bool(payment.calls)


def uncollected(payment: Payment) -> bool:
    """Whether Alipay+ asks about it, and has not left it to the MPP to be paid."""
    return payment.answer != _TO_PAY and bool(payment.calls)


def unpaid(payment: Payment) -> bool:
    """Whether it fails, and is asked about before anything else."""
    return payment.customer == UNFUNDED and _what(payment)[:1] == [INQUIRE]


def kept_and_asked_about(payment: Payment) -> bool:
    """Whether it is paid, and asked about before anything else; a stranger's call is a matter of its own."""
    return not forged(payment) and payment.customer != UNFUNDED and _what(payment)[:1] == [INQUIRE]


def asked_about_in_between(payment: Payment) -> bool:
    """Whether it is asked about before the consumer confirms."""
    return any(call.what == INQUIRE and call.when == PAYING for call in payment.calls)


def cancelled_in_between(payment: Payment) -> bool:
    """Whether Alipay+ cancels it before the consumer confirms."""
    return any(call.cancels_early for call in payment.calls)


def taken_back(payment: Payment) -> bool:
    """Whether it is cancelled when it was paid."""
    return payment.customer != UNFUNDED and CANCEL in _what(payment) and not cancelled_in_between(payment)


def unpaid_and_cancelled(payment: Payment) -> bool:
    """Whether it fails, and is cancelled after that."""
    return payment.customer == UNFUNDED and CANCEL in _what(payment)


def cancelled_twice(payment: Payment) -> bool:
    """Whether it is cancelled more than once."""
    return _what(payment).count(CANCEL) > 1


def asked_about_after_cancellation(payment: Payment) -> bool:
    """Whether it is asked about when it was cancelled; one that had failed before may still be told by that failure."""
    called = _what(payment)
    return payment.customer != UNFUNDED and CANCEL in called and INQUIRE in called[called.index(CANCEL) :]


def _what(payment: Payment) -> list[str]:
    return [call.what for call in payment.calls if call.is_own]


def forged(payment: Payment) -> bool:
    """Whether somebody cancels it who is not Alipay+."""
    return any(call.signature != "valid" for call in payment.calls)


def kept_until_cancelled(payment: Payment) -> bool:
    """Whether Alipay+ asks first about a payment that was taken, and cancels it later if at all."""
    first = payment.calls[0]
    return payment.customer != UNFUNDED and first.is_own and first.what == INQUIRE and first.when != PAYING
