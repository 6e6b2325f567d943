"""How each message looks on the wire, word by word, with every field it can have; and where it goes."""

import json
from typing import Any, Final

import pytest

from mpp_conformance import wire
from mpp_conformance.protocol.messages import (
    HANDLE_BY_PSP,
    HANDLE_BY_SDK,
    CancelPayment,
    CancelPaymentAnswer,
    CashierPage,
    Decode,
    DecodeCallback,
    HandleAction,
    IdentifyCode,
    IdentifyCodeAnswer,
    IdentityAnswer,
    InquiryCodeRules,
    InquiryCodeRulesAnswer,
    InquiryPayment,
    InquiryPaymentAnswer,
    Launch,
    Message,
    NotifyPayment,
    NotifyPaymentAnswer,
    Order,
    ResultPage,
    Scan,
    ServerAnswer,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)

_OBSERVER: Final = "http://127.0.0.1:1/o/t"
_INFORMATION: Final = "{}"
_PARTIES: Final = {"acquirerId": "1022088000000000001", "pspId": "1022172000000000001"}
_SUCCESS: Final = {"result_status": "S", "result_code": "SUCCESS", "result_message": "success"}
_RESULT: Final = {"resultStatus": "S", "resultCode": "SUCCESS", "resultMessage": "success"}
_AMOUNTS: Final = {
    "payment_amount": "1000",
    "payment_currency": "CNY",
    "pay_to_amount": "643",
    "pay_to_currency": "MYR",
}
_TOLD_AMOUNTS: Final = {
    "paymentAmount": {"value": "1000", "currency": "CNY"},
    "payToAmount": {"value": "643", "currency": "MYR"},
}
_ORDER: Final = Order(
    payment_request_id="p1",
    amount="1000",
    pay_to_amount="643",
    pay_to_currency="MYR",
    quote_price="0.643",
    code_type="EntryCode",
)
_TOLD_ORDER: Final = {
    **_PARTIES,
    **_TOLD_AMOUNTS,
    "codeType": "ORDER_CODE",
    "paymentRequestId": "p1",
    "order": {
        "referenceOrderId": wire.reference_of("p1"),
        "orderDescription": "noodles",
        "orderAmount": {"value": "1000", "currency": "CNY"},
        "merchant": {
            "referenceMerchantId": "merchant-0001",
            "merchantMCC": "5812",
            "merchantName": "Example Noodle Shop",
            "merchantDisplayName": "Example Noodle Shop",
            "merchantAddress": {"region": "CN", "city": "Hangzhou"},
        },
    },
    "paymentFactor": {
        "isInStorePayment": "true",
        "isCashierPayment": "true",
        "inStorePaymentScenario": "EntryCode",
    },
    "paymentNotifyUrl": "http://127.0.0.1/aps/api/v1/payments/notifyPayment",
    "paymentRedirectUrl": "https://merchant.example/result",
    "paymentExpiryTime": "2099-12-31T23:59:59+08:00",
    "paymentQuote": {"quoteId": "quote-p1", "quoteCurrencyPair": "CNY/MYR", "quotePrice": "0.643"},
}

