"""Waivers in the reports: each form shows them with the result before and after, and none turns green by them."""

import csv
import io
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import pytest
from trestle.oscal.assessment_results import AssessmentResults

from mpp_conformance.report.exports import EXPORTS, annotations, junit
from mpp_conformance.report.gate import decision
from mpp_conformance.report.gate.decision import GateFileError
from mpp_conformance.report.gate.outcome import NO_GATE, Gate
from mpp_conformance.report.pages import html, markdown
from mpp_conformance.report.verdict_file import document
from tests.reporting import HOSTILE, without_own_script
from tests.waiving import CHINESE, EXPIRED, PAST, UNTIL, WAIVED, gated, signed, verdicts

MPP: Final = "status-before-action-type"

# --- the file -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("made", [gated(), WAIVED, EXPIRED], ids=["none", "waived", "expired"])
def test_a_gate_file_is_derived_again(made: Gate) -> None:
    """What is read back is what was written, with the moment it was judged at, and not with today."""
    assert decision.read(decision.encode(made), verdicts()).told == made.told


def forged(**changes: object) -> bytes:
    """The file of the expired waiver with members changed."""
    return json.dumps({**EXPIRED.told, **changes}).encode()


def of_row(**changes: object) -> bytes:
    """The same with its waiver changed."""
    (told,) = EXPIRED.told["waivers"]
    return forged(waivers=[{**told, **changes}])


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (forged(after="open"), "'after': it does not follow"),
        (forged(before="conformant"), "'before': it does not follow"),
        (forged(left=[]), "'left': it does not follow"),
        (forged(at="2026-05-01T00:00:00+00:00"), "it does not follow"),
        (forged(digest="0" * 64), "'digest': it does not follow"),
        (forged(more=1), "'more': it does not follow"),
        (of_row(trouble=""), "'waivers': it does not follow"),
        (of_row(expires=UNTIL), "'waivers': it does not follow"),
        (of_row(cases=[]), "'waivers': it does not follow"),
        (of_row(reason=" "), "its waivers cannot be read: [[waiver]] 1 reason must say something"),
        (forged(owners={"alice": "x"}), "its waivers cannot be read: [owners] alice must be a public key"),
        (forged(waivers=3), "it cannot be read"),
        (forged(at=3), "it cannot be read"),
        (b"[]", "it cannot be read"),
        (b"\xff", "it cannot be read"),
        (b"[" * 100_000, "it cannot be read"),
    ],
    ids=[str(number) for number in range(16)],
)
def test_a_gate_file_that_says_another_thing_is_refused(data: bytes, told: str) -> None:
    """Result, moment, waiver, key: nothing is taken from the file that does not follow from what was signed."""
    with pytest.raises(GateFileError, match=re.escape(told)):
        decision.read(data, verdicts())


def test_a_gate_of_another_run_is_refused() -> None:
    """The same waivers on other verdicts come to something else."""
    other = {**verdicts(), "run": "another"}
    with pytest.raises(GateFileError, match="'run': it does not follow"):
        decision.read(decision.encode(WAIVED), other)


def test_a_waiver_that_excuses_counts_before_one_that_does_not() -> None:
    """A case with two waivers is waived by the sound one, wherever that stands."""
    made = gated(signed("R-2", "b", expires=PAST), signed("R-2", "b", ticket="PAY-2"))
    case = next(case for case in document.cases(verdicts()) if case["scenario"] == "b")
    assert (made.after(case), made.waived("R-2")) == ("waived", 1)
    assert made.words(case).startswith("PAY-2, is being mended; by alice until ")


# --- the forms ----------------------------------------------------------------------------------------------------


def test_the_result_of_a_report_stays_what_it_is() -> None:
    """With every failure waived, page and text still say that the wallet does not conform, and say what the gate is."""
    made = gated(signed("R-2", "b"), signed("R-2", "c"))
    page, short = html.render(verdicts(), gate=made), markdown.render(verdicts(), gate=made)
    assert (made.told["before"], made.told["after"]) == ("nonconformant", "open")
    assert '<div class="verdict nonconformant"><strong>does not conform</strong>' in page
    assert short.startswith("# does not conform\n")
    for text in (page, short):
        assert "Before the waivers: does not conform. After them, at 2026-06-01 12:00:00 UTC" in text
        assert text.count("the gate of a pipeline is open") >= 1


def as_html(made: Gate) -> str:
    """The page."""
    return html.render(verdicts(), gate=made)


def as_paper(made: Gate) -> str:
    """The page for paper."""
    return html.render(verdicts(), gate=made, form=html.Form.PAPER)


def as_card(made: Gate) -> str:
    """The card that Allure shows."""
    return html.card(verdicts(), list(document.cases(verdicts()))[1], None, gate=made)


def as_annotations(made: Gate) -> str:
    """What GitHub reads."""
    return "\n".join(annotations.github(verdicts(), made))


