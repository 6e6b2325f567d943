"""Answers that are carried out by hand, byte for byte: no server library would do what a fault profile asks for.

Nothing waits longer than ``hold``, or four times that for an answer that comes late; whoever waits is woken when the
MPP hangs up.
"""

import asyncio
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mpp_conformance.protocol.faults.profile import DRIP, RESET, SILENT, TRUNCATED, Fault
from mpp_conformance.transport.servers.connection import TRANSPORT

HOLD: Final = 2.0
"""Seconds that silence lasts and that a drip takes, unless somebody says otherwise."""
_PIECES: Final = 8
_LATEST: Final = 4
_AT_ONCE: Final = struct.pack("ii", 1, 0)
"""A socket that lingers for no time at all says RST when it is closed."""


class Misdelivery(Response):
    """``sent``, the bytes of a whole HTTP answer, as ``fault`` has them delivered; the connection ends with it.

    ``gone`` is called once the MPP has met the fault, and not if it has hung up before; it is told whether all that was
    to come has come.
    """

    def __init__(self, sent: bytes, fault: Fault, *, hold: float, gone: Callable[[bool], object]) -> None:
        super().__init__()
        self._sent, self._fault, self._hold, self._gone = sent, fault, hold, gone
        self._delay = min(fault.delay, hold * _LATEST)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  # nothing by ASGI
        """Deliver it."""
        transport: asyncio.Transport = scope[TRANSPORT]
        hung_up = asyncio.ensure_future(_disconnected(receive))
        try:
            if not transport.is_closing():
                await self._deliver(transport, hung_up)
            await asyncio.wait({hung_up}, timeout=self._hold)
            transport.abort()
            await hung_up
        finally:
            hung_up.cancel()

    async def _deliver(self, transport: asyncio.Transport, hung_up: "asyncio.Future[None]") -> None:
        complete = await self._awaited(transport, hung_up) and await self._carried(transport, hung_up)
        if self._fault.delivery in {SILENT, RESET}:
            _reset(transport)
        else:
            transport.close()
        self._gone(complete)

    async def _awaited(self, transport: asyncio.Transport, hung_up: "asyncio.Future[None]") -> bool:
        """Let the time of a late answer pass; whether anybody is still there."""
        if not self._delay:
            return True
        await asyncio.wait({hung_up}, timeout=self._delay)
        return not (hung_up.done() or transport.is_closing())

    async def _carried(self, transport: asyncio.Transport, hung_up: "asyncio.Future[None]") -> bool:
        """Send what is to come; whether all of it has gone."""
        delivery = self._fault.delivery
        if delivery == DRIP:
            return await self._drip(transport, hung_up)
        if delivery == SILENT:
            await asyncio.wait({hung_up}, timeout=self._hold)
        elif delivery == TRUNCATED:
            transport.write(self._sent[: len(self._sent) - _missing(self._sent)])
        elif delivery != RESET:
            transport.write(self._sent)
        return True

    async def _drip(self, transport: asyncio.Transport, hung_up: "asyncio.Future[None]") -> bool:
        size = -(-len(self._sent) // _PIECES)
        for start in range(0, len(self._sent), size):
            await asyncio.wait({hung_up}, timeout=self._hold / _PIECES)
            if hung_up.done() or transport.is_closing():
                return False
            transport.write(self._sent[start : start + size])
        return True


def _missing(sent: bytes) -> int:
    """How many bytes of the body never come: half of them."""
    return len(sent.partition(b"\r\n\r\n")[2]) // 2


def _reset(transport: asyncio.Transport) -> None:
    if transport.is_closing():
        return
    with suppress(OSError):  # the other side was quicker
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    transport.abort()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
