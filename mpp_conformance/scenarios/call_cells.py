"""Conversations in which Alipay+ asks and cancels by itself, in each order that the documents allow.

Each ends with an inquiry about an order that nobody placed: whoever answers it as any other call has shown nothing.
How each call is written is chosen by the conversation's label, so that the suite's calls together meet every choice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from mpp_conformance.scenarios.call_forms import FORMS, PLAIN, Form, choose_forms
from mpp_conformance.scenarios.scenario import (
    CANCEL,
    ENTRY,
    FUNDED,
    INQUIRE,
    ORDER,
    PAYING,
    UNFUNDED,
    Call,
    Payment,
    Scenario,
    handle_by_psp,
    one,
)

ASK: Final = Call(what=INQUIRE)
TAKE_BACK: Final = Call(what=CANCEL)
ASK_ABOUT_NOTHING: Final = Call(what=INQUIRE, strange=True)


def early(*calls: Call) -> tuple[Call, ...]:
    """The same, before the consumer confirms."""
    return tuple(replace(call, when=PAYING) for call in calls)


def _called(label: str, *calls: Call, code: str = ORDER, customer: str = FUNDED) -> Scenario:
    """A payment left to the MPP, and what Alipay+ asks about it."""
    asked = calls if any(call.strange for call in calls) else (*calls, ASK_ABOUT_NOTHING)
    own = [call for call in asked if call.signature == "valid"]
    written = in_forms(asked, iter(choose_forms(label, len(own))))
    return one(label, Payment(code=code, customer=customer, answer=handle_by_psp(), calls=written))


def in_forms(calls: Sequence[Call], forms: Iterator[Form]) -> tuple[Call, ...]:
    """Each in the next form; a stranger's call is refused for its signature, and not for how it is written."""
    return tuple(_written(call, next(forms)) if call.signature == "valid" else call for call in calls)


def _written(call: Call, form: Form) -> Call:
    return call if call.form != PLAIN else replace(call, form=form)


def _confirmed_within(label: str, calls: Sequence[Call]) -> tuple[Scenario, ...]:
    """These calls in their order, and the consumer confirms before the first, or after the first, the second, ..."""
    return tuple(
        _called(f"order-{label}-confirmed-{number}", *early(*calls[:number]), *calls[number:])
        for number in range(len(calls) + 1)
    )


INQUIRED_ROUND_CANCELLATION: Final = _confirmed_within("inquired-cancelled-inquired", (ASK, TAKE_BACK, ASK))
CANCELLED_ROUND_INQUIRY: Final = _confirmed_within("cancelled-inquired-cancelled", (TAKE_BACK, ASK, TAKE_BACK))
"""Two of one kind, one of the other: by where the consumer confirms, and notification follows, each order is there."""
ORDERS: Final = (*INQUIRED_ROUND_CANCELLATION, *CANCELLED_ROUND_INQUIRY)
ENTRY_CANCELLED_EARLY: Final = _called("entry-cancelled-while-paying", *early(TAKE_BACK), ASK, code=ENTRY)
PAID: Final = _called("order-paid-inquired-in-every-spelling", *[ASK] * (len(FORMS) - 1))
"""With the question about nothing, each form has its turn: only how it is asked changes."""
ENTRY_PAID_CANCELLED: Final = _called("entry-paid-cancelled-inquired", TAKE_BACK, ASK, TAKE_BACK, ASK, code=ENTRY)
UNPAID: Final = _called("order-unpaid-inquired", ASK, customer=UNFUNDED)
BEING_PAID: Final = _called("order-inquired-while-paying", *early(ASK), ASK)
ENTRY_BEING_PAID: Final = _called("entry-inquired-while-paying", *early(ASK), ASK, code=ENTRY)
NOT_BEING_PAID: Final = _called("order-inquired-while-failing", *early(ASK), ASK, customer=UNFUNDED)
STRANGE: Final = _called("strange-order-inquired", ASK_ABOUT_NOTHING, ASK)
UNPAID_CANCELLED: Final = _called("order-unpaid-cancelled", TAKE_BACK, ASK, TAKE_BACK, ASK, customer=UNFUNDED)
ENTRY_UNPAID_CANCELLED: Final = _called(
    "entry-unpaid-cancelled", ASK, TAKE_BACK, ASK, TAKE_BACK, code=ENTRY, customer=UNFUNDED
)
OFTEN: Final = 5
"""How often Alipay+ asks again, at once."""
PAID_TRIED_AGAIN: Final = _called(
    "order-paid-cancelled-again-and-again",
    *(ASK, TAKE_BACK, *[TAKE_BACK] * OFTEN),
    *(*[ASK] * OFTEN, *[ASK_ABOUT_NOTHING] * OFTEN),
)
UNPAID_TRIED_AGAIN: Final = _called(
    "order-unpaid-cancelled-again-and-again",
    *(*[ASK] * OFTEN, TAKE_BACK, *[TAKE_BACK] * OFTEN),
    *[ASK_ABOUT_NOTHING] * 3,
    customer=UNFUNDED,
)
EARLY_TRIED_AGAIN: Final = _called(
    "order-cancelled-again-and-again-while-paying",
    *early(*[TAKE_BACK] * OFTEN),
    *(*[ASK] * 3, *[ASK_ABOUT_NOTHING] * 3),
)
"""Each state of a payment, and an order that nobody placed: what is answered U at first is tried again there."""
PAID_CANCELLED: Final = (
    *(*INQUIRED_ROUND_CANCELLATION[:2], CANCELLED_ROUND_INQUIRY[0]),
    *(ENTRY_PAID_CANCELLED, PAID_TRIED_AGAIN),
)
"""Those in which a success was notified before the first cancellation."""
CANCELLED_EARLY: Final = (
    *(*INQUIRED_ROUND_CANCELLATION[2:], *CANCELLED_ROUND_INQUIRY[1:]),
    *(ENTRY_CANCELLED_EARLY, EARLY_TRIED_AGAIN),
)
"""Those in which the first cancellation comes while the cashier page is open, and one of an entry code."""
INVALID: Final = replace(TAKE_BACK, signature="invalid")
FOREIGN_KEY: Final = replace(TAKE_BACK, signature="foreign")
NOT_SIGNED: Final = replace(TAKE_BACK, signature="missing")
UNREADABLE: Final = replace(TAKE_BACK, signature="unreadable")
STRANGERS: Final = (NOT_SIGNED, UNREADABLE, INVALID, FOREIGN_KEY)
"""A cancellation with each signature that does not verify."""
FORGED: Final = _called(
    "order-paid-cancelled-by-a-stranger", ASK, INVALID, ASK, FOREIGN_KEY, INVALID, ASK, TAKE_BACK, ASK
)
UNSIGNED: Final = _called(
    "order-paid-cancelled-without-a-signature", ASK, NOT_SIGNED, ASK, UNREADABLE, NOT_SIGNED, ASK, TAKE_BACK, ASK
)
"""A stranger tries in one way, in another, and once more in the first."""
FORGED_UNPAID: Final = _called(
    "order-unpaid-cancelled-by-a-stranger", ASK, *STRANGERS, ASK, TAKE_BACK, customer=UNFUNDED
)
SPIED_ON: Final = _called(
    "order-paid-asked-about-by-strangers",
    ASK,
    *(replace(stranger, what=INQUIRE) for stranger in STRANGERS),
    TAKE_BACK,
)
FORGED_EARLY: Final = _called("order-cancelled-by-a-stranger-while-paying", *early(*STRANGERS, ASK), ASK, TAKE_BACK)
WITH_STRANGERS: Final = (FORGED, UNSIGNED, FORGED_UNPAID, FORGED_EARLY, SPIED_ON)
"""Those of one payment in which strangers call, too."""
UNKNOWN_FIELD: Final = _called(
    "order-paid-inquired-with-an-unknown-field", ASK, replace(ASK, form=replace(PLAIN, unknown=True))
)
CANCELLED_AGAIN: Final = (
    *CANCELLED_ROUND_INQUIRY,
    ENTRY_PAID_CANCELLED,
    UNPAID_CANCELLED,
    ENTRY_UNPAID_CANCELLED,
    PAID_TRIED_AGAIN,
    UNPAID_TRIED_AGAIN,
    EARLY_TRIED_AGAIN,
)
"""Those in which a cancellation is repeated."""
CALLED: Final = tuple(
    dict.fromkeys(
        (
            *ORDERS,
            *(ENTRY_CANCELLED_EARLY, PAID, ENTRY_PAID_CANCELLED, UNPAID, BEING_PAID, NOT_BEING_PAID),
            *(ENTRY_BEING_PAID, STRANGE, UNPAID_CANCELLED, ENTRY_UNPAID_CANCELLED),
            *(PAID_TRIED_AGAIN, UNPAID_TRIED_AGAIN, EARLY_TRIED_AGAIN),
        )
    )
)
"""All those of one payment in which every call is Alipay+'s own."""


