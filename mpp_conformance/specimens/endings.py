"""MPPs whose client ends a payment left to the MPP wrongly: at the callback, or on the result page."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from mpp_conformance.protocol.messages import (
    HANDLE_BY_SDK,
    CashierPage,
    DecodeCallback,
    Message,
    Order,
    ResultPage,
    UserInitiatedPayAnswer,
)
from mpp_conformance.specimens.books import CLOSED
from mpp_conformance.specimens.conforming import ConformingMpp, Handed, Session
from mpp_conformance.specimens.consequences import ids


@dataclass
class PayloadBesideResult(ConformingMpp):
    """Gives the SDK the payload that stood beside HANDLE_BY_PSP together with the payment's success."""

    name = "payload-with-successful-result"
    breaks = frozenset({"SDK-1"})
    beside: dict[str, str | None] = field(default_factory=dict)

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """The server keeps the payload, and hands it over with the result."""
        self.beside[session.name] = answer.sdk_action_payload
        yield from super().answered(session, answer)

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """The result with whatever payload there was."""
        yield CashierPage()
        result = self.settled(session, order)
        yield from self.notify(session, order, result)
        yield from self.take(session, replace(result, sdk_action_payload=self.beside.get(session.name)))

    def callback_of_result(self, callback: str, handed: Handed) -> Iterator[Message]:
        """Success, with the payload."""
        if handed.payment_status == "S":
            yield from self.callback_with_payload(callback, handed.sdk_action_payload)
        else:
            yield from super().callback_of_result(callback, handed)


class CallbackBeforeResult(ConformingMpp):
    """Executes the callback as soon as decoding is over, as client SDKs before the upgrade wanted it.

    A client that does not wait for the result (EC-28) cannot tell the SDK what it is (SDK-1), or that there is none
    (REP-2).
    """

    name = "callback-before-result"
    breaks = frozenset({"EC-25", "EC-28", "REP-2", "SDK-1"})

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
    """Foresees the result of a payment and executes the callback before it has it.

    Where it foresees wrongly the callback tells another end (SDK-1).
    """

    name = "callback-foresees-result"
    breaks = frozenset({"EC-28", "SDK-1"})

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """While the cashier page is shown."""
        if session.callback is not None:
            yield from super().callback_of_result(session.callback, self.debit(session))
        yield from super().pay(session, order)

    def callback_of_result(self, callback: str, handed: Handed) -> Iterator[Message]:
        """It has been executed, unless there was nothing to foresee."""
        if handed.error_code not in {None, "USER_BALANCE_NOT_ENOUGH"}:
            yield from super().callback_of_result(callback, handed)


class ResultCallbackTwice(ConformingMpp):
    """Executes the callback with the result page and again when the page is closed."""

    name = "result-callback-twice"
    breaks = frozenset({"EC-28"})

    def callback_of_result(self, callback: str, handed: Handed) -> Iterator[Message]:
        """And once more."""
        yield from super().callback_of_result(callback, handed)
        yield from super().callback_of_result(callback, handed)


class NoCallbackOfResult(ConformingMpp):
    """Executes the callback for payloads only.

    The SDK is told neither success nor failure (SDK-1). Payments that follow in the same conversation never begin,
    and Alipay+ never asks how this one ended (INQ-1).
    """

    name = "result-callback-never"
    breaks = frozenset({"EC-28"})
    hides = ids("""
        ANS-1 CAN-1 CAN-2 CAN-3 CAN-5 EXP-1 INQ-1 INQ-3 NOT-3 NOT-8 SDK-1 SRV-1 SRV-3 SRV-7 SRV-9 UX-6 WIRE-3 WIRE-4
        WIRE-8
    """)

    def callback_of_result(self, callback: str, handed: Handed) -> Iterator[Message]:  # noqa: ARG002
        """Nothing."""
        return iter(())


class CallbackOnlySucceeds(ConformingMpp):
    """Executes the callback's success path however the payment ended.

    Where nothing was ever decided (REP-2), or no answer came that can be believed (FLT-1, FLT-5, FLT-13), it succeeds
    as well.
    """

    name = "result-callback-always-succeeds"
    breaks = frozenset({"FLT-1", "REP-2", "SDK-1"})
    observed = frozenset({"FLT-13", "FLT-5"})

    def callback_of_result(self, callback: str, handed: Handed) -> Iterator[Message]:  # noqa: ARG002
        """Success."""
        yield DecodeCallback(callback=callback, outcome="success")


class CallbackOnlyFails(ConformingMpp):
    """Executes the callback's failure path because there is no payload, though the payment succeeded."""

    name = "result-callback-always-fails"
    breaks = frozenset({"SDK-1"})

    def callback_of_result(self, callback: str, handed: Handed) -> Iterator[Message]:
        """Failure."""
        code = handed.error_code or "NO_PAYLOAD"
        yield DecodeCallback(callback=callback, outcome="failure", error_code=code, error_message="no payload")


