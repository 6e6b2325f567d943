"""Alipay+ as the MPP server sees it: decodes order codes, applies the limits, learns of results."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from mpp_conformance import limits, wire
from mpp_conformance.messages import (
    GATEWAY,
    HANDLE_BY_PSP,
    Malformed,
    Message,
    NotifyPayment,
    NotifyPaymentAnswer,
    Order,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.peers.accounts import Accounts, Entry
from mpp_conformance.scenario import (
    ENTRY,
    FAILED,
    FOREIGN,
    MARKS,
    PAID,
    TAG,
    Answer,
    Codes,
    Payment,
    Profile,
    Scenario,
    handle_by_psp,
    handle_by_sdk,
)

BREACH_CODES: Final = {
    limits.TRANSACTION: "PAYMENT_AMOUNT_EXCEED_LIMIT",
    limits.YEAR: "USER_AMOUNT_EXCEED_LIMIT",
}
"""The result codes given for a breach; no document states them (facts of the API, result codes)."""

_NOT_SIGNED: Final = ("INVALID_SIGNATURE", "The signature of the request does not verify.")
_NO_CODE: Final = ("INVALID_CODE", "This is not an order code of Alipay+.")
_NO_ORDER: Final = ("ORDER_NOT_EXIST", "No order bears this paymentRequestId.")
_OTHER_CUSTOMER: Final = ("REPEAT_REQ_INCONSISTENT", "The code was sent before for another customer.")


def payment_request_id(codes: Codes) -> str:
    """The id of the order behind a payment's codes."""
    return f"2025061519{codes.order_id}"


@dataclass(slots=True)
class AlipayPlus:
    """One conversation's Alipay+: nothing is shared with any other conversation."""

    scenario: Scenario
    codes: tuple[Codes, ...]
    profile: Profile
    accounts: Accounts = field(init=False)
    _customers: dict[int, str] = field(default_factory=dict)
    """Who asked first about each payment's code."""
    _unknown: dict[int, int] = field(default_factory=dict)
    """How often ``U`` was answered."""
    _answers: dict[int, UserInitiatedPayAnswer] = field(default_factory=dict)
    _results: dict[str, NotifyPayment] = field(default_factory=dict)
    _known_roles: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.accounts = Accounts(limits.EDITIONS[self.scenario.edition], self.scenario.reading)

    def decode(self, index: int, request: UserInitiatedPay) -> UserInitiatedPayAnswer:
        """Answer userInitiatedPay; the same code asked again by the same customer gets the same decision."""
        payment, codes = self.scenario.payments[index], self.codes[index]
        if request.signature != "valid":
            return _refusal(*_NOT_SIGNED)
        if payment.code == FOREIGN or request.code_value != codes.decoded:
            return _refusal(*_NO_CODE)
        if self._customers.setdefault(index, request.customer_id) != request.customer_id:
            return _refusal(*_OTHER_CUSTOMER)
        if self.unknown_given(index) < payment.unknown:
            self._unknown[index] = self.unknown_given(index) + 1
            return _UNKNOWN
        if index not in self._answers:
            self._recall(payment, request.customer_id)
            self._answers[index] = self._decide(payment, codes, request.customer_id)
        return self._answers[index]

    def answer_given(self, index: int) -> UserInitiatedPayAnswer | None:
        """The decision Alipay+ has made on a payment, once it was asked and did not answer ``U``."""
        return self._answers.get(index)

    def forget(self, index: int) -> None:
        """Undo the decision on a payment: the connection broke before it was made."""
        self._answers.pop(index, None)

    def unknown_given(self, index: int) -> int:
        """How often Alipay+ has answered ``U`` to userInitiatedPay."""
        return self._unknown.get(index, 0)

    def learn(self, index: int, notice: NotifyPayment) -> NotifyPaymentAnswer:
        """Take notifyPayment; a payment that succeeded counts towards the limits, once."""
        if notice.signature != "valid":
            return _notice_answer("F", *_NOT_SIGNED)
        answered = self.answer_given(index)
        if answered is None or not continues(answered):
            return _notice_answer("F", *_NO_ORDER)
        known = self._results.get(notice.payment_request_id)
        if known is None:
            self._results[notice.payment_request_id] = notice
            payment = self.scenario.payments[index]
            self.accounts.remember(
                Entry(
                    individual=self._customers[index],
                    amount=payment.amount,
                    by_entry_code=payment.code == ENTRY,
                    at=datetime.fromisoformat(payment.at),
                    outcome=PAID if notice.result_status == "S" else FAILED,
                )
            )
        elif known.result_status != notice.result_status:
            return _notice_answer("F", "REPEAT_REQ_INCONSISTENT", "Another result was notified before.")
        return _notice_answer("S", "SUCCESS", "success")

    def _recall(self, payment: Payment, individual: str) -> None:
        """Give the individual the past that the scenario wrote for this customer; the MPP chose the customer id."""
        if payment.customer in self._known_roles:
            return
        self._known_roles.add(payment.customer)
        for past in self.scenario.past:
            if past.customer == payment.customer:
                self.accounts.remember(
                    Entry(
                        individual=individual,
                        amount=past.amount,
                        by_entry_code=past.by_entry_code,
                        at=datetime.fromisoformat(past.at),
                        outcome=past.outcome,
                    )
                )

    def _decide(self, payment: Payment, codes: Codes, individual: str) -> UserInitiatedPayAnswer:
        answer = payment.answer or self._by_limits(payment, individual)
        order = Order(
            payment_request_id=payment_request_id(codes),
            amount=str(payment.amount),
            pay_to_amount=self.profile.settled(payment.amount),
            pay_to_currency=self.profile.settlement_currency,
            code_type="EntryCode" if payment.code == ENTRY else "OrderCode",
        )
        if answer.body:
            return given(answer.body, order, codes.tag)
        return UserInitiatedPayAnswer(
            result_status=answer.result_status,
            result_code=answer.result_code,
            result_message="success" if answer.result_status == "S" else "decoding failed",
            action_type=answer.action_type,
            sdk_action_payload=None if answer.payload is None else answer.payload.replace(TAG, codes.tag),
            order=order if answer.with_order else None,
        )

    def _by_limits(self, payment: Payment, individual: str) -> Answer:
        """Source document, entry code steps 17-22, order code steps 7-12."""
        breached = self.accounts.exceeded(
            individual,
            by_entry_code=payment.code == ENTRY,
            amount=payment.amount,
            at=datetime.fromisoformat(payment.at),
        )
        if breached is None:
            return handle_by_psp()
        status = self.scenario.breach_status
        return handle_by_sdk(status, code=BREACH_CODES[breached.period] if status == "F" else None)


