"""The console over HTTP: one browser has it, no other site reaches it, and bad input loses nothing."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, Final

import httpx
import pytest

from mpp_conformance.peers.console import Task
from mpp_conformance.protocol.messages.wallet import NO_PAGE, PAID_PAGE
from mpp_conformance.transport.servers.application import application
from mpp_conformance.transport.servers.console import MAX_BODY, LiveConsole, console_routes, qr_code
from mpp_conformance.transport.servers.listener import serve_app
from tests.hosting import HOST

TASK: Final = Task(conversation="c", payment=1, payments=1, code_value="https://q.example.test/1", customer="me")


class Browser:
    """A browser that calls one console; ``console`` is what it calls."""

    def __init__(self, live: LiveConsole, invitation: str, http: httpx.AsyncClient, stops: list[str]) -> None:
        self.live, self.invitation, self.http, self.stops = live, invitation, http, stops

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """What stands at a path."""
        return await self.http.get(path, headers=headers)

    async def post(self, path: str, body: object, **headers: str) -> httpx.Response:
        """What becomes of something that the page says."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.http.post(path, content=content, headers={"origin": str(self.http.base_url), **headers})

    async def pair(self) -> None:
        """Open the address in the terminal."""
        assert (await self.http.get(self.invitation)).status_code == HTTPStatus.SEE_OTHER


@asynccontextmanager
async def console() -> AsyncIterator[Browser]:
    """A console that is served, and a browser that has not opened it yet."""
    stops: list[str] = []
    live = LiveConsole(lambda: stops.append("stopped"))
    async with (
        serve_app(application(console_routes(live)), HOST, 0) as url,
        httpx.AsyncClient(base_url=url, trust_env=False, timeout=10) as http,
    ):
        yield Browser(live, live.served_at(url), http, stops)


def held(test: Callable[[Browser], Awaitable[None]], *, paired: bool = True) -> None:
    """Hold it in an event loop, for ten seconds at most."""

    async def bounded() -> None:
        async with asyncio.timeout(10), console() as browser:
            if paired:
                await browser.pair()
            await test(browser)

    asyncio.run(bounded())


def said(number: object, **changes: object) -> dict[str, object]:
    """What the page posts."""
    return {"number": number, "person": "Ada", "page": PAID_PAGE, "witness": "", "witness_page": "", **changes}


def test_the_pairing_address_is_good_once() -> None:
    """Without it there is no page; a second browser that comes by it is refused, and the first one keeps its page."""

    async def test(browser: Browser) -> None:
        assert (await browser.get("/")).status_code == HTTPStatus.FORBIDDEN
        assert (await browser.get("/pair/guessed")).status_code == HTTPStatus.FORBIDDEN
        await browser.pair()
        assert (await browser.get("/")).status_code == HTTPStatus.OK
        async with httpx.AsyncClient(base_url=browser.http.base_url, trust_env=False) as other:
            assert (await other.get(browser.invitation)).status_code == HTTPStatus.FORBIDDEN
            assert (await other.get("/")).status_code == HTTPStatus.FORBIDDEN
            assert (await other.get("/events")).status_code == HTTPStatus.FORBIDDEN
        assert (await browser.get("/")).status_code == HTTPStatus.OK

    held(test, paired=False)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", ""])
def test_no_other_site_speaks_to_it(origin: str) -> None:
    """An answer from the page of another site, or of none, is refused; so is a read that tells of one."""

    async def test(browser: Browser) -> None:
        number = browser.live.console.ask(TASK)
        assert (await browser.post("/answers", said(number), origin=origin)).status_code == HTTPStatus.FORBIDDEN
        assert (await browser.get("/", origin=origin)).status_code == HTTPStatus.FORBIDDEN
        assert browser.live.console.answers == {}

    held(test)


def test_it_is_called_by_its_own_name_alone() -> None:
    """A name that leads to this machine all the same opens nothing: no page rebinds its way in."""

    async def test(browser: Browser) -> None:
        port = browser.http.base_url.port
        for host in ("evil.example", f"evil.example:{port}", HOST):
            assert (await browser.get("/", host=host)).status_code == HTTPStatus.FORBIDDEN
        assert (await browser.get("/", host=f"localhost:{port}")).status_code == HTTPStatus.OK

    held(test)


def test_everything_it_serves_is_locked_in() -> None:
    """Nothing is loaded from outside, framed, kept, or taken for another type; a refusal included."""

    async def test(browser: Browser) -> None:
        number = browser.live.console.ask(TASK)
        for path in ("/", "/console.js", "/console.css", f"/qr/{number}.svg", "/qr/99.svg"):
            headers = (await browser.get(path)).headers
            assert "default-src 'none'" in headers["content-security-policy"]
            assert "unsafe" not in headers["content-security-policy"]
            assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "no-store")
        page = (await browser.get("/")).text
        assert " style=" not in page
        assert "://" not in page
        cookie = (await browser.http.get("/pair/x")).headers.get("set-cookie", "")
        assert cookie == ""

    held(test)


