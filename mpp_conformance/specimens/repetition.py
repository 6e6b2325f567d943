"""MPPs that make too much or too little of a result that is unknown, or of a code that was asked about before."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from mpp_conformance import wire
from mpp_conformance.protocol.messages import (
    HANDLE_BY_SDK,
    CashierPage,
    Message,
    Order,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.specimens.conforming import NO_ANSWER, ConformingMpp, Handed, Session
from mpp_conformance.specimens.consequences import PAYLOAD_NOT_HANDED

_EXPIRED: Final = "EXPIRED_CODE"


class Unknown(ConformingMpp):
    """Common ground of those who do something of their own where Alipay+ says that it does not know."""

    def not_known(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """No answer at all is another matter."""
        if answer.result_code == NO_ANSWER.result_code:
            yield from super().not_known(session, answer)
        else:
            yield from self.told_unknown(session, answer)

    def told_unknown(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """What it does then."""
        raise NotImplementedError


class UnknownIsSuccess(Unknown):
    """Takes everything but F for a success.

    It does not ask again (REP-3), whatever stands beside the U (FLT-5).
    """

    name = "unknown-taken-for-success"
    breaks = frozenset({"REP-2"})
    hides = frozenset()
    observed = frozenset({"FLT-5", "REP-3"})

    def told_unknown(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:  # noqa: ARG002
        """Paid."""
        yield from self.take(session, Handed(payment_status="S"))


class UnknownIsFailure(Unknown):
    """Takes everything but S for a failure."""

    name = "unknown-taken-for-failure"
    hides = frozenset()
    observed = frozenset({"REP-3"})

    def told_unknown(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """Not paid."""
        yield from self.not_decoded(session, answer)


class FailureToldFirst(Unknown):
    """Asks again, and shows its consumer a failure meanwhile.

    Where Alipay+ leaves the payment to the SDK after that, a page of the MPP's stands beside the error page (UX-8).
    """

    name = "unknown-told-as-failure-meanwhile"
    observed = frozenset({"REP-4", "UX-8"})

    def told_unknown(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """A page, and the question once more."""
        if session.repeats == 0:
            yield from self.result_page(Handed(payment_status="F", error_code=answer.result_code))
        yield from ConformingMpp.not_known(self, session, answer)


class AsksAgainAsAnother(Unknown):
    """Makes a new customerId for each request after U.

    Alipay+ refuses what another customer has asked about, so that nothing is decided (REP-3).
    """

    name = "repeated-for-another-customer"
    breaks = frozenset({"REP-1", "REP-6"})
    hides = frozenset()
    observed = frozenset({"REP-3"})

    def told_unknown(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """The customer has a number behind."""
        for message in ConformingMpp.not_known(self, session, answer):
            if isinstance(message, UserInitiatedPay):
                yield replace(message, customer_id=f"{session.customer}-{session.repeats}")
            else:
                yield message


class AsksAgainAboutAnother(ConformingMpp):
    """Marks a repeated request in the code value.

    Alipay+ knows no such code, so that nothing is decided (REP-3, FLT-7).
    """

    name = "repeated-with-another-code"
    breaks = frozenset({"EC-16", "OC-5", "REP-1"})
    hides = frozenset()
    observed = frozenset({"FLT-7", "REP-3"})

    def ask(self, session: Session, code_value: str) -> Iterator[Message]:
        """With a mark behind."""
        yield from super().ask(session, f"{code_value}#retry" if session.repeats else code_value)


@dataclass
class WritesLostCallsAnew(ConformingMpp):
    """Common ground of those who keep no copy of a call, and write it anew where no answer to be believed came."""

    lost: set[str] = field(default_factory=set)
    """The sessions in which that was so."""

    def unanswered(self, session: Session, received: wire.Received) -> Iterator[Message]:
        """Keeps it in mind."""
        self.lost.add(session.name)
        yield from super().unanswered(session, received)

    def ask(self, session: Session, code_value: str) -> Iterator[Message]:
        """As ever at first."""
        yield from (
            self.written_anew(session, code_value) if session.name in self.lost else super().ask(session, code_value)
        )

    def written_anew(self, session: Session, code_value: str) -> Iterator[Message]:
        """The call that is sent then."""
        raise NotImplementedError


class LostCallAboutAnother(WritesLostCallsAnew):
    """Takes the code from a log, where it stands without its query.

    Alipay+ knows no such code, so that nothing is decided (FLT-7).
    """

    name = "lost-calls-repeated-about-another-code"
    breaks = frozenset({"EC-16", "OC-5"})
    observed = frozenset({"FLT-7"})

    def written_anew(self, session: Session, code_value: str) -> Iterator[Message]:
        """Cut short."""
        yield UserInitiatedPay(code_value=code_value.partition("?")[0], customer_id=session.customer)


class LostCallForAnother(WritesLostCallsAnew):
    """Takes the customer from a log, where a part of the id is hidden.

    Alipay+ refuses what another customer has asked about, so that nothing is decided (FLT-7).
    """

    name = "lost-calls-repeated-for-another-customer"
    breaks = frozenset({"REP-6"})
    observed = frozenset({"FLT-7"})

    def written_anew(self, session: Session, code_value: str) -> Iterator[Message]:
        """With asterisks."""
        yield UserInitiatedPay(code_value=code_value, customer_id=f"***{session.customer[-4:]}")


class NotNotifiedAfterLoss(WritesLostCallsAnew):
    """Takes it that Alipay+ knows of a payment that it was asked about twice.

    Nobody is notified of what was taken then (NOT-1).
    """

    name = "not-notified-after-a-repeated-call"
    breaks = frozenset({"NOT-1"})

    def written_anew(self, session: Session, code_value: str) -> Iterator[Message]:
        """The same."""
        return ConformingMpp.ask(self, session, code_value)

    def notify(self, session: Session, order: Order, result: Handed) -> Iterator[Message]:
        """Only what was asked about once."""
        return iter(()) if session.name in self.lost else super().notify(session, order, result)


class SuccessCalledBack(ConformingMpp):
    """Executes the success path of the callback where its server has got no answer that it believes.

    So it does where there was none (FLT-5), or one that is not signed (FLT-13).
    """

    name = "callback-succeeds-without-an-answer"
    breaks = frozenset({"FLT-1"})
    observed = frozenset({"FLT-5", "FLT-13"})

    def callback_of_result(self, callback: str, handed: Handed) -> Iterator[Message]:
        """The end is an end."""
        unknown = handed.error_code == NO_ANSWER.result_code
        yield from super().callback_of_result(callback, Handed(payment_status="S") if unknown else handed)


class PaysFromMemory(ConformingMpp):
    """Looks for an order in its own memory where Alipay+ refuses a code."""

    name = "refused-code-paid-from-memory"
    breaks = frozenset({"REP-5"})

    def not_decoded(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """Another customer's order would do."""
        if answer.result_code == "REPEAT_REQ_INCONSISTENT" and self.books:
            yield CashierPage()
            yield from self.take(session, Handed(payment_status="S"))
        else:
            yield from super().not_decoded(session, answer)


