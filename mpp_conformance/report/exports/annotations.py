"""What CI servers show beside a change: one annotation for each requirement that keeps the wallet from conforming.

GitHub reads workflow commands from a job's log, and GitLab a code quality report among its artefacts. Where an
annotation points to is the suite file: the wallet's own code is not known here.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mpp_conformance.report.text import printable

GITLAB_FILE: Final = "gl-code-quality-report.json"
_LONGEST: Final = 1_000
_SEVERITIES: Final = {"fail": "blocker", "error": "critical", "inconclusive": "major"}

Row = Mapping[str, Any]


def github(verdicts: Row) -> Iterator[str]:
    """Workflow commands for GitHub Actions, one a line; ``pass`` has none, what is only observed is a notice."""
    for row, case in _first_of_each(verdicts):
        kind = "notice" if case["observed"] else "error"
        file = f"suites/{case['module']}.py"
        title = f"{row['id']} {case['verdict'].upper()}"
        yield f"::{kind} file={_property(file)},title={_property(title)}::{_data(_message(row, case))}"
    kind = "notice" if verdicts["overall"] == "conformant" else "error"
    yield f"::{kind} title=mpp-conformance::{_data(verdicts['result'])}"


def gitlab(verdicts: Row) -> bytes:
    """A code quality report for GitLab."""
    rows = [
        {
            "description": _message(row, case),
            "check_name": row["id"],
            "fingerprint": hashlib.sha256(f"{row['id']} {case['module']}::{case['case']}".encode()).hexdigest(),
            "severity": "info" if case["observed"] else _SEVERITIES[case["verdict"]],
            "location": {"path": f"suites/{case['module']}.py", "lines": {"begin": 1}},
        }
        for row, case in _first_of_each(verdicts)
    ]
    return (json.dumps(rows, indent=1, ensure_ascii=True) + "\n").encode("ascii")


def _first_of_each(verdicts: Row) -> Iterator[tuple[Row, Row]]:
    """Each requirement that did not pass, with the first of its worst cases."""
    for row in verdicts["requirements"]:
        worst = [case for case in row["cases"] if case["verdict"] == row["verdict"] != "pass"]
        if worst:
            yield row, worst[0]


def _message(row: Row, case: Row) -> str:
    same = sum(other["verdict"] == case["verdict"] for other in row["cases"])
    more = f" ({same} cases)" if same > 1 else ""
    return printable(f"{case['case']}[{case['scenario']}]: {case['reason']}{more}. {row['text']}", _LONGEST)


def _data(text: str) -> str:
    """As a workflow command writes its message."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """As it writes a property's value."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
