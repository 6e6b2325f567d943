"""What parts of the suite take beside what such a part cannot do without, each as a ratio of CPU seconds of one run.

``make bench`` prints them; ``make bench WRITE=1`` writes them into docs/adequacy.md, too.
"""

import heapq
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any, Final

from mpp_conformance import wallet
from mpp_conformance.common.resources import directory
from mpp_conformance.evidence.journal import Journal
from mpp_conformance.judging.trace import Trace
from mpp_conformance.ledger import catalogue
from mpp_conformance.ledger.catalogue import Claims
from mpp_conformance.report.allure.reproduction import write_anew
from mpp_conformance.report.allure.results import DIRECTORY
from mpp_conformance.report.checks import journal_consistency, rejudgement
from mpp_conformance.report.languages.language import ENGLISH
from mpp_conformance.report.pages import html
from mpp_conformance.report.run_folder import journal_file, reading
from mpp_conformance.report.verdict_file import document
from mpp_conformance.specimens import SPECIMENS
from mpp_conformance.trials.audit import engine, mapping
from mpp_conformance.trials.audit.fold import prepare_fold

PAGE: Final = Path(__file__).parents[1] / "docs/adequacy.md"
TABLE: Final = re.compile(r"(?<=<!-- speed -->\n\n).*?(?=\n\n)", re.DOTALL)
TIMES: Final = 3
LONGER: Final = 8
"""So many times as long a journal is read for comparison."""
CONVERSATIONS: Final = 2_740
"""In a large report."""
EXAMPLES: Final = Path(__file__).parents[1] / "examples/audit"
LOGGED: Final = "20000"
"""Conversations of a log."""
SILENT: Final = "hand-overs-not-acted-on"
"""Of the MPPs that wait a run out, one of those that take longest."""
PLACES: Final = (4, 16, 64)
"""For conversations that are held at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One row: what is measured, what was found, and the goal."""

    what: str
    found: str
    goal: str


def measured(run: Path, seconds: float) -> Iterator[Figure]:
    """The figures of the run in a folder, which took so many CPU seconds."""
    yield from rejudged(run)
    yield from large_report(run)
    yield from allure(run, seconds)
    yield from order()
    yield from silent()
    yield from audited()


def rejudged(run: Path) -> Iterator[Figure]:
    """Judging again, beside reading the same bytes as JSON; and whether it grows with the journal alone."""
    files = [*run.glob("evidence/*.json"), run / document.FILE]
    lines = [*(file.read_bytes() for file in files), *(run / "journal.jsonl").read_bytes().splitlines()]
    reads = taken(lambda: [json.loads(line) for line in lines])
    again = taken(lambda: rejudgement.rejudged(run))
    yield Figure(what="`rejudge` / `json.loads` of the same bytes", found=f"{again / reads:.1f}", goal="4")
    known, verdicts = journal_file.read(run), reading.verdicts(run)
    longer = replace(known, entries=[*known.entries] * LONGER)

    def compared(journal: Journal) -> float:
        return taken(lambda: list(journal_consistency.differences(journal, verdicts, run)))

    growth = compared(longer) / compared(known) / LONGER
    yield Figure(what=f"a line of a journal {LONGER} times as long / a line", found=f"{growth:.1f}", goal="1")


def large_report(run: Path) -> Iterator[Figure]:
    """A report of many conversations that took the course of those that were held."""
    verdicts = reading.verdicts(run)
    traces = reading.traces(run, reading.names(verdicts)).traces
    many, held = copied(verdicts, traces, CONVERSATIONS)
    size = len(html.render(many, held).encode()) / 1e6
    yield Figure(what=f"report.html of {len(held):,} conversations, MB", found=f"{size:.1f}", goal="5")


