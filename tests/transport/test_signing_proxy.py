"""The proxy that signs: what it signs verifies, and nothing else of a message is changed."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mpp_conformance import wire
from mpp_conformance.protocol import signature
from mpp_conformance.transport.servers.application import application
from mpp_conformance.transport.servers.http_client import http_client
from mpp_conformance.transport.servers.listener import serve_app
from mpp_conformance.transport.servers.signing_proxy import Signer, SigningProxy, before
from tests.hosting import CLIENT_ID, HOST, NOWHERE, answering, own_keys

BODY: Final = b'{ "a" : "\xe9\x99\x90" }\n'
HEADERS: Final = {"Client-Id": "ANOTHER", "Request-Time": "then", "Signature": "none", "X-Kept": "as it is"}
TARGET: Final = "/aps/api/x?b=%20&a=1"


@asynccontextmanager
async def proxied(seen: list[Request], **settings: Any) -> AsyncIterator[str]:
    """A proxy before a server that keeps what it is asked and answers it."""

    async def echo(request: Request) -> Response:
        body = await request.body()
        seen.append(request)
        return Response(body, 201, {"client-id": "X", "response-time": "then", "signature": "none", "x-kept": "too"})

    app = application([Route("/{path:path}", echo, methods=["POST", "PUT"])])
    async with serve_app(app, HOST, 0) as behind, http_client(timeout=5) as http:
        proxy = SigningProxy(http=http, **{"address": before(behind), **settings})
        async with serve_app(proxy.app, HOST, 0) as url:
            yield url


def exchanged(headers: dict[str, str], method: str = "POST", **settings: Any) -> tuple[Request, httpx.Response]:
    """What the server was asked, and what the caller was answered."""

    async def call() -> tuple[Request, httpx.Response]:
        seen: list[Request] = []
        async with proxied(seen, **settings) as url, http_client(timeout=5) as http:
            answer = await http.request(method, url + TARGET, content=BODY, headers=headers)
        return seen[0], answer

    return asyncio.run(call())


def outcome(headers: Mapping[str, str], time: str, method: str = "POST") -> str:
    """What verification with the MPP's key comes to."""
    content = signature.content(method, TARGET, headers["client-id"], headers[time], BODY)
    return signature.verify(own_keys()[1].public_key(), headers["signature"], content).outcome


def test_requests_are_signed() -> None:
    """A request goes on with a signature that verifies over the bytes and the target that are sent on."""
    for method in ("POST", "PUT"):
        request, answer = exchanged(HEADERS, method, requests=Signer(client_id=CLIENT_ID, key=own_keys()[1]))
        assert outcome(request.headers, "request-time", method) == "valid"
        assert (request.headers["x-kept"], request.headers["client-id"]) == ("as it is", CLIENT_ID)
        assert (answer.status_code, answer.content, answer.headers["signature"]) == (201, BODY, "none")


def test_answers_are_signed() -> None:
    """An answer comes back with a signature that verifies; the request was left as it was."""
    request, answer = exchanged(HEADERS, answers=Signer(client_id=CLIENT_ID, key=own_keys()[1]))
    assert outcome(answer.headers, "response-time") == "valid"
    assert (answer.status_code, answer.content, answer.headers["x-kept"]) == (201, BODY, "too")
    assert (request.headers["signature"], request.headers["client-id"]) == ("none", "ANOTHER")


def test_no_header_is_added() -> None:
    """What lacks a signature, an id or a time goes on without it."""
    signer = Signer(client_id=CLIENT_ID, key=own_keys()[1])
    request, _ = exchanged({"Client-Id": "ANOTHER"}, requests=signer)
    assert (request.headers["client-id"], "signature" in request.headers) == ("ANOTHER", False)
    request, _ = exchanged({"Signature": "none"}, requests=signer)
    assert ("client-id" in request.headers, "request-time" in request.headers) == (False, False)


def test_no_answer_is_told() -> None:
    """Where nobody answers, the caller is told so with 502, and whoever looks at answers is shown why."""

    async def call() -> None:
        seen: list[tuple[str, str, object]] = []
        async with http_client(timeout=5) as http:
            proxy = SigningProxy(address=before(NOWHERE), http=http, seen=lambda *what: seen.append(what))
            async with serve_app(proxy.app, HOST, 0) as url:
                answer = await http.post(url + TARGET, content=BODY)
        assert (answer.status_code, answer.json()) == (502, {"problem": "no answer came: ConnectError"})
        assert [(asked, sent, type(why)) for asked, sent, why in seen] == [(TARGET, TARGET, httpx.ConnectError)]

    asyncio.run(call())


def test_an_answer_is_read_as_far_as_any_message() -> None:
    """An answer without an end is cut off; what was read of it is passed on, too long for a message."""

    async def call() -> int:
        head = b"HTTP/1.1 200 OK\r\ncontent-length: 4000000\r\n\r\n"
        async with answering(head + b"x" * 4_000_000) as behind, http_client(timeout=5) as http:
            proxy = SigningProxy(address=before(behind), http=http)
            async with serve_app(proxy.app, HOST, 0) as url:
                return len((await http.post(url + TARGET, content=BODY)).content)

    assert wire.MAX_BODY < asyncio.run(call()) < 2 * wire.MAX_BODY


def test_what_is_signed_is_where_a_request_goes() -> None:
    """Where an operation is served at another address, that one's path is signed; whoever looks is shown both."""
    shown: list[tuple[str, str]] = []

    async def call() -> Request:
        seen: list[Request] = []
        async with proxied(seen) as behind, http_client(timeout=5) as http:
            proxy = SigningProxy(
                address=lambda _: f"{behind}{TARGET}",
                http=http,
                requests=Signer(client_id=CLIENT_ID, key=own_keys()[1]),
                seen=lambda asked, sent, _: shown.append((asked, sent)),
            )
            async with serve_app(proxy.app, HOST, 0) as url:
                await http.post(f"{url}/asked", content=BODY, headers=HEADERS)
        return seen[0]

    assert outcome(asyncio.run(call()).headers, "request-time") == "valid"
    assert shown == [("/asked", TARGET)]


def test_signing_can_be_left_off() -> None:
    """A request keeps its signature where nobody wants another."""
    request, _ = exchanged(HEADERS, requests=Signer(client_id=CLIENT_ID, key=own_keys()[1]), wanted=lambda: False)
    assert (request.headers["signature"], request.headers["request-time"]) == ("none", "then")
