"""What a fault profile can say: how an answer is signed, spelled and delivered, and which answers are meant."""

from dataclasses import dataclass
from typing import Final

ANSWER: Final = "answer body"
MESSAGE: Final = "message layer"
TRANSPORT: Final = "transport"
TIME: Final = "time"
FAMILIES: Final = (ANSWER, MESSAGE, TRANSPORT, TIME)

VALID: Final = "valid"
MISSING: Final = "missing"
BAD: Final = "bad"
FOREIGN_KEY: Final = "foreign"
STALE: Final = "stale"
SIGNATURES: Final = (VALID, MISSING, BAD, FOREIGN_KEY, STALE)
"""What signs an answer: Alipay+'s key over its bytes; nothing; over other bytes; another key; at another time."""

WHOLE: Final = "whole"
CHUNKED: Final = "chunked"
GZIP: Final = "gzip"
DRIP: Final = "drip"
TRUNCATED: Final = "truncated"
RESET: Final = "reset"
SILENT: Final = "silent"
DELIVERIES: Final = (WHOLE, CHUNKED, GZIP, DRIP, TRUNCATED, RESET, SILENT)
"""How an answer is brought: in one piece; in chunks; compressed; piece by piece; cut off; not at all, and the
connection is reset; not at all, and the connection stays open."""
COMPLETE: Final = frozenset({WHOLE, CHUNKED, GZIP, DRIP})
"""The deliveries after which the MPP has the whole answer."""

LOWER_CASE: Final = "lower case"
UPPER_CASE: Final = "upper case"
MIXED_CASE: Final = "mixed case"
BLANKS: Final = "blanks after commas"
REORDERED: Final = "other order"
SPELLINGS: Final = (LOWER_CASE, UPPER_CASE, MIXED_CASE, BLANKS, REORDERED)
"""How headers are written: their names, or the parts of the Signature header."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fault:
    """A profile.

    ``does``: what Alipay+ does wrong, a sentence. ``careful``: what a careful MPP does, a sentence. ``basis``: what the
    documents say of that (stated, documented, derived or silent), ``source``: where; empty where they are silent.
    ``first``: how many of a payment's answers are faulty, from the first one on; 0: every one.
    ``instead``: the answer to the conversation's payment before this one is given; ``undecided``: Alipay+ has made no
    decision when the connection breaks.
    ``given``: the body that goes out is the scenario's own, which breaks the interface.
    ``delay``: seconds after which it comes, or fewer where the wallet's patience is shorter than that.
    ``age``: seconds by which the answer's time lies back. ``legible``: what was meant can be read all the same, so that
    acting on it is no mistake.
    """

    name: str
    family: str
    does: str
    careful: str
    basis: str = "silent"
    source: str = ""
    first: int = 0
    status: int = 200
    content_type: str = "application/json; charset=UTF-8"
    location: bool = False
    """The answer sends the MPP elsewhere."""
    signature: str = VALID
    delivery: str = WHOLE
    spelling: str = LOWER_CASE
    instead: bool = False
    undecided: bool = False
    given: bool = False
    delay: int = 0
    age: int = 0
    legible: bool = False

    @property
    def answers(self) -> bool:
        """Whether anything of an answer comes at all."""
        return self.delivery not in {RESET, SILENT}

    def spoils(self, attempt: int) -> bool:
        """Whether the answer to the ``attempt``-th call about a payment (from 1) is faulty."""
        return self.first == 0 or attempt <= self.first
