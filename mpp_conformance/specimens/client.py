"""MPPs whose client does the wrong thing: at the client SDK, or in front of the consumer."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from mpp_conformance.messages import (
    HANDLE_BY_PSP,
    HANDLE_BY_SDK,
    CashierPage,
    Decode,
    DecodeCallback,
    HandleAction,
    Launch,
    Message,
    Order,
    ResultPage,
    UserInitiatedPayAnswer,
)
from mpp_conformance.specimens.conforming import ConformingMpp, Handed, Session

# --- codes and launch -------------------------------------------------------------------------------------------


class LaunchesTwice(ConformingMpp):
    """Calls launch from two observers of the same scan."""

    name = "launched-twice"

    def launch(self, session: Session) -> Iterator[Message]:
        """And once more."""
        yield from super().launch(session)
        yield from super().launch(session)


class NeverLaunches(ConformingMpp):
    """Opens the merchant page in a browser of its own, where no client SDK can see it."""

    name = "never-launched"

    def launch(self, session: Session) -> Iterator[Message]:  # noqa: ARG002  # not launched
        """Nothing that the SDK sees."""
        return iter(())


class LaunchesFrontPage(ConformingMpp):
    """Launches the merchant's site without the path that names the code."""

    name = "front-page-launched"

    def launch(self, session: Session) -> Iterator[Message]:
        """Scheme and host."""
        yield Launch(url="/".join(session.scanned.split("/")[:3]))


class EncodesCodes(ConformingMpp):
    """Sends its server the code value URL-encoded."""

    name = "codes-url-encoded"

    def ask(self, session: Session, code_value: str) -> Iterator[Message]:
        """With percent escapes."""
        yield from super().ask(session, quote(code_value, safe=""))


class UpperCasesCodes(ConformingMpp):
    """Upper-cases code values, since a QR code of capital letters is smaller."""

    name = "codes-upper-cased"

    def ask(self, session: Session, code_value: str) -> Iterator[Message]:
        """In capital letters."""
        yield from super().ask(session, code_value.upper())


class AddsSlash(ConformingMpp):
    """Parses the intercepted code as an address and writes it anew."""

    name = "intercepted-code-written-anew"

    def decode_asked(self, session: Session, decode: Decode) -> Iterator[Message]:
        """With a slash at its end."""
        yield from super().decode_asked(session, replace(decode, code_value=f"{decode.code_value}/"))


class AsksForScannedCode(ConformingMpp):
    """Sends its server the code that was scanned where it should send the one that the SDK intercepted."""

    name = "scanned-code-sent-for-intercepted"

    def decode_asked(self, session: Session, decode: Decode) -> Iterator[Message]:
        """The entry code."""
        yield from super().decode_asked(session, replace(decode, code_value=session.scanned))


# --- HANDLE_BY_SDK ------------------------------------------------------------------------------------------------


class CallbackTwice(ConformingMpp):
    """Executes the callback once from the answer and once from a timer."""

    name = "payload-callback-twice"

    def callback_with_payload(self, callback: str, payload: str | None) -> Iterator[Message]:
        """And once more."""
        yield from super().callback_with_payload(callback, payload)
        yield from super().callback_with_payload(callback, payload)


class NoCallbackWithPayload(ConformingMpp):
    """Forgets the callback when the server says HANDLE_BY_SDK."""

    name = "payload-callback-never"

    def callback_with_payload(self, callback: str, payload: str | None) -> Iterator[Message]:  # noqa: ARG002
        """Nothing."""
        return iter(())


class CallbackFails(ConformingMpp):
    """Executes the callback's failure path with HANDLE_BY_SDK, the payload in the error's details."""

    name = "payload-callback-on-failure-path"

    def callback_with_payload(self, callback: str, payload: str | None) -> Iterator[Message]:
        """Failure."""
        yield DecodeCallback(
            callback=callback, outcome="failure", sdk_action_payload=payload, error_code="LIMIT", error_message="limit"
        )


class CallbackEmpty(ConformingMpp):
    """Executes the callback with HANDLE_BY_SDK as if the payment had succeeded, without the payload."""

    name = "payload-callback-empty"

    def callback_with_payload(self, callback: str, payload: str | None) -> Iterator[Message]:  # noqa: ARG002
        """Success, empty."""
        yield DecodeCallback(callback=callback, outcome="success")


class HandleActionForEntryCode(ConformingMpp):
    """Calls handleAction whatever the code was."""

    name = "handle-action-for-entry-code"

    def callback_with_payload(self, callback: str, payload: str | None) -> Iterator[Message]:  # noqa: ARG002
        """Not the callback."""
        yield from self.handle_action(payload)


