"""What a document keeps back: in the place of a value stands a salted commitment to it, and the value is kept apart.

The design is that of SD-JWT. A *disclosure* is a salt, the name of what is hidden, and the value; the commitment is the
digest of these three. Whoever has the document alone cannot guess the value; whoever is handed the disclosure as well
can check that it is the one that was meant. Equal values of one conversation have equal commitments, so that they are
compared, and judged, without being known.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Self

from mpp_conformance.common import canonical

_SHOWN: Final = 16
_SALT: Final = 32
"""Hexadecimal digits: 128 bits."""


@dataclass(frozen=True, slots=True)
class Commitment:
    """Stands for a hidden value: its digest (SHA-256, hex), and the name of what it is."""

    digest: str
    name: str

    def __str__(self) -> str:
        return f"<{self.name} {self.digest[:_SHOWN]}>"


class Hidden(str):
    """Text of which parts are hidden; it reads, compares and prints like text that names them in angle brackets."""

    __slots__ = ("parts",)

    parts: tuple[str | Commitment, ...]

    def __new__(cls, *parts: str | Commitment) -> Self:
        """Text made of what may be read and of what may not."""
        made = str.__new__(cls, "".join(map(str, parts)))
        made.parts = parts
        return made


class HiddenBytes(bytes):
    """A body that is hidden as a whole: it holds no bytes, only the commitment to them and how many they are."""

    commitment: Commitment
    size: int

    def __new__(cls, commitment: Commitment, size: int) -> Self:
        """The place of ``size`` bytes."""
        made = bytes.__new__(cls)
        made.commitment, made.size = commitment, size
        return made


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What opens a commitment: salt (hex), the name of what is hidden, and the value.

    The value is text for a text, and bytes for a body.
    """

    salt: str
    name: str
    value: str | bytes

    @property
    def commitment(self) -> Commitment:
        """What stands in its place."""
        return Commitment(canonical.digest(canonical.dump(list(self.row))), self.name)

    @property
    def row(self) -> tuple[str, str, object]:
        """As it is written down; the digest of this is the commitment."""
        return self.salt, self.name, self.value if isinstance(self.value, str) else body_document(self.value)


@dataclass(slots=True)
class Hiding:
    """Hides values of one conversation; ``disclosures`` are what opens them. ``secret`` must be known to nobody."""

    secret: bytes = field(repr=False)
    disclosures: dict[Commitment, Disclosure] = field(default_factory=dict)

    def text(self, name: str, value: str) -> Commitment:
        """What stands for a text; the same for equal ones."""
        return self._made(name, value)

    def body(self, name: str, value: bytes) -> HiddenBytes:
        """A body that is hidden as a whole."""
        return HiddenBytes(self._made(name, value), len(value))

    def _made(self, name: str, value: str | bytes) -> Commitment:
        seed = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
        kind = type(value).__name__.encode()
        salt = hmac.new(self.secret, b"\0".join((kind, name.encode(), seed)), hashlib.sha256).hexdigest()[:_SALT]
        disclosure = Disclosure(salt, name, value)
        made = disclosure.commitment
        self.disclosures[made] = disclosure
        return made


class Opening:
    """Opens what disclosures of one conversation can open; ``unused`` is what opened nothing so far."""

    def __init__(self, disclosures: Iterable[Disclosure]) -> None:
        self._values = {disclosure.commitment: disclosure.value for disclosure in disclosures}
        self.unused = set(self._values)

    def text(self, value: str) -> str:
        """A text with its hidden parts in their places, as far as they are disclosed."""
        if not isinstance(value, Hidden):
            return value
        parts = [self._part(part) for part in value.parts]
        return Hidden(*parts) if any(isinstance(part, Commitment) for part in parts) else "".join(map(str, parts))

    def body(self, value: bytes) -> bytes:
        """A body, if it is disclosed."""
        if not isinstance(value, HiddenBytes):
            return value
        found = self._values.get(value.commitment)
        if not isinstance(found, bytes) or len(found) != value.size:
            return value
        self.unused.discard(value.commitment)
        return found

    def _part(self, part: str | Commitment) -> str | Commitment:
        found = None if isinstance(part, str) else self._values.get(part)
        if not isinstance(found, str):
            return part
        self.unused.discard(part)
        return found


def body_document(body: bytes) -> dict[str, object]:
    """A body as documents hold it: as text where it is UTF-8, else in Base64; or what stands for a hidden one."""
    if isinstance(body, HiddenBytes):
        return {"digest": body.commitment.digest, "name": body.commitment.name, "bytes": body.size}
    try:
        return {"text": body.decode("utf-8")}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode("ascii")}
