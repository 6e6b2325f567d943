"""Write into docs/adequacy.md what the commands on it print today.

Each console block of the page shows a command and, below it, what it printed: all of it, its first lines where
SHOWN says so, or where KEPT names a page the score that this command wrote there when it was last run.
"""

import re
import shlex
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory

from click.testing import CliRunner

from mpp_conformance.cli import cli

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "adequacy.md"
BLOCK = re.compile(r"(?<=^```console\n)\$ (.*?)\n.*?(?=^```$)", re.DOTALL | re.MULTILINE)
SHOWN = {"mpp-conformance coverage": 1, "make bench": 0}
"""Commands that print more than a reader need see, or another thing on each machine: how many lines are shown."""
KEPT = {"make mutation": ROOT / "docs" / "mutation.md"}
"""Commands that take long, and the page that each keeps."""


def figures(text: str) -> str:
    """The page with the figures of today."""
    return BLOCK.sub(lambda block: _block(block[1]), text)


def _block(command: str) -> str:
    return "".join(f"{line}\n" for line in (f"$ {command}", *printed(command)))


def printed(command: str) -> list[str]:
    """What is shown of what a command prints or has kept, without the places where it writes something."""
    if command in KEPT:
        return [line for line in KEPT[command].read_text("utf-8").splitlines() if line.startswith("Score ")]
    count = SHOWN.get(command)
    if count == 0:
        return []
    with TemporaryDirectory() as folder, chdir(folder):
        output = CliRunner().invoke(cli, shlex.split(command)[1:], catch_exceptions=False).output
    return [line for line in output.splitlines() if not line.startswith("written ")][:count]


if __name__ == "__main__":
    PAGE.write_text(figures(PAGE.read_text("utf-8")), "utf-8")
    print(f"{PAGE.name} has the figures of today")
