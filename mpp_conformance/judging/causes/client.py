"""Causes in the MPP client: what it does with what its server has handed it."""

from typing import Final

from mpp_conformance.judging.causes.failure import NEVER, Failure, Rule, names
from mpp_conformance.judging.judgement import MISSING, OUT_OF_ORDER, REPEATED, UNEXPECTED
from mpp_conformance.protocol.fault_kinds import FaultKind
from mpp_conformance.protocol.messages import (
    CashierPage,
    Decode,
    DecodeCallback,
    HandleAction,
    IdentityAnswer,
    Launch,
    Message,
    ResultPage,
    ServerAnswer,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)

_STEPS: Final[dict[type[Message], str]] = {
    Launch: "the SDK's launch",
    DecodeCallback: "the callback of decode",
    HandleAction: "handleAction",
}


@names(FaultKind.ACTED_TWICE)
def acted_twice(failure: Failure) -> str:
    """The same step twice."""
    wrong = failure.wrong
    if failure.deviation.how != REPEATED or wrong is None or type(wrong) not in _STEPS:
        return ""
    if failure.undecided or any(not other.of(type(wrong)) for other in failure.others()):
        return ""  # it may be another payment's, or have come before the answer that counts
    if not failure.trace.app_link and len(set(failure.of(type(wrong)))) > 1:
        return ""  # the server may have told its client two things
    return (
        f"{_STEPS[type(wrong)]} is called more than once: an event handler is registered twice, or a timer repeats it"
    )


@names(FaultKind.WRONG_WAY)
def wrong_way(failure: Failure) -> str:
    """The way of order codes for an entry code, or the other way round."""
    if not failure.passed_on or not (failure.by_sdk or failure.trace.app_link):
        return ""
    if failure.entry and failure.of(HandleAction):
        return "handleAction is called for an entry code: its payload goes by the callback of decode alone"
    if not failure.entry and failure.of(DecodeCallback):
        return "a callback is executed for an order code: its payload goes by handleAction alone"
    return ""


@names(FaultKind.SHOWN_OTHERWISE)
def shown_as_paid(failure: Failure) -> str:
    """A page of success that no result stands behind."""
    wrong = failure.wrong
    if not isinstance(wrong, ResultPage) or not failure.trace.app_link or not failure.handed:
        return ""
    if wrong.status == "S" and "S" not in failure.told:
        return "the MPP client shows the payment as paid, though its server did not say so"
    if wrong.status == "F" and failure.told == ("S",):
        return "the MPP client shows the payment as not paid, though its server said it was"
    return ""


@names(FaultKind.ACTION_TYPE_NOT_READ)
def own_page_instead(failure: Failure) -> str:
    """A page of the wallet's where Alipay+'s should be."""
    fits = _own_page(failure) and not failure.of(HandleAction) and not failure.of(DecodeCallback)
    return "the MPP client shows an error page of its own instead of calling the SDK" if fits else ""


@names(FaultKind.OWN_PAGE)
def own_page_beside(failure: Failure) -> str:
    """A page of the wallet's beside Alipay+'s."""
    return "the MPP client shows an error page of its own beside the SDK's" if _own_page(failure) else ""


def _own_page(failure: Failure) -> bool:
    left_to_sdk = failure.passed_on and (failure.by_sdk or failure.trace.app_link)
    return left_to_sdk and any(one.status == "F" for one in failure.of(ResultPage))


@names(FaultKind.TOO_EARLY)
def callback_too_early(failure: Failure) -> str:
    """A callback before the client had been handed anything."""
    called, handed = failure.number(DecodeCallback), failure.number(ServerAnswer)
    fits = failure.trace.app_link and failure.entry and called < handed and called < NEVER
    about = isinstance(failure.wrong, DecodeCallback) or failure.deviation.how == OUT_OF_ORDER
    return "the callback is executed before the client has been told anything" if fits and about else ""


@names(FaultKind.TOO_EARLY)
def cashier_too_early(failure: Failure) -> str:
    """The cashier page while Alipay+ is still being asked."""
    early = isinstance(failure.wrong, CashierPage) and failure.at < failure.number(UserInitiatedPayAnswer)
    return "the cashier page is opened while Alipay+ is still being asked" if early else ""


