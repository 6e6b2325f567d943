"""Counter-examples as they may be handed on: customers and whatever else no list allows are hidden, then judged again.

The folder of an audit holds ``audit.json`` (its whole outcome), ``evidence/`` and ``report.html``; `rejudge` derives
each verdict again from it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mpp_conformance.common import canonical
from mpp_conformance.evidence.redaction import Policy
from mpp_conformance.judging import oracle
from mpp_conformance.judging.trace import Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import Planned
from mpp_conformance.report.pages import audit, html
from mpp_conformance.report.run_folder.folder import RunFolder
from mpp_conformance.report.verdict_file import document
from mpp_conformance.report.verdict_file.folding import CaseResult
from mpp_conformance.trials.audit.fold import Fold
from mpp_conformance.trials.audit.tally import Example, Tally

_CUSTOMER: Final = "customer"


class RedactionError(RuntimeError):
    """A conversation is judged otherwise once parts of it are hidden: a fault of ours."""


@dataclass(frozen=True, slots=True)
class CounterExample:
    """A row of ``audit.json``, and the conversation that it is about, as it may be handed on."""

    row: Mapping[str, Any]
    trace: Trace


def find(tally: Tally, fold: Fold, secret: bytes, kept: RunFolder | None) -> Iterator[CounterExample]:
    """The counter-examples of an audit, by requirement; in ``kept``, if there is one, each leaves its evidence.

    ``fold``: what judged them; ``secret`` salts what is hidden, and is to be thrown away. RunFolderError or
    EvidenceError where a conversation cannot be written down.
    """
    for requirement, example in tally.counterexamples():
        yield _made(requirement, example, fold, secret, kept)


def write(made: Mapping[str, Any], examples: Iterable[CounterExample], kept: RunFolder) -> None:
    """Write an audit's outcome, and its page, beside the evidence; RunFolderError where it cannot be."""
    traces = {example.row["evidence"]: example.trace for example in examples}
    outcome = canonical.dump(made)
    kept.write(audit.FILE, outcome)
    again: Any = canonical.parse(outcome, limit=len(outcome))
    page = audit.page(again, traces)  # as whoever has the file alone makes it
    kept.write(html.FILE, page.encode())


def _made(requirement: str, example: Example, fold: Fold, secret: bytes, kept: RunFolder | None) -> CounterExample:
    case, whole = fold.broken_case(requirement, example.records)
    customers = {str(getattr(event.message, "customer_id", None) or "") for event in whole.events} - {""}
    named = tuple((_CUSTOMER, customer) for customer in sorted(customers))
    policy = Policy(customers=named, disclosed=frozenset(), secret=secret)
    trace, _ = policy.redact(whole)
    judgement = oracle.judge(case.judge, trace)
    if judgement.verdict is not Verdict.FAIL:
        raise RedactionError(f"{requirement} is broken, and not once parts of the conversation are hidden")
    name, digest = ("", "") if kept is None else kept.keep(trace)
    planned = Planned(case=case, scenario=trace.scenario)
    result = CaseResult(planned=planned, judgement=judgement, evidence=name, digest=digest)
    keys = {"requirement": requirement, "shape": example.shape, "conversation": example.conversation}
    return CounterExample({**keys, **document.case_row(result, trace)}, trace)
