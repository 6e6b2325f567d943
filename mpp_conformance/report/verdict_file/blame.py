"""Where to look first when a case did not pass: at the MPP, its set-up, the network, the suite, or the documents.

It is advice and decides nothing; what it is drawn from stands in the verdict file and the evidence.
"""

import re
from typing import Final

from mpp_conformance.judging.judgement import Judgement
from mpp_conformance.judging.trace import BROKEN, Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.requirements import DOCUMENTED, STATED
from mpp_conformance.protocol.messages import GATEWAY, Malformed
from mpp_conformance.report.verdict_file.folding import CaseResult

MPP: Final = "MPP"
CONFIGURATION: Final = "configuration"
NETWORK: Final = "network"
HARNESS: Final = "harness"
SILENT_DOCUMENT: Final = "silent document"
BLAMES: Final = (MPP, CONFIGURATION, NETWORK, HARNESS, SILENT_DOCUMENT)
_NAMES_A_SECTION: Final = re.compile(r"\[(?:reach|keys|codes|customers|settlement|features|limits)\]")


def blame(case: CaseResult, trace: Trace | None) -> str:
    """One of :data:`BLAMES`; empty for a case that passed. ``trace`` is the conversation it was judged on."""
    verdict = case.verdict
    if verdict in {Verdict.PASS, Verdict.NONE}:
        return ""
    if verdict is Verdict.ERROR:
        return HARNESS
    if case.planned.case.requirement.basis not in {STATED, DOCUMENTED}:
        return SILENT_DOCUMENT
    return MPP if verdict is Verdict.FAIL else _of_lacking_proof(case.judgement, trace)


def _of_lacking_proof(judgement: Judgement, trace: Trace | None) -> str:
    if trace is None or trace.ending == BROKEN:
        return NETWORK
    if _NAMES_A_SECTION.search(f"{judgement.expected} {judgement.hint}") or _misreported(trace):
        return CONFIGURATION
    return MPP if _said_anything(trace) else NETWORK


def _misreported(trace: Trace) -> bool:
    """Whether the adaptor, which belongs to the set-up of a test, has reported what cannot be read."""
    found = (event.message for event in trace.events if isinstance(event.message, Malformed))
    return any(message.where != GATEWAY for message in found)


def _said_anything(trace: Trace) -> bool:
    """Whether anything came from the wallet at all."""
    return any(not event.message.by_suite for event in trace.events)
