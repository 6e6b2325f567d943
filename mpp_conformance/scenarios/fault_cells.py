"""Conversations with an Alipay+ that misbehaves: a fault profile, a code type, and the answer that is faulty.

Equal scenarios are conversed once, however many cases judge them.
"""

from collections.abc import Iterable
from typing import Final

from mpp_conformance.scenarios.cells import BOTH
from mpp_conformance.scenarios.scenario import (
    ENTRY,
    FOREIGN,
    FUNDED,
    ORDER,
    SECOND,
    SHORT,
    Answer,
    Payment,
    Scenario,
    handle_by_psp,
    handle_by_sdk,
    one,
)

_TO_PAY: Final = handle_by_psp()
_STOPPED: Final = handle_by_sdk()
_STOPPED_WITH_ORDER: Final = handle_by_sdk("S", with_order=True)


def _met(fault: str, code: str, answer: Answer) -> Scenario:
    return one(f"{SHORT[code]}-{fault}", Payment(code=code, answer=answer, fault=fault))


def _each(faults: Iterable[str], codes: Iterable[str], answer: Answer) -> list[Scenario]:
    return [_met(fault, code, answer) for code in codes for fault in faults]


def _after_a_sound_one(fault: str, answer: Answer) -> Scenario:
    """The same customer's payment before that is answered as ever: whoever pays nothing at all shows nothing."""
    payments = (Payment(code=ORDER, answer=_TO_PAY), Payment(code=ORDER, answer=answer, fault=fault))
    return Scenario(label=f"order-sound-then-{fault}", payments=payments)


def _late(seconds: int, code: str, answer: Answer) -> Scenario:
    prompt = Payment(code=code, answer=answer)
    late = Payment(code=code, answer=answer, fault=f"late-by-{seconds}-s")
    return Scenario(label=f"{SHORT[code]}-prompt-then-{late.fault}", payments=(prompt, late))


_SIGNATURES: Final = ("signature-bad", "signature-foreign", "signature-stale")
_PAYLOADS: Final = ("payload-missing", "payload-null", "payload-empty")
_ENDING: Final = (
    *("amounts-as-numbers", "byte-order-mark", "result-unknown", "html-with-200", "status-500", "status-503"),
    *("body-truncated", "reset-before-answer", "redirected", "gzip"),
)
_NO_ANSWERS: Final = ("html-with-200", "status-503", "body-truncated", "reset-before-answer", "redirected")

