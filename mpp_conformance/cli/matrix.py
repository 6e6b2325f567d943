"""``matrix``: every known MPP before every case, and what that says of the suite."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NoReturn

import click

from mpp_conformance import __version__
from mpp_conformance.cli.exits import Exit, Refusal, explained
from mpp_conformance.cli.forms import format_option
from mpp_conformance.common import canonical
from mpp_conformance.common.resources import directory
from mpp_conformance.ledger.catalogue import digest
from mpp_conformance.protocol.limits import DEFAULT_EDITION
from mpp_conformance.report.allure.node import cache
from mpp_conformance.report.pages import kill_matrix
from mpp_conformance.report.run_folder.folder import RunFolder, RunFolderError
from mpp_conformance.scenarios.observation import POINTS, observed
from mpp_conformance.trials import cabinet

_MAX_KEPT: Final = 64 * 1024 * 1024


@click.command("matrix", epilog=explained())
@format_option("kill-matrix-json.md")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("reports"),
    show_default=True,
    help=f"Where {kill_matrix.JSON_FILE} and {kill_matrix.HTML_FILE} are written.",
)
@click.option(
    "--observes",
    metavar="POINTS",
    help=f"Judge by what is seen at these points alone, comma-separated: {', '.join(POINTS)}.",
)
def command(form: str, out: Path, observes: str | None) -> None:
    """Hold every known MPP against every case, to show that the suite fails each faulty one and nobody else.

    Beside that: which case could go without any fault surviving it, and in which nobody ever fails. Exit code 0 means
    that every fault is killed, no conforming MPP is, and each case is there for something.
    """
    if observes is not None:
        _visibility(observes)
    made = _made()
    written = json.dumps(made, indent=1, ensure_ascii=True) + "\n"
    files = _written(out, {kill_matrix.JSON_FILE: written, kill_matrix.HTML_FILE: kill_matrix.page(made)})
    if form == "json":
        click.echo(written, nl=False)
    else:
        for line in (*text(made), f"written      {', '.join(map(str, files))}"):
            click.echo(line)
    click.get_current_context().exit(Exit.CONFORMS if made["sound"] else Exit.FAULT)


def _visibility(points: str) -> NoReturn:
    """Print what a judge is worth who sees these points only; ends with 0 if no conforming MPP is accused."""
    try:
        found = cabinet.visible(observed(point.strip() for point in points.split(",")))
    except ValueError as problem:
        raise click.BadParameter(str(problem), param_hint="--observes") from None
    click.echo(f"observed     {points}")
    click.echo(f"accused      {len(found.accused)} of {len(found.conforming)} conforming MPPs")
    click.echo(f"named        {len(found.named)} of {len(found.faulty)} faulty MPPs fail a requirement that decides")
    click.get_current_context().exit(Exit.FAULT if found.accused else Exit.CONFORMS)


def of_this_suite(say: Callable[[str], None]) -> Mapping[str, Any]:
    """The kill matrix of this very build of the suite, made when it is asked for first, and kept for this user."""
    place = cache() / f"kill-matrix-{_build()}.json"
    with suppress(OSError, canonical.NotCanonicalError):
        found = canonical.parse(place.read_bytes(), limit=_MAX_KEPT)
        if isinstance(found, dict) and found.get("format") == kill_matrix.FORMAT:
            return found
    say("every known MPP is held against every case, once for this build of the suite (about 20 s)")
    made = _made()
    with suppress(OSError, RunFolderError):
        place.parent.mkdir(parents=True, exist_ok=True)
        RunFolder(place.parent).write(place.name, canonical.dump(made))
    return made


def _made() -> dict[str, Any]:
    suites = digest(directory("suites"))
    return kill_matrix.document(cabinet.matrix(), version=__version__, edition=DEFAULT_EDITION, suites=suites)


def _build() -> str:
    """A name for what decides the matrix: the suite, and the reasons for which cases are kept."""
    suites = directory("suites")
    reasons = hashlib.sha256((suites / cabinet.KEPT).read_bytes()).hexdigest()
    return f"{digest(suites)[:32]}-{reasons[:32]}"


def _written(out: Path, files: Mapping[str, str]) -> list[Path]:
    try:
        out.mkdir(parents=True, exist_ok=True)
        return [RunFolder(out).write(name, text.encode()) for name, text in files.items()]
    except RunFolderError as problem:
        raise Refusal(str(problem)) from None
    except OSError as problem:
        raise Refusal(f"{str(out)!a} cannot be made a directory ({problem.strerror})") from None


def text(made: Mapping[str, Any]) -> Iterator[str]:
    """What ``--format text`` prints of a document of :mod:`mpp_conformance.report.pages.kill_matrix`."""
    counts = made["counts"]
    passing = counts["conforming"] - len(made["wrongly_killed"])
    unreasoned = [row["case"] for row in made["unneeded"] if not row["reason"]]
    kept = len(made["unneeded"]) - len(unreasoned)
    yield f"kill matrix  {counts['faulty']} faulty MPPs x {counts['cases']} cases ({counts['rows']} rows each)"
    yield (
        f"killed       {counts['killed']} of {counts['faulty']}: {counts['killed_by_failing']} fail, "
        f"{counts['killed_by_lack_of_proof']} for lack of proof, {counts['killed_by_observation']} observed"
    )
    yield from _listed("survivors", (_fate(row) for row in made["survivors"]))
    yield f"conforming   {passing} of {counts['conforming']} pass everything"
    yield from _listed("wrongly hit", (_fate(row) for row in made["wrongly_killed"]))
    yield from _listed("misnamed", (f"{row['specimen']}: {row['how']}" for row in made["misnamed"]))
    yield from _listed("cannot fail", made["toothless"])
    yield from _listed("unneeded", unreasoned)
    yield f"kept         {kept} more unneeded cases, each for a reason (suites/{cabinet.KEPT})"
    yield from _listed("stale", made["stale"])
    yield from _listed("idle rows", (f"{row['case']}[{row['scenario']}]" for row in made["idle_rows"]))
    yield f"result       the suite {'is sound' if made['sound'] else 'is not sound'}"


def _fate(row: Mapping[str, str]) -> str:
    return f"{row['specimen']}: {row['outcome']}, and {row['due']} is due"


def _listed(head: str, lines: Iterable[str]) -> Iterator[str]:
    """One line each, the first beside its head; ``none`` where there is nothing to list."""
    for number, line in enumerate([*lines] or ["none"]):
        yield f"{'' if number else head:<13}{line}"
