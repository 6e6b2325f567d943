"""The verdict file's schema, and what is made of the verdict file for people and for CI servers."""

import json
import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt

from mpp_conformance.common.text import printable
from mpp_conformance.judging.trace import ENDED, Event, Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.protocol.limits import EDITIONS, Reading
from mpp_conformance.protocol.messages import HANDLE_BY_SDK, NotifyPayment, UserInitiatedPayAnswer
from mpp_conformance.report.gate.outcome import NO_GATE
from mpp_conformance.report.languages.language import ENGLISH
from mpp_conformance.report.pages import formatting, html, markdown, writer
from mpp_conformance.report.run_folder import folder
from mpp_conformance.report.verdict_file import document, limits_table
from mpp_conformance.report.verdict_file.document import VerdictFileError
from mpp_conformance.scenarios.boundaries import boundaries
from mpp_conformance.scenarios.scenario import Scenario, codes_for
from mpp_conformance.wallet import reference
from tests.reporting import HOSTILE, M1, O3, judged, row, sample

SCHEMA = json.loads(files("mpp_conformance.report.verdict_file").joinpath("verdicts.schema.json").read_text("utf-8"))
EDITION = EDITIONS["2023-12"]
OVER = UserInitiatedPayAnswer(
    result_status="F", result_code="TOO_MUCH", result_message="", action_type=HANDLE_BY_SDK, sdk_action_payload="p"
)


def test_schema_is_sound_and_the_verdict_file_keeps_it() -> None:
    """What a run writes is what the packaged schema says."""
    Draft202012Validator.check_schema(SCHEMA)
    errors = [error.message for error in Draft202012Validator(SCHEMA).iter_errors(json.loads(json.dumps(sample())))]
    assert errors == []


@pytest.mark.parametrize("name", ["requirements", "boundaries", "limits", "wallet", "overall", "digest"])
def test_schema_notices_what_is_missing(name: str) -> None:
    """A verdict file that lacks a part is none."""
    made = json.loads(json.dumps(sample()))
    del made[name]
    assert not Draft202012Validator(SCHEMA).is_valid(made)


def test_requirement_has_its_clause_and_its_cases() -> None:
    """Each row of a requirement says where it stands and how each case ended, on which evidence and why."""
    first = sample()["requirements"][0]
    assert (first["id"], first["clause"]) == ("R1", "Workflow, Entry code, step 1; Overview, note")
    (case,) = first["cases"]
    assert (case["scenario"], case["verdict"], case["evidence"]) == ("a", "pass", "x-00000000.json")
    assert case["reason"].startswith("expected e; seen <script>alert(1)</script>\\x1b[31m")
    flat = [(case["requirement"], case["scenario"]) for case in document.cases(sample())]
    assert flat == [("R1", "a"), ("R2", "b"), ("R3", "c")]


# --- the boundary table -----------------------------------------------------------------------------------------


def held(scenario: Scenario, *answers: UserInitiatedPayAnswer | NotifyPayment) -> Trace:
    """A conversation in which only these messages crossed."""
    codes = codes_for(scenario, 0, run="r", templates=reference().profile.templates)
    events = tuple(Event(number=number, payment=0, message=said) for number, said in enumerate(answers, start=1))
    return Trace(scenario=scenario, codes=(codes,), events=events, ending=ENDED)


