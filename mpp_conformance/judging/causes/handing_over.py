"""Causes between the MPP server and its client: what gets lost, changed or mixed up on the way to the client SDK."""

import re
from typing import Final

from mpp_conformance.judging.causes.failure import Failure, Rule, names
from mpp_conformance.judging.text_differences import likely_slip
from mpp_conformance.protocol.fault_kinds import FaultKind
from mpp_conformance.protocol.messages import (
    HANDLE_BY_SDK,
    Decode,
    DecodeCallback,
    HandleAction,
    Launch,
    NotifyPayment,
    ResultPage,
    Scan,
    ServerAnswer,
    UserInitiatedPay,
)

_LONG: Final = 4_096
"""Characters from which a payload may be refused for its length."""
_LETTERS: Final = re.compile("[^a-z]")
_TAG: Final = re.compile(r"mpp-[0-9]{20}")
"""What makes a payload one of a kind."""
_LEAST: Final = 12
"""Characters that two texts have to share at their ends to be called the same text."""


# --- payments mixed up --------------------------------------------------------------------------------------------


@names(FaultKind.MIXED_UP)
def payload_of_another(failure: Failure) -> str:
    """The payload of another payment came out in this one."""
    own = failure.trace.payload(failure.payment)
    theirs = {failure.trace.payload(other.payment) for other in failure.others()} - {own, None}
    fits = any(payload in theirs for payload in failure.payloads)
    return "the payload of another payment is used: one place keeps it for all, or it is remembered" if fits else ""


@names(FaultKind.MIXED_UP)
def callback_of_another(failure: Failure) -> str:
    """The callback of another payment was executed."""
    if len(failure.trace.codes) < _PAIR:
        return ""
    theirs = {call.callback for other in failure.others() for call in other.of(Decode)}
    theirs -= {call.callback for call in failure.of(Decode)}
    fits = failure.field == "callback" and getattr(failure.wrong, "callback", "") in theirs
    return "the callback of another payment is executed: one place keeps it for all" if fits else ""


_PAIR: Final = 2


@names(FaultKind.MIXED_UP)
def went_to_another(failure: Failure) -> str:
    """What is missing here came out twice in a payment that was held at the same time."""
    for kind in (ServerAnswer, DecodeCallback, HandleAction, ResultPage):
        twice = any(len(other.of(kind)) >= _PAIR for other in failure.others())
        if failure.lacks(kind) and twice and not failure.of(kind):
            return "what belongs to this payment went to another one that was open at the same time"
    return ""


@names(FaultKind.MIXED_UP)
def address_of_another(failure: Failure) -> str:
    """The address of another payment was launched."""
    wrong = failure.wrong
    others = {one.code_value for other in failure.others() for one in other.of(Scan)}
    fits = isinstance(wrong, Launch) and failure.field == "url" and wrong.url in others
    return "the address of another payment is launched: one place keeps it for all" if fits else ""


@names(FaultKind.MIXED_UP)
def result_of_another(failure: Failure) -> str:
    """A failure with the reason of another payment's, where this one was paid."""
    if failure.notified != ("S",) or not isinstance(failure.wrong, ServerAnswer):
        return ""
    reasons = {one.result_code for other in failure.others() for one in other.of(NotifyPayment)} - {"SUCCESS"}
    fits = failure.wrong.error_code in reasons
    return "the result of another payment is told: one place keeps it for all" if fits else ""


@names(FaultKind.MIXED_UP)
def result_remembered(failure: Failure) -> str:
    """The result of a payment that came before, for an order that nobody has paid."""
    own = failure.by_psp and failure.answer is not None and failure.answer.order is not None and not failure.faulty
    paid_before = any("S" in other.notified for other in failure.others())
    fits = own and paid_before and failure.told == ("S",) and not failure.notified and not failure.cashier
    return "the answer or the result of an earlier payment is used again: this order was never paid" if fits else ""


# --- lost and changed ---------------------------------------------------------------------------------------------


@names(FaultKind.ACTION_TYPE_LOST)
def action_type_lost(failure: Failure) -> str:
    """The payload came, and actionType did not, or in another spelling."""
    for one in failure.handed if failure.by_sdk else []:
        if one.sdk_action_payload and not one.action_type and not one.payment_status:
            return "the MPP server hands its client the payload without actionType"
        if one.action_type and one.action_type != HANDLE_BY_SDK and _alike(one.action_type):
            return "the MPP server hands its client actionType in a spelling of its own"
    return ""


def _alike(action_type: str) -> bool:
    bare = _LETTERS.sub("", action_type.lower())
    return bool(bare) and (bare in "handlebysdk" or "sdk" in bare)


@names(FaultKind.PAYLOAD_LOST)
def payload_lost_by_server(failure: Failure) -> str:
    """HANDLE_BY_SDK was passed on without its payload."""
    given = failure.by_sdk and failure.answer is not None and failure.answer.sdk_action_payload
    lost = any(one.action_type == HANDLE_BY_SDK and not one.sdk_action_payload for one in failure.handed)
    return "the MPP server drops sdkActionPayload between Alipay+'s answer and its client" if given and lost else ""


