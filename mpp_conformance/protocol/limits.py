"""The limits for in-store payments in the Chinese mainland: dated editions, and one question to them.

Amounts are integers in fen (minor units of CNY): 7,000 CNY is 700000.
Alipay+ applies the limits, never the MPP (source document, workflow, steps 17-22 and 7-12).
"""

from dataclasses import dataclass
from typing import Final

IN_STORE: Final = "IN_STORE"
ENTRY_CODE: Final = "ENTRY_CODE"
TRANSACTION: Final = "TRANSACTION"
YEAR: Final = "YEAR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One regulated ceiling: ``scope`` IN_STORE or ENTRY_CODE, ``period`` TRANSACTION or YEAR, ``amount`` in fen."""

    scope: str
    period: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """The four limits as one dated edition of the document gives them."""

    name: str
    limits: tuple[Limit, ...]
    source: str

    def limit(self, scope: str, period: str) -> Limit:
        """The limit of this scope and period; LookupError where the edition has none."""
        for limit in self.limits:
            if (limit.scope, limit.period) == (scope, period):
                return limit
        message = f"edition {self.name} has no limit for {scope} per {period}"
        raise LookupError(message)


def _edition(name: str, source: str, *, single: int, yearly: int, entry_single: int, entry_yearly: int) -> Edition:
    return Edition(
        name=name,
        source=source,
        limits=(
            Limit(scope=IN_STORE, period=TRANSACTION, amount=single),
            Limit(scope=IN_STORE, period=YEAR, amount=yearly),
            Limit(scope=ENTRY_CODE, period=TRANSACTION, amount=entry_single),
            Limit(scope=ENTRY_CODE, period=YEAR, amount=entry_yearly),
        ),
    )


EDITIONS: Final = {
    edition.name: edition
    for edition in (
        _edition(
            "2023-12",
            "the source document (overview)",
            single=700_000,
            yearly=7_000_000,
            entry_single=50_000,
            entry_yearly=5_000_000,
        ),
        _edition(
            "2024-03",
            "a later edition of the same page, after the announcement of 2024-03-01",
            single=3_500_000,
            yearly=35_000_000,
            entry_single=50_000,
            entry_yearly=5_000_000,
        ),
    )
}
DEFAULT_EDITION: Final = "2023-12"


def newer_than(name: str) -> str | None:
    """The newest edition known, if it is newer than the one named."""
    newest = max(EDITIONS)
    return newest if newest > name else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How we read what the document leaves open.

    ``inclusive``: an amount equal to a limit is allowed ("cannot exceed").
    ``year``: ``calendar`` (1 January to 31 December, China time) or ``rolling`` (the 365 days before a payment).
    """

    inclusive: bool = True
    year: str = "calendar"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What an individual has paid within the year, in fen; entry code payments are in-store payments as well."""

    in_store: int = 0
    entry_code: int = 0


def exceeded_limit(
    edition: Edition, reading: Reading, *, by_entry_code: bool, amount: int, spent: Spent
) -> Limit | None:
    """The first limit that a payment of ``amount`` fen would exceed, or ``None`` if it may go on.

    Both rows of the regulation apply to an entry code payment (its own row and the one for any in-store payment).
    Limits per transaction are looked at before limits per year.
    """
    scopes = {ENTRY_CODE, IN_STORE} if by_entry_code else {IN_STORE}
    sums = {IN_STORE: spent.in_store, ENTRY_CODE: spent.entry_code}
    for period in (TRANSACTION, YEAR):
        for scope in (ENTRY_CODE, IN_STORE):
            if scope not in scopes:
                continue
            limit = edition.limit(scope, period)
            total = amount if period == TRANSACTION else sums[scope] + amount
            if total > limit.amount or (total == limit.amount and not reading.inclusive):
                return limit
    return None


def cny(fen: int) -> str:
    """An amount in fen as people read it: ``7,000.00``."""
    return f"{fen // 100:,}.{fen % 100:02}"
