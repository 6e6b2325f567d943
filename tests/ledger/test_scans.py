"""The plan for a person: few scans, each needed, that accuse no conforming MPP whoever holds the telephone."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Final

import pytest

from mpp_conformance import wallet
from mpp_conformance.common.resources import directory
from mpp_conformance.judging.oracle import judge
from mpp_conformance.judging.trace import Event, Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger import catalogue
from mpp_conformance.ledger.catalogue import Claims, Planned
from mpp_conformance.ledger.scans import LEFT_OUT, UNSEEN, UNSERVED, ScanPlan, hindrance, plain_ways
from mpp_conformance.protocol.messages import (
    CLIENT_SDK,
    HANDLE_BY_PSP,
    HANDLE_BY_SDK,
    DecodeCallback,
    HandleAction,
    Message,
    NotifyPayment,
    ResultPage,
    Sighting,
)
from mpp_conformance.protocol.messages.wallet import ALIPAY_PLUS_ERROR, NO_PAGE, PAID_PAGE, UNPAID_PAGE
from mpp_conformance.scenarios.scenario import ENTRY, ORDER
from mpp_conformance.specimens import CONFORMING, FAULTY, Specimen
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.trials import cabinet

WALLET: Final = wallet.by_hand(wallet.reference())
CLAIMS: Final = replace(Claims.of(wallet.claims_by_hand(WALLET)), merchant_page=True)
CASES: Final = catalogue.load(directory("suites")).cases


@cache
def plan() -> ScanPlan:
    """What a person is to scan with a wallet that claims everything."""
    return catalogue.for_a_person(CASES, CLAIMS)


@cache
def rows() -> tuple[Planned, ...]:
    """All rows of the catalogue."""
    return tuple(catalogue.plan(CASES, CLAIMS))


def applying() -> list[Planned]:
    """Those that a person is to judge."""
    return [row for row in rows() if not row.not_applicable]


def test_few_scans_judge_what_a_person_can_judge() -> None:
    """Each requirement that decides and shows at the gateway or on a page is judged; the rest is named."""
    assert len(plan().scenarios) <= plan().scans < len(plan().judged)
    assert plan().judged == {row.case.requirement.id for row in applying() if row.case.requirement.decides}
    assert len(plan().left) == len(plan().deciding) - len(plan().judged)
    assert {"OC-16", "EC-25"} < set(plan().left)


def test_no_scan_is_needless() -> None:
    """Without any one of them a requirement, or a plain way of Alipay+ to leave the next step, is not seen."""
    for scenario in plan().scenarios:
        others = [row for row in applying() if row.scenario != scenario]
        judged = {row.case.requirement.id for row in others if row.case.requirement.decides}
        ways = {way for row in others for way in plain_ways(row.scenario)}
        own = set(plain_ways(scenario))
        assert plan().judged - judged or own - ways, scenario.label


def test_both_ways_of_alipay_plus_are_seen() -> None:
    """A payment that is handed to the SDK, one that the limits stop, and one that is paid are all scanned."""
    ways = {way for scenario in plan().scenarios for way in plain_ways(scenario)}
    assert {(ORDER, HANDLE_BY_SDK, "S"), (ORDER, HANDLE_BY_SDK, "F"), (ORDER, HANDLE_BY_PSP, "S")} <= ways
    assert any(row.case.requirement.id == "REG-1" and row.scenario.label.endswith("over") for row in applying())


def test_a_person_holds_one_payment_at_a_time() -> None:
    """Two payments at once need a second hand, and who breaks the adaptor's interface is none: both are left out."""
    assert not any(hindrance(scenario, merchant_page=True) for scenario in plan().scenarios)
    reasons = Counter(row.not_applicable for row in rows())
    assert {"", LEFT_OUT, UNSEEN, "nobody reports CLIENT_SDK", "the wallet does not claim fuzz"} == set(reasons)
    assert all(row.scenario.together or row.scenario.probes for row in rows() if row.not_applicable == UNSEEN)


