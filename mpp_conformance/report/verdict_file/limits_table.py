"""The boundary table of the limits: each conversation that ends at a limit, Alipay+'s answer, the verdict."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mpp_conformance.judging import own_limits as seen_limits
from mpp_conformance.judging.own_limits import Attempt, OwnLimit, attempts, in_words
from mpp_conformance.judging.trace import Trace
from mpp_conformance.judging.verdict import worst
from mpp_conformance.protocol.limits import Edition, Reading
from mpp_conformance.protocol.messages import UserInitiatedPayAnswer
from mpp_conformance.report.verdict_file.folding import CaseResult
from mpp_conformance.scenarios.boundaries import Boundary, boundaries
from mpp_conformance.scenarios.scenario import Scenario

Row = dict[str, Any]


def rows(
    edition: Edition, reading: Reading, cases: Iterable[CaseResult], traces: Mapping[Scenario, Trace]
) -> list[Row]:
    """The table for the verdict file, limit by limit in the edition's order; amounts in fen.

    ``answer`` is Alipay+'s last one to the payment that stands at the limit, ``None`` where nobody asked; ``paid``
    whether the MPP took that payment, ``None`` where no conversation was held. The verdict is the worst that counts of
    the cases judged on this conversation.
    """
    judged: dict[Scenario, list[CaseResult]] = {}
    for case in cases:
        judged.setdefault(case.planned.scenario, []).append(case)
    order = {(limit.scope, limit.period): place for place, limit in enumerate(edition.limits)}
    table = sorted(boundaries(edition, reading), key=lambda row: order[row.scope, row.period])
    return [_row(edition, row, judged.get(row.scenario, ()), traces.get(row.scenario)) for row in table]


def own_limits(cases: Iterable[CaseResult], traces: Mapping[Scenario, Trace]) -> list[Row]:
    """Amounts, in fen, from which the MPP declined by itself what Alipay+ left to it; each with a conversation.

    Of two customers, one of whom shows the limit more closely, the other is left out.
    ``customer`` is a role of ``wallet.toml``; ``code`` is empty where no kind of code is apart.
    """
    held = {case.planned.scenario: case for case in cases if case.evidence and case.planned.scenario in traces}
    tried = {scenario: tuple(attempts(traces[scenario])) for scenario in held}
    found = seen_limits.own_limits(one for attempted in tried.values() for one in attempted)
    return [
        {
            "customer": limit.customer,
            "code": limit.code,
            "paid": limit.paid,
            "declined": limit.declined,
            "text": in_words(limit),
            "scenario": held[scenario].planned.scenario.label,
            "evidence": held[scenario].evidence,
        }
        for limit in found
        if not any(other.closer_than(limit) for other in found)
        for scenario in [_shown(limit, tried)]
    ]


def _shown(limit: OwnLimit, tried: Mapping[Scenario, Sequence[Attempt]]) -> Scenario:
    """The conversation in which the smallest amount was declined."""
    wanted = (
        scenario
        for scenario, found in tried.items()
        if any(limit.hinders(one) and one.amount == limit.declined for one in found)
    )
    return min(wanted, key=lambda scenario: scenario.label)


def _row(edition: Edition, row: Boundary, cases: Sequence[CaseResult], trace: Trace | None) -> Row:
    payment = row.scenario.payments[-1]
    return {
        "scope": row.scope,
        "period": row.period,
        "limit": edition.limit(row.scope, row.period).amount,
        "scenario": row.scenario.label,
        "code": payment.code,
        "past": sum(past.amount for past in row.scenario.past),
        "amount": payment.amount,
        "over": row.over,
        "answer": None if trace is None else _answer(trace),
        "paid": None if trace is None else trace.paid(len(row.scenario.payments) - 1),
        "verdict": worst(case.verdict for case in cases if not case.observed).word,
        "evidence": next((case.evidence for case in cases if case.evidence), ""),
    }


def _answer(trace: Trace) -> Row | None:
    said = [event.message for event in trace.of(len(trace.scenario.payments) - 1)]
    answers = [message for message in said if isinstance(message, UserInitiatedPayAnswer)]
    if not answers:
        return None
    last = answers[-1]
    return {"action_type": last.action_type, "result_status": last.result_status, "result_code": last.result_code}