def test_boundary_rows_say_what_was_answered_and_judged() -> None:
    """A row has the edition's amount, Alipay+'s answer, whether the MPP paid, and the worst verdict that counts."""
    scenario = next(b.scenario for b in boundaries(EDITION, Reading()) if b.scenario.label == "order-single-over")
    results = [
        judged(replace(row(M1), scenario=scenario), Verdict.PASS),
        judged(replace(row(O3), scenario=scenario), Verdict.FAIL),
    ]
    rows = {
        found["scenario"]: found
        for found in limits_table.rows(EDITION, Reading(), results, {scenario: held(scenario, OVER)})
    }
    assert rows["order-single-over"] == {
        "scope": "IN_STORE",
        "period": "TRANSACTION",
        "limit": 700_000,
        "scenario": "order-single-over",
        "code": "ORDER_CODE",
        "past": 0,
        "amount": 700_001,
        "over": True,
        "answer": {"action_type": "HANDLE_BY_SDK", "result_status": "F", "result_code": "TOO_MUCH"},
        "paid": False,
        "verdict": "pass",
        "evidence": "x-00000000.json",
    }
    assert (rows["order-single-at"]["answer"], rows["order-single-at"]["verdict"]) == (None, "none")
    assert formatting.answer_at_limit(rows["order-single-over"]) == "HANDLE_BY_SDK F TOO_MUCH"
    assert [formatting.taken_at_limit(rows[name]) for name in ("order-single-over", "order-single-at")] == [
        "no",
        "not held",
    ]


def test_every_boundary_is_in_the_table_under_its_limit() -> None:
    """The table has each boundary once, limit by limit in the edition's order, with the amount of that edition."""
    rows = limits_table.rows(EDITIONS["2024-03"], Reading(), (), {})
    assert sorted(row["scenario"] for row in rows) == sorted(
        b.scenario.label for b in boundaries(EDITIONS["2024-03"], Reading())
    )
    assert [title for title, _ in formatting.limits(rows)] == [
        "any in-store payment, per transaction: 35,000.00 CNY",
        "any in-store payment, per year and individual: 350,000.00 CNY",
        "entry code payment, per transaction: 500.00 CNY",
        "entry code payment, per year and individual: 50,000.00 CNY",
    ]


def test_both_pages_show_the_boundary_table() -> None:
    """Under, at and over stand in the page and in the short report, with amounts in CNY."""
    page, short = html.render(sample()), markdown.render(sample())
    for words in ("order-single-under", "6,999.99", "order-yearly-at", "entry-single-over", "500.01"):
        assert (words in page, words in short) == (True, True)


# --- Markdown ---------------------------------------------------------------------------------------------------


def test_short_report_has_the_result_first() -> None:
    """The result comes first, then what is not met and why, requirements, limits, and what was not tested and why."""
    lines = markdown.render(sample()).splitlines()
    assert lines[0] == "# does not conform"
    assert [re.sub(r" \(.*", "", line) for line in lines if line.startswith("## ")] == [
        "## Not met, the gravest first",
        "## What did not pass",
        "## Requirements",
        "## At the limits",
        "## What is not tested, and why",
        "## Observations",
        "## Strays",
    ]
    for words in (
        "| R2 | Workflow, Entry code, step 2; Overview, note | MUST, stated | 1 of 1 judged | fail |",
        "- not ours: R5",
        "- the wallet does not claim it: 1 cases of R4",
        "- not run: 1 cases of R1",
        "- Limits: 2023-12; a newer edition of the limits is known, 2024-03: in this run the simulated Alipay+ applied",
        "under",
    ):
        assert words in lines or any(words in line for line in lines)


@pytest.mark.parametrize(
    "text",
    [
        HOSTILE,
        "[click](javascript:alert(1)) ![x](http://evil.test/x.png)",
        "a|b | c \\| d",
        "`code` ``more`` *bold* _it_ __bold__ ~~no~~ $x$",
        "<http://evil.test> http://evil.test www.evil.test &lt; &#60;",
        "# not a heading\n- not a list\n\n---",
        "\\[x\\](y) \\<b>",
    ],
)
def test_wallets_text_means_only_itself(text: str) -> None:
    """Whatever the wallet says is shown as it is: no markup comes of it, and no row of a table breaks."""
    shown_text = markdown.escaped(text)
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    rendered = parser.render(f"| a | b |\n| --- | --- |\n| {shown_text} | end |\n\nline: {shown_text}\n")
    tags = set(re.findall(r"<(/?[a-z0-9]+)", rendered))
    assert tags <= {
        "table",
        "/table",
        "thead",
        "/thead",
        "tbody",
        "/tbody",
        "tr",
        "/tr",
        "th",
        "/th",
        "td",
        "/td",
        "p",
        "/p",
    }
    assert rendered.count("<td>") == 2
    assert re.findall(r"\w://|www\.", shown_text) == []


