"""The calls that the suite makes to the wallet's adaptor (openapi/mpp-adaptor.yaml).

Only the status of an answer counts. Its body is looked at only to say why a call was refused.
"""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final, Protocol

import httpx

from mpp_conformance import wire
from mpp_conformance.judging.trace import Half
from mpp_conformance.protocol.messages import Message
from mpp_conformance.scenarios.scenario import HEALTH, OBSERVER, Probe

_READ: Final = 65_536
"""Bytes of an answer that are read at most."""
_SHOWN: Final = 200
_JSON: Final = {"content-type": "application/json"}
_PROBED: Final = {HEALTH: ("GET", "/health")} | {
    operation.name: (operation.method, operation.path)
    for operation in wire.OPERATIONS.values()
    if operation.document == "mpp-adaptor"
}
"""Method and path of the adaptor's operations."""
NO_ANSWER: Final = "none"


class AdaptorUnreachableError(Exception):
    """Nothing takes calls at the adaptor's address."""


class RefusedError(Exception):
    """The adaptor did not carry out a call, which proves nothing about the wallet."""


class Caller(Protocol):
    """Whoever has the wallet's client act: its adaptor, a test build that fetches its calls, or a person."""

    async def ready(self) -> None:
        """Wait until a call can be made."""

    async def missing_reports(self, tokens: Collection[str]) -> str:
        """What hinders reports of these payments that are on their way, in words; empty: nobody knows of any."""

    async def tell(self, message: Message, observer_url: str, keep: Callable[[Half], None]) -> None:
        """Have a message acted on; RefusedError and AdaptorUnreachableError say in words what came instead."""

    async def probe(self, probe: Probe, observer_url: str, patience: float, keep: Callable[[Half], None]) -> str:
        """The HTTP status in digits that a call is answered with, or NO_ANSWER."""


@dataclass(frozen=True, slots=True)
class Adaptor:
    """The adaptor at ``url``; ``http`` carries the calls, and ``error_page_url`` stands for Alipay+'s error page."""

    url: str
    http: httpx.AsyncClient
    error_page_url: str | None = None

    async def ready(self) -> None:
        """It is called wherever it is: there is nobody to wait for."""

    async def missing_reports(self, tokens: Collection[str]) -> str:  # noqa: ARG002  # as the other adaptor's
        """What hinders reports of these payments that are on their way, in words; empty: nobody knows of any."""
        return ""

    async def tell(self, message: Message, observer_url: str, keep: Callable[[Half], None]) -> None:
        """Have a message acted on; RefusedError and AdaptorUnreachableError say in words what came instead.

        ``keep`` is given both halves of the call, as far as it came to them.
        """
        content = wire.encode(message, observer_url=observer_url, error_page_url=self.error_page_url)
        address = f"{self.url}{wire.OPERATIONS[type(message)].path}"
        try:
            async with self.http.stream("POST", address, content=content, headers=_JSON) as answer:
                keep(half(answer.request, answer.request.headers, content))
                body = await read_beginning(answer, _READ)
                keep(half(answer.request, answer.headers, body, answer.status_code))
        except (httpx.ConnectError, httpx.ConnectTimeout) as problem:
            raise AdaptorUnreachableError(f"the adaptor at {self.url} cannot be reached: {words(problem)}") from problem
        except (httpx.HTTPError, httpx.InvalidURL) as problem:
            raise RefusedError(f"POST {address}: {words(problem)}") from problem
        if not answer.is_success:
            raise RefusedError(f"POST {address}: status {answer.status_code}{_problem(body)}")

    async def probe(self, probe: Probe, observer_url: str, patience: float, keep: Callable[[Half], None]) -> str:
        """The HTTP status in digits that a call is answered with, or NO_ANSWER; ``keep`` as for :meth:`tell`.

        ``patience``: the seconds that an answer may take.
        """
        method, path = _PROBED[probe.operation]
        content = probe.body.replace(OBSERVER, observer_url).encode()
        try:
            async with (
                asyncio.timeout(patience),
                self.http.stream(method, f"{self.url}{path}", content=content, headers=_JSON) as answer,
            ):
                keep(half(answer.request, answer.request.headers, content))
                keep(half(answer.request, answer.headers, await read_beginning(answer, _READ), answer.status_code))
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL):
            return NO_ANSWER
        return str(answer.status_code)


async def read_beginning(answer: httpx.Response, size: int) -> bytes:
    """The first ``size`` bytes of an answer's body, or all of it."""
    body = bytearray()
    async for piece in answer.aiter_raw():
        body += piece
        if len(body) > size:
            break
    return bytes(body[:size])


def _problem(body: bytes) -> str:
    """What the adaptor says of a refusal, if it says it as openapi/ asks."""
    try:
        problem = wire.parse_object(body).get("problem")
    except wire.UnreadableBodyError:
        return ""
    return f", {wire.printable(problem, _SHOWN)}" if isinstance(problem, str) and problem else ""


def words(problem: Exception) -> str:
    """What went wrong with a call."""
    told = str(problem).replace(" ssl:default", "")  # which the HTTP client says of plain HTTP, too
    return wire.printable(told or type(problem).__name__, _SHOWN)


def half(request: httpx.Request, headers: httpx.Headers, body: bytes, status: int | None = None) -> Half:
    """A half of a call as evidence keeps it."""
    texts = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers.raw)
    target = request.url.raw_path.decode("latin-1")
    return Half(method=request.method, target=target, status=status, headers=texts, body=body)
