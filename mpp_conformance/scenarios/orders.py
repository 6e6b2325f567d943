"""Order information as the interface lets it be: the least there is, all there is, and what lies between.

Whatever is optional is somewhere absent where what it stands in is there, and somewhere null, so that an MPP that
counts on it shows. Each body has marks for what only the payment itself can say (see ``scenario``).
"""

import json
from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR
from typing import Any, Final

from mpp_conformance.protocol.messages import HANDLE_BY_PSP, HANDLE_BY_SDK
from mpp_conformance.scenarios.answers import answer
from mpp_conformance.scenarios.scenario import (
    ENTRY,
    MARKS,
    ORDER,
    PLAIN_PAYLOAD,
    SHORT,
    Answer,
    Payment,
    Scenario,
    handle_by_psp,
    handle_by_sdk,
    one,
)

_WORDS: Final = 256
"""Characters of a text for which no document gives a length: as many as names have, and no more."""
_ID: Final = 64
_URL: Final = 2_048
_REFERENCE: Final = 15
"""Characters of the reference that a payment fills in."""
_PASSED: Final = 20_000
_GOODS: Final = 20
_EXPIRY: Final = "2099-12-31T23:59:59-03:30"
"""With an offset that is hardly the machine's."""
NOTIFY_URL: Final = "http://127.0.0.1/aps/api/v1/payments/notifyPayment"
"""As the wire writes it; it puts the address in where Alipay+ listens."""
_CNY: Final = {"currency": "CNY", "value": MARKS["amount"]}
_NOTHING: Final = {"currency": "CNY", "value": "0"}
_NAMES: Final = "\u676d\u5dde\u9762\u9986 Caf\u00e9 \U0001f35c "


def _words(text: str) -> str:
    return (text * _WORDS)[: _WORDS - 1] + "."


