"""The five verdicts: their words, their order, and what the whole comes to."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpp_conformance.judging.verdict import Verdict, worst

_FROM_BEST_TO_WORST = ["none", "pass", "inconclusive", "fail", "error"]
_QUICK = settings(deadline=None, database=None, max_examples=50)


@_QUICK
@given(st.lists(st.sampled_from(_FROM_BEST_TO_WORST)))
def test_the_whole_is_as_bad_as_its_worst_part(words: list[str]) -> None:
    """Of all parts the worst decides, wherever it stands; a whole without parts was not judged."""
    places = [_FROM_BEST_TO_WORST.index(word) for word in words]
    expected = _FROM_BEST_TO_WORST[max(places)] if places else "none"

    assert expected == worst(Verdict.from_word(word) for word in words).word


@pytest.mark.parametrize("word", _FROM_BEST_TO_WORST)
def test_a_verdict_is_read_as_it_is_written(word: str) -> None:
    """The word of a verdict names this verdict and no other."""
    assert word == Verdict.from_word(word).word


@pytest.mark.parametrize("word", ["", "PASS", "Pass", "pa\u00df", " pass", "passed", "0", "word"])
def test_no_other_text_is_a_verdict(word: str) -> None:
    """A text that only resembles a verdict's word is refused, also one whose capitals are the same."""
    with pytest.raises(KeyError):
        Verdict.from_word(word)


def test_each_verdict_has_a_word() -> None:
    """There are these five verdicts and no more."""
    words = [verdict.word for verdict in sorted(Verdict)]

    assert words == _FROM_BEST_TO_WORST


def test_verdicts_are_counted_from_none_to_the_worst() -> None:
    """Each is one step worse than the one before."""
    assert [int(verdict) for verdict in Verdict] == [0, 1, 2, 3, 4]
