"""Causes in what the MPP says of a payment's result: to Alipay+, to its client, once and again."""

from typing import Final

from mpp_conformance.judging.causes.failure import Failure, Rule, names
from mpp_conformance.judging.patterns import ERROR_CODE
from mpp_conformance.protocol.fault_kinds import FaultKind
from mpp_conformance.protocol.messages import (
    CancelPaymentAnswer,
    DecodeCallback,
    NotifyPayment,
    Order,
    ResultPage,
    ServerAnswer,
    UserInitiatedPayAnswer,
)

_TWICE: Final = 2
_HUNDREDTH: Final = 100


def _order(failure: Failure) -> Order | None:
    return next((one.order for one in reversed(failure.of(UserInitiatedPayAnswer)) if one.order), None)


@names(FaultKind.NOT_NOTIFIED)
def not_notified(failure: Failure) -> str:
    """The client knows the result, and Alipay+ was not told."""
    known = failure.told or failure.of(ResultPage)
    elsewhere = any(other.notified for other in failure.others())
    fits = failure.lacks(NotifyPayment) and failure.deviation.kinds == ("NotifyPayment",) and known and not elsewhere
    fits = fits and not failure.asked_again
    return "the result of this order is not notified, or under another id (see the strays)" if fits else ""


@names(FaultKind.RESULT_REVISED)
def result_revised(failure: Failure) -> str:
    """S and F were notified of one order."""
    fits = {"S", "F"} <= set(failure.notified)
    return "a final result is notified and then another one for the same order" if fits else ""


@names(FaultKind.PAID_TWICE)
def paid_twice(failure: Failure) -> str:
    """Two payments of one order, for it was brought more than once."""
    order = _order(failure)
    if failure.field != "payment_id" or order is None:
        return ""
    every = [event.message for event in failure.trace.events]
    brought = [one.order for one in every if isinstance(one, UserInitiatedPayAnswer) and one.order]
    same = [one for one in brought if one.payment_request_id == order.payment_request_id]
    fits = len(same) >= _TWICE or len(failure.asked) >= _TWICE
    return "one order is debited more than once: its paymentRequestId is not known again" if fits else ""


@names(FaultKind.NOTICES_DIFFER)
def notices_differ(failure: Failure) -> str:
    """A notification that is repeated with something else in it."""
    repeated = isinstance(failure.wrong, NotifyPayment) and len(failure.before(NotifyPayment)) > 0
    fits = repeated and failure.field in {"payment_id", "result_code", "result_message"}
    return f"a notification that is repeated has another {failure.field} than the first" if fits else ""


@names(FaultKind.WRONG_IDENTIFIER)
def owed_for_paid(failure: Failure) -> str:
    """The amount that was paid stands where the amount that is owed should."""
    wrong, order = failure.wrong, _order(failure)
    fits = (
        isinstance(wrong, NotifyPayment)
        and order is not None
        and failure.field.startswith("pay_to_")
        and (wrong.pay_to_amount, wrong.pay_to_currency) == (order.amount, order.currency)
    )
    return "paymentAmount stands in the place of payToAmount" if fits else ""


@names(FaultKind.AMOUNT_ROUNDED)
def amount_rounded(failure: Failure) -> str:
    """Less than a hundredth off, or one unit."""
    return "the amount is a little off: it goes through fractions or floats" if 0 < _off(failure) < 1 else ""


@names(FaultKind.WRONG_AMOUNT)
def wrong_amount(failure: Failure) -> str:
    """Another amount altogether."""
    return "the amount notified is not the order's: it is taken from elsewhere" if _off(failure) >= 1 else ""


def _off(failure: Failure) -> int | float:
    """By how many hundredths the notified amount differs from the order's; 0 where that is not asked."""
    wrong, order = failure.wrong, _order(failure)
    if not isinstance(wrong, NotifyPayment) or order is None or failure.field != "payment_amount":
        return 0
    off = abs(int(wrong.payment_amount or 0) - int(order.amount))
    return _HUNDREDTH * off / max(_HUNDREDTH + 1 if off == 1 else 1, int(order.amount))


@names(FaultKind.OWN_RESULT_CODE)
def own_result_code(failure: Failure) -> str:
    """A notification with a result code that Alipay+ does not list."""
    first = isinstance(failure.wrong, NotifyPayment) and failure.field == "result_code"
    fits = first and not failure.before(NotifyPayment)
    return "the failure is notified with a result code of the MPP's own" if fits else ""


@names(FaultKind.NOTIFIED_OTHERWISE)
def notified_otherwise(failure: Failure) -> str:
    """S was notified, and the client told F after that."""
    if not isinstance(failure.wrong, NotifyPayment) or failure.notified != ("S",):
        return ""
    fits = failure.results == ("F",) and failure.number(NotifyPayment) < failure.number(
        ServerAnswer if failure.trace.app_link else ResultPage
    )
    return "success is notified before the debit is known, and the client is told a failure" if fits else ""


@names(FaultKind.CANCELLATION_IGNORED)
def cancellation_ignored(failure: Failure) -> str:
    """Paid although a cancellation was answered with S."""
    cancelled = any(one.result_status == "S" for one in failure.before(CancelPaymentAnswer))
    fits = cancelled and isinstance(failure.wrong, NotifyPayment) and "S" in failure.results
    return "a payment that was cancelled is taken all the same when the consumer confirms" if fits else ""


@names(FaultKind.EXPIRY_IGNORED)
def expiry_ignored(failure: Failure) -> str:
    """Paid although the order had run out."""
    expired = failure.trace.scenario.payments[failure.payment].expired
    fits = expired and isinstance(failure.wrong, NotifyPayment) and "S" in failure.results
    return "paymentExpiryTime is not looked at" if fits else ""


@names(FaultKind.TOLD_OTHERWISE)
def told_otherwise(failure: Failure) -> str:
    """The client was told another result than Alipay+ was notified of."""
    if len(set(failure.notified)) != 1 or not failure.told:
        return ""
    if set(failure.told) == set(failure.notified) or not isinstance(failure.wrong, ServerAnswer | ResultPage):
        return ""
    if failure.told == ("S",) and any("S" in other.told for other in failure.earlier()):
        return ""  # it may be that of the payment before
    if len(failure.trace.scenario.payments) > 1 and failure.told == ("F",) and failure.notified == ("S",):
        reasons = {one.error_code for other in failure.others() for one in other.handed}
        if {one.error_code for one in failure.handed} <= reasons:
            return ""
    if failure.number(ServerAnswer) < failure.number(NotifyPayment):
        return "the client is told a result before the debit has ended, and it ends otherwise"
    return "the client is told another result than Alipay+ is notified of"


@names(FaultKind.ERROR_CODE_MISSING)
def error_code_missing(failure: Failure) -> str:
    """A failure without a code."""
    if failure.field != "error_code" or getattr(failure.wrong, "error_code", None) == ERROR_CODE:
        return ""
    if isinstance(failure.wrong, ServerAnswer) and failure.wrong.payment_status == "F":
        return "the MPP server tells its client a failure without an error code"
    if isinstance(failure.wrong, DecodeCallback):
        lacking = any(one.payment_status == "F" and one.error_code != ERROR_CODE for one in failure.handed)
        said = "the MPP server gives a failure no error code"
        return said if lacking else "the MPP client gives a failure no error code"
    return ""


RULES: Final[tuple[Rule, ...]] = (
    *(not_notified, result_revised, paid_twice, notices_differ, owed_for_paid, amount_rounded, wrong_amount),
    *(own_result_code, notified_otherwise, cancellation_ignored, expiry_ignored, told_otherwise, error_code_missing),
)
