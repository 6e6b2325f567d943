"""What CI servers show beside a change: one annotation for each requirement that keeps the wallet from conforming.

GitHub reads workflow commands from a job's log, and GitLab a code quality report among its artefacts. Where an
annotation points to is the suite file: the wallet's own code is not known here. What is waived keeps its colour, and
says that it is.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mpp_conformance.common.text import harmless, printable
from mpp_conformance.report.gate.outcome import NO_GATE, WAIVED, Gate

GITLAB_FILE: Final = "gl-code-quality-report.json"
_LONGEST: Final = 1_000
_SEVERITIES: Final = {"fail": "blocker", "error": "critical", "inconclusive": "major"}

Row = Mapping[str, Any]


def github(verdicts: Row, gate: Gate = NO_GATE) -> Iterator[str]:
    """Workflow commands for GitHub Actions, one a line; ``pass`` has none, what is only observed is a notice.

    GitHub shows the first ten errors of a step and the first ten notices: the result comes first, then what is gravest.
    """
    kind = "notice" if verdicts["overall"] == "conformant" else "error"
    after = f"; gate {gate.told['after']} at {gate.told['at']}" if gate else ""
    yield f"::{kind} title=mpp-conformance::{_data(verdicts['result'] + after)}"
    for row, case in sorted(_first_of_each(verdicts, gate), key=_gravity):
        kind = "notice" if case["observed"] else "error"
        file = f"suites/{case['module']}.py"
        title = f"{row['id']} {case['verdict'].upper()}"
        yield f"::{kind} file={_property(file)},title={_property(title)}::{_data(_message(row, case, gate))}"
    for told in gate.told.get("waivers", ()):
        if told["trouble"]:
            yield f"::error title=mpp-conformance waiver::{_data(_trouble(told))}"


def _gravity(found: tuple[Row, Row]) -> tuple[int, int]:
    """Failures before faults of the suite and missing proof, and what is in more cases first."""
    row, case = found
    same = sum(other["verdict"] == case["verdict"] for other in row["cases"])
    return tuple(_SEVERITIES).index(case["verdict"]), -same


def gitlab(verdicts: Row, gate: Gate = NO_GATE) -> bytes:
    """A code quality report for GitLab."""
    rows = [
        {
            "description": _message(row, case, gate),
            "check_name": row["id"],
            "fingerprint": hashlib.sha256(f"{row['id']} {case['module']}::{case['case']}".encode()).hexdigest(),
            "severity": "info" if case["observed"] else _SEVERITIES[case["verdict"]],
            "location": {"path": f"suites/{case['module']}.py", "lines": {"begin": 1}},
        }
        for row, case in _first_of_each(verdicts, gate)
    ]
    rows += [
        {
            "description": _trouble(told),
            "check_name": f"waiver of {told['requirement']}",
            "fingerprint": hashlib.sha256(f"waiver {told['signature']} {told['requirement']}".encode()).hexdigest(),
            "severity": "blocker",
            "location": {"path": "waivers.toml", "lines": {"begin": 1}},
        }
        for told in gate.told.get("waivers", ())
        if told["trouble"]
    ]
    return (json.dumps(rows, indent=1, ensure_ascii=True) + "\n").encode("ascii")


def _first_of_each(verdicts: Row, gate: Gate) -> Iterator[tuple[Row, Row]]:
    """Each requirement that did not pass, with the first of its worst cases that no waiver excuses, if there is one."""
    for row in verdicts["requirements"]:
        cases = [{"requirement": row["id"], **case} for case in row["cases"]]
        worst = [case for case in cases if case["verdict"] == row["verdict"] != "pass"]
        if worst:
            yield row, min(worst, key=lambda case: gate.after(case) == WAIVED)


def _message(row: Row, case: Row, gate: Gate) -> str:
    same = sum(other["verdict"] == case["verdict"] for other in row["cases"])
    more = f" ({same} cases)" if same > 1 else ""
    waived = gate.waived(row["id"])
    left = f" {waived} cases are waived; this one: {gate.words(case) or 'not'}." if waived else ""
    told = f"{case['case']}[{case['scenario']}]: {case['reason']}{more}. {row['text']}"
    return printable(f"{told} Look first at: {case['blame']}.{left}", _LONGEST)


def _trouble(row: Row) -> str:
    return printable(f"waiver of {row['requirement']} {row['case']}, {row['ticket']}: {row['trouble']}", _LONGEST)


def _data(text: str) -> str:
    """As a workflow command writes its message, in which no other CI server finds a command."""
    return harmless(text, at_start=False).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """As it writes a property's value."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
