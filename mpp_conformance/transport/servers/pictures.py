"""Pictures from the telephone: each scan has an address that is good for one of them, and after it for the next.

What is no picture, or too large, is refused in words, and the address stays good.
"""

import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mpp_conformance.evidence.pictures import MAX_BYTES, NOTE, UnusablePictureError, name_of
from mpp_conformance.peers.router import Place
from mpp_conformance.report.pages import consumer
from mpp_conformance.report.run_folder.folder import RunFolderError
from mpp_conformance.transport.servers.application import refusal
from mpp_conformance.transport.servers.request_bodies import body_of
from mpp_conformance.transport.servers.web_pages import from_elsewhere, headers, reader_language

MOST: Final = 6
"""Pictures of one scan."""
_PATH: Final = "/p"
_SCRIPT: Final = "upload.js"
Keep = Callable[[str, bytes], object]
"""Keeps a picture: the name of its file, and its bytes. RunFolderError where that cannot be."""


@dataclass(slots=True)
class Album:
    """The pictures of the scan that is open, or was last; ``changed`` is told of another address."""

    keep: Keep
    changed: Callable[[], None]
    taken: int = 0
    _place: Place | None = None
    _token: str = ""

    def open(self, place: Place | None) -> None:
        """Take pictures of this payment from now on; of none, where there is none."""
        self._place, self.taken = place, 0
        self._renew()

    @property
    def path(self) -> str:
        """Where the next picture is taken; empty where none is."""
        return f"{_PATH}/{self._token}" if self._token else ""

    def good(self, token: str) -> bool:
        """Whether a picture is taken at the address with this token."""
        return bool(self._token) and secrets.compare_digest(token.encode(), self._token.encode())

    def add(self, data: bytes) -> None:
        """Keep a picture; UnusablePictureError where it is none, RunFolderError where it cannot be written."""
        name = name_of(data)
        if self._place is not None:
            world, index = self._place
            self.keep(name, data)
            world.noted_at_scan(index, (NOTE, name))
        self.taken += 1
        self._renew()

    def _renew(self) -> None:
        wanted = self._place is not None and self.taken < MOST
        self._token = secrets.token_urlsafe(32) if wanted else ""
        self.changed()


def picture_routes(album: Album, hosts: Callable[[], Collection[str]]) -> list[Route]:
    """The page that sends a picture, and where it is taken; ``hosts``: the names we are called by."""
    own = headers(scripts="'self'", styles=f"'{consumer.style_digest()}'", calls="'self'")

    async def script(request: Request) -> Response:
        return from_elsewhere(request, hosts()) or _answer(consumer.static(_SCRIPT), "text/javascript", own)

    async def page(request: Request) -> Response:
        if request.method == "POST":
            data = await body_of(request, limit=MAX_BYTES)
            return from_elsewhere(request, hosts()) or _taken(album, request.path_params["token"], data)
        refused = from_elsewhere(request, hosts())
        if refused is None and not album.good(request.path_params["token"]):
            refused = _over()
        return refused or _answer(consumer.upload(reader_language(request)), "text/html", own)

    return [
        Route(f"{_PATH}/{_SCRIPT}", script),
        Route(f"{_PATH}/{{token}}", page, methods=["GET", "POST"]),
    ]


def _taken(album: Album, token: str, data: bytes) -> Response:
    if not album.good(token):
        return _over()
    try:
        album.add(data)
    except UnusablePictureError as problem:
        long = len(data) > MAX_BYTES
        return refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE if long else HTTPStatus.UNSUPPORTED_MEDIA_TYPE, str(problem))
    except RunFolderError as problem:
        return refusal(HTTPStatus.INSUFFICIENT_STORAGE, str(problem))
    return Response(status_code=HTTPStatus.CREATED)


def _over() -> Response:
    return refusal(
        HTTPStatus.GONE, "the address was used, or its scan is over: the console has the one that is good now"
    )


def _answer(text: str, kind: str, own: dict[str, str]) -> Response:
    return Response(text, headers=own, media_type=kind)
