"""What is not proven because the suite was late is tried again when all else is over; what failed is not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from mpp_conformance.evidence import journal
from mpp_conformance.judging.judgement import Judgement
from mpp_conformance.judging.trace import ENDED, Event, Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import Planned
from mpp_conformance.ledger.requirements import MPP_CLIENT, MUST, STATED, Case, Requirement
from mpp_conformance.ledger.source import ORDER_CODE
from mpp_conformance.plugin.second_attempts import TIMES, unproven
from mpp_conformance.protocol.messages import HandleAction, ResultPage
from mpp_conformance.report.checks import journal_consistency
from mpp_conformance.report.run_folder import journal_file
from mpp_conformance.report.verdict_file import document
from mpp_conformance.report.verdict_file.folding import CaseResult
from mpp_conformance.scenarios.scenario import ORDER, Payment, Profile, Scenario, one
from mpp_conformance.specimens.conforming import ConformingMpp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mpp_conformance.protocol.messages import Message
    from tests.conftest import Bench

pytest_plugins = ["pytester"]

HEAD: Final = (Path(__file__).parents[1] / "data/suite.txt").read_text(encoding="utf-8")
ACTION: Final = "test_action[order-sdk-S]"


class Unheard(ConformingMpp):
    """Calls handleAction, and is not heard the first time."""

    def __init__(self, profile: Profile, unheard: int = 1) -> None:
        super().__init__(profile)
        self.unheard = unheard

    def handle_action(self, payload: str | None) -> Iterator[Message]:
        """Nothing at first."""
        self.unheard -= 1
        return iter(()) if self.unheard >= 0 else super().handle_action(payload)


class NeverHeard(Unheard):
    """Is not heard at all."""

    def __init__(self, profile: Profile) -> None:
        super().__init__(profile, 1_000)


def not_proven(scenario: Scenario) -> CaseResult:
    """A case that came to nothing in this conversation."""
    clauses = (ORDER_CODE.steps(16),)
    rule = Requirement(id="OC-16", level=MUST, basis=STATED, actor=MPP_CLIENT, clauses=clauses, text="By handleAction.")
    case = Case(requirement=rule, purpose="p", module="m", name="n", judge=lambda _: None, sources=())
    return CaseResult(planned=Planned(case=case, scenario=scenario), judgement=Judgement(verdict=Verdict.INCONCLUSIVE))


def words(bench: Bench) -> dict[str, str]:
    """The verdict of each case row."""
    return {f"{row['case']}[{row['scenario']}]": row["verdict"] for row in document.cases(bench.verdicts("r"))}


def told(bench: Bench, event: str) -> list[str]:
    """The conversations of which the journal tells an event, by label."""
    known = journal_file.read(bench.pytester.path / "reports/r")
    assert list(journal_consistency.differences(known, bench.verdicts("r"), bench.pytester.path / "reports/r")) == []
    return [entry.told["conversation"] for entry in known.of(event)]


def test_what_the_suite_was_too_late_for_is_held_again(bench: Bench) -> None:
    """The second attempt counts, the journal has both, each with its evidence, and the summary names it."""
    bench.specimen, bench.lags = Unheard, {"order-sdk-S": 1}
    result = bench.run(HEAD, "--mpp-run", "r")
    assert (result.ret, set(words(bench).values())) == (0, {"pass"})
    assert (told(bench, journal.RERUN), told(bench, journal.CONVERSED).count("order-sdk-S")) == (["order-sdk-S"], 2)
    assert len(list((bench.pytester.path / "reports/r/evidence").glob("order-sdk-s-*.json"))) == 2
    result.stdout.fnmatch_lines(["attempt*1 of 1; held again: order-sdk-S"])


def test_a_second_attempt_may_fail(bench: Bench) -> None:
    """A wallet that is not heard when the suite is in time has said nothing."""
    bench.specimen, bench.lags = NeverHeard, {"order-sdk-S": 1}
    assert (bench.run(HEAD, "--mpp-run", "r").ret, words(bench)[ACTION]) == (1, "fail")


def test_attempts_are_few(bench: Bench) -> None:
    """Where the suite is late each time, it stays unproven in the end."""
    bench.specimen, bench.lags = NeverHeard, {"order-sdk-S": 10}
    assert (bench.run(HEAD, "--mpp-run", "r").ret, words(bench)[ACTION]) == (5, "inconclusive")
    assert told(bench, journal.RERUN) == ["order-sdk-S"] * TIMES


def test_what_is_proven_is_not_held_again(bench: Bench) -> None:
    """A lag that kept nothing from being judged is of no account."""
    bench.lags = {"order-sdk-S": 10, "entry-sdk-F": 10}
    assert (bench.run(HEAD, "--mpp-run", "r").ret, told(bench, journal.RERUN)) == (0, [])


def test_what_the_wallet_said_after_the_end_is_not_left_behind(bench: Bench) -> None:
    """It would count against the wallet: a second attempt would leave it unjudged."""
    bench.specimen, bench.lags, bench.late = Unheard, {"order-sdk-S": 1}, (HandleAction(sdk_action_payload="more"),)
    bench.run(HEAD, "--mpp-run", "r")
    assert told(bench, journal.RERUN) == []


def test_a_run_that_is_stopped_holds_nothing_again(bench: Bench) -> None:
    """With -x what was not proven stands there at once."""
    bench.specimen, bench.lags = NeverHeard, {"entry-sdk-F": 10, "order-sdk-S": 10}
    suite = HEAD.replace("one(DecodeCallback", "one(HandleAction")
    assert (bench.run(suite, "--mpp-run", "r", "-x").ret != 0, told(bench, journal.RERUN)) == (True, [])


@pytest.mark.parametrize(("lagging", "of", "tried"), [(5, 5, 5), (6, 6, 0), (6, 60, 6), (7, 60, 0)])
def test_a_machine_that_is_not_fit_is_not_tried_again(lagging: int, of: int, tried: int) -> None:
    """Where more than one of ten lagged, the next attempt would as well; a few are always tried."""
    said = (Event(number=1, payment=0, message=ResultPage(status="F")),)
    scenarios = [one(f"{number}", Payment(code=ORDER, amount=number)) for number in range(1, of + 1)]
    held = [Trace(scenario=scenario, codes=(), events=said, ending=ENDED) for scenario in scenarios]
    held[:lagging] = [trace.late_by(1.0) for trace in held[:lagging]]
    found = unproven([not_proven(scenario) for scenario in scenarios], dict(zip(scenarios, held, strict=True)))
    assert list(found) == scenarios[:tried]
