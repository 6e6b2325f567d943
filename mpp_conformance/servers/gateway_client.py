"""An MPP server's way to Alipay+: signed requests, and answers that are believed only if their signature verifies."""

from collections.abc import Mapping
from dataclasses import dataclass
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

_PATHS: Final[Mapping[type[Message], str]] = {
    UserInitiatedPay: "/aps/api/v1/payments/userInitiatedPay",
    NotifyPayment: "/aps/api/v1/payments/notifyPayment",
}
_ANSWERS: Final[Mapping[type[Message], type[UserInitiatedPayAnswer] | type[NotifyPaymentAnswer]]] = {
    UserInitiatedPay: UserInitiatedPayAnswer,
    NotifyPayment: NotifyPaymentAnswer,
}


class UntrustworthyAnswerError(Exception):
    """What came back is not Alipay+'s word: no signature that verifies, or no sound message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayClient:
    """Speaks to the Alipay+ at ``url``; ``http`` carries the requests."""

    url: str
    client_id: str
    private_key: RSAPrivateKey
    alipay_plus_public_key: RSAPublicKey
    http: httpx.AsyncClient
    key_version: int = 1

    async def call(self, message: UserInitiatedPay | NotifyPayment) -> UserInitiatedPayAnswer | NotifyPaymentAnswer:
        """The answer to a message; UntrustworthyAnswerError or httpx.HTTPError where there is none to be believed."""
        address = self.url.rstrip("/") + _PATHS[type(message)]
        target = urlsplit(address).path
        body = wire.encode(message)
        time = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        headers = {"content-type": "application/json; charset=UTF-8", "client-id": self.client_id, "request-time": time}
        header = self._signature(message.signature, signature.content("POST", target, self.client_id, time, body))
        if header is not None:
            headers["signature"] = header
        answer = await self.http.post(address, content=body, headers=headers)
        return self._believed(type(message), target, answer)

    def _signature(self, how: str, content: bytes) -> str | None:
        """``how`` is the outcome that verification shall have: a specimen can be one that signs wrongly."""
        if how == "missing":
            return None
        if how == "unreadable":
            return "algorithm=RSA256,keyVersion=1"
        signed = content if how == "valid" else content + b"\n"
        return signature.sign(self.private_key, signed, key_version=self.key_version)

    def _believed(
        self, asked: type[Message], target: str, answer: httpx.Response
    ) -> UserInitiatedPayAnswer | NotifyPaymentAnswer:
        client_id, time = answer.headers.get("client-id", ""), answer.headers.get("response-time", "")
        content = signature.content("POST", target, client_id, time, answer.content)
        found = signature.verify(self.alipay_plus_public_key, answer.headers.get("signature"), content)
        if answer.status_code != httpx.codes.OK or found.outcome != "valid":
            raise UntrustworthyAnswerError(f"status {answer.status_code}, signature {found.outcome}: {found.detail}")
        message = wire.decode(_ANSWERS[asked], answer.content)
        if isinstance(message, Malformed):
            raise UntrustworthyAnswerError(message.problem)
        return message
