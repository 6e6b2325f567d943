"""How much of the state model the cases cover: transitions, and pairs of values, of those that are possible.

Planned coverage says where the conversations lead a conforming MPP; of traces, where one was really led.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from mpp_conformance.adequacy.model.dimensions import (
    AT,
    AT_ONCE,
    CODE,
    FAILS,
    LATER,
    NEVER,
    NOT_ASKED,
    NOT_GIVEN,
    NOT_LEFT,
    NOT_RELEVANT,
    OVER,
    PAID,
    WITHIN,
    Condition,
    Pair,
    all_pairs,
    in_words,
    pairs,
    reason_impossible,
)
from mpp_conformance.adequacy.model.table import TRANSITIONS, Transition
from mpp_conformance.adequacy.model.walk import walk_of, way
from mpp_conformance.judging.trace import Trace
from mpp_conformance.ledger.catalogue import ENTRY_CODE, ORDER_CODE, Claims, Planned
from mpp_conformance.peers.accounts import Accounts, Entry
from mpp_conformance.protocol.limits import EDITIONS, IN_STORE, TRANSACTION
from mpp_conformance.protocol.messages import HANDLE_BY_SDK
from mpp_conformance.scenarios.scenario import (
    ENTRY,
    FOR_EVER,
    FOREIGN,
    ORDER,
    UNFUNDED,
    Answer,
    Payment,
    Scenario,
    handle_by_psp,
    handle_by_sdk,
)
from mpp_conformance.scenarios.scenario import PAID as WAS_PAID

Key = TypeVar("Key", bound=Hashable)
_CODES: Final = {ENTRY_CODE: ENTRY, ORDER_CODE: ORDER}


@dataclass(frozen=True, slots=True)
class Parts:
    """Some of the model: transitions, and pairs of values."""

    transitions: frozenset[Transition] = frozenset()
    pairs: frozenset[Pair] = frozenset()

    def __or__(self, other: "Parts") -> "Parts":
        return Parts(self.transitions | other.transitions, self.pairs | other.pairs)

    def __sub__(self, other: "Parts") -> "Parts":
        return Parts(self.transitions - other.transitions, self.pairs - other.pairs)

    def __bool__(self) -> bool:
        return bool(self.transitions or self.pairs)

    def names(self) -> list[str]:
        """What they are, in words, in the order of the model."""
        named = [f"transition: {row.name}" for row in TRANSITIONS if row in self.transitions]
        return named + [f"pair: {in_words(pair)}" for pair in all_pairs() if pair in self.pairs]


def possible(claims: Claims) -> Parts:
    """All that a wallet with these claims can be led through."""
    codes = {FOREIGN, *(_CODES[feature] for feature in claims.features if feature in _CODES)}
    transitions = (row for row in TRANSITIONS if row.workflow in codes)
    return Parts(
        frozenset(transitions),
        frozenset(
            pair
            for pair in all_pairs()
            if not reason_impossible(pair, claims.reading)
            and all(value in codes for name, value in pair if name == CODE)
        ),
    )


def of_scenario(scenario: Scenario) -> Parts:
    """What a conversation leads a conforming MPP through."""
    met = [condition for condition in conditions(scenario) if condition is not None]
    return Parts(
        frozenset(row for condition in met for row in way(condition)),
        frozenset(pair for condition in met for pair in pairs(condition)),
    )


def of_plan(rows: Iterable[Planned]) -> Parts:
    """What the rows that apply lead through."""
    scenarios = {row.scenario for row in rows if not row.not_applicable}
    return union(of_scenario(scenario) for scenario in scenarios)


def of_trace(trace: Trace) -> Parts:
    """What one trace really went through; a payment shows its pairs only if it went its way to the end."""
    found = Parts()
    for payment, condition in enumerate(conditions(trace.scenario)):
        if condition is None:
            continue
        walked = walk_of(trace, payment)
        found |= Parts(frozenset(walked), frozenset(pairs(condition) if walked == way(condition) else ()))
    return found


def union(parts: Iterable[Parts]) -> Parts:
    """All of them together."""
    whole = Parts()
    for part in parts:
        whole |= part
    return whole


def only_by(rows: Iterable[Planned], key: Callable[[Planned], Key]) -> Mapping[Key, Parts]:
    """What is lost if all rows of one key are removed, for each key whose rows alone cover something."""
    grouped: dict[Key, list[Planned]] = {}
    for row in rows:
        grouped.setdefault(key(row), []).append(row)
    covered = {known: of_plan(some) for known, some in grouped.items()}
    times = Counter(item for part in covered.values() for item in (*part.transitions, *part.pairs))
    alone = {
        known: Parts(
            frozenset(row for row in part.transitions if times[row] == 1),
            frozenset(pair for pair in part.pairs if times[pair] == 1),
        )
        for known, part in covered.items()
    }
    return {known: part for known, part in alone.items() if part}


def case_of(row: Planned) -> str:
    """The full name of the case that a row is of."""
    return f"{row.case.module}::{row.case.name}"


def conversation_of(row: Planned) -> Scenario:
    """The conversation that a row judges; equal ones are held once."""
    return row.scenario


# --- conditions ---------------------------------------------------------------------------------------------------


def conditions(scenario: Scenario) -> list[Condition | None]:
    """In which condition each payment of a scenario is, with an MPP that conforms and takes what it may take.

    ``None`` for a payment that meets a fault of Alipay+'s: no workflow says what follows.
    """
    accounts = Accounts(EDITIONS[scenario.edition], scenario.reading)
    for past in scenario.past:
        accounts.remember(
            Entry(
                individual=past.customer,
                amount=past.amount,
                by_entry_code=past.by_entry_code,
                at=datetime.fromisoformat(past.at),
                outcome=past.outcome,
            )
        )
    return list(_in_turn(scenario, accounts))


def _in_turn(scenario: Scenario, accounts: Accounts) -> Iterator[Condition | None]:
    for index, payment in enumerate(scenario.payments):
        if payment.fault:
            yield None
            continue
        if payment.code == FOREIGN:
            yield (FOREIGN, NOT_ASKED, NOT_ASKED, NOT_RELEVANT, NOT_LEFT, AT_ONCE)
            continue
        placed = scenario.placed(index)
        if payment.customer != scenario.payments[placed].customer:
            yield (payment.code, NOT_GIVEN, "F", NOT_RELEVANT, FAILS, AT_ONCE)
            continue
        if payment.unknown == FOR_EVER:
            yield (payment.code, NOT_GIVEN, "U", NOT_RELEVANT, FAILS, NEVER)
            continue
        answer = payment.answer or _by_limits(scenario, accounts, payment)
        outcome = _outcome(answer, payment)
        band = NOT_RELEVANT if payment.answer else _band(accounts, payment)
        decision = LATER if payment.unknown else AT_ONCE
        yield (payment.code, answer.action_type, answer.result_status, band, outcome, decision)
        if outcome == PAID and placed == index:
            accounts.remember(
                Entry(
                    individual=payment.customer,
                    amount=payment.amount,
                    by_entry_code=payment.code == ENTRY,
                    at=datetime.fromisoformat(payment.at),
                    outcome=WAS_PAID,
                )
            )


def _by_limits(scenario: Scenario, accounts: Accounts, payment: Payment) -> Answer:
    breached = accounts.exceeded_limit(
        payment.customer,
        by_entry_code=payment.code == ENTRY,
        amount=payment.amount,
        at=datetime.fromisoformat(payment.at),
    )
    return handle_by_psp() if breached is None else handle_by_sdk(scenario.breach_status)


def _outcome(answer: Answer, payment: Payment) -> str:
    if answer.action_type == HANDLE_BY_SDK:
        return NOT_LEFT
    cancelled = any(call.cancels_early for call in payment.calls)
    fails = payment.customer == UNFUNDED or answer.result_status == "F" or payment.expired or cancelled
    return FAILS if fails else PAID


def _band(accounts: Accounts, payment: Payment) -> str:
    """How the amount stands to the limits that hold for it, the nearest of them."""
    spent = accounts.spent_within_year(payment.customer, datetime.fromisoformat(payment.at))
    room = []
    for limit in accounts.edition.limits:
        if limit.scope == IN_STORE or payment.code == ENTRY:
            before = spent.in_store if limit.scope == IN_STORE else spent.entry_code
            room.append(limit.amount - payment.amount - (0 if limit.period == TRANSACTION else before))
    if min(room) < 0:
        return OVER
    return AT if min(room) == 0 else WITHIN
