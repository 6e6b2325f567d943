"""MPPs that do all they owe for a code, until the same code is scanned again."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from mpp_conformance.protocol.messages import (
    HANDLE_BY_SDK,
    Decode,
    Message,
    Order,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.specimens.conforming import ConformingMpp, Handed, Session
from mpp_conformance.specimens.consequences import ENTRY_UNDECIDED


class KnowsScans(ConformingMpp):
    """Common ground of those who do something otherwise for a code that they have seen before."""

    def again(self, session: Session) -> bool:
        """Whether an earlier session was begun by the same code."""
        return any(other.scanned == session.scanned for other in self.sessions.values() if other is not session)


class LaunchesAgain(KnowsScans):
    """Keeps the codes that it has met in one list, and opens whatever stands there as a page."""

    name = "order-codes-launched-when-scanned-again"
    breaks = frozenset({"SRV-1"})

    def identified(self, session: Session, action: str) -> Iterator[Message]:
        """A page."""
        return super().identified(session, "OPEN_URL" if self.again(session) else action)


class DecodesAgain(KnowsScans):
    """Takes a code that it has met for one that Alipay+ can decode.

    An entry code is sent to be decoded as it is: no page is opened, and no order found (SRV-3).
    """

    name = "entry-codes-decoded-when-scanned-again"
    breaks = frozenset({"SRV-1"})

    def identified(self, session: Session, action: str) -> Iterator[Message]:
        """An order."""
        return super().identified(session, "DECODE" if self.again(session) else action)


class LearnsByDecoding(KnowsScans):
    """Finds out what a code is by having it decoded, and knows it when it is scanned again.

    A client that was told otherwise has nothing to launch the first time (EC-6). Alipay+ refuses the code then, so that
    nothing follows.
    """

    name = "entry-codes-learned-by-decoding"
    breaks = frozenset({"SRV-1"})
    hides = ENTRY_UNDECIDED | {"EC-16", "EC-3", "EC-6", "EC-9", "SDK-2", "SRV-2"}

    def identified(self, session: Session, action: str) -> Iterator[Message]:
        """An order, until Alipay+ says otherwise."""
        return super().identified(session, action if self.again(session) else action.replace("OPEN_URL", "DECODE"))


class AsksShorterAgain(KnowsScans):
    """Looks a code that it has met up in its history, where it stands without its query."""

    name = "order-codes-cut-short-when-scanned-again"
    breaks = frozenset({"OC-5"})

    def ask(self, session: Session, code_value: str) -> Iterator[Message]:
        """What the history has."""
        again = self.again(session) and session.callback is None
        return super().ask(session, code_value.partition("?")[0] if again else code_value)


class PaysStoppedAgain(KnowsScans):
    """Takes it that the error page was read, and takes the payment when the consumer insists.

    What was left to the SDK is not passed on (SRV-4), and paid (UX-6), with a notification (NOT-7) and a page (UX-8).
    """

    name = "stopped-code-paid-when-scanned-again"
    breaks = frozenset({"SRV-4", "UX-6"})
    observed = frozenset({"NOT-7", "UX-8"})

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """The order is at hand."""
        if self.again(session) and answer.order is not None:
            yield from self.pay(session, answer.order)
        else:
            yield from super().pass_to_client(session, answer)


class SilentAboutStoppedAgain(KnowsScans):
    """Shows Alipay+'s error page once for each code."""

    name = "handle-by-sdk-swallowed-when-scanned-again"
    breaks = frozenset({"SRV-4"})

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """The consumer has seen it."""
        return iter(()) if self.again(session) else super().pass_to_client(session, answer)


class FailureBecomesSuccess(KnowsScans):
    """Has an order in its books when it is scanned again, and tells of any such that it is paid."""

    name = "failed-order-told-as-paid-when-scanned-again"
    breaks = frozenset({"SRV-7"})

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """As if only paid orders were there."""
        if self.booked(session, order).status == "F" and self.again(session):
            yield from self.take(session, Handed(payment_status="S"))
        else:
            yield from super().pay(session, order)


class FailureIsPaidAgain(KnowsScans):
    """Takes a payment that has failed, and was notified, once more from the start when its code is scanned again.

    Two notifications of one order contradict each other (NOT-3), and nobody knows which result is the order's (SRV-7).
    """

    name = "failed-order-paid-when-scanned-again"
    breaks = frozenset({"NOT-3"})
    hides = frozenset({"SRV-7"})

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """With the consumer's other account."""
        entry = self.booked(session, order)
        if entry.status == "F" and not entry.cancelled and self.again(session):
            entry.status, entry.error_code = "S", None
            yield from self.notify(session, order, Handed(payment_status="S"))
        yield from super().pay(session, order)


