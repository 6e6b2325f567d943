"""MPPs that are right as long as few use them: what belongs to one payment is kept where others come by under load.

Two payments of two customers at once, or many one after the other, never meet there. ``breaks`` names what load has to
show of each. What else fails then hangs on who meets whom, and is not named.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from mpp_conformance.protocol.messages import (
    CashierPage,
    Decode,
    IdentityAnswer,
    Message,
    NotifyPayment,
    Order,
    UserInitiatedPayAnswer,
)
from mpp_conformance.specimens.conforming import ConformingMpp, Handed, Say, Session

_SLOTS: Final = 8
_CONNECTIONS: Final = 4
_WORKERS: Final = 16


@dataclass
class Numbered(ConformingMpp):
    """Numbers its sessions as they come."""

    numbers: dict[str, int] = field(default_factory=dict)

    def slot(self, session: Session) -> int:
        """One of a few places, by the session's number."""
        return self.numbers.setdefault(session.name, len(self.numbers)) % _SLOTS


@dataclass
class CallbackSlots(Numbered):
    """Keeps the callbacks of its sessions in an array of eight, by the session's number modulo eight.

    The ninth overwrites the first one's, which a result is returned by as well (EC-28).
    """

    name = "callbacks-in-eight-slots"
    breaks = frozenset({"EC-25", "EC-28"})
    callbacks: dict[int, str] = field(default_factory=dict)

    def decode_asked(self, session: Session, decode: Decode) -> Iterator[Message]:
        """Into the slot."""
        self.callbacks[self.slot(session)] = decode.callback
        yield from super().decode_asked(session, decode)

    def act(self, session: Session, handed: Handed) -> Iterator[Message]:
        """Whatever is in the slot by now."""
        if session.callback is not None:
            session.callback = self.callbacks[self.slot(session)]
        yield from super().act(session, handed)


@dataclass
class PayloadSlots(Numbered):
    """Keeps the payloads for its clients in an array of eight, by the session's number modulo eight.

    Both the callback and handleAction get theirs from there.
    """

    name = "payloads-in-eight-slots"
    breaks = frozenset({"EC-25", "OC-16"})
    payloads: dict[int, str | None] = field(default_factory=dict)

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """Into the slot."""
        self.payloads[self.slot(session)] = answer.sdk_action_payload
        yield from super().pass_to_client(session, answer)

    def let_sdk_act(self, session: Session, payload: str | None) -> Iterator[Message]:  # noqa: ARG002  # the fault
        """Whatever is in the slot by now."""
        yield from super().let_sdk_act(session, self.payloads[self.slot(session)])


@dataclass
class PayloadByCustomer(ConformingMpp):
    """Keeps the payload for a client under its customer's id.

    Both the callback and handleAction get theirs from there.
    """

    name = "payload-by-customer"
    breaks = frozenset({"EC-25", "OC-16"})
    payloads: dict[str, str | None] = field(default_factory=dict)

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """Under the customer's id."""
        self.payloads[session.customer] = answer.sdk_action_payload
        yield from super().pass_to_client(session, answer)

    def let_sdk_act(self, session: Session, payload: str | None) -> Iterator[Message]:  # noqa: ARG002  # the fault
        """The latest one."""
        yield from super().let_sdk_act(session, self.payloads[session.customer])


@dataclass
class CallbackByCustomer(ConformingMpp):
    """Keeps the client's callback under its customer's id.

    A payload is handed over by it, and a result returned (EC-28).
    """

    name = "callback-by-customer"
    breaks = frozenset({"EC-25", "EC-28"})
    callbacks: dict[str, str] = field(default_factory=dict)

    def decode_asked(self, session: Session, decode: Decode) -> Iterator[Message]:
        """Under the customer's id."""
        self.callbacks[session.customer] = decode.callback
        yield from super().decode_asked(session, decode)

    def act(self, session: Session, handed: Handed) -> Iterator[Message]:
        """The latest one."""
        if session.callback is not None:
            session.callback = self.callbacks[session.customer]
        yield from super().act(session, handed)


@dataclass
class SessionByCustomer(ConformingMpp):
    """Keeps one session for each customer, and hands an answer of Alipay+ to the one it finds.

    What was answered for one payment is acted on in another (SRV-3), and its payload handed over there (SRV-4).
    """

    name = "session-by-customer"
    breaks = frozenset({"SRV-3", "SRV-4"})
    latest: dict[str, Session] = field(default_factory=dict)

    def scanned(self, session: Session) -> Iterator[Message]:
        """The customer's session from now on."""
        self.latest[session.customer] = session
        yield from super().scanned(session)

    def hear(self, session: str, message: Message) -> Iterator[Say]:
        """The customer's latest session takes it."""
        if isinstance(message, UserInitiatedPayAnswer) and session in self.sessions:
            session = self.latest[self.sessions[session].customer].name
        yield from super().hear(session, message)


