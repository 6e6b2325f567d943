"""The fold: what a log shows is judged as it was when it happened, and what a log loses accuses nobody."""

import re
from collections.abc import Hashable, Iterable, Sequence
from types import ModuleType

import pytest

from mpp_conformance.specimens import CONFORMING, FAULTY
from mpp_conformance.trials.audit import log_traces, shapes, worth
from mpp_conformance.trials.audit.questions import Questions
from mpp_conformance.trials.audit.records import Record
from mpp_conformance.trials.audit.situation import Unclear
from mpp_conformance.trials.audit.tally import Tally
from tests.tools import tool

SCENARIOS, EVERY = 3, 50
"""Of the scenarios, and of what a loss leaves of their logs, one in so many; `make thorough` has them all."""
KINDS = ("dropped", "thinned", "truncated", "doubled", "shuffled", "skewed")


@pytest.fixture(scope="module")
def lossy() -> ModuleType:
    """The script, imported."""
    return tool("lossy_logs")


def accused(tally: Tally) -> list[tuple[str, str]]:
    """Requirement and conversation of whatever an MPP was accused of; nothing may be in error."""
    assert not tally.erred
    return [(requirement, one.conversation) for requirement, one in tally.counterexamples()]


@pytest.mark.slow
def test_no_conforming_mpp_is_accused_by_whole_logs(lossy: ModuleType) -> None:
    """Everything logged and attested: no conversation of a conforming MPP breaks anything."""
    tally = lossy.audited(lossy.of_conforming(SCENARIOS), lossy.attested("complete", "counted", "ordered"))
    assert tally.conversations > 2_000
    assert len(tally.showed) > 15
    assert accused(tally) == []


def accused_in_lossy_logs(lossy: ModuleType, kind: str, scenarios: int, every: int) -> list[tuple[str, str]]:
    """Whatever is accused where all is attested but what this loss spoils, and where nothing is."""
    loss = lossy.LOSSES[kind]
    honest = {"complete", "counted", "ordered"} - {loss.spoils}
    return [
        one
        for names in (honest, set[str]())
        for one in accused(
            lossy.audited(lossy.spoilt(loss, lossy.of_conforming(scenarios), every), lossy.attested(*names))
        )
    ]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_lossy_log_accuses_no_conforming_mpp(lossy: ModuleType, kind: str) -> None:
    """Records lost, told twice, out of order or cut off fail nobody where just that is not attested."""
    assert accused_in_lossy_logs(lossy, kind, SCENARIOS, EVERY) == []


@pytest.mark.thorough
@pytest.mark.parametrize("kind", KINDS)
def test_no_lossy_log_at_all_accuses_a_conforming_mpp(lossy: ModuleType, kind: str) -> None:
    """The same of any record of every conversation with every conforming MPP."""
    assert accused_in_lossy_logs(lossy, kind, 1, 1) == []


@pytest.mark.thorough
def test_the_page_says_what_an_audit_is_worth_today(lossy: ModuleType) -> None:
    """`make detects` writes it anew; no conforming MPP is accused, whatever is attested."""
    page = lossy.PAGE.read_text("utf-8")
    for words, mapped in lossy.ATTESTED.items():
        found = worth.detection(mapped)
        assert found.accused == ()
        assert f"| {words} | {len(found.named)} of {len(found.faulty)} | 0 of {len(found.conforming)} |" in page


def test_the_lossy_logs_are_all_there_are(lossy: ModuleType) -> None:
    """The kinds of loss that are tried here are those of the script."""
    assert sorted(lossy.LOSSES) == sorted(KINDS)


def parted(lossy: ModuleType, logs: Iterable[Sequence[Record]]) -> tuple[int, list[str]]:
    """How many conversations were asked something, and those that are judged otherwise than their shapes."""
    questions, observes = Questions(lossy.cases()), lossy.attested("complete", "counted", "ordered").observes
    count, differing = 0, list[str]()
    for log in logs:
        try:
            situation, trace = log_traces.read(log, observes, lossy.FACTS, 0.0)
        except Unclear:
            continue
        count += 1
        direct = questions.judge(situation, trace)
        by_shape = questions.judge(situation, shapes.shape(trace))
        if [one.verdict for one in direct.values()] != [one.verdict for one in by_shape.values()]:
            differing.append(log[0].conversation)
    return count, differing


@pytest.mark.slow
def test_the_verdict_of_a_shape_is_that_of_each_conversation(lossy: ModuleType) -> None:
    """Whatever the logs of a faulty MPP show, renaming all values changes no verdict."""
    some = [specimen for number, specimen in enumerate(FAULTY.values()) if number % 16 == 0]
    count, differing = parted(lossy, lossy.logs_of(lossy.conversations(some)))
    assert count > 500
    assert differing == []


@pytest.mark.thorough
def test_the_verdict_of_a_shape_holds_for_every_known_mpp(lossy: ModuleType) -> None:
    """The same of the whole cabinet."""
    count, differing = parted(lossy, lossy.logs_of(lossy.conversations([*CONFORMING.values(), *FAULTY.values()])))
    assert count > 5_000
    assert differing == []


def test_an_audit_is_worth_what_it_attests(lossy: ModuleType) -> None:
    """Who attests more has more of the faulty MPPs named, and no conforming one accused."""
    some = {name: FAULTY[name] for name in ("result-page-never", "payload-callback-empty")}
    found = [
        worth.detection(lossy.attested(*names), {"conforming": CONFORMING["conforming"]}, some)
        for names in ((), ("complete", "counted", "ordered"))
    ]
    assert [one.named for one in found] == [
        ("payload-callback-empty",),
        ("result-page-never", "payload-callback-empty"),
    ]
    assert [one.accused for one in found] == [(), ()]


def renumbered(log: Sequence[Record]) -> Sequence[Record]:
    """The same with other digits in the number of each code."""
    digits = str.maketrans("0123456789", "3456789012")
    return [one._replace(body=re.sub("[0-9]{20}(?![0-9])", lambda n: n[0].translate(digits), one.body)) for one in log]


def all_numbers(log: Sequence[Record]) -> Hashable:
    """Its records with every long number renamed."""
    return list(shapes.likenesses(log))[-1]


@pytest.mark.slow
def test_conversations_that_differ_in_long_numbers_alone_are_alike(lossy: ModuleType) -> None:
    """They come to the same, whichever is judged first; a number that is a part of another one stays so."""
    logs = [log for number, log in enumerate(lossy.of_conforming(SCENARIOS)) if number % 15 == 0]
    assert [log for log in logs if all_numbers(log) != all_numbers(renumbered(log))] == []
    mapped = lossy.attested("complete", "counted", "ordered")
    twice = lossy.audited([one for log in logs for one in (log, renumbered(log))], mapped)
    once, again = (lossy.audited(found, mapped) for found in (logs, map(renumbered, logs)))
    assert once.could == again.could
    assert (twice.could, twice.showed) == (once.could + again.could, once.showed + again.showed)
    parts = [Record(conversation="c", at=1, kind="Scan", body=body) for body in ("123456789012", "9123456789012")]
    other = [parts[0], parts[1]._replace(body="9123456789013")]
    assert all_numbers(parts) != all_numbers(other)
