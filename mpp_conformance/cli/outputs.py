"""JSON Schemas of what commands print with ``--format json``, and of the files that they write beside a run's own."""

from collections.abc import Mapping
from typing import Final

from mpp_conformance.adequacy.matrix import Outcome
from mpp_conformance.bundle import verify
from mpp_conformance.cli import answers, coverage, doctor, faults, listing, rejudge
from mpp_conformance.cli import verify as verification
from mpp_conformance.common.shapes import (
    COUNT,
    SHA256,
    STRING,
    TRUTH,
    Schema,
    closed_object,
    document,
    many,
    mapping,
    one_of,
    or_null,
)
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import FEATURES
from mpp_conformance.ledger.requirements import DERIVED, DOCUMENTED, MUST, SHOULD, SILENT, STATED
from mpp_conformance.protocol.fault_kinds import FaultKind
from mpp_conformance.protocol.faults import FAMILIES
from mpp_conformance.protocol.limits import EDITIONS
from mpp_conformance.report.checks import run_difference
from mpp_conformance.report.gate.outcome import FORMAT
from mpp_conformance.report.pages import audit, kill_matrix, load
from mpp_conformance.trials.load.timeline import MOST

_NAMES: Final = many(STRING)
_WALLET: Final = closed_object({"name": STRING, "version": STRING})
_EDITION: Final = one_of(*EDITIONS)
_BASIS: Final = one_of(STATED, DOCUMENTED, DERIVED, SILENT)
_VERDICT: Final = one_of(*(verdict.word for verdict in Verdict))
_OUTCOME: Final = one_of(*(outcome.word for outcome in Outcome))
_OVERALL: Final = one_of("conformant", "nonconformant", "inconclusive", "error")
_CASE: Final = {"requirement": STRING, "module": STRING, "case": STRING, "scenario": STRING}
_SIGNERS: Final = ("client_id", "mpp_public_key", "alipay_plus_public_key")
_MPPS: Final = ("faulty", "conforming", "loaded", "loaded_killed")
_MAY_LACK: Final = {**STRING, "description": "A verdict; absent where that run does not have the row."}


def _list() -> Schema:
    requirement = {
        "id": STRING,
        "level": one_of(MUST, SHOULD),
        "basis": _BASIS,
        "actor": STRING,
        "clauses": _NAMES,
        "text": STRING,
        "excluded": or_null(STRING),
        "cases": _NAMES,
    }
    scenario = {"label": STRING, "applies": TRUTH, "reason": or_null(STRING)}
    case = {
        "requirement": STRING,
        "module": STRING,
        "name": STRING,
        "purpose": STRING,
        "needs": many(one_of(*FEATURES)),
        "scenarios": many(closed_object(scenario)),
    }
    return closed_object(
        {
            **_head(listing.FORMAT),
            "wallet": or_null(_WALLET),
            "features": many(one_of(*FEATURES)),
            "edition": _EDITION,
            "requirements": many(closed_object(requirement)),
            "cases": many(closed_object(case)),
        }
    )


def _coverage() -> Schema:
    part = closed_object({"covered": COUNT, "possible": COUNT, "missing": _NAMES})
    whole = {**_head(coverage.FORMAT), "wallet": or_null(_WALLET), "transitions": part, "pairs": part}
    return closed_object({**whole, "only_by_case": mapping(_NAMES), "only_by_conversation": mapping(_NAMES)})


def _faults() -> Schema:
    profile = {
        "name": STRING,
        "family": one_of(*FAMILIES),
        "does": STRING,
        "careful": STRING,
        "basis": _BASIS,
        "source": or_null(STRING),
        "first": or_null({"type": "integer", "minimum": 1}),
        "requirements": _NAMES,
        "scenarios": _NAMES,
    }
    return closed_object({**_head(faults.FORMAT), "faults": many(closed_object(profile))})


