"""A proxy that signs: in front of whoever verifies, for one who can only send the examples of a contract.

What is signed is what is sent on, byte for byte. Nothing else of a message is changed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mpp_conformance import wire
from mpp_conformance.protocol import signature
from mpp_conformance.transport.servers.application import application, refusal
from mpp_conformance.transport.servers.request_bodies import body_of, target_of

_OF_THE_CONNECTION: Final = frozenset(
    (
        *("accept-encoding", "connection", "content-encoding", "content-length", "date", "host", "keep-alive", "te"),
        *("trailer", "transfer-encoding", "upgrade"),
    )
)
"""Headers that speak of one connection, and not of the message."""
_REQUEST_TIME: Final = "request-time"
_RESPONSE_TIME: Final = "response-time"
Answer = httpx.Response | httpx.HTTPError
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who signs, and as whom."""

    client_id: str
    key: RSAPrivateKey = field(repr=False)
    key_version: int = 1

    def sign(
        self, headers: Mapping[str, str], body: bytes, *, method: str, target: str, time_header: str
    ) -> dict[str, str]:
        """The headers of a message with a signature that verifies; none is added that was not there."""
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        content = signature.content(method, target, self.client_id, time, body)
        header = signature.sign(self.key, content, key_version=self.key_version)
        made = {"client-id": self.client_id, time_header: time, "signature": header}
        return {name: made.get(name, value) for name, value in headers.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningProxy:
    """Stands before a server; ``address`` says where a request goes, by its target, and ``http`` carries it there.

    Requests are signed by ``requests`` where they bear a Signature header and ``wanted`` says so, over the target that
    they go to; answers by ``answers`` where they bear one, over the target that was asked for. ``None`` leaves a side
    as it is. ``seen`` is shown each answer as it came, or why none did, with the target that was asked for and the one
    that it went to.
    """

    address: Callable[[str], str]
    http: httpx.AsyncClient
    requests: Signer | None = None
    answers: Signer | None = None
    wanted: Callable[[], bool] = lambda: True
    seen: Callable[[str, str, Answer], object] = lambda _asked, _sent, _answer: None

    @property
    def app(self) -> Starlette:
        """What listens."""
        return application([Route("/{path:path}", self._carry, methods=list(_METHODS))])

    async def _carry(self, request: Request) -> Response:
        asked, body = target_of(request), await body_of(request)
        address = self.address(asked)
        sent = _target(address)
        headers = _of_the_message(request.headers)
        if self.requests is not None and "signature" in headers and self.wanted():
            headers = self.requests.sign(headers, body, method=request.method, target=sent, time_header=_REQUEST_TIME)
        try:
            answer = await self._answer(request.method, address, body, headers)
        except httpx.HTTPError as problem:
            self.seen(asked, sent, problem)
            return refusal(HTTPStatus.BAD_GATEWAY, f"no answer came: {type(problem).__name__}")
        self.seen(asked, sent, answer)
        told = _of_the_message(answer.headers)
        if self.answers is not None and "signature" in told:
            told = self.answers.sign(
                told, answer.content, method=request.method, target=asked, time_header=_RESPONSE_TIME
            )
        return Response(answer.content, answer.status_code, told)

    async def _answer(self, method: str, address: str, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
        """An answer, its body not longer than any that is read."""
        async with self.http.stream(method, address, content=body, headers=headers) as answer:
            content = bytearray()
            async for piece in answer.aiter_bytes():
                content += piece
                if len(content) > wire.MAX_BODY:
                    break
            return httpx.Response(answer.status_code, headers=_of_the_message(answer.headers), content=bytes(content))


def before(url: str) -> Callable[[str], str]:
    """Every request goes to the server at ``url``, to the target that it was sent to."""
    return lambda target: url.rstrip("/") + target


def _target(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _of_the_message(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items() if name.lower() not in _OF_THE_CONNECTION}
