"""The source document: how it is cut into sentences, and that ours is still the one we read."""

import hashlib
import re
from pathlib import Path
from typing import Final

import pytest

from mpp_conformance.ledger import source
from mpp_conformance.ledger.source import ENTRY_CODE, HIGHLIGHTS, OVERVIEW, Clause, digests, sentences

_DOCUMENT: Final = Path(__file__).parents[2].parent / "shared" / "source" / "mpm-upgrade.txt"


def _hashes(*texts: str) -> list[str]:
    return [hashlib.sha256(text.encode()).hexdigest() for text in texts]


def test_the_document_is_the_one_we_read(capsys: pytest.CaptureFixture[str]) -> None:
    """Each sentence of a copy at hand has the digest that was kept of it, in the same order."""
    if not _DOCUMENT.is_file():
        with capsys.disabled():
            print("\nno copy of the source document here: its sentences were not compared")  # noqa: T201  # no silence
        return
    assert [sentence.digest for sentence in sentences()] == digests(_DOCUMENT.read_text("utf-8"))


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param("\n \n\t\n", [], id="blank lines"),
        pytest.param("One thing.", ["One thing."], id="one sentence"),
        pytest.param("One thing. Another one.", ["One thing.", "Another one."], id="two sentences"),
        pytest.param("One thing. another", ["One thing. another"], id="no capital letter, no new sentence"),
        pytest.param("As follows: Do this.", ["As follows:", "Do this."], id="a colon ends a lead-in"),
        pytest.param("As follows: do this", ["As follows: do this"], id="a colon within a sentence"),
        pytest.param("version 1.0 is 7.5 long", ["version 1.0 is 7.5 long"], id="full stops in numbers"),
        pytest.param("One\nTwo", ["One", "Two"], id="a line is never part of the one before"),
        pytest.param("  • One thing", ["One thing"], id="a bullet"),
        pytest.param("  12. One thing", ["One thing"], id="a number in a list"),
        pytest.param("12.5 things", ["12.5 things"], id="a number that is no list's"),
        pytest.param("One   thing\twith \u00a0blanks", ["One thing with blanks"], id="white space"),
    ],
)
def test_a_document_is_cut_into_sentences(document: str, expected: list[str]) -> None:
    """Lines are cut after a full stop or colon before a capital letter; list marks and odd blanks are left out."""
    assert _hashes(*expected) == digests(document)


def test_a_changed_sentence_has_another_digest() -> None:
    """A word, a letter's case and the order are noticed; how lines are indented is not."""
    kept = digests("A limit is 500. It holds.")

    assert kept == digests("   A limit is 500.  It holds.  ")
    assert kept != digests("A limit is 600. It holds.")
    assert kept != digests("a limit is 500. It holds.")
    assert kept != digests("It holds. A limit is 500.")


def test_every_sentence_has_a_place_of_its_own() -> None:
    """No two sentences are at one place, and a digest is a SHA-256 in hex."""
    found = sentences()

    assert len(found) == len({sentence.clause for sentence in found})
    assert [sentence.clause for sentence in found if not re.fullmatch(r"[0-9a-f]{64}", sentence.digest)] == []


def test_headings_and_lead_ins_ask_nothing() -> None:
    """All that stands under another kind of place is normative."""
    for sentence in sentences():
        asks_nothing = re.fullmatch(r"heading|lead-in \d+", sentence.clause.place) is not None
        assert sentence.normative != asks_nothing, str(sentence.clause)


def test_no_sentence_of_the_document_is_kept() -> None:
    """What we keep of a sentence is its place, whether it is normative, and its digest."""
    text = Path(source.__file__).with_name("sentences.json").read_text("utf-8")
    assert {"part", "place", "normative", "digest"} == set(re.findall(r'"(\w+)":', text))
    assert max(len(sentence.clause.place) for sentence in sentences()) <= 40


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        (ENTRY_CODE.steps(3), "Workflow, Entry code, step 3"),
        (ENTRY_CODE.steps(24, 26), "Workflow, Entry code, steps 24-26"),
        (ENTRY_CODE.steps(24, 26, sentence=2), "Workflow, Entry code, steps 24-26, sentence 2"),
        (OVERVIEW.at("note"), "Overview, note"),
    ],
)
def test_a_clause_is_written_as_the_document_counts(clause: Clause, expected: str) -> None:
    """A clause names the part and the steps or the place in it."""
    assert expected == str(clause)


def test_other_documents_are_no_parts_of_this_one() -> None:
    """No place of the document is in a part that stands for another one."""
    parts = {sentence.clause.part for sentence in sentences()}

    assert set() == parts & source.OTHER_DOCUMENTS
    assert {ENTRY_CODE.title, OVERVIEW.title, HIGHLIGHTS.title} <= parts
