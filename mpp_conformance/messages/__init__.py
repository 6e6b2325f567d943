"""What crosses each point of control and observation, as frozen values.

A message holds plain strings (or ``None`` where a field is absent), so that equal messages print equal.
Amounts are integers of the currency's minor unit, written in strings: 7,000 CNY is ``"700000"``.

Which way a message goes, and at which point, is a fact of its type: connectors need no cases of their own.
"""

from typing import Final

from mpp_conformance.messages.alipay_plus import (
    NEVER,
    SIGNATURE_OUTCOMES,
    CancelPayment,
    CancelPaymentAnswer,
    FaultApplied,
    IdentifyCode,
    IdentifyCodeAnswer,
    InquiryCodeRules,
    InquiryCodeRulesAnswer,
    InquiryPayment,
    InquiryPaymentAnswer,
    NotifyPayment,
    NotifyPaymentAnswer,
    Order,
    RedirectFollowed,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.messages.base import (
    APP_LINK,
    CLIENT_SDK,
    GATEWAY,
    HANDLE_BY_PSP,
    HANDLE_BY_SDK,
    USER,
    Malformed,
    Message,
)
from mpp_conformance.messages.wallet import (
    CashierPage,
    Decode,
    DecodeCallback,
    HandleAction,
    IdentityAnswer,
    Launch,
    ResultPage,
    Scan,
    ServerAnswer,
)

__all__ = [
    "ALL",
    "APP_LINK",
    "BY_NAME",
    "CLIENT_SDK",
    "GATEWAY",
    "HANDLE_BY_PSP",
    "HANDLE_BY_SDK",
    "NEVER",
    "SIGNATURE_OUTCOMES",
    "USER",
    "CancelPayment",
    "CancelPaymentAnswer",
    "CashierPage",
    "Decode",
    "DecodeCallback",
    "FaultApplied",
    "HandleAction",
    "IdentifyCode",
    "IdentifyCodeAnswer",
    "IdentityAnswer",
    "InquiryCodeRules",
    "InquiryCodeRulesAnswer",
    "InquiryPayment",
    "InquiryPaymentAnswer",
    "Launch",
    "Malformed",
    "Message",
    "NotifyPayment",
    "NotifyPaymentAnswer",
    "Order",
    "RedirectFollowed",
    "ResultPage",
    "Scan",
    "ServerAnswer",
    "UserInitiatedPay",
    "UserInitiatedPayAnswer",
]

ALL: Final[tuple[type[Message], ...]] = (
    Scan,
    CashierPage,
    ResultPage,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
    NotifyPayment,
    NotifyPaymentAnswer,
    IdentifyCode,
    IdentifyCodeAnswer,
    InquiryCodeRules,
    InquiryCodeRulesAnswer,
    InquiryPayment,
    InquiryPaymentAnswer,
    CancelPayment,
    CancelPaymentAnswer,
    FaultApplied,
    RedirectFollowed,
    Launch,
    Decode,
    DecodeCallback,
    HandleAction,
    IdentityAnswer,
    ServerAnswer,
    Malformed,
)
BY_NAME: Final = {message.__name__: message for message in ALL}
