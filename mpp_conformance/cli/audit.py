"""``audit``: the logs of a wallet in production, judged by the suite's cases."""

import secrets
import shlex
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Final, NoReturn

import click

from mpp_conformance import __version__
from mpp_conformance.cli.exits import ELSEWHERE, Exit, Refusal
from mpp_conformance.cli.forms import JSON, format_option, print_json
from mpp_conformance.cli.progress import Progress
from mpp_conformance.common.resources import directory
from mpp_conformance.common.text import printable
from mpp_conformance.evidence import EvidenceError
from mpp_conformance.ledger import catalogue
from mpp_conformance.report.pages.audit import FORMAT, WORTH_FORMAT
from mpp_conformance.report.run_folder import folder
from mpp_conformance.report.run_folder.folder import RunFolderError
from mpp_conformance.trials.audit import counterexamples, engine, mapping, spark
from mpp_conformance.trials.audit.fold import prepare_fold
from mpp_conformance.trials.audit.logs import EngineError, Logs
from mpp_conformance.trials.audit.mapping import Mapped

DUCKDB: Final = "duckdb"
SPARK: Final = "spark"
_SHOWN: Final = 3
_LINE: Final = 160


@click.command("audit", epilog=ELSEWHERE)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@format_option("audit.md")
@click.option(
    "--into",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Keep counter-examples in this folder, as evidence.",
)
@click.option(
    "--memory",
    default="1GB",
    show_default=True,
    metavar="SIZE",
    help="How much memory DuckDB may use; the rest goes to disk.",
)
@click.option(
    "--work",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Work in this folder, which grows to twice the size of the logs; continue what was interrupted there.",
)
@click.option(
    "--engine",
    type=click.Choice([DUCKDB, SPARK]),
    default=DUCKDB,
    show_default=True,
    help="What reads the logs: DuckDB here, or the session of Apache Spark that `spark-submit` starts this with.",
)
@click.option(
    "--detects", is_flag=True, help="Read no logs; say which faults an audit with these attestations can find."
)
def command(file: Path, form: str, into: Path | None, memory: str, work: Path | None, **how: Any) -> None:
    """Judge the logs that FILE (an audit.toml) names, by every case that a log can answer.

    A message that is missing, repeated or out of order accuses nobody, unless FILE attests that the log is complete,
    counted or ordered. An audit certifies nothing. Exit code 1: a conversation broke a requirement that decides; 5:
    none did. Ctrl-C prints the command that continues the audit later.
    """
    try:
        mapped = mapping.load(file)
    except mapping.AuditFileError as problem:
        raise Refusal(str(problem)) from None
    if how["engine"] == SPARK and work is not None:
        raise click.UsageError("--work is for DuckDB: Spark keeps and repeats its work itself")
    if how["detects"]:
        _worth(mapped, form)
    try:
        if into is not None:
            folder.free_path(into.parent, into.name)
        if how["engine"] == SPARK:
            made, samples = _audited(mapped, spark.open_logs(mapped, file.parent, spark.session()), into)
        else:
            resume = [file, "--format", form, "--memory", memory, *(("--into", into) if into else ())]
            with _working(work, resume) as place, Progress() as progress:
                reading = engine.open_logs(mapped, file.parent, place, memory=memory, watch=progress.show)
                made, samples = _audited(mapped, reading, into)
    except EngineError as problem:
        raise Refusal(f"{printable(str(file))}: the logs cannot be read: {problem}") from None
    except (RunFolderError, EvidenceError) as problem:
        raise Refusal(f"the counter-examples cannot be kept: {problem}") from None
    if form == JSON:
        print_json(made)
    else:
        click.echo("\n".join(_lines(made, samples)))
        if into is not None:
            click.echo(f"evidence     {into}")
    click.get_current_context().exit(_exit(made))


