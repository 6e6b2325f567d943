"""``report``: further forms of a report, made from a run's folder."""

from pathlib import Path

import click

from mpp_conformance.cli.exits import Refusal, explained
from mpp_conformance.report.allure import generator
from mpp_conformance.report.allure.node import GeneratorError
from mpp_conformance.report.allure.results import DIRECTORY


@click.group("report")
def command() -> None:
    """Make further forms of a report from a run's folder."""


@command.command("allure", epilog=explained())
@click.argument("run", type=click.Path(path_type=Path, exists=True, file_okay=False))
def allure(run: Path) -> None:
    """Make RUN/allure.html: the run in Allure 3, one file that opens from disk and loads nothing.

    Allure's generator needs Node. The one on PATH is used, else pip installs one; the generator itself is installed by
    npm. Both happen once, into this user's cache ($MPP_CONFORMANCE_CACHE names another folder).
    """
    try:
        made = generator.generate(run, lambda words: click.echo(f"allure       {words}"))
    except (GeneratorError, OSError) as problem:
        raise Refusal(f"{generator.FILE} is not made: {problem}") from None
    click.echo(f"allure       {made}")


def attempt(run: Path) -> None:
    """Make the page if that is possible; if not, say why, and that the results are there."""
    try:
        made = generator.generate(run, lambda words: click.echo(f"allure       {words}"))
    except (GeneratorError, OSError) as problem:
        results = run / DIRECTORY
        click.echo(f"allure       {generator.FILE} is not made: {problem}. The results for it are in {results}")
    else:
        click.echo(f"allure       {made}")
