"""The calls that the suite makes to the wallet's adaptor (openapi/mpp-adaptor.yaml).

Only the status of an answer counts. Its body is looked at only to say why a call was refused.
"""

from dataclasses import dataclass
from typing import Final

import httpx

from mpp_conformance import wire
from mpp_conformance.messages import Message

_READ: Final = 65_536
"""Bytes of an answer that are read at most."""
_SHOWN: Final = 200
_JSON: Final = {"content-type": "application/json"}


class AdaptorUnreachableError(Exception):
    """Nothing takes calls at the adaptor's address."""


class RefusedError(Exception):
    """The adaptor did not carry out a call, which proves nothing about the wallet."""


@dataclass(frozen=True, slots=True)
class Adaptor:
    """The adaptor at ``url``; ``http`` carries the calls."""

    url: str
    http: httpx.AsyncClient

    async def tell(self, message: Message, observer_url: str) -> None:
        """Have a message acted on; RefusedError and AdaptorUnreachableError say in words what came instead."""
        content = wire.encode(message, observer_url=observer_url)
        address = f"{self.url}{wire.OPERATIONS[type(message)].path}"
        try:
            async with self.http.stream("POST", address, content=content, headers=_JSON) as answer:
                body = await _beginning(answer)
        except (httpx.ConnectError, httpx.ConnectTimeout) as problem:
            raise AdaptorUnreachableError(
                f"the adaptor at {self.url} cannot be reached: {_words(problem)}"
            ) from problem
        except (httpx.HTTPError, httpx.InvalidURL) as problem:
            raise RefusedError(f"POST {address}: {_words(problem)}") from problem
        if not answer.is_success:
            raise RefusedError(f"POST {address}: status {answer.status_code}{_problem(body)}")


async def _beginning(answer: httpx.Response) -> bytes:
    body = bytearray()
    async for piece in answer.aiter_raw():
        body += piece
        if len(body) > _READ:
            break
    return bytes(body[:_READ])


def _problem(body: bytes) -> str:
    """What the adaptor says of a refusal, if it says it as openapi/ asks."""
    try:
        problem = wire.parsed(body).get("problem")
    except wire.UnreadableBodyError:
        return ""
    return f", {wire.printable(problem, _SHOWN)}" if isinstance(problem, str) and problem else ""


def _words(problem: Exception) -> str:
    return wire.printable(str(problem) or type(problem).__name__, _SHOWN)
