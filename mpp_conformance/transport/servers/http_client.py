"""The HTTP client of connectors and of hosted specimens: httpx, set up for many small calls on one machine.

aiohttp carries the bytes: httpx's own transport takes four times the processor time for a call.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

_EXPIRY: Final = 2.0
"""Seconds that an idle connection is kept. Most servers close theirs after 5; a call must not meet that moment."""
_HEADERS: Final = {"accept": "application/json", "accept-encoding": "identity", "user-agent": "mpp-conformance"}
_NOT_CONNECTED: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)


def http_client(*, timeout: float, read: float | None = None) -> httpx.AsyncClient:
    """A client that follows no redirects and no settings of the environment, and keeps no cookies.

    ``timeout`` and ``read`` are seconds: for each step of a call, and for its answer if that may take another time.
    """
    return httpx.AsyncClient(
        timeout=httpx.Timeout(timeout, read=read or timeout),
        transport=_Transport(client=_session, trust_env=False),
        headers=_HEADERS,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        trust_env=False,
        follow_redirects=False,
    )


class _Transport(AiohttpTransport):
    """Says in httpx's words whatever goes wrong: an answer that cannot be read is no fault of ours."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry out one call."""
        with _in_words_of_httpx():
            return await super().handle_async_request(request)


def _session() -> aiohttp.ClientSession:
    connections = aiohttp.TCPConnector(limit=0, keepalive_timeout=_EXPIRY)
    return aiohttp.ClientSession(connector=connections, cookie_jar=aiohttp.DummyCookieJar())


@contextmanager
def _in_words_of_httpx() -> Iterator[None]:
    try:
        yield
    except httpx.ConnectTimeout as problem:
        # The transport says so of every trouble with a connection, one that was made and then closed included.
        if isinstance(problem.__cause__, _NOT_CONNECTED):
            raise httpx.ConnectError(str(problem)) from problem
        raise httpx.RemoteProtocolError(f"the connection was closed: {problem}") from problem
    except aiohttp.ClientError as problem:
        raise httpx.RemoteProtocolError(f"what came is no HTTP answer: {problem}") from problem
