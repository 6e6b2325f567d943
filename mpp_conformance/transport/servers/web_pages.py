"""What the pages that people see have in common: their headers, their language, and who may speak to them."""

from collections.abc import Collection
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from mpp_conformance.report.languages.language import TAGS, Language, language
from mpp_conformance.transport.servers.application import refusal

_NOTHING: Final = "'none'"


def headers(
    *,
    scripts: str = _NOTHING,
    styles: str = _NOTHING,
    images: str = _NOTHING,
    calls: str = _NOTHING,
    forms: str = _NOTHING,
    framed_by: str = _NOTHING,
) -> dict[str, str]:
    """The headers of a page that may load and call what is named here alone, in a frame of ``framed_by`` if any."""
    policy = (
        f"default-src 'none'; script-src {scripts}; style-src {styles}; img-src {images}; connect-src {calls}; "
        f"form-action {forms}; base-uri 'none'; frame-ancestors {framed_by}"
    )
    return {
        "content-security-policy": policy,
        "cache-control": "no-store",
        "referrer-policy": "same-origin",
        "x-content-type-options": "nosniff",
    }


def reader_language(request: Request) -> Language:
    """The one that is asked for, or else the first that the browser's reader reads."""
    wanted = request.query_params.get("lang", "")
    if wanted in TAGS:
        return language(wanted)
    return language("zh-CN" if request.headers.get("accept-language", "").lower().startswith("zh") else TAGS[0])


def from_elsewhere(request: Request, hosts: Collection[str]) -> Response | None:
    """The refusal of a request by another name than ``hosts``, or from the page of another site; ``None`` of none."""
    host, origin = request.headers.get("host", ""), request.headers.get("origin")
    if host not in hosts:
        return refusal(HTTPStatus.FORBIDDEN, "this page is called by the address that the suite gave alone")
    own = (f"http://{host}", f"https://{host}")
    if origin not in own and (origin is not None or request.method == "POST"):
        return refusal(HTTPStatus.FORBIDDEN, "no other site may speak to this page")
    return None
