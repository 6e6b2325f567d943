"""Listening: places given away to others while a silent wallet is waited for change no verdict, whoever it is.

Time stands still here while anybody has anything to do, and else leaps to the next thing that is due.
"""

import asyncio
import functools
import selectors
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count
from random import Random
from typing import TYPE_CHECKING, Final, Self, cast

import pytest

from mpp_conformance import wire
from mpp_conformance.common.resources import directory
from mpp_conformance.judging import oracle
from mpp_conformance.judging.trace import SILENCE, WAITED, Half, Trace
from mpp_conformance.ledger.catalogue import Claims, Planned, load, plan
from mpp_conformance.protocol.messages import Malformed, Message, NotifyPayment, UserInitiatedPay
from mpp_conformance.scenarios.scenario import OBSERVER, ORDER, Payment, Probe, Scenario, one
from mpp_conformance.specimens import SPECIMENS, Specimen
from mpp_conformance.specimens.conforming import ConformingMpp, Say
from mpp_conformance.transport.connectors.calls import Calls
from mpp_conformance.transport.connectors.conversation import nobody
from mpp_conformance.transport.connectors.heartbeat import Heartbeat
from mpp_conformance.transport.connectors.http import HttpConnector
from mpp_conformance.transport.connectors.listening import Listening
from mpp_conformance.transport.connectors.silences import SHOWN
from mpp_conformance.transport.scheduler import held_in_place
from mpp_conformance.wallet import reference
from mpp_conformance.wire import round_trip
from tests.hosting import wallet_at

if TYPE_CHECKING:
    from mpp_conformance.transport.connectors.mpp_server import MppServer

PATIENCE: Final = 10.0
_SILENT: Final = (
    "never-notified",
    "handle-by-sdk-swallowed",
    "answers-not-acted-on",
    "hand-overs-not-acted-on",
    "notification-repeated",
    "second-scans-passed-over",
)
"""MPPs that leave out what is waited for, for one reason or another; two of them conform."""
_PART: Final = 18
"""Every so many-th conversation is held."""
_NEVER: Final = 1e9


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


class _Loop(asyncio.SelectorEventLoop):
    """An event loop whose time leaps."""

    def __init__(self) -> None:
        self._leaping = _Leaping()
        super().__init__(self._leaping)

    def time(self) -> float:
        """Seconds."""
        return self._leaping.now


class _Wallet:
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
        wallet = _Wallet(self._specimen, self, self._pause)
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

    with asyncio.Runner(loop_factory=_Loop) as runner:
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


def verdicts(rows: Sequence[Planned], traces: Sequence[Trace]) -> list[str]:
    """Of each row, in their order."""
    by_scenario = {trace.scenario: trace for trace in traces}
    return [oracle.judge(row.case.judge, by_scenario[row.scenario]).verdict.word for row in rows]


def pace(seed: int) -> Pause:
    """Slow at times, and then for most of the time that there is patience; always quick where the seed is 0."""
    if not seed:
        return quick
    random = Random(seed)  # noqa: S311  # no secret
    return lambda _: 0.9 * PATIENCE if random.random() < 0.01 else 0.02


@pytest.mark.parametrize(
    ("names", "part"), [(_SILENT, _PART), pytest.param(tuple(SPECIMENS), 2 * _PART, marks=pytest.mark.thorough)]
)
@pytest.mark.parametrize("parallel", [1, 4])
def test_a_place_given_away_changes_no_verdict(names: tuple[str, ...], part: int, parallel: int) -> None:
    """Of any known MPP, be it as quick as ever or slow at times; nor is anything of it waited for less long."""
    for name in names:
        specimen = SPECIMENS[name]
        rows = planned(part, app_link=specimen.app_link)
        scenarios = list(dict.fromkeys(row.scenario for row in rows))
        for seed in (0, parallel):
            alone = run(specimen, scenarios, sharing=False, parallel=parallel, pause=pace(seed))
            shared = run(specimen, scenarios, sharing=True, parallel=parallel, pause=pace(seed))

            assert (name, verdicts(rows, alone.traces)) == (name, verdicts(rows, shared.traces))
            assert [trace.ending for trace in alone.traces] == [trace.ending for trace in shared.traces]


MANY: Final = tuple(one(f"{number}", Payment(code=ORDER, amount=number)) for number in range(1, 31))


def test_a_silent_wallet_is_waited_for_beside_others() -> None:
    """Three times it is waited for alone; then others begin, and the evidence says when and why."""
    alone = run(SPECIMENS["never-notified"], MANY, sharing=False)
    shared = run(SPECIMENS["never-notified"], MANY, sharing=True)

    assert (alone.held, alone.shared, shared.held, shared.shared) == (30, 0, 30, 27)
    assert [trace.ending for trace in shared.traces] == [WAITED] * 30
    assert alone.seconds > 30 * PATIENCE
    assert shared.seconds < 5 * PATIENCE
    last = dict(shared.traces[-1].events[0].notes)[SILENCE]
    assert last == (
        "10 s for NotifyPayment; others began after 0.20 s, since 3 such silences had been waited out, and what came "
        "had come within 0.02 s"
    )


def test_a_wallet_that_says_nothing_at_all_is_waited_for_beside_others() -> None:
    """There is nothing that came late."""
    shared = run(SPECIMENS["nothing-done"], MANY, sharing=True)

    assert (shared.held, shared.shared) == (30, 27)


def moody(times: int, pause: float) -> Pause:
    """So many notifications never come, and all later ones after a pause."""
    left = count(times, -1)

    def pauses(message: Message) -> float:
        if not isinstance(message, NotifyPayment):
            return 0.02
        return _NEVER if next(left) > 0 else pause

    return pauses


@pytest.mark.parametrize("parallel", [1, 4])
def test_a_wallet_that_speaks_after_all_is_held_again(parallel: int) -> None:
    """Its silence was none: what was held beside it counts for nothing, and each is waited for alone from then on."""
    alone = run(SPECIMENS["conforming"], MANY, sharing=False, parallel=parallel, pause=moody(max(SHOWN, parallel), 5.0))
    shared = run(SPECIMENS["conforming"], MANY, sharing=True, parallel=parallel, pause=moody(max(SHOWN, parallel), 5.0))

    assert [trace.ending for trace in alone.traces] == [trace.ending for trace in shared.traces]
    assert (alone.held, shared.shared) == (30, 0)
    assert shared.held > 30


def test_a_wallet_that_speaks_when_there_is_no_patience_left_shares_no_more() -> None:
    """It takes longer than there is patience, so that its silences say nothing."""
    shared = run(SPECIMENS["conforming"], MANY, sharing=True, pause=moody(0, 1.5 * PATIENCE))

    assert (shared.held, shared.shared) == (30, 0)
