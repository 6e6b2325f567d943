"""Load over HTTP: so many users hold conversations with a wallet, one after the other, each judged at its end.

What comes late takes a failure back, as in a run. What the wallet does not claim to bear accuses it only where a value
is another one: whatever is done one by one is late.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from mpp_conformance.judging.attestation import beyond_claim
from mpp_conformance.judging.judgement import Judgement
from mpp_conformance.judging.set_up import SetUp, Sign, signs
from mpp_conformance.judging.trace import BROKEN, Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.requirements import Case
from mpp_conformance.scenarios.scenario import Scenario
from mpp_conformance.transport.scheduler import Place
from mpp_conformance.trials.load.latency import Latency
from mpp_conformance.trials.load.sample import Sample
from mpp_conformance.trials.load.timeline import Timeline
from mpp_conformance.trials.load.traffic import Judged, Rows, Tally, Traffic, tally_one

_ROOM: Final = 256
"""Conversations that are listened to beside those that are going on."""
_APART: Final = 0.01
"""Seconds between the first conversations of two users: twice what one costs ourselves."""
_RAMP: Final = 0.25
"""The part of a load's time that all users have begun in, be they ever so many."""
_BURST: Final = 32
"""Conversations that are begun in one go where so many users are free."""
_TROUBLES: Final = 20
"""Different reasons that are remembered for what could not be held."""
_OTHER: Final = "another reason"


class Connector(Protocol):
    """Holds conversations at any number at once, and remembers them until it is told to forget."""

    async def converse(self, scenario: Scenario, at_rest: Callable[[], None], *, turn: str) -> Trace:
        """Hold one to its end; ``turn`` tells it from others of the same scenario."""

    async def since(self, trace: Trace, seconds: float) -> Trace:
        """One that is over, with what comes in so many seconds from now."""

    def forget(self, trace: Trace) -> None:
        """Keep nothing of one that is over."""


@dataclass(slots=True, kw_only=True)
class Held:
    """What came of so many users: ``troubles`` are why conversations broke off, ``errors`` what failed of ours.

    ``lagged``: conversations in which the suite itself was late; ``interrupted``: it was broken off.
    """

    users: int
    sample: Sample
    conversations: int = 0
    turns: int = 0
    lagged: int = 0
    interrupted: bool = False
    tallies: dict[str, Tally] = field(default_factory=dict)
    latency: Latency = field(default_factory=Latency)
    timeline: Timeline = field(default_factory=Timeline)
    troubles: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)

    @property
    def broken(self) -> set[str]:
        """The requirements that decide and were broken."""
        return {name for name, tally in self.tallies.items() if tally.decides and tally.broke}

    def add(self, judged: Judged) -> None:
        """Count one more."""
        trace = judged.trace
        self.conversations += 1
        self.turns += sum(not event.message.by_suite for event in trace.events)
        self.lagged += bool(trace.lagged)
        self.latency.add(trace)
        self.timeline.add(judged)
        self.sample.add(judged)
        tally_one(judged.rows, self.tallies)
        if trace.ending == BROKEN:
            _remember(self.troubles, trace.trouble)

    def failed(self, cases: tuple[Case, ...], problem: Exception) -> Rows:
        """Count one that the suite could not hold; what is said of it."""
        seen = f"{type(problem).__name__}: {problem}"
        error = Judgement(verdict=Verdict.ERROR, expected="the conversation to be held", seen=seen)
        self.conversations += 1
        rows = tuple((case, error) for case in cases)
        tally_one(rows, self.tallies)
        _remember(self.errors, seen)
        return rows


def _remember(reasons: Counter[str], why: str) -> None:
    reasons[why if why in reasons or len(reasons) < _TROUBLES else _OTHER] += 1


@dataclass(slots=True, kw_only=True)
class Users:
    """Users of one wallet, all with the same ``connector``.

    ``claimed``: how many conversations at once the wallet claims to bear; ``patience``: seconds that what comes late is
    waited for; ``redacted``: a conversation as it may be written down.
    """

    connector: Connector
    traffic: Traffic
    seed: int
    claimed: int
    patience: float
    redacted: Callable[[Trace], Trace]
    clock: Callable[[], float] = time.monotonic
    _signs: set[Sign] = field(default_factory=set)
    _over: deque[Trace] = field(default_factory=deque)
    _loads: int = 0

    async def hold(self, users: int, seconds: float) -> Held:
        """Begin conversations for so many seconds, at most ``users`` at once, and hear all of them out.

        Users begin one after the other: nobody's come in one instant, and a wallet that opens its connections then
        would show that alone.
        Whoever cancels it is given what has been judged until then.
        """
        self._loads += 1
        held = Held(users=users, sample=Sample(self.seed))
        try:
            await self._fill(held, self.clock() + seconds, min(_APART, seconds * _RAMP / users))
        except asyncio.CancelledError:
            held.interrupted = True
        return held

    async def _fill(self, held: Held, end: float, apart: float) -> None:
        places, room = asyncio.Semaphore(held.users), asyncio.Semaphore(held.users + _ROOM)
        async with asyncio.TaskGroup() as group:
            for number, scenario in enumerate(self.traffic.draw(self.seed)):
                await room.acquire()
                await places.acquire()
                if self.clock() >= end:
                    break
                task = group.create_task(self._one(held, number, scenario, Place(places)))
                task.add_done_callback(lambda _: room.release())
                if number < held.users - 1:
                    await asyncio.sleep(apart)
                elif number % _BURST == _BURST - 1:
                    # Whoever is under way gets a turn before more begin: many at once would be late by our own doing.
                    await asyncio.sleep(0)

    async def _one(self, held: Held, number: int, scenario: Scenario, place: Place) -> None:
        try:
            await self.one(held, number, scenario, place.leave)
        finally:
            place.leave()

    async def one(self, held: Held, number: int, scenario: Scenario, at_rest: Callable[[], None]) -> Rows:
        """Hold one conversation, count it in ``held``, and say what the cases say of it; ``at_rest`` as in `converse`.

        ``number`` is no other's of the same load.
        """
        try:
            trace = await self.connector.converse(scenario, at_rest, turn=f"/{self._loads}/{number}")
        except Exception as problem:  # noqa: BLE001  # a fault of one conversation ends no other
            return held.failed(self.traffic.cases[scenario], problem)
        at_rest()
        judged = await self._judged(held.users, Judged(number=number, trace=trace, rows=self._rows(scenario, trace)))
        held.add(judged)
        self._over.append(trace)
        if len(self._over) > held.users + _ROOM:
            self.connector.forget(self._over.popleft())
        return judged.rows

    async def _judged(self, users: int, judged: Judged) -> Judged:
        """It as it is: what fails is judged again when there was time for what is late, and as it may be written."""
        self._signs.update(signs(judged.trace))
        if not judged.failed():
            return judged
        trace = await self.connector.since(judged.trace, self.patience)
        rows = self._rows(trace.scenario, self.redacted(trace))
        again = Judged(number=judged.number, trace=trace, rows=rows)
        weighed = again.weigh(SetUp.from_signs(self._signs))
        if users <= self.claimed:
            return weighed
        return replace(weighed, rows=tuple((case, beyond_claim(one, self.claimed)) for case, one in weighed.rows))

    def _rows(self, scenario: Scenario, trace: Trace) -> tuple[tuple[Case, Judgement], ...]:
        return self.traffic.judge(scenario, trace)
