"""The page that people read: it says what the verdict file says, draws every conversation, and obeys nobody."""

import re
import shlex
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from mpp_conformance.cli import cli
from mpp_conformance.cli.exits import Exit
from mpp_conformance.judging.trace import Trace
from mpp_conformance.report.languages.language import ENGLISH
from mpp_conformance.report.pages import figures, html, statement
from mpp_conformance.report.pages.conversations import exchange
from mpp_conformance.report.pages.diagram import svg
from mpp_conformance.report.verdict_file import document, rerun_command
from mpp_conformance.report.verdict_file.document import VerdictFileError
from mpp_conformance.specimens import FAULTY
from tests import browser
from tests.commands import called
from tests.reporting import run_of, sample

Run = tuple[dict[str, Any], dict[str, Trace]]


class Page(HTMLParser):
    """Collects what a page says, and what it would load, run or lead to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loads: list[tuple[str, str | None]] = []
        self.ids: list[str] = []
        self.classes: list[str] = []
        self.text = ""
        self.feed(text)
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the tag, and attributes that lead elsewhere or run."""
        self.tags.append(tag)
        self.loads += [
            pair for pair in attrs if pair[0] in {"src", "href", "srcset", "style"} or pair[0].startswith("on")
        ]
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.classes += [value for name, value in attrs if name == "class" and value]

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self.text += f"{data} "

    @property
    def targets(self) -> list[str]:
        """Where its links lead within the page."""
        return [value[1:] for _, value in self.loads if value and value.startswith("#")]


@pytest.fixture(scope="module")
def spoilt() -> Run:
    """A run of an MPP that trims payloads."""
    return run_of(FAULTY["payload-trimmed"])


@pytest.fixture(scope="module")
def page(spoilt: Run) -> Page:
    """The page of that run."""
    return Page(html.render(*spoilt))


def failing(run: Run, requirement: str) -> dict[str, Any]:
    """The first case of a requirement that failed in a run."""
    return next(
        case for case in document.cases(run[0]) if case["requirement"] == requirement and case["verdict"] == "fail"
    )


# --- what it says -----------------------------------------------------------------------------------------------


def test_page_shows_and_never_obeys() -> None:
    """The page holds what there is to say, escapes what came from outside, and loads nothing from anywhere."""
    page = Page(html.render(sample()))
    assert not {"link", "img", "iframe", "object"} & set(page.tags)
    leading = {value for _, value in page.loads if not str(value).startswith("#")}
    assert leading == {"evidence/x-00000000.json", "verdicts.json"}
    for words in (
        "does not conform",
        "These requirements are not met: R2.",
        "Conformity of what was tested 0 of 2",
        "How many of this MPP's duties were tested 1 of 2 Duties of this MPP, requirements that decide: 2",
        "Cases judged: 3, on 2 conversations.",
        "a newer edition of the limits is known, 2024-03: in this run the simulated Alipay+ applied the amounts of",
        'set edition = "2024-03" under [limits] in wallet.toml',
        "Nothing is certified by this report.",
        "<script>alert(1)</script>\\x1b[31m\\u202e",
        "the wallet does not claim it",
        "not ours",
        "too late for c",
        "Workflow, Entry code, step 2",
        "observed only",
        "End of report r",
    ):
        assert words in page.text


@pytest.mark.parametrize("missing", ["requirements", "counts", "wallet", "limits", "strays", "boundaries", "claims"])
def test_page_of_an_unsound_file_is_refused(missing: str) -> None:
    """A verdict file that lacks what the page shows is refused in words."""
    made = sample()
    del made[missing]
    with pytest.raises(VerdictFileError, match="lacks what a report shows"):
        html.render(made)


def test_every_conversation_has_its_drawing(spoilt: Run, page: Page) -> None:
    """Each conversation that cases were judged on is drawn, and told in words, its own or another's."""
    assert page.classes.count("dia") == len(spoilt[1])
    words = page.text.count("essages in words")
    assert words == len(spoilt[1])
    assert {
        label for label in (trace.scenario.label for trace in spoilt[1].values()) if label not in page.text
    } == set()


def test_page_has_the_style_of_its_drawings_as_it_stands(spoilt: Run) -> None:
    """No rule of it is lost or changed on the way into the page: without it no missing arrow would be dashed."""
    assert svg.STYLE in html.render(*spoilt)


