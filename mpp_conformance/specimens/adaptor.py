"""MPPs that may be sound, behind an adaptor that is not.

Where its reports cannot be read they accuse nobody, and prove nothing; what it does with broken calls is observed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from mpp_conformance.protocol.messages import DecodeCallback, HandleAction, Message, ResultPage
from mpp_conformance.scenarios.scenario import HEALTH
from mpp_conformance.specimens.conforming import ConformingMpp, Say
from mpp_conformance.specimens.consequences import ids


class StatusInWords(ConformingMpp):
    """Reports the status of a result page as a word.

    Every report of a result page is unreadable: whatever asks for one is undecided, and so are payments that
    would follow it.
    """

    name = "page-status-reported-in-words"
    hides = ids("""
        ANS-1 CAN-1 CAN-2 CAN-3 CAN-4 CAN-5 CAN-6 EC-29 EXP-1 FLT-1 FLT-12 FLT-14 FLT-2 FLT-5 FLT-6 INQ-1 INQ-2 INQ-3
        INQ-4 NOT-3 NOT-8 OC-19 OC-20 REG-1 REG-2 REP-2 REP-4 REP-5 SRV-1 SRV-3 SRV-7 SRV-9 UX-6 UX-7 WIRE-3 WIRE-4
        WIRE-5 WIRE-6 WIRE-7 WIRE-8
    """)

    def hear(self, session: str, message: Message) -> Iterator[Say]:
        """PAID for S."""
        for say in super().hear(session, message):
            found = say.message
            yield replace(say, message=replace(found, status="PAID")) if isinstance(found, ResultPage) else say


class CallbackWithoutName(ConformingMpp):
    """Reports callbacks without the name that decode gave them.

    Every report of a callback is unreadable: whatever asks for one is undecided, and so are payments that would
    follow it.
    """

    name = "callback-reported-without-name"
    hides = ids("""
        ANS-1 CAN-1 CAN-2 CAN-3 CAN-5 EC-25 EC-28 EXP-1 FLT-14 FLT-4 INQ-1 INQ-3 NOT-3 NOT-8 REP-2 SDK-1 SRV-1 SRV-3
        SRV-4 SRV-7 SRV-9 UX-1 UX-6 WIRE-3 WIRE-4 WIRE-8
    """)

    def hear(self, session: str, message: Message) -> Iterator[Say]:
        """No name."""
        for say in super().hear(session, message):
            found = say.message
            yield replace(say, message=replace(found, callback="")) if isinstance(found, DecodeCallback) else say


class PayloadAsObject(ConformingMpp):
    """Reports the payload of handleAction as the object it takes it for.

    Every report of handleAction is unreadable: whatever asks for one is undecided, and so are payments that would
    follow it.
    """

    name = "handle-action-reported-as-object"
    hides = frozenset({"ANS-1", "NOT-8", "OC-16", "REG-1", "REG-2", "SRV-3", "SRV-4", "UX-1"})

    def hear(self, session: str, message: Message) -> Iterator[Say]:
        """An object for a text."""
        for say in super().hear(session, message):
            if isinstance(say.message, HandleAction):
                garbled = HandleAction(sdk_action_payload={})  # type: ignore[arg-type]  # the fault
                yield replace(say, message=garbled)
            else:
                yield say


class CrashesOnBrokenCalls(ConformingMpp):
    """Has an adaptor that looks for every field before it looks whether it is there."""

    name = "broken-calls-crash-adaptor"
    observed = frozenset({"ADP-1"})

    def probed(self, operation: str, body: bytes) -> str:
        """500 where 400 should be."""
        return super().probed(operation, body).replace("400", "500")


class TakesBrokenCalls(ConformingMpp):
    """Has an adaptor that thanks for every call."""

    name = "broken-calls-taken"
    observed = frozenset({"ADP-1"})

    def probed(self, operation: str, body: bytes) -> str:
        """202 where 400 should be."""
        return super().probed(operation, body).replace("400", "202")


@dataclass
class DiesOfBrokenCall(ConformingMpp):
    """Has an adaptor that refuses a broken call and is in no good health after it."""

    name = "adaptor-unwell-after-broken-call"
    observed = frozenset({"ADP-2"})
    unwell: bool = False

    def probed(self, operation: str, body: bytes) -> str:
        """503 where it is asked for its health."""
        status = super().probed(operation, body)
        self.unwell = self.unwell or status == "400"
        return "503" if operation == HEALTH and self.unwell else status
