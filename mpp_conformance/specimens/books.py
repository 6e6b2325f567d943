"""The books of a conforming MPP server, and what it answers to Alipay+ out of them."""

from dataclasses import dataclass
from typing import Final

from mpp_conformance.protocol.messages import (
    CancelPayment,
    CancelPaymentAnswer,
    InquiryPayment,
    InquiryPaymentAnswer,
    Order,
)

CLOSED: Final = "ORDER_IS_CLOSED"
"""Why an order is not paid any more."""
_DONE: Final = {"result_status": "S", "result_code": "SUCCESS", "result_message": "success"}
_NO_ORDER: Final = {"result_status": "F", "result_code": "ORDER_NOT_EXIST", "result_message": "no such order"}
_NOT_SIGNED: Final = {"result_status": "F", "result_code": "INVALID_SIGNATURE", "result_message": "not signed"}


@dataclass(slots=True, kw_only=True)
class Entry:
    """What stands in the books about an order; ``status``: how its payment ended (``S`` or ``F``), once it has."""

    order: Order
    customer: str
    status: str | None = None
    error_code: str | None = None
    cancelled: bool = False


class ServesAlipayPlus:
    """The part of an MPP server that Alipay+ calls."""

    books: dict[str, Entry]
    """By paymentRequestId."""

    def served(self, call: InquiryPayment | CancelPayment) -> InquiryPaymentAnswer | CancelPaymentAnswer:
        """What the MPP server answers to Alipay+."""
        return self.inquired(call) if isinstance(call, InquiryPayment) else self.cancelled(call)

    def inquired(self, inquiry: InquiryPayment) -> InquiryPaymentAnswer:
        """How a payment ended, as far as it is known."""
        if inquiry.signature != "valid":
            return InquiryPaymentAnswer(**_NOT_SIGNED)
        entry = self.books.get(inquiry.payment_request_id)
        return InquiryPaymentAnswer(**_NO_ORDER) if entry is None else self.told(entry)

    def told(self, entry: Entry) -> InquiryPaymentAnswer:
        """What inquiryPayment is answered about an order that is known."""
        status, code = self.state(entry)
        return InquiryPaymentAnswer(
            **_DONE,
            payment_status=status,
            payment_code=code,
            payment_message="paid" if status == "S" else "not paid",
            payment_id=f"mpp-{entry.order.payment_request_id}",
            payment_amount=entry.order.amount,
            payment_currency=entry.order.currency,
            pay_to_amount=entry.order.pay_to_amount,
            pay_to_currency=entry.order.pay_to_currency,
            customer_id=entry.customer,
        )

    def state(self, entry: Entry) -> tuple[str, str]:
        """Status and code of a payment."""
        if entry.cancelled:
            return "F", CLOSED
        if entry.status is None:
            return "U", "PAYMENT_IN_PROCESS"
        return entry.status, entry.error_code or "SUCCESS"

    def cancelled(self, cancellation: CancelPayment) -> CancelPaymentAnswer:
        """The money goes back if there was any, and the order is closed, however often this is asked for."""
        if cancellation.signature != "valid":
            return CancelPaymentAnswer(**_NOT_SIGNED)
        entry = self.books.get(cancellation.payment_request_id)
        if entry is None:
            return CancelPaymentAnswer(**_NO_ORDER)
        entry.cancelled = True
        return CancelPaymentAnswer(**_DONE)
