"""Mutation testing of the judge: every small change to a pure floor must turn one of its own tests red.

``make mutation`` prints the score of each module and of all together, and ends with 1 where that is below TARGET, where
a survivor has no reason in ``mutation-survivors.toml``, or where that table has an entry that survives no more. Modules
named on the command line are tested alone, as ``tools/mutation.py judging/oracle wire/orders``.

The figures of a module that is in order are written into ``docs/mutation.md`` as soon as it is tested. They hold while
neither the module nor its tests change: a run that was broken off is gone on with, and what has changed is tested anew.
Modules that are named are tested in any case.
"""

import argparse
import hashlib
import os
import re
import sys
import time
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from mutant_trials import Trial, prepare

ROOT = Path(__file__).parents[1]
PACKAGE = "mpp_conformance"
TARGET = 95.0
"""Per cent."""
TABLE = Path(__file__).with_name("mutation-survivors.toml")
PAGE = ROOT / "docs" / "mutation.md"
HEAD = """\
# Mutation testing of the judge

What `make mutation` came to when it last tested each module. A mutant is a module with one small change; the module's
own tests have to notice it. Those that nobody noticed stand below, each with the reason. The last column is a digest of
the module, its tests and the mutants' tools: where it is still the same, the module is not tested again.
"""
ORACLE = ("oracle_judge", "oracle_words", "oracle_unread", "oracle_late", "oracle")
WIRE = ("wire_bodies", "wire_encoding", "wire_parsing", "wire", "wire_malformed")
FAULTY = ("wire_replies", "protocol/faults")
TESTS: Mapping[str, Sequence[str]] = {
    "judging/judgement": ORACLE,
    "judging/oracle": ORACLE,
    "judging/trace": ("trace",),
    "judging/verdict": ("verdict",),
    "ledger/requirements": ("requirements",),
    "peers/accounts": ("accounts",),
    "peers/alipay_plus": ("alipay_plus", "alipay_plus_again", "unknown_results"),
    "protocol/limits": ("limits",),
    "protocol/signature": ("signature", "signature_header", "signature_keys"),
    "report/verdict_file/folding": ("report/folding",),
    **{f"wire/{path.stem}": WIRE for path in sorted((ROOT / PACKAGE / "wire").glob("[a-z]*.py"))},
    "wire/replies": FAULTY,
    "wire/schemas": ("wire_schemas", *WIRE),
    "wire/verification": ("wire_verification",),
    "wire/fault_application": FAULTY,
}
"""Each module, and its own fast tests, which have to notice what is changed there without anybody's help."""
TOOLS = ("mutants.py", "mutant_trials.py")
LOADED_ONCE = (
    "cryptography.hazmat.primitives.asymmetric.rsa",
    "hypothesis.stateful",
    "jsonschema",
    "jsonschema_rs",
    "openapi_spec_validator",
    "pydantic",
    "yaml",
)

Reasons = Mapping[tuple[str, str], str]
"""Module and change -> why no test can tell, or need tell, the mutant from the module."""


class Figures(NamedTuple):
    """How many mutants a module has, how many of them survive, and the digest of what was tested."""

    made: int
    alive: int
    digest: str


Counts = Mapping[str, Figures]
"""Module -> its figures."""


def main(arguments: Sequence[str]) -> int:
    """Test the modules named, or all; what the program ends with."""
    parser = argparse.ArgumentParser(description="mutation testing of the pure floors")
    parser.add_argument("modules", nargs="*", help=f"of {', '.join(TESTS)}")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="mutants tested at a time")
    chosen = parser.parse_args(arguments)
    unknown = sorted(set(chosen.modules) - set(TESTS))
    if unknown:
        parser.error(f"no such module: {', '.join(unknown)}")
    reasons = table(TABLE.read_text("utf-8"))
    started = time.monotonic()
    prepare(ROOT, LOADED_ONCE)
    counts: dict[str, Figures] = {}
    troubles: list[str] = []
    for name in chosen.modules or TESTS:
        known = {change for of, change in reasons if of == name}
        before, now = recorded().get(name), digest(name)
        if before and not chosen.modules and (before.alive, before.digest) == (len(known), now):
            counts[name] = before
            _printed(f"{line(name, before)} as before", [])
            continue
        made, alive = tested(name, chosen.jobs)
        counts[name] = Figures(made, len(alive), now)
        odd = _printed(line(name, counts[name]), complaints(name, set(alive), known))
        troubles += odd
        _keep({} if odd else {name: counts[name]}, reasons)
    _keep({}, reasons)
    lost = [f"the score is below {TARGET:g} %"] if score(*total(counts)) < TARGET else []
    minutes = (time.monotonic() - started) / 60
    print(f"{minutes:.1f} minutes")
    troubles += _printed(summary(counts), lost)
    return 1 if troubles else 0


