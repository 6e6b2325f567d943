"""Overview: the regulated limits. Alipay+ applies them; the MPP is judged for what it does with the answer."""

from collections.abc import Iterable

from mpp_conformance.judging.oracle import expect
from mpp_conformance.judging.patterns import SOME_TEXT
from mpp_conformance.judging.trace import Trace
from mpp_conformance.ledger.requirements import (
    ALIPAY_PLUS,
    DOCUMENT,
    MPP,
    MUST,
    STATED,
    ScenarioSource,
    case,
    excluded,
    requirement,
)
from mpp_conformance.ledger.source import OVERVIEW
from mpp_conformance.protocol.limits import ENTRY_CODE, IN_STORE, TRANSACTION, YEAR, Edition, Reading
from mpp_conformance.protocol.messages import (
    HANDLE_BY_PSP,
    HANDLE_BY_SDK,
    NotifyPayment,
    ResultPage,
    ServerAnswer,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios.boundaries import boundaries
from mpp_conformance.scenarios.scenario import ORDER, SECOND, Payment, Scenario

ACTED_ON = "the MPP to do anything with the answer"

REG_1 = requirement(
    "REG-1",
    MUST,
    STATED,
    actor=MPP,
    clauses=[OVERVIEW.at("regulation 1")],
    text="No in-store payment is taken above the limit per transaction; one within it is not hindered.",
)
REG_2 = requirement(
    "REG-2",
    MUST,
    STATED,
    actor=MPP,
    clauses=[OVERVIEW.at("regulation 1")],
    text="No in-store payment is taken that brings an individual's year above the yearly limit.",
)
REG_3 = requirement(
    "REG-3",
    MUST,
    STATED,
    actor=MPP,
    clauses=[OVERVIEW.at("regulation 2")],
    text="No entry code payment is taken above the entry code's limit per transaction.",
)
REG_4 = requirement(
    "REG-4",
    MUST,
    STATED,
    actor=MPP,
    clauses=[OVERVIEW.at("regulation 2")],
    text="No entry code payment is taken that brings an individual's year above the entry code's yearly limit.",
)
excluded(
    "UPG-1",
    actor=DOCUMENT,
    clauses=[OVERVIEW.at("paragraph 2, sentence 1")],
    text="MPPs upgrade their integration for payments with a code that the merchant presents.",
    reason="the sum of all other rows: an MPP that fulfils them has upgraded",
)
excluded(
    "UPG-2",
    actor=DOCUMENT,
    clauses=[OVERVIEW.at("note")],
    text="Payments with a code that the user presents need no upgrade.",
    reason="user-presented mode is outside this upgrade",
)
excluded(
    "REG-5",
    actor=ALIPAY_PLUS,
    clauses=[OVERVIEW.at("regulation 1"), OVERVIEW.at("regulation 2")],
    text="Alipay+ adds up each individual's payments and compares them with the limits.",
    reason="Alipay+'s own inner step; the suite's simulated Alipay+ does it, and its own tests prove it",
)


def rows(scope: str, period: str, *, over: bool) -> ScenarioSource:
    """The boundary rows of one limit, over it or within it, under the edition that is chosen."""

    def build(edition: Edition, reading: Reading) -> Iterable[Scenario]:
        found = boundaries(edition, reading)
        return [row.scenario for row in found if (row.scope, row.period, row.over) == (scope, period, over)]

    return build


def not_taken(trace: Trace, payment: int = 0) -> None:
    """Alipay+ decided against the payment, and nobody takes it all the same; whoever does nothing proves nothing."""
    expect(trace, payment).reached(UserInitiatedPayAnswer, action_type=HANDLE_BY_SDK).none(
        NotifyPayment, result_status="S"
    ).none(ServerAnswer, payment_status="S").none(ResultPage, status="S").given(trace.acted_on(payment), ACTED_ON)


def taken(trace: Trace, payment: int = 0) -> None:
    """Alipay+ let the payment go on, and it comes to a result; a wallet that declines it proves nothing."""
    expect(trace, payment).reached(UserInitiatedPayAnswer, action_type=HANDLE_BY_PSP, result_status="S").either(
        (NotifyPayment, {}), (ServerAnswer, {"payment_status": SOME_TEXT}), (ResultPage, {})
    ).given(
        trace.paid(payment), "the customer named in [customers] to be able to pay (the wallet declined the payment)"
    )


@case(REG_1, rows(IN_STORE, TRANSACTION, over=True))
def test_no_payment_above_the_limit_per_transaction(trace: Trace) -> None:
    """A payment above the limit per transaction for any in-store payment is not taken."""
    not_taken(trace)


@case(REG_1, rows(IN_STORE, TRANSACTION, over=False))
def test_a_payment_within_the_limit_per_transaction_goes_on(trace: Trace) -> None:
    """A payment up to the limit per transaction for any in-store payment is taken."""
    taken(trace)


@case(REG_2, rows(IN_STORE, YEAR, over=True))
def test_no_payment_above_the_yearly_limit(trace: Trace) -> None:
    """A payment that brings the individual's year above the limit for any in-store payment is not taken."""
    not_taken(trace)


@case(REG_2, rows(IN_STORE, YEAR, over=False))
def test_a_payment_within_the_yearly_limit_goes_on(trace: Trace) -> None:
    """A payment within the yearly limit is taken; payments that did not succeed, and other people's, do not count."""
    taken(trace)


@case(REG_3, rows(ENTRY_CODE, TRANSACTION, over=True))
def test_no_entry_code_payment_above_its_limit_per_transaction(trace: Trace) -> None:
    """An entry code payment above the entry code's limit per transaction is not taken."""
    not_taken(trace)


@case(REG_3, rows(ENTRY_CODE, TRANSACTION, over=False))
def test_an_entry_code_payment_within_its_limit_per_transaction_goes_on(trace: Trace) -> None:
    """An entry code payment up to its limit is taken, and an order code payment is not bound by that limit."""
    taken(trace)


@case(REG_4, rows(ENTRY_CODE, YEAR, over=True))
def test_no_entry_code_payment_above_its_yearly_limit(trace: Trace) -> None:
    """An entry code payment that brings the individual's year above the entry code's limit is not taken."""
    not_taken(trace)


@case(REG_4, rows(ENTRY_CODE, YEAR, over=False))
def test_an_entry_code_payment_within_its_yearly_limit_goes_on(trace: Trace) -> None:
    """An entry code payment within its yearly limit is taken, and an order code payment is not bound by that limit."""
    taken(trace)


def stopped_with_order(label: str, payments: Iterable[Payment], edition: Edition, reading: Reading) -> Scenario:
    """A conversation in which order information stands beside every breach."""
    return Scenario(
        label=label, payments=tuple(payments), edition=edition.name, reading=reading, breach_with_order=True
    )


def year_of_payments(edition: Edition, reading: Reading) -> Iterable[Scenario]:
    """The wallet really pays until the year is full; then once more, and once for another individual."""
    single = edition.limit(IN_STORE, TRANSACTION).amount
    yearly = edition.limit(IN_STORE, YEAR).amount
    # One minor unit less each, so that the story is the same whether a limit itself may be reached or not.
    amount = single - 1
    count = yearly // amount
    months = [f"2025-{1 + number * 11 // count:02d}-15T12:00:00+08:00" for number in range(count)]
    payments = [Payment(code=ORDER, amount=amount, at=at) for at in months]
    payments.append(Payment(code=ORDER, amount=yearly - count * amount + 1, at="2025-12-20T12:00:00+08:00"))
    payments.append(Payment(code=ORDER, amount=amount, customer=SECOND, at="2025-12-20T12:01:00+08:00"))
    yield stopped_with_order("a-year-of-payments", payments, edition, reading)


@case(REG_2, year_of_payments)
def test_a_year_lived_until_the_limit_answers(trace: Trace) -> None:
    """The wallet pays through a year until the yearly limit answers; another individual can still pay."""
    *paid, last, other = range(len(trace.scenario.payments))
    for payment in paid:
        taken(trace, payment)
    not_taken(trace, last)
    taken(trace, other)


def stopped_then_paid(edition: Edition, reading: Reading) -> Iterable[Scenario]:
    """A payment that Alipay+ stops leaves the year as it was: the whole rest can still be paid."""
    single = edition.limit(IN_STORE, TRANSACTION).amount
    stopped = Payment(code=ORDER, amount=single + 1)
    paid = Payment(code=ORDER, amount=single - 1)
    yield stopped_with_order("stopped-then-paid", (stopped, paid, stopped, paid), edition, reading)


@case(REG_1, stopped_then_paid)
def test_a_stopped_payment_does_not_hinder_the_next(trace: Trace) -> None:
    """After a payment that Alipay+ stopped the same customer's next payment goes on, and so in turn."""
    not_taken(trace, 0)
    taken(trace, 1)
    not_taken(trace, 2)
    taken(trace, 3)
