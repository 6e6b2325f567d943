"""Causes that show in a message by itself: how it is signed, how it is written, whose it is, and what a code was."""

import re
from typing import Final

from mpp_conformance.judging.causes.failure import Failure, Rule, names
from mpp_conformance.protocol.fault_kinds import FaultKind
from mpp_conformance.protocol.messages import (
    AdaptorAnswer,
    AdaptorHealth,
    CancelPayment,
    CancelPaymentAnswer,
    Decode,
    IdentityAnswer,
    InquiryPayment,
    InquiryPaymentAnswer,
    Launch,
    Malformed,
    NotifyPayment,
    RedirectFollowed,
    Scan,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios.scenario import FOREIGN

_PLACE: Final = re.compile(r"[A-Za-z]+(?:\.[A-Za-z]+)*(?=: expected)")
_CODE_FOR_STATUS: Final = re.compile(r'resultStatus: expected .*, seen "[A-Z_]{2,}"')
_TYPE: Final = re.compile(r"expected .*, seen (?:true|false|null|a list|an object|the number )")
_TAKEN_FOR: Final = {"OPEN_URL": "an entry code", "DECODE": "an order code", "NONE": "no code of Alipay+"}

_AMOUNTS: Final = {"payment_amount", "payment_currency", "pay_to_amount", "pay_to_currency"}
"""Fields of what an inquiry is told."""


# --- signatures ---------------------------------------------------------------------------------------------------


def _signature(failure: Failure, outcome: str) -> bool:
    return failure.field == "signature" and getattr(failure.wrong, "signature", "") == outcome


@names(FaultKind.SIGNATURE_MISSING)
def unsigned(failure: Failure) -> str:
    """No Signature header."""
    return (
        f"the MPP server does not sign {failure.wrong.name}" if failure.wrong and _signature(failure, "missing") else ""
    )


@names(FaultKind.SIGNATURE_UNREADABLE)
def signature_unreadable(failure: Failure) -> str:
    """A Signature header that cannot be taken apart."""
    fits = _signature(failure, "unreadable")
    return "the Signature header is cut or encoded in another way: nobody can read it" if fits else ""


@names(FaultKind.SIGNATURE_WRONG)
def signed_something_else(failure: Failure) -> str:
    """The right key over other bytes."""
    fits = _signature(failure, "invalid")
    return "what was signed is not what was sent: another body, path or time" if fits else ""


# --- how HTTP carries an answer -----------------------------------------------------------------------------------


@names(FaultKind.CARRIED_OTHERWISE)
def carried_otherwise(failure: Failure) -> str:
    """Another status than 200, or another media type than that of JSON."""
    wrong = failure.wrong
    if not isinstance(wrong, Malformed | InquiryPaymentAnswer | CancelPaymentAnswer):
        return ""
    if isinstance(wrong, Malformed) and wrong.media_type == "text/html":
        return "a page for people comes in place of an answer: from the framework, or from a proxy before the server"
    if failure.field == "http_status":
        return f"the result is told by HTTP status {wrong.http_status}, too: the status is that of the transport alone"
    return f"the body is JSON, and Content-Type calls it {wrong.media_type!r}" if failure.field == "media_type" else ""


# --- how a message is written -------------------------------------------------------------------------------------


def _problem(failure: Failure) -> str:
    return failure.wrong.problem if isinstance(failure.wrong, Malformed) else ""


def _place(failure: Failure) -> str:
    found = _PLACE.match(_problem(failure))
    return found.group() if found else ""


@names(FaultKind.NOT_SERVED)
def not_served(failure: Failure) -> str:
    """No answer to a call of Alipay+."""
    if not isinstance(failure.wrong, Malformed) or "expected an answer, seen nothing" not in failure.wrong.problem:
        return ""
    return f"the MPP server does not serve {failure.wrong.operation.removesuffix('Answer')}"


@names(FaultKind.AMOUNT_FORM)
def amount_form(failure: Failure) -> str:
    """Major units, or a number."""
    if not _place(failure).endswith("mount.value"):
        return ""
    if "whole number of minor units" in _problem(failure):
        return f"{_place(failure)!r} is in major units or has decimals: minor units, in digits, are due"
    return (
        f"{_place(failure)!r} is a number of JSON: a text of digits is due"
        if "seen the number" in _problem(failure)
        else ""
    )


@names(FaultKind.EMPTY_TEXT)
def empty_text(failure: Failure) -> str:
    """An empty text for what is not there."""
    fits = 'at least 1 character, seen ""' in _problem(failure)
    return f"{_place(failure)!r} is sent empty where there is nothing to say: fill it or leave it out" if fits else ""


@names(FaultKind.FIELD_LEFT_OUT)
def field_left_out(failure: Failure) -> str:
    """A required field is not there."""
    return f"{_place(failure)!r} is left out" if "but it is missing" in _problem(failure) else ""


@names(FaultKind.FIELDS_SWAPPED)
def fields_swapped(failure: Failure) -> str:
    """A resultCode where the resultStatus should be."""
    fits = _CODE_FOR_STATUS.search(_problem(failure))
    return "a result code stands in resultStatus: the two fields are swapped" if fits else ""


@names(FaultKind.NOT_FINAL)
def not_final(failure: Failure) -> str:
    """U where only S and F are final."""
    fits = 'resultStatus: expected "S" or "F", seen "U"' in _problem(failure)
    return "a result is notified that is not final: only S and F are" if fits else ""


@names(FaultKind.SPELLING)
def spelling(failure: Failure) -> str:
    """A currency in lower case."""
    fits = "three capital letters" in _problem(failure)
    return f"{_place(failure)!r} is spelled otherwise than ISO 4217 has it" if fits else ""


@names(FaultKind.WRONG_TYPE)
def wrong_type(failure: Failure) -> str:
    """Another JSON type than the interface has."""
    fits = _place(failure) and _TYPE.search(_problem(failure))
    return f"{_place(failure)!r} has another JSON type than the interface asks for" if fits else ""


# --- codes --------------------------------------------------------------------------------------------------------


@names(FaultKind.CODE_MISTAKEN)
def code_mistaken(failure: Failure) -> str:
    """The server tells its client something else of the code than it is."""
    said = failure.of(IdentityAnswer)
    foreign = failure.trace.scenario.payments[failure.payment].code == FOREIGN
    if foreign and failure.faulty:
        return ""
    if not said:
        return _mistaken_unsaid(failure, foreign=foreign)
    wrongly = isinstance(failure.wrong, IdentityAnswer) and failure.field == "action"
    unsent = said[0].action == "NONE" and not foreign and failure.lacks(UserInitiatedPay, Launch)
    acted = foreign and isinstance(failure.wrong, UserInitiatedPay | Launch)
    what = _TAKEN_FOR.get(said[0].action, "")
    if acted and said[0].action == "NONE":
        return "a code that the MPP's own rules do not know is sent to be decoded"
    return f"the rule that tells codes apart takes this one for {what}" if what and (wrongly or unsent or acted) else ""


def _mistaken_unsaid(failure: Failure, *, foreign: bool) -> str:
    """The same where nobody reports what the client was told: by what was done with the code."""
    if foreign and isinstance(failure.wrong, UserInitiatedPay | Launch):
        return "a code that is none of Alipay+'s is taken for one"
    scanned = _scanned(failure)
    if failure.lacks(Launch) and failure.entry and any(call.code_value == scanned for call in failure.asked):
        return f"the rule that tells codes apart takes this one for {_TAKEN_FOR['DECODE']}"
    launched = not failure.entry and failure.lacks(UserInitiatedPay) and failure.of(Launch)
    return f"the rule that tells codes apart takes this one for {_TAKEN_FOR['OPEN_URL']}" if launched else ""


@names(FaultKind.DECODED_FIRST)
def decoded_first(failure: Failure) -> str:
    """UserInitiatedPay with the entry code, before anything was launched."""
    calls = failure.asked
    fits = (
        failure.entry
        and isinstance(failure.wrong, UserInitiatedPay)
        and calls[0].code_value == _scanned(failure)
        and failure.number(UserInitiatedPay) < failure.number(Launch)
    )
    return "the entry code itself is sent to be decoded, before or instead of its launch" if fits else ""


@names(FaultKind.WRONG_IDENTIFIER)
def scanned_for_intercepted(failure: Failure) -> str:
    """The entry code where the order code should be."""
    wrong = failure.wrong
    fits = (
        failure.entry
        and isinstance(wrong, UserInitiatedPay)
        and failure.field == "code_value"
        and failure.number(Decode) < failure.at
        and wrong.code_value == _scanned(failure)
    )
    return "the code that was scanned is sent in place of the one that the SDK intercepted" if fits else ""


@names(FaultKind.WRONG_ADDRESS)
def wrong_address(failure: Failure) -> str:
    """Launch of a page that is none of this conversation's."""
    wrong = failure.wrong
    if not isinstance(wrong, Launch) or failure.field != "url":
        return ""
    others = {one.code_value for other in failure.others() for one in other.of(Scan)}
    return "" if wrong.url in others else "the address launched is not made from the code that was scanned"


def _scanned(failure: Failure) -> str:
    return next((scan.code_value for scan in failure.of(Scan)), "")


# --- calls of Alipay+ ---------------------------------------------------------------------------------------------


def _calls(failure: Failure) -> list[CancelPayment | InquiryPayment]:
    """What Alipay+ asked about this payment before, in its order."""
    asked = (message for number, message in failure.said if number < failure.at)
    return [message for message in asked if isinstance(message, CancelPayment | InquiryPayment)]


@names(FaultKind.CALLER_NOT_VERIFIED)
def caller_not_verified(failure: Failure) -> str:
    """A call that was not validly signed had its effect."""
    calls, wrong = _calls(failure), failure.wrong
    if not isinstance(wrong, CancelPaymentAnswer | InquiryPaymentAnswer) or not calls:
        return ""
    obeyed = calls[-1].signature != "valid" and wrong.result_status == "S"
    closed = isinstance(wrong, InquiryPaymentAnswer) and wrong.payment_status == "F" and _closed_by_stranger(failure)
    return (
        "the MPP server does what a call asks before it verifies its signature, or never does"
        if obeyed or closed
        else ""
    )


def _closed_by_stranger(failure: Failure) -> bool:
    """Whether nobody but a stranger has cancelled the payment, and it was told as paid before that."""
    cancels = failure.before(CancelPayment)
    told = [one.payment_status for one in failure.before(InquiryPaymentAnswer)]
    return bool(cancels) and all(call.signature != "valid" for call in cancels) and told[:1] == ["S"]


@names(FaultKind.VALID_CALL_REFUSED)
def valid_call_refused(failure: Failure) -> str:
    """INVALID_SIGNATURE to a call whose signature is valid."""
    wrong = failure.wrong
    calls = _calls(failure)
    if not isinstance(wrong, CancelPaymentAnswer | InquiryPaymentAnswer) or not calls:
        return ""
    fits = wrong.result_code == "INVALID_SIGNATURE" and calls[-1].signature == "valid"
    return "the MPP server takes the valid signature of Alipay+ for an invalid one" if fits else ""


@names(FaultKind.NOT_IDEMPOTENT)
def cancelled_twice(failure: Failure) -> str:
    """A second cancellation that is answered otherwise."""
    succeeded = any(answer.result_status == "S" for answer in failure.before(CancelPaymentAnswer))
    fits = isinstance(failure.wrong, CancelPaymentAnswer) and succeeded
    return "a cancellation that is repeated is not answered as the first one was" if fits else ""


@names(FaultKind.CANCELLATION_REFUSED)
def cancellation_refused(failure: Failure) -> str:
    """A first cancellation that is refused."""
    wrong = failure.wrong
    fits = isinstance(wrong, CancelPaymentAnswer) and wrong.result_status == "F"
    return f"the MPP server refuses to cancel {_state(failure)}" if fits else ""


def _state(failure: Failure) -> str:
    notified = [one.result_status for one in failure.before(NotifyPayment)]
    return {"S": "what was paid", "F": "what has failed"}[notified[-1]] if notified else "what is still being paid"


@names(FaultKind.WRONG_IDENTIFIER)
def another_customer_told(failure: Failure) -> str:
    """An inquiry is told another customer than userInitiatedPay named."""
    fits = isinstance(failure.wrong, InquiryPaymentAnswer) and failure.field == "customer_id"
    return "inquiries are told another customer than the one that Alipay+ was asked for" if fits else ""


@names(FaultKind.INQUIRY_CONTRADICTS)
def inquiry_contradicts(failure: Failure) -> str:
    """What an inquiry was told is not what is known of the payment."""
    wrong = failure.wrong
    forged = any(call.signature != "valid" for call in _calls(failure))
    if not isinstance(wrong, InquiryPaymentAnswer) or forged or failure.field == "customer_id":
        return ""
    if failure.field in _AMOUNTS:
        return "what inquiries are told of amounts is not what the order says"
    if failure.field in {"result_status", "result_code"}:
        return "the MPP server does not tell an order that it does not know from other trouble"
    if any(one.result_status == "S" for one in failure.before(CancelPaymentAnswer)):
        return "inquiries are answered from before the cancellation"
    notified = [one.result_status for one in failure.before(NotifyPayment)]
    if not notified:
        return "inquiries are told a final result while the payment is still under way"
    return f"inquiries are told {wrong.payment_status} of a payment that was notified as {notified[-1]}"


# --- the rest -----------------------------------------------------------------------------------------------------


@names(FaultKind.REQUEST_CHANGED)
def request_changed(failure: Failure) -> str:
    """A repeated userInitiatedPay that differs from the first."""
    calls = failure.asked
    if len({call.code_value for call in calls}) > 1 and _scanned(failure) not in {
        call.code_value for call in calls[1:]
    }:
        return "the request that is repeated has another codeValue than the first" if _same_payment(failure) else ""
    changed = len({call.customer_id for call in calls}) > 1
    return "the request that is repeated has another customerId than the first" if changed else ""


def _same_payment(failure: Failure) -> bool:
    """Whether the first request named the code rightly."""
    right = {one.code_value for one in failure.of(Decode)} if failure.entry else {_scanned(failure)}
    return failure.asked[0].code_value in right


@names(FaultKind.REDIRECT_FOLLOWED)
def redirect_followed(failure: Failure) -> str:
    """A call at the address of a redirect."""
    fits = isinstance(failure.wrong, RedirectFollowed)
    return "the HTTP client follows redirects: switch that off for calls to Alipay+" if fits else ""


@names(FaultKind.ADAPTOR)
def adaptor(failure: Failure) -> str:
    """An adaptor that does not look at what it is asked."""
    wrong = failure.wrong
    if not isinstance(wrong, AdaptorAnswer | AdaptorHealth):
        return ""
    if wrong.status.startswith("2"):
        return "the adaptor takes calls without a look at their fields"
    return "the adaptor breaks down over a call that lacks a field or has it in another type"


@names(FaultKind.LEFT_WAITING)
def final_answer_retried(failure: Failure) -> str:
    """Asked again although every answer was final."""
    answers = failure.of(UserInitiatedPayAnswer)
    final = all(one.action_type and one.result_status in {"S", "F"} for one in answers)
    fits = final and len(answers) > 1 and not failure.faulty and failure.trace.app_link and not failure.handed
    return "the MPP server takes an answer that is final for trouble, asks again and gives up" if fits else ""


RULES: Final[tuple[Rule, ...]] = (
    *(unsigned, signature_unreadable, signed_something_else, carried_otherwise),
    *(not_served, amount_form, empty_text, field_left_out, fields_swapped, not_final, spelling, wrong_type),
    *(code_mistaken, decoded_first, scanned_for_intercepted, wrong_address),
    *(caller_not_verified, valid_call_refused, cancelled_twice, cancellation_refused, inquiry_contradicts),
    *(request_changed, redirect_followed, adaptor, final_answer_retried),
)
