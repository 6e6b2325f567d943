"""A proxy that signs: in front of whoever verifies, for one who can only send the examples of a contract.

What is signed is what is sent on, byte for byte. Nothing else of a message is changed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mpp_conformance import signature
from mpp_conformance.servers.application import application
from mpp_conformance.servers.bodies import body_of, target_of

_OF_THE_CONNECTION: Final = frozenset(
    (
        *("accept-encoding", "connection", "content-encoding", "content-length", "date", "host", "keep-alive", "te"),
        *("trailer", "transfer-encoding", "upgrade"),
    )
)
"""Headers that speak of one connection, and not of the message."""
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who signs, and as whom."""

    client_id: str
    key: RSAPrivateKey = field(repr=False)
    key_version: int = 1

    def signed(
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
    """Stands before the server at ``upstream``; ``http`` carries what is sent on.

    Requests are signed by ``requests`` where they bear a Signature header and ``wanted`` says so; answers by
    ``answers`` where they bear one. ``None`` leaves a side as it is.
    """

    upstream: str
    http: httpx.AsyncClient
    requests: Signer | None = None
    answers: Signer | None = None
    wanted: Callable[[], bool] = lambda: True

    @property
    def app(self) -> Starlette:
        """What listens."""
        return application([Route("/{path:path}", self._carry, methods=list(_METHODS))])

    async def _carry(self, request: Request) -> Response:
        target = target_of(request)
        body = await body_of(request)
        headers = _of_the_message(request.headers)
        if self.requests is not None and "signature" in headers and self.wanted():
            headers = self.requests.signed(
                headers, body, method=request.method, target=target, time_header="request-time"
            )
        address = self.upstream.rstrip("/") + target
        answer = await self.http.request(request.method, address, content=body, headers=headers)
        told = _of_the_message(answer.headers)
        if self.answers is not None and "signature" in told:
            told = self.answers.signed(
                told, answer.content, method=request.method, target=target, time_header="response-time"
            )
        return Response(answer.content, answer.status_code, told)


def _of_the_message(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items() if name.lower() not in _OF_THE_CONNECTION}
