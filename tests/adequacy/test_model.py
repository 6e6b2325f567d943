"""The state model: the table is sound, the page shows it, and real conversations go its ways."""

import re
from collections.abc import Callable
from dataclasses import fields, replace
from itertools import product
from pathlib import Path

import pytest

from mpp_conformance import wallet
from mpp_conformance.adequacy.coverage import conditions
from mpp_conformance.adequacy.model import page
from mpp_conformance.adequacy.model.dimensions import (
    DIMENSIONS,
    NOT_GIVEN,
    RULES,
    Condition,
    Pair,
    all_pairs,
    pairs,
    reason_impossible,
)
from mpp_conformance.adequacy.model.table import TRANSITIONS, WORKFLOWS, ends, of_workflow, states
from mpp_conformance.adequacy.model.walk import walk, walk_of, way
from mpp_conformance.judging.trace import BROKEN, Trace
from mpp_conformance.protocol.limits import Reading
from mpp_conformance.protocol.messages import DecodeCallback, HandleAction, ResultPage
from mpp_conformance.scenarios.cells import BOTH, outcomes, sdk
from mpp_conformance.scenarios.scenario import ENTRY, FOREIGN, ORDER, Payment, Scenario, one
from mpp_conformance.specimens import CONFORMING, FAULTY
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.transport.connectors.direct import DirectConnector

ROOT = Path(__file__).parents[2]
FOREIGN_CODE = one("foreign", Payment(code=FOREIGN))
CELLS = [made for code in BOTH for made in (*outcomes(code), sdk(code, "S"), sdk(code, "F"))]
READINGS = [Reading(inclusive=True), Reading(inclusive=False)]


def held(scenario: Scenario, specimen: type[ConformingMpp] = ConformingMpp) -> Trace:
    """A conversation with a specimen."""
    profile = replace(wallet.reference().profile, app_link=specimen.app_link)
    return DirectConnector(specimen(profile), profile).converse(scenario)


def cut(trace: Trace, keep: Callable[[object], bool]) -> Trace:
    """A trace with only those messages that are to be kept."""
    return replace(trace, events=tuple(event for event in trace.events if keep(event.message)))


def allowed(reading: Reading) -> list[Condition]:
    """Every condition that no rule excludes, but one of three values: each scan of an entry code has its own order."""
    found = product(*DIMENSIONS.values())
    possible = [
        condition for condition in found if not any(reason_impossible(pair, reading) for pair in pairs(condition))
    ]
    return [condition for condition in possible if not {ENTRY, NOT_GIVEN, "F"} <= set(condition)]


# --- the table ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("workflow", "last"), [(ENTRY, 29), (ORDER, 20)])
def test_every_step_of_the_document_is_in_the_model(workflow: str, last: int) -> None:
    """The steps 1-29 of an entry code and 1-20 of an order code all have a transition."""
    assert sorted({step for row in of_workflow(workflow) for step in row.steps}) == list(range(1, last + 1))


def test_transitions_have_names_of_their_own() -> None:
    """No two transitions bear one name, so that a missing one is known by its name."""
    assert len({row.name for row in TRANSITIONS}) == len(TRANSITIONS)


def test_workflows_end_where_the_document_ends_them() -> None:
    """Nothing leads on from the SDK's error page, from the MPP's result, or from a foreign code; all else leads on."""
    assert {workflow: ends(workflow) for workflow in WORKFLOWS} == {
        ENTRY: ("error page open", "success told to the SDK", "failure told to the SDK"),
        ORDER: ("error page open", "success page open", "failure page open"),
        FOREIGN: ("left alone",),
    }


@pytest.mark.parametrize("reading", READINGS)
def test_guards_leave_no_choice_and_no_dead_end(reading: Reading) -> None:
    """Under each possible condition exactly one way leads from the first state to an end of the workflow."""
    reached = {condition: way(condition)[-1].target for condition in allowed(reading)}
    assert [condition for condition, state in reached.items() if state not in ends(condition[0])] == []


@pytest.mark.parametrize("reading", READINGS)
def test_every_transition_can_be_taken(reading: Reading) -> None:
    """For each transition there is a possible condition that leads through it."""
    taken = {row for condition in allowed(reading) for row in way(condition)}
    assert [row.name for row in TRANSITIONS if row not in taken] == []


def test_guards_and_messages_use_known_words() -> None:
    """A guard names values of a dimension, and a message's fields are that message's."""
    guards = [(name, value) for row in TRANSITIONS for name, values in row.when.items() for value in values]
    assert [value for name, value in guards if value not in DIMENSIONS[name]] == []
    shown = [row.shown for row in TRANSITIONS if row.shown is not None]
    named = [(each.kind, name) for each in shown for name, _ in each.fields]
    assert [name for kind, name in named if name not in {field.name for field in fields(kind)}] == []


@pytest.mark.parametrize("reading", READINGS)
def test_a_pair_that_no_rule_excludes_is_possible(reading: Reading) -> None:
    """The rules are complete: each pair that they leave stands in a condition that they leave."""
    left: set[Pair] = {pair for pair in all_pairs() if not reason_impossible(pair, reading)}
    assert left == {pair for condition in allowed(reading) for pair in pairs(condition)}


