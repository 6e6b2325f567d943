"""MPPs that give a failure something that is no error code, in the place of one."""

from collections.abc import Iterator
from dataclasses import replace

from mpp_conformance.protocol.messages import DecodeCallback, Message, Order
from mpp_conformance.specimens.books import CLOSED
from mpp_conformance.specimens.conforming import ConformingMpp, Handed, Session


class FailsWithSuccess(ConformingMpp):
    """Fills in the code of the call that went well: the debit was carried out, and came to nothing.

    Alipay+ is told that reason, too (NOT-5).
    """

    name = "failure-with-success-for-a-code"
    breaks = frozenset({"SDK-1", "SRV-6"})
    observed = frozenset({"NOT-5"})

    def debit(self, session: Session) -> Handed:
        """The code is that of a success."""
        result = super().debit(session)
        return replace(result, error_code="SUCCESS") if result.payment_status == "F" else result


class FailsWithNull(ConformingMpp):
    """Writes what its language writes for nothing.

    Whoever reads that code is told of no error: Alipay+'s client SDK (SDK-1), and its own client (SRV-6, SRV-8).
    """

    name = "failure-with-null-for-a-code"
    breaks = frozenset({"SDK-1", "SRV-6", "SRV-8"})

    def take(self, session: Session, handed: Handed) -> Iterator[Message]:
        """Four letters."""
        yield from super().take(session, replace(handed, error_code="null") if handed.error_code else handed)


class CallbackWithBlank(ConformingMpp):
    """Pads an error code that the client does not know."""

    name = "result-callback-with-a-blank-for-a-code"
    breaks = frozenset({"SDK-1"})

    def callback_of_result(self, callback: str, handed: Handed) -> Iterator[Message]:
        """A blank."""
        for message in super().callback_of_result(callback, handed):
            failed = isinstance(message, DecodeCallback) and message.outcome == "failure"
            yield replace(message, error_code=" ") if failed else message  # type: ignore[call-arg]  # as said


class OverdueWithoutCode(ConformingMpp):
    """Has an error code for a debit that fails, and none for an order that is overdue.

    The client SDK is told of none either (SDK-1).
    """

    name = "overdue-order-without-a-code"
    breaks = frozenset({"SDK-1", "SRV-6"})

    def settled(self, session: Session, order: Order) -> Handed:
        """No code for want of time."""
        entry = self.booked(session, order)
        result = super().settled(session, order)
        return replace(result, error_code=None) if result.error_code == CLOSED and not entry.cancelled else result
