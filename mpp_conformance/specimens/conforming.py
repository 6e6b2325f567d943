"""A conforming MPP, server and client, as one pure machine; every faulty specimen differs from it in one place.

Steps are those of the source document's workflows. The two halves speak over the app link: what the server hands its
client is said as `IdentityAnswer` and `ServerAnswer`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Final

from mpp_conformance import wire
from mpp_conformance.protocol.messages import (
    HANDLE_BY_SDK,
    CancelPayment,
    CashierPage,
    Decode,
    DecodeCallback,
    HandleAction,
    IdentifyCodeAnswer,
    IdentityAnswer,
    InquiryCodeRulesAnswer,
    InquiryPayment,
    Launch,
    Malformed,
    Message,
    NotifyPayment,
    NotifyPaymentAnswer,
    Order,
    ResultPage,
    Scan,
    ServerAnswer,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios.scenario import HEALTH, UNFUNDED, Profile
from mpp_conformance.specimens.books import CLOSED, Entry, ServesAlipayPlus

MOST_REPEATS: Final = 3
"""How often a call to Alipay+ is repeated where it is not known what came of it."""
TODAY: Final = "2025-06-15T12:00:00+08:00"
"""The MPP's clock stands still, at the virtual time of most payments."""
NO_ANSWER: Final = UserInitiatedPayAnswer(
    result_status="U", result_code="TRY_AGAIN_LATER", result_message="no answer to be believed"
)
"""What an MPP tells itself where Alipay+ has told it nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Something the MPP says, and the session (one consumer's scan and what follows) it belongs to."""

    session: str
    message: Message


@dataclass(slots=True, kw_only=True)
class Session:
    """What the MPP remembers of one scan; ``callback`` is there once the client SDK has called decode.

    ``code``: the order code that Alipay+ is asked about; ``repeats``: how often it was asked again. ``notice``: what it
    was notified of, and ``notices_repeated`` how often that was repeated.
    """

    name: str
    customer: str
    scanned: str
    callback: str | None = None
    code: str = ""
    repeats: int = 0
    notice: NotifyPayment | None = None
    notices_repeated: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What the server hands its client: the app link's content, before it is reported."""

    action_type: str | None = None
    sdk_action_payload: str | None = None
    payment_status: str | None = None
    error_code: str | None = None


_CLOSED: Final = Handed(payment_status="F", error_code=CLOSED)


