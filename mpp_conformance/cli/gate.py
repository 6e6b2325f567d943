"""``gate``: whether a run may pass, with the waivers that an owner has signed."""

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from mpp_conformance.cli.exits import Exit, Refusal, explained
from mpp_conformance.report import kept, waivers
from mpp_conformance.report.folder import RunFolder, RunFolderError
from mpp_conformance.report.text import printable

FILE = "gate.json"
_WIDTH = 400


@click.command("gate", epilog=explained())
@click.argument("run", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--waivers",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("waivers.toml"),
    show_default=True,
    help="The wallet's waivers; without the file there are none (docs/waivers.md).",
)
@click.pass_context
def command(context: click.Context, run: Path, file: Path) -> None:
    """Say whether the run in the folder RUN passes the gate, before and after the wallet's waivers.

    Exit code 0: the gate is open; 1: it is closed. RUN/gate.json keeps what was decided. The certificate is never
    touched: `overall` of the verdict file stays what it is.
    """
    try:
        verdicts = kept.verdicts(run)
        made = waivers.applied(verdicts, _read(file), datetime.now(UTC))
        RunFolder(run).write(FILE, (json.dumps(made, indent=1, ensure_ascii=True) + "\n").encode("ascii"))
    except (kept.KeptError, RunFolderError) as problem:
        raise Refusal(str(problem)) from None
    except (KeyError, TypeError, AttributeError) as problem:
        raise Refusal(f"the verdict file lacks what is looked at: {problem!r}") from None
    for line in waivers.lines(made):
        click.echo(printable(line, _WIDTH))
    context.exit(Exit.CONFORMS if made["after"] == "open" else Exit.FAILS)


def _read(file: Path) -> waivers.WaiverFile:
    if not file.exists():
        return waivers.WaiverFile({}, ())
    return parsed(file)


def parsed(file: Path) -> waivers.WaiverFile:
    """The waivers in a file; Refusal says what is wrong with it."""
    try:
        with file.open("rb") as content:
            return waivers.read(content.read(waivers.MAX_BYTES + 1))
    except OSError as problem:
        raise Refusal(f"{file} cannot be read ({problem.strerror})") from None
    except waivers.WaiverFileError as problem:
        raise Refusal("\n".join(f"{file}: {words}" for words in problem.problems)) from None
