"""Whether the journal of a run and its verdict file tell the same tale."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from mpp_conformance.evidence import journal
from mpp_conformance.evidence.journal import Entry, Journal
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import Key
from mpp_conformance.report.run_folder import reading
from mpp_conformance.report.verdict_file import document, parsing
from mpp_conformance.report.verdict_file.parsing import case_name, key_of

_SAID: Final = ("there it was", "the verdict file says")


def differences(known: Journal, verdicts: Mapping[str, Any], run: Path) -> Iterator[str]:
    """Where the two differ; each sentence goes on from the journal's name."""
    for name in ("claims", "message_layer", "target"):
        for told in parsing.differences(known.facts.get(name), verdicts[name], name, _SAID):
            yield f", line 1: the run was begun otherwise: {told}"
    yield from _attempts(known, verdicts)
    yield from _end(known, verdicts, run)
    yield from _judged(known, verdicts)


def _attempts(known: Journal, verdicts: Mapping[str, Any]) -> Iterator[str]:
    told = verdicts["attempts"]
    if (told["count"], told["again"]) != (known.attempts, known.again):
        kept_there = f"{told['count']}, with {told['again']} held again"
        yield f": {known.attempts} attempts, with {known.again} held again; the verdict file tells of {kept_there}"
    began = document.whole_seconds(known.entries[0].at)
    if verdicts["started"] != began:
        yield f", line 1: the run began at {began}; the verdict file says {ascii(verdicts['started'])[:60]}"
    state = told["journal"] or {"entries": 0, "head": ""}
    place = state["entries"] - 1
    if not 0 <= place < len(known.entries) or known.entries[place].digest != state["head"]:
        yield f": its line {state['entries']} is not the one that the verdict file names"


def _end(known: Journal, verdicts: Mapping[str, Any], run: Path) -> Iterator[str]:
    last = known.entries[-1]
    if not known.over or known.torn:
        yield ": it does not say that the run is over; --resume ends it"
    elif last.event == journal.FINISHED:
        written = hashlib.sha256(reading.plain_file(run / document.FILE, document.MAX_BYTES)).hexdigest()
        if last.told["verdicts"] != written:
            yield f", line {last.number}: the verdict file is not the one that was written"
        if last.told["digest"] != verdicts["digest"]:
            yield f", line {last.number}: the verdicts are not those that were given"


def _judged(known: Journal, verdicts: Mapping[str, Any]) -> Iterator[str]:
    judged = _given(known)
    rows = {key_of(row): row for row in document.cases(verdicts)}
    for key, entry in judged.items():
        row, where = rows.get(key), f", line {entry.number}: {case_name(key)}"
        if row is None:
            yield f"{where} was judged, and the verdict file says nothing of it"
        elif row["verdict"] != entry.told["verdict"]:
            yield f"{where} was judged {entry.told['verdict']}, and the verdict file says {row['verdict']}"
        elif row["evidence_digest"] != entry.told["digest"]:
            yield f"{where} was judged on other evidence than the verdict file names"
    for key in sorted(rows.keys() - judged.keys()):
        yield f": nothing says that {case_name(key)} was judged"


def _given(known: Journal) -> dict[Key, Entry]:
    """The verdicts of the last attempt, each on the last evidence of its conversation; of several there, the worst.

    What the whole run made of a verdict stands in its place.
    """
    given: dict[Key, Entry] = {}
    last = known.attempts
    for entry in known.of(journal.JUDGED):
        before = given.get(key_of(entry.told))
        same = before is not None and before.told["digest"] == entry.told["digest"]
        if entry.attempt == last and not (same and before is not None and not _worse(entry, before)):
            given[key_of(entry.told)] = entry
    weighed = (entry for entry in known.of(journal.WEIGHED) if entry.attempt == last)
    return given | {key_of(entry.told): entry for entry in weighed}


def _worse(entry: Entry, other: Entry) -> bool:
    return Verdict.from_word(entry.told["verdict"]) > Verdict.from_word(other.told["verdict"])
