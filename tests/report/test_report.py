"""Results, verdict file, page and folder of a run."""

import json
import os
import re
from pathlib import Path

import pytest

from mpp_conformance.common.text import printable
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import Planned
from mpp_conformance.ledger.requirements import SHOULD, Ledger, Requirement
from mpp_conformance.peers.router import Stray
from mpp_conformance.protocol.messages import Launch
from mpp_conformance.report.pages import terminal
from mpp_conformance.report.run_folder import folder
from mpp_conformance.report.run_folder.folder import RunFolderError
from mpp_conformance.report.verdict_file import document
from mpp_conformance.report.verdict_file.document import VerdictFileError
from mpp_conformance.report.verdict_file.folding import Result, fold
from tests.reporting import HOSTILE, M1, M2, O3, facts, folded, judged, row, sample, stated

PASS, FAIL, INCONCLUSIVE, ERROR = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.ERROR


@pytest.mark.parametrize(
    ("results", "more", "expected"),
    [
        ([(M1, PASS), (M2, PASS)], [], Result.CONFORMS),
        ([(M1, PASS), (M2, FAIL)], [], Result.FAILS),
        ([(M1, FAIL), (M2, INCONCLUSIVE)], [], Result.FAILS),
        ([(M1, PASS), (M2, INCONCLUSIVE)], [], Result.NOT_PROVEN),
        ([(M1, FAIL), (M2, ERROR)], [], Result.ERROR),
        ([(M1, PASS), (O3, FAIL)], [], Result.CONFORMS),
        ([(M1, PASS), (O3, INCONCLUSIVE)], [], Result.CONFORMS),
        ([(M1, PASS), (O3, ERROR)], [], Result.ERROR),
        ([(M1, PASS), (stated("R4", level=SHOULD), FAIL)], [], Result.CONFORMS),
        ([(M1, PASS)], [row(M2)], Result.PARTIAL),
        ([(M1, PASS)], [row(M1, "y")], Result.PARTIAL),
        ([(M1, PASS)], [row(O3)], Result.PARTIAL),
        ([(M1, FAIL)], [row(M2)], Result.FAILS),
        ([(M1, INCONCLUSIVE)], [row(M2)], Result.NOT_PROVEN),
        ([(M1, PASS)], [row(M2, not_applicable="no")], Result.CONFORMS),
        ([(M1, PASS)], [M2], Result.NOT_PROVEN),
        ([(M1, PASS)], [stated("R9", excluded="why")], Result.CONFORMS),
        ([], [row(M1)], Result.NOT_PROVEN),
        ([], [row(M1, not_applicable="no")], Result.NOT_PROVEN),
        ([(O3, PASS)], [], Result.NOT_PROVEN),
        ([], [], Result.NOT_PROVEN),
    ],
)
def test_result(
    results: list[tuple[Requirement, Verdict]], more: list[Planned | Requirement], expected: Result
) -> None:
    """Only a whole catalogue in which every requirement that decides has passed conforms; the worst wins."""
    found = folded([judged(row(requirement), verdict) for requirement, verdict in results], *more)
    assert found.result == expected
    assert (found.result.overall == "conformant") == (expected is Result.CONFORMS)


def test_worst_case_is_the_requirements_verdict() -> None:
    """A requirement has the worst verdict of its cases, a clause the worst of the requirements that rest on it."""
    rows = [row(M1, "a"), row(M1, "b"), row(M2, "c"), row(O3, "d")]
    found = folded([judged(planned, verdict) for planned, verdict in zip(rows, [PASS, FAIL, PASS, FAIL], strict=True)])
    assert [(r.requirement.id, r.verdict, r.judged) for r in found.requirements] == [
        ("R1", FAIL, 2),
        ("R2", PASS, 1),
        ("R3", FAIL, 1),
    ]
    clauses = {"Overview, note": FAIL, "Workflow, Entry code, step 1": FAIL, "Workflow, Entry code, step 2": PASS}
    assert dict(found.clauses) == clauses


def test_a_verdict_never_improves() -> None:
    """Of two results for one row, whichever came first, the worse one counts."""
    planned = row(M1)
    for verdicts in ([FAIL, PASS], [PASS, FAIL]):
        found = folded([judged(planned, verdict) for verdict in verdicts])
        assert (found.result, len(found.cases)) == (Result.FAILS, 1)


def test_unplanned_result_is_refused() -> None:
    """A result of no planned row cannot make a run complete."""
    with pytest.raises(ValueError, match="was not planned"):
        fold([judged(row(M1), PASS)], Ledger(), [])


