"""Conforming MPPs that do otherwise what they say to Alipay+ beside payments, or answer when it asks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from mpp_conformance import wire
from mpp_conformance.protocol.messages import (
    CancelPayment,
    CancelPaymentAnswer,
    IdentifyCode,
    IdentifyCodeAnswer,
    InquiryCodeRules,
    InquiryCodeRulesAnswer,
    InquiryPayment,
    InquiryPaymentAnswer,
    Launch,
    Message,
    NotifyPaymentAnswer,
    Order,
    UserInitiatedPayAnswer,
)
from mpp_conformance.specimens.books import CLOSED, Entry
from mpp_conformance.specimens.conforming import ConformingMpp, Handed, Session
from mpp_conformance.specimens.conforming_variants import NotifiesLast
from mpp_conformance.specimens.timeouts import TIMEOUT


class AsksAboutCodes(ConformingMpp):
    """Has Alipay+ tell it what a code is."""

    name = "codes-identified-remotely"

    def scanned(self, session: Session) -> Iterator[Message]:
        """A question before anything else."""
        yield self.question(session)

    def question(self, session: Session) -> IdentifyCode:
        """About the code that was scanned."""
        return IdentifyCode(code_value=session.scanned, customer_id=session.customer)

    def advised(self, session: Session, answer: IdentifyCodeAnswer | InquiryCodeRulesAnswer) -> Iterator[Message]:
        """What Alipay+ says of it."""
        told = answer.action if isinstance(answer, IdentifyCodeAnswer) and answer.is_supported == "true" else None
        yield from self.identified(session, told or "NONE")


class LaunchesWhatItIsTold(AsksAboutCodes):
    """Gives launch what Alipay+ said of the code, and asks without a word of its customer."""

    name = "codes-identified-and-launched-remotely"

    def question(self, session: Session) -> IdentifyCode:
        """The code alone."""
        return IdentifyCode(code_value=session.scanned)

    def advised(self, session: Session, answer: IdentifyCodeAnswer | InquiryCodeRulesAnswer) -> Iterator[Message]:
        """Address and user agent are Alipay+'s."""
        for message in super().advised(session, answer):
            if isinstance(message, Launch) and isinstance(answer, IdentifyCodeAnswer):
                yield replace(message, url=answer.redirect_url or message.url, user_agent=answer.user_agent)
            else:
                yield message


@dataclass
class KeepsRules(ConformingMpp):
    """Fetches the rules for codes with the first scan, and applies them itself from then on."""

    name = "codes-identified-by-rules"
    rules: InquiryCodeRulesAnswer | None = None

    def scanned(self, session: Session) -> Iterator[Message]:
        """The rules first, where there are none yet."""
        if self.rules is None:
            yield InquiryCodeRules()
        else:
            yield from super().scanned(session)

    def advised(self, session: Session, answer: IdentifyCodeAnswer | InquiryCodeRulesAnswer) -> Iterator[Message]:
        """Kept, and applied to the scan that waits."""
        if isinstance(answer, InquiryCodeRulesAnswer):
            self.rules = answer
            yield from super().scanned(session)

    def identify(self, code_value: str) -> str:
        """By the patterns."""
        assert self.rules is not None  # noqa: S101  # fetched before
        for pattern, action in ((self.rules.entry_pattern, "OPEN_URL"), (self.rules.order_pattern, "DECODE")):
            if pattern is not None and re.fullmatch(pattern, code_value):
                return action
        return "NONE"


class AnswersInShort(ConformingMpp):
    """Tells an inquiry only what has to be told."""

    name = "inquiries-answered-in-short"

    def told(self, entry: Entry) -> InquiryPaymentAnswer:
        """No optional field."""
        made = super().told(entry)
        shorter = replace(made, payment_id=None, payment_amount=None, payment_currency=None, customer_id=None)
        return replace(shorter, pay_to_amount=None, pay_to_currency=None)


class AnswersWithoutContentType(ConformingMpp):
    """Answers JSON, as is known to who asked, and does not say so."""

    name = "answers-without-content-type"

    def served(self, call: InquiryPayment | CancelPayment) -> InquiryPaymentAnswer | CancelPaymentAnswer:
        """No such header."""
        return replace(super().served(call), media_type="")


class BooksLate(ConformingMpp):
    """Has an order in its books only when the consumer has confirmed it."""

    name = "orders-booked-when-confirmed"

    def inquired(self, inquiry: InquiryPayment) -> InquiryPaymentAnswer:
        """An order without a result is unknown."""
        entry = self.books.get(inquiry.payment_request_id)
        if entry is not None and entry.status is None and not entry.cancelled:
            return super().inquired(replace(inquiry, payment_request_id="nobody's"))
        return super().inquired(inquiry)


