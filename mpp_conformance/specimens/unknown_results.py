"""MPPs whose server answers Alipay+ with U where it knows better, or for ever."""

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from mpp_conformance.protocol.messages import (
    CancelPayment,
    CancelPaymentAnswer,
    CashierPage,
    InquiryPayment,
    InquiryPaymentAnswer,
    Message,
    NotifyPayment,
    NotifyPaymentAnswer,
    Order,
)
from mpp_conformance.specimens.books import CLOSED, Entry
from mpp_conformance.specimens.conforming import ConformingMpp, Handed, Session

_TROUBLE: dict[str, str] = {"result_status": "U", "result_code": "UNKNOWN_EXCEPTION", "result_message": "try again"}


class CancelsInVain(ConformingMpp):
    """Tells Alipay+ of trouble with each cancellation, although it has cancelled.

    No cancellation is seen to succeed (CAN-1), nor what comes of it.
    """

    name = "cancellations-unknown-for-ever"
    hides = frozenset({"CAN-1", "CAN-2", "CAN-3", "CAN-4", "CAN-5", "NOT-3", "SRV-7", "WIRE-5"})
    observed = frozenset({"CAN-6"})

    def fails(self, entry: Entry) -> bool:  # noqa: ARG002  # others look at it
        """Whether its part for cancellations is in trouble in this state of a payment."""
        return True

    def cancelled(self, cancellation: CancelPayment) -> CancelPaymentAnswer:
        """U in that state."""
        entry = self.books.get(cancellation.payment_request_id)
        troubled = entry is not None and cancellation.signature == "valid" and self.fails(entry)
        made = super().cancelled(cancellation)
        return CancelPaymentAnswer(**_TROUBLE) if troubled else made


class CancelsPaidInVain(CancelsInVain):
    """Is in trouble where money has to go back."""

    name = "cancellations-of-paid-orders-unknown-for-ever"
    hides = frozenset({"CAN-1", "CAN-2", "CAN-3", "CAN-5", "NOT-3", "WIRE-5"})

    def fails(self, entry: Entry) -> bool:
        """It was paid."""
        return entry.status == "S"


class CancelsFailedInVain(CancelsInVain):
    """Is in trouble where there is nothing to take back."""

    name = "cancellations-of-failed-orders-unknown-for-ever"
    hides = frozenset({"CAN-1", "CAN-2", "WIRE-5"})

    def fails(self, entry: Entry) -> bool:
        """It was not paid."""
        return entry.status == "F"


class CancelsEarlyInVain(ConformingMpp):
    """Waits for the consumer before it cancels, and tells Alipay+ as long that the payment is in process.

    Such a cancellation is not seen to succeed (CAN-1), nor what comes of it.
    """

    name = "cancellations-unknown-while-paying"
    hides = frozenset({"CAN-1", "CAN-2", "CAN-3", "CAN-4", "SRV-7"})
    observed = frozenset({"CAN-6"})

    def cancelled(self, cancellation: CancelPayment) -> CancelPaymentAnswer:
        """U without a result."""
        entry = self.books.get(cancellation.payment_request_id)
        if entry is None or entry.status is not None or cancellation.signature != "valid":
            return super().cancelled(cancellation)
        return CancelPaymentAnswer(result_status="U", result_code="PAYMENT_IN_PROCESS", result_message="in process")


class SecondCancellationUnknown(ConformingMpp):
    """Breaks down over a cancellation of what it has cancelled, however often Alipay+ tries.

    The suite tries again at once: the trouble may not last (CAN-2).
    """

    name = "second-cancellation-unknown-for-ever"
    hides = frozenset({"CAN-2"})

    def cancelled(self, cancellation: CancelPayment) -> CancelPaymentAnswer:
        """U from the second on."""
        entry = self.books.get(cancellation.payment_request_id)
        again = entry is not None and entry.cancelled and cancellation.signature == "valid"
        return CancelPaymentAnswer(**_TROUBLE) if again else super().cancelled(cancellation)


