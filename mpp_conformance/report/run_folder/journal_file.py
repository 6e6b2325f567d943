"""The journal of a run on disk: lines are appended as things happen, whoever's thread they happen in.

Each line is one write to a file that is open for appending: a process that is killed has written a line or has not, and
what it has written stays written.
"""

import errno
import os
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from mpp_conformance.evidence import journal
from mpp_conformance.evidence.journal import Entry, Journal
from mpp_conformance.report.run_folder.reading import plain_file

_READABLE: Final = 0o644


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class JournalFile:
    """The journal at ``path``, which holds what ``known`` says and goes on as the next attempt; OSError as files do."""

    def __init__(self, path: Path, known: Journal | None = None, *, now: Callable[[], str] = _now) -> None:
        known = known or Journal()
        self._now = now
        self._lock = threading.Lock()
        self._path = path
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, _READABLE)
        _lock(self._handle, path)
        if known.torn:
            os.ftruncate(self._handle, os.fstat(self._handle).st_size - known.torn)
        self.entries = len(known.entries)
        """How many lines there are."""
        self.head = known.head
        """The digest of the last one."""
        self.attempt = known.attempts + 1
        """Which attempt this is, from 1."""
        self.began = known.entries[0].at if known.entries else ""
        """When the first attempt began (UTC, ISO 8601); empty before a line is written."""

    def write(self, event: str, told: Mapping[str, Any], *, attempt: int | None = None) -> None:
        """Append a line about an event; ``attempt``: another one than this."""
        with self._lock:
            entry = Entry(
                number=self.entries + 1,
                previous=self.head,
                at=self._now(),
                attempt=attempt or self.attempt,
                event=event,
                told=told,
            )
            line = entry.data
            if os.write(self._handle, line + b"\n") <= len(line):
                raise OSError(errno.ENOSPC, "the journal's line found no room")
            self.entries, self.head, self.began = entry.number, entry.digest, self.began or entry.at

    def close(self) -> None:
        """Write no more; nothing is left of a journal without a line."""
        if self._handle >= 0:
            if not self.entries:
                self._path.unlink(missing_ok=True)
            os.close(self._handle)
            self._handle = -1


def _lock(handle: int, path: Path) -> None:
    """Two processes cannot write one journal; the lock goes with the process, however it ends."""
    try:
        import fcntl  # noqa: PLC0415  # not on every platform
    except ImportError:
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as problem:
        os.close(handle)
        raise BlockingIOError(problem.errno, "another process is at work on this run", str(path)) from problem


def read(folder: Path) -> Journal:
    """The journal in a run's folder; JournalError for anything else, OSError where there is none."""
    return journal.read(plain_file(folder / journal.FILE, journal.MAX_BYTES))
