"""The verdict file, ``verdicts.json``: the single source of a run's outcome, as a canonical document.

``verdicts.schema.json`` says what stands in it; every other form of the report is made from it. Its
``digest`` is over requirement, case, scenario and verdict of each row alone: two runs of equal wallets have equal
digests, whenever and over whatever connector they were held.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from mpp_conformance import __version__
from mpp_conformance.common import canonical
from mpp_conformance.common.text import printable
from mpp_conformance.evidence import message_document
from mpp_conformance.judging.judgement import Deviation
from mpp_conformance.judging.trace import Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger import source
from mpp_conformance.ledger.catalogue import Claims, Key, Planned
from mpp_conformance.peers.router import Stray
from mpp_conformance.protocol import limits
from mpp_conformance.report.verdict_file import by_hand, limits_table, pictures, safety_table
from mpp_conformance.report.verdict_file.blame import blame
from mpp_conformance.report.verdict_file.folding import CaseResult, RequirementResult, RunResult
from mpp_conformance.scenarios.scenario import Scenario

FORMAT: Final = "mpp-conformance verdicts 1"
FILE: Final = "verdicts.json"
MAX_BYTES: Final = 256 * 1024 * 1024
PARTICULARS: Final = ("laboratory", "location", "customer", "authorised_by", "witness")
"""What an operator says of the test itself, in ``[report]`` of wallet.toml."""
DECISION_RULE: Final = (
    "A requirement is met when every case of it that applies was judged on evidence and passed; the worst verdict "
    "counts and never improves. The wallet conforms when every requirement that applies and decides is met. Proof that "
    "is missing is never conformity. No measurement uncertainty enters, for messages are compared as they were "
    "recorded; what no case provokes is not covered."
)
"""As ISO/IEC 17025, 7.8.6, asks for it."""
_STRAY_SHOWN: Final = 500
"""A thousand strays of a megabyte each would make a file that nobody can open."""


class VerdictFileError(ValueError):
    """A file that is no verdict file; says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What is to be said of a run beside its verdicts.

    ``started`` (the first attempt), ``issued``: UTC, ISO 8601; ``milliseconds``: how long the last attempt took;
    ``claims``: as ``Wallet.claims()`` gives them; ``particulars``: what the report says of the test itself, as
    ``Wallet.particulars()`` gives it; ``catalogue``: the digest of the suite; ``conversations``: how many were asked
    for; ``traces``: the ones held.
    """

    run: str
    target: str
    started: str
    milliseconds: int
    issued: str
    claims: Mapping[str, Any]
    particulars: Mapping[str, str]
    catalogue: str
    conversations: int
    planned: Sequence[Planned]
    strays: Sequence[Stray] = ()
    strays_evidence: tuple[str, str] = ("", "")
    """Name and digest of the file that holds the strays; empty without any."""
    message_layer: Mapping[str, str] | None = None
    """The names and public keys of whoever signed; ``None`` where nothing was signed."""
    attempts: Mapping[str, Any] = field(default_factory=lambda: {"count": 1, "again": [], "journal": None})
    """How often the run was begun, what was run again, and where its journal stood."""
    traces: Mapping[Scenario, Trace] = field(default_factory=dict)


def document(outcome: RunResult, facts: RunFacts) -> dict[str, object]:
    """The whole verdict file as a canonical document."""
    claims = Claims.of(facts.claims)
    cases = _by_requirement(outcome.cases)
    taken = pictures.rows(outcome.cases, facts.planned, facts.traces)
    return {
        "format": FORMAT,
        "title": "Conformance test report",
        "suite": {"name": "mpp-conformance", "version": __version__, "digest": facts.catalogue},
        "source": {"title": source.TITLE, "digest": source_digest()},
        "run": facts.run,
        "target": printable(facts.target),
        "started": facts.started,
        "milliseconds": facts.milliseconds,
        "issued": facts.issued,
        "particulars": {name: printable(facts.particulars.get(name, "")) for name in PARTICULARS},
        "decision_rule": DECISION_RULE,
        "wallet": {"name": printable(claims.wallet), "version": printable(claims.version)},
        "claims": whole_numbers(facts.claims),
        "message_layer": facts.message_layer,
        "attempts": facts.attempts,
        "limits": _limits(claims),
        "overall": outcome.result.overall,
        "result": outcome.result.value,
        "complete": outcome.complete,
        "counts": _counts(outcome, facts),
        "findings": safety_table.findings(outcome.cases, facts.traces),
        "requirements": [
            _requirement_row(row, cases.get(row.requirement.id, ()), facts.traces) for row in outcome.requirements
        ],
        "clauses": [{"clause": clause, "verdict": verdict.word} for clause, verdict in outcome.clauses],
        "boundaries": limits_table.rows(claims.edition, claims.reading, outcome.cases, facts.traces),
        "own_limits": limits_table.own_limits(outcome.cases, facts.traces),
        "silences": safety_table.silences(outcome.cases, facts.traces),
        "not_judged": [_key_row(key) for key in outcome.missing],
        "not_applicable": [
            {**_key_row(row.key), "reason": row.not_applicable} for row in facts.planned if row.not_applicable
        ],
        "strays": [_stray_row(stray) for stray in facts.strays],
        "strays_evidence": dict(zip(("evidence", "evidence_digest"), facts.strays_evidence, strict=True)),
        "digest": digest(outcome.cases),
        **({"by_hand": by_hand.rows(outcome.cases, facts.traces)} if claims.by_hand else {}),
        **({"pictures": taken} if taken or claims.by_hand else {}),
    }


def digest(cases: Iterable[CaseResult]) -> str:
    """A name for these verdicts on these cases, whenever they were given (SHA-256, hex)."""
    return canonical.digest(canonical.dump(sorted([*case.key, case.verdict.word] for case in cases)))


def cases(verdicts: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The cases of a verdict file one after the other, each with the id of its requirement."""
    for row in verdicts["requirements"]:
        for case in row["cases"]:
            yield {"requirement": row["id"], **case}


