"""A group of commands whose modules are imported when they are called, and which ends with our exit codes."""

import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, Final, NoReturn

import click

from mpp_conformance import __version__
from mpp_conformance.cli.exits import Exit, explained

DEBUG: Final = "MPP_CONFORMANCE_DEBUG"
"""With this environment variable set, a fault of the suite prints its traceback."""

_ABOUT: Final = """Find out whether a Mobile Payment Partner (MPP) handles Alipay+ codes as its documents ask.

Begin with `certify`, which tests the reference MPP that comes with the suite. For a wallet of your own: `init`,
then fill in wallet.toml, then `doctor`, then `run`.
"""


class Commands(click.Group):
    """The commands in ``modules``: command name -> module of this package that has a ``command``, and what it does."""

    def __init__(self, name: str, modules: Mapping[str, tuple[str, str]]) -> None:
        settings = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
        super().__init__(name, help=_ABOUT, epilog=explained(), context_settings=settings)
        self._modules = modules
        click.version_option(__version__, message="mpp-conformance %(version)s")(self)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """The names, in the order in which a newcomer needs them."""
        return list(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # likewise
        """Import and return a command; ``None`` for an unknown name."""
        if cmd_name not in self._modules:
            return None
        module, _ = self._modules[cmd_name]
        command: click.Command = import_module(f"mpp_conformance.cli.{module}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # likewise
        """List the commands without importing one."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, what) for name, (_, what) in self._modules.items()])

    def main(  # click's signature
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: ARG002, FBT001, FBT002  # there is one way to end
        **extra: Any,
    ) -> NoReturn:
        """Run the command that ``args`` name and end the process with its exit code."""
        sys.exit(self._ended(args, prog_name or self.name, complete_var, extra))

    def _ended(
        self, args: Sequence[str] | None, prog_name: str | None, complete_var: str | None, extra: dict[str, Any]
    ) -> int:
        try:
            code = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except click.ClickException as problem:
            problem.show()
            return problem.exit_code
        except (click.Abort, KeyboardInterrupt):
            click.echo("interrupted", err=True)
            return Exit.NOT_PROVEN
        except Exception as problem:  # noqa: BLE001  # whatever escapes a command is the suite's fault, and said so
            if os.environ.get(DEBUG):
                traceback.print_exc()
            click.echo(_fault(problem), err=True)
            return Exit.FAULT
        return code if isinstance(code, int) else Exit.CONFORMS


def _fault(problem: Exception) -> str:
    words = ascii(str(problem))[1:-1] or "no further words"
    return (
        f"Error: this is a fault of the suite, not of the wallet: {type(problem).__name__}: {words}\n"
        f"Set {DEBUG}=1 to see where it arose."
    )
