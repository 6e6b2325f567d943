"""``serve wallet``: a known MPP as an HTTP wallet, in the place of one of your own."""

import os
import shutil
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Final, NoReturn
from urllib.parse import urlsplit

import click
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from mpp_conformance.cli.exits import Refusal
from mpp_conformance.cli.server_lifetime import for_ever, run_until_interrupted, until_input_ends
from mpp_conformance.cli.wallets import load_wallet, wallet_option
from mpp_conformance.common.scratch import PREFIX
from mpp_conformance.common.text import decode_text
from mpp_conformance.protocol import signature
from mpp_conformance.specimens import SPECIMENS
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.transport.servers.gateway_client import GatewayClient
from mpp_conformance.transport.servers.http_client import http_client
from mpp_conformance.transport.servers.listener import serve_app
from mpp_conformance.transport.servers.specimen_wallet import SpecimenWallet
from mpp_conformance.wallet import Wallet

READY: Final = "ready: "
"""What the line begins with that tells the adaptor's address, once it can be called."""
PRIVATE_KEY: Final = "mpp-private-key.pem"
PUBLIC_KEY: Final = "mpp-public-key.pem"
_HOST: Final = "127.0.0.1"


@click.command("wallet", short_help="Start a known MPP as an HTTP wallet.")
@click.argument("name", required=False)
@click.option("--list", "listed", is_flag=True, help="Name the known MPPs, say what each does, and exit.")
@wallet_option
@click.option(
    "--private-key",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help=f"What the MPP server signs with.  [default: {PRIVATE_KEY} beside the wallet file]",
)
@click.option("--new-keys", is_flag=True, help=f"Write {PRIVATE_KEY} and {PUBLIC_KEY} beside the wallet file first.")
@click.option("--gateway", metavar="URL", help="Where Alipay+ is.  [default: [reach] public_url, or listen]")
@click.option("--port", type=click.IntRange(0, 65_535), help="The adaptor's port.  [default: that in [reach] adaptor]")
@click.option("--until-input-ends", "borrowed", is_flag=True, hidden=True)
def command(  # noqa: PLR0913, PLR0917  # one parameter an option
    name: str | None,
    listed: bool,  # noqa: FBT001  # click passes it by name
    wallet: Path | None,
    private_key: Path | None,
    new_keys: bool,  # noqa: FBT001  # likewise
    gateway: str | None,
    port: int | None,
    borrowed: bool,  # noqa: FBT001  # likewise
) -> None:
    """Start the known MPP called NAME as an HTTP wallet with codes, customers and keys of the wallet file.

    It prints a line that begins with "ready: " and ends with its adaptor's address, and runs until Ctrl-C. Its MPP
    server answers inquiryPayment and cancelPayment at the same address: write it into [reach] mpp_server, or leave that
    out.
    """
    if listed:
        for specimen in SPECIMENS.values():
            click.echo(f"{specimen.name:<40} {(specimen.__doc__ or '').strip().splitlines()[0]}")
        return
    if not name or wallet is None:
        raise click.UsageError("give a NAME (--list names them all) and --wallet FILE")
    specimen = _known(name)
    if new_keys:
        _write_keys(wallet.parent)
    chosen = load_wallet(wallet)
    key = _key(private_key or wallet.parent / PRIVATE_KEY)
    url = gateway or chosen.reach.public_url or f"http://{chosen.reach.listen}"
    if urlsplit(url).port == 0:
        raise Refusal("[reach] listen names no fixed port: give the address of Alipay+ with --gateway URL")
    at = _port(chosen) if port is None else port
    server = _serve(specimen, chosen, key, url, at)
    if borrowed:
        # Of `certify`, whose folder with the keys nobody else removes if it is killed.
        server = until_input_ends(server, partial(_remove, wallet.absolute().parent))
    run_until_interrupted(server, "--port" if port is not None else "[reach] adaptor")


def _remove(folder: Path) -> None:
    if folder.name.startswith(PREFIX):
        shutil.rmtree(folder, ignore_errors=True)


def _known(name: str) -> type[ConformingMpp]:
    if name in SPECIMENS:
        return SPECIMENS[name]
    close = get_close_matches(name, SPECIMENS, 1)
    hint = f"did you mean {close[0]}?" if close else "--list names them all"
    raise click.UsageError(f"no known MPP is called {name!a}; {hint}")


def _port(wallet: Wallet) -> int:
    return urlsplit(wallet.reach.adaptor).port or 0


def _key(path: Path) -> RSAPrivateKey:
    try:
        return signature.load_private_key(decode_text(path.read_bytes()))
    except (OSError, ValueError) as problem:
        words = problem.strerror if isinstance(problem, OSError) else problem
        raise Refusal(f"{path}: {words}; --new-keys writes a pair, --private-key FILE names another file") from None


def _write_keys(directory: Path) -> None:
    """A pair for the MPP: the private half for this command, the public one where a new wallet file looks for it."""
    key = signature.generate_private_key()
    texts = {
        PRIVATE_KEY: (signature.private_key_text(key), 0o600),
        PUBLIC_KEY: (signature.public_key_text(key.public_key()) + "\n", 0o644),
    }
    there = [name for name in texts if (directory / name).exists()]
    if there:
        raise Refusal(
            f"--new-keys: {directory / there[0]} already exists and was not overwritten; leave --new-keys out"
        )
    try:
        for name, (text, mode) in texts.items():
            descriptor = os.open(directory / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(text)
    except OSError as problem:
        raise Refusal(f"--new-keys: {directory}: {problem.strerror}") from None


async def _serve(
    specimen: type[ConformingMpp], wallet: Wallet, key: RSAPrivateKey, gateway: str, port: int
) -> NoReturn:
    keys = wallet.keys
    assert keys is not None  # noqa: S101  # a file always has them
    async with http_client(timeout=wallet.reach.patience, keep=True) as http:
        client = GatewayClient(
            url=gateway,
            client_id=keys.client_id,
            private_key=key,
            alipay_plus_public_key=keys.alipay_plus_private_key.public_key(),
            http=http,
            key_version=keys.key_version,
        )
        hosted = SpecimenWallet(specimen(wallet.profile), client, http)
        try:
            async with serve_app(hosted.app, _HOST, port) as address:
                click.echo(f"{specimen.name}: calls Alipay+ at {gateway}")
                click.echo(f"{specimen.name}: answers Alipay+ at {address} ([reach] mpp_server)")
                click.echo(f"{READY}{address}")
                await for_ever()
        finally:
            await hosted.close()
