"""Waivers in the reports: each form shows them with the result before and after, and none turns green by them."""

import base64
import csv
import io
import json
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner
from trestle.oscal.assessment_results import AssessmentResults

from mpp_conformance.bundle import keys
from mpp_conformance.cli import cli
from mpp_conformance.common import canonical
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.report.allure.reproduction import RemakingError, remade
from mpp_conformance.report.checks import recount, rejudgement
from mpp_conformance.report.exports import EXPORTS, annotations, junit
from mpp_conformance.report.gate import decision
from mpp_conformance.report.gate.decision import GateFileError
from mpp_conformance.report.gate.outcome import NO_GATE, Gate
from mpp_conformance.report.gate.waivers import Waiver, WaiverFile
from mpp_conformance.report.languages.language import ENGLISH, language
from mpp_conformance.report.pages import html, markdown
from mpp_conformance.report.run_folder import reading
from mpp_conformance.report.verdict_file import document
from tests.bundles import PART, run
from tests.reporting import HOSTILE, M1, M2, facts, folded, judged, row

KEY: Final = keys.generate()
NOW: Final = datetime(2026, 6, 1, 12, tzinfo=UTC)
UNTIL: Final = "2099-12-31T00:00:00+08:00"
PAST: Final = "2026-05-31T00:00:00+08:00"
MPP: Final = "status-before-action-type"


def signed(requirement: str, seen: str, **changes: str) -> Waiver:
    """A waiver that alice has signed."""
    told = {"case": "", "owner": "alice", "reason": "is being mended", "ticket": "PAY-1", "expires": UNTIL, **changes}
    waiver = Waiver(requirement=requirement, seen=seen, signature="", **told)
    return replace(waiver, signature=base64.b64encode(KEY.sign(waiver.signed)).decode())


def of(*waivers: Waiver) -> WaiverFile:
    """A file of them."""
    return WaiverFile({"alice": KEY.public_key()}, waivers)


def verdicts() -> dict[str, Any]:
    """A run in which R-1 passed, and R-2 failed on two conversations."""
    first, second = (replace(stated, id=name) for stated, name in ((M1, "R-1"), (M2, "R-2")))
    results = [judged(row(first, "a"), Verdict.PASS)]
    results += [judged(row(second, label), Verdict.FAIL, seen=label) for label in ("b", "c")]
    return document.document(folded(results), facts([result.planned for result in results]))


def gated(*waivers: Waiver) -> Gate:
    """The gate of that run by these waivers."""
    return decision.judged(verdicts(), of(*waivers), NOW)


WAIVED: Final = gated(signed("R-2", "b", reason=HOSTILE))
EXPIRED: Final = gated(signed("R-2", "b", expires=PAST))
CHINESE: Final = language("zh-CN")


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
    return html.render(verdicts(), gate=made, printed=True)


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
        assert not re.search(r"(?<!\\)<script", text)


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
        assert "流水线关卡与豁免" in text
        assert "不符合" in text
        assert "it expired" not in text
        assert ("豁免已于 2026-05-31T00:00:00+08:00 到期" in text) is (made is EXPIRED)


# --- a run --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that fails, with a file that waives all of it beside it, all forms of it, and its Allure results."""
    place = tmp_path_factory.mktemp("gates")
    first = reading.verdicts(run(place, "first", *PART, mpp=MPP))
    red = [case for case in document.cases(first) if case["verdict"] != "pass" and not case["observed"]]
    told = [signed(name, seen) for name, seen in sorted({(case["requirement"], case["seen"]) for case in red})]
    (place / "waivers.toml").write_text(toml(told), "utf-8")
    made = run(place, "one", "--waivers", "waivers.toml", *PART, mpp=MPP)
    assert CliRunner().invoke(cli, ["report", "export", str(made)]).exit_code == 0
    return made


def copied(made: Path, place: Path) -> Path:
    """The run at another place."""
    return Path(shutil.copytree(made, place / made.name))


def toml(rows: list[Waiver]) -> str:
    """A file of waivers."""
    lines = ["[owners]", f"alice = {json.dumps(keys.public_text(KEY).strip())}"]
    for waiver in rows:
        lines += ["[[waiver]]", *(f"{name} = {json.dumps(value)}" for name, value in waiver.told.items())]
    return "\n".join(lines) + "\n"


def test_a_run_tells_of_its_waivers_in_every_form(failing: Path) -> None:
    """Each form has what gate.json has; the verdicts are derived again, and the result is what it was."""
    told = json.loads((failing / decision.FILE).read_bytes())
    assert (told["before"], told["left"], {row["trouble"] for row in told["waivers"]}) == ("nonconformant", [], {""})
    assert [(name, found) for name, found in recount.forms(failing) if found] == []
    assert len(list(recount.forms(failing))) == 5
    assert rejudgement.rejudged(failing).differences == []
    assert reading.verdicts(failing)["overall"] == "nonconformant"


