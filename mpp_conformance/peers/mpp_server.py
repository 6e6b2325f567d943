"""What Alipay+ asks of an MPP server by itself, and when."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Final

from mpp_conformance import wire
from mpp_conformance.peers.alipay_plus import payment_request_id
from mpp_conformance.protocol.messages import (
    BLANKS,
    NEW_CONNECTION,
    TITLE_CASE,
    UPPER_CASE,
    CancelPayment,
    CancelPaymentAnswer,
    CashierPage,
    InquiryPayment,
    InquiryPaymentAnswer,
    Malformed,
    Message,
    NotifyPayment,
)
from mpp_conformance.scenarios.call_forms import PLAIN, TITLE, UPPER, Form, spelled
from mpp_conformance.scenarios.scenario import CANCEL, PAYING, Call, Codes

ANSWERS: Final = frozenset({InquiryPaymentAnswer.__name__, CancelPaymentAnswer.__name__})
"""What an MPP server answers with, by the name of the message."""
_PAYING: Final[frozenset[type[Message]]] = frozenset({CashierPage, NotifyPayment})
"""What shows that the MPP server knows of an order."""


def said(call: Call, codes: Codes) -> InquiryPayment | CancelPayment:
    """The message that asks; of a strange order it bears an id that nobody has heard of."""
    kind = CancelPayment if call.what == CANCEL else InquiryPayment
    of = replace(codes, order_id=codes.tag.removeprefix("mpp-")) if call.strange else codes
    number = payment_request_id(of)
    body = None if call.form == PLAIN else spelled({**wire.PARTIES, "paymentRequestId": number}, call.form)
    return kind(payment_request_id=number, signature=call.signature, body=body, carriage=_carriage(call.form))


def own(call: Call) -> bool:
    """Whether a call is about the order of the payment at which it is made."""
    return not call.strange and not call.back


def _carriage(form: Form) -> str:
    chosen = {
        BLANKS: form.blanks,
        TITLE_CASE: form.names == TITLE,
        UPPER_CASE: form.names == UPPER,
        NEW_CONNECTION: not form.kept,
    }
    return " ".join(name for name, holds in chosen.items() if holds)


@dataclass(slots=True)
class Calls:
    """The calls about one payment, of which one at a time is on its way."""

    calls: tuple[Call, ...]
    made: int = 0
    waiting: bool = False
    cancelled: bool = field(init=False, default=False)
    """The payment was cancelled before it was over."""

    @property
    def due(self) -> bool:
        """Whether another call is to be made, now or later."""
        return self.made < len(self.calls) and not self.waiting

    def next(self, seen: Collection[type[Message]], *, over: bool) -> Call | None:
        """The call to make now; ``seen``: what the wallet has said; ``over``: nothing else is awaited of the wallet."""
        if not self.due:
            return None
        call = self.calls[self.made]
        if _PAYING.isdisjoint(seen) if call.when == PAYING else not over:
            return None
        self.made += 1
        self.waiting = True
        self.cancelled = self.cancelled or (call.what == CANCEL and call.when == PAYING and own(call))
        return call

    def answered(self, message: Message) -> None:
        """What the wallet said may be an answer, sound or not."""
        if message.name in ANSWERS or (isinstance(message, Malformed) and message.operation in ANSWERS):
            self.waiting = False

    @property
    def awaited(self) -> type[Message] | None:
        """The answer that is still to come."""
        left = self.calls[self.made - 1 :] if self.waiting else self.calls[self.made :]
        if not left:
            return None
        return CancelPaymentAnswer if left[0].what == CANCEL else InquiryPaymentAnswer
