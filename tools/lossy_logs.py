"""What may be wrong with a log, done to the log of every conversation with a conforming MPP, and whom an audit accuses.

``make lossy`` does all of it, and writes the table in docs/audit.md; tests/trials/test_audit_fold.py does a spread.
``make detects`` writes the table of what an audit is worth.
"""

import random
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from mpp_conformance.common.resources import directory
from mpp_conformance.judging.trace import Trace
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.ledger.requirements import Case
from mpp_conformance.protocol.messages import APP_LINK, GATEWAY
from mpp_conformance.scenarios.observation import POINTS
from mpp_conformance.specimens import CONFORMING, Specimen
from mpp_conformance.trials import cabinet
from mpp_conformance.trials.audit import worth
from mpp_conformance.trials.audit.fold import Fold
from mpp_conformance.trials.audit.mapping import Mapped
from mpp_conformance.trials.audit.questions import Questions
from mpp_conformance.trials.audit.records import Facts, Record
from mpp_conformance.trials.audit.tally import Tally
from mpp_conformance.wire import OPERATIONS

PAGE: Final = Path(__file__).parents[1] / "docs/audit.md"
TABLE: Final = r"(?<=<!-- {name} -->\n\n).*?(?=\n\n)"
FACTS: Final = Facts(begin=-(2**60), end=2**60)
Log = tuple[Record, ...]


def dropped(log: Log) -> Iterator[Log]:
    """Without one of its records, and without any two that stand beside each other."""
    for place in range(len(log)):
        yield log[:place] + log[place + 1 :]
        yield log[:place] + log[place + 2 :]


def thinned(log: Log) -> Iterator[Log]:
    """Without a third of its records, by chance."""
    for seed in range(4):
        chance = random.Random(f"{seed} {log[0].conversation}")  # noqa: S311  # no secret
        yield tuple(record for record in log if chance.random() > 1 / 3)


def truncated(log: Log) -> Iterator[Log]:
    """Cut off behind each record, and before each."""
    for place in range(1, len(log)):
        yield log[:place]
        yield log[place:]


def doubled(log: Log) -> Iterator[Log]:
    """With one of its records twice."""
    for place, record in enumerate(log):
        yield (*log[: place + 1], record._replace(at=record.at + 1), *log[place + 1 :])


def shuffled(log: Log) -> Iterator[Log]:
    """Backwards, and in orders of chance."""
    yield _at_times(log, range(len(log), 0, -1))
    for seed in range(4):
        times = list(range(len(log)))
        random.Random(f"{seed} {log[0].conversation}").shuffle(times)  # noqa: S311  # likewise
        yield _at_times(log, times)


