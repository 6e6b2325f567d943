"""The document we certify against: its parts, numbered as there, and a digest of each of its sentences.

No sentence of it stands here. ``sentences.json`` names the place of each and keeps a digest, so that a changed
document is noticed, and so that a sentence without a row in the ledger is.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

TITLE: Final = "Alipay+ Docs, upgrade for in-store payments in the Chinese mainland (MPP), overview"


@dataclass(frozen=True, slots=True, order=True)
class Clause:
    """A place in the document: a part, and where in it (steps by the document's own numbers)."""

    part: str
    place: str

    def __str__(self) -> str:
        return f"{self.part}, {self.place}"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the document by its heading."""

    title: str

    def steps(self, first: int, last: int | None = None, *, sentence: int | None = None) -> Clause:
        """Workflow steps as numbered in the document; ``sentence`` counts from 1 where the steps have several."""
        numbers = f"step {first}" if last is None else f"steps {first}-{last}"
        return self.at(numbers if sentence is None else f"{numbers}, sentence {sentence}")

    def at(self, place: str) -> Clause:
        """A paragraph, bullet or list item, named by its position."""
        return Clause(self.title, place)


OVERVIEW: Final = Part("Overview")
USER_EXPERIENCE: Final = Part("User experience")
ENTRY_CODE: Final = Part("Workflow, Entry code")
ORDER_CODE: Final = Part("Workflow, Order code")
HIGHLIGHTS: Final = Part("Highlights")
MESSAGE_LAYER: Final = Part("Alipay+ API documentation, message layer")
"""Not the source document: official pages that a *documented* requirement rests on."""
PAYMENTS: Final = Part("Alipay+ API documentation, payments")
"""Likewise."""
CLIENT_SDK_DOCS: Final = Part("Alipay+ client SDK documentation")
"""Likewise."""
ADAPTOR: Final = Part("Interface of the adaptor, openapi/mpp-adaptor.yaml")
"""Not Alipay+'s: the suite's own; nothing that rests on it decides."""
OTHER_DOCUMENTS: Final = frozenset({MESSAGE_LAYER.title, PAYMENTS.title, CLIENT_SDK_DOCS.title, ADAPTOR.title})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence of the document by its place; ``normative`` unless it is a heading, a lead-in or a pointer."""

    clause: Clause
    digest: str
    normative: bool


def sentences() -> tuple[Sentence, ...]:
    """The document's sentences in their order."""
    rows = json.loads(files("mpp_conformance.ledger").joinpath("sentences.json").read_text("utf-8"))
    return tuple(
        Sentence(
            clause=Clause(row["part"], row["place"]),
            digest=row["digest"],
            normative=row["normative"],
        )
        for row in rows
    )


def digests(document: str) -> list[str]:
    """The digest of each sentence of a copy of the document, in order (SHA-256, hex)."""
    found: list[str] = []
    for line in document.splitlines():
        text = re.sub(r"^(?:•|[0-9]+\.)\s+", "", line.strip())
        if text:
            parts = re.split(r"(?<=[.:])\s+(?=[A-Z])", text)
            found += [hashlib.sha256(" ".join(part.split()).encode()).hexdigest() for part in parts]
    return found