@pytest.mark.parametrize(
    "text",
    ["pay@wallet.example", "@acme/security", "mailto:a@b.example", "#1", "acme/wallet#12", "GH-1", "gh-22", "!3"],
)
def test_a_wallet_calls_nobody(text: str) -> None:
    """No person is notified, no issue is referred to, and no address leads into a mail program."""
    shown_text = markdown.escaped(text)
    plain = re.sub("<[^>]*>", "", MarkdownIt("commonmark").render(shown_text)).strip()
    assert plain.replace("\u2060", "") == text
    assert re.findall(r"[@#!~]\w|GH-\w", plain, re.IGNORECASE) == []


@pytest.mark.parametrize(
    "text", [HOSTILE, "a `b` ``c``", "`", " ends ", "-k 'test_x[order-sdk-F]'", "http://127.0.0.1:1"]
)
def test_code_is_copied_as_it_stands(text: str) -> None:
    """A command or a target comes out of the page as it was put in, backticks and brackets included."""
    (inline,) = [token for token in MarkdownIt("commonmark").parse(f"- Run: {markdown.code(text)}") if token.children]
    assert [(token.type, token.content) for token in inline.children or []] == [
        ("text", "Run: "),
        ("code_inline", printable(text)),
    ]


def test_the_line_that_runs_a_case_again_can_be_copied() -> None:
    """Nothing of the command is escaped, nor is the table of wallet.toml that a hint names."""
    made = sample()
    made["requirements"][1]["cases"][0]["hint"] = "set [features] app_link"
    made["target"] = "http:http://127.0.0.1:9300"
    lines = markdown.render(made).splitlines()
    assert "  - Run it again: `mpp-conformance run --wallet wallet.toml -k 'test_n[b]'`" in lines
    assert "- Target: `http:http://127.0.0.1:9300`" in lines
    assert "  - Likely cause: set [features] app_link" in lines


@pytest.mark.parametrize("text", ["[x](y)", "[x][y]", "[x]: y", "![x](y)", "[x]\n\n[x]: y"])
def test_brackets_of_a_wallet_make_no_link(text: str) -> None:
    """Neither where they stand in a line, nor at its beginning, where they could define what a later one leads to."""
    page = f"{markdown.escaped(text)}\n\n- {markdown.escaped(text)}\n\n[x] {markdown.escaped('[x]')}\n"
    rendered = MarkdownIt("commonmark").render(page)
    assert [tag for tag in ("<a", "<img") if tag in rendered] == []


def test_long_text_is_cut() -> None:
    """A text of any length takes a line at most."""
    assert len(markdown.escaped("x" * 10_000)) < 400


@pytest.mark.parametrize("missing", ["requirements", "counts", "wallet", "limits", "strays", "boundaries"])
def test_short_report_of_an_unsound_file_is_refused(missing: str) -> None:
    """A verdict file that lacks what the report shows is refused in words."""
    made = sample()
    del made[missing]
    with pytest.raises(VerdictFileError, match="lacks what a report shows"):
        markdown.render(made)


# --- all of it --------------------------------------------------------------------------------------------------


def test_verdict_file_is_there_even_if_a_page_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The single source of the outcome is written first."""

    def fail(*_: object) -> str:
        raise VerdictFileError("no page today")

    monkeypatch.setattr(html, "render", fail)
    run = folder.create(tmp_path, "r")
    with pytest.raises(VerdictFileError):
        writer.write(run, sample(), {}, ENGLISH, NO_GATE)
    assert document.read((run.path / document.FILE).read_bytes())["overall"] == "nonconformant"