class CallbackWithoutCode(ConformingMpp):
    """Executes the callback's failure path with words, and without a code."""

    name = "result-callback-without-code"
    breaks = frozenset({"SDK-1"})

    def callback_of_result(self, callback: str, handed: Handed) -> Iterator[Message]:
        """No error code."""
        yield from super().callback_of_result(callback, replace(handed, error_code=None))


class NoResultPage(ConformingMpp):
    """Goes back to its home screen after a payment.

    The page is asked of the client for either code, and of the MPP as a whole (UX-7). Payments that follow in the
    same conversation never begin, and Alipay+ never asks how they ended; no page can come too early (REP-4).
    """

    name = "result-page-never"
    breaks = frozenset({"EC-29", "OC-20", "UX-7"})
    hides = ids("""
        ANS-1 CAN-1 CAN-2 CAN-3 CAN-5 CAN-6 EXP-1 FLT-1 FLT-12 FLT-14 FLT-2 FLT-6 FLT-9 INQ-1 INQ-2 INQ-3 INQ-4 NOT-3
        NOT-8 OC-19 REG-1 REG-2 REP-2 REP-4 REP-5 SRV-1 SRV-3 SRV-7 SRV-9 UX-6 WIRE-3 WIRE-4 WIRE-5 WIRE-6 WIRE-7 WIRE-8
    """)

    def result_page(self, handed: Handed) -> Iterator[Message]:  # noqa: ARG002  # not shown
        """Nothing."""
        return iter(())


class NoPageOfFailure(ConformingMpp):
    """Shows a payment result page for payments that succeeded only.

    The same screen serves both codes. A payment after one that failed never begins in the same conversation, Alipay+
    never learns that it has failed, and no page of a failure can come too early (REP-4).
    """

    name = "result-page-of-success-only"
    breaks = frozenset({"EC-29", "OC-20"})
    hides = ids("""
        ANS-1 CAN-1 CAN-2 CAN-3 CAN-5 CAN-6 FLT-9 INQ-1 INQ-3 NOT-8 OC-19 REP-4 SRV-7 WIRE-3 WIRE-4 WIRE-5 WIRE-8
    """)

    def result_page(self, handed: Handed) -> Iterator[Message]:
        """Nothing after a failure."""
        if handed.payment_status == "S":
            yield from super().result_page(handed)


class AlwaysPageOfSuccess(ConformingMpp):
    """Shows every payment as paid.

    The same screen serves both codes, and all that is not to be paid: HANDLE_BY_SDK without a payload (FLT-2), what
    was never answered (FLT-5), signed (FLT-1, FLT-13) or decided (REP-2), another customer's order (FLT-6, REP-5), one
    that was cancelled (CAN-4) or is overdue (EXP-1).
    """

    name = "result-page-always-says-paid"
    breaks = frozenset({"EC-29", "FLT-1", "FLT-2", "OC-20", "REP-2", "REP-5"})
    observed = frozenset({"CAN-4", "EXP-1", "FLT-5", "FLT-6", "FLT-13"})

    def result_page(self, handed: Handed) -> Iterator[Message]:  # noqa: ARG002  # not looked at
        """S."""
        yield ResultPage(status="S")


class NoPageForEntryCode(ConformingMpp):
    """Leaves the result page to the merchant when an entry code was scanned.

    The page is asked of the client, and of the MPP as a whole (UX-7). Payments that follow in the same conversation
    never begin, and Alipay+ never asks how this one ended (INQ-1); no page can come too early (REP-4).
    """

    name = "result-page-for-order-codes-only"
    breaks = frozenset({"EC-29", "UX-7"})
    hides = ids("""
        ANS-1 CAN-1 CAN-2 CAN-3 CAN-5 EXP-1 INQ-1 INQ-3 NOT-3 NOT-8 REP-4 SRV-1 SRV-3 SRV-7 SRV-9 UX-6 WIRE-3 WIRE-4
        WIRE-8
    """)

    def show_result(self, session: Session, handed: Handed) -> Iterator[Message]:
        """Only the callback, for an entry code."""
        if session.callback is None:
            yield from super().show_result(session, handed)
        else:
            yield from self.callback_of_result(session.callback, handed)


class NoPageOfEntryFailure(ConformingMpp):
    """Leaves it to the merchant to tell of an entry code payment that failed.

    Payments that follow one in the same conversation never begin, and no page of a failure can come too early
    (REP-4).
    """

    name = "result-page-of-entry-code-success-only"
    breaks = frozenset({"EC-29"})
    hides = ids("""
        ANS-1 CAN-1 CAN-2 CAN-3 CAN-5 INQ-1 NOT-8 REP-4 SRV-7 WIRE-3 WIRE-4 WIRE-8
    """)

    def show_result(self, session: Session, handed: Handed) -> Iterator[Message]:
        """Only the callback, after a failure."""
        if session.callback is not None and handed.payment_status == "F":
            yield from self.callback_of_result(session.callback, handed)
        else:
            yield from super().show_result(session, handed)


