"""A specimen as an HTTP wallet: its adaptor, its calls to Alipay+ and its reports (openapi/mpp-adaptor.yaml)."""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mpp_conformance import __version__, wire
from mpp_conformance.messages import Decode, Malformed, Message, NotifyPayment, Scan, UserInitiatedPay
from mpp_conformance.servers.bodies import body_of
from mpp_conformance.servers.gateway_client import GatewayClient, UntrustworthyAnswerError
from mpp_conformance.servers.observer import REPORTS
from mpp_conformance.specimens.conforming import ConformingMpp, Say

MAX_ACTIVITIES: Final = 1_000
"""Scans and decodes that are carried on at the same time; more are refused."""
_NAMES: Final = {kind: name for name, kind in REPORTS.items()}
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class SpecimenWallet:
    """Hosts ``specimen``; a session's name is the observer address that came with its scan."""

    specimen: ConformingMpp
    gateway: GatewayClient
    http: httpx.AsyncClient
    _activities: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def app(self) -> Starlette:
        """The adaptor."""
        return Starlette(
            routes=[
                Route("/health", self._health, methods=["GET"]),
                Route("/scan", self._scan, methods=["POST"]),
                Route("/decode", self._decode, methods=["POST"]),
            ]
        )

    async def close(self) -> None:
        """Leave off whatever is going on."""
        for activity in self._activities:
            activity.cancel()
        await asyncio.gather(*self._activities, return_exceptions=True)

    async def _health(self, request: Request) -> Response:  # noqa: ARG002  # the framework's form
        return JSONResponse({"wallet": self.specimen.name, "version": __version__})

    async def _scan(self, request: Request) -> Response:
        return await self._told(request, Scan)

    async def _decode(self, request: Request) -> Response:
        return await self._told(request, Decode)

    async def _told(self, request: Request, kind: type[Scan] | type[Decode]) -> Response:
        message, body = wire.read(kind, await body_of(request))
        if isinstance(message, Malformed):
            return JSONResponse({"problem": message.problem}, status_code=400)
        session = str(body["observerUrl"])
        if not _is_near(session):
            return JSONResponse({"problem": "observerUrl is not on this machine"}, status_code=400)
        if len(self._activities) >= MAX_ACTIVITIES:
            return JSONResponse({"problem": "too many scans at the same time"}, status_code=503)
        self._start(self._carry_on(session, message))
        return Response(status_code=202)

    def _start(self, activity: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(activity)
        self._activities.add(task)
        task.add_done_callback(self._activities.discard)

    async def _carry_on(self, session: str, message: Message) -> None:
        try:
            await self._hear(session, message)
        except (httpx.HTTPError, UntrustworthyAnswerError) as problem:
            _log.warning("%s: %s: %s", message.name, type(problem).__name__, problem)

    async def _hear(self, session: str, message: Message) -> None:
        for say in self.specimen.hear(session, message):
            await self._carry(say)

    async def _carry(self, say: Say) -> None:
        """What the specimen says, one thing after the other; it hears an answer before it goes on."""
        if isinstance(say.message, UserInitiatedPay | NotifyPayment):
            await self._hear(say.session, await self.gateway.call(say.message))
        else:
            address = f"{say.session}/{_NAMES[type(say.message)]}"
            content = wire.encode(say.message)
            await self.http.post(address, content=content, headers={"content-type": "application/json"})


def _is_near(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
