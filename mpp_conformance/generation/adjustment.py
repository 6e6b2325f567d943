"""A generated body made the answer to a payment: marks for what the payment says, and no sense lost.

The structure stays as it was generated: what is there, absent, null, long or unknown. Values that mean something (a
currency, an expiry, a flag) get one that can be meant; texts keep their length and get letters that people write.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from mpp_conformance import wire
from mpp_conformance.protocol.messages import NEVER
from mpp_conformance.scenarios.scenario import MARKS, TAG

_AMOUNT: Final = {"currency": "CNY", "value": MARKS["amount"]}
_PAY_TO: Final = {"currency": MARKS["payToCurrency"], "value": MARKS["payToAmount"]}
_NOTHING: Final = {"currency": "CNY", "value": "0"}
_LONG_AGO: Final = "2025-01-01T00:00:00+08:00"
MEANT: Final[Mapping[str, Any]] = {
    "paymentRequestId": MARKS["paymentRequestId"],
    "referenceOrderId": MARKS["referenceOrderId"],
    "codeType": "ORDER_CODE",
    "paymentNotifyUrl": wire.notify_url(wire.GATEWAY_URL),
    "paymentExpiryTime": NEVER,
    "quoteStartTime": _LONG_AGO,
    "quoteExpiryTime": NEVER,
    "quoteCurrencyPair": f"CNY/{MARKS['payToCurrency']}",
    "quotePrice": MARKS["quotePrice"],
    "baseCurrency": "CNY",
    "quoteUnit": "1",
    "isInStorePayment": "true",
    "isCashierPayment": "true",
    "isAgreementPayment": "false",
    "isPaymentEvaluation": "false",
    "needSurcharge": "false",
    "inStorePaymentScenario": MARKS["codeType"],
    "orderAmount": _AMOUNT,
    "paymentAmount": _AMOUNT,
    "goodsUnitAmount": _AMOUNT,
    "payToAmount": _PAY_TO,
    "surchargeAmount": _NOTHING,
    "savingsAmount": _NOTHING,
    "goodsQuantity": "1",
    "region": "CN",
    "merchantMCC": "5812",
    "storeMCC": "5812",
    "merchantRegisterDate": "2020-02-29",
    "storePhoneNo": "+86-571-00000000",
    "buyerPhoneNo": "+60-3-0000-0000",
    "buyerEmail": "buyer@example.test",
    "clientIp": "192.0.2.10",
    "storeTerminalRequestTime": _LONG_AGO,
}
"""Fields that mean something to a wallet, and a value for each that contradicts no other."""
_NUMBER: Final = 0.25
"""For any number with a fraction: it reads the same everywhere."""
_REDIRECT: Final = "https://merchant.example/result?o="
_LETTERS: Final = "aZ7 \u00e9\u0416\u0645\u0e01\u4e2d\u9650\U00020bb7\U0001f35c"
_PLAIN: Final = "ABCDEFGHJKMNPQRSTUVWXYZ0123456789"
_WRITTEN: Final = (
    (0x20, 0x7E),
    (0xA1, 0xAC),
    (0xAE, 0x17F),
    (0x391, 0x3A1),
    (0x410, 0x44F),
    (0x5D0, 0x5EA),
    (0x621, 0x64A),
    (0xE01, 0xE3A),
    (0xE40, 0xE4E),
    (0x2010, 0x2027),
    (0x3041, 0x3096),
    (0x4E00, 0x9FA5),
    (0xAC00, 0xD7A3),
    (0x1F300, 0x1F6C5),
    (0x20000, 0x2A6D6),
)
"""Letters, digits and signs that every edition of Unicode has, first and last of each range."""


def fit(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body with marks in it, and with letters and values that can be meant."""
    made: dict[str, Any] = {_text(name): _value(name, value) for name, value in body.items()}
    form = made.get("actionForm")
    if isinstance(form, dict) and isinstance(form.get("sdkActionPayload"), str):
        form["sdkActionPayload"] = _tagged(form["sdkActionPayload"])
    return made


def _value(name: str, value: Any) -> Any:  # noqa: ANN401  # JSON of any kind
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, dict):
        inner = {_text(key): _value(key, found) for key, found in value.items()}
        return {**inner, **MEANT[name]} if isinstance(MEANT.get(name), dict) else inner
    if isinstance(value, list):
        return [_value("", found) for found in value]
    if isinstance(value, int | float):
        return _NUMBER if isinstance(value, float) else value % 1_000_000
    return MEANT.get(name) or _SPELLED.get(name, _spelled_by(name))(str(value))


def _spelled_by(name: str) -> Callable[[str], str]:
    return _identifier if name.endswith("Id") else _text


def _text(text: str) -> str:
    """As long as it was, in letters that people write."""
    return "".join(char if _is_written(ord(char)) else _LETTERS[ord(char) % len(_LETTERS)] for char in text)


def _identifier(text: str) -> str:
    return "".join(_PLAIN[ord(char) % len(_PLAIN)] for char in text)


def _payload(text: str) -> str:
    return "".join(char if char in "\t\n\r" else _text(char) for char in text)


def _code(text: str) -> str:
    return text if text.isascii() and text.replace("_", "").isalnum() and text.isupper() else _identifier(text)


def _address(text: str) -> str:
    return _REDIRECT.ljust(len(text), "0")


def _data(text: str) -> str:
    """A JSON object as text, as long as the text was where that is long enough."""
    inside = "".join(char for char in _text(text) if char not in '\\"')
    return f'{{"d":"{inside[:-8]}"}}'


_SPELLED: Final[Mapping[str, Callable[[str], str]]] = {
    "sdkActionPayload": _payload,
    "resultCode": _code,
    "resultStatus": str,
    "actionType": str,
    "terminalType": str,
    "osType": str,
    "paymentRedirectUrl": _address,
    "passThroughInfo": _data,
}
"""Fields that are spelled in a way of their own."""


def _is_written(point: int) -> bool:
    return any(first <= point <= last for first, last in _WRITTEN)


def _tagged(payload: str) -> str:
    """A payload that is this payment's own: the tag stands in its middle."""
    middle = len(payload) // 2
    return payload[:middle] + TAG + payload[middle:]
