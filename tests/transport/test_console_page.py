"""The console in a real browser: on a narrow screen, by keyboard, with nothing from elsewhere."""

import asyncio
from io import BytesIO
from typing import Final

import pytest
import zxingcpp
from PIL import Image

from mpp_conformance.peers.console import Answer, Task
from mpp_conformance.protocol.messages.wallet import ALIPAY_PLUS_ERROR
from mpp_conformance.transport.servers.application import application
from mpp_conformance.transport.servers.console import LiveConsole, console_routes
from mpp_conformance.transport.servers.listener import serve_app
from tests import browser
from tests.browser import Page
from tests.hosting import HOST

TASK: Final = Task(conversation="c", payment=1, payments=1, code_value="https://q.example.test/1", customer="<b>me</b>")
NARROW: Final = 390
LOOKING: Final = "document.activeElement.id"

pytestmark = pytest.mark.chromium


def labelled(page: Page) -> bool:
    """Whether whatever can be filled in or pressed has a name for those who hear the page."""
    asked = (
        "[...document.querySelectorAll('input, select, button')].every(e => e.textContent.trim() || e.labels.length)"
    )
    return bool(page.ask(asked)) and bool(page.ask("[...document.images].every(picture => picture.alt)"))


def answered_by_keyboard(page: Page, invitation: str) -> None:
    """What somebody does who has no mouse."""
    page.narrow(NARROW)
    page.visit(invitation)
    page.until("document.getElementById('qr').naturalWidth > 100")
    (read,) = zxingcpp.read_barcodes(Image.open(BytesIO(page.picture())))
    # A code that has room for more takes a level above the one that it has to have.
    assert (read.text, read.ec_level in {"Q", "H"}) == (TASK.code_value, True)
    assert page.ask("document.documentElement.scrollWidth") <= NARROW
    assert (page.ask("document.getElementById('customer').textContent"), labelled(page)) == ("<b>me</b>", True)
    assert page.ask(LOOKING) == "head"
    while page.ask(LOOKING) != "person":
        page.press("Tab")
    page.write("Ada")
    page.press("Tab")
    page.press("Space")
    page.press("Enter")
    page.until("document.getElementById('head').textContent === 'This conversation is over'")
    assert page.ask(LOOKING) == "head"
    while page.ask(LOOKING) != "again":
        page.press("Tab")
    page.press("Enter")
    page.until("document.getElementById('head').textContent.startsWith('The run is over')")
    base = invitation.partition("/pair/")[0]
    assert [url for url in page.requests if not url.startswith((base, "about:"))] == []
    assert page.errors == []


def test_a_person_without_a_mouse_holds_a_conversation() -> None:
    """The code is drawn, the answer is sent, the next question is read out: on a screen of 390 pixels, in English."""

    async def test() -> None:
        live = LiveConsole(lambda: None)

        async def conversation() -> tuple[Answer, bool]:
            answer = await live.answered(TASK)
            again = await live.held_again("")
            live.console.end("over")
            live.changed()
            return answer, again

        async with serve_app(application(console_routes(live)), HOST, 0) as url:
            going = asyncio.create_task(conversation())
            with browser.page() as page:
                await asyncio.to_thread(answered_by_keyboard, page, live.served_at(url))
            assert await going == (Answer(person="Ada", page=ALIPAY_PLUS_ERROR), True)

    asyncio.run(test())