@dataclass
class AnswersByConnection(ConformingMpp):
    """Calls Alipay+ on four connections, and takes what comes on one for the answer to the latest call there.

    What was answered for one payment is acted on in another (SRV-3), and its payload handed over there (SRV-4).
    """

    name = "answers-by-connection"
    breaks = frozenset({"SRV-3", "SRV-4"})
    calls: int = 0
    connections: dict[str, int] = field(default_factory=dict)
    callers: dict[int, Session] = field(default_factory=dict)

    def ask(self, session: Session, code_value: str) -> Iterator[Message]:
        """On the next connection."""
        self.connections[session.name] = self.calls % _CONNECTIONS
        self.callers[self.calls % _CONNECTIONS] = session
        self.calls += 1
        yield from super().ask(session, code_value)

    def hear(self, session: str, message: Message) -> Iterator[Say]:
        """The latest caller on the connection hears it."""
        if isinstance(message, UserInitiatedPayAnswer) and session in self.connections:
            session = self.callers[self.connections[session]].name
        yield from super().hear(session, message)


@dataclass
class IdentityInField(ConformingMpp):
    """Keeps what the latest code was found to be in a field, from where its client fetches it.

    An order code is launched, and an entry code sent to be decoded, when the other kind was scanned meanwhile.
    """

    name = "identity-of-latest-code"
    breaks = frozenset({"EC-6", "SRV-1"})
    action: str = ""

    def identified(self, session: Session, action: str) -> Iterator[Message]:
        """What is in the field by now."""
        self.action = action
        if self.app_link:
            yield IdentityAnswer(code_value=session.scanned, action=action)
        if self.action == "OPEN_URL":
            yield from self.launch(session)
        elif self.action == "DECODE":
            session.code = session.scanned
            yield from self.ask(session, session.code)


@dataclass
class ResultByCustomer(ConformingMpp):
    """Keeps the result of a payment under its customer's id until the page is shown."""

    name = "result-by-customer"
    breaks = frozenset({"OC-20"})
    results: dict[str, Handed] = field(default_factory=dict)

    def take(self, session: Session, handed: Handed) -> Iterator[Message]:
        """Under the customer's id."""
        if handed.payment_status:
            self.results[session.customer] = handed
        yield from super().take(session, handed)

    def show_result(self, session: Session, handed: Handed) -> Iterator[Message]:  # noqa: ARG002  # the fault
        """The latest one."""
        yield from super().show_result(session, self.results[session.customer])


@dataclass
class OrderByAmount(ConformingMpp):
    """Finds the order that a consumer confirms by customer and amount."""

    name = "order-by-customer-and-amount"
    breaks = frozenset({"NOT-1"})
    waiting: dict[tuple[str, str], Order] = field(default_factory=dict)

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """The latest one of the amount is paid."""
        if self.booked(session, order).status is not None:
            yield from super().pay(session, order)
            return
        place = (session.customer, order.amount)
        self.waiting[place] = order
        yield CashierPage()
        confirmed = self.waiting[place]
        yield from self.notify(session, confirmed, self.settled(session, confirmed))
        yield from self.take(session, self.settled(session, confirmed))


@dataclass
class RepeatByAmount(ConformingMpp):
    """Takes a payment for a repetition while another of the same customer and amount is under way.

    So it is told as paid, and nobody is asked for money.
    """

    name = "repetition-told-by-amount"
    breaks = frozenset({"NOT-1"})
    under_way: set[tuple[str, str]] = field(default_factory=set)

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """Once for each amount at a time."""
        key = (session.customer, order.amount)
        if key in self.under_way:
            yield from self.take(session, Handed(payment_status="S"))
            return
        self.under_way.add(key)
        yield from super().pay(session, order)
        self.under_way.discard(key)


@dataclass
class AccountWithoutLock(ConformingMpp):
    """Reads an account before the consumer confirms, writes it after that, and gives up where it was changed meanwhile.

    The client is told of no result (SRV-7), and a payment within the limits is hindered (REG-2).
    """

    name = "account-without-lock"
    breaks = frozenset({"REG-2", "SRV-7"})
    versions: dict[str, int] = field(default_factory=dict)

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """A lost update is noticed, and nothing done about it."""
        read = self.versions.get(session.customer, 0)
        for message in super().pay(session, order):
            if isinstance(message, NotifyPayment):
                if self.versions.get(session.customer, 0) != read:
                    return
                self.versions[session.customer] = read + 1
            yield message


@dataclass
class SixteenWorkers(ConformingMpp):
    """Has sixteen workers, each kept by a payment until its answer is here, and drops a scan that finds none free.

    Nobody says what such a code is (SRV-1), and an entry code is not launched (EC-6).
    """

    name = "scans-dropped-above-sixteen"
    breaks = frozenset({"EC-6", "SRV-1"})
    busy: set[str] = field(default_factory=set)

    def scanned(self, session: Session) -> Iterator[Message]:
        """Not a word where all are busy."""
        if len(self.busy) < _WORKERS:
            self.busy.add(session.name)
            yield from super().scanned(session)
            if self.identify(session.scanned) == "NONE":
                self.busy.discard(session.name)

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """Free again."""
        self.busy.discard(session.name)
        yield from super().answered(session, answer)