def test_every_link_within_the_page_leads_somewhere(page: Page) -> None:
    """Contents, cases and conversations lead to what is there, and no two places bear one name."""
    assert set(page.targets) - set(page.ids) == set()
    assert len(page.ids) == len(set(page.ids))


def test_conversation_without_evidence_is_listed_without_a_drawing(spoilt: Run) -> None:
    """What is not at hand is said to be so; the verdicts stand as they were."""
    page = Page(html.render(spoilt[0]))
    assert page.classes.count("dia") == 0
    assert page.text.count("Its evidence is not at hand") == len(spoilt[1])
    assert "These requirements are not met: SRV-4." in page.text


def test_what_went_wrong_comes_first(spoilt: Run) -> None:
    """Conversations that something went wrong in stand before the others."""
    text = html.render(*spoilt)
    found = re.findall('class="conversation"[^>]*><summary><span class="badge ([a-z]+)"', text)
    assert found == sorted(found)
    assert set(found) == {"fail", "pass"}


def test_card_tells_what_was_sent_received_and_where_they_part(spoilt: Run, page: Page) -> None:
    """A failure has its clause, what was sent and received, where they first part, the likely cause, and a repro."""
    case = failing(spoilt, "SRV-4")
    card = page.text.partition("fail SRV-4:")[2]
    for words in (
        "Clause Workflow, Entry code, steps 24-26, sentence 1",
        "Sent to the MPP 6. UserInitiatedPayAnswer (result_status",
        r"sdk_action_payload ' \tmpp-",
        "Received from it 7. ServerAnswer (action_type HANDLE_BY_SDK, sdk_action_payload",
        "First difference sdk_action_payload, byte 0",
        "Likely cause it was stripped of white space at its ends",
        f"Run it again {rerun_command.command(spoilt[0]['target'], case)}",
    ):
        assert words in card


def test_exchange_of_what_never_came_says_so() -> None:
    """Where a message is missing, the suite's last word is shown, and that nothing of the kind came."""
    run = run_of(FAULTY["handle-action-never"])
    case = failing(run, "OC-16")
    found = exchange(case, run[1][case["evidence"]], ENGLISH)
    assert found.sent.startswith("4. UserInitiatedPayAnswer (")
    assert found.received == ("nothing of the kind",)


@pytest.mark.parametrize(
    ("mpp", "requirement", "told"),
    [
        ("handle-action-never", "OC-16", "First difference HandleAction is missing"),
        ("handle-action-twice", "OC-16", "First difference HandleAction: more than one"),
        ("handle-action-for-entry-code", "EC-25", "First difference"),
    ],
)
def test_a_card_always_says_the_first_difference_and_the_likely_cause(mpp: str, requirement: str, told: str) -> None:
    """Where no text parts, the message and what is wrong with it are said; where no slip is known, that is."""
    run = run_of(FAULTY[mpp])
    case = failing(run, requirement)
    card = Page(html.card(run[0], case, run[1][case["evidence"]])).text
    assert told in card
    assert ("Likely cause no known slip explains it" in card) is (case["hint"] == "")


# --- the figures and the statement ------------------------------------------------------------------------------


def test_two_figures_are_never_summed(spoilt: Run) -> None:
    """How far what was tested conforms, and how many duties were tested, are each a share of its own whole."""
    counting = [row for row in spoilt[0]["requirements"] if row["counts"]]
    first, second = figures.conformity(spoilt[0], ENGLISH), figures.extent(spoilt[0], ENGLISH)
    assert first.value == f"{len(counting) - 1} of {len(counting)}"
    assert second.value == f"{len(counting)} of {len(counting)}"
    for bar in (*first.bars, *second.bars):
        assert round(sum(float(width) for _, _, width in bar.parts)) == 100


def test_every_row_of_the_ledger_is_a_duty_or_says_why_it_is_none(spoilt: Run) -> None:
    """Only what decides and applies is a duty; all other rows stand, by their kind, in a bar of their own."""
    rows = spoilt[0]["requirements"]
    absent = next(row["id"] for row in rows if row["counts"])
    rows = [{**row, "tested": False, "counts": False} if row["id"] == absent else row for row in rows]
    duties, others = figures.extent({**spoilt[0], "requirements": rows}, ENGLISH).bars
    own = sum(piece.count for piece in duties.pieces)
    assert own == sum(row["counts"] for row in rows)
    assert own + sum(piece.count for piece in others.pieces) == len(rows)
    excluded = [row for row in rows if row["excluded"]]
    documents = sum(row["actor"] == "the document itself" for row in excluded)
    assert [(piece.tone, piece.count) for piece in others.pieces] == [
        ("note", sum(row["tested"] and not row["counts"] for row in rows)),
        ("absent", 1),
        ("others", len(excluded) - documents),
        ("text", documents),
    ]


