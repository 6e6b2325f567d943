"""An order as userInitiatedPay's answer spells it out.

The trace needs seven facts of an order; an MPP is used to more. What is added is invented, the same for every order.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from mpp_conformance.protocol.messages import Order

ACQUIRER_ID: Final = "1022088000000000001"
PSP_ID: Final = "1022172000000000001"
PARTIES: Final = {"acquirerId": ACQUIRER_ID, "pspId": PSP_ID}

_MERCHANT: Final = {
    "referenceMerchantId": "merchant-0001",
    "merchantMCC": "5812",
    "merchantName": "Example Noodle Shop",
    "merchantDisplayName": "Example Noodle Shop",
    "merchantAddress": {"region": "CN", "city": "Hangzhou"},
}
_USUAL_DIGITS: Final = 2
_DIGITS: Final = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"), 0),
    **dict.fromkeys(("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
"""Digits of the minor unit (ISO 4217) where they are not two."""


def notify_url(gateway_url: str) -> str:
    """Where notifyPayment goes if Alipay+ is at ``gateway_url``."""
    return f"{gateway_url.rstrip('/')}/aps/api/v1/payments/notifyPayment"


def order_to(order: Order, *, gateway_url: str) -> dict[str, Any]:
    """The fields of the answer's body that tell of an order."""
    amount = {"currency": order.currency, "value": order.amount}
    factor = {"isInStorePayment": "true", "isCashierPayment": "true"}
    if order.code_type:
        factor["inStorePaymentScenario"] = order.code_type
    told: dict[str, Any] = {
        **PARTIES,
        "codeType": "ORDER_CODE",
        "paymentRequestId": order.payment_request_id,
        "order": {
            "referenceOrderId": reference_of(order),
            "orderDescription": "noodles",
            "orderAmount": amount,
            "merchant": _MERCHANT,
        },
        "paymentAmount": amount,
        "payToAmount": {"currency": order.pay_to_currency, "value": order.pay_to_amount},
        "paymentFactor": factor,
        "paymentNotifyUrl": notify_url(gateway_url),
        "paymentRedirectUrl": "https://merchant.example/result",
    }
    if order.expiry_time is not None:
        told["paymentExpiryTime"] = order.expiry_time
    price = price_of(order)
    if price is not None:
        told["paymentQuote"] = {
            "quoteId": f"quote-{order.payment_request_id}"[:64],
            "quoteCurrencyPair": f"{order.currency}/{order.pay_to_currency}",
            "quotePrice": price,
        }
    return told


def reference_of(order: Order) -> str:
    """The merchant's own reference of an order, which is unlike Alipay+'s paymentRequestId of it."""
    return f"shop-{order.payment_request_id[-10:]}"


def order_from(body: Mapping[str, Any]) -> Order | None:
    """The order that an answer's body tells of; ``None`` without its id or one of its two amounts.

    ``code_type`` is empty where the answer does not say how the code came about.
    """
    request_id, amount, pay_to = (body.get(name) for name in ("paymentRequestId", "paymentAmount", "payToAmount"))
    if request_id is None or amount is None or pay_to is None:
        return None
    return Order(
        payment_request_id=request_id,
        amount=amount["value"],
        currency=amount["currency"],
        pay_to_amount=pay_to["value"],
        pay_to_currency=pay_to["currency"],
        expiry_time=body.get("paymentExpiryTime"),
        code_type=(body.get("paymentFactor") or {}).get("inStorePaymentScenario") or "",
    )


def price_of(order: Order) -> str | None:
    """What one unit of the order's currency costs in the other; ``None`` where there is nothing to exchange."""
    amounts = (order.amount, order.pay_to_amount)
    if order.currency == order.pay_to_currency or not all(text.isascii() and text.isdigit() for text in amounts):
        return None
    paid, owed = (Decimal(text) for text in amounts)
    if not paid:
        return None
    shift = _DIGITS.get(order.currency, _USUAL_DIGITS) - _DIGITS.get(order.pay_to_currency, _USUAL_DIGITS)
    return f"{(owed / paid).scaleb(shift):.8f}"
