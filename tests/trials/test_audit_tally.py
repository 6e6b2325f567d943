"""Tallies add up, however the logs were split."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from mpp_conformance.judging.trace import ENDED, Trace
from mpp_conformance.scenarios.cells import psp
from mpp_conformance.scenarios.scenario import ORDER
from mpp_conformance.trials.audit import tally
from mpp_conformance.trials.audit.tally import Example, Tally
from tests.tools import tool

CASE: Final = tool("lossy_logs").cases()[0]
TRACE: Final = Trace(scenario=psp(ORDER), codes=(), events=(), ending=ENDED)


def made(counts: Iterable[str], found: list[tuple[str, str]]) -> Tally:
    """A tally with these counts, and examples of these shapes and conversations."""
    examples = tuple(Example(shape=shape, conversation=name, case=CASE, trace=TRACE) for shape, name in found)
    counted = Counter(counts)
    return Tally(conversations=1, could=counted, broke=counted, examples={"OC-5": examples}).merged(Tally())


TALLIES = st.builds(
    made,
    st.lists(st.sampled_from(["OC-5", "OC-16", "NOT-1"]), max_size=4),
    st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("123")), max_size=3),
)


@settings(deadline=None, database=None, max_examples=100)
@given(TALLIES, TALLIES, TALLIES)
def test_merging_is_associative_and_commutative(one: Tally, two: Tally, three: Tally) -> None:
    """In any order and any grouping the same comes out, and with nothing the same as before."""
    assert one.merged(two) == two.merged(one)
    assert one.merged(two).merged(three) == one.merged(two.merged(three))
    assert one.merged(Tally()) == one
    assert one.merged(two).digest == two.merged(one).digest


def test_no_more_examples_are_kept_than_are_bounded() -> None:
    """Of each shape the smallest conversation, and of shapes the smallest names."""
    found = made([], [*((f"{at:04d}", f"{at % 7}") for at in range(500)), ("0000", "!")])
    assert len(found.examples["OC-5"]) == tally.MOST_EXAMPLES
    assert found.examples["OC-5"][0].conversation == "!"
