"""MPPs whose server answers Alipay+'s own calls wrongly."""

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from mpp_conformance.protocol.messages import (
    CancelPayment,
    CancelPaymentAnswer,
    InquiryPayment,
    InquiryPaymentAnswer,
    Message,
    Order,
)
from mpp_conformance.specimens.books import CLOSED, Entry
from mpp_conformance.specimens.conforming import ConformingMpp, Say, Session
from mpp_conformance.specimens.consequences import ids


class PaidIsUnknown(ConformingMpp):
    """Tells inquiries of a payment that it has taken that it is still under way, until the books are closed.

    Whether a stranger has taken it back cannot be told from that (WIRE-5).
    """

    name = "success-inquired-as-unknown"
    breaks = frozenset({"INQ-1"})
    hides = frozenset({"WIRE-5"})

    def state(self, entry: Entry) -> tuple[str, str]:
        """U for S."""
        status, code = super().state(entry)
        return ("U", "PAYMENT_IN_PROCESS") if status == "S" else (status, code)


class FailedIsSuccess(ConformingMpp):
    """Tells inquiries the status of the call as that of the payment: S, unless it was cancelled.

    A payment that is under way is told as S as well (INQ-3).
    """

    name = "failure-inquired-as-success"
    breaks = frozenset({"INQ-1", "INQ-3"})

    def state(self, entry: Entry) -> tuple[str, str]:
        """S for what is known."""
        status, code = super().state(entry)
        return (status, code) if code == CLOSED else ("S", "SUCCESS")


class FailedIsUnknown(ConformingMpp):
    """Tells inquiries of a payment that it has notified as failed that it may still be paid."""

    name = "failure-inquired-as-unknown"
    breaks = frozenset({"INQ-1"})

    def state(self, entry: Entry) -> tuple[str, str]:
        """U for F, unless it was cancelled."""
        status, code = super().state(entry)
        return ("U", "PAYMENT_IN_PROCESS") if status == "F" and code != CLOSED else (status, code)


class ForeseesSuccess(ConformingMpp):
    """Tells inquiries of a payment that is under way that it was paid."""

    name = "success-foretold-to-inquiries"
    breaks = frozenset({"INQ-3"})

    def state(self, entry: Entry) -> tuple[str, str]:
        """S for U."""
        status, code = super().state(entry)
        return ("S", "SUCCESS") if status == "U" else (status, code)


class ForeseesFailure(ConformingMpp):
    """Tells inquiries of a payment that is under way that it has failed."""

    name = "failure-foretold-to-inquiries"
    breaks = frozenset({"INQ-3"})

    def state(self, entry: Entry) -> tuple[str, str]:
        """F for U."""
        status, code = super().state(entry)
        return ("F", "PROCESS_FAIL") if status == "U" else (status, code)


class SwapsAmounts(ConformingMpp):
    """Tells inquiries what it owes for what was paid, and the other way round."""

    name = "inquired-amounts-swapped"
    observed = frozenset({"INQ-4"})

    def told(self, entry: Entry) -> InquiryPaymentAnswer:
        """Each in the other's place."""
        made = super().told(entry)
        return replace(made, payment_amount=made.pay_to_amount, pay_to_amount=made.payment_amount)


class UnknownOrderInProcess(ConformingMpp):
    """Tells inquiries of an order that it does not know that it is under way."""

    name = "unknown-order-inquired-as-in-process"
    breaks = frozenset({"INQ-2"})

    def inquired(self, inquiry: InquiryPayment) -> InquiryPaymentAnswer:
        """S, and U."""
        made = super().inquired(inquiry)
        if made.result_code != "ORDER_NOT_EXIST":
            return made
        known = replace(made, result_status="S", result_code="SUCCESS")
        return replace(known, payment_status="U", payment_code="PAYMENT_IN_PROCESS", payment_message="in process")


class UnknownOrderIsAnError(ConformingMpp):
    """Answers inquiries about an order that it does not know as any other trouble of its own."""

    name = "unknown-order-inquired-as-process-fail"
    breaks = frozenset({"INQ-2"})

    def inquired(self, inquiry: InquiryPayment) -> InquiryPaymentAnswer:
        """Another code."""
        made = super().inquired(inquiry)
        return replace(made, result_code="PROCESS_FAIL") if made.result_code == "ORDER_NOT_EXIST" else made


class RefusesToCancel(ConformingMpp):
    """Common ground of those who refuse to cancel in one state of a payment."""

    def refuses(self, entry: Entry) -> bool:
        """Whether the payment is in that state."""
        raise NotImplementedError

    def cancelled(self, cancellation: CancelPayment) -> CancelPaymentAnswer:
        """F in that state."""
        entry = self.books.get(cancellation.payment_request_id)
        if entry is not None and self.refuses(entry):
            return CancelPaymentAnswer(
                result_status="F", result_code="PROCESS_FAIL", result_message="not in this state"
            )
        return super().cancelled(cancellation)


