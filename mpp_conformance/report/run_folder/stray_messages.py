"""What strayed in the attempts of a run, as their journal tells of it: a run that was killed has lost none of it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from mpp_conformance.evidence import journal, strays
from mpp_conformance.evidence.journal import Journal
from mpp_conformance.peers.router import Stray
from mpp_conformance.report.run_folder import reading

Told = Mapping[int, Sequence[Stray]]
"""What strayed, by the number of the line that tells of it."""


def all_strays(run: Path, known: Journal) -> Told:
    """Everything that strayed; EvidenceError where a file of it is not there as it was written."""
    return {
        entry.number: strays.read(reading.evidence_file(run, entry.told["evidence"], entry.told["digest"]))
        for entry in known.of(journal.STRAYED)
    }


def labels_not_judged(known: Journal, found: Told) -> set[str]:
    """The labels of conversations that a message came too late for, in an attempt that was killed before judging it."""
    late: set[str] = set()
    for entry in known.entries:
        if entry.event in {journal.BEGUN, journal.RERUN}:
            late.discard(entry.told["conversation"])
        elif entry.event == journal.STRAYED:
            late |= {stray.conversation for stray in found[entry.number]}
        elif entry.event == journal.ABORTED and entry.told["reason"] != journal.SILENT:
            late.clear()
    return late
