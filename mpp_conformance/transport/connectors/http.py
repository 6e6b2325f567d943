"""An MPP over HTTP: its adaptor is spoken to, and it speaks to the simulated Alipay+ and to the observer.

One listener and one HTTP client serve all conversations of a run. What is waited for are events; time only runs out.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, Self

import httpx
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route

from mpp_conformance.judging.trace import Half, Trace
from mpp_conformance.peers.router import MAX_STRAYS, Delivery, ReactionError, Router, Stray
from mpp_conformance.peers.world import World
from mpp_conformance.protocol.messages import Malformed, Message
from mpp_conformance.scenarios.scenario import Profile, Scenario
from mpp_conformance.transport.connectors.adaptor import NO_ANSWER, Adaptor, Caller
from mpp_conformance.transport.connectors.calls import Calls
from mpp_conformance.transport.connectors.conversation import Conversation, nobody
from mpp_conformance.transport.connectors.heartbeat import Heartbeat
from mpp_conformance.transport.connectors.listening import LONGEST, OVERLOADED, Listening
from mpp_conformance.transport.connectors.mpp_server import MppServer
from mpp_conformance.transport.connectors.pulling_adaptor import PullingAdaptor
from mpp_conformance.transport.connectors.silences import Silences
from mpp_conformance.transport.scheduler import OverbookedError
from mpp_conformance.transport.servers.application import NO_HTTP, application, below
from mpp_conformance.transport.servers.arrivals import Arrivals
from mpp_conformance.transport.servers.device import Device, device_routes
from mpp_conformance.transport.servers.gateway import AnswerError, gateway_routes, record
from mpp_conformance.transport.servers.http_client import http_client
from mpp_conformance.transport.servers.listener import ListenError, serve_app
from mpp_conformance.transport.servers.merchant_page import STAND_IN, stand_in_route
from mpp_conformance.transport.servers.message_layer import MessageLayer, Notes
from mpp_conformance.transport.servers.observer import Gone, observer_routes
from mpp_conformance.wallet import Wallet
from mpp_conformance.wire import intended_path

_HELD: Final = 5
"""The part of the wallet's patience that an answer is held back for where a fault profile says so; one that is late may
take four times that."""
_PAGE: Final = 0.8
"""The part of it that the consumer waits at the cashier page while Alipay+ asks the MPP server."""


class UnreadableRequestError(Exception):
    """Our HTTP server refused what the wallet sent, so that nobody can say what it did."""


class HttpConnector:
    """Holds conversations with the wallet at ``adaptor``, as many at a time as are asked for.

    Without ``adaptor`` it is the one that the wallet file names: an address, or a device that fetches its calls.

    ``run`` makes its code values and tokens unlike any other's: it must never be used twice with the same wallet.
    ``strays``: of what fits no conversation no more is kept. ListenError on entering where ``[reach] listen`` is taken.
    """

    def __init__(
        self, wallet: Wallet, profile: Profile, *, run: str, adaptor: str | None = None, strays: int = MAX_STRAYS
    ) -> None:
        if wallet.keys is None:
            raise ValueError("[keys] are needed to speak to a wallet over HTTP")
        self._reach = wallet.reach
        self._keys = wallet.keys
        self._layer = MessageLayer.of(wallet.keys, wallet.reach.public_path)
        self._longest = wallet.reach.patience * LONGEST
        """Seconds that a conversation of one payment may last, however much the wallet says."""
        self._profile = profile
        self._run = run
        self._adaptor_url = (adaptor or wallet.reach.adaptor).rstrip("/")
        self._device = Device(wallet.device_token) if wallet.reach.device and adaptor is None else None
        self._router = Router(profile.templates, strays)
        self._open: dict[int, Conversation] = {}
        self._over: list[tuple[Conversation, int]] = []
        """Conversations that have ended, and how many messages each had then."""
        self._listened: list[Conversation] = []
        """Those of them that are listened to for what comes late."""
        self._heard = asyncio.Event()
        self._arrivals = Arrivals()
        self._heartbeat = Heartbeat(self._late_by)
        self._silences = Silences(wallet.reach.patience, wallet.reach.settle)
        self._exits = AsyncExitStack()
        self._url = ""
        self.here = ""
        """Where we listen, whoever stands before it."""

    @property
    def strays(self) -> list[Stray]:
        """Messages that fitted no open conversation."""
        return self._router.strays

    @property
    def lag(self) -> float:
        """Seconds that we were late, at worst."""
        return self._heartbeat.worst

    @property
    def prolonged(self) -> Mapping[Scenario, Trace]:
        """Conversations of which more was heard when they were over, with that; of several turns, the last one."""
        last = {held.world.scenario: (held, held.world.recorded - count) for held, count in self._over}
        return {scenario: replace(held.trace(), late=count) for scenario, (held, count) in last.items() if count}

    @property
    def public_url(self) -> str:
        """Where the wallet finds Alipay+ and the observer."""
        return self._url

    async def __aenter__(self) -> Self:
        reach = self._reach
        routes = [
            *gateway_routes(
                self._layer,
                self._deliver,
                lambda: self._url,
                gone=self._gone,
                hindered=self._hindered,
                hold=reach.patience / _HELD,
            ),
            *observer_routes(self._router, self._deliver, self._confirmed),
            stand_in_route(),
            *self._beside(),
        ]
        app = application(below(reach.public_path, routes), lost=self._lost, failed=self._failed)
        if self._device:
            # The page of a web wallet has an origin of its own.
            app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["POST"], allow_headers=["*"])
        try:
            here = serve_app(app, reach.host, reach.port, self._arrivals)
            self.here = await self._exits.enter_async_context(here)
        except ListenError as problem:
            raise ListenError(f"[reach] listen: {problem}; something else listens there (an earlier run?)") from problem
        if self._device:
            self._exits.callback(self._device.end)
        self._url = (reach.public_url or self.here).rstrip("/")
        # An adaptor may answer when the flow is over; the conversation's own end cuts the call off.
        longest = reach.patience * OVERLOADED
        client = http_client(timeout=longest, read=longest * LONGEST)
        http = await self._exits.enter_async_context(client)
        self._adaptor = self._caller(http)
        self._calls = Calls(
            adaptor=self._adaptor,
            mpp_server=MppServer.of(reach, self._keys, http, self._heartbeat.timeout),
            layer=self._layer,
            observer=self._observer,
            deliver=self._deliver,
        )
        self._listening = Listening(
            reach=reach,
            heartbeat=self._heartbeat,
            arrivals=self._arrivals,
            silences=self._silences,
            longest=self._longest,
            adaptor=self._adaptor,
            open=self._open,
        )
        await self._exits.enter_async_context(self._heartbeat.beat())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._exits.aclose()

    async def converse(
        self,
        scenario: Scenario,
        at_rest: Callable[[], None] = nobody,
        *,
        leave: Callable[[], None] | None = None,
        turn: str = "",
    ) -> Trace:
        """Hold one conversation to its end.

        ``turn`` makes its codes unlike those of other conversations of the same scenario. ``at_rest`` is called when
        all that is awaited has come and the wallet is only listened to any more; it may be called more than once, or
        never. So may ``leave``, when the wallet is waited for and others may begin beside it (see `silences`); without
        it none may. OverbookedError where the wallet had too much to do at once by that; else raises what went wrong
        inside the suite.
        """
        await self._adaptor.ready()
        await self._silences.settled()
        began = datetime.now(UTC).isoformat(timespec="milliseconds")
        world = World(scenario, self._run + turn, self._profile, time.monotonic, began)
        held = Conversation(world, began, at_rest, leave, beside=set(self._silences.open))
        self._router.open(world)
        self._open[id(world)] = held
        try:
            await self._probe(world)
            for sending in world.begin():
                self._calls.begin(held, sending)
            await self._listening.to_the_end(held)
            held.give_up()
        finally:
            for between in self._router.close(world):
                held.hinder(between)
            del self._open[id(world)]
            self._silences.end(held.shadow)
            calls = list(held.calls)
            for call in calls:
                call.cancel()
            await asyncio.gather(*calls, return_exceptions=True)
        if held.fault is not None:
            raise held.fault
        over = held, world.recorded
        self._over.append(over)
        trace = held.trace()
        await held.undisturbed()
        if held.disturbed:
            self._over.remove(over)
            raise OverbookedError(f"the wallet spoke when others had its place: {scenario.label}")
        return trace

    async def since(self, trace: Trace, seconds: float) -> Trace:
        """A conversation that is over and not forgotten, with what comes in so many seconds from now.

        Where we are late in these, what hangs on time accuses nobody either.
        """
        held, count = next(over for over in self._over if over[0].world.codes == trace.codes)
        before = held.lag
        self._listened.append(held)
        await self._heartbeat.pause(seconds)
        self._listened.remove(held)
        late = held.world.recorded - count
        return replace(held.trace(), late=late) if late or held.lag > before else trace

    def forget(self, trace: Trace) -> None:
        """Keep nothing of a conversation that is over."""
        for held, _ in self._over:
            if held.world.codes == trace.codes:
                self._router.forget(held.world)
        self._over[:] = [over for over in self._over if over[0].world.codes != trace.codes]

    async def heard_late(self, scenario: Scenario, seconds: float) -> Trace | None:
        """The conversation of this scenario, which is over, with what comes after its end; ``None`` if nothing does."""
        with suppress(TimeoutError):
            async with self._heartbeat.timeout(seconds):
                while scenario not in self.prolonged:
                    await self._heartbeat.woken(self._heard, seconds)
        return self.prolonged.get(scenario)

    def _ended(self, trace: Trace) -> Conversation:
        """The conversation of this trace, which is over and not forgotten."""
        return next(held for held, _ in self._over if held.world.codes == trace.codes)

    def _noted(self, trace: Trace) -> Trace:
        """A conversation with what was noted beside its messages when it was over: pictures may be taken then."""
        notes = {event.number: event.notes for event in self._ended(trace).trace().events}
        return replace(trace, events=tuple(replace(event, notes=notes[event.number]) for event in trace.events))

    def _caller(self, http: httpx.AsyncClient) -> Caller:
        """Who passes calls on to the wallet's client; ``http`` may carry them."""
        error_page = f"{self._url}{STAND_IN}" if self._reach.error_page else None
        if self._device:
            return PullingAdaptor(self._device, self._reach.patience, error_page)
        return Adaptor(self._adaptor_url, http, error_page)

    def _beside(self) -> list[Route]:
        """What is served beside Alipay+ and the observer."""
        return list(device_routes(self._device)) if self._device else []

    def _observer(self, token: str) -> str:
        return f"{self._url}/o/{token}"

    async def _probe(self, world: World) -> None:
        """Ask the adaptor what the scenario has it asked, up to a call that it does not answer."""
        for probe in world.scenario.probing:
            halves = list[Half]()
            observer_url = self._observer(world.token(0))
            status = await self._adaptor.probe(probe, observer_url, self._reach.patience, halves.append)
            world.attach_http(world.record_probe(probe, status), *halves)
            if status == NO_ANSWER:
                return

    def _deliver(self, message: Message, token: str, notes: Notes) -> Delivery:
        delivery = self._router.deliver(message, token=token, notes=notes)
        self._silences.weigh(message, delivery)
        held = self._open.get(id(delivery.world))
        if held is not None:
            held.spoke = True
            for sending in delivery.calls:
                self._calls.begin(held, sending)
            held.woken.set()
        self._heard.set()
        return delivery

    def _gone(self, delivery: Delivery, *, complete: bool, halves: Sequence[Half]) -> None:
        """A faulty answer has gone out; one that did so after its conversation's end is no part of it."""
        held = self._open.get(id(delivery.world))
        if held is not None:
            for sending in record(delivery, complete=complete, halves=halves):
                self._calls.begin(held, sending)
            held.woken.set()

    def _lost(self, message: Malformed, came: str) -> None:
        """What reached nobody is no message of a conversation; but one that it names is not judged without it."""
        self._router.deliver(message)
        world, meant = self._router.named_in(came), intended_path(message.operation)
        unread = f"a request could not be read as HTTP: {message.problem}"
        for held in self._held_in(world):
            if message.operation == NO_HTTP and id(world) in self._open:
                held.fault = UnreadableRequestError(unread)
                held.woken.set()
            elif message.operation == NO_HTTP:
                held.world.record_late(0, message)
                held.hinder(unread)
            elif meant:
                held.hinder(f"{message.operation} came, which leads nowhere; Alipay+ is called at {self._url}{meant}")

    def _hindered(self, delivery: Delivery, between: str) -> None:
        if delivery.stray is not None:
            delivery.stray.between = between
        for held in self._held_in(delivery.world or (delivery.stray.world if delivery.stray else None)):
            held.hinder(between)

    def _failed(self, problem: Exception) -> None:
        """A fault of the suite ends the conversation it arose in; where that is not known, every one."""
        world = problem.world if isinstance(problem, AnswerError | ReactionError) else None
        held = self._held_in(world)
        if world is not None and id(world) not in self._open:
            for ended in held:
                ended.hinder(f"a fault of the suite, when a call came too late: {problem}")
            return
        for ended in held or list(self._open.values()):
            ended.fault = problem
            ended.woken.set()

    def _late_by(self, seconds: float) -> None:
        for held in (*self._open.values(), *self._listened):
            held.lag = max(held.lag, seconds)

    def _held_in(self, world: World | None) -> list[Conversation]:
        """The conversation in a world, open or over; none where it is not known."""
        open_ = [self._open[id(world)]] if id(world) in self._open else []
        return open_ or [held for held, _ in self._over if held.world is world]

    async def _confirmed(self, delivery: Delivery, gone: Gone) -> None:
        """The consumer takes a moment at the cashier page: until Alipay+ has been answered what it asks then.

        Where that takes too long, or the adaptor does not wait, the two race from now on.
        """
        held = self._open.get(id(delivery.world))
        if held is None or not held.asking:
            return
        with suppress(TimeoutError):
            async with self._heartbeat.timeout(self._reach.patience * _PAGE):
                while held.asking:
                    await asyncio.wait(held.asking)
        hung_up = await gone()
        if held.asking or hung_up:
            held.world.went_on(delivery.event, hung_up=hung_up)
