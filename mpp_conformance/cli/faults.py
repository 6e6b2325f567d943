"""``faults``: what the simulated Alipay+ can do wrong, and which cases have an MPP meet it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import click

from mpp_conformance import __version__
from mpp_conformance.cli.forms import format_option, print_json
from mpp_conformance.common.resources import directory
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.ledger.requirements import Case
from mpp_conformance.protocol.faults import FAMILIES, FAULTS, Fault
from mpp_conformance.protocol.faults.page import faulty_answers
from mpp_conformance.protocol.limits import DEFAULT_EDITION, EDITIONS, Reading

FORMAT: Final = "mpp-conformance faults 1"
_SHOWN: Final = 6
"""Conversations that are named for each requirement; JSON has them all."""

Met = Mapping[str, Sequence[tuple[str, str]]]
"""Each profile with requirement and conversation of the cases in which it is met."""


@click.command("faults")
@format_option("faults-json.md")
def command(form: str) -> None:
    """Show what the simulated Alipay+ can do wrong: fault profiles, one defect each.

    For each profile: what a careful MPP does, what the documents say about it, and the requirements whose cases use it.
    """
    met = _met(load(directory("suites")).cases)
    if form == "json":
        print_json(document(met))
        return
    for line in text(met):
        click.echo(line)


def _met(cases: Sequence[Case]) -> Met:
    found: dict[str, list[tuple[str, str]]] = {name: [] for name in FAULTS}
    for case in cases:
        for scenario in case.scenarios(EDITIONS[DEFAULT_EDITION], Reading()):
            for name in dict.fromkeys(payment.fault for payment in scenario.payments if payment.fault):
                found[name].append((case.requirement.id, scenario.label))
    return found


def document(met: Met) -> dict[str, Any]:
    """What ``--format json`` prints."""
    return {
        "format": FORMAT,
        "version": __version__,
        "faults": [_row(fault, met[fault.name]) for fault in FAULTS.values()],
    }


def _row(fault: Fault, met: Sequence[tuple[str, str]]) -> dict[str, Any]:
    return {
        "name": fault.name,
        "family": fault.family,
        "does": fault.does,
        "careful": fault.careful,
        "basis": fault.basis,
        "source": fault.source or None,
        "first": fault.first or None,
        "requirements": sorted({requirement for requirement, _ in met}),
        "scenarios": sorted({label for _, label in met}),
    }


def text(met: Met) -> Iterator[str]:
    """What ``--format text`` prints."""
    for family in FAMILIES:
        yield family
        for fault in FAULTS.values():
            if fault.family == family:
                yield from _profile(fault, met[fault.name])
        yield ""
    yield f"{len(FAULTS)} profiles, met in {len({label for rows in met.values() for _, label in rows})} conversations"


def _profile(fault: Fault, met: Sequence[tuple[str, str]]) -> Iterator[str]:
    yield f"  {fault.name} ({faulty_answers(fault)})"
    yield f"      {fault.does}"
    yield f"      careful: {fault.careful}"
    yield f"      documents: {fault.basis}{f', {fault.source}' if fault.source else ''}"
    by_requirement: dict[str, list[str]] = {}
    for requirement, label in met:
        by_requirement.setdefault(requirement, []).append(label)
    for requirement, labels in by_requirement.items():
        more = f", and {len(labels) - _SHOWN} more" if len(labels) > _SHOWN else ""
        yield f"      {requirement}: {', '.join(labels[:_SHOWN])}{more}"
