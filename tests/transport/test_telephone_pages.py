"""What the telephone's browser makes of the suite's pages: the merchant page, the stand-in, and where pictures go."""

import asyncio
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest
from PIL import Image

from mpp_conformance.evidence.pictures import name_of
from mpp_conformance.peers.console import OVER, WAITING, Task
from mpp_conformance.peers.router import Place, Router
from mpp_conformance.peers.world import World
from mpp_conformance.report.languages.language import TAGS
from mpp_conformance.report.pages import html
from mpp_conformance.scenarios.cells import psp
from mpp_conformance.scenarios.scenario import ENTRY, CodeTemplates, Profile
from mpp_conformance.specimens import CONFORMING
from mpp_conformance.transport.servers.application import application
from mpp_conformance.transport.servers.console import LiveConsole, console_routes
from mpp_conformance.transport.servers.listener import serve_app
from mpp_conformance.transport.servers.merchant_page import STAND_IN, merchant_routes, stand_in_route
from mpp_conformance.transport.servers.pictures import Album, picture_routes
from tests import browser
from tests.browser import Page
from tests.hosting import HOST
from tests.miniatures import ROOT
from tests.reporting import run_of

CODES: Final = CodeTemplates(
    entry="http://127.0.0.1/m/{id}?s=1#/Top",
    order="https://q.example.test/o/{id}?a=%7e&b=1",
    foreign="https://e.test/{id}",
)
NARROW: Final = 390
NPM: Final = shutil.which("npm") or ""
FITS: Final = f"document.documentElement.scrollWidth <= {NARROW}"
SEND: Final = """
(async () => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 3200, height: 1000 });
  const drawn = await new Promise((done) => canvas.toBlob(done, 'image/png'));
  const files = new DataTransfer();
  files.items.add(new File(%s, 'screen.png', { type: 'image/png' }));
  document.getElementById('picture').files = files.files;
  document.querySelector('button').click();
})()
"""


@dataclass
class Suite:
    """The pages of one payment, as they are served in a thread of their own, and the browser that visits them."""

    world: World
    page: Page
    placed: list[Place] = field(default_factory=list)
    kept: dict[str, bytes] = field(default_factory=dict)
    album: Album = field(init=False)
    live: LiveConsole = field(default_factory=lambda: LiveConsole(lambda: None))
    url: str = ""
    invitation: str = ""

    def __post_init__(self) -> None:
        self.album = Album(self.kept.__setitem__, lambda: None)
        self.album.open((self.world, 0))

    @property
    def merchant(self) -> str:
        """Where the entry code leads, which names no port."""
        parts = urlsplit(self.world.codes[0].scanned)
        return f"{self.url}{parts.path}?{parts.query}#{parts.fragment}"

    async def serve(self, ready: threading.Event, over: asyncio.Event) -> None:
        """Until it is over."""
        router, hosts = Router(CODES), set[str]()
        router.open(self.world)
        routes = [
            *merchant_routes(router, self.placed.append, lambda: hosts),
            stand_in_route(),
            *picture_routes(self.album, lambda: hosts),
        ]
        async with serve_app(application([*routes, *console_routes(self.live)]), HOST, 0) as self.url:
            hosts.add(urlsplit(self.url).netloc)
            self.invitation = self.live.served_at(self.url)
            ready.set()
            await over.wait()


@pytest.fixture(scope="module")
def suite() -> Iterator[Suite]:
    """All of it, for all tests."""
    profile = Profile(templates=CODES, customers=(("funded", "me"),), by_hand=True)
    world = World(psp(ENTRY), "run", profile, lambda: 0.0)
    world.begin()
    ready, loop, over = threading.Event(), asyncio.new_event_loop(), asyncio.Event()
    with browser.page() as page:
        page.narrow(NARROW)
        made = Suite(world, page)
        thread = threading.Thread(target=lambda: loop.run_until_complete(made.serve(ready, over)))
        thread.start()
        assert ready.wait(20)
        yield made
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()


@pytest.fixture
def page(suite: Suite) -> Page:
    """The browser, which has heard of nothing yet."""
    suite.page.requests.clear()
    suite.page.errors.clear()
    return suite.page


def entered(page: Page, amount: str) -> None:
    """What somebody does who has no mouse."""
    page.press("Tab")
    assert page.ask("document.activeElement.id") == "amount"
    page.write(amount)
    page.press("Enter")


