"""``doctor``: a line for each field of wallet.toml that can be tried out."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Final

import click

from mpp_conformance import __version__
from mpp_conformance.cli.exits import ELSEWHERE, Exit
from mpp_conformance.cli.forms import format_option, print_json
from mpp_conformance.cli.run import announce_device_address
from mpp_conformance.cli.wallets import load_wallet, needed_wallet_option
from mpp_conformance.trials.doctor.findings import Finding
from mpp_conformance.trials.doctor.live import SMALLEST, live
from mpp_conformance.trials.doctor.mpp_server import believes, inquiry_findings
from mpp_conformance.trials.doctor.reach import reach
from mpp_conformance.trials.doctor.templates import hidden_changes
from mpp_conformance.trials.doctor.waiting import wait_until_ready
from mpp_conformance.wallet import Wallet

FORMAT: Final = "mpp-conformance doctor 1"


@click.command("doctor", epilog=ELSEWHERE)
@needed_wallet_option
@format_option("schemas.md")
@click.option(
    "--wait",
    type=click.IntRange(0, 3600),
    default=0,
    show_default=True,
    metavar="SECONDS",
    help="How long a test build that has just been started may take until its adaptor and MPP server answer.",
)
@click.option(
    "--pay", is_flag=True, help=f"Also try one real payment of {SMALLEST / 100:.2f} CNY by [customers] funded."
)
def command(wallet: Path, form: str, wait: int, *, pay: bool) -> None:
    """Check each field of wallet.toml against the wallet, and name the field that is wrong.

    It checks the file, the port, the adaptor and its clock, and says which alterations of a code value would not show
    with the codes in the file. If the file names the MPP server, it inquires there about an order that does not exist.
    Then it holds a conversation for each kind of code: a scan that Alipay+ answers with HANDLE_BY_SDK. No money moves
    unless --pay allows it. It judges nothing: what may be a fault of the MPP is for `run` to decide, and does not
    change the exit code.
    """
    chosen = load_wallet(wallet)
    if wait:
        wait_until_ready(chosen, wait)
    if pay:
        click.echo(f"pays   [customers] funded: {SMALLEST / 100:.2f} CNY, once, when all else is well", err=True)
    announce_device_address(chosen, chosen.reach.target)
    findings = []
    for finding in _findings(wallet, chosen, pay=pay):
        findings.append(finding)
        if form == "text":
            click.echo(str(finding))
    wrong = [finding.where for finding in findings if finding.refuses]
    judged = [finding.where for finding in findings if finding.judged and not finding.ok]
    if form == "json":
        told = {"name": chosen.identity.name, "version": chosen.identity.version}
        made = {"format": FORMAT, "version": __version__, "wallet": told, "well": not wrong}
        print_json({**made, "findings": [asdict(finding) for finding in findings]})
    else:
        else_well = f"judged in a run: {', '.join(judged)}" if judged else "all is well"
        click.echo(f"wrong: {', '.join(wrong)}" if wrong else else_well)
    click.get_current_context().exit(Exit.CONFIGURATION if wrong else Exit.CONFORMS)


def _findings(path: Path, chosen: Wallet, *, pay: bool) -> Iterator[Finding]:
    """What is found out, in groups that come as they are known; no conversation where none can be held."""
    yield Finding(str(path), ok=True, text="can be read, and nothing is wrong in it")
    yield hidden_changes(chosen)
    known = reach(chosen)
    yield from known
    answered = inquiry_findings(chosen)
    yield from answered
    if not any(finding.blocks for finding in known):
        yield from live(chosen, believed=believes(answered), pay=pay)
