"""The cabinet: every known MPP comes to just what it names, and every check is seen to fail."""

from collections.abc import Iterator
from itertools import product
from typing import Final

import pytest

from mpp_conformance.adequacy.matrix import Examined
from mpp_conformance.common.resources import directory
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.ledger.requirements import Requirement
from mpp_conformance.protocol.limits import EDITIONS, Reading
from mpp_conformance.specimens import CONFORMING, FAULTY, SPECIMENS, Specimen
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.transport.connectors.direct import DirectConnector
from mpp_conformance.trials import cabinet

_LEDGER: Final = load(directory("suites"))
_HELD: Final = cabinet.conversations(_LEDGER.cases)
_READINGS: Final = [
    Reading(inclusive=inclusive, year=year) for inclusive in (True, False) for year in ("calendar", "rolling")
]

_KNOWN_ONLY_FROM_INSIDE: Final = {
    "action-type-dropped",
    "action-type-respelled",
    "entry-codes-told-for-order-codes",
    "every-result-told-with-handle-by-sdk",
    "hand-over-reported-after-callback",
    "identity-told-of-the-first-code",
    "results-of-large-orders-told-with-handle-by-sdk",
    "success-kept-from-client",
}
"""Faults of the app link alone: whatever leaves the MPP is right."""
_TOO_QUICK_TO_MEET: Final = {"one-payload-for-all", "one-payload-for-handle-action", "one-address-for-all"}
"""Two payments meet in one place only while the app link is reported: without that these MPPs act at once."""
_UNPROVEN_WITHOUT_APP_LINK: Final = {
    "callback-before-result-page": {"EC-28"},
    "first-card-declined-by-the-client": {"REG-2"},
    "result-page-without-code": {"SRV-6"},
}
"""Without app link only the page can show when a client knew the result, and that its server had an error code.

A page of a failure is the end of a payment then: the next one of a year comes before the limit is reached.
"""


def _tested() -> Iterator[Requirement]:
    return (found for found in _LEDGER.requirements.values() if not found.excluded)


def _examined(name: str) -> Examined:
    return next(found for found in cabinet.matrix().specimens if found.name == name)


def _silent(specimen: Specimen) -> Specimen:
    """The same MPP, but it does not report its app link."""
    return type(f"{specimen.__name__}WithoutAppLink", (specimen,), {"app_link": False})


# --- what a specimen names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*CONFORMING, *FAULTY])
def test_a_specimen_fails_what_it_names_and_nothing_else(name: str) -> None:
    """FAIL for what it breaks, INCONCLUSIVE for what it hides, PASS for every other requirement."""
    specimen = SPECIMENS[name]
    expected = {found.id: Verdict.PASS for found in _tested()}
    expected |= dict.fromkeys(specimen.hides, Verdict.INCONCLUSIVE)
    expected |= dict.fromkeys(specimen.breaks | specimen.observed, Verdict.FAIL)

    assert expected == _examined(name).verdicts


def test_what_is_only_observed_decides_nothing() -> None:
    """A specimen names under ``breaks`` what decides, under ``observed`` what does not, and nothing twice."""
    decides = {found.id for found in _tested() if found.decides}
    for specimen in SPECIMENS.values():
        assert specimen.breaks <= decides, specimen.name
        assert not specimen.observed & decides, specimen.name
        assert not specimen.hides & (specimen.breaks | specimen.observed), specimen.name


# --- every check can fail -----------------------------------------------------------------------------------------


def test_every_requirement_is_broken_by_someone() -> None:
    """At least one specimen fails each tested requirement, those that decide nothing included."""
    broken = {name for specimen in FAULTY.values() for name in specimen.breaks | specimen.observed}
    assert {found.id for found in _tested()} == broken


def test_every_case_is_failed_by_someone() -> None:
    """No case is green whatever an MPP does."""
    failed = {row.case for found in cabinet.matrix().specimens for row in found.rows if row.verdict is Verdict.FAIL}
    assert {f"{case.module}::{case.name}" for case in _LEDGER.cases} == failed


def test_every_case_is_failed_on_each_of_its_conversations() -> None:
    """No conversation is held for a case that cannot fail on it."""
    assert cabinet.matrix().idle_rows == ()


# --- nobody is failed wrongly -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["conforming", "no-app-link", "notification-repeated-once", "success-taken-back"])
def test_what_is_not_judged_again_is_judged_alike(name: str) -> None:
    """The matrix judges a conversation that went as with another MPP once; alone, this MPP gets the same rows."""
    assert cabinet.judged(SPECIMENS[name], _HELD) == _examined(name).rows


@pytest.mark.parametrize("name", [*FAULTY][::60])
def test_what_peers_remember_is_what_they_would_say(name: str) -> None:
    """A conversation that is looked up, as far as others said the same, is the one that would be held.

    With one faulty MPP of sixty, in one conversation of three.
    """
    specimen = FAULTY[name]
    profile = cabinet.profile_of(app_link=specimen.app_link)
    for scenario in [*_HELD][::3]:
        held = DirectConnector(specimen(profile), profile).converse(scenario)
        assert cabinet.trace(specimen, scenario, profile) == held


@pytest.mark.parametrize(("edition", "reading"), list(product(EDITIONS, _READINGS)), ids=str)
@pytest.mark.parametrize("app_link", [True, False])
def test_the_conforming_mpp_passes_under_every_reading(edition: str, reading: Reading, *, app_link: bool) -> None:
    """Whatever edition of the limits is chosen and however it is read, it passes everything."""
    held = cabinet.conversations(_LEDGER.cases, EDITIONS[edition], reading)
    specimen = ConformingMpp if app_link else _silent(ConformingMpp)

    assert {Verdict.PASS} == {row.verdict for row in cabinet.judged(specimen, held)}


@pytest.mark.parametrize("name", CONFORMING)
def test_a_conforming_mpp_is_not_failed_for_an_app_link_it_does_not_report(name: str) -> None:
    """Without app link a conforming MPP fails nothing; what cannot be shown from outside stays unproven."""
    rows = cabinet.judged(_silent(CONFORMING[name]), _HELD)
    expected = {found.id: Verdict.PASS for found in _tested()}
    expected |= dict.fromkeys(_UNPROVEN_WITHOUT_APP_LINK.get(name, ()), Verdict.INCONCLUSIVE)

    worst: dict[str, Verdict] = {}
    for row in rows:
        worst[row.requirement] = max(row.verdict, worst.get(row.requirement, Verdict.NONE))
    assert expected == worst


def test_an_app_link_that_is_reported_and_not_claimed_harms_nobody() -> None:
    """Reports of the app link are welcome from a wallet that does not claim it."""
    rows = cabinet.judged(ConformingMpp, _HELD, app_link=False)
    assert {Verdict.PASS} == {row.verdict for row in rows}


def test_no_fault_is_certified_for_hiding_the_app_link() -> None:
    """Who does not report its app link is not certified either, unless whatever leaves the MPP is right."""
    certified = {name for name in FAULTY if not _found_without_app_link(name)}
    assert certified == _KNOWN_ONLY_FROM_INSIDE | _TOO_QUICK_TO_MEET


def _found_without_app_link(name: str) -> bool:
    """Whether anything but PASS is left; what spoke against it with its app link is looked at first."""
    against = {row.scenario for row in _examined(name).rows if row.verdict is not Verdict.PASS}
    order = sorted(_HELD, key=lambda scenario: scenario.label not in against)
    silent = _silent(FAULTY[name])
    return any(
        row.verdict is not Verdict.PASS
        for scenario in order
        for row in cabinet.judged(silent, {scenario: _HELD[scenario]})
    )
