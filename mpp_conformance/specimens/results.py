"""MPPs whose server does not go on with a payment left to it, or keeps the result from its client."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from mpp_conformance.protocol.messages import (
    HANDLE_BY_PSP,
    HANDLE_BY_SDK,
    CashierPage,
    Message,
    Order,
    ServerAnswer,
    UserInitiatedPayAnswer,
)
from mpp_conformance.specimens.conforming import ConformingMpp, Handed, Session
from mpp_conformance.specimens.consequences import FAILURE_NOT_SHOWN, RESULT_NOT_HANDED, ids


class NeverPays(ConformingMpp):
    """Waits for a confirmation that never comes.

    So does an adaptor that never gives one, and a server that does not know the test customers: where no payment ever
    succeeds, nobody is failed, and no case that waits for a payment's result proves anything.
    """

    name = "payments-left-hanging"
    hides = ids("""
        ANS-1 CAN-1 CAN-2 CAN-3 CAN-5 CAN-6 EC-28 EC-29 EXP-1 FLT-1 FLT-11 FLT-12 FLT-14 FLT-2 FLT-3 FLT-6 FLT-7 FLT-8
        FLT-9 INQ-1 INQ-2 INQ-3 INQ-4 NOT-1 NOT-2 NOT-3 NOT-4 NOT-6 NOT-8 NOT-9 OC-19 OC-20 REG-1 REG-2 REG-3 REG-4
        REP-2 REP-4 REP-5 SDK-1 SRV-1 SRV-3 SRV-5 SRV-6 SRV-7 SRV-9 UX-6 UX-7 WIRE-3 WIRE-4 WIRE-5 WIRE-6 WIRE-7 WIRE-8
    """)

    def pay(self, session: Session, order: Order) -> Iterator[Message]:  # noqa: ARG002  # not paid
        """The cashier page, and no more."""
        yield CashierPage()


class NeverPaysOrderCodes(ConformingMpp):
    """Opens the cashier for decode calls of the client SDK only.

    Every case that waits for the result of such a payment fails: within each limit (REG-1 to REG-4), beside an unused
    payload (SRV-3), the payment itself (SRV-5), its result (SRV-7) and its page (UX-7), and wherever a fault of
    Alipay+'s is to be borne; for entry codes the same customers do pay. Its client has none to go by, and Alipay+ is
    notified of nothing (NOT-2) that it could ask about.
    """

    name = "order-code-payments-left-hanging"
    breaks = frozenset({"REG-1", "REG-2", "REG-3", "REG-4", "SRV-3", "SRV-5", "SRV-7", "UX-7"})
    hides = ids("""
        ANS-1 CAN-1 CAN-2 CAN-3 CAN-4 CAN-5 CAN-6 EXP-1 FLT-1 FLT-12 FLT-14 FLT-2 FLT-6 INQ-1 INQ-2 INQ-3 INQ-4 NOT-1
        NOT-3 NOT-4 NOT-6 NOT-8 NOT-9 OC-19 OC-20 REP-2 REP-4 REP-5 SRV-1 SRV-6 SRV-9 UX-6 WIRE-3 WIRE-4 WIRE-5 WIRE-6
        WIRE-7 WIRE-8
    """)
    observed = frozenset({"FLT-11", "FLT-3", "FLT-7", "FLT-8", "FLT-9", "NOT-2"})

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """Only with a callback to execute."""
        if session.callback is not None:
            yield from super().pay(session, order)


class NeverPaysEntryCodes(ConformingMpp):
    """Opens the cashier for scanned order codes only.

    Every case that waits for the result of such a payment fails, as for the one above, but for the limit of order
    codes per transaction. Its client has none to go by, and Alipay+ is notified of nothing (NOT-2) that it could ask
    about.
    """

    name = "entry-code-payments-left-hanging"
    breaks = frozenset({"REG-2", "REG-3", "REG-4", "SRV-3", "SRV-5", "SRV-7", "UX-7"})
    hides = ids("""
        ANS-1 CAN-1 CAN-2 CAN-3 CAN-4 CAN-5 EC-28 EC-29 EXP-1 INQ-1 INQ-3 NOT-1 NOT-3 NOT-4 NOT-8 NOT-9 REP-4 SDK-1
        SRV-1 SRV-6 SRV-9 UX-6 WIRE-3 WIRE-4 WIRE-8
    """)
    observed = frozenset({"FLT-7", "NOT-2"})

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """Only without a callback to execute."""
        if session.callback is None:
            yield from super().pay(session, order)


class KeepsResults(ConformingMpp):
    """Debits and notifies, and tells its client nothing.

    The consumer sees no result either (UX-7, FLT-8). Its client has none to go by, and nobody can see an error code
    (SRV-6). Payments that follow in the same conversation never begin, and Alipay+ never asks how they ended.
    """

    name = "results-kept-from-client"
    breaks = frozenset({"SRV-7", "UX-7"})
    hides = ids("""
        ANS-1 CAN-1 CAN-2 CAN-3 CAN-5 CAN-6 EC-28 EC-29 EXP-1 FLT-1 FLT-12 FLT-14 FLT-2 FLT-6 INQ-1 INQ-2 INQ-3 INQ-4
        NOT-3 NOT-8 OC-19 OC-20 REG-1 REG-2 REP-2 REP-4 REP-5 SDK-1 SRV-1 SRV-3 SRV-6 SRV-9 UX-6 WIRE-3 WIRE-4 WIRE-5
        WIRE-6 WIRE-7 WIRE-8
    """)
    observed = frozenset({"FLT-8"})

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """No hand-over."""
        yield CashierPage()
        yield from self.notify(session, order, self.settled(session, order))


class KeepsFailures(ConformingMpp):
    """Tells its client of payments that succeeded, and lets the others run into a timeout.

    The same holds for decoding that failed (SRV-8), and where no answer came (FLT-8). Its client has no result to go
    by, nobody can see an error code (SRV-6), a payment after that never begins in the same conversation (FLT-9), and
    Alipay+ never learns that a payment has failed.
    """

    name = "failures-kept-from-client"
    breaks = frozenset({"SRV-7", "SRV-8"})
    hides = (
        FAILURE_NOT_SHOWN
        | RESULT_NOT_HANDED
        | ids("""
        ANS-1 CAN-6 FLT-9 NOT-8 OC-19 SRV-3 SRV-6 WIRE-3 WIRE-4 WIRE-8
    """)
    )
    observed = frozenset({"FLT-8"})

    def take(self, session: Session, handed: Handed) -> Iterator[Message]:
        """No hand-over of a failure."""
        if handed.payment_status != "F":
            yield from super().take(session, handed)


class AlwaysTellsSuccess(ConformingMpp):
    """Tells its client success before it has looked at the debit's outcome.

    A success has no error code (SRV-6).
    """

    name = "success-told-always"
    breaks = frozenset({"SRV-6", "SRV-7"})

    def take(self, session: Session, handed: Handed) -> Iterator[Message]:
        """Any result of a debit is S."""
        told = Handed(payment_status="S") if handed.error_code == "USER_BALANCE_NOT_ENOUGH" else handed
        yield from super().take(session, told)


@dataclass
class TellsSuccessFirst(ConformingMpp):
    """Tells its client success at once, and corrects itself when the debit has failed; the client takes the first.

    With two results that contradict each other nobody can say which one its client had to go by: that hides the
    client's duties after a failure.
    """

    name = "success-told-first"
    breaks = frozenset({"SRV-7"})
    hides = frozenset({"EC-29", "OC-20", "SDK-1"})
    shown: set[str] = field(default_factory=set)

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """S, then the truth."""
        if self.debit(session).payment_status == "F":
            yield from self.take(session, Handed(payment_status="S"))
        yield from super().pay(session, order)

    def show_result(self, session: Session, handed: Handed) -> Iterator[Message]:
        """Once."""
        if session.name not in self.shown:
            self.shown.add(session.name)
            yield from super().show_result(session, handed)


class TellsPendingAsFailure(ConformingMpp):
    """Tells its client failure while the debit is still under way, and it succeeds after that.

    The consumer of a payment within the limit is shown a failure (UX-7). What becomes of a late one cannot
    be seen (FLT-14, OC-20).
    """

    name = "pending-told-as-failure"
    breaks = frozenset({"SRV-7", "UX-7"})
    hides = frozenset({"FLT-14", "OC-20"})

    def take(self, session: Session, handed: Handed) -> Iterator[Message]:
        """S becomes F."""
        if handed.payment_status == "S":
            handed = Handed(payment_status="F", error_code="TIMEOUT")
        yield from super().take(session, handed)


class TakesBack(ConformingMpp):
    """Debits and notifies success, runs into a timeout of its own, and notifies and shows failure after that.

    The two notifications contradict each other (NOT-3). It does not report its app link: which of the two results its
    client was handed nobody can see (SRV-7), so neither the page nor the callback can be held against it. But a
    payment that was taken is shown as failed.
    """

    name = "success-taken-back"
    app_link = False
    breaks = frozenset({"NOT-3", "UX-7"})
    hides = frozenset({"EC-29", "FLT-14", "OC-20", "SDK-1", "SRV-7"})

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """S for Alipay+, then F for everybody."""
        result = self.settled(session, order)
        if result.payment_status == "S":
            yield from self.notify(session, order, result)
            result = Handed(payment_status="F", error_code="TIMEOUT")
        yield from self.notify(session, order, result)
        yield from self.take(session, result)


class NoErrorCode(ConformingMpp):
    """Has no error code for a payment that fails.

    What the server does not produce (SRV-6) its client cannot pass to the SDK (SDK-1).
    """

    name = "no-error-code"
    breaks = frozenset({"SDK-1", "SRV-6"})

    def take(self, session: Session, handed: Handed) -> Iterator[Message]:
        """No code of a failed debit."""
        if handed.error_code == "USER_BALANCE_NOT_ENOUGH":
            handed = replace(handed, error_code=None)
        yield from super().take(session, handed)


class NoErrorCodeForOrderCode(ConformingMpp):
    """Has an error code for the callback of decode only."""

    name = "no-error-code-for-order-code"
    breaks = frozenset({"SRV-6"})

    def debit(self, session: Session) -> Handed:
        """No code where there is no callback."""
        result = super().debit(session)
        return replace(result, error_code=None) if session.callback is None else result


class KeepsSuccess(ConformingMpp):
    """Tells its client only that it goes on; the client takes that for success unless it hears of a failure.

    Nobody can see what its client had to go by after a success.
    """

    name = "success-kept-from-client"
    breaks = frozenset({"SRV-7"})
    hides = RESULT_NOT_HANDED

    def take(self, session: Session, handed: Handed) -> Iterator[Message]:
        """No hand-over of a success."""
        if handed.payment_status == "S":
            yield ServerAnswer(action_type=HANDLE_BY_PSP)
            yield from self.act(session, handed)
        else:
            yield from super().take(session, handed)


class FailedDecodingIsSilent(ConformingMpp):
    """Logs a decoding that failed, and leaves its client waiting.

    Its client has no result to go by, nor has it one where no answer came (FLT-8); a payment after that never begins
    in the same conversation (FLT-9).
    """

    name = "failed-decoding-swallowed"
    breaks = frozenset({"SRV-8"})
    hides = RESULT_NOT_HANDED | {"ANS-1", "FLT-9", "NOT-8", "OC-19", "REP-4", "SRV-3"}
    observed = frozenset({"FLT-8"})

    def not_decoded(
        self,
        session: Session,  # noqa: ARG002  # not answered
        answer: UserInitiatedPayAnswer,  # noqa: ARG002  # not passed on
    ) -> Iterator[Message]:
        """Nothing."""
        return iter(())


class FailedDecodingIsPaid(ConformingMpp):
    """Takes HANDLE_BY_PSP for leave to go on, though decoding failed, and tells its client success.

    Where no answer came it does so as well (FLT-5), where it does not verify (FLT-1, FLT-13), and where HANDLE_BY_SDK
    brought no payload (FLT-2). What is never decided (REP-2) and another customer's code (REP-5) are told as paid, too,
    and so is a failure that comes after an order was paid (SRV-3).
    """

    name = "failed-decoding-told-as-success"
    breaks = frozenset({"FLT-1", "FLT-2", "REP-2", "REP-5", "SRV-3", "SRV-8"})
    observed = frozenset({"FLT-5", "FLT-13"})

    def not_decoded(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:  # noqa: ARG002
        """S without any order."""
        yield from self.take(session, Handed(payment_status="S"))


class FailedDecodingLeftToSdk(ConformingMpp):
    """Tells its client HANDLE_BY_SDK whenever decoding failed, with whatever payload there is.

    Its client does as it is told, and has no result to go by. That is so, too, where no answer (FLT-5), no decision
    (REP-2) or none that can be believed (FLT-1, FLT-13) came, or one of another actionType (FLT-4), and whatever comes
    before it (SRV-3).
    """

    name = "failed-decoding-left-to-sdk"
    breaks = frozenset({"FLT-1", "REP-2", "SRV-3", "SRV-8"})
    hides = RESULT_NOT_HANDED | {"ANS-1", "NOT-8", "OC-19", "REP-4"}
    observed = frozenset({"FLT-13", "FLT-4", "FLT-5"})

    def not_decoded(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """HANDLE_BY_SDK without a payload."""
        yield from self.pass_to_client(session, replace(answer, action_type=HANDLE_BY_SDK))


class FailedDecodingHasNoCode(ConformingMpp):
    """Tells its client that decoding failed, without an error code.

    What the server does not produce (SRV-8) its client cannot pass to the SDK (SDK-1).
    """

    name = "failed-decoding-without-code"
    breaks = frozenset({"SDK-1", "SRV-8"})

    def not_decoded(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:  # noqa: ARG002
        """F alone."""
        yield from self.take(session, Handed(payment_status="F"))
