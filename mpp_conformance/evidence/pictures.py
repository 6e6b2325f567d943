"""Pictures of a telephone's screen, which are kept beside the evidence and named by their digests.

A note beside the scan in whose payment it was taken names each of them: so it is in the evidence what a picture shows.
"""

import hashlib
import re
import struct
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from mpp_conformance.judging.trace import Trace
from mpp_conformance.protocol.messages import Scan

DIRECTORY: Final = "pictures"
NOTE: Final = "picture"
"""The note's name; its text is the file's name within DIRECTORY."""
NAME: Final = re.compile(r"([0-9a-f]{64})\.(?:png|jpg|webp)")
MAX_BYTES: Final = 8 * 1024 * 1024
MAX_SIDE: Final = 16_384
"""Pixels; what is larger shows nothing that is needed, and takes the memory of whoever opens the report."""


class UnusablePictureError(ValueError):
    """What is no picture that could be kept; says why."""


def name_of(data: bytes) -> str:
    """The name of the file that a picture is kept in, by its digest and its kind; UnusablePictureError."""
    if len(data) > MAX_BYTES:
        raise UnusablePictureError(f"a picture has at most {MAX_BYTES // 2**20} MiB")
    for kind, measured in _KINDS.items():
        try:
            size = measured(data)
        except (struct.error, IndexError):
            size = None
        if size is not None:
            if not all(0 < side <= MAX_SIDE for side in size):
                raise UnusablePictureError(f"a picture has 1 to {MAX_SIDE} pixels in each direction")
            return f"{digest(data)}.{kind}"
    raise UnusablePictureError("that is not a picture: expected PNG, JPEG or WebP")


def media_type(name: str) -> str:
    """That of the file with a name as above."""
    ending = name.rpartition(".")[2]
    return f"image/{'jpeg' if ending == 'jpg' else ending}"


def digest(data: bytes) -> str:
    """The digest of a picture's bytes (SHA-256, hex)."""
    return hashlib.sha256(data).hexdigest()


def pictures_of(trace: Trace) -> Iterator[tuple[int, str]]:
    """The payment of each picture that was taken in a conversation, and the name of its file."""
    for event in trace.events:
        if isinstance(event.message, Scan):
            names = [text for name, text in event.notes if name == NOTE and NAME.fullmatch(text)]
            yield from ((event.payment, text) for text in names)


def _png(data: bytes) -> tuple[int, int] | None:
    if data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR":
        return None
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _jpeg(data: bytes) -> tuple[int, int] | None:
    """Of the first frame that the file names: the segments before it are skipped by their lengths."""
    at = 2
    for _ in range(_MOST_STEPS if data[:3] == b"\xff\xd8\xff" else 0):
        if data[at] != _MARKER:
            return None
        kind = data[at + 1]
        if kind in _FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        at += 1 if kind == _MARKER else 2 + struct.unpack_from(">H", data, at + 2)[0]
    return None


def _webp(data: bytes) -> tuple[int, int] | None:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return None
    if data[12:16] == b"VP8X":
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if data[12:16] == b"VP8L":
        bits = struct.unpack_from("<I", data, 21)[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if data[12:16] == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None


_MARKER: Final = 0xFF
_MOST_STEPS: Final = 4_096
"""Segments and fill bytes before the first frame: a file of nothing else is none."""
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_KINDS: Final[Mapping[str, Callable[[bytes], tuple[int, int] | None]]] = {"png": _png, "jpg": _jpeg, "webp": _webp}
