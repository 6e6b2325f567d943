"""How late the suite itself is: a beat that its own event loop should keep, and by how much it does not.

A loop that has too much to do, or a machine that gives it no time, hears messages late and answers them late; the MPP
looks slow or silent then, and is not.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

BEAT: Final = 0.05
"""Seconds from one beat to the next."""
LATE: Final = 0.5
"""Seconds that the loop may be late before what hangs on time accuses nobody: half of the second that impatient HTTP
clients wait. Each wait for a message takes its own delay off by itself, whatever it is."""

_TOO_LATE: Final = 0.05
"""Seconds by which a wait may end too late on a machine that is not overloaded."""


@asynccontextmanager
async def beating(
    heard: Callable[[float], None], *, clock: Callable[[], float] = time.monotonic
) -> AsyncIterator[None]:
    """For the time of the context tell ``heard`` at each beat by how many seconds it came too late."""
    task = asyncio.create_task(_beat(heard, clock))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _beat(heard: Callable[[float], None], clock: Callable[[], float]) -> None:
    while True:
        due = clock() + BEAT
        await asyncio.sleep(BEAT)
        heard(max(0.0, clock() - due))


async def woken(event: asyncio.Event, seconds: float) -> bool:
    """Whether something happened within the time."""
    begun = time.monotonic()
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        # Where the machine gave us no time to listen, silence is no silence of the wallet's.
        return time.monotonic() - begun - seconds > _TOO_LATE
    event.clear()
    return True
