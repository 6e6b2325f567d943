"""What the servers' applications have in common: how they refuse what fits none of their routes, and how they fail."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount

from mpp_conformance.protocol.messages import GATEWAY, Malformed
from mpp_conformance.transport.servers.request_bodies import body_of, target_of
from mpp_conformance.wire import printable

NO_HTTP: Final = "HTTP"
"""The operation that stands for a request that cannot be read as HTTP."""
Lost = Callable[[Malformed, str], object]
"""Is told of a request that reached nobody, and given what came: it may name what it was about."""
_SHOWN: Final = 100


def application(
    routes: Sequence[BaseRoute],
    *,
    lost: Lost | None = None,
    failed: Callable[[Exception], object] | None = None,
) -> Starlette:
    """An application that refuses in JSON.

    ``lost`` is given what stands for a POST to an address that nobody serves, or for what is no HTTP; ``failed`` is
    told of an exception in an endpoint, which is the suite's own fault.
    """

    async def refuse(request: Request, problem: HTTPException) -> Response:
        if problem.status_code == HTTPStatus.NOT_FOUND and request.method == "POST" and lost is not None:
            target = target_of(request)
            called = Malformed(
                where=GATEWAY,
                operation=f"POST {printable(target, _SHOWN)}",
                problem="there is no such operation",
            )
            body = b""
            with suppress(HTTPException):
                body = await body_of(request)
            lost(called, target + body.decode("latin-1"))
        return refusal(problem.status_code, problem.detail, headers=problem.headers)

    async def fail(_: Request, problem: Exception) -> Response:
        if failed is not None:
            failed(problem)
        return refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "the suite itself has failed")

    def unreadable(problem: str, came: bytes) -> None:
        if lost is not None:
            told = Malformed(where=GATEWAY, operation=NO_HTTP, problem=printable(problem, _SHOWN))
            lost(told, came.decode("latin-1"))

    handlers: Mapping[Any, Any] = {HTTPException: refuse, Exception: fail}
    app = Starlette(routes=list(routes), exception_handlers=handlers)
    app.router.redirect_slashes = False
    app.state.unreadable = unreadable
    return app


def below(prefix: str, routes: Sequence[BaseRoute]) -> list[BaseRoute]:
    """The routes as they are, and below a path, if there is one: an ingress may strip it, or not."""
    return [*routes, *([Mount(prefix, routes=list(routes))] if prefix else [])]


def refusal(status: int, problem: str, *, headers: Mapping[str, str] | None = None) -> Response:
    """A refusal in words."""
    return JSONResponse({"problem": problem}, status, headers)
