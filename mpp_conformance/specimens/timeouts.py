"""MPPs that lose an answer of Alipay+'s which takes longer than they wait."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import ClassVar, Final

from mpp_conformance import wire
from mpp_conformance.protocol.messages import (
    DecodeCallback,
    Message,
    NotifyPayment,
    Order,
    ResultPage,
    UserInitiatedPay,
)
from mpp_conformance.specimens.conforming import NO_ANSWER, ConformingMpp, Handed, Say, Session

TIMEOUT: Final = 2.0
"""Seconds."""


class ServerGivesUp(ConformingMpp):
    """Has an HTTP client that waits 2 s, and takes its timeout for the end of the payment."""

    name = "late-answers-given-up"
    observed = frozenset({"FLT-14"})
    timeout: ClassVar[float] = TIMEOUT

    def believes(self, asked: wire.Call, received: wire.Received) -> wire.Answer | None:
        """Nothing that came later."""
        return super().believes(asked, received) if received.seconds < self.timeout else None

    def unanswered(self, session: Session, received: wire.Received) -> Iterator[Message]:
        """No second call after a timeout."""
        late = received.seconds >= self.timeout
        return self.not_decoded(session, NO_ANSWER) if late else super().unanswered(session, received)


@dataclass
class ClientGivesUp(ConformingMpp):
    """Has an app that waits 1 s for its own server, shows a failure, and takes no notice of what comes after that.

    The server goes on: an order is paid, and the consumer is told that it was not (OC-20). The client SDK has patience
    of its own when it calls decode.
    """

    name = "client-gives-up-before-its-server"
    breaks = frozenset({"OC-20"})
    observed = frozenset({"FLT-14"})
    timeout: ClassVar[float] = 1.0
    given_up: set[str] = field(default_factory=set)
    """The sessions in which it did."""

    def receive(self, session: str, asked: wire.Call, received: wire.Received) -> Iterator[Say]:
        """The app does not wait for the answer."""
        known = self.sessions[session]
        if isinstance(asked, UserInitiatedPay) and received.seconds >= self.timeout and self.impatient(known):
            self.given_up.add(session)
            yield from self._say(known, self.gives_up(known))
        yield from super().receive(session, asked, received)

    def impatient(self, session: Session) -> bool:
        """An order code."""
        return session.callback is None

    def gives_up(self, session: Session) -> Iterator[Message]:  # noqa: ARG002  # others need it
        """A page."""
        yield ResultPage(status="F", error_code="TIMEOUT")

    def act(self, session: Session, handed: Handed) -> Iterator[Message]:
        """Nothing more."""
        return iter(()) if session.name in self.given_up else super().act(session, handed)


class CallbackGivesUp(ClientGivesUp):
    """Has an app that waits 1 s for its own server when the client SDK calls decode, and then calls it a failure."""

    name = "decode-callback-before-a-late-answer"
    breaks = frozenset()

    def impatient(self, session: Session) -> bool:
        """An entry code."""
        return session.callback is not None

    def gives_up(self, session: Session) -> Iterator[Message]:
        """The callback, without a payload."""
        yield DecodeCallback(callback=session.callback or "", outcome="failure", error_code="TIMEOUT")


class CallbackTwice(CallbackGivesUp):
    """Has such an app, which takes notice of what comes after that all the same, and executes the callback again."""

    name = "decode-callback-before-a-late-answer-and-after"

    def act(self, session: Session, handed: Handed) -> Iterator[Message]:
        """As if nothing had been."""
        return ConformingMpp.act(self, session, handed)


@dataclass
class SignsInTimeOnly(ConformingMpp):
    """Opens its key for a call and what follows from that, and shuts it after 2 s."""

    name = "notifications-unsigned-after-a-late-answer"
    breaks = frozenset({"WIRE-1"})
    late: set[str] = field(default_factory=set)
    """The sessions that were answered after that."""

    def receive(self, session: str, asked: wire.Call, received: wire.Received) -> Iterator[Say]:
        """The key is shut."""
        if received.seconds >= TIMEOUT:
            self.late.add(session)
        yield from super().receive(session, asked, received)

    def notice(self, session: Session, order: Order, result: Handed) -> NotifyPayment:
        """Not signed."""
        made = super().notice(session, order, result)
        return replace(made, signature="missing") if session.name in self.late else made
