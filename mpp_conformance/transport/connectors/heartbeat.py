"""How late the suite itself is: a beat that its own event loop should keep, and by how much it does not.

A loop that has too much to do, or a machine that gives it no time, hears messages late and answers them late; the MPP
looks slow or silent then, and is not. So nothing that waits for the MPP counts the time in which we were late.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

BEAT: Final = 0.05
"""Seconds from one beat to the next."""
LATE: Final = 0.5
"""Seconds that the loop may be late before what hangs on time accuses nobody: half of the second that impatient HTTP
clients wait."""
_WORKED_OFF: Final = 10
"""So many times as long as we were late, what came meanwhile may take us."""


class Heartbeat:
    """Beats while it is entered by `beat`; ``heard`` is told at each beat by how many seconds it came too late."""

    def __init__(
        self, heard: Callable[[float], None] = lambda _: None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._heard = heard
        self._clock = clock
        self._lost = 0.0
        self.worst = 0.0
        """Seconds that a beat was late, at worst."""

    @property
    def now(self) -> float:
        """Seconds of a clock that stands still while we are late."""
        return self._clock() - self._lost

    def late_by(self, seconds: float) -> None:
        """A beat came so many seconds too late: they are nobody's."""
        self._lost += seconds
        self.worst = max(self.worst, seconds)
        self._heard(seconds)

    @asynccontextmanager
    async def beat(self) -> AsyncIterator[None]:
        """Beat for the time of the context."""
        task = asyncio.create_task(self._beat())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def woken(self, event: asyncio.Event, seconds: float) -> bool:
        """Whether ``event`` was set within so many seconds in which we were on time; it is cleared then.

        Where we were late, what came meanwhile is to be worked off first: there is many times that time for that, up
        to as much again.
        """
        before = self._lost
        if await self._woken(event, seconds):
            return True
        lost = self._lost - before
        return lost > BEAT and await self._woken(event, min(seconds, lost * _WORKED_OFF))

    async def _woken(self, event: asyncio.Event, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with self.timeout(seconds):
                await event.wait()
                event.clear()
                return True
        return False

    async def pause(self, seconds: float) -> None:
        """Come back after so many seconds in which we were on time."""
        await self.woken(asyncio.Event(), seconds)

    @asynccontextmanager
    async def timeout(self, seconds: float) -> AsyncIterator[None]:
        """TimeoutError after so many seconds in which we were on time."""
        loop, end = asyncio.get_running_loop(), self.now + seconds
        timer: asyncio.TimerHandle | None = None

        def run_out() -> None:
            nonlocal timer
            left = end - self.now
            if left > 0:
                timer = loop.call_later(left, run_out)
            else:
                waiting.reschedule(loop.time())

        async with asyncio.timeout(None) as waiting:
            run_out()
            try:
                yield
            finally:
                if timer is not None:
                    timer.cancel()

    async def _beat(self) -> None:
        while True:
            due = self._clock() + BEAT
            await asyncio.sleep(BEAT)
            self.late_by(max(0.0, self._clock() - due))