class ExpiredIsNoWord(ConformingMpp):
    """Tells its client nothing of an expired code: the consumer will scan another one.

    No page of a failure can come too early (REP-4). Of two answers alike, the expired one leads to nothing (ANS-1).
    """

    name = "expired-code-not-told"
    breaks = frozenset({"SRV-8"})
    hides = frozenset({"EC-28", "EC-29", "OC-19", "OC-20", "REP-4", "SDK-1", "SRV-3"})
    observed = frozenset({"ANS-1"})

    def not_decoded(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """Silence."""
        return iter(()) if answer.result_code == _EXPIRED else super().not_decoded(session, answer)


class ExpiredIsItsOwn(ConformingMpp):
    """Has a page of its own for expired codes, also where Alipay+ leaves them to the client SDK.

    The payload beside such a code is not passed on (SRV-4), whatever else stands there (ANS-1). Its client had nothing
    to give.
    """

    name = "expired-code-shown-by-itself"
    breaks = frozenset({"SRV-4", "SRV-8"})
    hides = PAYLOAD_NOT_HANDED
    observed = frozenset({"ANS-1", "UX-8"})

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """A failure of its own."""
        expired = answer.result_code == _EXPIRED
        yield from super().not_decoded(session, answer) if expired else super().pass_to_client(session, answer)


class PaysOverdue(ConformingMpp):
    """Does not look at paymentExpiryTime."""

    name = "overdue-orders-paid"
    observed = frozenset({"EXP-1"})

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """Every order is for ever."""
        entry = self.booked(session, order)
        entry.order = replace(order, expiry_time=None)
        yield from super().pay(session, entry.order)


class ReadsExpiryAsItsOwnTime(ConformingMpp):
    """Takes the date and time of paymentExpiryTime, and leaves out the offset from UTC behind them.

    The document leaves it to an MPP to decline. But payments that are declined do not show that they would go on.
    """

    name = "expiry-read-without-its-offset"
    hides = frozenset({"NOT-1", "SRV-5", "SRV-7", "UX-7"})

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """As if it were written in its own zone."""
        told = order.expiry_time
        yield from super().pay(session, replace(order, expiry_time=told and f"{told[:19]}+08:00"))


@dataclass
class PaysBothAnswers(ConformingMpp):
    """Sends each call twice, to be on the safe side, and debits for both answers.

    Alipay+ is notified of two payments of one order, with a fault (FLT-12) and without one (NOT-3).
    """

    name = "call-sent-and-paid-twice"
    breaks = frozenset({"NOT-3"})
    observed = frozenset({"FLT-12"})
    paid: set[str] = field(default_factory=set)

    def ask(self, session: Session, code_value: str) -> Iterator[Message]:
        """And once more."""
        yield from super().ask(session, code_value)
        yield from super().ask(session, code_value)

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """The client hears of the first decision alone."""
        if session.name not in self.paid:
            if answer.result_status != "U":
                self.paid.add(session.name)
            yield from super().answered(session, answer)
        elif answer.order is not None and answer.action_type != HANDLE_BY_SDK:
            made = self.notice(session, answer.order, self.settled(session, answer.order))
            yield replace(made, payment_id=f"mpp-{session.name}")
