"""MPPs that do all they owe, but for one circumstance: what is told of an order, a repetition, an order before.

Each stands for a duty that holds of every payment, and is easily asked of the plain ones alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from mpp_conformance.protocol.messages import (
    HANDLE_BY_SDK,
    CancelPayment,
    CancelPaymentAnswer,
    DecodeCallback,
    InquiryPayment,
    InquiryPaymentAnswer,
    Message,
    NotifyPayment,
    NotifyPaymentAnswer,
    Order,
    ResultPage,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.specimens.books import Entry
from mpp_conformance.specimens.conforming import ConformingMpp, Handed, Session

_LONG: Final = 1_024
"""Characters of a payload that is a long one."""
_LARGE: Final = 100_000
"""Fen above which an order is a large one."""


@dataclass
class LooksAtOrders(ConformingMpp):
    """Common ground of those who do something otherwise for what an answer tells beside the order's sum."""

    bodies: dict[str, str] = field(default_factory=dict)
    """By session; empty where nothing unusual was told."""

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """Keeps what was told."""
        self.bodies[session.name] = answer.body or ""
        yield from super().answered(session, answer)

    def tells(self, session: Session, name: str) -> bool:
        """Whether the answer had a field of this name."""
        return f'"{name}"' in self.bodies.get(session.name, "")


class CallbackTwiceWithGoods(LooksAtOrders):
    """Executes the callback once for the payment, and once from the list of goods that is shown with it."""

    name = "result-callback-twice-with-goods"
    breaks = frozenset({"EC-28"})

    def show_result(self, session: Session, handed: Handed) -> Iterator[Message]:
        """And once more."""
        yield from super().show_result(session, handed)
        if session.callback is not None and self.tells(session, "goodsName"):
            yield from self.callback_of_result(session.callback, handed)


class CallbackFailsWithPromotion(LooksAtOrders):
    """Takes a payment with a promotion for one of another sum than was asked for, and calls back a failure."""

    name = "result-callback-fails-with-promotion"
    breaks = frozenset({"SDK-1"})

    def show_result(self, session: Session, handed: Handed) -> Iterator[Message]:
        """The failure path for a success."""
        yield from self.result_page(handed)
        if session.callback is None:
            return
        if self.tells(session, "promoId"):
            yield DecodeCallback(callback=session.callback, outcome="failure", error_code="SUM", error_message="sum")
        else:
            yield from self.callback_of_result(session.callback, handed)


class HandleActionWithoutQuote(LooksAtOrders):
    """Has the client SDK show the exchange rate where the order tells none.

    Of two answers alike but for that, the second does not end as the first (ANS-1).
    """

    name = "handle-action-for-orders-without-quote"
    breaks = frozenset({"OC-19"})
    observed = frozenset({"ANS-1"})

    def show_result(self, session: Session, handed: Handed) -> Iterator[Message]:
        """Beside the result page."""
        if session.callback is None and self.bodies.get(session.name) and not self.tells(session, "quotePrice"):
            yield from self.handle_action(None)
        yield from super().show_result(session, handed)


class PaidTwiceWithoutExpiry(LooksAtOrders):
    """Has a job that pays what is open, and takes an order without an expiry for one that stays open."""

    name = "orders-without-expiry-paid-twice"
    breaks = frozenset({"NOT-3"})

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """And once more, under another paymentId."""
        yield from super().pay(session, order)
        if self.bodies.get(session.name) and not self.tells(session, "paymentExpiryTime"):
            yield replace(self.notice(session, order, self.settled(session, order)), payment_id="mpp-by-job")


class SignsBuyersWrongly(LooksAtOrders):
    """Signs what it logs of a notification: where a buyer is told of, the log hides the customer."""

    name = "notifications-signed-wrongly-where-a-buyer-is-told"
    breaks = frozenset({"WIRE-1"})

    def notice(self, session: Session, order: Order, result: Handed) -> NotifyPayment:
        """The signature is over something else."""
        made = super().notice(session, order, result)
        return replace(made, signature="invalid") if self.tells(session, "buyerName") else made


