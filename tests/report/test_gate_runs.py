"""Runs with waivers: every form of them tells of the gate, and is made anew after another one."""

import json
import shutil
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner

from mpp_conformance.bundle import keys
from mpp_conformance.cli import cli
from mpp_conformance.common import canonical
from mpp_conformance.report.allure.reproduction import RemakingError, write_anew
from mpp_conformance.report.checks import recount, rejudgement
from mpp_conformance.report.gate import decision
from mpp_conformance.report.gate.waivers import Waiver
from mpp_conformance.report.languages.language import ENGLISH
from mpp_conformance.report.pages import html
from mpp_conformance.report.run_folder import reading
from mpp_conformance.report.verdict_file import document
from tests.bundles import PART, run
from tests.waiving import CHINESE, KEY, UNTIL, signed, verdicts

MPP: Final = "status-before-action-type"


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
    assert rejudgement.rejudged(place).differences == ["gate.json: 'after': not what its waivers and this run give"]
    for words in (["html"], ["markdown"], ["export"], ["annotate"], ["check"]):
        refused = CliRunner().invoke(cli, ["report", *words, str(place)])
        assert (refused.exit_code, "not what its waivers and this run give" in refused.output) == (3, True)


def test_a_later_gate_shows_when_the_forms_are_made_anew(failing: Path, tmp_path: Path) -> None:
    """Another file closes the gate to all of it; the forms differ until they are made once more, Allure's too."""
    place = copied(failing, tmp_path)
    page = (place / html.FILE).read_bytes()
    nothing = str(tmp_path / "none.toml")

    def call(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli, list(words))
        return done.exit_code, done.output

    code, told = call("gate", str(place), "--waivers", nothing)
    assert (code, "make them again with `report html`" in told) == (1, True)
    assert "make them again" not in call("gate", str(place), "--waivers", nothing)[1]
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
    write_anew(place, ENGLISH)
    assert {path.name: path.read_bytes() for path in results.iterdir()} == before
    assert CliRunner().invoke(cli, ["gate", str(place), "--waivers", str(tmp_path / "none.toml")]).exit_code == 1
    write_anew(place, CHINESE)
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
        write_anew(place, ENGLISH)


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
