"""Requests as real libraries and proxies write them, byte by byte, at the gateway and at the observer alike."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import pytest

from mpp_conformance.protocol.messages import HandleAction, Malformed, UserInitiatedPay
from tests.hosting import HOST, Front, front
from tests.transport.test_gateway import PATH, body_for, signed

GATEWAY: Final = "gateway"
OBSERVER: Final = "observer"
_H2C: Final = (
    "Connection: Upgrade, HTTP2-Settings",
    "Upgrade: h2c",
    "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA",
)
_CLOSE: Final = "Connection: close"
Framed = tuple[Sequence[str], bytes]


@dataclass(frozen=True, kw_only=True)
class Shape:
    """How a request is written: its target and version, further headers, what frames its body, what ends a header."""

    headers: tuple[str, ...] = (_CLOSE,)
    origin: str = ""
    version: str = "1.1"
    framed: Callable[[bytes], Framed] = lambda body: ([f"Content-Length: {len(body)}"], body)
    spelled: Callable[[str], str] = str
    ends: str = ""


def _chunks(body: bytes, extension: bytes = b"", trailer: bytes = b"") -> Framed:
    pieces = b"".join(b"%x%s\r\n%s\r\n" % (len(piece), extension, piece) for piece in (body[:10], body[10:]))
    return ["Transfer-Encoding: chunked"], pieces + b"0" + extension + b"\r\n" + trailer + b"\r\n"


SHAPES: Final = {
    "plain": Shape(),
    "h2c": Shape(headers=_H2C),
    "h2c in chunks": Shape(headers=_H2C, framed=_chunks),
    "h2c spelled small": Shape(headers=_H2C, spelled=str.lower),
    "TLS offered": Shape(headers=("Connection: Upgrade", "Upgrade: TLS/1.2")),
    "WebSocket offered": Shape(headers=("Connection: upgrade", "Upgrade: websocket")),
    "upgrade without an offer": Shape(headers=("Connection: Upgrade",)),
    "100-continue": Shape(headers=(_CLOSE, "Expect: 100-continue")),
    "h2c and 100-continue": Shape(headers=(*_H2C, "Expect: 100-continue")),
    "absolute target": Shape(origin="http://alipay-plus.test:8080"),
    "absolute target of TLS": Shape(origin="https://open-sea-global.alipayplus.com"),
    "chunks": Shape(framed=_chunks),
    "chunks spelled large": Shape(framed=lambda body: (["TRANSFER-ENCODING: Chunked"], _chunks(body)[1])),
    "chunk extensions": Shape(framed=lambda body: _chunks(body, b';a=b;c="d e"')),
    "blanks before chunk extensions": Shape(framed=lambda body: _chunks(body, b" ;a=b")),
    "trailers": Shape(headers=(_CLOSE, "Trailer: X-Sum"), framed=lambda body: _chunks(body, trailer=b"X-Sum: 1\r\n")),
    "leading zeros": Shape(framed=lambda body: ([f"Content-Length: 000{len(body)}"], body)),
    "HTTP/1.0": Shape(version="1.0", headers=()),
    "HTTP/1.0 keep-alive": Shape(version="1.0", headers=("Connection: keep-alive",)),
    "lower-case headers": Shape(spelled=str.lower),
    "upper-case headers": Shape(spelled=str.upper),
    "blanks behind headers": Shape(ends=" \t"),
    "repeated headers": Shape(headers=(_CLOSE, "Accept: a/b", "Accept: c/d", "X-Empty:", "X-Empty:")),
    "headers of proxies": Shape(
        headers=(
            _CLOSE,
            "Via: 1.0 fred, 1.1 proxy.example.test (nginx)",
            "X-Forwarded-For: 10.0.0.1, 10.0.0.2",
            "X-Forwarded-Proto: https",
            "X-Forwarded-Host: wallet.example.test",
            "Forwarded: for=10.0.0.1;proto=https",
            "X-Real-IP: 10.0.0.1",
            "X-Request-ID: 1",
        )
    ),
}


def request(at: Front, place: str, shape: Shape) -> bytes:
    """A sound call of userInitiatedPay, or a sound report, written in this shape."""
    if place == GATEWAY:
        target, body = PATH, body_for(at.code)
        headers = [f"{name}: {value}" for name, value in signed(body).items()]
    else:
        target, body, headers = f"{urlsplit(at.observer).path}/handle-action", b'{"sdkActionPayload":"a"}', []
    framing, content = shape.framed(body)
    lines = ["Host: here", *headers, "Content-Type: application/json", *shape.headers, *framing]
    named = [f"{shape.spelled(name)}:{value}{shape.ends}" for name, _, value in (line.partition(":") for line in lines)]
    head = "\r\n".join([f"POST {shape.origin}{target} HTTP/{shape.version}", *named, "", ""])
    return head.encode() + content


async def exchanged(at: Front, *pieces: bytes, answers: int = 1) -> bytes:
    """What comes back for these pieces, sent one after the other, up to the end of ``answers`` final answers."""
    reader, writer = await asyncio.open_connection(HOST, urlsplit(at.url).port)
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0)
    came = b""
    async with asyncio.timeout(10):
        while sum(came.count(b"HTTP/1.1 " + status) for status in (b"2", b"4", b"5")) < answers:
            more = await reader.read(65_536)
            came += more
            if not more:
                break
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
    return came


def _kind(place: str) -> type:
    return UserInitiatedPay if place == GATEWAY else HandleAction


@pytest.mark.parametrize("place", [GATEWAY, OBSERVER])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_request_is_read_however_it_is_written(shape: str, place: str) -> None:
    """In one piece or byte by byte, it is answered in HTTP/1.1, and its body and signature are what they were."""

    async def call(*, piecewise: bool) -> tuple[bytes, list[object], list[object]]:
        async with front() as at:
            sent = request(at, place, SHAPES[shape])
            pieces = [sent[start : start + 1] for start in range(len(sent))] if piecewise else [sent]
            answer = await exchanged(at, *pieces)
            said = [event.message for event in at.heard]
            return answer, [type(message) for message in said], [getattr(m, "signature", "valid") for m in said]

    for piecewise in (False, True):
        answer, kinds, signatures = asyncio.run(call(piecewise=piecewise))
        assert answer.startswith(b"HTTP/1.1 100" if "100" in shape else b"HTTP/1.1 20"), answer
        assert ([_kind(place)], ["valid"]) == (kinds, signatures)


@pytest.mark.parametrize("place", [GATEWAY, OBSERVER])
def test_requests_behind_each_other_are_all_read(place: str) -> None:
    """A client need not wait for an answer, whether or not it offers an upgrade with each request."""

    async def call() -> tuple[bytes, list[type]]:
        async with front() as at:
            kept = [
                request(at, place, shape) for shape in (Shape(headers=()), Shape(headers=_H2C), Shape(headers=_H2C))
            ]
            answer = await exchanged(at, b"".join([*kept, request(at, place, Shape())]), answers=4)
            return answer, [type(event.message) for event in at.heard]

    answer, kinds = asyncio.run(call())
    assert (4, [_kind(place)] * 4) == (answer.count(b"HTTP/1.1 20"), kinds)


def test_evidence_keeps_the_offer_and_the_target_as_they_came() -> None:
    """What the parser did not understand is not left out; an absolute target counts from its path on."""

    async def call(shape: Shape, query: str = "") -> tuple[str, list[str]]:
        async with front() as at:
            await exchanged(at, request(at, GATEWAY, shape).replace(b" HTTP/1.1", f"{query} HTTP/1.1".encode(), 1))
            half = at.heard[0].http[0]
            return half.target, [name for name, _ in half.headers]

    target, names = asyncio.run(call(SHAPES["h2c"]))
    assert (target, *(names.count(name) for name in ("upgrade", "http2-settings", "signature"))) == (PATH, 1, 1, 1)
    assert f"{PATH}?" == asyncio.run(call(SHAPES["absolute target"], "?"))[0]
    assert f"{PATH}?a=b" == asyncio.run(call(SHAPES["plain"], "?a=b"))[0]


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ("Content-Length: 3", "Content-Length"),
        ("X-Folded: a\r\n b", "X-Folded"),
        ("X-Blank : a", "X-Blank"),
        ("Transfer-Encoding: identity", "Transfer-Encoding"),
    ],
)
def test_what_is_refused_as_no_http_is_told_with_the_header(broken: str, words: str) -> None:
    """It is kept, and named by the header at which reading it fails; the sender hears 400."""

    async def call() -> tuple[bytes, list[object]]:
        async with front() as at:
            answer = await exchanged(at, request(at, GATEWAY, Shape(headers=(broken, _CLOSE))))
            return answer, [stray.message for stray in at.router.strays]

    answer, strays = asyncio.run(call())
    assert answer.startswith(b"HTTP/1.1 400")
    (stray,) = strays
    assert isinstance(stray, Malformed)
    assert (stray.operation, words in stray.problem) == ("HTTP", True), stray.problem


@pytest.mark.parametrize(
    "line", [b"CONNECT alipay-plus.test:443 HTTP/1.1", b"CONNECT /x HTTP/1.1", b"\x16\x03\x01\x02"]
)
def test_what_is_not_for_us_ends_no_more_than_its_connection(line: bytes) -> None:
    """A tunnel or a TLS greeting is turned down, and the next caller is served."""

    async def call() -> list[type]:
        async with front() as at:
            await exchanged(at, line + b"\r\nHost: here\r\n\r\n")
            await exchanged(at, request(at, GATEWAY, Shape()))
            return [type(event.message) for event in at.heard]

    assert [UserInitiatedPay] == asyncio.run(call())
