"""MPPs that do nothing, refuse everything, or say the same whatever they are asked.

They show that no duty is met by an absence: whoever does nothing breaks few sentences, and has shown nothing. ``mute``
names what they are mute in.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar, Final

from mpp_conformance.protocol.messages import (
    GATEWAY,
    CancelPayment,
    CancelPaymentAnswer,
    InquiryPayment,
    InquiryPaymentAnswer,
    Message,
    UserInitiatedPayAnswer,
)
from mpp_conformance.specimens.conforming import ConformingMpp, Handed, Say, Session
from mpp_conformance.specimens.consequences import ids

Call = InquiryPayment | CancelPayment
Answer = InquiryPaymentAnswer | CancelPaymentAnswer

CALLS: Final = "the calls of Alipay+"
CLIENT: Final = "the MPP client"
REPORTS: Final = "the adaptor's reports"
SERVER: Final = "the answers of userInitiatedPay"
EVERYTHING: Final = "everything"


_NOT_REPORTED: Final = frozenset({"FLT-8", "SRV-1", "SRV-3", "SRV-4", "SRV-7", "SRV-8", "UX-1", "UX-7"})
"""What a wallet seems to fail that claims to report and does not."""


class Mute(ConformingMpp):
    """Common ground of those who are mute in something."""

    mute: ClassVar[str]


class DoesNothing(Mute):
    """Does nothing at all.

    A code that is scanned leads nowhere (EC-6, SRV-1, SRV-2), and nothing follows.
    """

    name = "nothing-done"
    mute = EVERYTHING
    hides = ids("""
        ANS-1 ANS-2 CAN-1 CAN-2 CAN-3 CAN-4 CAN-5 CAN-6 EC-16 EC-25 EC-28 EC-29 EC-3 EC-6 EC-9 EXP-1 FLT-1 FLT-10 FLT-11
        FLT-12 FLT-13 FLT-14 FLT-2 FLT-3 FLT-4 FLT-5 FLT-6 FLT-7 FLT-8 FLT-9 INQ-1 INQ-2 INQ-3 INQ-4 NOT-1 NOT-2 NOT-3
        NOT-4 NOT-5 NOT-6 NOT-7 NOT-8 NOT-9 OC-16 OC-19 OC-20 OC-5 REG-1 REG-2 REG-3 REG-4 REP-1 REP-2 REP-3 REP-4 REP-5
        REP-6 SDK-1 SDK-2 SRV-1 SRV-2 SRV-3 SRV-4 SRV-5 SRV-6 SRV-7 SRV-8 SRV-9 UX-1 UX-6 UX-7 UX-8 WIRE-1 WIRE-2 WIRE-3
        WIRE-4 WIRE-5 WIRE-6 WIRE-7 WIRE-8
    """)

    def hear(self, session: str, message: Message) -> Iterator[Say]:  # noqa: ARG002  # whatever it is
        """Nothing."""
        return iter(())


class ActsOnNoAnswer(Mute):
    """Asks Alipay+, and does nothing with what it is answered.

    What is to be passed on, paid or shown is not, and nothing else is shown by that.
    """

    name = "answers-not-acted-on"
    mute = SERVER
    hides = ids("""
        ANS-1 CAN-1 CAN-2 CAN-3 CAN-4 CAN-5 CAN-6 EC-25 EC-28 EC-29 EXP-1 FLT-1 FLT-11 FLT-12 FLT-14 FLT-2 FLT-3 FLT-6
        FLT-7 FLT-8 FLT-9 INQ-1 INQ-2 INQ-3 INQ-4 NOT-1 NOT-2 NOT-3 NOT-4 NOT-6 NOT-8 NOT-9 OC-16 OC-19 OC-20 REG-1
        REG-2 REG-3 REG-4 REP-1 REP-2 REP-5 SDK-1 SRV-1 SRV-3 SRV-4 SRV-5 SRV-6 SRV-7 SRV-8 SRV-9 UX-1 UX-6 UX-7 WIRE-3
        WIRE-4 WIRE-5 WIRE-6 WIRE-7 WIRE-8
    """)
    observed = frozenset(["REP-3"])

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:  # noqa: ARG002
        """Nothing."""
        return iter(())


class DeclinesEverything(Mute):
    """Tells its client of every payment that it has failed.

    With HANDLE_BY_SDK, too; where it is to pay, it pays nothing, so that nobody knows whether it would refrain.
    """

    name = "every-payment-declined"
    mute = SERVER
    breaks = frozenset({"SDK-1", "SRV-3", "SRV-4", "SRV-6", "SRV-8", "UX-1"})
    hides = ids("""
        ANS-1 CAN-1 CAN-2 CAN-3 CAN-4 CAN-5 CAN-6 EC-25 EXP-1 FLT-1 FLT-11 FLT-14 FLT-2 FLT-3 FLT-7 INQ-1 INQ-2 INQ-3
        INQ-4 NOT-1 NOT-2 NOT-3 NOT-4 NOT-6 NOT-8 NOT-9 OC-16 OC-20 REG-1 REG-2 REG-3 REG-4 REP-2 REP-5 SRV-5 SRV-7 UX-6
        UX-7 WIRE-3 WIRE-4 WIRE-5 WIRE-6 WIRE-7 WIRE-8
    """)
    observed = frozenset(["REP-3", "UX-8"])

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """F, whatever was answered."""
        yield from self.take(session, Handed(payment_status="F", error_code=answer.result_code))


class TellsOfSuccess(Mute):
    """Tells its client of every payment that it was taken, and takes none.

    With HANDLE_BY_SDK and above the limits, too; Alipay+ is notified of nothing.
    """

    name = "every-payment-told-as-paid"
    mute = SERVER
    breaks = ids("""
        NOT-1 REG-1 REG-2 REG-3 REG-4 REP-2 SRV-3 SRV-4 SRV-8 UX-1 UX-6
    """)
    hides = ids("""
        ANS-1 CAN-1 CAN-2 CAN-3 CAN-4 CAN-5 CAN-6 EC-25 EXP-1 FLT-1 FLT-12 FLT-14 FLT-2 FLT-6 INQ-1 INQ-2 INQ-3 INQ-4
        NOT-2 NOT-3 NOT-4 NOT-5 NOT-6 NOT-8 NOT-9 OC-16 REP-5 SRV-1 SRV-6 SRV-7 SRV-9 WIRE-3 WIRE-4 WIRE-5 WIRE-6 WIRE-7
        WIRE-8
    """)
    observed = frozenset({"FLT-5", "REP-3", "UX-8"})

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:  # noqa: ARG002
        """S, whatever was answered."""
        yield from self.take(session, Handed(payment_status="S"))


class ClientDoesNothing(Mute):
    """Has a client that does nothing with what it is handed.

    The next payment of a conversation never begins, and Alipay+ never asks how one ended.
    """

    name = "hand-overs-not-acted-on"
    mute = CLIENT
    breaks = frozenset({"EC-25", "EC-28", "EC-29", "OC-16", "OC-20", "UX-1", "UX-7"})
    hides = ids("""
        ANS-1 CAN-1 CAN-2 CAN-3 CAN-5 CAN-6 EXP-1 FLT-1 FLT-12 FLT-14 FLT-2 FLT-6 FLT-9 INQ-1 INQ-2 INQ-3 INQ-4 NOT-3
        NOT-8 OC-19 REG-1 REG-2 REP-2 REP-4 REP-5 SDK-1 SRV-1 SRV-3 SRV-4 SRV-7 SRV-9 UX-6 WIRE-3 WIRE-4 WIRE-5 WIRE-6
        WIRE-7 WIRE-8
    """)

    def act(self, session: Session, handed: Handed) -> Iterator[Message]:  # noqa: ARG002
        """Nothing."""
        return iter(())


class ReportsNothing(Mute):
    """Has an adaptor that reports nothing of what the client and the screens do.

    A wallet that claims to report its app link and does not seems to have handed nothing over.
    """

    name = "nothing-reported"
    mute = REPORTS
    breaks = frozenset(["SRV-3", "SRV-4", "SRV-7", "SRV-8", "UX-1", "UX-7"])
    hides = ids("""
        ANS-1 ANS-2 CAN-1 CAN-2 CAN-3 CAN-4 CAN-5 CAN-6 EC-16 EC-25 EC-28 EC-29 EC-3 EC-6 EC-9 EXP-1 FLT-1 FLT-12 FLT-13
        FLT-14 FLT-2 FLT-4 FLT-5 FLT-6 FLT-7 INQ-1 INQ-2 INQ-3 INQ-4 NOT-1 NOT-2 NOT-3 NOT-4 NOT-5 NOT-7 NOT-8 NOT-9
        OC-16 OC-19 OC-20 REG-1 REG-2 REG-3 REG-4 REP-1 REP-2 REP-3 REP-4 REP-5 REP-6 SDK-1 SDK-2 SRV-1 SRV-2 SRV-5
        SRV-6 SRV-9 UX-6 UX-8 WIRE-1 WIRE-2 WIRE-3 WIRE-4 WIRE-5 WIRE-6 WIRE-7 WIRE-8
    """)
    observed = frozenset(["FLT-8"])

    def hear(self, session: str, message: Message) -> Iterator[Say]:
        """Only what goes to Alipay+."""
        return (say for say in super().hear(session, message) if say.message.point == GATEWAY)


class RefusesEveryCall(Mute):
    """Refuses each call of Alipay+, as if it were not signed.

    It may as well know no other key: what it refuses shows nothing.
    """

    name = "every-call-refused"
    mute = CALLS
    breaks = frozenset({"CAN-1", "INQ-1", "INQ-2"})
    hides = ids("""
        CAN-2 CAN-3 CAN-4 CAN-5 CAN-6 INQ-3 INQ-4 NOT-3 SRV-7 WIRE-3 WIRE-4 WIRE-5 WIRE-6 WIRE-7 WIRE-8
    """)

    def served(self, call: Call) -> Answer:
        """INVALID_SIGNATURE."""
        return super().served(replace(call, signature="invalid"))


class KnowsNoOrder(Mute):
    """Knows no order when Alipay+ calls.

    That it does not know one that nobody placed shows nothing.
    """

    name = "every-call-answered-with-no-order"
    mute = CALLS
    breaks = frozenset({"CAN-1", "INQ-1"})
    hides = ids("""
        CAN-2 CAN-3 CAN-4 CAN-5 CAN-6 INQ-2 INQ-3 INQ-4 NOT-3 SRV-7 WIRE-3 WIRE-4 WIRE-5 WIRE-6 WIRE-7 WIRE-8
    """)

    def served(self, call: Call) -> Answer:
        """ORDER_NOT_EXIST."""
        return super().served(replace(call, signature="valid", payment_request_id="nobody's"))


class AnswersAlike(Mute):
    """Common ground of those who answer each call of Alipay+ alike.

    Whatever is right about one of the answers shows nothing.
    """

    mute = CALLS
    result: ClassVar[tuple[str, str]] = ("S", "SUCCESS")
    payment: ClassVar[tuple[str, str] | None] = None

    def served(self, call: Call) -> Answer:
        """The same, whoever asks about whatever."""
        status, code = self.result
        result = {"result_status": status, "result_code": code, "result_message": "as always"}
        if isinstance(call, CancelPayment):
            return CancelPaymentAnswer(**result)
        if self.payment is None:
            return InquiryPaymentAnswer(**result)
        status, code = self.payment
        return InquiryPaymentAnswer(**result, payment_status=status, payment_code=code, payment_message="as always")


class AlwaysPaid(AnswersAlike):
    """Answers each call of Alipay+ that all is well, and the payment taken."""

    name = "every-call-answered-as-paid"
    breaks = frozenset({"CAN-3", "INQ-1", "INQ-2", "INQ-3", "WIRE-5"})
    hides = ids("""
        CAN-1 CAN-2 CAN-5 CAN-6 INQ-4 NOT-3 SRV-7 WIRE-3 WIRE-4 WIRE-6 WIRE-7 WIRE-8
    """)
    observed = frozenset({"CAN-4"})
    payment = ("S", "SUCCESS")


class AlwaysClosed(AnswersAlike):
    """Answers each call of Alipay+ that all is well, and the order closed."""

    name = "every-call-answered-as-closed"
    breaks = frozenset({"INQ-1", "INQ-2", "INQ-3", "WIRE-5"})
    hides = ids("""
        CAN-1 CAN-2 CAN-3 CAN-5 CAN-6 INQ-4 NOT-3 SRV-7 WIRE-3 WIRE-4 WIRE-6 WIRE-7 WIRE-8
    """)
    observed = frozenset({"CAN-4"})
    payment = ("F", "ORDER_IS_CLOSED")


class AlwaysUnderWay(AnswersAlike):
    """Answers each call of Alipay+ that all is well, and the payment under way."""

    name = "every-call-answered-as-under-way"
    breaks = frozenset({"CAN-3", "INQ-1", "INQ-2", "WIRE-5"})
    hides = ids("""
        CAN-1 CAN-2 CAN-5 CAN-6 INQ-3 INQ-4 NOT-3 SRV-7 WIRE-3 WIRE-4 WIRE-6 WIRE-7 WIRE-8
    """)
    observed = frozenset({"CAN-4"})
    payment = ("U", "PAYMENT_IN_PROCESS")


class AlwaysUnknown(AnswersAlike):
    """Answers each call of Alipay+ that it does not know."""

    name = "every-call-answered-with-unknown"
    observed = frozenset({"CAN-6"})
    breaks = frozenset({"INQ-1"})
    hides = ids("""
        CAN-1 CAN-2 CAN-3 CAN-4 CAN-5 INQ-2 INQ-3 INQ-4 NOT-3 SRV-7 WIRE-3 WIRE-4 WIRE-5 WIRE-6 WIRE-7 WIRE-8
    """)
    result = ("U", "UNKNOWN_EXCEPTION")


class ServesNoCalls(Mute):
    """Answers no call of Alipay+.

    Without an answer nothing can be said of what it says, or of how it is signed.
    """

    name = "no-call-served"
    mute = CALLS
    breaks = frozenset({"WIRE-4"})
    hides = ids("""
        CAN-1 CAN-2 CAN-3 CAN-4 CAN-5 CAN-6 INQ-1 INQ-2 INQ-3 INQ-4 NOT-3 SRV-7 WIRE-3 WIRE-5 WIRE-6 WIRE-7 WIRE-8
    """)

    def hear(self, session: str, message: Message) -> Iterator[Say]:
        """Nothing to them."""
        return iter(()) if isinstance(message, Call) else super().hear(session, message)
