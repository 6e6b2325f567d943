"""A browser that is driven for its pictures: the page as a telephone shows it, or a word on why there is none."""

import asyncio
import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from mpp_conformance.transport.chromium import BrowserError, opened
from mpp_conformance.transport.servers.application import application
from mpp_conformance.transport.servers.listener import serve_app
from tests.hosting import HOST, NOWHERE

FRAME = (
    "<!doctype html><style>body { margin: 0 }</style><body><iframe src=/frame style='border:0;width:100vw'></iframe>"
)
"""A page that is white but for a frame."""


@pytest.mark.chromium
def test_a_page_is_pictured_with_what_is_in_its_frames() -> None:
    """A frame that takes its time is waited for; the picture is as narrow as a telephone."""
    asked = asyncio.Event()

    async def page(_: Request) -> HTMLResponse:
        return HTMLResponse(FRAME)

    async def frame(_: Request) -> HTMLResponse:
        asked.set()
        return HTMLResponse("<!doctype html><body style='background: rgb(0, 128, 0)'>")

    async def test() -> None:
        routes = [Route("/", page), Route("/frame", frame)]
        async with serve_app(application(routes), HOST, 0) as url, opened(url) as browser:
            await asyncio.wait_for(asked.wait(), 60)
            with Image.open(BytesIO(await browser.picture())) as picture:
                assert (picture.size, picture.convert("RGB").getpixel((100, 50))) == ((390, 844), (0, 128, 0))

    asyncio.run(test())


def entered(url: str) -> None:
    """Open a page, and close it again."""

    async def test() -> None:
        async with opened(url):
            pass

    asyncio.run(test())


@pytest.mark.chromium
def test_a_page_that_is_not_there_is_told_of() -> None:
    """Nobody would see why no call is fetched."""
    with pytest.raises(BrowserError, match="Chromium cannot open"):
        entered(NOWHERE)


@pytest.mark.parametrize(
    ("found", "words"),
    [(lambda _: None, "there is no Chromium on PATH"), (lambda _: shutil.which("true"), "has ended")],
)
def test_where_there_is_no_browser_it_is_said(
    monkeypatch: pytest.MonkeyPatch, found: Callable[[str], str | None], words: str
) -> None:
    """One that ends at once is none."""
    program = found("")
    monkeypatch.setattr("mpp_conformance.transport.chromium.shutil.which", lambda _: program)
    with pytest.raises(BrowserError, match=words):
        entered(NOWHERE)


def test_a_browser_that_listens_elsewhere_is_told_of(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What it says is not believed, but tried."""
    program = tmp_path / "chromium"
    program.write_text(f"#!/bin/sh\necho DevTools listening on ws{NOWHERE.removeprefix('http')}/ >&2\nexec sleep 60\n")
    program.chmod(0o700)
    monkeypatch.setattr("mpp_conformance.transport.chromium.shutil.which", lambda _: str(program))
    with pytest.raises(BrowserError, match="Chromium does not answer at ws://"):
        entered(NOWHERE)
