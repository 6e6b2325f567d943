"""The HTTP client of connectors and of hosted specimens: httpx, set up for many small calls on one machine.

aiohttp carries the bytes: httpx's own transport takes four times the processor time for a call.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

_HEADERS: Final = {"accept": "application/json", "accept-encoding": "identity", "user-agent": "mpp-conformance"}
_NOT_CONNECTED: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)


def http_client(*, timeout: float, read: float | None = None, keep: bool = False) -> httpx.AsyncClient:
    """A client that follows no redirects, keeps no cookies, and reads no more of the environment than SSL_CERT_FILE.

    ``timeout`` and ``read`` are seconds: for each step of a call, and for its answer if that may take another time.
    ``keep``: connections are used again. A server may close one at the moment in which a call is sent on it, and nobody
    can tell then whether the call was carried out, so that whoever is judged is called on a new one each time.
    """
    trusted = ssl.create_default_context()
    return httpx.AsyncClient(
        timeout=httpx.Timeout(timeout, read=read or timeout),
        transport=_Transport(verify=trusted, client=partial(_session, trusted, keep=keep), trust_env=False),
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


def _session(trusted: ssl.SSLContext, *, keep: bool) -> aiohttp.ClientSession:
    connections = aiohttp.TCPConnector(limit=0, force_close=not keep, ssl=trusted)
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
        raise httpx.RemoteProtocolError(f"what came is not an HTTP answer: {problem}") from problem
