"""MPPs that do at the first payment what they owe at each: a guard that nothing resets, a listener that is gone."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from mpp_conformance.protocol.messages import Decode, Message, Order, UserInitiatedPayAnswer
from mpp_conformance.specimens.conforming import MOST_REPEATS, ConformingMpp, Handed, Session
from mpp_conformance.specimens.consequences import ids


class LaterScansIgnored(ConformingMpp):
    """Starts its scanner once: a later scan leads nowhere.

    Nothing launches an entry code then (EC-6), and nothing is asked about an order code (SRV-2), after an answer that
    was no good (FLT-9) either; what would follow cannot be judged.
    """

    name = "later-scans-ignored"
    breaks = frozenset({"EC-6", "SRV-1", "SRV-2"})
    hides = ids("""
        ANS-1 CAN-5 EC-16 EC-25 EC-3 EC-9 EXP-1 FLT-1 FLT-12 FLT-14 FLT-2 FLT-6 NOT-8 OC-16 OC-5 REG-1 REG-2 REP-2
        SDK-2 SRV-3 SRV-4 UX-6
    """)
    observed = frozenset({"FLT-9"})

    def scanned(self, session: Session) -> Iterator[Message]:
        """The first one only."""
        if len(self.sessions) == 1:
            yield from super().scanned(session)


@dataclass
class LaunchedOnce(ConformingMpp):
    """Guards launch against being called twice, and never takes the guard away.

    What would follow a later launch cannot be judged.
    """

    name = "launched-once-only"
    breaks = frozenset({"EC-6", "SRV-1"})
    hides = ids("""
        ANS-1 CAN-5 EC-16 EC-25 EC-3 EC-9 EXP-1 FLT-14 NOT-8 SDK-2 SRV-2 SRV-3 SRV-4 UX-6
    """)
    launched: bool = False

    def launch(self, session: Session) -> Iterator[Message]:
        """Unless it was launched before."""
        if not self.launched:
            self.launched = True
            yield from super().launch(session)


@dataclass
class DecodedOnce(ConformingMpp):
    """Takes the client SDK's listener away with the first decode, and never puts it back.

    What would follow a later decode cannot be judged.
    """

    name = "decode-served-once-only"
    breaks = frozenset({"SRV-2"})
    hides = frozenset({"ANS-1", "CAN-5", "EC-16", "EC-25", "EXP-1", "FLT-14", "NOT-8", "SRV-3", "SRV-4", "UX-6"})
    decoded: bool = False

    def decode_asked(self, session: Session, decode: Decode) -> Iterator[Message]:
        """Unless one was served before."""
        if not self.decoded:
            self.decoded = True
            yield from super().decode_asked(session, decode)


@dataclass
class NotAskedAfterFailure(ConformingMpp):
    """Leaves a payment that failed open in its server, which sends nothing for a customer who has one open.

    Of two payments alike, the second is never decided (ANS-1).
    """

    name = "nothing-asked-after-a-failure"
    breaks = frozenset({"SRV-2"})
    hides = frozenset({"ANS-1", "CAN-5"})
    held_back: set[str] = field(default_factory=set)

    def ask(self, session: Session, code_value: str) -> Iterator[Message]:
        """Unless a payment of this customer failed before."""
        if session.customer not in self.held_back:
            yield from super().ask(session, code_value)

    def take(self, session: Session, handed: Handed) -> Iterator[Message]:
        """Remembers who failed."""
        if handed.payment_status == "F":
            self.held_back.add(session.customer)
        yield from super().take(session, handed)


@dataclass
class LaterPaymentsHang(ConformingMpp):
    """Has one place for a payment that waits for its debit, and never empties it.

    A later payment does not go on: within a limit (REG-1, REG-2), after an answer of another kind (SRV-3), alike the
    one before (ANS-1), or answered late (FLT-14). Nobody is told how it ended (SRV-7, UX-7, NOT-2).
    """

    name = "later-payments-left-hanging"
    breaks = frozenset({"REG-1", "REG-2", "SRV-3", "SRV-5", "SRV-7", "UX-7"})
    hides = frozenset({"CAN-5", "NOT-8"})
    observed = frozenset({"ANS-1", "FLT-14", "NOT-2"})
    taken: bool = False

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """The first one only."""
        if not self.taken:
            self.taken = True
            yield from super().pay(session, order)


@dataclass
class RepeatsCountedTogether(ConformingMpp):
    """Counts how often it asked again over all payments: when the count is full, an unknown result is a failure."""

    name = "repetitions-counted-over-all-payments"
    observed = frozenset({"REP-3"})
    repeats: int = 0

    def not_known(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """As often as is left."""
        self.repeats += 1
        if self.repeats > MOST_REPEATS:
            yield from self.not_decoded(session, answer)
        else:
            yield from super().not_known(session, answer)


@dataclass
class FirstCodeRepeated(ConformingMpp):
    """Asks again about the code that its timer was first started with.

    Alipay+ never comes to decide on the later one (REP-3).
    """

    name = "first-code-asked-again"
    breaks = frozenset({"REP-1", "REP-2", "REP-6"})
    observed = frozenset({"REP-3"})
    code: str = ""

    def not_known(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """The first one."""
        self.code = self.code or session.code
        own, session.code = session.code, self.code
        yield from super().not_known(session, answer)
        session.code = own


@dataclass
class LaterUnknownPaid(ConformingMpp):
    """Believes from its first success on that whatever is not known has succeeded.

    So it is with an answer that cannot be believed, or none (FLT-1, FLT-2); it asks no more (REP-3).
    """

    name = "unknown-taken-for-success-after-a-success"
    breaks = frozenset({"FLT-1", "FLT-2", "REP-2"})
    observed = frozenset({"REP-3"})

    def not_known(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """A success, where there was one."""
        if any(entry.status == "S" for entry in self.books.values()):
            yield from self.take(session, Handed(payment_status="S"))
        else:
            yield from super().not_known(session, answer)
