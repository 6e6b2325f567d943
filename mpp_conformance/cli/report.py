"""``report``: further forms of a report, made from a run's folder."""

from pathlib import Path
from typing import Any

import click

from mpp_conformance.cli import output
from mpp_conformance.cli.exits import ELSEWHERE, Exit, Refusal
from mpp_conformance.common.text import column, printable
from mpp_conformance.judging.trace import Trace
from mpp_conformance.report.allure import generator
from mpp_conformance.report.allure.node import GeneratorError
from mpp_conformance.report.allure.results import DIRECTORY
from mpp_conformance.report.checks import recount, reproduction
from mpp_conformance.report.exports import EXPORTS, annotations
from mpp_conformance.report.gate.outcome import Gate
from mpp_conformance.report.languages.language import TAGS, language
from mpp_conformance.report.pages import html, iso_17025, markdown, pdf
from mpp_conformance.report.run_folder import reading
from mpp_conformance.report.run_folder.folder import RunFolder, RunFolderError
from mpp_conformance.report.verdict_file import document
from mpp_conformance.report.verdict_file.document import VerdictFileError

_WIDTH = 160
_lang = click.option("--lang", type=click.Choice(TAGS), default=TAGS[0], show_default=True, help="The language.")

_run = click.argument("run", type=click.Path(path_type=Path, exists=True, file_okay=False))


@click.group("report")
def command() -> None:
    """Make further forms of the report from a run's folder."""


@command.command("html", short_help="Make report.html again, in either language.", epilog=ELSEWHERE)
@_run
@_lang
def page(run: Path, lang: str) -> None:
    """Make RUN/report.html again, from the verdict file and the evidence in RUN.

    It judges nothing: every verdict is that of the verdict file. It lists a conversation without its diagram if the
    evidence is missing, or is not what the verdict file says.
    """
    verdicts, gate, traces = _read(run)
    try:
        made = RunFolder(run).write(html.FILE, html.render(verdicts, traces, language(lang), gate).encode())
    except (VerdictFileError, RunFolderError) as problem:
        raise Refusal(str(problem)) from None
    click.echo(f"report       {made}")


@command.command("markdown", short_help="Make report.md again, in either language.", epilog=ELSEWHERE)
@_run
@_lang
def short(run: Path, lang: str) -> None:
    """Make RUN/report.md again, from the verdict file in RUN."""
    try:
        verdicts, gate = _verdicts(run)
        made = RunFolder(run).write(markdown.FILE, markdown.render(verdicts, language(lang), gate).encode())
    except (VerdictFileError, RunFolderError) as problem:
        raise Refusal(str(problem)) from None
    click.echo(f"report       {made}")


@command.command("pdf", short_help="Make report.pdf, for paper.", epilog=ELSEWHERE)
@_run
@_lang
@click.option("--full", is_flag=True, help="Print everything, each case and each conversation: hundreds of pages.")
def make_pdf(*, run: Path, lang: str, full: bool) -> None:
    """Make RUN/report.pdf for paper: the summary, the requirements, what failed, and the limits; at most 40 pages.

    It needs WeasyPrint (pip install 'mpp-conformance[pdf]'), which needs Pango from the system, and for Chinese a font
    that has Chinese.
    """
    form = html.Form.PAPER if full else html.Form.SUMMARY
    verdicts, gate, traces = _read(run)
    try:
        images = reading.images(run, verdicts)
        data, boxes = pdf.render_pdf(html.render(verdicts, traces, language(lang), gate, form, images=images))
        made = RunFolder(run).write(pdf.FILE, data)
    except (pdf.PdfError, VerdictFileError, RunFolderError) as problem:
        raise Refusal(f"{pdf.FILE} is not made: {problem}") from None
    if boxes:
        click.echo(f"pdf          no font on this machine has a glyph for {boxes} characters that the wallet was sent")
    click.echo(f"pdf          {made}")


@command.command("audit", short_help="Check the report against ISO/IEC 17025.", epilog=ELSEWHERE)
@_run
@_lang
@click.pass_context
def audit_report(context: click.Context, run: Path, lang: str) -> None:
    """Check, item by item, that the report contains what ISO/IEC 17025 (7.8.2.1 and 7.8.6) demands.

    It looks for every item in the run's verdict file. Exit code 0 means that no item is missing.
    """
    say = language(lang)
    try:
        found = iso_17025.items(reading.verdicts(run), say)
    except reading.KeptError as problem:
        raise Refusal(str(problem)) from None
    except (KeyError, TypeError, AttributeError) as problem:
        raise Refusal(f"{run / document.FILE} lacks what a report shows: {problem!r}") from None
    for item in found:
        asked = say("say it in wallet.toml, [report] {field}", field=item.field)
        advice = asked if item.field else say("the verdict file does not say it")
        told = say("{name}: {what}", name=item.asked, what=printable(item.found, _WIDTH) if item.found else advice)
        click.echo(f"{column(say('ok') if item.found else say('missing'), 9)}{item.clause:<11}{told}")
    there = sum(bool(item.found) for item in found)
    result = say("{part} of {whole} items are there", part=there, whole=len(found))
    click.echo(f"{column(say('result'), 9)}{result}")
    context.exit(Exit.CONFORMS if there == len(found) else Exit.NOT_PROVEN)


