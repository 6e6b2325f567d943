"""The HTTP client of connectors and of hosted specimens: httpx, set up for many small calls on one machine.

aiohttp carries the bytes: httpx's own transport takes four times the processor time for a call.
"""

from typing import Final

import httpx
from httpx_aiohttp import AiohttpTransport

_EXPIRY: Final = 2.0
"""Seconds that an idle connection is kept. Most servers close theirs after 5; a call must not meet that moment."""
_LIMITS: Final = httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=_EXPIRY)
_HEADERS: Final = {"accept": "application/json", "accept-encoding": "identity", "user-agent": "mpp-conformance"}


def http_client(*, timeout: float, read: float | None = None) -> httpx.AsyncClient:
    """A client that follows no redirects and no settings of the environment.

    ``timeout`` and ``read`` are seconds: for each step of a call, and for its answer if that may take another time.
    """
    return httpx.AsyncClient(
        timeout=httpx.Timeout(timeout, read=read or timeout),
        transport=AiohttpTransport(limits=_LIMITS),
        headers=_HEADERS,
        trust_env=False,
        follow_redirects=False,
    )
