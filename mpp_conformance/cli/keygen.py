"""``keygen``: a key to sign bundles with."""

from pathlib import Path

import click

from mpp_conformance.bundle import keys
from mpp_conformance.cli.exits import ELSEWHERE, Refusal


@click.command("keygen", epilog=ELSEWHERE)
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False), default=Path(keys.FILE))
def command(path: Path) -> None:
    """Create an Ed25519 key in the file PATH, to sign bundles with, and print its fingerprint.

    Only you can read the file. Give the fingerprint to those who get your bundles, by another way than the bundles.
    """
    key = keys.generate()
    try:
        keys.write_new(key, path)
    except keys.SigningKeyError as problem:
        raise Refusal(str(problem)) from None
    click.echo(f"key          {path}, for you alone")
    click.echo(f"public key   {keys.public_text(key).strip()}")
    click.echo(f"fingerprint  {keys.fingerprint(key)}")