def skewed(log: Log) -> Iterator[Log]:
    """With the clock of the clients, or of the server, behind; and in whole minutes."""
    for behind in (-7_500_000, 7_500_000):
        yield _at_times(log, [record.at + (behind if record.session else 0) for record in log])
    yield _at_times(log, [record.at // 60_000_000 for record in log])


def _at_times(log: Log, times: Sequence[int]) -> Log:
    return tuple(record._replace(at=at) for record, at in zip(log, times, strict=True))


@dataclass(frozen=True, slots=True)
class Loss:
    """What is wrong with a log, in words; how it comes about; and what of it can then not be attested."""

    words: str
    made: Callable[[Log], Iterator[Log]]
    spoils: str


LOSSES: Final[Mapping[str, Loss]] = {
    "dropped": Loss("one record is lost, or two in a row", dropped, "complete"),
    "thinned": Loss("a third of the records is lost", thinned, "complete"),
    "truncated": Loss("it begins late, or ends early", truncated, "complete"),
    "doubled": Loss("one record is there twice", doubled, "counted"),
    "shuffled": Loss("the records come in any order", shuffled, "ordered"),
    "skewed": Loss("clocks differ, or tell minutes only", skewed, "ordered"),
}


@cache
def cases() -> tuple[Case, ...]:
    """The suite's cases."""
    return tuple(load(directory("suites")).cases)


def attested(*names: str, points: Sequence[str] = POINTS) -> Mapped:
    """A mapping of logs that hold every message; ``names``: what is attested of the points, all four unless said."""
    data = {
        "read": [{"files": ["log"], "sql": "SELECT 1"}],
        "kinds": {kind.__name__: kind.__name__ for kind in OPERATIONS},
        "attested": {"settle": 0.0, **{name: list(points) for name in names}},
    }
    return Mapped.model_validate(data)


def fold(mapped: Mapped) -> Fold:
    """The fold of an audit with this mapping."""
    return Fold(questions=Questions(cases()), attested=mapped.observes, facts=FACTS, settle=mapped.attested.settle)


def conversations(specimens: Iterable[Specimen], every: int = 1) -> Iterator[Trace]:
    """The conversations of the suite with each of these, equal ones once; of the scenarios one in ``every``."""
    scenarios, seen = tuple(cabinet.conversations(cases()))[::every], set[int]()
    for specimen in specimens:
        for trace in worth.traces(specimen, scenarios):
            if id(trace) not in seen:
                seen.add(id(trace))
                yield trace


def logs_of(traces: Iterable[Trace]) -> Iterator[Log]:
    """The log of each conversation that a payment of a scenario leaves."""
    for number, trace in enumerate(traces):
        found: dict[str, list[Record]] = {}
        for record in worth.logged(trace, f"{number:07d}"):
            found.setdefault(record.conversation, []).append(record)
        yield from map(tuple, found.values())


@cache
def of_conforming(every: int = 1) -> Sequence[Log]:
    """The logs of conforming MPPs; of the scenarios one in ``every``."""
    return tuple(logs_of(conversations(CONFORMING.values(), every)))


def audited(logs: Iterable[Log], mapped: Mapped) -> Tally:
    """What an audit comes to that reads each of these logs as a conversation of its own."""
    numbered = (
        record._replace(conversation=f"{number:09d} {record.conversation}")
        for number, log in enumerate(logs)
        for record in sorted(log, key=lambda record: (record.at, record.kind, record.body))
    )
    return fold(mapped).of(numbered)


def spoilt(loss: Loss, logs: Iterable[Log], every: int = 1) -> Iterator[Log]:
    """What a loss leaves of these logs; one in ``every``."""
    left = (worse for log in logs for worse in loss.made(log) if worse)
    return (log for number, log in enumerate(left) if number % every == 0)


WORTH: Final = ("complete", "counted", "ordered")
ATTESTED: Final[Mapping[str, Mapped]] = {
    "nothing": attested(),
    "that the log of the server is complete, counted and ordered": attested(*WORTH, points=(GATEWAY, APP_LINK)),
    "that all logs are": attested(*WORTH),
}


def detects() -> None:
    """Write the table of what an audit is worth."""
    rows = ["| what is attested | faulty MPPs named | conforming MPPs accused |", "| --- | --- | --- |"]
    for words, mapped in ATTESTED.items():
        found = worth.detection(mapped)
        named, accused = (
            f"{len(found.named)} of {len(found.faulty)}",
            f"{len(found.accused)} of {len(found.conforming)}",
        )
        rows.append(f"| {words} | {named} | {accused} |")
    _write("detects", rows)


def lossy() -> None:
    """Write the table of lossy logs."""
    rows = ["| what is wrong with the log | logs | accused, if nobody attests against it | if somebody does |"]
    rows.append("| --- | --- | --- | --- |")
    for loss in LOSSES.values():
        honest = [name for name in ("complete", "counted", "ordered") if name != loss.spoils]
        found = [
            audited(spoilt(loss, of_conforming()), attested(*names)) for names in ((), honest, (*honest, loss.spoils))
        ]
        nothing, rest, falsely = (_accused(one) for one in found)
        rows.append(f"| {loss.words} | {found[0].conversations:,} | {nothing + rest} | {falsely:,} |")
        print(rows[-1], flush=True)
    _write("lossy logs", rows)


def _write(name: str, rows: Sequence[str]) -> None:
    table = re.compile(TABLE.format(name=name), re.DOTALL)
    PAGE.write_text(table.sub("\n".join(rows), PAGE.read_text("utf-8")), "utf-8")
    print("\n".join(rows))


def _accused(found: Tally) -> int:
    """How many times a requirement was found to be broken; nothing may be in error."""
    if found.erred:
        raise SystemExit(f"cases of {', '.join(sorted(found.erred))} could not judge: a fault of the suite")
    for name, example in found.counterexamples():
        print(f"    {name}: {example.conversation}")
    return sum(found.broke.values())


if __name__ == "__main__":
    detects() if sys.argv[1:] == ["detects"] else lossy()
