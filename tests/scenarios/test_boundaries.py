"""The boundary table: each row says rightly whether its payment is over a limit, and stands where its name says."""

from datetime import UTC, datetime
from itertools import product
from typing import Final

import pytest

from mpp_conformance.protocol.limits import EDITIONS, Reading
from mpp_conformance.scenarios.boundaries import Boundary, boundaries
from mpp_conformance.scenarios.scenario import ENTRY, PastPayment, Payment

_READINGS: Final = [
    Reading(inclusive=inclusive, year=year) for inclusive in (True, False) for year in ("calendar", "rolling")
]
_WORLDS: Final = list(product(sorted(EDITIONS), _READINGS))
_IDS: Final = [f"{edition}-{'at' if reading.inclusive else 'below'}-{reading.year}" for edition, reading in _WORLDS]
_LIMITS: Final = {
    ("2023-12", "IN_STORE"): (700_000, 7_000_000),
    ("2024-03", "IN_STORE"): (3_500_000, 35_000_000),
    ("2023-12", "ENTRY_CODE"): (50_000, 5_000_000),
    ("2024-03", "ENTRY_CODE"): (50_000, 5_000_000),
}
"""Fen per transaction, and a year."""
_DAY: Final = 86_400

in_every_world = pytest.mark.parametrize(("edition", "reading"), _WORLDS, ids=_IDS)


def _china_year(text: str) -> int:
    return datetime.fromtimestamp(datetime.fromisoformat(text).timestamp() + 8 * 3_600, UTC).year


def _within_the_year(past: str, now: str, year: str) -> bool:
    earlier = datetime.fromisoformat(now).timestamp() - datetime.fromisoformat(past).timestamp()
    if earlier < 0:
        return False
    return earlier < 365 * _DAY if year == "rolling" else _china_year(past) == _china_year(now)


def _totals(row: Boundary) -> dict[tuple[str, str], int]:
    """What each limit that holds for the row's payment is to be compared with."""
    scenario, (payment,) = row.scenario, row.scenario.payments
    paid = [
        past
        for past in scenario.past
        if (past.customer, past.outcome) == (payment.customer, "paid")
        and _within_the_year(past.at, payment.at, scenario.reading.year)
    ]
    totals = {
        ("IN_STORE", "TRANSACTION"): payment.amount,
        ("IN_STORE", "YEAR"): sum(past.amount for past in paid) + payment.amount,
    }
    if payment.code == ENTRY:
        totals["ENTRY_CODE", "TRANSACTION"] = payment.amount
        totals["ENTRY_CODE", "YEAR"] = sum(past.amount for past in paid if past.by_entry_code) + payment.amount
    return totals


def _limit(edition: str, scope: str, period: str) -> int:
    single, yearly = _LIMITS[edition, scope]
    return single if period == "TRANSACTION" else yearly


def _is_over(row: Boundary) -> bool:
    scenario = row.scenario
    spare = {_limit(scenario.edition, scope, period) - total for (scope, period), total in _totals(row).items()}
    return min(spare) < 0 or (min(spare) == 0 and not scenario.reading.inclusive)


@in_every_world
def test_a_row_says_rightly_whether_it_is_over(edition: str, reading: Reading) -> None:
    """Added up by hand, each row's payment is over a limit exactly where the row says so."""
    rows = boundaries(EDITIONS[edition], reading)

    assert [(row.scenario.label, _is_over(row)) for row in rows] == [(row.scenario.label, row.over) for row in rows]


@in_every_world
def test_a_row_stands_one_unit_from_the_limit_it_names(edition: str, reading: Reading) -> None:
    """Rows named under, at and over are one fen below the limit, on it, and one fen above."""
    steps = {"under": -1, "at": 0, "over": 1}
    rows = [row for row in boundaries(EDITIONS[edition], reading) if row.scenario.label.rpartition("-")[2] in steps]
    around = [row for row in rows if not row.scenario.label.startswith("both-sums")]

    distances = {
        row.scenario.label: _totals(row)[row.scope, row.period] - _limit(edition, row.scope, row.period) for row in rows
    }

    assert {row.scenario.label: steps[row.scenario.label.rpartition("-")[2]] for row in rows} == distances
    assert {(scope, period): 3 for scope in ("IN_STORE", "ENTRY_CODE") for period in ("TRANSACTION", "YEAR")} == {
        key: len([row for row in around if (row.scope, row.period) == key and "in-store" not in row.scenario.label])
        for key in {(row.scope, row.period) for row in around}
    }