def copied(
    verdicts: Mapping[str, Any], traces: Mapping[str, Trace], count: int
) -> tuple[dict[str, Any], dict[str, Trace]]:
    """A verdict file and its conversations, each again and again under another name until there are so many."""
    turns = -(-count // len(traces))
    names = [(turn, name) for turn in range(turns) for name in traces][:count]
    held = {_named(name, turn): traces[name] for turn, name in names}
    rows = [
        {**row, "cases": [case for turn in range(turns) for case in _copies(row["cases"], turn, held)]}
        for row in verdicts["requirements"]
    ]
    return {**verdicts, "requirements": rows}, held


def _copies(cases: Sequence[Mapping[str, Any]], turn: int, held: Mapping[str, Trace]) -> Iterator[dict[str, Any]]:
    for case in cases:
        if _named(case["evidence"], turn) in held:
            scenario = f"{case['scenario']}-{turn}" if turn else case["scenario"]
            yield {**case, "scenario": scenario, "evidence": _named(case["evidence"], turn)}


def _named(name: str, turn: int) -> str:
    return name.replace(".json", f"-{turn}.json") if turn else name


def allure(run: Path, seconds: float) -> Iterator[Figure]:
    """Allure's results: how many files there are for each case, and what writing them takes of the run."""
    cases = reading.verdicts(run)["counts"]["cases"]
    files = sum(1 for _ in (run / DIRECTORY).iterdir())
    yield Figure(what="files of Allure's results / cases", found=f"{files / cases:.1f}", goal="1.5")
    found = reading.names(reading.verdicts(run))
    written = taken(lambda: write_anew(run, ENGLISH)) - taken(lambda: reading.traces(run, found))
    yield Figure(what="Allure's results written anew / the whole run", found=f"{written / seconds:.2f}", goal="0.05")


def order() -> Iterator[Figure]:
    """How well the order in which a run begins its conversations fills the places, by their payments in turn."""
    claims = Claims.of(wallet.reference().claims())
    planned = catalogue.plan(catalogue.load(directory("suites")).cases, claims)
    turns = [scenario.turns for scenario in dict.fromkeys(row.scenario for row in planned)]
    for places in PLACES:
        ratio = duration(sorted(turns, reverse=True), places) / max(sum(turns) / places, *turns)
        what = f"conversations in {places} places, longest first: whole time / ideal"
        yield Figure(what=what, found=f"{ratio:.2f}", goal="1.1")


def silent() -> Iterator[Figure]:
    """How much longer a run takes whose wallet never calls back, by a clock that counts waiting alone."""
    sys.path.append(str(PAGE.parents[1]))
    from tests.leaping import PATIENCE, planned, run  # noqa: PLC0415  # from the root of the checkout

    for places in (1, PLACES[1]):
        scenarios = sorted(
            {row.scenario for row in planned(1, app_link=True)}, key=lambda one: (-one.turns, one.digest)
        )
        lengths = [
            run(SPECIMENS[name], scenarios, sharing=True, parallel=places).seconds for name in (SILENT, "conforming")
        ]
        what = f"an MPP that never calls back / a conforming one, patience {PATIENCE:g} s, places {places}: whole time"
        yield Figure(what=what, found=f"{lengths[0] / lengths[1]:.1f}", goal="3")


def audited() -> Iterator[Figure]:
    """An audit of logs once they are read and sorted, beside reading the same bytes as JSON; and of what is sorted."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        make = [sys.executable, str(Path(__file__).with_name("audit_example.py")), place, "--conversations", LOGGED]
        subprocess.run(make, check=True)  # noqa: S603  # our own
        mapping_file = folder / "audit.toml"
        mapping_file.write_text((EXAMPLES / "audit.toml").read_text("utf-8").replace("faulty/", ""), "utf-8")
        lines = [line for file in sorted(folder.glob("*.jsonl")) for line in file.read_bytes().splitlines()]
        reads = taken(lambda: [json.loads(line) for line in lines])
        mapped = mapping.load(mapping_file)
        with engine.open_logs(mapped, folder, folder) as logs:
            fold = prepare_fold(mapped, logs.facts)
            records = list(logs.records())
            judges = taken(lambda: fold.of(records))
            whole = taken(lambda: fold.of(logs.records()))
    yield Figure(what="audit: the fold / `json.loads` of the same logs", found=f"{judges / reads:.1f}", goal="1.0")
    what = "audit: the fold of what DuckDB hands over / `json.loads` of the same logs"
    yield Figure(what=what, found=f"{whole / reads:.1f}", goal="1.0")


def duration(lengths: Sequence[float], places: int) -> float:
    """How long it takes to do things of these lengths in this order, each as soon as a place is free."""
    free = [0.0] * places
    for length in lengths:
        heapq.heapreplace(free, free[0] + length)
    return max(free)


def taken(work: Callable[[], object]) -> float:
    """The CPU seconds that some work takes, the median of several times after one that does not count."""
    work()
    found = []
    for _ in range(TIMES):
        begun = time.process_time()
        work()
        found.append(time.process_time() - begun)
    return median(found)


def write(figures: Sequence[Figure]) -> None:
    """Put the figures into the documentation."""
    rows = ["| figure | found | goal |", "| --- | --- | --- |"]
    rows += [f"| {one.what} | {one.found} | ≤ {one.goal} |" for one in figures]
    PAGE.write_text(TABLE.sub(lambda _: "\n".join(rows), PAGE.read_text("utf-8")), "utf-8")
