"""Provider states of the simulated Alipay+: each can be brought about, and does what it says."""

from collections.abc import Mapping
from typing import Final

import pytest

from mpp_conformance.pacts import states
from mpp_conformance.pacts.alipay_plus import StatedAlipayPlus, result_of
from mpp_conformance.pacts.states import (
    ALIPAY_PLUS,
    CODE,
    IDENTIFIED,
    LIMITS,
    NOTHING,
    NOTIFIED,
    PLACED,
    SENT,
    UNSIGNED,
)
from mpp_conformance.protocol.messages import (
    IdentifyCode,
    IdentifyCodeAnswer,
    InquiryCodeRules,
    Message,
    NotifyPayment,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.wallet import reference

Given = tuple[tuple[states.State, Mapping[str, str]], ...]
OTHER: Final = UserInitiatedPay(code_value="code-1", customer_id="customer-2")
PAY: Final = UserInitiatedPay(code_value="code-1", customer_id="customer-1")
PAID: Final = NotifyPayment(
    payment_request_id="order-1", result_status="S", result_code="SUCCESS", result_message="success"
)


def said(given: Given, message: Message) -> Message | None:
    """What Alipay+ in these states answers to a message."""
    alipay_plus = StatedAlipayPlus(reference().profile)
    assert states.problems([(state.name, values) for state, values in given], ALIPAY_PLUS) == []
    for state, values in given:
        alipay_plus.set_up(state.name, values)
    return alipay_plus.deliver(message).reply


@pytest.mark.parametrize("state", ALIPAY_PLUS, ids=lambda state: state.name)
def test_a_state_needs_no_parameters(state: states.State) -> None:
    """Every parameter that stands for something by default has a default that fits."""
    assert [one.name for one in state.parameters if one.default and not one.fits(one.default)] == []
    StatedAlipayPlus(reference().profile).set_up(state.name, {})


@pytest.mark.parametrize(
    ("given", "message", "words"),
    [
        (((CODE, {}),), PAY, "S SUCCESS, HANDLE_BY_PSP: success"),
        (((CODE, {"codeValue": "code-1"}),), PAY, "S SUCCESS, HANDLE_BY_PSP: success"),
        (((CODE, {"codeValue": "code-2"}),), PAY, "F INVALID_CODE: This is not an order code of Alipay+."),
        (((CODE, {"resultStatus": "F"}),), PAY, "F ORDER_IS_CLOSED, HANDLE_BY_PSP: decoding failed"),
        (((CODE, {"resultStatus": "F", "resultCode": "RISK_REJECT"}),), PAY, "F RISK_REJECT, HANDLE_BY_PSP"),
        (((CODE, {"actionType": "HANDLE_BY_SDK"}),), PAY, "S SUCCESS, HANDLE_BY_SDK: success"),
        (((LIMITS, {"amount": "700000"}),), PAY, "S SUCCESS, HANDLE_BY_PSP: success"),
        (((LIMITS, {"amount": "700001"}),), PAY, "F PAYMENT_AMOUNT_EXCEED_LIMIT, HANDLE_BY_SDK"),
        (((LIMITS, {"amount": "700001", "edition": "2024-03"}),), PAY, "S SUCCESS, HANDLE_BY_PSP: success"),
        (((LIMITS, {"amount": "700001", "breachStatus": "S"}),), PAY, "S SUCCESS, HANDLE_BY_SDK: success"),
        (((LIMITS, {"codeType": "ENTRY_CODE", "amount": "50001"}),), PAY, "F PAYMENT_AMOUNT_EXCEED_LIMIT"),
        (((LIMITS, {"spentThisYear": "6999001"}),), PAY, "F USER_AMOUNT_EXCEED_LIMIT, HANDLE_BY_SDK"),
        (((LIMITS, {"codeType": "ENTRY_CODE", "spentThisYear": "4999001"}),), PAY, "F USER_AMOUNT_EXCEED_LIMIT"),
        (((CODE, {"unknownFirst": "1"}),), PAY, "U UNKNOWN_EXCEPTION"),
        (((CODE, {"unknownFirst": "1"}), (SENT, {})), PAY, "S SUCCESS, HANDLE_BY_PSP: success"),
        (((CODE, {}), (SENT, {})), PAY, "S SUCCESS, HANDLE_BY_PSP: success"),
        (((CODE, {}), (SENT, {})), OTHER, "F REPEAT_REQ_INCONSISTENT"),
        (((PLACED, {}),), PAID, "S SUCCESS: success"),
        (((PLACED, {"paymentRequestId": "order-1"}),), PAID, "S SUCCESS: success"),
        (((PLACED, {"paymentRequestId": "order-2"}),), PAID, "F ORDER_NOT_EXIST"),
        (((PLACED, {}), (NOTIFIED, {})), PAID, "S SUCCESS: success"),
        (((PLACED, {}), (NOTIFIED, {"resultStatus": "F"})), PAID, "F REPEAT_REQ_INCONSISTENT"),
        (((NOTHING, {}),), PAY, "F INVALID_CODE"),
        (((NOTHING, {}),), InquiryCodeRules(), "S SUCCESS"),
        (((NOTHING, {}),), InquiryCodeRules(signature="invalid"), "F INVALID_SIGNATURE"),
        (((NOTHING, {}),), IdentifyCode(code_value="code-1", signature="missing"), "F INVALID_SIGNATURE"),
        (((NOTHING, {}),), PAID, "F ORDER_NOT_EXIST"),
    ],
)
def test_a_state_does_what_it_says(given: Given, message: Message, words: str) -> None:
    """The answer to a message is the one that the states speak of."""
    answer = said(given, message)
    assert answer is not None
    assert result_of(answer).startswith(words)


@pytest.mark.parametrize(
    ("given", "supported", "action"),
    [
        ((NOTHING, {}), "false", None),
        ((IDENTIFIED, {}), "true", "DECODE"),
        ((IDENTIFIED, {"codeValue": "code-1", "action": "OPEN_URL"}), "true", "OPEN_URL"),
        ((IDENTIFIED, {"codeValue": "code-2"}), "false", None),
        ((IDENTIFIED, {"action": "NONE"}), "false", None),
        ((CODE, {"codeValue": "code-1", "codeType": "ENTRY_CODE"}), "true", "DECODE"),
    ],
)
def test_a_code_is_identified_as_its_state_says(
    given: tuple[states.State, Mapping[str, str]], supported: str, action: str | None
) -> None:
    """What identifyCode is answered follows from the state; a code that is decoded is an order code."""
    answer = said((given,), IdentifyCode(code_value="code-1"))
    assert isinstance(answer, IdentifyCodeAnswer)
    assert (answer.is_supported, answer.action) == (supported, action)
    assert answer.redirect_url == ("code-1" if action == "OPEN_URL" else None)


def test_what_a_pact_names_is_answered() -> None:
    """Payload, amount and id of the order are those of the state's parameters, to the letter."""
    payload = ' {"a": "%7B+\\u00e9限额"}\n'
    stopped = said(((CODE, {"actionType": "HANDLE_BY_SDK", "sdkActionPayload": payload}),), PAY)
    placed = said(((CODE, {"amount": "1234", "paymentRequestId": "order-1", "codeType": "ENTRY_CODE"}),), PAY)
    assert isinstance(stopped, UserInitiatedPayAnswer)
    assert isinstance(placed, UserInitiatedPayAnswer)
    assert placed.order is not None
    assert (stopped.sdk_action_payload, stopped.order) == (payload, None)
    told = (placed.order.payment_request_id, placed.order.amount, placed.order.code_type)
    assert told == ("order-1", "1234", "EntryCode")


def test_an_order_is_notified_under_the_id_it_was_given() -> None:
    """The id that a pact made up for the order is the one that is known afterwards."""
    alipay_plus = StatedAlipayPlus(reference().profile)
    alipay_plus.set_up(CODE.name, {"paymentRequestId": "order-1"})
    alipay_plus.deliver(PAY)
    answer = alipay_plus.deliver(PAID).reply
    assert answer is not None
    assert result_of(answer) == "S SUCCESS: success"


def test_signing_is_left_off_where_a_state_says_so() -> None:
    """Only in that one state requests keep the signature that the pact shows; afterwards they are signed again."""
    alipay_plus = StatedAlipayPlus(reference().profile)
    alipay_plus.set_up(UNSIGNED.name, {})
    assert not alipay_plus.signs
    alipay_plus.begin()
    assert alipay_plus.signs


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("amount", "0"),
        ("amount", "1.0"),
        ("amount", "1\n"),
        ("amount", "\N{ARABIC-INDIC DIGIT ONE}"),
        ("amount", 10),
        ("amount", None),
        ("codeValue", ""),
        ("codeValue", "x" * 513),
        ("codeValue", "a\tb"),
        ("actionType", "handle_by_sdk"),
        ("resultCode", "no code"),
        ("sdkActionPayload", ""),
        ("paymentRequestId", "x" * 65),
    ],
)
def test_a_parameter_that_does_not_fit_is_named(parameter: str, value: object) -> None:
    """Parameters are texts within their bounds; anything else is told with what was expected and seen."""
    (problem,) = states.problems([(CODE.name, {parameter: value})], ALIPAY_PLUS)
    assert f'provider state "{CODE.name}", {parameter}: expected ' in problem
    assert problem.isprintable()
