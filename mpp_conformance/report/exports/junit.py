"""The run for CI servers, as JUnit XML made from a verdict file; equal verdicts give equal names in equal order.

FAIL is a ``failure``, INCONCLUSIVE and ERROR are an ``error``, each with the verdict's word as its ``type``; what is
observed passes, and says so in its properties. Cases that do not apply or were not judged are ``skipped``. What is
waived stays red, for a server that counts JUnit's cases has no third colour; properties and message tell of the waiver.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement, tostring

from mpp_conformance.common.text import printable
from mpp_conformance.report.gate.outcome import NO_GATE, Gate
from mpp_conformance.report.verdict_file import document
from mpp_conformance.report.verdict_file.document import VerdictFileError

FILE: Final = "junit.xml"
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Row = Mapping[str, Any]


def render(verdicts: Row, gate: Gate = NO_GATE) -> bytes:
    """The file for a verdict file and its gate; VerdictFileError where that lacks what stands in it."""
    try:
        whole = Element("testsuites", name="mpp-conformance")
        suite = SubElement(whole, "testsuite", name=_text(verdicts["wallet"]["name"]))
        _properties(suite, _run(verdicts) | dict(_of_gate(gate)))
        stated = {row["id"]: row for row in verdicts["requirements"]}
        for case in document.cases(verdicts):
            _judged(suite, case, stated[case["requirement"]], gate)
        for row in verdicts["not_applicable"]:
            _skipped(suite, row, f"not applicable: {row['reason']}")
        for row in verdicts["not_judged"]:
            _skipped(suite, row, "not judged")
        _count(suite, verdicts["milliseconds"])
    except (KeyError, TypeError, AttributeError, ValueError) as problem:
        raise VerdictFileError(f"this verdict file lacks what a report shows: {problem!r}") from problem
    found: bytes = tostring(whole, encoding="utf-8", xml_declaration=True)
    return found


def _run(verdicts: Row) -> dict[str, str]:
    return {
        "overall": verdicts["overall"],
        "target": verdicts["target"],
        "wallet": f"{verdicts['wallet']['name']} {verdicts['wallet']['version']}",
        "edition": verdicts["limits"]["edition"],
        "suite": f"{verdicts['suite']['name']} {verdicts['suite']['version']}",
        "digest": verdicts["digest"],
    }


def _of_gate(gate: Gate) -> Iterator[tuple[str, str]]:
    for name in ("at", "before", "after") if gate else ():
        yield f"gate.{name}", gate.told[name]
    for number, row in enumerate(gate.told.get("waivers", ()), start=1):
        yield f"gate.waiver.{number}", gate.told_in_short(row)


def _judged(suite: Element, case: Row, stated: Row, gate: Gate) -> None:
    made = _case(suite, case)
    properties = {"requirement": case["requirement"], "clause": stated["clause"], "level": stated["level"]}
    properties |= {"basis": stated["basis"], "verdict": case["verdict"], "scenario": case["scenario"]}
    properties |= {"evidence": f"evidence/{case['evidence']}"} if case["evidence"] else {}
    properties |= {"blame": case["blame"]} if case["blame"] else {}
    properties |= {"observed": "true"} if case["observed"] else {}
    _properties(made, properties | {f"waiver.{name}": value for name, value in gate.columns(case).items()})
    if case["verdict"] == "pass" or case["observed"]:
        return
    verdict = SubElement(made, "failure" if case["verdict"] == "fail" else "error", type=_text(case["verdict"]))
    waiver = gate.words(case)
    verdict.set("message", _text(f"{case['verdict'].upper()} {case['requirement']}: {case['reason']}"))
    verdict.text = _text(f"{stated['text']} Waiver: {waiver}" if waiver else stated["text"])


def _skipped(suite: Element, row: Row, why: str) -> None:
    made = _case(suite, row)
    _properties(made, {"requirement": row["requirement"], "scenario": row["scenario"]})
    SubElement(made, "skipped", message=_text(why))


def _case(suite: Element, row: Row) -> Element:
    name = f"{row['case']}[{row['scenario']}]"
    return SubElement(suite, "testcase", classname=_text(f"suites.{row['module']}"), name=_text(name))


def _properties(parent: Element, values: Mapping[str, str]) -> None:
    group = SubElement(parent, "properties")
    for name, value in values.items():
        SubElement(group, "property", name=name, value=_text(value))


def _count(suite: Element, milliseconds: int) -> None:
    suite.set("tests", str(len(suite.findall("testcase"))))
    for counted, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(counted, str(len(suite.findall(f"testcase/{tag}"))))
    suite.set("time", f"{milliseconds / 1000:.3f}")


def _text(value: str) -> str:
    """Text that XML can hold, on one line."""
    return _NOT_XML.sub("\ufffd", printable(value))
