"""What the servers' applications have in common: how they refuse what fits none of their routes, and how they fail."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from mpp_conformance.protocol.messages import GATEWAY, Malformed
from mpp_conformance.wire import printable

_SHOWN: Final = 100


def application(
    routes: Sequence[BaseRoute],
    *,
    lost: Callable[[Malformed], object] | None = None,
    failed: Callable[[Exception], object] | None = None,
) -> Starlette:
    """An application that refuses in JSON.

    ``lost`` is given what stands for a POST to an address that nobody serves; ``failed`` is told of an exception in
    an endpoint, which is the suite's own fault.
    """

    async def refuse(request: Request, problem: HTTPException) -> Response:
        if problem.status_code == HTTPStatus.NOT_FOUND and request.method == "POST" and lost is not None:
            called = f"POST {printable(request.scope['path'], _SHOWN)}"
            lost(Malformed(where=GATEWAY, operation=called, problem="there is no such operation"))
        return refusal(problem.status_code, problem.detail, headers=problem.headers)

    async def fail(_: Request, problem: Exception) -> Response:
        if failed is not None:
            failed(problem)
        return refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "the suite itself has failed")

    handlers: Mapping[Any, Any] = {HTTPException: refuse, Exception: fail}
    app = Starlette(routes=list(routes), exception_handlers=handlers)
    app.router.redirect_slashes = False
    return app


def refusal(status: int, problem: str, *, headers: Mapping[str, str] | None = None) -> Response:
    """A refusal in words."""
    return JSONResponse({"problem": problem}, status, headers)