class BothForEntryCode(ConformingMpp):
    """Calls handleAction and executes the callback, to be sure."""

    name = "both-ways-for-entry-code"

    def callback_with_payload(self, callback: str, payload: str | None) -> Iterator[Message]:
        """Both."""
        yield from super().callback_with_payload(callback, payload)
        yield from self.handle_action(payload)


class CallbackForOrderCode(ConformingMpp):
    """Has one way for every payload: a callback, which nobody gave it for an order code."""

    name = "callback-for-order-code"

    def handle_action(self, payload: str | None) -> Iterator[Message]:
        """Not handleAction."""
        yield from self.callback_with_payload("none", payload)


class BothForOrderCode(ConformingMpp):
    """Calls handleAction and executes a callback, to be sure."""

    name = "both-ways-for-order-code"

    def handle_action(self, payload: str | None) -> Iterator[Message]:
        """Both."""
        yield from super().handle_action(payload)
        yield from self.callback_with_payload("none", payload)


class HandleActionTwice(ConformingMpp):
    """Calls handleAction again when its screen is shown again."""

    name = "handle-action-twice"

    def handle_action(self, payload: str | None) -> Iterator[Message]:
        """And once more."""
        yield from super().handle_action(payload)
        yield from super().handle_action(payload)


class NeverHandleAction(ConformingMpp):
    """Was built against a client SDK that has no handleAction yet."""

    name = "handle-action-never"

    def handle_action(self, payload: str | None) -> Iterator[Message]:  # noqa: ARG002  # not given
        """Nothing."""
        return iter(())


class HandleActionEmpty(ConformingMpp):
    """Calls handleAction without the payload."""

    name = "handle-action-empty"

    def handle_action(self, payload: str | None) -> Iterator[Message]:  # noqa: ARG002  # not given
        """Without parameters."""
        yield HandleAction()


class OwnErrorPage(ConformingMpp):
    """Shows an error page of its own where Alipay+'s should be."""

    name = "own-error-page-instead"

    def let_sdk_act(self, session: Session, payload: str | None) -> Iterator[Message]:  # noqa: ARG002  # not given
        """Its own page."""
        yield ResultPage(status="F", error_code="LIMIT_EXCEEDED")


class OwnErrorPageToo(ConformingMpp):
    """Shows an error page of its own beside Alipay+'s."""

    name = "own-error-page-beside"

    def let_sdk_act(self, session: Session, payload: str | None) -> Iterator[Message]:
        """Its own page as well."""
        yield ResultPage(status="F", error_code="LIMIT_EXCEEDED")
        yield from super().let_sdk_act(session, payload)


class StoppedShownAsPaid(ConformingMpp):
    """Shows the result page of a payment that succeeded when the SDK's page is closed."""

    name = "stopped-payment-shown-as-paid"

    def let_sdk_act(self, session: Session, payload: str | None) -> Iterator[Message]:
        """A page that says paid."""
        yield from super().let_sdk_act(session, payload)
        yield ResultPage(status="S")


# --- HANDLE_BY_PSP ------------------------------------------------------------------------------------------------


class HandleActionAlways(ConformingMpp):
    """Calls handleAction for every order code it has a payment result of."""

    name = "handle-action-with-result"

    def show_result(self, session: Session, handed: Handed) -> Iterator[Message]:
        """handleAction as well."""
        if session.callback is None:
            yield from self.handle_action(handed.sdk_action_payload)
        yield from super().show_result(session, handed)


class HandleActionByPayload(ConformingMpp):
    """Calls handleAction whenever its server hands it a payload, whatever actionType says."""

    name = "handle-action-by-payload"

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """The server passes both parameters on in any case; with HANDLE_BY_PSP the result follows."""
        if answer.action_type == HANDLE_BY_PSP:
            yield from self.pass_to_client(session, answer)
        yield from super().answered(session, answer)

    def act(self, session: Session, handed: Handed) -> Iterator[Message]:
        """A payload goes to handleAction."""
        if handed.action_type == HANDLE_BY_PSP and handed.sdk_action_payload and session.callback is None:
            yield from self.handle_action(handed.sdk_action_payload)
        yield from super().act(session, handed)


@dataclass
class PayloadBesideResult(ConformingMpp):
    """Gives the SDK the payload that stood beside HANDLE_BY_PSP together with the payment's success."""

    name = "payload-with-successful-result"
    beside: dict[str, str | None] = field(default_factory=dict)

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """The server keeps the payload, and hands it over with the result."""
        self.beside[session.name] = answer.sdk_action_payload
        yield from super().answered(session, answer)

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """The result with whatever payload there was."""
        yield CashierPage()
        result = self.debit(session)
        yield from self.notify(session, order, result)
        yield from self.take(session, replace(result, sdk_action_payload=self.beside.get(session.name)))

    def callback_of_result(self, callback: str, handed: Handed) -> Iterator[Message]:
        """Success, with the payload."""
        if handed.payment_status == "S":
            yield from self.callback_with_payload(callback, handed.sdk_action_payload)
        else:
            yield from super().callback_of_result(callback, handed)


