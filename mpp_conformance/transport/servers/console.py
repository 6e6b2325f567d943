"""The console of a person with a telephone, in one browser on this machine (``peers.console`` says what it asks).

The address that pairs the browser is good for one use. Whoever has not used it, calls this server by another name, or
comes from the page of another site, is refused.
"""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from io import BytesIO
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from mpp_conformance import wire
from mpp_conformance.peers.console import ENDS, STOPPED, Answer, Console, OutOfTurnError, Task, UnusableAnswerError
from mpp_conformance.report.languages.language import Language
from mpp_conformance.report.pages import console as page
from mpp_conformance.transport.servers.application import refusal
from mpp_conformance.transport.servers.web_pages import from_elsewhere, headers, reader_language

COOKIE: Final = "mpp-console"
MAX_BODY: Final = 4_096
_ALIVE_SECONDS: Final = 15.0
_HEADERS: Final = headers(scripts="'self'", styles="'self'", images="'self'", calls="'self'")
_Act = Callable[[Mapping[str, Any]], None]
_Serve = Callable[[Request], Awaitable[Response]]


class MissingProgramError(LookupError):
    """What draws QR codes is not installed; says how to get it."""


@dataclass(slots=True)
class LiveConsole:
    """A console and its browser. ``stopped`` is called when the person stops the run."""

    stopped: Callable[[], None]
    console: Console = field(default_factory=Console)
    hosts: frozenset[str] = frozenset()
    """The names, with the port, by which this server is called."""
    _pairing: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    _cookie: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def served_at(self, address: str) -> str:
        """The address at which it is served (``http://127.0.0.1:PORT``); comes back with the one that pairs."""
        port = address.rpartition(":")[2]
        self.hosts = frozenset((f"127.0.0.1:{port}", f"localhost:{port}"))
        return f"{address}/pair/{self._pairing}"

    def paired(self, token: str) -> str:
        """The cookie for whoever is first to come with the right token; empty for everybody else."""
        right = bool(self._pairing) and secrets.compare_digest(token.encode(), self._pairing.encode())
        if not right:
            return ""
        self._pairing = ""
        return self._cookie

    def knows(self, cookie: str) -> bool:
        """Whether this is the browser that was paired."""
        return not self._pairing and secrets.compare_digest(cookie.encode(), self._cookie.encode())

    def changed(self) -> None:
        """Something is other than it was."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Come back when this holds."""
        while not holds():
            await self._changed.wait()

    async def answered(self, task: Task) -> Answer:
        """What a person saw who has scanned this code."""
        number = self.console.ask(task)
        self.changed()
        await self.until(lambda: number in self.console.answers)
        return self.console.answers[number]

    async def held_again(self, trouble: str) -> bool:
        """Whether a person wants the conversation once more that is over, and was hindered by ``trouble``."""
        number = self.console.review(trouble)
        self.changed()
        await self.until(lambda: number in self.console.choices)
        return self.console.choices[number]

    async def states(self, say: Language) -> AsyncIterator[str]:
        """What the page is to show, again and again: as server-sent events, with a sign of life in between."""
        while True:
            changed = self._changed
            yield f"data: {json.dumps(page.page_state(self.console, say))}\n\n"
            if self.console.stage in ENDS:
                return
            while not changed.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), _ALIVE_SECONDS)
                if not changed.is_set():
                    yield ": \n\n"

    def answer(self, body: Mapping[str, Any]) -> None:
        """What a person, and perhaps a second one, has seen."""
        said = {name: _text(body.get(name, "")) for name in ("person", "page", "witness", "witness_page")}
        self.console.answer(_number(body), Answer(**said))

    def choose(self, body: Mapping[str, Any]) -> None:
        """Whether a conversation stands, or is held again."""
        again = body.get("again")
        if not isinstance(again, bool):
            raise UnusableAnswerError("again: true or false")
        self.console.choose(_number(body), again=again)

    def stop(self, _: Mapping[str, Any]) -> None:
        """The person goes on another time."""
        if self.console.end(STOPPED):
            self.stopped()


def _number(body: Mapping[str, Any]) -> int:
    number = body.get("number")
    if not isinstance(number, int | str) or isinstance(number, bool) or not str(number).isdecimal():
        raise UnusableAnswerError("number: that of what is answered")
    return int(str(number)[:9])


def _text(found: object) -> str:
    if not isinstance(found, str):
        raise UnusableAnswerError("names and pages are texts")
    return found


