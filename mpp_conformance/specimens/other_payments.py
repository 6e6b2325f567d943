"""MPPs that do a thing of one payment for another one: its account, its failure, its callback, its code."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from mpp_conformance.protocol.messages import Decode, IdentityAnswer, Message
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
