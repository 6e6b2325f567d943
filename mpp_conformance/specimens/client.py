"""MPPs whose client does not give the client SDK what it was handed for it."""

from collections.abc import Iterator

from mpp_conformance.protocol.messages import (
    HANDLE_BY_PSP,
    CashierPage,
    DecodeCallback,
    HandleAction,
    Launch,
    Message,
    ResultPage,
    UserInitiatedPayAnswer,
)
from mpp_conformance.specimens.conforming import ConformingMpp, Handed, Session


class CallbackTwice(ConformingMpp):
    """Executes the callback once from the answer and once from a timer.

    A payload that takes its time is passed on twice, too (FLT-14).
    """

    name = "payload-callback-twice"
    breaks = frozenset({"EC-25"})
    observed = frozenset({"FLT-14"})

    def callback_with_payload(self, callback: str, payload: str | None) -> Iterator[Message]:
        """And once more."""
        yield from super().callback_with_payload(callback, payload)
        yield from super().callback_with_payload(callback, payload)


class NoCallbackWithPayload(ConformingMpp):
    """Forgets the callback when the server says HANDLE_BY_SDK.

    The SDK gets nothing, so the consumer sees no error page either (UX-1). Payments that follow it in the same
    conversation never begin.
    """

    name = "payload-callback-never"
    breaks = frozenset({"EC-25", "UX-1"})
    hides = frozenset({"ANS-1", "FLT-14", "NOT-8", "SRV-3", "SRV-4"})

    def callback_with_payload(self, callback: str, payload: str | None) -> Iterator[Message]:  # noqa: ARG002
        """Nothing."""
        return iter(())


class CallbackFails(ConformingMpp):
    """Executes the callback's failure path with HANDLE_BY_SDK, the payload in the error's details."""

    name = "payload-callback-on-failure-path"
    breaks = frozenset({"EC-25"})

    def callback_with_payload(self, callback: str, payload: str | None) -> Iterator[Message]:
        """Failure."""
        yield DecodeCallback(
            callback=callback, outcome="failure", sdk_action_payload=payload, error_code="LIMIT", error_message="limit"
        )


class CallbackEmpty(ConformingMpp):
    """Executes the callback with HANDLE_BY_SDK as if the payment had succeeded, without the payload.

    The SDK gets nothing to show, so the consumer sees no error page either (UX-1).
    """

    name = "payload-callback-empty"
    breaks = frozenset({"EC-25", "UX-1"})
    hides = frozenset({"FLT-14"})

    def callback_with_payload(self, callback: str, payload: str | None) -> Iterator[Message]:  # noqa: ARG002
        """Success, empty."""
        yield DecodeCallback(callback=callback, outcome="success")


class HandleActionForEntryCode(ConformingMpp):
    """Calls handleAction whatever the code was.

    The callback is waited for: payments that follow it in the same conversation never begin.
    """

    name = "handle-action-for-entry-code"
    breaks = frozenset({"EC-25"})
    hides = frozenset({"ANS-1", "FLT-14", "NOT-8", "SRV-3", "SRV-4"})

    def callback_with_payload(self, callback: str, payload: str | None) -> Iterator[Message]:  # noqa: ARG002
        """Not the callback."""
        yield from self.handle_action(payload)


class BothForEntryCode(ConformingMpp):
    """Calls handleAction and executes the callback, to be sure.

    A payload that takes its time is passed on in both ways, too (FLT-14).
    """

    name = "both-ways-for-entry-code"
    breaks = frozenset({"EC-25"})
    observed = frozenset({"FLT-14"})

    def callback_with_payload(self, callback: str, payload: str | None) -> Iterator[Message]:
        """Both."""
        yield from super().callback_with_payload(callback, payload)
        yield from self.handle_action(payload)


class CallbackForOrderCode(ConformingMpp):
    """Has one way for every payload: a callback, which nobody gave it for an order code.

    handleAction is waited for: payments that follow it in the same conversation never begin.
    """

    name = "callback-for-order-code"
    breaks = frozenset({"OC-16"})
    hides = frozenset({"ANS-1", "NOT-8", "REG-1", "REG-2", "SRV-3", "SRV-4"})

    def handle_action(self, payload: str | None) -> Iterator[Message]:
        """Not handleAction."""
        yield from self.callback_with_payload("none", payload)


class BothForOrderCode(ConformingMpp):
    """Calls handleAction and executes a callback, to be sure."""

    name = "both-ways-for-order-code"
    breaks = frozenset({"OC-16"})

    def handle_action(self, payload: str | None) -> Iterator[Message]:
        """Both."""
        yield from super().handle_action(payload)
        yield from self.callback_with_payload("none", payload)


class HandleActionTwice(ConformingMpp):
    """Calls handleAction again when its screen is shown again."""

    name = "handle-action-twice"
    breaks = frozenset({"OC-16"})

    def handle_action(self, payload: str | None) -> Iterator[Message]:
        """And once more."""
        yield from super().handle_action(payload)
        yield from super().handle_action(payload)


