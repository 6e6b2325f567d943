"""Load in this process: seeded, judged by the suite's own cases, and made as small as it still fails."""

import json
from typing import Any, Final

import pytest
from click.testing import CliRunner

from mpp_conformance.adequacy.matrix import Matrix, Outcome
from mpp_conformance.cli import cli
from mpp_conformance.cli.exits import Exit
from mpp_conformance.common.resources import directory
from mpp_conformance.evidence import document, encode
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.protocol.messages import CashierPage
from mpp_conformance.specimens import CONFORMING, LOADED, SPECIMENS
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.trials import cabinet
from mpp_conformance.trials.load import findings
from mpp_conformance.trials.load.crowd_trial import CrowdTrial
from mpp_conformance.trials.load.crowd_trial import Outcome as Crowded
from mpp_conformance.trials.load.traffic import Traffic, is_ordinary, tally

_TRAFFIC: Final = cabinet.ordinary(load(directory("suites")).cases)
_SEEDS: Final = range(4)
_MORE_SEEDS: Final = range(4, 20)


def _trial(name: str, *, users: int = 32, seed: int = 1) -> CrowdTrial:
    return cabinet.crowd_trial(SPECIMENS[name], _TRAFFIC, users=users, seed=seed)


def _bytes(outcome: Crowded) -> list[bytes]:
    return [encode(document(judged.trace)) for judged in outcome.conversations]


def _broken(outcome: Crowded) -> set[str]:
    return {failure.case.requirement.id for failure in findings.first_failures(outcome.conversations)}


def _cli(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["load", *words])
    return done.exit_code, done.output


# --- what is held -------------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes() -> None:
    """Two loads of one seed are equal to the byte, in their turns too; another seed gives others."""
    one, same, other = (_trial("conforming", seed=seed).run_by_seed() for seed in (7, 7, 8))
    assert (_bytes(one), one.turns) == (_bytes(same), same.turns)
    assert one.turns != other.turns


def test_no_two_conversations_share_a_code() -> None:
    """Equal conversations held at the same time have code values of their own."""
    users = 2 * len(_TRAFFIC.cases)
    traces = [judged.trace for judged in _trial("conforming", users=users).run_by_seed().conversations]
    codes = [trace.codes[0] for trace in traces]
    assert len({trace.scenario for trace in traces}) == len(_TRAFFIC.cases)
    assert len(set(codes)) == users


