"""An MPP server's way to Alipay+: signed requests, and answers that are believed only if their signature verifies."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from mpp_conformance import signature, wire
from mpp_conformance.messages import (
    Malformed,
    Message,
    NotifyPayment,
    NotifyPaymentAnswer,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)

Answer = UserInitiatedPayAnswer | NotifyPaymentAnswer

_ANSWERS: Final[Mapping[type[Message], type[Answer]]] = {
    UserInitiatedPay: UserInitiatedPayAnswer,
    NotifyPayment: NotifyPaymentAnswer,
}


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

    async def call(self, message: UserInitiatedPay | NotifyPayment) -> Answer:
        """The answer to a message; UntrustworthyAnswerError or httpx.HTTPError where there is none to be believed.

        ``message.signature`` is the outcome that verification shall have: a specimen can be one that signs wrongly.
        """
        address = self.url.rstrip("/") + wire.OPERATIONS[type(message)].path
        target = urlsplit(address).path
        body = wire.encode(message)
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        headers = {"content-type": "application/json; charset=UTF-8", "client-id": self.client_id, "request-time": time}
        header = self._signature(message.signature, signature.content("POST", target, self.client_id, time, body))
        if header is not None:
            headers["signature"] = header
        answer = await self.http.post(address, content=body, headers=headers)
        return self._believed(type(message), target, answer)

    def _signature(self, outcome: str, content: bytes) -> str | None:
        if outcome == "missing":
            return None
        if outcome == "unreadable":
            return f"algorithm={signature.ALGORITHM},keyVersion={self.key_version},signature="
        signed = content if outcome == "valid" else content + b"\n"
        return signature.sign(self.private_key, signed, key_version=self.key_version)

    def _believed(self, asked: type[Message], target: str, answer: httpx.Response) -> Answer:
        client_id, time = answer.headers.get("client-id", ""), answer.headers.get("response-time", "")
        content = signature.content("POST", target, client_id, time, answer.content)
        found = signature.verify(self.alipay_plus_public_key, answer.headers.get("signature"), content)
        if answer.status_code != httpx.codes.OK or found.outcome != "valid":
            raise UntrustworthyAnswerError(f"status {answer.status_code}, signature {found.outcome}: {found.detail}")
        if client_id != self.client_id:
            raise UntrustworthyAnswerError(f"Client-Id is {client_id!a}, and expected is {self.client_id}")
        message = wire.decode(_ANSWERS[asked], answer.content)
        if isinstance(message, Malformed):
            raise UntrustworthyAnswerError(message.problem)
        if isinstance(message, UserInitiatedPayAnswer):
            return replace(message, body=answer.content.decode())
        return message
