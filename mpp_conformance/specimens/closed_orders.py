"""MPP servers that close another order than Alipay+ cancels, or obey and tell a stranger when nobody seems to look."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from mpp_conformance.protocol.messages import (
    CancelPayment,
    CancelPaymentAnswer,
    InquiryPayment,
    InquiryPaymentAnswer,
    Order,
)
from mpp_conformance.specimens.books import Entry
from mpp_conformance.specimens.conforming import ConformingMpp, Session


class ClosesOthers(ConformingMpp):
    """Common ground of those who close other orders as well."""

    def cancelled(self, cancellation: CancelPayment) -> CancelPaymentAnswer:
        """The order that is named, and others."""
        answer, entry = super().cancelled(cancellation), self.books.get(cancellation.payment_request_id)
        if entry is not None and answer.result_status == "S":
            for other in self.also(entry):
                other.cancelled = True
        return answer

    def also(self, entry: Entry) -> Iterator[Entry]:
        """What is closed besides."""
        raise NotImplementedError


class FailuresClosed(ClosesOthers):
    """Closes with an order whatever its customer did not pay: Alipay+ will not want it any more."""

    name = "failed-orders-of-the-customer-closed-with-another"
    breaks = frozenset({"CAN-5"})

    def also(self, entry: Entry) -> Iterator[Entry]:
        """The failed ones."""
        return (other for other in self.books.values() if (other.status, other.customer) == ("F", entry.customer))


class OpenOrdersClosed(ClosesOthers):
    """Closes with an order whatever else is at a cashier page."""

    name = "open-orders-closed-with-another"
    breaks = frozenset({"CAN-5"})

    def also(self, entry: Entry) -> Iterator[Entry]:  # noqa: ARG002  # whosever it is
        """Those without a result."""
        return (other for other in self.books.values() if other.status is None)


@dataclass
class OpenOrdersBarred(ClosesOthers):
    """Lets nobody at a cashier page pay any more when an order is cancelled, and tells inquiries nothing of it."""

    name = "open-orders-barred-with-another"
    breaks = frozenset({"CAN-5"})
    barred: set[str] = field(default_factory=set)

    def also(self, entry: Entry) -> Iterator[Entry]:
        """Those without a result."""
        open_yet = [other for other in self.books.values() if other.status is None and other is not entry]
        self.barred |= {other.order.payment_request_id for other in open_yet}
        return iter(open_yet)

    def told(self, entry: Entry) -> InquiryPaymentAnswer:
        """As if it were under way."""
        barred = entry.status is None and entry.order.payment_request_id in self.barred
        return super().told(replace(entry, cancelled=False) if barred else entry)


class OrdersBeforeClosed(ClosesOthers):
    """Closes with an order the one before it in its books.

    Where that was paid (CAN-5), it is no longer told as paid (INQ-1).
    """

    name = "order-before-closed-with-another"
    breaks = frozenset({"CAN-5", "INQ-1"})

    def also(self, entry: Entry) -> Iterator[Entry]:
        """The one before."""
        orders = list(self.books.values())
        return iter(orders[orders.index(entry) - 1 : orders.index(entry)])


class LatestClosed(ClosesOthers):
    """Closes with an order the one that it wrote in its books last.

    Where that was paid (CAN-5), it is no longer told as paid (INQ-1).
    """

    name = "latest-order-closed-with-another"
    breaks = frozenset({"CAN-5", "INQ-1"})

    def also(self, entry: Entry) -> Iterator[Entry]:  # noqa: ARG002  # whichever it is
        """The last one."""
        return iter(list(self.books.values())[-1:])


@dataclass
class NextClosed(ConformingMpp):
    """Keeps in mind that the customer's order is closed, and not which: what they order next is.

    Why that is declined cannot be seen where nothing is asked about it (UX-7).
    """

    name = "next-order-closed-after-a-cancellation"
    breaks = frozenset({"CAN-5"})
    hides = frozenset({"UX-7"})
    closing: set[str] = field(default_factory=set)
    """Customers."""

    def cancelled(self, cancellation: CancelPayment) -> CancelPaymentAnswer:
        """And the next one."""
        answer, entry = super().cancelled(cancellation), self.books.get(cancellation.payment_request_id)
        if entry is not None and answer.result_status == "S":
            self.closing.add(entry.customer)
        return answer

    def booked(self, session: Session, order: Order) -> Entry:
        """Closed at once, where one was cancelled before."""
        new = order.payment_request_id not in self.books
        entry = super().booked(session, order)
        if new and entry.customer in self.closing:
            entry.cancelled = True
            self.closing.remove(entry.customer)
        return entry


# --- strangers ----------------------------------------------------------------------------------------------------


class ObeysUnpaidSecretly(ConformingMpp):
    """Common ground of those who refuse a stranger's cancellation, and close the order all the same."""

    def cancelled(self, cancellation: CancelPayment) -> CancelPaymentAnswer:
        """Closed first, verified second."""
        entry = self.books.get(cancellation.payment_request_id)
        if cancellation.signature != "valid" and entry is not None and self.obeys(entry):
            entry.cancelled = True
        return super().cancelled(cancellation)

    def obeys(self, entry: Entry) -> bool:
        """Whether the order is in that state."""
        raise NotImplementedError


