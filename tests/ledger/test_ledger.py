"""The ledger of our own suites: no sentence without a row, no row without a case or a reason, no case without a row."""

import ast
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from mpp_conformance.common.resources import directory
from mpp_conformance.ledger import source
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.ledger.requirements import DOCUMENTED, MPP, MPP_CLIENT, MPP_SERVER, STATED, Requirement

_LEDGER: Final = load(directory("suites"))
_ROWS: Final = tuple(_LEDGER.requirements.values())
_PLACES: Final = {sentence.clause: sentence.normative for sentence in source.sentences()}
_DOCUMENT: Final = Path(__file__).parents[2].parent / "shared" / "source" / "mpm-upgrade.txt"
_REASONS: Final = (
    "the figure's picture is not in the text",
    "the merchant's and the consumer's act",
    "the consumer's act",
    "between the merchant and Alipay+",
    "Alipay+'s own inner step",
    "Alipay+'s own step",
    "the client SDK's inner step",
    "the client SDK's step",
    "design of the error page",
    "user-presented mode",
    "the sum of all other rows",
)
"""How a reason may begin."""
_LONGEST_QUOTATION: Final = 7
"""Words in a row that a paraphrase may share with the document: names and terms, no sentences."""


def _cited(rows: tuple[Requirement, ...] = _ROWS) -> set[source.Clause]:
    return {clause for row in rows for clause in row.clauses}


def test_every_normative_sentence_has_a_row() -> None:
    """Whatever the document asks of anybody is cited by a requirement that is tested or excluded."""
    assert set() == {clause for clause, normative in _PLACES.items() if normative} - _cited()


def test_every_clause_is_a_place_of_the_document() -> None:
    """A row cites sentences that the document has, or another official document by name."""
    strange = {clause for clause in _cited() - set(_PLACES) if clause.part not in source.OTHER_DOCUMENTS}
    assert set() == strange


def test_a_row_rests_on_what_its_basis_says() -> None:
    """What is stated cites normative sentences of the document; what is documented elsewhere, the other documents."""
    stated = {clause for row in _ROWS if row.basis == STATED for clause in row.clauses}
    documented = {clause for row in _ROWS if row.basis == DOCUMENTED for clause in row.clauses}

    assert set() == {clause for clause in stated if not _PLACES.get(clause, False)}
    assert set() == {clause for clause in documented if clause.part not in source.OTHER_DOCUMENTS}
    assert [row.id for row in _ROWS if not row.clauses] == []


def test_a_row_has_cases_or_a_reason() -> None:
    """A requirement is tested, or it is excluded for a reason; never both, and never neither."""
    undecided = [row.id for row in _ROWS if bool(_LEDGER.cases_of(row)) == bool(row.excluded)]
    assert undecided == []


def test_a_case_tests_a_row() -> None:
    """Each case belongs to a requirement of the ledger, and all cases are found by way of theirs."""
    assert [
        case.name for case in _LEDGER.cases if _LEDGER.requirements.get(case.requirement.id) != case.requirement
    ] == []
    assert len(_LEDGER.cases) == sum(len(_LEDGER.cases_of(row)) for row in _ROWS)


def test_every_row_is_stated_once() -> None:
    """No two statements in the suite files bear one id, not even equal ones."""
    stated = [name for path in sorted(directory("suites").glob("test_*.py")) for name in _stated(path)]
    assert sorted(stated) == sorted(_LEDGER.requirements)


def _stated(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"requirement", "excluded"}:
            yield ast.literal_eval(node.args[0])


def test_only_what_others_do_is_excluded() -> None:
    """No duty of the MPP is left untested, and a reason is one of the known kinds."""
    assert set() == {row.actor for row in _ROWS if row.excluded} & {MPP, MPP_SERVER, MPP_CLIENT}
    assert [row.id for row in _ROWS if row.excluded and not row.excluded.startswith(_REASONS)] == []


def test_only_what_the_mpp_does_is_tested() -> None:
    """No case judges an MPP for somebody else's part."""
    assert {row.actor for row in _ROWS if not row.excluded} <= {MPP, MPP_SERVER, MPP_CLIENT}


def test_every_step_of_both_workflows_is_cited() -> None:
    """Entry code steps 1-29 and order code steps 1-20, each by some row."""
    for part, last in ((source.ENTRY_CODE, 29), (source.ORDER_CODE, 20)):
        steps = {step for clause in _cited() if clause.part == part.title for step in _steps(clause.place)}
        assert set(range(1, last + 1)) == steps


def _steps(place: str) -> Iterator[int]:
    found = re.match(r"steps? (\d+)(?:-(\d+))?", place)
    if found:
        first, last = found.group(1), found.group(2) or found.group(1)
        yield from range(int(first), int(last) + 1)


# --- our words ----------------------------------------------------------------------------------------------------


def test_no_text_is_a_sentence_of_the_document() -> None:
    """Neither a row's text as a whole nor a sentence of it has the digest of one of the document's."""
    known = {sentence.digest for sentence in source.sentences()}
    texts = [text for row in _ROWS for text in (row.text, row.excluded)]
    copied = [text for text in texts if known & {*source.digests(text), hashlib.sha256(text.encode()).hexdigest()}]
    assert copied == []


def test_no_text_quotes_the_document(capsys: pytest.CaptureFixture[str]) -> None:
    """No row has more than a few words in a row in common with the document, where a copy of it is at hand."""
    if not _DOCUMENT.is_file():
        with capsys.disabled():
            print("\nno copy of the source document here: rows were compared by digest only")  # noqa: T201  # no silence
        return
    document = _windows(_DOCUMENT.read_text("utf-8"))
    quoting = {row.id: shared for row in _ROWS if (shared := document & _windows(row.text))}
    assert quoting == {}


def _windows(text: str) -> set[str]:
    words = re.findall(r"\w+", text.lower())
    size = _LONGEST_QUOTATION + 1
    return {" ".join(words[start : start + size]) for start in range(len(words) - size + 1)}
