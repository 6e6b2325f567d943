"""``waive``: an owner's signature for a waiver."""

import base64
from dataclasses import replace
from pathlib import Path

import click

from mpp_conformance.bundle import keys
from mpp_conformance.cli.bundle import loaded
from mpp_conformance.cli.exits import Refusal, explained
from mpp_conformance.cli.gate import parsed
from mpp_conformance.report import waivers


@click.command("waive", epilog=explained())
@click.argument("number", type=click.IntRange(min=1))
@click.option("--waivers", "file", type=click.Path(path_type=Path), default=Path(waivers.FILE), show_default=True)
@click.option("--key", "key_file", type=click.Path(path_type=Path), required=True, help="The owner's private key.")
def command(number: int, file: Path, key_file: Path) -> None:
    """Print the signature for the waiver that stands as NUMBER in the file, to be put there as `signature`.

    The key is one that `keygen` made; its public half must stand under [owners] with the owner's name.
    """
    given = parsed(file)
    if number > len(given.waivers):
        raise click.UsageError(f"{file} has {len(given.waivers)} waivers")
    waiver, key = given.waivers[number - 1], loaded(key_file)
    owner = given.owners.get(waiver.owner)
    if owner is None or owner.public_bytes_raw() != keys.public_bytes(key):
        public = keys.public_text(key).strip()
        raise Refusal(f"this is not the key of {waiver.owner} in [owners]; it would be: {waiver.owner} = {public!r}")
    signature = base64.b64encode(key.sign(replace(waiver, signature="").signed)).decode()
    click.echo(f'signature = "{signature}"')
