"""Rows, results and a verdict file with one of everything, for the tests of what is made from them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from mpp_conformance import wallet
from mpp_conformance.common.resources import directory
from mpp_conformance.judging import oracle
from mpp_conformance.judging.judgement import Judgement
from mpp_conformance.judging.trace import Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger import catalogue
from mpp_conformance.ledger.catalogue import Planned
from mpp_conformance.ledger.requirements import DERIVED, MPP_SERVER, MUST, STATED, Case, Ledger, Requirement
from mpp_conformance.ledger.source import ENTRY_CODE, OVERVIEW
from mpp_conformance.peers.router import Stray
from mpp_conformance.protocol.messages import Launch
from mpp_conformance.report.pages import html
from mpp_conformance.report.run_folder import folder
from mpp_conformance.report.verdict_file import document
from mpp_conformance.report.verdict_file.document import RunFacts
from mpp_conformance.report.verdict_file.folding import CaseResult, RunResult, fold
from mpp_conformance.scenarios.scenario import ENTRY, Payment, one
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.transport.connectors.direct import DirectConnector

HOSTILE: Final = "<script>alert(1)</script>\x1b[31m\u202e\"'"


def stated(name: str, *, level: str = MUST, basis: str = STATED, excluded: str = "") -> Requirement:
    """A requirement on two clauses, one of which all share."""
    clauses = (ENTRY_CODE.steps(int(name[1:])), OVERVIEW.at("note"))
    return Requirement(
        id=name, level=level, basis=basis, actor=MPP_SERVER, clauses=clauses, text=f"Do {name}.", excluded=excluded
    )


def row(requirement: Requirement, label: str = "x", *, not_applicable: str = "") -> Planned:
    """A case of the requirement on one scenario."""

    def judge(trace: Trace) -> None:
        """Never called."""

    case = Case(
        requirement=requirement, purpose=f"Does {label}.", module="test_m", name="test_n", judge=judge, sources=()
    )
    return Planned(case=case, scenario=one(label, Payment(code=ENTRY)), not_applicable=not_applicable)


def judged(planned: Planned, verdict: Verdict, seen: str = "s", hint: str = "") -> CaseResult:
    """The row with a verdict."""
    judgement = Judgement(verdict=verdict, expected="e", seen=seen, hint=hint, events=(1, 2), asked=1)
    return CaseResult(planned=planned, judgement=judgement, evidence="x-00000000.json", digest="0" * 64)


def folded(results: Sequence[CaseResult], *more: Planned | Requirement) -> RunResult:
    """The result of these rows, with more rows that nobody judged and requirements without rows."""
    plan = [result.planned for result in results] + [extra for extra in more if isinstance(extra, Planned)]
    ledger = Ledger()
    for planned in plan:
        ledger.state(planned.case.requirement)
    for extra in more:
        if isinstance(extra, Requirement):
            ledger.state(extra)
    return fold(results, ledger, list(dict.fromkeys(plan)))


def run_of(specimen: type[ConformingMpp], **changes: Any) -> tuple[dict[str, Any], dict[str, Trace]]:
    """A run of the whole catalogue with a specimen: its verdict file, and its conversations by their evidence's name.

    ``changes``: facts of the run that are to be others.
    """
    profile = replace(wallet.reference().profile, app_link=specimen.app_link)
    connector = DirectConnector(specimen(profile), profile)
    ledger = catalogue.load(directory("suites"))
    plan = list(catalogue.plan(ledger.cases, catalogue.Claims.of(wallet.reference().claims())))
    traces = {scenario: connector.converse(scenario) for scenario in dict.fromkeys(row.scenario for row in plan)}
    names = {scenario: f"{folder.slug(scenario.label)}-{scenario.digest[:8]}.json" for scenario in traces}
    results = [
        CaseResult(
            planned=row,
            judgement=oracle.judge(row.case.judge, traces[row.scenario]),
            evidence=names[row.scenario],
            digest=row.scenario.digest,
        )
        for row in plan
    ]
    known = {"planned": plan, "traces": traces, "conversations": len(traces), "target": f"specimen:{specimen.name}"}
    made = document.document(fold(results, ledger, plan), facts(**{**known, **changes}))
    return made, {name: traces[scenario] for scenario, name in names.items()}


M1, M2, O3 = stated("R1"), stated("R2"), stated("R3", basis=DERIVED)


def facts(planned: Sequence[Planned] = (), **changes: Any) -> RunFacts:
    """The facts of a run of the reference wallet."""
    values: dict[str, Any] = {
        "run": "r",
        "target": "specimen:x",
        "started": "2026-01-01T00:00:00+00:00",
        "milliseconds": 1,
        "issued": "2026-01-02T00:00:00+00:00",
        "particulars": wallet.reference().particulars(),
        "claims": wallet.reference().claims(),
        "catalogue": "c",
        "conversations": 2,
        "planned": planned,
    }
    return RunFacts(**{**values, **changes})


def without_own_script(page: str) -> str:
    """A page without the one script that comes with it, whose place and bytes are as they should be."""
    return page.replace(f"<script>{html.template('report.js').render()}</script></body>", "</body>", 1)


def sample() -> dict[str, Any]:
    """A verdict file with one of everything, and hostile text wherever text can come from outside."""
    rows = {row(M1, "a"): Verdict.PASS, row(M2, "b"): Verdict.FAIL, row(O3, "c"): Verdict.FAIL}
    results = [judged(planned, verdict, HOSTILE, HOSTILE) for planned, verdict in rows.items()]
    absent = row(stated("R4"), not_applicable="the wallet does not claim it")
    untested = stated("R5", excluded="not ours")
    claims = wallet.reference().claims()
    claims["wallet"] = {"name": HOSTILE, "version": HOSTILE}
    strays = [Stray(message=Launch(url=HOSTILE), conversation="c"), Stray(message=Launch(url="x" * 9_999))]
    outcome = folded(results, absent, untested, row(M1, "unjudged"))
    return document.document(outcome, facts([*rows, absent], claims=claims, target=HOSTILE, strays=strays))
