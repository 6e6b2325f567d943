"""What cannot be judged any more once something is missing: ids of requirements, for specimens to name.

A requirement that holds for both kinds of code is undecided as soon as it cannot be judged for one of them.
"""

from typing import Final

_ENTRY_FAULTS: Final = frozenset({"FLT-1", "FLT-2", "FLT-4", "FLT-5", "FLT-7", "FLT-8", "FLT-12"})
_ORDER_FAULTS: Final = _ENTRY_FAULTS | {"FLT-3", "FLT-6", "FLT-9", "FLT-10", "FLT-11"}
_SERVER: Final = frozenset({"SRV-3", "SRV-4", "SRV-5", "SRV-6", "SRV-7", "SRV-8", "ANS-1", "ANS-2"})
_EITHER_CODE: Final = _SERVER | {"UX-1", "UX-6", "UX-7", "UX-8", "REG-1", "REG-2", "REG-3", "REG-4"}
ENTRY_UNDECIDED: Final = _EITHER_CODE | _ENTRY_FAULTS | {"EC-25", "EC-28", "EC-29", "SDK-1"}
"""Alipay+ decides on no entry code payment: all that follows from its answer."""
ORDER_UNDECIDED: Final = _EITHER_CODE | _ORDER_FAULTS | {"OC-16", "OC-19", "OC-20"}
"""Likewise for order codes."""
UNDECIDED: Final = ENTRY_UNDECIDED | ORDER_UNDECIDED
"""Likewise for all codes."""
ENTRY_UNASKED: Final = ENTRY_UNDECIDED | {"EC-16", "WIRE-1", "WIRE-2"}
"""Alipay+ is asked about no entry code payment: the question itself, too."""
ORDER_UNASKED: Final = ORDER_UNDECIDED | {"OC-5", "WIRE-1", "WIRE-2"}
"""Likewise for order codes."""
PAYLOAD_NOT_HANDED: Final = frozenset({"EC-25", "OC-16"})
"""The client was handed no payload, so that it had none to give."""
RESULT_NOT_HANDED: Final = frozenset({"EC-28", "EC-29", "OC-20", "SDK-1"})
"""The client was handed no payment result, so that it had none to show or to wait for."""
AFTER_ENTRY_PAYMENT: Final = frozenset({"ANS-1", "SRV-3"})
"""In a conversation of several payments the next begins when the one before has come to its end."""
AFTER_ORDER_PAYMENT: Final = frozenset({"SRV-3", "REG-1", "REG-2", "FLT-6", "FLT-12", "ANS-1"})
"""Likewise for order codes."""
AFTER_ENTRY_STOP: Final = frozenset({"ANS-1", "SRV-3", "SRV-4"})
"""Likewise, where the one before was left to the SDK."""
AFTER_ORDER_STOP: Final = frozenset({"ANS-1", "SRV-3", "SRV-4", "REG-1", "REG-2"})
"""Likewise for order codes."""
