"""Shrinking: what is left is as small as it gets and still what was asked for, in as many questions as are allowed."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mpp_conformance.scenarios.scenario import MARKS, TAG
from mpp_conformance.scenarios.shrinking import dumped, smallest

MANY = 10_000
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


def test_fields_that_do_not_matter_are_gone() -> None:
    """However deep the one that does is, and whatever stands beside it."""
    told = {"a": {"b": [1, {"needed": None, "more": "x"}, 2]}, "c": "y", "d": []}
    found = smallest(dumped(told), lambda text: "needed" in text, most=MANY)
    assert (found.text, found.done) == ('{"a":{"b":[{"needed":null}]}}', True)


@pytest.mark.parametrize(
    ("text", "needed", "left"),
    [
        ("longer than needed", "n", "n"),
        ("kept at its end!", "!", "!"),
        ("\u4e2d\u6587 in many letters", "", ""),
        ("five \u4e2d", "     ", "     "),
    ],
)
def test_a_text_becomes_short_and_plain(text: str, needed: str, left: str) -> None:
    """Half by half, then character by character, and in plain letters if it has to be long."""
    found = smallest(dumped({"a": text}), lambda made: _holds(made, needed), most=MANY)
    assert len(json.loads(found.text)["a"]) == len(left)


def _holds(made: str, needed: str) -> bool:
    value = json.loads(made).get("a")
    return isinstance(value, str) and (needed in value or (needed.isspace() and len(value) >= len(needed)))


def test_what_must_be_long_is_made_plain() -> None:
    """A text that has to keep its length loses its letters."""
    found = smallest(dumped("\u4e2d\u6587!"), lambda made: len(json.loads(made)) == 3, most=MANY)
    assert json.loads(found.text) == "aaa"


def test_what_a_payment_fills_in_stays() -> None:
    """A mark is left as it is, and a payload keeps its tag."""
    told = {"value": MARKS["amount"], "payload": f"before {TAG} after"}
    found = smallest(dumped(told), lambda made: json.loads(made).keys() == told.keys(), most=MANY)
    assert json.loads(found.text) == {"value": MARKS["amount"], "payload": TAG}


def test_there_is_an_end() -> None:
    """No more questions are asked than are allowed, and what is found by then is told as that."""
    asked: list[str] = []

    def keeps(text: str) -> bool:
        asked.append(text)
        return "9" in text

    found = smallest(dumped(list(range(10))), keeps, most=3)
    assert (len(asked), found.tried, found.done) == (3, 3, False)
    assert json.loads(found.text)[-1] == 9


def test_what_is_no_candidate_costs_nothing() -> None:
    """It is not asked about, so it does not count."""
    found = smallest('{"a":1,"b":2}', lambda text: True if '"a"' in text else None, most=2)
    assert (found.text, found.tried, found.done) == ('{"a":1}', 1, True)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(JSON, st.integers(0, 40))
def test_nothing_grows_and_everything_keeps(value: object, least: int) -> None:
    """Whatever the value is, and whatever is asked of it: the result has it, and no step makes it smaller."""
    text = dumped(value)
    found = smallest(text, lambda made: len(made) >= min(least, len(text)), most=MANY)
    assert found.done
    assert min(least, len(text)) <= len(found.text) <= len(text)


def test_equal_questions_have_equal_answers() -> None:
    """There is no chance in it."""
    told = dumped({"a": [1, 2, 3], "b": {"c": "text"}})
    assert smallest(told, lambda made: "2" in made, most=MANY) == smallest(told, lambda made: "2" in made, most=MANY)