_FULL: Final[dict[str, tuple[Message, dict[str, Any]]]] = {
    "Scan": (
        Scan(code_value="c", customer_id="u"),
        {"codeValue": "c", "customerId": "u", "observerUrl": _OBSERVER},
    ),
    "Decode": (
        Decode(code_value="c", callback="cb"),
        {"codeValue": "c", "callback": "cb", "observerUrl": _OBSERVER},
    ),
    "UserInitiatedPay": (
        UserInitiatedPay(code_value="c", customer_id="u", pass_through_info=_INFORMATION),
        {"codeValue": "c", "customerId": "u", "passThroughInfo": _INFORMATION},
    ),
    "UserInitiatedPayAnswer": (
        UserInitiatedPayAnswer(**_SUCCESS, action_type=HANDLE_BY_SDK, sdk_action_payload="p", order=_ORDER),
        {
            "result": _RESULT,
            "actionForm": {"actionType": "HANDLE_BY_SDK", "sdkActionPayload": "p"},
            **_TOLD_ORDER,
        },
    ),
    "NotifyPayment": (
        NotifyPayment(payment_request_id="p1", **_SUCCESS, payment_id="id", **_AMOUNTS, customer_id="u"),
        {
            "paymentRequestId": "p1",
            "paymentResult": _RESULT,
            "paymentId": "id",
            **_TOLD_AMOUNTS,
            "customerId": "u",
        },
    ),
    "NotifyPaymentAnswer": (NotifyPaymentAnswer(**_SUCCESS), {"result": _RESULT}),
    "IdentifyCode": (IdentifyCode(code_value="c", customer_id="u"), {"codeValue": "c", "customerId": "u"}),
    "IdentifyCodeAnswer": (
        IdentifyCodeAnswer(
            **_SUCCESS,
            is_supported="true",
            action="OPEN_URL",
            code_value="c",
            redirect_url="https://e.test/1",
            user_agent="AlipayConnect",
        ),
        {
            "result": _RESULT,
            "isSupported": "true",
            "postCodeMatchActionType": "OPEN_URL",
            "codeValue": "c",
            "redirectUrl": "https://e.test/1",
            "userAgent": "AlipayConnect",
        },
    ),
    "InquiryCodeRules": (InquiryCodeRules(), {}),
    "InquiryCodeRulesAnswer": (
        InquiryCodeRulesAnswer(**_SUCCESS, version="1", entry_pattern="^e$", order_pattern="^o$"),
        {
            "result": _RESULT,
            "version": "1",
            "codeRules": [
                {
                    "codeMatchPattern": {"matchMethod": "REGEX", "regex": "^e$", "priority": "1"},
                    "postCodeMatchAction": {
                        "postCodeMatchActionType": "OPEN_URL",
                        "urlConstructionMethod": "USE_DIRECTLY",
                        "userAgent": "AlipayConnect",
                    },
                },
                {
                    "codeMatchPattern": {"matchMethod": "REGEX", "regex": "^o$", "priority": "1"},
                    "postCodeMatchAction": {"postCodeMatchActionType": "DECODE"},
                },
            ],
        },
    ),
    "InquiryPayment": (InquiryPayment(payment_request_id="p1"), {"paymentRequestId": "p1", **_PARTIES}),
    "InquiryPaymentAnswer": (
        InquiryPaymentAnswer(
            **_SUCCESS,
            payment_status="U",
            payment_code="PAYMENT_IN_PROCESS",
            payment_message="wait",
            payment_id="id",
            **_AMOUNTS,
            customer_id="u",
        ),
        {
            "result": _RESULT,
            "paymentResult": {"resultStatus": "U", "resultCode": "PAYMENT_IN_PROCESS", "resultMessage": "wait"},
            "paymentId": "id",
            **_TOLD_AMOUNTS,
            "customerId": "u",
        },
    ),
    "CancelPayment": (CancelPayment(payment_request_id="p1"), {"paymentRequestId": "p1", **_PARTIES}),
    "CancelPaymentAnswer": (CancelPaymentAnswer(**_SUCCESS), {"result": _RESULT}),
    "Launch": (
        Launch(url="https://e.test/1", user_agent="a", ac_decode_config="{}", title="t"),
        {"url": "https://e.test/1", "userAgent": "a", "acDecodeConfig": "{}", "title": "t"},
    ),
    "DecodeCallback": (
        DecodeCallback(callback="cb", outcome="failure", sdk_action_payload="p", error_code="1", error_message="no"),
        {"callback": "cb", "outcome": "failure", "sdkActionPayload": "p", "errorCode": "1", "errorMessage": "no"},
    ),
    "HandleAction": (HandleAction(sdk_action_payload="p"), {"sdkActionPayload": "p"}),
    "IdentityAnswer": (IdentityAnswer(code_value="c", action="DECODE"), {"codeValue": "c", "action": "DECODE"}),
    "ServerAnswer": (
        ServerAnswer(action_type=HANDLE_BY_PSP, sdk_action_payload="p", payment_status="F", error_code="X"),
        {"actionType": "HANDLE_BY_PSP", "sdkActionPayload": "p", "paymentStatus": "F", "errorCode": "X"},
    ),
    "CashierPage": (CashierPage(), {}),
    "ResultPage": (ResultPage(status="F", error_code="X"), {"status": "F", "errorCode": "X"}),
}
"""Every message with all its fields, and its body."""
_CODES, _PAYMENTS = "/aps/api/v1/codes", "/aps/api/v1/payments"
_PLACES: Final = {
    "Scan": ("mpp-adaptor", "/scan", "scan"),
    "Decode": ("mpp-adaptor", "/decode", "decode"),
    "UserInitiatedPay": ("alipay-plus", f"{_PAYMENTS}/userInitiatedPay", "userInitiatedPay"),
    "UserInitiatedPayAnswer": ("alipay-plus", f"{_PAYMENTS}/userInitiatedPay", "answer to userInitiatedPay"),
    "NotifyPayment": ("alipay-plus", f"{_PAYMENTS}/notifyPayment", "notifyPayment"),
    "NotifyPaymentAnswer": ("alipay-plus", f"{_PAYMENTS}/notifyPayment", "answer to notifyPayment"),
    "IdentifyCode": ("alipay-plus", f"{_CODES}/identifyCode", "identifyCode"),
    "IdentifyCodeAnswer": ("alipay-plus", f"{_CODES}/identifyCode", "answer to identifyCode"),
    "InquiryCodeRules": ("alipay-plus", f"{_CODES}/inquiryCodeRules", "inquiryCodeRules"),
    "InquiryCodeRulesAnswer": ("alipay-plus", f"{_CODES}/inquiryCodeRules", "answer to inquiryCodeRules"),
    "InquiryPayment": ("mpp-server", f"{_PAYMENTS}/inquiryPayment", "inquiryPayment"),
    "InquiryPaymentAnswer": ("mpp-server", f"{_PAYMENTS}/inquiryPayment", "answer to inquiryPayment"),
    "CancelPayment": ("mpp-server", f"{_PAYMENTS}/cancelPayment", "cancelPayment"),
    "CancelPaymentAnswer": ("mpp-server", f"{_PAYMENTS}/cancelPayment", "answer to cancelPayment"),
    "Launch": ("observer", "/o/{token}/launch", "launch"),
    "DecodeCallback": ("observer", "/o/{token}/decode-callback", "decodeCallback"),
    "HandleAction": ("observer", "/o/{token}/handle-action", "handleAction"),
    "IdentityAnswer": ("observer", "/o/{token}/identity-answer", "identityAnswer"),
    "ServerAnswer": ("observer", "/o/{token}/server-answer", "serverAnswer"),
    "CashierPage": ("observer", "/o/{token}/cashier-page", "cashierPage"),
    "ResultPage": ("observer", "/o/{token}/result-page", "resultPage"),
}


