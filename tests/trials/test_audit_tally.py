"""Tallies add up, however the logs were split."""

from collections import Counter
from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from mpp_conformance.trials.audit import tally
from mpp_conformance.trials.audit.records import Record
from mpp_conformance.trials.audit.tally import Tally, restore


def made(counts: Iterable[str], found: list[tuple[str, str]]) -> Tally:
    """A tally with these counts, and examples of these shapes and conversations."""
    counted = Counter(counts)
    whole = Tally(conversations=1, could=counted, broke=Counter(counted))
    for shape, name in found:
        whole.keep("OC-5", shape, name, [Record(conversation=name, at=1, kind="Scan", body="\ud800")])
    return whole


TALLIES = st.builds(
    made,
    st.lists(st.sampled_from(["OC-5", "OC-16", "NOT-1"]), max_size=4),
    st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("123")), max_size=3),
)


@settings(deadline=None, database=None, max_examples=100)
@given(TALLIES, TALLIES, TALLIES)
def test_merging_is_associative_and_commutative(one: Tally, two: Tally, three: Tally) -> None:
    """In any order and any grouping the same comes out, and with nothing the same as before."""
    assert one.merge(two) == two.merge(one)
    assert one.merge(two).merge(three) == one.merge(two.merge(three))
    assert one.merge(Tally()) == one
    assert one.merge(two).digest == two.merge(one).digest
    assert restore(one.dump()) == one


def test_no_more_examples_are_kept_than_are_bounded() -> None:
    """Of each shape the smallest conversation, and of shapes the smallest names."""
    found = made([], [*((f"{at:04d}", f"{at % 7}") for at in range(500)), ("0000", "!")])
    assert len(found.examples["OC-5"]) == tally.MOST_EXAMPLES
    assert next(found.counterexamples())[1].conversation == "!"