@pytest.mark.chromium
def test_the_merchant_page_goes_on_to_the_very_order_code(suite: Suite, page: Page) -> None:
    """By keyboard alone, after an amount that was wrong: that is where a client SDK takes over."""
    page.visit(suite.merchant)
    assert page.ask(FITS) is True
    page.led_on(lambda: entered(page, "7"))
    assert page.ask(f"document.querySelector('[role=alert]') !== null && {FITS}") is True
    entered(page, f"{suite.world.scenario.payments[0].amount / 100:.2f}")
    page.requested(suite.world.codes[0].decoded)
    assert suite.placed == [(suite.world, 0)]


@pytest.mark.chromium
def test_the_stand_in_says_what_it_is(suite: Suite, page: Page) -> None:
    """On a narrow screen, with its style, and with nothing from elsewhere."""
    page.visit(f"{suite.url}{STAND_IN}")
    assert page.ask("document.body.innerText.includes('belongs to the test suite')") is True
    assert page.ask("getComputedStyle(document.querySelector('.mark')).borderTopWidth") == "2px"
    assert (page.ask(FITS), page.requests, page.errors) == (True, [f"{suite.url}{STAND_IN}"], [])


@pytest.mark.chromium
def test_a_picture_is_made_smaller_and_sent(suite: Suite, page: Page, tmp_path: Path) -> None:
    """HTML called a picture is refused in words, and the right one is taken after it; the report shows it from disk."""
    suite.album.open((suite.world, 0))
    page.visit(f"{suite.url}{suite.album.path}")
    page.ask(SEND % "['<!doctype html>']")
    page.until("!document.getElementById('problem').hidden")
    assert "that is not a picture" in page.ask("document.getElementById('problem').textContent")
    page.errors.clear()
    page.ask(SEND % "[drawn]")
    page.until("!document.getElementById('kept').hidden")
    ((name, data),) = suite.kept.items()
    assert name == name_of(data)
    assert Image.open(BytesIO(data)).size == (1600, 500)
    assert (page.ask(FITS), page.errors) == (True, [])

    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / name).write_bytes(data)
    verdicts, traces = run_of(CONFORMING["conforming"])
    row = {
        "scenario": "c",
        "payment": 1,
        "evidence": "",
        "file": f"pictures/{name}",
        "digest": name[:64],
        "seen": ["error page of Alipay+"],
        "requirements": ["UX-1"],
    }
    (tmp_path / html.FILE).write_text(html.render({**verdicts, "pictures": [row]}, traces), "utf-8")
    page.requests.clear()
    page.open(tmp_path / html.FILE)
    page.ask("document.getElementById('user-experience').scrollIntoView()")
    page.until("document.querySelector('#user-experience img').naturalWidth === 1600")
    assert (page.outside, page.errors) == ([], [])


# --- for everybody --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A script that looks for what keeps people from using a page."""
    place = tmp_path_factory.mktemp("axe")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / "tests/axe" / name, place)
    done = subprocess.run([NPM, "ci", "--ignore-scripts"], cwd=place, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return (place / "node_modules/axe-core/axe.min.js").read_text("utf-8")


@pytest.mark.chromium
@pytest.mark.registry
@pytest.mark.skipif(not NPM, reason="needs npm")
def test_axe_finds_nothing(suite: Suite, page: Page, axe: str) -> None:
    """On a narrow screen, on every page and at every stage of the console, in both languages."""
    found: dict[str, object] = {}

    def look(name: str) -> None:
        page.ask(f"{axe};0")
        assert page.ask(FITS) is True
        found[name] = page.ask("axe.run().then(seen => [...seen.violations, ...seen.incomplete].map(one => one.id))")

    suite.album.open((suite.world, 0))
    for address in (suite.merchant, f"{suite.url}{STAND_IN}", f"{suite.url}{suite.album.path}"):
        for lang in TAGS:
            page.visit(address.partition("#")[0] + ("&" if "?" in address else "?") + f"lang={lang}")
            look(f"{address} {lang}")
    page.visit(suite.merchant)
    page.led_on(lambda: entered(page, "7"))
    look("a wrong amount")
    console = suite.live.console
    console.upload, console.pictures = f"{suite.url}{suite.album.path}", 1
    task = Task(conversation="c", payment=1, payments=2, code_value="https://q.test/1", customer="me", amount="1.00")
    page.visit(suite.invitation)
    stages = (lambda: None, lambda: console.ask(task), lambda: console.review("why"), lambda: console.end(OVER))
    for lang in TAGS:
        console.stage = WAITING
        for act in stages:
            act()
            page.visit(f"{suite.url}/?lang={lang}")
            page.until("document.getElementById('head').textContent !== ''")
            page.ask("document.querySelectorAll('details').forEach(one => { one.open = true; })")
            look(f"{console.stage} {lang}")
    assert {name: ids for name, ids in found.items() if ids} == {}
