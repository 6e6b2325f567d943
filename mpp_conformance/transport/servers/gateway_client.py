"""An MPP server's way to Alipay+: signed requests, and answers that are believed only if their signature verifies."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from urllib.parse import urlsplit

import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from mpp_conformance import wire
from mpp_conformance.protocol import signature


class UntrustworthyAnswerError(Exception):
    """What came back is not Alipay+'s word: no signature that verifies, or no sound message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayClient:
    """Speaks to the Alipay+ at ``url``; ``http`` carries the requests.

    ``key_version`` is that of ``private_key``.
    """

    url: str
    client_id: str
    private_key: RSAPrivateKey = field(repr=False)
    alipay_plus_public_key: RSAPublicKey = field(repr=False)
    http: httpx.AsyncClient
    key_version: int = 1

    async def call(self, message: wire.Call) -> wire.Answer:
        """The answer to a message; UntrustworthyAnswerError or httpx.HTTPError where there is none to be believed."""
        received = await self.exchange(message)
        answer = wire.believable_answer(type(message), received)
        if answer is None:
            doubt = f"status {received.status}, signature {received.signature}"
            raise UntrustworthyAnswerError(f"{doubt}: {received.detail or 'the body is no sound answer'}")
        return answer

    async def exchange(self, message: wire.Call) -> wire.Received:
        """Whatever comes back for a message; httpx.HTTPError where nothing does.

        ``message.signature`` is the outcome that verification shall have: a specimen can be one that signs wrongly.
        """
        address = self.url.rstrip("/") + wire.OPERATIONS[type(message)].path
        target = urlsplit(address).path
        body = wire.encode(message)
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        headers = {"content-type": "application/json; charset=UTF-8", "client-id": self.client_id, "request-time": time}
        content = signature.content("POST", target, self.client_id, time, body)
        header = signature.sign_as(message.signature, self.private_key, content, key_version=self.key_version)
        if header is not None:
            headers["signature"] = header
        begun = monotonic()
        answer = await self.http.post(address, content=body, headers=headers)
        return self._received(target, answer, monotonic() - begun)

    def _received(self, target: str, answer: httpx.Response, seconds: float) -> wire.Received:
        client_id, time = answer.headers.get("client-id", ""), answer.headers.get("response-time", "")
        content = signature.content("POST", target, client_id, time, answer.content)
        found = signature.verify(self.alipay_plus_public_key, answer.headers.get("signature"), content)
        outcome, detail = found.outcome, found.detail
        if outcome == "valid" and client_id != self.client_id:
            outcome, detail = "invalid", f"Client-Id is {client_id!a}, and expected is {self.client_id}"
        return wire.Received(
            status=answer.status_code,
            body=answer.content,
            headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers.raw),
            signature=outcome,
            detail=detail,
            seconds=seconds,
        )
