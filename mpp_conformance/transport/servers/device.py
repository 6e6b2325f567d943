"""The device address: a test build that nobody can call fetches its calls here (openapi/device.yaml).

A call has a number and is handed to one client, as often as that one asks, until it says that it has it. A client that
was replaced is told so, and what it has not answered is nobody's any more: nobody knows whether it was carried out.
"""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mpp_conformance import wire
from mpp_conformance.transport.servers.application import refusal
from mpp_conformance.transport.servers.request_bodies import body_of

DOCUMENT: Final = "device"
POLL_SECONDS: Final = 20.0
"""How long an empty answer is held back: shorter than the idle time of proxies."""
_SOON: Final = 0.25
"""The same while the client has reports on their way: the end of a conversation waits for them."""
FIRST_SECONDS: Final = 60.0
"""How long the first client may take to come."""
_AT_ONCE: Final = 64
"""Calls in one answer."""
_SHOWN: Final = 257
_REMEMBERED: Final = 10_000
"""Calls and clients of which it is known that they are over."""
REPLACED: Final = "another test build has taken this device address over"


class NotFetchedError(Exception):
    """No client has fetched a call; says so in words."""


class OutOfTurnError(Exception):
    """What a client says is not its to say; ``status`` goes with the words."""

    def __init__(self, status: int, problem: str) -> None:
        super().__init__(problem)
        self.status = status


@dataclass(slots=True, eq=False)
class _Call:
    """A call to the test build; ``client`` is who fetched it, ``body`` the JSON that it is made of."""

    number: int
    operation: str
    body: bytes
    fetched: Callable[[], None]
    client: str = ""
    over: bool = False
    problem: str | None = None

    @property
    def json(self) -> bytes:
        """As it is handed out; the body as it is, byte for byte."""
        return b'{"number":%d,"operation":"%s","body":%s}' % (self.number, self.operation.encode(), self.body)


