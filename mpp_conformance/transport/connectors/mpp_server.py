"""The calls that the simulated Alipay+ makes to the wallet's MPP server (openapi/mpp-server.yaml).

Whatever HTTP brings as an answer is judged. Where none comes, nothing is proven: no document says how fast an MPP
server must be, and a connection may break anywhere on its way. Nor does a status that tells of another address: the
slip may be in the wallet file.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final, Self

import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from mpp_conformance import wire
from mpp_conformance.judging.trace import Half
from mpp_conformance.protocol import signature
from mpp_conformance.protocol.messages import (
    BLANKS,
    NEW_CONNECTION,
    TITLE_CASE,
    UPPER_CASE,
    CancelPayment,
    CancelPaymentAnswer,
    InquiryPayment,
    InquiryPaymentAnswer,
    Malformed,
)
from mpp_conformance.scenarios.scenario import CANCEL, INQUIRE
from mpp_conformance.transport.connectors.adaptor import half, read_beginning, words
from mpp_conformance.wallet import Keys, Reach

Call = InquiryPayment | CancelPayment
Within = Callable[[float], AbstractAsyncContextManager[object]]
"""A context that ends with TimeoutError after so many seconds."""
Answer = InquiryPaymentAnswer | CancelPaymentAnswer | Malformed

ANSWERS: Final[Mapping[type[Call], type[InquiryPaymentAnswer] | type[CancelPaymentAnswer]]] = {
    InquiryPayment: InquiryPaymentAnswer,
    CancelPayment: CancelPaymentAnswer,
}
NOWHERE: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED})
"""The status where a path is not served."""
ELSEWHERE: Final = frozenset(range(300, 400))
"""The status where another address serves it."""
_CALLED: Final[Mapping[type[Call], str]] = {InquiryPayment: INQUIRE, CancelPayment: CANCEL}


class NoAnswerError(Exception):
    """A call to the MPP server was not answered, which proves nothing about it; ``seen``: what came instead."""

    def __init__(self, called: str, seen: str) -> None:
        super().__init__(f"{called}: {seen}")
        self.seen = seen


class TooLateError(NoAnswerError):
    """Not within the wallet's patience."""


class MppServerUnreachableError(NoAnswerError):
    """Nothing takes calls at the MPP server's address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MppServer:
    """The MPP server, as Alipay+ calls it.

    ``addresses``: where each operation is served; ``patience``: seconds that a call may take, as ``within`` counts
    them.
    """

    addresses: Mapping[type[Call], str]
    client_id: str
    key_version: int
    private_key: RSAPrivateKey = field(repr=False)
    mpp_public_key: RSAPublicKey = field(repr=False)
    http: httpx.AsyncClient
    patience: float
    within: Within = asyncio.timeout

    @classmethod
    def of(cls, reach: Reach, keys: Keys, http: httpx.AsyncClient, within: Within = asyncio.timeout) -> Self:
        """The MPP server where ``wallet.toml`` says that it is; ``http`` carries the calls."""
        signature.foreign_key()  # made before anybody waits for an answer
        return cls(
            addresses={kind: reach.address(operation) for kind, operation in _CALLED.items()},
            client_id=keys.client_id,
            key_version=keys.key_version,
            private_key=keys.alipay_plus_private_key,
            mpp_public_key=keys.mpp_public_key,
            http=http,
            patience=reach.patience,
            within=within,
        )

    async def ask(self, call: Call, keep: Callable[[Half], None]) -> tuple[Answer, Half]:
        """What is answered, sound or `Malformed`, and what carried it.

        ``keep`` is given the request. ``call.signature`` is what verifying it is to come to. NoAnswerError says why
        there is no answer.
        """
        address, begun = httpx.URL(self.addresses[type(call)]), list[Half]()
        try:
            async with self.within(self.patience):
                heard = await self._exchanged(call, address, begun.append)
        except (httpx.ConnectError, httpx.ConnectTimeout) as problem:
            called = f"the MPP server at {address} cannot be reached"
            raise MppServerUnreachableError(called, words(problem)) from problem
        except (TimeoutError, httpx.TimeoutException) as problem:
            raise TooLateError(f"POST {address}", f"no answer within {self.patience:g} s") from problem
        except httpx.HTTPError as problem:
            raise NoAnswerError(f"POST {address}", words(problem)) from problem
        finally:
            for request in begun:
                keep(request)
        return wire.verify_answer(ANSWERS[type(call)], heard, self.mpp_public_key, self.client_id), heard

    async def _exchanged(self, call: Call, address: httpx.URL, keep: Callable[[Half], None]) -> Half:
        content = wire.encode(call)
        headers = self._headers(call, _target(address), content)
        timeout = httpx.Timeout(self.patience, read=None)
        async with self.http.stream("POST", address, content=content, headers=headers, timeout=timeout) as answer:
            keep(half(answer.request, answer.request.headers, content))
            body = await read_beginning(answer, wire.MAX_BODY + 1)
            return half(answer.request, answer.headers, body, answer.status_code)

    def _headers(self, call: Call, target: str, body: bytes) -> dict[str, str]:
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        signed = signature.content("POST", target, self.client_id, time, body)
        header = signature.sign_as(call.signature, self.private_key, signed, key_version=self.key_version)
        headers = {"content-type": "application/json; charset=UTF-8", "client-id": self.client_id, "request-time": time}
        return _carried(headers if header is None else {**headers, "signature": header}, call.carriage.split())


def _carried(headers: Mapping[str, str], carriage: Collection[str]) -> dict[str, str]:
    """The headers as the call wants them spelled, and what else it wants of the connection."""
    made = dict(headers)
    if BLANKS in carriage and "signature" in made:
        made["signature"] = made["signature"].replace(",", ", ")
    if NEW_CONNECTION in carriage:
        made["connection"] = "close"
    if TITLE_CASE in carriage:
        return {name.title(): value for name, value in made.items()}
    return {name.upper(): value for name, value in made.items()} if UPPER_CASE in carriage else made


def _target(address: httpx.URL) -> str:
    """What is signed of an address, as it stands in the request."""
    return address.raw_path.decode("latin-1")
