"""MPPs that do a thing of one payment for another one: its account, its failure, its callback, its code."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from mpp_conformance.protocol.messages import (
    HANDLE_BY_SDK,
    Decode,
    IdentityAnswer,
    Message,
    Order,
    UserInitiatedPayAnswer,
)
from mpp_conformance.specimens.circumstances import LooksAtOrders
from mpp_conformance.specimens.conforming import ConformingMpp, Handed, Session


class DebitsLatest(ConformingMpp):
    """Debits whoever is logged in: the customer who came last.

    Who could have paid is declined, and why cannot be seen (UX-7).
    """

    name = "account-of-latest-customer-debited"
    hides = frozenset({"UX-7"})

    def debit(self, session: Session) -> Handed:
        """Not this one's account."""
        return super().debit(replace(session, customer=list(self.sessions.values())[-1].customer))


@dataclass
class LockedByFailure(ConformingMpp):
    """Stops all payments when one has failed, whoever failed to pay.

    Whether it may is written nowhere (UX-7); the reason that Alipay+ is told is none of the documents' (NOT-5).
    """

    name = "customers-locked-after-another-fails"
    hides = frozenset({"UX-7"})
    observed = frozenset({"NOT-5"})
    locked: bool = False

    def debit(self, session: Session) -> Handed:
        """Nobody pays any more."""
        result = super().debit(session)
        locked, self.locked = self.locked, self.locked or result.payment_status == "F"
        return Handed(payment_status="F", error_code="LOCKED") if locked else result


@dataclass
class ExecutesEarlierCallback(ConformingMpp):
    """Keeps the callback of a decode call, and executes it with each result that comes later.

    It is executed at a payment that it is not of, with a payload (EC-25) or with a result (EC-28).
    """

    name = "earlier-callback-executed-with-order-codes"
    breaks = frozenset({"EC-25", "EC-28"})
    kept: list[str] = field(default_factory=list)

    def decode_asked(self, session: Session, decode: Decode) -> Iterator[Message]:
        """Kept in one place."""
        self.kept[:] = [decode.callback]
        yield from super().decode_asked(session, decode)

    def show_result(self, session: Session, handed: Handed) -> Iterator[Message]:
        """Another one's, where there is none of its own."""
        yield from super().show_result(session, handed)
        if session.callback is None:
            for callback in self.kept:
                yield from self.callback_of_result(callback, handed)


class TellsOfFirstCode(ConformingMpp):
    """Tells its client of the code that was scanned first."""

    name = "identity-told-of-the-first-code"
    breaks = frozenset({"SRV-1"})

    def identified(self, session: Session, action: str) -> Iterator[Message]:
        """Whatever was scanned now."""
        first = next(iter(self.sessions.values())).scanned
        for message in super().identified(session, action):
            yield replace(message, code_value=first) if isinstance(message, IdentityAnswer) else message


class AfterCancellations(ConformingMpp):
    """Common ground of those who do something otherwise once Alipay+ has cancelled a payment."""

    def has_cancelled(self) -> bool:
        """Whether any payment was."""
        return any(entry.cancelled for entry in self.books.values())


class KeepsResultsAfterCancellation(AfterCancellations):
    """Hands its client no result any more once a payment was cancelled: its push channel is closed with that one.

    Nobody shows one either (UX-7).
    """

    name = "results-not-handed-after-a-cancellation"
    breaks = frozenset({"SRV-7", "UX-7"})
    hides = frozenset({"CAN-5"})

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """Notified, and no more."""
        if self.has_cancelled() and self.booked(session, order).status is None:
            yield from self.notify(session, order, self.settled(session, order))
        else:
            yield from super().pay(session, order)


class PaysStopsAfterCancellation(AfterCancellations):
    """Takes an order beside HANDLE_BY_SDK once a payment was cancelled: the branch is another one from then on.

    The payload is not passed on (SRV-4); the payment is notified (NOT-7) and shown as paid (UX-6, UX-8).
    """

    name = "stopped-order-paid-after-a-cancellation"
    breaks = frozenset({"SRV-4", "UX-6"})
    observed = frozenset({"NOT-7", "UX-8"})

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """As if it were to be paid."""
        if answer.order is not None and self.has_cancelled():
            yield from self.pay_own(session, answer.order)
        else:
            yield from super().pass_to_client(session, answer)


class FailsSilentlyWithoutMerchant(LooksAtOrders):
    """Words the reason of a failure with the merchant's name, and has none where the order tells of no merchant.

    The callback has none to give either (SDK-1).
    """

    name = "failures-without-a-code-where-no-merchant-is-told"
    breaks = frozenset({"SDK-1", "SRV-6"})

    def settled(self, session: Session, order: Order) -> Handed:
        """No code."""
        made = super().settled(session, order)
        nameless = self.bodies.get(session.name) and not self.tells(session, "merchantName")
        return replace(made, error_code=None) if made.payment_status == "F" and nameless else made


class GuardsAgainstDuplicates(ConformingMpp):
    """Takes a sum that the customer has paid just so before for a payment made twice, whatever Alipay+ decides.

    The consumer is shown a page of the wallet's instead of Alipay+'s (UX-8).
    """

    name = "sums-paid-before-refused-before-action-type"
    breaks = frozenset({"SRV-4"})
    observed = frozenset({"UX-8"})

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """Before actionType is looked at; what is to be paid is paid."""
        sum_of = answer.order.amount if answer.order is not None else ""
        paid = (one for one in self.books.values() if one.status == "S" and one.customer == session.customer)
        if answer.action_type == HANDLE_BY_SDK and any(one.order.amount == sum_of for one in paid):
            yield from self.not_decoded(session, replace(answer, result_code="PROCESS_FAIL"))
        else:
            yield from super().answered(session, answer)
