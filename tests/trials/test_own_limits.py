"""An amount from which an MPP declines by itself: told where the run shows it, and of nobody else."""

from dataclasses import replace
from functools import cache
from typing import Final

import pytest

from mpp_conformance.common.resources import directory
from mpp_conformance.judging import own_limits
from mpp_conformance.judging.own_limits import Attempt, OwnLimit
from mpp_conformance.judging.trace import BROKEN, Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.protocol.messages import HANDLE_BY_PSP
from mpp_conformance.scenarios.cells import expired, psp
from mpp_conformance.scenarios.scenario import ENTRY, FUNDED, ORDER, SECOND, UNFUNDED, Scenario
from mpp_conformance.specimens import CONFORMING, SPECIMENS, Specimen
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.trials import cabinet
from mpp_conformance.wallet import reference

PAID: Final = Attempt(customer=FUNDED, code=ORDER, amount=500, taken=True)
DECLINED: Final = Attempt(customer=FUNDED, code=ORDER, amount=700, taken=False)


@cache
def conversations() -> cabinet.Conversations:
    """Those of a whole run."""
    return cabinet.conversations(load(directory("suites")).cases)


def held(specimen: Specimen, scenario: Scenario) -> Trace:
    """A conversation with an MPP that has heard nothing before."""
    return cabinet.trace(specimen, scenario, replace(reference().profile, app_link=specimen.app_link))


def shown(specimen: Specimen) -> tuple[OwnLimit, ...]:
    """What a whole run shows of this MPP."""
    traces = (held(specimen, scenario) for scenario in conversations())
    return own_limits.own_limits(one for trace in traces for one in own_limits.attempts(trace))


@pytest.mark.parametrize(
    ("name", "paid", "declined"),
    [("limit-of-its-own", 50_000, 50_001), ("limit-of-its-own-at-the-limit", 699_999, 700_000)],
)
def test_a_limit_of_its_own_is_found_between_two_amounts_of_the_run(name: str, paid: int, declined: int) -> None:
    """The largest that was paid and the smallest that was declined, of the customer who paid both kinds of code."""
    found = shown(SPECIMENS[name])
    assert OwnLimit(customer=FUNDED, code="", paid=paid, declined=declined) in found


def test_no_conforming_mpp_has_one() -> None:
    """Whatever else a run has a payment fail for is no limit."""
    assert {name: found for name, mpp in CONFORMING.items() if (found := shown(mpp))} == {}


def test_what_it_keeps_from_being_proven_says_so() -> None:
    """Each case that decides and is left open by it names the amounts; none fails."""
    rows = cabinet.judged(SPECIMENS["limit-of-its-own"], conversations())
    open_ones = [row for row in rows if row.decides and row.verdict is not Verdict.PASS]
    assert {row.verdict for row in open_ones} == {Verdict.INCONCLUSIVE}
    assert all("declines 500.01 CNY and more by itself" in row.hint for row in open_ones)


@pytest.mark.parametrize(
    "found",
    [
        [PAID],
        [DECLINED],
        [PAID, replace(DECLINED, amount=500)],
        [PAID, DECLINED, replace(PAID, amount=900)],
        [PAID, replace(DECLINED, customer=SECOND)],
    ],
    ids=["all paid", "all declined", "both of one amount", "more was paid", "another customer"],
)
def test_nothing_is_said_where_amounts_do_not_tell_paid_from_declined(found: list[Attempt]) -> None:
    """It may have been declined for anything."""
    assert own_limits.own_limits(found) == ()


def test_a_kind_of_code_can_have_its_own() -> None:
    """Where the other kind contradicts it."""
    entry = replace(DECLINED, code=ENTRY, amount=300)
    less = replace(PAID, code=ENTRY, amount=200)
    assert own_limits.own_limits([PAID, entry, less]) == (
        OwnLimit(customer=FUNDED, code=ENTRY, paid=200, declined=300),
    )


def test_a_failure_that_has_another_reason_is_no_attempt() -> None:
    """No funds, or an order that is overdue."""
    unusual = (psp(ORDER, customer=UNFUNDED), expired(ORDER, HANDLE_BY_PSP))
    traces = [held(ConformingMpp, scenario) for scenario in unusual]
    assert [one for trace in traces for one in own_limits.attempts(trace)] == []


def test_a_broken_conversation_shows_no_attempt() -> None:
    """Nobody knows what was not said."""
    trace = held(ConformingMpp, psp(ORDER))
    assert len(list(own_limits.attempts(trace))) == 1
    assert list(own_limits.attempts(replace(trace, ending=BROKEN))) == []


def test_of_two_customers_the_closer_limit_is_told() -> None:
    """What one of them says less exactly is no second limit."""
    first = OwnLimit(customer=FUNDED, code="", paid=500, declined=501)
    assert first.closer_than(replace(first, customer=SECOND, paid=10, declined=700))
    assert not first.closer_than(replace(first, customer=SECOND))
    assert not first.closer_than(replace(first, customer=SECOND, paid=501, declined=700))
