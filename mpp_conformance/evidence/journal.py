"""The journal of a run: one line for whatever was done, each with the digest of the line before.

It is only ever appended to. A line that was changed, left out or put in breaks the chain at its place, and whoever
knows the digest of the last line (the verdict file names it) knows that nothing was cut off at the end. A run that was
killed leaves a last line that is not whole at worst: that is no line.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mpp_conformance.common import canonical
from mpp_conformance.judging.verdict import Verdict

FORMAT: Final = "mpp-conformance journal 1"
FILE: Final = "journal.jsonl"
MAX_BYTES: Final = 64 * 1024 * 1024
NOTHING: Final = "0" * 64
"""Stands for the digest of the line before the first one."""

STARTED: Final = "started"
RESUMED: Final = "resumed"
BEGUN: Final = "begun"
RERUN: Final = "rerun"
CONVERSED: Final = "conversed"
JUDGED: Final = "judged"
WEIGHED: Final = "weighed"
"""A verdict in the light of the whole run, in the place of the one that was judged on a conversation alone."""
STRAYED: Final = "strayed"
ABORTED: Final = "aborted"
FINISHED: Final = "finished"
EVENTS: Final[Mapping[str, frozenset[str]]] = {
    STARTED: frozenset({"format", "facts", "cases", "conversations"}),
    RESUMED: frozenset({"cases", "conversations", "torn"}),
    BEGUN: frozenset({"conversation", "scenario"}),
    RERUN: frozenset({"conversation", "scenario"}),
    CONVERSED: frozenset({"conversation", "scenario", "ending", "evidence", "digest"}),
    JUDGED: frozenset({"requirement", "module", "case", "scenario", "verdict", "evidence", "digest"}),
    WEIGHED: frozenset({"requirement", "module", "case", "scenario", "verdict", "evidence", "digest"}),
    STRAYED: frozenset({"evidence", "digest"}),
    ABORTED: frozenset({"reason"}),
    FINISHED: frozenset({"result", "digest", "verdicts"}),
}
"""What is told of each event, beside what every line has."""
SILENT: Final = "the attempt ended without a word"
"""The reason that the next attempt gives for one that was killed."""
_LONGEST: Final = 100
_WORDS: Final = frozenset(verdict.word for verdict in Verdict)
_EVERY: Final = ("number", "previous", "at", "attempt", "event")


class JournalError(ValueError):
    """A file that is no journal, or not the one that was written; says which line, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line. ``at``: UTC, ISO 8601; ``attempt`` counts from 1; ``told``: what is said of the event."""

    number: int
    previous: str
    at: str
    attempt: int
    event: str
    told: Mapping[str, Any]

    @property
    def data(self) -> bytes:
        """The line, without what ends it; JournalError for what cannot be written."""
        values = {name: getattr(self, name) for name in _EVERY}
        try:
            return canonical.dump({**values, **self.told})
        except canonical.NotCanonicalError as problem:
            raise JournalError(f"line {self.number}: {problem}") from problem

    @property
    def digest(self) -> str:
        """The digest of the line (SHA-256, hex)."""
        return canonical.digest(self.data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """A journal as it was read. ``torn``: bytes at the end that are no whole line."""

    entries: Sequence[Entry] = ()
    torn: int = 0

    @property
    def head(self) -> str:
        """The digest of the last line."""
        return self.entries[-1].digest if self.entries else NOTHING

    @property
    def attempts(self) -> int:
        """How many times somebody set about the run."""
        return max((entry.attempt for entry in self.entries), default=0)

    @property
    def facts(self) -> Mapping[str, Any]:
        """What the run was begun with: wallet, edition, suite and keys."""
        facts: Mapping[str, Any] = self.entries[0].told["facts"]
        return facts

    @property
    def over(self) -> bool:
        """Whether the last attempt has said how it ended."""
        return bool(self.entries) and self.entries[-1].event in {ABORTED, FINISHED}

    def of(self, *events: str) -> Iterator[Entry]:
        """The lines about these events, in their order."""
        return (entry for entry in self.entries if entry.event in events)

    @property
    def conversed(self) -> dict[str, tuple[str, str]]:
        """The digest of each scenario that was held: the name and the digest of its latest evidence."""
        return {entry.told["scenario"]: (entry.told["evidence"], entry.told["digest"]) for entry in self.of(CONVERSED)}

    @property
    def again(self) -> list[str]:
        """The labels of the conversations that were begun anew."""
        return list(dict.fromkeys(entry.told["conversation"] for entry in self.of(RERUN)))


def read(data: bytes) -> Journal:
    """The journal that a file holds; JournalError, in words, for anything else."""
    if len(data) > MAX_BYTES:
        raise JournalError(f"{len(data)} bytes are more than the {MAX_BYTES} that are read")
    *lines, rest = data.split(b"\n")
    entries: list[Entry] = []
    previous = NOTHING
    for number, line in enumerate(lines, 1):
        entry = _read_line(line, number)
        if entry.number != number:
            raise JournalError(f"line {number}: it has the number {entry.number}: a line is missing or too many")
        if entry.previous != previous:
            raise JournalError(
                f"line {number}: it does not follow the line before it: a line was changed, removed or inserted"
            )
        previous = canonical.digest(line)
        entries.append(entry)
    if not entries:
        raise JournalError("line 1 is missing: the run was interrupted before it began")
    if entries[0].event != STARTED:
        raise JournalError("line 1: expected how the run was started")
    if entries[0].told["format"] != FORMAT:
        raise JournalError(f"line 1: expected the format {FORMAT!r}, found {ascii(entries[0].told['format'])[:60]}")
    return Journal(entries=entries, torn=len(rest))


def differences(then: Mapping[str, Any], now: Mapping[str, Any], where: str = "") -> Iterator[str]:
    """What a run was begun with and is no more, one sentence for each place."""
    for name in sorted(then.keys() | now.keys()):
        place, old, new = f"{where}{name}", then.get(name), now.get(name)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from differences(old, new, f"{place}.")
        elif old != new:
            yield f"{place} was {_shown(old)} and is {_shown(new)}"


def _shown(value: object) -> str:
    text = ascii(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _read_line(line: bytes, number: int) -> Entry:
    try:
        found = canonical.parse(line, limit=MAX_BYTES)
    except canonical.NotCanonicalError as problem:
        raise JournalError(f"line {number}: {problem}") from problem
    if not isinstance(found, dict) or not found.keys() >= set(_EVERY):
        raise JournalError(f"line {number}: expected {', '.join(_EVERY)}")
    values = {name: found.pop(name) for name in _EVERY}
    event, texts = values["event"], [values["previous"], values["at"], values["event"]]
    if not all(isinstance(text, str) for text in texts) or event not in EVENTS:
        raise JournalError(f"line {number}: expected one of {', '.join(EVENTS)}, found {ascii(event)[:60]}")
    if not all(type(values[name]) is int and values[name] > 0 for name in ("number", "attempt")):
        raise JournalError(f"line {number}: expected number and attempt to count from 1")
    if found.keys() != EVENTS[event]:
        raise JournalError(f"line {number}: of {event} is told {', '.join(sorted(EVENTS[event]))}, and nothing else")
    _check_told(found, number)
    return Entry(**values, told=found)


def _check_told(told: Mapping[str, object], number: int) -> None:
    kinds = {"facts": dict, "cases": int, "conversations": int, "torn": int}
    for name, value in told.items():
        kind = kinds.get(name, str)
        if type(value) is not kind:
            raise JournalError(f"line {number}: {name} is of another kind: {ascii(value)[:60]}")
    if told.get("verdict", "pass") not in _WORDS:
        raise JournalError(f"line {number}: {ascii(told['verdict'])[:60]} is no verdict")
