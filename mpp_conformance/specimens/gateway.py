"""MPPs whose server says the wrong thing to Alipay+."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from mpp_conformance import wire
from mpp_conformance.protocol.messages import Message, NotifyPayment, Order, UserInitiatedPay
from mpp_conformance.specimens.conforming import ConformingMpp, Handed, Session
from mpp_conformance.specimens.consequences import UNDECIDED, ids


class Unsigned(ConformingMpp):
    """Sends requests without a signature.

    Alipay+ refuses to decode, so that nothing follows.
    """

    name = "requests-unsigned"
    breaks = frozenset({"WIRE-1"})
    hides = UNDECIDED
    signature = "missing"

    def ask(self, session: Session, code_value: str) -> Iterator[Message]:
        """Not signed, or not well."""
        yield UserInitiatedPay(code_value=code_value, customer_id=session.customer, signature=self.signature)

    def notice(self, session: Session, order: Order, result: Handed) -> NotifyPayment:
        """Likewise."""
        return replace(super().notice(session, order, result), signature=self.signature)


class SignsOtherBytes(Unsigned):
    """Signs a body that it then writes anew.

    Alipay+ refuses to decode, so that nothing follows.
    """

    name = "requests-signed-wrongly"
    breaks = frozenset({"WIRE-1"})
    hides = UNDECIDED
    signature = "invalid"


class SignsWithAnotherKey(Unsigned):
    """Signs with the key of another environment, which may be no fault of its own: no proof is left of anything.

    Alipay+ refuses to decode, so that nothing follows.
    """

    name = "requests-signed-with-another-key"
    breaks = frozenset()
    hides = UNDECIDED | {"WIRE-1"}
    signature = "foreign"


class UnreadableSignature(Unsigned):
    """Cuts the signature at the first equals sign of its padding.

    Alipay+ refuses to decode, so that nothing follows.
    """

    name = "signatures-unreadable"
    breaks = frozenset({"WIRE-1"})
    hides = UNDECIDED
    signature = "unreadable"


class NoticeUnsigned(ConformingMpp):
    """Signs userInitiatedPay, and forgot notifyPayment.

    Alipay+ does not take the result, so that no year is ever full (REG-2), and that it does not know whether it has
    the result is never said (NOT-6).
    """

    name = "notifications-unsigned"
    breaks = frozenset({"WIRE-1"})
    hides = frozenset({"NOT-6", "REG-2"})

    def notice(self, session: Session, order: Order, result: Handed) -> NotifyPayment:
        """Not signed."""
        return replace(super().notice(session, order, result), signature="missing")


class EmptyCustomer(ConformingMpp):
    """Sends an empty customerId before the user has signed in.

    No request can be read: it is neither there nor missing, and nothing follows.
    """

    name = "customer-id-empty"
    breaks = frozenset({"WIRE-2"})
    hides = UNDECIDED | {"EC-16", "OC-5", "REP-6", "SRV-1", "SRV-2", "SRV-9"}

    def ask(self, session: Session, code_value: str) -> Iterator[Message]:  # noqa: ARG002  # nobody's session
        """Nobody asks."""
        yield UserInitiatedPay(code_value=code_value, customer_id="")


class NumberForCustomer(ConformingMpp):
    """Sends customerId as a JSON number.

    No request can be read: it is neither there nor missing, and nothing follows.
    """

    name = "customer-id-as-number"
    breaks = frozenset({"WIRE-2"})
    hides = UNDECIDED | {"EC-16", "OC-5", "REP-6", "SRV-1", "SRV-2", "SRV-9"}

    def ask(self, session: Session, code_value: str) -> Iterator[Message]:
        """A number."""
        number = sum(session.customer.encode())
        yield UserInitiatedPay(code_value=code_value, customer_id=number)  # type: ignore[arg-type]  # the fault


class NumberForCode(ConformingMpp):
    """Sends the number of a scan, as a number, where the code value is due.

    No request can be read: it is neither there nor missing, and nothing follows.
    """

    name = "code-value-as-number"
    breaks = frozenset({"WIRE-2"})
    hides = UNDECIDED | {"EC-16", "OC-5", "REP-6", "SRV-1", "SRV-2", "SRV-9"}

    def ask(self, session: Session, code_value: str) -> Iterator[Message]:
        """A number."""
        number = sum(code_value.encode())
        yield UserInitiatedPay(code_value=number, customer_id=session.customer)  # type: ignore[arg-type]  # the fault


class ScanForCode(ConformingMpp):
    """Sends the number of a scan where the code value is due.

    Alipay+ knows no such code, so that nothing follows.
    """

    name = "scan-sent-for-code"
    breaks = frozenset({"EC-16", "OC-5"})
    hides = UNDECIDED | {"SRV-1", "SRV-9"}

    def ask(self, session: Session, code_value: str) -> Iterator[Message]:
        """Its own number."""
        yield UserInitiatedPay(code_value=f"scan-{sum(code_value.encode())}", customer_id=session.customer)


class EmptyPassThrough(ConformingMpp):
    """Sends the empty text for what it has nothing to say in.

    No request can be read: it is neither there nor missing, and nothing follows.
    """

    name = "pass-through-info-empty"
    breaks = frozenset({"WIRE-2"})
    hides = UNDECIDED | {"EC-16", "OC-5", "REP-6", "SRV-1", "SRV-2", "SRV-9"}

    def ask(self, session: Session, code_value: str) -> Iterator[Message]:
        """An empty optional field."""
        yield UserInitiatedPay(code_value=code_value, customer_id=session.customer, pass_through_info="")


class EmptyPaymentId(ConformingMpp):
    """Notifies with an empty paymentId where the payment has none.

    Of a notification that cannot be read nobody knows whether it was signed (WIRE-1), or what it says of a failure.
    """

    name = "payment-id-empty"
    breaks = frozenset({"WIRE-2"})
    hides = frozenset({"CAN-4", "EXP-1", "NOT-1", "NOT-2", "NOT-3", "NOT-4", "NOT-5", "NOT-6", "NOT-9"})

    def notice(self, session: Session, order: Order, result: Handed) -> NotifyPayment:
        """An empty optional field, of a failed payment."""
        made = super().notice(session, order, result)
        return made if made.result_status == "S" else replace(made, payment_id="")


class NotifiesWithoutOrder(ConformingMpp):
    """Notifies without paymentRequestId.

    Of a notification that cannot be read nobody knows whether it was signed (WIRE-1), or what it says. Payments that
    follow it in the same conversation never begin, and Alipay+ never asks how it ended.
    """

    name = "notifications-without-order"
    breaks = frozenset({"WIRE-2"})
    hides = ids("""
        ANS-1 ANS-2 CAN-1 CAN-2 CAN-3 CAN-5 CAN-6 EXP-1 FLT-1 FLT-12 FLT-14 FLT-2 FLT-6 INQ-1 INQ-2 INQ-3 INQ-4 NOT-1
        NOT-2 NOT-3 NOT-4 NOT-5 NOT-6 NOT-8 NOT-9 REG-1 REG-2 REP-2 REP-5 SRV-1 SRV-3 SRV-9 UX-6 WIRE-3 WIRE-4 WIRE-5
        WIRE-6 WIRE-7 WIRE-8
    """)

    def notice(self, session: Session, order: Order, result: Handed) -> NotifyPayment:
        """Of no order."""
        made = super().notice(session, order, result)
        return replace(made, payment_request_id=None)  # type: ignore[arg-type]  # the fault


class SwapsCodeAndStatus(ConformingMpp):
    """Swaps resultCode and resultStatus of a notification.

    Of a notification that cannot be read nobody knows whether it was signed (WIRE-1), or what it says. Payments that
    follow it in the same conversation never begin, and Alipay+ never asks how it ended.
    """

    name = "result-code-and-status-swapped"
    breaks = frozenset({"WIRE-2"})
    hides = ids("""
        ANS-1 ANS-2 CAN-1 CAN-2 CAN-3 CAN-4 CAN-5 CAN-6 EXP-1 FLT-1 FLT-12 FLT-14 FLT-2 FLT-6 INQ-1 INQ-2 INQ-3 INQ-4
        NOT-1 NOT-2 NOT-3 NOT-4 NOT-5 NOT-6 NOT-8 NOT-9 REG-1 REG-2 REP-2 REP-5 SRV-1 SRV-3 SRV-9 UX-6 WIRE-3 WIRE-4
        WIRE-5 WIRE-6 WIRE-7 WIRE-8
    """)

    def notice(self, session: Session, order: Order, result: Handed) -> NotifyPayment:
        """Each in the other's place."""
        made = super().notice(session, order, result)
        return replace(made, result_status=made.result_code, result_code=made.result_status)


