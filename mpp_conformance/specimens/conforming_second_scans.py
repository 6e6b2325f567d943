"""Conforming MPPs that do what no sentence forbids with a code that is scanned a second time."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from mpp_conformance.protocol.messages import Message, Order, UserInitiatedPayAnswer
from mpp_conformance.specimens.conforming import ConformingMpp, Handed, Session


class SecondScanFails(ConformingMpp):
    """Tells whoever scans a code again that its order has its result already."""

    name = "second-scan-told-as-failure"

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """A failure of this scan, and not of the order."""
        if self.booked(session, order).status is None:
            yield from super().pay(session, order)
        else:
            yield from self.take(session, Handed(payment_status="F", error_code="ORDER_HAS_ITS_RESULT"))


@dataclass
class KnowsAnswers(ConformingMpp):
    """Keeps what Alipay+ has decided of a code for a customer, and does not ask for it a second time."""

    name = "decided-codes-not-asked-about-again"
    kept: dict[tuple[str, str], UserInitiatedPayAnswer] = field(default_factory=dict)

    def ask(self, session: Session, code_value: str) -> Iterator[Message]:
        """What is known is acted on at once."""
        known = self.kept.get((code_value, session.customer))
        return super().ask(session, code_value) if known is None else super().answered(session, known)

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """What is decided is kept."""
        if answer.result_status != "U":
            self.kept[session.code, session.customer] = answer
        yield from super().answered(session, answer)


class PassesOverSecondScans(ConformingMpp):
    """Passes over a code that its scanner has seen before."""

    name = "second-scans-passed-over"

    def scanned(self, session: Session) -> Iterator[Message]:
        """The camera is still on the same code."""
        seen = any(other.scanned == session.scanned for other in self.sessions.values() if other is not session)
        return iter(()) if seen else super().scanned(session)
