"""The simulated Alipay+ as HTTP: message layer outside, conversations inside (openapi/alipay-plus.yaml).

A refusal is an answer like any other: status 200, signed, and ``result`` says what is wrong. Header names go out in
lower case, since libraries of real MPPs look them up so.
"""

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final, Protocol

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mpp_conformance import signature, wire
from mpp_conformance.faults.profile import BAD, FOREIGN_KEY, MISSING, STALE, Fault
from mpp_conformance.messages import Message, NotifyPayment, RedirectFollowed, UserInitiatedPay
from mpp_conformance.peers.router import Delivery
from mpp_conformance.peers.world import Sending
from mpp_conformance.servers.application import refusal
from mpp_conformance.servers.bodies import answer_half, body_of, request_half, target_of
from mpp_conformance.servers.misdelivery import HOLD, Misdelivery
from mpp_conformance.trace import Half

Notes = Sequence[tuple[str, str]]
Deliver = Callable[[Message, str, Notes], Delivery]
"""Gives a message of the wallet to its conversation: message, observer token (empty at the gateway), notes."""


class Gone(Protocol):
    """Is told that the spoilt answer of a delivery has gone out; ``complete``: all that was to come of it."""

    def __call__(self, delivery: Delivery, *, complete: bool, halves: Sequence[Half]) -> object:
        """Take note of it."""


CALLS: Final[Mapping[type[UserInitiatedPay] | type[NotifyPayment], str]] = {
    kind: wire.OPERATIONS[kind].path for kind in (UserInitiatedPay, NotifyPayment)
}
"""What an MPP server says to Alipay+, and the path it says it at."""
_HEADER_TEXT: Final = re.compile(r"[!-~]{1,64}")
_NOTE_LENGTH: Final = 100
_DETAIL_LENGTH: Final = 500
_A_DAY: Final = 86_400


class AnswerError(Exception):
    """The suite could not say what it had to answer to a message of ``delivery``: our own fault."""

    def __init__(self, delivery: Delivery, problem: Exception | str) -> None:
        super().__init__(str(problem))
        self.delivery = delivery


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
        signed = signature.content(request.method, target_of(request), client_id or "", time or "", body)
        found = signature.verify(self.mpp_public_key, request.headers.get("signature"), signed)
        outcome, detail = found.outcome, found.detail
        missing = self._missing(client_id, time)
        if missing and outcome not in {"missing", "unreadable"}:
            outcome, detail = "invalid", missing
        notes = [("signature", outcome), ("encoding", found.encoding), ("client-id", client_id), ("request-time", time)]
        kept = [(name, wire.printable(value, _NOTE_LENGTH)) for name, value in notes if value]
        return outcome, [*kept, *([("signature-detail", wire.printable(detail, _DETAIL_LENGTH))] if detail else [])]

    def _missing(self, client_id: str | None, time: str | None) -> str:
        """What a request lacks of what is signed beside its body; empty where nothing."""
        if client_id is None:
            return "there is no Client-Id header, and it is a part of what is signed"
        if client_id != self.client_id:
            return f"Client-Id is {wire.printable(client_id, _NOTE_LENGTH)}, and expected is {self.client_id}"
        return "" if time else "there is no Request-Time header, and it is a part of what is signed"

    def signed(self, request: Request, body: bytes) -> Response:
        """An answer with the signature that the MPP verifies; header names go out in lower case."""
        time = _moment()
        client_id = self._client_id(request)
        signed = signature.content(request.method, target_of(request), client_id, time, body)
        header = signature.sign(self.alipay_plus_private_key, signed, key_version=self.key_version)
        headers = {
            "content-type": "application/json; charset=UTF-8",
            "client-id": client_id,
            "response-time": time,
            "signature": header,
        }
        return Response(body, headers=headers)

    def spoilt(self, request: Request, body: bytes, fault: Fault, location: str) -> wire.Headers:
        """The headers of an answer with a defect; ``location`` is where a redirect leads to."""
        time, client_id = _moment(fault.age), self._client_id(request)
        signed_time = _moment(_A_DAY) if fault.signature == STALE else time
        signed_body = body + b"\n" if fault.signature == BAD else body
        signed = signature.content(request.method, target_of(request), client_id, signed_time, signed_body)
        key = _foreign_key() if fault.signature == FOREIGN_KEY else self.alipay_plus_private_key
        header = "" if fault.signature == MISSING else signature.sign(key, signed, key_version=self.key_version)
        return wire.headers(body, fault, client_id=client_id, time=time, signature=header, location=location)

    def _client_id(self, request: Request) -> str:
        """Repeated even where it is a wrong one: the caller verifies with what it sent."""
        sent = request.headers.get("client-id", "")
        return sent if _HEADER_TEXT.fullmatch(sent) else self.client_id


