"""Load that somebody else drives: each call to the agent holds one conversation with the wallet and tells its verdicts.

Locust drives it (``locustfile.txt`` is what the suite writes for it): the connector cannot live in a process of
Locust's, since gevent takes the event loop's place there.
"""

import asyncio
import itertools
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.scenarios.scenario import Scenario
from mpp_conformance.transport.servers.application import application, refusal
from mpp_conformance.transport.servers.listener import serve_app
from mpp_conformance.trials.load.traffic import Rows
from mpp_conformance.trials.load.users import Held, Users

LOOPBACK: Final = "127.0.0.1"
PORT: Final = 8790
"""Where the locustfile finds the agent, unless it is written for another one."""
HEADER: Final = "mpp-conformance"
"""A header that each call has: a page in a browser cannot send it without being allowed to."""


@dataclass(slots=True)
class Agent:
    """Holds conversations for ``users`` when it is asked to, ``held.users`` at once at most, and counts them there."""

    users: Users
    held: Held
    _scenarios: Iterator[tuple[int, Scenario]] = field(init=False)
    _open: int = 0

    def __post_init__(self) -> None:
        self._scenarios = zip(itertools.count(), self.users.traffic.draw(self.users.seed), strict=False)

    @property
    def app(self) -> Starlette:
        """What listens."""
        return application([Route("/hold", self._hold, methods=["POST"])])

    async def serve(self, port: int, seconds: float, ready: Callable[[str], object]) -> None:
        """Listen on loopback for so many seconds, or until SIGINT or SIGTERM; ListenError where the port is taken.

        ``ready`` is told the address.
        """
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        # A shell that starts a command in the background lets it ignore Ctrl-C, and that is inherited.
        for number in (signal.SIGINT, signal.SIGTERM):
            with suppress(NotImplementedError, RuntimeError, ValueError):
                loop.add_signal_handler(number, ended.set)
        async with serve_app(self.app, LOOPBACK, port) as address:
            ready(address)
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await ended.wait()
            self.held.interrupted = self._open > 0

    async def _hold(self, request: Request) -> Response:
        if HEADER not in request.headers:
            return refusal(HTTPStatus.FORBIDDEN, f"a call has the header {HEADER}")
        if self._open >= self.held.users:
            problem = f"{self.held.users} conversations are held already; --users of the agent says how many"
            return refusal(HTTPStatus.SERVICE_UNAVAILABLE, problem)
        number, scenario = next(self._scenarios)
        begun, ends = time.monotonic(), list[float]()
        self._open += 1
        try:
            rows = await self.users.one(self.held, number, scenario, lambda: ends.append(time.monotonic()))
        finally:
            self._open -= 1
        seconds = min(ends, default=time.monotonic()) - begun
        return JSONResponse(
            {"conversation": number, "scenario": scenario.label, "seconds": seconds, "requirements": _verdicts(rows)}
        )


def _verdicts(rows: Rows) -> dict[str, dict[str, str]]:
    """The worst verdict of each requirement that decides, and its text."""
    found: dict[str, Verdict] = {}
    texts = {case.requirement.id: case.requirement.text for case, _ in rows if case.requirement.decides}
    for case, judgement in rows:
        name = case.requirement.id
        found[name] = max(judgement.verdict, found.get(name, Verdict.NONE))
    return {name: {"verdict": found[name].word, "text": text} for name, text in sorted(texts.items())}


def locustfile(port: int) -> str:
    """A locustfile that drives the agent at this port; it needs nothing but Locust."""
    text = Path(__file__).with_name("locustfile.txt").read_text("utf-8")
    return text.replace(f"127.0.0.1:{PORT}", f"{LOOPBACK}:{port}").replace(f"--agent {PORT}", f"--agent {port}")
