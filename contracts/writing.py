"""How a pact is kept: one form that does not depend on the versions of the tools, and where it differs from another."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import pytest

PACTS: Final = Path(__file__).parent / "pacts"
MOST_A_MOCK: Final = 10
"""A mock server compares each request with each of its interactions."""

LONGEST: Final = 100
"""Characters of a value that are shown of it."""

One = TypeVar("One")


def portions(whole: Sequence[One]) -> Iterator[Sequence[One]]:
    """As many at a time as a mock server is given."""
    for start in range(0, len(whole), MOST_A_MOCK):
        yield whole[start : start + MOST_A_MOCK]


def document(text: str) -> dict[str, Any]:
    """A pact as it is kept: what names the versions of the tools is left out, interactions stand by their keys."""
    found: dict[str, Any] = json.loads(text)
    found["metadata"] = {"pactSpecification": found["metadata"]["pactSpecification"]}
    found["interactions"].sort(key=lambda one: one["key"])
    return found


def differences(written: Mapping[str, Any], name: str, config: pytest.Config) -> list[str]:
    """Where the pact that is kept differs from the one just written, which takes its place with ``--write-pacts``."""
    path = PACTS / name
    if config.getoption("--write-pacts"):
        text = json.dumps(written, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
        path.write_text(text, "utf-8")
    return list(drift(document(path.read_text("utf-8")), written))


def drift(kept: object, written: object, place: str = "") -> Iterator[str]:
    """Each place in which a pact that is kept differs from the one just written, in words."""
    if isinstance(kept, dict) and isinstance(written, dict):
        for name in sorted(kept.keys() | written.keys()):
            inner = f"{place}.{name}".removeprefix(".")
            yield from drift(kept.get(name), written.get(name), inner)
    elif isinstance(kept, list) and isinstance(written, list):
        left, right = _by_name(kept), _by_name(written)
        for name in sorted(left.keys() | right.keys()):
            yield from drift(left.get(name), right.get(name), f"{place}[{name}]")
    elif kept != written:
        yield f"{place}: kept is {_shown(kept)}, written anew {_shown(written)}"


def _by_name(found: list[Any]) -> dict[str, Any]:
    """Interactions by their keys, anything else by its number."""
    return {str(one.get("key", n)) if isinstance(one, dict) else str(n): one for n, one in enumerate(found)}


def _shown(value: object) -> str:
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=True)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
