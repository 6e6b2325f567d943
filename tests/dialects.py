"""How a conforming MPP's HTTP library may write what the MPP says, and how its adaptor may answer.

A dialect is a transport below the hosted specimen's HTTP client: it writes each request anew in its own way, signs what
goes to Alipay+ anew, and reads the answer. Nothing it does breaks a document.
"""

import asyncio
import base64
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, urlsplit

import h11
import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mpp_conformance import wire
from mpp_conformance.protocol import signature
from mpp_conformance.protocol.messages import Decode, Scan
from mpp_conformance.transport.servers.specimen_wallet import SpecimenWallet

_CHINA: Final = timezone(timedelta(hours=8))
_SCHEMAS: Final = {
    operation.path: kind for kind, operation in wire.OPERATIONS.items() if operation.part == wire.REQUEST
}
_SECONDS: Final = 20
_CALLS: Final = {wire.OPERATIONS[kind].path for kind in (Scan, Decode)}

Body = dict[str, Any]


def _same(name: str) -> str:
    return name


def _compact(_: str, body: Body) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _whole(body: bytes) -> bytes:
    return body


def _iso(now: datetime) -> str:
    return now.isoformat(timespec="milliseconds")


def _official(raw: bytes) -> str:
    return f"algorithm=RSA256,keyVersion=1,signature={quote(base64.b64encode(raw).decode(), safe='')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One way to write.

    What ``shows`` names stands in every request that is written so, and what ``gateway_shows`` names in every call to
    Alipay+: proof that it is spoken at all. ``chunk``: bytes of a chunk, 0 for a body whose length is said; ``piece``:
    bytes written at a time, 0 for all at once; ``spelled``: a header's name; ``written``: path and body to bytes;
    ``signed``: a signature to the header's value; ``covered``: what is signed of a body; ``loses``: each answer of
    Alipay+ is lost once, and the call is made again.
    """

    shows: Sequence[bytes] = ()
    gateway_shows: Sequence[bytes] = ()
    version: str = "1.1"
    spelled: Callable[[str], str] = _same
    backwards: bool = False
    closes: bool = False
    chunk: int = 0
    piece: int = 0
    expects: bool = False
    loses: bool = False
    written: Callable[[str, Body], bytes] = _compact
    time: Callable[[datetime], str] = _iso
    signed: Callable[[bytes], str] = _official
    covered: Callable[[bytes], bytes] = _whole


def _with_more(_: str, body: Body) -> bytes:
    """Fields that nobody asked for, blanks, escapes, and the fields in another order."""
    more = {"extendInfo": {"a": [1, None, "\u00e9"]}, "\u5907\u6ce8": "\u5907\u6ce8", "x-version": 3}
    return b" " + json.dumps({**more, **dict(reversed(body.items()))}, indent=2).encode() + b"\r\n"


def _with_nulls(path: str, body: Body) -> bytes:
    """Null for every field that is not used, where openapi/ allows it."""
    kind = _SCHEMAS[f"/o/{{token}}/{path.rpartition('/')[2]}" if path.startswith("/o/") else path]
    operation = wire.OPERATIONS[kind]
    parts = wire.document(operation.document)["components"]["schemas"]
    known = parts[operation.schema].get("properties", {})
    unused = {name: None for name, part in known.items() if _may_be_null(part, parts)}
    return json.dumps({**unused, **body}).encode()


def _may_be_null(part: Mapping[str, Any], parts: Mapping[str, Any]) -> bool:
    if "$ref" in part:
        return _may_be_null(parts[part["$ref"].rpartition("/")[2]], parts)
    return "null" in part.get("type", ()) or None in part.get("enum", ())


def _epoch(now: datetime) -> str:
    return str(int(now.timestamp() * 1000))


def _digits(now: datetime) -> str:
    return now.astimezone(_CHINA).strftime("%Y%m%d%H%M%S%z")


def _without_colon(now: datetime) -> str:
    return now.strftime("%Y-%m-%dT%H:%M:%S%z")


def _zulu(now: datetime) -> str:
    return now.strftime("%Y-%m-%dT%H:%M:%S.%f")[:22] + "Z"


def _base64(raw: bytes) -> str:
    return f"algorithm=RSA256, keyVersion=1, signature={base64.b64encode(raw).decode()}"


def _base64url(raw: bytes) -> str:
    return f"signature={base64.urlsafe_b64encode(raw).decode()},keyVersion=1,algorithm=RSA256"


def _unpadded(raw: bytes) -> str:
    return f"keyVersion=1, algorithm=RSA256, signature={base64.urlsafe_b64encode(raw).decode().rstrip('=')}"


DIALECTS: Final[Mapping[str, Dialect]] = {
    "more fields than asked for, chunked, signature in Base64, time in milliseconds": Dialect(
        written=_with_more,
        chunk=37,
        signed=_base64,
        time=_epoch,
        shows=(b'"x-version": 3', b"\r\ntransfer-encoding: chunked\r\n"),
        gateway_shows=(b"256, keyVersion=1, signature=", b"\r\nrequest-time: 1"),
    ),
    "null for what is not used, header names in capitals and backwards, Base64URL, time in digits": Dialect(
        written=_with_nulls,
        spelled=str.upper,
        backwards=True,
        signed=_base64url,
        time=_digits,
        shows=(b"\r\nCONTENT-TYPE: ",),
        gateway_shows=(b'": null', b"\r\nSIGNATURE: signature=", b"+0800\r\n"),
    ),
    "HTTP/1.0, header names in title case, Base64URL without padding, time zone without colon": Dialect(
        version="1.0",
        spelled=str.title,
        signed=_unpadded,
        time=_without_colon,
        shows=(b" HTTP/1.0\r\n",),
        gateway_shows=(b"\r\nSignature: keyVersion=1, algorithm", b"+0000\r\n"),
    ),
    "slowly, in pieces of a few bytes, a connection for each call, time with Z": Dialect(
        piece=23,
        closes=True,
        time=_zulu,
        shows=(b"\r\nconnection: close\r\n",),
        gateway_shows=(b"Z\r\n",),
    ),
    "waits for 100 Continue before it sends a body": Dialect(expects=True, shows=(b"\r\nexpect: 100-continue\r\n",)),
    "asks again when an answer of Alipay+ is lost": Dialect(loses=True),
}


@dataclass(slots=True)
class DialectTransport(httpx.AsyncBaseTransport):
    """Writes each request as ``dialect`` says, over a connection of its own.

    ``written``: each request as it went out; ``gateway_calls``: those of them that went to Alipay+; ``pieces``: how
    often something was written; ``lost``: how many answers were.
    """

    dialect: Dialect
    key: RSAPrivateKey
    written: list[bytes] = field(default_factory=list)
    gateway_calls: list[bytes] = field(default_factory=list)
    pieces: int = 0
    lost: int = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry out one call; the answer to a first one may be lost."""
        body = json.loads(await request.aread())
        of_gateway = "signature" in request.headers
        async with asyncio.timeout(_SECONDS):
            if of_gateway and self.dialect.loses:
                with suppress(ConnectionError):
                    await self._exchange(request, body, of_gateway=of_gateway, lost=True)
            try:
                return await self._exchange(request, body, of_gateway=of_gateway)
            except (ConnectionError, h11.RemoteProtocolError) as problem:
                raise httpx.ReadError(str(problem)) from problem

    async def _exchange(
        self, request: httpx.Request, body: Body, *, of_gateway: bool, lost: bool = False
    ) -> httpx.Response:
        url = request.url
        content = self.dialect.written(url.path, body)
        headers = dict(request.headers)
        if of_gateway:
            headers |= self._signed(url.path, headers["client-id"], content)
        head = self._head(url.path, headers, content)
        payload = _chunked(content, self.dialect.chunk) if self.dialect.chunk else content
        self.written.append(head + payload)
        if of_gateway:
            self.gateway_calls.append(head + payload)
        reader, writer = await asyncio.open_connection(url.host, urlsplit(str(url)).port)
        try:
            if self.dialect.expects:
                writer.write(head)
                assert b" 100 " in await reader.readuntil(b"\r\n\r\n")
                writer.write(payload)
            else:
                await self._write(writer, head + payload)
            if lost:
                # It is computed and on its way; nobody reads it.
                self.lost += len(await reader.read(1))
                return httpx.Response(504)
            return await _read(reader, h11.Request(method="POST", target=url.path, headers=[("host", "x")]))
        finally:
            writer.close()

    def _signed(self, path: str, client_id: str, content: bytes) -> dict[str, str]:
        time = self.dialect.time(datetime.now(UTC))
        covered = self.dialect.covered(content)
        official = signature.sign(self.key, signature.content("POST", path, client_id, time, covered))
        return {"request-time": time, "signature": self.dialect.signed(signature.Header.parse(official).signature)}

    def _head(self, path: str, headers: Mapping[str, str], content: bytes) -> bytes:
        kept = {name: value for name, value in headers.items() if name not in {"connection", "content-length"}}
        kept |= {"transfer-encoding": "chunked"} if self.dialect.chunk else {"content-length": str(len(content))}
        kept |= {"connection": "close"} if self.dialect.closes else {}
        kept |= {"expect": "100-continue"} if self.dialect.expects else {}
        rows = [f"{self.dialect.spelled(name)}: {value}" for name, value in kept.items()]
        ordered = rows[::-1] if self.dialect.backwards else rows
        return "\r\n".join([f"POST {path} HTTP/{self.dialect.version}", *ordered, "", ""]).encode("latin-1")

    async def _write(self, writer: asyncio.StreamWriter, request: bytes) -> None:
        size = self.dialect.piece or len(request)
        for start in range(0, len(request), size):
            writer.write(request[start : start + size])
            self.pieces += 1
            await writer.drain()
            await asyncio.sleep(0)


