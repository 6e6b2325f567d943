"""What programs do to an address: parse it and write it anew, tidy it, cut it.

A slash added at the end of its path is not among them: an address shows that, or a slash dropped there, not both.
"""

import re
from collections.abc import Callable
from posixpath import normpath
from typing import Final
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from mpp_conformance.scenarios.transformations.characters import CHARACTERS
from mpp_conformance.scenarios.transformations.encodings import CUTS
from mpp_conformance.scenarios.transformations.escapes import ESCAPES
from mpp_conformance.scenarios.transformations.transformation import Transformation as Change

LONGEST: Final = 300
"""Characters of a code that is cut. With more of them a code that is encoded would exceed the 512 that may be sent."""
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_SHARED: Final = (
    *("lower-cased", "upper-cased", "ascii-lower-cased", "url-decoded", "form-decoded", "url-decoded-twice"),
    *("unreserved-url-decoded", "url-encoded", "form-encoded", "url-encoded-but-slashes", "url-encoded-twice"),
    *("percent-signs-encoded", "percent-escapes-upper-cased", "percent-escapes-lower-cased", "plus-to-blank"),
    *("plus-to-percent-20", "plus-to-percent-2b", "percent-20-to-plus", "html-escaped-ampersands", "html-unescaped"),
    *("slashes-collapsed", "slashes-escaped", "entities-dropped", "json-quoted"),
    *("cut-at-ampersand", "cut-at-number-sign", "cut-at-question-mark", "cut-at-semicolon", "cut-at-percent-sign"),
)


def _parts(text: str) -> SplitResult:
    parts = urlsplit(text)
    if not parts.scheme or not parts.hostname:
        raise ValueError("no address")
    return parts


def _rewritten(change: Callable[[SplitResult], SplitResult]) -> Callable[[str], str]:
    return lambda text: urlunsplit(change(_parts(text)))


def _host(change: Callable[[str], str]) -> Callable[[str], str]:
    def on(text: str) -> str:
        name = re.sub(":[0-9]*$", "", _parts(text).netloc)
        return text.replace(name, change(name), 1)

    return on


def _port_dropped(text: str) -> str:
    parts = _parts(text)
    return text.replace(f":{parts.port}", "", 1) if parts.port == _DEFAULT_PORTS.get(parts.scheme) else text


def _dots_resolved(path: str) -> str:
    slash = "/" if path.endswith("/") else ""
    kept: list[str] = []
    for piece in path.split("/"):
        if piece == ".." and len(kept) > 1:
            kept.pop()
        elif piece not in {".", ".."}:
            kept.append(piece)
    return "/".join(kept).rstrip("/") + slash


def _query(
    change: Callable[[list[tuple[str, str]]], list[tuple[str, str]]], *, blank: bool = True
) -> Callable[[str], str]:
    return _rewritten(
        lambda parts: parts._replace(query=urlencode(change(parse_qsl(parts.query, keep_blank_values=blank))))
    )


def _raw_query(change: Callable[[list[str]], list[str]]) -> Callable[[str], str]:
    return _rewritten(lambda parts: parts._replace(query="&".join(change(parts.query.split("&")))))


def _as_browser(text: str) -> str:
    """As the URL of browsers and Node writes it."""
    parts = _parts(_port_dropped(text))
    netloc = parts.netloc.lower()
    return urlunsplit(parts._replace(netloc=netloc, path=_dots_resolved(parts.path) or "/"))


def _anew(parts: SplitResult) -> SplitResult:
    return parts._replace(path=quote(unquote(parts.path)), query=quote(unquote(parts.query), safe="=&/?"))


_KNOWN: Final = {made.name: made for made in (*CHARACTERS, *ESCAPES)}

ADDRESSES: Final = (
    Change("host-lower-cased", "lower-cased in its host", _host(str.lower)),
    Change("host-upper-cased", "upper-cased in its host", _host(str.upper)),
    Change(
        "host-in-unicode",
        "written with Unicode for punycode in its host",
        _host(lambda name: name.lower().encode().decode("idna")),
    ),
    Change("default-port-dropped", "stripped of its default port", _port_dropped),
    Change("http-to-https", "written with https for http", lambda text: re.sub("(?i)^http:", "https:", text)),
    Change("scheme-dropped", "stripped of its scheme", lambda text: re.sub("^[A-Za-z]+://", "", text)),
    Change("written-as-a-browser-does", "parsed as an address and written anew as browsers do", _as_browser),
    Change("escapes-written-anew", "parsed as an address and escaped anew", _rewritten(_anew)),
    Change(
        "dot-segments-resolved",
        "written without . and .. in its path",
        _rewritten(lambda parts: parts._replace(path=_dots_resolved(parts.path))),
    ),
    Change(
        "path-normalised",
        "written without . and .. and doubled slashes in its path",
        _rewritten(lambda parts: parts._replace(path=normpath(parts.path))),
    ),
    Change(
        "path-lower-cased", "lower-cased in its path", _rewritten(lambda parts: parts._replace(path=parts.path.lower()))
    ),
    Change(
        "path-slash-dropped",
        "stripped of the slash at the end of its path",
        _rewritten(lambda parts: parts._replace(path=parts.path.rstrip("/"))),
    ),
    Change("slash-at-end-dropped", "stripped of the slash at its end", lambda text: text.rstrip("/")),
    Change("slash-at-end-added", "given a slash at its end", lambda text: f"{text}/"),
    Change("fragment-dropped", "stripped of its fragment", _rewritten(lambda parts: parts._replace(fragment=""))),
    Change("query-dropped", "stripped of its query", _rewritten(lambda parts: parts._replace(query=""))),
    Change(
        "query-and-fragment-dropped",
        "stripped of its query and its fragment",
        _rewritten(lambda parts: parts._replace(query="", fragment="")),
    ),
    Change("query-sorted", "written with its query sorted", _raw_query(sorted)),
    Change("query-reversed", "written with its query in reverse order", _raw_query(lambda pairs: pairs[::-1])),
    Change("query-written-anew", "written with its query encoded anew", _query(list)),
    Change("query-without-empty", "written without what is empty in its query", _query(list, blank=False)),
    Change(
        "query-with-last-of-each",
        "written with the last of equal names in its query",
        _query(lambda pairs: list(dict(pairs).items())),
    ),
    Change(
        "query-with-first-of-each",
        "written with the first of equal names in its query",
        _query(lambda pairs: list(dict(pairs[::-1]).items())[::-1]),
    ),
)
CODES: Final = (
    *(_KNOWN[name] for name in _SHARED),
    *ADDRESSES,
    *(made for made in CUTS if made.name.endswith("-characters") and int(made.name.split("-")[2]) < LONGEST),
)
