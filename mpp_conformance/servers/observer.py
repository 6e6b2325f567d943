"""The observer: where the wallet's adaptor reports what its client and server do (openapi/observer.yaml)."""

from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mpp_conformance import wire
from mpp_conformance.messages import (
    CashierPage,
    DecodeCallback,
    HandleAction,
    IdentityAnswer,
    Launch,
    Malformed,
    Message,
    ResultPage,
    ServerAnswer,
)
from mpp_conformance.peers.router import Router
from mpp_conformance.servers.bodies import body_of
from mpp_conformance.servers.gateway import Deliver

REPORTS: Final[dict[str, type[Message]]] = {
    "launch": Launch,
    "decode-callback": DecodeCallback,
    "handle-action": HandleAction,
    "identity-answer": IdentityAnswer,
    "server-answer": ServerAnswer,
    "cashier-page": CashierPage,
    "result-page": ResultPage,
}
"""The last part of a report's address, and the message it carries."""


def observer_routes(router: Router, deliver: Deliver) -> list[Route]:
    """One address per kind of report, below the token of a payment."""

    async def take(request: Request) -> Response:
        kind = REPORTS.get(request.path_params["report"])
        if kind is None:
            return JSONResponse({"problem": f"reports are {', '.join(REPORTS)}"}, status_code=404)
        token = request.path_params["token"]
        message = wire.decode(kind, await body_of(request))
        known = router.knows(token)
        deliver(message, token, ())
        if not known:
            return JSONResponse({"problem": "no open conversation has this token"}, status_code=404)
        if isinstance(message, Malformed):
            return JSONResponse({"problem": message.problem}, status_code=400)
        return Response(status_code=204)

    return [Route("/o/{token}/{report}", take, methods=["POST"])]
