"""The pages of the suite that a consumer sees on a telephone: the merchant page, and what stands for Alipay+'s pages.

Only the page for pictures runs a script. What is put into them is escaped.
"""

import base64
import hashlib
from typing import Final

from mpp_conformance.report.languages.language import Language
from mpp_conformance.report.pages.html import template

_STYLE: Final = "consumer.css"


def style_digest() -> str:
    """What a page's policy names their style by."""
    made = hashlib.sha256(template(_STYLE).render().encode()).digest()
    return f"sha256-{base64.b64encode(made).decode()}"


def merchant(say: Language, problem: str = "") -> str:
    """The page that an entry code opens: the consumer enters an amount; ``problem``: what was wrong with the last."""
    return _page("merchant.html.j2", say, problem=problem)


def order_placed_page(say: Language, code_value: str) -> str:
    """The page that goes on to the order code, where the client SDK takes over."""
    return _page("order-placed.html.j2", say, code=code_value)


def stand_in(say: Language) -> str:
    """What stands for the error page of Alipay+, and says so."""
    return _page("stand-in.html.j2", say)


def upload(say: Language) -> str:
    """The page that sends a picture of what stands on the telephone; it runs ``upload.js`` beside it."""
    return _page("upload.html.j2", say)


def static(name: str) -> str:
    """A file beside a page."""
    return template(name).render()


def _page(name: str, say: Language, **values: str) -> str:
    return template(name).render({"_": say, "lang": say.tag, **values})
