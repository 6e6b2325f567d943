"""The run in the formats of others: each says what the verdict file says, and a difference is found and named."""

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft7Validator
from trestle.oscal.assessment_results import AssessmentResults

from mpp_conformance.cli import cli
from mpp_conformance.report.exports import EXPORTS, ctrf, oscal, table
from mpp_conformance.report.verdict_file import document
from mpp_conformance.report.verdict_file.blame import BLAMES
from mpp_conformance.report.verdict_file.document import VerdictFileError
from tests.bundles import PART, run
from tests.reporting import HOSTILE, sample

CTRF = Draft7Validator(
    json.loads((Path(__file__).parents[1] / "data/ctrf/ctrf.schema.json").read_bytes()),
    format_checker=Draft7Validator.FORMAT_CHECKER,
)
"""The published schema, in the dialect that it names."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that fails, in all its forms."""
    made = run(tmp_path_factory.mktemp("runs"), "one", *PART, mpp="status-before-action-type")
    assert CliRunner().invoke(cli, ["report", "export", str(made)]).exit_code == 0
    return made


@pytest.fixture
def copied(folder: Path, tmp_path: Path) -> Path:
    """A copy of it that may be spoilt."""
    return Path(shutil.copytree(folder, tmp_path / "run"))


def test_the_table_holds_every_case_and_no_formula() -> None:
    """One row for each case, judged or not; a cell that a spreadsheet would run begins with an apostrophe."""
    verdicts = sample()
    verdicts["requirements"][0]["cases"][0]["reason"] = "=HYPERLINK(1)"
    rows = list(csv.DictReader(io.StringIO(table.render(verdicts).decode(), newline="")))
    assert [row["verdict"] for row in rows] == ["pass", "fail", "fail", "not applicable", "not judged"]
    assert [row["observed"] for row in rows] == ["", "", "yes", "", ""]
    assert next(row["reason"][:2] for row in rows) == "'="
    assert [name for row in rows for name, value in row.items() if value[:1] in ("=", "+", "-", "@")] == []


def test_the_ctrf_report_of_a_run_keeps_the_published_schema(folder: Path) -> None:
    """What a run is exported to breaks nothing that the format's own schema asks for."""
    made = json.loads((folder / ctrf.FILE).read_bytes())
    assert [error.message for error in CTRF.iter_errors(made)] == []


def test_the_published_schema_of_ctrf_refuses_what_is_none() -> None:
    """A status of ours, a member that the format does not know, and a count that is missing break it."""
    made = json.loads(ctrf.render(sample()))
    made["results"]["tests"][0]["status"] = "inconclusive"
    made["results"]["tests"][1]["verdict"] = "fail"
    del made["results"]["summary"]["other"]
    places = {tuple(error.absolute_path) for error in CTRF.iter_errors(made)}
    assert places == {("results", "summary"), ("results", "tests", 0, "status"), ("results", "tests", 1)}


def test_the_ctrf_report_keeps_its_specification() -> None:
    """The published schema is kept, and what is red to us is red to its readers."""
    made = json.loads(ctrf.render(sample()))
    assert [error.message for error in CTRF.iter_errors(made)] == []
    told = {test["tags"][0]: (test["status"], test["rawStatus"]) for test in made["results"]["tests"][:3]}
    assert told == {"R1": ("passed", "pass"), "R2": ("failed", "fail"), "R3": ("passed", "fail")}
    summary = made["results"]["summary"]
    assert [summary[status] for status in ctrf.STATUSES] == [2, 1, 1, 1, 0]


@pytest.mark.parametrize("verdict", ["fail", "inconclusive", "error"])
def test_whatever_is_no_pass_is_red_in_ctrf(verdict: str) -> None:
    """Proof that is missing, and a fault of the suite, are as red as a failure."""
    verdicts = sample()
    verdicts["requirements"][1]["cases"][0]["verdict"] = verdict
    assert json.loads(ctrf.render(verdicts))["results"]["tests"][1]["status"] == "failed"


def test_the_oscal_document_is_one(tmp_path: Path) -> None:
    """The model's own reader takes it; a case is an observation, a requirement that decides a finding."""
    path = tmp_path / "results.json"
    path.write_bytes(oscal.render(sample()))
    found = AssessmentResults.oscal_read(path)
    assert isinstance(found, AssessmentResults)
    (result,) = found.results
    states = {found["title"]: found["target"]["status"]["state"] for found in findings(sample())}
    assert sorted(finding.title for finding in result.findings or []) == sorted(states)
    assert (len(result.observations or []), states) == (3, {"R1": "not-satisfied", "R2": "not-satisfied"})
    assert HOSTILE not in path.read_text("ascii")


def test_the_reader_of_oscal_refuses_other_words(tmp_path: Path) -> None:
    """What this suite is judged by here does fail: a state that the model does not know is refused."""
    path = tmp_path / "results.json"
    path.write_bytes(oscal.render(sample()).replace(b'"not-satisfied"', b'"perhaps"'))
    with pytest.raises(Exception, match=r"perhaps|state|not-satisfied"):
        AssessmentResults.oscal_read(path)


def test_a_requirement_is_satisfied_only_if_all_of_it_was_judged() -> None:
    """Everything passed, and one case unjudged, satisfies nothing."""
    verdicts = sample()
    states = [finding["target"]["status"]["state"] for finding in findings(verdicts)]
    verdicts["requirements"][0]["applicable"] = 1
    then = [finding["target"]["status"]["state"] for finding in findings(verdicts)]
    assert (states[0], then[0]) == ("not-satisfied", "satisfied")