class KeepsMoney(RefusesToCancel):
    """Refuses to cancel what was paid: that is what refunds are for.

    What was not cancelled is not closed either (CAN-2, CAN-3), nor does it lead to a notification (NOT-3), and nobody
    sees that Alipay+ is told from a stranger (WIRE-5).
    """

    name = "cancellation-refused-after-success"
    breaks = frozenset({"CAN-1"})
    hides = frozenset({"CAN-2", "CAN-3", "CAN-5", "NOT-3", "WIRE-5"})

    def refuses(self, entry: Entry) -> bool:
        """Paid."""
        return entry.status == "S" and not entry.cancelled


class KeepsFailure(RefusesToCancel):
    """Refuses to cancel what has failed: there is nothing to take back.

    Whether a repeated cancellation is answered alike cannot be told (CAN-2).
    """

    name = "cancellation-refused-after-failure"
    hides = frozenset({"CAN-2", "WIRE-5"})
    breaks = frozenset({"CAN-1"})

    def refuses(self, entry: Entry) -> bool:
        """Failed."""
        return entry.status == "F" and not entry.cancelled


class KeepsPaying(RefusesToCancel):
    """Refuses to cancel while the consumer is at the cashier page.

    What was not cancelled is not closed either (CAN-3), nor is it cancelled early (CAN-4) or once more (CAN-2).
    """

    name = "cancellation-refused-while-paying"
    breaks = frozenset({"CAN-1"})
    hides = frozenset({"CAN-2", "CAN-3", "CAN-4", "SRV-7"})

    def refuses(self, entry: Entry) -> bool:
        """Under way."""
        return entry.status is None and not entry.cancelled


class RefusesTwice(RefusesToCancel):
    """Refuses to cancel what was cancelled already."""

    name = "second-cancellation-refused"
    breaks = frozenset({"CAN-2"})

    def refuses(self, entry: Entry) -> bool:
        """Cancelled."""
        return entry.cancelled


class CancelsAgainOtherwise(ConformingMpp):
    """Answers that an order is closed where it was cancelled before, though with S."""

    name = "second-cancellation-answered-otherwise"
    breaks = frozenset({"CAN-2"})

    def cancelled(self, cancellation: CancelPayment) -> CancelPaymentAnswer:
        """Another code."""
        entry = self.books.get(cancellation.payment_request_id)
        closed = entry is not None and entry.cancelled
        made = super().cancelled(cancellation)
        return replace(made, result_code=CLOSED) if closed and made.result_status == "S" else made


class PaysWhatWasCancelled(ConformingMpp):
    """Does not look at cancellations when the consumer confirms.

    It is told as paid after that (CAN-3).
    """

    name = "cancelled-payment-taken-all-the-same"
    breaks = frozenset({"CAN-3"})
    observed = frozenset({"CAN-4"})

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """Back into the books before the debit."""
        for message in super().pay(session, order):
            yield message
            self.booked(session, order).cancelled = False


class PaysEntryCodeThatWasCancelled(PaysWhatWasCancelled):
    """Does not look at cancellations when the consumer confirms at the end of an entry code's decode call."""

    name = "cancelled-entry-code-payment-taken-all-the-same"
    breaks = frozenset({"CAN-3"})

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """Only there."""
        kind = PaysWhatWasCancelled if session.callback is not None else ConformingMpp
        return kind.pay(self, session, order)


class AnswersUnsigned(ConformingMpp):
    """Signs what it says to Alipay+, and forgot what it answers."""

    name = "answers-to-alipay-plus-unsigned"
    breaks = frozenset({"WIRE-3"})
    outcome = "missing"

    def served(self, call: InquiryPayment | CancelPayment) -> InquiryPaymentAnswer | CancelPaymentAnswer:
        """Not signed, or not well."""
        return replace(super().served(call), signature=self.outcome)


class AnswersSignedWrongly(AnswersUnsigned):
    """Signs its answers over an address that it does not have behind its proxy."""

    name = "answers-to-alipay-plus-signed-wrongly"
    outcome = "invalid"


class SignsSuccessOnly(ConformingMpp):
    """Signs what it can say, and not that it knows no such order."""

    name = "unknown-orders-answered-unsigned"
    breaks = frozenset({"WIRE-3"})

    def inquired(self, inquiry: InquiryPayment) -> InquiryPaymentAnswer:
        """The error page is another part of the server."""
        made = super().inquired(inquiry)
        return made if made.result_status == "S" else replace(made, signature="missing")


