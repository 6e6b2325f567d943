"""MPPs that take money they must not take, do not take what they should, or cannot write an amount."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from mpp_conformance.protocol.messages import (
    Message,
    NotifyPayment,
    Order,
    ResultPage,
    ServerAnswer,
    UserInitiatedPayAnswer,
)
from mpp_conformance.specimens.conforming import ConformingMpp, Handed, Session
from mpp_conformance.specimens.consequences import (
    AFTER_ORDER_PAYMENT,
    NOTICES_UNREAD,
)

_SIXTEEN_BITS: Final = 0x7FFF
_OWN_LIMIT: Final = 50_000
_TRANSACTION: Final = 700_000


class DebitsWithHandleBySdk(ConformingMpp):
    """Debits whenever an order stands in the answer, and then passes the payload on.

    The debit is notified (NOT-7).
    """

    name = "debited-with-handle-by-sdk"
    breaks = frozenset({"UX-6"})
    observed = frozenset({"NOT-7"})

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """Debit and notification first."""
        if answer.order is not None:
            yield from self.notify(session, answer.order, self.debit(session))
        yield from super().pass_to_client(session, answer)


class OverdrawsTransaction(ConformingMpp):
    """Takes a breach of the limit per transaction for a warning: the error page opens, and it says paid.

    Alipay+ says only that an amount is too great: for the MPP both limits per transaction are one.
    """

    name = "transaction-limit-overdrawn"
    breaks = frozenset({"EC-25", "REG-1", "REG-3", "UX-6"})
    warning = "PAYMENT_AMOUNT_EXCEED_LIMIT"

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """And a payment result."""
        yield from super().pass_to_client(session, answer)
        if answer.result_code == self.warning:
            yield from self.take(session, self.debit(session))


class OverdrawsYear(OverdrawsTransaction):
    """Takes a breach of the yearly limit for a warning: the error page opens, and it says paid.

    Alipay+ says only that a year is full: for the MPP both yearly limits are one.
    """

    name = "yearly-limit-overdrawn"
    breaks = frozenset({"EC-25", "REG-2", "REG-4", "UX-6"})
    warning = "USER_AMOUNT_EXCEED_LIMIT"


class SmallAmountsOnly(ConformingMpp):
    """Reads amounts into sixteen bits, and breaks down above 327.67 CNY.

    Amounts above it occur with three of the limits. A payment that has no result has no error code either, for lack of
    funds (SRV-6).
    """

    name = "amounts-above-sixteen-bits-hang"
    breaks = frozenset({"REG-1", "REG-2", "REG-3", "SRV-7"})

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """No word about a large amount."""
        if int(order.amount) <= _SIXTEEN_BITS:
            yield from super().pay(session, order)


class SuccessAlsoPaid(ConformingMpp):
    """Passes the payload on, and tells its client of a payment as well, since resultStatus was S.

    Only without an order: a debit needs one, so nothing is taken in fact.
    """

    name = "success-also-told-as-paid-for-order-code"
    breaks = frozenset({"REG-1", "UX-6"})

    def concerned(self, session: Session) -> bool:
        """Order codes."""
        return session.callback is None

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """And a payment result."""
        yield from super().pass_to_client(session, answer)
        if answer.result_status == "S" and answer.order is None and self.concerned(session):
            yield ServerAnswer(payment_status="S")
            yield ResultPage(status="S")


class EntrySuccessAlsoPaid(SuccessAlsoPaid):
    """The same for an entry code."""

    name = "success-also-told-as-paid-for-entry-code"
    breaks = frozenset({"REG-3", "UX-6"})

    def concerned(self, session: Session) -> bool:
        """Entry codes."""
        return session.callback is not None


@dataclass
class OverdrawsNewCustomers(ConformingMpp):
    """Trusts Alipay+'s word on the yearly limit only for customers it knows; with an order code a new one pays.

    What it takes was left to the SDK (UX-6).
    """

    name = "yearly-limit-of-new-customers-overdrawn"
    breaks = frozenset({"REG-2", "UX-6"})
    known: set[str] = field(default_factory=set)

    def debit(self, session: Session) -> Handed:
        """Known from the first payment on."""
        self.known.add(session.customer)
        return super().debit(session)

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """And a payment result."""
        yield from super().pass_to_client(session, answer)
        new = session.customer not in self.known and session.callback is None
        if new and answer.result_code == OverdrawsYear.warning:
            yield from self.take(session, self.debit(session))


class RoundAmountsHang(ConformingMpp):
    """Applies the limit per transaction itself, reads it as "below", and waits for a second factor at 7,000 CNY.

    A payment that has no result has no error code either, for lack of funds (SRV-6).
    """

    name = "amount-at-transaction-limit-hangs"
    breaks = frozenset({"REG-1", "SRV-7"})

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """No word about an amount that Alipay+ let pass."""
        if int(order.amount) < _TRANSACTION:
            yield from super().pay(session, order)


class EntryAmountsHang(ConformingMpp):
    """Applies the entry code's limit itself, reads it as "below", and waits for a second factor at 500 CNY.

    A payment that has no result has no error code either, for lack of funds (SRV-6).
    """

    name = "entry-code-amount-at-limit-hangs"
    breaks = frozenset({"REG-3", "SRV-7"})

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """No word about an amount that Alipay+ let pass."""
        if session.callback is None or int(order.amount) < _OWN_LIMIT:
            yield from super().pay(session, order)


class ComparesAsText(ConformingMpp):
    """Compares amounts as texts: 99.99 CNY is above 7,000 CNY, and waits for a second factor.

    The client is not told of a result where it should be (SRV-7).
    """

    name = "amounts-compared-as-text"
    breaks = frozenset({"REG-2", "SRV-7"})
    hides = frozenset({"ANS-1"})

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """No word about an amount that begins with a great digit."""
        if order.amount <= str(_TRANSACTION):
            yield from super().pay(session, order)


class OwnLimit(ConformingMpp):
    """Applies the entry code's limit to every payment itself, and declines what Alipay+ let pass.

    The document leaves it to an MPP to decline. But payments that are declined do not show that they would go on.
    """

    name = "limit-of-its-own"
    hides = frozenset({"REG-1", "REG-2", "REG-3"})

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """Declined above 500 CNY."""
        if int(order.amount) > _OWN_LIMIT:
            yield from self.take(session, Handed(payment_status="F", error_code="LIMIT"))
        else:
            yield from super().pay(session, order)


class AmountInYuan(ConformingMpp):
    """Notifies amounts in yuan with decimals.

    Of a notification that cannot be read nobody knows whether it was signed (WIRE-1), or what it says. Payments that
    follow it in the same conversation never begin, and Alipay+ never asks how it ended.
    """

    name = "amount-in-yuan"
    breaks = frozenset({"WIRE-2"})
    hides = AFTER_ORDER_PAYMENT | NOTICES_UNREAD

    def notice(self, session: Session, order: Order, result: Handed) -> NotifyPayment:
        """10.00 for 1000."""
        return replace(super().notice(session, order, result), payment_amount=f"{int(order.amount) / 100:.2f}")


class AmountAsFloat(ConformingMpp):
    """Notifies amounts as floating-point numbers.

    Of a notification that cannot be read nobody knows whether it was signed (WIRE-1), or what it says. Payments that
    follow it in the same conversation never begin, and Alipay+ never asks how it ended.
    """

    name = "amount-as-float"
    breaks = frozenset({"WIRE-2"})
    hides = AFTER_ORDER_PAYMENT | NOTICES_UNREAD

    def notice(self, session: Session, order: Order, result: Handed) -> NotifyPayment:
        """A JSON number."""
        made = super().notice(session, order, result)
        return replace(made, payment_amount=float(order.amount))  # type: ignore[arg-type]  # the fault


class CurrencyLowerCase(ConformingMpp):
    """Notifies the currency in lower case.

    Of a notification that cannot be read nobody knows whether it was signed (WIRE-1), or what it says. Payments that
    follow it in the same conversation never begin, and Alipay+ never asks how it ended.
    """

    name = "currency-in-lower-case"
    breaks = frozenset({"WIRE-2"})
    hides = AFTER_ORDER_PAYMENT | NOTICES_UNREAD

    def notice(self, session: Session, order: Order, result: Handed) -> NotifyPayment:
        """Cny."""
        return replace(super().notice(session, order, result), payment_currency=order.currency.lower())


class AmountFromClient(ConformingMpp):
    """Takes the amount of a payment from its client, and one that was tampered with sends a single minor unit."""

    name = "amount-taken-from-client"
    observed = frozenset({"ANS-2"})

    def notice(self, session: Session, order: Order, result: Handed) -> NotifyPayment:
        """1 for 1000."""
        return replace(super().notice(session, order, result), payment_amount="1")