def _answers() -> Schema:
    answer = {
        "name": STRING,
        "description": STRING,
        "within": {**TRUTH, "description": "Whether it holds nothing but what documents name."},
        "code": STRING,
        "amount": {"type": "integer", "minimum": 1, "description": "In fen."},
        "body": {**STRING, "contentMediaType": "application/json"},
    }
    broken = {name: kind for name, kind in answer.items() if name != "within"}
    rows = {"answers": many(closed_object(answer)), "illegal": many(closed_object(broken))}
    return closed_object({"format": {"const": answers.FORMAT}, "seed": COUNT, **rows})


def _matrix() -> Schema:
    killed = ("killed", "killed_by_failing", "killed_by_lack_of_proof", "killed_by_observation")
    cards = ("cards", "cards_explained", "deciding_cards", "deciding_cards_explained")
    fates = many(closed_object({"specimen": STRING, "due": _OUTCOME, "outcome": _OUTCOME}))
    kill = {
        "requirement": STRING,
        "verdict": _VERDICT,
        "cases": many(closed_object({"case": STRING, "scenarios": _NAMES})),
    }
    specimen = {
        "name": STRING,
        "faulty": TRUTH,
        "kind": _or_empty(one_of(*FaultKind)),
        "due": _OUTCOME,
        "outcome": _OUTCOME,
        "breaks": _NAMES,
        "hides": _NAMES,
        "observed": _NAMES,
        "kills": many(closed_object(kill)),
    }
    loaded = {
        **{name: specimen[name] for name in ("name", "kind", "breaks")},
        "alone": _OUTCOME,
        **dict.fromkeys(("conversations", "seeds"), COUNT),
        "broke": many(closed_object({"requirement": STRING, "conversations": COUNT})),
    }
    wrong = {"specimen": STRING, "requirement": STRING, "scenario": STRING, "cause": one_of(*FaultKind)}
    case = {"case": STRING, "requirement": STRING, "failing": _NAMES, "alone": _NAMES}
    return closed_object(
        {
            **_head(kill_matrix.FORMAT),
            "edition": _EDITION,
            "suites": SHA256,
            "sound": TRUTH,
            "counts": closed_object(
                dict.fromkeys((*_MPPS, *killed, "cases", "transformations", "rows", *cards), COUNT)
            ),
            "survivors": fates,
            "wrongly_killed": fates,
            "misnamed": many(closed_object({"specimen": STRING, "how": STRING})),
            "kinds": many(closed_object({"kind": one_of(*FaultKind), "faulty": COUNT, "killed": COUNT})),
            "wrong_causes": many(closed_object(wrong)),
            "unexplained": many(closed_object({"specimen": STRING, "requirement": STRING, "cards": COUNT})),
            "unharmed": _NAMES,
            "loaded": many(closed_object(loaded)),
            "toothless": _NAMES,
            "unneeded": many(closed_object({"case": STRING, "reason": or_null(STRING)})),
            "stale": _NAMES,
            "unshown": _NAMES,
            "passing_refused": many(closed_object({"case": STRING, "decides": TRUTH})),
            "idle_rows": many(closed_object({"case": STRING, "scenario": STRING})),
            "cases": many(closed_object(case)),
            "specimens": many(closed_object(specimen)),
        }
    )


def _diff() -> Schema:
    run = closed_object({"run": STRING, "overall": _OVERALL, "digest": SHA256})
    words = (
        run_difference.WALLET,
        run_difference.SUITE,
        run_difference.SOURCE,
        run_difference.EDITION,
        run_difference.CLAIMS,
    )
    sides = {"old": _MAY_LACK, "new": _MAY_LACK}
    return closed_object(
        {
            "format": {"const": run_difference.FORMAT},
            "old": run,
            "new": run,
            "same": TRUTH,
            "compared": COUNT,
            "changes": many(closed_object({"what": one_of(*words), "old": STRING, "new": STRING})),
            "requirements": many(closed_object({"requirement": STRING, **sides})),
            "cases": many(closed_object({**_CASE, **sides, "reasons": {**_NAMES, "minItems": 1}})),
        }
    )


