"""A conforming MPP, server and client, as one pure machine; every faulty specimen differs from it in one place.

Steps are those of the source document's workflows. The two halves speak over the app link: what the server hands its
client is said as `IdentityAnswer` and `ServerAnswer`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from mpp_conformance.messages import (
    HANDLE_BY_SDK,
    CashierPage,
    Decode,
    DecodeCallback,
    HandleAction,
    IdentityAnswer,
    Launch,
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
from mpp_conformance.scenario import UNFUNDED, Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Something the MPP says, and the session (one consumer's scan and what follows) it belongs to."""

    session: str
    message: Message


@dataclass(slots=True, kw_only=True)
class Session:
    """What the MPP remembers of one scan."""

    name: str
    customer: str
    scanned: str
    callback: str | None = None
    order: Order | None = None
    debited: bool = False


@dataclass(slots=True, kw_only=True)
class Handed:
    """What the server hands its client: the app link's content, before it is reported."""

    action_type: str | None = None
    sdk_action_payload: str | None = None
    payment_status: str | None = None
    error_code: str | None = None


@dataclass(slots=True)
class ConformingMpp:
    """Does what the source document asks of an MPP.

    ``breaks``: ids of the requirements that a faulty specimen fails; ``hides``: those that cannot be judged any more
    because of it. Both are empty for a conforming one.
    """

    name: ClassVar[str] = "conforming"
    breaks: ClassVar[frozenset[str]] = frozenset()
    hides: ClassVar[frozenset[str]] = frozenset()
    profile: Profile
    sessions: dict[str, Session] = field(default_factory=dict)

    def hear(self, session: str, message: Message) -> Iterator[Say]:
        """React to what is said in a session; lazily, in the order in which the MPP would act."""
        if isinstance(message, Scan):
            made = Session(name=session, customer=message.customer_id, scanned=message.code_value)
            self.sessions[session] = made
            yield from self._say(made, self.scanned(made))
            return
        known = self.sessions.get(session)
        if known is None:
            return
        if isinstance(message, Decode):
            known.callback = message.callback
            yield from self._say(known, self.decode_asked(known, message))
        elif isinstance(message, UserInitiatedPayAnswer):
            yield from self._say(known, self.answered(known, message))
        elif isinstance(message, NotifyPaymentAnswer):
            yield from self._say(known, self.notified(known, message))

    # --- the MPP client ---------------------------------------------------------------------------------------

    def scanned(self, session: Session) -> Iterator[Message]:
        """Entry code steps 3-6, order code steps 5-7."""
        action = self.identify(session.scanned)
        yield IdentityAnswer(code_value=session.scanned, action=action)
        if action == "OPEN_URL":
            yield Launch(url=session.scanned)
        elif action == "DECODE":
            yield self.ask(session, session.scanned)

    def decode_asked(self, session: Session, decode: Decode) -> Iterator[Message]:
        """Entry code steps 15-17."""
        yield self.ask(session, decode.code_value)

    def take(self, session: Session, handed: Handed) -> Iterator[Message]:
        """What the client does with what its server handed it."""
        yield ServerAnswer(
            action_type=handed.action_type,
            sdk_action_payload=handed.sdk_action_payload,
            payment_status=handed.payment_status,
            error_code=handed.error_code,
        )
        if handed.action_type == HANDLE_BY_SDK:
            yield from self.let_sdk_act(session, handed)
        elif handed.payment_status:
            yield from self.show_result(session, handed)

    def let_sdk_act(self, session: Session, handed: Handed) -> Iterator[Message]:
        """Entry code step 25: by the callback. Order code step 16: by handleAction."""
        if session.callback is None:
            yield HandleAction(sdk_action_payload=handed.sdk_action_payload)
        else:
            yield DecodeCallback(
                callback=session.callback, outcome="success", sdk_action_payload=handed.sdk_action_payload
            )

    def show_result(self, session: Session, handed: Handed) -> Iterator[Message]:
        """Entry code step 29, order code step 20; then the callback of an entry code's decode."""
        yield ResultPage(status=handed.payment_status or "F", error_code=handed.error_code)
        if session.callback is not None:
            yield self.callback_of_result(session.callback, handed)

    def callback_of_result(self, callback: str, handed: Handed) -> DecodeCallback:
        """Success is empty; failure carries a code and a message of the MPP's."""
        if handed.payment_status == "S":
            return DecodeCallback(callback=callback, outcome="success")
        return DecodeCallback(
            callback=callback, outcome="failure", error_code=handed.error_code, error_message="payment failed"
        )

    # --- the MPP server ---------------------------------------------------------------------------------------

    def identify(self, code_value: str) -> str:
        """Whether Alipay+ can decode the code: OPEN_URL (entry code), DECODE (order code) or NONE."""
        templates = self.profile.templates
        if _fits(code_value, templates.entry):
            return "OPEN_URL"
        return "DECODE" if _fits(code_value, templates.order) else "NONE"

    def ask(self, session: Session, code_value: str) -> Message:
        """Entry code step 17, order code step 7."""
        return UserInitiatedPay(code_value=code_value, customer_id=session.customer)

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """Entry code steps 24 and 27, order code steps 15 and 18: by actionType first, S or F alike."""
        if answer.action_type == HANDLE_BY_SDK:
            yield from self.take(session, self.pass_to_client(session, answer))
        elif answer.result_status == "S" and answer.order is not None:
            session.order = answer.order
            yield CashierPage()
            yield from self.pay(session, answer.order)
        else:
            yield from self.take(session, Handed(payment_status="F", error_code=answer.result_code))

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Handed:  # noqa: ARG002  # faults use it
        """Both child parameters of actionForm, unchanged."""
        return Handed(action_type=answer.action_type, sdk_action_payload=answer.sdk_action_payload)

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """Debit, notify, and return the payment result to the client."""
        session.debited = self.has_funds(session.customer)
        status, code = ("S", "SUCCESS") if session.debited else ("F", "USER_BALANCE_NOT_ENOUGH")
        yield self.notice(session, order, status, code)
        yield from self.take(
            session, Handed(payment_status=status, error_code=None if session.debited else code)
        )

    def notice(self, session: Session, order: Order, status: str, code: str) -> NotifyPayment:
        """The final result for Alipay+."""
        return NotifyPayment(
            payment_request_id=order.payment_request_id,
            result_status=status,
            result_code=code,
            result_message="success" if status == "S" else "not paid",
            payment_id=f"mpp-{order.payment_request_id}",
            payment_amount=order.amount,
            payment_currency=order.currency,
            customer_id=session.customer,
        )

    def notified(self, session: Session, answer: NotifyPaymentAnswer) -> Iterator[Message]:  # noqa: ARG002  # faults use it
        """Nothing follows from Alipay+'s thanks."""
        return iter(())

    def has_funds(self, customer: str) -> bool:
        """Whether the customer can pay."""
        return customer != self.profile.customer(UNFUNDED)

    def _say(self, session: Session, messages: Iterable[Message]) -> Iterator[Say]:
        for message in messages:
            yield Say(session=session.name, message=message)


def _fits(code_value: str, template: str) -> bool:
    before, _, after = template.partition("{id}")
    return code_value.startswith(before) and code_value.endswith(after)
