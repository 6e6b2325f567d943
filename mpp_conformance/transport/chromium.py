"""A headless Chromium with one page as narrow as a telephone, which is pictured; over its DevTools protocol."""

import asyncio
import base64
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp

_PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_SECONDS: Final = 60.0
"""The longest that Chromium may take to start, or to answer."""
_LOADING_SECONDS: Final = 10.0
"""The longest that a page in a frame may take to be loaded, until it is pictured as it is."""
_WIDTH, _HEIGHT = 390, 844
_MOST_BYTES: Final = 64 * 1024 * 1024
_OPTIONS: Final = (
    "--headless=new",
    "--remote-debugging-port=0",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--hide-scrollbars",
)
_LISTENING: Final = re.compile(rb"DevTools listening on (ws://\S+)")
_SETTLED: Final = "new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
"""After it, what the page has begun is told of."""


class BrowserError(LookupError):
    """There is no Chromium that does what it is asked; says what."""


@dataclass(slots=True)
class Chromium:
    """The one page of a browser at the other end of ``socket``."""

    socket: aiohttp.ClientWebSocketResponse
    _number: int = 0
    _session: str = ""
    _loading: set[str] = field(default_factory=set)
    """The frames that are not loaded."""

    async def show(self, url: str) -> None:
        """Open an address, and wait for nothing."""
        target = (await self._call("Target.createTarget", url="about:blank"))["targetId"]
        self._session = (await self._call("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
        await self._call("Page.enable")
        size = {"width": _WIDTH, "height": _HEIGHT, "deviceScaleFactor": 1, "mobile": True}
        await self._call("Emulation.setDeviceMetricsOverride", **size)
        gone = (await self._call("Page.navigate", url=url)).get("errorText")
        if gone:
            raise BrowserError(f"Chromium cannot open {url}: {gone}")

    async def picture(self) -> bytes:
        """What the page shows, as a PNG, when the frames in it are loaded."""
        await self._call("Runtime.evaluate", expression=_SETTLED, awaitPromise=True)
        try:
            async with asyncio.timeout(_LOADING_SECONDS):
                while self._loading:
                    await self._heard()
        except TimeoutError:
            self._loading.clear()
        return base64.b64decode((await self._call("Page.captureScreenshot"))["data"])

    async def _call(self, method: str, **params: object) -> dict[str, Any]:
        self._number += 1
        number = self._number
        session = {"sessionId": self._session} if self._session else {}
        try:
            async with asyncio.timeout(_SECONDS):
                await self.socket.send_json({"id": number, "method": method, "params": params, **session})
                while (answer := await self._heard()).get("id") != number:
                    pass
        except (TimeoutError, ConnectionError) as problem:
            raise BrowserError(f"Chromium does not answer {method}") from problem
        if "error" in answer:
            raise BrowserError(f"{method}: {answer['error'].get('message')}")
        result: dict[str, Any] = answer["result"]
        return result

    async def _heard(self) -> dict[str, Any]:
        message = await self.socket.receive()
        if message.type is not aiohttp.WSMsgType.TEXT:
            raise BrowserError("Chromium has ended")
        said: dict[str, Any] = message.json()
        frame = said.get("params", {}).get("frameId")
        match said.get("method"):
            case "Page.frameStartedLoading":
                self._loading.add(frame)
            case "Page.frameStoppedLoading" | "Page.frameDetached":
                self._loading.discard(frame)
        return said


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Chromium]:
    """A page at this address, in a browser that ends with the context; BrowserError."""
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        raise BrowserError("there is no Chromium on PATH, which [reach] browser needs")
    # Chromium has no sandbox for root.
    options = (*_OPTIONS, *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            program, *options, f"--user-data-dir={profile}", stdout=asyncio.subprocess.DEVNULL, stderr=pipe
        )
        drained: asyncio.Task[None] | None = None
        try:
            address = await _address(process)
            drained = asyncio.create_task(_drained(process))
            async with aiohttp.ClientSession() as session, await _connected(session, address) as socket:
                page = Chromium(socket)
                await page.show(url)
                yield page
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            if drained is not None:
                await drained


async def _connected(session: aiohttp.ClientSession, address: str) -> aiohttp.ClientWebSocketResponse:
    try:
        return await session.ws_connect(address, max_msg_size=_MOST_BYTES)
    except aiohttp.ClientError as problem:
        raise BrowserError(f"Chromium does not answer at {address}") from problem


async def _address(process: asyncio.subprocess.Process) -> str:
    """Where Chromium says that it listens."""
    try:
        async with asyncio.timeout(_SECONDS):
            while line := await _stderr(process).readline():
                found = _LISTENING.search(line)
                if found:
                    return found[1].decode("ascii")
    except (TimeoutError, ValueError) as problem:
        raise BrowserError("Chromium does not say where it listens") from problem
    raise BrowserError("Chromium has ended before it began")


async def _drained(process: asyncio.subprocess.Process) -> None:
    """Whatever it says besides must not fill the pipe."""
    while await _stderr(process).read(65_536):
        pass


def _stderr(process: asyncio.subprocess.Process) -> asyncio.StreamReader:
    assert process.stderr is not None  # noqa: S101  # it was asked for
    return process.stderr
