"""What can be done to the bytes of a ZIP file that no ZIP program does."""

import io
import struct
import zipfile
import zlib

from mpp_conformance.bundle import pack, verify

END = struct.Struct("<4s4H2LH")
CENTRAL_FIXED, LOCAL_FIXED = 46, 30
"""Bytes before the name, in the directory and in a file's own header."""


def flipped(bundle: bytes, name: str) -> bytes:
    """The bundle with one bit of a file turned, in the bytes as they stand there."""
    info = zipfile.ZipFile(io.BytesIO(bundle)).getinfo(name)
    place = info.header_offset + LOCAL_FIXED + len(name) + info.compress_size // 2
    return bundle[:place] + bytes([bundle[place] ^ 1]) + bundle[place + 1 :]


def changed(bundle: bytes, name: str, after: bytes = b"") -> bytes:
    """The bundle with one byte of a file changed, packed anew with a right checksum: the one after these, or any."""
    files = dict(verify.read_zip(bundle))
    content = files[name]
    place = content.index(after) + len(after) if after else len(content) // 2
    files[name] = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
    return pack.zip_files(files)


def without(bundle: bytes, name: str) -> bytes:
    """A bundle without one of its files."""
    files = dict(verify.read_zip(bundle))
    del files[name]
    return pack.zip_files(files)


def with_entry(bundle: bytes, name: str, content: bytes, *, said: int | None = None, mode: int = 0o100644) -> bytes:
    """A bundle with an entry more at its end, which may say another size than it has."""
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = machine.compress(content) + machine.flush()
    size = len(content) if said is None else said
    count, start = (END.unpack_from(bundle, len(bundle) - END.size)[place] for place in (4, 6))
    crc = zlib.crc32(content)
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 0x21, crc, len(packed), size, len(name), 0)
    central = struct.pack(
        "<4s6H3L5H2L",
        *(b"PK\1\2", 20 | 3 << 8, 20, 0, 8, 0, 0x21, crc, len(packed), size, len(name), 0, 0, 0, 0, mode << 16, start),
    )
    written = local + name.encode() + packed
    directory = bundle[start : -END.size] + central + name.encode()
    end = END.pack(b"PK\5\6", 0, 0, count + 1, count + 1, len(directory), start + len(written), 0)
    return bundle[:start] + written + directory + end


def with_start(bundle: bytes, start: int) -> bytes:
    """A bundle that says that its directory begins elsewhere."""
    values = list(END.unpack_from(bundle, len(bundle) - END.size))
    values[6] = start
    return bundle[: -END.size] + END.pack(*values)
