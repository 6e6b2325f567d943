"""The field of the body in which each field of a message stands.

A flat message has its fields' names in camel case; the others say where they put theirs. What a message does not
carry (addresses, the wording of an order) is filled in here, the same for everybody.
"""

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final, TypeVar

from mpp_conformance.protocol.messages import (
    CancelPayment,
    CancelPaymentAnswer,
    Decode,
    IdentifyCodeAnswer,
    InquiryCodeRulesAnswer,
    InquiryPayment,
    InquiryPaymentAnswer,
    Message,
    NotifyPayment,
    NotifyPaymentAnswer,
    Scan,
    UserInitiatedPayAnswer,
)
from mpp_conformance.wire.code_rules import PATTERNS, rules_from, rules_to
from mpp_conformance.wire.operations import OPERATIONS
from mpp_conformance.wire.orders import PARTIES, notify_url, order_from, order_to

GATEWAY_URL: Final = "http://127.0.0.1"
"""Stands for the simulated Alipay+ where nothing listens."""

Kind = TypeVar("Kind", bound=Message)
_Place = tuple[str | None, str]
"""A field of the body: the object it is in (``None``: the body itself) and its name."""

ADDRESSED: Final = (Scan, Decode)
"""The messages that tell the wallet where to report."""
BESIDE_THE_BODY: Final = frozenset({"body", "carriage", "http_status", "media_type", "signature"})
"""Fields of messages that the body does not carry: what is said of it, and itself."""

_RESULT: Final[Mapping[str, _Place]] = {
    "result_status": ("result", "resultStatus"),
    "result_code": ("result", "resultCode"),
    "result_message": ("result", "resultMessage"),
}
_AMOUNTS: Final[Mapping[str, _Place]] = {
    "payment_amount": ("paymentAmount", "value"),
    "payment_currency": ("paymentAmount", "currency"),
    "pay_to_amount": ("payToAmount", "value"),
    "pay_to_currency": ("payToAmount", "currency"),
}
_PLACES: Final[Mapping[type[Message], Mapping[str, _Place]]] = {
    UserInitiatedPayAnswer: {
        **_RESULT,
        "action_type": ("actionForm", "actionType"),
        "sdk_action_payload": ("actionForm", "sdkActionPayload"),
    },
    NotifyPaymentAnswer: _RESULT,
    IdentifyCodeAnswer: {**_RESULT, "action": (None, "postCodeMatchActionType")},
    InquiryCodeRulesAnswer: _RESULT,
    CancelPaymentAnswer: _RESULT,
    InquiryPaymentAnswer: {
        **_RESULT,
        **_AMOUNTS,
        "payment_status": ("paymentResult", "resultStatus"),
        "payment_code": ("paymentResult", "resultCode"),
        "payment_message": ("paymentResult", "resultMessage"),
    },
    NotifyPayment: {
        "result_status": ("paymentResult", "resultStatus"),
        "result_code": ("paymentResult", "resultCode"),
        "result_message": ("paymentResult", "resultMessage"),
        **_AMOUNTS,
        "customs_declaration_amount": ("customsDeclarationAmount", "value"),
        "customs_declaration_currency": ("customsDeclarationAmount", "currency"),
    },
}
_ELSEWHERE: Final = BESIDE_THE_BODY | {"order"} | PATTERNS
"""Fields of messages that are no single field of the body."""


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)


def _places_of(message_type: type[Message]) -> tuple[tuple[str, str | None, str], ...]:
    special = _PLACES.get(message_type, {})
    names = [made.name for made in fields(message_type) if made.name not in _ELSEWHERE]
    return tuple((name, *special.get(name, (None, _camel_case(name)))) for name in names)


_TABLE: Final = {message_type: _places_of(message_type) for message_type in OPERATIONS}
"""Each field of each message type with its place in the body; orders and rules are spread over it and have none."""


def body_of(
    message: Message, *, observer_url: str | None, gateway_url: str, error_page_url: str | None = None
) -> dict[str, Any]:
    """The body that carries ``message``, as it would be before JSON; fields that are ``None`` are left out."""
    body: dict[str, Any] = {**PARTIES} if isinstance(message, InquiryPayment | CancelPayment) else {}
    for name, outer, inner in _TABLE[type(message)]:
        value = getattr(message, name)
        if value is None:
            continue
        if outer is None:
            body[inner] = value
        else:
            body.setdefault(outer, {})[inner] = value
    if isinstance(message, UserInitiatedPayAnswer) and message.order is not None:
        body.update(order_to(message.order, gateway_url=gateway_url))
    if isinstance(message, InquiryCodeRulesAnswer):
        body.update(rules_to(message))
    if observer_url is not None and isinstance(message, ADDRESSED):
        body["observerUrl"] = observer_url
    if error_page_url is not None and isinstance(message, Scan):
        body["errorPageUrl"] = error_page_url
    return body


def with_notify_address(text: str, gateway_url: str) -> str:
    """A body that a scenario gave, with the address of notifyPayment that holds at ``gateway_url``."""
    address = json.dumps(notify_url(gateway_url))
    return text.replace(json.dumps(notify_url(GATEWAY_URL)), address)


def message_of(message_type: type[Kind], body: Mapping[str, Any]) -> Kind:
    """The message in a body that keeps its schema; fields that are absent or null become ``None``."""
    values: dict[str, Any] = {}
    for name, outer, inner in _TABLE[message_type]:
        holder = body if outer is None else body.get(outer)
        if holder and inner in holder:
            values[name] = holder[inner]
    if message_type is UserInitiatedPayAnswer:
        values["order"] = order_from(body)
    if message_type is InquiryCodeRulesAnswer:
        values.update(rules_from(body))
    return message_type(**values)
