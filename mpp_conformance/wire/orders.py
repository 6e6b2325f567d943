"""An order as userInitiatedPay's answer spells it out.

The trace needs eight facts of an order; an MPP is used to more. What is added is invented, the same for every order.
"""

import base64
import functools
import hashlib
from collections.abc import Mapping
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


def notify_url(gateway_url: str) -> str:
    """Where notifyPayment goes if Alipay+ is at ``gateway_url``."""
    return f"{gateway_url.rstrip('/')}/aps/api/v1/payments/notifyPayment"


@functools.lru_cache(maxsize=4096)
def reference_of(payment_request_id: str) -> str:
    """The merchant's own reference of an order: unlike Alipay+'s id in form and length, and not to be told from it."""
    digest = hashlib.sha256(payment_request_id.encode()).digest()
    return f"CN-{base64.b32encode(digest).decode()[:12]}"


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
            "referenceOrderId": reference_of(order.payment_request_id),
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
    if order.quote_price is not None:
        told["paymentQuote"] = {
            "quoteId": f"quote-{order.payment_request_id}"[:64],
            "quoteCurrencyPair": f"{order.currency}/{order.pay_to_currency}",
            "quotePrice": order.quote_price,
        }
    return told


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
        quote_price=(body.get("paymentQuote") or {}).get("quotePrice"),
        code_type=(body.get("paymentFactor") or {}).get("inStorePaymentScenario") or "",
    )
