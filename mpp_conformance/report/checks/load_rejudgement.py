"""The conversations that a load over HTTP has kept, judged again from its folder alone.

What all conversations came to, its counts, is not in the folder, and is not derived again; nor is what the load had
shown of the set-up when it judged one, which ``load.json`` says.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from mpp_conformance import __version__, evidence
from mpp_conformance.common import canonical
from mpp_conformance.common.resources import directory
from mpp_conformance.evidence import EvidenceError
from mpp_conformance.judging import oracle
from mpp_conformance.judging.attestation import beyond_claim
from mpp_conformance.judging.judgement import Judgement
from mpp_conformance.judging.set_up import SetUp
from mpp_conformance.judging.trace import Trace
from mpp_conformance.ledger import catalogue
from mpp_conformance.ledger.catalogue import CatalogueError, Claims
from mpp_conformance.ledger.requirements import Case
from mpp_conformance.report.checks.message_reading import MessageLayer, compare
from mpp_conformance.report.checks.rejudgement import Rejudgement, RejudgementError, fingerprint
from mpp_conformance.report.pages import load
from mpp_conformance.report.run_folder import reading
from mpp_conformance.report.verdict_file import parsing

RESULT: Final = "a load; nothing is certified"
_COUNTS: Final = "few conversations are kept: in how many a requirement was broken is not derived"
_KEPT: Final = {"file": str, "digest": str, "broke": list, "shown": list}


def rejudged(run: Path) -> Rejudgement:
    """Judge what is kept in a folder again; RejudgementError where there is no load over HTTP that could be."""
    try:
        made = json.loads(reading.plain_file(run / load.FILE, load.MAX_BYTES))
        ledger = catalogue.load(directory("suites"))
        again = _Again(run, made, ledger.cases)
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError, CatalogueError) as problem:
        raise RejudgementError(
            f"{load.FILE}: it is not a file that load writes over HTTP: {problem!r:.200}"
        ) from problem
    return again.done()


class _Again:
    """A load's folder, judged again; KeyError, TypeError, AttributeError or ValueError where it has another form."""

    def __init__(self, run: Path, made: Mapping[str, Any], cases: Sequence[Case]) -> None:
        if made["format"] != load.FORMAT:
            raise ValueError(f"its format is not {load.FORMAT!r}")
        told = made["over_http"]
        self._run, self._version = run, made["version"]
        self._users, self._claimed = int(made["users"]), int(told["claimed"])
        self._kept = [{name: kind(row[name]) for name, kind in _KEPT.items()} for row in told["evidence"]]
        self._rows = [dict(row) for row in told["counterexamples"]]
        self._layer = MessageLayer.of(told["message_layer"])
        self._mpp_key = fingerprint(told["message_layer"]["mpp_public_key"])
        planned = catalogue.plan(cases, Claims.of(told["claims"]))
        self._planned = [one for one in planned if not one.not_applicable]

    def done(self) -> Rejudgement:
        """What it comes to."""
        found = Rejudgement(run=self._run.name, result=RESULT, mpp_key=self._mpp_key, notes=[_COUNTS])
        found.conversations = len(self._kept)
        if self._version != __version__:
            found.other_suite = str(self._version)
            found.notes.append(f"the load was held by another build of the suite ({ascii(self._version)[:60]})")
        derived: list[Mapping[str, Any]] = []
        for row in self._kept:
            try:
                trace = evidence.read(reading.evidence_file(self._run, row["file"], row["digest"]))
            except EvidenceError as problem:
                found.differences.append(f"evidence/{problem}")
                derived += [kept for kept in self._rows if kept.get("evidence") == row["file"]]
                continue
            compare(trace, self._layer, f"evidence/{row['file']}", found.readings)
            failing = list(load.rows(self._judged(trace, row["shown"]), trace, row["file"], row["digest"]))
            derived += failing
            broke = sorted({one["requirement"] for one in failing})
            found.differences += parsing.differences(row["broke"], broke, f"{load.FILE}, broke of {row['file']}")
        found.differences += found.readings.differences
        found.notes += found.readings.notes
        found.differences += parsing.differences(self._rows, derived, f"{load.FILE}, counterexamples")
        found.cases = len(derived)
        names = ("requirement", "module", "case", "evidence", "evidence_digest")
        found.digest = canonical.digest(canonical.dump(sorted([row[name] for name in names] for row in derived)))
        return found

    def _judged(self, trace: Trace, shown: list[str]) -> Iterator[tuple[Case, Judgement]]:
        set_up = SetUp(frozenset(shown))
        for case in (one.case for one in self._planned if one.scenario == trace.scenario):
            judgement = set_up.weigh(oracle.judge(case.judge, trace), trace)
            yield case, judgement if self._users <= self._claimed else beyond_claim(judgement, self._claimed)
