"""The command line. One module a command, imported when it is needed: ``--help`` is not to cost what a run costs.

Rules of this floor: a mistake of the user's is one paragraph that says what was expected, what was seen, where, and
the likely slip; it is never a traceback. Exit codes are in :mod:`mpp_conformance.cli.exits` and nowhere else.
"""

import sys
from typing import Final

from mpp_conformance.cli import environment, output
from mpp_conformance.cli.commands import Commands
from mpp_conformance.cli.exits import Exit

cli = Commands(
    "mpp-conformance",
    modules={
        "certify": ("certify", "Certify the reference MPP over HTTP: shows that the suite works here."),
        "init": ("init", "Write a wallet.toml to fill in, and a key pair beside it."),
        "doctor": ("doctor", "Try out what wallet.toml says, before a run."),
        "run": ("run", "Certify a wallet: hold all conversations, judge them, write the report."),
        "load": ("load", "Show what breaks when many use an MPP at once."),
        "rejudge": ("rejudge", "Derive the verdicts of a run again from its evidence alone, and compare."),
        "leakscan": ("leakscan", "Look through a run or a bundle for keys and customers that should not be in it."),
        "report": ("report", "Make a run's report in further forms and languages, and check what it must hold."),
        "list": ("listing", "Show requirements and cases, and which of them apply to a wallet."),
        "faults": ("faults", "Show what the simulated Alipay+ can do wrong, and which cases have an MPP meet it."),
        "schema": ("schema", "Print the JSON Schemas of wallet.toml, of what a run writes, and of --format json."),
        "coverage": ("coverage", "Show how much of the state model the cases cover, and what they do not."),
        "matrix": ("matrix", "Show that the suite fails every known faulty MPP, and nobody else."),
        "audit": ("audit", "Judge the logs of a wallet in production; certifies nothing."),
        "gate": ("gate", "Say whether a run passes, with the waivers that an owner has signed."),
        "waive": ("waive", "Sign a waiver."),
        "diff": ("diff", "Show what has changed between two runs, and what can be the reason."),
        "keygen": ("keygen", "Make a key to sign bundles with."),
        "bundle": ("bundle", "Make one signed file of a run, for whoever was not there."),
        "verify": ("verify", "Verify such a file, and judge its evidence again."),
        "answers": ("answers", "Try answers of Alipay+ that nobody wrote with a wallet, and shrink what fails."),
        "contracts": ("contracts", "Verify contracts (Pact) of your own with Alipay+, and list those of the suite."),
        "serve": ("serve", "Keep the simulated Alipay+, or a known MPP as a wallet, up for manual work."),
    },
)
"""All commands."""


_ASSERTIONS: Final = 1
"""So much may Python leave out (-O): no verdict stands on an `assert`. Docstrings say what a case is for."""


def main() -> None:
    """Start the command that the command line names; ends the process."""
    if sys.flags.optimize > _ASSERTIONS:
        print(  # noqa: T201  # before anything is imported that prints
            "Error: the suite needs the docstrings of the cases, and this Python leaves them out;"
            " start it without -OO and without PYTHONOPTIMIZE=2",
            file=sys.stderr,
        )
        sys.exit(Exit.USAGE)
    environment.clean()
    output.install()
    cli.main()
