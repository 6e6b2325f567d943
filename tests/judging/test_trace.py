"""Plain questions to a trace: payloads, results, and whether a payment was taken."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from mpp_conformance.judging.trace import BROKEN, ENDED, WAITED, Event, Half, Trace
from mpp_conformance.protocol.messages import (
    APP_LINK,
    GATEWAY,
    HANDLE_BY_PSP,
    HANDLE_BY_SDK,
    PAGES,
    USER,
    CashierPage,
    Decode,
    DecodeCallback,
    HandleAction,
    IdentifyCode,
    IdentifyCodeAnswer,
    Malformed,
    Message,
    NotifyPayment,
    NotifyPaymentAnswer,
    Order,
    ResultPage,
    Scan,
    ServerAnswer,
    Sighting,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios.scenario import FUNDED, ORDER, UNFUNDED, Codes, Payment, Scenario

_ORDER = Order(
    payment_request_id="p1", amount="1000", pay_to_amount="643", pay_to_currency="MYR", code_type="OrderCode"
)
_TO_PAY = UserInitiatedPayAnswer(
    result_status="S", result_code="SUCCESS", result_message="", action_type=HANDLE_BY_PSP, order=_ORDER
)
_NOT_DECODED = UserInitiatedPayAnswer(
    result_status="F", result_code="ORDER_IS_CLOSED", result_message="", action_type=HANDLE_BY_PSP
)
_REFUSED = UserInitiatedPayAnswer(result_status="F", result_code="INVALID_CODE", result_message="")


def _stopped(payload: str) -> UserInitiatedPayAnswer:
    return UserInitiatedPayAnswer(
        result_status="F",
        result_code="X",
        result_message="",
        action_type=HANDLE_BY_SDK,
        sdk_action_payload=payload,
    )


def _handed(payload: str | None) -> ServerAnswer:
    return ServerAnswer(action_type=HANDLE_BY_SDK, sdk_action_payload=payload)


def _notified(status: str) -> NotifyPayment:
    return NotifyPayment(payment_request_id="p1", result_status=status, result_code="", result_message="")


def _trace(
    *messages: Message, app_link: bool = True, customer: str = FUNDED, payments: Sequence[int] | None = None
) -> Trace:
    places = payments or [0] * len(messages)
    codes = Codes(scanned="c", decoded="c", page_id="c", order_id="c", tag="t")
    return Trace(
        scenario=Scenario(payments=(Payment(code=ORDER, customer=customer),) * 2),
        codes=(codes, codes),
        events=tuple(
            Event(number=number, payment=place, message=message)
            for number, (place, message) in enumerate(zip(places, messages, strict=True), start=1)
        ),
        ending=ENDED,
        app_link=app_link,
    )


def test_a_payment_has_its_own_events_in_order() -> None:
    """The events of interleaved payments are told apart and keep their order."""
    trace = _trace(_stopped("a"), _stopped("b"), _handed("b"), _handed("a"), payments=[0, 1, 1, 0])

    assert [[event.number for event in trace.of(payment)] for payment in (0, 1)] == [[1, 4], [2, 3]]
    assert [(trace.payload(payment), trace.handed(payment)) for payment in (0, 1)] == [("a", "a"), ("b", "b")]


def test_events_of_a_kind_are_those_of_their_payment_in_order() -> None:
    """However often it is asked, and whatever was asked before; a part of the conversation is asked anew."""
    trace = _trace(_stopped("a"), _stopped("b"), _handed("b"), _handed("a"), _handed("c"), payments=[0, 1, 1, 0, 0])

    for _ in range(2):
        told = [[event.number for event in trace.of_kind(payment, ServerAnswer)] for payment in (0, 1, 2)]
        assert told == [[4, 5], [3], []]
    assert [event.number for event in trace.alone(1).of_kind(0, UserInitiatedPayAnswer)] == [2]
    assert trace.answered(HANDLE_BY_SDK) == (0, 1)
    assert trace.alone(1).answered(HANDLE_BY_SDK) == (0,)


def test_a_refused_call_gives_no_payload() -> None:
    """The payload is that of the answer with a decision, also when a refusal came first; without one there is none."""
    assert _trace(_handed("early"), _REFUSED, _stopped("a")).payload() == "a"
    assert _trace(_REFUSED).payload() is None


@pytest.mark.parametrize(
    ("app_link", "messages", "expected"),
    [
        (True, [_stopped("given"), _handed("changed")], "changed"),
        (True, [_stopped("given"), _handed(None)], None),
        (True, [_stopped("given")], None),
        (True, [_stopped("given"), ServerAnswer(payment_status="F"), _handed("late")], "late"),
        (True, [_stopped("given"), _handed(None), ServerAnswer(sdk_action_payload="after")], "after"),
        (True, [_stopped("given"), _handed(None), _handed("again")], "again"),
        (True, [_stopped("given"), ServerAnswer(sdk_action_payload="alone")], None),
        (False, [_stopped("given"), _handed("changed")], "given"),
        (False, [_stopped("given")], "given"),
    ],
)
def test_the_client_was_handed_what_the_app_link_shows(
    *, app_link: bool, messages: list[Message], expected: str | None
) -> None:
    """With an app link the server's report counts, even if it says less; without one, what Alipay+ gave."""
    assert expected == _trace(*messages, app_link=app_link).handed()


