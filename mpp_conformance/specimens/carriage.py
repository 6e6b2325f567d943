"""MPPs whose server lets HTTP carry its answers to Alipay+ in a way of its own."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from mpp_conformance.protocol.messages import (
    GATEWAY,
    CancelPayment,
    CancelPaymentAnswer,
    InquiryPayment,
    InquiryPaymentAnswer,
    Malformed,
    Message,
)
from mpp_conformance.specimens.conforming import ConformingMpp, Say
from mpp_conformance.specimens.consequences import ids

_UNKNOWN: Final = "ORDER_NOT_EXIST"
_PAGE: Final = Malformed(
    where=GATEWAY,
    operation=InquiryPaymentAnswer.__name__,
    problem="<!doctype html><title>Internal Server Error</title>",
    signature="missing",
    http_status="500",
    media_type="text/html",
)
"""What its framework says where an error was not caught."""


class AnswersInternalError(ConformingMpp):
    """Answers every call of Alipay+ soundly, and with HTTP status 500."""

    name = "answers-with-status-500"
    observed = frozenset({"WIRE-8"})

    def served(self, call: InquiryPayment | CancelPayment) -> InquiryPaymentAnswer | CancelPaymentAnswer:
        """Another status."""
        return replace(super().served(call), http_status="500")


class AnswersNotFound(ConformingMpp):
    """Makes a status of HTTP of each result code, as for a resource on the web."""

    name = "unknown-orders-answered-with-status-404"
    observed = frozenset({"WIRE-8"})

    def inquired(self, inquiry: InquiryPayment) -> InquiryPaymentAnswer:
        """No such order, no such page."""
        made = super().inquired(inquiry)
        return replace(made, http_status="404") if made.result_code == _UNKNOWN else made


class AnswersPlainText(ConformingMpp):
    """Writes JSON, and calls it text."""

    name = "answers-called-plain-text"
    observed = frozenset({"WIRE-8"})

    def served(self, call: InquiryPayment | CancelPayment) -> InquiryPaymentAnswer | CancelPaymentAnswer:
        """Another media type."""
        return replace(super().served(call), media_type="text/plain")


class ShowsErrorPage(ConformingMpp):
    """Leaves orders that it does not know to its framework, which shows people a page.

    It is neither signed (WIRE-3) nor a message (WIRE-4). Who sees no other answer about an order that nobody placed
    does not know whether the server tells orders apart.
    """

    name = "unknown-orders-answered-with-a-page"
    breaks = frozenset({"WIRE-3", "WIRE-4"})
    hides = ids("""
        CAN-1 CAN-2 CAN-3 CAN-6 INQ-1 INQ-2 INQ-3 INQ-4 NOT-3 SRV-7 WIRE-5 WIRE-6 WIRE-7
    """)
    observed = frozenset({"WIRE-8"})

    def hear(self, session: str, message: Message) -> Iterator[Say]:
        """HTML in the place of the answer."""
        for say in super().hear(session, message):
            unknown = isinstance(message, InquiryPayment) and getattr(say.message, "result_code", "") == _UNKNOWN
            yield Say(session=say.session, message=_PAGE) if unknown else say
