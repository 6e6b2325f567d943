"""MPPs that mix payments up: what belongs to one scan is kept in a place that others use as well."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from mpp_conformance.protocol.messages import (
    HANDLE_BY_PSP,
    HANDLE_BY_SDK,
    Decode,
    DecodeCallback,
    Launch,
    Message,
    NotifyPayment,
    Order,
    Scan,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.specimens.conforming import ConformingMpp, Handed, Say, Session

_TRANSACTION: Final = 700_000


@dataclass
class OneCallback(ConformingMpp):
    """Keeps one callback: a second decode overwrites the first.

    That holds for the end of a payment left to it (EC-28, SDK-1), too.
    """

    name = "one-callback-for-all"
    breaks = frozenset({"EC-25", "EC-28", "SDK-1"})
    latest: Session | None = None

    def decode_asked(self, session: Session, decode: Decode) -> Iterator[Message]:
        """The callback in the one place there is."""
        self.latest = session
        yield from super().decode_asked(session, decode)

    def hear(self, session: str, message: Message) -> Iterator[Say]:
        """Whoever executes a callback executes the latest one."""
        for say in super().hear(session, message):
            owner = self.latest
            if isinstance(say.message, DecodeCallback) and owner is not None and owner.callback is not None:
                yield Say(session=owner.name, message=replace(say.message, callback=owner.callback))
            else:
                yield say


@dataclass
class FirstCallback(ConformingMpp):
    """Keeps the callback of the first decode and executes it for every later one.

    That holds for the end of a payment left to it (EC-28), too.
    """

    name = "first-callback-for-ever"
    breaks = frozenset({"EC-25", "EC-28"})
    first: str | None = None

    def decode_asked(self, session: Session, decode: Decode) -> Iterator[Message]:
        """The first one stays."""
        self.first = self.first or decode.callback
        yield from super().decode_asked(session, replace(decode, callback=self.first))


@dataclass
class OnePayload(ConformingMpp):
    """Keeps the payload in one place of its client, from where the next screen fetches it.

    The same place serves the callback and handleAction.
    """

    name = "one-payload-for-all"
    breaks = frozenset({"EC-25", "OC-16"})
    payload: str | None = None

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """In the one place there is."""
        self.payload = answer.sdk_action_payload
        yield from super().pass_to_client(session, answer)

    def let_sdk_act(self, session: Session, payload: str | None) -> Iterator[Message]:  # noqa: ARG002
        """Whatever is there by now."""
        yield from super().let_sdk_act(session, self.payload)


@dataclass
class OnePayloadForHandleAction(OnePayload):
    """Has the right payload at the callback, and for handleAction keeps it in one place of its client."""

    name = "one-payload-for-handle-action"
    breaks = frozenset({"OC-16"})

    def let_sdk_act(self, session: Session, payload: str | None) -> Iterator[Message]:
        """Whatever is there by now, where there is no callback."""
        yield from ConformingMpp.let_sdk_act(self, session, self.payload if session.callback is None else payload)


@dataclass
class OneUrl(ConformingMpp):
    """Keeps the address to launch in one place, from where the next screen fetches it.

    The page of the other payment is opened twice, and its own never, so that nothing follows for it.
    """

    name = "one-address-for-all"
    breaks = frozenset({"EC-3"})
    hides = frozenset({"EC-16", "EC-25", "SRV-2", "SRV-3", "SRV-4", "WIRE-2"})
    observed = frozenset({"SDK-2"})
    url: str = ""

    def scanned(self, session: Session) -> Iterator[Message]:
        """In the one place there is."""
        self.url = session.scanned
        yield from super().scanned(session)

    def launch(self, session: Session) -> Iterator[Message]:  # noqa: ARG002  # not looked at
        """Whatever is there by now."""
        yield Launch(url=self.url)


@dataclass
class AnswersLatestClient(ConformingMpp):
    """Sends Alipay+'s answer down the connection that was opened last.

    What was answered for the first payment is passed to another client (SRV-4), which acts on it (SRV-3). The client of
    the first had nothing to give (EC-25, OC-16), and of two to be paid nobody can say whose result it was (SRV-7).
    """

    name = "answer-to-latest-client"
    breaks = frozenset({"EC-28", "REP-6", "SRV-3", "SRV-4", "UX-7"})
    hides = frozenset({"EC-25", "OC-16"})
    observed = frozenset({"NOT-9"})
    latest: str = ""

    def hear(self, session: str, message: Message) -> Iterator[Say]:
        """An answer is heard by the session that was scanned last."""
        if isinstance(message, Scan):
            self.latest = session
        yield from super().hear(self.latest if isinstance(message, UserInitiatedPayAnswer) else session, message)


@dataclass
class OneResult(ConformingMpp):
    """Keeps the result of a payment in one place until its client is told of it.

    There the next payment finds it, whose order is not paid (FLT-6), whose code was refused (REP-5), of which nothing
    was decoded (SRV-3), or whose answer is none to act on (FLT-1, FLT-2, REP-2).
    """

    name = "one-payment-result-for-all"
    breaks = frozenset({"FLT-1", "FLT-2", "REP-2", "REP-5", "SRV-3", "SRV-7", "SRV-8", "UX-7"})
    observed = frozenset({"CAN-4", "EXP-1", "FLT-6"})
    result: Handed | None = None

    def debit(self, session: Session) -> Handed:
        """Into the one place there is."""
        self.result = ConformingMpp.debit(self, session)
        return self.result

    def take(self, session: Session, handed: Handed) -> Iterator[Message]:
        """Whatever is there by now."""
        told = self.result if handed.payment_status and self.result else handed
        yield from ConformingMpp.take(self, session, told)


@dataclass
class PayloadOfLastTime(ConformingMpp):
    """Reads the customer's payload from a cache that is a payment behind.

    So it does whatever stands beside the next one (ANS-1).
    """

    name = "payload-of-last-time"
    breaks = frozenset({"SRV-4", "UX-1"})
    hides = frozenset({"FLT-14"})
    observed = frozenset({"ANS-1"})
    cache: dict[str, str | None] = field(default_factory=dict)

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """The one before, where there was one."""
        before = self.cache.get(session.customer, answer.sdk_action_payload)
        self.cache[session.customer] = answer.sdk_action_payload
        yield from super().pass_to_client(session, replace(answer, sdk_action_payload=before))


@dataclass
class FirstPayloadForEver(ConformingMpp):
    """Keeps the first payload a customer got, since it looked like a constant.

    So it does whatever stands beside the next one (ANS-1).
    """

    name = "first-payload-for-ever"
    breaks = frozenset({"SRV-4", "UX-1"})
    hides = frozenset({"FLT-14"})
    observed = frozenset({"ANS-1"})
    cache: dict[str, str | None] = field(default_factory=dict)

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """The first one."""
        first = self.cache.setdefault(session.customer, answer.sdk_action_payload)
        yield from super().pass_to_client(session, replace(answer, sdk_action_payload=first))


@dataclass
class FirstPayloadForEverybody(ConformingMpp):
    """Keeps the first payload that anybody got in a static field of its server.

    So it does whatever stands beside the next one (ANS-1).
    """

    name = "first-payload-for-everybody"
    breaks = frozenset({"SRV-4", "UX-1"})
    hides = frozenset({"FLT-14"})
    observed = frozenset({"ANS-1"})
    first: str | None = None

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """The first one."""
        self.first = self.first or answer.sdk_action_payload
        yield from super().pass_to_client(session, replace(answer, sdk_action_payload=self.first))


@dataclass
class AnswerOfAnybody(ConformingMpp):
    """Keeps the latest answer of Alipay+ in a static field of its server, and acts on the one that was there before.

    A later payment does not go on after a stop (REG-1), or goes on where it should not (REP-2, UX-6), is not acted on
    as its own answer says (SRV-3), and gets the payload of another (SRV-4). Of two alike, the second does not end as
    the first (ANS-1). A year of payments is notified one too late, and is never full (REG-2).
    """

    name = "answer-of-anybody-before"
    breaks = frozenset({"NOT-1", "REG-1", "REP-2", "SRV-3", "SRV-4", "SRV-5", "SRV-7", "UX-6", "UX-7"})
    hides = frozenset({"CAN-5", "FLT-14", "NOT-8", "REG-2"})
    observed = frozenset({"ANS-1", "EXP-1", "NOT-2", "NOT-9", "REP-3", "UX-8"})
    latest: UserInitiatedPayAnswer | None = None

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """The one before, where there was one."""
        before, self.latest = self.latest or answer, answer
        yield from super().answered(session, before)


@dataclass
class StopSticks(ConformingMpp):
    """Remembers that a customer was stopped, and stops the next payment too without a look at its answer.

    The next payment does not go on after a stop (REG-1), is not acted on as its own answer says (SRV-3), and if it is
    stopped as well its payload is the wrong one (SRV-4), whatever stands beside it (ANS-1).
    """

    name = "stop-sticks-to-customer"
    breaks = frozenset({"REG-1", "REP-2", "SRV-3", "SRV-4", "SRV-5", "SRV-7", "SRV-8", "UX-7"})
    hides = frozenset({"FLT-14", "NOT-8"})
    observed = frozenset({"ANS-1", "NOT-2", "REP-3"})
    stopped: dict[str, UserInitiatedPayAnswer] = field(default_factory=dict)

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """Remembered for the customer."""
        self.stopped[session.customer] = answer
        yield from super().pass_to_client(session, answer)

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """The next one is stopped as the last one was."""
        known = self.stopped.pop(session.customer, None)
        yield from (super().answered(session, answer) if known is None else super().pass_to_client(session, known))


@dataclass
class CustomerOfLatestScan(ConformingMpp):
    """Keeps the customer in one place of its server, and notifies Alipay+ in the name of whoever scanned last.

    That is another customer than the one asked for (NOT-9).
    """

    name = "customer-of-latest-scan-notified"
    breaks = frozenset({"REP-6"})
    observed = frozenset({"NOT-9"})
    latest: str = ""

    def scanned(self, session: Session) -> Iterator[Message]:
        """In the one place there is."""
        self.latest = session.customer
        yield from super().scanned(session)

    def notice(self, session: Session, order: Order, result: Handed) -> NotifyPayment:
        """Whoever is there by now."""
        return replace(super().notice(session, order, result), customer_id=self.latest)


@dataclass
class FirstCustomerForEver(ConformingMpp):
    """Asks Alipay+ in the name of the first customer it has seen, for ever.

    Whose code is another's cannot be told (REP-5), nor whose year is full (REG-2).
    """

    name = "first-customer-for-ever"
    breaks = frozenset({"REP-6"})
    hides = frozenset({"REG-2"})
    observed = frozenset({"INQ-4", "NOT-9"})
    first: str = ""

    def ask(self, session: Session, code_value: str) -> Iterator[Message]:
        """In the name of the first one."""
        self.first = self.first or session.customer
        yield UserInitiatedPay(code_value=code_value, customer_id=self.first)


@dataclass
class AnswerFilledAgain(ConformingMpp):
    """Reads each answer for a customer into the object of the one before: what is not told stays as it was.

    So an order that was paid is paid and told again where nothing was decoded, and the payload of a stop is passed on
    where the payment is left to the MPP: not as the answer itself says (SRV-3).
    """

    name = "order-of-last-time-stays"
    breaks = frozenset({"SRV-3", "SRV-8", "UX-6"})
    observed = frozenset({"NOT-7"})
    orders: dict[str, Order] = field(default_factory=dict)

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """With the order before where this answer brings none."""
        order = answer.order or self.orders.get(session.customer)
        if order is not None:
            self.orders[session.customer] = order
        if answer.action_type == HANDLE_BY_PSP and answer.order is None and order is not None:
            yield from self.pay(session, order)
        else:
            yield from super().answered(session, answer)


@dataclass
class FirstAnswerForEver(ConformingMpp):
    """Keeps the first answer a customer got, and acts on it whenever the customer scans again.

    A later payment does not go on after a stop (REG-1), or goes on where it should not (REP-2, UX-6), is not acted on
    as its own answer says (SRV-3), and gets the payload of the first one (SRV-4). Of two alike, the second does not end
    as the first (ANS-1). A year of payments is notified as one, and is never full (REG-2).
    """

    name = "first-answer-for-ever"
    breaks = frozenset({"NOT-1", "REG-1", "REP-2", "SRV-3", "SRV-4", "SRV-5", "SRV-7", "UX-1", "UX-6", "UX-7"})
    hides = frozenset({"CAN-5", "FLT-14", "NOT-8", "REG-2"})
    observed = frozenset({"ANS-1", "EXP-1", "NOT-2", "UX-8"})
    cache: dict[str, UserInitiatedPayAnswer] = field(default_factory=dict)

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """The first one."""
        yield from super().answered(session, self.cache.setdefault(session.customer, answer))


@dataclass
class StopSticksToEntryCodes(StopSticks):
    """Takes a customer who was stopped at an entry code for stopped at the next one, whatever its answer says."""

    name = "stop-sticks-to-entry-codes"
    breaks = frozenset({"REP-2", "SRV-3", "SRV-5", "SRV-7", "SRV-8", "UX-7"})
    hides = frozenset({"NOT-8"})
    observed = frozenset({"NOT-2", "REP-3"})

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """Only an answer that says something else is not looked at."""
        if session.callback is None or answer.action_type == HANDLE_BY_SDK:
            self.stopped.pop(session.customer, None)
        yield from super().answered(session, answer)


@dataclass
class LocksCustomers(ConformingMpp):
    """Locks a customer who wanted to pay more than 7,000 CNY and was stopped, and lets later payments hang.

    So it is with what they may pay by the limits (REG-1): it does not go on (SRV-5), and nobody is told how it ended
    (SRV-7, UX-7).
    """

    name = "customers-locked-after-stop"
    breaks = frozenset({"REG-1", "SRV-5", "SRV-7", "UX-7"})
    locked: set[str] = field(default_factory=set)

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """Nothing more for a locked customer, unless it is for the SDK."""
        too_much = answer.order is not None and int(answer.order.amount) > _TRANSACTION
        if answer.action_type == HANDLE_BY_SDK and too_much:
            self.locked.add(session.customer)
        if answer.action_type == HANDLE_BY_SDK or session.customer not in self.locked:
            yield from super().answered(session, answer)
