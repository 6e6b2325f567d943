"""``doctor``: a line for each field of wallet.toml that can be tried out."""

from pathlib import Path

import click

from mpp_conformance.cli.exits import Exit, explained
from mpp_conformance.cli.wallets import loaded, needed_wallet_option
from mpp_conformance.doctor.findings import Finding
from mpp_conformance.doctor.live import live
from mpp_conformance.doctor.reach import reach


@click.command("doctor", epilog=explained())
@needed_wallet_option
def command(wallet: Path) -> None:
    """Try out what wallet.toml says, and name the field that is wrong.

    It looks at the file, the port, the adaptor and its clock, and then holds a conversation for each kind of code, in
    which no money moves: a scan that Alipay+ answers with HANDLE_BY_SDK. Nothing is judged: what the MPP does wrong is
    for `run` to say.
    """
    chosen = loaded(wallet)
    click.echo(Finding(str(wallet), ok=True, text="can be read, and nothing is wrong in it"))
    findings = _told(reach(chosen))
    if not any(finding.blocks for finding in findings):
        findings += _told(live(chosen))
    wrong = [finding for finding in findings if not finding.ok]
    click.echo("all is well" if not wrong else f"wrong: {', '.join(finding.where for finding in wrong)}")
    click.get_current_context().exit(Exit.CONFIGURATION if wrong else Exit.CONFORMS)


def _told(findings: list[Finding]) -> list[Finding]:
    for finding in findings:
        click.echo(str(finding))
    return findings
