"""Conversations in which Alipay+ asks and cancels by itself, in each order that the documents allow.

Each ends with an inquiry about an order that nobody placed: whoever answers it as any other call has shown nothing.
How each call is written is chosen by the conversation's label, so that the suite's calls together meet every choice.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from mpp_conformance.scenarios.call_forms import FORMS, PLAIN, Form, chosen
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
PAID_CANCELLED: Final = (*INQUIRED_ROUND_CANCELLATION[:2], CANCELLED_ROUND_INQUIRY[0])
"""Those of them in which a success was notified before the first cancellation."""
ENTRY_CANCELLED_EARLY: Final = _called("entry-cancelled-while-paying", *_early(TAKE_BACK), ASK, code=ENTRY)
CANCELLED_EARLY: Final = (*INQUIRED_ROUND_CANCELLATION[2:], *CANCELLED_ROUND_INQUIRY[1:], ENTRY_CANCELLED_EARLY)
"""Those in which the first cancellation comes while the cashier page is open, and one of an entry code."""

PAID: Final = _called("order-paid-inquired-in-every-spelling", *[ASK] * (len(FORMS) - 1))
"""With the question about nothing, each form has its turn: only how it is asked changes."""
ENTRY_PAID: Final = _called("entry-paid-inquired", ASK, code=ENTRY)
UNPAID: Final = _called("order-unpaid-inquired", ASK, customer=UNFUNDED)
BEING_PAID: Final = _called("order-inquired-while-paying", *_early(ASK), ASK)
NOT_BEING_PAID: Final = _called("order-inquired-while-failing", *_early(ASK), ASK, customer=UNFUNDED)
STRANGE: Final = _called("strange-order-inquired", ASK_ABOUT_NOTHING, ASK)
UNPAID_CANCELLED: Final = _called("order-unpaid-cancelled", TAKE_BACK, ASK, customer=UNFUNDED)
FORGED: Final = _called(
    "order-paid-cancelled-by-a-stranger", replace(TAKE_BACK, signature="invalid"), ASK, TAKE_BACK, ASK
)
UNSIGNED: Final = _called(
    "order-paid-cancelled-without-a-signature", replace(TAKE_BACK, signature="missing"), ASK, TAKE_BACK, ASK
)
UNKNOWN_FIELD: Final = _called(
    "order-paid-inquired-with-an-unknown-field", ASK, replace(ASK, form=replace(PLAIN, unknown=True))
)
