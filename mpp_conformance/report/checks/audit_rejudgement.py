"""The counter-examples of an audit judged again from its folder alone.

What the logs came to as a whole, its counts, is not in the folder, and is not derived again.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from mpp_conformance import __version__, evidence
from mpp_conformance.common import canonical
from mpp_conformance.common.resources import directory
from mpp_conformance.evidence import EvidenceError
from mpp_conformance.judging import oracle
from mpp_conformance.ledger import catalogue
from mpp_conformance.ledger.catalogue import CatalogueError, Planned
from mpp_conformance.ledger.requirements import Case
from mpp_conformance.report.checks.rejudgement import Rejudgement, RejudgementError
from mpp_conformance.report.pages import audit, html
from mpp_conformance.report.run_folder import reading
from mpp_conformance.report.verdict_file import document, parsing
from mpp_conformance.report.verdict_file.folding import CaseResult

RESULT: Final = "an audit; nothing is certified"
_COUNTS: Final = "the logs are not in this folder: how many conversations showed or broke a requirement is not derived"
_NAMES: Final = ("requirement", "module", "case", "evidence", "evidence_digest", "shape", "conversation")


def rejudged(run: Path) -> Rejudgement:
    """Judge the counter-examples in a folder again; RejudgementError where there is no audit that could be."""
    made = _outcome(run)
    try:
        cases = {
            (case.requirement.id, case.module, case.name): case for case in catalogue.load(directory("suites")).cases
        }
    except CatalogueError as problem:
        raise RejudgementError(f"{audit.FILE}: {problem}") from problem
    found = Rejudgement(run=run.name, result=RESULT, notes=[_COUNTS])
    rows = _rows(made, found)
    for place, row in enumerate(rows):
        found.differences += _parting(run, row, cases, f"{audit.FILE}, counterexamples[{place}]")
    found.cases, found.conversations = len(rows), len({row["evidence"] for row in rows})
    found.digest = canonical.digest(canonical.dump(sorted([row[name] for name in _NAMES[:5]] for row in rows)))
    return found


def differences(run: Path) -> Iterator[tuple[str, str]]:
    """The page of the audit in a folder, made again, and how it differs: empty where it does not.

    RejudgementError where it cannot be made.
    """
    made = _page(run).encode()
    if (run / html.FILE).exists():
        same = made == reading.plain_file(run / html.FILE, audit.MAX_BYTES)
        yield html.FILE, "" if same else f"it says something else than {audit.FILE}"


def _page(run: Path) -> str:
    made = _outcome(run)
    try:
        named = {row["evidence"]: row["evidence_digest"] for row in made["counterexamples"]}
        traces = {name: evidence.read(reading.evidence_file(run, name, digest)) for name, digest in named.items()}
        return audit.page(made, traces)
    except (EvidenceError, KeyError, TypeError, AttributeError, ValueError) as problem:
        raise RejudgementError(f"{audit.FILE}: its page cannot be made: {problem!r}") from problem


def _outcome(run: Path) -> Any:  # noqa: ANN401  # whatever JSON has
    try:
        return canonical.parse(reading.plain_file(run / audit.FILE, audit.MAX_BYTES), limit=audit.MAX_BYTES)
    except (OSError, canonical.NotCanonicalError) as problem:
        raise RejudgementError(f"{audit.FILE}: {problem}") from problem


def _rows(made: object, found: Rejudgement) -> list[Mapping[str, Any]]:
    """The rows of the counter-examples, as far as they have the form of one."""
    if not isinstance(made, Mapping) or made.get("format") != audit.FORMAT:
        raise RejudgementError(f"{audit.FILE}: its format is not {audit.FORMAT!r}")
    rows = made.get("counterexamples")
    if not isinstance(rows, list):
        raise RejudgementError(f"{audit.FILE}: it has no list of counterexamples")
    if made.get("version") != __version__:
        found.other_suite = str(made.get("version"))
        found.notes.append(f"the audit was made by another build of the suite ({ascii(made.get('version'))[:60]})")
    sound = [row for row in rows if isinstance(row, Mapping) and all(type(row.get(name)) is str for name in _NAMES)]
    if len(sound) < len(rows):
        found.differences.append(f"{audit.FILE}: {len(rows) - len(sound)} counterexamples have another form")
    return sound


def _parting(run: Path, row: Mapping[str, Any], cases: Mapping[tuple[str, str, str], Case], where: str) -> list[str]:
    """Where a row differs from what its evidence comes to."""
    case = cases.get((row["requirement"], row["module"], row["case"]))
    if case is None:
        return [f"{where}: these suites have no such case"]
    try:
        trace = evidence.read(reading.evidence_file(run, row["evidence"], row["evidence_digest"]))
    except EvidenceError as problem:
        return [f"{where}: evidence/{problem}"]
    planned = Planned(case=case, scenario=trace.scenario)
    judgement = oracle.judge(case.judge, trace)
    result = CaseResult(planned=planned, judgement=judgement, evidence=row["evidence"], digest=row["evidence_digest"])
    kept = {name: row[name] for name in ("requirement", "shape", "conversation")}
    return [f"{where}: {told}" for told in parsing.differences(row, {**kept, **document.case_row(result, trace)})]
