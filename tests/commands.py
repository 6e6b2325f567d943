"""A command typed in a folder, called in this process; tests/cli/ has those that a process of its own holds."""

from contextlib import chdir
from pathlib import Path

from click.testing import CliRunner, Result

from mpp_conformance.cli import cli


def called(*words: str, cwd: Path) -> Result:
    """How ``mpp-conformance`` with these words ends, and what it prints; what breaks it is raised."""
    with chdir(cwd):
        return CliRunner().invoke(cli, list(words), catch_exceptions=False)