@names(FaultKind.TOO_EARLY)
def success_too_early(failure: Failure) -> str:
    """A page of a success before the cashier page."""
    fits = failure.deviation.kinds == ("CashierPage", "ResultPage") and failure.deviation.how == OUT_OF_ORDER
    return "the consumer is shown a success before the cashier page is opened" if fits else ""


@names(FaultKind.NOT_ASKED_FOR)
def launched_as_well(failure: Failure) -> str:
    """The payload is launched beside being handed to the SDK."""
    fits = failure.deviation.kinds == ("Launch",) and failure.deviation.how == UNEXPECTED and failure.by_sdk
    return "the payload is given to launch as well: it is no address, and has been handed to the SDK" if fits else ""


@names(FaultKind.FAILURE_PATH)
def failure_path(failure: Failure) -> str:
    """The callback's failure path, though the client was handed something to succeed with."""
    wrong = failure.wrong
    if not isinstance(wrong, DecodeCallback) or wrong.outcome != "failure" or failure.field != "outcome":
        return ""
    if failure.passed_on:
        return "HANDLE_BY_SDK goes by the callback's failure path: it is due by the success path, with the payload"
    return "a payment that succeeded goes by the callback's failure path" if failure.results == ("S",) else ""


@names(FaultKind.SUCCESS_PATH)
def success_path(failure: Failure) -> str:
    """The callback's success path for a failure."""
    wrong = failure.wrong
    known = failure.number(ServerAnswer if failure.trace.app_link else ResultPage) < failure.at
    fits = isinstance(wrong, DecodeCallback) and wrong.outcome == "success" and failure.results == ("F",) and known
    if any(not other.of(DecodeCallback) for other in failure.others()):
        return ""  # it may be another payment's
    return "a payment that failed goes by the callback's success path" if fits else ""


@names(FaultKind.NOT_ASKED_FOR)
def not_asked_for(failure: Failure) -> str:
    """The SDK is given something although the server told a result."""
    wrong = failure.wrong
    if failure.by_sdk or not failure.results or (failure.trace.app_link and failure.passed_on):
        return ""
    if isinstance(wrong, HandleAction):
        return "handleAction is called although the MPP server handed over a result: only HANDLE_BY_SDK calls for it"
    fits = isinstance(wrong, DecodeCallback) and wrong.sdk_action_payload and failure.field == "sdk_action_payload"
    return "the SDK is given a payload although the MPP server handed over a result" if fits else ""


@names(FaultKind.STEP_LEFT_OUT)
def step_left_out(failure: Failure) -> str:
    """What the client was told to do, and did not."""
    if failure.deviation.how != MISSING:
        return ""
    told = [one.action for one in failure.of(IdentityAnswer)]
    if failure.lacks(Launch) and told == ["OPEN_URL"]:
        return "the MPP client never calls the SDK's launch: the page is opened elsewhere, or not at all"
    if failure.lacks(UserInitiatedPay) and told and told[0] != "NONE":
        return "the MPP server never calls userInitiatedPay for this code"
    if failure.lacks(UserInitiatedPay) and failure.of(Decode):
        return "the MPP server never calls userInitiatedPay for this code"
    return _left_out_by_client(failure)


def _left_out_by_client(failure: Failure) -> str:
    if failure.handed and failure.passed_on and failure.lacks(HandleAction, DecodeCallback):
        due = "the callback of decode" if failure.entry else "handleAction"
        return f"the MPP client has the payload and never calls {due}"
    if failure.results and not failure.by_sdk and failure.lacks(DecodeCallback):
        return "the MPP client knows the result and never executes the callback of decode"
    if (failure.told or (failure.notified and failure.of(DecodeCallback))) and failure.lacks(ResultPage):
        return "the MPP client knows the result and shows no result page"
    return ""


RULES: Final[tuple[Rule, ...]] = (
    *(acted_twice, wrong_way, shown_as_paid, own_page_instead, own_page_beside, callback_too_early, cashier_too_early),
    *(success_too_early, launched_as_well),
    *(failure_path, success_path, not_asked_for, step_left_out),
)
