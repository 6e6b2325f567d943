"""Tests that share what is expensive are one worker's, and nobody who shares it is forgotten."""

import re
from pathlib import Path
from typing import Final

from tests import sharing

ROOT: Final = Path(__file__).parents[2]
FILES: Final = {
    path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
    for path in sorted((ROOT / "tests").rglob("test_*.py"))
    if path.name != Path(__file__).name
}


def test_every_file_that_is_named_is_there() -> None:
    """Once each."""
    assert [file for file in sharing.ORDER if file not in FILES] == []
    assert len(set(sharing.ORDER)) == len(sharing.ORDER)


def test_whoever_asks_for_the_kill_matrix_is_of_the_cabinets_group() -> None:
    """No second worker makes it."""
    asking = {file for file, text in FILES.items() if "cabinet.matrix()" in text}
    assert asking - set(sharing.CABINET) == set()


def test_whoever_reads_the_common_runs_is_of_their_group() -> None:
    """No second worker holds them; each fixture that is one says that it is a path."""
    reading = {file for file, text in FILES.items() if re.search(r"[( ](?:certified|secretive): Path", text)}
    assert reading == set(sharing.ONE_RUN)