@in_every_world
def test_a_row_that_is_not_over_would_be_with_a_little_more(edition: str, reading: Reading) -> None:
    """A row at a limit is decided by that limit alone: no other one is near it."""
    for row in boundaries(EDITIONS[edition], reading):
        if row.scenario.label.endswith(("-under", "-at")):
            others = {key: total for key, total in _totals(row).items() if key != (row.scope, row.period)}
            assert all(_limit(edition, *key) - total > 1 for key, total in others.items())


@in_every_world
@pytest.mark.parametrize(
    "label",
    [
        "entry-over-both-single",
        "order-above-entry-single",
        "order-single-over-answered-S",
        "entry-single-over-answered-S",
    ],
)
def test_a_row_beyond_a_limit_is_one_unit_beyond(edition: str, reading: Reading, label: str) -> None:
    """Beyond means by one fen, also where the limit named does not hold for the code."""
    (row,) = (row for row in boundaries(EDITIONS[edition], reading) if row.scenario.label == label)

    assert row.scenario.payments[0].amount == _limit(edition, row.scope, row.period) + 1


@in_every_world
def test_a_row_over_a_limit_is_answered_in_every_form(edition: str, reading: Reading) -> None:
    """Whatever is over a limit is stopped with S and with F, with the order information beside it and without."""
    forms: dict[tuple[Payment, tuple[PastPayment, ...]], set[tuple[str, bool]]] = {}
    for row in boundaries(EDITIONS[edition], reading):
        if row.over:
            made = row.scenario
            forms.setdefault((made.payments[0], made.past), set()).add((made.breach_status, made.breach_with_order))

    assert list(forms.values()) == [{("F", False), ("F", True), ("S", False), ("S", True)}] * len(forms)


@in_every_world
def test_an_amount_over_a_limit_is_beyond_32_bits(edition: str, reading: Reading) -> None:
    """One of the amounts that are over a limit does not fit into 32 bits."""
    over = [row.scenario.payments[0].amount for row in boundaries(EDITIONS[edition], reading) if row.over]

    assert max(over) >= 2**32


@in_every_world
def test_a_past_is_one_that_the_limits_allowed(edition: str, reading: Reading) -> None:
    """No row needs a past that Alipay+ would have stopped: what was paid fits into both yearly limits."""
    for row in boundaries(EDITIONS[edition], reading):
        paid = [past for past in row.scenario.past if past.outcome == "paid"]
        assert sum(past.amount for past in paid) <= _limit(edition, "IN_STORE", "YEAR")
        assert sum(past.amount for past in paid if past.by_entry_code) <= _limit(edition, "ENTRY_CODE", "YEAR")


@in_every_world
def test_rows_named_for_a_code_pay_with_it(edition: str, reading: Reading) -> None:
    """A name begins with the code that pays, or ends with it."""
    for row in boundaries(EDITIONS[edition], reading):
        words = row.scenario.label.partition("-answered-")[0].split("-")
        named = words[-2] if words[-1] == "pays" else words[0]
        if named in {"entry", "order"}:
            assert (row.scenario.payments[0].code == ENTRY) == (named == "entry"), row.scenario.label


@in_every_world
def test_rows_bear_the_world_they_stand_in(edition: str, reading: Reading) -> None:
    """Every row is held under the edition and the reading asked for, under a name of its own, and once."""
    rows = boundaries(EDITIONS[edition], reading)

    assert {(row.scenario.edition, row.scenario.reading) for row in rows} == {(edition, reading)}
    assert len(rows) == len({row.scenario.label for row in rows})
    assert len(rows) == len({row.scenario.digest for row in rows})


def test_the_reading_matters_at_the_limit_and_at_the_turn_of_the_year() -> None:
    """Another reading changes these rows and no others."""
    edition = EDITIONS["2023-12"]
    plain = {row.scenario.label: row.over for row in boundaries(edition, Reading())}
    strict = {row.scenario.label: row.over for row in boundaries(edition, Reading(inclusive=False))}
    rolling = {row.scenario.label: row.over for row in boundaries(edition, Reading(year="rolling"))}

    # A row that is over under one reading only has more forms there.
    stricter = {label for label, over in plain.items() if over != strict[label]}
    longer = {label for label, over in plain.items() if over != rolling[label]}

    assert stricter == {label for label in plain if label.endswith("-at")}
    assert longer == {label for label in plain if "-first-second-" in label}
    assert stricter
    assert longer
