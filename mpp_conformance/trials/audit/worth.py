"""What an audit is worth: every known MPP judged by the logs that it would leave, and which of them it accuses."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from mpp_conformance.common.resources import directory
from mpp_conformance.judging.trace import Event, Trace
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.protocol.messages import (
    APP_LINK,
    BY_NAME,
    GATEWAY,
    Malformed,
    Message,
    NotifyPayment,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios.scenario import Scenario
from mpp_conformance.specimens import CONFORMING, FAULTY, Specimen
from mpp_conformance.trials import cabinet
from mpp_conformance.trials.audit.fold import Fold
from mpp_conformance.trials.audit.mapping import Mapped
from mpp_conformance.trials.audit.questions import Questions
from mpp_conformance.trials.audit.records import Facts, Record
from mpp_conformance.trials.cabinet import Visibility
from mpp_conformance.wire import OPERATIONS, encode

_OBSERVER: Final = "http://127.0.0.1/o/0"
_LOGGED: Final = frozenset(kind.__name__ for kind in OPERATIONS)
_STEP: Final = 1_000_000


def detection(
    mapped: Mapped, conforming: Mapping[str, Specimen] = CONFORMING, faulty: Mapping[str, Specimen] = FAULTY
) -> Visibility:
    """Which known MPPs an audit with this mapping accuses, in logs of every scenario of the suite."""
    cases = load(directory("suites")).cases
    fold = Fold(questions=Questions(cases), attested=mapped.observes, facts=Facts(end=2**62))
    accuser = _Accuser(fold, mapped.messages, tuple(cabinet.conversations(cases)))
    return Visibility(
        conforming=tuple(conforming),
        faulty=tuple(faulty),
        accused=tuple(name for name, specimen in conforming.items() if accuser.accuses(specimen)),
        named=tuple(name for name, specimen in faulty.items() if accuser.accuses(specimen)),
    )


class _Accuser:
    """Says whether an audit accuses an MPP; what is said in most conversations was said before, and is judged once."""

    def __init__(self, fold: Fold, kinds: frozenset[type[Message]], held: Sequence[Scenario]) -> None:
        self._fold, self._kinds, self._held = fold, kinds, held
        self._known: dict[int, bool] = {}

    def accuses(self, specimen: Specimen) -> bool:
        """Whether any conversation does."""
        return any(self._breaks(trace) for trace in traces(specimen, self._held))

    def _breaks(self, trace: Trace) -> bool:
        if id(trace) not in self._known:
            records = [record for record in logged(trace, "log") if BY_NAME[record.kind] in self._kinds]
            self._known[id(trace)] = bool(self._fold.of(sorted(records)).broke)
        return self._known[id(trace)]


def traces(specimen: Specimen, held: Iterable[Scenario]) -> Iterator[Trace]:
    """Each conversation with a specimen that has heard nothing; the same object for all who say the same."""
    profile = cabinet.profile_of(app_link=specimen.app_link)
    return (cabinet.trace(specimen, scenario, profile) for scenario in held)


def logged(trace: Trace, name: str) -> list[Record]:
    """The records that a conversation leaves, one second apart: each payment's under keys of its own.

    ``name`` begins the keys. Scans of one code are one conversation of a log.
    """
    found = [_record(event, trace, name) for event in trace.events if _kind(event.message) in _LOGGED]
    places: dict[str, set[str]] = {}
    for record in found:
        places.setdefault(record.request, set()).add(record.conversation)
    shared = {request for request, at in places.items() if request and len(at) > 1}
    several = {record.conversation for record in found if record.request in shared}
    return [record._replace(several=record.conversation in several) for record in found]


def _record(event: Event, trace: Trace, name: str) -> Record:
    kind = _kind(event.message)
    by_server = BY_NAME[kind].point in {GATEWAY, APP_LINK}
    return Record(
        conversation=f"{name}/{trace.codes[event.payment].decoded}",
        at=event.number * _STEP,
        kind=kind,
        body=_body(event.message),
        request=_request(event.message),
        session="" if by_server else f"{name}/{event.payment}",
    )


def _kind(message: Message) -> str:
    return message.operation if isinstance(message, Malformed) else message.name


def _request(message: Message) -> str:
    if isinstance(message, UserInitiatedPayAnswer):
        return "" if message.order is None else message.order.payment_request_id
    return message.payment_request_id if isinstance(message, NotifyPayment) else ""


def _body(message: Message) -> str:
    if isinstance(message, Malformed):
        return "null"
    return encode(message, observer_url=_OBSERVER, check=False).decode("utf-8", "replace")
