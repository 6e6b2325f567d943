"""Every form of a run counted again against its verdict file: the same cases, each with the same verdict.

A form is read as its readers read it, not with what wrote it. What waivers made of a case is counted with its verdict.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

from mpp_conformance.report.allure.results import DIRECTORY as ALLURE
from mpp_conformance.report.allure.side_files import NOT_APPLICABLE, OBSERVATION
from mpp_conformance.report.exports import ctrf, junit, oscal, table
from mpp_conformance.report.gate.outcome import Gate
from mpp_conformance.report.run_folder import reading
from mpp_conformance.report.verdict_file import document

MAX_BYTES: Final = 256 * 1024 * 1024
_MOST: Final = 20
Told = Counter[tuple[str, str, str]]
"""How often a form tells of a requirement and a case, with which verdict."""


class FormError(ValueError):
    """A form that cannot be read; says why."""


def forms(run: Path) -> Iterator[tuple[str, list[str]]]:
    """Each form that lies in a run's folder, and in what it differs from the verdict file; KeptError without one."""
    verdicts = reading.verdicts(run)
    gate = reading.gate_of(run, verdicts)
    for name, (reader, expected) in _READERS.items():
        path = run / name
        if not path.exists():
            continue
        try:
            found = reader(path)
        except (FormError, OSError, KeyError, TypeError, AttributeError, ValueError, ET.ParseError) as problem:
            yield name, [f"it cannot be read: {type(problem).__name__}: {problem}"]
            continue
        yield name, _differences(expected(verdicts, gate), found)


def _with_waiver(verdict: str, columns: Mapping[str, str]) -> str:
    """A verdict, with what a waiver makes of it and whose it is."""
    if not any(columns.values()):
        return verdict
    return f"{verdict}, {columns['after']} by {columns['owner']} until {columns['expires']}, {columns['ticket']}"


def _judged(verdicts: Mapping[str, Any], gate: Gate) -> Told:
    rows = document.cases(verdicts)
    return Counter((row["requirement"], _case(row), _with_waiver(row["verdict"], gate.columns(row))) for row in rows)


def _told_of(verdicts: Mapping[str, Any], gate: Gate) -> Told:
    """Those that were judged, and those that were not."""
    found = _judged(verdicts, gate)
    for word, rows in ((table.NOT_APPLICABLE, "not_applicable"), (table.NOT_JUDGED, "not_judged")):
        found.update((row["requirement"], _case(row), word) for row in verdicts[rows])
    return found


def _as_observed(verdicts: Mapping[str, Any], gate: Gate) -> Told:
    """Those that were judged, what is only observed under a word of its own."""
    found: Told = Counter()
    for row in document.cases(verdicts):
        verdict = OBSERVATION if row["observed"] else row["verdict"]
        found[row["requirement"], _case(row), _with_waiver(verdict, gate.columns(row))] += 1
    return found


def _columns(values: Mapping[str, str], prefix: str) -> dict[str, str]:
    """What a form says of a waiver in names of that prefix."""
    return {name: values.get(prefix + name, "") for name in ("after", "owner", "expires", "ticket")}


def _case(row: Mapping[str, Any]) -> str:
    return f"{row['case']}[{row['scenario']}]"


def _differences(expected: Told, found: Told) -> list[str]:
    rows = [
        f"{_row(key)}: the verdict file has it {expected[key]} times, here it stands {found[key]} times"
        for key in sorted(expected.keys() | found.keys())
        if expected[key] != found[key]
    ]
    more = len(rows) - _MOST
    return [*rows[:_MOST], f"and {more} more"] if more > 0 else rows


def _row(key: tuple[str, str, str]) -> str:
    return ascii(" ".join(key))[1:-1]


def _data(path: Path) -> bytes:
    data = reading.plain_file(path, MAX_BYTES)
    if len(data) > MAX_BYTES:
        raise FormError(f"more than {MAX_BYTES} bytes")
    return data


