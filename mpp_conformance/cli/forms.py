"""The option ``--format`` of commands that print for programs, too."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

from mpp_conformance.common.text import json_text

JSON: Final = "json"
Command = TypeVar("Command", bound=Callable[..., Any])


def format_option(page: str) -> Callable[[Command], Command]:
    """``--format text|json``; ``page`` of docs/ says what stands in the JSON."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(["text", JSON]),
        default="text",
        show_default=True,
        help=f"For people, or for programs (docs/{page}).",
    )


def print_json(document: object) -> None:
    """Print a document for programs: JSON in ASCII, an indented line for each value."""
    click.echo(json_text(document, indent=2))