class ClosesFailures(ObeysUnpaidSecretly):
    """Refuses a stranger, and closes the order where nothing was paid."""

    name = "failed-orders-closed-for-refused-strangers"
    breaks = frozenset({"WIRE-5"})

    def obeys(self, entry: Entry) -> bool:
        """Failed."""
        return entry.status == "F"


@dataclass
class BarsOpenOrders(ObeysUnpaidSecretly):
    """Refuses a stranger, goes on telling that the payment is under way, and does not let the consumer pay it."""

    name = "open-orders-barred-for-refused-strangers"
    breaks = frozenset({"WIRE-5"})
    barred: set[str] = field(default_factory=set)

    def obeys(self, entry: Entry) -> bool:
        """Under way, and not cancelled by Alipay+."""
        found = entry.status is None and not entry.cancelled
        self.barred |= {entry.order.payment_request_id} if found else set()
        return found

    def told(self, entry: Entry) -> InquiryPaymentAnswer:
        """As if it were under way."""
        barred = entry.status is None and entry.order.payment_request_id in self.barred
        return super().told(replace(entry, cancelled=False) if barred else entry)


class TellsStrangers(ConformingMpp):
    """Verifies who wants something done, and answers inquiries of whoever asks."""

    name = "inquiries-of-strangers-answered"
    breaks = frozenset({"WIRE-5"})

    def inquired(self, inquiry: InquiryPayment) -> InquiryPaymentAnswer:
        """The signature is not looked at."""
        return super().inquired(replace(inquiry, signature="valid"))


class TellsBesideRefusal(ConformingMpp):
    """Refuses a stranger's inquiry, in an answer that it has filled in before."""

    name = "payments-told-beside-a-refusal"
    breaks = frozenset({"WIRE-5"})

    def inquired(self, inquiry: InquiryPayment) -> InquiryPaymentAnswer:
        """Everything, and a refusal."""
        told, made = super().inquired(replace(inquiry, signature="valid")), super().inquired(inquiry)
        refusal = {name: getattr(made, name) for name in ("result_status", "result_code", "result_message")}
        return replace(told, **refusal)


class StaysPaid(ConformingMpp):
    """Takes money back in another system, and tells inquiries of the payment as if nothing had happened.

    Nor is to be seen there whether others were closed with it (CAN-5).
    """

    name = "cancelled-inquired-as-before"
    breaks = frozenset({"CAN-3"})
    hides = frozenset({"CAN-5"})

    def state(self, entry: Entry) -> tuple[str, str]:
        """As it was."""
        return super().state(replace(entry, cancelled=False))
