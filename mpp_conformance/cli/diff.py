"""``diff``: what has changed between two runs, and what can be the reason."""

from pathlib import Path

import click

from mpp_conformance.cli.exits import ELSEWHERE, Exit, Refusal
from mpp_conformance.cli.forms import format_option, print_json
from mpp_conformance.common.text import printable
from mpp_conformance.report.checks import run_difference
from mpp_conformance.report.run_folder import reading

_RUN = click.Path(path_type=Path, exists=True, file_okay=False)
_WIDTH = 400


@click.command("diff", epilog=ELSEWHERE)
@click.argument("old", type=_RUN)
@click.argument("new", type=_RUN)
@click.option("--cases", is_flag=True, help="Also print each case whose verdict differs; JSON always has them.")
@format_option("diff-json.md")
@click.pass_context
def command(context: click.Context, old: Path, new: Path, form: str, *, cases: bool) -> None:
    """Show how the verdicts of the run NEW differ from those of the run OLD: in numbers, then by requirement.

    It also names what can be the reason: the wallet alone if nothing else has changed; otherwise also the suite, the
    edition of the limits or the claims. Exit code 0: every verdict is the same; 1: one differs.
    """
    try:
        made = run_difference.document_of(reading.verdicts(old), reading.verdicts(new))
    except reading.KeptError as problem:
        raise Refusal(str(problem)) from None
    except (KeyError, TypeError, AttributeError) as problem:
        raise Refusal(f"a verdict file lacks a member that `diff` needs: {problem!r}") from None
    if form == "json":
        print_json(made)
    else:
        for line in run_difference.lines(made, cases=cases):
            click.echo(printable(line, _WIDTH))
    context.exit(Exit.CONFORMS if made["same"] else Exit.FAILS)
