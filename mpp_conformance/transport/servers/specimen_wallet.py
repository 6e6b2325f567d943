"""A specimen as an HTTP wallet: its adaptor, its MPP server, its calls to Alipay+ and its reports.

Within a session (one scan and what belongs to it) one message is on its way at a time, and what the specimen has to
say takes turns as it does when there is no wire in between; sessions do not wait for each other.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import chain
from typing import Final
from urllib.parse import urlsplit

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mpp_conformance import __version__, wire
from mpp_conformance.protocol.messages import (
    CancelPayment,
    Decode,
    InquiryPayment,
    Malformed,
    Message,
    RedirectFollowed,
    Scan,
)
from mpp_conformance.scenarios.scenario import HEALTH
from mpp_conformance.specimens.conforming import ConformingMpp, Say
from mpp_conformance.transport.servers.application import application, refusal
from mpp_conformance.transport.servers.gateway_client import GatewayClient
from mpp_conformance.transport.servers.message_layer import MessageLayer
from mpp_conformance.transport.servers.mpp_server import Answer, mpp_server_routes
from mpp_conformance.transport.servers.observer import REPORTS
from mpp_conformance.transport.servers.request_bodies import body_of
from mpp_conformance.wallet.fields import is_loopback

MAX_SESSIONS: Final = 10_000
"""Sessions in which something is going on at the same time; more are refused."""
_NAMES: Final = {kind: name for name, kind in REPORTS.items()}
_JSON: Final = {"content-type": "application/json"}
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class SpecimenWallet:
    """Hosts ``specimen``; a session's name is the last part of the observer address that came with its scan.

    ``allow_remote``: reports may go to other machines as well.
    """

    specimen: ConformingMpp
    gateway: GatewayClient
    http: httpx.AsyncClient
    allow_remote: bool = False
    _observers: dict[str, str] = field(default_factory=dict)
    """The address of each session's observer."""
    _locations: dict[str, str] = field(default_factory=dict)
    """Where the latest answer of Alipay+ sends each session's server."""
    _turns: dict[str, deque[Iterator[Say]]] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def app(self) -> Starlette:
        """The adaptor, and the operations that Alipay+ calls."""
        return application(
            [
                Route("/health", self._health, methods=["GET"]),
                Route(wire.OPERATIONS[Scan].path, self._scan, methods=["POST"]),
                Route(wire.OPERATIONS[Decode].path, self._decode, methods=["POST"]),
                *mpp_server_routes(self._layer, self._served),
            ]
        )

    @property
    def _layer(self) -> MessageLayer:
        """Whom the MPP server believes, and what it signs with, when Alipay+ calls it."""
        client = self.gateway
        return MessageLayer(
            client_id=client.client_id,
            key_version=client.key_version,
            public_key=client.alipay_plus_public_key,
            private_key=client.private_key,
        )

    def _served(self, message: InquiryPayment | CancelPayment) -> Answer | None:
        """The answer; what the specimen has to say beside it follows when the answer has gone."""
        says = list(self.specimen.hear("", message))
        answers = [say.message for say in says if isinstance(say.message, Answer)]
        self._start("", iter([say for say in says if say.message not in answers]))
        return answers[0] if answers else None

    async def close(self) -> None:
        """Leave off whatever is going on."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _health(self, request: Request) -> Response:  # noqa: ARG002  # the framework's form
        status = int(self.specimen.probed(HEALTH, b""))
        if status != HTTPStatus.OK:
            return refusal(status, "not in good health")
        return JSONResponse({"wallet": self.specimen.name, "version": __version__})

    async def _scan(self, request: Request) -> Response:
        return await self._told(request, Scan)

    async def _decode(self, request: Request) -> Response:
        return await self._told(request, Decode)

    async def _told(self, request: Request, kind: type[Scan] | type[Decode]) -> Response:
        raw = await body_of(request)
        message, body = wire.read(kind, raw)
        status = int(self.specimen.probed(wire.OPERATIONS[kind].name, raw))
        if status != HTTPStatus.ACCEPTED:
            return refusal(status, message.problem if isinstance(message, Malformed) else "not carried out")
        if isinstance(message, Malformed):
            return Response(status_code=status)
        observer = str(body["observerUrl"]).rstrip("/")
        if not (self.allow_remote or _is_near(observer)):
            return refusal(HTTPStatus.BAD_REQUEST, "observerUrl: expected an address on this machine")
        session = observer.rpartition("/")[2]
        if session not in self._turns and len(self._turns) >= MAX_SESSIONS:
            return refusal(HTTPStatus.SERVICE_UNAVAILABLE, "too many scans at the same time")
        self._observers[session] = observer
        self._begin(session, message)
        return Response(status_code=HTTPStatus.ACCEPTED)

    def _begin(self, session: str, message: Message) -> None:
        self._start(session, self.specimen.hear(session, message))

    def _start(self, session: str, turn: Iterator[Say]) -> None:
        if session in self._turns:
            self._turns[session].append(turn)
            return
        self._turns[session] = deque([turn])
        task = asyncio.create_task(self._carry_on(session))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry_on(self, session: str) -> None:
        """Say what there is to say in a session until nothing is left."""
        turns = self._turns[session]
        try:
            while turns:
                turn = turns.popleft()
                say = next(turn, None)
                if say is None:
                    continue
                reaction = await self._carried(say)
                # The MPP hears the answer of its own call before it does anything else in this session.
                turns.append(turn if reaction is None else chain(reaction, turn))
        except Exception:
            _log.exception("the specimen %s failed", self.specimen.name)
            raise
        finally:
            del self._turns[session]

    async def _carried(self, say: Say) -> Iterator[Say] | None:
        """Carry what the specimen says; what it does about what comes back of a call to Alipay+."""
        message = say.message
        if isinstance(message, wire.Call):
            received = await self._called(message)
            self._locations[say.session] = received.header("location") or ""
            return self.specimen.receive(say.session, message, received)
        if isinstance(message, RedirectFollowed):
            await self._posted(message, self._locations[say.session], b"{}")
        else:
            await self._posted(message, f"{self._observers[say.session]}/{_NAMES[type(message)]}", wire.encode(message))
        return None

    async def _called(self, message: wire.Call) -> wire.Received:
        try:
            return await self.gateway.exchange(message)
        except (httpx.HTTPError, httpx.InvalidURL) as problem:
            return wire.Received(detail=f"{type(problem).__name__}: {problem}")

    async def _posted(self, message: Message, address: str, content: bytes) -> None:
        try:
            await self.http.post(address, content=content, headers=_JSON)
        except (httpx.HTTPError, httpx.InvalidURL) as problem:
            _log.warning("%s: %s: %s", message.name, type(problem).__name__, problem)


def _is_near(address: str) -> bool:
    try:
        return is_loopback(urlsplit(address).hostname or "")
    except ValueError:
        return False
