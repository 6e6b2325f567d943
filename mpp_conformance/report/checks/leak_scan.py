"""What stands in files that are to be handed out and should not: private keys, and texts that somebody keeps back.

Files are looked at as they are and as whoever gets them could read them: unescaped, decoded and unpacked, some levels
deep and within bounds. What is found is named, and never shown.
"""

import base64
import binascii
import hashlib
import html
import io
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote_to_bytes

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key

from mpp_conformance.evidence import disclosures

MAX_DEPTH: Final = 4
MAX_BYTES: Final = 512 * 1024 * 1024
"""Bytes that are looked at of one file, all its readings together."""
SHORTEST: Final = 4
"""A text of fewer characters stands everywhere, and proves nothing."""

OPENS: Final = "what opens hidden parts of the evidence"
"""What a file of disclosures/ is, wherever it lies."""
_OPENING: Final = re.compile(rb'"format":"' + re.escape(disclosures.FORMAT.encode()) + rb'"')
_ARMOUR: Final = re.compile(rb"-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY-----")
_LINE_END: Final = re.compile(rb"\\r|\\n|\r|\n")
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/_-]{24,}(?:(?:\\r|\\n|\r|\n)+[A-Za-z0-9+/_-]+)*={0,2}")
_JSON_ESCAPE: Final = re.compile(rb"\\u00([0-7][0-9A-Fa-f])")
_STREAM: Final = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_STANDARD: Final = bytes.maketrans(b"-_", b"+/")
_DER: Final = b"\x30"
_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = b"PK\x03\x04"
_TAR: Final = slice(257, 262)
"""Where an archive of tar says that it is one."""
_PACKED: Final = {
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"Rar!": "rar",
}
"""What is packed in a way that is not unpacked here, by its first bytes."""
_MEMBER: Final = "the archive's "
_NOT_ALL: Final = f"more than {MAX_BYTES} bytes to look at, or packed in an unknown way: not all of it was looked at"
_NOT_IT: Final = "what is in it was not looked at"
_MOST_CLEAN: Final = 250_000
"""How much is remembered to hold nothing: some 40 MB."""
_WIDE: Final = 3
"""One byte in so many is zero in text that has two bytes for each character."""


class TooLargeError(Exception):
    """There is more to look at than is looked at, or an archive that cannot be unpacked."""


@dataclass(frozen=True, slots=True)
class _Needle:
    """Something to be looked for, as it may be written; ``whole``: as a whole word, where it is one."""

    written: tuple[bytes, ...]
    whole: re.Pattern[bytes] | None = None

    @classmethod
    def word(cls, text: str) -> "_Needle":
        """A text, not as a part of a longer word."""
        written = text.encode()
        return cls((written,), re.compile(rb"(?<![A-Za-z0-9])" + re.escape(written) + rb"(?![A-Za-z0-9])"))

    def is_in(self, data: bytes) -> bool:
        """Whether it stands there; what stands nowhere at all is no word either, and that is found out much sooner."""
        found = any(written in data for written in self.written)
        return found and (self.whole is None or self.whole.search(data) is not None)


@dataclass(frozen=True, slots=True)
class Leak:
    """``what`` was found in ``file``; ``through`` says how it was read there, empty for as it stands."""

    file: str
    what: str
    through: str = ""

    def __str__(self) -> str:
        return f"{self.file}: {self.what}" + (f" (read through {self.through})" if self.through else "")


class Scanner:
    """Looks for texts by their names, for numbers of a private key, and for any private key at all."""

    def __init__(self, texts: Mapping[str, str], key: RSAPrivateKey | None = None) -> None:
        self._needles = {name: _Needle.word(text) for name, text in texts.items() if len(text) >= SHORTEST}
        self.unsearched = sorted(name for name, text in texts.items() if len(text) < SHORTEST)
        """What is too short to be looked for."""
        self._clean: dict[bytes, int] = {}
        """The digests of what held nothing, and how many levels of it were looked at: files have much in common."""
        self.inside = 0
        """How many files of archives were looked at."""
        if key is not None:
            numbers = key.private_numbers()
            for name, number in (("d", numbers.d), ("p", numbers.p), ("q", numbers.q)):
                self._needles[f"the number {name} of the private key"] = _Needle(tuple(_written(number)))

    def leaks(self, file: str, data: bytes) -> list[Leak]:
        """What is found in a file, each once for each way in which it is read."""
        found: dict[Leak, None] = {}
        try:
            self._look(_Look(file, found), data, ())
        except TooLargeError:
            found[Leak(file, _NOT_ALL)] = None
        return list(found)

    def _look(self, look: "_Look", data: bytes, through: tuple[str, ...]) -> bool:
        """Look at what was read in a file; whether it is known to hold nothing: other files may pass it over then."""
        digest, deep = hashlib.sha256(data).digest(), MAX_DEPTH - len(through)
        if self._clean.get(digest, -1) >= deep:
            return True
        if not look.new(digest, len(data)):
            return False
        leaks = list(self._leaks_in(look.file, data, through))
        look.found.update(dict.fromkeys(leaks))
        clean = not leaks
        for way, read in self._read(look, data, through):
            clean &= self._look(look, read, way)
        if clean and not _is_archive(data) and len(self._clean) < _MOST_CLEAN:
            self._clean[digest] = deep
        return clean

    def _read(self, look: "_Look", data: bytes, through: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], bytes]]:
        """What can be made of it, one level deeper."""
        if len(through) < MAX_DEPTH:
            for how, read in _readings(data, look.left):
                self.inside += how.startswith(_MEMBER)
                yield (*through, how), read

    def _leaks_in(self, file: str, data: bytes, through: tuple[str, ...]) -> Iterator[Leak]:
        """What is found in these very bytes."""
        way = ", then ".join(through)
        for name, needle in self._needles.items():
            if needle.is_in(data):
                yield Leak(file, name, way)
        if _OPENING.search(data):
            yield Leak(file, OPENS, way)
        if _ARMOUR.search(data) or (data[:1] == _DER and _is_private_key(data)):
            yield Leak(file, "a private key", way)
        packed = next((name for start, name in _PACKED.items() if data.startswith(start)), "")
        if packed:
            yield Leak(file, f"packed with {packed}: {_NOT_IT}", way)
        if len(through) == MAX_DEPTH and _is_archive(data):
            yield Leak(file, f"an archive {MAX_DEPTH} levels deep: {_NOT_IT}", way)


