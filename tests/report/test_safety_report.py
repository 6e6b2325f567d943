"""Findings and silences in every form of the report: nobody overlooks the first, and the second accuse nobody."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mpp_conformance.judging import safety
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.protocol.faults import FAULTS
from mpp_conformance.report.languages.language import language
from mpp_conformance.report.pages import html, markdown, terminal
from mpp_conformance.specimens import SPECIMENS
from tests.report.test_report_forms import SCHEMA
from tests.reporting import folded, judged, row, run_of, stated

TITLE = "Money: look at this first"
SILENT = "How this wallet behaves where the documents are silent"


@cache
def verdicts(name: str) -> dict[str, Any]:
    """The verdict file of a run with a known MPP."""
    made: dict[str, Any] = json.loads(json.dumps(run_of(SPECIMENS[name])[0]))
    return made


@pytest.mark.parametrize("name", ["conforming", "each-call-paid", "missing-payload-paid", "answers-never-verified"])
def test_the_verdict_file_keeps_its_schema(name: str) -> None:
    """With findings and without."""
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(verdicts(name))] == []


def test_the_schema_knows_every_finding_and_reading() -> None:
    """Programs can rely on the words."""
    assert SCHEMA["$defs"]["finding"]["properties"]["finding"]["enum"] == list(safety.FINDINGS)
    assert SCHEMA["$defs"]["silence"]["properties"]["reading"]["enum"] == list(safety.READINGS)


def test_a_finding_leads_to_its_evidence() -> None:
    """Conversation, payment, messages, file."""
    made, traces = run_of(SPECIMENS["each-call-paid"])
    first = made["findings"][0]
    assert first["finding"] == safety.DEBITED_TWICE
    numbers = {event.number for event in traces[first["evidence"]].of(first["payment"])}
    assert set(first["events"]) <= numbers


def test_findings_do_not_decide() -> None:
    """Who debits twice is told so first; what the run comes to rests on the requirements."""
    made = verdicts("own-order-paid-anew")
    assert (bool(made["findings"]), made["overall"]) == (True, "conformant")


def test_what_needs_a_look_stands_first() -> None:
    """Silences come in the order of their readings; every one of them has its conversation and its evidence."""
    rows = verdicts("no-answer-hangs")["silences"]
    places = [list(safety.READINGS).index(row["reading"]) for row in rows]
    assert places == sorted(places)
    assert [row["unsafe"] for row in rows] == sorted((row["unsafe"] for row in rows), reverse=True)
    assert [row for row in rows if not (row["scenario"] and row["evidence"])] == []


def test_the_page_says_it_before_anything_else() -> None:
    """On the cover, and in the first section, each finding with the way to its evidence."""
    page = html.render(verdicts("missing-payload-paid"))
    assert 0 < page.index('class="notice grave" role="alert"') < page.index(">Requirements</h2>")
    assert page.index(f"<h2>{TITLE}</h2>") < page.index("<h2>What did not pass</h2>")
    assert page.count(safety.DEBITED_WITH_SDK) > 1


def test_the_text_says_it_before_anything_else() -> None:
    """One line for each kind of finding."""
    text = markdown.render(verdicts("missing-payload-paid"))
    assert text.index(f"## {TITLE}") < text.index("## What did not pass")
    assert text.count("- **debited with ") == 1
    assert "- **debited with HANDLE_BY_SDK**, entry-payload-missing (8 more): " in text


@pytest.mark.parametrize("render", [html.render, markdown.render], ids=["html", "markdown"])
def test_silences_have_a_section_of_their_own(render: Callable[[Mapping[str, Any]], str]) -> None:
    """What Alipay+ did, and what the wallet did; nothing of money where there is no finding."""
    page = render(verdicts("conforming"))
    assert (SILENT in page, TITLE in page) == (True, False)
    assert "told of a failure" in page


def test_the_text_tells_once_what_came_out_alike() -> None:
    """A row for each fault, reading and number of calls, which names a conversation and counts the others."""
    rows = verdicts("conforming")["silences"]
    text = markdown.render(verdicts("conforming"))
    _, _, section = text.partition(f"## {SILENT}")
    section, _, _ = section.partition("\n## ")
    openings = tuple({f"| {row['does'].split()[0]} " for row in rows})
    lines = [line for line in section.splitlines() if line.startswith(openings)]
    kinds = {(row["does"], row["reading"], row["calls"]) for row in rows}
    broken = [row for row in rows if row["fault"] == "answer-illegal"]
    (line,) = [line for line in lines if broken[0]["does"] in line]
    assert len(lines) == len(kinds)
    assert f"({len(broken) - 1} more)" in line


def test_the_page_tells_once_what_came_out_alike_behind_the_requirements() -> None:
    """A row for each kind, which names every conversation of it; the requirements come first."""
    rows = verdicts("conforming")["silences"]
    before, _, section = html.render(verdicts("conforming")).partition('<section id="silences">')
    section, _, _ = section.partition("</section>")
    assert '<section id="requirements">' in before
    assert (
        section.count("<tr data-verdict=")
        == len({(row["does"], row["reading"], row["calls"]) for row in rows})
        < len(rows)
    )
    assert [row["scenario"] for row in rows if row["scenario"] not in section] == []


@pytest.mark.parametrize("render", [html.render, markdown.render], ids=["html", "markdown"])
def test_a_run_without_faults_has_no_such_section(render: Callable[[Mapping[str, Any]], str]) -> None:
    """Where nothing was asked, nothing is told."""
    page = render({**verdicts("conforming"), "silences": []})
    assert SILENT not in page


def test_the_terminal_says_it_first() -> None:
    """One line for each kind of finding, before anything else that sums up the run."""
    outcome = folded([judged(row(stated("R1")), Verdict.PASS)])
    made = verdicts("missing-payload-paid")["findings"]
    lines = list(terminal.summary(outcome, (), target="t", edition="2024-03", findings=made))
    assert lines[:2] == [
        f"MONEY        {safety.DEBITED_WITH_SDK}, in 9 conversations, {made[0]['scenario']} for one",
        "target       t",
    ]


def test_every_word_of_it_has_its_chinese() -> None:
    """Whatever a wallet does, its report can be read in either language."""
    told = [fault for fault in FAULTS.values() if fault.basis in {"silent", "derived"}]
    words = [*safety.FINDINGS, *safety.FINDINGS.values(), *safety.READINGS, *safety.READINGS.values()]
    words += [sentence for fault in told for sentence in (fault.does, fault.careful)]
    known = language("zh-CN").sentences
    assert [word for word in words if word not in known] == []


def test_what_the_mpp_declined_by_itself_is_told_in_every_form() -> None:
    """With a conversation that shows it, on the page, in the short report and on the terminal."""
    made, traces = run_of(SPECIMENS["limit-of-its-own-at-the-limit"])
    (limit,) = made["own_limits"]
    assert (limit["paid"], limit["declined"]) == (699_999, 700_000)
    assert traces[limit["evidence"]].scenario.label == limit["scenario"]
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(json.loads(json.dumps(made)))] == []
    forms = (
        html.render(made, traces, language("en")),
        markdown.render(made, language("en")),
        "\n".join(terminal.own_limits(made["own_limits"])),
    )
    assert ["declines 7,000.00 CNY and more by itself" in form.replace("\\", "") for form in forms] == [True] * 3


def test_nothing_is_told_of_who_declines_nothing() -> None:
    """A conforming MPP has no limit of its own."""
    assert verdicts("conforming")["own_limits"] == []
