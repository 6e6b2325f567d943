"""Write into README.md what the commands of its section "Figures" print today.

Each console block of that section shows a command and, below it, what it printed: all of it, its first lines where
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
README = ROOT / "README.md"
SECTION = re.compile(r"(?<=\n## Figures\n).*?(?=\n## |\Z)", re.DOTALL)
BLOCK = re.compile(r"(?<=^```console\n)\$ (.*?)\n.*?(?=^```$)", re.DOTALL | re.MULTILINE)
SHOWN = {"mpp-conformance coverage": 1, "make bench": 0}
"""Commands that print more than a reader need see, or another thing on each machine: how many lines are shown."""
KEPT = {"make mutation": ROOT / "docs" / "mutation.md"}
"""Commands that take long, and the page that each keeps."""


def figures(text: str) -> str:
    """README.md with the figures of today."""
    return SECTION.sub(lambda section: BLOCK.sub(lambda block: _block(block[1]), section[0]), text)


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
    README.write_text(figures(README.read_text("utf-8")), "utf-8")
    print(f"{README.name} has the figures of today")
