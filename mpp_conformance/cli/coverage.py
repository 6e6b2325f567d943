"""``coverage``: how much of the state model the cases cover, and what of it they do not."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import click

from mpp_conformance import __version__
from mpp_conformance.adequacy.coverage import Parts, case_of, conversation_of, of_plan, only_by, possible
from mpp_conformance.cli.forms import format_option, print_json
from mpp_conformance.cli.wallets import load_wallet, wallet_option
from mpp_conformance.common.resources import directory
from mpp_conformance.ledger.catalogue import Claims, load, plan
from mpp_conformance.wallet import reference

FORMAT: Final = "mpp-conformance coverage 1"


@click.command("coverage")
@wallet_option
@format_option("coverage-json.md")
def command(wallet: Path | None, form: str) -> None:
    """Show how much of the state model (docs/state-model.md) the cases cover, and what they do not.

    It counts transitions, and pairs of values of two dimensions, except those that no payment can show. With --wallet
    it counts what that wallet's claims allow; without it, what a wallet that claims everything could show.
    """
    claims = Claims.of((load_wallet(wallet) if wallet else reference()).claims())
    rows = list(plan(load(directory("suites")).cases, claims))
    whole, covered = possible(claims), of_plan(rows)
    by_case = only_by(rows, case_of)
    by_conversation = {scenario.label: lost for scenario, lost in only_by(rows, conversation_of).items()}
    if form == "json":
        found = document(whole, covered, cases=by_case, conversations=by_conversation)
        found["wallet"] = {"name": claims.wallet, "version": claims.version} if wallet else None
        print_json(found)
        return
    for line in text(whole, covered, cases=by_case, conversations=by_conversation):
        click.echo(line)


def document(
    whole: Parts, covered: Parts, *, cases: Mapping[str, Parts], conversations: Mapping[str, Parts]
) -> dict[str, Any]:
    """What ``--format json`` prints, but for the wallet."""
    missing = whole - covered
    return {
        "format": FORMAT,
        "version": __version__,
        "wallet": None,
        "transitions": {
            "covered": len(covered.transitions),
            "possible": len(whole.transitions),
            "missing": Parts(transitions=missing.transitions).names(),
        },
        "pairs": {
            "covered": len(covered.pairs),
            "possible": len(whole.pairs),
            "missing": Parts(pairs=missing.pairs).names(),
        },
        "only_by_case": {name: part.names() for name, part in cases.items()},
        "only_by_conversation": {name: part.names() for name, part in conversations.items()},
    }


def text(
    whole: Parts, covered: Parts, *, cases: Mapping[str, Parts], conversations: Mapping[str, Parts]
) -> Iterator[str]:
    """What ``--format text`` prints: the figures, what is missing, and what hangs on a single case or conversation."""
    yield (
        f"transitions {len(covered.transitions)} of {len(whole.transitions)}, "
        f"pairs {len(covered.pairs)} of {len(whole.pairs)}"
    )
    for name in (whole - covered).names():
        yield f"missing {name}"
    for kind, lost in (("case", cases), ("conversation", conversations)):
        for name, part in lost.items():
            yield f"without {kind} {name} these would be missing"
            yield from (f"    {named}" for named in part.names())
