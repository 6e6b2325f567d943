"""How the page is used: found in, gone through, sorted and read at any width, with its script and without it."""

import base64
import copy
import hashlib
import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any, Final

import pytest

from mpp_conformance import evidence
from mpp_conformance.judging.trace import Trace
from mpp_conformance.report.languages.language import ENGLISH
from mpp_conformance.report.pages import assurance, conversations, html
from mpp_conformance.report.verdict_file import document
from mpp_conformance.specimens import FAULTY
from mpp_conformance.specimens.kinds import KINDS
from tests import browser
from tests.reporting import run_of, sample

Run = tuple[dict[str, Any], dict[str, Trace]]
_WIDTHS: Final = (360, 480, 639, 641, 768, 900, 991, 993, 1100, 1215, 1217, 1280, 1440, 1600, 1920)
_CUT_OFF: Final = """[...document.querySelectorAll('.wide, .wide td, .wide th, dd, .figures > div, pre')]
    .filter(one => one.clientWidth && one.scrollWidth > one.clientWidth + 1).map(one => one.textContent.slice(0, 60))"""
_CHOOSE: Final = """(() => {{
    const one = document.querySelector('{}');
    one.value = {};
    one.dispatchEvent(new Event('input', {{ bubbles: true }}));
}})()"""
_SHOWN: Final = "[...document.querySelectorAll('{}')].filter(one => !one.hidden).length"


@pytest.fixture(scope="module")
def spoilt() -> Run:
    """A run of an MPP that trims payloads."""
    return run_of(FAULTY["payload-trimmed"])


@pytest.fixture(scope="module")
def text(spoilt: Run) -> str:
    """The page of that run."""
    return html.render(*spoilt)