def called_about(payment: Payment) -> bool:
    """Whether Alipay+ asks about it or cancels it."""
    return bool(payment.calls)


def asked_about_nothing(payment: Payment) -> bool:
    """Whether an order is asked about that nobody placed."""
    return any(call.strange for call in payment.calls)


def others_asked_about(payment: Payment) -> bool:
    """Whether Alipay+ asks about other payments there."""
    return any(call.about for call in payment.calls)


def uncollected(payment: Payment) -> bool:
    """Whether Alipay+ asks about it, and has not left it to the MPP to be paid."""
    return payment.answer != handle_by_psp() and bool(payment.calls)


def unpaid(payment: Payment) -> bool:
    """Whether it fails, and is asked about before anything else."""
    return payment.customer == UNFUNDED and _what(payment)[:1] == [INQUIRE]


def kept_and_asked_about(payment: Payment) -> bool:
    """Whether it is paid, and asked about before anything else; a stranger's call is a matter of its own."""
    return not forged(payment) and payment.customer != UNFUNDED and _what(payment)[:1] == [INQUIRE]


def asked_about_in_between(payment: Payment) -> bool:
    """Whether it is asked about before the consumer confirms."""
    return any(call.is_own and call.what == INQUIRE and call.when == PAYING for call in payment.calls)


def cancelled_in_between(payment: Payment) -> bool:
    """Whether Alipay+ cancels it before the consumer confirms."""
    return any(call.cancels_early for call in payment.calls)


def taken_back(payment: Payment) -> bool:
    """Whether it is cancelled when it was paid."""
    return payment.customer != UNFUNDED and CANCEL in _what(payment) and not cancelled_in_between(payment)


def unpaid_and_cancelled(payment: Payment) -> bool:
    """Whether it fails, and is cancelled after that."""
    return payment.customer == UNFUNDED and CANCEL in _what(payment) and not cancelled_in_between(payment)


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
    return any(call.signature != "valid" and call.what == CANCEL for call in payment.calls)


def spied_on(payment: Payment) -> bool:
    """Whether somebody asks about it who is not Alipay+."""
    return any(call.signature != "valid" and call.what == INQUIRE for call in payment.calls)


def kept_until_cancelled(payment: Payment) -> bool:
    """Whether Alipay+ asks first about a payment that was taken, and cancels it later if at all."""
    first = payment.calls[0]
    return payment.customer != UNFUNDED and first.is_own and first.what == INQUIRE and first.when != PAYING