class CallbackBeforeResult(ConformingMpp):
    """Executes the callback as soon as decoding is over, as client SDKs before the upgrade wanted it."""

    name = "callback-before-result"

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """Success when there is an order."""
        early = answer.action_type != HANDLE_BY_SDK and session.callback is not None
        if early and session.callback is not None:
            yield DecodeCallback(callback=session.callback, outcome="success")
        yield from super().answered(session, answer)

    def callback_of_result(self, callback: str, handed: Handed) -> Iterator[Message]:  # noqa: ARG002
        """It has been executed."""
        return iter(())


class CallbackBeforeGoodResult(ConformingMpp):
    """Foresees the result of a payment and executes the callback before it has it."""

    name = "callback-foresees-result"

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """While the cashier page is shown."""
        if session.callback is not None:
            yield from super().callback_of_result(session.callback, self.debit(session))
        yield from super().pay(session, order)

    def callback_of_result(self, callback: str, handed: Handed) -> Iterator[Message]:
        """It has been executed, unless there was nothing to foresee."""
        if handed.error_code == "ORDER_IS_CLOSED":
            yield from super().callback_of_result(callback, handed)


class ResultCallbackTwice(ConformingMpp):
    """Executes the callback with the result page and again when the page is closed."""

    name = "result-callback-twice"

    def callback_of_result(self, callback: str, handed: Handed) -> Iterator[Message]:
        """And once more."""
        yield from super().callback_of_result(callback, handed)
        yield from super().callback_of_result(callback, handed)


class NoCallbackOfResult(ConformingMpp):
    """Executes the callback for payloads only."""

    name = "result-callback-never"

    def callback_of_result(self, callback: str, handed: Handed) -> Iterator[Message]:  # noqa: ARG002
        """Nothing."""
        return iter(())


class CallbackOnlySucceeds(ConformingMpp):
    """Executes the callback's success path however the payment ended."""

    name = "result-callback-always-succeeds"

    def callback_of_result(self, callback: str, handed: Handed) -> Iterator[Message]:  # noqa: ARG002
        """Success."""
        yield DecodeCallback(callback=callback, outcome="success")


class CallbackOnlyFails(ConformingMpp):
    """Executes the callback's failure path because there is no payload, though the payment succeeded."""

    name = "result-callback-always-fails"

    def callback_of_result(self, callback: str, handed: Handed) -> Iterator[Message]:
        """Failure."""
        code = handed.error_code or "NO_PAYLOAD"
        yield DecodeCallback(callback=callback, outcome="failure", error_code=code, error_message="no payload")


class CallbackWithoutCode(ConformingMpp):
    """Executes the callback's failure path with words, and without a code."""

    name = "result-callback-without-code"

    def callback_of_result(self, callback: str, handed: Handed) -> Iterator[Message]:
        """No error code."""
        for message in super().callback_of_result(callback, handed):
            assert isinstance(message, DecodeCallback)
            yield replace(message, error_code=None)


class NoResultPage(ConformingMpp):
    """Goes back to its home screen after a payment."""

    name = "result-page-never"

    def result_page(self, handed: Handed) -> Iterator[Message]:  # noqa: ARG002  # not shown
        """Nothing."""
        return iter(())


class NoPageOfFailure(ConformingMpp):
    """Shows a payment result page for payments that succeeded only."""

    name = "result-page-of-success-only"

    def result_page(self, handed: Handed) -> Iterator[Message]:
        """Nothing after a failure."""
        if handed.payment_status == "S":
            yield from super().result_page(handed)


class AlwaysPageOfSuccess(ConformingMpp):
    """Shows every payment as paid."""

    name = "result-page-always-says-paid"

    def result_page(self, handed: Handed) -> Iterator[Message]:  # noqa: ARG002  # not looked at
        """S."""
        yield ResultPage(status="S")


class NoPageForEntryCode(ConformingMpp):
    """Leaves the result page to the merchant when an entry code was scanned."""

    name = "result-page-for-order-codes-only"

    def show_result(self, session: Session, handed: Handed) -> Iterator[Message]:
        """Only the callback, for an entry code."""
        if session.callback is None:
            yield from super().show_result(session, handed)
        else:
            yield from self.callback_of_result(session.callback, handed)