def test_a_part_that_passed_is_little_tested(spoilt: Run) -> None:
    """What was not judged is a duty that was not tested to the end, and is counted neither as tested nor as proven."""
    verdicts = {
        **spoilt[0],
        "requirements": [{**row, "judged": 0, "verdict": "none"} for row in spoilt[0]["requirements"]],
    }
    first, second = figures.conformity(verdicts, ENGLISH), figures.extent(verdicts, ENGLISH)
    duties = sum(row["counts"] for row in verdicts["requirements"])
    assert (first.value, second.value) == ("0 of 0", f"0 of {duties}")
    assert f"({duties} not tested to the end)" in figures.in_words(second, ENGLISH)


@pytest.mark.parametrize(
    ("overall", "verdict", "expected"),
    [
        (
            "conformant",
            "pass",
            "Every requirement that applies to this wallet and decides was judged on evidence, and is met.",
        ),
        ("nonconformant", "fail", "These requirements are not met: R1."),
        ("inconclusive", "inconclusive", "Nothing is certified: proof is missing for R1."),
        ("inconclusive", "pass", "Nothing is certified: not everything that applies was judged."),
        ("error", "error", "The suite itself is at fault, so that nothing is stated about the wallet."),
    ],
)
def test_statement_follows_the_result(overall: str, verdict: str, expected: str) -> None:
    """What is stated is what the verdict file says, by the requirements that decide."""
    rows = [{"id": "R1", "counts": True, "verdict": verdict}, {"id": "R2", "counts": False, "verdict": "fail"}]
    assert statement.statement({"overall": overall, "requirements": rows}, ENGLISH) == expected


def test_scope_is_what_the_wallet_claims() -> None:
    """Only claimed codes stand in the scope, and whether server and client could be told apart."""
    features = {"entry_code": True, "order_code": False, "app_link": False}
    found = statement.scope({"claims": {"features": features}}, ENGLISH)
    assert found.endswith(
        "after the upgrade: entry codes; MPP server and MPP client are judged by what comes out of both"
    )


# --- run it again -----------------------------------------------------------------------------------------------


def test_repro_judges_that_case_alone_with_the_same_verdict(spoilt: Run, tmp_path: Path) -> None:
    """The line of a failure card, typed as it stands, runs one case, which fails as it did."""
    case = failing(spoilt, "SRV-4")
    words = shlex.split(rerun_command.command(spoilt[0]["target"], case))
    assert words[0] == "mpp-conformance"
    ended = called(*words[1:], "--run", "r", cwd=tmp_path)
    assert ended.exit_code == Exit.FAILS, ended.output
    (found,) = document.cases(document.read((tmp_path / "reports/r/verdicts.json").read_bytes()))
    assert (found["case"], found["scenario"], found["verdict"]) == (case["case"], case["scenario"], "fail")


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("specimen:x", "--mpp specimen:x"),
        ("replay:a b", "--mpp 'replay:a b'"),
        ("http://127.0.0.1:1", "--wallet wallet.toml"),
        ("http:http://127.0.0.1:1", "--wallet wallet.toml"),
    ],
)
def test_repro_names_the_mpp_as_it_was_reached(target: str, expected: str) -> None:
    """A wallet over HTTP is named by its file; nothing in the line can start a second command."""
    case = {"case": "test_x", "scenario": "a'; rm -rf /"}
    line = rerun_command.command(target, case)
    assert line.startswith(f"mpp-conformance run {expected} -k ")
    assert shlex.split(line)[-1] == "test_x[a'; rm -rf /]"


# --- the command ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of the conforming MPP; not to be changed."""
    place = tmp_path_factory.mktemp("held")
    result = CliRunner().invoke(cli, ["run", "--mpp", "specimen:conforming", "--reports", str(place), "--run", "r"])
    assert result.exit_code == Exit.CONFORMS, result.output
    shutil.rmtree(place / "r/allure-results")
    return place / "r"