def exported(name: str) -> Callable[[Gate], str]:
    """An export as text."""
    return lambda made: EXPORTS[name].render(verdicts(), made).decode()


FORMS: Final[Mapping[str, Callable[[Gate], str]]] = {
    "html": as_html,
    "paper": as_paper,
    "card": as_card,
    "markdown": lambda made: markdown.render(verdicts(), gate=made),
    "github": as_annotations,
    **{name: exported(name) for name in EXPORTS},
}


@pytest.mark.parametrize("name", FORMS)
def test_every_form_shows_a_waiver_with_the_result_before_and_after(name: str) -> None:
    """Owner, reason, ticket and expiry stand in it, and that what failed is waived; without a gate, none of that."""
    made = gated(signed("R-2", "b"), signed("R-2", "c"))
    text, without = FORMS[name](made), FORMS[name](NO_GATE)
    for words in ("alice", "is being mended", "PAY-1", UNTIL, "fail", "waived"):
        assert words in text, words
    assert [words for words in ("alice", "PAY-1", ">waived<") if words in without] == []


@pytest.mark.parametrize("name", FORMS)
def test_every_form_says_why_a_waiver_excuses_nothing(name: str) -> None:
    """One that has expired is named, and what it was for is not waived."""
    text = FORMS[name](EXPIRED)
    assert "it expired at" in text
    assert not re.search(r"after: waived|waiver[_.-]after\W{1,12}waived|[1-9] waived", text)


@pytest.mark.parametrize("name", FORMS)
def test_what_an_owner_writes_means_only_itself(name: str) -> None:
    """A reason of markup and control characters makes no element, no colour and no further line."""
    text = FORMS[name](gated(signed("R-2", "b", reason=HOSTILE), signed("R-2", "c", reason=HOSTILE)))
    assert "alert(1)" in text
    assert [char for char in ("\x1b", "\u202e") if char in text] == []
    if name not in ("ctrf", "oscal", "csv", "gitlab", "github"):
        assert not re.search(r"(?<!\\)<script", without_own_script(text))


def test_a_formula_in_a_waiver_is_none_in_the_table() -> None:
    """A spreadsheet sees text."""
    text = exported("csv")(gated(signed("R-2", "b", ticket="=HYPERLINK(1)")))
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert rows[1]["waiver_ticket"] == "'=HYPERLINK(1)"


def test_what_is_waived_is_red_in_junit() -> None:
    """A failure stays one, so that nobody counts it for a pass; its output and its text tell of the waiver."""
    suite = ET.fromstring(junit.render(verdicts(), WAIVED))[0]  # noqa: S314  # our own
    assert (suite.get("failures"), len(suite.findall("testcase/failure"))) == ("2", 2)
    failed, other = suite.findall("testcase")[1:]
    told = junit.facts(failed)
    assert (told["waiver.before"], told["waiver.after"], told["waiver.ticket"]) == ("fail", "waived", "PAY-1")
    assert "waiver: PAY-1, " in str(failed.findall("failure")[0].text)
    assert [name for name in junit.facts(other) if "waiver" in name] == []


def test_what_is_waived_is_not_satisfied_in_oscal(tmp_path: Path) -> None:
    """The model's own reader takes the document, and the finding stays what it is."""
    made = gated(signed("R-2", "b", reason=" spaces around "), signed("R-2", "c"))
    path = tmp_path / "results.json"
    path.write_bytes(EXPORTS["oscal"].render(verdicts(), made))
    found = AssessmentResults.oscal_read(path)
    assert isinstance(found, AssessmentResults)
    (result,) = json.loads(path.read_bytes())["assessment-results"]["results"]
    states = {finding["title"]: finding["target"]["status"]["state"] for finding in result["findings"]}
    assert states == {"R-1": "satisfied", "R-2": "not-satisfied"}


def test_an_annotation_shows_what_nobody_excuses() -> None:
    """Of two failures the one that is not waived is shown, as an error; how many are waived is said."""
    lines = list(annotations.github(verdicts(), WAIVED))
    assert [line.partition(" ")[0] for line in lines] == ["::error", "::error"]
    assert (
        "test_n[c]: expected e; seen c (2 cases). Do R2. Look first at: MPP. 1 cases are waived; this one: not."
        in lines[1]
    )
    assert lines[0] == "::error title=mpp-conformance::does not conform; gate closed at 2026-06-01T12:00:00+00:00"


@pytest.mark.parametrize("made", [WAIVED, EXPIRED, gated()], ids=["waived", "expired", "none"])
def test_the_gate_is_told_in_chinese(made: Gate) -> None:
    """Page and text have the section, the result before and after, and the reason why a waiver excuses nothing."""
    for text in (html.render(verdicts(), {}, CHINESE, made), markdown.render(verdicts(), CHINESE, made)):
        assert "流水线门禁与豁免" in text
        assert "不符合" in text
        assert "it expired" not in text
        assert ("豁免已于 2026-05-31T00:00:00+08:00 到期" in text) is (made is EXPIRED)
