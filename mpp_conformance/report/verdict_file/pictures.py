"""The pictures of a run, each with its conversation and the requirements on user experience that have a case on it."""

from collections.abc import Iterable, Mapping, Sequence

from mpp_conformance.evidence import pictures
from mpp_conformance.judging.trace import Trace
from mpp_conformance.ledger import source
from mpp_conformance.ledger.catalogue import Planned
from mpp_conformance.protocol.messages import DecodeCallback, HandleAction, Message, ResultPage, Sighting
from mpp_conformance.protocol.messages.wallet import ALIPAY_PLUS_ERROR, PAID_PAGE, UNPAID_PAGE
from mpp_conformance.report.verdict_file.folding import CaseResult
from mpp_conformance.scenarios.scenario import Scenario


def rows(
    cases: Iterable[CaseResult], planned: Sequence[Planned], traces: Mapping[Scenario, Trace]
) -> list[dict[str, object]]:
    """One for each picture, in the order of the cases; ``payment`` counts from 1.

    ``seen`` is what persons said that they saw, or else what the wallet's client reported.
    """
    evidence = {case.planned.scenario: case.evidence for case in cases if case.evidence}
    found = []
    for scenario, name in evidence.items():
        trace = traces.get(scenario)
        for payment, file in pictures.pictures_of(trace) if trace is not None else ():
            found.append(
                {
                    "scenario": scenario.label,
                    "payment": payment + 1,
                    "evidence": name,
                    "file": f"{pictures.DIRECTORY}/{file}",
                    "digest": file.partition(".")[0],
                    "seen": _seen(trace, payment) if trace is not None else [],
                    "requirements": _requirements(planned, scenario),
                }
            )
    return found


def _seen(trace: Trace, payment: int) -> list[str]:
    said = [event.message for event in trace.of(payment)]
    sightings = [message.page for message in said if isinstance(message, Sighting)]
    return list(dict.fromkeys(sightings or [page for page in map(_page, said) if page]))


def _page(message: Message) -> str:
    """What the consumer sees once the client has done this, one of PAGES; empty where it says nothing of that."""
    if isinstance(message, ResultPage):
        return PAID_PAGE if message.status == "S" else UNPAID_PAGE
    if isinstance(message, HandleAction | DecodeCallback) and message.sdk_action_payload:
        return ALIPAY_PLUS_ERROR
    return ""


def _requirements(planned: Sequence[Planned], scenario: Scenario) -> list[str]:
    """Those on user experience that look at this conversation, whether the wallet is judged by them or not."""
    on_it = (row.case.requirement for row in planned if row.scenario == scenario)
    part = source.USER_EXPERIENCE.title
    return sorted({row.id for row in on_it if any(clause.part == part for clause in row.clauses)})
