"""MPPs that break no sentence, and do what leaves it open whether a duty is met: nobody accuses or certifies them."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from mpp_conformance.protocol.messages import (
    CancelPayment,
    CancelPaymentAnswer,
    IdentifyCode,
    InquiryPayment,
    InquiryPaymentAnswer,
    Launch,
    Message,
    Order,
    ServerAnswer,
)
from mpp_conformance.specimens.books import Entry
from mpp_conformance.specimens.conforming import ConformingMpp, Handed, Session
from mpp_conformance.specimens.consequences import ENTRY_UNASKED, ORDER_UNASKED, ids
from mpp_conformance.specimens.gateway_variants import AsksAboutCodes


class BooksWhatIsPaid(ConformingMpp):
    """Has an order in its books once it has taken the money, and notifies no failure.

    A failure is notified to nobody (NOT-2), and of an order that is not in the books there is nothing to tell (INQ-1,
    INQ-3) or to cancel (CAN-1, CAN-2), nor is it closed (CAN-3) or kept from being paid (CAN-4).
    """

    name = "only-paid-orders-booked"
    hides = ids("""
        CAN-1 CAN-2 CAN-3 CAN-4 CAN-6 INQ-1 INQ-3 NOT-4 NOT-6 NOT-9 SRV-7 WIRE-3 WIRE-4 WIRE-5 WIRE-8
    """)
    observed = frozenset({"NOT-2"})

    def served(self, call: InquiryPayment | CancelPayment) -> InquiryPaymentAnswer | CancelPaymentAnswer:
        """What is not paid is not there."""
        entry = self.books.get(call.payment_request_id)
        paid = entry is not None and entry.status == "S"
        return super().served(call if paid else replace(call, payment_request_id="nobody's"))

    def notify(self, session: Session, order: Order, result: Handed) -> Iterator[Message]:
        """Nothing of a failure."""
        return super().notify(session, order, result) if result.payment_status == "S" else iter(())


class LeavesFailureOpen(ConformingMpp):
    """Lets its consumer try another card: it notifies no failure, and tells inquiries that the payment is under way.

    A failure is notified to nobody (NOT-2), and nobody knows whether the payment is over (INQ-1).
    """

    name = "failure-left-open"
    hides = frozenset({"INQ-1", "NOT-4", "NOT-6", "NOT-9"})
    observed = frozenset({"NOT-2"})

    def notify(self, session: Session, order: Order, result: Handed) -> Iterator[Message]:
        """Nothing of a failure."""
        return super().notify(session, order, result) if result.payment_status == "S" else iter(())

    def state(self, entry: Entry) -> tuple[str, str]:
        """U for F, unless it was cancelled."""
        status, code = super().state(entry)
        return ("U", "PAYMENT_IN_PROCESS") if status == "F" and not entry.cancelled else (status, code)


@dataclass
class CancelsSlowly(ConformingMpp):
    """Answers U to a cancellation that it has begun, and S when Alipay+ tries again.

    Where Alipay+ does not try again, no cancellation is seen to succeed (CAN-1), nor what comes of it (CAN-3, CAN-4);
    where it does, the first answer was none to be given again (CAN-2). Nor is seen what is notified then (NOT-3), or
    that Alipay+ is told from a stranger (WIRE-5).
    """

    name = "cancellation-unknown-at-first"
    hides = frozenset({"CAN-1", "CAN-2", "CAN-3", "CAN-4", "CAN-5", "NOT-3", "SRV-7", "WIRE-5"})
    begun: set[str] = field(default_factory=set)

    def cancelled(self, cancellation: CancelPayment) -> CancelPaymentAnswer:
        """U, once for each order."""
        made = super().cancelled(cancellation)
        if made.result_status != "S" or cancellation.payment_request_id in self.begun:
            return made
        self.begun.add(cancellation.payment_request_id)
        return replace(made, result_status="U", result_code="UNKNOWN_EXCEPTION", result_message="try again")


@dataclass
class InTroubleAtFirst(ConformingMpp):
    """Has its books in another system, and answers the first inquiry about each order with U: it is in trouble.

    Alipay+ asks again then. Where it does not, nobody knows what it would have been told, or whether the server tells
    one order from another.
    """

    name = "inquiries-unknown-at-first"
    hides = ids("""
        CAN-1 CAN-2 CAN-3 INQ-1 INQ-2 NOT-3 SRV-7 WIRE-3 WIRE-4 WIRE-5 WIRE-7 WIRE-8
    """)
    asked: set[str] = field(default_factory=set)

    def inquired(self, inquiry: InquiryPayment) -> InquiryPaymentAnswer:
        """U, once for each order."""
        made = super().inquired(inquiry)
        if inquiry.signature != "valid" or inquiry.payment_request_id in self.asked:
            return made
        self.asked.add(inquiry.payment_request_id)
        return InquiryPaymentAnswer(result_status="U", result_code="UNKNOWN_EXCEPTION", result_message="try again")


class LaunchesByRedirect(ConformingMpp):
    """Launches an address of its own, with the number of the session in it, that sends the browser on.

    Such an address may lead anywhere (EC-3). The merchant page of the suite answers to none but its own, so that the
    SDK intercepts nothing and nothing follows.
    """

    name = "launched-by-redirect"
    hides = ids("""
        ANS-1 ANS-2 CAN-1 CAN-2 CAN-3 CAN-4 CAN-5 EC-16 EC-25 EC-28 EC-29 EC-3 EXP-1 FLT-1 FLT-12 FLT-13 FLT-14 FLT-2
        FLT-4 FLT-5 FLT-7 FLT-8 INQ-1 INQ-3 NOT-1 NOT-2 NOT-3 NOT-4 NOT-5 NOT-7 NOT-8 NOT-9 REG-1 REG-2 REG-3
        REG-4 REP-1 REP-2 REP-3 REP-4 REP-6 SDK-1 SDK-2 SRV-1 SRV-2 SRV-3 SRV-4 SRV-5 SRV-6 SRV-7 SRV-8 SRV-9 UX-1
        UX-6 UX-7 UX-8 WIRE-1 WIRE-2 WIRE-3 WIRE-4 WIRE-8
    """)

    def launch(self, session: Session) -> Iterator[Message]:  # noqa: ARG002  # not looked at
        """Twenty digits that are no code's."""
        yield Launch(url="https://mpp.example/go?session=20250615120000000001")


class IdentifiesOddly(AsksAboutCodes):
    """Asks Alipay+ what a code is for a customer without a name, and takes a refusal for a code that is none.

    No document says what such a question needs: nobody knows what the server would make of an answer (SRV-1, SRV-2),
    or its client (EC-3, EC-6), and nothing follows.
    """

    name = "identification-refused"
    hides = ENTRY_UNASKED | ORDER_UNASKED | {"EC-3", "EC-6", "EC-9", "SDK-2", "SRV-1", "SRV-2"}
    observed = frozenset({"SRV-10"})

    def question(self, session: Session) -> IdentifyCode:
        """An empty text."""
        return IdentifyCode(code_value=session.scanned, customer_id="")


class ReportsHandOverLate(ConformingMpp):
    """Reports what its server hands its client when the client has acted on it: which was first cannot be seen (EC-28).

    The page that was there before the callback shows that the client knew.
    """

    name = "hand-over-reported-after-callback"
    hides = frozenset({"EC-28"})

    def take(self, session: Session, handed: Handed) -> Iterator[Message]:
        """Last of all."""
        yield from sorted(super().take(session, handed), key=lambda message: isinstance(message, ServerAnswer))
