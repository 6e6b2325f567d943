"""Conforming MPPs that guard themselves under load in their own way: none of them may fail anything, alone or there."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from mpp_conformance.protocol.messages import Message, Order
from mpp_conformance.specimens.conforming import ConformingMpp, Session


@dataclass
class OnePaymentAtATime(ConformingMpp):
    """Declines a payment while the same customer has another one to confirm, and notifies that."""

    name = "one-payment-of-a-customer-at-a-time"
    confirming: dict[str, Order] = field(default_factory=dict)

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """Declined for good, as for want of money."""
        entry = self.booked(session, order)
        other = self.confirming.setdefault(session.customer, order)
        if other.payment_request_id != order.payment_request_id and entry.status is None:
            entry.status, entry.error_code = "F", "RISK_REJECT"
            yield from self.notify(session, order, self.settled(session, order))
            yield from self.take(session, self.settled(session, order))
            return
        for message in super().pay(session, order):
            yield message
            if entry.status is not None:
                self.confirming.pop(session.customer, None)