_ADDRESS: Final = {
    "region": "CN",
    "state": _words("Zhejiang "),
    "city": _words("\u676d\u5dde"),
    "address1": _words("1 Hubin Lu, "),
    "address2": _words("\u897f\u6e56\u533a "),
    "zipCode": "310000",
}
_QUOTE: Final = {
    "quoteId": "Q" * _ID,
    "quoteCurrencyPair": f"CNY/{MARKS['payToCurrency']}",
    "quotePrice": MARKS["quotePrice"],
    "quoteStartTime": "2025-01-01T00:00:00+00:00",
    "quoteExpiryTime": _EXPIRY,
    "baseCurrency": "CNY",
    "quoteUnit": "1",
}
_LEAST: Final[Mapping[str, Any]] = {
    "paymentRequestId": MARKS["paymentRequestId"],
    "paymentAmount": _CNY,
    "payToAmount": {"currency": MARKS["payToCurrency"], "value": MARKS["payToAmount"]},
    "order": {"referenceOrderId": MARKS["referenceOrderId"], "orderDescription": "-", "orderAmount": _CNY},
    "paymentNotifyUrl": NOTIFY_URL,
}
"""An order of which nothing is told but what it takes to be one, and where its end is notified."""
WHOLE: Final[Mapping[str, Any]] = {
    **_LEAST,
    "acquirerId": "A" * _ID,
    "pspId": "P" * _ID,
    "codeType": "ORDER_CODE",
    "order": {
        "referenceOrderId": MARKS["referenceOrderId"] + "R" * (_ID - _REFERENCE),
        "orderDescription": _words(_NAMES),
        "orderAmount": _CNY,
        "merchant": {
            "referenceMerchantId": "M" * _ID,
            "merchantMCC": "5812",
            "merchantName": _words(_NAMES),
            "merchantDisplayName": _words('O\'Neill "The" <Bar> & 100% '),
            "merchantRegisterDate": "2020-02-29",
            "merchantAddress": _ADDRESS,
            "store": {
                "referenceStoreId": "S" * _ID,
                "storeName": _words(_NAMES),
                "storeMCC": "5812",
                "storeDisplayName": _words("\U00020bb7\u91ce\u5bb6 "),
                "storeTerminalId": "T" * _ID,
                "storeOperatorId": "O" * _ID,
                "storePhoneNo": "+86-571-00000000",
                "storeAddress": _ADDRESS,
            },
        },
        "goods": [
            {
                "referenceGoodsId": f"{number:0{_ID}d}",
                "goodsName": _NAMES * 2,
                "goodsCategory": "noodles",
                "goodsBrand": "none",
                "goodsUnitAmount": _NOTHING,
                "goodsQuantity": str(number),
            }
            for number in range(1, _GOODS + 1)
        ],
        "shipping": {},
        "buyer": {
            "referenceBuyerId": "B" * _ID,
            "buyerName": _words("\u0416\u0645\u0e01 "),
            "buyerPhoneNo": "+60-3-0000-0000",
            "buyerEmail": "buyer@example.test",
        },
        "env": {
            "terminalType": "APP",
            "osType": "ANDROID",
            "userAgent": _words("Mozilla/5.0 (Linux) "),
            "deviceTokenId": _words("d"),
            "clientIp": "2001:db8:85a3:8d3:1319:8a2e:370:7348",
            "storeTerminalId": "E" * _ID,
            "cookieId": _words("c"),
            "storeTerminalRequestTime": "2025-06-15T12:00:00+08:00",
        },
        "indirectAcquirer": {
            "referenceAcquirerId": "I" * _ID,
            "acquirerName": _words(_NAMES),
            "acquirerAddress": _ADDRESS,
        },
    },
    "paymentFactor": {
        "isInStorePayment": "true",
        "isCashierPayment": "true",
        "inStorePaymentScenario": MARKS["codeType"],
        "isAgreementPayment": "false",
        "isPaymentEvaluation": "false",
        "needSurcharge": "false",
    },
    "paymentQuote": _QUOTE,
    "surchargeInfo": {"surchargeAmount": _NOTHING, "surchargeQuote": _QUOTE},
    "paymentPromoInfo": {
        "paymentPromoDetails": [
            {
                "promoId": "N" * _ID,
                "promoName": _words(_NAMES),
                "promoType": "VOUCHER",
                "savingsAmount": _NOTHING,
            }
        ]
    },
    "paymentRedirectUrl": "https://merchant.example/result?o=".ljust(_URL, "0"),
    "paymentExpiryTime": _EXPIRY,
    "authorizationInfo": {},
    "passThroughInfo": '{"d":"%s"}' % ("x" * (_PASSED - 8)),
}
"""All that documents name, at the lengths they give; only the address of notifyPayment is the usual one."""
_NEEDED: Final = frozenset({*_LEAST, "quoteCurrencyPair", "quotePrice", "currency", "value"})
_NEEDED_OF_ORDER: Final = frozenset(_LEAST["order"])


def _hollow(value: Any, *, null: bool, depth: int) -> Any:  # noqa: ANN401  # JSON of any kind
    """Every object down to ``depth`` with nothing in it but objects and what it needs; else absent, or ``null``."""
    if isinstance(value, list):
        return [_hollow(inner, null=null, depth=depth) for inner in value[:1]]
    made: dict[str, Any] = {}
    for name, inner in value.items():
        if name in _NEEDED | _NEEDED_OF_ORDER and name != "order":
            made[name] = inner
        elif isinstance(inner, dict | list) and depth > 0:
            made[name] = _hollow(inner, null=null, depth=depth - 1)
        elif null:
            made[name] = None
    return made


def _shallow(value: Any, *, null: bool, depth: int) -> Any:  # noqa: ANN401  # JSON of any kind
    """What stands in objects down to ``depth``; the objects below are absent, or ``null``."""
    if isinstance(value, list):
        return [_shallow(inner, null=null, depth=depth) for inner in value[:1]]
    made: dict[str, Any] = {}
    for name, inner in value.items():
        if not isinstance(inner, dict | list) or name in _NEEDED_OF_ORDER | {"paymentAmount", "payToAmount"}:
            made[name] = inner
        elif depth > 0:
            made[name] = _shallow(inner, null=null, depth=depth - 1)
        elif null:
            made[name] = None
    return made


