"""The listener: an application on a socket of its own that comes up at once and goes down without waiting."""

import asyncio
import time
from http import HTTPStatus

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from mpp_conformance.transport.servers.application import application
from mpp_conformance.transport.servers.http_client import http_client
from mpp_conformance.transport.servers.listener import ListenError, bound, serve_app
from tests.hosting import HOST, NOWHERE, answering


async def _hello(request: Request) -> Response:
    return PlainTextResponse(request.method)


async def _never(_: Request) -> Response:
    await asyncio.Event().wait()
    raise AssertionError


APP = application([Route("/", _hello), Route("/never", _never), Route("/fault", lambda _: None)])


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost"])  # noqa: S104  # closed at once
def test_any_free_port_is_told(host: str) -> None:
    """With port 0 the address that is yielded can be called, wherever it listens."""

    async def call() -> str:
        async with serve_app(APP, host, 0) as url, http_client(timeout=5) as http:
            return (await http.get(url)).text

    assert asyncio.run(call()) == "GET"


def test_taken_port_is_told() -> None:
    """A port that is taken, or an address of another machine, is an error that names it."""
    with bound(HOST, 0)[0] as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ListenError, match=f"cannot listen at {HOST}:{port}: "):
            bound(HOST, port)
    with pytest.raises(ListenError, match=r"cannot listen at 192\.0\.2\.1:0: "):
        bound("192.0.2.1", 0)


def test_localhost_is_both_of_its_addresses() -> None:
    """Clients that try one of them only are heard, whichever it is; a port that is taken at one is not to be had."""

    async def call() -> list[str]:
        async with serve_app(APP, "localhost", 0) as url, http_client(timeout=5) as http:
            port = url.rpartition(":")[2]
            return [(await http.get(f"http://{host}:{port}")).text for host in ("127.0.0.1", "[::1]", "localhost")]

    assert asyncio.run(call()) == ["GET", "GET", "GET"]
    with bound("::1", 0)[0] as taken, pytest.raises(ListenError, match=r"cannot listen at \[::1\]:"):
        bound("localhost", taken.getsockname()[1])


def test_end_waits_for_nobody() -> None:
    """Idle connections and requests that never end keep the listener open for a moment at most."""

    async def call() -> float:
        async with http_client(timeout=30) as http:
            async with serve_app(APP, HOST, 0) as url:
                await http.get(url)
                hanging = asyncio.create_task(http.get(f"{url}/never"))
                await http.get(url)
                begun = time.monotonic()
            with pytest.raises(httpx.HTTPError):
                (await hanging).raise_for_status()
            return time.monotonic() - begun

    assert asyncio.run(call()) < 10


def test_fault_is_answered_and_not_printed(capfd: pytest.CaptureFixture[str]) -> None:
    """An exception in an endpoint is a plain 500 in JSON for the caller, and no traceback on the screen."""

    async def call() -> httpx.Response:
        async with serve_app(APP, HOST, 0) as url, http_client(timeout=5) as http:
            return await http.get(f"{url}/fault")

    answer = asyncio.run(call())
    assert (answer.status_code, set(answer.json())) == (HTTPStatus.INTERNAL_SERVER_ERROR, {"problem"})
    assert capfd.readouterr() == ("", "")


def test_client_speaks_of_trouble_in_one_language() -> None:
    """Whatever goes wrong on the way is an exception of httpx, and one that says which side it arose on."""

    async def call(answer: bytes | None, *, end: bool = True) -> httpx.Response:
        async with answering(answer or b"", end=end) as url, http_client(timeout=0.2) as http:
            return await http.post(url if answer is not None else NOWHERE, content=b"{}")

    for answer, end, kind in (
        (None, True, httpx.ConnectError),
        (b"", True, httpx.RemoteProtocolError),
        (b"hello\r\n\r\n", True, httpx.RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n{", True, httpx.ReadError),
        (b"HTTP/1.1 200 OK\r\n", False, httpx.ReadTimeout),
    ):
        with pytest.raises(kind):
            asyncio.run(call(answer, end=end))


def test_client_keeps_no_cookies_and_follows_nobody() -> None:
    """A redirect is an answer like any other, and a cookie is not sent back."""

    async def call() -> tuple[int, bytes]:
        redirect = b"HTTP/1.1 307 Go\r\nlocation: /x\r\nset-cookie: a=b\r\ncontent-length: 0\r\n\r\n"
        async with http_client(timeout=5) as http, answering(redirect, redirect, end=False) as url:
            first = await http.post(url, content=b"{}")
            second = await http.post(url, content=b"{}")
            return first.status_code, second.request.headers.get("cookie", "").encode()

    assert asyncio.run(call()) == (HTTPStatus.TEMPORARY_REDIRECT, b"")
