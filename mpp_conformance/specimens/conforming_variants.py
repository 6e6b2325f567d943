"""Conforming MPPs that do what no sentence forbids in their own way: none of them may fail anything."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from mpp_conformance import wire
from mpp_conformance.protocol.messages import (
    HANDLE_BY_PSP,
    HANDLE_BY_SDK,
    CashierPage,
    DecodeCallback,
    IdentityAnswer,
    InquiryPaymentAnswer,
    Launch,
    Message,
    NotifyPayment,
    NotifyPaymentAnswer,
    Order,
    ResultPage,
    ServerAnswer,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.specimens.books import Entry
from mpp_conformance.specimens.conforming import ConformingMpp, Handed, Say, Session


class NoAppLink(ConformingMpp):
    """Does not report what its server hands its client."""

    name = "no-app-link"
    app_link = False


class NoIdentityReported(ConformingMpp):
    """Reports what its server hands its client, and keeps to itself what it is told of a code."""

    name = "no-identity-reported"

    def hear(self, session: str, message: Message) -> Iterator[Say]:
        """No IdentityAnswer."""
        return (say for say in super().hear(session, message) if not isinstance(say.message, IdentityAnswer))


class NoCashierPage(ConformingMpp):
    """Does not report its cashier page."""

    name = "no-cashier-page-reported"

    def hear(self, session: str, message: Message) -> Iterator[Say]:
        """No CashierPage."""
        return (say for say in super().hear(session, message) if not isinstance(say.message, CashierPage))


class NotifiesLast(ConformingMpp):
    """Notifies Alipay+ when the result page is on the screen."""

    name = "notification-after-result-page"

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """The client first."""
        yield CashierPage()
        result = self.settled(session, order)
        yield from self.take(session, result)
        yield from self.notify(session, order, result)


@dataclass
class NotifiesTwice(ConformingMpp):
    """Notifies Alipay+ a second time, word by word the same, as if the first answer had been lost."""

    name = "notification-repeated"
    sent: dict[str, NotifyPayment] = field(default_factory=dict)

    def notify(self, session: Session, order: Order, result: Handed) -> Iterator[Message]:
        """Kept for the second time."""
        self.sent[session.name] = self.notice(session, order, result)
        yield self.sent[session.name]

    def notified(self, session: Session, answer: NotifyPaymentAnswer) -> Iterator[Message]:  # noqa: ARG002
        """Once more, once."""
        repeated = self.sent.pop(session.name, None)
        if repeated is not None:
            yield repeated


@dataclass
class NotifiesTwiceInShort(NotifiesTwice):
    """Notifies Alipay+ a second time, and only what has to be notified."""

    name = "notification-repeated-in-short"

    def notified(self, session: Session, answer: NotifyPaymentAnswer) -> Iterator[Message]:
        """No optional field."""
        for message in super().notified(session, answer):
            if isinstance(message, NotifyPayment):
                yield shortened(message)


class NotifiesLittle(ConformingMpp):
    """Notifies only what has to be notified."""

    name = "notification-in-short"

    def notice(self, session: Session, order: Order, result: Handed) -> NotifyPayment:
        """No optional field."""
        return shortened(super().notice(session, order, result))


@dataclass
class AsksTwice(ConformingMpp):
    """Repeats userInitiatedPay with the same code, as after a timeout, and takes the first answer that comes."""

    name = "user-initiated-pay-repeated"
    done: set[str] = field(default_factory=set)

    def ask(self, session: Session, code_value: str) -> Iterator[Message]:
        """And once more."""
        yield from super().ask(session, code_value)
        yield from super().ask(session, code_value)

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """The first decision counts."""
        if session.name not in self.done:
            if answer.result_status != "U":
                self.done.add(session.name)
            yield from super().answered(session, answer)


class PassesInformation(ConformingMpp):
    """Sends passThroughInfo along."""

    name = "pass-through-info"

    def ask(self, session: Session, code_value: str) -> Iterator[Message]:
        """With the optional field."""
        passed = '{"locale":"en"}'
        yield UserInitiatedPay(code_value=code_value, customer_id=session.customer, pass_through_info=passed)


class LaunchesWithMore(ConformingMpp):
    """Gives launch what the identification of the code gave, and a title."""

    name = "launch-with-all-parameters"

    def launch(self, session: Session) -> Iterator[Message]:
        """All there are."""
        yield Launch(url=session.scanned, user_agent="AlipayConnect", ac_decode_config='{"rules":[]}', title="Pay")


class OpensForeignCodes(ConformingMpp):
    """Opens what is none of Alipay+'s in the browser of the client SDK, which calls itself AlipayConnect."""

    name = "foreign-codes-opened-as-alipay-connect"

    def identified(self, session: Session, action: str) -> Iterator[Message]:
        """Told for none, and opened."""
        yield from super().identified(session, action)
        if action == "NONE":
            yield Launch(url=session.scanned, user_agent="AlipayConnect")


