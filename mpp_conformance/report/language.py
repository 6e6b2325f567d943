"""The language of a report: English sentences as they stand in the code, and what another language has for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol


class Say(Protocol):
    """Words in a report's language: an English sentence with ``{names}`` in it, and what to put there."""

    def __call__(self, text: str, /, **values: object) -> str:
        """The sentence with the values put in."""


@dataclass(frozen=True, slots=True)
class Language:
    """A language by its tag (BCP 47). ``sentences``: English, and what this language says; English itself has none."""

    tag: str
    sentences: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, text: str, /, **values: object) -> str:
        """The sentence with the values put in; in English where this language has none for it."""
        found = self.sentences.get(text, text)
        return found.format(**values) if values else found


ENGLISH: Final = Language("en")
