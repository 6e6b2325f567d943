"""``contracts``: the contracts (Pact) that come with the suite, and those of a wallet team, verified."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import click

from mpp_conformance.cli.exits import ELSEWHERE, Exit, Refusal
from mpp_conformance.cli.wallets import load_wallet, wallet_option
from mpp_conformance.common.resources import directory
from mpp_conformance.judging.verdict import Verdict, worst
from mpp_conformance.pacts import document, states
from mpp_conformance.pacts.providers import MPP_SERVER, PROVIDERS, MppServerProvider
from mpp_conformance.pacts.verification import Outcome, Provider, verify_pact
from mpp_conformance.transport.servers.listener import ListenError

_EXPECTED: Final = "alipay-plus--mpp-server.json"
"""What Alipay+ expects of an MPP server."""
_INDENT: Final = " " * 13
_EXIT: Final = {Verdict.PASS: Exit.CONFORMS, Verdict.FAIL: Exit.FAILS}
"""Whatever else a verification comes to proves nothing."""


@click.group("contracts")
def command() -> None:
    """List the contracts (Pact) between MPP and Alipay+ that come with the suite, and verify your own."""


@command.command("list", short_help="Name the contracts of the suite, and their files.")
def list_contracts() -> None:
    """Name the contracts that come with the suite, and where their files are."""
    for path in sorted((directory("contracts") / "pacts").glob("*.json")):
        pact = document.read(path.read_bytes())
        click.echo(f"{pact.consumer} -> {pact.provider}, {_counted(len(pact.interactions))}")
        click.echo(f"    {path}")


@command.command("states", short_help="List the provider states that your own may use.")
def list_states() -> None:
    """List the provider states that a contract of your own may use, with their parameters."""
    rows = [(name, provider.title, provider.known) for name, provider in PROVIDERS.items()]
    for name, title, known in [*rows, (MPP_SERVER, MppServerProvider.title, MppServerProvider.known)]:
        click.echo(f"provider {name}: {title}")
        for line in _state_lines(known):
            click.echo(f"    {line}")


@command.command("verify", short_help="Verify your own, or your MPP server.", epilog=ELSEWHERE)
@click.argument("pacts", nargs=-1, metavar="[PACT]...", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@wallet_option
def verify(pacts: tuple[Path, ...], wallet: Path | None) -> None:
    """Verify contracts of your own: each PACT is a file that your consumer tests have written.

    The provider alipay-plus is the simulated Alipay+, called over HTTP; requests are signed on the way. The provider
    alipay-plus-client-sdk is the double of the client SDK, spoken to by messages. The provider mpp-server is the MPP
    server of the wallet that --wallet names: without a PACT, what Alipay+ expects of it is verified
    (alipay-plus--mpp-server.json).

    Each interaction passes, fails with the reason, or proves nothing, for instance because its provider state is
    unknown, or could not be brought about. Exit code 0: each passed; 1: one failed; 5: one proved nothing.
    """
    if not pacts and wallet is None:
        raise click.UsageError("name a PACT, or --wallet FILE to verify its MPP server")
    providers = {**PROVIDERS, **({} if wallet is None else {MPP_SERVER: _mpp_server(wallet)})}
    read = [(path, _read(path, providers)) for path in pacts or (directory("contracts") / "pacts" / _EXPECTED,)]
    try:
        found = [verdict for path, pact in read for verdict in _verified(path, pact, providers[pact.provider])]
    except ListenError as problem:
        raise Refusal(str(problem)) from None
    click.get_current_context().exit(_EXIT.get(worst(found), Exit.NOT_PROVEN))


def _mpp_server(path: Path) -> Provider:
    """The wallet's MPP server; a refusal where the wallet file does not say where that is."""
    wallet = load_wallet(path)
    if wallet.reach.mpp_server is None:
        raise Refusal(f"{path}: [reach] mpp_server: expected the address of the MPP server, but it is missing")
    return MppServerProvider(wallet)


def _state_lines(known: Sequence[states.State]) -> Iterator[str]:
    """The catalogue of provider states, for people."""
    for state in known:
        yield state.name
        yield f"    {state.meaning}"
        for parameter in state.parameters:
            default = f" [{parameter.default}]" if parameter.default else ""
            yield f"    {parameter.name}: {parameter.meaning} ({parameter.kind}){default}"


def _read(path: Path, providers: Mapping[str, Provider]) -> document.Pact:
    """The pact in a file; a usage error that names what is wrong if there is none that can be verified."""
    try:
        with path.open("rb") as file:
            pact = document.read(file.read(document.MAX_BYTES + 1))
    except OSError as problem:
        raise _unusable(path, problem.strerror or "it cannot be read") from None
    except document.PactFileError as problem:
        raise _unusable(path, str(problem)) from None
    if pact.provider not in providers:
        hint = (
            "name its wallet with --wallet" if pact.provider == MPP_SERVER else "this contract is with another provider"
        )
        seen = ascii(pact.provider[:100])
        raise _unusable(path, f"provider.name: expected {' or '.join(providers)}, seen {seen}; {hint}")
    return pact


def _unusable(path: Path, problem: str) -> click.UsageError:
    return click.UsageError(f"{path}: {problem}")


def _verified(path: Path, pact: document.Pact, provider: Provider) -> list[Verdict]:
    click.echo(f"pact         {path}: {ascii(pact.consumer)[1:-1]} -> {pact.provider}")
    outcomes = asyncio.run(verify_pact(pact, provider))
    for outcome in outcomes:
        for line in _told(outcome):
            click.echo(line)
    for line in _result(outcomes):
        click.echo(line)
    return [outcome.verdict for outcome in outcomes] or [Verdict.INCONCLUSIVE]


def _told(outcome: Outcome) -> Iterator[str]:
    yield f"{outcome.verdict.word:<13}{outcome.interaction.title}"
    yield from (f"{_INDENT}{problem}" for problem in outcome.problems)


def _result(outcomes: Sequence[Outcome]) -> Iterator[str]:
    if not outcomes:
        yield "result       the pact has no interaction: nothing was verified"
        return
    verdicts = [outcome.verdict for outcome in outcomes]
    passed, failed = verdicts.count(Verdict.PASS), verdicts.count(Verdict.FAIL)
    yield (
        f"result       of {_counted(len(verdicts))} {passed} passed, {failed} failed, "
        f"{len(verdicts) - passed - failed} proved nothing"
    )


def _counted(count: int) -> str:
    return f"{count} interaction{'' if count == 1 else 's'}"