@pytest.fixture(scope="module")
def file(text: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page on disk, and nothing beside it."""
    path = tmp_path_factory.mktemp("sent") / "report.html"
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def opened(file: Path) -> Iterator[browser.Page]:
    """The page in a browser."""
    with browser.page() as page:
        page.open(file)
        yield page


def failed(run: Run) -> list[dict[str, Any]]:
    """The cases of a run that did not pass."""
    return [case for case in document.cases(run[0]) if case["verdict"] != "pass"]


# --- the script -------------------------------------------------------------------------------------------------


def test_the_policy_names_the_one_script_by_its_digest(text: str) -> None:
    """The browser runs the script that came with the page, and no other; on paper there is none."""
    (script,) = re.findall("<script>(.*?)</script>", text, re.DOTALL)
    (policy,) = re.findall('http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}';" in policy
    assert text.count("<script") == 1
    assert "<script" not in html.render(sample(), form=html.Form.PAPER)


def test_what_looks_the_same_is_drawn_and_told_once(spoilt: Run, text: str) -> None:
    """No shape stands in the page twice; a conversation with a fault is told in its own words all the same."""
    shapes = re.findall(r'<g id="(d[0-9]+)"[^>]*>(.*?)</g></svg>', text)
    again = re.findall(r'<use href="#(d[0-9]+)"/>', text)
    assert len(shapes) == len({inside for _, inside in shapes})
    assert len(shapes) + len(again) == len(spoilt[1])
    assert set(again) <= {name for name, _ in shapes}
    failed = {case["evidence"] for case in document.cases(spoilt[0]) if case["verdict"] != "pass"}
    alike = [one for one in text.split('<details class="conversation"')[1:] if 'class="like"' in one]
    assert alike
    assert [name for name in failed if any(name in one for one in alike)] == []


@pytest.mark.chromium
def test_a_drawing_that_stands_elsewhere_in_the_page_is_seen(opened: browser.Page) -> None:
    """What looks the same is drawn once, and is seen in every conversation, also where the first one is hidden."""
    height = """(() => {
        const again = document.querySelector('use'), first = document.querySelector(again.getAttribute('href'));
        for (let up = again.parentElement; up; up = up.parentElement) if (up.matches('details')) up.open = true;
        first.closest('details.conversation').hidden = true;
        const box = again.getBoundingClientRect();
        return [box.height > 100, getComputedStyle(first.querySelector('path')).strokeWidth === '1.3px'];
    })()"""
    assert opened.ask(height) == [True, True]


def test_nothing_is_hidden_from_who_runs_no_script(text: str) -> None:
    """Without the script only its own form is hidden."""
    assert re.findall(r"<([a-z]+) [^>]*\shidden[\s>]", text) == ["details"]
    assert '<details id="filter" role="search" hidden>' in text


# --- from one place to the next ---------------------------------------------------------------------------------


def test_requirement_card_and_conversation_lead_to_each_other(spoilt: Run, text: str) -> None:
    """From the row of the requirement to the card, from the card to the conversation, and from there back to both."""
    case = failed(spoilt)[0]
    row = text.partition(f'<tr id="{case["requirement"]}"')[2].partition("</tr>")[0]
    name = row.partition('href="#card-')[2].partition('"')[0]
    card = text.partition(f'<article id="card-{name}"')[2].partition("</article>")[0]
    (place,) = set(re.findall('href="#(c[0-9]+)"', card))
    held = text.partition(f'<div id="{place}">')[2].partition('<details class="conversation"')[0]
    assert f'href="#{case["requirement"]}"' in card
    assert f'href="#{case["requirement"]}-help"' in card
    assert f'href="#{case["requirement"]}"' in held
    assert f'href="#card-{name}"' in held


def test_each_case_that_did_not_pass_has_its_card(spoilt: Run, text: str) -> None:
    """As many cards with a name as such cases."""
    assert len(re.findall('<article id="card-[0-9]+"', text)) == len(failed(spoilt))


def test_what_to_do_stands_in_the_page(spoilt: Run, text: str) -> None:
    """What a conforming MPP does, the mistakes of known faulty MPPs, and a conversation of this run that went right."""
    case = failed(spoilt)[0]
    told = text.partition(f'<div id="{case["requirement"]}-help">')[2].partition("</div>")[0]
    assert case["purpose"] in told
    assert "text changed on the way (" in told
    assert "Went right in this run</dt><dd><a href" in told


def test_mistakes_are_those_of_known_mpps_that_name_the_requirement() -> None:
    """The commonest kind comes first, and each has as many MPPs as have it."""
    found = assurance.mistakes("SRV-4")
    names = [name for name, specimen in FAULTY.items() if "SRV-4" in specimen.breaks]
    assert [count for _, count in found] == sorted((count for _, count in found), reverse=True)
    assert found[0][1] == sum(KINDS[name] == found[0][0] for name in names)


def test_every_requirement_that_decides_says_which_mpps_it_fails(spoilt: Run, text: str) -> None:
    """The kill matrix of this build in short: known faulty MPPs for each, and none without."""
    found = assurance.killers(spoilt[0])
    assert [one.requirement for one in found] == [row["id"] for row in spoilt[0]["requirements"] if row["counts"]]
    assert [one.requirement for one in found if not one.faulty or not one.faults] == []
    table = text.partition("Faulty MPPs that break it</th>")[2].partition("</table>")[0]
    assert re.findall(r'<a href="#([A-Z0-9-]+)">', table) == [one.requirement for one in found]


# --- alone, without the files beside it -------------------------------------------------------------------------


def test_short_evidence_of_what_went_wrong_is_in_the_page(spoilt: Run) -> None:
    """All that stands in the file, where that is not long; of what passed, and of what was changed, none."""
    verdicts, traces = copy.deepcopy(spoilt[0]), spoilt[1]
    files = {name: evidence.encode(evidence.document(trace)) for name, trace in traces.items()}
    for case in (case for row in verdicts["requirements"] for case in row["cases"]):
        case["evidence_digest"] = hashlib.sha256(files[case["evidence"]]).hexdigest()
    short = {name for name, data in files.items() if len(data) <= conversations._LONGEST}
    bad = {case["evidence"] for case in failed(spoilt)} & short
    assert bad != set()
    shown = [
        json.loads(unescape(text)) for text in re.findall("<pre>(.*?)</pre>", html.render(verdicts, traces), re.DOTALL)
    ]
    assert {name for name, data in files.items() if json.loads(data) in shown} == bad
    assert "<pre>" not in html.render(*spoilt)


def test_a_card_leads_to_its_evidence_within_the_page(text: str) -> None:
    """Whoever was sent the page alone follows no dead link from a card; only conversations name the file beside it."""
    cards = re.findall("<article.*?</article>", text, re.DOTALL)
    assert [card for card in cards if 'href="evidence/' in card] == []


# --- for whoever was not there ----------------------------------------------------------------------------------


def test_page_says_who_reported_what() -> None:
    """Each point with who stands there and what is attested; where nobody does, that nothing is judged."""
    made = sample()
    made["claims"]["observes"]["user"] = {"by": "person", "complete": False, "counted": False, "ordered": True}
    made["claims"]["observes"]["client_sdk"] = {"by": "nobody", "complete": False, "counted": False, "ordered": False}
    told = {one.point: (one.by, one.attested) for one in assurance.witnesses(made, ENGLISH)}
    assert told["what the consumer does and sees"] == ("a person, by hand", "in order")
    assert told["calls of the MPP client to the Alipay+ client SDK"] == ("nobody: nothing there is judged", "no")
    assert len(told) == 4


def test_page_says_what_a_faulty_mpp_comes_to_and_how_to_verify(text: str) -> None:
    """The number of known faulty MPPs of this build, and the commands that show it and verify the rest."""
    assert f"This suite comes with {len(FAULTY)} MPPs that have one known fault each" in text
    for command in ("matrix", "rejudge reports/", "report check reports/", "verify "):
        assert f"<code>mpp-conformance {command}" in text


# --- in a browser -----------------------------------------------------------------------------------------------


@pytest.mark.chromium
def test_no_column_is_cut_off_at_any_width(opened: browser.Page) -> None:
    """From a phone to a large screen, tables, figures and cards have their whole width on the page."""
    opened.ask("document.querySelectorAll('td details, .more').forEach(one => { one.open = true })")
    for width in _WIDTHS:
        opened.narrow(width)
        assert (width, opened.ask("document.documentElement.scrollWidth"), opened.ask(_CUT_OFF)) == (width, width, [])


@pytest.mark.chromium
def test_contents_stay_in_sight(opened: browser.Page) -> None:
    """Far down the page its contents are still there, at the side or, on a narrow screen, at the top."""
    for width in (360, 1280):
        opened.narrow(width)
        opened.ask("document.getElementById('particulars').scrollIntoView()")
        assert opened.ask("scrollY > 1000 && document.querySelector('nav a').getBoundingClientRect().top >= 0") is True


@pytest.mark.chromium
def test_filters_and_search_find_what_is_asked_for(opened: browser.Page, spoilt: Run) -> None:
    """By verdict, actor, clause, conversation and words, together; a link leads to what they hide, and shows it."""
    choose = _CHOOSE.format
    by = "[data-by={}]".format
    rows = spoilt[0]["requirements"]
    opened.ask(choose(by("verdict"), "'fail'"))
    assert opened.ask(_SHOWN.format("article[data-verdict]")) == len(failed(spoilt))
    assert opened.ask(_SHOWN.format("#requirements tr[id]")) == sum(row["verdict"] == "fail" for row in rows)
    assert opened.ask("document.getElementById('limits').hidden") is True
    assert opened.ask("document.getElementById('shown').value").endswith(" shown")

    opened.ask(choose(by("actor"), "'MPP client'"))
    assert opened.ask(_SHOWN.format("article[data-verdict]")) == 0
    opened.ask("location.hash = 'EC-1'")
    opened.until("!document.getElementById('EC-1').hidden")
    assert opened.ask(_SHOWN.format("article[data-verdict]")) == len(failed(spoilt))

    opened.ask(choose(by("clause"), "'Highlights'"))
    assert opened.ask(_SHOWN.format("#requirements tr[id]")) == sum(
        not row["excluded"] and row["clauses"][0]["part"] == "Highlights" for row in rows
    )
    opened.ask("document.getElementById('reset').click()")
    opened.ask(choose("#words", "'srv-4 entry-blanks-at-both-ends'"))
    assert opened.ask(_SHOWN.format("details.conversation")) == 1
    opened.ask("document.getElementById('reset').click()")
    opened.ask(choose(by("conversation"), "document.querySelector('details.conversation > div').id"))
    assert opened.ask(_SHOWN.format("details.conversation")) == 1
    assert opened.errors == []


@pytest.mark.chromium
def test_tables_are_sorted_by_a_column(opened: browser.Page) -> None:
    """One click sorts up, the next down, amounts by their size; the heading says which."""
    head = "document.querySelectorAll('#limits thead tr')[0].cells[2]"
    cells = "[...document.querySelectorAll('#limits tbody')[0].rows].map(row => row.cells[2].textContent)"
    for way, reverse in (("ascending", False), ("descending", True)):
        opened.ask(f"{head}.querySelector('button').click()")
        found = [float(cell.replace(",", "")) for cell in opened.ask(cells)]
        assert (found, opened.ask(f"{head}.getAttribute('aria-sort')")) == (sorted(found, reverse=reverse), way)
