"""Mutation testing of the judge: every small change to a pure floor must turn one of its own tests red.

``make mutation`` prints the score of each module and of all together, and ends with 1 where that is below TARGET, where
a survivor has no reason in ``mutation-survivors.toml``, or where that table has an entry that survives no more. Modules
named on the command line are tested alone, as ``tools/mutation.py oracle wire/orders``.
"""

import argparse
import os
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from mutants import PACKAGE, ROOT, mutants, prepare, survivors

TARGET = 95.0
"""Per cent."""
TABLE = Path(__file__).with_name("mutation-survivors.toml")
WIRE = ("wire", "wire_malformed", "wire_words")
TESTS: Mapping[str, Sequence[str]] = {
    "limits": ("limits",),
    "oracle": ("oracle", "oracle_judge", "oracle_unread"),
    "peers/accounts": ("accounts",),
    "peers/alipay_plus": ("alipay_plus",),
    "report/results": ("results",),
    "requirements": ("requirements",),
    "signature": ("signature",),
    "trace": ("trace",),
    "verdict": ("verdict",),
    "wire/bodies": WIRE,
    "wire/carrying": WIRE,
    "wire/operations": WIRE,
    "wire/orders": WIRE,
    "wire/reading": WIRE,
    "wire/schemas": WIRE,
}
"""Each module, and its own fast tests, which have to notice what is changed there without anybody's help."""

Reasons = Mapping[tuple[str, str], str]
"""Module and change -> why no test can tell, or need tell, the mutant from the module."""


def main(arguments: Sequence[str]) -> int:
    """Test the modules named, or all; what the program ends with."""
    parser = argparse.ArgumentParser(description="mutation testing of the pure floors")
    parser.add_argument("modules", nargs="*", help=f"of {', '.join(TESTS)}")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="mutants tested at a time")
    chosen = parser.parse_args(arguments)
    unknown = sorted(set(chosen.modules) - set(TESTS))
    if unknown:
        parser.error(f"no such module: {', '.join(unknown)}")
    names = chosen.modules or list(TESTS)
    reasons = {key: reason for key, reason in table(TABLE.read_text("utf-8")).items() if key[0] in names}
    started = time.monotonic()
    prepare()
    made, alive = 0, set()
    for name in names:
        count, found = tested(name, chosen.jobs)
        print(line(name, count, len(found)), flush=True)
        made += count
        alive |= {(name, change) for change in found}
    troubles = list(complaints(made, alive, reasons))
    print(line("all", made, len(alive)), f"in {(time.monotonic() - started) / 60:.1f} minutes")
    print(*troubles, sep="\n", end="\n" if troubles else "")
    return 1 if troubles else 0


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
    path = ROOT / PACKAGE / f"{name}.py"
    made = mutants(path)
    tests = [f"tests/test_{test}.py" for test in TESTS[name]]
    return len(made), sorted(mutant.change for mutant in survivors(path, made, tests, jobs))


def line(name: str, made: int, alive: int) -> str:
    """One line of figures."""
    return f"{name:<20} {made:>5} mutants {alive:>4} survive {score(made, alive):>6.1f} %"


def score(made: int, alive: int) -> float:
    """The mutants that were noticed, per cent of all; those that nobody could notice count against it as well."""
    return 100 * (made - alive) / made if made else 100.0


def complaints(made: int, alive: set[tuple[str, str]], reasons: Reasons) -> Iterator[str]:
    """What keeps this from being in order."""
    if score(made, len(alive)) < TARGET:
        yield f"the score is below {TARGET:g} %"
    for name, change in sorted(alive - reasons.keys()):
        yield f"{name} survives without a reason: {change}"
    for name, change in sorted(reasons.keys() - alive):
        yield f"{TABLE.name} explains what no longer survives: {name}: {change}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