def test_every_message_that_crosses_http_is_here() -> None:
    """A new message needs its rows."""
    names = [kind.__name__ for kind in wire.OPERATIONS]
    assert sorted(names) == sorted(_FULL) == sorted(_PLACES)


@pytest.mark.parametrize("name", _FULL)
def test_a_message_has_this_body(name: str) -> None:
    """Every field stands in its place, and nothing else does."""
    message, body = _FULL[name]
    assert body == json.loads(wire.encode(message, observer_url=_OBSERVER))


def test_a_scan_may_name_the_error_page() -> None:
    """It is no part of the message, and no other call has it."""
    page = "http://127.0.0.1:1/stand-in"
    for name in ("Scan", "Decode"):
        message, body = _FULL[name]
        named = {**body, "errorPageUrl": page} if name == "Scan" else body
        assert named == json.loads(wire.encode(message, observer_url=_OBSERVER, error_page_url=page))
        assert message == wire.decode(type(message), json.dumps(named).encode())


@pytest.mark.parametrize("name", _FULL)
def test_a_body_is_this_message(name: str) -> None:
    """Each field is read from its place."""
    message, body = _FULL[name]
    assert message == wire.decode(type(message), json.dumps(body).encode())


@pytest.mark.parametrize("name", _FULL)
def test_a_message_crosses_here(name: str) -> None:
    """Document, path and operation are those that the other side knows it by; it is POSTed, or an answer to it."""
    operation = wire.OPERATIONS[type(_FULL[name][0])]
    part = "answer" if name.endswith("Answer") and operation.document in {"alipay-plus", "mpp-server"} else "request"
    assert (operation.document, operation.path, str(operation)) == _PLACES[name]
    assert (operation.method, operation.part) == ("POST", part)


def test_an_order_that_leaves_out_what_it_can() -> None:
    """Neither expiry, nor the kind of the code, nor a quote where nothing is exchanged."""
    order = Order(
        payment_request_id="p" * 64,
        amount="1000",
        pay_to_amount="1000",
        pay_to_currency="CNY",
        code_type="",
        expiry_time=None,
    )
    message = UserInitiatedPayAnswer(**_SUCCESS, action_type=HANDLE_BY_PSP, order=order)
    told = json.loads(wire.encode(message))
    assert told["paymentFactor"] == {"isInStorePayment": "true", "isCashierPayment": "true"}
    assert {"paymentExpiryTime", "paymentQuote"} & told.keys() == set()
    assert message == wire.round_trip(message)
    told["paymentFactor"] = None
    assert message == wire.decode(UserInitiatedPayAnswer, json.dumps(told).encode())


def test_a_quote_has_a_name_of_at_most_64_characters() -> None:
    """However long the id of its order is."""
    order = Order(
        payment_request_id="p" * 64,
        amount="1",
        pay_to_amount="1",
        pay_to_currency="MYR",
        quote_price="1",
        code_type="",
    )
    told = json.loads(wire.encode(UserInitiatedPayAnswer(**_SUCCESS, order=order)))
    assert told["paymentQuote"]["quoteId"] == "quote-" + "p" * 58


def test_an_order_is_known_to_its_merchant_by_another_name() -> None:
    """The merchant's reference is unlike Alipay+'s id, belongs to it, and does not hold it."""
    ids = [f"2025061519{number:020d}" for number in range(3)]
    names = [wire.reference_of(made) for made in ids]

    assert len(set(names)) == 3
    assert {len(name) for name in names} == {15}
    assert [name for name, made in zip(names, ids, strict=True) if made in name or name in made] == []


def test_an_order_may_be_in_another_currency() -> None:
    """Its currency is read, not taken for granted."""
    order = Order(
        payment_request_id="p", amount="1", currency="EUR", pay_to_amount="1", pay_to_currency="EUR", code_type=""
    )
    message = UserInitiatedPayAnswer(
        result_status="S", result_code="SUCCESS", result_message="success", action_type=HANDLE_BY_PSP, order=order
    )
    assert message == wire.round_trip(message)


@pytest.mark.parametrize("gateway", ["http://h.test/X", "http://h.test/X/", "http://h.test/X//"])
def test_notify_payment_goes_below_the_gateway(gateway: str) -> None:
    """Slashes at the end of its address are one, and nothing else is taken off."""
    assert wire.notify_url(gateway) == "http://h.test/X/aps/api/v1/payments/notifyPayment"
