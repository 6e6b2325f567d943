"""What Alipay+ answers where it cannot do what it is asked: each in the form of the operation that was called."""

from collections.abc import Mapping
from typing import Final, TypeVar

from mpp_conformance import wire
from mpp_conformance.peers.identification import NONE_OF_OURS
from mpp_conformance.protocol.messages import (
    GATEWAY,
    IdentifyCode,
    IdentifyCodeAnswer,
    InquiryCodeRules,
    InquiryCodeRulesAnswer,
    Malformed,
    Message,
    NotifyPayment,
    NotifyPaymentAnswer,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)

Kind = TypeVar("Kind", UserInitiatedPayAnswer, NotifyPaymentAnswer, IdentifyCodeAnswer, InquiryCodeRulesAnswer)

NOT_SIGNED: Final = ("INVALID_SIGNATURE", "The signature of the request does not verify.")
NO_CODE: Final = ("INVALID_CODE", "This is not an order code of Alipay+.")
NO_ORDER: Final = ("ORDER_NOT_EXIST", "No order bears this paymentRequestId.")
CLOSED: Final = ("ORDER_IS_CLOSED", "The order is closed.")
_ILLEGAL: Final = ("PARAM_ILLEGAL", "The request does not conform to the interface.")
_ANSWERS: Final[Mapping[str, type[wire.Answer]]] = {asked.__name__: answer for asked, answer in wire.ANSWERS.items()}


def refusal(kind: type[Kind], code: str, message: str) -> Kind:
    """A refusal, for good."""
    return kind(result_status="F", result_code=code, result_message=message)


def unknown_result(kind: type[Kind]) -> Kind:
    """It is not known what came of the call; it may be repeated."""
    return kind(result_status="U", result_code="UNKNOWN_EXCEPTION", result_message="Try again later.")


def refusal_of(message: Malformed) -> wire.Answer:
    """What Alipay+ answers to a call that breaks ``openapi/alipay-plus.yaml``."""
    code, words = _ILLEGAL
    kind = _ANSWERS.get(message.operation, UserInitiatedPayAnswer)
    return kind(result_status="F", result_code=code, result_message=words)


def answer_to_stranger(message: Message) -> wire.Answer | None:
    """What Alipay+ answers to a call that belongs to no conversation; ``None`` for what is no call to Alipay+."""
    signed = getattr(message, "signature", "valid") == "valid"
    if isinstance(message, UserInitiatedPay):
        return refusal(UserInitiatedPayAnswer, *(NO_CODE if signed else NOT_SIGNED))
    if isinstance(message, NotifyPayment):
        return refusal(NotifyPaymentAnswer, *(NO_ORDER if signed else NOT_SIGNED))
    if isinstance(message, IdentifyCode):
        return NONE_OF_OURS if signed else refusal(IdentifyCodeAnswer, *NOT_SIGNED)
    if isinstance(message, InquiryCodeRules):
        return refusal(InquiryCodeRulesAnswer, *NOT_SIGNED)
    if isinstance(message, Malformed) and message.where == GATEWAY:
        return refusal_of(message)
    return None