def test_an_answer_is_taken_once() -> None:
    """Two pages that answer the same: the first counts, the second hears so; nothing is lost."""

    async def test(browser: Browser) -> None:
        waiting = asyncio.create_task(browser.live.answered(TASK))
        await asyncio.sleep(0)
        number = browser.live.console.number
        answers = await asyncio.gather(
            browser.post("/answers", said(number)), browser.post("/answers", said(number, page=NO_PAGE))
        )
        assert sorted(one.status_code for one in answers) == [HTTPStatus.NO_CONTENT, HTTPStatus.CONFLICT]
        first = next(one for one in answers if one.status_code == HTTPStatus.NO_CONTENT)
        assert json.loads(first.request.content)["page"] == (await waiting).page

    held(test)


WRONG: Final[list[tuple[object, int]]] = [
    (b"", HTTPStatus.BAD_REQUEST),
    (b"[]", HTTPStatus.BAD_REQUEST),
    (b"{", HTTPStatus.BAD_REQUEST),
    (b"\xff", HTTPStatus.BAD_REQUEST),
    (said(1, page="a nice one"), HTTPStatus.BAD_REQUEST),
    (said(1, person=""), HTTPStatus.BAD_REQUEST),
    (said(1, person=None), HTTPStatus.BAD_REQUEST),
    (said(1, person={"a": 1}), HTTPStatus.BAD_REQUEST),
    (said(None), HTTPStatus.BAD_REQUEST),
    (said(1.5), HTTPStatus.BAD_REQUEST),
    (said(-1), HTTPStatus.BAD_REQUEST),
    (said("9" * 3_000), HTTPStatus.CONFLICT),
    (said(2), HTTPStatus.CONFLICT),
    (b" " * (MAX_BODY + 1), HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
]


@pytest.mark.parametrize(("body", "status"), WRONG)
def test_bad_input_is_refused_and_loses_nothing(body: object, status: int) -> None:
    """Whatever is no answer is refused in words, and what is open is still to be answered."""

    async def test(browser: Browser) -> None:
        number = browser.live.console.ask(TASK)
        answer = await browser.post("/answers", body)
        assert (answer.status_code, bool(answer.json()["problem"])) == (status, True)
        assert (await browser.post("/answers", said(number))).status_code == HTTPStatus.NO_CONTENT

    held(test)


def test_whoever_decides_says_yes_or_no() -> None:
    """A conversation stands or is held again; anything else is no decision."""

    async def test(browser: Browser) -> None:
        waiting = asyncio.create_task(browser.live.held_again(""))
        await asyncio.sleep(0)
        number = browser.live.console.number
        for again, status in (("no", HTTPStatus.BAD_REQUEST), (None, HTTPStatus.BAD_REQUEST), (True, 204), (True, 409)):
            assert (await browser.post("/choices", {"number": number, "again": again})).status_code == status
        assert await waiting is True

    held(test)


async def states(browser: Browser, lang: str) -> AsyncIterator[dict[str, Any]]:
    """What the page is told, until the end of it."""
    async with browser.http.stream("GET", f"/events?lang={lang}") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                yield json.loads(line.removeprefix("data: "))


def test_the_page_is_told_what_changes() -> None:
    """The code, for whom, and how far it is; each reader in their own language; a stop ends it, once."""

    async def test(browser: Browser) -> None:
        console = browser.live.console
        console.total = 3
        async for told in states(browser, "zh-CN"):
            if told["stage"] == "waiting":
                assert told["head"] == "测试套件正在等待钱包……"
                console.ask(TASK)
                browser.live.changed()
            elif told["stage"] == "scanning":
                assert (told["code"], told["customer"], told["number"]) == (TASK.code_value, "me", console.number)
                assert (await browser.post("/stop", {})).status_code == HTTPStatus.NO_CONTENT
                assert (await browser.post("/stop", {})).status_code == HTTPStatus.NO_CONTENT
        assert browser.stops == ["stopped"]
        assert [told["stage"] async for told in states(browser, "en")] == ["stopped"]
        assert (await browser.get(f"/qr/{console.number}.svg")).status_code == HTTPStatus.NOT_FOUND

    held(test)


def test_both_languages_have_the_page() -> None:
    """By what is asked for, else by what the browser says of its reader."""

    async def test(browser: Browser) -> None:
        for path, accepted, lang in (("/?lang=en", "zh", "en"), ("/", "zh-TW", "zh-CN"), ("/?lang=x", "", "en")):
            page = (await browser.get(path, **{"accept-language": accepted})).text
            assert f'<html lang="{lang}">' in page

    held(test)


def test_a_name_is_shown_as_it_is() -> None:
    """A customer called like markup stays text: it is told as data, and the page puts it in as text."""

    async def test(browser: Browser) -> None:
        browser.live.console.ask(Task(conversation="c", payment=1, payments=1, code_value="c", customer="<b>me</b>"))
        async for told in states(browser, "en"):
            assert told["customer"] == "<b>me</b>"
            break
        assert "innerHTML" not in (await browser.get("/console.js")).text

    held(test)


def test_a_code_is_drawn_as_a_picture() -> None:
    """An SVG, whatever a template makes of a code."""
    drawn = qr_code("https://码.example.test/" + "7" * 480)
    assert drawn.startswith(b"<?xml")
    assert b"<svg" in drawn