class NotifiesUnknown(ConformingMpp):
    """Notifies U for a payment that failed, since it might be tried again.

    Of a notification that cannot be read nobody knows whether it was signed (WIRE-1), or what it says of a failure.
    """

    name = "failure-notified-as-unknown"
    breaks = frozenset({"WIRE-2"})
    hides = frozenset({"CAN-4", "EXP-1", "NOT-1", "NOT-2", "NOT-3", "NOT-4", "NOT-5", "NOT-6", "NOT-9"})

    def notice(self, session: Session, order: Order, result: Handed) -> NotifyPayment:
        """Neither S nor F."""
        made = super().notice(session, order, result)
        return made if made.result_status == "S" else replace(made, result_status="U")


class NotifiesSuccessAlways(ConformingMpp):
    """Notifies success when the payment is accepted, and fails to debit after that.

    No requirement says that a notification is true. But a customer who was to have no funds seems to have paid: the
    duties after a failure cannot be judged. What was cancelled (CAN-4) or is overdue (EXP-1) seems to be paid as
    well, so that it did not stay closed (CAN-3).
    """

    name = "failure-notified-as-success"
    hides = frozenset({"CAN-1", "CAN-3", "INQ-1", "NOT-1", "NOT-2", "NOT-3", "NOT-5", "SRV-6"})
    observed = frozenset({"CAN-4", "EXP-1"})
    breaks = frozenset({"SRV-7"})

    def notice(self, session: Session, order: Order, result: Handed) -> NotifyPayment:
        """Always S."""
        return super().notice(session, order, replace(result, payment_status="S"))


