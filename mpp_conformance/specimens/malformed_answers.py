"""MPPs that go wrong over an answer with a field that breaks the interface, whatever that field is about."""

from collections.abc import Iterator, Mapping
from typing import Any

from mpp_conformance import wire
from mpp_conformance.protocol.messages import Message, Order
from mpp_conformance.specimens.conforming import ConformingMpp, Session


class BreaksDownOnNumbers(ConformingMpp):
    """Breaks down over a field of an answer that is a number where it should be a text.

    It says nothing more of the payment.
    """

    name = "number-for-text-hangs"
    observed = frozenset({"FLT-8"})

    def unanswered(self, session: Session, received: wire.Received) -> Iterator[Message]:
        """No word; amounts have a reader of their own, which does not mind."""
        numbers = any(isinstance(value, int) for value in _parsed(received).values())
        return iter(()) if numbers else super().unanswered(session, received)


class FallsBack(ConformingMpp):
    """Falls back on its reader from before the upgrade where the new one fails over a field.

    That one knows orders, and no actionForm. It is not asked where the payload is at fault.
    """

    name = "older-reader-pays"
    breaks = frozenset({"FLT-2"})

    def unanswered(self, session: Session, received: wire.Received) -> Iterator[Message]:
        """There is an order to pay."""
        told = _parsed(received) if received.signature == "valid" else {}
        form, order = told.get("actionForm"), _order(told)
        if order is not None and isinstance(form, dict) and isinstance(form.get("sdkActionPayload") or 0, str):
            yield from self.pay_own(session, order)
        else:
            yield from super().unanswered(session, received)


def _parsed(received: wire.Received) -> Mapping[str, Any]:
    try:
        return wire.parse_object(received.body)
    except wire.UnreadableBodyError:
        return {}


def _order(told: Mapping[str, Any]) -> Order | None:
    """The order, if all that is needed of it is there as it should be."""
    try:
        paid, owed = told["paymentAmount"], told["payToAmount"]
        found = (told["paymentRequestId"], paid["value"], owed["value"], owed["currency"])
    except (KeyError, TypeError):
        return None
    if not all(isinstance(text, str) for text in found):
        return None
    return Order(
        payment_request_id=found[0], amount=found[1], pay_to_amount=found[2], pay_to_currency=found[3], code_type=""
    )
