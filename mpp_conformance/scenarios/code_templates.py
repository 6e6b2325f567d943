"""How much the codes of a template show of what programs do to a code value."""

import re
from typing import Final

from mpp_conformance.scenarios.transformations import CODES, Transformation
from mpp_conformance.scenarios.transformations.addresses import LONGEST

_ID: Final = "{id}"
_DIGITS: Final = "28166613000000010002"
_QUERY: Final = "b=2&a=%7e%2F+x%20&a=&amp;c=1"
_FRAGMENT: Final = "#/Top/"


def _filled(before: str, after: str) -> str:
    """A template of codes of :data:`LONGEST` characters; what fills it repeats nothing."""
    room = LONGEST - len(before) - len(after) - len(_DIGITS) + len(_ID)
    words = "".join(f"{number:03d}." for number in range(room // 4 + 1))
    return before + words[:room] + after


TELLING: Final = _filled(f"http://QR.xn--fiqs8s.example.test:80/Order//./x/../{_ID}/?{_QUERY}&long=", _FRAGMENT)
"""A template of order codes that hides nothing; the one of a new ``wallet.toml``."""
TELLING_ENTRY: Final = f"https://qr.example.test/entry/{_ID}?{_QUERY}{_FRAGMENT}"
"""A template of entry codes, as browsers write them, since the merchant's page is at this address."""
_SAFE: Final = r"A-Za-z0-9._~!$&()*+,;=:@/-"
_ADDRESS: Final = re.compile(
    r"(?P<scheme>https?)://(?:(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z](?:[a-z0-9-]*[a-z0-9])?|127\.0\.0\.1)"
    rf"(?::(?P<port>[1-9][0-9]{{0,4}}))?(?P<path>/[{_SAFE}]*)(?:\?[%?{_SAFE}]*)?(?:#[%?{_SAFE}]*)?"
)
_PORTS: Final = {"http": "80", "https": "443"}


def hidden(template: str) -> tuple[Transformation, ...]:
    """What changes no code of ``template``, so that a program that does it goes unseen."""
    code = template.replace(_ID, _DIGITS)
    return tuple(made for made in CODES if made(code) == code)


def better_template(template: str) -> str:
    """A template of the same host and path that hides less; empty where the codes are none of the web's addresses."""
    address = template.partition("#")[0]
    if not template.lower().startswith(("http://", "https://")) or "?" in address:
        return ""
    return _filled(f"{address.rstrip('/')}/?{_QUERY}&long=", _FRAGMENT)


def as_browsers_write(template: str) -> bool:
    """Whether browsers leave every code of ``template`` as it is when they go there, for all that can be said.

    They write host and port anew, resolve dots in the path and escape characters; what some of them do is counted.
    """
    found = _ADDRESS.fullmatch(template.replace(_ID, _DIGITS))
    if found is None or "xn--" in template:
        return False
    return found["port"] != _PORTS[found["scheme"]] and {".", ".."}.isdisjoint(found["path"].split("/"))
