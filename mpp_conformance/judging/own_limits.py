"""An amount above which an MPP declines by itself what Alipay+ left to it: the payments of a whole run show it.

No document says that an MPP must take every payment. But where it declines the larger ones, what was to be shown by
them stays open, and whoever reads that should be told why.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mpp_conformance.judging.results_told import results_told
from mpp_conformance.judging.trace import BROKEN, Trace
from mpp_conformance.protocol.limits import cny
from mpp_conformance.protocol.messages import HANDLE_BY_PSP, UserInitiatedPayAnswer
from mpp_conformance.scenarios.scenario import UNFUNDED, Payment


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A payment of ``amount`` (fen) by a customer (their role) with a kind of code, and whether the MPP took it."""

    customer: str
    code: str
    amount: int
    taken: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLimit:
    """The customer was declined ``declined`` (fen) and all that is more, and paid ``paid`` and nothing that is more.

    ``code``: the kind of code that this is seen with; empty where it is so with all of them.
    """

    customer: str
    code: str
    paid: int
    declined: int

    def hinders(self, attempt: Attempt) -> bool:
        """Whether this payment was declined above the limit."""
        own = attempt.customer == self.customer and self.code in {"", attempt.code}
        return own and not attempt.taken and attempt.amount >= self.declined

    def closer_than(self, other: "OwnLimit") -> bool:
        """Whether it says all that the other says, and more."""
        within = other.paid <= self.paid and self.declined <= other.declined
        return within and self.code in {"", other.code} and (self.paid, self.declined) != (other.paid, other.declined)


def attempts(trace: Trace) -> Iterator[Attempt]:
    """The payments of a conversation that Alipay+ left to the MPP, as far as they came to an end.

    One that can be declined for another reason than its amount is none: it was scanned again, cancelled, overdue, met
    a fault, or is told of in unusual words.
    """
    for index, payment in enumerate(trace.scenario.payments):
        amount = _amount(trace, index)
        if amount is None or trace.ending == BROKEN:
            continue
        taken = trace.paid(index)
        declined = "F" in results_told(event.message for event in trace.of(index))
        if taken or (_usual(payment) and declined):
            yield Attempt(customer=payment.customer, code=payment.code, amount=amount, taken=taken)


def own_limits(found: Iterable[Attempt]) -> tuple[OwnLimit, ...]:
    """What these payments together show, for each customer: for all codes, else for each kind of code."""
    known = set(found)
    made: list[OwnLimit] = []
    for customer in sorted({one.customer for one in known}):
        own = {one for one in known if one.customer == customer}
        whole = _limit(own, customer, "")
        codes = [_limit({one for one in own if one.code == code}, customer, code) for code in sorted(_codes(own))]
        made += [whole] if whole is not None else [limit for limit in codes if limit is not None]
    return tuple(made)


def in_words(limit: OwnLimit) -> str:
    """What it says, in a sentence; too little on the account of a test customer looks the same."""
    return (
        f"the MPP declines {cny(limit.declined)} CNY and more by itself, or there is no more on the account: "
        f"the same customer paid up to {cny(limit.paid)} CNY in this run"
    )


def _limit(found: set[Attempt], customer: str, code: str) -> OwnLimit | None:
    paid = max((one.amount for one in found if one.taken), default=None)
    declined = min((one.amount for one in found if not one.taken), default=None)
    if paid is None or declined is None or declined <= paid:
        return None
    return OwnLimit(customer=customer, code=code, paid=paid, declined=declined)


def _codes(found: Iterable[Attempt]) -> set[str]:
    return {one.code for one in found}


def _amount(trace: Trace, index: int) -> int | None:
    """What the order of this payment comes to, where Alipay+ left it to the MPP and said nothing else of it."""
    answers = [e.message for e in trace.of(index) if isinstance(e.message, UserInitiatedPayAnswer)]
    if not answers or any((one.action_type, one.result_status) != (HANDLE_BY_PSP, "S") for one in answers):
        return None
    amounts = {one.order.amount for one in answers if one.order is not None}
    return int(amounts.pop()) if len(amounts) == 1 else None


def _usual(payment: Payment) -> bool:
    told = payment.answer is None or not payment.answer.body
    return (
        told
        and payment.customer != UNFUNDED
        and not (payment.expired or payment.again or payment.fault or payment.calls)
    )
