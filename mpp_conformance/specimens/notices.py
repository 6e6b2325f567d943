"""MPPs whose notifications contradict each other, or come when they should not."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from mpp_conformance.protocol.messages import (
    InquiryPaymentAnswer,
    Message,
    NotifyPayment,
    NotifyPaymentAnswer,
    Order,
    UserInitiatedPayAnswer,
)
from mpp_conformance.specimens.books import Entry
from mpp_conformance.specimens.conforming import ConformingMpp, Handed, Session


class NewIdWithEachNotice(ConformingMpp):
    """Makes a new paymentId for each notification of a success, the repeated ones too."""

    name = "payment-id-per-notification"
    breaks = frozenset({"NOT-3"})

    def notified(self, session: Session, answer: NotifyPaymentAnswer) -> Iterator[Message]:
        """Repeated under another id."""
        for message in super().notified(session, answer):
            if isinstance(message, NotifyPayment) and message.result_status == "S":
                yield replace(message, payment_id=f"{message.payment_id}-{session.notices_repeated}")
            else:
                yield message


class NewReasonWithEachNotice(ConformingMpp):
    """Looks up the reason of a failure anew for each notification, and finds another one."""

    name = "failure-reason-per-notification"
    breaks = frozenset({"NOT-3"})

    def notified(self, session: Session, answer: NotifyPaymentAnswer) -> Iterator[Message]:
        """Repeated for another reason."""
        for message in super().notified(session, answer):
            if isinstance(message, NotifyPayment) and message.result_status == "F":
                yield replace(message, result_code="RISK_REJECT")
            else:
                yield message


@dataclass
class DebitsEachScan(ConformingMpp):
    """Debits whenever a code is scanned, although it is one order.

    An order that an old answer brings once more is debited once more, too (FLT-12).
    """

    name = "code-debited-with-each-scan"
    breaks = frozenset({"NOT-3"})
    observed = frozenset({"FLT-12", "INQ-4"})
    scans: dict[str, int] = field(default_factory=dict)

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """What was paid is forgotten."""
        entry = self.booked(session, order)
        entry.status, entry.error_code = None, None
        self.scans[order.payment_request_id] = self.scans.get(order.payment_request_id, 0) + 1
        yield from super().pay(session, order)

    def notice(self, session: Session, order: Order, result: Handed) -> NotifyPayment:
        """Each debit has an id of its own."""
        made = super().notice(session, order, result)
        return replace(made, payment_id=f"{made.payment_id}-{self.scans[order.payment_request_id]}")


class NotifiesOnce(ConformingMpp):
    """Notifies once, whatever the answer."""

    name = "notification-never-repeated"
    observed = frozenset({"NOT-6"})

    def notified(
        self,
        session: Session,  # noqa: ARG002  # nothing is done
        answer: NotifyPaymentAnswer,  # noqa: ARG002  # likewise
    ) -> Iterator[Message]:
        """Nothing."""
        return iter(())


class OwesOrderAmount(ConformingMpp):
    """Notifies the amount in CNY as what it owes, too."""

    name = "owed-amount-notified-in-cny"
    observed = frozenset({"NOT-4"})

    def notice(self, session: Session, order: Order, result: Handed) -> NotifyPayment:
        """The other amount of the order."""
        made = super().notice(session, order, result)
        return replace(made, pay_to_amount=order.amount, pay_to_currency=order.currency)


class OwnReasons(ConformingMpp):
    """Notifies failures with codes of its own."""

    name = "failure-reasons-of-its-own"
    observed = frozenset({"NOT-5"})

    def notice(self, session: Session, order: Order, result: Handed) -> NotifyPayment:
        """A number."""
        made = super().notice(session, order, result)
        return made if made.result_status == "S" else replace(made, result_code="W-17")


class NotifiesSuccessOnly(ConformingMpp):
    """Notifies payments that it has taken, and leaves it to Alipay+ to ask about the others.

    What it would have notified of those is not seen (NOT-4, NOT-9).
    """

    name = "failures-never-notified"
    hides = frozenset({"NOT-4", "NOT-6", "NOT-9"})
    observed = frozenset({"NOT-2"})

    def notify(self, session: Session, order: Order, result: Handed) -> Iterator[Message]:
        """Nothing of a failure."""
        if result.payment_status == "S":
            yield from super().notify(session, order, result)


class NotifiesWhatSdkHandles(ConformingMpp):
    """Notifies a failure where the next step was left to the SDK."""

    name = "handle-by-sdk-notified-as-failure"
    observed = frozenset({"NOT-7"})

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """F for the order that stands in the answer."""
        if answer.order is not None:
            result = Handed(payment_status="F", error_code="PROCESS_FAIL")
            yield from self.notify(session, answer.order, result)
        yield from super().pass_to_client(session, answer)


# --- what a notification says ---------------------------------------------------------------------------------------


class OnePaymentId(ConformingMpp):
    """Names its session with the payment system as the paymentId, for every payment the same.

    Inquiries are told another one (INQ-4).
    """

    name = "one-payment-id-for-all"
    observed = frozenset({"INQ-4", "NOT-8"})

    def notice(self, session: Session, order: Order, result: Handed) -> NotifyPayment:
        """The id of no payment."""
        return replace(super().notice(session, order, result), payment_id="mpp-session-1")


class CustomerForPayment(ConformingMpp):
    """Names the customer as the paymentId, wherever it tells of a payment."""

    name = "customer-number-for-payment-id"
    observed = frozenset({"NOT-8"})

    def notice(self, session: Session, order: Order, result: Handed) -> NotifyPayment:
        """The same for all payments of a customer."""
        return replace(super().notice(session, order, result), payment_id=f"mpp-{session.customer}")

    def told(self, entry: Entry) -> InquiryPaymentAnswer:
        """Likewise."""
        return replace(super().told(entry), payment_id=f"mpp-{entry.customer}")


class AccountForCustomer(ConformingMpp):
    """Notifies the number of the account that was debited where the customer's id is due."""

    name = "account-notified-for-customer"
    observed = frozenset({"NOT-9"})

    def notice(self, session: Session, order: Order, result: Handed) -> NotifyPayment:
        """Known to nobody but itself."""
        return replace(super().notice(session, order, result), customer_id=f"account-of-{session.customer}")


