"""What has changed between two runs, and what can be the reason: the wallet, the suite, the edition, the claims.

A reason is what differs between the two verdict files. Where nothing else does, it is the wallet's behaviour; where
several do, all of them are named, for a verdict file cannot tell them apart.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from mpp_conformance.report.verdict_file import document

FORMAT: Final = "mpp-conformance diff 1"
WALLET: Final = "the wallet"
SUITE: Final = "the suite"
SOURCE: Final = "the source document"
EDITION: Final = "the edition of the limits"
CLAIMS: Final = "the claims"
ABSENT: Final = "absent"
"""Stands for the verdict of what one of the two runs does not have."""
_DECIDING: Final = ("features", "codes", "settlement")
"""The claims that decide what is judged, and how."""

Verdicts = Mapping[str, Any]


def document_of(old: Verdicts, new: Verdicts) -> dict[str, Any]:
    """The difference as a document; KeyError or TypeError where one of the two is no verdict file."""
    changes = dict(_changes(old, new))
    cases = list(_cases(old, new, changes))
    return {
        "format": FORMAT,
        "old": _named(old),
        "new": _named(new),
        "same": not cases and old["overall"] == new["overall"],
        "changes": [{"what": what, "old": was, "new": now} for what, (was, now) in changes.items()],
        "requirements": list(_requirements(old, new)),
        "cases": cases,
    }


def _named(verdicts: Verdicts) -> dict[str, Any]:
    return {"run": verdicts["run"], "overall": verdicts["overall"], "digest": verdicts["digest"]}


def _changes(old: Verdicts, new: Verdicts) -> Iterator[tuple[str, tuple[str, str]]]:
    """What the two runs were held with, where that differs."""
    for what, names in (
        (WALLET, ("wallet",)),
        (SUITE, ("suite",)),
        (SOURCE, ("source",)),
        (EDITION, ("limits",)),
    ):
        was, now = ([_shown(verdicts[name]) for name in names] for verdicts in (old, new))
        if was != now:
            yield what, (", ".join(was), ", ".join(now))
    claimed = [{name: verdicts["claims"].get(name) for name in _DECIDING} for verdicts in (old, new)]
    if claimed[0] != claimed[1]:
        yield CLAIMS, (_shown(claimed[0]), _shown(claimed[1]))


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_shown(inner)}" for name, inner in sorted(value.items()))
    return "none" if value is None else str(value)


def _requirements(old: Verdicts, new: Verdicts) -> Iterator[dict[str, str]]:
    before, after = ({row["id"]: row["verdict"] for row in verdicts["requirements"]} for verdicts in (old, new))
    for name in _in_order(before, after):
        was, now = before.get(name, ABSENT), after.get(name, ABSENT)
        if was != now:
            yield {"requirement": name, "old": was, "new": now}


def _cases(old: Verdicts, new: Verdicts, changes: Mapping[str, object]) -> Iterator[dict[str, Any]]:
    before, after = _verdicts(old), _verdicts(new)
    for key in _in_order(before, after):
        was, now = before.get(key, ABSENT), after.get(key, ABSENT)
        if was == now:
            continue
        requirement, module, case, scenario = key
        named = {"requirement": requirement, "module": module, "case": case, "scenario": scenario}
        yield {**named, "old": was, "new": now, "reasons": _reasons(changes, gone=ABSENT in (was, now))}


def _reasons(changes: Mapping[str, object], *, gone: bool) -> list[str]:
    """What can be behind a case that came out otherwise; a case that is not there is no doing of the wallet's."""
    if gone:
        return [what for what in changes if what != WALLET] or ["a part was run"]
    beside = [what for what in changes if what not in {WALLET, SOURCE}]
    return [WALLET, *beside]


def _verdicts(verdicts: Verdicts) -> dict[tuple[str, str, str, str], str]:
    return {
        (row["requirement"], row["module"], row["case"], row["scenario"]): row["verdict"]
        for row in document.cases(verdicts)
    }


def _in_order(before: Iterable[Any], after: Iterable[Any]) -> list[Any]:
    """Every key of either, in the order of the new run, then of the old one."""
    return list(dict.fromkeys([*after, *before]))


def lines(made: Mapping[str, Any]) -> Iterator[str]:
    """The difference for people."""
    old, new = made["old"], made["new"]
    yield f"old          {old['run']}: {old['overall']}"
    yield f"new          {new['run']}: {new['overall']}"
    for row in made["changes"]:
        yield f"changed      {row['what']}: {row['old']} -> {row['new']}"
    for row in made["requirements"]:
        yield f"requirement  {row['requirement']}: {row['old']} -> {row['new']}"
    for row in made["cases"]:
        name = f"{row['requirement']} {row['case']}[{row['scenario']}]"
        yield f"case         {name}: {row['old']} -> {row['new']} ({' or '.join(row['reasons'])})"
    differing = len(made["cases"])
    yield f"result       {'the same' if made['same'] else f'{differing} cases differ'}"
