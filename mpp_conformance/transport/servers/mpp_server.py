"""An MPP server as Alipay+ calls it (openapi/mpp-server.yaml)."""

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mpp_conformance import wire
from mpp_conformance.protocol.messages import (
    BLANKS,
    CancelPayment,
    CancelPaymentAnswer,
    InquiryPayment,
    InquiryPaymentAnswer,
    Malformed,
)
from mpp_conformance.transport.servers.application import refusal
from mpp_conformance.transport.servers.message_layer import MessageLayer
from mpp_conformance.transport.servers.request_bodies import body_of

Answer = InquiryPaymentAnswer | CancelPaymentAnswer | Malformed
Serve = Callable[[InquiryPayment | CancelPayment], Answer | None]
"""The answer to a call of Alipay+; ``None`` where there is none."""


def mpp_server_routes(layer: MessageLayer, serve: Serve) -> list[Route]:
    """The operations that Alipay+ calls; an answer is signed as its ``signature`` says."""

    def endpoint(kind: type[InquiryPayment] | type[CancelPayment]) -> Route:
        async def take(request: Request) -> Response:
            body = await body_of(request)
            outcome, _ = layer.verify(request, body)
            carriage = BLANKS if ", " in request.headers.get("signature", "") else ""
            message = wire.decode(kind, body)
            if isinstance(message, Malformed):
                return refusal(HTTPStatus.BAD_REQUEST, message.problem)
            text = body.decode("utf-8", "surrogateescape")
            answer = serve(replace(message, signature=outcome, body=text, carriage=carriage))
            if answer is None:
                return refusal(HTTPStatus.NOT_FOUND, "nothing is served here")
            return _carried(layer, request, answer)

        return Route(wire.OPERATIONS[kind].path, take, methods=["POST"])

    return [endpoint(InquiryPayment), endpoint(CancelPayment)]


def _carried(layer: MessageLayer, request: Request, answer: Answer) -> Response:
    """As HTTP carries it; what is no message at all is said in the words of its ``problem``."""
    body = answer.problem.encode() if isinstance(answer, Malformed) else wire.encode(answer)
    status, named = int(answer.http_status or HTTPStatus.OK), answer.media_type or ""
    content_type = f"{named}; charset=UTF-8" if named else ""
    return layer.sign(request, body, answer.signature or "missing", status=status, content_type=content_type)
