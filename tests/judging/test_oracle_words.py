"""What a judgement says, word by word: it is what a wallet team has to go by."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import pytest

from mpp_conformance.judging.judgement import (
    DEVIATIONS,
    DIFFERENT,
    MISSING,
    OUT_OF_ORDER,
    REPEATED,
    UNEXPECTED,
    Deviation,
    Judgement,
)
from mpp_conformance.judging.oracle import Expectation, expect, judge
from mpp_conformance.judging.patterns import SOME_TEXT
from mpp_conformance.judging.trace import BROKEN, ENDED, Event, Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.protocol.messages import (
    HandleAction,
    Launch,
    Malformed,
    Message,
    ResultPage,
    Scan,
    UserInitiatedPay,
)
from mpp_conformance.scenarios.scenario import ORDER, Codes, Payment, Scenario

Ask = Callable[[Expectation], object]

_SCAN = Scan(code_value="c", customer_id="u")
_UIP = UserInitiatedPay(code_value="c", customer_id="u")
_PAID, _UNPAID = ResultPage(status="S"), ResultPage(status="F", error_code="NO_FUNDS")
_ACTION = HandleAction(sdk_action_payload="payload")
_LAUNCH = Launch(url="https://e.test/123")
_LONG: Final = "https://e.test/" + "x" * 30
_UNREAD_CALL = Malformed(where="GATEWAY", operation="UserInitiatedPay", problem="codeValue is missing")
_UNREAD_PAGE = Malformed(where="USER", operation="ResultPage", problem="not JSON")


def _judged(ask: Ask, messages: Sequence[Message], ending: str = ENDED) -> Judgement:
    """What is said in words."""
    return replace(_drawn(ask, messages, ending), deviation=None)


def _drawn(ask: Ask, messages: Sequence[Message], ending: str = ENDED) -> Judgement:
    """The same, with what a report draws of it."""
    codes = Codes(scanned="c", decoded="c", page_id="c", order_id="c", tag="t")
    trace = Trace(
        scenario=Scenario(payments=(Payment(code=ORDER),)),
        codes=(codes,),
        events=tuple(Event(number=n, payment=0, message=message) for n, message in enumerate(messages, start=1)),
        ending=ending,
        trouble="connection refused" if ending == BROKEN else "",
    )

    def question(found: Trace) -> None:
        ask(expect(found))

    return judge(question, trace)


# --- where nothing can be said --------------------------------------------------------------------------------------

_UNDECIDED: dict[str, tuple[Ask, list[Message], str, str]] = {
    "reached": (
        lambda e: e.reached(Launch, url=_LONG),
        [_SCAN],
        "Launch with url 'https://e.test/xxxxxxxxx'..., before anything can be said about what follows",
        "the payment was never begun: nothing came from the MPP",
    ),
    "given": (
        lambda e: e.given(holds=False, what="the sun to shine"),
        [_SCAN],
        "the sun to shine, before anything can be said about what follows",
        "",
    ),
    "in order": (
        lambda e: e.in_order(ResultPage, HandleAction, status="S", error_code=None),
        [_PAID],
        "both ResultPage with status 'S' and error_code absent and HandleAction",
        "the payment was never begun: userInitiatedPay was not called",
    ),
    "proven in order": (
        lambda e: e.proven_in_order(ResultPage, HandleAction),
        [_ACTION, _PAID],
        "ResultPage before HandleAction, to show when the client knew the payment result",
        "set [features] app_link = true and report server answers to show it otherwise",
    ),
    "no earlier": (
        lambda e: e.no_earlier(UserInitiatedPay, than=Launch),
        [_UIP],
        "Launch, before which no UserInitiatedPay may come",
        "",
    ),
    "shown by": (
        lambda e: e.shown_by(ResultPage, error_code=SOME_TEXT),
        [_PAID],
        "ResultPage with error_code some text to show it, since the wallet does not report its app link",
        "set [features] app_link = true and report server answers to have the server judged by itself",
    ),
    "unreadable": (
        lambda e: e.one(UserInitiatedPay),
        [_UIP, _UNREAD_CALL],
        "every UserInitiatedPay to be readable",
        "one is not: codeValue is missing",
    ),
    "unreadable elsewhere": (
        lambda e: e.one(HandleAction),
        [_SCAN, _UNREAD_CALL, _UNREAD_PAGE],
        "exactly one HandleAction",
        "a report of the adaptor could not be read: not JSON",
    ),
}


@pytest.mark.parametrize("name", _UNDECIDED)
def test_what_cannot_be_decided_says_what_was_waited_for(name: str) -> None:
    """Expected is what would have decided it, seen what came instead, and the hint says how to get there."""
    ask, messages, expected, hint = _UNDECIDED[name]
    seen = ", ".join(message.name for message in messages)
    assert _judged(ask, messages) == Judgement(
        verdict=Verdict.INCONCLUSIVE, expected=expected, seen=seen, hint=hint, events=(), asked=1
    )


def test_a_broken_conversation_decides_nothing_and_says_why() -> None:
    """Whatever is asked of all messages needs the end; the hint is what broke the conversation."""
    broken = Judgement(
        verdict=Verdict.INCONCLUSIVE,
        expected="a conversation that was held to its end",
        seen="Scan",
        hint="connection refused",
        asked=1,
    )
    assert broken == _judged(lambda e: e.none(HandleAction), [_SCAN], BROKEN)
    assert broken == _judged(lambda e: e.one(HandleAction), [_SCAN], BROKEN)


def test_a_failure_in_a_broken_conversation_is_none() -> None:
    """A second call is one too many; but of a conversation that broke off nobody knows what it answered to."""
    assert _judged(lambda e: e.one(HandleAction), [_ACTION, _ACTION], BROKEN) == Judgement(
        verdict=Verdict.INCONCLUSIVE,
        expected="exactly one HandleAction",
        seen="HandleAction, HandleAction",
        hint="connection refused",
        asked=1,
    )


# --- failures -------------------------------------------------------------------------------------------------------

_FAILED: dict[str, tuple[Ask, list[Message], str, str, str]] = {
    "missing": (lambda e: e.one(HandleAction), [_SCAN], "exactly one HandleAction", "no HandleAction", ""),
    "one missing": (
        lambda e: e.one(ResultPage, status="S"),
        [_SCAN],
        "exactly one ResultPage with status 'S'",
        "no ResultPage",
        "",
    ),
    "each missing": (
        lambda e: e.each(ResultPage, status="S"),
        [_SCAN],
        "at least one ResultPage with status 'S'",
        "no ResultPage",
        "",
    ),
    "some missing": (
        lambda e: e.some(ResultPage, status="S"),
        [_SCAN],
        "at least one ResultPage with status 'S'",
        "no ResultPage",
        "",
    ),
    "a later field": (
        lambda e: e.one(ResultPage, status="S", error_code="X"),
        [ResultPage(status="S", error_code="Y")],
        "ResultPage with status 'S' and error_code 'X'",
        "ResultPage with error_code 'Y' (first difference at byte 0: expected 'X', seen 'Y')",
        "",
    ),
    "a short text absent": (
        lambda e: e.one(ResultPage, error_code="HANDLE_BY_SDK"),
        [_PAID],
        "ResultPage with error_code 'HANDLE_BY_SDK'",
        "ResultPage with error_code absent",
        "",
    ),
    "a text absent": (
        lambda e: e.one(HandleAction, sdk_action_payload="a long payload"),
        [HandleAction()],
        "HandleAction with sdk_action_payload 'a long payload'",
        "HandleAction with sdk_action_payload absent",
        "it was dropped on the way",
    ),
    "a text trimmed": (
        lambda e: e.one(HandleAction, sdk_action_payload=" a long payload"),
        [HandleAction(sdk_action_payload="a long payload")],
        "HandleAction with sdk_action_payload ' a long payload'",
        (
            "HandleAction with sdk_action_payload 'a long payload' "
            "(first difference at byte 0: expected ' a long payload', seen 'a long payload')"
        ),
        "it was stripped of white space at its ends",
    ),
    "a text where none should be": (
        lambda e: e.one(ResultPage, error_code=None),
        [_UNPAID],
        "ResultPage with error_code absent",
        "ResultPage with error_code 'NO_FUNDS'",
        "",
    ),
    "neither": (
        lambda e: e.either((Launch, {}), (HandleAction, {"sdk_action_payload": "p"})),
        [_SCAN],
        "Launch or HandleAction with sdk_action_payload 'p'",
        "none of them",
        "",
    ),
    "neither, one seen": (
        lambda e: e.either((ResultPage, {"status": "X"}), (Launch, {"url": "x"})),
        [_PAID],
        "ResultPage with status 'X' or Launch with url 'x'",
        "ResultPage with status 'S' (first difference at byte 0: expected 'X', seen 'S')",
        "",
    ),
    "a long address": (
        lambda e: e.each_holding(Launch, "url", "124"),
        [Launch(url=_LONG)],
        "Launch with '124' in url",
        f"url '{_LONG}'",
        "the address launched is not made from the code that was scanned",
    ),
    "no address": (
        lambda e: e.each_holding(Launch, "url", "124"),
        [_SCAN],
        "Launch with '124' in url",
        "url none",
        "",
    ),
}


@pytest.mark.parametrize("name", _FAILED)
def test_a_failure_says_what_was_wanted_what_was_seen_and_the_likely_slip(name: str) -> None:
    """Short values are no texts that something could have happened to; of long ones the likely slip is told."""
    ask, messages, expected, seen, hint = _FAILED[name]
    found = _judged(ask, messages)
    events = tuple(range(1, len(messages) + 1)) if messages != [_SCAN] else ()
    assert replace(found, cause="") == Judgement(
        verdict=Verdict.FAIL, expected=expected, seen=seen, hint=hint, events=events, asked=1
    )


@pytest.mark.parametrize(
    ("ask", "messages", "expected"),
    [
        (lambda e: e.reached(Launch), [_SCAN], Deviation(how=MISSING, kinds=("Launch",), payment=0)),
        (lambda e: e.shown_by(Launch), [_SCAN], Deviation(how=MISSING, kinds=("Launch",), payment=0)),
        (
            lambda e: e.either((Launch, {}), (HandleAction, {})),
            [_SCAN],
            Deviation(how=MISSING, kinds=("Launch", "HandleAction"), payment=0),
        ),
        (
            lambda e: e.each_holding(Launch, "url", "124"),
            [_LAUNCH],
            Deviation(how=DIFFERENT, kinds=("Launch",), payment=0, field="url"),
        ),
        (
            lambda e: e.each_holding(Launch, "url", "124"),
            [_SCAN],
            Deviation(how=MISSING, kinds=("Launch",), payment=0, field=""),
        ),
    ],
    ids=["reached", "shown by", "either", "each holding, another", "each holding, none"],
)
def test_what_is_missing_is_drawn(ask: Ask, messages: Sequence[Message], expected: Deviation) -> None:
    """A message that did not come has no field; one that came with another text has the field that differs."""
    assert expected == _drawn(ask, messages).deviation


def test_deviations_have_names_for_the_verdict_file() -> None:
    """They are written down there, and stay what they are."""
    assert DEVIATIONS == (MISSING, REPEATED, UNEXPECTED, DIFFERENT, OUT_OF_ORDER)
    assert DEVIATIONS == ("missing", "repeated", "unexpected", "different", "out of order")


# --- the case itself ------------------------------------------------------------------------------------------------


def test_a_judgement_says_nothing_by_itself() -> None:
    """What is not said is empty."""
    found = Judgement(verdict=Verdict.PASS)
    assert (found.expected, found.seen, found.hint, found.events, found.asked) == ("", "", "", (), 0)


def test_a_pass_says_what_was_asked() -> None:
    """All questions, and how many they were."""
    assert _judged(lambda e: e.reached(Scan).none(HandleAction), [_SCAN]) == Judgement(
        verdict=Verdict.PASS, expected="Scan to take place first; no HandleAction", seen="all of it", asked=2
    )


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda e: e.reached(ResultPage, status="S"), "ResultPage with status 'S' to take place first"),
        (lambda e: e.one(ResultPage, status="S"), "exactly one ResultPage with status 'S'"),
        (lambda e: e.each(ResultPage, status="S"), "every ResultPage with status 'S'"),
        (lambda e: e.some(ResultPage, status="S"), "at least one ResultPage with status 'S'"),
        (lambda e: e.none(ResultPage, status="F"), "no ResultPage with status 'F'"),
        (lambda e: e.none_but(ResultPage, status=("S",)), "no other than ResultPage with status 'S'"),
        (lambda e: e.in_order(Scan, ResultPage, customer_id="u"), "Scan with customer_id 'u' before ResultPage"),
        (lambda e: e.shown_by(ResultPage, status="S"), "ResultPage with status 'S' to show it"),
    ],
)
def test_a_pass_names_the_fields_that_were_asked_for(ask: Ask, words: str) -> None:
    """With their values, whatever the question."""
    found = _judged(ask, [_SCAN, _PAID])
    assert (found.verdict, found.expected) == (Verdict.PASS, words)


def test_a_case_that_asks_nothing_is_told_so() -> None:
    """The words are for whoever wrote it."""
    assert _judged(lambda _: None, [_SCAN]) == Judgement(
        verdict=Verdict.ERROR, expected="the case to ask something", seen="no expectation at all"
    )


@pytest.mark.parametrize(("length", "shown"), [(400, f"'{'x' * 400}'"), (401, f"'{'x' * 400}'...")])
def test_a_case_that_breaks_is_told_so(length: int, shown: str) -> None:
    """The words are for whoever wrote it; what broke is told at no greater length than can be read."""

    def broken(_: Expectation) -> None:
        raise ValueError("x" * length)

    assert _judged(broken, [_SCAN]) == Judgement(
        verdict=Verdict.ERROR,
        expected="the case to judge the trace",
        seen=f"ValueError: {shown}",
        hint="a fault of the suite, not of the wallet",
    )


def test_fields_that_no_message_has_are_all_named() -> None:
    """In order, so that the words are the same every time."""
    found = _judged(lambda e: e.reached(Scan, payload="p", code="c"), [_SCAN])
    assert found.seen == "TypeError: 'Scan has no field code, payload'"


@pytest.mark.parametrize(
    ("kind", "app_link", "hint"),
    [
        (HandleAction, False, "server or client: without [features] app_link nobody sees which of the two it was"),
        (HandleAction, True, ""),
        (UserInitiatedPay, False, ""),
    ],
)
def test_who_it_was_is_said_to_be_open_where_nobody_sees_it(kind: type[Message], *, app_link: bool, hint: str) -> None:
    """What a client does not say may be its server's fault; what a server does not say is its own."""
    codes = Codes(scanned="c", decoded="c", page_id="c", order_id="c", tag="t")
    trace = Trace(
        scenario=Scenario(payments=(Payment(code=ORDER),)),
        codes=(codes,),
        events=(Event(number=1, payment=0, message=_SCAN),),
        ending=ENDED,
        app_link=app_link,
    )
    found = judge(lambda held: _some(held, kind), trace)
    assert (found.verdict, found.hint) == (Verdict.FAIL, hint)


def _some(trace: Trace, kind: type[Message]) -> None:
    expect(trace).some(kind)