def test_entry_codes_are_scanned_where_they_lead_to_the_merchant_page() -> None:
    """Elsewhere nobody could place an order, and the report says so."""
    ways = {way for scenario in plan().scenarios for way in plain_ways(scenario)}
    assert {(ENTRY, HANDLE_BY_SDK, "S"), (ENTRY, HANDLE_BY_SDK, "F"), (ENTRY, HANDLE_BY_PSP, "S")} <= ways
    unserved = replace(CLAIMS, merchant_page=False)
    codes = {p.code for s in catalogue.for_a_person(CASES, unserved).scenarios for p in s.payments}
    assert ENTRY not in codes
    left = [row.scenario for row in catalogue.plan(CASES, unserved) if row.not_applicable == UNSERVED]
    assert left
    assert all(ENTRY in {payment.code for payment in scenario.payments} for scenario in left)


def test_a_part_of_the_catalogue_has_the_plan_of_the_whole() -> None:
    """A case that is collected by itself applies to the same conversations."""
    case = next(case for case in CASES if case.requirement.id == "REG-1")
    alone = list(catalogue.plan([case], CLAIMS, scans=catalogue.scanned_by_hand(CASES, CLAIMS)))
    assert alone == [row for row in rows() if row.case is case]


# --- whoever holds the telephone -----------------------------------------------------------------------------------


def sighting(said: list[Message]) -> str:
    """The page that somebody saw in the end."""
    pages = [message.status for message in said if isinstance(message, ResultPage)]
    if pages:
        return PAID_PAGE if pages[-1] == "S" else UNPAID_PAGE
    handed = any(
        isinstance(message, HandleAction) or (isinstance(message, DecodeCallback) and message.sdk_action_payload)
        for message in said
    )
    return ALIPAY_PLUS_ERROR if handed else NO_PAGE


def by_person(whole: Trace) -> Trace:
    """A conversation as the suite and a person report it."""
    seen = cabinet.as_reported(whole, WALLET.observed)
    events = [event for event in seen.events if event.message.point != CLIENT_SDK]
    for payment in range(len(whole.scenario.payments)):
        page = sighting([event.message for event in whole.of(payment)])
        events.append(Event(number=0, payment=payment, message=Sighting(page=page, person="Ada")))
    return numbered(seen, events)


def numbered(trace: Trace, events: list[Event]) -> Trace:
    """A record of other events."""
    made = tuple(replace(event, number=number) for number, event in enumerate(events, start=1))
    return replace(trace, events=made, late=0)


def clumsy(trace: Trace) -> Iterator[Trace]:
    """What a person makes of it who scans twice, never confirms, or confirms and looks away."""
    for acted in trace.events:
        said = acted.message
        if not (said.by_suite or said.is_reply or isinstance(said, Sighting)):
            yield numbered(trace, [event for event in trace.events if event is not acted])
            yield numbered(trace, [e for event in trace.events for e in ([event] * (1 + (event is acted)))])
    for payment in range(len(trace.scenario.payments)):
        never = (NotifyPayment, ResultPage)
        kept = [e for e in trace.events if e.payment != payment or not isinstance(e.message, never)]
        yield numbered(trace, kept)


def verdicts(specimen: Specimen, change: object = None) -> dict[str, Verdict]:
    """What each requirement that decides comes to, at worst."""
    profile = cabinet.profile_of(app_link=False)
    found: dict[str, Verdict] = {}
    traces = {scenario: by_person(cabinet.trace(specimen, scenario, profile)) for scenario in plan().scenarios}
    for row in applying():
        if row.case.requirement.decides:
            made = [traces[row.scenario]] if change is None else list(clumsy(traces[row.scenario]))
            for trace in made:
                name, verdict = row.case.requirement.id, judge(row.case.judge, trace).verdict
                found[name] = max(found.get(name, Verdict.NONE), verdict)
    return found


def test_a_conforming_mpp_passes_all_of_it_by_hand() -> None:
    """A person who does what is asked certifies an MPP without habits."""
    assert dict.fromkeys(plan().judged, Verdict.PASS) == verdicts(ConformingMpp)


@pytest.mark.parametrize("name", CONFORMING)
def test_no_conforming_mpp_is_accused_by_a_person(name: str) -> None:
    """Nor by one who scans twice, does not confirm, or does not look: that proves nothing."""
    assert Verdict.FAIL not in verdicts(CONFORMING[name]).values()
    assert Verdict.FAIL not in verdicts(CONFORMING[name], clumsy).values()


def test_a_person_names_faulty_mpps() -> None:
    """What shows at the gateway or on a page is found by few scans, too."""
    named = [name for name, specimen in FAULTY.items() if Verdict.FAIL in verdicts(specimen).values()]
    assert len(named) >= 50
