"""The simulated Alipay+ as HTTP: message layer outside, conversations inside (openapi/alipay-plus.yaml).

A refusal is an answer like any other: status 200, signed, and ``result`` says what is wrong. Header names go out in
lower case, since libraries of real MPPs look them up so.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mpp_conformance import wire
from mpp_conformance.judging.trace import Half
from mpp_conformance.peers.reactions import Sending
from mpp_conformance.peers.router import Delivery
from mpp_conformance.peers.world import World
from mpp_conformance.protocol.messages import Malformed, Message, RedirectFollowed
from mpp_conformance.transport.servers.application import refusal
from mpp_conformance.transport.servers.faulty_delivery import HOLD, Misdelivery
from mpp_conformance.transport.servers.message_layer import MessageLayer, Notes
from mpp_conformance.transport.servers.request_bodies import answer_half, body_of, request_half, target_of

Deliver = Callable[[Message, str, Notes], Delivery]
"""Gives a message of the wallet to its conversation: message, observer token (empty at the gateway), notes."""


class Gone(Protocol):
    """Is told that the faulty answer of a delivery has gone out; ``complete``: all that was to come of it."""

    def __call__(self, delivery: Delivery, *, complete: bool, halves: Sequence[Half]) -> object:
        """Take note of it."""


OTHER_METHODS: Final = ["PUT", "PATCH"]
"""Whoever sends a body with one of these makes a call, and makes it wrongly; a GET may be anybody's."""
CALLS: Final[Mapping[type[wire.Call], str]] = {kind: wire.OPERATIONS[kind].path for kind in wire.ANSWERS}
"""What an MPP server says to Alipay+, and the path it says it at."""


Hindered = Callable[[Delivery, str], object]
"""Is told of a message that did not come as it was sent, and what stands between, in words."""


class AnswerError(Exception):
    """The suite could not say what it had to answer to a message of ``delivery``: our own fault."""

    def __init__(self, delivery: Delivery, problem: Exception | str) -> None:
        super().__init__(str(problem))
        self.delivery = delivery

    @property
    def world(self) -> World | None:
        """The conversation that it belongs to, open or not."""
        stray = self.delivery.stray
        return self.delivery.world or (None if stray is None else stray.world)


def _nobody(_delivery: Delivery, _between: str) -> None:
    """Nobody wants to know."""


def record(delivery: Delivery, *, complete: bool, halves: Sequence[Half]) -> Sequence[Sending]:
    """Write down that the faulty answer of ``delivery`` has gone out; what the peers say next."""
    if delivery.world is None or delivery.faulty_answer is None:
        return ()
    return delivery.world.record_faulty_answer(delivery.payment, delivery.faulty_answer, *halves, complete=complete)


def gateway_routes(
    layer: MessageLayer,
    deliver: Deliver,
    gateway_url: Callable[[], str],
    *,
    gone: Gone = record,
    hindered: Hindered = _nobody,
    hold: float = HOLD,
) -> list[Route]:
    """The operations of Alipay+, and the place that its redirects lead to.

    ``gateway_url`` is asked for the address that answers name for notifyPayment. ``gone`` is told when a faulty answer
    has gone out, and ``hindered`` of a message that something changed on its way; ``hold``: seconds that a faulty
    answer may take.
    """
    gateway = _Gateway(layer=layer, deliver=deliver, gateway_url=gateway_url, gone=gone, hindered=hindered, hold=hold)
    return [
        *(
            Route(path, gateway.taking(kind), methods=methods)
            for methods in ([wire.POST], OTHER_METHODS)
            for kind, path in CALLS.items()
        ),
        Route(f"{wire.ELSEWHERE}/{{token}}", gateway.elsewhere, methods=["GET", "POST"]),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gateway:
    layer: MessageLayer
    deliver: Deliver
    gateway_url: Callable[[], str]
    gone: Gone
    hindered: Hindered
    hold: float

    def taking(self, kind: type[wire.Call]) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint of an operation."""

        async def take(request: Request) -> Response:
            body = await body_of(request)
            outcome, notes = self.layer.verify(request, body)
            message: Message = wire.read_call(kind, request_half(request, body))
            if isinstance(message, kind | Malformed):
                message = replace(message, signature=outcome)
            delivery = self.deliver(message, "", notes)
            with _blamed_on(delivery):
                delivery.heard(request_half(request, body))
                between = "" if outcome == "valid" else self.layer.describe_change(request, body)
                if between:
                    self.hindered(delivery, f"POST {target_of(request)}: {between}")
                return self._answered(request, delivery, message)

        return take

    async def elsewhere(self, request: Request) -> Response:
        """The endpoint that redirects lead to."""
        body = await body_of(request)
        delivery = self.deliver(RedirectFollowed(), request.path_params["token"], ())
        answer = refusal(HTTPStatus.NOT_FOUND, "Alipay+ is not here")
        delivery.heard(request_half(request, body))
        delivery.attach_reply(answer_half(request, answer))
        return answer

    def _answered(self, request: Request, delivery: Delivery, message: Message) -> Response:
        if delivery.reply is None:
            raise AnswerError(delivery, f"Alipay+ has no answer to {message.name}")
        if delivery.faulty_answer is not None:
            return self._misdelivered(request, delivery)
        made = self.layer.sign(request, wire.encode(delivery.reply, gateway_url=self.gateway_url()))
        if request.method != wire.POST:
            made.status_code, made.headers["Allow"] = HTTPStatus.METHOD_NOT_ALLOWED, wire.POST
        delivery.attach_reply(answer_half(request, made))
        return made

    def _misdelivered(self, request: Request, delivery: Delivery) -> Response:
        assert delivery.faulty_answer is not None  # noqa: S101  # asked before
        assert delivery.world is not None  # noqa: S101  # strays are answered without a defect
        fault, token = delivery.faulty_answer.fault, delivery.world.token(delivery.payment)
        url = self.gateway_url()
        body = delivery.faulty_answer.body(url)
        sent = self.layer.faulty_headers(request, body, fault, f"{url}{wire.ELSEWHERE}/{token}")
        half = Half(method=request.method, target=target_of(request), status=fault.status, headers=sent, body=body)

        def met(complete: bool) -> None:  # noqa: FBT001  # one word, and the only one
            with _blamed_on(delivery):
                self.gone(delivery, complete=complete, halves=[half] if fault.answers else [])

        answer = wire.http_answer(fault.status, sent, wire.transfer_encode(body, fault))
        return Misdelivery(answer, fault, hold=self.hold, gone=met)


@contextmanager
def _blamed_on(delivery: Delivery) -> Iterator[None]:
    """What goes wrong is a fault of the conversation that ``delivery`` belongs to, and of no other."""
    try:
        yield
    except AnswerError:
        raise
    except Exception as problem:
        raise AnswerError(delivery, problem) from problem
