"""Conversations ahead of their judgement: distinct ones held once, as many at a time as the wallet bears.

Tests ask for traces one after the other; here they are held concurrently, before and while the tests judge.
"""

import asyncio
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol

from mpp_conformance.peers.router import Stray
from mpp_conformance.scenario import Scenario
from mpp_conformance.trace import Trace

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

    def close(self) -> None:
        """Leave off what is still going on and stop listening."""


class Converser(Protocol):
    """Holds conversations in an event loop."""

    @property
    def strays(self) -> Sequence[Stray]:
        """Messages that fitted no open conversation."""

    async def converse(self, scenario: Scenario) -> Trace:
        """Hold one conversation to its end."""


class ConcurrentConversations:
    """Conversations in a thread of their own, at most ``parallel`` at a time, in the order in which they are asked for.

    ``open_connector`` makes the connector inside that thread; what it raises there is raised here.
    """

    def __init__(self, open_connector: Callable[[], AbstractAsyncContextManager[Converser]], *, parallel: int) -> None:
        self._open_connector = open_connector
        self._parallel = parallel
        self._futures: dict[Scenario, Future[Trace]] = {}
        self._ready: Future[tuple[asyncio.AbstractEventLoop, Converser]] = Future()
        self._over: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._work, name="conversations", daemon=True)
        self._thread.start()
        try:
            self._loop, self._connector = self._ready.result()
        except BaseException:
            self._thread.join(_GOODBYE)
            raise

    @property
    def strays(self) -> Sequence[Stray]:
        """Messages that fitted no open conversation."""
        return tuple(self._connector.strays)

    def prepare(self, scenarios: Iterable[Scenario]) -> None:
        """Begin these conversations, in their order."""
        for scenario in scenarios:
            if scenario not in self._futures:
                self._futures[scenario] = asyncio.run_coroutine_threadsafe(self._hold(scenario), self._loop)

    def trace(self, scenario: Scenario) -> Trace:
        """The conversation of this scenario, once it is over; raises what went wrong inside the suite."""
        self.prepare([scenario])
        return self._futures[scenario].result()

    def close(self) -> None:
        """Leave off what is still going on and stop listening."""
        for future in self._futures.values():
            future.cancel()
        if self._over is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._over.set)
            self._thread.join(_GOODBYE)

    def _work(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as problem:  # noqa: BLE001  # it is the other thread's to handle
            if not self._ready.done():
                self._ready.set_exception(problem)

    async def _serve(self) -> None:
        self._turns = asyncio.Semaphore(self._parallel)
        self._over = asyncio.Event()
        async with self._open_connector() as connector:
            self._ready.set_result((asyncio.get_running_loop(), connector))
            await self._over.wait()

    async def _hold(self, scenario: Scenario) -> Trace:
        async with self._turns:
            return await self._connector.converse(scenario)
