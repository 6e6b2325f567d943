"""The payload texts: each is one payment's own, and hurts a program that makes the mistake it stands for."""

import html
import json
import re
import unicodedata
from collections.abc import Callable
from typing import Final
from urllib.parse import unquote, unquote_plus

import pytest

from mpp_conformance.scenarios.payloads import HURTFUL
from mpp_conformance.scenarios.scenario import TAG

_FIRST, _SECOND = "mpp-00000000000000000001", "mpp-00000000000000000002"


def _pasted_into_json(text: str) -> str:
    try:
        return str(json.loads(f'{{"p":"{text}"}}', strict=False)["p"])
    except json.JSONDecodeError:
        return "broken"


def _cut(length: int) -> Callable[[str], str]:
    return lambda text: text.encode()[:length].decode("utf-8", "ignore")


MISTAKES: Final[dict[str, Callable[[str], str]]] = {
    "double-quotes": _pasted_into_json,
    "single-quotes": lambda text: text.replace("'", "''"),
    "backslashes": _pasted_into_json,
    "percent-signs": unquote,
    "plus-and-equals": unquote_plus,
    "blanks-at-both-ends": str.strip,
    "line-separators": lambda text: "\n".join(text.splitlines()),
    "emoji": lambda text: "".join(char for char in text if ord(char) <= 0xFFFF),
    "decomposed-letters": lambda text: unicodedata.normalize("NFC", text),
    "mixed-case": str.lower,
    "json-in-json": lambda text: json.dumps(json.loads(text), separators=(",", ":")),
    "json-with-slashes": lambda text: json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False),
    "already-url-encoded": unquote,
    "already-base64": lambda text: text.replace("+", "-").replace("/", "_").rstrip("="),
    "already-html-escaped": html.unescape,
    "already-json-escaped": _pasted_into_json,
    "template-marks": lambda text: re.sub("[{]{2}.*?[}]{2}", "", text),
    "300-characters": _cut(255),
    "1500-characters": _cut(1_024),
    "5000-characters": _cut(4_096),
    "64-kib": _cut(65_535),
}
"""For each payload a mistake of real programs that it shows."""


def _own(name: str, tag: str = _FIRST) -> str:
    return HURTFUL[name].replace(TAG, tag)


def test_every_payload_has_its_mistake() -> None:
    """No payload is there that hurts nobody."""
    assert set(MISTAKES) == set(HURTFUL)


@pytest.mark.parametrize("name", sorted(HURTFUL))
def test_a_payload_shows_the_mistake_it_stands_for(name: str) -> None:
    """A program that makes this mistake hands on another text."""
    text = _own(name)

    assert text != MISTAKES[name](text)


@pytest.mark.parametrize("name", sorted(HURTFUL))
def test_a_payload_is_one_payments_own(name: str) -> None:
    """The tag stands in it once, and so that it can be found again."""
    assert HURTFUL[name].count(TAG) == 1
    assert re.findall("mpp-[0-9]{20}", _own(name)) == [_FIRST]
    assert _own(name) != _own(name, _SECOND)


@pytest.mark.parametrize("name", sorted(HURTFUL))
def test_a_payload_is_legal_text(name: str) -> None:
    """It survives UTF-8 and JSON, and of the control characters only tab and line ends are in it."""
    text = _own(name)
    control = {char for char in text if unicodedata.category(char) == "Cc"}

    assert text == json.loads(json.dumps(text).encode("utf-8"))
    assert text == text.encode("utf-8").decode("utf-8")
    assert control <= set("\t\n\r")


@pytest.mark.parametrize(
    ("name", "length"),
    [("300-characters", 300), ("1500-characters", 1_500), ("5000-characters", 5_000), ("64-kib", 65_536)],
)
def test_a_long_payload_has_the_length_it_says(name: str, length: int) -> None:
    """With its tag in place it is as long as its name, and no piece of it stands in it twice."""
    text = _own(name)
    pieces = re.findall("[0-9]{5}[.]", text.removeprefix(_FIRST))

    assert (length, length) == (len(text), len(text.encode()))
    assert len(pieces) == len(set(pieces))
