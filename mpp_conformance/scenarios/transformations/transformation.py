"""One thing that programs do to a text on its way."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Transformation:
    """``name``: in lower case with hyphens; ``words``: finish the sentence "it was ..."; ``change``: what is done."""

    name: str
    words: str
    change: Callable[[str], str]

    def __call__(self, text: str) -> str:
        """The text that arrives; unchanged where this cannot be done to it."""
        try:
            return self.change(text)
        except (ValueError, ArithmeticError, RecursionError):
            return text
