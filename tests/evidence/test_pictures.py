"""Pictures beside the evidence: told by what they contain, named by their digests, bounded."""

import hashlib
import struct
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mpp_conformance.evidence.pictures import MAX_BYTES, MAX_SIDE, NAME, UnusablePictureError, name_of
from tests.pictures import drawn

KINDS = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}
SIZES = [(1, 1), (390, 844), (16_383, 2)]


def with_alpha(**how: object) -> bytes:
    """A WebP of another form."""
    made = BytesIO()
    Image.new("RGBA", (390, 844), (1, 2, 3, 4)).save(made, "WEBP", **how)
    return made.getvalue()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_is_named_by_its_digest_and_kind(kind: str, size: tuple[int, int]) -> None:
    """Whatever it was called before."""
    data = drawn(kind, size)
    assert name_of(data) == f"{hashlib.sha256(data).hexdigest()}.{KINDS[kind]}"
    assert NAME.fullmatch(name_of(data))


def test_each_form_of_webp_is_one() -> None:
    """With and without loss, with an alpha channel and metadata."""
    for data in (with_alpha(lossless=True), with_alpha(), with_alpha(exif=b"Exif\0\0")):
        assert name_of(data).endswith(".webp")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "that is not a picture"),
        (b"<!doctype html><script>alert(1)</script>", "that is not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "that is not a picture"),
        (b"\x89PNG\r\n\x1a\n<html>", "that is not a picture"),
        (b"\xff\xd8\xff" + b"\xe0\x00\x02" * 9, "that is not a picture"),
        (b"\xff\xd8\xff\xd8\x00\x00", "that is not a picture"),
        (b"\xff\xd8" + b"\xff" * 5_000 + b"\xc0\x00\x11\x08\x00\x02\x00\x02", "that is not a picture"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "that is not a picture"),
        (drawn("PNG", (3, 3))[:16] + struct.pack(">II", MAX_SIDE + 1, 1), "1 to 16384 pixels"),
        (drawn("PNG", (3, 3))[:16] + struct.pack(">II", 0, 1), "1 to 16384 pixels"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 30_000_000, "at most 8 MiB"),
        (drawn("PNG", (3, 3)).ljust(MAX_BYTES + 1, b"\0"), "at most 8 MiB"),
    ],
    ids=range(12),
)
def test_what_is_no_picture_is_refused_in_words(data: bytes, why: str) -> None:
    """HTML that is called one, a picture that is cut off, one too large, one that would fill a memory or take long."""
    with pytest.raises(UnusablePictureError, match=why):
        name_of(data)


STARTS = st.sampled_from([drawn(kind, (2, 2)) for kind in KINDS])


@given(start=STARTS, cut=st.integers(0, 64), rest=st.binary(max_size=99))
def test_whatever_comes_is_named_or_refused(start: bytes, cut: int, rest: bytes) -> None:
    """Nothing else comes of any bytes."""
    with suppress(UnusablePictureError):
        assert NAME.fullmatch(name_of(start[:cut] + rest))
