"""The messages of a run that fitted no conversation, as one document beside those of the conversations."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from mpp_conformance.evidence import half_document, message_document, read_half, read_message
from mpp_conformance.evidence.values import as_text, contents, document_bytes, list_member, members
from mpp_conformance.peers.router import Stray

FORMAT: Final = "mpp-conformance strays 1"
MAX_BYTES: Final = 128 * 1024 * 1024
MAX_HTTP: Final = 16 * 1024 * 1024
"""Bytes of HTTP that are kept of them all; what comes later is kept without."""


def encode(strays: Iterable[Stray], *, before: int = 0) -> bytes:
    """The document's bytes; EvidenceError for what cannot be written. ``before``: bytes of HTTP kept elsewhere."""
    return document_bytes({"format": FORMAT, "strays": [_document(stray) for stray in _bounded(strays, before)]})


def read(data: bytes) -> tuple[Stray, ...]:
    """The strays that a file holds; EvidenceError, in words, for anything else."""
    values = contents(data, FORMAT, ("strays",), limit=MAX_BYTES)
    rows = enumerate(list_member(values, "strays", ""))
    return tuple(_read_stray(row, f"strays[{place}]") for place, row in rows)


def _bounded(strays: Iterable[Stray], kept: int) -> Iterable[Stray]:
    for stray in strays:
        kept += sum(half.size for half in stray.http)
        yield stray if kept <= MAX_HTTP else replace(stray, http=())


def _document(stray: Stray) -> dict[str, object]:
    return {
        "conversation": stray.conversation,
        **message_document(stray.message),
        "http": [half_document(half) for half in stray.http],
    }


def _read_stray(found: object, where: str) -> Stray:
    values = members(found, ("conversation", "type", "fields", "http"), where)
    halves = list_member(values, "http", where)
    return Stray(
        conversation=as_text(values["conversation"], f"{where}.conversation"),
        message=read_message({name: values[name] for name in ("type", "fields")}, where),
        http=tuple(read_half(half, f"{where}.http[{place}]") for place, half in enumerate(halves)),
    )
