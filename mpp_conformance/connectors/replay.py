"""An MPP out of a drawer: the conversations of an earlier run, read from its folder and judged again."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from mpp_conformance import evidence
from mpp_conformance.catalogue import Claims
from mpp_conformance.evidence import EvidenceError
from mpp_conformance.peers.router import Stray
from mpp_conformance.report import document, folder
from mpp_conformance.scenario import Scenario
from mpp_conformance.trace import Trace

_EVIDENCE_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,80}-[0-9a-f]{8}\.json")
_MAX_FILES: Final = 100_000


class ReplayError(ValueError):
    """The folder holds no run that can be judged again; says why."""


class NoEvidenceError(LookupError):
    """The earlier run kept no evidence for a conversation."""


class ReplayConversations:
    """Serves the traces of the run in ``directory``, each for the scenario it was held for.

    Every file is taken for hostile: only those that the verdict file names are read, by names of the form we give
    them, each bounded and with the digest that stands there. One that is not sound leaves its conversation without
    evidence. ReplayError where the verdict file itself cannot be used.
    """

    def __init__(self, directory: Path) -> None:
        self._evidence = directory / folder.EVIDENCE
        verdicts = self._verdict_file(directory / document.FILE)
        try:
            self.raw_claims: dict[str, Any] = dict(verdicts["claims"])
            self.claims = Claims.of(self.raw_claims)
            self._names = {str(row["evidence"]): str(row["evidence_digest"]) for row in document.cases(verdicts)}
        except (KeyError, TypeError, AttributeError, ValueError) as problem:
            raise ReplayError(f"{directory / document.FILE} lacks what a replay needs: {problem!r}") from problem
        if len(self._names) > _MAX_FILES:
            raise ReplayError(f"{directory} names {len(self._names)} evidence files; {_MAX_FILES} are read at most")
        self._traces: dict[Scenario, Trace] | None = None
        self._problems: list[str] = []

    @property
    def strays(self) -> Sequence[Stray]:
        """None: what strayed is told by the earlier run's own report."""
        return ()

    def prepare(self, scenarios: Iterable[Scenario]) -> None:
        """Nothing has to be prepared; all evidence is read when the first trace is asked for."""

    def trace(self, scenario: Scenario) -> Trace:
        """The conversation that was held for an equal scenario; NoEvidenceError where there is none."""
        if self._traces is None:
            self._traces = {trace.scenario: trace for trace in self._read(self._names)}
        found = self._traces.get(scenario)
        if found is None:
            unread = f" ({len(self._problems)} files could not be read: {self._problems[0]})" if self._problems else ""
            raise NoEvidenceError(f"no evidence for this conversation: {scenario.label}{unread}")
        return found

    def close(self) -> None:
        """Nothing is open."""

    def _verdict_file(self, path: Path) -> dict[str, Any]:
        try:
            return document.read(_bytes(path, document.MAX_BYTES))
        except OSError as problem:
            raise ReplayError(f"{path} cannot be read: {problem.strerror}") from problem
        except document.VerdictFileError as problem:
            raise ReplayError(f"{path}: {problem}") from problem

    def _read(self, names: Mapping[str, str]) -> Iterator[Trace]:
        for name, digest in names.items():
            if not name:
                continue
            try:
                yield self._read_one(name, digest)
            except EvidenceError as problem:
                self._problems.append(str(problem))

    def _read_one(self, name: str, digest: str) -> Trace:
        if not _EVIDENCE_NAME.fullmatch(name):
            raise EvidenceError(f"{ascii(name)[:80]} is no name of an evidence file")
        try:
            data = _bytes(self._evidence / name, evidence.MAX_BYTES)
        except OSError as problem:
            raise EvidenceError(f"{name}: {problem.strerror}") from problem
        if evidence.digest(data) != digest:
            raise EvidenceError(f"{name}: its content is not what the verdict file says")
        return evidence.read(data)


def _bytes(path: Path, limit: int) -> bytes:
    """At most one byte more than ``limit`` of a plain file; OSError where there is none."""
    if path.is_symlink() or not path.is_file():
        raise FileNotFoundError(2, "there is no such plain file", str(path))
    with path.open("rb") as file:
        return file.read(limit + 1)
