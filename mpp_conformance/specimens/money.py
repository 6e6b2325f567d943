"""MPPs that take money they must not take, do not take what they should, or cannot write an amount."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import ClassVar, Final

from mpp_conformance.protocol.messages import (
    Message,
    NotifyPayment,
    Order,
    ResultPage,
    ServerAnswer,
    UserInitiatedPayAnswer,
)
from mpp_conformance.specimens.conforming import ConformingMpp, Handed, Session
from mpp_conformance.specimens.consequences import ids

_SIXTEEN_BITS: Final = 0x7FFF
_FEN_DIGITS: Final = 2
_THIRTY_TWO_BITS: Final = 2**32
_OWN_LIMIT: Final = 50_000
_TRANSACTION: Final = 700_000


class DebitsWithHandleBySdk(ConformingMpp):
    """Debits whenever an order stands in the answer, and then passes the payload on.

    So it takes whatever is above a limit (REG-1 to REG-4), whatever comes before it (SRV-3). The debit is notified
    (NOT-7).
    """

    name = "debited-with-handle-by-sdk"
    breaks = frozenset({"REG-1", "REG-2", "REG-3", "REG-4", "SRV-3", "UX-6"})
    observed = frozenset({"NOT-7"})

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """Debit and notification first."""
        if answer.order is not None:
            yield from self.notify(session, answer.order, self.debit(session))
        yield from super().pass_to_client(session, answer)


class PaysFailedOrders(ConformingMpp):
    """Debits whenever Alipay+ gives an order with a failure, and then passes the payload on: the order is what counts.

    Wherever a limit was the reason, and Alipay+ says so with F, it is taken all the same.
    """

    name = "order-beside-failure-paid"
    breaks = frozenset({"REG-1", "REG-2", "REG-3", "REG-4", "UX-6"})
    observed = frozenset({"NOT-7"})

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """Debit and notification first."""
        if answer.order is not None and answer.result_status == "F":
            yield from self.notify(session, answer.order, self.debit(session))
        yield from super().pass_to_client(session, answer)


class KnowsOneLimit(ConformingMpp):
    """Knows the limit of 7,000 CNY itself, and debits an order with an entry code above 500 CNY up to that.

    It takes Alipay+'s HANDLE_BY_SDK for a mistake there.
    """

    name = "entry-code-order-beside-handle-by-sdk-paid"
    breaks = frozenset({"REG-3", "UX-6"})
    observed = frozenset({"NOT-7"})

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """Debit and notification first."""
        order = answer.order
        if session.callback is not None and order is not None and _OWN_LIMIT < int(order.amount) <= _TRANSACTION:
            yield from self.notify(session, order, self.debit(session))
        yield from super().pass_to_client(session, answer)


class AmountsWrapAround(ConformingMpp):
    """Reads the amounts of an order into 32 bits, where a great one comes to nothing, and tells nothing as paid.

    That is beside HANDLE_BY_SDK alone, where no payment of the MPP's may begin (UX-6).
    """

    name = "amounts-above-32-bits-wrap-around"
    breaks = frozenset({"EC-25", "REG-1", "UX-6"})
    observed = frozenset({"UX-8"})

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """What costs nothing is paid."""
        yield from super().pass_to_client(session, answer)
        if answer.order is not None and int(answer.order.amount) % _THIRTY_TWO_BITS == 0:
            yield from self.take(session, Handed(payment_status="S"))


class AmountsInThirtyTwoBits(ConformingMpp):
    """Reads the amounts of an order into 32 bits, and breaks down over more.

    What should have gone to the SDK does not get there, and nothing shows that it was not taken (REG-1).
    """

    name = "amounts-above-32-bits-crash-server"
    breaks = frozenset({"SRV-4", "UX-1"})
    hides = frozenset({"REG-1"})

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """No word after such an amount."""
        if answer.order is None or int(answer.order.amount) < _THIRTY_TWO_BITS:
            yield from super().answered(session, answer)


class OverdrawsTransaction(ConformingMpp):
    """Takes a breach of the limit per transaction for a warning: the error page opens, and it says paid.

    Alipay+ says only that an amount is too great: for the MPP both limits per transaction are one, and so is whatever
    else is answered with this code (SRV-3, UX-6, UX-8, ANS-1), after whose payload the callback is executed once more
    (EC-25).
    """

    name = "transaction-limit-overdrawn"
    breaks = frozenset({"EC-25", "REG-1", "REG-3", "SRV-3", "UX-6"})
    observed = frozenset({"ANS-1", "FLT-14", "UX-8"})
    warning = "PAYMENT_AMOUNT_EXCEED_LIMIT"

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """And a payment result."""
        yield from super().pass_to_client(session, answer)
        if answer.result_code == self.warning:
            yield from self.take(session, self.debit(session))


class OverdrawsYear(OverdrawsTransaction):
    """Takes a breach of the yearly limit for a warning: the error page opens, and it says paid.

    Alipay+ says only that a year is full: for the MPP both yearly limits are one. After a payload with this code the
    callback is executed once more (EC-25).
    """

    name = "yearly-limit-overdrawn"
    breaks = frozenset({"EC-25", "REG-2", "REG-4", "UX-6"})
    hides = frozenset()
    observed = frozenset({"UX-8"})
    warning = "USER_AMOUNT_EXCEED_LIMIT"


class SmallAmountsOnly(ConformingMpp):
    """Reads amounts into sixteen bits, and breaks down above 327.67 CNY.

    Amounts above it occur with three of the limits. A payment that has no result has no error code either, for lack of
    funds (SRV-6).
    """

    name = "amounts-above-sixteen-bits-hang"
    breaks = frozenset({"REG-1", "REG-2", "REG-3", "SRV-5", "SRV-7", "UX-7"})
    observed = frozenset({"NOT-2"})

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """No word about a large amount."""
        if int(order.amount) <= _SIXTEEN_BITS:
            yield from super().pay(session, order)


class SuccessAlsoPaid(ConformingMpp):
    """Passes the payload on, and tells its client of a payment as well, since resultStatus was S.

    Only without an order: a debit needs one, so nothing is taken in fact. An answer does not say which of the limits
    for an order code was the reason, if it was one (SRV-3).
    """

    name = "success-also-told-as-paid-for-order-code"
    breaks = frozenset({"REG-1", "REG-2", "SRV-3", "UX-6"})
    observed = frozenset({"UX-8"})

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
    """The same for an entry code, for which all four limits hold."""

    name = "success-also-told-as-paid-for-entry-code"
    breaks = frozenset({"REG-1", "REG-2", "REG-3", "REG-4", "SRV-3", "UX-6"})
    observed = frozenset({"UX-8"})

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
    observed = frozenset({"UX-8"})
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
    breaks = frozenset({"REG-1", "SRV-5", "SRV-7", "UX-7"})
    observed = frozenset({"NOT-2"})

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """No word about an amount that Alipay+ let pass."""
        if int(order.amount) < _TRANSACTION:
            yield from super().pay(session, order)


class EntryAmountsHang(ConformingMpp):
    """Applies the entry code's limit itself, reads it as "below", and waits for a second factor at 500 CNY.

    A payment that has no result has no error code either, for lack of funds (SRV-6).
    """

    name = "entry-code-amount-at-limit-hangs"
    breaks = frozenset({"REG-3", "SRV-5", "SRV-7", "UX-7"})
    observed = frozenset({"NOT-2"})

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """No word about an amount that Alipay+ let pass."""
        if session.callback is None or int(order.amount) < _OWN_LIMIT:
            yield from super().pay(session, order)


class ComparesAsText(ConformingMpp):
    """Compares amounts as texts: 99.99 CNY is above 7,000 CNY, and waits for a second factor.

    The client is not told of a result where it should be (SRV-7), and nothing is notified of the order (NOT-2).
    """

    name = "amounts-compared-as-text"
    breaks = frozenset({"REG-2", "SRV-5", "SRV-7", "UX-7"})
    hides = ids("""
        ANS-1 EC-28 EC-29 NOT-1 NOT-4 NOT-9 OC-19 OC-20 SDK-1 SRV-3
    """)
    observed = frozenset({"NOT-2"})

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """No word about an amount that begins with a great digit."""
        if order.amount <= str(_TRANSACTION):
            yield from super().pay(session, order)


class OwnLimit(ConformingMpp):
    """Applies the entry code's limit to every payment itself, and declines what Alipay+ let pass.

    The document leaves it to an MPP to decline. But payments that are declined do not show that they would go on.
    """

    name = "limit-of-its-own"
    hides = frozenset({"REG-1", "REG-2", "REG-3", "UX-7"})
    observed = frozenset({"NOT-2"})
    most: ClassVar[int] = _OWN_LIMIT

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """Declined above it."""
        if int(order.amount) > self.most:
            yield from self.take(session, Handed(payment_status="F", error_code="LIMIT"))
        else:
            yield from super().pay(session, order)


class OwnLimitAtSevenThousand(OwnLimit):
    """Takes only what is less than 7,000 CNY, and declines the payment that Alipay+ lets pass at its limit."""

    name = "limit-of-its-own-at-the-limit"
    hides = frozenset({"REG-1", "UX-7"})
    most = _TRANSACTION - 1


class AmountInYuan(ConformingMpp):
    """Notifies amounts in yuan with decimals.

    Of a notification that cannot be read nobody knows whether it was signed (WIRE-1), or what it says. Payments that
    follow it in the same conversation never begin, and Alipay+ never asks how it ended.
    """

    name = "amount-in-yuan"
    breaks = frozenset({"WIRE-2"})
    hides = ids("""
        ANS-1 ANS-2 CAN-1 CAN-2 CAN-3 CAN-4 CAN-5 CAN-6 EXP-1 FLT-1 FLT-12 FLT-14 FLT-2 FLT-6 INQ-1 INQ-2 INQ-3 INQ-4
        NOT-1 NOT-2 NOT-3 NOT-4 NOT-5 NOT-6 NOT-8 NOT-9 REG-1 REG-2 REP-2 REP-5 SRV-1 SRV-3 SRV-9 UX-6 WIRE-3 WIRE-4
        WIRE-5 WIRE-6 WIRE-7 WIRE-8
    """)

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
    hides = ids("""
        ANS-1 ANS-2 CAN-1 CAN-2 CAN-3 CAN-4 CAN-5 CAN-6 EXP-1 FLT-1 FLT-12 FLT-14 FLT-2 FLT-6 INQ-1 INQ-2 INQ-3 INQ-4
        NOT-1 NOT-2 NOT-3 NOT-4 NOT-5 NOT-6 NOT-8 NOT-9 REG-1 REG-2 REP-2 REP-5 SRV-1 SRV-3 SRV-9 UX-6 WIRE-3 WIRE-4
        WIRE-5 WIRE-6 WIRE-7 WIRE-8
    """)

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
    hides = ids("""
        ANS-1 ANS-2 CAN-1 CAN-2 CAN-3 CAN-4 CAN-5 CAN-6 EXP-1 FLT-1 FLT-12 FLT-14 FLT-2 FLT-6 INQ-1 INQ-2 INQ-3 INQ-4
        NOT-1 NOT-2 NOT-3 NOT-4 NOT-5 NOT-6 NOT-8 NOT-9 REG-1 REG-2 REP-2 REP-5 SRV-1 SRV-3 SRV-9 UX-6 WIRE-3 WIRE-4
        WIRE-5 WIRE-6 WIRE-7 WIRE-8
    """)

    def notice(self, session: Session, order: Order, result: Handed) -> NotifyPayment:
        """Cny."""
        return replace(super().notice(session, order, result), payment_currency=order.currency.lower())


class RecomputesWhatIsOwed(ConformingMpp):
    """Works out what it owes from the quote, and rounds it half up, instead of taking payToAmount as it is given."""

    name = "amount-owed-worked-out-from-quote"
    observed = frozenset({"NOT-4"})

    def notice(self, session: Session, order: Order, result: Handed) -> NotifyPayment:
        """Amount times price."""
        if order.quote_price is None:
            return super().notice(session, order, result)
        price = Decimal(order.quote_price).scaleb(self.profile.settlement_digits - _FEN_DIGITS)
        owed = (Decimal(order.amount) * price).to_integral_value(ROUND_HALF_UP)
        return replace(super().notice(session, order, result), pay_to_amount=str(owed))


class AmountFromClient(ConformingMpp):
    """Takes the amount of a payment from its client, and one that was tampered with sends a single minor unit.

    So it does for orders that nobody wrote, too (ANS-2).
    """

    name = "amount-taken-from-client"
    observed = frozenset({"ANS-2", "NOT-4"})

    def notice(self, session: Session, order: Order, result: Handed) -> NotifyPayment:
        """1 for 1000."""
        return replace(super().notice(session, order, result), payment_amount="1")