def test_conversations_take_turns() -> None:
    """They are under way at the same time: another one takes most turns in between."""
    outcome = _trial("conforming", users=32).run_by_seed()
    together = outcome.turns[: len(outcome.turns) // 2]  # towards the end the longest ones are alone
    assert len(together) > sum(count for _, count in together) * 3 // 4


def test_alone_a_conversation_goes_as_in_any_run() -> None:
    """Without another one to take turns with, all of what the cases say is the same."""
    (judged,) = _trial("conforming", users=1, seed=3).run_by_seed().conversations
    assert {judgement.verdict for _, judgement in judged.rows} == {Verdict.PASS}


def test_ordinary_traffic_disturbs_nobody() -> None:
    """No lost or broken answer, no stranger and no probe: a guard against these may act."""
    assert all(map(is_ordinary, _TRAFFIC.cases))
    payments = [payment for scenario in _TRAFFIC.cases for payment in scenario.payments]
    assert {payment.fault for payment in payments} == {""}
    assert {call.signature for payment in payments for call in payment.calls} == {"valid"}


# --- nobody is accused wrongly ------------------------------------------------------------------------------------


@pytest.mark.parametrize("seeds", [_SEEDS, pytest.param(_MORE_SEEDS, marks=pytest.mark.thorough)], ids=str)
@pytest.mark.parametrize("name", CONFORMING)
def test_no_conforming_mpp_fails_under_load(name: str, seeds: range) -> None:
    """Whatever the seed, nothing that decides is broken, and nothing is an error; `make thorough` tries more seeds."""
    wrong = {
        (seed, requirement)
        for seed in seeds
        for requirement, found in tally(_trial(name, users=24, seed=seed).run_by_seed().conversations).items()
        if found.errors or (found.decides and found.broke)
    }
    assert wrong == set()


def test_whoever_declines_under_load_is_not_accused() -> None:
    """One payment of a customer at a time: what is declined for that is not proven, and nothing is broken."""
    found = tally(_trial("one-payment-of-a-customer-at-a-time", users=len(_TRAFFIC.cases)).run_by_seed().conversations)
    assert sum(one.broke for one in found.values()) == 0
    assert sum(one.unproven for one in found.values()) > 0


def test_what_many_say_alike_under_load_is_judged_alike() -> None:
    """Whoever says what another MPP said before gets the rows that are judged for it alone."""
    plain = Traffic(_TRAFFIC.cases)
    for name in ("conforming", *[*LOADED][::4]):
        outcome = _trial(name).run_by_seed()
        for judged in outcome.conversations:
            rows = plain.judge(judged.trace.scenario, judged.trace)
            assert _TRAFFIC.judge(judged.trace.scenario, judged.trace) == rows


# --- what only load shows -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LOADED)
def test_a_fault_of_load_is_shown_by_load_alone(name: str) -> None:
    """It passes every case in conversations of its own, and breaks what it names when all are held at once."""
    (found,) = (one for one in cabinet.matrix().loaded if one.name == name)
    assert found.alone is Outcome.CONFORMS
    assert found.breaks <= set(found.broke)
    assert found.killed


def test_a_fault_that_load_does_not_show_makes_the_matrix_unsound() -> None:
    """A conforming MPP that names a fault stands among those that load does not kill."""
    named = type("Named", (ConformingMpp,), {"name": "named", "breaks": frozenset({"EC-25"})})
    found = cabinet.under_load(named, _TRAFFIC, cabinet.examined(named, {}))
    assert (found.alone, found.killed, found.broke) == (Outcome.CONFORMS, False, {})
    made = Matrix(specimens=(), kept={}, loaded=(found,))
    assert made.unharmed == ("named",)


def test_a_failure_shrinks_to_those_who_collide() -> None:
    """Of 64 conversations two are left, the smallest order of turns still fails, and without it nothing does."""
    trial = _trial("callback-by-customer", users=64)
    outcome = trial.run_by_seed()
    failure = findings.first_failures(outcome.conversations)[0]
    smallest = trial.smallest(outcome, failure.judged, failure.case, most=500)
    assert (len(smallest.users), smallest.done) == (2, True)
    assert failure.judged.number in smallest.users

    again = trial.run_in_order(smallest.turns)
    assert failure.case.requirement.id in _broken(again)
    one_by_one = trial.run_in_order([(number, 1_000) for number in smallest.users])
    assert _broken(one_by_one) == set()


def test_a_failure_without_load_shrinks_to_one_conversation() -> None:
    """Who fails alone as well needs nobody else to fail."""
    trial = _trial("payload-callback-never", users=16)
    outcome = trial.run_by_seed()
    failure = findings.first_failures(outcome.conversations)[0]
    assert trial.smallest(outcome, failure.judged, failure.case, most=500).users == (failure.judged.number,)


def test_a_search_that_is_ended_says_so() -> None:
    """What has been found until then still fails."""
    trial = _trial("callback-by-customer", users=64)
    outcome = trial.run_by_seed()
    failure = findings.first_failures(outcome.conversations)[0]
    smallest = trial.smallest(outcome, failure.judged, failure.case, most=3)
    assert (smallest.tried, smallest.done) == (3, False)
    again = trial.run_in_order(smallest.turns)
    assert failure.judged.number in {judged.number for judged in again.conversations if judged.failed()}


def test_what_one_says_in_anothers_conversation_goes_on_there() -> None:
    """An answer that is taken to another client has its page there, and the conversation goes on."""
    outcome = _trial("session-by-customer", users=len(_TRAFFIC.cases)).run_by_seed()
    pages = [
        sum(isinstance(event.message, CashierPage) for event in judged.trace.events) for judged in outcome.conversations
    ]
    assert max(pages) > 1


# --- the command --------------------------------------------------------------------------------------------------


def test_the_command_says_what_broke_and_how_to_see_it_again() -> None:
    """Exit code 1; the line that it prints shows the same failure with two conversations."""
    words = ("--mpp", "specimen:callback-by-customer", "--users", "48", "--seed", "7")
    code, told = _cli(*words, "--format", "json")
    made: dict[str, Any] = json.loads(told)
    assert code == Exit.FAILS
    failure = made["failures"][0]
    assert failure["again"][:2] == ["mpp-conformance", "load"]

    code, told = _cli(*failure["again"][2:], "--format", "json")
    again: dict[str, Any] = json.loads(told)
    assert (code, again["conversations"]) == (Exit.FAILS, 2)
    assert failure["requirement"] in {row["requirement"] for row in again["failures"]}
    assert _cli(*words)[1].count("\n    again ") == len(made["failures"])


def test_load_certifies_nothing() -> None:
    """Where nothing is broken the exit code is that of what is not proven."""
    code, told = _cli("--mpp", "specimen:conforming", "--users", "8")
    assert (code, told.splitlines()[-1]) == (Exit.NOT_PROVEN, "result       nothing broken; load certifies nothing")


@pytest.mark.parametrize("turns", ["7", "1x", "x1", "1x1,", "٣x1", "1x99999,1x99999", "8x1"])
def test_turns_that_cannot_be_taken_are_refused(turns: str) -> None:
    """In words, before anything is held."""
    code, told = _cli("--mpp", "specimen:conforming", "--users", "8", "--turns", turns)
    assert (code, "--turns" in told) == (Exit.USAGE, True)


def test_an_unknown_mpp_is_refused() -> None:
    """With the nearest name."""
    code, told = _cli("--mpp", "specimen:conformin")
    assert (code, "did you mean conforming" in told) == (Exit.USAGE, True)
