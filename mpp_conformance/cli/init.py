"""``init``: a new wallet.toml to fill in, with a key pair beside it."""

from pathlib import Path
from typing import Final

import click

from mpp_conformance.cli.exits import Refusal
from mpp_conformance.protocol.limits import DEFAULT_EDITION, EDITIONS
from mpp_conformance.wallet import WalletFileError, create

_NAME: Final = "wallet.toml"


@click.command("init")
@click.argument("path", type=click.Path(path_type=Path), default=Path(_NAME))
@click.option(
    "--edition",
    type=click.Choice(list(EDITIONS)),
    default=DEFAULT_EDITION,
    show_default=True,
    help="The edition of the limits that the simulated Alipay+ applies; the default is that of the source document.",
)
def command(path: Path, edition: str) -> None:
    """Write a commented wallet.toml at PATH (a file, or a directory to put it in), and a key pair beside it.

    The pair is for the simulated Alipay+: it signs with the private key, and your MPP server is given the public
    one. Nothing that is there already is written over.
    """
    file = path if path.suffix == ".toml" else path / _NAME
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        made = create(file, edition)
    except WalletFileError as problem:
        raise Refusal(str(problem)) from None
    except OSError as problem:
        raise Refusal(f"{str(file.parent)!a} cannot be made a directory ({problem.strerror})") from None
    click.echo(f"{made.wallet}  to fill in: each key says what it is for")
    click.echo(f"{made.private_key}  the simulated Alipay+ signs with it; keep it to yourself")
    click.echo(f"{made.public_key}  give it to your MPP server as the public key of Alipay+")
    click.echo(f"Then try it out: mpp-conformance doctor --wallet {made.wallet}")
