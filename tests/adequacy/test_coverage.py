"""Coverage of the state model: what the cases lead through, what they do not, and what each of them adds."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner

from mpp_conformance import wallet
from mpp_conformance.adequacy.coverage import (
    Parts,
    case_of,
    conditions,
    conversation_of,
    of_plan,
    of_scenario,
    of_trace,
    only_by,
    possible,
    union,
)
from mpp_conformance.adequacy.model.dimensions import AT, AT_ONCE, FAILS, NOT_LEFT, OVER, PAID, WITHIN, Condition
from mpp_conformance.adequacy.model.table import TRANSITIONS, of_workflow
from mpp_conformance.adequacy.model.walk import walk_of, way
from mpp_conformance.cli import cli
from mpp_conformance.common.resources import directory
from mpp_conformance.ledger.catalogue import Claims, Planned, load, plan
from mpp_conformance.ledger.requirements import Ledger
from mpp_conformance.protocol.limits import EDITIONS, Edition, Reading
from mpp_conformance.protocol.messages import HANDLE_BY_PSP, HANDLE_BY_SDK
from mpp_conformance.scenarios.boundaries import boundaries
from mpp_conformance.scenarios.scenario import ENTRY, FOREIGN, ORDER, UNFUNDED, Payment, Scenario, handle_by_sdk, one
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.transport.connectors.direct import DirectConnector
from mpp_conformance.wallet import create

LEDGER: Final = load(directory("suites"))
ALL: Final = Claims.of(wallet.reference().claims())
ROWS: Final = tuple(plan(LEDGER.cases, ALL))
COVERED: Final = {row.scenario: of_scenario(row.scenario) for row in ROWS}
READINGS: Final = [Reading(inclusive=at, year=year) for at in (True, False) for year in ("calendar", "rolling")]
NOT_COVERED: Final[list[str]] = []
"""What the suites leave uncovered today; nothing may come to it."""


def missing(rows: tuple[Planned, ...]) -> list[str]:
    """What is possible for a wallet that claims everything, and not covered by these rows."""
    return (possible(ALL) - of_plan(rows)).names()


# --- the suites ---------------------------------------------------------------------------------------------------


def test_the_suites_cover_every_transition_and_all_pairs_but_these() -> None:
    """The cases lead through the whole model, except for the pairs that are named here."""
    assert missing(ROWS) == NOT_COVERED


@pytest.mark.parametrize("edition", EDITIONS.values(), ids=EDITIONS.keys())
@pytest.mark.parametrize("reading", READINGS, ids=str)
def test_nothing_impossible_is_planned(edition: Edition, reading: Reading) -> None:
    """No case shows a pair that the rules exclude, under any edition of the limits and any reading of it."""
    claims = replace(ALL, edition=edition, reading=reading)
    assert (of_plan(plan(LEDGER.cases, claims)) - possible(claims)).names() == []


def test_the_conforming_mpp_is_really_led_where_the_plan_leads() -> None:
    """Every payment of every planned conversation goes its planned way, and so the traces cover what was planned."""
    profile = wallet.reference().profile
    connector = DirectConnector(ConformingMpp(profile), profile)
    traces = [connector.converse(scenario) for scenario in {row.scenario for row in ROWS}]
    strayed = [
        trace.scenario.label
        for trace in traces
        for number, condition in enumerate(conditions(trace.scenario))
        if condition is not None and walk_of(trace, number) != way(condition)
    ]
    assert strayed == []
    assert union(map(of_trace, traces)) == of_plan(ROWS)


def test_a_trace_that_stops_shows_no_pair() -> None:
    """What a conversation was meant to show counts only if it was held to the end."""
    profile = wallet.reference().profile
    trace = DirectConnector(ConformingMpp(profile), profile).converse(one("x", Payment(code=ORDER)))
    found = of_trace(replace(trace, events=trace.events[:3]))
    assert (len(found.transitions), found.pairs) == (5, frozenset())


# --- what is lost -------------------------------------------------------------------------------------------------


def test_removing_a_conversation_loses_what_it_alone_covered() -> None:
    """Without all cases on one conversation exactly what it alone covered is missing, by name; for each of them."""
    alone = only_by(ROWS, conversation_of)
    for scenario in COVERED:
        rest = union(part for other, part in COVERED.items() if other != scenario)
        lost = alone.get(scenario, Parts()).names()
        assert sorted((possible(ALL) - rest).names()) == sorted([*NOT_COVERED, *lost]), scenario.label


def test_removing_a_case_names_what_was_lost() -> None:
    """The only case on another customer's code is named with the transitions that nobody else covers."""
    name = "test_repetition::test_what_belongs_to_another_customer_is_not_paid"
    lost = only_by(ROWS, case_of)[name]
    assert lost.transitions == {row for row in TRANSITIONS if "another customer's" in row.name}
    rest = tuple(row for row in ROWS if case_of(row) != name)
    assert [name for name in lost.names() if name not in missing(rest)] == []


def test_some_conversations_are_the_only_cover() -> None:
    """It is one conversation in which Alipay+ refuses what belongs to another customer."""
    lost = {scenario.label: part.names() for scenario, part in only_by(ROWS, conversation_of).items()}
    refused = "Alipay+ API documentation, payments, userInitiatedPay, codeValue and customerId"
    assert f"transition: order code, {refused}: the code is another customer's" in lost["order-scanned-by-another"]


def test_a_transition_that_nobody_covers_is_named() -> None:
    """Whichever transition all conversations leave out, it is missing by its name."""
    for row in TRANSITIONS:
        rest = union(part for part in COVERED.values() if row not in part.transitions)
        assert f"transition: {row.name}" in (possible(ALL) - rest).names()


