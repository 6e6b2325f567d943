"""``verify``: whether a bundle is what somebody signed, and whether its verdicts follow from its evidence."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from mpp_conformance import __version__
from mpp_conformance.bundle import verify
from mpp_conformance.cli.exits import ELSEWHERE, Exit, Refusal
from mpp_conformance.cli.forms import format_option, print_json
from mpp_conformance.common.scratch import scratch
from mpp_conformance.report.run_folder import reading
from mpp_conformance.report.verdict_file import document

if TYPE_CHECKING:
    from mpp_conformance.report.checks.rejudgement import Rejudgement

FORMAT: Final = "mpp-conformance verification 1"
_SUITE: Final = f"{verify.VERDICTS}, suite."


@dataclass(frozen=True, slots=True)
class _Accepted:
    """A bundle that was not refused, when it was stamped (empty: nobody asked), and what judging it again came to.

    ``compared`` are the reports that came out the same once more, ``differing`` those that another build of the suite
    makes otherwise, ``unread`` those that no two machines make alike. ``logs``: the folder of logs that was compared.
    """

    bundle: verify.Bundle
    dated: str
    again: "Rejudgement"
    compared: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    logs: str = ""

    @property
    def rejudged(self) -> bool:
        """Whether every verdict came out again; that another build of the suite judges otherwise proves nothing."""
        return all(told.startswith(_SUITE) for told in self.again.differences)

    @property
    def derived(self) -> bool:
        """Whether verdicts and reports came out again."""
        return self.rejudged and not self.differing


@click.command("verify", epilog=ELSEWHERE)
@click.argument("bundle", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--key", metavar="FINGERPRINT", default="", help="The key that you expect: 64 hexadecimal digits.")
@click.option(
    "--authority",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The root certificate (PEM) of the authority whose time stamp is in the bundle; needs [tsa].",
)
@click.option(
    "--logs",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="FOLDER",
    help="For an audit: the folder that holds its logs and nothing else; each log must be there, as it was read.",
)
@format_option("schemas.md")
def command(bundle: Path, key: str, authority: Path | None, logs: Path | None, form: str) -> None:
    """Verify BUNDLE as verify.py does, judge its evidence again, and make its reports again.

    Exit code 0: it is what the holder of --key signed, and every verdict and every report follows from the evidence; 1:
    it is refused, and the reason is printed; 5: as 0, but --key was not given, or another build of the suite judged, so
    that this one cannot derive the verdicts. It never compares a report.pdf, and says so.
    """
    found, refused = None, ""
    try:
        found = _accepted(bundle, key.lower(), authority, logs)
    except verify.Refused as problem:
        refused = str(problem)
    except OSError as problem:
        raise Refusal(f"{str(bundle)!a} cannot be read ({problem.strerror})") from None
    if form == "json":
        print_json(_document(found, refused, key))
    else:
        click.echo("\n".join(_lines(found, key) if found else [f"REFUSED      {refused}"]))
    proven = Exit.CONFORMS if found and found.derived and key else Exit.NOT_PROVEN
    click.get_current_context().exit(proven if found else Exit.FAILS)


def _accepted(bundle: Path, key: str, authority: Path | None, logs: Path | None) -> _Accepted:
    """The bundle in a file; Refused where it is not accepted, OSError where there is none to read."""
    with bundle.open("rb") as file:
        found = verify.verify_bundle(file.read(verify.MAX_BUNDLE + 1))
    if key and key != found.signer:
        verify.refuse(verify.SIGNER, f"signed by {found.signer}, but {key} is expected")
    if logs is not None:
        verify.check_logs(found, str(logs))
    dated = _dated(found, authority) if authority is not None else ""
    return replace(_derived(found, dated), logs="" if logs is None else str(logs))


def _lines(found: _Accepted, key: str) -> Iterator[str]:
    *lines, result = verify.describe(found.bundle, key, found.logs)
    hidden = found.again.readings.hidden
    yield from lines
    yield f"{result}; {hidden} messages are hidden, and their signatures not verified" if hidden else result
    if found.dated:
        yield f"time stamp   {found.dated}"
    if found.rejudged:
        yield f"rejudged     {found.again.cases} cases from evidence alone, the same verdicts"
    else:
        yield f"rejudged     no: only the build of the suite that judged can do that ({found.again.other_suite})"
    if found.compared:
        yield f"reports      {', '.join(found.compared)}: made once more, the same"
    if found.differing:
        yield f"reports      {', '.join(found.differing)}: not compared: only the build of the suite that judged can"
    if found.unread:
        yield f"unread       {', '.join(found.unread)}: no two machines make it alike; rely on report.html"
    yield from (f"note         {note}" for note in found.again.notes)


def _document(found: _Accepted | None, refused: str, key: str) -> dict[str, Any]:
    made = {"format": FORMAT, "version": __version__, "key_named": bool(key), "refused": refused or None}
    if found is None:
        return {**made, "bundle": None}
    verdicts, again = found.bundle.verdicts, found.again
    of_audit = verify.AUDIT in found.bundle.files
    told = {
        "run": found.bundle.name,
        "wallet": None if of_audit else verdicts["wallet"],
        "edition": None if of_audit else verdicts["limits"]["edition"],
        "overall": verify.overall(found.bundle),
        "files": len(found.bundle.files),
        "logs": len(verdicts["inputs"]) if found.logs else None,
        "cases": again.cases,
        "rejudged": found.rejudged,
        "reports": {"compared": found.compared, "not_compared": found.differing + found.unread},
        "signer": found.bundle.signer,
        "test_key": found.bundle.test_key,
        "time_stamp": found.dated or None,
    }
    return {**made, "bundle": {**told, "mpp_key": again.mpp_key, "notes": again.notes}}


def _dated(found: verify.Bundle, authority: Path) -> str:
    """When the signature was stamped."""
    from mpp_conformance.bundle import timestamp  # noqa: PLC0415  # httpx, and an extra

    if not found.time_stamp:
        verify.refuse(verify.TIME_STAMP, "the bundle has none")
    try:
        when = timestamp.verify_time_stamp(found.time_stamp, found.files[verify.ATTESTATION], authority.read_bytes())
    except timestamp.TimeStampError as problem:
        verify.refuse(verify.TIME_STAMP, str(problem))
    return f"{when.isoformat()}, by the authority in {authority}"


def _derived(found: verify.Bundle, dated: str) -> _Accepted:
    """The bundle with what judging its evidence again, and making its reports again, comes to in this installation.

    Refused where the build of the suite that judged comes to anything else now.
    """
    from mpp_conformance.report.checks import (  # noqa: PLC0415  # suites, templates
        audit_rejudgement,
        rejudgement,
        reproduction,
    )

    of_audit = verify.AUDIT in found.files
    with scratch() as place:
        run = Path(place, "run")
        for name, data in found.files.items():
            (run / name).parent.mkdir(parents=True, exist_ok=True)
            # Every name is of the list of names that a bundle may hold.
            (run / name).write_bytes(data)
        try:
            told = (audit_rejudgement if of_audit else rejudgement).rejudged(run)
            if told.differences and not told.other_suite:
                verify.refuse(_outcome(found), f"judged again, it differs: {told.differences[0]}")
        except rejudgement.RejudgementError as problem:
            verify.refuse(_outcome(found), f"it cannot be judged again: {problem}")
        try:
            made = list((audit_rejudgement if of_audit else reproduction).differences(run))
        except (reading.KeptError, document.VerdictFileError, rejudgement.RejudgementError) as problem:
            made = [("report.html", str(problem))]
        unread = [] if of_audit else reproduction.forms_not_compared(run)
    differing = [name for name, why in made if why]
    if differing and not told.other_suite:
        verify.refuse(*next((name, why) for name, why in made if why))
    compared = [name for name, why in made if not why]
    return _Accepted(found, dated, told, compared=compared, differing=differing, unread=unread)


def _outcome(found: verify.Bundle) -> str:
    """The file that holds what it came to."""
    return verify.AUDIT if verify.AUDIT in found.files else verify.VERDICTS
