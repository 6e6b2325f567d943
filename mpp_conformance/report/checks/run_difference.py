"""What has changed between two runs, and what can be the reason: the wallet, the suite, the edition, the claims.

A reason is what differs between the two verdict files. Where nothing else does, it is the wallet's behaviour; where
several do, all of them are named, for a verdict file cannot tell them apart.
"""

from collections import Counter
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
        "compared": len(_verdicts(old).keys() | _verdicts(new).keys()),
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


def lines(made: Mapping[str, Any], *, cases: bool = False) -> Iterator[str]:
    """The difference for people: in numbers, then what can be the reason, then by requirement; ``cases``: each case."""
    yield f"old          {made['old']['run']}: {made['old']['overall']}"
    yield f"new          {made['new']['run']}: {made['new']['overall']}"
    yield f"result       {_in_numbers(made)}"
    if made["cases"]:
        yield f"verdicts     {_turns(made['cases'])}"
    for row in made["changes"]:
        yield f"changed      {row['what']}: {row['old']} -> {row['new']}"
    yield from _by_requirement(made)
    for row in made["cases"] if cases else ():
        name = f"{row['requirement']} {row['case']}[{row['scenario']}]"
        yield f"case         {name}: {_turn(row)} ({' or '.join(row['reasons'])})"
    if made["cases"] and not cases:
        yield "more         --cases names each case"


def _in_numbers(made: Mapping[str, Any]) -> str:
    if made["same"]:
        return "the same"
    requirements = {row["requirement"] for row in (*made["cases"], *made["requirements"])}
    return f"{len(made['cases'])} of {made['compared']} cases differ, in {len(requirements)} requirements"


def _by_requirement(made: Mapping[str, Any]) -> Iterator[str]:
    """What became of each requirement that has a difference, of its cases, and why that may be."""
    turned = {row["requirement"]: row for row in made["requirements"]}
    by_requirement: dict[str, list[Mapping[str, Any]]] = {name: [] for name in turned}
    for row in made["cases"]:
        by_requirement.setdefault(row["requirement"], []).append(row)
    for name, rows in by_requirement.items():
        verdict = _turn(turned[name]) if name in turned else "the same verdict"
        reasons = " or ".join(dict.fromkeys(reason for row in rows for reason in row["reasons"]))
        yield f"{name:<12} {verdict}" + (f"; cases: {_turns(rows)} ({reasons})" if rows else "")


def _turns(rows: Iterable[Mapping[str, Any]]) -> str:
    """How many went which way, the most frequent first."""
    return ", ".join(f"{count} {turn}" for turn, count in Counter(map(_turn, rows)).most_common())


def _turn(row: Mapping[str, Any]) -> str:
    return f"{row['old']} -> {row['new']}"
