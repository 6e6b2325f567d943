"""The run as JUnit XML: what the narrowest of its readers takes, and what each of them shows."""

import re
from dataclasses import replace
from typing import Any, Final
from xml.etree import ElementTree as ET

import pytest

from mpp_conformance.report.exports import junit
from mpp_conformance.report.verdict_file.document import VerdictFileError
from mpp_conformance.scenarios.cells import sdk
from mpp_conformance.scenarios.scenario import ENTRY
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.transport.connectors.direct import DirectConnector
from mpp_conformance.wallet import reference
from tests.reporting import sample


def junit_of(made: dict[str, Any]) -> ET.Element:
    """The JUnit file, read again."""
    return ET.fromstring(junit.render(made))  # noqa: S314  # our own


ALLOWED: Final = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname", "id", "package", "file"},
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "properties": (set[str](), {"property"}),
    "property": ({"name", "value"}, set[str]()),
    "testcase": (
        {"name", "time", "classname", "group"},
        {"skipped", "error", "failure", "system-out", "system-err"},
    ),
    "skipped": ({"type", "message"}, set[str]()),
    "error": ({"type", "message"}, set[str]()),
    "failure": ({"type", "message"}, set[str]()),
    "system-out": (set[str](), set[str]()),
}
"""Attributes and children of each element in the narrowest schema of the readers that people use: junit-10.xsd of
Jenkins' xUnit plugin, which leaves out a file that has more."""


def test_junit_has_nothing_that_a_reader_does_not_know() -> None:
    """The narrowest reader takes the file, and every number in it."""
    whole = junit_of(sample())
    for element in whole.iter():
        attributes, children = ALLOWED[element.tag]
        assert (set(element.attrib) - attributes, {child.tag for child in element} - children) == (set(), set())
    assert [name for suite in whole for name in ("name", "tests", "failures", "errors") if not suite.get(name)] == []
    times = [element.get("time", "") for element in whole.iter() if element.tag in {"testcase", "testsuite"}]
    assert [time for time in times if not re.fullmatch(r"[0-9]+\.[0-9]{3}", time)] == []


def test_junit_has_verdicts_and_requirements() -> None:
    """Each case says its verdict and its requirement; the counts are those of the cases."""
    suite = junit_of(sample())[0]
    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "5",
        "failures": "1",
        "errors": "0",
        "skipped": "2",
    }
    failed = suite.findall("testcase")[1]
    assert (failed.get("classname"), failed.get("name")) == ("suites.test_m", "test_n[b]")
    told = junit.facts(failed)
    assert told.items() >= {"requirement": "R2", "verdict": "fail", "level": "MUST", "scenario": "b"}.items()
    (failure,) = failed.findall("failure")
    assert str(failure.get("message")).startswith("FAIL R2: expected e; seen <script>")
    observed = junit.facts(suite.findall("testcase")[2])
    assert (observed["verdict"], observed["observed"]) == ("fail", "true")


def test_a_failure_says_where_its_evidence_is_and_how_it_is_run_again() -> None:
    """Whoever reads no more than the failure's text can go on from there."""
    made = sample()
    made["requirements"][1]["cases"][0]["evidence"] = "b-12345678.json"
    made["target"] = "specimen:x"
    (failure,) = junit_of(made)[0].findall("testcase/failure")
    lines = str(failure.text).splitlines()
    assert "evidence: evidence/b-12345678.json" in lines
    assert "again: mpp-conformance run --mpp specimen:x -k 'test_n[b]'" in lines


def test_a_case_takes_as_long_as_its_conversation() -> None:
    """The time of a case is that of the conversation it was judged on; without its record it is none."""
    made = sample()
    made["requirements"][1]["cases"][0]["evidence"] = "b-12345678.json"
    profile = reference().profile
    trace = DirectConnector(ConformingMpp(profile), profile).converse(sdk(ENTRY, "S"))
    late = replace(trace, events=(*trace.events[:-1], replace(trace.events[-1], at=2.5)))
    whole = ET.fromstring(junit.render(made, traces={"b-12345678.json": late}))  # noqa: S314  # our own
    assert [case.get("time") for case in whole[0].findall("testcase")][:2] == ["0.000", "2.500"]


@pytest.mark.parametrize(("verdict", "tag"), [("inconclusive", "error"), ("error", "error"), ("fail", "failure")])
def test_junit_tells_proof_from_failure(verdict: str, tag: str) -> None:
    """What is no proof is an error in JUnit's terms, with our own word for it as its type."""
    made = sample()
    made["requirements"][1]["cases"][0]["verdict"] = verdict
    found = junit_of(made)[0].findall(f"testcase/{tag}")
    assert [element.get("type") for element in found] == [verdict]


def test_junit_is_the_same_for_the_same_verdicts() -> None:
    """Equal verdict files are equal bytes, and hostile text makes the file no worse XML."""
    assert junit.render(sample()) == junit.render(sample())
    assert b"\x1b" not in junit.render(sample())


def test_junit_of_an_unsound_file_is_refused() -> None:
    """A verdict file that lacks what stands in JUnit's is refused in words."""
    with pytest.raises(VerdictFileError, match="lacks what a report shows"):
        junit.render({"requirements": [1]})
