"""What Alipay+ asks of an MPP server by itself, and when."""

from dataclasses import dataclass, field
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
from mpp_conformance.scenarios.call_forms import PLAIN, TITLE, UPPER, Form, spell
from mpp_conformance.scenarios.scenario import CANCEL, LAST, NEXT, Call, Codes

ANSWERS: Final = frozenset({InquiryPaymentAnswer.__name__, CancelPaymentAnswer.__name__})
"""What an MPP server answers with, by the name of the message."""
PAYING_SHOWN: Final[frozenset[type[Message]]] = frozenset({CashierPage, NotifyPayment})
"""What shows that the MPP server knows of an order."""


def message_of(call: Call, codes: Codes) -> InquiryPayment | CancelPayment:
    """The message that asks; ``codes``: those of the payment that it is about.

    Of a strange order it bears an id that nobody has heard of, which differs from the payment's own in its
    last digit: whoever cuts ids, or reads them as numbers, finds that order.
    """
    kind = CancelPayment if call.what == CANCEL else InquiryPayment
    number = payment_request_id(codes)
    if call.strange:
        number = f"{number[:-1]}{(int(number[-1]) + 1) % 10}"
    body = None if call.form == PLAIN else spell({**wire.PARTIES, "paymentRequestId": number}, call.form)
    return kind(payment_request_id=number, signature=call.signature, body=body, carriage=_carriage(call.form))


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

    @property
    def rests(self) -> bool:
        """Whether no call is on its way, nor to be made before the next payment begins."""
        return not self.waiting and (not self.due or self.calls[self.made].when in {NEXT, LAST})

    @property
    def following(self) -> Call:
        """The call to be made next; there must be one."""
        return self.calls[self.made]

    def make(self) -> Call:
        """The call to make now, for its time has come."""
        call = self.following
        self.made += 1
        self.waiting = True
        self.cancelled = self.cancelled or call.cancels_early
        return call

    def take_answer(self, message: Message) -> None:
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
