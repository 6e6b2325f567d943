"""``list``: the requirements and the cases, and what of them applies to a wallet."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click

from mpp_conformance import __version__
from mpp_conformance.cli.forms import format_option, print_json
from mpp_conformance.cli.wallets import load_wallet, wallet_option
from mpp_conformance.common.resources import directory
from mpp_conformance.ledger.catalogue import FEATURES, Claims, Planned, load, plan
from mpp_conformance.ledger.requirements import Case, Ledger, Requirement, as_row
from mpp_conformance.protocol.limits import DEFAULT_EDITION, EDITIONS, Reading

FORMAT: Final = "mpp-conformance list 1"


@click.command("list")
@wallet_option
@format_option("list-json.md")
def command(wallet: Path | None, form: str) -> None:
    """Show every requirement with its clause, and the cases that test it or the reason why none does.

    With --wallet it also shows which cases apply to that wallet; without it, it shows them as for a wallet that claims
    everything.
    """
    ledger = load(directory("suites"))
    claims = _claims(wallet)
    planned = list(plan(ledger.cases, claims))
    if form == "json":
        print_json(document(ledger, claims, planned))
        return
    for line in text(ledger, planned):
        click.echo(line)


def _claims(wallet: Path | None) -> Claims:
    if wallet is not None:
        return Claims.of(load_wallet(wallet).claims())
    return Claims(
        wallet="", version="", features=frozenset(FEATURES), edition=EDITIONS[DEFAULT_EDITION], reading=Reading()
    )


def document(ledger: Ledger, claims: Claims, planned: list[Planned]) -> dict[str, Any]:
    """What ``--format json`` prints."""
    return {
        "format": FORMAT,
        "version": __version__,
        "wallet": {"name": claims.wallet, "version": claims.version} if claims.wallet else None,
        "features": sorted(claims.features),
        "edition": claims.edition.name,
        "requirements": [as_row(row, ledger.cases_of(row)) for row in ledger.requirements.values()],
        "cases": [_case(case, [row for row in planned if row.case is case]) for case in ledger.cases],
    }


def _case(case: Case, rows: list[Planned]) -> dict[str, Any]:
    return {
        "requirement": case.requirement.id,
        "module": case.module,
        "name": case.name,
        "purpose": case.purpose,
        "needs": list(case.needs),
        "scenarios": [
            {"label": row.scenario.label, "applies": not row.not_applicable, "reason": row.not_applicable or None}
            for row in rows
        ],
    }


def text(ledger: Ledger, planned: list[Planned]) -> Iterator[str]:
    """What ``--format text`` prints."""
    for row in ledger.requirements.values():
        yield from _requirement(row)
        if row.excluded:
            yield f"    not tested: {row.excluded}"
        for case in ledger.cases_of(row):
            yield from _rows(case, [found for found in planned if found.case is case])
        yield ""
    rows = ledger.requirements.values()
    apply = sum(not row.not_applicable for row in planned)
    yield (
        f"{len(rows)} requirements: {sum(not row.excluded for row in rows)} tested, "
        f"{sum(bool(row.excluded) for row in rows)} excluded with a reason"
    )
    yield f"{len(planned)} cases: {apply} apply, {len(planned) - apply} not applicable"
    yield f"{len({row.scenario for row in planned if not row.not_applicable})} distinct conversations"


def _requirement(row: Requirement) -> Iterator[str]:
    yield f"{row.id}  {row.level}, {row.basis}, {row.actor}"
    yield f"    {row.text}"
    for clause in row.clauses:
        yield f"    clause: {clause}"


def _rows(case: Case, rows: list[Planned]) -> Iterator[str]:
    apply = [row.scenario.label for row in rows if not row.not_applicable]
    if apply:
        yield f"    {case.module}::{case.name}: {', '.join(apply)}"
    for reason in sorted({row.not_applicable for row in rows if row.not_applicable}):
        labels = ", ".join(row.scenario.label for row in rows if row.not_applicable == reason)
        yield f"    {case.module}::{case.name}: not applicable ({reason}): {labels}"
