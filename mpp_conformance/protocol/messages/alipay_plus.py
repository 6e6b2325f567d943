"""What crosses between the MPP server and Alipay+."""

from dataclasses import dataclass
from typing import ClassVar, Final

from mpp_conformance.protocol.messages.base import GATEWAY, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class UserInitiatedPay(Message):
    """The MPP server asks Alipay+ to decode a code value. ``signature``: see :data:`SIGNATURE_OUTCOMES`."""

    point: ClassVar[str] = GATEWAY
    by_suite: ClassVar[bool] = False
    code_value: str
    customer_id: str
    pass_through_info: str | None = None
    signature: str = "valid"


SIGNATURE_OUTCOMES: Final = ("valid", "missing", "unreadable", "invalid", "foreign")
"""What verification of a signature came to, of a request or of an answer of the MPP server.

``invalid``: the key is right, and what it has signed is not what came; ``foreign``: another key made it, or it is under
another Client-Id, so that it says nothing of how the MPP server signs. A request with anything but ``valid`` is refused
with INVALID_SIGNATURE.
"""


BLANKS: Final = "blanks"
TITLE_CASE: Final = "title-case"
UPPER_CASE: Final = "upper-case"
NEW_CONNECTION: Final = "new-connection"
CARRIAGES: Final = (BLANKS, TITLE_CASE, UPPER_CASE, NEW_CONNECTION)
"""How HTTP can carry a call of Alipay+'s: blanks after the commas of Signature, header names with capitals or all in
upper case, a connection for it alone."""


JSON: Final = "application/json"
"""The media type of every body."""

