"""``leakscan``: whether anything stands in what is to be handed out that should not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from mpp_conformance.cli.exits import ELSEWHERE, Exit, Refusal
from mpp_conformance.cli.wallets import load_wallet, wallet_option
from mpp_conformance.report.checks.leak_scan import MAX_BYTES, OPENS, Leak, Scanner
from mpp_conformance.wallet import Wallet

_CUSTOMERS: Final = "customers"
_SHOWN: Final = 50


@click.command("leakscan", epilog=ELSEWHERE)
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@wallet_option
@click.option(
    "--canary", "canaries", metavar="TEXT", multiple=True, help="A text that must not be there; may be repeated."
)
def command(path: Path, wallet: Path | None, canaries: tuple[str, ...]) -> None:
    """Search PATH, which you are about to hand out, for secrets.

    It looks for private keys; with --wallet, for the key in wallet.toml and for customers that [evidence] disclose
    keeps hidden; for each --canary; and for a run's folder disclosures/, which must stay with you. It unpacks, decodes
    and unescapes files, and names those that it cannot unpack. Exit code 0: it found nothing; 1: it found something,
    and names the file.
    """
    chosen = load_wallet(wallet) if wallet else None
    scanner = Scanner(_texts(chosen, canaries), chosen.keys.alipay_plus_private_key if chosen and chosen.keys else None)
    found: list[Leak] = []
    count = 0
    for name, file in _files(path):
        count += 1
        found += _scanned(scanner, name, file)
    # What may be forgotten to be taken out comes after what nobody would look for.
    apart = {leak.file for leak in found if leak.what == OPENS}
    found.sort(key=lambda leak: leak.file in apart)
    for leak in found[:_SHOWN]:
        click.echo(f"leak         {leak}")
    if len(found) > _SHOWN:
        click.echo(f"             and {len(found) - _SHOWN} more")
    for name in scanner.unsearched:
        click.echo(f"note         {name} is too short to be looked for")
    if chosen is None:
        click.echo("note         without --wallet only private keys and canaries are looked for")
    looked = _counted(count, "file") + (f" and {scanner.inside} inside" if scanner.inside else "")
    click.echo(f"result       {looked}, {_counted(len(found), 'leak')}")
    click.get_current_context().exit(Exit.FAILS if found else Exit.CONFORMS)


def _counted(count: int, what: str) -> str:
    return f"{count or 'no'} {what}{'' if count == 1 else 's'}"


def _texts(wallet: Wallet | None, canaries: tuple[str, ...]) -> dict[str, str]:
    """What is looked for, by the name that it is told by."""
    texts = {f"canary {number}": text for number, text in enumerate(canaries, 1)}
    if wallet is not None and _CUSTOMERS not in wallet.evidence.disclose:
        texts |= {f"the {role} customer of wallet.toml": name for role, name in wallet.profile.customers}
    return texts


def _files(path: Path) -> Iterator[tuple[str, Path]]:
    """The files to be handed out, by their names."""
    if path.is_file():
        yield path.name, path
        return
    for file in sorted(path.rglob("*")):
        if not file.is_dir():
            yield file.relative_to(path).as_posix(), file


def _scanned(scanner: Scanner, name: str, file: Path) -> list[Leak]:
    if file.is_symlink():
        return [Leak(name, "a link, which leads elsewhere")]
    try:
        with file.open("rb") as opened:
            return scanner.leaks(name, opened.read(MAX_BYTES + 1))
    except OSError as problem:
        raise Refusal(f"{file} cannot be read: {problem.strerror}") from None
