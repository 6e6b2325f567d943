"""What crosses each point of control and observation, as frozen values.

A message holds plain strings (or ``None`` where a field is absent), so that equal messages print equal.
Amounts are integers of the currency's minor unit, written in strings: 7,000 CNY is ``"700000"``.

Which way a message goes, and at which point, is a fact of its type: connectors need no cases of their own.
"""

from dataclasses import dataclass
from typing import ClassVar, Final

USER: Final = "USER"
"""Between the consumer and the MPP client."""
GATEWAY: Final = "GATEWAY"
"""Between the MPP server and Alipay+."""
CLIENT_SDK: Final = "CLIENT_SDK"
"""Between the MPP client and the Alipay+ client SDK."""
APP_LINK: Final = "APP_LINK"
"""Between the MPP server and the MPP client: the wallet's own wire, seen only if the wallet reports it."""

HANDLE_BY_SDK: Final = "HANDLE_BY_SDK"
HANDLE_BY_PSP: Final = "HANDLE_BY_PSP"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Anything that crosses a point of control and observation."""

    point: ClassVar[str]
    by_suite: ClassVar[bool]
    """True where the suite speaks and the wallet listens."""
    is_reply: ClassVar[bool] = False
    """True for an answer inside the exchange that asked; every other message opens an exchange of its own."""

    @property
    def name(self) -> str:
        """The message type's name, as evidence and reports print it."""
        return type(self).__name__


# --- USER -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan(Message):
    """The consumer scans a code with the MPP app."""

    point: ClassVar[str] = USER
    by_suite: ClassVar[bool] = True
    code_value: str
    customer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CashierPage(Message):
    """The MPP client shows its cashier page (optional to report)."""

    point: ClassVar[str] = USER
    by_suite: ClassVar[bool] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultPage(Message):
    """The MPP client shows the payment result page: ``status`` is ``S`` (paid) or ``F`` (not paid)."""

    point: ClassVar[str] = USER
    by_suite: ClassVar[bool] = False
    status: str
    error_code: str | None = None


# --- GATEWAY ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class UserInitiatedPay(Message):
    """The MPP server asks Alipay+ to decode a code value. ``signature``: see :data:`SIGNATURE_OUTCOMES`."""

    point: ClassVar[str] = GATEWAY
    by_suite: ClassVar[bool] = False
    code_value: str
    customer_id: str
    pass_through_info: str | None = None
    signature: str = "valid"


SIGNATURE_OUTCOMES: Final = ("valid", "missing", "unreadable", "invalid")
"""What verification of a signature came to: of a request of the MPP's, or of an answer of its server.

A request with anything but ``valid`` is refused with INVALID_SIGNATURE.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The order behind a code: what Alipay+ returns beside ``actionForm`` when decoding succeeded.

    ``amount`` is in minor units of ``currency``; ``pay_to_amount`` in those of ``pay_to_currency``.
    """

    payment_request_id: str
    amount: str
    currency: str = "CNY"
    pay_to_amount: str
    pay_to_currency: str
    code_type: str
    """``EntryCode`` or ``OrderCode``, as ``paymentFactor.inStorePaymentScenario`` spells them."""


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
    """Alipay+ asks the MPP server how a payment ended."""

    point: ClassVar[str] = GATEWAY
    by_suite: ClassVar[bool] = True
    payment_request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryPaymentAnswer(Message):
    """The MPP server's answer to inquiryPayment.

    ``result_status`` is that of the call; ``payment_status`` that of the payment: ``S`` paid, ``F`` not paid or no
    longer, ``U`` not known yet. Without an order there is none.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelPayment(Message):
    """Alipay+ has the MPP server cancel a payment; what was paid goes back."""

    point: ClassVar[str] = GATEWAY
    by_suite: ClassVar[bool] = True
    payment_request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelPaymentAnswer(Message):
    """The MPP server's answer to cancelPayment."""

    point: ClassVar[str] = GATEWAY
    by_suite: ClassVar[bool] = False
    is_reply: ClassVar[bool] = True
    result_status: str
    result_code: str
    result_message: str
    signature: str = "valid"


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


# --- CLIENT_SDK -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch(Message):
    """The MPP client calls the SDK's ``launch`` with the address of the merchant page."""

    point: ClassVar[str] = CLIENT_SDK
    by_suite: ClassVar[bool] = False
    url: str
    user_agent: str | None = None
    ac_decode_config: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decode(Message):
    """The SDK calls the MPP client's ``decode`` with the order code it intercepted; ``callback`` names this call."""

    point: ClassVar[str] = CLIENT_SDK
    by_suite: ClassVar[bool] = True
    code_value: str
    callback: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodeCallback(Message):
    """The MPP client executes the callback of ``decode``; ``outcome`` is ``success`` or ``failure``."""

    point: ClassVar[str] = CLIENT_SDK
    by_suite: ClassVar[bool] = False
    callback: str
    outcome: str
    sdk_action_payload: str | None = None
    error_code: str | None = None
    error_message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandleAction(Message):
    """The MPP client calls the SDK's ``handleAction``."""

    point: ClassVar[str] = CLIENT_SDK
    by_suite: ClassVar[bool] = False
    sdk_action_payload: str | None = None


# --- APP_LINK ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityAnswer(Message):
    """The MPP server tells its client what a code is.

    ``action`` is ``OPEN_URL`` (entry code), ``DECODE`` (order code) or ``NONE`` (not a code of Alipay+).
    """

    point: ClassVar[str] = APP_LINK
    by_suite: ClassVar[bool] = False
    code_value: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerAnswer(Message):
    """What the MPP server hands its client after userInitiatedPay.

    Either ``action_type`` (with ``sdk_action_payload``), or the payment result (``payment_status`` ``S`` or ``F``,
    with ``error_code``), or both in one answer.
    """

    point: ClassVar[str] = APP_LINK
    by_suite: ClassVar[bool] = False
    action_type: str | None = None
    sdk_action_payload: str | None = None
    payment_status: str | None = None
    error_code: str | None = None


# --- what could not be read -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Malformed(Message):
    """A message from the wallet that breaks ``openapi/``: it is kept, and given to no peer as if it were sound.

    ``where`` is the point it came in at; ``operation`` the message type it was sent as; ``problem`` in words.
    ``reference`` is the code value or paymentRequestId it bore, where one could be read (GATEWAY only).
    """

    point: ClassVar[str] = "MALFORMED"
    by_suite: ClassVar[bool] = False
    where: str
    operation: str
    problem: str
    reference: str | None = None


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
