"""The cases as a table (CSV, RFC 4180), for who sorts and filters: one row for each, those not judged as well.

A spreadsheet takes a cell that begins like a formula for one; such a cell begins with an apostrophe here.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mpp_conformance.common.text import printable
from mpp_conformance.report.gate.outcome import NO_GATE, Gate
from mpp_conformance.report.verdict_file import document

FILE: Final = "cases.csv"
NOT_APPLICABLE: Final = "not applicable"
NOT_JUDGED: Final = "not judged"
COLUMNS: Final = (
    "requirement",
    "level",
    "basis",
    "actor",
    "clause",
    "module",
    "case",
    "scenario",
    "verdict",
    "observed",
    "blame",
    "reason",
    "evidence",
    "evidence_digest",
    *(f"waiver_{name}" for name in ("before", "after", "owner", "reason", "ticket", "expires", "trouble")),
)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def render(verdicts: Mapping[str, Any], gate: Gate = NO_GATE) -> bytes:
    """The table for a verdict file and its gate, in UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    stated = {row["id"]: row for row in verdicts["requirements"]}
    for row in rows(verdicts, gate):
        requirement = stated[row["requirement"]]
        common = {name: requirement[name] for name in ("level", "basis", "actor", "clause")}
        writer.writerow({name: _cell(value) for name, value in {**common, **row}.items()})
    return text.getvalue().encode("utf-8")


def rows(verdicts: Mapping[str, Any], gate: Gate = NO_GATE) -> Iterator[dict[str, str]]:
    """The cases that were judged, those that do not apply, and those that nobody judged."""
    names = ("requirement", "module", "case", "scenario")
    for case in document.cases(verdicts):
        told = {name: str(case[name]) for name in (*names, "verdict", "blame", "reason", "evidence", "evidence_digest")}
        waiver = {f"waiver_{name}": value for name, value in gate.columns(case).items()}
        yield {**told, "observed": "yes" if case["observed"] else "", **waiver}
    for row in verdicts["not_applicable"]:
        yield {**{name: str(row[name]) for name in names}, "verdict": NOT_APPLICABLE, "reason": str(row["reason"])}
    for row in verdicts["not_judged"]:
        yield {**{name: str(row[name]) for name in names}, "verdict": NOT_JUDGED}


def _cell(value: str) -> str:
    text = printable(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