class NotifiesFailureAlways(ConformingMpp):
    """Notifies failure for payments that it has taken.

    No requirement says that a notification is true. But a customer who was to have funds seems to have none: the
    duties after a success cannot be judged.
    """

    name = "success-notified-as-failure"
    breaks = frozenset({"SRV-7"})
    hides = ids("""
        CAN-1 EXP-1 FLT-1 FLT-2 INQ-1 NOT-1 REG-1 REG-2 REG-3 REG-4 REP-2 REP-5 SRV-5 UX-6 UX-7 WIRE-5
    """)

    def notice(self, session: Session, order: Order, result: Handed) -> NotifyPayment:
        """Always F."""
        return super().notice(session, order, replace(result, payment_status="F"))


class NeverNotifies(ConformingMpp):
    """Takes payments, and never tells Alipay+.

    Failures are not notified either (NOT-2). Payments that follow in the same conversation never begin, and Alipay+
    never asks how they ended; there is nothing to repeat (NOT-6), and no amount in it (NOT-4).
    """

    name = "never-notified"
    breaks = frozenset({"NOT-1"})
    hides = ids("""
        ANS-1 CAN-1 CAN-2 CAN-3 CAN-5 CAN-6 EXP-1 FLT-1 FLT-12 FLT-14 FLT-2 FLT-6 INQ-1 INQ-2 INQ-3 INQ-4 NOT-3 NOT-4
        NOT-6 NOT-8 NOT-9 REG-1 REG-2 REP-2 REP-5 SRV-1 SRV-3 SRV-9 UX-6 WIRE-3 WIRE-4 WIRE-5 WIRE-6 WIRE-7 WIRE-8
    """)
    observed = frozenset({"NOT-2"})

    def notify(self, session: Session, order: Order, result: Handed) -> Iterator[Message]:  # noqa: ARG002
        """Nothing."""
        return iter(())