class OneAnswer(ConformingMpp):
    """Hands its client actionType and the payment result in one answer."""

    name = "action-type-beside-result"

    def take(self, session: Session, handed: Handed) -> Iterator[Message]:
        """HANDLE_BY_PSP beside every result."""
        if handed.payment_status is not None:
            handed = replace(handed, action_type=HANDLE_BY_PSP)
        yield from super().take(session, handed)


class AnswersInTurn(ConformingMpp):
    """Hands its client actionType and payload, whatever they are, and the payment result later."""

    name = "action-type-first-result-later"

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """HANDLE_BY_PSP is passed on as well."""
        if answer.action_type == HANDLE_BY_PSP:
            yield from self.pass_to_client(session, answer)
        yield from super().answered(session, answer)


class PageTwice(ConformingMpp):
    """Shows the result page again when the consumer comes back to it."""

    name = "result-page-twice"

    def result_page(self, handed: Handed) -> Iterator[Message]:
        """And once more."""
        yield from super().result_page(handed)
        yield from super().result_page(handed)


class PageWithoutCode(ConformingMpp):
    """Explains a failure to the consumer in words, without a code."""

    name = "result-page-without-code"

    def result_page(self, handed: Handed) -> Iterator[Message]:
        """No error code on the page."""
        yield ResultPage(status=handed.payment_status or "F")


class CallbackBeforePage(ConformingMpp):
    """Executes the callback when it has the payment result, and shows the page after that."""

    name = "callback-before-result-page"

    def show_result(self, session: Session, handed: Handed) -> Iterator[Message]:
        """The callback first."""
        if session.callback is not None:
            yield from self.callback_of_result(session.callback, handed)
        yield from self.result_page(handed)


class OwnErrorCodes(ConformingMpp):
    """Has error codes of its own."""

    name = "error-codes-of-its-own"

    def callback_of_result(self, callback: str, handed: Handed) -> Iterator[Message]:
        """A number, as on iOS."""
        if handed.payment_status == "S":
            yield DecodeCallback(callback=callback, outcome="success")
        else:
            yield DecodeCallback(callback=callback, outcome="failure", error_code="1000", error_message="no")

    def take(self, session: Session, handed: Handed) -> Iterator[Message]:
        """An own code for any failure."""
        yield from super().take(session, replace(handed, error_code="W-17") if handed.error_code else handed)


class LogsAnswer(ConformingMpp):
    """Tells its client beforehand that an answer has come, and hands it over then."""

    name = "empty-answer-first"

    def take(self, session: Session, handed: Handed) -> Iterator[Message]:
        """An empty answer first."""
        yield ServerAnswer()
        yield from super().take(session, handed)


class EmptyForAbsent(ConformingMpp):
    """Reports an empty text for what its server does not hand over, and an answer of such texts beforehand."""

    name = "absent-texts-reported-empty"

    def take(self, session: Session, handed: Handed) -> Iterator[Message]:
        """Empty ones first."""
        yield ServerAnswer(action_type="", sdk_action_payload="", error_code="")
        yield from super().take(session, handed)

    def hear(self, session: str, message: Message) -> Iterator[Say]:
        """No text is absent from what the server hands over."""
        for say in super().hear(session, message):
            told = say.message
            if isinstance(told, ServerAnswer):
                filled = {
                    name: getattr(told, name) or "" for name in ("action_type", "sdk_action_payload", "error_code")
                }
                told = replace(told, **filled)
            yield replace(say, message=told)