class InquiredInVain(ConformingMpp):
    """Common ground of those who cannot tell of orders in one state, however often Alipay+ asks."""

    code: ClassVar[str]
    """What such an order would be told as."""

    def inquired(self, inquiry: InquiryPayment) -> InquiryPaymentAnswer:
        """U in that state."""
        made = super().inquired(inquiry)
        if self.code in {made.result_code, made.payment_code}:
            return InquiryPaymentAnswer(**_TROUBLE)
        return made


class FailedUnknown(InquiredInVain):
    """Keeps failed payments where inquiries cannot find them.

    The suite asks again at once: the trouble may not last (INQ-1).
    """

    name = "failed-orders-unknown-for-ever"
    hides = frozenset({"INQ-1"})
    code = "USER_BALANCE_NOT_ENOUGH"


class CancelledUnknown(InquiredInVain):
    """Breaks down over orders that it has closed.

    So nobody can see that it closes them (CAN-3), and no other (CAN-5).
    """

    name = "cancelled-orders-unknown-for-ever"
    hides = frozenset({"CAN-3", "CAN-5"})
    code = CLOSED


class StrangeUnknown(InquiredInVain):
    """Breaks down over orders that it does not know.

    The suite asks again at once: the trouble may not last (INQ-2).
    """

    name = "strange-orders-unknown-for-ever"
    hides = frozenset({"INQ-2"})
    code = "ORDER_NOT_EXIST"


class CallInProcess(ConformingMpp):
    """Tells inquiries of a payment under way that the call is: it has one status for both."""

    name = "call-told-as-in-process"
    breaks = frozenset({"INQ-3"})

    def inquired(self, inquiry: InquiryPayment) -> InquiryPaymentAnswer:
        """U beside U."""
        made = super().inquired(inquiry)
        return replace(made, result_status="U", result_code=made.payment_code or "") if _under_way(made) else made


class CallInProcessAlone(ConformingMpp):
    """Says of a payment under way that the call is, and nothing of the payment."""

    name = "call-told-as-in-process-alone"
    breaks = frozenset({"INQ-3"})

    def inquired(self, inquiry: InquiryPayment) -> InquiryPaymentAnswer:
        """U instead of U."""
        made = super().inquired(inquiry)
        if not _under_way(made):
            return made
        return InquiryPaymentAnswer(result_status="U", result_code="PAYMENT_IN_PROCESS", result_message="in process")


def _under_way(answer: InquiryPaymentAnswer) -> bool:
    return answer.payment_status == "U"


# --- what is told beside a result -----------------------------------------------------------------------------------


class CancelledToldAsPaid(ConformingMpp):
    """Tells its client of a success when the consumer confirms what Alipay+ has cancelled, and Alipay+ of a failure.

    So the consumer is shown one as well (CAN-4).
    """

    name = "cancelled-payment-told-as-paid"
    breaks = frozenset({"SRV-7"})
    observed = frozenset({"CAN-4"})

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """The result of the app's own part."""
        entry = self.booked(session, order)
        if entry.status is not None:
            yield from super().pay(session, order)
            return
        yield CashierPage()
        result = self.settled(session, order)
        yield from self.notify(session, order, result)
        yield from self.take(session, Handed(payment_status="S") if entry.cancelled else result)


class DeclaresAnew(ConformingMpp):
    """Works the amount to declare at customs out anew for each notification."""

    name = "customs-amount-per-notification"
    breaks = frozenset({"NOT-3"})

    def notice(self, session: Session, order: Order, result: Handed) -> NotifyPayment:
        """All of it at first."""
        made = super().notice(session, order, result)
        return replace(made, customs_declaration_amount=order.amount, customs_declaration_currency=order.currency)

    def notified(self, session: Session, answer: NotifyPaymentAnswer) -> Iterator[Message]:
        """Nothing after that."""
        for message in super().notified(session, answer):
            if isinstance(message, NotifyPayment):
                yield replace(message, customs_declaration_amount="0")
            else:
                yield message


class RowInquired(ConformingMpp):
    """Tells inquiries the row of a payment in its books where the notification had its paymentId."""

    name = "row-inquired-for-payment-id"
    observed = frozenset({"INQ-4"})

    def told(self, entry: Entry) -> InquiryPaymentAnswer:
        """Another id of the same payment."""
        return replace(super().told(entry), payment_id=f"row-{entry.order.payment_request_id[-6:]}")
