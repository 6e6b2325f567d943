"""What Alipay+ remembers of each individual, beside a naive bookkeeper who adds everything up anew."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Final, NamedTuple

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from mpp_conformance.peers.accounts import Accounts, Entry
from mpp_conformance.protocol.limits import EDITIONS, Limit, Reading

_STATEFUL = settings(deadline=None, database=None, max_examples=60, stateful_step_count=25)
_DAY: Final = 86_400
_NEW_YEAR: Final = int(datetime(2025, 12, 31, 16, tzinfo=UTC).timestamp())
"""The first second of 2026 in China, as seconds since 1970."""
_YEAR_BEFORE: Final = _NEW_YEAR - 365 * _DAY
"""The first second of 2025."""

_people = st.sampled_from(["one", "two"])
_moments = st.builds(
    lambda about, seconds: about + seconds,
    st.sampled_from([_NEW_YEAR, _YEAR_BEFORE, _NEW_YEAR - 100 * _DAY, _NEW_YEAR + 200 * _DAY]),
    st.integers(-2, 2) | st.integers(-30 * _DAY, 30 * _DAY),
)
_zones = st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-11))])
_amounts = st.sampled_from([1, 20_000, 50_000, 700_000, 3_000_000, 5_000_000, 7_000_000])
_outcomes = st.sampled_from(["paid", "paid", "failed", "cancelled", "handled by sdk"])


class _Note(NamedTuple):
    who: str
    fen: int
    by_entry_code: bool
    second: int
    outcome: str


def _at(second: int, zone: timezone = UTC) -> datetime:
    return datetime.fromtimestamp(second, zone)


class _Bookkeeper(RuleBasedStateMachine):
    """Payments come in any order, at any time, written in any zone; each question is answered by hand as well."""

    @initialize(edition=st.sampled_from(["2023-12", "2024-03"]), inclusive=st.booleans(), rolling=st.booleans())
    def open_the_books(self, *, edition: str, inclusive: bool, rolling: bool) -> None:
        self.rolling, self.inclusive = rolling, inclusive
        self.yearly = {"2023-12": 7_000_000, "2024-03": 35_000_000}[edition]
        self.single = {"2023-12": 700_000, "2024-03": 3_500_000}[edition]
        reading = Reading(inclusive=inclusive, year="rolling" if rolling else "calendar")
        self.accounts = Accounts(EDITIONS[edition], reading)
        self.notes: list[_Note] = []

    @rule(who=_people, fen=_amounts, by_entry_code=st.booleans(), second=_moments, outcome=_outcomes, zone=_zones)
    def a_payment_ends(  # a line in a book has these columns
        self, *, who: str, fen: int, by_entry_code: bool, second: int, outcome: str, zone: timezone
    ) -> None:
        self.notes.append(_Note(who, fen, by_entry_code, second, outcome))
        self.accounts.remember(
            Entry(individual=who, amount=fen, by_entry_code=by_entry_code, at=_at(second, zone), outcome=outcome)
        )

    @rule(who=_people, second=_moments, zone=_zones)
    def the_sums_are_asked_for(self, who: str, second: int, zone: timezone) -> None:
        all_codes, entry_codes = self._by_hand(who, second)
        spent = self.accounts.spent_within_year(who, _at(second, zone))

        assert (all_codes, entry_codes) == (spent.in_store, spent.entry_code)

    @rule(who=_people, second=_moments, fen=_amounts, by_entry_code=st.booleans())
    def a_further_payment_is_asked_for(self, *, who: str, second: int, fen: int, by_entry_code: bool) -> None:
        all_codes, entry_codes = self._by_hand(who, second)
        room = [self.single - fen, self.yearly - all_codes - fen]
        if by_entry_code:
            room += [50_000 - fen, 5_000_000 - entry_codes - fen]

        found = self.accounts.exceeded_limit(who, by_entry_code=by_entry_code, amount=fen, at=_at(second))

        assert (min(room) >= (0 if self.inclusive else 1)) == (found is None)

    @invariant()
    def nobody_else_has_paid(self) -> None:
        assert self.accounts.spent_within_year("three", _at(_NEW_YEAR)).in_store == 0

    def _by_hand(self, who: str, now: int) -> tuple[int, int]:
        counted = [
            note
            for note in self.notes
            if note.who == who and note.outcome == "paid" and note.second <= now and self._in_the_year(note.second, now)
        ]
        return sum(note.fen for note in counted), sum(note.fen for note in counted if note.by_entry_code)

    def _in_the_year(self, then: int, now: int) -> bool:
        if self.rolling:
            return now - then < 365 * _DAY
        return all(
            (then < new_year) == (now < new_year) for new_year in (_YEAR_BEFORE, _NEW_YEAR, _NEW_YEAR + 365 * _DAY)
        )


def test_the_accounts_agree_with_a_naive_bookkeeper() -> None:
    """Sums per individual and year, and what they forbid, are those that anybody adds up by hand."""
    run_state_machine_as_test(_Bookkeeper, settings=_STATEFUL)


def _after(reading: Reading, past: str, now: str) -> Limit | None:
    accounts = Accounts(EDITIONS["2023-12"], reading)
    accounts.remember(
        Entry(individual="one", amount=7_000_000, by_entry_code=False, at=datetime.fromisoformat(past), outcome="paid")
    )
    return accounts.exceeded_limit("one", by_entry_code=False, amount=1, at=datetime.fromisoformat(now))


@pytest.mark.parametrize(
    ("past", "now", "calendar", "rolling"),
    [
        ("2025-06-15T12:00:00+08:00", "2025-12-31T23:59:59+08:00", True, True),
        ("2025-06-15T12:00:00+08:00", "2025-12-31T15:59:59+00:00", True, True),
        ("2025-06-15T12:00:00+08:00", "2025-12-31T16:00:00+00:00", False, True),
        ("2025-06-15T12:00:00+08:00", "2026-06-15T11:59:59+08:00", False, True),
        ("2025-06-15T12:00:00+08:00", "2026-06-15T12:00:00+08:00", False, False),
        ("2024-12-31T17:00:00+00:00", "2025-01-01T01:00:00+08:00", True, True),
        ("2025-06-15T12:00:01+08:00", "2025-06-15T12:00:00+08:00", False, False),
    ],
)
def test_a_full_year_frees_when_it_is_over(*, past: str, now: str, calendar: bool, rolling: bool) -> None:
    """A calendar year ends at midnight in China, a rolling one 365 days after the payment; the future never counts."""
    assert (calendar, rolling) == (
        _after(Reading(), past, now) is not None,
        _after(Reading(year="rolling"), past, now) is not None,
    )
