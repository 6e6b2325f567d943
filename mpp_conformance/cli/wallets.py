"""The option ``--wallet``, and reading what it names."""

from pathlib import Path
from typing import Final

import click

from mpp_conformance.cli.exits import Refusal
from mpp_conformance.wallet import Wallet, WalletFileError, load

VARIABLE: Final = "MPP_CONFORMANCE_WALLET"

wallet_option = click.option(
    "--wallet",
    type=click.Path(path_type=Path),
    metavar="FILE",
    envvar=VARIABLE,
    show_envvar=True,
    help="The wallet's wallet.toml; `mpp-conformance init` writes one.",
)
"""``--wallet FILE``."""

needed_wallet_option = click.option(
    "--wallet",
    type=click.Path(path_type=Path),
    metavar="FILE",
    envvar=VARIABLE,
    show_envvar=True,
    required=True,
    help="The wallet's wallet.toml; `mpp-conformance init` writes one.",
)
"""``--wallet FILE``, without which a command cannot do anything."""


def load_wallet(path: Path) -> Wallet:
    """The wallet in the file at ``path``; a refusal that names what is wrong if it cannot be used."""
    try:
        return load(path)
    except WalletFileError as problem:
        raise Refusal(str(problem)) from None
