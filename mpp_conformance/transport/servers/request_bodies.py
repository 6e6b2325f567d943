"""Bodies of requests, read with bounds on their size and on the time they take; both halves as they are kept."""

import asyncio
from collections.abc import Iterable
from http import HTTPStatus
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from mpp_conformance.judging.trace import Half
from mpp_conformance.protocol import signature
from mpp_conformance.transport.servers.arrivals import COME
from mpp_conformance.transport.servers.connection import TARGET
from mpp_conformance.wire import MAX_BODY

BODY_SECONDS: Final = 30.0
_DRAINED: Final = 64 * MAX_BODY
"""A body that is too long is read to its end all the same, up to here: its sender is to hear why it is refused."""


async def body_of(request: Request, *, limit: int = MAX_BODY) -> bytes:
    """The request's body; one byte more than ``limit``, what a message may have, stands for any that is too long.

    HTTPException where the body does not come to its end.
    """
    whole, seen = bytearray(), 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                seen += len(chunk)
                whole += chunk[: limit + 1 - len(whole)]
                if seen > _DRAINED:
                    break
    except TimeoutError:
        late = f"the body did not come to its end within {BODY_SECONDS:g} seconds"
        raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, late) from None
    except ClientDisconnect:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "the body did not come to its end") from None
    finally:
        request.scope[COME]()
    return bytes(whole)


def target_of(request: Request) -> str:
    """The request target: path and query as they were sent, whatever stood before them."""
    return signature.path_of(request.scope[TARGET].decode("latin-1"))


def request_half(request: Request, body: bytes) -> Half:
    """A request as evidence keeps it."""
    return Half(method=request.method, target=target_of(request), headers=_texts(request.headers.raw), body=body)


def answer_half(request: Request, answer: Response) -> Half:
    """Its answer likewise."""
    return Half(
        method=request.method,
        target=target_of(request),
        status=int(answer.status_code),
        headers=_texts(answer.raw_headers),
        body=bytes(answer.body),
    )


def _texts(headers: Iterable[tuple[bytes, bytes]]) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)