def _rejudge() -> Schema:
    count = {"conversations": COUNT, "cases": COUNT, "attempts": {"type": "integer", "minimum": 1}}
    messages = closed_object({"read": COUNT, "hidden": COUNT, "signatures": mapping(COUNT)})
    told = {"differences": _NAMES, "notes": _NAMES, "messages": messages, "identical": TRUTH}
    key = {**_or_empty(SHA256), "description": "Of the key that the MPP signed with."}
    named = {"format": {"const": rejudge.FORMAT}, "run": STRING, "result": STRING, "digest": _or_empty(SHA256)}
    return closed_object({**named, **count, "mpp_key": key, "other_suite": STRING, **told})


def _gate() -> Schema:
    fields = ("requirement", "case", "owner", "reason", "ticket", "expires", "seen", "signature", "trouble")
    waiver = {**dict.fromkeys(fields, STRING), "cases": _NAMES, "before": many(_VERDICT)}
    left = {"requirement": STRING, "case": STRING, "verdict": _VERDICT, "seen": STRING}
    return closed_object(
        {
            "format": {"const": FORMAT},
            "run": STRING,
            "digest": SHA256,
            "at": {**STRING, "description": "The moment it was judged at, ISO 8601 with an offset."},
            "before": _OVERALL,
            "after": one_of("open", "closed"),
            "complete": TRUTH,
            "owners": mapping(STRING),
            "waivers": many(closed_object(waiver)),
            "left": many(closed_object(left)),
        }
    )


def _doctor() -> Schema:
    finding = closed_object({"where": STRING, "ok": TRUTH, "text": STRING, "judged": TRUTH})
    return closed_object({**_head(doctor.FORMAT), "wallet": _WALLET, "well": TRUTH, "findings": many(finding)})


def _verify() -> Schema:
    bundle = {
        "run": STRING,
        "wallet": or_null(_WALLET),
        "edition": or_null(_EDITION),
        "overall": _OVERALL,
        "files": COUNT,
        "logs": or_null(COUNT),
        "cases": COUNT,
        "rejudged": TRUTH,
        "reports": closed_object({"compared": _NAMES, "not_compared": _NAMES}),
        "signer": SHA256,
        "test_key": TRUTH,
        "time_stamp": or_null(STRING),
        "mpp_key": _or_empty(SHA256),
        "notes": _NAMES,
    }
    asked = {"key_named": {**TRUTH, "description": "Whether --key said whose signature is expected."}}
    return closed_object(
        {**_head(verification.FORMAT), **asked, "refused": or_null(STRING), "bundle": or_null(closed_object(bundle))}
    )


def _manifest() -> Schema:
    file = closed_object({"name": STRING, "size": COUNT, "sha256": SHA256})
    signer = closed_object({"fingerprint": SHA256, "test": TRUTH})
    whole = {"format": {"const": verify.MANIFEST_FORMAT}, "run": STRING, "signer": signer}
    return closed_object({**whole, "files": {**many(file), "minItems": 1}, "merkle_root": SHA256})


def _load() -> Schema:
    requirement = {"requirement": STRING, "decides": TRUTH}
    requirement |= dict.fromkeys(("conversations", "broke", "unproven", "errors"), COUNT)
    smallest = {"conversations": many(COUNT), "turns": STRING, "tried": COUNT, "done": TRUTH}
    failure = {
        **dict.fromkeys(("requirement", "text", "case", "scenario", "expected", "seen"), STRING),
        "conversation": COUNT,
        "smallest": or_null(closed_object(smallest)),
        "again": _NAMES,
    }
    whole = {**_head(load.FORMAT), "mpp": STRING}
    whole |= dict.fromkeys(("users", "seed", "conversations", "turns"), COUNT)
    rows = {"requirements": many(closed_object(requirement)), "failures": many(closed_object(failure))}
    return closed_object({**whole, **rows, "over_http": or_null(_load_over_http())})