class OwnOrderId(ConformingMpp):
    """Notifies under its own id of the payment where Alipay+'s should be.

    Alipay+ knows no such order, of a failure either (NOT-2). Payments that follow in the same conversation never
    begin, and Alipay+ never asks how they ended; there is nothing to repeat (NOT-6), and no amount in it (NOT-4).
    """

    name = "notified-under-own-id"
    breaks = frozenset({"NOT-1"})
    hides = ids("""
        ANS-1 CAN-1 CAN-2 CAN-3 CAN-5 CAN-6 EXP-1 FLT-1 FLT-12 FLT-14 FLT-2 FLT-6 INQ-1 INQ-2 INQ-3 INQ-4 NOT-3 NOT-4
        NOT-6 NOT-8 NOT-9 REG-1 REG-2 REP-2 REP-5 SRV-1 SRV-3 SRV-9 UX-6 WIRE-3 WIRE-4 WIRE-5 WIRE-6 WIRE-7 WIRE-8
    """)
    observed = frozenset({"NOT-2"})

    def notice(self, session: Session, order: Order, result: Handed) -> NotifyPayment:
        """PaymentId for paymentRequestId."""
        made = super().notice(session, order, result)
        return replace(made, payment_request_id=made.payment_id or "")


class MerchantOrderId(OwnOrderId):
    """Notifies under the merchant's reference of an order where Alipay+'s id should be: Alipay+ knows no such order.

    So nobody's year is ever full (REG-2), and there is nothing to repeat (NOT-6).
    """

    name = "notified-under-merchant-reference"
    hides = frozenset({"NOT-6", "REG-2"})
    observed = frozenset()

    def notice(self, session: Session, order: Order, result: Handed) -> NotifyPayment:
        """ReferenceOrderId for paymentRequestId."""
        made = super().notice(session, order, result)
        return replace(made, payment_request_id=wire.reference_of(order.payment_request_id))


class FailureUnderMerchantOrderId(ConformingMpp):
    """Notifies failures under the merchant's reference of the order, by which its support looks for them.

    Of such a notification Alipay+ never says that it does not know whether it has it (NOT-6).
    """

    name = "failures-notified-under-merchant-reference"
    breaks = frozenset({"NOT-1"})
    hides = frozenset({"NOT-6"})

    def notice(self, session: Session, order: Order, result: Handed) -> NotifyPayment:
        """ReferenceOrderId for paymentRequestId."""
        made = super().notice(session, order, result)
        reference = wire.reference_of(order.payment_request_id)
        return replace(made, payment_request_id=reference) if made.result_status == "F" else made


class CustomerPerPayment(ConformingMpp):
    """Makes up a customerId for each order, to keep its customers unknown.

    No requirement says who an individual is. But nobody's year is ever full (REG-2).
    """

    name = "customer-id-per-payment"
    breaks = frozenset({"REP-6"})
    hides = frozenset({"REG-2"})
    observed = frozenset({"INQ-4", "NOT-9"})

    def ask(self, session: Session, code_value: str) -> Iterator[Message]:
        """Never the same for two codes."""
        payment = hashlib.sha256(code_value.encode()).hexdigest()[:20]
        yield UserInitiatedPay(code_value=code_value, customer_id=f"{session.customer}-{payment}")


class OneCustomer(ConformingMpp):
    """Sends its own merchant number as everybody's customerId.

    So one customer's full year is another's, too (REG-2), and one customer's code as well (REP-5).
    """

    name = "one-customer-id-for-all"
    breaks = frozenset({"REP-6"})
    hides = frozenset({"REG-2"})
    observed = frozenset({"INQ-4", "NOT-9"})

    def ask(self, session: Session, code_value: str) -> Iterator[Message]:  # noqa: ARG002  # nobody's session
        """Always the same."""
        yield UserInitiatedPay(code_value=code_value, customer_id="mpp")
