"""Alipay+ as the MPP server sees it: decodes order codes, applies the limits, learns of results."""

import functools
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Final

from mpp_conformance import wire
from mpp_conformance.peers.accounts import Accounts, Entry
from mpp_conformance.peers.identification import identity
from mpp_conformance.peers.refusals import NO_CODE, NO_ORDER, NOT_SIGNED, refusal, unknown_result
from mpp_conformance.protocol import limits
from mpp_conformance.protocol.faults import FAULTS
from mpp_conformance.protocol.messages import (
    HANDLE_BY_PSP,
    NEVER,
    IdentifyCode,
    IdentifyCodeAnswer,
    Malformed,
    NotifyPayment,
    NotifyPaymentAnswer,
    Order,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios.scenario import (
    ENTRY,
    FAILED,
    FOREIGN,
    MARKS,
    NOON,
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

_OVERDUE: Final = "2025-01-01T00:00:00+08:00"
"""Before any virtual time, and before the time of any wallet."""
_STILL: Final = timedelta(hours=11)
"""Longer than any clock goes wrong, and shorter than the farthest time zone is away."""
_OTHER_CUSTOMER: Final = ("REPEAT_REQ_INCONSISTENT", "The code was sent before for another customer.")
_OTHER_RESULT: Final = ("REPEAT_REQ_INCONSISTENT", "Another result was notified before.")


def payment_request_id(codes: Codes) -> str:
    """The id of the order behind a payment's codes."""
    return f"2025061519{codes.order_id}"


@dataclass(slots=True)
class AlipayPlus:
    """One conversation's Alipay+: nothing is shared with any other conversation."""

    scenario: Scenario
    codes: tuple[Codes, ...]
    profile: Profile
    now: str = NOON
    """The time by the clock of the wallet, ISO 8601."""
    accounts: Accounts = field(init=False)
    _placed: tuple[int, ...] = field(init=False)
    """For each payment the one whose code it scans."""
    _customers: dict[int, str] = field(default_factory=dict)
    """Who asked first about each payment's code."""
    _unknown: dict[int, int] = field(default_factory=dict)
    """How often ``U`` was answered to userInitiatedPay."""
    _notices_unknown: dict[int, int] = field(default_factory=dict)
    """Likewise to notifyPayment."""
    _answers: dict[int, UserInitiatedPayAnswer] = field(default_factory=dict)
    _results: dict[str, NotifyPayment] = field(default_factory=dict)
    _known_roles: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._placed = tuple(self.scenario.placed(index) for index in range(len(self.scenario.payments)))
        self.accounts = Accounts(limits.EDITIONS[self.scenario.edition], self.scenario.reading)

    def decode(self, index: int, request: UserInitiatedPay) -> UserInitiatedPayAnswer:
        """Answer userInitiatedPay; the same code asked again by the same customer gets the same decision."""
        if request.signature != "valid":
            return refusal(UserInitiatedPayAnswer, *NOT_SIGNED)
        placed = self._placed[index]
        payment, codes = self.scenario.payments[placed], self.codes[placed]
        if payment.code == FOREIGN or request.code_value != codes.decoded:
            return refusal(UserInitiatedPayAnswer, *NO_CODE)
        if self._customers.setdefault(placed, request.customer_id) != request.customer_id:
            return refusal(UserInitiatedPayAnswer, *_OTHER_CUSTOMER)
        if self.count_unknown(placed) < payment.unknown:
            self._unknown[placed] = self.count_unknown(placed) + 1
            return unknown_result(UserInitiatedPayAnswer)
        if placed not in self._answers:
            self._recall(payment, request.customer_id)
            self._answers[placed] = self._decide(placed, request.customer_id)
        return self._answers[placed]

    def order_of(self, index: int) -> Order:
        """The order behind a payment's code, whatever is told of it."""
        placed = self._placed[index]
        payment = self.scenario.payments[placed]
        return Order(
            payment_request_id=payment_request_id(self.codes[placed]),
            amount=str(payment.amount),
            pay_to_amount=self.profile.settlement_amount(payment.amount, payment.rounding),
            pay_to_currency=self.profile.settlement_currency,
            quote_price=self.profile.price,
            code_type="EntryCode" if payment.code == ENTRY else "OrderCode",
            expiry_time=self._expiry(payment),
        )

    def _expiry(self, payment: Payment) -> str:
        if not payment.zone:
            return _OVERDUE if payment.expired else NEVER
        zone = timezone(timedelta(minutes=payment.zone))
        return (datetime.fromisoformat(self.now) + _STILL).astimezone(zone).isoformat(timespec="seconds")

    def decision(self, index: int) -> UserInitiatedPayAnswer | None:
        """The decision Alipay+ has made on a payment, once it was asked and did not answer ``U``."""
        return self._answers.get(self._placed[index])

    def forget(self, index: int) -> None:
        """Undo the decision on a payment: the connection broke before it was made."""
        self._answers.pop(self._placed[index], None)

    def count_unknown(self, index: int) -> int:
        """How often Alipay+ has answered ``U`` to userInitiatedPay."""
        return self._unknown.get(self._placed[index], 0)

    def notice_wanted(self, index: int) -> bool:
        """Whether the last answer to notifyPayment was ``U``, and the next one may be another."""
        given = self._notices_unknown.get(self._placed[index], 0)
        return given > 0 and payment_request_id(self.codes[index]) not in self._results

    def identify(self, index: int, request: IdentifyCode) -> IdentifyCodeAnswer:
        """Tell an MPP server what a code is."""
        if request.signature != "valid":
            return refusal(IdentifyCodeAnswer, *NOT_SIGNED)
        return identity(request.code_value, self.scenario.payments[index].code, self.codes[index])

    def learn(self, index: int, notice: NotifyPayment) -> NotifyPaymentAnswer:
        """Take notifyPayment; a payment that succeeded counts towards the limits, once."""
        if notice.signature != "valid":
            return refusal(NotifyPaymentAnswer, *NOT_SIGNED)
        answered = self.decision(index)
        placed = self._placed[index]
        known_by = payment_request_id(self.codes[placed])
        if answered is None or not continues(answered) or notice.payment_request_id != known_by:
            return refusal(NotifyPaymentAnswer, *NO_ORDER)
        payment, told = self.scenario.payments[placed], self._notices_unknown.get(placed, 0)
        if told < payment.notice_unknown:
            self._notices_unknown[placed] = told + 1
            return unknown_result(NotifyPaymentAnswer)
        known = self._results.get(notice.payment_request_id)
        if known is not None and known.result_status != notice.result_status:
            return refusal(NotifyPaymentAnswer, *_OTHER_RESULT)
        if known is None:
            self._results[notice.payment_request_id] = notice
            self.accounts.remember(
                Entry(
                    individual=self._customers[placed],
                    amount=payment.amount,
                    by_entry_code=payment.code == ENTRY,
                    at=datetime.fromisoformat(payment.at),
                    outcome=PAID if notice.result_status == "S" else FAILED,
                )
            )
        return NotifyPaymentAnswer(result_status="S", result_code="SUCCESS", result_message="success")

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

    def _decide(self, placed: int, individual: str) -> UserInitiatedPayAnswer:
        payment, codes, order = self.scenario.payments[placed], self.codes[placed], self.order_of(placed)
        answer = payment.answer or self._by_limits(payment, individual)
        if answer.body and not (payment.fault and FAULTS[payment.fault].given):
            return _given(answer.body, order, codes.tag)
        return UserInitiatedPayAnswer(
            result_status=answer.result_status,
            result_code=answer.result_code,
            result_message="success" if answer.result_status == "S" else "decoding failed",
            action_type=answer.action_type,
            sdk_action_payload=answer.payload_of(codes.tag),
            order=order if answer.with_order else None,
        )

    def _by_limits(self, payment: Payment, individual: str) -> Answer:
        """Source document, entry code steps 17-22, order code steps 7-12."""
        breached = self.accounts.exceeded_limit(
            individual,
            by_entry_code=payment.code == ENTRY,
            amount=payment.amount,
            at=datetime.fromisoformat(payment.at),
        )
        if breached is None:
            return handle_by_psp()
        status = self.scenario.breach_status
        code = BREACH_CODES[breached.period] if status == "F" else None
        return handle_by_sdk(status, code=code, with_order=self.scenario.breach_with_order)


def fill_in(body: str, order: Order, tag: str) -> str:
    """The body of an answer made this payment's own: every mark in it is what ``order`` and ``tag`` say.

    The address of notifyPayment stays a general one: the wire knows where Alipay+ listens.
    """
    facts = {
        "paymentRequestId": order.payment_request_id,
        "referenceOrderId": wire.reference_of(order.payment_request_id),
        "amount": order.amount,
        "payToAmount": order.pay_to_amount,
        "payToCurrency": order.pay_to_currency,
        "quotePrice": order.quote_price or "1",
        "codeType": order.code_type,
    }
    text = body.replace(TAG, tag)
    for name, mark in MARKS.items():
        text = text.replace(mark, facts[name])
    return text


@functools.lru_cache(maxsize=1_024)
def _given(body: str, order: Order, tag: str) -> UserInitiatedPayAnswer:
    """The answer that a scenario gives; OurMessageIsInvalid where it is none."""
    text = fill_in(body, order, tag)
    message = wire.decode(UserInitiatedPayAnswer, text.encode("utf-8", "surrogatepass"))
    if isinstance(message, Malformed):
        raise wire.OurMessageIsInvalid(f"the answer that the scenario gives breaks the interface: {message.problem}")
    return replace(message, body=text)


def continues(answer: UserInitiatedPayAnswer) -> bool:
    """Whether an order was placed that the MPP is to collect."""
    return answer.action_type == HANDLE_BY_PSP and answer.result_status == "S"
