"""``init``: a new wallet.toml to fill in, with a key pair beside it."""

from pathlib import Path
from typing import Final

import click

from mpp_conformance.cli.exits import Refusal
from mpp_conformance.protocol.limits import DEFAULT_EDITION, EDITIONS
from mpp_conformance.wallet import WalletFileError, create
from mpp_conformance.wallet.create import PLATFORMS

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
@click.option(
    "--for",
    "platform",
    type=click.Choice(list(PLATFORMS)),
    default=None,
    help="Also write the lines that a test build on this platform adds; it needs the double for it in doubles/.",
)
def command(path: Path, edition: str, platform: str | None) -> None:
    """Create a commented wallet.toml at PATH (a file, or a directory to put it in), and a key pair beside it.

    The simulated Alipay+ signs with the private key; give the public key to your MPP server. Files that exist are
    never overwritten.
    """
    file = path if path.suffix == ".toml" else path / _NAME
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        made = create(file, edition, platform or "")
    except WalletFileError as problem:
        raise Refusal(str(problem)) from None
    except OSError as problem:
        raise Refusal(f"{str(file.parent)!a} cannot be made a directory ({problem.strerror})") from None
    click.echo(f"{made.wallet}  fill it in: a comment explains each key")
    click.echo(f"{made.private_key}  the simulated Alipay+ signs with it; keep it to yourself")
    click.echo(f"{made.public_key}  give it to your MPP server as the public key of Alipay+")
    if made.starter is not None:
        click.echo(f"{made.starter}  the lines that your test build adds; it says what to replace")
    click.echo(f"Then check it: mpp-conformance doctor --wallet {made.wallet}")