UNVERIFIED: Final = _each(_SIGNATURES, [ORDER], _TO_PAY) + _each(_SIGNATURES, [ENTRY], _STOPPED)
"""Answers whose signature does not verify: an order to pay, and a payload to pass on."""
VERIFIED_BEFORE: Final = _after_a_sound_one("signature-bad", _TO_PAY)
"""A payment whose answer verifies, and after it one whose answer does not."""
FORGED_IDENTITIES: Final = [
    Scenario(
        label=f"order-paid-then-forged-identity-{fault}",
        payments=(Payment(code=ORDER, answer=_TO_PAY), Payment(code=FOREIGN, fault=fault)),
    )
    for fault in _SIGNATURES
]
"""A payment, and after it a code of nobody's: an answer whose signature does not verify calls it an entry code."""
UNSIGNED: Final = [_met("signature-missing", ORDER, _TO_PAY), _met("signature-missing", ENTRY, _STOPPED)]
"""Likewise, without a signature."""
WITHOUT_PAYLOAD: Final = [
    *_each(_PAYLOADS, BOTH, _STOPPED_WITH_ORDER),
    _met("payload-as-number", ORDER, _STOPPED_WITH_ORDER),
]
"""HANDLE_BY_SDK without a payload that could be passed on, beside all the order information."""
PAID_BEFORE: Final = _after_a_sound_one("payload-missing", _STOPPED_WITH_ORDER)
"""A payment that is left to the MPP, and after it one that is not, and has no payload."""
OTHER_TYPES: Final = [
    *_each(("action-type-unknown", "action-type-in-lower-case"), BOTH, _STOPPED),
    *_each(("action-form-missing",), BOTH, _TO_PAY),
    *_each(("action-form-null", "action-form-empty"), [ORDER], _TO_PAY),
]
"""Answers whose actionType is neither of the two, or that have none."""
NO_ANSWERS: Final = [
    *_each(_NO_ANSWERS, [ORDER], _TO_PAY),
    *_each(("html-with-200", "reset-before-answer"), [ENTRY], _TO_PAY),
]
"""What comes back says nothing of the payment, or nothing comes back."""
DOUBTFUL: Final = [
    _met("status-500", ORDER, _TO_PAY),
    _met("status-500", ENTRY, _STOPPED),
    _met("result-unknown", ORDER, _TO_PAY),
]
"""Answers that say what to do and that they are not to be relied on."""
UNUSABLE: Final = [*UNVERIFIED, *UNSIGNED, *NO_ANSWERS, *DOUBTFUL]
"""Answers after which an MPP may ask again; what it asks then is as good as what it asked at first."""
ENDING: Final = [
    *_each(_ENDING, [ORDER], _TO_PAY),
    _met("action-form-twice", ORDER, _STOPPED_WITH_ORDER),
    *_each(("html-with-200", "reset-before-answer"), [ENTRY], _TO_PAY),
]
"""Answers on which an MPP may fail or go on; it has to come to an end."""
LOST_AT_FIRST: Final = _each(("reset-after-answer",), BOTH, _TO_PAY)
"""The first answer never arrives; whoever asks again goes on as ever."""
AT_FIRST: Final = [
    *LOST_AT_FIRST,
    *_each(("silent-at-first",), BOTH, _TO_PAY),
    *_each(("status-503-at-first", "oversized"), [ORDER], _TO_PAY),
]
"""The first answer is lost or cannot be read; Alipay+ has decided, and answers again."""
DRIPPED: Final = _met("slow-drip", ORDER, _TO_PAY)
"""An answer that comes piece by piece."""
LATE: Final = [_late(seconds, ORDER, _TO_PAY) for seconds in (1, 3, 8)]
"""A payment whose answer comes at once, and after it one whose answer is as sound and takes its time."""
SOON: Final = LATE[:2]
"""Those in which it comes before an app may be thought to give up."""
LATE_STOPS: Final = [_late(3, ENTRY, _STOPPED)]
"""A payload for the client SDK that takes 3 seconds, after one that comes at once."""
REDIRECTED: Final = _met("redirected", ORDER, _TO_PAY)
"""The MPP is sent elsewhere."""
SPELLED: Final = _each(
    ("headers-in-upper-case", "headers-in-mixed-case", "signature-with-blanks", "body-with-blanks"), [ORDER], _TO_PAY
)
"""Sound answers in other spellings that the documents allow."""
CARRIED: Final = _each(("signature-in-other-order", "chunked"), [ORDER], _TO_PAY)
"""Sound answers in other forms that no document speaks of."""


def _after_another(fault: str, before: str) -> Scenario:
    """The payment of ``before`` comes first; the second one is given the answer of the first."""
    first = Payment(code=ORDER, customer=before, answer=_TO_PAY)
    return Scenario(label=f"order-{fault}", payments=(first, Payment(code=ORDER, answer=_TO_PAY, fault=fault)))


REPLAYED: Final = _after_another("answer-replayed", FUNDED)
"""One customer twice; the second time brings the first answer again."""
OF_ANOTHER: Final = _after_another("answer-of-another-customer", SECOND)
"""Two customers; the second one is given the answer of the first."""
AFTERWARDS: Final = Scenario(
    label="order-html-with-200-then-sound",
    payments=(
        Payment(code=ORDER, answer=_TO_PAY, fault="html-with-200"),
        Payment(code=ORDER, customer=SECOND, answer=_TO_PAY),
    ),
)
"""A payment that meets a fault, and one after it that meets none."""
