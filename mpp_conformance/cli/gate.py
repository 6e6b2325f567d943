"""``gate``: whether a run may pass, with the waivers that an owner has signed."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from mpp_conformance.cli.exits import Exit, Refusal, explained
from mpp_conformance.report import gate, html, kept, waivers
from mpp_conformance.report.folder import RunFolder, RunFolderError
from mpp_conformance.report.language import TAGS, language
from mpp_conformance.report.text import printable

_WIDTH = 400


@click.command("gate", epilog=explained())
@click.argument("run", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--waivers",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path(waivers.FILE),
    show_default=True,
    help="The wallet's waivers; without the file there are none (docs/waivers.md).",
)
@click.option("--lang", type=click.Choice(TAGS), default=TAGS[0], show_default=True, help="The language.")
@click.pass_context
def command(context: click.Context, run: Path, file: Path, lang: str) -> None:
    """Say whether the run in the folder RUN passes the gate, before and after the wallet's waivers.

    Exit code 0: the gate is open; 1: it is closed. RUN/gate.json keeps what was decided, and every form of the report
    that is made from then on (`report html`, `report export`) tells of it. The certificate is never touched: `overall`
    of the verdict file stays what it is.
    """
    try:
        verdicts = kept.verdicts(run)
        made = gate.judged(verdicts, _read(file), datetime.now(UTC))
        before = _before(run, verdicts)
        RunFolder(run).write(gate.FILE, gate.encode(made))
    except (kept.KeptError, RunFolderError) as problem:
        raise Refusal(str(problem)) from None
    except (KeyError, TypeError, AttributeError) as problem:
        raise Refusal(f"the verdict file lacks what is looked at: {problem!r}") from None
    if before != _undated(made) and (run / html.FILE).exists():
        click.echo(
            f"reports      in {run} tell of it when `report html`, `markdown`, `export` and `allure` make them anew"
        )
    for line in gate.lines(made, language(lang)):
        click.echo(printable(line, _WIDTH))
    context.exit(Exit.CONFORMS if made.told["after"] == gate.OPEN else Exit.FAILS)


def _before(run: Path, verdicts: dict[str, Any]) -> dict[str, Any]:
    """What the reports in the folder tell of a gate."""
    try:
        return _undated(kept.gate_of(run, verdicts))
    except kept.KeptError:
        return {}


def _undated(made: gate.Gate) -> dict[str, Any]:
    return {name: value for name, value in made.told.items() if name != "at"}


def _read(file: Path) -> waivers.WaiverFile:
    return parsed(file) if file.exists() else waivers.WaiverFile({}, ())


def parsed(file: Path) -> waivers.WaiverFile:
    """The waivers in a file; Refusal says what is wrong with it."""
    try:
        return waivers.load(file)
    except waivers.WaiverFileError as problem:
        raise Refusal(str(problem)) from None
