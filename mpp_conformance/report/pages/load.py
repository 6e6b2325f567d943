"""A load's outcome over HTTP, ``load.json``, as a page: what broke, a picture over time, failures with drawings."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from markupsafe import Markup

from mpp_conformance.judging.judgement import Judgement
from mpp_conformance.judging.trace import Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import Planned
from mpp_conformance.ledger.requirements import Case
from mpp_conformance.report.languages.language import ENGLISH
from mpp_conformance.report.pages.conversations import conversations
from mpp_conformance.report.pages.diagram import svg, timeline
from mpp_conformance.report.pages.html import template
from mpp_conformance.report.verdict_file import document
from mpp_conformance.report.verdict_file.folding import CaseResult

FORMAT: Final = "mpp-conformance load 1"
FILE: Final = "load.json"
MAX_BYTES: Final = 64 * 1024 * 1024
_TEMPLATE: Final = "load.html.j2"


def rows(judged: Iterable[tuple[Case, Judgement]], trace: Trace, name: str, digest: str) -> Iterator[dict[str, Any]]:
    """The cases that fail a conversation, as ``counterexamples`` has them; ``name``, ``digest``: of its evidence."""
    for case, judgement in judged:
        if judgement.verdict is Verdict.FAIL:
            planned = Planned(case=case, scenario=trace.scenario)
            result = CaseResult(planned=planned, judgement=judgement, evidence=name, digest=digest)
            yield {"requirement": case.requirement.id, **document.case_row(result, trace)}


def page(made: Mapping[str, Any], traces: Mapping[str, Trace]) -> str:
    """The page; ``traces``: the conversations that failed, by the name of their evidence file."""
    told = made["over_http"]
    return template(_TEMPLATE).render(
        a=made,
        told=told,
        _=ENGLISH,
        broken=[row["requirement"] for row in made["requirements"] if row["broke"] and row["decides"]],
        conversations=conversations(told["counterexamples"], traces, ENGLISH),
        timeline=timeline.svg(told["timeline"]),
        drawing_style=Markup("{}").format(svg.STYLE),
        timeline_style=Markup("{}").format(timeline.STYLE),
    )
