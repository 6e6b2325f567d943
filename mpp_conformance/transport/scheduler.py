"""Conversations ahead of their judgement: distinct ones held once, as many at a time as the wallet bears.

Tests ask for traces one after the other; here they are held concurrently, before and while the tests judge.
"""

import asyncio
import itertools
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol

from mpp_conformance.judging.trace import Trace
from mpp_conformance.peers.router import Stray
from mpp_conformance.scenarios.scenario import Scenario

_GOODBYE: Final = 10
"""Seconds that the background thread gets to end."""


class Conversations(Protocol):
    """Where traces come from."""

    @property
    def strays(self) -> Sequence[Stray]:
        """Messages of the wallet that fitted no open conversation."""

    def prepare(self, scenarios: Iterable[Scenario]) -> None:
        """Announce conversations that will be asked for, in their order."""

    def trace(self, scenario: Scenario) -> Trace:
        """The conversation of this scenario, once it is over; equal scenarios share one."""

    def renew(self, scenario: Scenario) -> bool:
        """Whether this conversation, which is over, is held once more when it is asked for next."""

    @property
    def prolonged(self) -> Mapping[Scenario, Trace]:
        """Conversations of which more was heard when they were over, with that; all of it is there after `close`."""

    def close(self) -> None:
        """Leave off what is still going on and stop listening."""


class Converser(Protocol):
    """Holds conversations in an event loop."""

    @property
    def strays(self) -> Sequence[Stray]:
        """Messages that fitted no open conversation."""

    @property
    def prolonged(self) -> Mapping[Scenario, Trace]:
        """Conversations of which more was heard when they were over, with that."""

    async def converse(
        self, scenario: Scenario, at_rest: Callable[[], None], *, leave: Callable[[], None], turn: str
    ) -> Trace:
        """Hold one conversation to its end.

        ``at_rest`` is called once there is nothing for the wallet to do in it, ``leave`` where others may begin
        although there may be; ``turn`` is another each time that it is held. OverbookedError where it is to be held
        again, since others should not have begun.
        """


class ClosedError(RuntimeError):
    """A conversation was asked for that was left off when the run was closed."""


class OverbookedError(Exception):
    """A wallet had more conversations at once than it claims to bear, through a fault of the suite."""


class NotHeldError(LookupError):
    """A conversation was asked for that nobody has held, and that nobody can hold any more."""


class ConcurrentConversations:
    """Conversations in a thread of their own, at most ``parallel`` at a time.

    A conversation that is at rest, and only listened to any more, counts no longer: listening on costs a run next to
    nothing. With a wallet that bears one conversation at a time it does count: what comes late could be told of the
    next one. ``open_connector`` makes the connector inside the thread; what it raises there is raised here. ``begun``
    is told of each conversation before it is held, in that thread.
    """

    def __init__(
        self,
        open_connector: Callable[[], AbstractAsyncContextManager[Converser]],
        *,
        parallel: int,
        begun: Callable[[Scenario], None] = lambda _: None,
    ) -> None:
        self._open_connector = open_connector
        self._tell_begun = begun
        self._parallel = parallel
        self._futures: dict[Scenario, Future[Trace]] = {}
        self._turns: defaultdict[Scenario, Iterator[int]] = defaultdict(itertools.count)
        """What the next turn of each conversation is called."""
        self._ready: Future[tuple[asyncio.AbstractEventLoop, Converser]] = Future()
        self._over = asyncio.Event()
        self._thread = threading.Thread(target=self._work, name="conversations", daemon=True)
        self._thread.start()
        self._loop, self._connector = self._ready.result()

    @property
    def strays(self) -> Sequence[Stray]:
        """Messages that fitted no open conversation."""
        return tuple(self._connector.strays)

    @property
    def prolonged(self) -> Mapping[Scenario, Trace]:
        """Conversations of which more was heard when they were over, with that."""
        return self._connector.prolonged

    def prepare(self, scenarios: Iterable[Scenario]) -> None:
        """Begin these conversations: one by one in their order; where many go on at once, the longest first.

        A long one that is begun last is waited for alone. One by one, what was held is judged before the next is.
        """
        given = list(scenarios)
        for scenario in sorted(given, key=lambda one: one.turns, reverse=True) if self._parallel > 1 else given:
            if scenario not in self._futures:
                self._futures[scenario] = self._begun(scenario)

    def trace(self, scenario: Scenario) -> Trace:
        """The conversation of this scenario, once it is over; raises what went wrong inside the suite."""
        self.prepare([scenario])
        try:
            return self._futures[scenario].result()
        except CancelledError:
            raise ClosedError(f"the run was closed before this conversation was over: {scenario.label}") from None

    def renew(self, scenario: Scenario) -> bool:
        """Whether this conversation, which is over, is held once more when it is asked for next: it is."""
        self._futures.pop(scenario, None)  # what an attempt before this one has held is in none
        return True

    def close(self) -> None:
        """Leave off what is still going on and stop listening."""
        for future in self._futures.values():
            future.cancel()
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._over.set)
            self._thread.join(_GOODBYE)

    def _begun(self, scenario: Scenario) -> Future[Trace]:
        coroutine = self._held(scenario)
        try:
            return asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        except RuntimeError:
            coroutine.close()
            raise ClosedError(f"the run was closed before this conversation was asked for: {scenario.label}") from None

    def _work(self) -> None:
        try:
            with asyncio.Runner(loop_factory=new_event_loop) as runner:
                runner.run(self._serve())
        except BaseException as problem:  # noqa: BLE001  # it is the other thread's to handle
            if not self._ready.done():
                self._ready.set_exception(problem)

    async def _serve(self) -> None:
        self._places = asyncio.Semaphore(self._parallel)
        async with self._open_connector() as connector:
            self._ready.set_result((asyncio.get_running_loop(), connector))
            await self._over.wait()

    async def _held(self, scenario: Scenario) -> Trace:
        return await held_in_place(
            self._connector,
            scenario,
            self._places,
            alone=self._parallel == 1,
            begun=lambda: self._tell_begun(scenario),
            turns=self._turns[scenario],
        )


async def held_in_place(
    connector: Converser,
    scenario: Scenario,
    places: asyncio.Semaphore,
    *,
    alone: bool,
    begun: Callable[[], None] = lambda: None,
    turns: Iterator[int] | None = None,
) -> Trace:
    """Hold a conversation when there is a place for it; once more where others should not have begun beside it.

    ``alone``: it has its place for as long as it is listened to; ``begun`` is told when it is first begun; ``turns``:
    what to call each time that it is held, from 0 where it never was.
    """
    for attempt, turn in enumerate(turns or itertools.count()):
        await places.acquire()
        place = Place(places)
        try:
            if not attempt:
                begun()
            at_rest, named = _stay if alone else place.leave, f"-{turn}" if turn else ""
            return await connector.converse(scenario, at_rest, leave=place.leave, turn=named)
        except OverbookedError:
            continue
        finally:
            place.leave()
    raise AssertionError


class Place:
    """One of the places for conversations, which was acquired; it is left once, however often that is said."""

    def __init__(self, places: asyncio.Semaphore) -> None:
        self._places = places
        self._taken = True

    def leave(self) -> None:
        """Let another conversation have it."""
        if self._taken:
            self._taken = False
            self._places.release()


def _stay() -> None:
    """Keep the place to the end."""


def new_event_loop() -> asyncio.AbstractEventLoop:
    """The fastest event loop that there is on this platform."""
    try:
        import uvloop  # noqa: PLC0415  # not on every platform, and not needed by every command
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