@pytest.fixture
def kept(held: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    return Path(shutil.copytree(held, tmp_path / "r"))


def test_page_can_be_made_once_more(kept: Path) -> None:
    """The page made from the folder is the one that the run left, byte for byte."""
    before = (kept / html.FILE).read_bytes()
    (kept / html.FILE).unlink()
    result = CliRunner().invoke(cli, ["report", "html", str(kept)])
    assert (result.exit_code, result.output) == (0, f"report       {kept / html.FILE}\n")
    assert (kept / html.FILE).read_bytes() == before


def test_evidence_that_was_changed_is_named_and_not_drawn(kept: Path) -> None:
    """A conversation whose evidence is not what the verdict file says has no drawing, and is named."""
    name = next(path.name for path in sorted((kept / "evidence").iterdir()))
    (kept / "evidence" / name).write_bytes(b"{}")
    result = CliRunner().invoke(cli, ["report", "html", str(kept)])
    assert f"evidence     {name}: its content is not what was written" in result.output
    assert (kept / html.FILE).read_text("utf-8").count("Its evidence is not at hand") == 1


@pytest.mark.parametrize("content", [None, b"", b"{}", b'{"format":"mpp-conformance verdicts 1"}'])
def test_folder_without_a_verdict_file_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """What is no run is refused in words, and nothing is written."""
    if content is not None:
        (tmp_path / "verdicts.json").write_bytes(content)
    result = CliRunner().invoke(cli, ["report", "html", str(tmp_path)])
    assert (result.exit_code, "verdicts.json" in result.output) == (Exit.CONFIGURATION, True)
    assert not (tmp_path / html.FILE).exists()


# --- in a browser -----------------------------------------------------------------------------------------------


@pytest.mark.chromium
def test_browser_opens_it_from_disk_and_asks_for_nothing(kept: Path) -> None:
    """Opened from disk the page asks for nothing else, reports no error, and unfolds what a link leads to."""
    with browser.page() as opened:
        opened.open(kept / html.FILE)
        assert (opened.outside, opened.errors, len(opened.requests)) == ([], [], 1)
        assert opened.ask("document.querySelectorAll('details.conversation:not([open])').length > 100") is True
        opened.ask("location.hash = document.querySelector('details.conversation > div').id")
        opened.until("document.querySelector('details.conversation').open")
        assert (
            opened.ask("document.querySelector('details.conversation svg').getBoundingClientRect().height > 100")
            is True
        )
        assert opened.errors == []


@pytest.mark.chromium
def test_browser_draws_by_the_style(tmp_path: Path) -> None:
    """As a browser draws it: labels stand in the middle, lifelines are faint, and what is missing is dashed."""
    page = tmp_path / "page.html"
    page.write_text(html.render(*run_of(FAULTY["handle-action-never"])), "utf-8")
    look = "getComputedStyle(document.querySelector('{}'))"
    with browser.page() as opened:
        opened.open(page)
        assert opened.ask(look.format(".dia text.h") + ".textAnchor") == "middle"
        assert opened.ask(look.format(".dia .missing") + ".strokeDasharray") == "7px, 4px"
        assert opened.ask(look.format(".dia .l") + ".stroke") != opened.ask(
            look.format(".dia path:not(.l)") + ".stroke"
        )


@pytest.mark.chromium
def test_page_is_no_wider_than_a_phone(kept: Path) -> None:
    """On a narrow screen text is broken, and only tables and drawings scroll by themselves."""
    with browser.page() as opened:
        opened.narrow(390)
        opened.open(kept / html.FILE)
        assert opened.ask("document.documentElement.scrollWidth") == 390


def test_bars_and_drawings_keep_their_meaning_without_a_style() -> None:
    """Nothing on the page takes its look from an attribute ``style``, and each piece of a bar has its own colour."""
    page = html.render(sample())
    assert re.findall(r"<[a-z]+ [^>]*\bstyle=", page) == []
    pieces = re.findall(r"<rect [^>]*>", page)
    assert (len(pieces) > 1, [piece for piece in pieces if ' fill="#' not in piece]) == (True, [])
    assert [bar for bar in re.findall(r'<svg class="bar"[^>]*>', page) if ' height="' not in bar] == []
