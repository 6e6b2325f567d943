"""Result codes of Alipay+'s answer to userInitiatedPay: those that documents name, and those that may come as well.

No official table was seen. An MPP may keep an enumeration of what is named: only these may stand in what decides.
"""

from types import MappingProxyType
from typing import Final

NAMED: Final = MappingProxyType(
    {
        "S": ("SUCCESS",),
        "F": (
            "EXPIRED_CODE",
            "INVALID_CODE",
            "ORDER_IS_CLOSED",
            "PAYMENT_AMOUNT_EXCEED_LIMIT",
            "USER_AMOUNT_EXCEED_LIMIT",
            "REPEAT_REQ_INCONSISTENT",
            "PARAM_ILLEGAL",
            "PROCESS_FAIL",
            "INVALID_SIGNATURE",
        ),
        "U": ("UNKNOWN_EXCEPTION",),
    }
)
"""Result status -> the codes that documents name for this operation."""
OF_DECODING: Final = ("EXPIRED_CODE", "INVALID_CODE", "ORDER_IS_CLOSED", "PROCESS_FAIL")
"""Those of a code that cannot be decoded, whatever the amount and whoever asks."""
OF_STOPS: Final = ("PAYMENT_AMOUNT_EXCEED_LIMIT", "USER_AMOUNT_EXCEED_LIMIT", *OF_DECODING)
"""Those that may stand beside HANDLE_BY_SDK: of a limit, and of a decoding that failed."""
UNNAMED: Final = ("REGULATION_RESTRICTION", "RISK_REJECT")
"""Failures of other operations of Alipay+; no document says that they come here, and none that they do not."""