@contextmanager
def _working(work: Path | None, resume: Sequence[object]) -> Iterator[Path]:
    """The folder to work in; ``resume`` is the command line that an interrupted audit goes on with, but for the folder.

    Logs of production stand in it, so what was written is gone once the audit has come to its end.
    """
    try:
        if work is not None:
            work.mkdir(mode=0o700, parents=True, exist_ok=True)
        place = Path(tempfile.mkdtemp(prefix="mpp-audit-")) if work is None else work
    except OSError as problem:
        where = printable(str(work or tempfile.gettempdir()))
        raise Refusal(f"{where} cannot be worked in: {problem.strerror}") from None
    try:
        yield place
    except KeyboardInterrupt:
        again = shlex.join(str(word) for word in ("mpp-conformance", "audit", *resume, "--work", place))
        click.echo(f"interrupted; continue with:\n  {again}", err=True)
        raise
    except BaseException:
        if work is None:
            shutil.rmtree(place, ignore_errors=True)
        raise
    if work is None:
        shutil.rmtree(place, ignore_errors=True)
    else:
        for left in place.glob(f"{engine.FILE}*"):
            left.unlink()


def _audited(
    mapped: Mapped, reading: AbstractContextManager[Logs], into: Path | None
) -> tuple[dict[str, Any], list[str]]:
    """The outcome, as ``audit.json`` has it, and some lines that could not be read."""
    with reading as logs:
        fold = prepare_fold(mapped, logs.facts)
        tally = logs.tally(fold)
        made = {
            "format": FORMAT,
            "version": __version__,
            "suites": catalogue.digest(directory("suites")),
            "mapping": mapped.digest,
            "attested": mapped.observes.claims(),
            "inputs": [one.document() for one in logs.inputs],
            **tally.document(),
            "skipped": dict(logs.skipped),
            "never_exercised": sorted(fold.questions.requirements - set(tally.could)),
            "digest": tally.digest,
        }
        samples = logs.samples()
    kept = None if into is None else folder.create(into.parent, into.name)
    examples = list(counterexamples.find(tally, fold, secrets.token_bytes(32), kept))
    made["counterexamples"] = [example.row for example in examples]
    if kept is not None:
        counterexamples.write(made, examples, kept)
    return made, samples


def _exit(made: Mapping[str, Any]) -> Exit:
    if any(row["erred"] for row in made["requirements"]):
        return Exit.FAULT
    return Exit.FAILS if any(row["broke"] for row in made["requirements"]) else Exit.NOT_PROVEN


def _lines(made: Mapping[str, Any], samples: list[str]) -> Iterator[str]:
    yield f"audit        {made['conversations']} conversations, {made['records']} records"
    for why, count in made["skipped"].items():
        yield f"skipped      {count} records {why}"
    for line in samples:
        yield f"for example  {printable(line, _LINE)}"
    for why, count in made["unasked"].items():
        yield f"not asked    {count} conversations: {why}"
    yield "requirement  could show / showed / broke it"
    for row in made["requirements"]:
        yield f"{row['id']:<13}{row['could_show']} / {row['showed']} / {row['broke']}"
        examples = (one for one in made["counterexamples"] if one["requirement"] == row["id"])
        for one in list(examples)[:_SHOWN]:
            yield f"             {printable(one['conversation'], _LINE)}"
            yield f"             expected {one['expected']}; seen {one['seen']}"
    yield f"never shown  {', '.join(made['never_exercised']) or 'none'}"
    yield f"digest       {made['digest']}"
    yield f"result       {_result(made)}"


def _result(made: Mapping[str, Any]) -> str:
    erred, broke = ([row["id"] for row in made["requirements"] if row[name]] for name in ("erred", "broke"))
    if erred:
        return f"cases of {', '.join(erred)} could not judge: a fault of the suite"
    told = f"broken in {made['broken']} conversations: {', '.join(broke)}"
    return told if broke else "nothing was seen to be broken, which certifies nothing"


def _worth(mapped: Mapped, form: str) -> NoReturn:
    """Print what the cabinet says of such an audit; ends with 0 if no conforming MPP is accused."""
    from mpp_conformance.trials.audit import worth  # noqa: PLC0415  # the cabinet takes a while to import

    found = worth.detection(mapped)
    if form == JSON:
        counts = {"conforming": len(found.conforming), "faulty": len(found.faulty)}
        named = {"accused": list(found.accused), "named": list(found.named)}
        print_json({"format": WORTH_FORMAT, "version": __version__, **counts, **named})
    else:
        click.echo(f"accused      {len(found.accused)} of {len(found.conforming)} conforming MPPs")
        click.echo(f"named        {len(found.named)} of {len(found.faulty)} faulty MPPs, by logs of every scenario")
    click.get_current_context().exit(Exit.FAULT if found.accused else Exit.CONFORMS)
