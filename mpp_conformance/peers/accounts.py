"""What Alipay+ remembers of each individual's payments, and whether a further one would exceed a limit.

Time is virtual: every question brings its own moment. A year is a year in China time.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Final

from mpp_conformance.protocol.limits import Edition, Limit, Reading, Spent, exceeded_limit
from mpp_conformance.scenarios.scenario import PAID

CHINA_TIME: Final = timezone(timedelta(hours=8))
_ROLLING_YEAR: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A payment of an individual: ``amount`` in fen, and how it ended (see ``scenario``)."""

    individual: str
    amount: int
    by_entry_code: bool
    at: datetime
    outcome: str


@dataclass(slots=True)
class Accounts:
    """The payments of all individuals under one edition of the limits."""

    edition: Edition
    reading: Reading
    entries: list[Entry] = field(default_factory=list)

    def remember(self, entry: Entry) -> None:
        """Keep a payment; only one that was paid counts towards a limit."""
        self.entries.append(entry)

    def spent_within_year(self, individual: str, at: datetime) -> Spent:
        """What the individual has paid within the year of ``at``."""
        counted = [
            entry
            for entry in self.entries
            if entry.individual == individual and entry.outcome == PAID and self._same_year(entry.at, at)
        ]
        return Spent(
            in_store=sum(entry.amount for entry in counted),
            entry_code=sum(entry.amount for entry in counted if entry.by_entry_code),
        )

    def exceeded_limit(self, individual: str, *, by_entry_code: bool, amount: int, at: datetime) -> Limit | None:
        """The limit that a payment of ``amount`` fen at ``at`` would exceed, if any."""
        return exceeded_limit(
            self.edition,
            self.reading,
            by_entry_code=by_entry_code,
            amount=amount,
            spent=self.spent_within_year(individual, at),
        )

    def _same_year(self, past: datetime, now: datetime) -> bool:
        if self.reading.year == "rolling":
            return now - _ROLLING_YEAR < past <= now
        return past <= now and past.astimezone(CHINA_TIME).year == now.astimezone(CHINA_TIME).year