_DEEPEST: Final = 4
_SHORT: Final = {"passThroughInfo": '{"d":"x"}', "paymentRedirectUrl": "https://merchant.example/result"}
ORDERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "whole": WHOLE,
    "least": _LEAST,
    "least-with-nulls": {**dict.fromkeys(WHOLE), **_hollow(_LEAST, null=False, depth=1)},
    "hollow": _hollow(WHOLE, null=False, depth=_DEEPEST),
    "hollow-with-nulls": _hollow(WHOLE, null=True, depth=_DEEPEST),
    **{
        f"{'null' if null else 'no'}-objects-below-{depth}": {**_shallow(WHOLE, null=null, depth=depth), **_SHORT}
        for depth, null in ((1, True), (2, False), (2, True), (3, True))
    },
    "no-objects-below-3": {
        **_shallow(WHOLE, null=False, depth=3),
        **_SHORT,
        "surchargeInfo": {},
        "paymentPromoInfo": {},
    },
}
"""The order information of an answer, by name."""


def ordered(name: str, action: str, status: str = "S", code: str = "SUCCESS") -> Answer:
    """An answer with this order information beside actionType."""
    form = {"actionType": action} | ({"sdkActionPayload": PLAIN_PAYLOAD} if action == HANDLE_BY_SDK else {})
    result = {"resultCode": code, "resultStatus": status, "resultMessage": "order"}
    body = {"result": result, **ORDERS[name], "actionForm": form}
    return answer(json.dumps(body, ensure_ascii=False, separators=(",", ":")))


_AMOUNTS: Final = (29, 115, 435, 1_005, 1_999, 8_299, 13_139, 16_221)
"""Fen that do not survive a fraction of a yuan in binary, or come to another sum when they are rounded otherwise."""


def to_pay(name: str, code: str = "") -> Payment:
    """An order that the MPP is to collect; codes, amounts and ways of rounding take turns."""
    place = list(ORDERS).index(name)
    return Payment(
        code=code or (ENTRY, ORDER)[place % 2],
        amount=_AMOUNTS[place % len(_AMOUNTS)],
        answer=ordered(name, HANDLE_BY_PSP),
        rounding=(ROUND_CEILING, ROUND_FLOOR)[place // 2 % 2],
    )


COLLECTED: Final = [one(f"{SHORT[to_pay(name).code]}-order-{name}", to_pay(name)) for name in ORDERS]
"""Each order information beside HANDLE_BY_PSP."""
_BESIDE: Final = (
    ("least", ORDER, "F", "PAYMENT_AMOUNT_EXCEED_LIMIT"),
    ("whole", ENTRY, "F", "USER_AMOUNT_EXCEED_LIMIT"),
    ("hollow", ENTRY, "S", "SUCCESS"),
    ("hollow-with-nulls", ORDER, "S", "SUCCESS"),
)
STOPPED: Final = [
    one(
        f"{SHORT[code]}-sdk-{status}-order-{name}",
        Payment(code=code, amount=2_000, answer=ordered(name, HANDLE_BY_SDK, status, result_code)),
    )
    for name, code, status, result_code in _BESIDE
]
"""Some of them beside HANDLE_BY_SDK: each way of leaving out is met with S or F, with an entry or an order code."""


def refilled(code: str) -> Scenario:
    """One customer four times: after all there is the least, then a payload and no order, then nothing to pay.

    What an answer does not say is not what the one before has said.
    """
    stopped = Payment(code=code, answer=handle_by_sdk())
    payments = (to_pay("whole", code), to_pay("least", code), stopped, Payment(code=code, answer=handle_by_psp("F")))
    return Scenario(label=f"{SHORT[code]}-less-and-less-told", payments=payments)