class SignsInquiriesOnly(ConformingMpp):
    """Signs answers to inquiries, and not those to cancellations."""

    name = "answers-to-cancellations-unsigned"
    breaks = frozenset({"WIRE-3"})

    def cancelled(self, cancellation: CancelPayment) -> CancelPaymentAnswer:
        """Not signed."""
        return replace(super().cancelled(cancellation), signature="missing")


class ServesNothing(ConformingMpp):
    """Common ground of those who do not answer one of the calls."""

    unserved: ClassVar[type[Message]] = InquiryPayment

    def hear(self, session: str, message: Message) -> Iterator[Say]:
        """Nothing to such a call."""
        return iter(()) if isinstance(message, self.unserved) else super().hear(session, message)


class ServesNoInquiries(ServesNothing):
    """Serves cancellations only.

    Without an answer nothing can be said of what it says (INQ-1 to INQ-3, CAN-3), of how it is signed (WIRE-3) or of
    how it reads a call (WIRE-6, WIRE-7); nobody can see that a stranger has changed nothing (WIRE-5), or that it does
    not say of all orders the same (CAN-1, CAN-2, NOT-3).
    """

    name = "inquiries-not-served"
    breaks = frozenset({"WIRE-4"})
    hides = ids("""
        CAN-1 CAN-2 CAN-3 CAN-5 CAN-6 INQ-1 INQ-2 INQ-3 INQ-4 NOT-3 SRV-7 WIRE-3 WIRE-5 WIRE-6 WIRE-7 WIRE-8
    """)


class ServesNoCancellations(ServesNothing):
    """Serves inquiries only.

    Without an answer nothing can be said of what it says (CAN-1 to CAN-4), of how it is signed (WIRE-3), or of what
    follows from it (NOT-3, WIRE-5).
    """

    name = "cancellations-not-served"
    breaks = frozenset({"WIRE-4"})
    hides = frozenset({"CAN-1", "CAN-2", "CAN-3", "CAN-4", "CAN-5", "CAN-6", "NOT-3", "SRV-7", "WIRE-5"})
    unserved = CancelPayment


class StatusAsBoolean(ConformingMpp):
    """Answers cancellations with true and false.

    An answer that cannot be read says nothing (CAN-1 to CAN-4), whether signed or not (WIRE-3), and nothing of what
    follows from it (NOT-3, WIRE-5).
    """

    name = "cancellation-status-as-boolean"
    breaks = frozenset({"WIRE-4"})
    hides = frozenset({"CAN-1", "CAN-2", "CAN-3", "CAN-4", "CAN-5", "CAN-6", "NOT-3", "SRV-7", "WIRE-5"})

    def cancelled(self, cancellation: CancelPayment) -> CancelPaymentAnswer:
        """A boolean."""
        made = super().cancelled(cancellation)
        return replace(made, result_status=made.result_status == "S")  # type: ignore[arg-type]  # the fault


class ObeysStrangers(ConformingMpp):
    """Cancels for whoever knows an order's id."""

    name = "strangers-obeyed"
    breaks = frozenset({"WIRE-5"})

    def cancelled(self, cancellation: CancelPayment) -> CancelPaymentAnswer:
        """The signature is not looked at."""
        return super().cancelled(replace(cancellation, signature="valid"))


class ObeysUnsigned(ConformingMpp):
    """Verifies the signature of a call where there is one, and obeys those that have none."""

    name = "unsigned-calls-obeyed"
    breaks = frozenset({"WIRE-5"})

    def cancelled(self, cancellation: CancelPayment) -> CancelPaymentAnswer:
        """Missing is as good as valid."""
        signed = cancellation.signature == "missing"
        return super().cancelled(replace(cancellation, signature="valid") if signed else cancellation)


class ObeysSecretly(ConformingMpp):
    """Refuses a call that is not signed, after it has done what was asked."""

    name = "strangers-refused-too-late"
    breaks = frozenset({"WIRE-5"})

    def cancelled(self, cancellation: CancelPayment) -> CancelPaymentAnswer:
        """Cancelled first, verified second."""
        super().cancelled(replace(cancellation, signature="valid"))
        return super().cancelled(cancellation)


class ObeysMeanwhile(ConformingMpp):
    """Closes an order for whoever asks while the consumer pays, and breaks down over its answer to a stranger."""

    name = "strangers-obeyed-while-the-consumer-pays"
    breaks = frozenset({"WIRE-5"})

    def cancelled(self, cancellation: CancelPayment) -> CancelPaymentAnswer:
        """A stranger's is carried out where the payment has no result yet."""
        entry = self.books.get(cancellation.payment_request_id)
        if cancellation.signature == "valid" or entry is None or entry.status is not None:
            return super().cancelled(cancellation)
        made = super().cancelled(replace(cancellation, signature="valid"))
        return replace(made, result_status="")
