"""A group of commands whose modules are imported when they are called, and which ends with our exit codes."""

import errno
import os
import signal
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, Final, NoReturn

import click

from mpp_conformance import __version__
from mpp_conformance.cli import output
from mpp_conformance.cli.exits import Exit, Refusal, exit_codes_help

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
        super().__init__(name, help=_ABOUT, epilog=exit_codes_help(), context_settings=settings)
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
        _let_go()
        code = self._ended(args, prog_name or self.name, complete_var, extra)
        lost = output.loss()
        if lost is not None:
            click.echo(f"Error: standard output could not be written: {lost.strerror}", err=True)
            code = code or Exit.FAULT
        sys.exit(int(code))

    def _ended(
        self, args: Sequence[str] | None, prog_name: str | None, complete_var: str | None, extra: dict[str, Any]
    ) -> Exit:
        """An exit code of ours: a library that ends the process, or has a code of its own, says nothing of an MPP."""
        try:
            code = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except click.ClickException as problem:
            problem.show()
            return _OF_CLICK.get(type(problem).exit_code, Exit.FAULT)
        except (click.Abort, KeyboardInterrupt):
            click.echo("interrupted", err=True)
            return Exit.NOT_PROVEN
        except (Exception, SystemExit) as problem:  # noqa: BLE001  # whatever escapes a command is said, and not a verdict
            if os.environ.get(DEBUG):
                traceback.print_exc()
            click.echo(_fault(problem), err=True)
            return Exit.FAULT
        if isinstance(code, Exit):
            return code
        return Exit.FAULT if code else Exit.CONFORMS


_OF_CLICK: Final = {int(Exit.USAGE): Exit.USAGE, Refusal.exit_code: Exit.CONFIGURATION}
_OF_THE_MACHINE: Final = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE}


def _let_go() -> None:
    """End as with Ctrl-C, whoever asks for it: a job that is cancelled, or a terminal that closes."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL and _is_main():
            signal.signal(number, _interrupted)


def _is_main() -> bool:
    return threading.current_thread() is threading.main_thread()


def _interrupted(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _fault(problem: BaseException) -> str:
    words = ascii(str(problem))[1:-1] or "no further words"
    if isinstance(problem, OSError) and problem.errno in _OF_THE_MACHINE:
        place = f": {ascii(str(problem.filename))[1:-1]}" if problem.filename else ""
        return f"Error: this machine lacks the resources that the command needs: {problem.strerror}{place}"
    return (
        f"Error: this is a fault of the suite, not of the wallet: {type(problem).__name__}: {words}\n"
        f"Set {DEBUG}=1 to see where it arose."
    )
