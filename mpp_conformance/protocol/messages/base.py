"""What every message has, and the words that stand in several of them."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Malformed(Message):
    """A message from the wallet that breaks ``openapi/``: it is kept, and given to no peer as if it were sound.

    ``where`` is the point it came in at; ``operation`` the message type it was sent as; ``problem`` in words.
    ``reference`` is the code value or paymentRequestId it bore, where one could be read, and ``signature`` what
    verifying it came to (both GATEWAY only). ``http_status`` and ``media_type``: how HTTP carried an answer of the MPP
    server's, as `InquiryPaymentAnswer` has it.
    """

    point: ClassVar[str] = "MALFORMED"
    by_suite: ClassVar[bool] = False
    where: str
    operation: str
    problem: str
    reference: str | None = None
    signature: str | None = None
    http_status: str | None = None
    media_type: str | None = None
