"""MPP servers that answer Alipay+ and strangers well, but for one circumstance: a signature, a time, an order's id."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from mpp_conformance.protocol.messages import (
    CancelPayment,
    CancelPaymentAnswer,
    InquiryPayment,
    InquiryPaymentAnswer,
    Message,
    NotifyPaymentAnswer,
    UserInitiatedPayAnswer,
)
from mpp_conformance.specimens.books import Entry
from mpp_conformance.specimens.conforming import ConformingMpp, Session
from mpp_conformance.specimens.consequences import ids

_COLUMN = 20
"""Characters that the column of order ids holds."""


class ObeysSome(ConformingMpp):
    """Common ground of those who obey a stranger in one circumstance."""

    def cancelled(self, cancellation: CancelPayment) -> CancelPaymentAnswer:
        """As if Alipay+ had signed it."""
        obeyed = self.obeys(cancellation, self.books.get(cancellation.payment_request_id))
        return super().cancelled(replace(cancellation, signature="valid") if obeyed else cancellation)

    def obeys(self, cancellation: CancelPayment, entry: Entry | None) -> bool:
        """Whether it is obeyed whoever signed it."""
        raise NotImplementedError


class ObeysForeignKeys(ObeysSome):
    """Verifies a signature with the key that came with it."""

    name = "calls-signed-with-another-key-obeyed"
    breaks = frozenset({"WIRE-5"})

    def obeys(self, cancellation: CancelPayment, entry: Entry | None) -> bool:  # noqa: ARG002  # whatever the order
        """Whoever has a key."""
        return cancellation.signature == "foreign"


class ObeysUnreadable(ObeysSome):
    """Takes a signature that it cannot read for one of a kind it does not know."""

    name = "calls-with-an-unreadable-signature-obeyed"
    breaks = frozenset({"WIRE-5"})

    def obeys(self, cancellation: CancelPayment, entry: Entry | None) -> bool:  # noqa: ARG002  # whatever the order
        """Whatever cannot be read."""
        return cancellation.signature == "unreadable"


class ObeysWhilePaying(ObeysSome):
    """Verifies signatures where money is to go back."""

    name = "strangers-obeyed-while-paying"
    breaks = frozenset({"WIRE-5"})

    def obeys(self, cancellation: CancelPayment, entry: Entry | None) -> bool:  # noqa: ARG002  # whoever signed it
        """Before there is any."""
        return entry is not None and entry.status is None


class ObeysAfterFailure(ObeysSome):
    """Has nothing to verify where nothing was paid."""

    name = "strangers-obeyed-after-a-failure"
    breaks = frozenset({"WIRE-5"})

    def obeys(self, cancellation: CancelPayment, entry: Entry | None) -> bool:  # noqa: ARG002  # whoever signed it
        """There is no money to go back."""
        return entry is not None and entry.status == "F"


@dataclass
class ObeysSecondTry(ObeysSome):
    """Takes a second try for the repetition of a call that it knows."""

    name = "second-try-of-a-stranger-obeyed"
    breaks = frozenset({"WIRE-5"})
    tried: set[str] = field(default_factory=set)

    def obeys(self, cancellation: CancelPayment, entry: Entry | None) -> bool:  # noqa: ARG002  # whatever the order
        """Once it was refused."""
        known = cancellation.payment_request_id in self.tried
        self.tried.add(cancellation.payment_request_id)
        return known


class CutsOrderIds(ConformingMpp):
    """Keeps as much of an order's id as its column holds.

    Of an order that nobody placed it tells what it knows of another one: nothing that it answers shows which order it
    is about (the ids that it hides).
    """

    name = "order-ids-cut-short"
    breaks = frozenset({"INQ-2"})
    hides = ids("""
        CAN-1 CAN-2 CAN-3 CAN-6 INQ-1 INQ-4 NOT-3 SRV-7 WIRE-3 WIRE-4 WIRE-6 WIRE-7 WIRE-8
    """)

    def served(self, call: InquiryPayment | CancelPayment) -> InquiryPaymentAnswer | CancelPaymentAnswer:
        """The order whose id begins alike."""
        asked = call.payment_request_id
        known = (number for number in self.books if self.key(number) == self.key(asked))
        return super().served(replace(call, payment_request_id=next(known, asked)))

    def key(self, number: str) -> object:
        """What an order is known by."""
        return number[:_COLUMN]


class ReadsIdsAsNumbers(CutsOrderIds):
    """Reads ids as JavaScript reads numbers."""

    name = "order-ids-read-as-numbers"
    hides = ids("""
        CAN-1 CAN-2 CAN-3 CAN-6 INQ-1 INQ-4 NOT-3 SRV-7 WIRE-3 WIRE-4 WIRE-6 WIRE-7 WIRE-8
    """)

    def key(self, number: str) -> object:
        """The first seventeen digits or so."""
        return float(number) if number.isdecimal() else number


@dataclass
class OpenUntilAnswered(ConformingMpp):
    """Books a payment as paid when Alipay+ has answered its notification."""

    name = "success-inquired-as-unknown-until-it-is-notified"
    breaks = frozenset({"INQ-1"})
    known: set[str] = field(default_factory=set)
    """Orders of which Alipay+ has a notification."""

    def notified(self, session: Session, answer: NotifyPaymentAnswer) -> Iterator[Message]:
        """Now it is paid."""
        if answer.result_status == "S" and session.notice is not None:
            self.known.add(session.notice.payment_request_id)
        yield from super().notified(session, answer)

    def state(self, entry: Entry) -> tuple[str, str]:
        """Under way as long as Alipay+ does not know."""
        open_yet = entry.status == "S" and entry.order.payment_request_id not in self.known
        return super().state(replace(entry, status=None) if open_yet else entry)


class KeptUntilAnswered(OpenUntilAnswered):
    """Can take back a payment when Alipay+ has answered its notification."""

    name = "cancellation-refused-until-the-success-is-notified"
    breaks = frozenset({"CAN-1"})

    def state(self, entry: Entry) -> tuple[str, str]:
        """As it is."""
        return ConformingMpp.state(self, entry)

    def cancelled(self, cancellation: CancelPayment) -> CancelPaymentAnswer:
        """F as long as Alipay+ does not know."""
        entry = self.books.get(cancellation.payment_request_id)
        if entry is not None and entry.status == "S" and cancellation.payment_request_id not in self.known:
            return CancelPaymentAnswer(result_status="F", result_code="PROCESS_FAIL", result_message="not settled")
        return super().cancelled(cancellation)


@dataclass
class HasStopped(ConformingMpp):
    """Common ground of those who serve Alipay+ otherwise once they have left a payment to the client SDK."""

    stopped: bool = False

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """From now on."""
        self.stopped = True
        yield from super().pass_to_client(session, answer)


class OpenAfterStop(HasStopped):
    """Tells of every payment that it is under way, once one was stopped.

    So it tells of those that are over (INQ-1), and of those that were cancelled (CAN-3).
    """

    name = "inquiries-answered-in-process-after-a-stop"
    breaks = frozenset({"INQ-1", "CAN-3"})

    def state(self, entry: Entry) -> tuple[str, str]:
        """Never over."""
        return ("U", "PAYMENT_IN_PROCESS") if self.stopped else super().state(entry)


class UnsignedAfterStop(HasStopped):
    """Signs no answer to a call, once a payment was stopped."""

    name = "answers-to-alipay-plus-unsigned-after-a-stop"
    breaks = frozenset({"WIRE-3"})

    def served(self, call: InquiryPayment | CancelPayment) -> InquiryPaymentAnswer | CancelPaymentAnswer:
        """Not signed."""
        made = super().served(call)
        return replace(made, signature="missing") if self.stopped else made


class KeptAfterStop(HasStopped):
    """Takes nothing back, once a payment was stopped."""

    name = "cancellations-refused-after-a-stop"
    breaks = frozenset({"CAN-1"})

    def cancelled(self, cancellation: CancelPayment) -> CancelPaymentAnswer:
        """F."""
        if self.stopped and cancellation.signature == "valid":
            return CancelPaymentAnswer(result_status="F", result_code="PROCESS_FAIL", result_message="stopped")
        return super().cancelled(cancellation)


class BooksStopped(ConformingMpp):
    """Books every order that it is told of as paid where decoding succeeded, also one that it leaves to the SDK."""

    name = "stopped-orders-inquired-as-paid"
    breaks = frozenset({"INQ-1"})

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """In the books."""
        if answer.order is not None:
            self.booked(session, answer.order).status = "S"
        yield from super().pass_to_client(session, answer)


class CancelsUnknownUnsigned(ConformingMpp):
    """Signs no answer to a cancellation of an order that it does not know."""

    name = "unknown-orders-cancelled-unsigned"
    breaks = frozenset({"WIRE-3"})

    def cancelled(self, cancellation: CancelPayment) -> CancelPaymentAnswer:
        """Not signed."""
        made = super().cancelled(cancellation)
        return made if cancellation.payment_request_id in self.books else replace(made, signature="missing")


class CancelsUnknownInNoWords(ConformingMpp):
    """Breaks down over the cancellation of an order that it does not know."""

    name = "unknown-orders-cancelled-without-a-status"
    breaks = frozenset({"WIRE-4"})

    def cancelled(self, cancellation: CancelPayment) -> CancelPaymentAnswer:
        """No result status."""
        made = super().cancelled(cancellation)
        return made if cancellation.payment_request_id in self.books else replace(made, result_status="")
