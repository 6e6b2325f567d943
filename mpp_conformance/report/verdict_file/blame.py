"""Where to look first when a case did not pass: at the MPP, its set-up, the network, the suite, or the documents.

It is advice and decides nothing; what it is drawn from stands in the verdict file and the evidence.
"""

import re
from typing import Final

from mpp_conformance.judging.causes.failure import Failure
from mpp_conformance.judging.judgement import Judgement
from mpp_conformance.judging.trace import BROKEN, Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.requirements import DOCUMENTED, STATED
from mpp_conformance.protocol.messages import (
    APP_LINK,
    BY_NAME,
    GATEWAY,
    Launch,
    Malformed,
    ResultPage,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.report.verdict_file.folding import CaseResult

MPP: Final = "MPP"
SERVER: Final = "MPP server"
CLIENT: Final = "MPP client"
CONFIGURATION: Final = "configuration"
NETWORK: Final = "network"
HARNESS: Final = "harness"
SILENT_DOCUMENT: Final = "silent document"
BLAMES: Final = (MPP, SERVER, CLIENT, CONFIGURATION, NETWORK, HARNESS, SILENT_DOCUMENT)
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
    if verdict is Verdict.FAIL:
        return MPP if trace is None else half(case.judgement, trace)
    return _of_lacking_proof(case.judgement, trace)


def half(judgement: Judgement, trace: Trace) -> str:
    """SERVER or CLIENT for a case that failed; MPP where the wallet does not report what goes on between the two."""
    if not trace.app_link or judgement.deviation is None:
        return MPP
    failure = Failure(trace=trace, judgement=judgement, deviation=judgement.deviation)
    if isinstance(failure.wrong, UserInitiatedPay) and failure.field == "code_value":
        return MPP
    if failure.wrong is None and failure.lacks(UserInitiatedPay, Launch):
        return MPP
    points = [BY_NAME[name].point for name in judgement.deviation.kinds]
    point = points[0] if failure.wrong is None else failure.wrong.point
    at_server = point in {GATEWAY, APP_LINK} or isinstance(failure.wrong, Malformed)
    return SERVER if at_server or _led_astray(failure) else CLIENT


def _led_astray(failure: Failure) -> bool:
    """Whether the client did no more than its server led it to: it was told nothing, or not what Alipay+ said."""
    if isinstance(failure.wrong, ResultPage):
        return failure.wrong.status in failure.told
    if failure.by_sdk and (not failure.passed_on or failure.trace.handed(failure.payment) != failure.given):
        return True
    if failure.passed_on and not failure.by_sdk:
        return True
    if failure.field == "error_code" and any(one.payment_status and not one.error_code for one in failure.handed):
        return True
    return not failure.handed and (bool(failure.of(UserInitiatedPayAnswer)) or bool(failure.faulty))


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