def test_allure_knows_what_is_waived(failing: Path) -> None:
    """A result stays failed, is marked as known, and bears the waiver in its labels and on its card."""
    results = [json.loads(path.read_bytes()) for path in (failing / "allure-results").glob("*-result.json")]
    known = [result for result in results if result["statusDetails"].get("known")]
    assert {result["status"] for result in known} == {"failed", "broken"}
    labels = {label["name"]: label["value"] for label in known[0]["labels"]}
    assert (labels["waiver-after"], labels["waiver-owner"]) == ("waived", "alice")
    assert labels["waiver-before"] == labels["verdict"]
    (card,) = (place["source"] for place in known[0]["attachments"] if place["type"] == "text/html")
    assert "PAY-1, is being mended" in (failing / "allure-results" / card).read_text("utf-8")
    assert "gate.after=closed" in (failing / "allure-results/environment.properties").read_text("utf-8")


@pytest.mark.parametrize("form", ["junit.xml", "cases.csv", "ctrf.json", "oscal-assessment-results.json"])
def test_a_form_that_hides_a_waiver_is_named(failing: Path, tmp_path: Path, form: str) -> None:
    """The recount finds a case that a form tells without its waiver, or with another expiry."""
    place = copied(failing, tmp_path)
    text = (place / form).read_text("utf-8")
    (place / form).write_text(text.replace(UNTIL, "2100-01-01T00:00:00+00:00"), "utf-8")
    assert text.count(UNTIL) > 0
    assert [name for name, found in recount.forms(place) if found] == [form]


def test_a_gate_that_was_edited_is_named_by_all(failing: Path, tmp_path: Path) -> None:
    """The command rejudge names it, and no report is made of it; none of them ends with a traceback."""
    place = copied(failing, tmp_path)
    told = json.loads((place / decision.FILE).read_bytes())
    (place / decision.FILE).write_text(json.dumps({**told, "after": "open"}))
    assert rejudgement.rejudged(place).differences == [
        "gate.json: 'after': it does not follow from its waivers and this run"
    ]
    for words in (["html"], ["markdown"], ["export"], ["annotate"], ["check"]):
        refused = CliRunner().invoke(cli, ["report", *words, str(place)])
        assert (refused.exit_code, "it does not follow from its waivers" in refused.output) == (3, True)


def test_a_later_gate_shows_when_the_forms_are_made_anew(failing: Path, tmp_path: Path) -> None:
    """Another file closes the gate to all of it; the forms differ until they are made once more, Allure's too."""
    place = copied(failing, tmp_path)
    page = (place / html.FILE).read_bytes()
    nothing = str(tmp_path / "none.toml")

    def call(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli, list(words))
        return done.exit_code, done.output

    code, told = call("gate", str(place), "--waivers", nothing)
    assert (code, "`allure` make them anew" in told) == (1, True)
    assert "make them anew" not in call("gate", str(place), "--waivers", nothing)[1]
    assert call("report", "check", str(place))[0] == 1
    for form in ("html", "markdown", "export"):
        assert call("report", form, str(place))[0] == 0
    assert (place / html.FILE).read_bytes() != page
    assert [name for name, found in recount.forms(place) if found] == ["allure-results"]


def test_allures_results_are_made_anew_from_the_folder(failing: Path, tmp_path: Path) -> None:
    """They are what the run wrote, byte by byte; after another gate, or in Chinese, they say so."""
    place = copied(failing, tmp_path)
    results = place / "allure-results"
    before = {path.name: path.read_bytes() for path in results.iterdir()}
    remade(place, ENGLISH)
    assert {path.name: path.read_bytes() for path in results.iterdir()} == before
    assert CliRunner().invoke(cli, ["gate", str(place), "--waivers", str(tmp_path / "none.toml")]).exit_code == 1
    remade(place, CHINESE)
    assert [name for name, found in recount.forms(place) if name == "allure-results" and found] == []
    texts = [path.read_text("utf-8") for path in results.glob("*-card-attachment.html")]
    assert [text for text in texts if "可能原因" not in text or "PAY-1" in text] == []


def test_allures_results_of_other_suites_stay_as_they_are(failing: Path, tmp_path: Path) -> None:
    """What these suites would say of a requirement may be another thing than was judged."""
    place = copied(failing, tmp_path)
    verdicts_of = json.loads((place / document.FILE).read_bytes())
    verdicts_of["suite"]["digest"] = "0" * 64
    (place / document.FILE).write_bytes(canonical.dump(verdicts_of))
    (place / decision.FILE).unlink()
    with pytest.raises(RemakingError, match="judged by other suites"):
        remade(place, ENGLISH)


def test_a_wrong_file_of_waivers_stops_a_run_before_it_begins(tmp_path: Path) -> None:
    """Exit code 3, in the words of the file, and no folder is made."""
    (tmp_path / "waivers.toml").write_text("x = ")
    words = ["run", "--mpp", "specimen:conforming", "--waivers", str(tmp_path / "waivers.toml")]
    told = CliRunner().invoke(cli, [*words, "--reports", str(tmp_path / "reports")])
    assert (told.exit_code, "waivers.toml: it is not TOML" in told.output) == (3, True)
    assert not (tmp_path / "reports").exists()


def test_a_gate_of_no_verdict_file_is_none(tmp_path: Path) -> None:
    """Without gate.json there is nothing to tell; a link in its place is refused."""
    (tmp_path / document.FILE).write_bytes(canonical.dump(verdicts()))
    assert not reading.gate_of(tmp_path, verdicts())
    (tmp_path / decision.FILE).symlink_to(tmp_path / document.FILE)
    with pytest.raises(reading.KeptError, match="no such plain file"):
        reading.gate_of(tmp_path, verdicts())