class OwnNumberToo(ConformingMpp):
    """Notifies a success a second time, under a number of its own."""

    name = "success-notified-under-own-number-too"
    breaks = frozenset({"NOT-1"})

    def notify(self, session: Session, order: Order, result: Handed) -> Iterator[Message]:
        """For the other department."""
        yield from super().notify(session, order, result)
        if result.payment_status == "S":
            yield replace(self.notice(session, order, result), payment_request_id="W-0017")


class OwnNumberFirst(ConformingMpp):
    """Notifies a success under a number of its own first, and under the order's id when that is refused."""

    name = "success-notified-under-own-number-first"
    breaks = frozenset({"NOT-1"})

    def notify(self, session: Session, order: Order, result: Handed) -> Iterator[Message]:
        """As it was before the upgrade."""
        if result.payment_status == "S":
            yield replace(self.notice(session, order, result), payment_request_id="W-0018")
        yield from super().notify(session, order, result)


class AmountOfBefore(ConformingMpp):
    """Fills a notification in once and again: from the second payment on its amounts are those of the first."""

    name = "amounts-of-first-payment-notified"
    observed = frozenset({"NOT-4"})

    def notice(self, session: Session, order: Order, result: Handed) -> NotifyPayment:
        """The first order in its books, where it has another."""
        first = next(iter(self.books.values())).order
        made = super().notice(session, order, result)
        return replace(made, payment_amount=first.amount, pay_to_amount=first.pay_to_amount)


class NotifiesStopped(ConformingMpp):
    """Notifies a failure of each order that Alipay+ has left to the client SDK."""

    name = "stopped-payments-notified-as-failed"
    observed = frozenset({"NOT-7"})

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """Though it was none of its own."""
        yield from super().pass_to_client(session, answer)
        if answer.order is not None:
            yield from self.notify(session, answer.order, Handed(payment_status="F", error_code="PROCESS_FAIL"))
