"""The merchant page, which an entry code opens on a telephone, and the stand-in for the error page of Alipay+.

The consumer enters an amount and confirms; the page places the order and goes on to its order code, which the client
SDK in whose browser the page is open intercepts (source document, entry code steps 7 to 14).
"""

import re
from collections.abc import Callable, Collection
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mpp_conformance.peers.router import Place, Router
from mpp_conformance.report.pages import consumer
from mpp_conformance.transport.servers.application import refusal
from mpp_conformance.transport.servers.request_bodies import body_of, target_of
from mpp_conformance.transport.servers.web_pages import from_elsewhere, headers, reader_language
from mpp_conformance.wallet import MERCHANT_PAGE

STAND_IN: Final = "/alipay-plus-error-page"
"""Where the stand-in is served."""
_MAX_FORM: Final = 1_024
_AMOUNT: Final = re.compile(r"([0-9]{1,9})(?:[.,]([0-9]{1,2}))?")
Placed = Callable[[Place], None]
"""Is told that an order was placed: of which conversation, and of which of its payments."""


def stand_in_route() -> Route:
    """The stand-in, for any page to show in a frame: it says nothing secret, and nothing can be done there."""

    async def stand_in(request: Request) -> Response:
        return _html(consumer.stand_in(reader_language(request)), framed_by="*")

    return Route(STAND_IN, stand_in)


def merchant_routes(router: Router, placed: Placed, hosts: Callable[[], Collection[str]]) -> list[Route]:
    """The merchant page of each open payment by entry code; ``hosts``: the names we are called by."""

    async def merchant(request: Request) -> Response:
        refused = from_elsewhere(request, hosts())
        body = b"" if refused else await body_of(request)
        place = router.merchant_page(target_of(request))
        if refused is None and place is None:
            refused = refusal(HTTPStatus.NOT_FOUND, "no payment is open now that has this merchant page")
        if refused is not None or place is None:
            return refused or Response()
        return _html(*_answered(request, place, body, placed), framed_by=_origin(place))

    return [Route(f"{MERCHANT_PAGE}/{{rest:path}}", merchant, methods=["GET", "POST"])]


def fen(text: str) -> int:
    """An amount in CNY as a person writes it, in fen; -1 for what is none."""
    found = _AMOUNT.fullmatch(text.strip())
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else -1


def _answered(request: Request, place: Place, body: bytes, placed: Placed) -> tuple[str, HTTPStatus]:
    say, (world, payment) = reader_language(request), place
    if request.method != "POST":
        return consumer.merchant(say), HTTPStatus.OK
    if _entered(body) != world.scenario.payments[payment].amount:
        problem = say("That is not the amount that this payment is about. Enter the one that the console shows.")
        return consumer.merchant(say, problem), HTTPStatus.UNPROCESSABLE_ENTITY
    placed(place)
    return consumer.order_placed_page(say, world.codes[payment].decoded), HTTPStatus.OK


def _entered(body: bytes) -> int:
    """The amount in a form, in fen; -1 where there is none."""
    form = parse_qs(body.decode("latin-1"), max_num_fields=4) if len(body) <= _MAX_FORM else {}
    return fen(form.get("amount", [""])[0])


def _origin(place: Place) -> str:
    """Where the order code leads: a page from there is the wallet's own, whose SDK may show the merchant page in it."""
    world, payment = place
    return "{0.scheme}://{0.netloc}".format(urlsplit(world.codes[payment].decoded))


def _html(page: str, status: int = HTTPStatus.OK, *, framed_by: str) -> Response:
    # The order code leads elsewhere, and browsers hold that against a form that is redirected there: the page goes on.
    own = headers(styles=f"'{consumer.style_digest()}'", forms="'self'", framed_by=framed_by)
    return Response(page, status, own, media_type="text/html")