NEVER: Final = "2099-12-31T23:59:59+08:00"
"""Far off: the suite's clock is virtual, and an order runs out only where a scenario says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The order behind a code: what Alipay+ returns beside ``actionForm`` when decoding succeeded.

    ``amount`` is in minor units of ``currency``; ``pay_to_amount`` in those of ``pay_to_currency``. ``quote_price``:
    what one unit of the one costs in the other, a decimal number; ``None`` where nothing is exchanged, or nobody says.
    """

    payment_request_id: str
    amount: str
    currency: str = "CNY"
    pay_to_amount: str
    pay_to_currency: str
    code_type: str
    """``EntryCode`` or ``OrderCode``, as ``paymentFactor.inStorePaymentScenario`` spells them."""
    quote_price: str | None = None
    expiry_time: str | None = NEVER
    """From then on the order is closed: ISO 8601."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserInitiatedPayAnswer(Message):
    """Alipay+'s answer to userInitiatedPay.

    ``action_type`` ``None``: no ``actionForm`` in the answer (it was refused before any decision).
    ``body``: the JSON text that says all this and more, where a scenario gave it; ``None``: the wire writes it.
    """

    point: ClassVar[str] = GATEWAY
    by_suite: ClassVar[bool] = True
    is_reply: ClassVar[bool] = True
    result_status: str
    result_code: str
    result_message: str
    action_type: str | None = None
    sdk_action_payload: str | None = None
    order: Order | None = None
    body: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyPayment(Message):
    """The MPP server tells Alipay+ a payment's final result (``S`` or ``F``)."""

    point: ClassVar[str] = GATEWAY
    by_suite: ClassVar[bool] = False
    payment_request_id: str
    result_status: str
    result_code: str
    result_message: str
    payment_id: str | None = None
    payment_amount: str | None = None
    payment_currency: str | None = None
    pay_to_amount: str | None = None
    pay_to_currency: str | None = None
    customs_declaration_amount: str | None = None
    customs_declaration_currency: str | None = None
    customer_id: str | None = None
    signature: str = "valid"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyPaymentAnswer(Message):
    """Alipay+'s answer to notifyPayment."""

    point: ClassVar[str] = GATEWAY
    by_suite: ClassVar[bool] = True
    is_reply: ClassVar[bool] = True
    result_status: str
    result_code: str
    result_message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifyCode(Message):
    """The MPP server asks Alipay+ what a code is (optional: it may know the rules itself)."""

    point: ClassVar[str] = GATEWAY
    by_suite: ClassVar[bool] = False
    code_value: str
    customer_id: str | None = None
    signature: str = "valid"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifyCodeAnswer(Message):
    """What a code is.

    ``is_supported``: ``true`` or ``false``, absent where the call failed; ``action``: ``DECODE`` (order code, beside
    it ``code_value``) or ``OPEN_URL`` (entry code, beside it ``redirect_url`` and ``user_agent`` for launch).
    """

    point: ClassVar[str] = GATEWAY
    by_suite: ClassVar[bool] = True
    is_reply: ClassVar[bool] = True
    result_status: str
    result_code: str
    result_message: str
    is_supported: str | None = None
    action: str | None = None
    code_value: str | None = None
    redirect_url: str | None = None
    user_agent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryCodeRules(Message):
    """The MPP server asks for the rules by which codes are told apart; it belongs to no payment."""

    point: ClassVar[str] = GATEWAY
    by_suite: ClassVar[bool] = False
    signature: str = "valid"


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryCodeRulesAnswer(Message):
    """The rules: regular expressions that the whole of an entry code, or of an order code, matches."""

    point: ClassVar[str] = GATEWAY
    by_suite: ClassVar[bool] = True
    is_reply: ClassVar[bool] = True
    result_status: str
    result_code: str
    result_message: str
    version: str | None = None
    entry_pattern: str | None = None
    order_pattern: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryPayment(Message):
    """Alipay+ asks the MPP server how a payment ended.

    ``body``: the JSON text that says so, where a scenario chose how it is written; ``None``: the wire writes it.
    ``carriage``: what is uncommon in how HTTP carries it, some of :data:`CARRIAGES` with blanks between them.
    """

    point: ClassVar[str] = GATEWAY
    by_suite: ClassVar[bool] = True
    payment_request_id: str
    signature: str = "valid"
    body: str | None = None
    carriage: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryPaymentAnswer(Message):
    """The MPP server's answer to inquiryPayment.

    ``result_status`` is that of the call; ``payment_status`` that of the payment: ``S`` paid, ``F`` not paid or no
    longer, ``U`` not known yet. Without an order there is none. ``http_status``, ``media_type``: how HTTP carried it;
    the latter in lower case, without parameters, empty where there is no Content-Type.
    """

    point: ClassVar[str] = GATEWAY
    by_suite: ClassVar[bool] = False
    is_reply: ClassVar[bool] = True
    result_status: str
    result_code: str
    result_message: str
    payment_status: str | None = None
    payment_code: str | None = None
    payment_message: str | None = None
    payment_id: str | None = None
    payment_amount: str | None = None
    payment_currency: str | None = None
    pay_to_amount: str | None = None
    pay_to_currency: str | None = None
    customer_id: str | None = None
    signature: str = "valid"
    http_status: str = "200"
    media_type: str = JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelPayment(Message):
    """Alipay+ has the MPP server cancel a payment; what was paid goes back. The rest as for `InquiryPayment`."""

    point: ClassVar[str] = GATEWAY
    by_suite: ClassVar[bool] = True
    payment_request_id: str
    signature: str = "valid"
    body: str | None = None
    carriage: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelPaymentAnswer(Message):
    """The MPP server's answer to cancelPayment; ``http_status``, ``media_type`` as for `InquiryPaymentAnswer`."""

    point: ClassVar[str] = GATEWAY
    by_suite: ClassVar[bool] = False
    is_reply: ClassVar[bool] = True
    result_status: str
    result_code: str
    result_message: str
    signature: str = "valid"
    http_status: str = "200"
    media_type: str = JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultApplied(Message):
    """Alipay+ has answered with the defect that the scenario asks for (see ``faults``): the MPP has met it.

    ``attempt`` counts the answers to this payment's calls from 1. What an MPP can believe of such an answer stands
    beside it as a message of its own; where nothing can be, there is none.
    """

    point: ClassVar[str] = GATEWAY
    by_suite: ClassVar[bool] = True
    is_reply: ClassVar[bool] = True
    fault: str
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RedirectFollowed(Message):
    """The MPP server has called the address that a redirect led to: whoever answers there is not Alipay+."""

    point: ClassVar[str] = GATEWAY
    by_suite: ClassVar[bool] = False
