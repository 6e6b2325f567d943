"""The observer: where the wallet's adaptor reports what its client and server do (openapi/observer.yaml)."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mpp_conformance import wire
from mpp_conformance.peers.router import Delivery, Router
from mpp_conformance.protocol.messages import CLIENT_SDK, CashierPage, Malformed, Message
from mpp_conformance.transport.servers.application import refusal
from mpp_conformance.transport.servers.gateway import Deliver
from mpp_conformance.transport.servers.request_bodies import answer_half, body_of, request_half

REPORTS: Final[Mapping[str, type[Message]]] = {
    operation.path.rpartition("/")[2]: kind
    for kind, operation in wire.OPERATIONS.items()
    if operation.document == "observer"
}
"""The last part of a report's address, and the message it carries."""
_SHOWN: Final = 100


Gone = Callable[[], Awaitable[bool]]
"""Whether the adaptor has hung up."""


async def _at_once(delivery: Delivery, gone: Gone) -> None:
    """Nothing is waited for."""


def observer_routes(
    router: Router, deliver: Deliver, confirmed: Callable[[Delivery, Gone], Awaitable[None]] = _at_once
) -> list[Route]:
    """One address per kind of report, below the token of a payment.

    ``confirmed`` comes back when the consumer is through with the cashier page: a report of one is answered then.
    """

    async def take(request: Request) -> Response:
        name, token = request.path_params["report"], request.path_params["token"]
        body = await body_of(request)
        message = _message(name, body)
        known = router.knows(token)
        delivery = deliver(message, token, ())
        answer = _answer(message, name, known=known)
        delivery.heard(request_half(request, body))
        delivery.answered(answer_half(request, answer))
        if isinstance(message, CashierPage):
            await confirmed(delivery, request.is_disconnected)
        return answer

    return [Route("/o/{token}/{report}", take, methods=["POST"])]


def _answer(message: Message, name: str, *, known: bool) -> Response:
    if name not in REPORTS:
        return refusal(HTTPStatus.NOT_FOUND, f"reports are {', '.join(REPORTS)}")
    if not known:
        return refusal(HTTPStatus.NOT_FOUND, "no open conversation has this token")
    if isinstance(message, Malformed):
        return refusal(HTTPStatus.BAD_REQUEST, message.problem)
    return Response(status_code=HTTPStatus.NO_CONTENT)


def _message(name: str, body: bytes) -> Message:
    kind = REPORTS.get(name)
    if kind is not None:
        return wire.decode(kind, body)
    return Malformed(where=CLIENT_SDK, operation=wire.printable(name, _SHOWN), problem="there is no such report")
