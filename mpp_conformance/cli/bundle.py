"""``bundle``: a run as one signed file; the parts that ``certify`` and ``run`` use stand here as well."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mpp_conformance.cli.exits import ELSEWHERE, Refusal
from mpp_conformance.report.pages.audit import FILE as AUDIT
from mpp_conformance.report.run_folder.folder import RunFolder, RunFolderError
from mpp_conformance.report.verdict_file.document import FILE as VERDICTS

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from mpp_conformance.bundle.pack import Stamp

sign_option = click.option(
    "--sign",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="KEY",
    help="Also make a bundle, as `bundle` does, and sign it with the private key in this file.",
)
"""``--sign``."""


@click.command("bundle", epilog=ELSEWHERE)
@click.argument("run", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--key",
    "key_file",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The private key to sign with; `keygen` makes one.",
)
@click.option("--time-stamp", metavar="URL", help="Have this authority (RFC 3161) date the signature; needs [tsa].")
def command(run: Path, key_file: Path, time_stamp: str | None) -> None:
    """Pack the run in the folder RUN into RUN.zip: verdicts, evidence, journal and reports, listed and signed.

    Of an audit, the bundle has the outcome, which names every log, and the counter-examples. The evidence is as the run
    kept it; what opens its hidden parts is never in a bundle. `verify` verifies a bundle, and so does the file
    verify.py, which needs nothing but Python.
    """
    key = load_key(key_file)
    try:
        _made(run, key, stamp=_stamp(time_stamp) if time_stamp else None)
    except ValueError as problem:
        raise Refusal(f"no bundle is made: {problem}") from None


def load_key(key_file: Path) -> "Ed25519PrivateKey":
    """The key in a file; Refusal says what is wrong with it."""
    from mpp_conformance.bundle import keys  # noqa: PLC0415  # cryptography

    try:
        return keys.load(key_file)
    except keys.SigningKeyError as problem:
        raise Refusal(str(problem)) from None


def attempt(run: Path, key: "Ed25519PrivateKey | None") -> None:
    """Make the bundle of a run if there is one to be made; without a key with one that is thrown away.

    What keeps it from being made is said, and changes nothing about the run.
    """
    from mpp_conformance.bundle import keys  # noqa: PLC0415  # cryptography

    if not (run / VERDICTS).is_file():
        return
    try:
        _made(run, key or keys.generate(), test_key=key is None)
    except ValueError as problem:
        click.echo(f"bundle       no bundle is made: {problem}")


def _made(run: Path, key: "Ed25519PrivateKey", *, test_key: bool = False, stamp: "Stamp | None" = None) -> None:
    """Write the bundle of a run beside its folder, and say where it is; ValueError where none can be made."""
    from mpp_conformance.bundle import keys, pack  # noqa: PLC0415  # cryptography

    matrix = {} if (run / AUDIT).is_file() else _matrix()
    data = pack.pack(run, key, matrix, test_key=test_key, stamp=stamp)
    written = run.with_name(f"{run.name}.zip")
    try:
        RunFolder(run.parent).write(written.name, data)
    except RunFolderError as problem:
        raise pack.PackError(str(problem)) from problem
    click.echo(f"bundle       {written}")
    click.echo(f"signed by    {keys.fingerprint(key)}{' (a test key: it vouches for nobody)' if test_key else ''}")


def _stamp(authority: str) -> "Stamp":
    def stamp(data: bytes) -> bytes:
        from mpp_conformance.bundle.timestamp import request_time_stamp  # noqa: PLC0415  # httpx

        return request_time_stamp(data, authority)

    return stamp


def _matrix() -> Mapping[str, Any]:
    """The suite's own kill matrix, made once for each build of it."""
    from mpp_conformance.cli.matrix import of_this_suite  # noqa: PLC0415  # every known MPP

    return of_this_suite(lambda words: click.echo(f"bundle       {words}"))
