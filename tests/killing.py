"""Runs a suite, and again for lines of its journal, killed by SIGKILL when half of such a line is written.

Called in a folder with ``suites/``, with the step from one such line to the next, and options for pytest; every process
is a fork of this one, which has loaded what a run loads.
"""

import os
import signal
import sys
from types import SimpleNamespace

import pytest

from mpp_conformance.report.run_folder import journal_file

OTHERS = ("cacheprovider", "schemathesis", "pact", "anyio", "hypothesispytest")
ARGUMENTS = [
    *("suites", "--import-mode=importlib", "-q"),
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


def killed(at: int, options: list[str]) -> int:
    """How the process of a run that is killed in line ``at`` ended."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    patched = {**vars(os), "write": Dying(at).write}
    vars(journal_file)["os"] = SimpleNamespace(**patched)
    os._exit(pytest.main([*ARGUMENTS, *options, "--mpp-run", f"killed-{at}"]))


def main(step: int, options: list[str]) -> int:
    """Make the runs ``whole`` and ``killed-N``."""
    if pytest.main([*ARGUMENTS, *options, "--mpp-run", "whole"]) != pytest.ExitCode.OK:
        return 1
    with open("reports/whole/journal.jsonl", "rb") as file:  # noqa: PTH123  # here
        lines = len(file.readlines())
    ended = [killed(at, options) for at in range(step, lines + 1, step)]
    return int(any(os.WTERMSIG(status) != signal.SIGKILL for status in ended))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
