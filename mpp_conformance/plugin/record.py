"""What a run writes down as it goes: evidence of each conversation, and a line of the journal for whatever is done.

A run that was broken off leaves what the next attempt goes on from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mpp_conformance import evidence
from mpp_conformance.evidence import EvidenceError, journal
from mpp_conformance.report.run_folder import stray_messages
from mpp_conformance.report.run_folder.journal_file import JournalFile
from mpp_conformance.report.run_folder.reading import evidence_file

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from mpp_conformance.evidence.hidden_values import Disclosure
    from mpp_conformance.evidence.journal import Journal
    from mpp_conformance.evidence.redaction import Policy
    from mpp_conformance.judging.trace import Trace
    from mpp_conformance.peers.router import Stray
    from mpp_conformance.report.run_folder.folder import RunFolder
    from mpp_conformance.report.verdict_file.folding import CaseResult
    from mpp_conformance.scenarios.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Kept:
    """A conversation as it was written down, the name of its file, and the digest of that."""

    trace: Trace
    name: str
    digest: str


class Record:
    """The record of a run in ``made``; ``known`` is the journal of the attempts before this one.

    OSError where it cannot be written, or where another process is writing it; EvidenceError where what strayed in an
    earlier attempt is not there as it was written.
    """

    def __init__(self, made: RunFolder, policy: Policy, known: Journal | None = None) -> None:
        self.folder = made
        self._policy = policy
        self._known = known
        self._before = stray_messages.all_strays(made.path, known) if known else {}
        self._journal = JournalFile(made.path / journal.FILE, known)
        self._kept: dict[Scenario, Kept] = {}
        self._begun = {entry.told["scenario"] for entry in known.of(journal.BEGUN, journal.RERUN)} if known else set()
        self.again = known.again if known else []
        """The labels of the conversations that were begun anew."""
        self._strays: dict[int, Stray] = {}
        """What has strayed in this attempt and is written down, by its identity."""
        self._heard = 0

    @property
    def traces(self) -> Mapping[Scenario, Trace]:
        """The conversations that were held, as they were written down."""
        return {scenario: kept.trace for scenario, kept in self._kept.items()}

    @property
    def named(self) -> Mapping[str, Trace]:
        """The same by the names of their files."""
        return {kept.name: kept.trace for kept in self._kept.values()}

    @property
    def began(self) -> str:
        """When the first attempt began (UTC, ISO 8601); to be asked for after `start`."""
        return self._journal.began

    @property
    def attempt(self) -> int:
        """Which attempt this is, from 1."""
        return self._journal.attempt

    def start(self, facts: Mapping[str, Any], scenarios: Iterable[Scenario], cases: int) -> list[Scenario]:
        """Begin an attempt; the scenarios that are still to be held, of those that are asked for."""
        asked = list(scenarios)
        counts = {"cases": cases, "conversations": len(asked)}
        if self._known is None:
            self._journal.write(journal.STARTED, {"format": journal.FORMAT, "facts": facts, **counts})
            return asked
        if not self._known.over:
            self._journal.write(journal.ABORTED, {"reason": journal.SILENT}, attempt=self._known.attempts)
        self._journal.write(journal.RESUMED, {"torn": self._known.torn, **counts})
        found, late = self._known.conversed, stray_messages.labels_not_judged(self._known, self._before)
        for scenario in asked:
            known = scenario.digest in found and scenario.label not in late
            kept = self._read(*found[scenario.digest]) if known else None
            if kept is not None and kept.trace.scenario == scenario:
                self._kept[scenario] = kept
        return [scenario for scenario in asked if scenario not in self._kept]

    def _read(self, name: str, digest: str) -> Kept | None:
        try:
            return Kept(evidence.read(evidence_file(self.folder.path, name, digest)), name, digest)
        except EvidenceError:
            return None

    def begun(self, scenario: Scenario) -> None:
        """A conversation is about to be held; any thread may say so."""
        event = journal.RERUN if scenario.digest in self._begun else journal.BEGUN
        if event == journal.RERUN and scenario.label not in self.again:
            self.again.append(scenario.label)
        self._begun.add(scenario.digest)
        self._journal.write(event, {"conversation": scenario.label, "scenario": scenario.digest})

    def conversation(self, scenario: Scenario, held: Callable[[Scenario], Trace]) -> Kept:
        """The conversation of a scenario as it is written down; ``held`` gives it when it is not yet.

        EvidenceError or RunFolderError where it cannot be; else whatever ``held`` raises.
        """
        kept = self._kept.get(scenario)
        return kept or self.write(scenario, *self.redacted(held(scenario)))

    def set_aside(self, scenario: Scenario) -> None:
        """A conversation is to be held once more: what was written down of it stays, and is not what counts."""
        del self._kept[scenario]

    def redacted(self, trace: Trace) -> tuple[Trace, tuple[Disclosure, ...]]:
        """A conversation as it may be written down, and what opens the rest."""
        return self._policy.redact(trace)

    def write(self, scenario: Scenario, trace: Trace, disclosed: Collection[Disclosure]) -> Kept:
        """Write down a conversation as `redacted` gives it, in the place of what was written of it before."""
        kept = self._kept[scenario] = Kept(trace, *self.folder.keep(trace, disclosed))
        told = {"ending": trace.ending, "evidence": kept.name, "digest": kept.digest}
        named = {"conversation": scenario.label, "scenario": scenario.digest}
        self._journal.write(journal.CONVERSED, {**named, **told})
        return kept

    def judged(self, result: CaseResult) -> None:
        """A case has come to its verdict."""
        self._told(journal.JUDGED, result)

    def weighed(self, result: CaseResult) -> None:
        """The whole run has shown that a verdict is to be another one."""
        self._told(journal.WEIGHED, result)

    def _told(self, event: str, result: CaseResult) -> None:
        requirement, module, case, label = result.key
        row = {"requirement": requirement, "module": module, "case": case, "scenario": label}
        told = {"verdict": result.verdict.word, "evidence": result.evidence, "digest": result.digest}
        self._journal.write(event, {**row, **told})

    def strayed(self, found: Iterable[Stray]) -> None:
        """Write down what has strayed since this was called last; ``found``: all that has strayed in this attempt.

        EvidenceError or RunFolderError where that is not possible.
        """
        new = [stray for stray in found if id(stray) not in self._strays]
        if not new:
            return
        written = [self._policy.redact_stray(stray) for stray in new]
        name, digest = self.folder.keep_strays(written, before=self._heard)
        self._strays |= {id(stray): stray for stray in new}
        self._heard += sum(half.size for stray in written for half in stray.http)
        self._journal.write(journal.STRAYED, {"evidence": name, "digest": digest})

    def strays(self, found: Iterable[Stray]) -> tuple[Stray, ...]:
        """What has strayed in all attempts, as it may be written down; ``found``: in this one."""
        earlier = [stray for strays in self._before.values() for stray in strays]
        return (*earlier, *(self._policy.redact_stray(stray) for stray in found))

    @property
    def attempts(self) -> dict[str, object]:
        """What the verdict file says of attempts: how many, what was run again, and where the journal stood."""
        state = {"entries": self._journal.entries, "head": self._journal.head}
        return {"count": self.attempt, "again": list(self.again), "journal": state}

    def aborted(self, reason: str) -> None:
        """The attempt is over before everything that was selected has been judged."""
        self._journal.write(journal.ABORTED, {"reason": reason})

    def finished(self, verdicts: Mapping[str, Any], data: bytes) -> None:
        """The attempt is over; ``data`` is the verdict file."""
        told = {"result": str(verdicts["result"]), "digest": str(verdicts["digest"])}
        self._journal.write(journal.FINISHED, {**told, "verdicts": evidence.digest(data)})

    def close(self) -> None:
        """Write no more."""
        self._journal.close()