def _keep(more: Counts, reasons: Reasons) -> None:
    PAGE.write_text(page(recorded() | more, reasons), "utf-8")


def _printed(figures: str, troubles: Iterable[str]) -> list[str]:
    """Print both, at once: a run takes long."""
    found = list(troubles)
    print(figures, *found, sep="\n", flush=True)
    return found


def table(text: str) -> Reasons:
    """The survivors that are known, with their reasons; ValueError for one without, or one that stands there twice."""
    reasons: dict[tuple[str, str], str] = {}
    for group in tomllib.loads(text)["survivors"]:
        for change in group["changes"]:
            key = (group["module"], change)
            if key in reasons or not group["reason"].strip():
                raise ValueError(f"{TABLE.name}: a survivor needs one reason: {key}")
            reasons[key] = group["reason"]
    return reasons


def tested(name: str, jobs: int) -> tuple[int, list[str]]:
    """How many mutants a module has, and the changes that its tests do not notice."""
    from mutants import mutants  # noqa: PLC0415  # needs what only `make mutation` installs

    path, *tests = files(name)
    made = mutants(ROOT / path)
    trial = Trial(root=ROOT, path=ROOT / path, tests=tests, blocked=(f"{PACKAGE}.plugin", "allure_pytest"))
    return len(made), sorted(mutant.change for mutant in trial.survivors(made, jobs))


def files(name: str) -> list[str]:
    """The file of a module and those of its tests, below ROOT; a test without a room stands in that of the module."""
    rooms = [test.rpartition("/") for test in TESTS[name]]
    own = name.partition("/")[0]
    return [f"{PACKAGE}/{name}.py", *(f"tests/{room or own}/test_{test}.py" for room, _, test in rooms)]


def digest(name: str) -> str:
    """What a module's figures rest on: itself, its tests, and what makes mutants and puts them on trial."""
    read = [*(ROOT / file for file in files(name)), *(Path(__file__).with_name(tool) for tool in TOOLS)]
    return hashlib.sha256(b"".join(hashlib.sha256(path.read_bytes()).digest() for path in read)).hexdigest()[:12]


def line(name: str, figures: Figures) -> str:
    """One line of figures."""
    made, alive, _ = figures
    return f"{name:<22} {made:>5} mutants {alive:>4} survive {score(made, alive):>6.1f} %"


def score(made: int, alive: int) -> float:
    """The mutants that were noticed, per cent of all; those that nobody could notice count against it as well."""
    return 100 * (made - alive) / made if made else 100.0


def summary(counts: Counts) -> str:
    """What it all comes to."""
    made, alive = total(counts)
    return f"Score {score(made, alive):.1f} %: of {made} mutants {alive} survive."


def total(counts: Counts) -> tuple[int, int]:
    """Mutants and survivors of all modules together."""
    return sum(figures.made for figures in counts.values()), sum(figures.alive for figures in counts.values())


def complaints(name: str, alive: set[str], known: set[str]) -> Iterator[str]:
    """What is not in order with the survivors of a module; ``known``: those of them that have a reason."""
    for change in sorted(alive - known):
        yield f"{name} survives without a reason: {change}"
    for change in sorted(known - alive):
        yield f"{TABLE.name} explains what no longer survives: {name}: {change}"


def recorded() -> dict[str, Figures]:
    """The figures that docs/mutation.md has, of modules that there still are."""
    text = PAGE.read_text("utf-8") if PAGE.exists() else ""
    rows = re.findall(r"^\| `(\S+)` \| ([0-9]+) \| ([0-9]+) \| \S+ % \| `([0-9a-f]+)` \|$", text, re.MULTILINE)
    return {name: Figures(int(made), int(alive), of) for name, made, alive, of in rows if name in TESTS}


def page(counts: Counts, reasons: Reasons) -> str:
    """docs/mutation.md: the figures, and the survivors with their reasons."""
    rows = [
        f"| `{name}` | {made} | {alive} | {score(made, alive):.1f} % | `{of}` |"
        for name, (made, alive, of) in sorted(counts.items())
    ]
    groups: dict[tuple[str, str], list[str]] = {}
    for (name, change), reason in sorted(reasons.items()):
        groups.setdefault((name, reason), []).append(change)
    survivors = [text for (name, reason), changes in groups.items() for text in _group(name, reason, changes)]
    return "\n".join(
        [
            HEAD,
            summary(counts),
            "",
            "| module | mutants | survive | score | digest |",
            "| --- | --- | --- | --- | --- |",
            *rows,
            *survivors,
            "",
        ]
    )


def _group(name: str, reason: str, changes: Sequence[str]) -> Iterator[str]:
    yield from ("", f"`{name}`, {' '.join(reason.split())}", "")
    yield from (f"- ``{change}``" for change in changes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