def record(delivery: Delivery, *, complete: bool, halves: Sequence[Half]) -> Sequence[Sending]:
    """Write down that the spoilt answer of ``delivery`` has gone out; what the peers say next."""
    if delivery.world is None or delivery.spoilt is None:
        return ()
    return delivery.world.applied(delivery.payment, delivery.spoilt, *halves, complete=complete)


def gateway_routes(
    layer: MessageLayer,
    deliver: Deliver,
    gateway_url: Callable[[], str],
    *,
    gone: Gone = record,
    hold: float = HOLD,
) -> list[Route]:
    """The operations of Alipay+, and the place that its redirects lead to.

    ``gateway_url`` is asked for the address that answers name for notifyPayment. ``gone`` is told when a spoilt answer
    has gone out; ``hold``: seconds that such an answer may take.
    """

    def endpoint(kind: type[UserInitiatedPay] | type[NotifyPayment], path: str) -> Route:
        async def take(request: Request) -> Response:
            body = await body_of(request)
            outcome, notes = layer.verified(request, body)
            message: Message = wire.decode(kind, body)
            if isinstance(message, kind):
                message = replace(message, signature=outcome)
            delivery = deliver(message, "", notes)
            delivery.heard(request_half(request, body))
            if delivery.reply is None:
                raise AnswerError(delivery, f"Alipay+ has no answer to {message.name}")
            if delivery.spoilt is not None:
                return misdelivered(request, delivery)
            try:
                answer = wire.encode(delivery.reply, gateway_url=gateway_url())
            except wire.OurMessageIsInvalid as problem:
                raise AnswerError(delivery, problem) from problem
            made = layer.signed(request, answer)
            delivery.answered(answer_half(request, made))
            return made

        return Route(path, take, methods=["POST"])

    def misdelivered(request: Request, delivery: Delivery) -> Response:
        assert delivery.spoilt is not None  # noqa: S101  # asked before
        assert delivery.world is not None  # noqa: S101  # strays are answered without a defect
        fault, token = delivery.spoilt.fault, delivery.world.token(delivery.payment)
        body = wire.spoilt(delivery.spoilt.answer, fault, gateway_url=gateway_url())
        sent = layer.spoilt(request, body, fault, f"{gateway_url()}{wire.ELSEWHERE}/{token}")
        half = Half(method=request.method, target=target_of(request), status=fault.status, headers=sent, body=body)
        return Misdelivery(
            wire.http_answer(fault.status, sent, wire.packed(body, fault)),
            fault,
            hold=hold,
            gone=lambda complete: gone(delivery, complete=complete, halves=[half] if fault.answers else []),
        )

    async def elsewhere(request: Request) -> Response:
        body = await body_of(request)
        delivery = deliver(RedirectFollowed(), request.path_params["token"], ())
        answer = refusal(HTTPStatus.NOT_FOUND, "Alipay+ is not here")
        delivery.heard(request_half(request, body))
        delivery.answered(answer_half(request, answer))
        return answer

    return [
        *(endpoint(kind, path) for kind, path in CALLS.items()),
        Route(f"{wire.ELSEWHERE}/{{token}}", elsewhere, methods=["GET", "POST"]),
    ]


@functools.cache
def _foreign_key() -> RSAPrivateKey:
    return signature.generate_private_key()


def _moment(age: int = 0) -> str:
    """The time ``age`` seconds ago, as Response-Time names it."""
    return (datetime.now(UTC) - timedelta(seconds=age)).isoformat(timespec="milliseconds")
