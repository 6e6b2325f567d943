"""One listening socket for an ASGI application, in the event loop that is running."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import uvicorn
from starlette.applications import Starlette

BACKLOG: Final = 1_024
_GOODBYE: Final = 2
"""Seconds that open exchanges get to end when the listener closes."""


class ListenError(OSError):
    """The address cannot be listened at; says which and why."""


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


def bound(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any that is free. ListenError where the address is not to be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's algorithm off only where the socket says that it is TCP.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(BACKLOG)
    except OSError as problem:
        made.close()
        raise ListenError(f"cannot listen at {host}:{port}: {problem.strerror or problem}") from problem
    return made


@asynccontextmanager
async def listening(app: Starlette, host: str, port: int) -> AsyncIterator[str]:
    """Serve ``app`` for the time of the context; yields its base address (``http://host:port``)."""
    made = bound(host, port)
    config: dict[str, Any] = {
        "log_config": None,
        "access_log": False,
        "lifespan": "off",
        "server_header": False,
        "timeout_graceful_shutdown": _GOODBYE,
        "timeout_keep_alive": 60,
    }
    server = _Server(uvicorn.Config(app, **config))
    task = asyncio.create_task(server.serve(sockets=[made]))
    ready = asyncio.create_task(server.ready.wait())
    try:
        await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
        shown = f"[{host}]" if ":" in host else host
        yield f"http://{shown}:{made.getsockname()[1]}"
    finally:
        server.should_exit = True
        ready.cancel()
        await asyncio.gather(task, ready, return_exceptions=True)
        made.close()
