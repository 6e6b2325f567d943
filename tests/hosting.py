"""A specimen hosted as an HTTP wallet and a connector that holds conversations with it, both in one event loop."""

import asyncio
import functools
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from starlette.middleware.base import BaseHTTPMiddleware, DispatchFunction
from starlette.types import ASGIApp

from mpp_conformance.judging.trace import ENDED, Event, Half
from mpp_conformance.peers.router import Delivery, Router
from mpp_conformance.peers.world import World
from mpp_conformance.protocol import signature
from mpp_conformance.protocol.messages import Message
from mpp_conformance.scenarios.cells import psp
from mpp_conformance.scenarios.scenario import ORDER, Scenario
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.transport.connectors.http import HttpConnector
from mpp_conformance.transport.servers.application import application
from mpp_conformance.transport.servers.device import Device, device_routes
from mpp_conformance.transport.servers.faulty_delivery import HOLD
from mpp_conformance.transport.servers.gateway import gateway_routes, record
from mpp_conformance.transport.servers.gateway_client import GatewayClient
from mpp_conformance.transport.servers.http_client import http_client
from mpp_conformance.transport.servers.listener import bound, serve_app
from mpp_conformance.transport.servers.message_layer import MessageLayer, Notes
from mpp_conformance.transport.servers.observer import observer_routes
from mpp_conformance.transport.servers.specimen_wallet import SpecimenWallet
from mpp_conformance.wallet import Keys, Wallet, reference

HOST: Final = "127.0.0.1"
CLIENT_ID: Final = "SANDBOX_5Y0000000000EXAMPLE"
NOWHERE: Final = "http://127.0.0.1:1"
"""Nothing listens at port 1."""


@functools.cache
def own_keys() -> tuple[RSAPrivateKey, RSAPrivateKey]:
    """The private keys of Alipay+ and of the MPP."""
    return signature.generate_private_key(), signature.generate_private_key()


def wallet_at(adaptor: str = NOWHERE, **reach: Any) -> Wallet:
    """The reference wallet behind an adaptor, with keys, any free port and short waits."""
    alipay_plus, mpp = own_keys()
    known = reference()
    keys = Keys(client_id=CLIENT_ID, mpp_public_key=mpp.public_key(), alipay_plus_private_key=alipay_plus)
    near = {"adaptor": adaptor, "mpp_server": adaptor, "listen": f"{HOST}:0"}
    found = {**near, "patience": 5.0, "settle": 0.05, "quiet": 0.2, **reach}
    return known.model_copy(update={"keys": keys, "reach": known.reach.model_copy(update=found)})


def message_layer() -> MessageLayer:
    """The keys as Alipay+ holds them."""
    alipay_plus, mpp = own_keys()
    return MessageLayer(client_id=CLIENT_ID, key_version=1, public_key=mpp.public_key(), private_key=alipay_plus)


@asynccontextmanager
async def gateway_client(url: str, **changes: Any) -> AsyncIterator[GatewayClient]:
    """The MPP server's way to the Alipay+ at ``url``."""
    alipay_plus, mpp = own_keys()
    async with http_client(timeout=5, keep=True) as http:
        yield replace(
            GatewayClient(
                url=url,
                client_id=CLIENT_ID,
                private_key=mpp,
                alipay_plus_public_key=alipay_plus.public_key(),
                http=http,
            ),
            **changes,
        )


@asynccontextmanager
async def hosted(specimen: type[ConformingMpp], **reach: Any) -> AsyncIterator[HttpConnector]:
    """A connector to a specimen; the wallet claims the app link if the specimen reports it."""
    async with hosted_wallet(specimen, **reach) as (_, connector):
        yield connector


@asynccontextmanager
async def hosted_wallet(
    specimen: type[ConformingMpp],
    *,
    http: httpx.AsyncClient | None = None,
    manner: Callable[[SpecimenWallet, ASGIApp], ASGIApp] | None = None,
    **reach: Any,
) -> AsyncIterator[tuple[SpecimenWallet, HttpConnector]]:
    """The same, with the host of the specimen; ``http`` carries what it says, ``manner`` how its adaptor answers."""
    profile = replace(reference().profile, app_link=specimen.app_link)
    async with gateway_client(NOWHERE) as own:
        client = replace(own, http=http or own.http)
        wallet = SpecimenWallet(specimen(profile), client, client.http)
        app = wallet.app
        if manner is not None:
            app.add_middleware(functools.partial(manner, wallet))
        try:
            async with (
                serve_app(app, HOST, 0) as adaptor,
                HttpConnector(wallet_at(adaptor, **reach), profile, run="transport") as connector,
            ):
                wallet.gateway = replace(client, url=connector.public_url)
                yield wallet, connector
        finally:
            await wallet.close()


