"""The simulated Alipay+ as HTTP: message layer outside, conversations inside (openapi/alipay-plus.yaml)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mpp_conformance import signature, wire
from mpp_conformance.messages import Message, NotifyPayment, UserInitiatedPay
from mpp_conformance.peers.router import Delivery
from mpp_conformance.servers.bodies import body_of

Notes = Sequence[tuple[str, str]]
Deliver = Callable[[Message, str, Notes], Delivery]
"""Gives a message of the wallet to its conversation: message, observer token (empty at the gateway), notes."""

_PATHS: Final[dict[str, type[UserInitiatedPay] | type[NotifyPayment]]] = {
    "/aps/api/v1/payments/userInitiatedPay": UserInitiatedPay,
    "/aps/api/v1/payments/notifyPayment": NotifyPayment,
}
_NOTE_LENGTH: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLayer:
    """Keys and names of both sides of the message layer, as the gateway holds them."""

    client_id: str
    key_version: int
    mpp_public_key: RSAPublicKey
    alipay_plus_private_key: RSAPrivateKey

    def verified(self, request: Request, body: bytes) -> tuple[str, Notes]:
        """What verification of a request's signature came to, and what is worth keeping of it."""
        client_id, time = request.headers.get("client-id"), request.headers.get("request-time")
        signed = signature.content(request.method, _target(request), client_id or "", time or "", body)
        found = signature.verify(self.mpp_public_key, request.headers.get("signature"), signed)
        outcome, detail = found.outcome, found.detail
        if outcome == "valid" and (client_id != self.client_id or time is None):
            outcome, detail = "invalid", "Client-Id is not the wallet's, or Request-Time is missing"
        notes = [("signature", outcome), ("encoding", found.encoding or ""), ("signature-detail", detail)]
        notes += [("client-id", client_id or ""), ("request-time", time or "")]
        return outcome, [(name, wire.printable(value, _NOTE_LENGTH)) for name, value in notes if value]

    def signed(self, request: Request, body: bytes) -> Response:
        """An answer with the signature that the MPP verifies; header names go out in lower case."""
        time = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")
        signed = signature.content(request.method, _target(request), self.client_id, time, body)
        header = signature.sign(self.alipay_plus_private_key, signed, key_version=self.key_version)
        headers = {
            "content-type": "application/json; charset=UTF-8",
            "client-id": self.client_id,
            "response-time": time,
            "signature": header,
        }
        return Response(body, headers=headers)


def gateway_routes(layer: MessageLayer, deliver: Deliver, gateway_url: Callable[[], str]) -> list[Route]:
    """The operations of Alipay+; ``gateway_url`` is asked for the address that answers name for notifyPayment."""

    def endpoint(kind: type[UserInitiatedPay] | type[NotifyPayment]) -> Route:
        async def take(request: Request) -> Response:
            body = await body_of(request)
            outcome, notes = layer.verified(request, body)
            message: Message = wire.decode(kind, body)
            if isinstance(message, kind):
                message = replace(message, signature=outcome)
            reply = deliver(message, "", notes).reply
            if reply is None:
                raise AssertionError(f"Alipay+ has no answer to {message.name}")
            return layer.signed(request, wire.encode(reply, gateway_url=gateway_url()))

        path = next(path for path, found in _PATHS.items() if found is kind)
        return Route(path, take, methods=["POST"])

    return [endpoint(kind) for kind in _PATHS.values()]


def _target(request: Request) -> str:
    """The request target as it is signed: path and query, raw."""
    raw = request.scope.get("raw_path") or request.url.path.encode()
    query = request.scope.get("query_string", b"")
    return (raw + (b"?" + query if query else b"")).decode("latin-1")
