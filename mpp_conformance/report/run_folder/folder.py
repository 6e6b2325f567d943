"""The folder of one run: where its files go, and that they are whole when they are there.

No name comes from the wallet; what comes from elsewhere is reduced to letters, digits and hyphens first.
"""

import os
import re
import tempfile
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mpp_conformance import evidence
from mpp_conformance.evidence import disclosures, pictures, strays
from mpp_conformance.evidence.hidden_values import Disclosure
from mpp_conformance.judging.trace import Trace
from mpp_conformance.peers.router import Stray
from mpp_conformance.report.verdict_file.document import FILE as VERDICTS

EVIDENCE: Final = "evidence"
DISCLOSURES: Final = "disclosures"
"""What opens the evidence; it is never handed out together with it."""
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
"""A run's name, and that of any file we write."""
_WRITING: Final = ".writing-"
_SLUG: Final = 60


class RunFolderError(Exception):
    """The folder cannot be used; says why, and what to do."""


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The folder of a run, made by :func:`create`."""

    path: Path

    def write(self, name: str, data: bytes, *, mode: int = 0o644) -> Path:
        """Write a file whole or not at all; RunFolderError where that is not possible."""
        target = self.path / name
        try:
            handle, temporary = tempfile.mkstemp(prefix=_WRITING, dir=target.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                os.chmod(temporary, mode)  # noqa: PTH101  # mkstemp gives text
                os.replace(temporary, target)  # noqa: PTH105  # mkstemp gives text
            except BaseException:
                with suppress(OSError):
                    os.unlink(temporary)  # noqa: PTH108  # mkstemp gives text
                raise
        except OSError as problem:
            raise RunFolderError(f"{target} cannot be written: {problem.strerror}") from problem
        return target

    def remove(self, name: str) -> None:
        """Remove a file, if it is there and that can be."""
        with suppress(OSError):
            (self.path / name).unlink()

    def keep(self, trace: Trace, disclosed: Collection[Disclosure] = ()) -> tuple[str, str]:
        """Write a conversation's evidence; its file name within ``evidence`` and its digest.

        What opens its hidden parts is written first, under the same name, where only its owner can read it.
        """
        data = evidence.encode(evidence.document(trace))
        digest = evidence.digest(data)
        name = f"{slug(trace.scenario.label) or 'conversation'}-{digest[:8]}.json"
        if disclosed:
            self._private()
            self.write(f"{DISCLOSURES}/{name}", disclosures.encode(disclosed), mode=0o600)
        self.write(f"{EVIDENCE}/{name}", data)
        return name, digest

    def keep_strays(self, found: Sequence[Stray], *, before: int = 0) -> tuple[str, str]:
        """Write down what fitted no conversation; name and digest of the file, both empty where there is nothing.

        ``before``: bytes of HTTP that other such files of the run hold.
        """
        if not found:
            return "", ""
        data = strays.encode(found, before=before)
        digest = evidence.digest(data)
        name = f"strays-{digest[:8]}.json"
        self.write(f"{EVIDENCE}/{name}", data)
        return name, digest

    def keep_picture(self, name: str, data: bytes) -> None:
        """Keep a picture beside the evidence; RunFolderError where that cannot be."""
        try:
            (self.path / pictures.DIRECTORY).mkdir(exist_ok=True)
        except OSError as problem:
            raise RunFolderError(f"{self.path / pictures.DIRECTORY} cannot be made: {problem.strerror}") from problem
        self.write(f"{pictures.DIRECTORY}/{name}", data)

    def _private(self) -> None:
        try:
            (self.path / DISCLOSURES).mkdir(mode=0o700, exist_ok=True)
        except OSError as problem:
            raise RunFolderError(f"{self.path / DISCLOSURES} cannot be made: {problem.strerror}") from problem


def reopen(path: Path) -> RunFolder:
    """The folder of a run that was broken off, without what was being written at that moment."""
    for left in (*path.glob(f"{_WRITING}*"), *path.glob(f"*/{_WRITING}*")):
        with suppress(OSError):
            left.unlink()
    return RunFolder(path)


def free_path(reports: Path, name: str) -> Path:
    """Where a run of this name may go; RunFolderError if one stands there already."""
    if not NAME.fullmatch(name):
        raise RunFolderError(
            f"{ascii(name)[:60]} is not a name for a run: use letters, digits, '.', '_' and '-', at most 100"
        )
    path = reports / name
    if (path / VERDICTS).exists() or (path / EVIDENCE).exists():
        raise RunFolderError(f"{path} holds a run already: give this one another name, or remove that folder")
    return path


def create(reports: Path, name: str) -> RunFolder:
    """Make the folder ``name`` below ``reports``; RunFolderError if a run stands there already."""
    path = free_path(reports, name)
    try:
        (path / EVIDENCE).mkdir(parents=True)
    except OSError as problem:
        raise RunFolderError(f"{path} cannot be made: {problem.strerror}") from problem
    return RunFolder(path)


def create_new(reports: Path, name: str) -> RunFolder:
    """Like :func:`create`, with a number after ``name`` where that is taken."""
    for attempt in range(1, 100):
        numbered = name if attempt == 1 else f"{name}-{attempt}"
        if not (reports / numbered).exists():
            return create(reports, numbered)
    raise RunFolderError(f"{reports / name} and 98 folders more of that name are there already")


def slug(text: str) -> str:
    """``text`` in lower-case letters, digits and hyphens, at most 60 of them; may be empty."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:_SLUG].strip("-")
