"""Checks of single values in ``wallet.toml``; each raises ValueError with the likely slip, in words for the user."""

import ipaddress
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit

from mpp_conformance.common.text import NotTextError, decode_text

ID: Final = "{id}"
ID_DIGITS: Final = 20
MAX_CODE: Final = 512
"""Characters of a code value (documentation of userInitiatedPay, ``codeValue``)."""
MAX_URL: Final = 2_048
MAX_KEY_FILE: Final = 65_536
"""Bytes of a key file that are read."""

# What a pattern can say of some of these checks, for editors: it holds for every value that the check lets pass.
TRIMMED: Final = "^[^ ](.*[^ ])?$"
TEMPLATE: Final = "[{]id[}]"
BASE_URL: Final = r"^[Hh][Tt][Tt][Pp][Ss]?://[^\s?#]+$"
SERVED_PATH: Final = r"^/[^\s#]*$"
HEADER_TEXT: Final = "^[!-~]+$"
LISTEN: Final = r"^(\[[0-9A-Fa-f:.]+\]|[0-9.]+|localhost):[0-9]{1,5}$"

_VISIBLE: Final = re.compile(r"[\x21-\x7e]+")
_LISTEN: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[0-9.]+|localhost):([0-9]{1,5})")
_MAX_PORT: Final = 65_535
_HOST_NAME: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9_])?\.?")
"""With underscores, as names of services in Docker Compose have, or with the dot that ends a full name."""
_NO_LETTER: Final = re.compile(r"[^A-Za-z0-9._-]")


def plain_text(text: str) -> str:
    """Text for people and messages: printable, without blanks at its ends."""
    if not text.isprintable():
        message = "it holds a character that cannot be printed"
        raise ValueError(message)
    if text != text.strip():
        message = "it begins or ends with a blank"
        raise ValueError(message)
    return text


def header_text(text: str) -> str:
    """Text that goes into an HTTP header: visible ASCII."""
    if not _VISIBLE.fullmatch(text):
        message = "it contains a blank or a character outside ASCII, which an HTTP header cannot carry"
        raise ValueError(message)
    return text


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine and nothing else; a name other than localhost may be anywhere."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def base_url(text: str) -> str:
    """An address to which paths are appended; a slash at its end is dropped."""
    parts = _split_url(text)
    if parts.scheme not in {"http", "https"}:
        message = "it must begin with http:// or https://"
        raise ValueError(message)
    if "@" in parts.netloc:
        message = "it must not contain a user name or a password"
        raise ValueError(message)
    if "?" in text or "#" in text:
        message = "it must end with its path, without ? and #"
        raise ValueError(message)
    if not parts.hostname or not _is_host(parts.hostname):
        wrong = _NO_LETTER.search(parts.hostname or "")
        message = f"its host contains {wrong[0]!a}, which no host name may contain" if wrong else "it names no host"
        raise ValueError(message)
    return text.rstrip("/")


def served_path(text: str) -> str:
    """The path of an operation, as it stands in a request and is signed."""
    if not _VISIBLE.fullmatch(text) or not text.startswith("/") or "#" in text:
        message = "it must begin with a slash, and contain no blank, no # and no character outside ASCII"
        raise ValueError(message)
    return text


def url_host(text: str) -> str:
    """The host of an address that :func:`base_url` let pass."""
    return urlsplit(text).hostname or ""


def url_path(text: str) -> str:
    """The path of such an address, without a slash at its end; empty without one."""
    return urlsplit(text).path.rstrip("/")


def host_and_port(text: str) -> tuple[str, int]:
    """A numeric address, or localhost, and a port (0: any free one); an IPv6 address stands in brackets."""
    match = _LISTEN.fullmatch(text)
    if not match or not _can_be_listened_at(match[1]):
        message = "write a numeric address, or localhost, and a port, for instance 127.0.0.1:9400 or [::1]:9400"
        raise ValueError(message)
    port = int(match[2])
    if port > _MAX_PORT:
        message = f"a port is a number from 0 to {_MAX_PORT}"
        raise ValueError(message)
    return match[1].strip("[]"), port


def code_template(text: str) -> str:
    """How a code looks: text that holds ``{id}`` exactly once, and is no code that is too long."""
    plain_text(text)
    found = text.count(ID)
    if found != 1:
        slip = "" if found or ID not in text.lower() else f"; write {ID} in lower case"
        message = f"it contains {ID} more than once" if found else f"it does not contain {ID}{slip}"
        raise ValueError(message)
    length = len(text) - len(ID) + ID_DIGITS
    if length > MAX_CODE:
        message = f"its codes would have {length} characters"
        raise ValueError(message)
    return text


def could_be_equal(one: str, other: str) -> bool:
    """Whether two templates could give the same code."""
    return len(one) == len(other) and all(
        _could_be_equal(a, b) for a, b in zip(_places(one), _places(other), strict=True)
    )


def key_text(value: str, base: Path) -> str:
    """The text of a key: given in place, or the content of a file whose path counts from ``base``."""
    if looks_like_key(value):
        return value
    try:
        path = base / plain_text(value)
        if not path.is_file():
            message = f"there is no such file; paths are relative to {str(base.absolute())!a}"
            raise ValueError(message)
        with path.open("rb") as file:
            content = file.read(MAX_KEY_FILE + 1)
    except OSError as problem:
        message = f"the file cannot be read ({problem.strerror})"
        raise ValueError(message) from None
    if len(content) > MAX_KEY_FILE:
        message = f"the file is longer than {MAX_KEY_FILE} bytes"
        raise ValueError(message)
    try:
        return decode_text(content)
    except NotTextError as problem:
        message = f"{problem}; a key is written as PEM, or as Base64"
        raise ValueError(message) from None


def looks_like_key(value: str) -> bool:
    """Whether ``value`` is a key itself: PEM, or the beginning that Base64 of every such key has."""
    text = value.lstrip()
    return text.startswith("-----BEGIN") or (text.startswith("MII") and len(text) > MAX_CODE // 2)


def _split_url(text: str) -> SplitResult:
    if len(text) > MAX_URL or not _VISIBLE.fullmatch(text):
        message = f"it holds a blank or a character outside ASCII, or more than {MAX_URL} characters"
        raise ValueError(message)
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        message = f"its host cannot be read, or its port is not a number from 0 to {_MAX_PORT}"
        raise ValueError(message) from None
    return parts


def _can_be_listened_at(written: str) -> bool:
    try:
        if written.startswith("["):
            ipaddress.IPv6Address(written.strip("[]"))
        elif written != "localhost":
            ipaddress.IPv4Address(written)
    except ValueError:
        return False
    return True


def _is_host(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(_HOST_NAME.fullmatch(host))
    return True


def _places(template: str) -> Sequence[str | None]:
    """A template character by character; ``None`` stands for any digit."""
    before, _, after = template.partition(ID)
    return [*before, *[None] * ID_DIGITS, *after]


def _could_be_equal(one: str | None, other: str | None) -> bool:
    if one is None or other is None:
        letter = one or other or "0"
        return letter in "0123456789"
    return one == other
