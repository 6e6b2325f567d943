"""What a log says of one conversation: its records as the wire reads them, and the keys that brought them together."""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Final, NamedTuple

from mpp_conformance.protocol.messages import BY_NAME, Decode, Malformed, Message, Scan
from mpp_conformance.wire import MAX_BODY, UnreadableBodyError, decode, parse_object

MAX_RECORDS: Final = 200
"""Records of one conversation that are read: more of them are many payments under one key."""
_SHORT: Final = 4096
"""Characters of a body that is remembered: pages and answers say the same in most conversations."""
_OBSERVER: Final = "http://127.0.0.1/o/0"
"""Stands for the address to report to, which the adaptor's interface asks for and no log has."""
_BLANK: Final[frozenset[str]] = frozenset()


class UnsortedError(RuntimeError):
    """The engine gave records out of order, and every conversation would be judged in pieces: a fault of ours."""


class Record(NamedTuple):
    """One record. ``at``: microseconds since 1970; ``kind``: a type of message; an absent key is empty.

    ``several``: a key of its conversation leads to other conversations, too. Records sort by conversation and time.
    """

    conversation: str
    at: int
    kind: str
    body: str
    request: str = ""
    session: str = ""
    several: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the whole of the logs says beside single conversations.

    ``begin``, ``end``: times of the first and the last record (microseconds). ``by_session``, ``by_request``: points
    with records that have no other key. ``lossy``: points of which a record could not be read, or belongs to nothing.
    """

    begin: int = 0
    end: int = 0
    by_session: frozenset[str] = _BLANK
    by_request: frozenset[str] = _BLANK
    lossy: frozenset[str] = _BLANK


def conversations(records: Iterable[Record]) -> Iterator[tuple[str, list[Record]]]:
    """Each conversation with its records, of which at most one more than MAX_RECORDS is kept.

    UnsortedError where the records do not come by conversation, and within one by time.
    """
    for name, found in groupby(_sorted(records), key=itemgetter(0)):
        kept: list[Record] = []
        for record in found:
            if len(kept) <= MAX_RECORDS:
                kept.append(record)
        yield name, kept


def _sorted(records: Iterable[Record]) -> Iterator[Record]:
    before = ("", -sys.maxsize)
    for record in records:
        now = record[:2]
        if now < before:
            raise UnsortedError("the engine gave records out of order: they must come by conversation and time")
        before = now
        yield record


def message(record: Record) -> Message:
    """The message of a record, `Malformed` where it cannot be read."""
    kind: type[Message] = BY_NAME[record.kind]
    if len(record.body) > MAX_BODY:
        return Malformed(where=kind.point, operation=kind.__name__, problem="the record is too long")
    return (_read if len(record.body) > _SHORT else _read_before)(record.kind, record.body)


def _read(name: str, text: str) -> Message:
    kind: type[Message] = BY_NAME[name]
    body = text.encode("utf-8", "surrogatepass")
    return decode(kind, _completed(body) if issubclass(kind, Scan | Decode) else body)


_read_before: Final = lru_cache(maxsize=8192)(_read)


def _completed(body: bytes) -> bytes:
    try:
        found = parse_object(body)
    except UnreadableBodyError:
        return body
    return json.dumps({"observerUrl": _OBSERVER, **found}).encode()