def given(body: str, order: Order, tag: str) -> UserInitiatedPayAnswer:
    """The answer that ``body`` is once it belongs to a payment; OurMessageIsInvalid where it is none.

    The address of notifyPayment stays a general one: the wire knows where Alipay+ listens.
    """
    facts = {
        "paymentRequestId": order.payment_request_id,
        "amount": order.amount,
        "payToAmount": order.pay_to_amount,
        "payToCurrency": order.pay_to_currency,
        "quotePrice": wire.price_of(order) or "1",
        "codeType": order.code_type,
    }
    text = body.replace(TAG, tag)
    for name, mark in MARKS.items():
        text = text.replace(mark, facts[name])
    message = wire.decode(UserInitiatedPayAnswer, text.encode("utf-8", "surrogatepass"))
    if isinstance(message, Malformed):
        raise wire.OurMessageIsInvalid(f"the answer that the scenario gives breaks the interface: {message.problem}")
    return replace(message, body=text)


def refusal_of(message: Malformed) -> UserInitiatedPayAnswer | NotifyPaymentAnswer:
    """What Alipay+ answers to a call that breaks ``openapi/alipay-plus.yaml``."""
    problem = "The request does not conform to the interface."
    if message.operation == NotifyPayment.__name__:
        return _notice_answer("F", "PARAM_ILLEGAL", problem)
    return _refusal("PARAM_ILLEGAL", problem)


def answer_to_stranger(message: Message) -> UserInitiatedPayAnswer | NotifyPaymentAnswer | None:
    """What Alipay+ answers to a call that belongs to no conversation; ``None`` for what is no call to Alipay+."""
    if isinstance(message, UserInitiatedPay):
        return _refusal(*(_NO_CODE if message.signature == "valid" else _NOT_SIGNED))
    if isinstance(message, NotifyPayment):
        return _notice_answer("F", *(_NO_ORDER if message.signature == "valid" else _NOT_SIGNED))
    if isinstance(message, Malformed) and message.where == GATEWAY:
        return refusal_of(message)
    return None


def continues(answer: UserInitiatedPayAnswer) -> bool:
    """Whether an order was placed that the MPP is to collect."""
    return answer.action_type == HANDLE_BY_PSP and answer.result_status == "S"


def _refusal(code: str, message: str) -> UserInitiatedPayAnswer:
    return UserInitiatedPayAnswer(result_status="F", result_code=code, result_message=message)


_UNKNOWN: Final = UserInitiatedPayAnswer(
    result_status="U", result_code="UNKNOWN_EXCEPTION", result_message="Try again later."
)


def _notice_answer(status: str, code: str, message: str) -> NotifyPaymentAnswer:
    return NotifyPaymentAnswer(result_status=status, result_code=code, result_message=message)
