"""Requests whose first byte has come and whose last has not: whoever is speaking is not silent."""

import asyncio
import time
from typing import Final

ARRIVALS: Final = "mpp_conformance.arrivals"
"""The lifespan state's name for them."""
COME: Final = "mpp_conformance.come"
"""Where an application finds what it calls when it has read a request to its end."""


class Arrivals:
    """The requests that are on their way to one application."""

    def __init__(self) -> None:
        self._begun: dict[object, tuple[float, asyncio.Future[None]]] = {}

    def begin(self, request: object) -> None:
        """A byte of it has come, which may be its first."""
        if request not in self._begun:
            self._begun[request] = time.monotonic(), asyncio.get_running_loop().create_future()

    def come(self, request: object) -> None:
        """All of it has come, or nothing more will; also where that was said before."""
        _, done = self._begun.pop(request, (0.0, None))
        if done is not None and not done.done():
            done.set_result(None)

    async def over(self, seconds: float) -> None:
        """Come back when those that are on their way now have come; none is waited for longer than ``seconds``."""
        now = time.monotonic()
        left = [(begun + seconds - now, done) for begun, done in self._begun.values()]
        waited = {done for remaining, done in left if remaining > 0}
        if waited:
            await asyncio.wait(waited, timeout=max(remaining for remaining, _ in left))
