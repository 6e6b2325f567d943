"""What a run's folder holds, read back.

Every file is taken for hostile: only those that the verdict file names are read, by names of the form we give them,
each bounded and with the digest that stands there.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from mpp_conformance import evidence
from mpp_conformance.evidence import EvidenceError, pictures, strays
from mpp_conformance.judging.trace import Trace
from mpp_conformance.report.gate import decision
from mpp_conformance.report.gate.outcome import NO_GATE, Gate
from mpp_conformance.report.run_folder import folder
from mpp_conformance.report.verdict_file import document

_EVIDENCE_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,80}-[0-9a-f]{8}\.json")
_MAX_FILES: Final = 100_000
_MAX_IMAGES: Final = 64
_MAX_IMAGE: Final = 1024 * 1024
"""Bytes of a picture that a page bears in itself."""


class KeptError(ValueError):
    """The folder holds no run that can be read; says why."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The conversations that could be read, by the name of their evidence file, and why others could not."""

    traces: dict[str, Trace] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def verdicts(run: Path) -> dict[str, Any]:
    """The verdict file of the run in this folder; KeptError where there is none, or none that can be read."""
    path = run / document.FILE
    try:
        return document.read(plain_file(path, document.MAX_BYTES))
    except OSError as problem:
        raise KeptError(f"{path} cannot be read: {problem.strerror}") from problem
    except document.VerdictFileError as problem:
        raise KeptError(f"{path}: {problem}") from problem


def gate_of(run: Path, found: Mapping[str, Any]) -> Gate:
    """The gate of the run in this folder, whose verdict file is ``found``; KeptError where its file is not sound.

    KeyError or TypeError where the verdict file lacks what is looked at.
    """
    path = run / decision.FILE
    if not path.exists():
        return NO_GATE
    try:
        return decision.read(plain_file(path, decision.MAX_BYTES), found)
    except (OSError, decision.GateFileError) as problem:
        told = problem.strerror if isinstance(problem, OSError) else problem
        raise KeptError(f"{path}: {told}. Run `mpp-conformance gate` to write it again, or remove it") from problem


def names(found: Mapping[str, Any]) -> dict[str, str]:
    """The evidence files that a verdict file names, each with its digest.

    KeptError for too many, KeyError or TypeError where the file lacks what names them.
    """
    named = {str(row["evidence"]): str(row["evidence_digest"]) for row in document.cases(found) if row["evidence"]}
    if len(named) > _MAX_FILES:
        raise KeptError(f"{len(named)} evidence files are named; {_MAX_FILES} are read at most")
    return named


def traces(run: Path, named: Mapping[str, str]) -> Kept:
    """The conversations in these evidence files of a run's folder; one that is not sound is left out."""
    kept = Kept()
    for name, digest in named.items():
        try:
            kept.traces[name] = evidence.read(evidence_file(run, name, digest))
        except EvidenceError as problem:
            kept.problems.append(str(problem))
    return kept


def evidence_file(run: Path, name: str, digest: str) -> bytes:
    """An evidence file of a run's folder; EvidenceError where there is none, or one with another content."""
    if not _EVIDENCE_NAME.fullmatch(name):
        raise EvidenceError(f"{ascii(name)[:80]} is not the name of an evidence file")
    return _as_written(
        run / folder.EVIDENCE / name, name, strays.MAX_BYTES, lambda data: evidence.digest(data) == digest
    )


def picture(run: Path, file: str, digest: str) -> bytes:
    """A picture of a run's folder; EvidenceError where there is none, or one with another content."""
    directory, _, name = file.partition("/")
    known = pictures.NAME.fullmatch(name)
    if directory != pictures.DIRECTORY or known is None or known[1] != digest:
        raise EvidenceError(f"{ascii(file)[:100]} is not the name of a picture")
    return _as_written(run / file, file, pictures.MAX_BYTES, lambda data: pictures.digest(data) == digest)


def images(run: Path, verdicts: Mapping[str, Any]) -> dict[str, bytes]:
    """The pictures that a verdict file names, by their files; what is not there, not sound or large is left out."""
    found: dict[str, bytes] = {}
    for row in verdicts.get("pictures", ()):
        with suppress(EvidenceError, KeyError, TypeError, AttributeError):
            if row["file"] not in found and len(found) < _MAX_IMAGES:
                data = picture(run, row["file"], row["digest"])
                found |= {row["file"]: data} if len(data) <= _MAX_IMAGE else {}
    return found


def _as_written(path: Path, name: str, limit: int, is_right: Callable[[bytes], bool]) -> bytes:
    try:
        data = plain_file(path, limit)
    except OSError as problem:
        raise EvidenceError(f"{name}: {problem.strerror}") from problem
    if not is_right(data):
        raise EvidenceError(f"{name}: its content is not what was written")
    return data


def plain_file(path: Path, limit: int) -> bytes:
    """At most one byte more than ``limit`` of a plain file; OSError where there is none."""
    if path.is_symlink() or not path.is_file():
        raise FileNotFoundError(2, "there is no such plain file", str(path))
    with path.open("rb") as file:
        return file.read(limit + 1)
