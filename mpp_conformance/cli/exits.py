"""How a command ends: the exit codes, and the paragraph that goes with a refusal."""

from enum import IntEnum
from typing import Final, Self

import click


class Exit(IntEnum):
    """Exit codes; ``meaning`` is what ``--help`` says of each."""

    CONFORMS = 0, "the MPP conforms (for other commands: all is well)"
    FAILS = 1, "the MPP does not conform"
    USAGE = 2, "the command line is wrong"
    CONFIGURATION = 3, "wallet.toml is wrong, or what it names cannot be reached"
    FAULT = 4, "the suite could not do its work: a fault of its own, or of this machine (a full disk)"
    NOT_PROVEN = 5, "not proven: proof is missing, or not everything was judged"

    meaning: str

    def __new__(cls, code: int, meaning: str) -> Self:
        """A code that knows what it means."""
        made = int.__new__(cls, code)
        made._value_ = code
        made.meaning = meaning
        return made


class Refusal(click.ClickException):
    """A command cannot go on, and not for any fault of the suite; ``message`` is the whole paragraph."""

    exit_code = int(Exit.CONFIGURATION)


ELSEWHERE: Final = "Exit code 0: all is well. `mpp-conformance --help` explains the others."
"""The exit codes for ``--help`` of a command that certifies nothing."""


def exit_codes_help() -> str:
    """The exit codes for ``--help`` of a command that certifies."""
    return "\b\nExit codes:\n" + "\n".join(f"  {code.value}  {code.meaning}" for code in Exit)
