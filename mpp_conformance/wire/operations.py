"""Which message crosses where: the operation in ``openapi/`` that carries each message type."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from mpp_conformance.protocol.messages import (
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
    ResultPage,
    Scan,
    ServerAnswer,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)

REQUEST: Final = "request"
ANSWER: Final = "answer"

ALIPAY_PLUS: Final = "alipay-plus"
MPP_SERVER: Final = "mpp-server"
MPP_ADAPTOR: Final = "mpp-adaptor"
OBSERVER: Final = "observer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """The half of an HTTP exchange that carries one message type.

    ``document`` is the file's name in ``openapi/`` without its ending; ``name`` the operationId there; ``part``
    REQUEST or ANSWER; ``schema`` the name of the body's schema among the document's components.
    """

    document: str
    path: str
    name: str
    schema: str
    part: str = REQUEST
    method: str = "POST"

    def __str__(self) -> str:
        return self.name if self.part == REQUEST else f"answer to {self.name}"


def _gateway(name: str, schema: str, part: str, group: str = "payments") -> Operation:
    return Operation(document=ALIPAY_PLUS, path=f"/aps/api/v1/{group}/{name}", name=name, schema=schema, part=part)


def _mpp_server(name: str, schema: str, part: str) -> Operation:
    return Operation(document=MPP_SERVER, path=f"/aps/api/v1/payments/{name}", name=name, schema=schema, part=part)


def _adaptor(name: str, schema: str) -> Operation:
    return Operation(document=MPP_ADAPTOR, path=f"/{name}", name=name, schema=schema)


def _observer(place: str, name: str, schema: str) -> Operation:
    return Operation(document=OBSERVER, path=f"/o/{{token}}/{place}", name=name, schema=schema)


OPERATIONS: Final[Mapping[type[Message], Operation]] = MappingProxyType(
    {
        Scan: _adaptor("scan", "Scan"),
        Decode: _adaptor("decode", "Decode"),
        UserInitiatedPay: _gateway("userInitiatedPay", "UserInitiatedPayRequest", REQUEST),
        UserInitiatedPayAnswer: _gateway("userInitiatedPay", "UserInitiatedPayAnswer", ANSWER),
        NotifyPayment: _gateway("notifyPayment", "NotifyPaymentRequest", REQUEST),
        NotifyPaymentAnswer: _gateway("notifyPayment", "NotifyPaymentAnswer", ANSWER),
        IdentifyCode: _gateway("identifyCode", "IdentifyCodeRequest", REQUEST, "codes"),
        IdentifyCodeAnswer: _gateway("identifyCode", "IdentifyCodeAnswer", ANSWER, "codes"),
        InquiryCodeRules: _gateway("inquiryCodeRules", "InquiryCodeRulesRequest", REQUEST, "codes"),
        InquiryCodeRulesAnswer: _gateway("inquiryCodeRules", "InquiryCodeRulesAnswer", ANSWER, "codes"),
        InquiryPayment: _mpp_server("inquiryPayment", "InquiryPaymentRequest", REQUEST),
        InquiryPaymentAnswer: _mpp_server("inquiryPayment", "InquiryPaymentAnswer", ANSWER),
        CancelPayment: _mpp_server("cancelPayment", "CancelPaymentRequest", REQUEST),
        CancelPaymentAnswer: _mpp_server("cancelPayment", "CancelPaymentAnswer", ANSWER),
        Launch: _observer("launch", "launch", "Launch"),
        DecodeCallback: _observer("decode-callback", "decodeCallback", "DecodeCallback"),
        HandleAction: _observer("handle-action", "handleAction", "HandleAction"),
        IdentityAnswer: _observer("identity-answer", "identityAnswer", "IdentityAnswer"),
        ServerAnswer: _observer("server-answer", "serverAnswer", "ServerAnswer"),
        CashierPage: _observer("cashier-page", "cashierPage", "CashierPage"),
        ResultPage: _observer("result-page", "resultPage", "ResultPage"),
    }
)
"""Every message type that crosses HTTP; `Malformed` does not, it is what becomes of one that could not be read."""
