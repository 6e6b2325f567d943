"""``serve``: one side alone, kept up for manual work."""

import click

from mpp_conformance.cli.serve_gateway import command as gateway
from mpp_conformance.cli.serve_wallet import command as wallet


@click.group("serve")
def command() -> None:
    """Start one side alone for manual work; it runs until Ctrl-C."""


command.add_command(gateway, "gateway")
command.add_command(wallet, "wallet")