def test_every_rule_has_a_reason_and_says_something_of_its_own() -> None:
    """No rule is without a reason, and none excludes only what others exclude as well."""
    assert [rule for rule in RULES if not rule.reason] == []
    for rule in RULES:
        others = [other for other in RULES if other is not rule and other.inclusive in {None, rule.inclusive}]
        own = [pair for pair in all_pairs() if rule.excludes(pair) and not any(each.excludes(pair) for each in others)]
        assert own != [], rule.reason


# --- the page -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_the_diagram_has_every_state_and_every_transition(workflow: str) -> None:
    """Each state is declared once, each transition is an arrow between its two, and ends lead out."""
    drawn = page.diagram(workflow)
    names = {short: name for name, short in re.findall(r'state "(.*)" as (\w+)', drawn)}
    assert tuple(names.values()) == states(workflow)
    arrows = re.findall(r"^ +(s\d+) --> (s\d+) : .* - ([^\[]*?)(?: \[.*\])?$", drawn, re.MULTILINE)
    expected = [(row.source, row.target, row.what) for row in of_workflow(workflow)]
    assert [(names[source], names[target], what) for source, target, what in arrows] == expected
    assert tuple(names[short] for short in re.findall(r"(s\d+) --> \[\*\]", drawn)) == ends(workflow)


def test_the_page_is_what_the_data_gives() -> None:
    """docs/state-model.md is drawn from the table as it is now; `make model` writes it anew."""
    assert (ROOT / page.FILE).read_text(encoding="utf-8") == page.page()


# --- walking ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("specimen", CONFORMING.values(), ids=CONFORMING.keys())
def test_conforming_mpps_go_the_way_of_the_model(specimen: type[ConformingMpp]) -> None:
    """Whatever a conforming MPP is free to do otherwise, its traces go the way that the condition leads."""
    for scenario in (*CELLS, FOREIGN_CODE):
        (condition,) = conditions(scenario)
        assert condition is not None
        assert [row.name for row in walk(held(scenario, specimen))] == [row.name for row in way(condition)]


@pytest.mark.parametrize("scenario", CELLS, ids=lambda scenario: scenario.label)
def test_a_walk_is_no_longer_than_its_trace(scenario: Scenario) -> None:
    """A trace that stops early has gone the first part of the way, never a transition that was not yet shown."""
    trace = held(scenario)
    whole = walk(trace)
    lengths = [len(walk(replace(trace, events=trace.events[:count]))) for count in range(len(trace.events) + 1)]
    assert lengths == sorted(lengths)
    assert (lengths[0], lengths[-1]) == (0, len(whole))
    for count, length in enumerate(lengths):
        assert walk(replace(trace, events=trace.events[:count])) == whole[:length]


def test_what_has_no_place_in_the_workflow_is_not_walked() -> None:
    """A payload that an entry code's client hands over by handleAction does not bring the error page."""
    trace = cut(held(sdk(ENTRY, "F")), lambda message: not isinstance(message, DecodeCallback))
    last = trace.events[-1]
    wrong = replace(last, number=last.number + 1, message=HandleAction(sdk_action_payload=trace.payload()))
    assert walk(replace(trace, events=(*trace.events, wrong)))[-1].target == "payload at the client"


def test_a_missing_page_ends_the_walk() -> None:
    """Without the result page the callback, which comes after it in the model, is not walked either."""
    trace = cut(held(outcomes(ENTRY)[0]), lambda message: not isinstance(message, ResultPage))
    assert walk(trace)[-1].target == "success at the client"


def test_silence_shows_that_a_foreign_code_is_left_alone() -> None:
    """With nothing said the foreign code was left alone; in a conversation that broke, nobody knows."""
    silent = replace(held(FOREIGN_CODE), app_link=False)
    silent = replace(silent, events=silent.events[:1])
    assert walk(silent)[-1].target == "left alone"
    assert walk(replace(silent, ending=BROKEN))[-1].target == "code scanned"


def test_payments_are_walked_one_by_one() -> None:
    """Of several payments each has a walk of its own, and a trace's walk is all of them in turn."""
    first, second = Payment(code=ENTRY), Payment(code=ORDER)
    trace = held(Scenario(payments=(first, second), together=True))
    assert walk(trace) == [*walk_of(trace, 0), *walk_of(trace, 1)]
    assert [walk_of(trace, number)[-1].target for number in (0, 1)] == ["success told to the SDK", "success page open"]


def test_a_choice_that_no_dimension_decides_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table whose guards leave a choice names the two transitions, instead of counting one of them."""
    doubled = (*of_workflow(FOREIGN), replace(of_workflow(FOREIGN)[-1], what="something else"))
    rows = {state: [row for row in doubled if row.source == state] for state in states(FOREIGN)}
    monkeypatch.setattr("mpp_conformance.adequacy.model.walk.transitions_from", lambda _, state: rows[state])
    condition = conditions(FOREIGN_CODE)[0]
    assert condition is not None
    with pytest.raises(ValueError, match=r"knows no code of Alipay.* or .*something else"):
        way(condition)


def test_whatever_an_mpp_does_its_walk_is_one_piece() -> None:
    """A faulty MPP's walk goes from state to state without a gap, from the first state as far as was shown."""
    for specimen in FAULTY.values():
        for scenario in (*CELLS, FOREIGN_CODE):
            walked = walk(held(scenario, specimen))
            visited = [states(scenario.payments[0].code)[0], *(row.target for row in walked)]
            assert [row.source for row in walked] == visited[:-1], (specimen.name, scenario.label)
