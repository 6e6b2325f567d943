"""The boundary table of the limits: conversations one minor unit under, at and over each of them.

Every row says itself whether its payment is over a limit; it does not ask the code that applies the limits.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from mpp_conformance.protocol.limits import ENTRY_CODE, IN_STORE, TRANSACTION, YEAR, Edition, Reading
from mpp_conformance.scenarios.scenario import (
    CANCELLED,
    ENTRY,
    FAILED,
    FUNDED,
    HANDLED_BY_SDK,
    NOON,
    ORDER,
    SECOND,
    PastPayment,
    Payment,
    Scenario,
    one,
)

_EARLIER = "2025-02-01T09:00:00+08:00"
_LAST_SECOND = "2025-12-31T23:59:59+08:00"
_NEW_YEAR = "2026-01-01T00:00:00+08:00"
_NEW_YEAR_IN_UTC = "2025-12-31T16:00:00+00:00"
_BEYOND_32_BITS = 2**32
"""Fen: 42,949,672.96 CNY, above every limit, and no amount that a 32-bit integer holds."""
_FORMS = (
    ("", "F", False),
    ("-answered-S", "S", False),
    ("-answered-F-with-order", "F", True),
    ("-answered-S-with-order", "S", True),
)
"""How Alipay+ may answer a breach: what its label ends with, result status, and whether it brings order information.

Source document, entry code step 23, order code step 13; highlights for the MPP server, note on S and F.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary:
    """A conversation whose last payment stands at a limit; ``over``: Alipay+ must decide against it."""

    scope: str
    period: str
    scenario: Scenario
    over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    edition: Edition
    reading: Reading

    def amount(self, scope: str, period: str) -> int:
        return self.edition.limit(scope, period).amount

    def row(self, scope: str, period: str, label: str, scenario: Scenario, *, over: bool) -> Boundary:
        world = replace(scenario, label=label, edition=self.edition.name, reading=self.reading)
        return Boundary(scope=scope, period=period, scenario=world, over=over)

    def around(self, scope: str, period: str, name: str, payment: Payment, room: int) -> Iterator[Boundary]:
        """Under, at and over: ``room`` is the amount that reaches the limit exactly, beside ``payment``'s past."""
        past = self._past(scope, period, payment, room)
        steps = (("under", -1, False), ("at", 0, not self.reading.inclusive), ("over", 1, True))
        for step, fen, over in steps:
            scenario = one("", replace(payment, amount=room + fen), past=past)
            yield self.row(scope, period, f"{name}-{step}", scenario, over=over)

    def _past(self, scope: str, period: str, payment: Payment, room: int) -> tuple[PastPayment, ...]:
        if period == TRANSACTION:
            return ()
        spent = self.amount(scope, YEAR) - room
        by_entry = scope == ENTRY_CODE
        return (PastPayment(amount=spent, by_entry_code=by_entry, at=_EARLIER, customer=payment.customer),)


@cache
def boundaries(edition: Edition, reading: Reading) -> tuple[Boundary, ...]:
    """All rows under an edition and a reading of it; each that is over a limit once for every form of the answer."""
    table = _Table(edition=edition, reading=reading)
    kinds = (_single, _yearly, _side_by_side, _not_counted, _turn_of_year)
    return tuple(made for kind in kinds for row in kind(table) for made in _answered(row))


def _answered(row: Boundary) -> Iterator[Boundary]:
    for suffix, status, with_order in _FORMS if row.over else _FORMS[:1]:
        label = f"{row.scenario.label}{suffix}"
        yield replace(
            row, scenario=replace(row.scenario, label=label, breach_status=status, breach_with_order=with_order)
        )


def _single(table: _Table) -> Iterator[Boundary]:
    order, entry = Payment(code=ORDER), Payment(code=ENTRY)
    yield from table.around(IN_STORE, TRANSACTION, "order-single", order, table.amount(IN_STORE, TRANSACTION))
    yield from table.around(ENTRY_CODE, TRANSACTION, "entry-single", entry, table.amount(ENTRY_CODE, TRANSACTION))
    # An entry code payment is an in-store payment too; the limit per transaction of its own row bites first.
    beyond_both = replace(entry, amount=table.amount(IN_STORE, TRANSACTION) + 1)
    yield table.row(IN_STORE, TRANSACTION, "entry-over-both-single", one("", beyond_both), over=True)
    # The entry code's lower limit does not hold for an order code.
    above_entry = replace(order, amount=table.amount(ENTRY_CODE, TRANSACTION) + 1)
    yield table.row(ENTRY_CODE, TRANSACTION, "order-above-entry-single", one("", above_entry), over=False)
    far = one("", replace(order, amount=_BEYOND_32_BITS))
    yield table.row(IN_STORE, TRANSACTION, "order-far-beyond-single", far, over=True)


