"""``verify``: whether a bundle is what somebody signed, and whether its verdicts follow from its evidence."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from mpp_conformance.bundle import verify
from mpp_conformance.cli.exits import Exit, Refusal, explained


@click.command("verify", epilog=explained())
@click.argument("bundle", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--key", metavar="FINGERPRINT", default="", help="The key that you expect: 64 hexadecimal digits.")
@click.option(
    "--authority",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The root certificate (PEM) of the authority whose time stamp is in the bundle; needs [tsa].",
)
def command(bundle: Path, key: str, authority: Path | None) -> None:
    """Verify BUNDLE as verify.py does, and judge its evidence again.

    Exit code 0: it is what the holder of --key signed, and every verdict follows from the evidence; 1: refused, and
    why; 5: the same as 0, but for a key that nobody named.
    """
    try:
        with bundle.open("rb") as file:
            found = verify.verified(file.read(verify.MAX_BUNDLE + 1))
        if key and key.lower() != found.signer:
            verify.refuse(verify.SIGNER, f"signed by {found.signer}, and expected is {key.lower()}")
        lines = verify.told(found, key)
        if authority is not None:
            lines.append(f"time stamp   {_dated(found, authority)}")
        lines += _rejudged(found)
    except verify.Refused as problem:
        click.echo(f"REFUSED      {problem}")
        click.get_current_context().exit(Exit.FAILS)
    except OSError as problem:
        raise Refusal(f"{str(bundle)!a} cannot be read ({problem.strerror})") from None
    for line in lines:
        click.echo(line)
    click.get_current_context().exit(Exit.CONFORMS if key else Exit.NOT_PROVEN)


def _dated(found: verify.Bundle, authority: Path) -> str:
    """When the signature was stamped."""
    from mpp_conformance.bundle import timestamp  # noqa: PLC0415  # httpx, and an extra

    if not found.time_stamp:
        verify.refuse(verify.TIME_STAMP, "the bundle has none")
    try:
        when = timestamp.verified(found.time_stamp, found.files[verify.ATTESTATION], authority.read_bytes())
    except timestamp.TimeStampError as problem:
        verify.refuse(verify.TIME_STAMP, str(problem))
    return f"{when.isoformat()}, by the authority in {authority}"


def _rejudged(found: verify.Bundle) -> Iterator[str]:
    """What is said of the evidence judged again by this installation; Refused where it comes to anything else."""
    from mpp_conformance.report import rejudgement  # noqa: PLC0415  # suites

    with TemporaryDirectory(prefix="mpp-conformance-") as place:
        run = Path(place, "run")
        (run / "evidence").mkdir(parents=True)
        for name, data in found.files.items():
            # Every name is of the list of names that a bundle may hold.
            (run / name).write_bytes(data)
        try:
            told = rejudgement.rejudged(run)
        except rejudgement.RejudgementError as problem:
            verify.refuse(verify.VERDICTS, f"it cannot be judged again: {problem}")
    if told.differences:
        verify.refuse(verify.VERDICTS, f"judged again it differs: {told.differences[0]}")
    yield f"rejudged     {told.cases} cases from evidence alone, the same verdicts"
    if told.mpp_key:
        yield f"MPP's key    {told.mpp_key}"
    yield from (f"note         {note}" for note in told.notes)