@pytest.mark.parametrize(
    ("app_link", "customer", "messages", "expected"),
    [
        (True, FUNDED, [_TO_PAY, ServerAnswer(payment_status="S")], "S"),
        (True, FUNDED, [_TO_PAY, ServerAnswer(action_type=HANDLE_BY_PSP), ServerAnswer(payment_status="F")], "F"),
        (True, FUNDED, [_TO_PAY, ServerAnswer(action_type=HANDLE_BY_PSP), _notified("S")], None),
        (True, UNFUNDED, [_TO_PAY], None),
        (True, FUNDED, [_TO_PAY, ServerAnswer(payment_status="F"), ServerAnswer(payment_status="S")], "S"),
        (True, FUNDED, [_TO_PAY, ServerAnswer(payment_status="S"), ServerAnswer(payment_status="F")], None),
        (True, FUNDED, [_TO_PAY, ServerAnswer(payment_status="S"), ServerAnswer(payment_status="S")], "S"),
        (False, FUNDED, [_TO_PAY, _notified("S")], "S"),
        (False, UNFUNDED, [_TO_PAY, _notified("S")], "S"),
        (False, FUNDED, [_TO_PAY, _notified("F"), ResultPage(status="S")], "F"),
        (False, FUNDED, [_TO_PAY, ResultPage(status="S")], None),
        (False, FUNDED, [_NOT_DECODED, ResultPage(status="S")], "F"),
        (False, FUNDED, [_REFUSED], None),
        (False, UNFUNDED, [_TO_PAY, ResultPage(status="F")], "F"),
        (False, UNFUNDED, [_TO_PAY, ResultPage(status="S")], None),
    ],
)
def test_the_result_is_what_the_client_was_surely_handed(
    *, app_link: bool, customer: str, messages: list[Message], expected: str | None
) -> None:
    """Where nobody can know what the client was handed, there is no result to hold it to."""
    assert expected == _trace(*messages, app_link=app_link, customer=customer).result()


@pytest.mark.parametrize(("notified", "expected"), [("F", "F"), ("S", None)])
def test_an_order_that_failed_has_failed_when_its_code_is_scanned_again(notified: str, expected: str | None) -> None:
    """Without an app link; of one that was paid nobody knows what the second scan is told."""
    made = _trace(_notified(notified), ResultPage(status="S"), app_link=False, payments=[0, 1])
    again = replace(made.scenario, payments=(made.scenario.payments[0], replace(made.scenario.payments[1], again=True)))
    assert expected == replace(made, scenario=again).result(1)


_DECLINED, _PAID = ServerAnswer(payment_status="F"), ServerAnswer(payment_status="S")
_FAILURE, _SUCCESS = ResultPage(status="F"), ResultPage(status="S")
_CASHIER, _NOTICE = CashierPage(), _notified("S")
_THANKS = NotifyPaymentAnswer(result_status="S", result_code="SUCCESS", result_message="")
_TWO, _ALL_THREE = {APP_LINK, USER}, {APP_LINK, GATEWAY, USER}


