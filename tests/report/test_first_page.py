"""What the first page says of a wallet that fails: what is not met, in which order, and which failures are alike."""

from typing import Any

import pytest

from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.report.languages.language import ENGLISH
from mpp_conformance.report.pages import formatting, html, markdown, terminal
from mpp_conformance.report.pages.conversations import exchange
from mpp_conformance.report.verdict_file import document
from mpp_conformance.specimens import SPECIMENS
from tests.reporting import M1, M2, O3, folded, judged, row, run_of, stated


def _case(requirement: str, hint: str, *, how: str = "missing", verdict: str = "fail") -> dict[str, Any]:
    """A failed case as a verdict file has it, as far as grouping by cause looks at it."""
    deviation = {"how": how, "kinds": ["ServerAnswer"], "field": "", "payment": 0, "parting": None}
    return {"requirement": requirement, "verdict": verdict, "hint": hint, "deviation": deviation}


def test_cases_that_failed_in_one_way_are_one_row() -> None:
    """One deviation at one message with one likely cause, whatever requirement; the one of most cases first."""
    cases = [_case("A", "h", how="repeated"), _case("A", "h"), _case("B", "h"), _case("B", "h", verdict="error")]
    assert [[case["requirement"] for case in found] for found in formatting.root_causes(cases)] == [["A", "B"], ["A"]]


def test_money_comes_before_what_is_stated_and_that_before_many_cases() -> None:
    """Each requirement that is not met stands there once, in words, with its failed cases."""
    documented = stated("R4", basis="documented")
    rows = [row(documented, "a"), row(documented, "b"), row(M1, "c"), row(M2, "d"), row(M2, "e"), row(O3, "f")]
    outcome = folded([judged(planned, Verdict.FAIL) for planned in rows])
    made: dict[str, Any] = {"requirements": [], "findings": []}
    for found in outcome.requirements:
        cases = [
            {"verdict": "fail", "evidence": f"{case.planned.scenario.label}.json"}
            for case in outcome.cases
            if case.planned.case.requirement is found.requirement
        ]
        told = {"id": found.requirement.id, "basis": found.requirement.basis, "counts": found.counts, "cases": cases}
        made["requirements"].append(told)
    assert [(found["id"], count) for found, count in formatting.requirements_not_met(made)] == [
        ("R2", 2),
        ("R1", 1),
        ("R4", 2),
    ]

    made["findings"].append({"evidence": "a.json"})
    assert [found["id"] for found, _ in formatting.requirements_not_met(made)] == ["R4", "R2", "R1"]


def test_what_is_not_met_stands_on_every_first_page() -> None:
    """Terminal, Markdown and HTML name the requirement in words; what is only observed is counted as that."""
    verdicts, traces = run_of(SPECIMENS["stopped-payment-shown-as-paid"])
    page = html.render(verdicts, traces)
    cover = page[: page.index("<main")]
    short = markdown.render(verdicts)
    for found, _ in formatting.requirements_not_met(verdicts):
        assert f'<a href="#{found["id"]}">' in cover
        assert f"- {found['id']}: " in short

    outcome = folded([judged(row(M1, "a"), Verdict.FAIL), judged(row(O3, "b"), Verdict.FAIL)])
    lines = list(terminal.summary(outcome, (), target="t", edition="2024-03"))
    assert "not met      R1: Do R1. (1 cases)" in lines
    assert "cases        1 fail, 1 observed" in lines


@pytest.mark.parametrize(
    ("mpp", "requirement"), [("result-page-of-success-only", "OC-20"), ("own-error-page-instead", "EC-25")]
)
def test_a_failure_card_shows_the_message_that_the_requirement_is_about(mpp: str, requirement: str) -> None:
    """Not the answer to a notification that came in between, nor the call of decode that came before the decision."""
    verdicts, traces = run_of(SPECIMENS[mpp])
    shown = [
        exchange(case, traces[case["evidence"]], ENGLISH).sent
        for case in document.cases(verdicts)
        if case["requirement"] == requirement and case["verdict"] == "fail"
    ]
    assert shown
    assert [words for words in shown if "UserInitiatedPayAnswer" not in words] == []
