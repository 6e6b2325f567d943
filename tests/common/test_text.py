"""Text from outside: read in one way, and no command for whatever reads a log."""

import codecs
import json
import tomllib

import pytest

from mpp_conformance.common.text import NotTextError, decode_text, harmless, json_text, printable

COMMANDS = [
    "##vso[task.complete result=Succeeded;]",
    "x ##VSO[task.setvariable variable=a]b",
    "##[error]x",
    "##teamcity[testFailed name='x']",
    "::error::x",
    "  ::set-output name=a::b",
    "::stop-commands::x",
    "section_start:1:x",
    "section_end:1:x",
    "travis_fold:start:x",
]


def carried_out(line: str) -> bool:
    """Whether a CI server would take something in the line for a command, as their own readers look for it."""
    low = line.lower()
    azure = "##vso[" in low or "##[" in low or "##teamcity[" in low
    return (
        azure
        or low.lstrip().startswith("::")
        or "section_start:" in low
        or "section_end:" in low
        or "travis_fold:" in low
    )


@pytest.mark.parametrize("text", COMMANDS)
def test_no_command_stands_in_a_log(text: str) -> None:
    """What a CI server would carry out has a blank in it, and is otherwise what it was."""
    assert carried_out(text)
    made = harmless(f"first\n{text}\nlast")
    assert [carried_out(line) for line in made.split("\n")] == [False, False, False]
    assert made.replace(" ", "") == f"first\n{text}\nlast".replace(" ", "")


@pytest.mark.parametrize("text", ["test_a.py::test_b", "# # x", "##", "a :: b", "section_1", "::1"])
def test_other_text_is_left_as_it_is(text: str) -> None:
    """Node ids, addresses and signs by themselves are no commands."""
    assert harmless(text) == text


def test_a_line_that_goes_on_has_no_start() -> None:
    """What is printed in pieces is looked at where its line begins."""
    assert harmless("::test_b\n::error::x", at_start=False) == "::test_b\n: :error::x"


@pytest.mark.parametrize("text", COMMANDS)
def test_documents_for_programs_say_the_same_without_a_command(text: str) -> None:
    """JSON and TOML read as what was written, and no line of them is a command."""
    document = {"seen": text, "rows": [text, 1, None]}
    assert json.loads(json_text(document, indent=2)) == document
    assert tomllib.loads(f"seen = {json_text(text, in_ascii=False)}") == {"seen": text}
    assert [line for line in json_text(document, indent=2).split("\n") if carried_out(line)] == []


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8], ids=["none", "mark"])
def test_utf_8_is_read_with_a_byte_order_mark_and_without(mark: bytes) -> None:
    """Notepad and PowerShell write one."""
    assert decode_text(mark + "名 = 1".encode()) == "名 = 1"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("x".encode("utf-16"), "it is UTF-16; save the file as UTF-8"),
        ("x".encode("utf-32"), "it is UTF-32; save the file as UTF-8"),
        ("caf\xe9".encode("cp1252"), "byte 4 is not UTF-8; save the file as UTF-8"),
    ],
)
def test_other_encodings_are_named(data: bytes, words: str) -> None:
    """What to do is said with what was found."""
    with pytest.raises(NotTextError) as problem:
        decode_text(data)
    assert str(problem.value) == words


def test_what_is_shown_has_one_line_and_a_length() -> None:
    """Control characters stand as escapes, and a long text says how long it was."""
    assert printable("a\x1b[31m\nb\u202e", 20) == "a\\x1b[31m\\nb\\u202e"
    assert printable("x" * 30, 20) == f"{'x' * 20}... (30 characters)"
