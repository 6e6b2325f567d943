"""MPP servers that answer Alipay+ about another order than the one it asks about, once there are several."""

from dataclasses import dataclass

from mpp_conformance.protocol.messages import (
    CancelPayment,
    CancelPaymentAnswer,
    InquiryPayment,
    InquiryPaymentAnswer,
)
from mpp_conformance.specimens.books import Entry
from mpp_conformance.specimens.conforming import ConformingMpp


class LatestInquired(ConformingMpp):
    """Looks in its books for the order that was asked about, and tells of the one it wrote last.

    What was cancelled is told as something else, too (CAN-3).
    """

    name = "latest-order-inquired"
    breaks = frozenset({"CAN-3", "CAN-5", "INQ-1"})
    observed = frozenset({"INQ-4"})

    def told(self, entry: Entry) -> InquiryPaymentAnswer:  # noqa: ARG002  # another one's
        """The last one."""
        return super().told(list(self.books.values())[-1])


class CustomersOrdersCancelled(ConformingMpp):
    """Cancels by customer: all their orders are closed with the first.

    What was paid of the others (CAN-5) is no longer told as paid (INQ-1).
    """

    name = "all-orders-of-the-customer-cancelled"
    breaks = frozenset({"CAN-5", "INQ-1"})

    def cancelled(self, cancellation: CancelPayment) -> CancelPaymentAnswer:
        """Whatever else this customer has."""
        answer, entry = super().cancelled(cancellation), self.books.get(cancellation.payment_request_id)
        if entry is not None and entry.cancelled:
            for other in self.books.values():
                other.cancelled = other.cancelled or other.customer == entry.customer
        return answer


class LatestCancelled(ConformingMpp):
    """Takes back the payment that the customer made last, whichever of them it is asked to.

    The one that was cancelled is told as paid (CAN-3), and another one as cancelled (INQ-1).
    """

    name = "latest-order-of-the-customer-cancelled"
    breaks = frozenset({"CAN-3", "CAN-5", "INQ-1"})

    def cancelled(self, cancellation: CancelPayment) -> CancelPaymentAnswer:
        """The customer's last one."""
        entry = self.books.get(cancellation.payment_request_id)
        if entry is not None:
            last = [number for number, other in self.books.items() if other.customer == entry.customer][-1]
            cancellation = CancelPayment(payment_request_id=last, signature=cancellation.signature)
        return super().cancelled(cancellation)


class OneCancellation(ConformingMpp):
    """Remembers that it has cancelled, and not which order: another one is refused."""

    name = "another-order-not-cancelled"
    breaks = frozenset({"CAN-1"})

    def cancelled(self, cancellation: CancelPayment) -> CancelPaymentAnswer:
        """The first one only, however often."""
        closed = {number for number, entry in self.books.items() if entry.cancelled}
        if closed and cancellation.payment_request_id not in closed:
            return CancelPaymentAnswer(result_status="F", result_code="PROCESS_FAIL", result_message="cancelled before")
        return super().cancelled(cancellation)


@dataclass
class FirstInquiryCached(ConformingMpp):
    """Keeps its first answer to inquiryPayment about a known order for whatever else it is asked about.

    What was paid is told as it was before (INQ-1), or foretold (INQ-3); what was cancelled is told as paid (CAN-3).
    """

    name = "first-order-inquired-for-ever"
    breaks = frozenset({"CAN-3", "INQ-1", "INQ-3"})
    hides = frozenset({"CAN-5"})
    observed = frozenset({"INQ-4"})
    first: InquiryPaymentAnswer | None = None

    def inquired(self, inquiry: InquiryPayment) -> InquiryPaymentAnswer:
        """The first one."""
        answer = super().inquired(inquiry)
        if answer.result_status != "S":
            return answer
        self.first = self.first or answer
        return self.first
