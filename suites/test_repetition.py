"""userInitiatedPay asked again, and orders that are no longer to be paid, by official documentation."""

from collections.abc import Callable, Iterable
from typing import Final

from mpp_conformance.judging.oracle import expect
from mpp_conformance.judging.patterns import SOME_TEXT
from mpp_conformance.judging.trace import Trace
from mpp_conformance.ledger.requirements import DERIVED, DOCUMENTED, MPP, MPP_SERVER, MUST, SHOULD, case, requirement
from mpp_conformance.ledger.source import PAYMENTS
from mpp_conformance.protocol.limits import Edition, Reading
from mpp_conformance.protocol.messages import (
    HANDLE_BY_PSP,
    DecodeCallback,
    NotifyPayment,
    ResultPage,
    Scan,
    ServerAnswer,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios.call_sequences import AMONG_CALLS
from mpp_conformance.scenarios.cells import (
    BEHIND_ONE_CODE,
    BOTH,
    SCANNED_TWICE,
    customers_in_turn,
    mixed,
    paid_and_unpaid,
    paid_then_overdue,
    together,
)
from mpp_conformance.scenarios.fault_cells import NO_ANSWERS, UNSIGNED, UNVERIFIED
from mpp_conformance.scenarios.rounds import (
    a_late_round,
    a_round,
    distinct,
    expired_meanwhile,
    failing_decided_late,
    going_on,
    not_decoded,
    over_decided_late,
    stopping,
)
from mpp_conformance.scenarios.scenario import (
    FOR_EVER,
    ORDER,
    SECOND,
    SHORT,
    Payment,
    Scenario,
    handle_by_psp,
    one,
)

ABLE: Final = "the customer in [customers] funded to be able to pay"
NEVER_KNOWN: Final = {
    code: one(f"{SHORT[code]}-unknown-for-ever", Payment(code=code, answer=handle_by_psp(), unknown=FOR_EVER))
    for code in BOTH
}
KNOWN_BEFORE: Final = Scenario(
    label="order-paid-then-unknown-for-ever",
    payments=(
        Payment(code=ORDER, answer=handle_by_psp()),
        Payment(code=ORDER, answer=handle_by_psp(), unknown=FOR_EVER),
    ),
)
"""A customer who pays, and of whose next payment Alipay+ never knows: whoever pays nothing at all shows nothing."""
WITHIN: Final = {code: one(f"{SHORT[code]}-unknown-at-first", Payment(code=code, unknown=1)) for code in BOTH}
NOT_DECODED: Final = {
    code: one(f"{SHORT[code]}-not-decoded-unknown-at-first", Payment(code=code, answer=handle_by_psp("F"), unknown=1))
    for code in BOTH
}
EXPIRED_MEANWHILE: Final = list(map(expired_meanwhile, BOTH))
TAKEN: Final = Scenario(
    label="order-scanned-by-another",
    payments=(
        Payment(code=ORDER, answer=handle_by_psp()),
        Payment(code=ORDER, answer=handle_by_psp(), again=True, customer=SECOND),
    ),
)
"""An order code that somebody has paid, and that somebody else scans."""

REP_1 = requirement(
    "REP-1",
    MUST,
    DOCUMENTED,
    actor=MPP_SERVER,
    clauses=[PAYMENTS.at("userInitiatedPay, codeValue and customerId")],
    text="The server asks about a code again with the same code value, for the same customer.",
)
REP_2 = requirement(
    "REP-2",
    MUST,
    DOCUMENTED,
    actor=MPP,
    clauses=[PAYMENTS.at("userInitiatedPay, resultStatus")],
    text="A result that is unknown (U) is no success: nothing is paid, and nobody is told so.",
)
REP_3 = requirement(
    "REP-3",
    SHOULD,
    DERIVED,
    actor=MPP_SERVER,
    clauses=[PAYMENTS.at("userInitiatedPay, resultStatus")],
    text="After U the server asks again, until Alipay+ has decided.",
)
REP_4 = requirement(
    "REP-4",
    SHOULD,
    DERIVED,
    actor=MPP,
    clauses=[PAYMENTS.at("userInitiatedPay, resultStatus")],
    text="A result that is unknown (U) is no failure either: the consumer is told when it is decided.",
)
REP_5 = requirement(
    "REP-5",
    MUST,
    DOCUMENTED,
    actor=MPP,
    clauses=[PAYMENTS.at("userInitiatedPay, codeValue and customerId")],
    text="A code that Alipay+ refuses because it belongs to another customer is not paid.",
)
REP_6 = requirement(
    "REP-6",
    MUST,
    DOCUMENTED,
    actor=MPP_SERVER,
    clauses=[PAYMENTS.at("userInitiatedPay, customerId")],
    text="userInitiatedPay names the customer who scans: each has one customerId, and none has that of another one.",
)
EXP_1 = requirement(
    "EXP-1",
    SHOULD,
    DERIVED,
    actor=MPP,
    clauses=[PAYMENTS.at("userInitiatedPay, paymentExpiryTime")],
    text="An order whose paymentExpiryTime has passed is not paid.",
)


def unknown_at_first(edition: Edition, reading: Reading) -> Iterable[Scenario]:
    """Payments that Alipay+ decides at the second or third question: by the limits, or because it cannot decode."""
    yield from (*WITHIN.values(), *NOT_DECODED.values(), *EXPIRED_MEANWHILE)
    yield from over_decided_late(edition, reading)
    yield from failing_decided_late(edition, reading)
    yield from (*map(a_late_round, BOTH), *AMONG_CALLS)


@case(REP_1, unknown_at_first)
def test_what_is_asked_again_is_the_same(trace: Trace) -> None:
    """After U no other code value and no other customer is asked about than before."""
    of_each_unknown(trace, asks_the_same)


@case(REP_2, [*NEVER_KNOWN.values(), KNOWN_BEFORE, *map(a_late_round, BOTH), *AMONG_CALLS])
def test_what_is_not_known_is_not_told_as_paid(trace: Trace) -> None:
    """While Alipay+ answers U there is no notification of a success, no such result, and no callback that succeeds."""
    of_each_unknown(trace, not_told_as_paid)
    if trace.scenario == KNOWN_BEFORE:
        expect(trace).given(trace.paid(), ABLE)


@case(REP_3, unknown_at_first)
def test_after_an_unknown_result_the_server_asks_again(trace: Trace) -> None:
    """Alipay+ decides in the end, because the server asks again."""
    of_each_unknown(trace, asks_again)


@case(REP_4, [*WITHIN.values(), *NOT_DECODED.values(), *EXPIRED_MEANWHILE, *map(a_late_round, BOTH), *AMONG_CALLS])
def test_what_is_not_known_is_not_told_as_failed(trace: Trace) -> None:
    """If Alipay+ decides in the end, the consumer sees no result before that."""
    of_each_unknown(trace, told_when_decided)


@case(REP_5, [TAKEN])
def test_what_belongs_to_another_customer_is_not_paid(trace: Trace) -> None:
    """The second customer is neither told of a success nor notified as the one who has paid."""
    expect(trace, 0).reached(UserInitiatedPayAnswer, action_type=HANDLE_BY_PSP, result_status="S")
    # Whoever knows the code, and asks Alipay+ no more, has to refuse it by itself.
    asked = expect(trace, 1).reached(Scan).none(ServerAnswer, payment_status="S").none(ResultPage, status="S")
    asking = (event.message for event in trace.of(1) if isinstance(event.message, UserInitiatedPay | Scan))
    for customer in sorted({message.customer_id for message in asking}):
        expect(trace).none(NotifyPayment, customer_id=customer, result_status="S")
    asked.given(trace.paid(0), ABLE)


@case(
    REP_6,
    [
        made(code)
        for code in BOTH
        for made in (together, mixed, paid_and_unpaid, customers_in_turn, a_round, a_late_round)
    ],
    [*AMONG_CALLS, BEHIND_ONE_CODE],
)
def test_every_customer_is_asked_about_under_an_id_of_their_own(trace: Trace) -> None:
    """A code that one customer scans is asked about for no other one, and for no id that another one has."""
    scanned = {event.payment: event.message.customer_id for event in trace.events if isinstance(event.message, Scan)}
    calls = [(event.payment, event.message) for event in trace.events if isinstance(event.message, UserInitiatedPay)]
    expect(trace).reached(Scan).given(bool(calls), "Alipay+ to be asked")
    for index, customer in scanned.items():
        asked_before = {call.customer_id for at, call in calls if at < index and scanned[at] != customer}
        for other in sorted((asked_before | set(scanned.values())) - {customer}):
            asked = expect(trace, index).none(UserInitiatedPay, customer_id=other)
            if any(getattr(event.message, "customer_id", "") == other for event in trace.of(index)):
                asked.none(NotifyPayment, customer_id=other)


LOST = [*UNVERIFIED, *UNSIGNED, *NO_ANSWERS]
"""Where Alipay+ says nothing that can be believed: it may be asked again."""


def scanning_again(edition: Edition, reading: Reading) -> list[Scenario]:
    """Wherever a customer scans a second time, the same code or another one."""
    alone = [held for code in BOTH for held in not_decoded(code)]
    found = distinct(alone, going_on(edition, reading), stopping(edition, reading), SCANNED_TWICE)
    return [held for held in found if len({payment.customer for payment in held.payments}) < len(held.payments)]


@case(REP_6, scanning_again, LOST)
def test_a_customer_keeps_their_id(trace: Trace) -> None:
    """Whoever scans again is asked about for the id that they were asked about for at first."""
    scanned = {event.payment: event.message.customer_id for event in trace.events if isinstance(event.message, Scan)}
    calls = [(event.payment, event.message) for event in trace.events if isinstance(event.message, UserInitiatedPay)]
    first: dict[str, str] = {}
    expect(trace).reached(Scan).given(bool(calls), "Alipay+ to be asked")
    for index, call in calls:
        named = first.setdefault(scanned[index], call.customer_id)
        expect(trace, index).none_but(UserInitiatedPay, customer_id=(named,))


@case(EXP_1, map(paid_then_overdue, BOTH))
def test_an_overdue_order_is_not_paid(trace: Trace) -> None:
    """No payment is taken for an order after its time."""
    asked = expect(trace, 1).reached(UserInitiatedPayAnswer, action_type=HANDLE_BY_PSP, result_status="S")
    asked.none(NotifyPayment, result_status="S").none(ServerAnswer, payment_status="S").none(ResultPage, status="S")
    expect(trace).given(trace.paid(), ABLE)


def of_each_unknown(trace: Trace, question: Callable[[Trace, int], None]) -> None:
    """Each payment that Alipay+ answers U at first; one that came to no question is left to the others.

    One that begins a conversation, or comes second in it, must have come to one.
    """
    begun = {event.payment for event in trace.events if isinstance(event.message, UserInitiatedPayAnswer)}
    late = [index for index, payment in enumerate(trace.scenario.payments) if payment.unknown] or [0]
    expect(trace).reached(Scan)
    for index in late:
        if index in begun or index == late[0] <= 1:
            question(trace, index)


def not_told_as_paid(trace: Trace, payment: int) -> None:
    """Nobody is told of a success of this payment before Alipay+ has decided."""
    asked = expect(trace.until_decided(payment), payment).reached(UserInitiatedPayAnswer, result_status="U")
    asked.none(NotifyPayment, result_status="S").none(ServerAnswer, payment_status="S")
    asked.none(ResultPage, status="S").none(DecodeCallback, outcome="success")


def asks_the_same(trace: Trace, payment: int) -> None:
    """The code value and the customer of the first question."""
    asked = expect(trace, payment).reached(UserInitiatedPayAnswer, result_status="U")
    before = asked_before_unknown(trace, payment)
    asked.given(bool(before), "the server to have asked before it was answered")
    codes, customers = zip(*((call.code_value, call.customer_id) for call in before), strict=True)
    asked.none_but(UserInitiatedPay, code_value=codes, customer_id=customers)
    calls = sum(isinstance(event.message, UserInitiatedPay) for event in trace.of(payment))
    ends = calls > len(before) or trace.acted_on(payment)
    asked.given(ends, "the server to ask again, or the payment to come to an end")


def asks_again(trace: Trace, payment: int) -> None:
    """Alipay+ comes to decide on this payment."""
    asked = expect(trace, payment).reached(UserInitiatedPayAnswer, result_status="U")
    asked.some(UserInitiatedPayAnswer, action_type=SOME_TEXT)


def told_when_decided(trace: Trace, payment: int) -> None:
    """The decision on this payment comes before its result page, where there is one."""
    asked = expect(trace, payment).reached(UserInitiatedPayAnswer, result_status="U")
    said = [event.message for event in trace.of(payment)]
    decided = [getattr(message, "action_type", None) for message in said if message.by_suite]
    if HANDLE_BY_PSP in decided:
        asked.in_order(UserInitiatedPayAnswer, ResultPage, action_type=SOME_TEXT)


def asked_before_unknown(trace: Trace, payment: int) -> list[UserInitiatedPay]:
    """The requests up to the first answer that was ``U``."""
    said = [event.message for event in trace.of(payment)]
    first = next(place for place, message in enumerate(said) if getattr(message, "result_status", "") == "U")
    return [message for message in said[:first] if isinstance(message, UserInitiatedPay)]