def _yearly(table: _Table) -> Iterator[Boundary]:
    yield from table.around(IN_STORE, YEAR, "order-yearly", Payment(code=ORDER), 20_000)
    yield from table.around(ENTRY_CODE, YEAR, "entry-yearly", Payment(code=ENTRY), 20_000)
    # Both yearly limits hold for an entry code: here the one for any in-store payment is reached first.
    yield from table.around(IN_STORE, YEAR, "entry-in-store-yearly", Payment(code=ENTRY), 20_000)


def _side_by_side(table: _Table) -> Iterator[Boundary]:
    """The two running sums: entry code payments count in both, order code payments in one."""
    entry_year, year = table.amount(ENTRY_CODE, YEAR), table.amount(IN_STORE, YEAR)
    full_entry = PastPayment(amount=entry_year, by_entry_code=True, at=_EARLIER)
    order_rest = PastPayment(amount=year - entry_year - 10_000, by_entry_code=False, at=_EARLIER)
    order, entry = Payment(code=ORDER), Payment(code=ENTRY)
    yield table.row(ENTRY_CODE, YEAR, "entry-sum-full-entry-pays", one("", entry, past=(full_entry,)), over=True)
    yield table.row(ENTRY_CODE, YEAR, "entry-sum-full-order-pays", one("", order, past=(full_entry,)), over=False)
    both = (full_entry, order_rest)
    beyond = one("", replace(order, amount=10_001), past=both)
    yield table.row(IN_STORE, YEAR, "both-sums-together-over", beyond, over=True)
    within = one("", replace(order, amount=9_999), past=both)
    yield table.row(IN_STORE, YEAR, "both-sums-together-under", within, over=False)
    full_order = PastPayment(amount=year, by_entry_code=False, at=_EARLIER)
    yield table.row(IN_STORE, YEAR, "order-sum-full-entry-pays", one("", entry, past=(full_order,)), over=True)


def _not_counted(table: _Table) -> Iterator[Boundary]:
    year = table.amount(IN_STORE, YEAR)
    for outcome in (FAILED, CANCELLED, HANDLED_BY_SDK):
        past = (PastPayment(amount=year, by_entry_code=False, at=_EARLIER, outcome=outcome),)
        label = f"past-{outcome.replace(' ', '-')}-not-counted"
        yield table.row(IN_STORE, YEAR, label, one("", Payment(code=ORDER), past=past), over=False)
    stranger = (PastPayment(amount=year, by_entry_code=False, at=_EARLIER, customer=SECOND),)
    apart = one("", Payment(code=ORDER, customer=FUNDED), past=stranger)
    yield table.row(IN_STORE, YEAR, "another-individual-not-counted", apart, over=False)
    own = one("", Payment(code=ORDER, customer=SECOND), past=stranger)
    yield table.row(IN_STORE, YEAR, "the-individual-itself-counted", own, over=True)


def _turn_of_year(table: _Table) -> Iterator[Boundary]:
    """A year in China time; under the rolling reading the turn of the year frees nothing."""
    rolling = table.reading.year == "rolling"
    for scope, code in ((IN_STORE, ORDER), (ENTRY_CODE, ENTRY)):
        spent = PastPayment(amount=table.amount(scope, YEAR), by_entry_code=scope == ENTRY_CODE, at=NOON)
        name = "entry" if code == ENTRY else "order"
        for label, at, over in (
            (f"{name}-last-second-of-the-year", _LAST_SECOND, True),
            (f"{name}-first-second-of-the-year", _NEW_YEAR, rolling),
            (f"{name}-first-second-written-in-utc", _NEW_YEAR_IN_UTC, rolling),
        ):
            yield table.row(scope, YEAR, label, one("", Payment(code=code, at=at), past=(spent,)), over=over)
