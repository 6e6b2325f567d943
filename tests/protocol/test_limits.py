"""The limits: what the editions say, and which payments they forbid."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpp_conformance.protocol.limits import DEFAULT_EDITION, EDITIONS, Limit, Reading, Spent, exceeded_limit, newer_than

_QUICK = settings(deadline=None, database=None, max_examples=300)

_CNY = {
    "2023-12": {"payment": 7_000, "year": 70_000, "entry payment": 500, "entry year": 50_000},
    "2024-03": {"payment": 35_000, "year": 350_000, "entry payment": 500, "entry year": 50_000},
}
"""The limits in whole CNY, as people say them."""
_NAMES = {
    "payment": ("IN_STORE", "TRANSACTION"),
    "year": ("IN_STORE", "YEAR"),
    "entry payment": ("ENTRY_CODE", "TRANSACTION"),
    "entry year": ("ENTRY_CODE", "YEAR"),
}

_editions = st.sampled_from(sorted(_CNY))
_near_a_limit = st.builds(
    lambda cny, fen: max(1, cny * 100 + fen),
    st.sampled_from([0, 500, 7_000, 20_000, 35_000, 50_000, 63_000, 70_000, 300_000, 350_000]),
    st.integers(-2, 2),
)
_spent = st.builds(
    lambda entry, rest: Spent(in_store=entry + rest, entry_code=entry),
    st.just(0) | _near_a_limit,
    st.just(0) | _near_a_limit,
)


def _reasons_against(edition: str, reading: Reading, *, by_entry_code: bool, amount: int, spent: Spent) -> list[str]:
    """The rows of the table that forbid a payment, each looked at by itself."""
    sums = {
        "payment": amount,
        "entry payment": amount,
        "year": spent.in_store + amount,
        "entry year": spent.entry_code + amount,
    }
    highest = {name: cny * 100 - (0 if reading.inclusive else 1) for name, cny in _CNY[edition].items()}
    binding = [name for name in sums if by_entry_code or not name.startswith("entry")]
    return [name for name in binding if sums[name] > highest[name]]


@pytest.mark.parametrize("edition", sorted(_CNY))
@pytest.mark.parametrize("name", sorted(_NAMES))
def test_an_edition_gives_the_limit_of_the_document(edition: str, name: str) -> None:
    """Each of the four limits stands in fen, a hundred to the CNY."""
    assert _CNY[edition][name] * 100 == EDITIONS[edition].limit(*_NAMES[name]).amount


@pytest.mark.parametrize("inclusive", [True, False])
@pytest.mark.parametrize("edition", sorted(_CNY))
@pytest.mark.parametrize("name", sorted(_NAMES))
def test_a_limit_is_kept_to_the_fen(name: str, edition: str, *, inclusive: bool) -> None:
    """The limit itself is the last amount that may be paid, or, where it is read otherwise, one fen less."""
    limit = EDITIONS[edition].limit(*_NAMES[name])
    last = limit.amount - (0 if inclusive else 1)
    before = last - 10_000 if name.endswith("year") else 0
    by_entry_code = name.startswith("entry")
    spent = Spent(in_store=before, entry_code=before if by_entry_code else 0)

    found = [
        exceeded_limit(
            EDITIONS[edition], Reading(inclusive=inclusive), by_entry_code=by_entry_code, amount=amount, spent=spent
        )
        for amount in (last - before - 1, last - before, last - before + 1)
    ]

    assert found == [None, None, limit]


def test_an_edition_says_where_it_comes_from() -> None:
    """A report can tell which document a limit stands in."""
    assert {name: edition.source for name, edition in EDITIONS.items()} == {
        "2023-12": "the source document (overview)",
        "2024-03": "a later edition of the same page, after the announcement of 2024-03-01",
    }


def test_what_the_document_leaves_open_is_read_in_the_plainest_way() -> None:
    """A limit itself may be reached, a year is a calendar year, and nobody has spent anything to begin with."""
    assert Reading() == Reading(inclusive=True, year="calendar")
    assert Spent() == Spent(in_store=0, entry_code=0)


def test_there_are_no_other_editions() -> None:
    """The editions known are those tested here, and the document's own is the default."""
    assert (sorted(_CNY), "2023-12") == (sorted(EDITIONS), DEFAULT_EDITION)


@_QUICK
@given(
    edition=_editions,
    inclusive=st.booleans(),
    by_entry_code=st.booleans(),
    amount=_near_a_limit,
    spent=_spent,
)
def test_a_payment_is_stopped_where_any_row_forbids_it(
    *, edition: str, inclusive: bool, by_entry_code: bool, amount: int, spent: Spent
) -> None:
    """A payment may go on when no row that holds for it forbids it; else the limit named is one of those rows."""
    reading = Reading(inclusive=inclusive)
    reasons = _reasons_against(edition, reading, by_entry_code=by_entry_code, amount=amount, spent=spent)

    found = exceeded_limit(EDITIONS[edition], reading, by_entry_code=by_entry_code, amount=amount, spent=spent)

    assert bool(reasons) == (found is not None)
    if found is not None:
        assert (found.scope, found.period) in [_NAMES[name] for name in reasons]
        single = any(name.endswith("payment") for name in reasons)
        assert ("TRANSACTION" if single else "YEAR") == found.period


@_QUICK
@given(edition=_editions, amount=_near_a_limit, more=st.integers(0, 200), spent=_spent)
def test_a_larger_payment_is_never_allowed_where_a_smaller_one_is_not(
    edition: str, amount: int, more: int, spent: Spent
) -> None:
    """What is over a limit stays over it with more money, and with an entry code, which both rows bind."""
    known = EDITIONS[edition]
    stopped = exceeded_limit(known, Reading(), by_entry_code=False, amount=amount, spent=spent) is not None
    larger = exceeded_limit(known, Reading(), by_entry_code=False, amount=amount + more, spent=spent) is not None
    by_entry = exceeded_limit(known, Reading(), by_entry_code=True, amount=amount, spent=spent) is not None

    assert not stopped or larger
    assert not stopped or by_entry


def test_the_entry_codes_own_limit_is_named_first() -> None:
    """An entry code payment beyond both limits per transaction is stopped by the entry code's."""
    found = exceeded_limit(EDITIONS["2023-12"], Reading(), by_entry_code=True, amount=700_001, spent=Spent())

    assert Limit(scope="ENTRY_CODE", period="TRANSACTION", amount=50_000) == found


@pytest.mark.parametrize(("name", "newer"), [("2023-12", "2024-03"), ("2024-03", None), ("2030-01", None)])
def test_a_newer_edition_is_named_where_one_is_known(name: str, newer: str | None) -> None:
    """Whoever runs an older edition learns of the newest one."""
    assert newer == newer_than(name)


def test_a_limit_that_no_edition_has_is_an_error() -> None:
    """A scope or period without a limit is no limit of zero."""
    with pytest.raises(LookupError, match="2023-12 has no limit for IN_STORE per MONTH"):
        EDITIONS["2023-12"].limit("IN_STORE", "MONTH")