@pytest.mark.parametrize(
    ("app_link", "messages", "left", "chosen"),
    [
        (True, [_DECLINED, _PAID, _SUCCESS], [_PAID, _SUCCESS], {APP_LINK}),
        (True, [_DECLINED, _FAILURE, _PAID, _SUCCESS], [_PAID, _SUCCESS], {APP_LINK, USER}),
        (True, [_FAILURE, _DECLINED, _PAID], [_FAILURE, _PAID], {APP_LINK, USER}),
        (True, [_DECLINED, _PAID, _FAILURE], [_PAID, _FAILURE], {APP_LINK, USER}),
        (True, [_FAILURE, _PAID], [_FAILURE, _PAID], {APP_LINK, USER}),
        (True, [_FAILURE, _CASHIER, _PAID], [_CASHIER, _PAID], {APP_LINK, USER}),
        (True, [_CASHIER, _FAILURE, _PAID, _CASHIER], [_CASHIER, _FAILURE, _PAID, _CASHIER], {APP_LINK, USER}),
        (True, [_PAID, _DECLINED], [_PAID, _DECLINED], {APP_LINK}),
        (True, [_DECLINED, _FAILURE], [_DECLINED, _FAILURE], set()),
        (False, [_FAILURE, _SUCCESS], [_SUCCESS], {APP_LINK, USER}),
        (False, [_NOTICE, _FAILURE, _SUCCESS], [_NOTICE, _SUCCESS], {APP_LINK, USER}),
        (False, [_NOTICE, _THANKS, _FAILURE, _SUCCESS], [_NOTICE, _THANKS, _FAILURE, _SUCCESS], _ALL_THREE),
        (False, [_NOTICE, _THANKS, _FAILURE, _CASHIER, _SUCCESS], [_NOTICE, _THANKS, _CASHIER, _SUCCESS], _TWO),
        (False, [_FAILURE, _NOTICE, _THANKS, _SUCCESS], [_NOTICE, _THANKS, _SUCCESS], _TWO),
        (False, [_SUCCESS, _FAILURE], [_SUCCESS, _FAILURE], {APP_LINK, USER}),
        (False, [_FAILURE], [_FAILURE], set()),
    ],
)
def test_the_end_is_what_the_last_card_comes_to(
    *, app_link: bool, messages: list[Message], left: list[Message], chosen: frozenset[str] | set[str]
) -> None:
    """A failure that a success follows was none of the payment's, nor was its page where the payment went on."""
    made = _trace(*messages, app_link=app_link).in_the_end()

    assert left == [event.message for event in made.events]
    assert chosen == made.chosen


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([_TO_PAY], False),
        ([_TO_PAY, _notified("S")], True),
        ([_TO_PAY, _notified("F"), _notified("S")], True),
        ([_TO_PAY, _notified("F"), ResultPage(status="S")], False),
        ([_TO_PAY, ServerAnswer(payment_status="S")], True),
        ([_TO_PAY, ResultPage(status="S")], True),
        ([_TO_PAY, ServerAnswer(payment_status="F"), ResultPage(status="F")], False),
    ],
)
def test_a_payment_is_taken_as_the_mpp_says(*, messages: list[Message], expected: bool) -> None:
    """What Alipay+ is notified of goes before what the client or the consumer is told."""
    assert expected == _trace(*messages).paid()


@pytest.mark.parametrize(
    ("app_link", "messages", "expected"),
    [
        (True, [_stopped("a"), HandleAction(sdk_action_payload="a")], True),
        (True, [_stopped("a"), DecodeCallback(callback="cb", outcome="success")], True),
        (True, [_TO_PAY, _notified("S"), ResultPage(status="S")], True),
        (True, [_TO_PAY, ServerAnswer(payment_status="S"), ResultPage(status="S")], False),
        (True, [_TO_PAY, ResultPage(status="S"), ServerAnswer(payment_status="S")], False),
        (True, [_TO_PAY, _notified("S")], False),
        (False, [_TO_PAY, ResultPage(status="S")], False),
        (False, [_TO_PAY], False),
    ],
)
def test_a_hand_over_is_missed_where_it_was_claimed(*, app_link: bool, messages: list[Message], expected: bool) -> None:
    """A client that acts has been handed something, which a wallet with an app link reports, early or late."""
    elsewhere = _trace(ResultPage(status="S"), *messages, app_link=app_link, payments=[1] + [0] * len(messages))

    assert [expected, expected] == [_trace(*messages, app_link=app_link).unreported(), elsewhere.unreported(0)]


def _identified(status: str) -> list[Message]:
    return [IdentifyCode(code_value="c"), IdentifyCodeAnswer(result_status=status, result_code="", result_message="")]


_UNREAD = Malformed(where=GATEWAY, operation="IdentifyCode", problem="customerId: is empty")


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([], False),
        (_identified("S"), False),
        (_identified("F"), True),
        (_identified("U"), True),
        ([*_identified("F"), *_identified("S")], False),
        ([_UNREAD], True),
        ([_UNREAD, *_identified("S")], False),
        ([replace(_UNREAD, operation="NotifyPayment")], False),
        ([_REFUSED], False),
    ],
)
def test_a_code_is_unidentified_where_alipay_plus_was_asked_in_vain(*, messages: list[Message], expected: bool) -> None:
    """Whoever asks nobody, or is told at last, knows what the code is."""
    elsewhere = _trace(*_identified("F"), *messages, payments=[1, 1] + [0] * len(messages))
    assert [expected, expected] == [_trace(*messages).unidentified(), elsewhere.unidentified(0)]