@dataclass(slots=True)
class ConformingMpp(ServesAlipayPlus):
    """Does what the source document asks of an MPP.

    ``breaks``: ids of the requirements that a faulty specimen fails; ``hides``: those that cannot be judged any more
    because of it; ``observed``: those it fails that decide nothing. All are empty for a conforming one.
    ``app_link``: whether it reports what its server hands its client.
    """

    name: ClassVar[str] = "conforming"
    breaks: ClassVar[frozenset[str]] = frozenset()
    hides: ClassVar[frozenset[str]] = frozenset()
    observed: ClassVar[frozenset[str]] = frozenset()
    app_link: ClassVar[bool] = True
    profile: Profile
    sessions: dict[str, Session] = field(default_factory=dict)
    books: dict[str, Entry] = field(default_factory=dict)
    """By paymentRequestId."""

    def probed(self, operation: str, body: bytes) -> str:
        """The HTTP status that its adaptor answers a call with: one that keeps the interface is taken."""
        if operation == HEALTH:
            return "200"
        kind: type[Message] = Scan if operation == wire.OPERATIONS[Scan].name else Decode
        return "400" if isinstance(wire.decode(kind, body), Malformed) else "202"

    def hear(self, session: str, message: Message) -> Iterator[Say]:
        """React to what is said in a session; lazily, in the order in which the MPP would act.

        What Alipay+ asks by itself belongs to no session that the MPP knows of: ``session`` is empty.
        """
        if isinstance(message, InquiryPayment | CancelPayment):
            yield Say(session=session, message=self.served(message))
            return
        if isinstance(message, Scan):
            made = Session(name=session, customer=message.customer_id, scanned=message.code_value)
            self.sessions[session] = made
            yield from self._say(made, self.scanned(made))
            return
        known = self.sessions.get(session)
        if known is None:
            return
        if isinstance(message, Decode):
            yield from self._say(known, self.decode_asked(known, message))
        elif isinstance(message, UserInitiatedPayAnswer):
            yield from self._say(known, self.answered(known, message))
        elif isinstance(message, NotifyPaymentAnswer):
            yield from self._say(known, self.notified(known, message))
        elif isinstance(message, IdentifyCodeAnswer | InquiryCodeRulesAnswer):
            yield from self._say(known, self.advised(known, message))

    def receive(self, session: str, asked: wire.Call, received: wire.Received) -> Iterator[Say]:
        """React to what came back from a call to Alipay+: an answer that is believed is heard, another one is none."""
        answer = self.believes(asked, received)
        known = self.sessions.get(session)
        if answer is not None:
            yield from self.hear(session, answer)
        elif known is not None and isinstance(asked, UserInitiatedPay):
            yield from self._say(known, self.unanswered(known, received))

    # --- the MPP client: what it does by itself ---------------------------------------------------------------

    def scanned(self, session: Session) -> Iterator[Message]:
        """Entry code step 3, order code step 5."""
        yield from self.identified(session, self.identify(session.scanned))

    def identified(self, session: Session, action: str) -> Iterator[Message]:
        """Entry code steps 4-6, order code steps 6-7."""
        if self.app_link:
            yield IdentityAnswer(code_value=session.scanned, action=action)
        if action == "OPEN_URL":
            yield from self.launch(session)
        elif action == "DECODE":
            session.code = session.scanned
            yield from self.ask(session, session.code)

    def launch(self, session: Session) -> Iterator[Message]:
        """Entry code step 6."""
        yield Launch(url=session.scanned)

    def decode_asked(self, session: Session, decode: Decode) -> Iterator[Message]:
        """Entry code steps 15-17."""
        session.callback, session.code = decode.callback, decode.code_value
        yield from self.ask(session, session.code)

    # --- the MPP client: what it does with what its server hands it -------------------------------------------

    def take(self, session: Session, handed: Handed) -> Iterator[Message]:
        """The hand-over on the app link, and what the client makes of it."""
        if self.app_link:
            yield ServerAnswer(
                action_type=handed.action_type,
                sdk_action_payload=handed.sdk_action_payload,
                payment_status=handed.payment_status,
                error_code=handed.error_code,
            )
        yield from self.act(session, handed)

    def act(self, session: Session, handed: Handed) -> Iterator[Message]:
        """By actionType; else there is a payment result to show."""
        if handed.action_type == HANDLE_BY_SDK:
            yield from self.let_sdk_act(session, handed.sdk_action_payload)
        elif handed.payment_status:
            yield from self.show_result(session, handed)

    def let_sdk_act(self, session: Session, payload: str | None) -> Iterator[Message]:
        """Entry code step 25, order code step 16."""
        if session.callback is None:
            yield from self.handle_action(payload)
        else:
            yield from self.callback_with_payload(session.callback, payload)

    def handle_action(self, payload: str | None) -> Iterator[Message]:
        """Order code step 16."""
        yield HandleAction(sdk_action_payload=payload)

    def callback_with_payload(self, callback: str, payload: str | None) -> Iterator[Message]:
        """Entry code step 25: success, whatever the result status was."""
        yield DecodeCallback(callback=callback, outcome="success", sdk_action_payload=payload)

    def show_result(self, session: Session, handed: Handed) -> Iterator[Message]:
        """Entry code step 29, order code step 20; then the callback of an entry code's decode."""
        yield from self.result_page(handed)
        if session.callback is not None:
            yield from self.callback_of_result(session.callback, handed)

    def result_page(self, handed: Handed) -> Iterator[Message]:
        """The payment result page."""
        yield ResultPage(status=handed.payment_status or "F", error_code=handed.error_code)

    def callback_of_result(self, callback: str, handed: Handed) -> Iterator[Message]:
        """Success is empty; failure carries a code and a message of the MPP's."""
        if handed.payment_status == "S":
            yield DecodeCallback(callback=callback, outcome="success")
        else:
            yield DecodeCallback(
                callback=callback, outcome="failure", error_code=handed.error_code, error_message="not paid"
            )

    # --- the MPP server ---------------------------------------------------------------------------------------

    def identify(self, code_value: str) -> str:
        """Whether Alipay+ can decode the code: OPEN_URL (entry code), DECODE (order code) or NONE."""
        templates = self.profile.templates
        if _fits(code_value, templates.entry):
            return "OPEN_URL"
        return "DECODE" if _fits(code_value, templates.order) else "NONE"

    def advised(
        self,
        session: Session,  # noqa: ARG002  # variants use it
        answer: IdentifyCodeAnswer | InquiryCodeRulesAnswer,  # noqa: ARG002  # likewise
    ) -> Iterator[Message]:
        """It knows codes by itself, and asks nobody."""
        return iter(())

    def ask(self, session: Session, code_value: str) -> Iterator[Message]:
        """Entry code step 17, order code step 7."""
        yield UserInitiatedPay(code_value=code_value, customer_id=session.customer)

    def believes(self, asked: wire.Call, received: wire.Received) -> wire.Answer | None:
        """The answer in what came back, if it is Alipay+'s word."""
        return wire.believable_answer(type(asked), received)

    def unanswered(
        self,
        session: Session,
        received: wire.Received,  # noqa: ARG002  # specimens use it
    ) -> Iterator[Message]:
        """Nothing to be believed came: whether the call took effect is as unknown as after ``U``."""
        yield from self.not_known(session, NO_ANSWER)

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """Entry code steps 24 and 27, order code steps 15 and 18: by actionType first, S or F alike."""
        if answer.action_type == HANDLE_BY_SDK:
            yield from self.pass_to_client(session, answer)
        elif answer.result_status == "S" and answer.order is not None:
            yield from self.pay_own(session, answer.order)
        elif answer.result_status == "U":
            yield from self.not_known(session, answer)
        else:
            yield from self.not_decoded(session, answer)

    def not_known(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """The same request again, a few times; after that nothing was decoded, and so nothing is paid."""
        if session.repeats < MOST_REPEATS:
            session.repeats += 1
            yield from self.ask(session, session.code)
        else:
            yield from self.not_decoded(session, answer)

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """Both child parameters of actionForm, unchanged."""
        passed = Handed(action_type=answer.action_type, sdk_action_payload=answer.sdk_action_payload)
        yield from self.take(session, passed)

    def pay_own(self, session: Session, order: Order) -> Iterator[Message]:
        """Another customer's order is not this one's to pay."""
        if self.booked(session, order).customer == session.customer:
            yield from self.pay(session, order)
        else:
            yield from self.take(session, Handed(payment_status="F", error_code="REPEAT_REQ_INCONSISTENT"))

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """The consumer confirms; then debit, notify, and return the payment result to the client.

        An order that has its result already is not paid again.
        """
        if self.booked(session, order).status is None:
            yield CashierPage()
            yield from self.notify(session, order, self.settled(session, order))
        yield from self.take(session, self.settled(session, order))

    def settled(self, session: Session, order: Order) -> Handed:
        """The payment's result, made once: nothing is debited for an order that was cancelled, or is overdue."""
        entry = self.booked(session, order)
        if entry.status is None:
            result = _CLOSED if entry.cancelled or _is_overdue(order) else self.debit(session)
            entry.status, entry.error_code = result.payment_status, result.error_code
        return Handed(payment_status=entry.status, error_code=entry.error_code)

    def booked(self, session: Session, order: Order) -> Entry:
        """The order in the server's books, from the first look at it."""
        return self.books.setdefault(order.payment_request_id, Entry(order=order, customer=session.customer))

    def debit(self, session: Session) -> Handed:
        """The payment result: paid, or an error code of the MPP's."""
        if session.customer == self.profile.customer(UNFUNDED):
            return Handed(payment_status="F", error_code="USER_BALANCE_NOT_ENOUGH")
        return Handed(payment_status="S")

    def not_decoded(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """Nothing to pay: the result is a failure with an error code."""
        yield from self.take(session, Handed(payment_status="F", error_code=answer.result_code))

    def notify(self, session: Session, order: Order, result: Handed) -> Iterator[Message]:
        """The final result for Alipay+."""
        session.notice = self.notice(session, order, result)
        yield session.notice

    def notice(self, session: Session, order: Order, result: Handed) -> NotifyPayment:
        """What notifyPayment says."""
        paid = result.payment_status == "S"
        return NotifyPayment(
            payment_request_id=order.payment_request_id,
            result_status="S" if paid else "F",
            result_code="SUCCESS" if paid else result.error_code or "PROCESS_FAIL",
            result_message="success" if paid else "not paid",
            payment_id=f"mpp-{order.payment_request_id}",
            payment_amount=order.amount,
            payment_currency=order.currency,
            pay_to_amount=order.pay_to_amount,
            pay_to_currency=order.pay_to_currency,
            customer_id=session.customer,
        )

    def notified(self, session: Session, answer: NotifyPaymentAnswer) -> Iterator[Message]:
        """Nothing follows from Alipay+'s thanks; where it does not know, it is told again, word by word the same."""
        if answer.result_status == "U" and session.notice is not None and session.notices_repeated < MOST_REPEATS:
            session.notices_repeated += 1
            yield session.notice

    def _say(self, session: Session, messages: Iterable[Message]) -> Iterator[Say]:
        for message in messages:
            yield Say(session=session.name, message=message)


def _fits(code_value: str, template: str) -> bool:
    before, _, after = template.partition("{id}")
    return code_value.startswith(before) and code_value.endswith(after)


def _is_overdue(order: Order) -> bool:
    return order.expiry_time is not None and datetime.fromisoformat(order.expiry_time) < datetime.fromisoformat(TODAY)
