"""The HTTP client of connectors and of hosted specimens: httpx, with a lean way of its own through plain HTTP.

A run makes thousands of small calls on this machine, and httpx's general transport would take most of its time. Here
a call is a connection that is kept, one write, and one answer read whole. ``https`` goes httpx's usual way.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any, Final, Self, cast

import httptools
import httpx

MAX_ANSWER: Final = 1_048_576
"""Bytes of an answer's body that are read; the rest is left, and its connection closed."""
MAX_HEAD: Final = 65_536
"""Bytes of an answer before its body."""
_MAX_ALL: Final = 8 * MAX_ANSWER
"""Bytes of an answer in all; one in small chunks is several times as long as its body."""
_MAX_IDLE: Final = 64
_EXPIRY: Final = 2.0
"""Seconds that an idle connection is kept. Most servers close theirs after 5; a call must not meet that moment."""
_CONTINUE: Final = (100, 102, 103)
_HEADERS: Final = {"accept": "application/json", "accept-encoding": "identity", "user-agent": "mpp-conformance"}


def http_client(*, timeout: float, read: float | None = None) -> httpx.AsyncClient:
    """A client that follows no redirects and no settings of the environment.

    ``timeout`` and ``read`` are seconds: for each step of a call, and for its answer if that may take another time.
    """
    return httpx.AsyncClient(
        timeout=httpx.Timeout(timeout, read=read or timeout),
        limits=httpx.Limits(max_connections=None, keepalive_expiry=_EXPIRY),
        headers=_HEADERS,
        mounts={"http://": PlainTransport()},
        trust_env=False,
        follow_redirects=False,
    )


class PlainTransport(httpx.AsyncBaseTransport):
    """HTTP/1.1 without TLS over connections that are kept; answers are read whole before they are handed out."""

    def __init__(self) -> None:
        self._idle: dict[tuple[str, int], list[_Connection]] = defaultdict(list)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        await self.aclose()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry out one call; raises what httpx's own transport would."""
        timeouts: dict[str, float | None] = request.extensions.get("timeout", {})
        head = _head(request) + await request.aread()
        origin = (request.url.raw_host.decode("ascii").strip("[]"), request.url.port or 80)
        connection = self._kept(origin) or await _connected(origin, timeouts.get("connect"))
        try:
            async with asyncio.timeout(timeouts.get("read")):
                answer = await connection.exchange(head)
        except TimeoutError:
            raise httpx.ReadTimeout("there was no answer in time", request=request) from None
        finally:
            # Before an answer is complete nothing else can be said on a connection.
            self._keep(origin, connection)
        return answer

    async def aclose(self) -> None:
        """Close what is idle."""
        for connections in self._idle.values():
            for connection in connections:
                connection.close()
        self._idle.clear()

    def _kept(self, origin: tuple[str, int]) -> "_Connection | None":
        connections = self._idle[origin]
        oldest = asyncio.get_running_loop().time() - _EXPIRY
        while connections:
            connection = connections.pop()
            if connection.reusable and connection.idle_since > oldest:
                return connection
            connection.close()
        return None

    def _keep(self, origin: tuple[str, int], connection: "_Connection") -> None:
        if connection.reusable and len(self._idle[origin]) < _MAX_IDLE:
            connection.idle_since = asyncio.get_running_loop().time()
            self._idle[origin].append(connection)
        else:
            connection.close()


async def _connected(origin: tuple[str, int], seconds: float | None) -> "_Connection":
    try:
        async with asyncio.timeout(seconds):
            _, connection = await asyncio.get_running_loop().create_connection(_Connection, *origin)
    except TimeoutError:
        raise httpx.ConnectTimeout("no connection was made in time") from None
    except OSError as problem:
        raise httpx.ConnectError(problem.strerror or str(problem)) from problem
    return connection


def _head(request: httpx.Request) -> bytes:
    lines = [b"%b %b HTTP/1.1" % (request.method.encode("ascii"), request.url.raw_path)]
    lines += [b"%b: %b" % header for header in request.headers.raw]
    if any(b"\r" in line or b"\n" in line for line in lines):
        raise httpx.LocalProtocolError("a header cannot hold a line break")
    return b"\r\n".join([*lines, b"", b""])


class _Body(httpx.AsyncByteStream):
    def __init__(self, content: bytes) -> None:
        self._content = content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._content


class _Connection(asyncio.Protocol):
    """One connection; ``reusable`` while it is open and no answer on it is outstanding."""

    def __init__(self) -> None:
        self.reusable = False
        self.idle_since = 0.0
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[httpx.Response] | None = None
        self._parser: Any = None
        self._headers: list[tuple[bytes, bytes]] = []
        self._body = bytearray()
        self._received = 0
        self._in_body = False

    async def exchange(self, sent: bytes) -> httpx.Response:
        """Send a request and wait for its answer; RemoteProtocolError where something else comes."""
        if self._transport is None or self._transport.is_closing():
            raise httpx.ConnectError("the connection was closed")
        self.reusable, self._received = False, 0
        self._answer = asyncio.get_running_loop().create_future()
        self._parser = httptools.HttpResponseParser(self)
        self._transport.write(sent)
        return await self._answer

    def close(self) -> None:
        """Close it."""
        self.reusable = False
        if self._transport is not None:
            self._transport.close()

    # --- what asyncio calls -------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not descend from asyncio's.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._answer is None or self._answer.done():
            # Nobody asked: the next answer could not be told from this.
            self.close()
            return
        self._received += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as problem:
            self._fail(f"what came is no HTTP answer: {problem}")
        if self._received > (_MAX_ALL if self._in_body else MAX_HEAD):
            self._fail("the answer is too long")

    def connection_lost(self, exc: Exception | None) -> None:
        self.reusable = False
        if self._in_body and exc is None and not self._is_measured():
            self._complete(keep=False)
        self._fail("the connection was closed before the answer had come to its end")

    # --- what the parser calls ----------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        self._headers, self._body, self._in_body = [], bytearray(), False

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        self._in_body = self._parser.get_status_code() not in _CONTINUE

    def on_body(self, body: bytes) -> None:
        self._body += body[: MAX_ANSWER - len(self._body)]
        if len(self._body) == MAX_ANSWER:
            self._complete(keep=False)

    def on_message_complete(self) -> None:
        if self._in_body:
            self._complete(keep=bool(self._parser.should_keep_alive()))

    def _is_measured(self) -> bool:
        return any(name.lower() in {b"content-length", b"transfer-encoding"} for name, _ in self._headers)

    def _complete(self, *, keep: bool) -> None:
        if self._answer is not None and not self._answer.done():
            status = self._parser.get_status_code()
            self._answer.set_result(httpx.Response(status, headers=self._headers, stream=_Body(bytes(self._body))))
            self.reusable = keep

    def _fail(self, problem: str) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(httpx.RemoteProtocolError(problem))
        self.close()
