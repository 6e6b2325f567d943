"""Conversations for the tests of the doctor, changed in a place, and what it finds in them."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from mpp_conformance.judging.trace import WAITED, Event, Trace
from mpp_conformance.peers.router import Stray
from mpp_conformance.protocol.messages import Message
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.transport.connectors.direct import DirectConnector
from mpp_conformance.trials.doctor.diagnosis import diagnose
from mpp_conformance.trials.doctor.findings import Finding
from mpp_conformance.trials.doctor.live import codes_of, stopped
from mpp_conformance.wallet import Wallet, reference

URL = "http://127.0.0.1:9400"


def wallet(**features: bool) -> Wallet:
    """The reference wallet with other features."""
    known = reference()
    return known.model_copy(update={"features": known.features.model_copy(update=features)})


def held(of: Wallet) -> Trace:
    """The doctor's conversation with the conforming MPP."""
    return DirectConnector(ConformingMpp(of.profile), of.profile).converse(stopped(codes_of(of)[0]))


def changed(trace: Trace, change: Callable[[Event], Event | None], ending: str = WAITED) -> Trace:
    """A trace whose events were changed, or left out."""
    events = [made for event in trace.events if (made := change(event)) is not None]
    return replace(trace, events=tuple(events), ending=ending)


def only(*kinds: type[Message]) -> Callable[[Event], Event | None]:
    """Leave out what the wallet says, but for these kinds."""
    return lambda event: event if event.message.by_suite or isinstance(event.message, kinds) else None


def wrong(findings: Sequence[Finding]) -> list[str]:
    """The fields that were found to be wrong."""
    return [finding.where for finding in findings if not finding.ok]


def seen_wrong(trace: Trace, of: Wallet, strays: Sequence[Stray] = ()) -> list[str]:
    """The fields that a conversation shows to be wrong."""
    return wrong(diagnose(of, trace, strays, URL))
