"""The simulated Alipay+ as HTTP: message layer outside, conversations inside (openapi/alipay-plus.yaml).

A refusal is an answer like any other: status 200, signed, and ``result`` says what is wrong. Header names go out in
lower case, since libraries of real MPPs look them up so.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Final, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mpp_conformance import wire
from mpp_conformance.judging.trace import Half
from mpp_conformance.peers.reactions import Sending
from mpp_conformance.peers.router import Delivery
from mpp_conformance.protocol.messages import Message, RedirectFollowed
from mpp_conformance.transport.servers.application import refusal
from mpp_conformance.transport.servers.faulty_delivery import HOLD, Misdelivery
from mpp_conformance.transport.servers.message_layer import MessageLayer, Notes
from mpp_conformance.transport.servers.request_bodies import answer_half, body_of, request_half, target_of

Deliver = Callable[[Message, str, Notes], Delivery]
"""Gives a message of the wallet to its conversation: message, observer token (empty at the gateway), notes."""


class Gone(Protocol):
    """Is told that the spoilt answer of a delivery has gone out; ``complete``: all that was to come of it."""

    def __call__(self, delivery: Delivery, *, complete: bool, halves: Sequence[Half]) -> object:
        """Take note of it."""


CALLS: Final[Mapping[type[wire.Call], str]] = {kind: wire.OPERATIONS[kind].path for kind in wire.ANSWERS}
"""What an MPP server says to Alipay+, and the path it says it at."""


class AnswerError(Exception):
    """The suite could not say what it had to answer to a message of ``delivery``: our own fault."""

    def __init__(self, delivery: Delivery, problem: Exception | str) -> None:
        super().__init__(str(problem))
        self.delivery = delivery


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

    def endpoint(kind: type[wire.Call], path: str) -> Route:
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
        body = delivery.spoilt.body(gateway_url())
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