@asynccontextmanager
async def hosted_mpp(specimen: type[ConformingMpp], **reach: Any) -> AsyncIterator[Wallet]:
    """A specimen hosted as an HTTP wallet, for one who listens as the wallet file says; yields that file's content."""
    with bound(HOST, 0)[0] as probe:
        listen = f"{HOST}:{probe.getsockname()[1]}"
    profile = replace(reference().profile, app_link=specimen.app_link)
    async with gateway_client(f"http://{listen}") as client:
        wallet = SpecimenWallet(specimen(profile), client, client.http)
        try:
            async with serve_app(wallet.app, HOST, 0) as adaptor:
                yield wallet_at(adaptor, listen=listen, **reach)
        finally:
            await wallet.close()


@dataclass
class Front:
    """An Alipay+ with one open conversation about an order code."""

    url: str
    router: Router
    world: World
    heard_some: asyncio.Event = field(default_factory=asyncio.Event)
    fault_met: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def code(self) -> str:
        """The code value to ask about."""
        return self.world.codes[0].scanned

    @property
    def heard(self) -> list[Event]:
        """What the wallet said."""
        return [event for event in self.world.trace(ENDED).events if not event.message.by_suite]

    @property
    def observer(self) -> str:
        """Where to report."""
        return f"{self.url}/o/{self.world.token(0)}"


@asynccontextmanager
async def front(
    scenario: Scenario | None = None, *, hold: float = HOLD, manner: DispatchFunction | None = None
) -> AsyncIterator[Front]:
    """Serve it; with another scenario where one is given.

    ``hold``: seconds that a spoilt answer may take; ``manner``: what becomes of every answer before it goes out.
    """
    profile = reference().profile
    router = Router(profile.templates)
    world = World(scenario or psp(ORDER), "front", profile, time.monotonic)
    router.open(world)
    world.begin()
    made = Front("", router, world)

    def deliver(message: Message, token: str, notes: Notes) -> Delivery:
        made.heard_some.set()
        return router.deliver(message, token=token, notes=notes)

    def gone(delivery: Delivery, *, complete: bool, halves: Sequence[Half]) -> None:
        record(delivery, complete=complete, halves=halves)
        made.fault_met.set()

    routes = [
        *gateway_routes(message_layer(), deliver, lambda: "http://alipay-plus.test", gone=gone, hold=hold),
        *observer_routes(router, deliver),
        *device_routes(Device("device", poll=0.01)),
    ]
    app = application(routes, lost=lambda message, _: router.deliver(message))
    if manner is not None:
        app.add_middleware(BaseHTTPMiddleware, dispatch=manner)
    async with serve_app(app, HOST, 0) as url:
        made.url = url
        yield made


async def posted(url: str, body: bytes, headers: Mapping[str, str] | None = None) -> httpx.Response:
    """The answer to a request, by httpx as it is."""
    async with httpx.AsyncClient(trust_env=False, timeout=10) as http:
        return await http.post(url, content=body, headers=headers)


@asynccontextmanager
async def answering(*answers: bytes, end: bool = True) -> AsyncIterator[str]:
    """A server that reads a request and says the next of ``answers``, whatever was asked; yields its address.

    ``end``: it closes the connection after that; otherwise it waits for the next request.
    """
    left, writers = list(answers), list[asyncio.StreamWriter]()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while left:
                head = await reader.readuntil(b"\r\n\r\n")
                length = re.search(rb"(?i)content-length: ([0-9]+)", head)
                await reader.readexactly(int(length[1]) if length else 0)
                writer.write(left.pop(0))
                await writer.drain()
                if end:
                    break
            if not end:
                await reader.read()
        writer.close()

    server = await asyncio.start_server(take, HOST, 0)
    try:
        yield f"http://{HOST}:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for writer in writers:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


async def said(url: str, request: bytes) -> bytes:
    """What a server answers to these bytes, read until it closes the connection."""
    port = urlsplit(url).port
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(request)
    async with asyncio.timeout(10):
        answer = await reader.read()
    writer.close()
    return answer
