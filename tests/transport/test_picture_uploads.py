"""Pictures from the telephone over HTTP: one address for each, and bad input loses nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

import httpx
import pytest

from mpp_conformance.evidence.pictures import name_of
from mpp_conformance.peers.world import World
from mpp_conformance.report.run_folder.folder import RunFolderError
from mpp_conformance.scenarios.cells import psp
from mpp_conformance.scenarios.scenario import ORDER
from mpp_conformance.transport.servers.application import application
from mpp_conformance.transport.servers.listener import serve_app
from mpp_conformance.transport.servers.pictures import MOST, Album, picture_routes
from mpp_conformance.wallet import reference
from tests.hosting import HOST
from tests.pictures import drawn

PNG: Final = drawn()


class Telephone:
    """A telephone, the album that takes its pictures, and what was kept; with ``full`` the disk is."""

    def __init__(self) -> None:
        self.world = World(psp(ORDER), "run", reference().profile, lambda: 0.0)
        self.world.begin()
        self.kept: dict[str, bytes] = {}
        self.full = False
        self.album = Album(self.keep, lambda: None)
        self.album.open((self.world, 0))
        self.http = httpx.AsyncClient()

    def keep(self, name: str, data: bytes) -> None:
        """As the run's folder does."""
        if self.full:
            raise RunFolderError("no room")
        self.kept[name] = data

    async def sends(self, data: bytes, path: str = "", **headers: str) -> tuple[int, str]:
        """The status, and what is said where it is refused."""
        own = {"origin": str(self.http.base_url), **headers}
        answer = await self.http.post(path or self.album.path, content=data, headers=own)
        return answer.status_code, answer.json()["problem"] if answer.content else ""

    @property
    def notes(self) -> list[tuple[str, str]]:
        """What stands beside the scan."""
        return list(self.world.trace("ended").events[0].notes)


def held(test: Callable[[Telephone], Awaitable[None]]) -> None:
    """Hold it in an event loop, for twenty seconds at most."""

    async def bounded() -> None:
        phone, hosts = Telephone(), set[str]()
        app = application(picture_routes(phone.album, lambda: hosts))
        async with asyncio.timeout(20), serve_app(app, HOST, 0) as url:
            hosts.add(urlsplit(url).netloc)
            async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=20) as phone.http:
                await test(phone)

    asyncio.run(bounded())


def test_an_address_is_good_for_one_picture() -> None:
    """The picture is kept by its digest and noted beside the scan; the next one has another address."""

    async def test(phone: Telephone) -> None:
        first = phone.album.path
        assert (await phone.http.get(first)).status_code == HTTPStatus.OK
        assert await phone.sends(PNG) == (HTTPStatus.CREATED, "")
        assert phone.kept == {name_of(PNG): PNG}
        assert phone.notes == [("picture", name_of(PNG))]
        assert (await phone.http.get(first)).status_code == HTTPStatus.GONE
        status, problem = await phone.sends(PNG, first)
        assert (status, "was used" in problem) == (HTTPStatus.GONE, True)
        other = drawn("JPEG")
        assert await phone.sends(other) == (HTTPStatus.CREATED, "")
        assert phone.kept.keys() == {name_of(PNG), name_of(other)}

    held(test)


def test_what_is_refused_loses_nothing() -> None:
    """HTML called a picture, 30 MB, a full disk: each is told in words, and the address takes the right one then."""

    async def test(phone: Telephone) -> None:
        html = await phone.sends(b"<!doctype html>", **{"content-type": "image/png"})
        assert html == (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "that is not a picture: expected PNG, JPEG or WebP")
        large = await phone.sends(PNG.ljust(30_000_000, b"\0"))
        assert large == (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "a picture has at most 8 MiB")
        phone.full = True
        assert await phone.sends(PNG) == (HTTPStatus.INSUFFICIENT_STORAGE, "no room")
        phone.full = False
        assert (phone.kept, phone.notes, phone.album.taken) == ({}, [], 0)
        assert await phone.sends(PNG) == (HTTPStatus.CREATED, "")

    held(test)


@pytest.mark.parametrize("headers", [{"origin": "https://evil.test"}, {"origin": "null"}, {"host": "evil.test"}])
def test_no_other_site_sends_pictures(headers: dict[str, str]) -> None:
    """Nor opens the page by another name."""

    async def test(phone: Telephone) -> None:
        status, _ = await phone.sends(PNG, **headers)
        assert (status, phone.kept) == (HTTPStatus.FORBIDDEN, {})
        assert (await phone.http.get(phone.album.path, headers=headers)).status_code == HTTPStatus.FORBIDDEN

    held(test)


def test_a_scan_has_so_many_pictures_and_no_more() -> None:
    """Nor has it any when the next one is open, or none is; two that come at once with one address are one."""

    async def test(phone: Telephone) -> None:
        at_once = await asyncio.gather(*(phone.sends(drawn(shade=shade)) for shade in range(3)))
        assert sorted(status for status, _ in at_once) == [HTTPStatus.CREATED, HTTPStatus.GONE, HTTPStatus.GONE]
        for shade in range(3, MOST + 2):
            assert await phone.sends(drawn(shade=shade)) == (HTTPStatus.CREATED, "")
        assert (phone.album.path, phone.album.taken, len(phone.kept)) == ("", MOST, MOST)
        phone.album.open((phone.world, 0))
        before = phone.album.path
        phone.album.open(None)
        assert ((await phone.sends(PNG, before))[0], phone.album.path) == (HTTPStatus.GONE, "")

    held(test)