class PayloadLaunchedToo(ConformingMpp):
    """Hands the payload to the SDK, and launches it as if it were the address of the error page.

    It does so whichever code was scanned.
    """

    name = "payload-launched-too"
    breaks = frozenset({"EC-25", "OC-16"})

    def let_sdk_act(self, session: Session, payload: str | None) -> Iterator[Message]:
        """By another way as well."""
        yield from super().let_sdk_act(session, payload)
        yield Launch(url=payload or "")


class NeverHandleAction(ConformingMpp):
    """Was built against a client SDK that has no handleAction yet.

    The SDK gets nothing, so the consumer sees no error page either (UX-1). Payments that follow it in the same
    conversation never begin.
    """

    name = "handle-action-never"
    breaks = frozenset({"OC-16", "UX-1"})
    hides = frozenset({"ANS-1", "NOT-8", "REG-1", "REG-2", "SRV-3", "SRV-4"})

    def handle_action(self, payload: str | None) -> Iterator[Message]:  # noqa: ARG002  # not given
        """Nothing."""
        return iter(())


class HandleActionEmpty(ConformingMpp):
    """Calls handleAction without the payload.

    The SDK gets nothing to show, so the consumer sees no error page either (UX-1).
    """

    name = "handle-action-empty"
    breaks = frozenset({"OC-16", "UX-1"})

    def handle_action(self, payload: str | None) -> Iterator[Message]:  # noqa: ARG002  # not given
        """Without parameters."""
        yield HandleAction()


class HandleActionAlways(ConformingMpp):
    """Calls handleAction for every order code it has a payment result of.

    That is so, too, where no answer came (FLT-5), or one of another actionType (FLT-4).
    """

    name = "handle-action-with-result"
    breaks = frozenset({"OC-19"})
    observed = frozenset({"FLT-4", "FLT-5"})

    def show_result(self, session: Session, handed: Handed) -> Iterator[Message]:
        """HandleAction as well."""
        if session.callback is None:
            yield from self.handle_action(handed.sdk_action_payload)
        yield from super().show_result(session, handed)


class HandleActionByPayload(ConformingMpp):
    """Calls handleAction whenever its server hands it a payload, whatever actionType says."""

    name = "handle-action-by-payload"
    breaks = frozenset({"OC-19"})

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


class OwnErrorPage(ConformingMpp):
    """Shows an error page of its own where Alipay+'s should be.

    Both ways to the SDK stay unused (EC-25, OC-16), so the consumer does not see Alipay+'s page (UX-1) and sees
    another one (UX-8). Payments that follow it in the same conversation never begin.
    """

    name = "own-error-page-instead"
    breaks = frozenset({"EC-25", "OC-16", "UX-1"})
    hides = frozenset({"ANS-1", "FLT-14", "NOT-8", "REG-1", "REG-2", "SRV-3", "SRV-4"})
    observed = frozenset({"UX-8"})

    def let_sdk_act(self, session: Session, payload: str | None) -> Iterator[Message]:  # noqa: ARG002  # not given
        """Its own page."""
        yield ResultPage(status="F", error_code="LIMIT_EXCEEDED")


class CashierPageAtOnce(ConformingMpp):
    """Opens its cashier page while its server still asks Alipay+.

    Where the SDK is to act that page is one too many (UX-8), and no more than that: nothing was cancelled yet.
    """

    name = "cashier-page-at-once"
    observed = frozenset({"UX-8"})

    def ask(self, session: Session, code_value: str) -> Iterator[Message]:
        """The page first, then the question."""
        yield CashierPage()
        yield from super().ask(session, code_value)


class OwnErrorPageToo(ConformingMpp):
    """Shows an error page of its own beside Alipay+'s."""

    name = "own-error-page-beside"
    observed = frozenset({"UX-8"})

    def let_sdk_act(self, session: Session, payload: str | None) -> Iterator[Message]:
        """Its own page as well."""
        yield ResultPage(status="F", error_code="LIMIT_EXCEEDED")
        yield from super().let_sdk_act(session, payload)


class StoppedShownAsPaid(ConformingMpp):
    """Shows the result page of a payment that succeeded when the SDK's page is closed.

    That is a payment taken, as far as the consumer can see, whatever limit stopped it (UX-6, each of the limits),
    and a page of its own beside Alipay+'s (UX-8).
    """

    name = "stopped-payment-shown-as-paid"
    breaks = frozenset({"REG-1", "REG-2", "REG-3", "REG-4", "UX-6"})
    observed = frozenset({"UX-8"})

    def let_sdk_act(self, session: Session, payload: str | None) -> Iterator[Message]:
        """A page that says paid."""
        yield from super().let_sdk_act(session, payload)
        yield ResultPage(status="S")