@dataclass
class OrderByEntryCode(ConformingMpp):
    """Keeps the order code that it found behind an entry code, and asks for that when the code is scanned again."""

    name = "first-order-behind-an-entry-code-asked-for-ever"
    breaks = frozenset({"SRV-2"})
    found: dict[str, str] = field(default_factory=dict)
    """Order codes by entry code."""

    def decode_asked(self, session: Session, decode: Decode) -> Iterator[Message]:
        """The first one."""
        code = self.found.setdefault(session.scanned, decode.code_value)
        yield from super().decode_asked(session, replace(decode, code_value=code))


@dataclass
class AnswerByEntryCode(ConformingMpp):
    """Keeps what it was answered by the code that was scanned: whoever pays at that counter gets the first answer.

    A later order is not paid (NOT-1), or paid though it is left to the SDK (UX-6, UX-8) and its payload (SRV-4).
    """

    name = "first-answer-behind-an-entry-code-for-ever"
    breaks = frozenset({"NOT-1", "SRV-4", "UX-6"})
    observed = frozenset({"UX-8"})
    kept: dict[str, UserInitiatedPayAnswer] = field(default_factory=dict)

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """The first one, unless nothing is known of it."""
        entry_code = session.callback is not None and answer.result_status != "U"
        yield from super().answered(session, self.kept.setdefault(session.scanned, answer) if entry_code else answer)


@dataclass
class ActionBySum(ConformingMpp):
    """Keeps by customer and sum who is to act: the limits are about sums.

    Another payment of the same sum is handled by whoever had the first (SRV-3, SRV-5, SRV-7, UX-7, NOT-2).
    """

    name = "action-type-kept-by-sum"
    breaks = frozenset({"SRV-3", "SRV-5", "SRV-7", "UX-7"})
    observed = frozenset({"NOT-2"})
    kept: dict[tuple[str, str], bool] = field(default_factory=dict)
    """Whether the client SDK was to act."""

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """As last time."""
        if answer.order is not None and answer.result_status == "S":
            sum_of = (session.customer, answer.order.amount)
            stops = self.kept.setdefault(sum_of, answer.action_type == HANDLE_BY_SDK)
            answer = replace(answer, action_type=HANDLE_BY_SDK) if stops else answer
        yield from super().answered(session, answer)


class AsksAgainInLowerCase(KnowsScans):
    """Looks an order code that it has seen before up in its history, and asks for what stands there, in lower case.

    Alipay+ knows no such code; the payment is not what it was.
    """

    name = "code-in-lower-case-when-scanned-again"
    breaks = frozenset({"OC-5"})

    def ask(self, session: Session, code_value: str) -> Iterator[Message]:
        """The history folds case."""
        known = self.again(session) and session.callback is None
        yield from super().ask(session, code_value.lower() if known else code_value)


class AsksAgainForAnother(KnowsScans):
    """Asks about an order code that it has seen before for the household, whoever of it scans it again."""

    name = "household-asked-for-when-scanned-again"
    breaks = frozenset({"REP-6"})

    def ask(self, session: Session, code_value: str) -> Iterator[Message]:
        """Another id."""
        known = self.again(session) and session.callback is None
        for message in super().ask(session, code_value):
            if known and isinstance(message, UserInitiatedPay):
                yield replace(message, customer_id="household")
            else:
                yield message


class AsksForAnotherBehindKnownPage(KnowsScans):
    """Asks for the household about an order behind an entry code that it has seen before.

    The notification and the answer to an inquiry name the customer all the same, for whom nobody has asked (NOT-9,
    INQ-4).
    """

    name = "household-asked-for-behind-a-known-entry-code"
    breaks = frozenset({"REP-6"})
    observed = frozenset({"INQ-4", "NOT-9"})

    def ask(self, session: Session, code_value: str) -> Iterator[Message]:
        """Another id."""
        known = self.again(session) and session.callback is not None
        for message in super().ask(session, code_value):
            if known and isinstance(message, UserInitiatedPay):
                yield replace(message, customer_id="household")
            else:
                yield message