class CancelsAnything(ConformingMpp):
    """Cancels orders that it has never heard of, so that they could not be paid later either."""

    name = "unknown-orders-cancelled"

    def cancelled(self, cancellation: CancelPayment) -> CancelPaymentAnswer:
        """S, whatever the order; only a stranger is refused."""
        made = super().cancelled(cancellation)
        if made.result_code == "ORDER_NOT_EXIST":
            return replace(made, result_status="S", result_code="SUCCESS")
        return made


class RefusesInOwnWords(ConformingMpp):
    """Refuses a call that is not signed with a code of its own."""

    name = "strangers-refused-in-own-words"

    def cancelled(self, cancellation: CancelPayment) -> CancelPaymentAnswer:
        """No code that anybody has written down."""
        made = super().cancelled(cancellation)
        return made if cancellation.signature == "valid" else replace(made, result_code="W-403")


class RepeatsOnce(ConformingMpp):
    """Repeats a notification once, and then has its operators look after it."""

    name = "notification-repeated-once"

    def notified(self, session: Session, answer: NotifyPaymentAnswer) -> Iterator[Message]:
        """Once."""
        if session.notices_repeated == 0:
            yield from super().notified(session, answer)


@dataclass
class TellsFailuresLate(NotifiesLast):
    """Takes a payment that was not made for one under way until it notifies of it, after its result page."""

    name = "failures-told-late"
    notified_of: set[str] = field(default_factory=set)

    def notify(self, session: Session, order: Order, result: Handed) -> Iterator[Message]:
        """From now on it stands in the books."""
        self.notified_of.add(order.payment_request_id)
        yield from super().notify(session, order, result)

    def state(self, entry: Entry) -> tuple[str, str]:
        """U before that."""
        early = entry.status == "F" and entry.order.payment_request_id not in self.notified_of
        return ("U", "PAYMENT_IN_PROCESS") if early and not entry.cancelled else super().state(entry)


class AsksAgainWhenLate(ConformingMpp):
    """Has an HTTP client that waits 2 s for Alipay+, and asks again after that."""

    name = "asked-again-after-two-seconds"

    def believes(self, asked: wire.Call, received: wire.Received) -> wire.Answer | None:
        """What came later went nowhere."""
        return super().believes(asked, received) if received.seconds < TIMEOUT else None


class KeepsReasonOfFailure(ConformingMpp):
    """Closes a failed order that Alipay+ cancels, and goes on telling inquiries why its payment failed."""

    name = "reason-of-failure-kept-when-cancelled"

    def state(self, entry: Entry) -> tuple[str, str]:
        """It was not the cancellation by which it failed."""
        return super().state(entry if entry.status != "F" else replace(entry, cancelled=False))


class ClosesFailuresLater(ConformingMpp):
    """Keeps the reason of a failure until its customer begins another payment, and takes the order for closed then."""

    name = "failed-orders-closed-with-the-next-scan"

    def state(self, entry: Entry) -> tuple[str, str]:
        """Closed, once there is a later one."""
        orders = list(self.books.values())
        later = any(other.customer == entry.customer for other in orders[orders.index(entry) + 1 :])
        return ("F", CLOSED) if entry.status == "F" and later else super().state(entry)


class FailuresAreClosed(ConformingMpp):
    """Closes an order whose payment fails: it has one code for all failures."""

    name = "failures-told-as-closed"

    def debit(self, session: Session) -> Handed:
        """Closed."""
        result = super().debit(session)
        return replace(result, error_code=CLOSED) if result.payment_status == "F" else result


class RefusesWithAResult(ConformingMpp):
    """Fills in a failed payment beside each refusal of an inquiry."""

    name = "inquiries-refused-beside-a-failed-payment"

    def inquired(self, inquiry: InquiryPayment) -> InquiryPaymentAnswer:
        """F, of no payment."""
        made = super().inquired(inquiry)
        if made.result_status != "F":
            return made
        return replace(made, payment_status="F", payment_code="PROCESS_FAIL", payment_message="not told")


class BooksStoppedAsFailed(ConformingMpp):
    """Books each order that it is told of, and what it leaves to the client SDK as failed: no document says when."""

    name = "stopped-orders-booked-as-failed"

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """Nothing will be paid."""
        if answer.order is not None:
            entry = self.booked(session, answer.order)
            if entry.status is None:
                entry.status, entry.error_code = "F", "PROCESS_FAIL"
        yield from super().pass_to_client(session, answer)
