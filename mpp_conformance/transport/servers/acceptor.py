"""New connections get their turn beside busy ones: all that wait are accepted at once, on whatever event loop.

libuv, and with it uvloop, accepts one in each turn of its loop (libuv/libuv#3696). Where 64 clients keep their
connections busy a turn is long, and whoever calls on a new connection each time waits for as many turns as stand in
the queue before it.
"""

import asyncio
import socket
from collections.abc import Callable
from functools import partial
from typing import Final

MOST: Final = 1_024
"""Connections that are accepted in one turn."""
_PAUSE: Final = 0.5
"""Seconds that nobody is accepted where this process can open no more files."""


class Acceptor:
    """Accepts at ``listener`` from now on, in the loop that is running; ``protocol`` makes what serves a connection."""

    def __init__(self, listener: socket.socket, protocol: Callable[[], asyncio.Protocol]) -> None:
        self._loop = asyncio.get_running_loop()
        self._listener = listener
        self._protocol = protocol
        self._served = set[asyncio.Task[None]]()
        self._resuming: asyncio.TimerHandle | None = None
        listener.settimeout(0)
        self._loop.add_reader(listener, self._accept)

    def close(self) -> None:
        """Accept no more; what was accepted and is not served yet is hung up."""
        if self._resuming is not None:
            self._resuming.cancel()
        self._loop.remove_reader(self._listener)
        for task in self._served:
            task.cancel()

    def _accept(self) -> None:
        for _ in range(MOST):
            try:
                made, _ = self._listener.accept()
            except (BlockingIOError, ConnectionError):
                return
            except OSError:
                self._loop.remove_reader(self._listener)
                self._resuming = self._loop.call_later(_PAUSE, self._loop.add_reader, self._listener, self._accept)
                return
            made.settimeout(0)
            task = self._loop.create_task(self._serve(made))
            self._served.add(task)
            task.add_done_callback(partial(self._done, made))

    async def _serve(self, made: socket.socket) -> None:
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await self._loop.connect_accepted_socket(self._protocol, made)

    def _done(self, made: socket.socket, task: asyncio.Task[None]) -> None:
        self._served.discard(task)
        if task.cancelled() or task.exception() is not None:
            made.close()  # whoever called has hung up, or is to be
