"""MPPs that may be sound, behind an adaptor whose reports cannot be read: they accuse nobody, and prove nothing."""

from collections.abc import Iterator
from dataclasses import replace

from mpp_conformance.messages import DecodeCallback, HandleAction, Message, ResultPage
from mpp_conformance.specimens.conforming import ConformingMpp, Say
from mpp_conformance.specimens.consequences import (
    AFTER_ENTRY_STOP,
    AFTER_ORDER_PAYMENT,
    AFTER_ORDER_STOP,
)


class StatusInWords(ConformingMpp):
    """Reports the status of a result page as a word.

    Every report of a result page is unreadable: whatever asks for one is undecided, and so are payments that
    would follow it.
    """

    name = "page-status-reported-in-words"
    hides = AFTER_ORDER_PAYMENT | {"EC-29", "FLT-5", "OC-20", "UX-7"}

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
    hides = AFTER_ENTRY_STOP | {"EC-25", "EC-28", "FLT-4", "SDK-1", "UX-1"}

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
    hides = AFTER_ORDER_STOP | {"OC-16", "UX-1"}

    def hear(self, session: str, message: Message) -> Iterator[Say]:
        """An object for a text."""
        for say in super().hear(session, message):
            if isinstance(say.message, HandleAction):
                garbled = HandleAction(sdk_action_payload={})  # type: ignore[arg-type]  # the fault
                yield replace(say, message=garbled)
            else:
                yield say
