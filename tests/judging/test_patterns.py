"""What a question wants of a text: some text, or an error code."""

import pytest

from mpp_conformance.judging.patterns import ERROR_CODE, SOME_TEXT, any_in_words, value_in_words


@pytest.mark.parametrize("text", ["USER_BALANCE_NOT_ENOUGH", "1000", "-1", "0", "E 7", "余额不足", "FAILED"])
def test_what_names_an_error_is_a_code(text: str) -> None:
    """An MPP chooses its own words."""
    assert text == ERROR_CODE


@pytest.mark.parametrize(
    "text", [None, "", " ", "\t", "-", "...", "null", "NULL", "NONE", "nil", "undefined", "NaN", "SUCCESS", " success "]
)
def test_what_names_no_error_is_no_code(text: str | None) -> None:
    """Nothing, a word for nothing, and the result code of a success."""
    assert text != ERROR_CODE


def test_a_wanted_text_is_put_into_words() -> None:
    """As the report prints it."""
    assert [value_in_words(SOME_TEXT), value_in_words(ERROR_CODE)] == ["some text", "an error code"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (("A",), "'A'"),
        (("A", None), "'A'"),
        (("A", "B", None), "'A'"),
        (("A", "B", "C"), "one of 'A', 'B', 'C'"),
        ((None, ""), "absent"),
        (tuple(range(400, 500)), "400"),
    ],
)
def test_a_list_of_the_documents_is_shown_whole(values: tuple[str | int | None, ...], words: str) -> None:
    """What stands beside the one value that is wanted is borne, not wanted."""
    assert any_in_words(values) == words
