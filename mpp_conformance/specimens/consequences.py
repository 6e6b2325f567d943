"""What cannot be judged any more once something is missing: ids of requirements, for specimens to name.

A requirement that holds for both kinds of code is undecided as soon as it cannot be judged for one of them.
"""

from typing import Final


def ids(text: str) -> frozenset[str]:
    """The ids in a text, with blanks between them."""
    return frozenset(text.split())


_ENTRY_FAULTS: Final = frozenset({"FLT-1", "FLT-2", "FLT-4", "FLT-5", "FLT-7", "FLT-8", "FLT-12", "FLT-13", "FLT-14"})
_ORDER_FAULTS: Final = _ENTRY_FAULTS | {"FLT-3", "FLT-6", "FLT-9", "FLT-10", "FLT-11"}
_SERVER: Final = frozenset({"SRV-3", "SRV-4", "SRV-5", "SRV-6", "SRV-7", "SRV-8", "ANS-1", "ANS-2"})
_EITHER_CODE: Final = _SERVER | {"UX-1", "UX-6", "UX-7", "UX-8", "REG-1", "REG-2", "REG-3", "REG-4"}
_NOTICES: Final = frozenset({"NOT-1", "NOT-2", "NOT-4", "NOT-5", "NOT-7", "NOT-8", "NOT-9"})
_REPEATED: Final = frozenset({"REP-1", "REP-2", "REP-3", "REP-4"})
_CALLED_WHEN_OVER: Final = frozenset(
    {
        *("CAN-1", "CAN-2", "CAN-3", "CAN-5", "CAN-6", "INQ-1", "INQ-2", "INQ-3", "INQ-4", "NOT-3"),
        *("WIRE-3", "WIRE-4", "WIRE-5", "WIRE-6", "WIRE-7", "WIRE-8"),
    }
)
_CALLED: Final = _CALLED_WHEN_OVER | {"CAN-4"}
_OF_ENTRY_CODES: Final = (
    _NOTICES
    | _REPEATED
    | {"CAN-1", "CAN-2", "CAN-3", "CAN-4", "CAN-5", "INQ-1", "INQ-3", "NOT-3", "EXP-1", "WIRE-3", "WIRE-4", "WIRE-8"}
)
_OF_ORDER_CODES: Final = _NOTICES | _REPEATED | _CALLED | {"NOT-3", "NOT-6", "EXP-1", "REP-5"}
ENTRY_UNDECIDED: Final = _EITHER_CODE | _OF_ENTRY_CODES | _ENTRY_FAULTS | {"EC-25", "EC-28", "EC-29", "SDK-1"}
"""Alipay+ decides on no entry code payment: all that follows from its answer."""
ORDER_UNDECIDED: Final = _EITHER_CODE | _OF_ORDER_CODES | _ORDER_FAULTS | {"OC-16", "OC-19", "OC-20"}
"""Likewise for order codes."""
UNDECIDED: Final = ENTRY_UNDECIDED | ORDER_UNDECIDED
"""Likewise for all codes."""
ENTRY_UNASKED: Final = ENTRY_UNDECIDED | {"EC-16", "REP-6", "SRV-9", "WIRE-1", "WIRE-2"}
"""Alipay+ is asked about no entry code payment: the question itself, too."""
ORDER_UNASKED: Final = ORDER_UNDECIDED | {"OC-5", "REP-6", "SRV-9", "WIRE-1", "WIRE-2"}
"""Likewise for order codes."""
PAYLOAD_NOT_HANDED: Final = frozenset({"EC-25", "OC-16"})
"""The client was handed no payload, so that it had none to give."""
RESULT_NOT_HANDED: Final = frozenset({"EC-28", "EC-29", "OC-20", "SDK-1"})
"""The client was handed no payment result, so that it had none to show or to wait for."""
_NEXT_PAYMENT: Final = frozenset({"SRV-1", "SRV-3", "SRV-9", "UX-6", "REP-6", "ANS-1"})
AFTER_ENTRY_PAYMENT: Final = _NEXT_PAYMENT | {"CAN-1", "CAN-5", "INQ-1"}
"""The next payment of a conversation begins, and Alipay+ asks, when the one before has come to its end."""
AFTER_ORDER_PAYMENT: Final = (
    _CALLED_WHEN_OVER
    | _NEXT_PAYMENT
    | {"SRV-7", "REG-1", "REG-2", "REP-2", "REP-5", "FLT-1", "FLT-2", "FLT-6", "FLT-12", "FLT-14"}
)
"""Likewise for order codes."""
NOTICES_UNREAD: Final = _NOTICES - {"NOT-7"} | {"NOT-6", "CAN-4", "EXP-1", "ANS-2"}
"""No notification can be read: neither what it says, nor whether it was signed, nor what it may not say."""
NO_FAILURE_NOTICE_READ: Final = frozenset({"NOT-2", "NOT-3", "NOT-5", "CAN-4", "EXP-1"})
"""Likewise, where those of a success can."""
ORDER_NOT_PAID: Final = _CALLED_WHEN_OVER | {
    *("NOT-1", "NOT-4", "NOT-6", "OC-19", "REP-2", "REP-4", "REP-5", "REP-6"),
    *("FLT-1", "FLT-14", "FLT-2", "SRV-1", "SRV-9", "UX-6"),
}
"""An order code payment comes to no end: there is nothing to notify or to ask about."""
ENTRY_NOT_PAID: Final = frozenset(
    {"CAN-1", "CAN-4", "CAN-5", "INQ-1", "NOT-1", "NOT-3", "NOT-4", "REP-4", "REP-6", "SRV-1", "SRV-9", "UX-6"}
)
"""Likewise for an entry code, before whose cashier page it ends."""
FAILURE_NOT_SHOWN: Final = ids("CAN-1 CAN-2 CAN-3 CAN-5 INQ-1 INQ-3 REP-4 WIRE-5")
"""The consumer sees no page of a failure: Alipay+ does not know that it is over, nor is one shown too early."""
AFTER_ENTRY_STOP: Final = frozenset({"ANS-1", "FLT-14", "REP-6", "SRV-3", "SRV-4"})
"""Likewise, where the one before was left to the SDK."""
AFTER_ORDER_STOP: Final = frozenset({"ANS-1", "REP-6", "SRV-3", "SRV-4", "REG-1", "REG-2"})
"""Likewise for order codes."""
