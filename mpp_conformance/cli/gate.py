"""``gate``: whether a run may pass, with the waivers that an owner has signed."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from mpp_conformance.cli.exits import ELSEWHERE, Exit, Refusal
from mpp_conformance.common.text import printable
from mpp_conformance.report.gate import decision, waivers
from mpp_conformance.report.gate.outcome import OPEN, Gate
from mpp_conformance.report.languages.language import TAGS, language
from mpp_conformance.report.pages import html, terminal
from mpp_conformance.report.run_folder import reading
from mpp_conformance.report.run_folder.folder import RunFolder, RunFolderError

_WIDTH = 400


@click.command("gate", epilog=ELSEWHERE)
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
    """Say whether the run in the folder RUN passes the gate, with the wallet's waivers.

    Exit code 0: the gate is open; 1: it is closed. RUN/gate.json keeps the decision, and every form of the report that
    you make afterwards (`report html`, `report export`) shows it. The result of the run never changes: `overall` in the
    verdict file stays as it is.
    """
    try:
        verdicts = reading.verdicts(run)
        made = decision.decide(verdicts, _read(file), datetime.now(UTC))
        before = _before(run, verdicts)
        RunFolder(run).write(decision.FILE, decision.encode(made))
    except (reading.KeptError, RunFolderError) as problem:
        raise Refusal(str(problem)) from None
    except (KeyError, TypeError, AttributeError) as problem:
        raise Refusal(f"the verdict file lacks a member that `gate` needs: {problem!r}") from None
    if before != _undated(made) and (run / html.FILE).exists():
        click.echo(
            f"reports      the reports in {run} do not show this decision yet: make them again with `report html`, "
            "`report markdown`, `report export` and `report allure`"
        )
    say = language(lang)
    for text in (terminal.line(say("result"), say(verdicts["result"])), *terminal.gate_lines(made, say)):
        click.echo(printable(text, _WIDTH))
    context.exit(Exit.CONFORMS if made.told["after"] == OPEN else Exit.FAILS)


def _before(run: Path, verdicts: dict[str, Any]) -> dict[str, Any]:
    """What the reports in the folder tell of a gate."""
    try:
        return _undated(reading.gate_of(run, verdicts))
    except reading.KeptError:
        return {}


def _undated(made: Gate) -> dict[str, Any]:
    return {name: value for name, value in made.told.items() if name != "at"}


def _read(file: Path) -> waivers.WaiverFile:
    return parse_waivers(file) if file.exists() else waivers.WaiverFile({}, ())


def parse_waivers(file: Path) -> waivers.WaiverFile:
    """The waivers in a file; Refusal says what is wrong with it."""
    try:
        return waivers.load(file)
    except waivers.WaiverFileError as problem:
        raise Refusal(str(problem)) from None
