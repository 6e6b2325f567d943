"""What kept a conversation from getting as far as the duty that a case asks about: an earlier duty that was broken."""

from collections.abc import Sequence

from mpp_conformance.judging.trace import Event
from mpp_conformance.protocol.messages import GATEWAY, Malformed, UserInitiatedPay, UserInitiatedPayAnswer


def obstacle(events: Sequence[Event]) -> str:
    """The first duty broken in a payment, in words; else that it was never begun; empty where nothing is to be seen.

    ``events``: those of the payment.
    """
    return broken_duty(events) or _not_begun(events)


def broken_duty(events: Sequence[Event]) -> str:
    """The first duty broken in a payment (``events``: all of it), in words; empty where none is to be seen."""
    for event in events:
        message = event.message
        if isinstance(message, Malformed) and message.where == GATEWAY:
            return f"an earlier duty was broken: {message.operation} cannot be read, {message.problem}"
        signature = getattr(message, "signature", "valid")
        if not message.by_suite and signature not in {"valid", None}:
            return f"an earlier duty was broken: {message.name} is not validly signed (signature {signature!r})"
        if isinstance(message, UserInitiatedPayAnswer) and not message.action_type and message.result_status == "F":
            return f"Alipay+ refused userInitiatedPay before any decision: {message.result_code}"
    return ""


def _not_begun(events: Sequence[Event]) -> str:
    said = [event.message for event in events if not event.message.by_suite]
    if not said:
        return "the payment was never begun: nothing came from the MPP"
    if not any(isinstance(message, UserInitiatedPay) for message in said):
        return "the payment was never begun: userInitiatedPay was not called"
    return ""
