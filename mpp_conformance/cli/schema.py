"""``schema``: the JSON Schemas of wallet.toml, of what a run writes down, and of what commands print."""

import json
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any, Final

import click

from mpp_conformance.cli.exits import ELSEWHERE
from mpp_conformance.cli.forms import print_json
from mpp_conformance.common.shapes import SHA256, STRING, closed_object, document


def _verdicts() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(
        files("mpp_conformance.report.verdict_file").joinpath("verdicts.schema.json").read_bytes()
    )
    return made


def _of_evidence(name: str) -> Callable[[], dict[str, Any]]:
    def made() -> dict[str, Any]:
        from mpp_conformance.evidence import schemas  # noqa: PLC0415  # only for the one that is asked for

        return getattr(schemas, f"{name}_schema")()  # type: ignore[no-any-return]  # each makes one

    return made


def _wallet() -> dict[str, Any]:
    from mpp_conformance.wallet.schema import wallet_schema  # noqa: PLC0415  # pydantic

    return wallet_schema()


def _claims() -> dict[str, Any]:
    """Both parts of it stand in the verdict file, too."""
    whole = _verdicts()
    parts = {name: whole["properties"][name] for name in ("claims", "suite")}
    return document("claims.json of a bundle", closed_object(parts), _counting(whole))


def _journal() -> dict[str, Any]:
    """What a run was begun with stands in the verdict file, too."""
    from mpp_conformance.evidence.schemas import journal_schema  # noqa: PLC0415  # only for the one that is asked for

    whole = _verdicts()
    parts = {name: whole["properties"][name] for name in ("target", "claims", "message_layer")}
    facts = closed_object({**parts, "suite": closed_object({"version": STRING, "digest": SHA256}), "source": SHA256})
    return journal_schema(facts, _counting(whole))


def _counting(whole: dict[str, Any]) -> dict[str, Any]:
    """What the parts of the verdict file's schema that stand elsewhere, too, refer to."""
    return {name: whole["$defs"][name] for name in ("count", "witness")}


def _of_command(name: str) -> Callable[[], dict[str, Any]]:
    def made() -> dict[str, Any]:
        from mpp_conformance.cli.outputs import SCHEMAS as OF_COMMANDS  # noqa: PLC0415  # every command

        return OF_COMMANDS[name]

    return made


SCHEMAS: Final[Mapping[str, tuple[str, Callable[[], dict[str, Any]]]]] = {
    "wallet": ("wallet.toml: what a wallet claims, and how to reach it", _wallet),
    "verdicts": ("verdicts.json: the outcome of a run", _verdicts),
    "evidence": ("evidence/*.json: one conversation", _of_evidence("evidence")),
    "strays": ("evidence/strays-*.json: messages that fitted no conversation", _of_evidence("strays")),
    "disclosures": ("disclosures/*.json: what opens hidden parts of evidence", _of_evidence("disclosures")),
    "journal": ("journal.jsonl: one line of it", _journal),
    "gate": ("gate.json: what gate has decided about a run", _of_command("gate")),
    "manifest": ("manifest.json: what is in a bundle", _of_command("manifest")),
    "claims": ("claims.json of a bundle: what the wallet claims, and which suite judged", _claims),
    "matrix": ("kill-matrix.json, and matrix --format json", _of_command("matrix")),
    "list": ("list --format json", _of_command("list")),
    "coverage": ("coverage --format json", _of_command("coverage")),
    "faults": ("faults --format json", _of_command("faults")),
    "answers": ("answers list --format json", _of_command("answers")),
    "doctor": ("doctor --format json", _of_command("doctor")),
    "rejudge": ("rejudge --format json", _of_command("rejudge")),
    "verify": ("verify --format json", _of_command("verify")),
    "load": ("load --format json", _of_command("load")),
    "audit": ("audit.json, and audit --format json", _of_command("audit")),
    "diff": ("diff --format json", _of_command("diff")),
}
"""Each schema by its name, with what it is of."""


@click.command("schema", epilog=ELSEWHERE)
@click.argument("name", required=False, metavar="[NAME]", type=click.Choice(list(SCHEMAS)))
def command(name: str | None) -> None:
    """Print the JSON Schema (2020-12) called NAME; without a name, list them all (docs/schemas.md)."""
    if name is None:
        click.echo("\n".join(f"{known:<12} {what}" for known, (what, _) in SCHEMAS.items()))
    else:
        print_json(SCHEMAS[name][1]())