@dataclass(slots=True)
class Device:
    """What is to be fetched at the address that ``token`` names, and who fetches it.

    ``first``: seconds that the first client may take to come; ``poll``: seconds until an empty answer.
    """

    token: str
    first: float = FIRST_SECONDS
    poll: float = POLL_SECONDS
    name: str = ""
    """Wallet and version, as the client said them."""
    astray: bool = False
    """Somebody has called a device address that there is none of."""
    _client: str = ""
    _replaced: OrderedDict[str, None] = field(default_factory=OrderedDict)
    _calls: OrderedDict[int, _Call] = field(default_factory=OrderedDict)
    """Those that are not over, and the last of those that are."""
    _last: int = 0
    _polls: int = 0
    _pending: frozenset[str] = frozenset()
    """The tokens of payments for which the client had reports on their way at its latest poll."""
    _flushes: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def greeted(self) -> None:
        """Come back when a client has said hello, or none has for too long."""
        await self._until(lambda: bool(self._client), self.first)

    async def call(self, operation: str, body: bytes, patience: float, fetched: Callable[[], None]) -> str | None:
        """Hand out a call, and wait for what it comes to: why it could not be carried out, ``None`` where it could.

        ``fetched`` is told when a client takes it. NotFetchedError where none does within ``patience`` seconds.
        """
        self._last += 1
        call = self._calls[self._last] = _Call(self._last, operation, body, fetched)
        self._wake()
        try:
            if not await self._until(lambda: bool(call.client), patience):
                raise NotFetchedError(self._why_not_fetched(operation))
            while not call.over:
                await self._changed.wait()
            return call.problem
        finally:
            call.over = True
            self._forget()

    def _why_not_fetched(self, operation: str) -> str:
        if self._client:
            return f"the test build has not fetched {operation} from the device address"
        if self.astray:
            return "no test build has called the device address; somebody calls another one, which is not the suite's"
        return "no test build has called the device address"

    def end(self) -> None:
        """Nothing more is to be fetched: whoever asks is answered at once."""
        self.poll = 0.0
        self._flushes += 1
        self._wake()

    async def settled(self, tokens: Collection[str], patience: float) -> bool:
        """Whether the client says in a poll that begins from now on that it has no report for these on its way."""
        begun, self._flushes = self._polls, self._flushes + 1
        self._wake()
        return await self._until(lambda: self._polls > begun and self._pending.isdisjoint(tokens), patience)

    def hello(self, wallet: str, version: str) -> str:
        """A test build is there: its name from now on. Whoever was there before is not any more."""
        if self._client:
            self._replaced[self._client] = None
            for call in self._calls.values():
                if call.client and not call.over:
                    call.over, call.problem = True, f"{REPLACED} before the call was answered"
        self.name = wire.printable(f"{wallet} {version}", _SHOWN)
        self._client = secrets.token_hex(16)
        self._pending = frozenset()
        self._forget()
        self._wake()
        return self._client

    async def fetch(self, client: str, after: int, pending: Collection[str]) -> bytes:
        """The calls behind the one numbered ``after``, as JSON; comes back empty when there was none for a while."""
        self._known(client)
        if after > max((call.number for call in self._calls.values() if call.client == client), default=0):
            raise OutOfTurnError(HTTPStatus.CONFLICT, f"after: call {after} was never handed out to this client")
        self._polls, self._pending = self._polls + 1, frozenset(pending)
        mine, flushes = self._polls, self._flushes
        self._wake()

        def over() -> bool:
            return bool(self._due(after)) or (mine, flushes, client) != (self._polls, self._flushes, self._client)

        await self._until(over, min(_SOON, self.poll) if pending else self.poll)
        self._known(client)
        due = self._due(after)[:_AT_ONCE] if mine == self._polls else []
        for call in due:
            if not call.client:
                call.client = client
                call.fetched()
        self._wake()
        return b'{"calls":[' + b",".join(call.json for call in due) + b"]}"

    def answer(self, client: str, number: int, problem: str | None) -> None:
        """A call was carried out, or could not be for ``problem``; said once more it is the same answer."""
        self._known(client)
        call = self._calls.get(number)
        if call is None or call.client != client:
            raise OutOfTurnError(HTTPStatus.CONFLICT, f"number: call {number} was never handed out to this client")
        if call.over and call.problem != problem:
            raise OutOfTurnError(HTTPStatus.CONFLICT, f"number: call {number} is over, with another answer")
        call.over, call.problem = True, problem
        self._wake()

    def _due(self, after: int) -> list[_Call]:
        mine = ("", self._client)
        return [call for call in self._calls.values() if call.number > after and not call.over and call.client in mine]

    def _known(self, client: str) -> None:
        if client in self._replaced:
            raise OutOfTurnError(HTTPStatus.GONE, REPLACED)
        if not self._client or client != self._client:
            raise OutOfTurnError(HTTPStatus.CONFLICT, "client: nobody of this name has said hello")

    def _forget(self) -> None:
        while len(self._replaced) > _REMEMBERED:
            self._replaced.popitem(last=False)
        while len(self._calls) > _REMEMBERED and next(iter(self._calls.values())).over:
            self._calls.popitem(last=False)

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def _until(self, ready: Callable[[], bool], seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not ready():
                    await self._changed.wait()
        return ready()


def device_routes(device: Device) -> list[Route]:
    """The three addresses below the device's own."""

    def taking(schema: str, act: Callable[[Mapping[str, Any]], Awaitable[Response]]) -> Callable[..., Any]:
        async def take(request: Request) -> Response:
            # Bytes: a path may hold what is no ASCII.
            if not secrets.compare_digest(request.path_params["device"].encode(), device.token.encode()):
                device.astray = True
                return refusal(HTTPStatus.NOT_FOUND, "there is no such device address")
            try:
                body = wire.parse_object(await body_of(request))
            except wire.UnreadableBodyError as problem:
                return refusal(HTTPStatus.BAD_REQUEST, str(problem))
            wrong = wire.problems_of(DOCUMENT, schema, body)
            if wrong:
                return refusal(HTTPStatus.BAD_REQUEST, "; ".join(wrong)[:4_096])
            try:
                return await act(body)
            except OutOfTurnError as problem:
                return refusal(problem.status, str(problem))

        return take

    async def hello(body: Mapping[str, Any]) -> Response:
        return JSONResponse({"client": device.hello(body["wallet"], body["version"])})

    async def calls(body: Mapping[str, Any]) -> Response:
        handed = await device.fetch(body["client"], int(body["after"]), body["pending"])
        return Response(handed, media_type="application/json")

    async def answers(body: Mapping[str, Any]) -> Response:
        device.answer(body["client"], int(body["number"]), body.get("problem"))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    return [
        Route("/d/{device}/hello", taking("Hello", hello), methods=["POST"]),
        Route("/d/{device}/calls", taking("Fetch", calls), methods=["POST"]),
        Route("/d/{device}/answers", taking("Answer", answers), methods=["POST"]),
    ]
