"""The simulated Alipay+ beside a naive ledger: calls in any order, repeated, unsigned, and by the wrong customer."""

from datetime import datetime
from typing import Final, NamedTuple

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from mpp_conformance.peers.alipay_plus import AlipayPlus, payment_request_id
from mpp_conformance.protocol.limits import Reading
from mpp_conformance.protocol.messages import HANDLE_BY_PSP, HANDLE_BY_SDK, NotifyPayment, UserInitiatedPay
from mpp_conformance.scenarios.scenario import (
    ENTRY,
    FOREIGN,
    FUNDED,
    ORDER,
    SECOND,
    CodeTemplates,
    PastPayment,
    Payment,
    Profile,
    Scenario,
    codes_for,
)

_STATEFUL: Final = settings(deadline=None, database=None, max_examples=60, stateful_step_count=30)
_TEMPLATES: Final = CodeTemplates(entry="e{id}", order="o{id}", foreign="f{id}")
_PROFILE: Final = Profile(templates=_TEMPLATES, customers=((FUNDED, "one"), (SECOND, "two")))
_SINGLE, _YEARLY, _ENTRY_SINGLE, _ENTRY_YEARLY = 700_000, 7_000_000, 50_000, 5_000_000
_PAYMENTS: Final = 8

_payments = st.builds(
    Payment,
    code=st.sampled_from([ENTRY, ORDER, ORDER, FOREIGN]),
    amount=st.sampled_from([1, 50_000, 50_001, 700_000, 700_001]),
    at=st.sampled_from(["2025-12-31T15:59:59+00:00", "2025-12-31T16:00:00+00:00", "2025-06-15T12:00:00+08:00"]),
    unknown=st.integers(0, 2),
)
_past = st.builds(
    PastPayment,
    amount=st.sampled_from([1, 4_950_000, 6_300_000, 6_999_999]),
    by_entry_code=st.booleans(),
    at=st.just("2025-01-01T00:00:00+08:00"),
)
_index = st.integers(0, _PAYMENTS - 1)
_people = st.sampled_from(["one", "one", "two"])
_signatures = st.sampled_from(["valid", "valid", "valid", "missing", "invalid"])
_statuses = st.sampled_from(["S", "S", "F"])


class _Paid(NamedTuple):
    who: str
    payment: Payment


class _Ledger(RuleBasedStateMachine):
    """Two customers ask about eight codes and notify results; what is answered is worked out by hand as well."""

    @initialize(
        payments=st.lists(_payments, min_size=_PAYMENTS, max_size=_PAYMENTS), past=_past, inclusive=st.booleans()
    )
    def open_the_conversation(self, *, payments: list[Payment], past: PastPayment, inclusive: bool) -> None:
        self.inclusive = inclusive
        reading = Reading(inclusive=inclusive)
        scenario = Scenario(payments=tuple(payments), past=(past,), edition="2023-12", reading=reading)
        indices = range(_PAYMENTS)
        self.codes = tuple(codes_for(scenario, index, run="test", templates=_TEMPLATES) for index in indices)
        self.payments, self.past = payments, past
        self.alipay_plus = AlipayPlus(scenario, self.codes, _PROFILE)
        self.asked_by: dict[int, str] = {}
        self.unknown = [payment.unknown for payment in payments]
        self.decided: dict[int, str] = {}
        self.results: dict[int, str] = {}
        self.paid: list[_Paid] = []

    @rule(index=_index, who=_people, signature=_signatures)
    def a_code_is_asked_about(self, *, index: int, who: str, signature: str) -> None:
        call = UserInitiatedPay(code_value=self.codes[index].decoded, customer_id=who, signature=signature)
        answer = self.alipay_plus.decode(index, call)

        assert self._expected(index, who, signature) == (answer.result_status, answer.result_code, answer.action_type)

    def _expected(self, index: int, who: str, signature: str) -> tuple[str, str, str | None]:
        payment = self.payments[index]
        if signature != "valid":
            return "F", "INVALID_SIGNATURE", None
        if payment.code == FOREIGN:
            return "F", "INVALID_CODE", None
        if self.asked_by.setdefault(index, who) != who:
            return "F", "REPEAT_REQ_INCONSISTENT", None
        if self.unknown[index]:
            self.unknown[index] -= 1
            return "U", "UNKNOWN_EXCEPTION", None
        if not self.decided:
            # The past is that of whoever comes first with the customer's role, which all payments have.
            code = ENTRY if self.past.by_entry_code else ORDER
            self.paid.append(_Paid(who, Payment(code=code, amount=self.past.amount, at=self.past.at)))
        stopped = self.decided.setdefault(index, self._stopped(who, payment))
        return ("F", stopped, HANDLE_BY_SDK) if stopped else ("S", "SUCCESS", HANDLE_BY_PSP)

    @rule(index=_index, status=_statuses, signature=_signatures)
    def a_result_is_notified(self, *, index: int, status: str, signature: str) -> None:
        notice = NotifyPayment(
            payment_request_id=payment_request_id(self.codes[index]),
            result_status=status,
            result_code="X",
            result_message="x",
            signature=signature,
        )
        answer = self.alipay_plus.learn(index, notice)

        assert self._taken(index, status, signature) == answer.result_code

    def _taken(self, index: int, status: str, signature: str) -> str:
        if signature != "valid":
            return "INVALID_SIGNATURE"
        if self.decided.get(index) != "":
            return "ORDER_NOT_EXIST"
        first = index not in self.results
        if self.results.setdefault(index, status) != status:
            return "REPEAT_REQ_INCONSISTENT"
        if first and status == "S":
            self.paid.append(_Paid(self.asked_by[index], self.payments[index]))
        return "SUCCESS"

    @invariant()
    def the_sums_are_those_of_the_payments_that_were_made(self) -> None:
        for who in ("one", "two"):
            for payment in self.payments:
                spent = self.alipay_plus.accounts.spent_within_year(who, datetime.fromisoformat(payment.at))
                assert self._spent(who, payment) == (spent.in_store, spent.entry_code)

    def _stopped(self, who: str, payment: Payment) -> str:
        """The code of the limit that a payment would exceed, by hand; empty where none."""
        in_store, entry_code = self._spent(who, payment)
        single, yearly = [_SINGLE], [_YEARLY - in_store]
        if payment.code == ENTRY:
            single, yearly = [*single, _ENTRY_SINGLE], [*yearly, _ENTRY_YEARLY - entry_code]
        least = 0 if self.inclusive else 1
        if min(single) - payment.amount < least:
            return "PAYMENT_AMOUNT_EXCEED_LIMIT"
        return "USER_AMOUNT_EXCEED_LIMIT" if min(yearly) - payment.amount < least else ""

    def _spent(self, who: str, now: Payment) -> tuple[int, int]:
        """What somebody has paid by all codes and by entry codes, in the year of a payment and before it."""
        until = datetime.fromisoformat(now.at)
        counted = [
            paid.payment
            for paid in self.paid
            if paid.who == who
            and datetime.fromisoformat(paid.payment.at) <= until
            and (paid.payment.at == "2025-12-31T16:00:00+00:00") == (now.at == "2025-12-31T16:00:00+00:00")
        ]
        return (
            sum(payment.amount for payment in counted),
            sum(payment.amount for payment in counted if payment.code == ENTRY),
        )


def test_whatever_is_called_in_whatever_order_counts_as_by_hand() -> None:
    """A code has one customer and one decision, a payment one result; what is refused leaves no trace in the sums."""
    run_state_machine_as_test(_Ledger, settings=_STATEFUL)
