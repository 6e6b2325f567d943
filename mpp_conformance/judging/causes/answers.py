"""Causes in how the MPP server takes what Alipay+ answers: believed, refused, taken as final, or met with silence."""

from typing import Final

from mpp_conformance.judging.causes.failure import Failure, Rule, names
from mpp_conformance.judging.judgement import DIFFERENT, MISSING, OUT_OF_ORDER
from mpp_conformance.protocol.fault_kinds import FaultKind
from mpp_conformance.protocol.faults import FAULTS
from mpp_conformance.protocol.messages import (
    DecodeCallback,
    HandleAction,
    Launch,
    NotifyPayment,
    NotifyPaymentAnswer,
    ResultPage,
    ServerAnswer,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios.scenario import FOREIGN

_OF_ANOTHER: Final = "answer-of-another-customer"
"""The defect that does not show in an answer by itself."""


@names(FaultKind.FAULTY_ANSWER_BELIEVED)
def faulty_answer_believed(failure: Failure) -> str:
    """The MPP acted on an answer that cannot be believed."""
    if not failure.faulty:
        return ""
    sound = any(one.order and one.result_status == "S" for one in failure.of(UserInitiatedPayAnswer))
    paid = failure.cashier or "S" in failure.notified
    if paid and (not sound or failure.faulty == _OF_ANOTHER):
        return f"an order is paid from an answer that cannot be believed ({failure.faulty!r})"
    if failure.answer is None and any(failure.payloads):
        return f"an answer that cannot be believed is passed on to the SDK ({failure.faulty!r})"
    foreign = failure.trace.scenario.payments[failure.payment].code == FOREIGN
    if foreign and isinstance(failure.wrong, Launch):
        return f"an address is launched from an answer that cannot be believed ({failure.faulty!r})"
    return ""


@names(FaultKind.PAID_FROM_MEMORY)
def paid_from_memory(failure: Failure) -> str:
    """Alipay+ refused the code, and the MPP paid an order that it knew."""
    answers = failure.of(UserInitiatedPayAnswer)
    refused = bool(answers) and all(one.order is None for one in answers) and not failure.faulty
    fits = refused and not failure.by_sdk and failure.cashier and "S" in failure.told
    return "an order is paid from the MPP's own memory, although Alipay+ has just refused its code" if fits else ""


@names(FaultKind.SUCCESS_MADE_UP)
def success_made_up(failure: Failure) -> str:
    """The client was told success, and there was nothing to pay."""
    paid_elsewhere = any("S" in other.told for other in failure.others())
    orders = any(one.order for one in failure.of(UserInitiatedPayAnswer) if one.result_status == "S")
    acted = failure.cashier or failure.notified
    fits = "S" in failure.told and not orders and not acted and not failure.by_sdk and not paid_elsewhere
    return "the MPP server tells its client success, although no answer brought an order to pay" if fits else ""


@names(FaultKind.SOUND_ANSWER_REFUSED)
def sound_answer_refused(failure: Failure) -> str:
    """An answer that is sound, in a form that is seldom, was told as a failure."""
    if not failure.faulty or not failure.by_psp or "S" in failure.results or failure.notified:
        return ""
    answer = failure.answer
    fits = answer is not None and answer.result_status == "S" and answer.order is not None and "F" in failure.results
    fits = fits and failure.faulty != _OF_ANOTHER
    return f"a sound answer is not believed for its form ({failure.faulty!r})" if fits else ""


@names(FaultKind.SOUND_ANSWER_REFUSED)
def sound_answer_asked_again(failure: Failure) -> str:
    """The same was answered as often as it was asked, and told as a failure in the end."""
    answer = failure.answer
    if answer is None or not answer.body or not failure.asked_again or failure.faulty or failure.passed_on:
        return ""
    fits = "F" in failure.results and "S" not in failure.results and not failure.cashier
    return "a sound answer is not believed for how its JSON is spelled: the MPP server asks again" if fits else ""


@names(FaultKind.UNKNOWN_TAKEN_AS_FINAL)
def unknown_taken_as_final(failure: Failure) -> str:
    """Told as a failure after one answer that says nothing final."""
    answers = failure.of(UserInitiatedPayAnswer)
    unsure = all(one.result_status == "U" for one in answers) and (answers or failure.faulty)
    knows_better = any(len(other.asked) > 1 for other in failure.earlier())
    fits = unsure and len(failure.asked) == 1 and "F" in failure.results and not knows_better
    return "a result that is not known is told as a failure at once: it has to be asked again" if fits else ""


@names(FaultKind.TOO_EARLY)
def shown_too_early(failure: Failure) -> str:
    """A result was shown before Alipay+ had decided."""
    fits = failure.deviation.kinds == ("UserInitiatedPayAnswer", "ResultPage") and failure.deviation.how == OUT_OF_ORDER
    return "the consumer is shown a result while Alipay+ is still being asked" if fits else ""


@names(FaultKind.LEFT_WAITING)
def result_not_told(failure: Failure) -> str:
    """Notified, and the client was told nothing."""
    silent = failure.trace.app_link and not failure.handed and failure.notified
    fits = silent and failure.lacks(ServerAnswer, ResultPage, DecodeCallback)
    return "the MPP server notifies Alipay+ of the result and tells its own client nothing" if fits else ""


@names(FaultKind.LEFT_WAITING)
def told_nothing_definite(failure: Failure) -> str:
    """Something was handed over that does not say how the payment ended."""
    open_ended = all(not one.payment_status and not one.sdk_action_payload for one in failure.handed)
    fits = failure.handed and open_ended and failure.by_psp and not failure.passed_on
    return "the MPP server hands its client something and never says how the payment ended" if fits else ""


@names(FaultKind.LEFT_WAITING)
def silent_after_answer(failure: Failure) -> str:
    """Nothing came after Alipay+'s answer: broken down over it, or waiting for what never comes."""
    answered = failure.answer is not None or bool(failure.of(UserInitiatedPayAnswer)) or bool(failure.faulty)
    said = (ServerAnswer, NotifyPayment, ResultPage, DecodeCallback, HandleAction)
    if not answered or failure.deviation.how != MISSING or any(failure.of(kind) for kind in said):
        return ""
    if not failure.trace.app_link and not (failure.by_psp and failure.lacks(NotifyPayment)):
        return ""
    if failure.cashier:
        return "the payment is begun and never ended: the MPP waits for what does not come, or breaks down over it"
    what = _peculiar(failure)
    if what:
        return f"the MPP server falls silent after an answer with {what}: it breaks down over it, or waits for ever"
    return "the MPP server falls silent after Alipay+'s answer: it breaks down over it, or waits for ever"


def _peculiar(failure: Failure) -> str:
    """What the answer has that most have not."""
    if failure.faulty:
        return f"the defect {failure.faulty!r}"
    answer = failure.answer
    payload = (answer.sdk_action_payload or "") if answer is not None else ""
    if len(payload) >= _LONG:
        return f"a payload of {len(payload)} characters"
    if not payload.isascii():
        return "a payload beyond ASCII"
    return f"resultCode {answer.result_code}" if answer is not None and answer.result_status != "S" else ""


_LONG: Final = 1_024


@names(FaultKind.NOTICE_NOT_REPEATED)
def notice_not_repeated(failure: Failure) -> str:
    """A notification that Alipay+ answered with U was not repeated."""
    unsure = isinstance(failure.wrong, NotifyPaymentAnswer) and failure.wrong.result_status == "U"
    fits = unsure and len(failure.of(NotifyPayment)) == 1
    return "a notification that Alipay+ answers with U is not repeated" if fits else ""


@names(FaultKind.LATE_ANSWER_LOST)
def late_answer_lost(failure: Failure) -> str:
    """The sound answer that took its time led to a failure, or to nothing."""
    fault = FAULTS.get(failure.faulty)
    if fault is None or not fault.delay or failure.deviation.how not in {MISSING, DIFFERENT}:
        return ""
    if "S" in failure.notified or "S" in failure.told or failure.passed_on:
        return f"the answer took {fault.delay} s, and the app does not wait that long for its own server"
    return f"the answer took {fault.delay} s, and the MPP neither waits that long nor asks again"


RULES: Final[tuple[Rule, ...]] = (
    *(faulty_answer_believed, paid_from_memory, success_made_up, sound_answer_refused),
    *(sound_answer_asked_again, unknown_taken_as_final),
    *(shown_too_early, result_not_told, told_nothing_definite, silent_after_answer, notice_not_repeated),
)
