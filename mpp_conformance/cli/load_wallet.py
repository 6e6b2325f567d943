"""``load`` with a wallet: users over HTTP, and a folder with the evidence of what they showed."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from mpp_conformance import __version__
from mpp_conformance.cli.exits import Exit, Refusal
from mpp_conformance.cli.run import announce_device_address, free_name, new_folder, refuse_useless
from mpp_conformance.cli.wallets import load_wallet
from mpp_conformance.common.resources import directory
from mpp_conformance.common.text import json_text, printable
from mpp_conformance.evidence import EvidenceError
from mpp_conformance.evidence.redaction import Policy
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.report.pages import html
from mpp_conformance.report.pages import load as page
from mpp_conformance.report.run_folder.folder import EVIDENCE, RunFolder, RunFolderError
from mpp_conformance.transport.connectors import UnknownTargetError, adaptor_of
from mpp_conformance.transport.open_files import TooFewFilesError, make_room
from mpp_conformance.transport.servers.listener import ListenError
from mpp_conformance.trials.load import findings
from mpp_conformance.trials.load.wallet_findings import over_http as besides
from mpp_conformance.trials.load.wallet_trial import Kept, Trial, WalletTrial
from mpp_conformance.wallet import Wallet


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is asked for: ``users`` at once for so many ``seconds``; ``agent``: the port where others ask for them."""

    users: int
    seconds: float
    seed: int
    bisect: bool
    agent: int | None = None


def over_http(wallet_file: Path, target: str | None, asked: Load, reports: Path) -> dict[str, Any]:
    """Hold the load and keep its evidence; the document for programs. Refused in words before anything is held."""
    wallet = load_wallet(wallet_file)
    target = target or wallet.reach.target
    trial = WalletTrial(
        wallet=wallet,
        adaptor=_adaptor(target, wallet),
        cases=load(directory("suites")).cases,
        users=asked.users,
        seconds=asked.seconds,
        seed=asked.seed,
        policy=Policy.of(wallet.profile.customers, wallet.evidence.disclose, secrets.token_bytes(32)),
    )
    _make_room(asked.users)
    if trial.adaptor is not None:
        refuse_useless(wallet, target)
    announce_device_address(wallet, target)
    folder = RunFolder(new_folder(reports, free_name(reports, f"load-{wallet.identity.name}")))
    try:
        found = trial.run(halve=asked.bisect) if asked.agent is None else trial.serve(asked.agent, _ready)
    except BaseException as problem:
        folder.path.rmdir()
        if isinstance(problem, ListenError):
            raise Refusal(str(problem)) from None
        raise
    try:
        (folder.path / EVIDENCE).mkdir()
        kept = trial.keep(found.held, folder)
        made = _document(trial, found, kept, target, folder)
        folder.write(page.FILE, (json_text(made, indent=2) + "\n").encode())
        folder.write(html.FILE, page.page(made, {one.name: one.trace for one in kept}).encode())
    except (EvidenceError, RunFolderError, OSError) as problem:
        click.echo(f"result       the evidence could not be written: {printable(str(problem))}", err=True)
        click.get_current_context().exit(Exit.FAULT)
    return made


def _ready(address: str) -> None:
    click.echo(f"agent        conversations are held when asked for at {address}; Ctrl-C ends it", err=True)


def _adaptor(target: str, wallet: Wallet) -> str | None:
    """Where the adaptor is; ``None`` where the wallet fetches its calls."""
    if target == wallet.reach.target and wallet.reach.device:
        return None
    try:
        return adaptor_of(target, wallet)
    except UnknownTargetError as problem:
        raise click.UsageError(str(problem)) from None


def _make_room(users: int) -> None:
    try:
        make_room(users)
    except TooFewFilesError as problem:
        raise click.UsageError(f"--users: {problem}") from None


def _document(trial: WalletTrial, found: Trial, kept: list[Kept], target: str, folder: RunFolder) -> dict[str, Any]:
    held = found.held
    return {
        "format": page.FORMAT,
        "version": __version__,
        "mpp": target,
        "users": trial.users,
        "seed": trial.seed,
        "conversations": held.conversations,
        "turns": held.turns,
        "requirements": findings.requirement_rows(held.tallies),
        "failures": findings.failure_rows(findings.first_failures(held.sample.failures)),
        "over_http": {
            "seconds": found.seconds,
            "claimed": trial.wallet.reach.parallel,
            "claims": trial.wallet.claims(),
            "message_layer": trial.wallet.keys.message_layer() if trial.wallet.keys else None,
            "folder": str(folder.path),
            **besides(found, kept),
        },
    }