@pytest.mark.parametrize("name", ["csv", "ctrf", "gitlab", "junit", "oscal"])
def test_every_export_says_where_to_look_first(name: str) -> None:
    """Each of the five places that can be to blame stands with what did not pass, in every format."""
    for blame in BLAMES:
        verdicts = sample()
        verdicts["requirements"][1]["cases"][0]["blame"] = blame.upper()
        assert blame.upper() in EXPORTS[name].render(verdicts).decode()


def findings(verdicts: dict[str, Any]) -> Any:  # noqa: ANN401  # a document
    """The findings of the document."""
    return json.loads(oscal.render(verdicts))["assessment-results"]["results"][0]["findings"]


@pytest.mark.parametrize("name", sorted(EXPORTS))
def test_equal_verdict_files_make_equal_files(name: str) -> None:
    """Nothing of the time or the place of writing is in an export."""
    assert EXPORTS[name].render(sample()) == EXPORTS[name].render(sample())


@pytest.mark.parametrize("name", sorted(EXPORTS))
def test_what_is_no_verdict_file_is_refused(name: str) -> None:
    """A document that lacks what an export shows is told so, without a traceback."""
    with pytest.raises(VerdictFileError, match="this verdict file lacks what"):
        EXPORTS[name].render({})


# --- the recount ---


def test_all_forms_of_a_run_agree(folder: Path) -> None:
    """JUnit, CSV, CTRF, OSCAL, GitLab's, Allure and both pages tell of the same cases and verdicts."""
    told = CliRunner().invoke(cli, ["report", "check", str(folder)])
    assert (told.exit_code, told.output.splitlines()[-1]) == (0, "result   8 of 8 forms say what verdicts.json says")


def _in_json(edit: Callable[[Any], object]) -> Callable[[bytes], bytes]:
    def spoil(data: bytes) -> bytes:
        found = json.loads(data)
        edit(found)
        return json.dumps(found).encode()

    return spoil


def _greener(found: Any) -> None:  # noqa: ANN401  # a document
    test = next(test for test in found["results"]["tests"] if test["rawStatus"] == "fail")
    test["rawStatus"] = "pass"


def _one_less(found: Any) -> None:  # noqa: ANN401  # a document
    del found["assessment-results"]["results"][0]["observations"][0]


def _miscounted(found: Any) -> None:  # noqa: ANN401  # a document
    found["results"]["summary"]["failed"] -= 1


SPOILT: dict[str, tuple[str, Callable[[bytes], bytes], str]] = {
    "a row of the table": ("cases.csv", lambda data: data.replace(b",fail,", b",pass,", 1), "times, here it stands"),
    "a row too many": ("cases.csv", lambda data: data + data.splitlines(keepends=True)[1], "here it stands 2 times"),
    "a test": ("ctrf.json", _in_json(_greener), "times, here it stands"),
    "a summary": ("ctrf.json", _in_json(_miscounted), "its summary does not count its own tests"),
    "an observation": ("oscal-assessment-results.json", _in_json(_one_less), "here it stands 0 times"),
    "a colour": ("junit.xml", lambda data: data.replace(b"<failure", b"<system-out", 1), "cannot be read"),
    "a count": ("junit.xml", lambda data: data.replace(b'failures="', b'failures="9', 1), "its counts are not those"),
    "entities": ("junit.xml", lambda data: b"<!DOCTYPE x []>" + data, "it declares entities"),
    "no document": ("ctrf.json", lambda _: b"{", "cannot be read"),
}


@pytest.mark.parametrize("what", SPOILT)
def test_a_difference_in_a_form_is_named(copied: Path, what: str) -> None:
    """Each form is read as its readers read it, and what differs is named; the others still agree."""
    name, spoil, told = SPOILT[what]
    path = copied / name
    path.write_bytes(spoil(path.read_bytes()))
    said = CliRunner().invoke(cli, ["report", "check", str(copied)])
    lines = said.output.splitlines()
    assert (said.exit_code, [line.split()[-1] for line in lines if line.startswith("differs")]) == (1, [name])
    assert told in said.output
    assert lines[-1] == "result   7 of 8 forms say what verdicts.json says"


def test_a_difference_in_allures_results_is_named(copied: Path) -> None:
    """A result that is missing, and one of another colour, are found."""
    results = sorted((copied / "allure-results").glob("*-result.json"))
    results[0].unlink()
    said = CliRunner().invoke(cli, ["report", "check", str(copied)])
    assert (said.exit_code, "here it stands 0 times" in said.output) == (1, True)
    results[1].write_text(results[1].read_text().replace('"status": "passed"', '"status": "skipped"'))
    said = CliRunner().invoke(cli, ["report", "check", str(copied)])
    assert (said.exit_code, "differs  allure-results" in said.output) == (1, True)


def test_a_folder_without_a_run_is_told_so(tmp_path: Path) -> None:
    """No verdict file, no recount and no export."""
    for words in (["check"], ["export"]):
        said = CliRunner().invoke(cli, ["report", *words, str(tmp_path)])
        assert (said.exit_code, f"{document.FILE} cannot be read" in said.output) == (3, True)