def _load_over_http() -> Schema:
    reasons = many(closed_object({"why": STRING, "conversations": COUNT}))
    kept = {"conversation": COUNT, "broke": _NAMES, "shown": _NAMES, "file": STRING, "digest": SHA256}
    span = dict.fromkeys(("conversations", "broke", "lagged", "p50", "p99"), COUNT)
    timeline = {"seconds": COUNT, "spans": {**many(closed_object(span)), "maxItems": MOST}}
    tried = {"users": COUNT, "conversations": COUNT, "broke": _NAMES}
    return closed_object(
        {
            "seconds": {"type": "number", "exclusiveMinimum": 0},
            "folder": STRING,
            "interrupted": TRUTH,
            **dict.fromkeys(("claimed", "lag", "lagged"), COUNT),
            "latency": closed_object(dict.fromkeys(("messages", "p50", "p90", "p99", "p100"), COUNT)),
            **dict.fromkeys(("broken_off", "problems"), reasons),
            "claims": {"type": "object"},
            "message_layer": or_null(closed_object(dict.fromkeys(_SIGNERS, STRING))),
            "evidence": many(closed_object(kept)),
            "counterexamples": many(closed_object(_counterexample())),
            "timeline": closed_object(timeline),
            "tried": many(closed_object(tried)),
            "boundaries": many(closed_object({"requirement": STRING, "breaks": COUNT, "holds": COUNT})),
        }
    )


def _counterexample() -> dict[str, Schema]:
    """A case that fails a conversation, as a verdict file has it."""
    parting = {"byte": COUNT, **dict.fromkeys(("before", "expected", "seen"), STRING)}
    told = dict.fromkeys(("how", "field"), STRING)
    deviation = {**told, "kinds": many(STRING), "payment": COUNT, "parting": or_null(closed_object(parting))}
    return {
        **dict.fromkeys(("purpose", "blame", "reason", "expected", "seen", "hint"), STRING),
        **_CASE,
        "verdict": _VERDICT,
        "observed": TRUTH,
        "events": many(COUNT),
        "deviation": or_null(closed_object(deviation)),
        "about": or_null(COUNT),
        "evidence": STRING,
        "evidence_digest": _or_empty(SHA256),
    }


def _audit() -> Schema:
    counts = dict.fromkeys(("could_show", "showed", "broke", "erred"), COUNT)
    witness = {"by": STRING, **dict.fromkeys(("complete", "counted", "ordered"), TRUTH)}
    example = {**dict.fromkeys(("shape", "conversation"), STRING), **_counterexample()}
    whole = {
        **_head(audit.FORMAT),
        **dict.fromkeys(("suites", "mapping"), SHA256),
        "attested": mapping(closed_object(witness)),
        **dict.fromkeys(("conversations", "records", "broken"), COUNT),
        "inputs": many(closed_object({"name": STRING, "size": COUNT, "lines": COUNT, "sha256": SHA256})),
        "requirements": many(closed_object({"id": STRING, **counts})),
        **dict.fromkeys(("unasked", "skipped"), mapping(COUNT)),
        "never_exercised": _NAMES,
        "digest": SHA256,
        "counterexamples": many(closed_object(example)),
    }
    worth = {**_head(audit.WORTH_FORMAT), **dict.fromkeys(("conforming", "faulty"), COUNT)}
    worth |= dict.fromkeys(("accused", "named"), _NAMES)
    return {"anyOf": [closed_object(whole), closed_object(worth)]}


def _head(form: str) -> dict[str, Schema]:
    return {"format": {"const": form}, "version": STRING}


def _or_empty(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"const": ""}]}


SCHEMAS: Final[Mapping[str, Schema]] = {
    "list": document("What list --format json prints", _list()),
    "coverage": document("What coverage --format json prints", _coverage()),
    "faults": document("What faults --format json prints", _faults()),
    "answers": document("What answers list --format json prints", _answers()),
    "matrix": document("kill-matrix.json, and what matrix --format json prints", _matrix()),
    "load": document("What load --format json prints", _load()),
    "audit": document("audit.json, and what audit --format json prints", _audit()),
    "diff": document("What diff --format json prints", _diff()),
    "rejudge": document("What rejudge --format json prints", _rejudge()),
    "gate": document("gate.json: what gate decided about a run", _gate()),
    "doctor": document("What doctor --format json prints", _doctor()),
    "verify": document("What verify --format json prints", _verify()),
    "manifest": document("manifest.json of a bundle", _manifest()),
}
"""Each by its name."""
