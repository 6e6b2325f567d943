"""What a question wants of a message: compared with what was said, and put into words."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from mpp_conformance.judging.text_differences import excerpt
from mpp_conformance.protocol.messages import Message


class _SomeText:
    """Equal to any text that is not empty."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and other != ""

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "some text"


SOME_TEXT: Final = _SomeText()
"""A wanted field that must be there and must not be empty, whatever it says."""


class _ErrorCode:
    """Equal to any text that can name an error: some letter or digit, and no word for success or for nothing."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and any(map(str.isalnum, other)) and other.strip().casefold() not in _NO_ERROR

    def __hash__(self) -> int:
        return 1

    def __repr__(self) -> str:
        return "an error code"


_NO_ERROR: Final = frozenset({"success", "null", "none", "nil", "undefined", "nan"})
"""What languages write for nothing, and the result code that documents name for a success."""
_LISTED: Final = range(3, 13)
"""So many values are a list of the documents; fewer are one, and what else is borne."""
ERROR_CODE: Final = _ErrorCode()
"""A wanted field that must name an error."""


def matches(message: Message, kind: type[Message], wanted: dict[str, Any]) -> bool:
    """Whether a message is of a kind, with these fields."""
    return isinstance(message, kind) and has(message, wanted)


def has(message: Message, wanted: Mapping[str, Any]) -> bool:
    """Whether a message has these fields, each with its value."""
    for name, value in wanted.items():  # noqa: SIM110  # a third of the time that all() takes, a million times a run
        if getattr(message, name) != value:
            return False
    return True


def in_words(kind: type[Message], wanted: dict[str, Any]) -> str:
    """A kind of message with the fields that are wanted of it; TypeError for a field that it has not."""
    if not wanted:
        return kind.__name__
    # Cases ask the same again and again; a value that is True says something else than one that is 1.
    return _in_words(kind, *((name, type(value), value) for name, value in wanted.items()))  # type: ignore[arg-type]  # a class has a hash


@lru_cache(maxsize=4096)
def _in_words(kind: type[Message], /, *values: Any) -> str:
    wanted = {name: value for name, _, value in values}
    unknown = wanted.keys() - kind.__dataclass_fields__.keys()
    if unknown:
        message = f"{kind.__name__} has no field {', '.join(sorted(unknown))}"
        raise TypeError(message)
    return f"{kind.__name__} with " + " and ".join(f"{name} {value_in_words(value)}" for name, value in wanted.items())


def any_in_words(values: tuple[Any, ...]) -> str:
    """Values of which one is wanted: the first, or the whole list that the documents give."""
    listed = [value for value in values if value]
    return "one of " + ", ".join(map(value_in_words, listed)) if len(listed) in _LISTED else value_in_words(values[0])


def value_in_words(value: object) -> str:
    """A field's value, fit to be shown."""
    if value is None:
        return "absent"
    return excerpt(value) if isinstance(value, str) else ascii(value)


def count_text(kind: type[Message], count: int) -> str:
    """How many messages of a kind were seen."""
    return f"no {kind.__name__}" if count == 0 else f"{count} x {kind.__name__}"