@dataclass(frozen=True, slots=True)
class _Pages:
    """What a console serves, and how it takes answers."""

    live: LiveConsole

    def guarded(self, serve: _Serve, *, paired: bool = True) -> _Serve:
        """Only for the browser that was paired, or for the one that is to be."""

        async def take(request: Request) -> Response:
            answer = _refused(self.live, request, paired=paired) or await serve(request)
            answer.headers.update(_HEADERS)
            return answer

        return take

    def taking(self, act: _Act) -> _Serve:
        """Have what is posted acted on, or refused in words."""

        async def take(request: Request) -> Response:
            try:
                act(await _body(request))
            except OutOfTurnError as problem:
                return refusal(HTTPStatus.CONFLICT, str(problem))
            except (UnusableAnswerError, wire.UnreadableBodyError) as problem:
                return refusal(HTTPStatus.BAD_REQUEST, str(problem))
            except _TooLongError as problem:
                return refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, str(problem))
            self.live.changed()
            return Response(status_code=HTTPStatus.NO_CONTENT)

        return take

    async def pair(self, request: Request) -> Response:
        """The first who comes with the right token has the console."""
        cookie = self.live.paired(request.path_params["token"])
        if not cookie:
            return refusal(HTTPStatus.FORBIDDEN, "this address was used before; `run --resume` gives another one")
        answer = RedirectResponse("/", HTTPStatus.SEE_OTHER)
        answer.set_cookie(COOKIE, cookie, httponly=True, samesite="strict")
        return answer

    async def whole(self, request: Request) -> Response:
        """The page."""
        return Response(page.page(reader_language(request)), media_type="text/html")

    async def beside(self, request: Request) -> Response:
        """A file that the page brings along."""
        name = request.url.path.removeprefix("/")
        return Response(page.static(name), media_type=page.STATIC[name])

    async def code(self, request: Request) -> Response:
        """The QR code that is to be scanned now."""
        task = self.live.console.task
        if task is None or request.path_params["number"] != self.live.console.number:
            return refusal(HTTPStatus.NOT_FOUND, "this code is not asked for now")
        return Response(qr_code(task.code_value), media_type="image/svg+xml")

    async def upload(self, _: Request) -> Response:
        """The QR code of the address that takes the next picture."""
        address = self.live.console.upload
        if not address:
            return refusal(HTTPStatus.NOT_FOUND, "no picture is taken now")
        return Response(qr_code(address), media_type="image/svg+xml")

    async def events(self, request: Request) -> Response:
        """What the page is to show, whenever it changes."""
        return StreamingResponse(self.live.states(reader_language(request)), media_type="text/event-stream")


def console_routes(live: LiveConsole) -> list[Route]:
    """The page, what belongs to it, and where it answers."""
    pages = _Pages(live)
    return [
        Route("/pair/{token}", pages.guarded(pages.pair, paired=False)),
        Route("/", pages.guarded(pages.whole)),
        *(Route(f"/{name}", pages.guarded(pages.beside)) for name in page.STATIC),
        Route("/qr/{number:int}.svg", pages.guarded(pages.code)),
        Route("/upload.svg", pages.guarded(pages.upload)),
        Route("/events", pages.guarded(pages.events)),
        Route("/answers", pages.guarded(pages.taking(live.answer)), methods=["POST"]),
        Route("/choices", pages.guarded(pages.taking(live.choose)), methods=["POST"]),
        Route("/stop", pages.guarded(pages.taking(live.stop)), methods=["POST"]),
    ]


def qr_code(text: str) -> bytes:
    """A QR code of level Q as an SVG; MissingProgramError where nothing here draws one."""
    try:
        import segno  # noqa: PLC0415  # an extra
    except ImportError as problem:
        raise MissingProgramError("pip install 'mpp-conformance[person]' brings what draws QR codes") from problem
    drawn = BytesIO()
    segno.make_qr(text, error="q").save(drawn, kind="svg", scale=4)
    return drawn.getvalue()


def _refused(live: LiveConsole, request: Request, *, paired: bool) -> Response | None:
    elsewhere = from_elsewhere(request, live.hosts)
    if elsewhere is not None:
        return elsewhere
    if paired and not live.knows(request.cookies.get(COOKIE, "")):
        return refusal(HTTPStatus.FORBIDDEN, "another browser has this console: the address in the terminal pairs one")
    return None


class _TooLongError(ValueError):
    """More is posted than an answer may have."""


async def _body(request: Request) -> Mapping[str, Any]:
    whole = bytearray()
    async for piece in request.stream():
        whole += piece
        if len(whole) > MAX_BODY:
            raise _TooLongError(f"an answer has at most {MAX_BODY} bytes")
    return wire.parse_object(bytes(whole))