def _verdicts(run: Path) -> tuple[dict[str, Any], Gate]:
    """The verdict file of a run and its gate."""
    try:
        verdicts = reading.verdicts(run)
        return verdicts, reading.gate_of(run, verdicts)
    except reading.KeptError as problem:
        raise Refusal(str(problem)) from None
    except (KeyError, TypeError, AttributeError) as problem:
        raise Refusal(f"{run / document.FILE} lacks what a report shows: {problem!r}") from None


def _read(run: Path) -> tuple[dict[str, Any], Gate, dict[str, Trace]]:
    """The verdict file of a run, its gate, and what of its evidence is sound; says which is not."""
    verdicts, gate = _verdicts(run)
    try:
        found = reading.traces(run, reading.names(verdicts))
    except reading.KeptError as problem:
        raise Refusal(str(problem)) from None
    except (KeyError, TypeError, AttributeError) as problem:
        raise Refusal(f"{run / document.FILE} lacks what a report shows: {problem!r}") from None
    for words in found.problems:
        click.echo(f"evidence     {words}")
    return verdicts, gate, found.traces


@command.command("export", short_help="Write CSV, CTRF, GitLab, JUnit and OSCAL.", epilog=ELSEWHERE)
@_run
@click.option(
    "--format",
    "form",
    type=click.Choice(sorted(EXPORTS)),
    multiple=True,
    help="csv (a table), ctrf (ctrf.io), gitlab (code quality), junit (CI servers), oscal (NIST assessment results); "
    "all of them without this.",
)
def export(run: Path, form: tuple[str, ...]) -> None:
    """Write the run in formats of other tools, into the folder RUN, each made from its verdict file."""
    try:
        verdicts, gate, traces = _read(run)
        for name in form or sorted(EXPORTS):
            made = RunFolder(run).write(EXPORTS[name].file, EXPORTS[name].render(verdicts, gate, traces))
            click.echo(f"{name:<13}{made}")
    except (VerdictFileError, RunFolderError) as problem:
        raise Refusal(str(problem)) from None


@command.command("annotate", short_help="Print annotations for GitHub Actions.", epilog=ELSEWHERE)
@_run
def annotate(run: Path) -> None:
    """Print an annotation for each requirement that did not pass, as GitHub Actions reads them from a job's log."""
    try:
        lines = list(annotations.github(*_verdicts(run)))
    except (KeyError, TypeError, AttributeError) as problem:
        raise Refusal(f"{run / document.FILE} lacks what a report shows: {problem!r}") from None
    with output.commands():
        click.echo("\n".join(lines))


@command.command("check", short_help="Compare every form with the verdict file.", epilog=ELSEWHERE)
@_run
@click.pass_context
def check(context: click.Context, run: Path) -> None:
    """Compare every form of the run with the verdict file.

    It counts the cases in the forms for programs, Allure's results included. It makes the pages and the exports again,
    in each language, and compares every character. It names what differs from machine to machine and cannot be compared
    (report.pdf, allure.html).

    Exit code 0: all forms in RUN have the same cases and the same verdicts; 1: one does not.
    """
    try:
        found = dict(recount.forms(run))
        for name, difference in reproduction.differences(run):
            if difference and not found.get(name):
                found[name] = [difference, reproduction.advice(name, run)]
            found.setdefault(name, [])
    except (reading.KeptError, VerdictFileError, OSError) as problem:
        raise Refusal(str(problem)) from None
    for name, differences in found.items():
        click.echo(f"{'differs' if differences else 'ok':<9}{name}")
        for words in differences:
            click.echo(f"         {words}")
    for name in reproduction.forms_not_compared(run):
        click.echo(f"unread   {name}: no two machines make it alike")
    wrong = sum(map(bool, found.values()))
    click.echo(f"result   {len(found) - wrong} of {len(found)} forms say what {document.FILE} says")
    context.exit(Exit.FAILS if wrong or not found else Exit.CONFORMS)


@command.command("allure", short_help="Make allure.html, one file; needs Node.", epilog=ELSEWHERE)
@_run
@_lang
def allure(run: Path, lang: str) -> None:
    """Make RUN/allure.html: the run in Allure 3, one file that opens from disk and loads nothing.

    It first writes the results in RUN/allure-results again, with what `gate` has decided since. If another build of
    the suite judged the run, the results stay as they are.

    Allure's generator needs Node: the command uses the one on PATH, or lets pip install one. npm installs the
    generator. Both happen once, into this user's cache ($MPP_CONFORMANCE_CACHE names another folder).
    """
    from mpp_conformance.report.allure.reproduction import RemakingError, write_anew  # noqa: PLC0415  # loads the suites

    try:
        if (run / DIRECTORY).is_dir():
            write_anew(run, language(lang))
    except (RemakingError, reading.KeptError, OSError) as problem:
        click.echo(f"allure       {run / DIRECTORY} stays as it is: {problem}")
    try:
        made = generator.generate(run, lambda words: click.echo(f"allure       {words}"), lang)
    except (GeneratorError, OSError) as problem:
        raise Refusal(f"{generator.FILE} is not made: {problem}") from None
    click.echo(f"allure       {made}")


def attempt(run: Path, lang: str) -> None:
    """Make the page if that is possible; if not, say why, and that the results are there."""
    try:
        made = generator.generate(run, lambda words: click.echo(f"allure       {words}"), lang)
    except (GeneratorError, OSError) as problem:
        results = run / DIRECTORY
        click.echo(f"allure       {generator.FILE} is not made: {problem}. The results for it are in {results}")
    else:
        click.echo(f"allure       {made}")
