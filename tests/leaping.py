"""A run with a specimen in this process, in which time leaps: it stands still while anybody has anything to do.

What takes hours on a wall takes seconds here, and always as long by its own clock, whatever the machine does beside it.
"""

import asyncio
import functools
import selectors
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Final, Self, cast

from mpp_conformance import wire
from mpp_conformance.common.resources import directory
from mpp_conformance.judging.trace import SILENCE, Half, Trace
from mpp_conformance.ledger.catalogue import Claims, Planned, load, plan
from mpp_conformance.protocol.messages import Malformed, Message, UserInitiatedPay
from mpp_conformance.scenarios.scenario import OBSERVER, Probe, Scenario
from mpp_conformance.specimens import Specimen
from mpp_conformance.specimens.conforming import ConformingMpp, Say
from mpp_conformance.transport.connectors.calls import Calls
from mpp_conformance.transport.connectors.conversation import nobody
from mpp_conformance.transport.connectors.heartbeat import Heartbeat
from mpp_conformance.transport.connectors.http import HttpConnector
from mpp_conformance.transport.connectors.listening import Listening
from mpp_conformance.transport.scheduler import held_in_place
from mpp_conformance.wallet import reference
from mpp_conformance.wire import round_trip
from tests.hosting import wallet_at

if TYPE_CHECKING:
    from mpp_conformance.transport.connectors.mpp_server import MppServer

PATIENCE: Final = 10.0
Pause = Callable[[Message], float]
"""The seconds before a message is sent."""


def quick(_: Message) -> float:
    """As any wallet in a laboratory."""
    return 0.02


class _Leaping(selectors.DefaultSelector):
    """Waits for nothing: the time that it should take has passed at once."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready, else the time leaps."""
        ready = super().select(0)
        self.now += 0.0 if ready or timeout is None else max(timeout, 0.0)
        return ready


class LeapingLoop(asyncio.SelectorEventLoop):
    """An event loop whose time leaps."""

    def __init__(self) -> None:
        self._leaping = _Leaping()
        super().__init__(self._leaping)

    def time(self) -> float:
        """Seconds."""
        return self._leaping.now


class _Caller:
    """A specimen as whoever is called; ``pause`` says how long it takes before it says something."""

    def __init__(self, specimen: ConformingMpp, connector: HttpConnector, pause: Pause) -> None:
        self._specimen, self._connector, self._pause = specimen, connector, pause
        self._turns: dict[str, deque[Iterator[Say]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def ready(self) -> None:
        """Always."""

    async def missing_reports(self, tokens: Collection[str]) -> str:  # noqa: ARG002  # as an adaptor's
        """None."""
        return ""

    async def tell(self, message: Message, observer_url: str, keep: Callable[[Half], None]) -> None:  # noqa: ARG002  # as an adaptor's
        """It has understood."""
        session = observer_url.rpartition("/")[2]
        turn = self._specimen.hear(session, message)
        if session in self._turns:
            self._turns[session].append(turn)
            return
        self._turns[session] = deque([turn])
        task = asyncio.create_task(self._carry_on(session))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def probe(self, probe: Probe, observer_url: str, patience: float, keep: Callable[[Half], None]) -> str:  # noqa: ARG002  # as an adaptor's
        """Its status."""
        return self._specimen.probed(probe.operation, probe.body.replace(OBSERVER, observer_url).encode())

    async def _carry_on(self, session: str) -> None:
        turns = self._turns[session]
        while turns:
            turn = turns.popleft()
            say = next(turn, None)
            if say is not None:
                await asyncio.sleep(self._pause(say.message))
                turns.append(chain(self._said(say), turn))
        del self._turns[session]

    def _said(self, say: Say) -> Iterator[Say]:
        arrived = say.message if isinstance(say.message, Malformed) else round_trip(say.message)
        delivery = self._connector._deliver(arrived, say.session, ())
        faulty = delivery.faulty_answer
        if faulty is not None and isinstance(say.message, UserInitiatedPay):
            self._connector._gone(delivery, complete=True, halves=())
            received = wire.receive(faulty.body(), faulty.fault, location=wire.ELSEWHERE)
            return self._specimen.receive(say.session, say.message, received)
        return iter(()) if delivery.reply is None else self._specimen.hear(say.session, delivery.reply)


class _Connector(HttpConnector):
    """Holds conversations with a specimen in this process, and counts them; with ``sharing``, places are given away."""

    def __init__(self, specimen: Specimen, pause: Pause, *, sharing: bool) -> None:
        profile = replace(reference().profile, app_link=specimen.app_link)
        super().__init__(wallet_at(patience=PATIENCE, settle=0.2, quiet=1.0), profile, run="listening")
        self._specimen, self._pause, self._sharing = specimen(profile), pause, sharing
        self.held = 0

    async def __aenter__(self) -> Self:
        """Without a wire."""
        wallet = _Caller(self._specimen, self, self._pause)
        self._adaptor = wallet
        self._calls = Calls(
            adaptor=wallet,
            mpp_server=cast("MppServer", None),  # no conversation below has it called
            layer=self._layer,
            observer=lambda token: f"/{token}",
            deliver=self._deliver,
        )
        self._heartbeat = Heartbeat(clock=asyncio.get_running_loop().time)
        self._listening = Listening(
            reach=self._reach,
            heartbeat=self._heartbeat,
            arrivals=self._arrivals,
            silences=self._silences,
            longest=self._longest,
            adaptor=wallet,
            open=self._open,
        )
        return self

    async def converse(
        self,
        scenario: Scenario,
        at_rest: Callable[[], None] = nobody,
        *,
        leave: Callable[[], None] | None = None,
        turn: str = "",
    ) -> Trace:
        """As any other, and counted."""
        self.held += 1
        return await super().converse(scenario, at_rest, leave=leave if self._sharing else None, turn=turn)


@dataclass(frozen=True)
class Run:
    """What was held in their order, how many conversations that took, and how many seconds."""

    traces: list[Trace]
    held: int
    seconds: float

    @property
    def shared(self) -> int:
        """How many gave their place away."""
        return sum("others began" in dict(trace.events[0].notes).get(SILENCE, "") for trace in self.traces)


def run(
    specimen: Specimen,
    scenarios: Sequence[Scenario],
    *,
    sharing: bool,
    parallel: int = 1,
    pause: Pause = quick,
) -> Run:
    """Hold these conversations, as many at a time."""

    async def hold() -> Run:
        places = asyncio.Semaphore(parallel)
        async with _Connector(specimen, pause, sharing=sharing) as connector:
            each = (held_in_place(connector, one, places, alone=parallel == 1) for one in scenarios)
            traces = await asyncio.gather(*each)
            return Run(traces, connector.held, asyncio.get_running_loop().time())

    with asyncio.Runner(loop_factory=LeapingLoop) as runner:
        return runner.run(hold())


@functools.cache
def planned(part: int, *, app_link: bool) -> tuple[Planned, ...]:
    """What the suites ask in every so many-th conversation in which Alipay+ calls no MPP server."""
    claims = Claims.of(reference().claims())
    claims = replace(claims, features=claims.features - (set() if app_link else {"app_link"}))
    rows = [row for row in plan(load(directory("suites")).cases, claims) if not row.not_applicable]
    asked = dict.fromkeys(row.scenario for row in rows if not any(payment.calls for payment in row.scenario.payments))
    held = set(list(asked)[::part])
    return tuple(row for row in rows if row.scenario in held)