@dataclass(slots=True)
class _Look:
    """One file that is looked at: what was found so far, what was seen, and how many bytes are left to look at."""

    file: str
    found: dict[Leak, None]
    seen: set[bytes] = field(default_factory=set)
    left: int = MAX_BYTES

    def new(self, digest: bytes, size: int) -> bool:
        """Whether bytes of this digest are new in the file; TooLargeError where there is no room for them."""
        if digest in self.seen:
            return False
        self.seen.add(digest)
        self.left -= size
        if self.left < 0:
            raise TooLargeError
        return True


def _written(number: int) -> Iterator[bytes]:
    """A number as keys and people write it."""
    yield number.to_bytes((number.bit_length() + 7) // 8, "big")
    yield str(number).encode()
    yield f"{number:x}".encode()
    yield f"{number:X}".encode()


def _is_private_key(data: bytes) -> bool:
    try:
        load_der_private_key(data, password=None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True


def _readings(data: bytes, limit: int) -> Iterator[tuple[str, bytes]]:
    """What a reader can make of bytes: each way that applies, and what comes of it; TooLargeError beyond ``limit``."""
    if data.startswith(_ZIP):
        yield from _members(data, limit)
        return
    if data.startswith(_GZIP):
        yield from _unpacked("gzip", data, zlib.MAX_WBITS | 16, limit)
        return
    if data[_TAR] == b"ustar":
        yield from _tar_members(data, limit)
        return
    for stream in _STREAM.finditer(data):
        yield from _unpacked("a packed stream", stream[1], zlib.MAX_WBITS, limit)
    if data.count(b"\x00") * _WIDE > len(data):
        for name in ("utf-16-le", "utf-16-be"):
            yield name, data.decode(name, "replace").encode("utf-8", "replace")
    yield "escapes", _unescaped(data)
    for run in _BASE64.finditer(data):
        decoded = _decoded(run[0])
        if decoded:
            yield "Base64", decoded


def _unescaped(data: bytes) -> bytes:
    """Text without the escapes of JSON, of addresses and of HTML."""
    plain = _JSON_ESCAPE.sub(lambda escape: bytes([int(escape[1], 16)]), data)
    plain = unquote_to_bytes(plain) if b"%" in plain else plain
    return (
        html.unescape(plain.decode("utf-8", "surrogateescape")).encode("utf-8", "replace") if b"&" in plain else plain
    )


def _unpacked(how: str, data: bytes, window: int, limit: int) -> Iterator[tuple[str, bytes]]:
    unpacking = zlib.decompressobj(window)
    try:
        unpacked = unpacking.decompress(data, limit + 1)
    except zlib.error:
        return
    if len(unpacked) > limit:
        raise TooLargeError
    yield how, unpacked


def _members(data: bytes, limit: int) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in archive.infolist():
                with archive.open(entry) as member:
                    read = member.read(limit + 1)
                if len(read) > limit:
                    raise TooLargeError
                yield f"{_MEMBER}{entry.filename!a}", read
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, zlib.error, EOFError) as problem:
        raise TooLargeError from problem


def _tar_members(data: bytes, limit: int) -> Iterator[tuple[str, bytes]]:
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for entry in archive:
                member = archive.extractfile(entry) if entry.isfile() else None
                read = b"" if member is None else member.read(limit + 1)
                if len(read) > limit:
                    raise TooLargeError
                yield f"{_MEMBER}{entry.name!a}", read or entry.linkname.encode("utf-8", "surrogateescape")
    except (tarfile.TarError, OSError, EOFError, ValueError) as problem:
        raise TooLargeError from problem


def _is_archive(data: bytes) -> bool:
    return data.startswith((_ZIP, _GZIP)) or data[_TAR] == b"ustar"


def _decoded(run: bytes) -> bytes:
    text = _LINE_END.sub(b"", run).translate(_STANDARD).rstrip(b"=")
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        return b""
