"""An MPP over HTTP: its adaptor is spoken to, and it speaks to the simulated Alipay+ and to the observer.

One listener and one HTTP client serve all conversations of a run. What is waited for are events; time only runs out.
"""

import asyncio
import time
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self

import httpx
from starlette.applications import Starlette

from mpp_conformance import wire
from mpp_conformance.messages import Decode, Message, Scan
from mpp_conformance.peers.router import Delivery, Router, Stray
from mpp_conformance.peers.world import Sending, World
from mpp_conformance.scenario import Profile, Scenario
from mpp_conformance.servers.gateway import MessageLayer, Notes, gateway_routes
from mpp_conformance.servers.listener import listening
from mpp_conformance.servers.observer import observer_routes
from mpp_conformance.trace import BROKEN, ENDED, WAITED, Trace
from mpp_conformance.wallet import Wallet

_PATHS: Final[dict[type[Message], str]] = {Scan: "/scan", Decode: "/decode"}
_LONGEST: Final = 20
"""A conversation lasts at most this many times the wallet's patience, however much it says."""


@dataclass(slots=True)
class _Conversation:
    world: World
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    calls: set[asyncio.Task[None]] = field(default_factory=set)
    trouble: str = ""
    broken: bool = False


class HttpConnector:
    """Holds conversations with the wallet at ``adaptor``, as many at a time as are asked for.

    ``run`` makes its code values and tokens unlike any other's: it must never be used twice with the same wallet.
    """

    def __init__(self, wallet: Wallet, profile: Profile, *, run: str, adaptor: str | None = None) -> None:
        self._wallet = wallet
        self._profile = profile
        self._run = run
        self._adaptor = (adaptor or wallet.reach.adaptor).rstrip("/")
        self._router = Router()
        self._open: dict[int, _Conversation] = {}
        self._exits = AsyncExitStack()
        self._url = ""

    @property
    def strays(self) -> list[Stray]:
        """Messages that fitted no open conversation."""
        return self._router.strays

    @property
    def public_url(self) -> str:
        """Where the wallet finds Alipay+ and the observer."""
        return self._url

    async def __aenter__(self) -> Self:
        reach, keys = self._wallet.reach, self._wallet.keys
        if keys is None:
            raise ValueError("[keys] are needed to speak to a wallet over HTTP")
        layer = MessageLayer(
            client_id=keys.client_id,
            key_version=keys.key_version,
            mpp_public_key=keys.mpp_public_key,
            alipay_plus_private_key=keys.alipay_plus_private_key,
        )
        alipay_plus = gateway_routes(layer, self._deliver, lambda: self._url)
        app = Starlette(routes=[*alipay_plus, *observer_routes(self._router, self._deliver)])
        here = await self._exits.enter_async_context(listening(app, reach.host, reach.port))
        self._url = (reach.public_url or here).rstrip("/")
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=reach.parallel * 2)
        client = httpx.AsyncClient(timeout=reach.patience, limits=limits, trust_env=False, follow_redirects=False)
        self._http = await self._exits.enter_async_context(client)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._exits.aclose()

    async def converse(self, scenario: Scenario) -> Trace:
        """Hold one conversation to its end."""
        world = World(scenario, self._run, self._profile, time.monotonic)
        held = _Conversation(world)
        self._router.open(world)
        self._open[id(world)] = held
        try:
            for sending in world.begin():
                self._call(held, sending)
            came = await self._heard_out(held)
        finally:
            self._router.close(world)
            del self._open[id(world)]
            for call in held.calls:
                call.cancel()
            await asyncio.gather(*held.calls, return_exceptions=True)
        ending = BROKEN if held.broken else ENDED if came else WAITED
        return world.trace(ending, held.trouble)

    async def _heard_out(self, held: _Conversation) -> bool:
        """Wait until everything expected came (or patience ran out), then until the wallet has fallen silent."""
        reach, world = self._wallet.reach, held.world
        end = time.monotonic() + reach.patience * _LONGEST
        while not world.finished and not held.broken:
            if not await _woken(held.woken, min(reach.patience, end - time.monotonic())):
                return False
        silence = reach.quiet if world.silent else reach.settle
        while not held.broken and await _woken(held.woken, min(silence, end - time.monotonic())):
            silence = reach.quiet if world.silent else reach.settle
        return world.finished

    def _deliver(self, message: Message, token: str, notes: Notes) -> Delivery:
        delivery = self._router.deliver(message, token=token, notes=notes)
        held = self._open.get(id(delivery.world)) if delivery.world is not None else None
        if held is not None:
            for sending in delivery.calls:
                self._call(held, sending)
            held.woken.set()
        return delivery

    def _call(self, held: _Conversation, sending: Sending) -> None:
        task = asyncio.create_task(self._told(held, sending))
        held.calls.add(task)
        task.add_done_callback(held.calls.discard)

    def _told(self, held: _Conversation, sending: Sending) -> Coroutine[Any, Any, None]:
        address = f"{self._adaptor}{_PATHS[type(sending.message)]}"
        observer = f"{self._url}/o/{held.world.token(sending.payment)}"
        return self._post(held, address, wire.encode(sending.message, observer_url=observer))

    async def _post(self, held: _Conversation, address: str, content: bytes) -> None:
        headers = {"content-type": "application/json"}
        try:
            async with self._http.stream("POST", address, content=content, headers=headers) as answer:
                if not answer.is_success:
                    held.trouble = f"the adaptor answered {answer.status_code} to POST {address}"
        except httpx.ConnectError as problem:
            held.broken, held.trouble = True, f"the adaptor at {address} cannot be reached: {problem}"
            held.woken.set()
        except httpx.HTTPError as problem:
            held.trouble = f"POST {address}: {type(problem).__name__}"


async def _woken(event: asyncio.Event, seconds: float) -> bool:
    """Whether something happened within the time."""
    try:
        async with asyncio.timeout(max(0.0, seconds)):
            await event.wait()
    except TimeoutError:
        return False
    event.clear()
    return True