@names(FaultKind.PAYLOAD_LOST)
def payload_lost_by_client(failure: Failure) -> str:
    """The client was handed the payload and called the SDK without it."""
    handed = any(one.action_type == HANDLE_BY_SDK and one.sdk_action_payload for one in failure.handed)
    unseen = not failure.trace.app_link and failure.by_sdk
    wrong = failure.wrong
    by_action = isinstance(wrong, HandleAction) and not wrong.sdk_action_payload
    by_callback = isinstance(wrong, DecodeCallback) and wrong.outcome == "success" and not wrong.sdk_action_payload
    if (not by_action and not by_callback) or failure.undecided:
        return ""
    if unseen and not failure.results and not failure.cashier and not failure.notified:
        return "the payload is dropped between Alipay+'s answer and the SDK"
    return "the MPP client calls the SDK without the payload that its server handed it" if handed else ""


@names(FaultKind.TEXT_CHANGED)
def text_changed(failure: Failure) -> str:
    """A known transformation turns what was sent into what came out, or the two are the same text but for a place."""
    seen, expected = getattr(failure.wrong, failure.field, None) if failure.field else None, _sent(failure)
    if not isinstance(seen, str) or not seen or expected is None or seen == expected:
        return ""
    slip = likely_slip(expected, seen)
    if slip:
        return slip
    if seen.casefold() == expected.casefold():
        return "its letters were changed to another case"
    same = _shared(expected, seen) >= _LEAST or _TAG.findall(expected)[:1] == _TAG.findall(seen)[:1] != []
    return "it is the same text, changed on the way" if same else ""


def _sent(failure: Failure) -> str | None:
    """The text that should have come out unchanged."""
    if failure.field == "sdk_action_payload" and failure.by_sdk:
        if isinstance(failure.wrong, DecodeCallback | HandleAction):
            handed = failure.trace.handed(failure.payment)
            return handed if handed != failure.wrong.sdk_action_payload else failure.trace.payload(failure.payment)
        return failure.trace.payload(failure.payment)
    if failure.field == "code_value" and isinstance(failure.wrong, UserInitiatedPay) and len(failure.asked) == 1:
        codes = failure.of(Decode) if failure.entry else failure.of(Scan)
        return codes[0].code_value if codes else None
    return None


def _shared(left: str, right: str) -> int:
    """How many characters two texts share at both ends; none where that is less than half of the shorter."""
    length = min(len(left), len(right))
    ahead = next((place for place in range(length) if left[place] != right[place]), length)
    behind = next((place for place in range(length - ahead) if left[-1 - place] != right[-1 - place]), length - ahead)
    return ahead + behind if 2 * (ahead + behind) >= length else 0


# --- actionType ---------------------------------------------------------------------------------------------------


@names(FaultKind.RESULT_BESIDE_SDK)
def result_beside(failure: Failure) -> str:
    """HANDLE_BY_SDK was passed on, and a result was told as well."""
    if not failure.by_sdk or not failure.passed_on:
        return ""
    if "S" in failure.told:
        return "the MPP server passes HANDLE_BY_SDK on and tells its client a payment beside it"
    if failure.notified:
        return "the MPP server passes HANDLE_BY_SDK on and notifies a result beside it, though nothing may be paid"
    return ""


@names(FaultKind.ACTION_TYPE_NOT_READ)
def action_type_not_read(failure: Failure) -> str:
    """HANDLE_BY_SDK came, and the MPP server ended the payment by itself."""
    answer = failure.answer
    if answer is None or not failure.by_sdk or failure.passed_on or len(answer.sdk_action_payload or "") >= _LONG:
        return ""
    remembered = failure.undecided or any(other.by_psp for other in failure.earlier())
    disbelieved = failure.asked_again and "S" not in failure.results
    if remembered or disbelieved:
        return ""
    if "S" in failure.told or "S" in failure.notified or (not failure.trace.app_link and failure.cashier):
        return "HANDLE_BY_SDK is treated as HANDLE_BY_PSP: resultStatus or an order decides, not actionType"
    if "F" in failure.results and answer.result_status == "F":
        return "resultStatus or resultCode is read before actionType: HANDLE_BY_SDK becomes the MPP's own failure"
    if "F" in failure.results:
        return "HANDLE_BY_SDK becomes the MPP's own failure though resultStatus is S: resultCode or an order decides"
    return ""


@names(FaultKind.ACTION_TYPE_NOT_READ)
def left_to_sdk(failure: Failure) -> str:
    """HANDLE_BY_SDK was told the client although no answer said so."""
    if not failure.passed_on or failure.by_sdk or (failure.results and not failure.trace.app_link):
        return ""
    answer = failure.answer
    if answer is not None and answer.sdk_action_payload and answer.result_status == "S":
        return "the mere presence of sdkActionPayload decides, not actionType: it stood beside HANDLE_BY_PSP"
    if answer is not None and answer.sdk_action_payload:
        return "HANDLE_BY_PSP is left to the SDK: resultStatus F, or a payload beside it, decides and not actionType"
    bare = any(one.action_type == HANDLE_BY_SDK and not one.sdk_action_payload for one in failure.handed)
    return "the MPP server leaves a failure to the SDK: no answer of Alipay+ said HANDLE_BY_SDK" if bare else ""


RULES: Final[tuple[Rule, ...]] = (
    *(payload_of_another, callback_of_another, went_to_another, address_of_another, result_of_another),
    result_remembered,
    *(action_type_lost, payload_lost_by_server, payload_lost_by_client, text_changed),
    *(result_beside, action_type_not_read, left_to_sdk),
)
