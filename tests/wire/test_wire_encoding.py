"""What arrives of a message that is sent, and what is said of one that cannot be read or must not be said."""

import json
from typing import Final

import pytest

from mpp_conformance import wire
from mpp_conformance.protocol.messages import (
    Decode,
    HandleAction,
    IdentifyCode,
    InquiryCodeRules,
    InquiryCodeRulesAnswer,
    Malformed,
    Message,
    NotifyPayment,
    Scan,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)

_RESULT: Final = {"resultStatus": "S", "resultCode": "SUCCESS", "resultMessage": "success"}
_SUCCESS: Final = {"result_status": "S", "result_code": "SUCCESS", "result_message": "success"}


@pytest.mark.parametrize("message", [Scan(code_value="c", customer_id="u"), Decode(code_value="c", callback="cb")])
def test_a_call_to_the_wallet_is_carried_as_if_it_had_an_address(message: Message) -> None:
    """Without a wire there is no observer to report to, and none is missed."""
    assert message == wire.round_trip(message)


def test_a_request_without_fields_may_be_sent_without_a_body() -> None:
    """There is nothing that could be missing; of any other request everything is."""
    assert wire.decode(InquiryCodeRules, b"") == wire.decode(InquiryCodeRules, b"{}") == InquiryCodeRules()
    assert isinstance(wire.decode(InquiryCodeRules, b"["), Malformed)
    unread = wire.decode(NotifyPayment, b"")
    assert isinstance(unread, Malformed)
    assert unread.problem == "the body: expected JSON, seen nothing"


def test_what_must_not_be_said_is_not_carried_either() -> None:
    """A breach of our own ends in an exception, unless a scenario wants it so; then it arrives malformed."""
    wrong = UserInitiatedPayAnswer(result_status="X", result_code="SUCCESS", result_message="success")
    with pytest.raises(wire.OurMessageIsInvalid):
        wire.round_trip(wrong)
    assert isinstance(wire.round_trip(wrong, check=False), Malformed)


def test_half_a_character_is_told_in_words() -> None:
    """Whose message it is, which document it breaks, and how."""
    with pytest.raises(wire.OurMessageIsInvalid) as caught:
        wire.encode(
            UserInitiatedPayAnswer(
                result_status="S", result_code="SUCCESS", result_message="success", sdk_action_payload="\ud800"
            )
        )
    expected = "the suite's own UserInitiatedPayAnswer breaks openapi/alipay-plus.yaml: half a surrogate pair in a text"
    assert expected == str(caught.value)


def _problem(message_type: type[Message], body: object) -> str:
    arrived = wire.decode(message_type, json.dumps(body).encode())
    assert isinstance(arrived, Malformed)
    return arrived.problem


@pytest.mark.parametrize(
    ("result", "problem"),
    [
        ({}, "paymentResult.resultCode: expected, but it is missing; paymentResult.resultMessage: {m}; {last}"),
        ({"resultMessage": "x"}, "paymentResult.resultCode: expected, but it is missing; {last}"),
        ({"resultMessage": "x", "resultCode": "X"}, "{last}"),
    ],
)
def test_three_problems_are_told_in_full(result: dict[str, str], problem: str) -> None:
    """Each in its place, in one order, and nothing is counted that was told."""
    missing = "expected, but it is missing"
    expected = problem.format(m=missing, last=f"paymentResult.resultStatus: {missing}")
    assert expected == _problem(NotifyPayment, {"paymentRequestId": "p", "paymentResult": result})


@pytest.mark.parametrize(("body", "more"), [({"paymentResult": {}}, 1), ({"paymentId": 1, "paymentResult": {}}, 2)])
def test_further_problems_are_counted(body: object, more: int) -> None:
    """Three are told, in one order."""
    assert _problem(NotifyPayment, body).endswith(f"; and {more} more")
    assert _problem(NotifyPayment, body).count("; ") == 3


