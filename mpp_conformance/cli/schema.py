"""``schema``: the JSON Schemas of what a run writes down."""

import json
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any, Final

import click

from mpp_conformance.cli.exits import explained


def _verdicts() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(files("mpp_conformance").joinpath("report/verdicts.schema.json").read_bytes())
    return made


def _of_evidence(name: str) -> Callable[[], dict[str, Any]]:
    def made() -> dict[str, Any]:
        from mpp_conformance.evidence import schemas  # noqa: PLC0415  # only for the one that is asked for

        return getattr(schemas, f"{name}_schema")()  # type: ignore[no-any-return]  # each makes one

    return made


SCHEMAS: Final[Mapping[str, tuple[str, Callable[[], dict[str, Any]]]]] = {
    "verdicts": ("verdicts.json: the outcome of a run", _verdicts),
    "evidence": ("evidence/*.json: one conversation", _of_evidence("evidence")),
    "strays": ("evidence/strays-*.json: messages that fitted no conversation", _of_evidence("strays")),
    "disclosures": ("disclosures/*.json: what opens hidden parts of evidence", _of_evidence("disclosures")),
    "journal": ("journal.jsonl: one line of it", _of_evidence("journal")),
}
"""Each schema by its name, with what it is of."""


@click.command("schema", epilog=explained())
@click.argument("name", required=False, type=click.Choice(list(SCHEMAS)))
def command(name: str | None) -> None:
    """Print the JSON Schema (2020-12) called NAME; without a name, which there are."""
    if name is None:
        click.echo("\n".join(f"{known:<12} {what}" for known, (what, _) in SCHEMAS.items()))
    else:
        click.echo(json.dumps(SCHEMAS[name][1](), indent=2))