def _chunked(content: bytes, size: int) -> bytes:
    chunks = [content[start : start + size] for start in range(0, len(content), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in [*chunks, b""])


async def _read(reader: asyncio.StreamReader, request: h11.Request) -> httpx.Response:
    """The answer on a connection on which ``request`` was made."""
    connection = h11.Connection(h11.CLIENT)
    connection.send(request)
    connection.send(h11.EndOfMessage())
    status, headers, content = 0, list[tuple[bytes, bytes]](), b""
    while not isinstance(event := connection.next_event(), h11.EndOfMessage):
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(65_536))
        elif isinstance(event, h11.Response):
            status, headers = event.status_code, list(event.headers)
        elif isinstance(event, h11.Data):
            content += event.data
    return httpx.Response(status, headers=headers, content=content)


# --- how an adaptor answers ---------------------------------------------------------------------------------------


def talkative(_: SpecimenWallet, app: ASGIApp) -> ASGIApp:
    """Says 200 and much more to a call that it carries out, in chunks, and closes the connection.

    What it refuses it refuses, and the MPP server at the same address answers Alipay+ as ever.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        done = False

        async def say(message: Message) -> None:
            nonlocal done
            if message["type"] == "http.response.start":
                done = scope["path"] in _CALLS and message["status"] == HTTPStatus.ACCEPTED
            if not done:
                await send(message)
            elif message["type"] == "http.response.start":
                headers = [(b"content-type", b"text/html"), (b"connection", b"close"), (b"set-cookie", b"a=b")]
                await send({"type": "http.response.start", "status": 200, "headers": headers})
            else:
                await send({"type": "http.response.body", "body": b"<p>understood</p>", "more_body": True})
                await send({"type": "http.response.body", "body": b""})

        await app(scope, receive, say)

    return answer


def late(wallet: SpecimenWallet, app: ASGIApp) -> ASGIApp:
    """Answers a call when whatever the wallet has to do is done; the MPP server at the same address does not wait."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def say(message: Message) -> None:
            if scope["path"] in _CALLS and message["type"] == "http.response.start":
                await asyncio.gather(*wallet._tasks, return_exceptions=True)
            await send(message)

        await app(scope, receive, say)

    return answer


MANNERS: Final = {"200 with a page, chunked, connection closed": talkative, "when everything is done": late}
