"""What a program can do wrong to one field of a body, by the field's schema in ``openapi/``."""

import functools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from mpp_conformance import wire
from mpp_conformance.protocol.messages import Message

_CARRIED: Final = ("signature", "http_status", "media_type")
"""What is said of a message beside its body."""
_sound: Final = functools.cache(wire.round_trip)
Path = tuple[str, ...]
Change = Callable[[Any, int], Any]
"""The new value, of the old one and of how long it may be (0: nobody says)."""
MISSING: Final = object()
FIRST: Final = object()
"""Stands for what was said in this field first in the conversation."""

_OF_ANY: Final[Mapping[str, Change]] = {
    "missing": lambda _, __: MISSING,
    "null": lambda _, __: None,
    "number": lambda _, __: 7,
    "boolean": lambda _, __: True,
    "array": lambda old, _: [old],
    "object": lambda _, __: {"x": "y"},
    "empty": lambda _, __: "",
    "blank": lambda _, __: " ",
}
_OF_TEXT: Final[Mapping[str, Change]] = {
    "a blank more": lambda old, _: f"{old} ",
    "a character less": lambda old, _: old[:-1],
    "in capitals": lambda old, _: old.upper(),
    "with a line feed": lambda old, _: f"{old}\n",
    "too long": lambda old, most: "x" * (most + 1) if most else old,
    "of nobody": lambda _, __: "28166613000000019999",
    "as at first": lambda _, __: FIRST,
}
_OF_OBJECT: Final[Mapping[str, Change]] = {
    "missing": _OF_ANY["missing"],
    "null": _OF_ANY["null"],
    "array": _OF_ANY["array"],
    "empty": _OF_ANY["empty"],
    "as a text": lambda old, _: json.dumps(old),
    "without fields": lambda _, __: {},
    "with a field more": lambda old, _: {**old, "x": "y"},
}
_OF_AMOUNT: Final[Mapping[str, Change]] = {
    "leading zero": lambda old, _: f"0{old}",
    "negative": lambda old, _: f"-{old}",
    "positive": lambda old, _: f"+{old}",
    "a blank more": _OF_TEXT["a blank more"],
    "with an exponent": lambda old, _: f"{old}E2",
    "with a fraction": lambda old, _: f"{old}.00",
    "with a comma": lambda old, _: f"{old[:1]},{old[1:]}",
    "in Arabic digits": lambda old, _: "".join(chr(0x660 + int(digit)) for digit in old),
    "a hundred times as much": lambda old, _: f"{old}00",
    "a hundredth": lambda old, _: old[:-2] or "0",
    "one unit more": lambda old, _: str(int(old) + 1),
    "nothing": lambda _, __: "0",
}
_OF_CURRENCY: Final[Mapping[str, Change]] = {
    "in small letters": lambda old, _: old.lower(),
    "unknown": lambda _, __: "ZZZ",
    "another": lambda _, __: "USD",
    "by its number": lambda _, __: "156",
}
_OF_LIST: Final[Mapping[str, Change]] = {
    "in small letters": lambda old, _: old.lower(),
    "unknown": lambda _, __: "X",
    "in words": lambda _, __: "SUCCESS",
    "S": lambda _, __: "S",
    "F": lambda _, __: "F",
    "U": lambda _, __: "U",
}
"""Of what is one of a list: the status of a result."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """One field of the body that carries ``kind``, and what becomes of it."""

    kind: type[Message]
    path: Path
    how: str
    change: Change
    most: int

    def __str__(self) -> str:
        return f"{'.'.join(self.path)}: {self.how}"


def mutations(kind: type[Message]) -> Iterator[Mutation]:
    """All of them, of all fields that the interface names."""
    operation = wire.OPERATIONS[kind]
    yield from _of_fields(kind, (), wire.schema(operation.document, operation.schema))


def _of_fields(kind: type[Message], path: Path, rooted: Mapping[str, Any]) -> Iterator[Mutation]:
    schemas = rooted["components"]["schemas"]
    for name, found in _resolved(rooted, schemas).get("properties", {}).items():
        here = _resolved(found, schemas)
        for how, change in _changes(here).items():
            yield Mutation(kind, (*path, name), how, change, here.get("maxLength", 0))
        yield from _of_fields(kind, (*path, name), {**here, "components": rooted["components"]})


def _resolved(found: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in found:
        return found
    named = _resolved(schemas[found["$ref"].rpartition("/")[2]], schemas)
    return {**named, **{name: value for name, value in found.items() if name != "$ref"}}


def _changes(found: Mapping[str, Any]) -> Mapping[str, Change]:
    """By what the interface says a field is."""
    if "object" in found.get("type", ()):
        return _OF_OBJECT
    if "enum" in found:
        return {**_OF_ANY, **_OF_LIST}
    if "minor units" in found.get("title", ""):
        return {**_OF_ANY, **_OF_AMOUNT}
    return {**_OF_ANY, **(_OF_CURRENCY if "a currency" in found.get("title", "") else _OF_TEXT)}


@dataclass(slots=True)
class MutatingWire:
    """The wire of one conversation, on which a field of each message of a kind is changed; ``beside``: fields added.

    ``met``: whether there was anything to change.
    """

    mutation: Mutation | None
    kind: type[Message]
    beside: Mapping[str, Any]
    met: bool = False
    _first: list[Any] = field(default_factory=list)

    def __call__(self, message: Message) -> Message:
        """What arrives of it."""
        if type(message) is not self.kind:
            return _sound(message)
        body = {**json.loads(wire.encode(message, check=False)), **json.loads(json.dumps(self.beside))}
        if self.mutation is not None:
            self._change(body, self.mutation)
        arrived = wire.decode(self.kind, json.dumps(body).encode())
        carried = {name: getattr(message, name) for name in _CARRIED if hasattr(message, name)}
        return replace(arrived, **carried)

    def _change(self, body: dict[str, Any], mutation: Mutation) -> None:
        holder: Any = body
        for name in mutation.path[:-1]:
            holder = holder.get(name) or {}
        last = mutation.path[-1]
        if last not in holder:
            return
        self._first.append(holder[last])
        new = mutation.change(holder[last], mutation.most)
        new = self._first[0] if new is FIRST else new
        self.met = self.met or new != holder[last]
        if new is MISSING:
            del holder[last]
        else:
            holder[last] = new