def _csv(path: Path) -> Told:
    rows = csv.DictReader(io.StringIO(_data(path).decode("utf-8"), newline=""))
    return Counter(
        (row["requirement"], _case(row), _with_waiver(row["verdict"], _columns(row, "waiver_"))) for row in rows
    )


def _ctrf(path: Path) -> Told:
    results = json.loads(_data(path))["results"]
    found: Told = Counter()
    for test in results["tests"]:
        told = _with_waiver(test["rawStatus"], _columns(test["extra"].get("waiver", {}), ""))
        found[test["extra"]["requirement"], test["name"], told] += 1
    counted = Counter(test["status"] for test in results["tests"])
    summary = {status: results["summary"][status] for status in ctrf.STATUSES}
    if summary != {status: counted[status] for status in ctrf.STATUSES} or results["summary"]["tests"] != len(
        results["tests"]
    ):
        raise FormError("its summary does not count its own tests")
    return found


def _junit(path: Path) -> Told:
    data = _data(path)
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise FormError("it declares entities")
    found: Told = Counter()
    suite = ET.fromstring(data).find("testsuite")  # noqa: S314  # without entities there is nothing to blow up
    if suite is None:
        raise FormError("it has no testsuite")
    cases = suite.findall("testcase")
    for case in cases:
        properties = junit.facts(case)
        skipped = case.find("skipped")
        verdict = properties.get("verdict", "")
        if skipped is not None:
            told = skipped.get("message", "")
            verdict = table.NOT_JUDGED if told == "not judged" else table.NOT_APPLICABLE
        red = case.find("failure") is not None or case.find("error") is not None
        if skipped is None and red is (verdict == "pass" or properties.get("observed") == "true"):
            raise FormError(f"{case.get('name')}: its colour is not that of its verdict")
        told = _with_waiver(verdict, _columns(properties, "waiver."))
        found[properties["requirement"], case.get("name", ""), told] += 1
    counts = [(name, len(suite.findall(f"testcase/{tag}"))) for name, tag in _TAGS]
    if [suite.get(name) for name, _ in counts] != [str(count) for _, count in counts] or suite.get("tests") != str(
        len(cases)
    ):
        raise FormError("its counts are not those of its own cases")
    return found


_TAGS: Final = (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))


def _oscal(path: Path) -> Told:
    (result,) = json.loads(_data(path))["assessment-results"]["results"]
    found: Told = Counter()
    for row in result["observations"]:
        properties = {each["name"]: each["value"] for each in row["props"]}
        told = _with_waiver(properties["verdict"], _columns(properties, "waiver-"))
        found[properties["requirement"], row["title"], told] += 1
    return found


def _allure(path: Path) -> Told:
    found: Told = Counter()
    for file in sorted(path.glob("*-result.json")):
        row = json.loads(_data(file))
        labels = {each["name"]: each["value"] for each in row["labels"]}
        if row["status"] != _STATUS.get(labels["verdict"], "broken"):
            raise FormError(f"{file.name}: its status is not that of its verdict")
        if labels["verdict"] != NOT_APPLICABLE:
            told = _with_waiver(labels["verdict"], _columns(labels, "waiver-"))
            found[labels["requirement"], row["fullName"].rpartition("::")[2], told] += 1
    return found


_STATUS: Final = {"pass": "passed", "fail": "failed", OBSERVATION: "passed", NOT_APPLICABLE: "skipped"}


_READERS: Final[Mapping[str, tuple[Callable[[Path], Told], Callable[[Mapping[str, Any], Gate], Told]]]] = {
    junit.FILE: (_junit, _told_of),
    table.FILE: (_csv, _told_of),
    ctrf.FILE: (_ctrf, _told_of),
    oscal.FILE: (_oscal, _judged),
    ALLURE: (_allure, _as_observed),
}
"""Each form's file, what reads it, and what of the verdict file it is to tell."""
