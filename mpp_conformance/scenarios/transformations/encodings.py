"""What programs do to the bytes of a text: other character sets, pieces, cuts, Base64."""

import base64
import re
import struct
from collections.abc import Callable
from typing import Final

from mpp_conformance.scenarios.transformations.transformation import Transformation as Change

LONGEST: Final = 131_072
"""Characters of ``sdkActionPayload`` that the simulated Alipay+ keeps to: ``maxLength`` in openapi/alipay-plus.yaml."""
BOUNDS: Final = (
    *(16, 32, 50, 64, 100, 127, 128, 200, 250, 254, 255, 256, 500, 511, 512, 1_000, 1_023, 1_024, 2_000, 2_047, 2_048),
    *(2_083, 4_000, 4_095, 4_096, 5_000, 8_000, 8_190, 8_191, 8_192, 10_000, 16_383, 16_384, 20_000, 32_000, 32_767),
    *(32_768, 50_000, 65_535, 65_536, 100_000, 102_400, LONGEST - 1),
)
"""Where fields, columns, buffers and addresses end, below :data:`LONGEST`."""
_PIECES: Final = (512, 1_000, 1_024, 2_048, 4_096, 8_192, 16_384, 32_768, 65_536)
_LINES: Final = (64, 76)
_STANDARD: Final = re.compile("[A-Za-z0-9+/]+={0,2}")
_URL_SAFE: Final = re.compile("[A-Za-z0-9_-]+={0,2}")


def _read_as(written: str, read: str) -> Callable[[str], str]:
    return lambda text: text.encode(written).decode(read, "replace")


def _lost_in(encoding: str, errors: str) -> Callable[[str], str]:
    return lambda text: text.encode(encoding, errors).decode(encoding)


def _cut_characters(length: int) -> Callable[[str], str]:
    return lambda text: text[:length]


def _cut_bytes(length: int, errors: str) -> Callable[[str], str]:
    return lambda text: text.encode()[:length].decode("utf-8", errors)


def _cut_units(length: int) -> Callable[[str], str]:
    return lambda text: text.encode("utf-16-le")[: 2 * length].decode("utf-16-le", "replace")


def _in_pieces(size: int) -> Callable[[str], str]:
    def change(text: str) -> str:
        whole = text.encode()
        return "".join(whole[at : at + size].decode("utf-8", "replace") for at in range(0, len(whole), size))

    return change


def _cesu(text: str) -> str:
    """Each half of a surrogate pair written by itself, as Java's modified UTF-8 has it, and read as UTF-8."""
    written = text.encode("utf-16-be")
    units = struct.unpack(f">{len(written) // 2}H", written)
    whole = "".join(map(chr, units)).encode("utf-8", "surrogatepass")
    return whole.replace(b"\x00", b"\xc0\x80").decode("utf-8", "replace")


def _whole(text: str, pattern: re.Pattern[str]) -> str:
    if not pattern.fullmatch(text):
        raise ValueError("it is no Base64 as a whole")
    return text


def _padded(text: str) -> str:
    return text + "=" * (-len(text) % 4)


def _from_standard(text: str) -> str:
    return base64.b64decode(_whole(text, _STANDARD), validate=True).decode("utf-8", "replace")


def _from_url_safe(text: str) -> str:
    return base64.urlsafe_b64decode(_padded(_whole(text, _URL_SAFE))).decode("utf-8", "replace")


def _to_url_safe(text: str) -> str:
    return _whole(text, _STANDARD).translate(str.maketrans("+/", "-_"))


def _to_standard(text: str) -> str:
    return _whole(text, _URL_SAFE).translate(str.maketrans("-_", "+/"))


def _to_base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "surrogatepass")).decode()


def _wrapped(width: int, end: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        whole = _whole(text, _STANDARD)
        return end.join(whole[at : at + width] for at in range(0, len(whole), width))

    return change


ENCODINGS: Final = (
    Change("utf-8-read-as-latin-1", "written in UTF-8 and read in Latin-1", _read_as("utf-8", "latin-1")),
    Change("utf-8-read-as-windows-1252", "written in UTF-8 and read in Windows-1252", _read_as("utf-8", "cp1252")),
    Change("utf-8-read-as-gbk", "written in UTF-8 and read in GBK", _read_as("utf-8", "gbk")),
    Change("utf-8-read-as-ascii", "written in UTF-8 and read in ASCII", _read_as("utf-8", "ascii")),
    Change(
        "utf-8-twice-read-as-latin-1",
        "written in UTF-8 and read in Latin-1, twice",
        lambda text: text.encode().decode("latin-1").encode().decode("latin-1"),
    ),
    Change(
        "latin-1-read-as-utf-8",
        "written in Latin-1 and read in UTF-8",
        lambda text: text.encode("latin-1", "replace").decode("utf-8", "replace"),
    ),
    Change("written-in-ascii", "encoded to ASCII, other characters lost", _lost_in("ascii", "replace")),
    Change("non-ascii-dropped", "stripped of all that is not ASCII", _lost_in("ascii", "ignore")),
    Change("written-in-latin-1", "encoded to Latin-1, other characters lost", _lost_in("latin-1", "replace")),
    Change("written-in-windows-1252", "encoded to Windows-1252, other characters lost", _lost_in("cp1252", "replace")),
    Change("written-in-gbk", "encoded to GBK, other characters lost", _lost_in("gbk", "replace")),
    Change(
        "non-ascii-to-html",
        "written with HTML entities for all that is not ASCII",
        _lost_in("ascii", "xmlcharrefreplace"),
    ),
    Change("cut-to-bytes", "cut to one byte a character", lambda text: "".join(chr(ord(char) & 0xFF) for char in text)),
    Change("surrogates-in-utf-8", "written in modified UTF-8 and read in UTF-8", _cesu),
    *(Change(f"read-in-pieces-of-{size}", f"decoded in pieces of {size} bytes", _in_pieces(size)) for size in _PIECES),
    Change("base64-decoded", "decoded from Base64", _from_standard),
    Change("base64-url-safe-decoded", "decoded from URL-safe Base64", _from_url_safe),
    Change("base64-encoded", "encoded to Base64", _to_base64),
    Change("base64-to-url-safe", "written in the URL-safe alphabet of Base64", _to_url_safe),
    Change("base64-to-standard", "written in the standard alphabet of Base64", _to_standard),
    Change(
        "base64-padding-dropped", "stripped of the padding of Base64", lambda text: _whole(text, _STANDARD).rstrip("=")
    ),
    Change("base64-padding-added", "given the padding of Base64", lambda text: _padded(_whole(text, _URL_SAFE))),
    *(
        Change(f"base64-wrapped-at-{width}-by-{name}", f"broken into lines of {width} characters", _wrapped(width, end))
        for width in _LINES
        for name, end in (("lf", "\n"), ("cr-lf", "\r\n"))
    ),
)
CUTS: Final = (
    *(Change(f"cut-after-{end}-characters", f"cut off after {end} characters", _cut_characters(end)) for end in BOUNDS),
    *(Change(f"cut-after-{end}-bytes", f"cut off after {end} bytes", _cut_bytes(end, "ignore")) for end in BOUNDS),
    *(
        Change(f"cut-after-{end}-bytes-in-a-letter", f"cut off after {end} bytes", _cut_bytes(end, "replace"))
        for end in BOUNDS
    ),
    *(Change(f"cut-after-{end}-units", f"cut off after {end} units of UTF-16", _cut_units(end)) for end in BOUNDS),
)