class NoPageOfOrderFailure(ConformingMpp):
    """Closes its cashier without a word when an order code payment failed.

    A payment after that one never begins in the same conversation, Alipay+ never learns that it has failed, and no
    page of a failure can come too early (REP-4).
    """

    name = "result-page-of-order-code-success-only"
    breaks = frozenset({"OC-20"})
    hides = ids("""
        ANS-1 CAN-1 CAN-2 CAN-3 CAN-5 CAN-6 FLT-9 INQ-1 INQ-3 NOT-8 OC-19 REP-4 SRV-7 WIRE-3 WIRE-4 WIRE-5 WIRE-8
    """)

    def show_result(self, session: Session, handed: Handed) -> Iterator[Message]:
        """Nothing, after a failure."""
        if session.callback is not None or handed.payment_status == "S":
            yield from super().show_result(session, handed)


class FailureBeforeSuccess(ConformingMpp):
    """Opens its result page with the failure that it starts from, and corrects it when it has drawn the page.

    The same screen serves both codes. Its server tells Alipay+ before, and its hand-over is not reported. An end like
    that shows nothing of a prompt payment (FLT-14).
    """

    name = "failure-shown-before-success"
    breaks = frozenset({"EC-29", "OC-20"})
    hides = frozenset({"FLT-14"})
    app_link = False

    def result_page(self, handed: Handed) -> Iterator[Message]:
        """F first."""
        yield ResultPage(status="F")
        yield from super().result_page(handed)


class SuccessBeforeCashier(ConformingMpp):
    """Shows the page of a success as soon as there is an order, and its cashier page after that.

    The same screen serves both codes, and an order that is overdue (EXP-1). What is cancelled then was shown as taken
    before (CAN-4, SRV-7).
    """

    name = "success-shown-before-the-cashier-page"
    breaks = frozenset({"EC-29", "OC-20"})
    hides = frozenset({"CAN-4", "SRV-7"})
    observed = frozenset({"EXP-1"})

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """S first."""
        if self.booked(session, order).status is None:
            yield ResultPage(status="S")
        yield from super().pay(session, order)


@dataclass
class SuccessCalledBackWithGoods(ConformingMpp):
    """Tells the SDK of a success where an order with a list of goods was not paid."""

    name = "failed-payment-with-goods-called-back-as-success"
    breaks = frozenset({"SDK-1"})
    with_goods: set[str] = field(default_factory=set)
    """Callbacks."""

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """Keeps what it is about."""
        if session.callback is not None and "goodsName" in (answer.body or ""):
            self.with_goods.add(session.callback)
        yield from super().answered(session, answer)

    def callback_of_result(self, callback: str, handed: Handed) -> Iterator[Message]:
        """Success."""
        changed = replace(handed, payment_status="S") if callback in self.with_goods else handed
        yield from super().callback_of_result(callback, changed)


class InvalidCodeNotShown(ConformingMpp):
    """Has no words for a code that is invalid, and shows no page of it.

    The same screen serves both codes. Payments that follow it in the same conversation never begin (NOT-8, OC-19).
    """

    name = "invalid-code-not-shown"
    breaks = frozenset({"EC-29", "OC-20"})
    hides = frozenset({"NOT-8", "OC-19"})

    def result_page(self, handed: Handed) -> Iterator[Message]:
        """Nothing."""
        return iter(()) if handed.error_code == "INVALID_CODE" else super().result_page(handed)


class CallbackWithoutMessage(ConformingMpp):
    """Executes the callback's failure path with a code, and without a word."""

    name = "result-callback-without-message"
    observed = frozenset({"SDK-3"})

    def callback_of_result(self, callback: str, handed: Handed) -> Iterator[Message]:
        """No error message."""
        for message in super().callback_of_result(callback, handed):
            yield replace(message, error_message=None) if isinstance(message, DecodeCallback) else message


class CancelledCalledBackAsSuccess(ConformingMpp):
    """Tells the SDK of a success where an order was closed while its cashier page was open."""

    name = "closed-order-called-back-as-success"
    breaks = frozenset({"SDK-1"})

    def callback_of_result(self, callback: str, handed: Handed) -> Iterator[Message]:
        """The page was closed, and no error was there."""
        closed = handed.error_code == CLOSED and any(entry.cancelled for entry in self.books.values())
        yield from super().callback_of_result(callback, replace(handed, payment_status="S") if closed else handed)
