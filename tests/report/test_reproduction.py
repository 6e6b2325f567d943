"""Whatever a report says otherwise than it is made from is found, in every form and language, before it is signed."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from mpp_conformance.bundle import keys, pack
from mpp_conformance.cli import cli
from mpp_conformance.report.checks import reproduction
from mpp_conformance.report.run_folder import reading
from mpp_conformance.report.verdict_file import document
from mpp_conformance.report.verdict_file.document import VerdictFileError
from tests.bundles import PART, matrix, run


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that fails, with every export."""
    made = run(tmp_path_factory.mktemp("runs"), "one", *PART, mpp="status-before-action-type")
    assert CliRunner().invoke(cli, ["report", "export", str(made)]).exit_code == 0
    return made


@pytest.fixture
def place(failing: Path, tmp_path: Path) -> Path:
    """A copy of it that may be spoilt."""
    return Path(shutil.copytree(failing, tmp_path / "one"))


def differing(folder: Path) -> list[str]:
    """The forms that differ from what they are made from."""
    return [name for name, why in reproduction.differences(folder) if why]


def test_every_form_of_a_run_is_compared(failing: Path) -> None:
    """Pages and exports come out the same once more."""
    forms = ["cases.csv", "ctrf.json", "gl-code-quality-report.json", "junit.xml"]
    forms += ["oscal-assessment-results.json", "report.html", "report.md"]
    assert list(reproduction.differences(failing)) == [(name, "") for name in forms]


FORGERIES: dict[str, tuple[str, Callable[[str], str]]] = {
    "the result of the page": ("report.html", lambda page: page.replace("does not conform", "conforms")),
    "the result of the short page": ("report.md", lambda page: page.replace("does not conform", "conforms")),
    "one drawing": ("report.html", lambda page: page.replace("HANDLE_BY_SDK", "HANDLE_BY_URL", 1)),
    "a line of the short page less": ("report.md", lambda page: "".join(page.splitlines(keepends=True)[:-1])),
    "something behind the page": ("report.html", lambda page: page + "<p>conforms</p>"),
    "no text": ("report.html", lambda _: "\udcff"),
    "a severity": ("gl-code-quality-report.json", lambda text: text.replace("blocker", "info", 1)),
    "a reason in the table": ("cases.csv", lambda text: text.replace("expected", "wanted", 1)),
}


@pytest.mark.parametrize("what", FORGERIES)
def test_a_form_that_says_something_else_is_named(place: Path, what: str) -> None:
    """`report check` says which form differs, where, and what makes it anew; the others still agree."""
    name, forge = FORGERIES[what]
    path = place / name
    path.write_bytes(forge(path.read_text("utf-8")).encode("utf-8", "surrogateescape"))
    said = CliRunner().invoke(cli, ["report", "check", str(place)])
    lines = said.output.splitlines()
    assert (said.exit_code, [line.split()[-1] for line in lines if line.startswith("differs")]) == (1, [name])
    assert lines[-1] == "result   7 of 8 forms say what verdicts.json says"
    assert f"{place}` makes it anew" in said.output


def test_the_place_of_a_difference_is_told(place: Path) -> None:
    """The line, what the verdict file makes, and what stands there."""
    page = place / "report.md"
    page.write_text(page.read_text("utf-8").replace("# does not conform", "# conforms"), "utf-8")
    told = dict(reproduction.differences(place))["report.md"]
    assert told.startswith("line 1 is not what it is made from: first difference at byte 2: expected 'does not conform")
    assert "seen 'conforms" in told


def test_a_forged_page_is_not_signed(place: Path) -> None:
    """No bundle is made, and what makes the page anew is said; made anew, it is signed."""
    page = place / "report.html"
    page.write_text(page.read_text("utf-8").replace("does not conform", "conforms"), "utf-8")
    with pytest.raises(pack.PackError, match=r"report\.html: line .* `mpp-conformance report html .*` makes it anew"):
        pack.pack(place, keys.generate(), matrix())
    assert CliRunner().invoke(cli, ["report", "html", str(place), "--lang", "zh-CN"]).exit_code == 0
    assert pack.pack(place, keys.generate(), matrix())


def test_pages_are_accepted_in_every_language(place: Path) -> None:
    """A page in Chinese is held to the Chinese page."""
    for form in ("html", "markdown"):
        assert CliRunner().invoke(cli, ["report", form, str(place), "--lang", "zh-CN"]).exit_code == 0
    assert differing(place) == []
    page = place / "report.html"
    page.write_text(page.read_text("utf-8").replace("MUST", "MAY", 1), "utf-8")
    assert differing(place) == ["report.html"]


def test_pages_may_tell_of_the_gate_as_it_was_asked_before(place: Path) -> None:
    """`gate` dates its own file anew and no page; a page of a later date than that file's is no page of it."""
    gate = ["gate", str(place), "--waivers", str(place / "none.toml")]
    assert CliRunner().invoke(cli, gate).exit_code == 1
    assert differing(place) == []
    for form in ("html", "markdown"):
        assert CliRunner().invoke(cli, ["report", form, str(place)]).exit_code == 0
    at = json.loads((place / "gate.json").read_bytes())["at"]
    dated(place, "2999-01-01T00:00:00+00:00")
    assert differing(place) == []
    dated(place, "2001-01-01T00:00:00+00:00")
    assert differing(place) == ["report.html", "report.md"]
    dated(place, at)
    assert differing(place) == []


def dated(place: Path, at: str) -> None:
    """Let the gate of a run have been asked then."""
    told = json.loads((place / "gate.json").read_bytes())
    (place / "gate.json").write_text(json.dumps({**told, "at": at}))


def test_what_cannot_be_compared_is_named(place: Path) -> None:
    """Nothing is said of a PDF, nor of the page that Allure's generator makes; that is told, and is no difference."""
    for name in ("report.pdf", "report.zh-CN.pdf", "allure.html"):
        (place / name).write_bytes(b"anything")
    said = CliRunner().invoke(cli, ["report", "check", str(place)])
    unread = [line for line in said.output.splitlines() if line.startswith("unread")]
    assert (said.exit_code, [line.split()[1] for line in unread]) == (
        0,
        ["allure.html:", "report.pdf:", "report.zh-CN.pdf:"],
    )


def test_a_link_in_the_place_of_a_page_is_no_page(place: Path) -> None:
    """A page is read from a plain file only."""
    (place / "report.md").rename(place / "elsewhere.md")
    (place / "report.md").symlink_to(place / "elsewhere.md")
    assert differing(place) == ["report.md"]


@pytest.mark.parametrize("missing", ["requirements", "wallet"])
def test_a_verdict_file_that_lacks_what_is_shown_is_told_so(place: Path, missing: str) -> None:
    """No traceback where a form cannot be made."""
    made = reading.verdicts(place)
    del made[missing]
    (place / document.FILE).write_bytes(document.dump(made))
    with pytest.raises(VerdictFileError, match="lacks what"):
        list(reproduction.differences(place))
