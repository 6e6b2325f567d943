"""The figures in docs/adequacy.md are what its commands print, and `make figures` writes them."""

import re
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest

from tests.tools import tool

PAGE: Final = (Path(__file__).parents[2] / "docs/adequacy.md").read_text("utf-8")


@pytest.fixture(scope="module")
def figures() -> ModuleType:
    """The script, imported."""
    return tool("figures")


def test_the_figures_are_those_of_today(figures: ModuleType) -> None:
    """Each block of the section shows what its command prints; `make figures` writes it anew where it does not."""
    assert figures.figures(PAGE).splitlines() == PAGE.splitlines()


def test_the_commands_are_all_there(figures: ModuleType) -> None:
    """No figure is missing; what is another on each machine is not shown."""
    commands = [block[1] for block in figures.BLOCK.finditer(PAGE)]
    assert commands == ["mpp-conformance matrix", "mpp-conformance coverage", "make mutation", "make bench"]
    assert [bool(figures.printed(command)) for command in commands] == [True, True, True, False]


def test_an_old_figure_is_replaced(figures: ModuleType) -> None:
    """Whatever stands below a command gives way to what it prints today; the rest of the page stays."""
    old = re.sub(r"^transitions [0-9]+ of", "transitions 1 of", PAGE, flags=re.MULTILINE)
    assert old != PAGE
    assert figures.figures(old) == PAGE