def test_the_callback_is_the_one_that_decode_gave() -> None:
    """The first call of decode at a payment names the callback; without a call there is none."""
    calls = [Decode(code_value="c", callback=name) for name in ("cb-1", "cb-2")]
    trace = _trace(_TO_PAY, _TO_PAY, *calls, payments=[0, 1, 1, 1])

    assert (trace.callback(), trace.callback(1)) == (None, "cb-1")


def test_times_and_notes_make_no_other_trace() -> None:
    """The same conversation over another connector, or at another time, is an equal one."""
    event = Event(number=1, payment=0, message=_TO_PAY)
    assert (event.at, event.notes, event.http) == (0.0, (), ())
    carried = (Half(method="POST", target="/pay", body=b"{}"),)
    noted = Event(number=1, payment=0, message=_TO_PAY, at=1.5, notes=(("encoding", "base64"),), http=carried)
    trace = Trace(scenario=Scenario(payments=()), codes=(), events=(event,), ending=ENDED)

    assert event == noted
    assert event != Event(number=2, payment=0, message=_TO_PAY)
    assert trace == replace(trace, events=(noted,), began="2026-01-01T00:00:00Z")
    assert "POST" not in repr(noted)


def test_half_of_an_exchange_is_a_request_unless_it_has_a_status() -> None:
    """What was not on the wire is empty; bytes that somebody else chose are not printed."""
    half = Half(method="POST", target="/pay")
    assert (half.status, half.headers, half.body) == (None, (), b"")
    assert "secret" not in repr(Half(method="POST", target="/pay", body=b"secret"))


def test_a_header_is_found_however_it_is_spelled() -> None:
    """The first of a name counts; of a name that is not there nothing is known."""
    half = Half(method="POST", target="/pay", headers=(("X-One", "1"), ("x-TWO", "2"), ("X-Two", "3")))
    assert [half.header(name) for name in ("x-one", "X-TWO", "x-three")] == ["1", "2", None]


def test_the_size_of_an_exchange_is_that_of_all_its_parts() -> None:
    """Target, headers and body count, with what each of them holds."""
    half = Half(method="POST", target="/pay", headers=(("ab", "cde"), ("f", "")), body=b"1234567")
    assert half.size == 4 + 2 + 3 + 1 + 7


@pytest.mark.parametrize("late", [0, 1, 2, 3])
def test_a_conversation_in_time_is_without_what_came_when_it_was_over(late: int) -> None:
    """The last events are left out, and nothing is late any more; nothing else is another."""
    whole = replace(_trace(_TO_PAY, _handed("x"), _notified("S")), late=late, trouble="t", began="now")
    assert whole.in_time == replace(whole, events=whole.events[: 3 - late], late=0)
    assert (whole.in_time.late, whole.in_time.began) == (0, "now")


def test_nothing_is_late_that_nobody_says_came_late() -> None:
    """A trace is one that was over when its last event came."""
    assert _trace(_TO_PAY).late == 0


def test_an_ending_is_written_in_a_word() -> None:
    """Evidence of earlier runs is read by these very words; nothing is said of trouble where there was none."""
    trace = Trace(scenario=Scenario(payments=()), codes=(), events=(), ending=ENDED)

    assert (ENDED, WAITED, BROKEN) == ("ended", "waited", "broken")
    assert (trace.trouble, trace.app_link, trace.began) == ("", True, "")


def test_what_holds_for_a_conversation_holds_for_each_part_of_it() -> None:
    """Whoever looks at one payment, or at what came before a decision, knows of a late suite and of a person."""
    scan, asked = Scan(code_value="c", customer_id="u"), UserInitiatedPay(code_value="c", customer_id="u")
    seen = Sighting(page=PAGES[0], person="one")
    whole = _trace(scan, seen, scan, asked, _TO_PAY, payments=[0, 0, 1, 1, 1]).late_by(0.7)
    parts = [whole.alone(1), whole.until_decided(1), whole.since_decided(1), whole.readable(), whole.in_time]

    assert [("0.70 s", True)] * len(parts) == [(part.lagged, part.by_hand) for part in parts]
