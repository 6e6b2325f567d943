"""The command line. One module a command, imported when it is needed: ``--help`` is not to cost what a run costs.

Rules of this floor: a mistake of the user's is one paragraph that says what was expected, what was seen, where, and
the likely slip; it is never a traceback. Exit codes are in :mod:`mpp_conformance.cli.exits` and nowhere else.
"""

import gc
import sys
from typing import Final

from mpp_conformance.cli import environment, output
from mpp_conformance.cli.commands import Commands
from mpp_conformance.cli.exits import Exit

cli = Commands(
    "mpp-conformance",
    modules={
        "certify": ("certify", "Certify the reference MPP over HTTP, to show that the suite works here."),
        "init": ("init", "Write a wallet.toml to fill in, and a key pair beside it."),
        "doctor": ("doctor", "Try out what wallet.toml says, before a run."),
        "run": ("run", "Certify a wallet: hold all conversations, judge them, write the report."),
        "load": ("load", "Hold many conversations at once, and show what breaks under load."),
        "rejudge": ("rejudge", "Derive the verdicts of a run again from its evidence alone, and compare."),
        "leakscan": ("leakscan", "Search a run or a bundle for keys and customers that should not be in it."),
        "report": ("report", "Make further forms of a run's report, in either language, and check them."),
        "list": ("listing", "Show requirements and cases, and which of them apply to a wallet."),
        "faults": ("faults", "Show what the simulated Alipay+ can do wrong, and which cases use it."),
        "schema": ("schema", "Print the JSON Schemas of wallet.toml, of what a run writes, and of --format json."),
        "coverage": ("coverage", "Show how much of the state model the cases cover, and what they do not."),
        "matrix": ("matrix", "Show that the suite fails every known faulty MPP, and nobody else."),
        "audit": ("audit", "Judge the logs of a wallet in production; certifies nothing."),
        "gate": ("gate", "Say whether a pipeline may go on, with the waivers that owners have signed."),
        "waive": ("waive", "Draft a waiver, or sign one."),
        "diff": ("diff", "Show what has changed between two runs, and what can be the reason."),
        "keygen": ("keygen", "Create a key to sign bundles with."),
        "bundle": ("bundle", "Pack a run into one signed file, for an auditor who was not there."),
        "verify": ("verify", "Verify a bundle, and judge its evidence again."),
        "answers": ("answers", "Try generated answers of Alipay+ with a wallet, and shrink what fails."),
        "contracts": ("contracts", "Verify your own contracts (Pact) with Alipay+, and list those of the suite."),
        "serve": ("serve", "Start the simulated Alipay+, or a known MPP as a wallet, for manual work."),
    },
)
"""All commands."""


_ASSERTIONS: Final = 1
"""So much may Python leave out (-O): no verdict stands on an `assert`. Docstrings say what a case is for."""
GARBAGE: Final = (50_000, 20, 100)
"""When Python looks for garbage: little of what is held and judged is some, and looking takes a tenth of a run."""


def main() -> None:
    """Start the command that the command line names; ends the process."""
    if sys.flags.optimize > _ASSERTIONS:
        print(  # noqa: T201  # before anything is imported that prints
            "Error: the suite needs the docstrings of the cases, and this Python leaves them out;"
            " start it without -OO and without PYTHONOPTIMIZE=2",
            file=sys.stderr,
        )
        sys.exit(Exit.USAGE)
    gc.set_threshold(*GARBAGE)
    environment.clean()
    output.install()
    cli.main()