def test_what_a_wallet_does_not_claim_is_not_possible() -> None:
    """For a wallet without entry codes their workflow and their pairs are neither asked for nor missing."""
    claims = replace(ALL, features=ALL.features - {"entry_code"})
    whole, covered = possible(claims), of_plan(plan(LEDGER.cases, claims))
    assert {row.workflow for row in whole.transitions} == {ORDER, FOREIGN}
    assert [name for name in whole.names() if ENTRY in name] == []
    assert ((whole - covered).names(), (covered - whole).names()) == (NOT_COVERED, [])


def met(scenario: Scenario) -> list[Condition]:
    """The condition of each payment."""
    return [condition for condition in conditions(scenario) if condition is not None]


# --- conditions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("edition", EDITIONS.values(), ids=EDITIONS.keys())
@pytest.mark.parametrize("reading", READINGS, ids=str)
def test_boundaries_are_in_the_condition_they_say(edition: Edition, reading: Reading) -> None:
    """Each row of the boundary table is over its limit, and left to the SDK, exactly if it says so itself."""
    for row in boundaries(edition, reading):
        _, action, _, band, outcome, _ = met(row.scenario)[-1]
        assert (action, outcome) == ((HANDLE_BY_SDK, NOT_LEFT) if row.over else (HANDLE_BY_PSP, PAID)), row
        bands = {"under": {WITHIN}, "at": {AT}, "over": {OVER}}
        assert band in bands.get(row.scenario.label.rsplit("-", 1)[-1], {WITHIN, AT, OVER}), row
        assert (band == OVER) <= row.over, row


def test_payments_of_the_same_conversation_count() -> None:
    """What was paid earlier in a conversation stands in the year's sum; what was stopped, or failed, does not."""
    limit, half = 7_000_000, 700_000
    past = [Payment(code=ORDER, amount=half)] * 10
    last = Payment(code=ORDER, amount=1)
    assert met(Scenario(payments=(*past, last)))[-1][3] == OVER
    assert met(Scenario(payments=(*past[1:], last)))[-1][3] == WITHIN
    failed = replace(past[0], customer=UNFUNDED)
    stopped = replace(past[0], answer=handle_by_sdk())
    assert met(Scenario(payments=(*past[1:], failed, stopped, last)))[-1][3] == WITHIN
    assert met(Scenario(payments=(*past[1:], replace(last, amount=limit - 9 * half))))[-1][3] == AT


def test_a_customer_without_funds_fails_inside_the_mpp() -> None:
    """What the limits let go on still fails for a customer who cannot pay."""
    scenario = one("x", Payment(code=ENTRY, customer=UNFUNDED))
    assert conditions(scenario) == [(ENTRY, HANDLE_BY_PSP, "S", WITHIN, FAILS, AT_ONCE)]


def test_a_payment_that_meets_a_fault_is_in_no_condition() -> None:
    """It covers nothing of the model, whatever comes of it; a payment beside it does."""
    spoilt = Payment(code=ORDER, fault="html-with-200")
    found = conditions(Scenario(payments=(spoilt, Payment(code=ORDER))))
    assert [condition is None for condition in found] == [True, False]
    assert not of_scenario(one("x", spoilt))


# --- the command --------------------------------------------------------------------------------------------------


def call(*arguments: str | Path) -> str:
    """What ``mpp-conformance coverage`` prints."""
    result = CliRunner().invoke(cli, ["coverage", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_command_prints_figures_and_names() -> None:
    """The first line has the figures, then comes what is missing, then what hangs on one case or conversation."""
    first, *lines = call().splitlines()
    whole = possible(ALL)
    transitions, pairs = len(whole.transitions), len(whole.pairs)
    assert first == f"transitions {transitions} of {transitions}, pairs {pairs - len(NOT_COVERED)} of {pairs}"
    assert [line for line in lines if line.startswith("missing ")] == [f"missing {name}" for name in NOT_COVERED]
    assert "without conversation entry-unknown-for-ever these would be missing" in lines


def test_the_command_names_what_a_removed_case_covered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once a case is gone, the line counts less and names what was lost."""
    rest = Ledger(LEDGER.requirements, [made for made in LEDGER.cases if "foreign" not in made.name])
    monkeypatch.setattr("mpp_conformance.cli.coverage.load", lambda _: rest)
    first, *lines = call().splitlines()
    assert first.startswith(f"transitions {len(TRANSITIONS) - 3} of {len(TRANSITIONS)}, ")
    assert [f"missing transition: {row.name}" for row in of_workflow(FOREIGN)] == lines[:3]


def test_the_command_as_json(tmp_path: Path) -> None:
    """``--format json`` has the same for programs, and says for which wallet; docs/coverage-json.md has its fields."""
    made = create(tmp_path / "wallet.toml")
    (tmp_path / "mpp-public-key.pem").write_text(made.public_key.read_text("ascii"), "ascii")
    made.wallet.write_text(
        made.wallet.read_text("utf-8").replace("\nentry_code = true", "\nentry_code = false"), "utf-8"
    )
    found = json.loads(call("--format", "json", "--wallet", made.wallet))
    fields = {"format", "version", "wallet", "transitions", "pairs", "only_by_case", "only_by_conversation"}
    assert (set(found), found["format"]) == (fields, "mpp-conformance coverage 1")
    assert found["wallet"] == {"name": "My wallet", "version": "1.0"}
    possible_here = len(of_workflow(ORDER)) + len(of_workflow(FOREIGN))
    assert found["transitions"] == {"covered": possible_here, "possible": possible_here, "missing": []}
    assert found["pairs"]["missing"] == NOT_COVERED
    assert json.loads(call("--format", "json"))["wallet"] is None
