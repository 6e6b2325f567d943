"""Runs a suite, and again for each line of its journal, killed by SIGKILL when half of that line is written.

Called in a folder with ``suites/``; every process is a fork of this one, which has loaded what a run loads.
"""

import os
import signal
import sys
from types import SimpleNamespace

import pytest

from mpp_conformance.report import journal_file

OTHERS = ("cacheprovider", "schemathesis", "pact", "anyio", "hypothesispytest")
ARGUMENTS = [
    *("suites", "--import-mode=importlib", "-q", "--mpp", "specimen:conforming"),
    *(word for plugin in OTHERS for word in ("-p", f"no:{plugin}")),
]


class Dying:
    """Writes lines of a journal, and half of line ``at``."""

    def __init__(self, at: int) -> None:
        self.left = at

    def write(self, handle: int, data: bytes) -> int:
        """As ``os.write``."""
        self.left -= 1
        if self.left:
            return os.write(handle, data)
        os.write(handle, data[: len(data) // 2])
        os.kill(os.getpid(), signal.SIGKILL)
        return 0


def killed(at: int) -> int:
    """How the process of a run that is killed in line ``at`` ended."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    patched = {**vars(os), "write": Dying(at).write}
    vars(journal_file)["os"] = SimpleNamespace(**patched)
    os._exit(pytest.main([*ARGUMENTS, "--run", f"killed-{at}"]))


def main() -> int:
    """Make the runs ``whole`` and ``killed-N``."""
    if pytest.main([*ARGUMENTS, "--run", "whole"]) != pytest.ExitCode.OK:
        return 1
    with open("reports/whole/journal.jsonl", "rb") as file:  # noqa: PTH123  # here
        lines = len(file.readlines())
    return int(any(os.WTERMSIG(killed(at)) != signal.SIGKILL for at in range(1, lines + 1)))


if __name__ == "__main__":
    sys.exit(main())
