"""What Alipay+ asks of an MPP server by itself: when it asks, and what a conforming MPP answers."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pytest

from mpp_conformance.judging.trace import ENDED, WAITED, Trace
from mpp_conformance.peers.alipay_plus import payment_request_id
from mpp_conformance.protocol.messages import (
    CancelPayment,
    CancelPaymentAnswer,
    CashierPage,
    InquiryPayment,
    InquiryPaymentAnswer,
    Malformed,
    Message,
    NotifyPayment,
    ResultPage,
    Scan,
)
from mpp_conformance.scenarios.scenario import (
    CANCEL,
    ENTRY,
    FUNDED,
    INQUIRE,
    LAST,
    NEXT,
    ORDER,
    PAYING,
    UNFUNDED,
    Call,
    Payment,
    Scenario,
    handle_by_psp,
    handle_by_sdk,
    one,
)
from mpp_conformance.specimens import CONFORMING
from mpp_conformance.specimens.conforming import ConformingMpp, Handed, Say, Session
from mpp_conformance.transport.connectors.direct import DirectConnector
from mpp_conformance.wallet import reference

_PAID: Final = Payment(code=ORDER, answer=handle_by_psp())
_CALLS: Final = (InquiryPayment, CancelPayment)
_NOTICES: Final = (InquiryPayment, InquiryPaymentAnswer, CancelPayment, CancelPaymentAnswer, NotifyPayment, CashierPage)


def held(payment: Payment, *calls: Call, specimen: type[ConformingMpp] = ConformingMpp) -> Trace:
    """A conversation about one payment, and calls about it."""
    profile = replace(reference().profile, app_link=specimen.app_link)
    return DirectConnector(specimen(profile), profile).converse(one("called", replace(payment, calls=calls)))


def said(trace: Trace, kind: type[Message]) -> list[Message]:
    """The messages of a kind."""
    return [event.message for event in trace.events if isinstance(event.message, kind)]


def several(*calls: tuple[Call, ...], then: Payment = _PAID) -> Trace:
    """A conversation of as many payments, each with its calls; ``then``: the last of them."""
    profile = replace(reference().profile, app_link=True)
    payments = [replace(_PAID, calls=each) for each in calls[:-1]] + [replace(then, calls=calls[-1])]
    return DirectConnector(ConformingMpp(profile), profile).converse(Scenario(label="", payments=tuple(payments)))


def gist(trace: Trace) -> list[str]:
    """What was said between MPP server and Alipay+ about a payment that was let go, in order."""
    return [event.message.name for event in trace.events if isinstance(event.message, _NOTICES)]


def told(trace: Trace) -> list[tuple[str, str | None, str | None]]:
    """Status of the call, status and code of the payment, as inquiries were answered."""
    return [
        (answer.result_status, answer.payment_status, answer.payment_code)
        for answer in said(trace, InquiryPaymentAnswer)
        if isinstance(answer, InquiryPaymentAnswer)
    ]


# --- when ---------------------------------------------------------------------------------------------------------


def test_alipay_plus_asks_when_the_payment_is_over() -> None:
    """One question after the other, the first when all has come that was awaited of the payment."""
    trace = held(_PAID, Call(what=INQUIRE), Call(what=CANCEL))

    assert [event.message.name for event in trace.events][-5:] == [
        "ResultPage",
        "InquiryPayment",
        "InquiryPaymentAnswer",
        "CancelPayment",
        "CancelPaymentAnswer",
    ]
    assert trace.ending == ENDED


@pytest.mark.parametrize("customer", [FUNDED, UNFUNDED])
def test_a_page_of_failure_ends_the_payment_of_whoever_cannot_pay(customer: str) -> None:
    """Whoever can pay may try another card, and is asked about when a success was notified."""
    trace = held(
        replace(_PAID, customer=customer), Call(what=INQUIRE), specimen=CONFORMING["first-card-declined-on-a-page"]
    )

    assert gist(trace) == ["CashierPage", "NotifyPayment", "InquiryPayment", "InquiryPaymentAnswer"]
    assert trace.ending == ENDED


def test_alipay_plus_asks_while_the_cashier_page_is_open() -> None:
    """The MPP is asked before the consumer has confirmed."""
    trace = held(_PAID, Call(what=INQUIRE, when=PAYING))

    assert gist(trace) == ["CashierPage", "InquiryPayment", "InquiryPaymentAnswer", "NotifyPayment"]


def test_alipay_plus_asks_while_the_cashier_page_of_the_next_payment_is_open() -> None:
    """The next payment begins although a call is to come yet; what comes after that call does not wait for its end."""
    trace = several((Call(what=CANCEL, when=NEXT), Call(what=INQUIRE)), ())

    after = next(event.number for event in trace.of(1) if isinstance(event.message, CashierPage))
    assert [(event.payment, event.message.name) for event in trace.events[after : after + 5]] == [
        (0, "CancelPayment"),
        (0, "CancelPaymentAnswer"),
        (0, "InquiryPayment"),
        (0, "InquiryPaymentAnswer"),
        (1, "NotifyPayment"),
    ]
    assert trace.ending == ENDED


def test_what_waits_for_the_next_payment_comes_in_the_end_where_that_is_not_to_be_paid() -> None:
    """No conversation waits for a cashier page that there is no reason to show."""
    trace = several((Call(what=INQUIRE, when=NEXT),), (), then=Payment(code=ORDER, answer=handle_by_sdk()))

    assert [event.message.name for event in trace.events][-2:] == ["InquiryPayment", "InquiryPaymentAnswer"]
    assert trace.ending == ENDED


def test_an_inquiry_may_be_about_another_payment() -> None:
    """An earlier one, or a later one that has begun, by its own paymentRequestId; it is no call about the own order."""
    earlier, later = Call(what=INQUIRE, about=-1), Call(what=INQUIRE, about=1, when=LAST)
    trace = several((later,), (earlier,))

    ids = [payment_request_id(codes) for codes in trace.codes]
    asked = [(event.payment, event.message) for event in trace.events if isinstance(event.message, InquiryPayment)]
    assert [(at, message.payment_request_id) for at, message in asked] == [(1, ids[0]), (0, ids[1])]
    assert not any(call.is_own for call in (earlier, later))


def test_without_a_cashier_page_the_notification_shows_that_the_order_is_known() -> None:
    """An MPP that does not report its cashier page is asked while it notifies."""
    trace = held(_PAID, Call(what=INQUIRE, when=PAYING), specimen=CONFORMING["no-cashier-page-reported"])

    assert gist(trace) == ["NotifyPayment", "InquiryPayment", "InquiryPaymentAnswer"]


def test_what_is_asked_at_last_waits_for_every_payment() -> None:
    """About the first payment first, one call at a time, when nothing is awaited of any payment any more."""
    last = Call(what=INQUIRE, when=LAST)
    trace = several((last, replace(last, what=CANCEL)), (Call(what=INQUIRE), last))

    calls = [(event.payment, event.message.name) for event in trace.events if isinstance(event.message, _CALLS)]
    scans = [event.number for event in trace.events if isinstance(event.message, Scan)]
    asked = [event.number for event in trace.events if isinstance(event.message, InquiryPayment)]
    assert calls == [(1, "InquiryPayment"), (0, "InquiryPayment"), (0, "CancelPayment"), (1, "InquiryPayment")]
    assert max(scans) < min(asked)
    assert trace.ending == ENDED


def test_a_call_is_about_the_order_or_about_none() -> None:
    """It bears the paymentRequestId of userInitiatedPay, or one that nobody has heard of."""
    trace = held(_PAID, Call(what=INQUIRE), Call(what=INQUIRE, strange=True))

    known, strange = (getattr(call, "payment_request_id", "") for call in said(trace, InquiryPayment))
    assert known == payment_request_id(trace.codes[0])
    assert (len(strange), strange != known, strange[:10]) == (len(known), True, known[:10])


def test_an_mpp_server_that_does_not_answer_is_noted() -> None:
    """That nothing came stands in the record, and Alipay+ goes on to ask the next."""

    class Deaf(ConformingMpp):
        """Serves nothing."""

        def hear(self, session: str, message: Message) -> Iterator[Say]:
            """Nothing."""
            return iter(()) if isinstance(message, InquiryPayment) else super().hear(session, message)

    trace = held(_PAID, Call(what=INQUIRE), Call(what=CANCEL), specimen=Deaf)
    (noted,) = said(trace, Malformed)
    assert (getattr(noted, "where", ""), getattr(noted, "operation", "")) == ("GATEWAY", "InquiryPaymentAnswer")
    assert (gist(trace)[-2:], trace.ending) == (["CancelPayment", "CancelPaymentAnswer"], ENDED)


def test_the_next_payment_waits_for_the_calls_about_the_one_before() -> None:
    """Payments in turn begin when everything about the one before has been said."""
    profile = reference().profile
    scenario = Scenario(payments=(replace(_PAID, calls=(Call(what=INQUIRE),)), _PAID))
    trace = DirectConnector(ConformingMpp(profile), profile).converse(scenario)

    names = [event.message.name for event in trace.events]
    assert names.index("InquiryPaymentAnswer") + 1 == len(names) - 1 - names[::-1].index("Scan")
    assert trace.ending == ENDED


def test_what_is_left_to_the_sdk_can_be_asked_about_as_well() -> None:
    """No order was placed for the MPP, so it knows of none."""
    trace = held(Payment(code=ORDER, answer=handle_by_sdk()), Call(what=INQUIRE))

    assert told(trace) == [("F", None, None)]


# --- what a conforming MPP answers --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payment", "expected"),
    [
        (_PAID, ("S", "S", "SUCCESS")),
        (replace(_PAID, customer=UNFUNDED), ("S", "F", "USER_BALANCE_NOT_ENOUGH")),
        (replace(_PAID, expired=True), ("S", "F", "ORDER_IS_CLOSED")),
    ],
)
def test_an_inquiry_tells_how_the_payment_ended(payment: Payment, expected: tuple[str, str, str]) -> None:
    """Paid, not paid, or not to be paid any more; asked again, the same."""
    assert told(held(payment, Call(what=INQUIRE), Call(what=INQUIRE))) == [expected, expected]


def test_an_inquiry_comes_before_the_result() -> None:
    """While the cashier page is open nothing is known yet."""
    trace = held(_PAID, Call(what=INQUIRE, when=PAYING), Call(what=INQUIRE))

    assert told(trace) == [("S", "U", "PAYMENT_IN_PROCESS"), ("S", "S", "SUCCESS")]


@pytest.mark.parametrize("code", [ORDER, ENTRY])
@pytest.mark.parametrize("specimen", CONFORMING.values(), ids=CONFORMING.keys())
def test_every_conforming_mpp_cancels_whatever_was_paid(code: str, specimen: type[ConformingMpp]) -> None:
    """A payment that was taken is closed, and stays so."""
    calls = (Call(what=CANCEL), Call(what=INQUIRE), Call(what=CANCEL))
    trace = held(replace(_PAID, code=code), *calls, specimen=specimen)

    answers = said(trace, CancelPaymentAnswer)
    assert [getattr(answer, "result_status", None) for answer in answers] == ["S", "S"]
    assert told(trace) == [("S", "F", "ORDER_IS_CLOSED")]
    assert trace.ending == ENDED


def test_a_failure_may_be_notified_after_alipay_plus_has_asked() -> None:
    """The page ends the payment: Alipay+ asks, is told that nothing is known yet, and hears of the failure later."""
    failed = replace(_PAID, customer=UNFUNDED)
    trace = held(failed, Call(what=INQUIRE), specimen=CONFORMING["failures-told-late"])

    assert gist(trace) == ["CashierPage", "InquiryPayment", "InquiryPaymentAnswer", "NotifyPayment"]
    assert told(trace) == [("S", "U", "PAYMENT_IN_PROCESS")]
    assert [getattr(notice, "result_status", None) for notice in said(trace, NotifyPayment)] == ["F"]
    assert trace.ending == ENDED


def test_what_is_cancelled_at_the_cashier_page_is_not_paid() -> None:
    """The consumer confirms too late, and is told so."""
    trace = held(_PAID, Call(what=CANCEL, when=PAYING))

    assert [getattr(page, "error_code", None) for page in said(trace, ResultPage)] == ["ORDER_IS_CLOSED"]
    assert [getattr(notice, "result_status", None) for notice in said(trace, NotifyPayment)] == ["F"]


@pytest.mark.parametrize("what", [INQUIRE, CANCEL])
def test_an_order_that_nobody_knows_is_told_for_one(what: str) -> None:
    """Neither is there anything to tell of it nor to take back."""
    (answer,) = said(
        held(_PAID, Call(what=what, strange=True)), InquiryPaymentAnswer if what == INQUIRE else CancelPaymentAnswer
    )
    assert getattr(answer, "result_code", None) == "ORDER_NOT_EXIST"


def test_a_call_that_is_not_signed_changes_nothing() -> None:
    """A forged cancellation is refused, and the payment stays paid."""
    trace = held(
        _PAID, Call(what=CANCEL, signature="invalid"), Call(what=INQUIRE, signature="missing"), Call(what=INQUIRE)
    )

    assert [getattr(answer, "result_code", None) for answer in said(trace, CancelPaymentAnswer)] == [
        "INVALID_SIGNATURE"
    ]
    assert told(trace) == [("F", None, None), ("S", "S", "SUCCESS")]


# --- one code scanned twice ---------------------------------------------------------------------------------------


def twice(customer: str = "funded", specimen: type[ConformingMpp] = ConformingMpp) -> Trace:
    """A code is scanned and paid, and scanned again."""
    profile = reference().profile
    payments = (_PAID, replace(_PAID, again=True, customer=customer))
    return DirectConnector(specimen(profile), profile).converse(Scenario(payments=payments))


def test_a_code_that_was_paid_is_not_paid_again() -> None:
    """The same customer gets the same answer, and an MPP sees by its order that it has been paid."""
    trace = twice()

    assert trace.codes[0] == trace.codes[1]
    assert [
        len([event for event in trace.of(index) if event.message.name == "UserInitiatedPay"]) for index in (0, 1)
    ] == [
        1,
        1,
    ]
    assert len(said(trace, NotifyPayment)) == 1
    assert [getattr(page, "status", None) for page in said(trace, ResultPage)] == ["S", "S"]
    assert trace.ending == ENDED


def test_another_customer_is_refused_what_was_paid() -> None:
    """Alipay+ compares the customer."""
    trace = twice("second")

    pages = said(trace, ResultPage)
    assert [getattr(page, "error_code", None) for page in pages] == [None, "REPEAT_REQ_INCONSISTENT"]
    assert (len(said(trace, NotifyPayment)), trace.ending) == (1, ENDED)


# --- notifications ------------------------------------------------------------------------------------------------


def test_a_notification_whose_fate_is_not_known_is_repeated() -> None:
    """Word by word the same, until Alipay+ has it; each ``U`` is waited out."""
    trace = held(replace(_PAID, notice_unknown=2))
    notices = said(trace, NotifyPayment)

    assert (len(notices), len(set(notices)), trace.ending) == (3, 1, ENDED)


def test_who_does_not_repeat_it_is_waited_for() -> None:
    """A repetition may be slow to come."""

    class Once(ConformingMpp):
        """Notifies once."""

        def notified(self, *_: object) -> Iterator[Message]:
            """Whatever the answer."""
            return iter(())

    assert held(replace(_PAID, notice_unknown=1), specimen=Once).ending == WAITED


def test_nobody_is_debited_for_an_order_that_has_run_out() -> None:
    """A debit is not even tried."""

    class Debited(ConformingMpp):
        """Cannot debit."""

        def debit(self, session: Session) -> Handed:
            """Nobody."""
            raise AssertionError(session)

    assert [page.status for page in said(held(replace(_PAID, expired=True), specimen=Debited), ResultPage)] == ["F"]  # type: ignore[attr-defined]
