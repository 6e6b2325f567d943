"""The merchant page over HTTP: it places the order that the payment is about, once, and leads on to its code."""

import asyncio
from collections.abc import Awaitable, Callable
from html.parser import HTMLParser
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

import httpx
import pytest

from mpp_conformance.peers.router import Place, Router
from mpp_conformance.peers.world import World
from mpp_conformance.scenarios.cells import psp
from mpp_conformance.scenarios.scenario import ENTRY, ORDER, CodeTemplates, Profile
from mpp_conformance.transport.servers.application import application
from mpp_conformance.transport.servers.listener import serve_app
from mpp_conformance.transport.servers.merchant_page import STAND_IN, fen, merchant_routes, stand_in_route
from tests.hosting import HOST

CODES: Final = CodeTemplates(
    entry="http://127.0.0.1/m/{id}?s=1", order='https://q.example.test/o/{id}?a=1&b="', foreign="https://e.test/{id}"
)
PROFILE: Final = Profile(templates=CODES, customers=(("funded", "me"),), by_hand=True)


class Elements(HTMLParser):
    """The elements of a page, with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep it."""
        self.found.append((tag, dict(attrs)))


class Shop:
    """A payment by entry code whose merchant page is served at ``page``, and a browser at it."""

    def __init__(self, http: httpx.AsyncClient, world: World, placed: list[Place]) -> None:
        self.http, self.world, self.placed = http, world, placed
        parts = urlsplit(world.codes[0].scanned)
        self.page = f"{parts.path}?{parts.query}"
        self.fen = world.scenario.payments[0].amount
        self.amount = f"{self.fen // 100}.{self.fen % 100:02}"

    async def pays(self, amount: str, **headers: str) -> httpx.Response:
        """What comes of an amount that is entered."""
        own = {"origin": str(self.http.base_url), **headers}
        return await self.http.post(self.page, data={"amount": amount}, headers=own)


def held(test: Callable[[Shop], Awaitable[None]]) -> None:
    """Hold it in an event loop, for ten seconds at most."""

    async def bounded() -> None:
        router, placed = Router(CODES), list[Place]()
        worlds = [World(psp(code), "shop", PROFILE, lambda: 0.0) for code in (ORDER, ENTRY)]
        for world in worlds:
            router.open(world)
        hosts: set[str] = set()
        app = application([*merchant_routes(router, placed.append, lambda: hosts), stand_in_route()])
        async with asyncio.timeout(10), serve_app(app, HOST, 0) as url:
            hosts.add(urlsplit(url).netloc)
            async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=10) as http:
                await test(Shop(http, worlds[1], placed))

    asyncio.run(bounded())


def test_an_amount_that_is_entered_leads_to_the_order_code() -> None:
    """The page goes on by itself, and by a link, to the very code; a second time it is the same order."""

    async def test(shop: Shop) -> None:
        asked = await shop.http.get(shop.page)
        assert asked.status_code == HTTPStatus.OK
        assert not shop.placed
        for _ in range(2):
            page = (await shop.pays(f" {shop.amount.replace('.', ',')} ")).text
            elements = Elements(page).found
            code = shop.world.codes[0].decoded
            assert [made["href"] for tag, made in elements if tag == "a"] == [code]
            assert [made["content"] for tag, made in elements if "http-equiv" in made] == [f"0;url={code}"]
        assert shop.placed == [(shop.world, 0)] * 2

    held(test)


def test_another_amount_places_nothing() -> None:
    """The page says so, in words, and can be filled in again; so do forms that are none."""

    async def test(shop: Shop) -> None:
        for amount in ("0", "", "x", "1e2", "1.234", "9" * 2_000, "<script>"):
            answer = await shop.pays(amount)
            assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
            assert 'role="alert"' in answer.text
            assert "<script>" not in answer.text
        assert not shop.placed
        assert (await shop.pays(shop.amount)).status_code == HTTPStatus.OK

    held(test)


@pytest.mark.parametrize("headers", [{"origin": "https://evil.test"}, {"origin": "null"}, {"host": "evil.test"}])
def test_no_other_site_places_orders(headers: dict[str, str]) -> None:
    """Nor does one that has its name lead here."""

    async def test(shop: Shop) -> None:
        assert (await shop.pays(shop.amount, **headers)).status_code == HTTPStatus.FORBIDDEN
        assert not shop.placed

    held(test)


def test_a_page_that_is_not_open_is_not_found() -> None:
    """An order code opens none, and nor do guessed digits."""

    async def test(shop: Shop) -> None:
        for digits in (shop.world.codes[0].order_id, "0" * 20, ""):
            assert (await shop.http.get(f"/m/{digits}")).status_code == HTTPStatus.NOT_FOUND

    held(test)


def test_pages_run_nothing_and_load_nothing() -> None:
    """Their policy allows their own style alone; the stand-in says what it is, in the reader's language."""

    async def test(shop: Shop) -> None:
        for path in (shop.page, STAND_IN):
            answer = await shop.http.get(path)
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'; script-src 'none'; style-src 'sha256-" in policy
            assert "img-src 'none'" in policy
            # The wallet's SDK may show it over the wallet's page, and nobody else the page where orders are placed.
            assert f"frame-ancestors {'*' if path == STAND_IN else 'https://q.example.test'}" in policy
        english = await shop.http.get(STAND_IN)
        assert "This page belongs to the test suite" in english.text
        chinese = await shop.http.get(STAND_IN, headers={"accept-language": "zh-CN"})
        assert 'lang="zh-CN"' in chinese.text
        assert "Stand-in" not in chinese.text

    held(test)


def test_amounts_are_read_as_people_write_them() -> None:
    """To the fen; what is no amount is none."""
    assert [fen(text) for text in ("1", "0.5", "12,34", " 7000.01 ")] == [100, 50, 1234, 700_001]
    assert {fen(text) for text in ("", "-1", "1.", "1.234", "1,000.00", "¥1", "1e3")} == {-1}
