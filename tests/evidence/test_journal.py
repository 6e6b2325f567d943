"""The journal: whatever was changed in it, left out of it or put into it is named by its line."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from mpp_conformance.common import canonical
from mpp_conformance.evidence import journal
from mpp_conformance.evidence.journal import Journal, JournalError
from mpp_conformance.report.run_folder import journal_file
from mpp_conformance.report.run_folder.journal_file import JournalFile

STARTED: Final[dict[str, Any]] = {"format": journal.FORMAT, "facts": {"a": {"b": 1}}, "cases": 2, "conversations": 1}
BEGUN: Final = {"conversation": "one", "scenario": "s1"}
CONVERSED: Final = {**BEGUN, "ending": "ended", "evidence": "one-0.json", "digest": "d"}
MOMENT: Final = "2026-01-01T00:00:00+00:00"


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A run's folder with a journal of four lines."""
    file = JournalFile(tmp_path / journal.FILE, now=lambda: MOMENT)
    file.write(journal.STARTED, STARTED)
    file.write(journal.BEGUN, BEGUN)
    file.write(journal.CONVERSED, CONVERSED)
    file.write(journal.ABORTED, {"reason": "interrupted"})
    file.close()
    return tmp_path


def lines_of(folder: Path) -> list[bytes]:
    """Its lines."""
    return (folder / journal.FILE).read_bytes().splitlines()


def test_it_is_read_as_it_was_written(written: Path) -> None:
    """Every line comes back, in its order, with its place in the chain."""
    known = journal_file.read(written)
    events = [(entry.number, entry.event, entry.at, entry.attempt) for entry in known.entries]
    names = ("started", "begun", "conversed", "aborted")
    assert events == [(number, name, MOMENT, 1) for number, name in enumerate(names, 1)]
    assert (known.facts, known.attempts, known.over, known.torn) == ({"a": {"b": 1}}, 1, True, 0)
    assert known.conversed == {"s1": ("one-0.json", "d")}
    assert known.head == canonical.digest(lines_of(written)[-1])
    assert [entry.digest for entry in known.entries[:-1]] == [entry.previous for entry in known.entries[1:]]


def test_the_next_attempt_goes_on_where_the_last_one_ended(written: Path) -> None:
    """It appends: what stood there stands there, and attempts are counted."""
    before = (written / journal.FILE).read_bytes()
    file = JournalFile(written / journal.FILE, journal_file.read(written))
    file.write(journal.RESUMED, {"cases": 2, "conversations": 1, "torn": 0})
    file.write(journal.RERUN, BEGUN)
    file.close()
    after = journal_file.read(written)
    assert (written / journal.FILE).read_bytes().startswith(before)
    assert (after.attempts, after.over, after.again, len(after.entries)) == (2, False, ["one"], 6)
    assert (file.attempt, file.entries, file.head) == (2, 6, after.head)


def test_a_torn_line_is_no_line(written: Path) -> None:
    """What a killed process left of a line is not read, and makes way for the next one."""
    path = written / journal.FILE
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    known = journal_file.read(written)
    last = len(whole.splitlines(keepends=True)[-1])
    assert (len(known.entries), known.torn) == (3, last - 20)
    file = JournalFile(path, known)
    file.write(journal.ABORTED, {"reason": "again"})
    file.close()
    assert journal_file.read(written).entries[-1].told == {"reason": "again"}


def swapped(lines: list[bytes]) -> list[bytes]:
    """The second and the third line in each other's place."""
    return [lines[0], lines[2], lines[1], lines[3]]


def renumbered(lines: list[bytes]) -> list[bytes]:
    """Without the second line, and those after it numbered anew."""
    found = [json.loads(line) for line in (lines[0], *lines[2:])]
    return [canonical.dump({**entry, "number": number}) for number, entry in enumerate(found, 1)]


