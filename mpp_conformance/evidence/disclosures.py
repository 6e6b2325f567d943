"""What opens the hidden parts of one conversation's evidence, as a document of its own that is kept apart from it.

It is for whoever may know the customers of a wallet, and for nobody else.
"""

from collections.abc import Iterable
from typing import Final

from mpp_conformance.evidence.hidden_values import Disclosure, Opening
from mpp_conformance.evidence.values import (
    EvidenceError,
    as_body,
    as_clear_text,
    contents,
    document_bytes,
    list_member,
    map_texts,
    refuse,
)
from mpp_conformance.judging.trace import Trace

FORMAT: Final = "mpp-conformance disclosures 1"
MAX_BYTES: Final = 64 * 1024 * 1024
_PARTS: Final = 3


def encode(disclosures: Iterable[Disclosure]) -> bytes:
    """The document's bytes; EvidenceError for what cannot be written."""
    rows = sorted(disclosures, key=lambda disclosure: disclosure.commitment.digest)
    return document_bytes({"format": FORMAT, "disclosures": [list(disclosure.row) for disclosure in rows]})


def read(data: bytes) -> tuple[Disclosure, ...]:
    """The disclosures that a file holds; EvidenceError, in words, for anything else."""
    values = contents(data, FORMAT, ("disclosures",), limit=MAX_BYTES)
    rows = enumerate(list_member(values, "disclosures", ""))
    return tuple(_read_row(row, f"disclosures[{place}]") for place, row in rows)


def reveal(trace: Trace, disclosures: Iterable[Disclosure]) -> Trace:
    """The conversation with its hidden parts in their places; EvidenceError for a disclosure that opens nothing."""
    opening = Opening(disclosures)
    made = map_texts(trace, lambda value: opening.body(value) if isinstance(value, bytes) else opening.text(value))
    if opening.unused:
        raise EvidenceError(f"a disclosure opens nothing: {min(map(str, opening.unused))}")
    return made


def _read_row(found: object, where: str) -> Disclosure:
    if not isinstance(found, list) or len(found) != _PARTS:
        refuse(where, "salt, name and value", found)
    salt, name, value = found
    body = isinstance(value, dict)
    return Disclosure(
        salt=as_clear_text(salt, where),
        name=as_clear_text(name, where),
        value=as_body(value, where) if body else as_clear_text(value, where),
    )
