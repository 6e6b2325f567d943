"""What crosses at the MPP client: with the consumer, with the client SDK, and on the wallet's own app link."""

from dataclasses import dataclass
from typing import ClassVar, Final

from mpp_conformance.protocol.messages.base import APP_LINK, CLIENT_SDK, USER, Message

# --- USER -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptorCall(Message):
    """A call of the adaptor that breaks its interface; ``operation`` is its operationId, ``body`` what is sent."""

    point: ClassVar[str] = USER
    by_suite: ClassVar[bool] = True
    operation: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptorAnswer(Message):
    """What became of the call before: the HTTP status in digits, ``none`` where nothing came back."""

    point: ClassVar[str] = USER
    by_suite: ClassVar[bool] = False
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptorHealth(Message):
    """What the adaptor says of its health, as an HTTP status like the one above."""

    point: ClassVar[str] = USER
    by_suite: ClassVar[bool] = False
    status: str


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


ALIPAY_PLUS_ERROR: Final = "error page of Alipay+"
OWN_ERROR: Final = "error page of the wallet"
PAID_PAGE: Final = "result page, paid"
UNPAID_PAGE: Final = "result page, not paid"
NO_PAGE: Final = "nothing"
PAGES: Final = (ALIPAY_PLUS_ERROR, OWN_ERROR, PAID_PAGE, UNPAID_PAGE, NO_PAGE)
"""What a person may have seen at the end of a payment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting(Message):
    """What a person saw in the end: ``page``, one of PAGES; ``person``: the name of whoever says so.

    A result page is reported beside it, as a message of its own.
    """

    point: ClassVar[str] = USER
    by_suite: ClassVar[bool] = False
    page: str
    person: str


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
