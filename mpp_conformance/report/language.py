"""The language of a report: English sentences as they stand in the code, and what another language has for them."""

from typing import Protocol


class Say(Protocol):
    """Words in a report's language: an English sentence with ``{names}`` in it, and what to put there."""

    def __call__(self, text: str, /, **values: object) -> str:
        """The sentence with the values put in."""


def english(text: str, /, **values: object) -> str:
    """The sentence as it stands."""
    return text.format(**values) if values else text