def test_digest_is_of_verdicts_alone() -> None:
    """Time, target and order of judging do not change the digest; a verdict does."""
    first, second = judged(row(M1, "a"), PASS), judged(row(M1, "b"), PASS)
    one_way = document.document(folded([first, second]), facts())
    other_way = document.document(folded([second, first]), facts(started="later", target="http:x"))
    assert one_way["digest"] == other_way["digest"]
    assert document.digest([first, judged(row(M1, "b"), FAIL)]) != one_way["digest"]


def test_verdict_file_round_trip() -> None:
    """What is written is read again, and everything that was to be said is there."""
    made = sample()
    assert document.read(document.dump(made)) == json.loads(json.dumps(made))
    assert (made["overall"], made["result"], made["complete"]) == ("nonconformant", "does not conform", False)
    assert made["counts"]["verdicts"] == {"pass": 1, "inconclusive": 0, "fail": 2, "error": 0}
    counts = {"requirements": 2, "requirements_conforming": 0, "cases": 3, "not_judged": 1, "not_applicable": 1}
    assert counts.items() <= made["counts"].items()
    assert made["limits"]["newer"] == "2024-03"
    assert [found["excluded"] for found in made["requirements"] if found["excluded"]] == ["not ours"]
    assert len(made["strays"][1]["message"]) < 600


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"format":"other"}', b"\xff", b"[" * 99_999])
def test_other_files_are_refused(data: bytes) -> None:
    """What is no verdict file is refused in words."""
    with pytest.raises(VerdictFileError, match="this is not a verdict file"):
        document.read(data)


def test_terminal_summary_is_short_and_plain() -> None:
    """However many observations and strays there are, the summary stays readable, the result last."""
    results = [judged(row(O3, f"o{number}"), FAIL, HOSTILE) for number in range(50)] + [judged(row(M1), PASS)]
    strays = [Stray(message=Launch(url="x"), conversation=HOSTILE)] * 50
    lines = list(terminal.summary(folded(results), strays, target=HOSTILE, edition="2024-03"))
    assert lines[-1] == "result       conforms"
    assert len(lines) == 28
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain é 漢 😀", "plain é 漢 😀"),
        ("a\nb\r\x1b[2J\x00", "a\\nb\\r\\x1b[2J\\x00"),
        ("\u202e\u2028\ud800\U000e0001", "\\u202e\\u2028\\ud800\\U000e0001"),
        ("x" * 11, "xxxxxxxxxx... (11 characters)"),
    ],
)
def test_printable(text: str, expected: str) -> None:
    """What could steer a terminal, turn the text or break a line becomes an escape; long text is cut."""
    assert printable(text, 10 if len(text) == 11 and text.startswith("xx") else 2_000) == expected


def test_files_are_whole_or_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that cannot be finished is not there at all, and leaves nothing behind."""
    made = folder.create(tmp_path, "r")
    made.write("a", b"whole")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(RunFolderError, match="b cannot be written: No space left on device"):
        made.write("b", b"half")
    assert sorted(path.name for path in made.path.iterdir()) == ["a", "evidence"]
    assert (made.path / "a").read_bytes() == b"whole"


@pytest.mark.parametrize("name", ["", ".", "..", ".x", "a/b", "/a", "a\\b", "a b", "a\n", "-a", "é", "x" * 101])
def test_folder_names_stay_within_reports(tmp_path: Path, name: str) -> None:
    """A run's name cannot lead elsewhere, hide, or look like an option."""
    with pytest.raises(RunFolderError, match="is not a name for a run"):
        folder.create(tmp_path, name)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_holds_one_run(tmp_path: Path) -> None:
    """A folder that holds a run is refused; one that only waits for it, as Allure makes it, is taken."""
    (tmp_path / "r/allure-results").mkdir(parents=True)
    folder.create(tmp_path, "r")
    with pytest.raises(RunFolderError, match="holds a run already"):
        folder.create(tmp_path, "r")
    assert [folder.create_new(tmp_path, "r").path.name for _ in range(2)] == ["r-2", "r-3"]


@pytest.mark.parametrize("text", ["../../etc/passwd", "a" * 99, "Ä\x00/\\", "entry-sdk-S", "", "-a-"])
def test_slugs_are_plain(text: str) -> None:
    """Whatever the text, its slug is letters, digits and hyphens, and short."""
    assert re.fullmatch(r"(?:[a-z0-9][a-z0-9-]{0,59})?", folder.slug(text))
