"""One listening socket for an ASGI application, in the event loop that is running.

Whoever opens it ends it: no signal is caught here, and nothing is logged.
"""

import asyncio
import errno
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any, Final

import uvicorn
from starlette.applications import Starlette

from mpp_conformance.transport.servers.acceptor import Acceptor
from mpp_conformance.transport.servers.arrivals import ARRIVALS, Arrivals
from mpp_conformance.transport.servers.connection import UNREADABLE, Connection

LOCALHOST: Final = "localhost"
BACKLOG: Final = 4_096
"""Connections that wait to be accepted at most; the kernel may allow fewer."""
_GOODBYE: Final = 1.0
"""Seconds that open exchanges get to end when the listener closes."""
_ANYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # not to listen at: how to reach it from here


_CONFIG: Final[dict[str, Any]] = {
    "http": Connection,
    "ws": "none",
    "lifespan": "off",
    "log_config": None,
    "log_level": "critical",
    "access_log": False,
    "proxy_headers": False,
    "server_header": False,
    "workers": 1,
    # Longer than HTTP clients keep idle connections: it is never the server that closes first.
    "timeout_keep_alive": 75,
}


class ListenError(OSError):
    """The address cannot be listened at; says which and why."""


def bound(host: str, port: int) -> list[socket.socket]:
    """Listening sockets; port 0 takes any that is free. ListenError where the address is not to be had.

    ``localhost`` is both 127.0.0.1 and ::1, of which clients try only the one that stands first where they run.
    """
    if host != LOCALHOST:
        return [_bound(host, port)]
    found = [_bound("127.0.0.1", port)]
    try:
        found.append(_bound("::1", found[0].getsockname()[1]))
    except ListenError as problem:
        if isinstance(problem.__cause__, OSError) and problem.__cause__.errno == errno.EADDRINUSE:
            found[0].close()
            raise
    return found  # without ::1 on a machine that has none


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's algorithm off only where the socket says that it is TCP.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(BACKLOG)
    except OSError as problem:
        made.close()
        raise ListenError(f"cannot listen at {_shown(host, port)}: {problem.strerror or problem}") from problem
    return made


@asynccontextmanager
async def serve_app(app: Starlette, host: str, port: int, arrivals: Arrivals | None = None) -> AsyncIterator[str]:
    """Serve ``app`` for the time of the context; yields its base address (``http://host:port``).

    ``arrivals`` is told of the requests that are on their way.
    """
    made = bound(host, port)
    config = uvicorn.Config(app, **_CONFIG)
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    server.lifespan.state[UNREADABLE] = getattr(app.state, "unreadable", None)
    server.lifespan.state[ARRIVALS] = arrivals or Arrivals()
    acceptors: list[Acceptor] = []
    try:
        acceptors.extend(Acceptor(one, lambda: _connection(server)) for one in made)
        # It does no more than keep the Date header of answers right.
        ticking = asyncio.create_task(server.main_loop())
        try:
            yield f"http://{_shown(_ANYWHERE.get(host, host), made[0].getsockname()[1])}"
        finally:
            ticking.cancel()
            await asyncio.gather(ticking, return_exceptions=True)
            await _ended(server, acceptors)
    finally:
        for one in made:
            one.close()


def _connection(server: uvicorn.Server) -> Connection:
    return Connection(config=server.config, server_state=server.server_state, app_state=server.lifespan.state)


async def _ended(server: uvicorn.Server, acceptors: Iterable[Acceptor]) -> None:
    """Accept no more, let open exchanges end for a moment, and close what is left."""
    for acceptor in acceptors:
        acceptor.close()
    state = server.server_state
    for connection in list(state.connections):
        connection.shutdown()
    if state.tasks:
        _, late = await asyncio.wait(set(state.tasks), timeout=_GOODBYE)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
    for connection in list(state.connections):
        connection.transport.abort()


def _shown(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