def changed(**values: object) -> Callable[[list[bytes]], list[bytes]]:
    """The second line with other values, or without some for ``...``."""

    def change(lines: list[bytes]) -> list[bytes]:
        made = {**json.loads(lines[1]), **values}
        kept = {name: value for name, value in made.items() if value is not ...}
        return [lines[0], canonical.dump(kept), *lines[2:]]

    return change


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (changed(conversation="other"), "line 3: it does not follow the line before it"),
        (changed(at="2025"), "line 3: it does not follow the line before it"),
        (lambda lines: [lines[0], *lines[2:]], "line 2: it has the number 3"),
        (renumbered, "line 2: it does not follow the line before it"),
        (swapped, "line 2: it has the number 3"),
        (lambda lines: [lines[0], lines[0], *lines[1:]], "line 2: it has the number 1"),
        (lambda lines: lines[1:], "line 1: it has the number 2"),
        (lambda lines: [lines[0], b"", *lines[1:]], "line 2: not JSON at character 0"),
        (lambda lines: [lines[0].replace(b":", b": ", 1), *lines[1:]], "line 1: not in canonical form"),
        (lambda _: [b"[]"], "line 1: expected number, previous, at, attempt, event"),
        (lambda _: [], "line 1 is missing: the run was interrupted before it began"),
        (changed(event="danced"), "line 2: expected one of started, resumed"),
        (changed(event=7), "line 2: expected one of started, resumed"),
        (changed(attempt=0), "line 2: expected number and attempt to count from 1"),
        (changed(number=True), "line 2: expected number and attempt to count from 1"),
        (changed(scenario=...), "line 2: of begun is told conversation, scenario, and nothing else"),
        (changed(more="x"), "line 2: of begun is told conversation, scenario, and nothing else"),
        (changed(scenario=5), "line 2: scenario is of another kind: 5"),
    ],
    ids=range(18),
)
def test_changes_are_named_by_their_line(
    written: Path, change: Callable[[list[bytes]], list[bytes]], told: str
) -> None:
    """A line that is changed, left out, put in or put elsewhere breaks the chain there."""
    made = b"".join(line + b"\n" for line in change(lines_of(written)))
    (written / journal.FILE).write_bytes(made)
    with pytest.raises(JournalError, match=f"^{re.escape(told)}"):
        journal_file.read(written)


def test_another_format_and_another_beginning_are_refused(written: Path) -> None:
    """A journal begins with how the run was started, in the format that is known."""
    first = json.loads(lines_of(written)[0])
    (written / journal.FILE).write_bytes(canonical.dump({**first, "format": "x"}) + b"\n")
    with pytest.raises(JournalError, match="line 1: expected the format 'mpp-conformance journal 1', found 'x'"):
        journal_file.read(written)
    begun = {name: value for name, value in first.items() if name not in STARTED}
    (written / journal.FILE).write_bytes(canonical.dump({**begun, "event": "aborted", "reason": "r"}) + b"\n")
    with pytest.raises(JournalError, match="line 1: expected how the run was started"):
        journal_file.read(written)


def test_too_much_is_not_read() -> None:
    """A file is read up to a bound."""
    with pytest.raises(JournalError, match="bytes are more than the 67108864 that are read"):
        journal.read(b"\n" * (journal.MAX_BYTES + 1))


def test_two_processes_cannot_write_one_journal(written: Path) -> None:
    """While somebody writes it, nobody else can."""
    file = JournalFile(written / journal.FILE, journal_file.read(written))
    with pytest.raises(BlockingIOError, match="another process is at work on this run"):
        JournalFile(written / journal.FILE, journal_file.read(written))
    file.close()


def test_a_link_is_no_journal(written: Path, tmp_path: Path) -> None:
    """Nothing outside of the run's folder is read."""
    elsewhere = tmp_path / "elsewhere"
    (written / journal.FILE).rename(elsewhere)
    (written / journal.FILE).symlink_to(elsewhere)
    with pytest.raises(FileNotFoundError):
        journal_file.read(written)


def test_what_cannot_be_written_leaves_no_line(written: Path) -> None:
    """A value that no document can hold is refused, and the chain goes on without it."""
    file = JournalFile(written / journal.FILE, journal_file.read(written))
    with pytest.raises(JournalError, match="line 5: a value of type float"):
        file.write(journal.ABORTED, {"reason": 1.5})
    file.write(journal.ABORTED, {"reason": "r"})
    file.close()
    assert len(journal_file.read(written).entries) == 5


def test_an_empty_journal_leaves_no_file(tmp_path: Path) -> None:
    """A run that never began leaves nothing behind."""
    JournalFile(tmp_path / journal.FILE).close()
    assert list(tmp_path.iterdir()) == []
    assert (Journal().head, Journal().attempts, Journal().over) == (journal.NOTHING, 0, False)


def test_what_has_changed_is_said_place_by_place() -> None:
    """Each place that is another one, is missing or is new is told, with what was there."""
    then = {"a": {"b": 1, "c": "x" * 200}, "d": None, "same": 1}
    now = {"a": {"b": 2, "e": True}, "d": {"f": 1}, "same": 1}
    assert list(journal.differences(then, now)) == [
        "a.b was 1 and is 2",
        f"a.c was '{'x' * 99}... and is None",
        "a.e was None and is True",
        "d was None and is {'f': 1}",
    ]
