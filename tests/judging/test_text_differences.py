"""Guesses at what happened to a text on its way, and the words for it."""

import functools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpp_conformance.judging.text_differences import Parting, excerpt, first_difference, likely_slip, parting_of
from mpp_conformance.scenarios.payloads import HURTFUL
from mpp_conformance.scenarios.scenario import own
from mpp_conformance.scenarios.transformations import PAYLOADS, Transformation

_QUICK = settings(deadline=None, database=None, max_examples=150)
_ANY_TEXT = st.text(st.characters(), max_size=60)
_TAG = "mpp-00000000000000000001"
_SENT = [own(text, _TAG) for name, text in HURTFUL.items() if name not in {"longest", "5000-characters"}]
_OTHER_TAG = "mpp-00000000000000000002"


@pytest.mark.parametrize(
    ("expected", "seen", "guess"),
    [
        ("  text\n", "text", "it was stripped of white space at its ends"),
        ("a%2Bb", "a+b", "it was URL-decoded"),
        ("a+b%25", "a b%", "it was URL-decoded as a form, + became a blank"),
        ("a b/c", "a%20b%2Fc", "it was URL-encoded"),
        ("a b", "a+b", "it was URL-encoded as a form"),
        ("<a>", "&lt;a&gt;", "it was HTML-escaped"),
        ("&lt;a&gt;", "<a>", "it was HTML-unescaped"),
        ('{ "a" : 1e2 }', '{"a":100.0}', "it was parsed as JSON and written anew with doubles for its numbers"),
        ('{"a":1,"b":2}', '{"a": 1, "b": 2}', "it was parsed as JSON and written anew as Python does, with blanks"),
        ('say "hi"', '"say \\"hi\\""', "it was quoted as a JSON string"),
        ('say "\u00e9"', '"say \\"\\u00e9\\""', "it was quoted as a JSON string with escapes"),
        ("MiXeD", "mixed", "it was lower-cased"),
        ("e\u0301", "\u00e9", "it was normalised to Unicode NFC"),
        ("\ufb01", "fi", "it was normalised to Unicode NFKC"),
        ("a\\nb", "anb", "it was stripped of backslashes"),
        ("na\u00efve", "na?ve", "it was encoded to ASCII, other characters lost"),
        ("0123456789", "01234", "it was cut off after 5 characters"),
        ("text", None, "it was dropped on the way"),
        ("text", "", "it was dropped on the way"),
        (f"a {_TAG}", f"a {_OTHER_TAG}", "it belongs to another payment"),
        (f"a {_TAG}", f"b {_TAG}", ""),
        ("text", "something else", ""),
        ("text", "text", ""),
    ],
)
def test_a_change_is_named(expected: str, seen: str | None, guess: str) -> None:
    """What real programs do to strings is recognised by its outcome; nothing is guessed where nothing fits."""
    assert guess == likely_slip(expected, seen)


@_QUICK
@given(_ANY_TEXT, _ANY_TEXT)
def test_a_guess_never_breaks(expected: str, seen: str) -> None:
    """Any two texts get a guess or none, half surrogate pairs and broken JSON too."""
    assert isinstance(likely_slip(expected, seen), str)


@pytest.mark.parametrize("text", ["[" * 100_000, "9" * 10_000, '"\ud800"', "1e999"])
def test_a_text_that_hurts_parsers_gets_no_guess(text: str) -> None:
    """Deep nesting, endless digits and the like do not stop a judgement."""
    assert likely_slip(text, "other") == ""


@_QUICK
@given(_ANY_TEXT, st.integers(0, 70), st.integers(1, 30))
def test_what_is_shown_is_short_and_printable(text: str, start: int, limit: int) -> None:
    """A piece of any text fits on a line of plain ASCII and says whether there is more."""
    piece = excerpt(text, start, limit=limit)

    assert piece.isascii()
    assert piece.isprintable()
    assert (len(text) > start + limit) == (len(piece) > 2 and piece[-4:-3] in {"'", '"'} and piece.endswith("..."))
    assert len(piece) <= 10 * limit + len("''...")


@_QUICK
@given(_ANY_TEXT, _ANY_TEXT, _ANY_TEXT)
def test_the_first_difference_comes_after_all_that_is_equal(common: str, left: str, right: str) -> None:
    """Up to there the two texts are equal, and there they are not."""
    expected, seen = common + left, common + right

    index = first_difference(expected, seen)

    assert index >= len(common)
    assert expected[:index] == seen[:index]
    assert expected == seen or expected[index : index + 1] != seen[index : index + 1]


def test_a_difference_is_told_by_its_byte() -> None:
    """The place counts bytes of UTF-8, as a network trace does; both sides are shown from there."""
    found = parting_of("\u4e2d\u6587 abc", "\u4e2d\u6587 abd")

    assert found == Parting(byte=9, before="'\\u4e2d\\u6587 ab'", expected="'c'", seen="'d'")
    assert str(found) == "first difference at byte 9: expected 'c', seen 'd'"


@functools.cache
def _words(text: str) -> dict[str, set[str]]:
    """What a text can come to, and all the words for it."""
    found: dict[str, set[str]] = {}
    for made in PAYLOADS:
        found.setdefault(made(text), set()).add(f"it was {made.words}")
    return found


@pytest.mark.parametrize("made", PAYLOADS, ids=lambda made: made.name)
def test_whatever_programs_do_to_a_text_is_named(made: Transformation) -> None:
    """What arrives changed is told in the words of something that makes just that of what was sent."""
    for text in _SENT:
        arrived = made(text)
        assert arrived in {text, ""} or likely_slip(text, arrived) in _words(text)[arrived]
