"""The calls that the simulated Alipay+ makes to the wallet's MPP server (openapi/mpp-server.yaml)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from mpp_conformance import signature, wire
from mpp_conformance.connectors.adaptor import beginning, half, words
from mpp_conformance.messages import (
    GATEWAY,
    CancelPayment,
    CancelPaymentAnswer,
    InquiryPayment,
    InquiryPaymentAnswer,
    Malformed,
)
from mpp_conformance.trace import Half

Call = InquiryPayment | CancelPayment
Answer = InquiryPaymentAnswer | CancelPaymentAnswer | Malformed

ANSWERS: Final[Mapping[type[Call], type[InquiryPaymentAnswer] | type[CancelPaymentAnswer]]] = {
    InquiryPayment: InquiryPaymentAnswer,
    CancelPayment: CancelPaymentAnswer,
}


class MppServerUnreachableError(Exception):
    """Nothing takes calls at the MPP server's address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MppServer:
    """The MPP server, as Alipay+ calls it.

    ``addresses``: where each operation is served; ``patience``: seconds that each step of a call may take.
    """

    addresses: Mapping[type[Call], str]
    client_id: str
    key_version: int
    private_key: RSAPrivateKey = field(repr=False)
    mpp_public_key: RSAPublicKey = field(repr=False)
    http: httpx.AsyncClient
    patience: float

    async def ask(self, call: Call, keep: Callable[[Half], None]) -> tuple[Answer, Half | None]:
        """What is answered, sound or `Malformed`, and what carried it; MppServerUnreachableError where nobody is there.

        ``keep`` is given the request. ``call.signature`` is what verifying it is to come to.
        """
        address, content = httpx.URL(self.addresses[type(call)]), wire.encode(call)
        headers = self._headers(call, _target(address), content)
        try:
            async with self.http.stream(
                "POST", address, content=content, headers=headers, timeout=self.patience
            ) as answer:
                keep(half(answer.request, answer.request.headers, content))
                body = await beginning(answer, wire.MAX_BODY + 1)
        except (httpx.ConnectError, httpx.ConnectTimeout) as problem:
            unreachable = f"the MPP server at {address} cannot be reached: {words(problem)}"
            raise MppServerUnreachableError(unreachable) from problem
        except (httpx.HTTPError, httpx.InvalidURL) as problem:
            return _malformed(call, f"expected an answer, seen: {words(problem)}"), None
        heard = half(answer.request, answer.headers, body, answer.status_code)
        return wire.answered(ANSWERS[type(call)], heard, self.mpp_public_key, self.client_id), heard

    def _headers(self, call: Call, target: str, body: bytes) -> dict[str, str]:
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        signed = signature.content("POST", target, self.client_id, time, body)
        header = signature.sign_as(call.signature, self.private_key, signed, key_version=self.key_version)
        headers = {"content-type": "application/json; charset=UTF-8", "client-id": self.client_id, "request-time": time}
        return headers if header is None else {**headers, "signature": header}


def _malformed(call: Call, problem: str) -> Malformed:
    return Malformed(where=GATEWAY, operation=ANSWERS[type(call)].__name__, problem=problem)


def _target(address: httpx.URL) -> str:
    """What is signed of an address, as it stands in the request."""
    return address.raw_path.decode("latin-1")
