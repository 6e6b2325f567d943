"""The run in the Common Test Report Format (ctrf.io), for dashboards that read it.

``pass`` and what is only observed is passed; ``fail``, ``inconclusive`` and ``error`` are failed, for the format's
other words are no red to most who read it; what does not apply is skipped, what nobody judged is pending. The verdict
itself is ``rawStatus``. A case takes no time of its own: conversations are shared, and the whole run's time is told.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from mpp_conformance.report.exports import table
from mpp_conformance.report.gate.outcome import NO_GATE, Gate

FILE: Final = "ctrf.json"
SPECIFICATION: Final = "0.0.0"
STATUSES: Final = ("passed", "failed", "skipped", "pending", "other")
_STATUS: Final = {
    "pass": "passed",
    "inconclusive": "failed",
    "fail": "failed",
    "error": "failed",
    table.NOT_APPLICABLE: "skipped",
    table.NOT_JUDGED: "pending",
}
_EXTRA: Final = ("requirement", "scenario", "blame", "evidence", "evidence_digest")

Json = dict[str, Any]


def render(verdicts: Mapping[str, Any], gate: Gate = NO_GATE) -> bytes:
    """The report for a verdict file and its gate."""
    tests = list(_tests(verdicts, gate))
    counted = [test["status"] for test in tests]
    start = round(datetime.fromisoformat(verdicts["started"]).timestamp() * 1_000)
    summary: Json = {status: counted.count(status) for status in STATUSES}
    times = {"start": start, "stop": start + verdicts["milliseconds"], "duration": verdicts["milliseconds"]}
    made = {
        "reportFormat": "CTRF",
        "specVersion": SPECIFICATION,
        "timestamp": verdicts["issued"],
        "generatedBy": f"{verdicts['suite']['name']} {verdicts['suite']['version']}",
        "results": {
            "tool": {"name": verdicts["suite"]["name"], "version": verdicts["suite"]["version"]},
            "summary": {"tests": len(tests), **summary, **times},
            "tests": tests,
            "environment": {"appName": verdicts["wallet"]["name"], "appVersion": verdicts["wallet"]["version"]},
        },
        "extra": {
            name: verdicts[name] for name in ("overall", "result", "complete", "digest", "run", "limits", "source")
        }
        | ({"gate": gate.told} if gate else {}),
    }
    return (json.dumps(made, indent=1, ensure_ascii=True) + "\n").encode("ascii")


def _tests(verdicts: Mapping[str, Any], gate: Gate) -> Iterator[Json]:
    for row in table.rows(verdicts, gate):
        observed = bool(row.get("observed"))
        test: Json = {
            "name": f"{row['case']}[{row['scenario']}]",
            "status": "passed" if observed else _STATUS[row["verdict"]],
            "rawStatus": row["verdict"],
            "duration": 0,
            "suite": [f"suites.{row['module']}"],
            "tags": [row["requirement"], *(["observed"] if observed else [])],
            "extra": {name: row[name] for name in _EXTRA if name in row},
        }
        waiver = {name.removeprefix("waiver_"): value for name, value in row.items() if name.startswith("waiver_")}
        if waiver:
            test["extra"]["waiver"] = waiver
        if row["verdict"] != "pass" and row.get("reason"):
            test["message"] = row["reason"]
        yield test