class UndecodedShownAsPaid(ConformingMpp):
    """Shows the page of a success for an order code that was not decoded: its error page is a default of the other.

    So it does where no answer came that could be believed (FLT-5).
    """

    name = "failed-decoding-of-order-code-shown-as-paid"
    breaks = frozenset({"OC-20"})
    observed = frozenset({"FLT-5"})
    by_entry_code = False
    """Which codes it is about."""

    def not_decoded(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """S on the page alone."""
        for message in super().not_decoded(session, answer):
            about = answer.action_type is not None and (session.callback is not None) is self.by_entry_code
            yield ResultPage(status="S") if isinstance(message, ResultPage) and about else message


class UndecodedEntryCodeShownAsPaid(UndecodedShownAsPaid):
    """Likewise for an entry code."""

    name = "failed-decoding-of-entry-code-shown-as-paid"
    breaks = frozenset({"EC-29"})
    observed = frozenset()
    by_entry_code = True


@dataclass
class ToldAsStopped(ConformingMpp):
    """Has a step of its own for large orders, and HANDLE_BY_SDK in what that hands its client.

    The client looks at the result first.
    """

    name = "results-of-large-orders-told-with-handle-by-sdk"
    breaks = frozenset({"SRV-3"})
    above = _LARGE
    """Fen above which an order is a large one."""
    large: set[str] = field(default_factory=set)

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """Keeps which ones are."""
        if int(order.amount) > self.above:
            self.large.add(session.name)
        yield from super().pay(session, order)

    def take(self, session: Session, handed: Handed) -> Iterator[Message]:
        """Beside the payment result."""
        stops = handed.payment_status and session.name in self.large
        yield from super().take(session, replace(handed, action_type=HANDLE_BY_SDK) if stops else handed)

    def act(self, session: Session, handed: Handed) -> Iterator[Message]:
        """The result decides."""
        yield from super().act(session, replace(handed, action_type=None) if handed.payment_status else handed)


class EveryResultToldAsStopped(ToldAsStopped):
    """Likewise for every order that is to be paid: whose turn it is the client does not know."""

    name = "every-result-told-with-handle-by-sdk"
    hides = frozenset({"EC-28", "EC-29", "OC-19", "OC-20", "SDK-1"})
    above = 0


class LongPayloadShownAsPaid(ConformingMpp):
    """Shows its page of success behind the SDK's when a long payload has been handed over: no error was met.

    A page of its own stands beside Alipay+'s (UX-8).
    """

    name = "stopped-payment-with-long-payload-shown-as-paid"
    breaks = frozenset({"UX-6"})
    observed = frozenset({"UX-8"})

    def let_sdk_act(self, session: Session, payload: str | None) -> Iterator[Message]:
        """Its own page as well."""
        yield from super().let_sdk_act(session, payload)
        if len(payload or "") > _LONG:
            yield ResultPage(status="S")


# --- repetitions --------------------------------------------------------------------------------------------------


class RepeatsUnsigned(ConformingMpp):
    """Signs in the code that asks about a payment, and not in the job that asks again.

    Alipay+ refuses such a call and never comes to decide (REP-3, FLT-7).
    """

    name = "repeated-calls-unsigned"
    breaks = frozenset({"WIRE-1"})
    observed = frozenset({"FLT-7", "REP-3"})

    def ask(self, session: Session, code_value: str) -> Iterator[Message]:
        """Without a signature, when it is repeated."""
        signature = "missing" if session.repeats else "valid"
        yield UserInitiatedPay(code_value=code_value, customer_id=session.customer, signature=signature)


class RepeatsNoticeUnsigned(ConformingMpp):
    """Likewise, when it notifies again.

    Alipay+ refuses that and never comes to have it (NOT-6).
    """

    name = "repeated-notifications-unsigned"
    breaks = frozenset({"WIRE-1"})
    observed = frozenset({"NOT-6"})

    def notified(self, session: Session, answer: NotifyPaymentAnswer) -> Iterator[Message]:
        """Word by word the same, without a signature."""
        for message in super().notified(session, answer):
            yield replace(message, signature="missing") if isinstance(message, NotifyPayment) else message


class ThirdNoticeDiffers(ConformingMpp):
    """Books a payment anew when it has notified twice in vain."""

    name = "third-notification-of-another-payment"
    breaks = frozenset({"NOT-3"})

    def notified(self, session: Session, answer: NotifyPaymentAnswer) -> Iterator[Message]:
        """Another paymentId."""
        for message in super().notified(session, answer):
            anew = isinstance(message, NotifyPayment) and session.notices_repeated > 1
            yield replace(message, payment_id=f"mpp-anew-{session.name}") if anew else message  # type: ignore[call-arg]  # as said


# --- calls of Alipay+ ---------------------------------------------------------------------------------------------


class TellsOfLatestOrder(ConformingMpp):
    """Answers an inquiry about an order that it knows with the latest one of that customer.

    One that is paid is told as another stands (INQ-1): as cancelled without cause (CAN-5), or as open still (CAN-3).
    """

    name = "inquiries-answered-of-latest-order"
    breaks = frozenset({"CAN-3", "CAN-5", "INQ-1"})

    def told(self, entry: Entry) -> InquiryPaymentAnswer:
        """Whatever came last."""
        latest = [other for other in self.books.values() if other.customer == entry.customer][-1]
        return super().told(replace(entry, status=latest.status, cancelled=latest.cancelled))


class CancelsLatestOnly(ConformingMpp):
    """Can take back nothing but the latest payment of its books.

    Another one's cancellation fails (CAN-1), and so does each repetition of one that was closed before (CAN-2).
    """

    name = "only-latest-payment-cancelled"
    breaks = frozenset({"CAN-1", "CAN-2"})

    def cancelled(self, cancellation: CancelPayment) -> CancelPaymentAnswer:
        """F, once another one has come."""
        if self.books and cancellation.payment_request_id in list(self.books)[:-1]:
            return CancelPaymentAnswer(result_status="F", result_code="PROCESS_FAIL", result_message="settled")
        return super().cancelled(cancellation)


class CancelsWholeCustomer(ConformingMpp):
    """Closes all orders of a customer when one of them is cancelled.

    What was paid of the others (CAN-5) is no longer told as paid (INQ-1).
    """

    name = "cancellation-closes-other-orders"
    breaks = frozenset({"CAN-5", "INQ-1"})

    def cancelled(self, cancellation: CancelPayment) -> CancelPaymentAnswer:
        """Each of them."""
        made = super().cancelled(cancellation)
        entry = self.books.get(cancellation.payment_request_id)
        if entry is not None and entry.cancelled:
            for other in self.books.values():
                other.cancelled = other.cancelled or other.customer == entry.customer
        return made


class EntryCodeStaysPaid(ConformingMpp):
    """Tells of a cancelled entry code payment what it told before.

    Nor is to be seen there whether others were closed with it (CAN-5).
    """

    name = "cancelled-entry-code-inquired-as-before"
    breaks = frozenset({"CAN-3"})
    hides = frozenset({"CAN-5"})

    def state(self, entry: Entry) -> tuple[str, str]:
        """As it was."""
        return super().state(replace(entry, cancelled=entry.cancelled and entry.order.code_type != "EntryCode"))


class CancelsFailureOnce(ConformingMpp):
    """Has nothing more to cancel where a payment that had failed was cancelled."""

    name = "second-cancellation-of-a-failure-refused"
    breaks = frozenset({"CAN-2"})

    def cancelled(self, cancellation: CancelPayment) -> CancelPaymentAnswer:
        """F for the second."""
        entry = self.books.get(cancellation.payment_request_id)
        if entry is not None and entry.cancelled and entry.status == "F":
            return CancelPaymentAnswer(result_status="F", result_code="PROCESS_FAIL", result_message="done")
        return super().cancelled(cancellation)


class TellsFailuresUnsigned(ConformingMpp):
    """Signs what it tells of payments, and not the error that it tells of a failure."""

    name = "failures-inquired-unsigned"
    breaks = frozenset({"WIRE-3"})

    def inquired(self, inquiry: InquiryPayment) -> InquiryPaymentAnswer:
        """Without a signature."""
        made = super().inquired(inquiry)
        return replace(made, signature="missing") if made.payment_status == "F" else made


class TellsEntryCodesWithoutId(ConformingMpp):
    """Has an empty paymentId for what was paid by an entry code.

    Such an answer cannot be read: what hangs on it cannot be judged.
    """

    name = "entry-code-inquiries-with-an-empty-id"
    hides = frozenset({"CAN-1", "CAN-2", "CAN-3", "CAN-5", "INQ-1", "INQ-3", "NOT-3", "SRV-7", "WIRE-3", "WIRE-8"})
    breaks = frozenset({"WIRE-4"})

    def told(self, entry: Entry) -> InquiryPaymentAnswer:
        """The empty text."""
        made = super().told(entry)
        return replace(made, payment_id="") if entry.order.code_type == "EntryCode" else made