def test_a_problem_is_cut_at_500_characters() -> None:
    """However many escapes it takes to print what was seen."""
    strange = "\U000e0001" * 100
    result = {"resultStatus": strange, "resultCode": strange, "resultMessage": "x"}
    told = _problem(NotifyPayment, {"paymentResult": result, "paymentAmount": {"value": strange, "currency": strange}})
    whole = _problem(UserInitiatedPay, {"codeValue": 1, "customerId": 2})
    assert len(told) == 500
    assert told.endswith("...")
    assert whole.endswith("seen the number 2")


@pytest.mark.parametrize(
    ("message_type", "body", "reference"),
    [
        (UserInitiatedPay, {"codeValue": "c"}, "c"),
        (IdentifyCode, {"codeValue": "c", "customerId": 1}, "c"),
        (IdentifyCode, {"codeValue": 7}, "7"),
        (NotifyPayment, {"paymentRequestId": "p", "codeValue": "c"}, "p"),
        (UserInitiatedPay, {"paymentRequestId": "p"}, None),
        (UserInitiatedPay, {"codeValue": "c" * 9_000}, "c" * 8_192),
        (HandleAction, {"sdkActionPayload": 1, "codeValue": "c", "": "c"}, None),
    ],
)
def test_a_malformed_call_is_about_what_its_reference_says(
    message_type: type[Message], body: object, reference: str | None
) -> None:
    """Calls to Alipay+ name a code or an order; a report belongs to its address alone."""
    arrived = wire.decode(message_type, json.dumps(body).encode())
    assert isinstance(arrived, Malformed)
    assert (arrived.where, arrived.operation, arrived.reference) == (
        message_type.point,
        message_type.__name__,
        reference,
    )


# --- the rules by which codes are told apart ------------------------------------------------------------------------


def _rule(action: str, **pattern: str) -> dict[str, object]:
    return {
        "codeMatchPattern": {"matchMethod": "REGEX", "priority": "1", **pattern},
        "postCodeMatchAction": {"postCodeMatchActionType": action},
    }


@pytest.mark.parametrize(
    ("rules", "patterns"),
    [
        (None, (None, None)),
        ([], (None, None)),
        ([_rule("DECODE", regex="^o$")], (None, "^o$")),
        ([_rule("OPEN_URL", regex="^e$"), _rule("OPEN_URL", regex="^f$")], ("^e$", None)),
        ([_rule("DECODE", prefix="o"), _rule("DECODE", regex="^o$")], (None, "^o$")),
    ],
)
def test_the_first_pattern_of_a_kind_is_read(rules: object, patterns: tuple[str | None, str | None]) -> None:
    """Of several rules for one kind of code the first that has a pattern counts; others are left alone."""
    body = {"result": _RESULT, "version": "1", **({} if rules is None else {"codeRules": rules})}
    found = wire.decode(InquiryCodeRulesAnswer, json.dumps(body).encode())
    assert isinstance(found, InquiryCodeRulesAnswer), found
    assert (found.entry_pattern, found.order_pattern) == patterns


@pytest.mark.parametrize("pattern", [None, "^o$"])
def test_a_rule_is_written_for_each_pattern(pattern: str | None) -> None:
    """No pattern makes no rule, and no rules make no field."""
    told = json.loads(wire.encode(InquiryCodeRulesAnswer(**_SUCCESS, version="1", order_pattern=pattern)))
    assert [rule["codeMatchPattern"]["regex"] for rule in told.get("codeRules", [])] == ([pattern] if pattern else [])
    assert ("codeRules" in told) == bool(pattern)


def test_a_request_without_fields_may_have_no_body() -> None:
    """A call of inquiryCodeRules has none; of any other message an empty body is no JSON."""
    assert wire.decode(InquiryCodeRules, b"") == wire.decode(InquiryCodeRules, b"{}") == InquiryCodeRules()
    assert isinstance(wire.decode(InquiryCodeRulesAnswer, b""), Malformed)
