"""One connection of whoever calls us, in HTTP/1.1: nothing that was sent is lost, and nobody is written to who is gone.

What a client offers to upgrade to (h2c by Java's own client, TLS by others) is declined by answering in HTTP/1.1
(RFC 9110, 7.8). httptools reads no body behind such an offer, so the request is put before a new parser without it.
"""

import asyncio
from contextlib import suppress
from typing import Any, Final

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mpp_conformance.transport.servers.arrivals import ARRIVALS, COME, Arrivals

TRANSPORT: Final = "mpp_conformance.transport"
"""Where an application finds the transport of its exchange: a defect in carrying is carried out by hand."""
TARGET: Final = "mpp_conformance.target"
"""Where an application finds the request target as it came, in bytes."""
UNREADABLE: Final = "mpp_conformance.unreadable"
"""The lifespan state's name for whom is told of what is no HTTP: the problem in words, and the beginning of it."""
_LENIENT: Final = {
    "lenient_data_after_close": True,  # a pipelined request behind one that ends the connection
    "lenient_spaces_after_chunk_size": True,  # before an extension (RFC 9112, 7.1.1)
}
_NO_HTTP: Final = "Invalid HTTP request received."
_UPGRADE: Final = b"upgrade"
_LISTENED: Final = 0.2
"""Seconds in which the rest of a request that cannot be read is taken: it may say what it is about."""
_KEPT: Final = 65_536
_SHOWN: Final = 100


class Line:
    """A transport that takes no more once it is closing: whoever has hung up is told nothing."""

    __slots__ = ("_transport",)

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever the transport has
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send it, if anybody is there."""
        if not self._transport.is_closing():
            self._transport.write(data)


class Connection(HttpToolsProtocol):
    """Says to the application what carries it, and what was asked for to the letter."""

    _offering: list[tuple[bytes, bytes]] | None = None
    """The headers of a request that offers an upgrade, while it is put before another parser."""
    _unread: bytearray | None = None
    """The beginning of what cannot be read as HTTP, once it has come."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        """Somebody calls."""
        self.parser.set_dangerous_leniencies(**_LENIENT)
        super().connection_made(Line(transport))  # type: ignore[arg-type]  # all that is asked of one

    def connection_lost(self, exc: Exception | None) -> None:
        """They have hung up."""
        self._come()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on."""
        self._arrivals.begin(self)
        if self._unread is not None:
            self._unread += data[: _KEPT - len(self._unread)]
            return
        self._unset_keepalive_if_required()
        left = data
        try:
            while left:
                try:
                    self.parser.feed_data(left)
                    left = b""
                except httptools.HttpParserUpgrade as offer:
                    left = left[offer.args[0] :]
                    if not self._decline():
                        return
        except httptools.HttpParserError as problem:
            self._unread = bytearray(data[:_KEPT])
            self.loop.call_later(_LISTENED, self._refuse, problem)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self.scope[TRANSPORT] = self.transport  # type: ignore[typeddict-unknown-key]  # ours beside those of ASGI
        self.scope[COME] = self._come  # type: ignore[typeddict-unknown-key]  # likewise

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header; white space around a value is none of it (RFC 9110, 5.5), and httptools leaves what is behind."""
        super().on_header(name, value.strip(b" \t"))

    def on_headers_complete(self) -> None:
        """Its headers have come: it is given to the application, unless another parser is to read it."""
        if self.parser.should_upgrade() and self.parser.get_method() != b"CONNECT":
            self._offering = self.headers
            return
        if self._offering is not None:
            self.headers[:], self._offering = self._offering, None
        self.scope[TARGET] = self.url  # type: ignore[typeddict-unknown-key]  # likewise
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """It has been answered, read or not."""
        self._come()
        super().on_response_complete()

    def on_message_complete(self) -> None:
        """It has come to its end, as far as this parser reads it."""
        if self._offering is None:
            super().on_message_complete()

    def _decline(self) -> bool:
        """Have a new parser read the request whose headers have come, as if it offered nothing; False for a CONNECT."""
        if self._offering is None:
            return False
        line = b" ".join((self.parser.get_method(), self.url, b"HTTP/" + self.parser.get_http_version().encode()))
        kept = [b": ".join(header) for header in self._offering if header[0] != _UPGRADE]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(**_LENIENT)
        self.parser.feed_data(b"\r\n".join((line, *kept, b"", b"")))
        return True

    @property
    def _arrivals(self) -> Arrivals:
        arrivals: Arrivals = self.app_state[ARRIVALS]
        return arrivals

    def _come(self) -> None:
        self._arrivals.come(self)

    def _refuse(self, problem: httptools.HttpParserError) -> None:
        """Answer that this is no HTTP, and have somebody hear of it."""
        unread = bytes(self._unread or b"")
        told = self.app_state.get(UNREADABLE)
        if told is not None:
            told(f"{problem}{_place(unread)}", unread)
        self._come()
        self.send_400_response(_NO_HTTP)


def _place(unread: bytes) -> str:
    """Where reading a request fails, in words; empty where that is not in its head."""
    lines = unread.partition(b"\r\n\r\n")[0].split(b"\r\n")
    named = lines[0]
    for count, line in enumerate(lines):
        named = named if line[:1] in {b" ", b"\t"} else line  # a folded line is of the header before it
        parser = httptools.HttpRequestParser(object())
        with suppress(httptools.HttpParserUpgrade):
            try:
                parser.feed_data(b"\r\n".join((*lines[: count + 1], b"")) + (b"\r\n" if line is lines[-1] else b""))
            except httptools.HttpParserError:
                return f", at {named.partition(b':')[0][:_SHOWN].decode('latin-1')}" if count else ", at its first line"
    return ""
