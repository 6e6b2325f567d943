"""Messages to bytes and back."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from mpp_conformance.protocol.messages import (
    CancelPayment,
    IdentifyCode,
    InquiryCodeRules,
    InquiryPayment,
    Malformed,
    Message,
    NotifyPayment,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.wire.bodies import BESIDE_THE_BODY, GATEWAY_URL, Kind, body_of, message_of, with_notify_address
from mpp_conformance.wire.operations import OPERATIONS
from mpp_conformance.wire.parsing import UnreadableBodyError, parse_object, printable
from mpp_conformance.wire.schemas import problems, validator_of

MAX_PROBLEM: Final = 500
"""Characters of `Malformed.problem`, before escapes."""
MAX_REFERENCE: Final = 8_192
"""Characters of `Malformed.reference`: as many as the longest code that can be identified."""
_REFERENCES: Final[Mapping[type[Message], str]] = {
    UserInitiatedPay: "codeValue",
    IdentifyCode: "codeValue",
    NotifyPayment: "paymentRequestId",
}
"""Where a call to Alipay+ says which payment it is about."""
_MOST_NAMED: Final = 3
_NOWHERE: Final = f"{GATEWAY_URL}/o/0"
_JSON: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class OurMessageIsInvalid(Exception):  # noqa: N818  # the name says whose fault it is
    """The suite was about to say what breaks ``openapi/``: our fault, never the wallet's."""


def encode(
    message: Message,
    *,
    observer_url: str | None = None,
    gateway_url: str = GATEWAY_URL,
    error_page_url: str | None = None,
    check: bool = True,
) -> bytes:
    """The compact JSON body, in UTF-8, that carries ``message``.

    ``observer_url``: where the wallet is to report (`Scan` and `Decode` need it); ``gateway_url``: where the simulated
    Alipay+ listens, for the address of notifyPayment; ``error_page_url``: what stands for the error page of Alipay+ (a
    `Scan` may name it). Raises OurMessageIsInvalid if the suite's own message breaks its
    schema, unless ``check`` is off because a scenario wants it so. What a wallet says is written as it is: it is the
    reader who judges it.
    """
    given = message.body if isinstance(message, UserInitiatedPayAnswer | InquiryPayment | CancelPayment) else None
    addresses = {"observer_url": observer_url, "error_page_url": error_page_url}
    made = body_of(message, gateway_url=gateway_url, **addresses) if given is None else {}
    text = _JSON.encode(made) if given is None else with_notify_address(given, gateway_url)
    if not check or not message.by_suite:
        # Half a surrogate pair makes bytes that are no UTF-8; the reader says so.
        return text.encode("utf-8", "surrogatepass")
    try:
        encoded = text.encode("utf-8")
        body = made if given is None else parse_object(encoded)
    except UnicodeEncodeError:
        raise _fault(message, "half a surrogate pair in a text") from None
    except UnreadableBodyError as unreadable:
        raise _fault(message, str(unreadable)) from None
    if not validator_of(type(message)).is_valid(body):
        raise _fault(message, _in_short(problems(type(message), body)))
    return encoded


def decode(message_type: type[Kind], body: bytes) -> Kind | Malformed:
    """The message in ``body``, or `Malformed`; never an exception, whatever the bytes are."""
    return read(message_type, body)[0]


def read(message_type: type[Kind], body: bytes) -> tuple[Kind | Malformed, Mapping[str, Any]]:
    """The message in ``body``, and the whole body, for what the message has no field for (``observerUrl``, say).

    The body of a malformed message is empty where it could not be parsed, and else what was parsed.
    """
    try:
        # A request without fields may be sent without a body.
        instance = parse_object(body) if body or message_type is not InquiryCodeRules else {}
    except UnreadableBodyError as unreadable:
        return malformed(message_type, str(unreadable), {}), {}
    if validator_of(message_type).is_valid(instance):
        return message_of(message_type, instance), instance
    return malformed(message_type, _in_short(problems(message_type, instance)), instance), instance


def round_trip(message: Kind, *, check: bool = True) -> Kind | Malformed:
    """What arrives at the other end of a wire when ``message`` is sent: the message, or `Malformed`.

    ``check`` as for `encode`. What travels beside the body (whether its signature verifies) arrives as it was sent, and
    so does a body that a scenario gave. What has no body of its own arrives as it is.
    """
    if type(message) not in OPERATIONS:
        return message
    arrived = decode(type(message), encode(message, observer_url=_NOWHERE, check=check))
    beside = {name: getattr(message, name) for name in BESIDE_THE_BODY if hasattr(message, name)}
    if isinstance(arrived, Malformed):
        told = {name: value for name, value in beside.items() if hasattr(arrived, name)}
        return replace(arrived, **told)
    return replace(arrived, **beside) if beside else arrived


def _fault(message: Message, problem: str) -> OurMessageIsInvalid:
    named = OPERATIONS[type(message)].document
    return OurMessageIsInvalid(f"the suite's own {message.name} breaks openapi/{named}.yaml: {problem}")


def _in_short(found: list[str]) -> str:
    named = "; ".join(found[:_MOST_NAMED])
    more = len(found) - _MOST_NAMED
    return f"{named}; and {more} more" if more > 0 else named


def malformed(message_type: type[Message], problem: str, body: Mapping[str, Any]) -> Malformed:
    """What stands for a message that has a problem; ``body``: as `read` gives it, to say what the message is about."""
    bears = body.get(_REFERENCES[message_type]) if message_type in _REFERENCES else None
    known = isinstance(bears, str | int) and bears != ""
    return Malformed(
        where=message_type.point,
        operation=message_type.__name__,
        problem=printable(problem, MAX_PROBLEM),
        reference=str(bears)[:MAX_REFERENCE] if known else None,
    )
