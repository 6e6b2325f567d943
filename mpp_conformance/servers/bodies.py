"""Bodies of requests, read with a bound."""

from starlette.requests import Request

from mpp_conformance.wire import MAX_BODY


async def body_of(request: Request) -> bytes:
    """The request's body; one byte more than a message may have stands for any that is too long."""
    whole = bytearray()
    async for chunk in request.stream():
        whole += chunk
        if len(whole) > MAX_BODY:
            return bytes(whole[: MAX_BODY + 1])
    return bytes(whole)
