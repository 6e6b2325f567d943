"""The judging language where the record is not whole: what could not be read, and what was cut off."""

import pytest

from mpp_conformance.judging.trace import BROKEN
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
from tests.asking import Ask, asked

_SCAN = Scan(code_value="c", customer_id="u")
_PAID, _UNPAID = ResultPage(status="S"), ResultPage(status="F", error_code="NO_FUNDS")
_ACTION = HandleAction(sdk_action_payload="payload")
_UNREAD_ACTION = Malformed(where="CLIENT_SDK", operation="HandleAction", problem="is a list")
_UNREAD_CALL = Malformed(where="GATEWAY", operation="UserInitiatedPay", problem="codeValue is missing")


def test_an_unreadable_call_to_alipay_plus_is_the_mpps() -> None:
    """A malformed request at the gateway is no excuse."""
    found = asked(lambda e: e.none(Malformed, where="GATEWAY"), _SCAN, _UNREAD_CALL)

    assert (found.verdict, found.events) == (Verdict.FAIL, (2,))


_OF_ALL: dict[str, tuple[Ask, Message]] = {
    "one": (lambda e: e.one(HandleAction), _ACTION),
    "each": (lambda e: e.each(HandleAction, sdk_action_payload="payload"), _ACTION),
    "none": (lambda e: e.none(HandleAction), _SCAN),
    "none with fields": (lambda e: e.none(HandleAction, sdk_action_payload="another"), _ACTION),
    "none but": (lambda e: e.none_but(HandleAction, sdk_action_payload=("payload",)), _ACTION),
    "each holding": (lambda e: e.each_holding(HandleAction, "sdk_action_payload", "pay"), _ACTION),
    "no earlier": (lambda e: e.no_earlier(HandleAction, than=Scan), _SCAN),
}


@pytest.mark.parametrize("name", sorted(_OF_ALL))
def test_what_was_not_seen_is_not_proven_absent(name: str) -> None:
    """What is said of all messages is not met while one of them is unreadable, or the conversation was cut off."""
    ask, message = _OF_ALL[name]

    assert asked(ask, message).verdict == Verdict.PASS
    assert asked(ask, message, _UNREAD_ACTION).verdict == Verdict.INCONCLUSIVE
    assert asked(ask, message, ending=BROKEN).verdict == Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    "ask",
    [
        lambda e: e.one(UserInitiatedPay),
        lambda e: e.each(UserInitiatedPay),
        lambda e: e.some(UserInitiatedPay),
        lambda e: e.each_holding(UserInitiatedPay, "code_value", "c"),
        lambda e: e.either((Launch, {}), (UserInitiatedPay, {})),
    ],
    ids=["one", "each", "some", "each holding", "either"],
)
def test_what_was_sent_unreadably_is_not_missing(ask: Ask) -> None:
    """A call that came, though nobody could read it, is no call that never came."""
    missing, unread = asked(ask, _SCAN), asked(ask, _SCAN, _UNREAD_CALL)

    assert (missing.verdict, unread.verdict) == (Verdict.FAIL, Verdict.INCONCLUSIVE)
    assert unread.hint == "one is not: codeValue is missing"


def test_a_wrong_page_is_wrong_though_a_call_could_not_be_read() -> None:
    """Of two ways the one that was seen, and was wrong, is what a failure rests on."""
    either = asked(lambda e: e.either((UserInitiatedPay, {}), (ResultPage, {"status": "S"})), _UNPAID, _UNREAD_CALL)

    assert (either.verdict, either.events, either.seen) == (
        Verdict.FAIL,
        (1,),
        "ResultPage with status 'F' (first difference at byte 0: expected 'S', seen 'F')",
    )


def test_an_unreadable_message_of_another_kind_hides_nothing() -> None:
    """An unreadable request is no reason to doubt that handleAction was not called."""
    assert asked(lambda e: e.reached(Scan).none(HandleAction), _SCAN, _UNREAD_CALL).verdict == Verdict.PASS
