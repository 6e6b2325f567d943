"""MPPs with a fault that shows in one place only: in a later payment, for one customer, amount or kind of code."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from mpp_conformance.protocol.messages import (
    DecodeCallback,
    Launch,
    Message,
    NotifyPayment,
    Order,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios.scenario import SECOND
from mpp_conformance.specimens.conforming import ConformingMpp, Handed, Session
from mpp_conformance.specimens.consequences import ids
from mpp_conformance.wire.orders import reference_of

_MANY: Final = 50_000


class ReferenceNotified(ConformingMpp):
    """Notifies under the merchant's own reference of the order.

    Alipay+ knows no such order, of a failure either (NOT-2). Payments that follow in the same conversation never
    begin, and Alipay+ never asks how they ended; there is nothing to repeat (NOT-6), and no amount in it (NOT-4).
    """

    name = "notified-under-merchants-reference"
    breaks = frozenset({"NOT-1"})
    hides = frozenset({"NOT-6", "REG-2"})
    observed = frozenset()

    def notice(self, session: Session, order: Order, result: Handed) -> NotifyPayment:
        """ReferenceOrderId for paymentRequestId."""
        return replace(
            super().notice(session, order, result), payment_request_id=reference_of(order.payment_request_id)
        )


class LargeAmountsNotNotified(ConformingMpp):
    """Notifies no success above 500 CNY: its queue has a limit that nobody remembers.

    Nobody's year is ever full (REG-2), and a payment after one that is not notified never begins (REG-1).
    """

    name = "large-amounts-not-notified"
    breaks = frozenset({"NOT-1"})
    hides = frozenset({"REG-1", "REG-2"})

    def notify(self, session: Session, order: Order, result: Handed) -> Iterator[Message]:
        """Small amounts and failures only."""
        if result.payment_status == "F" or int(order.amount) <= _MANY:
            yield from super().notify(session, order, result)


class SecondCustomerTakenBack(ConformingMpp):
    """Notifies a success and then a failure of one and the same payment, for one of its customers."""

    name = "success-then-failure-notified-of-one-customer"
    breaks = frozenset({"NOT-3"})

    def notify(self, session: Session, order: Order, result: Handed) -> Iterator[Message]:
        """S, then F."""
        yield from super().notify(session, order, result)
        if session.customer == self.profile.customer(SECOND) and result.payment_status == "S":
            yield self.notice(session, order, Handed(payment_status="F", error_code="PROCESS_FAIL"))


class FailureNotifiedAsSuccessFirst(ConformingMpp):
    """Notifies a success before it has looked at the debit's outcome, and the failure after that.

    With two results notified nobody can say which one holds: that hides all that hangs on a failure. One that was
    cancelled (CAN-4) or is overdue (EXP-1) is told as paid for a moment, too.
    """

    name = "success-notified-before-failure"
    breaks = frozenset({"NOT-3"})
    hides = frozenset({"CAN-1", "CAN-3", "INQ-1", "NOT-1", "NOT-2", "NOT-5", "SRV-6", "SRV-7"})
    observed = frozenset({"CAN-4", "EXP-1"})

    def notify(self, session: Session, order: Order, result: Handed) -> Iterator[Message]:
        """S first, always."""
        if result.payment_status == "F":
            yield self.notice(session, order, Handed(payment_status="S"))
        yield from super().notify(session, order, result)


@dataclass
class CustomerBefore(ConformingMpp):
    """Keeps the customer in one place of its server, where a scan that begins meanwhile overwrites it.

    What is notified names another customer than the one asked for, too (NOT-9).
    """

    name = "customer-of-latest-scan"
    breaks = frozenset({"REP-6"})
    observed = frozenset({"NOT-9"})
    latest: str = ""

    def scanned(self, session: Session) -> Iterator[Message]:
        """In the one place there is."""
        self.latest = session.customer
        yield from super().scanned(session)

    def ask(self, session: Session, code_value: str) -> Iterator[Message]:  # noqa: ARG002  # nobody's session
        """Whoever is there by now."""
        yield UserInitiatedPay(code_value=code_value, customer_id=self.latest)


@dataclass
class LaterPayments(ConformingMpp):
    """Common ground of those who do wrong from the second decision on."""

    decided: list[str] = field(default_factory=list)

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """Keeps count."""
        if answer.result_status != "U":
            self.decided.append(session.name)
        yield from super().answered(session, answer)

    def later(self, session: Session) -> bool:
        """Whether another payment was decided before this one."""
        return session.name in self.decided[1:]


@dataclass
class LaterPageIsStale(LaterPayments):
    """Shows the page of the payment before where it knows one.

    Where a code belongs to another customer (REP-5, FLT-6) it shows what that one has paid.
    """

    name = "result-page-of-payment-before"
    breaks = frozenset({"EC-29", "FLT-1", "FLT-2", "OC-20", "REP-2", "REP-5", "UX-7"})
    observed = frozenset({"CAN-4", "EXP-1", "FLT-6"})
    before: Handed | None = None

    def result_page(self, handed: Handed) -> Iterator[Message]:
        """The one before."""
        shown, self.before = self.before or handed, handed
        yield from super().result_page(shown)


class LaterCallbackTwice(LaterPayments):
    """Registers the handler of a payment's end once more with each payment."""

    name = "later-callbacks-repeated"
    breaks = frozenset({"EC-28"})

    def show_result(self, session: Session, handed: Handed) -> Iterator[Message]:
        """And once more."""
        yield from super().show_result(session, handed)
        if session.callback is not None and self.later(session):
            yield from self.callback_of_result(session.callback, handed)


class LaterFailureSucceeds(LaterPayments):
    """Executes the callback of a later payment as that of a success, whatever became of it.

    Of two payments alike, the second does not end as the first (ANS-1).
    """

    name = "later-callbacks-always-succeed"
    breaks = frozenset({"SDK-1"})
    observed = frozenset({"ANS-1"})

    def show_result(self, session: Session, handed: Handed) -> Iterator[Message]:
        """Success."""
        for message in super().show_result(session, handed):
            later = isinstance(message, DecodeCallback) and self.later(session)
            yield DecodeCallback(callback=message.callback, outcome="success") if later else message  # type: ignore[attr-defined]


@dataclass
class FirstAddress(ConformingMpp):
    """A later scan's address is that of the first: it is kept in a static field, for entry codes.

    The page of the first payment is opened again, and the own one never, so that nothing follows for it.
    """

    name = "first-address-for-ever"
    breaks = frozenset({"EC-3"})
    hides = ids("""
        ANS-1 CAN-5 EC-16 EC-25 EXP-1 FLT-14 NOT-8 SRV-2 SRV-3 SRV-4 UX-6
    """)
    observed = frozenset({"SDK-2"})
    first: str = ""

    def launch(self, session: Session) -> Iterator[Message]:
        """The first one."""
        self.first = self.first or session.scanned
        yield Launch(url=self.first)
