"""``matrix``: every known MPP before every case, and what that says of the suite."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NoReturn

import click

from mpp_conformance import __version__
from mpp_conformance.cli.exits import ELSEWHERE, Exit, Refusal
from mpp_conformance.cli.forms import format_option
from mpp_conformance.common import canonical
from mpp_conformance.common.resources import directory
from mpp_conformance.common.text import json_text
from mpp_conformance.ledger.catalogue import digest
from mpp_conformance.protocol.limits import DEFAULT_EDITION
from mpp_conformance.report.allure.node import GeneratorError, cache
from mpp_conformance.report.pages import kill_matrix
from mpp_conformance.report.run_folder.folder import RunFolder, RunFolderError
from mpp_conformance.scenarios.observation import POINTS, observing
from mpp_conformance.trials import cabinet

_MAX_KEPT: Final = 64 * 1024 * 1024


@click.command("matrix", epilog=ELSEWHERE)
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
@click.option("--causes", is_flag=True, help="Also print which failure cards have no likely cause.")
def command(form: str, out: Path, observes: str | None, *, causes: bool) -> None:
    """Judge every known MPP by every case, to show that the suite fails each faulty one and nobody else.

    It also shows which case could be removed without letting a fault survive, which case no MPP fails, and on how many
    failure cards the likely cause names the fault. Exit code 0: each faulty MPP fails a case, no conforming MPP does,
    no likely cause is wrong, and every case is needed.
    """
    if observes is not None:
        _visibility(observes)
    made = _made()
    written = json_text(made, indent=1) + "\n"
    files = _written(out, {kill_matrix.JSON_FILE: written, kill_matrix.HTML_FILE: kill_matrix.page(made)})
    if form == "json":
        click.echo(written, nl=False)
    else:
        for line in (*text(made, causes=causes), f"written      {', '.join(map(str, files))}"):
            click.echo(line)
    click.get_current_context().exit(Exit.CONFORMS if made["sound"] else Exit.FAULT)


def _visibility(points: str) -> NoReturn:
    """Print what a judge is worth who sees these points only; ends with 0 if no conforming MPP is accused."""
    try:
        found = cabinet.visible(observing(point.strip() for point in points.split(",")))
    except ValueError as problem:
        raise click.BadParameter(str(problem), param_hint="--observes") from None
    click.echo(f"observed     {points}")
    click.echo(f"accused      {len(found.accused)} of {len(found.conforming)} conforming MPPs")
    click.echo(f"named        {len(found.named)} of {len(found.faulty)} faulty MPPs fail a requirement that decides")
    click.get_current_context().exit(Exit.FAULT if found.accused else Exit.CONFORMS)


def of_this_suite(say: Callable[[str], None]) -> Mapping[str, Any]:
    """The kill matrix of this very build of the suite: it came with the wheel, or is made once and kept for this user.

    The name of its file says which build it belongs to: one that belongs to another is none.
    """
    name = f"kill-matrix-{_build()}.json"
    found = _kept(directory("suites") / name)
    if found is not None:
        return found
    try:
        place = cache()
    except GeneratorError:  # there is nowhere to keep it
        return _made()
    found = _kept(place / name)
    if found is not None:
        return found
    say("every known MPP is held against every case, once for this build of the suite (one to two minutes)")
    made = _made()
    with suppress(OSError, RunFolderError):
        place.mkdir(parents=True, exist_ok=True)
        RunFolder(place).write(name, canonical.dump(made))
    return made


def carry() -> Path:
    """Put the kill matrix of this build beside the suites, for a wheel to carry, and remove any other.

    One that lies there already is kept: it takes a minute or more to make.
    """
    suites = directory("suites")
    path = suites / f"kill-matrix-{_build()}.json"
    for other in suites.glob("kill-matrix-*.json"):
        if other != path:
            other.unlink()
    return path if _kept(path) is not None else RunFolder(suites).write(path.name, canonical.dump(_made()))


def _kept(path: Path) -> Mapping[str, Any] | None:
    """The kill matrix of this build in a file; none where there is no such file, or another thing stands in it."""
    with suppress(OSError, canonical.NotCanonicalError):
        found = canonical.parse(path.read_bytes(), limit=_MAX_KEPT)
        if (
            isinstance(found, dict)
            and found.get("format") == kill_matrix.FORMAT
            and found.get("suites") == digest(directory("suites"))
        ):
            return found
    return None


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


def text(made: Mapping[str, Any], *, causes: bool = False) -> Iterator[str]:
    """What ``--format text`` prints of a document of :mod:`mpp_conformance.report.pages.kill_matrix`.

    ``causes``: with the failure cards that have no likely cause.
    """
    for head, lines in (*_adequacy(made), *_causes(made, causes=causes), *_needs(made)):
        yield from _listed(head, lines)


def _adequacy(made: Mapping[str, Any]) -> Iterator[tuple[str, Iterable[str]]]:
    """Who is killed, and who should have been."""
    counts = made["counts"]
    passing = counts["conforming"] - len(made["wrongly_killed"])
    yield "kill matrix", [f"{counts['faulty']} faulty MPPs x {counts['cases']} cases ({counts['rows']} rows each)"]
    killed = (
        f"{counts['killed']} of {counts['faulty']}: {counts['killed_by_failing']} fail, "
        f"{counts['killed_by_lack_of_proof']} for lack of proof, {counts['killed_by_observation']} observed"
    )
    yield "killed", [killed]
    yield "by kind", (f"{row['killed']} of {row['faulty']}  {row['kind']}" for row in made["kinds"])
    yield "survivors", (_fate(row) for row in made["survivors"])
    yield "conforming", [f"{passing} of {counts['conforming']} pass everything"]
    yield "wrongly hit", (_fate(row) for row in made["wrongly_killed"])
    loaded = f"{counts['loaded_killed']} of {counts['loaded']} faulty MPPs that pass alone are killed by load"
    yield "under load", [loaded]
    yield "not killed", made["unharmed"]
    yield "misnamed", (f"{row['specimen']}: {row['how']}" for row in made["misnamed"])


def _causes(made: Mapping[str, Any], *, causes: bool) -> Iterator[tuple[str, Iterable[str]]]:
    """On how many failure cards the likely cause names the fault."""
    counts = made["counts"]
    shown = (
        f"right on {counts['deciding_cards_explained']} of {counts['deciding_cards']} deciding cards, "
        f"{counts['cards_explained']} of {counts['cards']} of all"
    )
    yield "likely cause", [shown]
    wrong = (
        f"{row['specimen']}, {row['requirement']} {row['scenario']}: {row['cause']}" for row in made["wrong_causes"]
    )
    yield "wrong causes", wrong
    if causes:
        lacking = (f"{row['specimen']}, {row['requirement']}: {row['cards']}" for row in made["unexplained"])
        yield "without one", lacking


def _needs(made: Mapping[str, Any]) -> Iterator[tuple[str, Iterable[str]]]:
    """Which cases are there for nothing, and what it all comes to."""
    unreasoned = [row["case"] for row in made["unneeded"] if not row["reason"]]
    kept = len(made["unneeded"]) - len(unreasoned)
    yield "cannot fail", made["toothless"]
    yield "unneeded", unreasoned
    yield "kept", [f"{kept} more unneeded cases, each for a reason (suites/{cabinet.KEPT})"]
    yield "stale", made["stale"]
    deciding = sum(row["decides"] for row in made["passing_refused"])
    passing = (
        f"{len(made['passing_refused'])} cases pass with the server that refuses everything, {deciding} of them decide"
    )
    yield "refusal", [passing, *(row["case"] for row in made["passing_refused"])]
    yield "idle rows", (f"{row['case']}[{row['scenario']}]" for row in made["idle_rows"])
    yield "changes", [f"{made['counts']['transformations']} transformations of payloads and codes"]
    yield "not shown", made["unshown"]
    yield "result", [f"the suite {'is sound' if made['sound'] else 'is not sound'}"]


def _fate(row: Mapping[str, str]) -> str:
    return f"{row['specimen']}: {row['outcome']}, and {row['due']} is due"


def _listed(head: str, lines: Iterable[str]) -> Iterator[str]:
    """One line each, the first beside its head; ``none`` where there is nothing to list."""
    for number, line in enumerate([*lines] or ["none"]):
        yield f"{'' if number else head:<13}{line}"
