"""Conversations in which Alipay+ asks and cancels by itself, in each order that the documents allow.

Each ends with an inquiry about an order that nobody placed: whoever answers it as any other call has shown nothing.
How each call is written is chosen by the conversation's label, so that the suite's calls together meet every choice.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from mpp_conformance.scenarios.call_forms import FORMS, PLAIN, Form, chosen
from mpp_conformance.scenarios.cells import BOTH, apart
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

_SHORT: Final = {ENTRY: "entry", ORDER: "order"}
ASK: Final = Call(what=INQUIRE)
TAKE_BACK: Final = Call(what=CANCEL)
ASK_ABOUT_NOTHING: Final = Call(what=INQUIRE, strange=True)


def _early(*calls: Call) -> tuple[Call, ...]:
    return tuple(replace(call, when=PAYING) for call in calls)


def _called(label: str, *calls: Call, code: str = ORDER, customer: str = FUNDED) -> Scenario:
    """A payment left to the MPP, and what Alipay+ asks about it."""
    asked = calls if any(call.strange for call in calls) else (*calls, ASK_ABOUT_NOTHING)
    own = [call for call in asked if call.signature == "valid"]
    forms = iter(chosen(label, len(own)))
    # A stranger's call is refused for its signature, and not for how it is written.
    written = tuple(_written(call, next(forms)) if call.signature == "valid" else call for call in asked)
    return one(label, Payment(code=code, customer=customer, answer=handle_by_psp(), calls=written))


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
FORGED: Final = _called(
    "order-paid-cancelled-by-a-stranger", replace(TAKE_BACK, signature="invalid"), ASK, TAKE_BACK, ASK
)
UNSIGNED: Final = _called(
    "order-paid-cancelled-without-a-signature", replace(TAKE_BACK, signature="missing"), ASK, TAKE_BACK, ASK
)
UNKNOWN_FIELD: Final = _called(
    "order-paid-inquired-with-an-unknown-field", ASK, replace(ASK, form=replace(PLAIN, unknown=True))
)


def _about(back: int, call: Call) -> Call:
    return replace(call, back=back)


_OF_THREE: Final = (
    *(_about(2, ASK), _about(1, ASK), ASK),
    *(_about(2, TAKE_BACK), ASK, _about(1, ASK), _about(2, ASK)),
    ASK_ABOUT_NOTHING,
)
"""Each of three orders is asked about, the first is cancelled, and each is asked about again."""


def orders_apart(code: str) -> Scenario:
    """One customer pays, another one cannot, the first one pays again; then Alipay+ asks about all three orders."""
    payments = [Payment(code=code, customer=who, answer=handle_by_psp()) for who in (FUNDED, UNFUNDED, FUNDED)]
    payments[-1] = replace(payments[-1], calls=_OF_THREE)
    return Scenario(label=f"{_SHORT[code]}-three-orders-inquired", payments=apart(payments))


ORDERS_APART: Final = tuple(map(orders_apart, BOTH))
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
