"""The run for CI servers, as JUnit XML made from a verdict file; equal verdicts give equal names in equal order.

FAIL is a ``failure``, INCONCLUSIVE and ERROR are an ``error``, each with the verdict's word as its ``type``; what is
observed passes, and says so among its facts. Cases that do not apply or were not judged are ``skipped``. What is
waived stays red, for a server that counts JUnit's cases has no third colour; facts and message tell of the waiver.

No schema is JUnit's own. This is what the narrowest of the readers' schemas allows (Jenkins' xUnit plugin): a case has
no properties there, so that its facts stand in its output, a line for each.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement, tostring

from mpp_conformance.common.text import printable
from mpp_conformance.judging.trace import Trace
from mpp_conformance.report.gate.outcome import NO_GATE, Gate
from mpp_conformance.report.verdict_file import document, rerun_command
from mpp_conformance.report.verdict_file.document import VerdictFileError

FILE: Final = "junit.xml"
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Row = Mapping[str, Any]


def render(verdicts: Row, gate: Gate = NO_GATE, traces: Mapping[str, Trace] | None = None) -> bytes:
    """The file for a verdict file and its gate; VerdictFileError where that lacks what stands in it.

    ``traces``: the conversations, by the name of their evidence file; they say how long each took.
    """
    try:
        whole = Element("testsuites", name="mpp-conformance")
        suite = SubElement(whole, "testsuite", name=_text(verdicts["wallet"]["name"]))
        _properties(suite, _run(verdicts) | dict(_of_gate(gate)))
        stated = {row["id"]: row for row in verdicts["requirements"]}
        for case in document.cases(verdicts):
            made = _judged(suite, case, stated[case["requirement"]], gate)
            made.set("time", f"{_seconds((traces or {}).get(case['evidence'])):.3f}")
            if made.find("failure") is not None or made.find("error") is not None:
                _explained(made, case, verdicts["target"], gate)
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


def facts(case: Element) -> dict[str, str]:
    """What a case of such a file says of itself, by name; ``text`` and the like are one line each."""
    rows = (line.partition(": ") for line in (case.findtext("system-out") or "").splitlines())
    return {name: value for name, _, value in rows}


def _judged(suite: Element, case: Row, stated: Row, gate: Gate) -> Element:
    made = _case(suite, case)
    told = {"requirement": case["requirement"], "clause": stated["clause"], "level": stated["level"]}
    told |= {"basis": stated["basis"], "verdict": case["verdict"], "scenario": case["scenario"]}
    told |= {"evidence": f"evidence/{case['evidence']}"} if case["evidence"] else {}
    told |= {"blame": case["blame"]} if case["blame"] else {}
    told |= {"observed": "true"} if case["observed"] else {}
    told |= {f"waiver.{name}": value for name, value in gate.columns(case).items()}
    if case["verdict"] == "pass" or case["observed"]:
        _output(made, told)
        return made
    verdict = SubElement(made, "failure" if case["verdict"] == "fail" else "error", type=_text(case["verdict"]))
    verdict.set("message", _text(f"{case['verdict'].upper()} {case['requirement']}: {case['reason']}"))
    verdict.text = _text(stated["text"])
    _output(made, told)
    return made


def _explained(made: Element, case: Row, target: str, gate: Gate) -> None:
    """What the text of a failure says besides: for readers that show no more than that."""
    (verdict,) = (child for child in made if child.tag in {"failure", "error"})
    rows = {"waiver": gate.words(case), "look first at": case["blame"], "likely": case["hint"]}
    rows |= {"evidence": case["evidence"] and f"evidence/{case['evidence']}"}
    rows |= {"again": rerun_command.command(target, case)}
    lines = [f"{name}: {_text(value)}" for name, value in rows.items() if value]
    verdict.text = "\n".join([str(verdict.text), *lines])


def _seconds(trace: Trace | None) -> float:
    return max((event.at for event in trace.events), default=0.0) if trace is not None else 0.0


def _skipped(suite: Element, row: Row, why: str) -> None:
    made = _case(suite, row)
    made.set("time", "0.000")
    SubElement(made, "skipped", message=_text(why))
    _output(made, {"requirement": row["requirement"], "scenario": row["scenario"]})


def _case(suite: Element, row: Row) -> Element:
    name = f"{row['case']}[{row['scenario']}]"
    return SubElement(suite, "testcase", classname=_text(f"suites.{row['module']}"), name=_text(name))


def _properties(parent: Element, values: Mapping[str, str]) -> None:
    group = SubElement(parent, "properties")
    for name, value in values.items():
        SubElement(group, "property", name=name, value=_text(value))


def _output(case: Element, told: Mapping[str, str]) -> None:
    SubElement(case, "system-out").text = "\n".join(f"{name}: {_text(value)}" for name, value in told.items())


def _count(suite: Element, milliseconds: int) -> None:
    suite.set("tests", str(len(suite.findall("testcase"))))
    for counted, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(counted, str(len(suite.findall(f"testcase/{tag}"))))
    suite.set("time", f"{milliseconds / 1000:.3f}")


def _text(value: str) -> str:
    """Text that XML can hold, on one line."""
    return _NOT_XML.sub("\ufffd", printable(value))