def dump(made: Mapping[str, object]) -> bytes:
    """The file's bytes; VerdictFileError for what cannot be written down."""
    try:
        return canonical.dump(made)
    except canonical.NotCanonicalError as problem:
        raise VerdictFileError(str(problem)) from problem


def read(data: bytes) -> dict[str, Any]:
    """The verdict file that ``data`` holds; VerdictFileError for anything else."""
    try:
        found = canonical.parse(data, limit=MAX_BYTES)
    except canonical.NotCanonicalError as problem:
        raise VerdictFileError(f"this is not a verdict file: {problem}") from problem
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise VerdictFileError(f"this is not a verdict file: its format is not {FORMAT!r}")
    return found


def source_digest() -> str:
    """SHA-256 over the digests of the source document's sentences, in their order, one a line."""
    return hashlib.sha256("\n".join(sentence.digest for sentence in source.sentences()).encode()).hexdigest()


def _limits(claims: Claims) -> dict[str, object]:
    edition, reading = claims.edition, claims.reading
    return {
        "edition": edition.name,
        "source": edition.source,
        "newer": limits.newer_than(edition.name),
        "reading": {"inclusive": reading.inclusive, "year": reading.year},
    }


def _by_requirement(results: Iterable[CaseResult]) -> dict[str, list[CaseResult]]:
    found: dict[str, list[CaseResult]] = {}
    for case in results:
        found.setdefault(case.planned.case.requirement.id, []).append(case)
    return found


def whole_seconds(moment: str) -> str:
    """A time of the journal (UTC, ISO 8601, with milliseconds) as the verdict file has times."""
    return f"{moment[:19]}+00:00"


def whole_numbers(value: object) -> object:
    """Seconds as a decimal text, for a canonical document has no fractions."""
    if isinstance(value, Mapping):
        return {str(key): whole_numbers(inner) for key, inner in value.items()}
    return str(value) if isinstance(value, float) else value


def _counts(outcome: RunResult, facts: RunFacts) -> dict[str, object]:
    counting = [row for row in outcome.requirements if row.counts]
    return {
        "requirements": len(counting),
        "requirements_conforming": sum(_conforms(row) for row in counting),
        "requirements_observed": sum(row.tested and not row.counts for row in outcome.requirements),
        "requirements_excluded": sum(bool(row.requirement.excluded) for row in outcome.requirements),
        "conversations": facts.conversations,
        "cases": len(outcome.cases),
        "not_judged": len(outcome.missing),
        "not_applicable": outcome.not_applicable,
        "observations": len(outcome.observations),
        "strays": len(facts.strays),
        "verdicts": {verdict.word: count for verdict, count in outcome.verdicts.items()},
    }


def _conforms(row: RequirementResult) -> bool:
    return row.verdict is Verdict.PASS and row.judged == row.applicable


def _requirement_row(
    row: RequirementResult, judged: Sequence[CaseResult], traces: Mapping[Scenario, Trace]
) -> dict[str, object]:
    stated = row.requirement
    return {
        "id": stated.id,
        "clause": "; ".join(str(clause) for clause in stated.clauses),
        "level": stated.level,
        "basis": stated.basis,
        "actor": stated.actor,
        "clauses": [{"part": clause.part, "place": clause.place} for clause in stated.clauses],
        "text": stated.text,
        "excluded": stated.excluded or None,
        "tested": row.tested,
        "counts": row.counts,
        "verdict": row.verdict.word,
        "applicable": row.applicable,
        "judged": row.judged,
        "not_applicable": row.not_applicable,
        "cases": [case_row(case, traces.get(case.planned.scenario)) for case in judged],
    }


def case_row(case: CaseResult, trace: Trace | None) -> dict[str, object]:
    """A case as a verdict file has it, below its requirement; ``trace``: the conversation it was judged on."""
    judgement = case.judgement
    _, module, name, label = case.key
    return {
        "module": module,
        "case": name,
        "scenario": label,
        "purpose": printable(case.planned.case.purpose),
        "verdict": case.verdict.word,
        "observed": case.observed,
        "blame": blame(case, trace),
        "reason": reason(case),
        "expected": printable(judgement.expected),
        "seen": printable(judgement.seen),
        "hint": printable(judgement.hint),
        "events": list(judgement.events),
        "deviation": deviation_row(judgement.deviation),
        "about": judgement.about,
        "evidence": case.evidence,
        "evidence_digest": case.digest,
    }


def deviation_row(found: Deviation | None) -> dict[str, object] | None:
    """A deviation as a verdict file has it."""
    if found is None:
        return None
    part = found.parting
    return {
        "how": found.how,
        "kinds": list(found.kinds),
        "payment": found.payment,
        "field": found.field,
        "parting": None
        if part is None
        else {"byte": part.byte, "before": part.before, "expected": part.expected, "seen": part.seen},
    }


def reason(case: CaseResult) -> str:
    """Why the case came to its verdict, in one line."""
    return f"expected {printable(case.judgement.expected)}; seen {printable(case.judgement.seen)}"


def _key_row(key: Key) -> dict[str, object]:
    requirement, module, case, label = key
    return {"requirement": requirement, "module": module, "case": case, "scenario": label}


def _stray_row(stray: Stray) -> dict[str, object]:
    message = canonical.dump(message_document(stray.message)).decode("utf-8")
    return {"conversation": stray.conversation, "message": printable(message, _STRAY_SHOWN)}
