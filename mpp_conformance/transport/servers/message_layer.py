"""Requests verified and answers signed, by whichever side serves."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final, Self

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from starlette.requests import Request
from starlette.responses import Response

from mpp_conformance import wire
from mpp_conformance.protocol import signature
from mpp_conformance.protocol.faults.profile import BAD, FOREIGN_KEY, MISSING, STALE, Fault
from mpp_conformance.transport.servers.connection import TARGET
from mpp_conformance.transport.servers.request_bodies import request_half, target_of
from mpp_conformance.wallet import Keys

Notes = Sequence[tuple[str, str]]
"""What is worth keeping beside a message: name and value."""
_HEADER_TEXT: Final = re.compile(r"[!-~]{1,64}")
_A_DAY: Final = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLayer:
    """One side of the message layer as a server holds it: Alipay+, or an MPP server that Alipay+ calls.

    ``public_key`` is that of the other side; ``private_key`` signs what this side says. ``prefix``: the path that
    stands before ours in the address that the other side was given, and that an ingress may strip.
    """

    client_id: str
    key_version: int
    public_key: RSAPublicKey = field(repr=False)
    private_key: RSAPrivateKey = field(repr=False)
    prefix: str = ""

    @classmethod
    def of(cls, keys: Keys, prefix: str = "") -> Self:
        """The simulated Alipay+, with the keys of ``wallet.toml``."""
        return cls(
            prefix=prefix,
            client_id=keys.client_id,
            key_version=keys.key_version,
            public_key=keys.mpp_public_key,
            private_key=keys.alipay_plus_private_key,
        )

    def verify(self, request: Request, body: bytes) -> tuple[str, Notes]:
        """What verification of a request's signature came to, and what is worth keeping of it.

        Its target is from now on the one that it was signed for.
        """
        half = request_half(request, body)
        if self.prefix:
            target = wire.other_target(half, self.public_key, self.client_id, self.prefix)
            request.scope[TARGET], half = target.encode("latin-1"), replace(half, target=target)
        return wire.verify_signature(half, self.public_key, self.client_id)

    def describe_change(self, request: Request, body: bytes) -> str:
        """What stands between the two sides and changed a request, in words; empty where nothing shows it."""
        return wire.describe_change(request_half(request, body), self.public_key, self.client_id, prefix=self.prefix)

    def sign(
        self,
        request: Request,
        body: bytes,
        outcome: str = "valid",
        *,
        status: int = HTTPStatus.OK,
        content_type: str = "application/json; charset=UTF-8",
    ) -> Response:
        """An answer with a signature; header names go out in lower case. ``outcome``: what verifying it comes to.

        Without a ``content_type`` the header is left out.
        """
        time = _moment()
        client_id = self._client_id(request)
        signed = signature.content(request.method, target_of(request), client_id, time, body)
        header = signature.sign_as(outcome, self.private_key, signed, key_version=self.key_version)
        headers = {
            "content-type": content_type,
            "client-id": client_id,
            "response-time": time,
            "signature": header or "",
        }
        return Response(body, status, {name: value for name, value in headers.items() if value})

    def faulty_headers(self, request: Request, body: bytes, fault: Fault, location: str) -> wire.Headers:
        """The headers of an answer with a defect; ``location`` is where a redirect leads to."""
        time, client_id = _moment(fault.age), self._client_id(request)
        signed_time = _moment(_A_DAY) if fault.signature == STALE else time
        signed_body = body + b"\n" if fault.signature == BAD else body
        signed = signature.content(request.method, target_of(request), client_id, signed_time, signed_body)
        key = signature.foreign_key() if fault.signature == FOREIGN_KEY else self.private_key
        header = "" if fault.signature == MISSING else signature.sign(key, signed, key_version=self.key_version)
        return wire.headers(body, fault, client_id=client_id, time=time, signature=header, location=location)

    def _client_id(self, request: Request) -> str:
        """Repeated even where it is a wrong one: the caller verifies with what it sent."""
        sent = request.headers.get("client-id", "")
        return sent if _HEADER_TEXT.fullmatch(sent) else self.client_id


def _moment(age: int = 0) -> str:
    """The time ``age`` seconds ago, as Response-Time names it."""
    return (datetime.now(UTC) - timedelta(seconds=age)).isoformat(timespec="milliseconds")