class IgnoresStrangers(ConformingMpp):
    """Gives no answer to a call of Alipay+ whose signature does not verify."""

    name = "strangers-given-no-answer"

    def hear(self, session: str, message: Message) -> Iterator[Say]:
        """As if it had not come."""
        if getattr(message, "signature", "valid") != "valid" and not message.is_reply:
            return iter(())
        return super().hear(session, message)


class TellsLittle(ConformingMpp):
    """Answers inquiries with what has to be there, and no more."""

    name = "inquiries-answered-in-short"

    def told(self, entry: Entry) -> InquiryPaymentAnswer:
        """The two results."""
        made = super().told(entry)
        shorter = replace(made, payment_id=None, payment_amount=None, payment_currency=None, customer_id=None)
        return replace(shorter, pay_to_amount=None, pay_to_currency=None)


class NotifiesNoClosedOrder(ConformingMpp):
    """Notifies nothing of an order that Alipay+ itself has cancelled before the consumer confirmed."""

    name = "cancelled-orders-not-notified"

    def notify(self, session: Session, order: Order, result: Handed) -> Iterator[Message]:
        """Alipay+ knows."""
        return iter(()) if self.booked(session, order).cancelled else super().notify(session, order, result)


class ReadsLeniently(ConformingMpp):
    """Makes the best of a signed answer that breaks the interface, as many JSON libraries would."""

    name = "answers-read-leniently"

    def believes(self, asked: wire.Call, received: wire.Received) -> wire.Answer | None:
        """What cannot be understood counts as absent, a number as its digits."""
        found = super().believes(asked, received)
        if found is not None or (received.status, received.signature) != (200, "valid"):
            return found
        try:
            body = json.loads(received.body.decode("utf-8-sig"), parse_int=str)
        except ValueError:
            return None
        form = body.pop("actionForm", None)
        form = form if isinstance(form, dict) else {}
        read = super().believes(asked, replace(received, body=json.dumps(body).encode()))
        if not isinstance(read, UserInitiatedPayAnswer) or form.get("actionType") != HANDLE_BY_SDK:
            return read
        return replace(read, action_type=HANDLE_BY_SDK, sdk_action_payload=form.get("sdkActionPayload"))


class OpensMerchantsPage(ConformingMpp):
    """Opens the merchant's own result page in the browser of the client SDK when a payment has succeeded."""

    name = "merchants-result-page-launched"

    def result_page(self, handed: Handed) -> Iterator[Message]:
        """Its own page, and the merchant's."""
        yield from super().result_page(handed)
        if handed.payment_status == "S":
            yield Launch(url="https://merchant.example/result")


class HandsOverTwice(ConformingMpp):
    """Hands the same over once more when its client's connection is there again."""

    name = "server-answer-repeated"

    def take(self, session: Session, handed: Handed) -> Iterator[Message]:
        """Acted on once."""
        if self.app_link:
            told = {name: getattr(handed, name) for name in handed.__dataclass_fields__}
            yield ServerAnswer(**told)
        yield from super().take(session, handed)


class TellsFailureBesideStop(ConformingMpp):
    """Hands its client beside HANDLE_BY_SDK that nothing was paid, and why."""

    name = "failure-beside-handle-by-sdk"

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """Both parameters, and F."""
        passed = Handed(action_type=answer.action_type, sdk_action_payload=answer.sdk_action_payload)
        yield from self.take(session, replace(passed, payment_status="F", error_code=answer.result_code))


class CashierTwice(ConformingMpp):
    """Shows its cashier page again when the consumer comes back to it, and tells twice what a code is."""

    name = "cashier-page-twice"

    def identified(self, session: Session, action: str) -> Iterator[Message]:
        """Told again."""
        yield IdentityAnswer(code_value=session.scanned, action=action)
        yield from super().identified(session, action)

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """One page more."""
        yield CashierPage()
        yield from super().pay(session, order)


def shortened(notice: NotifyPayment) -> NotifyPayment:
    """A notification without its optional fields."""
    shorter = replace(notice, payment_id=None, payment_amount=None, payment_currency=None, customer_id=None)
    return replace(shorter, pay_to_amount=None, pay_to_currency=None)
