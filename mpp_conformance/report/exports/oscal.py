"""The run as OSCAL assessment results (NIST), for who keeps such of all their systems.

A case is an observation made by test; a requirement that decides is a finding, satisfied only if every case of it that
applies was judged and passed. Identifiers are derived from names and digests: equal runs give equal documents.
"""

import json
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from mpp_conformance.common.text import printable
from mpp_conformance.report.gate.outcome import NO_GATE, Gate
from mpp_conformance.report.verdict_file import document

FILE: Final = "oscal-assessment-results.json"
VERSION: Final = "1.1.3"
NAMESPACE: Final = "https://mpp-conformance.example/ns/oscal"
"""Of our property names; nothing is to be found there."""
_SPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, NAMESPACE)

Json = dict[str, Any]


def render(verdicts: Mapping[str, Any], gate: Gate = NO_GATE) -> bytes:
    """The document for a verdict file and its gate."""
    observed = {(row["requirement"], row["module"], row["case"], row["scenario"]) for row in document.cases(verdicts)}
    if len(observed) != verdicts["counts"]["cases"]:
        raise ValueError("two cases have the same name")
    made = {"assessment-results": _results(verdicts, gate)}
    return (json.dumps(made, indent=1, ensure_ascii=True) + "\n").encode("ascii")


def _results(verdicts: Mapping[str, Any], gate: Gate) -> Json:
    begun = datetime.fromisoformat(verdicts["started"])
    ended = begun + timedelta(milliseconds=verdicts["milliseconds"])
    wallet, suite = verdicts["wallet"], verdicts["suite"]
    judged = [row for row in verdicts["requirements"] if row["tested"]]
    return {
        "uuid": _id(verdicts, "document"),
        "metadata": {
            "title": f"Conformance of {wallet['name']} {wallet['version']}",
            "last-modified": verdicts["issued"],
            "version": verdicts["run"],
            "oscal-version": VERSION,
            "props": [_property("overall", verdicts["overall"]), _property("digest", verdicts["digest"])]
            + [_property(f"gate-{name}", gate.told[name]) for name in ("at", "before", "after") if gate]
            + [_property("waiver", gate.told_in_short(row)) for row in gate.told.get("waivers", ())],
        },
        "import-ap": {"href": "#", "remarks": f"the suite {suite['name']} {suite['version']}, {suite['digest']}"},
        "results": [
            {
                "uuid": _id(verdicts, "result"),
                "title": verdicts["result"],
                "description": f"{verdicts['source']['title']}; limits of {verdicts['limits']['edition']}",
                "start": begun.isoformat(),
                "end": ended.isoformat(timespec="milliseconds"),
                "reviewed-controls": {
                    "control-selections": [{"include-controls": [{"control-id": _token(row["id"])} for row in judged]}]
                },
                "observations": list(_observations(verdicts, gate)),
                "findings": [_finding(verdicts, row) for row in judged if row["counts"]],
            }
        ],
    }


def _observations(verdicts: Mapping[str, Any], gate: Gate) -> Iterator[Json]:
    for case in document.cases(verdicts):
        name = _name(case)
        told: Json = {
            "uuid": _id(verdicts, name),
            "title": f"{case['case']}[{case['scenario']}]",
            "description": case["reason"],
            "props": [
                _property("verdict", case["verdict"]),
                _property("requirement", case["requirement"]),
                _property("observed", "yes" if case["observed"] else "no"),
                *([_property("blame", case["blame"])] if case["blame"] else []),
                *(_property(f"waiver-{name}", value) for name, value in gate.columns(case).items()),
            ],
            "methods": ["TEST"],
            "collected": verdicts["started"],
        }
        if case["evidence"]:
            digest = _property("sha-256", case["evidence_digest"])
            evidence = {"href": f"evidence/{case['evidence']}", "description": "the conversation", "props": [digest]}
            told["relevant-evidence"] = [evidence]
        yield told


def _finding(verdicts: Mapping[str, Any], row: Mapping[str, Any]) -> Json:
    satisfied = row["verdict"] == "pass" and row["judged"] == row["applicable"]
    found: Json = {
        "uuid": _id(verdicts, f"finding {row['id']}"),
        "title": row["id"],
        "description": row["text"],
        "props": [_property("verdict", row["verdict"])],
        "target": {
            "type": "objective-id",
            "target-id": _token(row["id"]),
            "description": row["clause"],
            "status": {"state": "satisfied" if satisfied else "not-satisfied"},
        },
    }
    related = [{"observation-uuid": _id(verdicts, _name({"requirement": row["id"], **case}))} for case in row["cases"]]
    return {**found, "related-observations": related} if related else found


def _name(case: Mapping[str, Any]) -> str:
    return f"{case['requirement']} {case['module']}::{case['case']}[{case['scenario']}]"


def _id(verdicts: Mapping[str, Any], name: str) -> str:
    """The same for the same run and name, as random as any other to who does not know them."""
    return str(_random(uuid.uuid5(_SPACE, f"{verdicts['run']} {verdicts['digest']} {name}")))


def _random(found: uuid.UUID) -> uuid.UUID:
    """The format takes identifiers of version 4 alone; these are of a digest's digits, in that form."""
    return uuid.UUID(bytes=found.bytes, version=4)


def _property(name: str, value: str) -> Json:
    return {"name": name, "ns": NAMESPACE, "value": printable(value).strip() or "none"}


def _token(name: str) -> str:
    return name.lower()
