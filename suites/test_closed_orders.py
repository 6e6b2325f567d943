"""Which orders are closed: the one that Alipay+ cancels, and no other, and none that anybody else wants closed.

As with all calls of Alipay+, whatever passes here passes for a server that has shown to tell one order from another,
and to close the order that it is asked to.
"""

from dataclasses import replace
from typing import Final

from mpp_conformance.judging.calls import (
    Asked,
    asked_around,
    by_alipay_plus,
    calls_about,
    cancelled,
    cancelling,
    not_cancelled,
    only,
    own,
    tells_orders_apart,
    told_as_paid_first,
)
from mpp_conformance.judging.oracle import expect
from mpp_conformance.judging.sequences import of_each_alone
from mpp_conformance.judging.trace import Trace
from mpp_conformance.ledger.requirements import DOCUMENTED, MPP_SERVER, MUST, case, requirement
from mpp_conformance.ledger.source import MESSAGE_LAYER, PAYMENTS
from mpp_conformance.protocol.messages import (
    CancelPayment,
    CancelPaymentAnswer,
    InquiryPayment,
    InquiryPaymentAnswer,
    NotifyPayment,
    Scan,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios.call_cells import (
    FORGED,
    FORGED_EARLY,
    FORGED_UNPAID,
    SPIED_ON,
    UNSIGNED,
    forged,
    kept_until_cancelled,
    others_asked_about,
    spied_on,
)
from mpp_conformance.scenarios.call_sequences import several
from mpp_conformance.scenarios.scenario import CANCEL, INQUIRE, PAYING, UNFUNDED

ABLE: Final = "the customer in [customers] funded to be able to pay"
CLOSED: Final = "ORDER_IS_CLOSED"
APART: Final = "the server to answer inquiries about its own order and about one that nobody placed differently"
AS_IT_WAS: Final = "the payment to be told as paid before the stranger calls"
FAILED_BEFORE: Final = "the failure to be told just before and just after the stranger calls"
NOT_CLOSED: Final = "a customer who can pay to have paid although a stranger called meanwhile"
OBEYED: Final = "the server to obey the same cancellation when Alipay+ has signed it"
CLOSES: Final = "an order to be told as closed when Alipay+ has cancelled it, and another one otherwise"
ASKED_AROUND: Final = "another order to be told just before and just after a cancellation"

CAN_5 = requirement(
    "CAN-5",
    MUST,
    DOCUMENTED,
    actor=MPP_SERVER,
    clauses=[PAYMENTS.at("cancelPayment, paymentRequestId")],
    text="A cancellation closes the order whose paymentRequestId it names, and no other.",
)
WIRE_5 = requirement(
    "WIRE-5",
    MUST,
    DOCUMENTED,
    actor=MPP_SERVER,
    clauses=[MESSAGE_LAYER.at("signature of a request of Alipay+")],
    text="The server verifies that a call is Alipay+'s: one whose signature does not verify changes nothing about a "
    "payment, and is told nothing of it.",
)


@case(CAN_5, several(others_asked_about))
def test_a_cancellation_closes_no_other_order(trace: Trace) -> None:
    """What is told of another order just before a cancellation is told just after it, and who can pay still pays."""
    others_kept(trace)


@case(WIRE_5, [FORGED, UNSIGNED, FORGED_EARLY, FORGED_UNPAID, *several(forged)])
def test_a_cancellation_that_is_not_signed_is_not_obeyed(trace: Trace) -> None:
    """A stranger's cancellation is refused, in whatever form, and the payment is as it was; Alipay+'s own succeeds."""
    of_each_alone(trace, forged, lambda held: stranger_not_obeyed(held, trace))


@case(WIRE_5, [SPIED_ON, *several(spied_on)])
def test_an_inquiry_that_is_not_signed_is_told_nothing(trace: Trace) -> None:
    """A stranger is not told how a payment ended, and no inquiry of a stranger's succeeds; Alipay+'s own does."""
    of_each_alone(trace, spied_on, stranger_not_told)


def others_kept(trace: Trace) -> None:
    """Nothing changes about an order when another one is cancelled."""
    everyone = range(len(trace.scenario.payments))
    done = {at: number for at in everyone if (number := cancelled(trace, at)) is not None}
    apart = any(told_as_closed(trace, at) for at in done) and any(told_as_open(trace, at) for at in everyone)
    told = expect(trace).reached(Scan).given(apart, CLOSES)
    around = [(at, *asked) for at in done for asked in asked_around(trace, cancels, at) if another(trace, at, asked[1])]
    for at, before, after in around:
        kept(trace, before, after, at)
    since = [at for at in everyone if notified_after(trace, at, min(done.values())) and left_alone(trace, at)]
    for at in since:
        expect(trace, at).none(NotifyPayment, result_code=CLOSED)
    told.given(bool(around or since), ASKED_AROUND)


def cancels(one: Asked) -> bool:
    """Whether Alipay+ cancels an order by this call, and the server says that it has."""
    return own(one) and isinstance(one.told, CancelPaymentAnswer) and one.told.result_status == "S"


def tries_to_cancel(one: Asked) -> bool:
    """Whether a stranger tries to."""
    return one.call.what == CANCEL and not by_alipay_plus(one)


def told_as_closed(trace: Trace, payment: int) -> bool:
    """Whether an inquiry about a payment was told that it is closed."""
    return any(own(one) and getattr(one.told, "payment_code", None) == CLOSED for one in calls_about(trace, payment))


def told_as_open(trace: Trace, payment: int) -> bool:
    """Whether an inquiry at a payment, about an order that was placed, was told anything else."""
    told = (one.told for one in calls_about(trace, payment) if by_alipay_plus(one) and not one.call.strange)
    return any(isinstance(one, InquiryPaymentAnswer) and one.payment_code != CLOSED for one in told)


def another(trace: Trace, payment: int, one: Asked) -> bool:
    """Whether a call at a payment is about another order than its own, which Alipay+ has not cancelled by then."""
    other, placed = payment + one.call.about, trace.scenario.placed
    end = cancelling(trace, other)
    return placed(other) != placed(payment) and (end is None or end > one.said.number)


def kept(trace: Trace, before: InquiryPaymentAnswer, after: Asked, payment: int = 0) -> None:
    """An order that was not closed is not closed since, and one that was paid is."""
    told = expect(only(trace, lambda one: one.said.number == after.said.number, payment), payment)
    told.reached(InquiryPayment)
    if before.payment_status == "S":
        told.none(InquiryPaymentAnswer, payment_status="F")
    elif before.result_status == "S" and before.payment_code != CLOSED:
        told.none(InquiryPaymentAnswer, payment_code=CLOSED)


def notified_after(trace: Trace, payment: int, number: int) -> bool:
    """Whether a payment came to its end after the message of this number."""
    told = [event.number for event in trace.of(payment) if isinstance(event.message, NotifyPayment)]
    return bool(told) and min(told) > number


def left_alone(trace: Trace, payment: int) -> bool:
    """Whether nobody cancels a payment, and nothing but that can close its order: see `pays_otherwise`."""
    held = trace.scenario.payments[payment]
    return not held.cancelled and not forged(held) and pays_otherwise(trace, payment)


def pays_otherwise(trace: Trace, payment: int) -> bool:
    """Whether the customer of a payment has paid another one, and the MPP has another code for its own failures."""
    payments = trace.scenario.payments
    same = [at for at, held in enumerate(payments) if held.customer == payments[payment].customer and at != payment]
    notices = (event.message for event in trace.events if isinstance(event.message, NotifyPayment))
    failures = {notice.result_code for notice in notices if notice.result_status == "F"}
    return payments[payment].customer != UNFUNDED and any(map(trace.paid, same)) and bool(failures - {CLOSED})


def stranger_not_obeyed(trace: Trace, whole: Trace) -> None:
    """The payment is as it was, until Alipay+ itself cancels it; ``whole``: with the other payments."""
    # A stranger may be refused by silence: what becomes of the payment tells whether it was obeyed.
    told = expect(only(trace, tries_to_cancel).readable()).reached(CancelPayment)
    if any(one.told is not None for one in calls_about(trace) if tries_to_cancel(one)):
        told.none(CancelPaymentAnswer, result_status="S")
    around = list(asked_around(trace, tries_to_cancel))
    for before, after in around:
        kept(trace, before, after)
    payment = trace.scenario.payments[0]
    if kept_until_cancelled(payment):
        expect(trace).given(trace.paid(), ABLE).given(told_as_paid_first(trace), AS_IT_WAS)
        until_then = only(trace, lambda one: own(one) and not_cancelled(trace, one))
        expect(until_then).reached(InquiryPayment).none(InquiryPaymentAnswer, payment_status="F")
    elif payment.customer == UNFUNDED:
        expect(trace).given(bool(around), FAILED_BEFORE)
    else:
        not_closed_meanwhile(trace, whole)
    expect(trace).given(cancelled(trace) is not None, OBEYED)
    shown(trace)


def not_closed_meanwhile(trace: Trace, whole: Trace) -> None:
    """He comes while the consumer pays: what he has closed is told as closed then, or is not paid any more."""
    meanwhile = only(trace, lambda one: own(one) and one.call.when == PAYING)
    expect(until_cancelled(meanwhile, whole)).reached(InquiryPayment).none(InquiryPaymentAnswer, payment_code=CLOSED)
    index = next(event.payment for event in whole.events if event.number == trace.events[0].number)
    if pays_otherwise(whole, index):
        expect(until_cancelled(trace, whole)).none(NotifyPayment, result_code=CLOSED)
    expect(trace).given(trace.paid(), NOT_CLOSED)


def until_cancelled(trace: Trace, whole: Trace) -> Trace:
    """What was said of the payment until Alipay+ itself cancelled any: from then on it may be that which closed it."""
    ends = [number for at in range(len(whole.scenario.payments)) if (number := cancelling(whole, at)) is not None]
    end = min(ends, default=len(whole.events) + 1)
    return replace(trace, events=tuple(event for event in trace.events if event.number < end))


def stranger_not_told(trace: Trace) -> None:
    """His inquiries come to nothing, and those of Alipay+ to an answer."""
    told = expect(only(trace, lambda one: one.call.what == INQUIRE and not by_alipay_plus(one)).readable())
    told.reached(InquiryPayment)
    told.none(InquiryPaymentAnswer, result_status="S").none(InquiryPaymentAnswer, payment_status="S")
    answers = [event.message for event in trace.of(0) if isinstance(event.message, UserInitiatedPayAnswer)]
    for amount in sorted({answer.order.pay_to_amount for answer in answers if answer.order}):
        told.none(InquiryPaymentAnswer, pay_to_amount=amount)
    shown(trace)


def shown(trace: Trace) -> None:
    """What was seen is the server's answer to what it was asked, and not what it answers to everything."""
    expect(trace).given(tells_orders_apart(trace), APART)
