"""Bytes from outside to a JSON object, at the very edges of what is read; and text that can be printed."""

import pytest

from mpp_conformance.wire.parsing import UnreadableBodyError, parse_object, printable

_DEEP = "the body: expected at most 2 levels of nesting, seen more"


def _problem(body: bytes, **bounds: int) -> str:
    """What is said of a body that is refused; empty for one that is read."""
    try:
        parse_object(body, **bounds)
    except UnreadableBodyError as problem:
        return str(problem)
    return ""


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"a":[]}',
        b'{"a":[],"b":[],"c":{},"d":[1]}',
        b'{"a":"[[[[","b":"]"}',
        b'{"a":"\\"[[[[","b":"[[\\\\","c":"[[["}',
        b'{"[[[[":"\\\\\\"[[[["}',
    ],
)
def test_two_levels_are_two(body: bytes) -> None:
    """Neighbours are not inside each other, and brackets inside a text are no nesting, whatever is escaped there."""
    assert _problem(body, depth=2) == ""


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":[[]]}',
        b'{"a":[],"b":[],"c":[[]]}',
        b'{"a":{"b":{}}}',
        b'{"a":"\\\\","b":[[]]}',
        b"[[[",
        b"XXX[[[",
        b'"[[" [[[',
    ],
)
def test_three_levels_are_more_than_two(body: bytes) -> None:
    """Counted before anything is parsed, whether the rest is JSON or not."""
    assert _problem(body, depth=2) == _DEEP


def test_brackets_in_a_text_are_no_nesting_however_many() -> None:
    """A text of thousands of them, after an escaped quote too, is a text."""
    many = "[" * 5_000
    assert parse_object(f'{{"a":"{many}","b":"\\"{many}"}}'.encode()) == {"a": many, "b": f'"{many}'}


def test_a_body_may_be_just_as_large_as_is_said() -> None:
    """One byte more is too many."""
    body = b'{"a":1}'
    assert parse_object(body, limit=len(body)) == {"a": 1}
    assert _problem(body, limit=len(body) - 1) == "the body: expected at most 6 bytes, seen more"


@pytest.mark.parametrize("body", [b'{"a":1,"b":2,"b":3}', b'{"b":1,"a":2,"b":3,"a":4,"b":5}'])
def test_the_first_name_that_stands_twice_is_told(body: bytes) -> None:
    """Not one that stands there once."""
    assert _problem(body) == "the body: expected each name once, seen twice: b"


def test_a_long_name_that_stands_twice_is_cut() -> None:
    """The words stay short."""
    name = "n" * 60
    assert _problem(f'{{"{name}":1,"{name}":2}}'.encode()) == (
        f"the body: expected each name once, seen twice: {'n' * 45}..."
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("abcdef", "abcdef"),
        ("abcdefg", "abc..."),
        ("\u00e9\x1b[", "\u00e9\\x1b["),
        ("\u4e2d\n", "\u4e2d\\n"),
        ("\u202ea", "\\u202ea"),
        ("", ""),
    ],
)
def test_what_is_printable_is_left_and_the_rest_escaped(text: str, shown: str) -> None:
    """Six characters are shown, with letters of every script; what could hide or forge something is escaped."""
    assert printable(text, 6) == shown
