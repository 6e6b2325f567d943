"""Whoever calls on a new connection is not behind those who keep theirs busy, on any event loop."""

import asyncio
import errno
import socket
from collections.abc import Callable
from contextlib import closing

import pytest

from mpp_conformance.transport.scheduler import new_event_loop
from mpp_conformance.transport.servers.acceptor import Acceptor
from mpp_conformance.transport.servers.listener import bound
from tests.hosting import HOST

_LOOPS = pytest.mark.parametrize("loop", [asyncio.new_event_loop, new_event_loop], ids=["asyncio", "fastest"])
_CALLERS = 64
_TURNS = 8
"""Of the loop, from a connection's coming to whoever serves it."""


class Refusing:
    """A listening socket that says an error once before it accepts."""

    def __init__(self, listener: socket.socket, number: int) -> None:
        self._listener, self._number = listener, number

    def fileno(self) -> int:
        """As the socket's."""
        return self._listener.fileno()

    def settimeout(self, seconds: float) -> None:
        """As the socket's."""
        self._listener.settimeout(seconds)

    def accept(self) -> tuple[socket.socket, object]:
        """An error at first."""
        if self._number:
            number, self._number = self._number, 0
            raise OSError(number, "refused")
        return self._listener.accept()


def _callers(listener: socket.socket, count: int) -> list[socket.socket]:
    return [socket.create_connection(listener.getsockname()) for _ in range(count)]


@_LOOPS
def test_all_that_wait_are_accepted_within_the_same_turns(loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    """However many they are; libuv alone takes one in each turn."""
    served: list[asyncio.Protocol] = []

    def serve() -> asyncio.Protocol:
        served.append(asyncio.Protocol())
        return served[-1]

    async def accept() -> int:
        with bound(HOST, 0)[0] as listener:
            callers = _callers(listener, _CALLERS)
            acceptor = Acceptor(listener, serve)
            for _ in range(_TURNS):
                await asyncio.sleep(0)
            acceptor.close()
            for caller in callers:
                caller.close()
            return len(served)

    with asyncio.Runner(loop_factory=loop) as runner:
        assert runner.run(accept()) == _CALLERS


@_LOOPS
@pytest.mark.parametrize("number", [errno.EMFILE, errno.ECONNABORTED])
def test_a_connection_that_cannot_be_accepted_is_not_the_last(
    loop: Callable[[], asyncio.AbstractEventLoop], number: int
) -> None:
    """Where this process has no file left, or whoever called is gone, others are accepted after that."""

    async def accept() -> bytes:
        made = asyncio.Event()

        class Greeting(asyncio.Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                transport.write(b"hello")  # type: ignore[attr-defined]  # it is one of a stream
                made.set()

        with bound(HOST, 0)[0] as listener, closing(_callers(listener, 1)[0]) as caller:
            acceptor = Acceptor(Refusing(listener, number), Greeting)  # type: ignore[arg-type]  # all that is asked of one
            await made.wait()
            acceptor.close()
            return await asyncio.to_thread(caller.recv, 5)

    with asyncio.Runner(loop_factory=loop) as runner:
        assert runner.run(accept()) == b"hello"


@_LOOPS
def test_whoever_is_accepted_last_is_hung_up(loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    """An acceptor that closes before anybody serves a connection leaves none open."""

    async def accept() -> bytes:
        with bound(HOST, 0)[0] as listener, closing(_callers(listener, 1)[0]) as caller:
            acceptor = Acceptor(listener, asyncio.Protocol)
            acceptor._accept()
            acceptor.close()
            for _ in range(_TURNS):
                await asyncio.sleep(0)
            return await asyncio.to_thread(caller.recv, 1)

    with asyncio.Runner(loop_factory=loop) as runner:
        assert runner.run(accept()) == b""
