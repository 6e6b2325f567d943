"""The adaptor, sent what breaks its interface where the wallet allows that: observed, and no more."""

from mpp_conformance.judging.oracle import expect
from mpp_conformance.judging.trace import Trace
from mpp_conformance.ledger.catalogue import FUZZ
from mpp_conformance.ledger.requirements import MPP, SHOULD, SILENT, case, requirement
from mpp_conformance.ledger.source import ADAPTOR
from mpp_conformance.protocol.messages import AdaptorAnswer, AdaptorCall, AdaptorHealth
from mpp_conformance.scenarios.answers import BrokenCalls

REFUSALS = tuple(str(status) for status in range(400, 500))
"""The statuses that say that the caller is at fault."""

ADP_1 = requirement(
    "ADP-1",
    SHOULD,
    SILENT,
    actor=MPP,
    clauses=[ADAPTOR.at("scan"), ADAPTOR.at("decode")],
    text="The adaptor refuses a call that breaks its interface, with a status of 400 to 499.",
)
ADP_2 = requirement(
    "ADP-2",
    SHOULD,
    SILENT,
    actor=MPP,
    clauses=[ADAPTOR.at("health")],
    text="Calls that break its interface do not harm the adaptor.",
)


@case(ADP_1, BrokenCalls(), needs=[FUZZ])
def test_broken_calls_are_refused(trace: Trace) -> None:
    """Missing and empty fields, wrong types, texts too long: each call is refused as the caller's fault."""
    expect(trace).reached(AdaptorCall).none_but(AdaptorAnswer, status=REFUSALS)


@case(ADP_2, BrokenCalls(), needs=[FUZZ])
def test_broken_calls_do_no_harm(trace: Trace) -> None:
    """After all of them the adaptor says that it is in good health."""
    expect(trace).reached(AdaptorCall).one(AdaptorHealth, status="200")
