"""Nothing passes for nothing: no duty that decides is met by an MPP that is mute in what the duty is about."""

from collections.abc import Callable, Mapping
from typing import Final

import pytest

from mpp_conformance.adequacy.matrix import REFUSING, Examined
from mpp_conformance.common.resources import directory
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.ledger.requirements import MPP_CLIENT, Requirement
from mpp_conformance.specimens import SPECIMENS, mutes
from mpp_conformance.trials import cabinet

_LEDGER: Final = load(directory("suites"))
_DECIDING: Final = {found.id: found for found in _LEDGER.requirements.values() if not found.excluded and found.decides}
_MUTES: Final = {name: found for name, found in SPECIMENS.items() if issubclass(found, mutes.Mute)}
_UNCALLED: Final = {
    case
    for scenario, judges in cabinet.conversations(_LEDGER.cases).items()
    if not any(payment.calls for payment in scenario.payments)
    for case, _ in judges
}
_CALLED: Final = {case.requirement.id for case in _LEDGER.cases if case not in _UNCALLED}
"""The requirements of which some case judges nothing but conversations in which Alipay+ calls the MPP server."""
_ASKS: Final = {"EC-3", "EC-6", "EC-16", "OC-5", "SRV-1", "SRV-2", "REP-1", "REP-6", "WIRE-1", "WIRE-2"}
"""What comes before any answer of Alipay+: what a code is, launch, the code passed on, and how Alipay+ is asked."""
_SHOWN: Final[Mapping[str, frozenset[str]]] = {
    "every-payment-declined": frozenset({"EC-28", "EC-29", "OC-19"}),
    "every-payment-told-as-paid": frozenset({"EC-28", "EC-29", "OC-19", "OC-20", "SDK-1", "SRV-5", "UX-7"}),
}
"""What such an MPP does show: a client that acts on what it is handed, and a result of its own."""


def examined(name: str) -> Examined:
    """What the suite says of a known MPP."""
    return next(found for found in cabinet.matrix().specimens if found.name == name)


def about_client(found: Requirement) -> bool:
    """Whether it speaks of what the MPP client does with what it is handed."""
    return found.actor == MPP_CLIENT and found.id not in _ASKS


_ABOUT: Final[Mapping[str, Callable[[Requirement], bool]]] = {
    mutes.EVERYTHING: lambda _: True,
    mutes.SERVER: lambda found: found.id not in _ASKS,
    mutes.CLIENT: about_client,
    mutes.REPORTS: lambda found: found.actor == MPP_CLIENT and found.id != "OC-5",
    mutes.CALLS: lambda found: found.id in _CALLED,
}
"""The duties that are about what an MPP is mute in. OC-5 is shown at the gateway, whatever is reported."""


@pytest.mark.parametrize("name", _MUTES)
@pytest.mark.parametrize("requirement", _DECIDING)
def test_no_duty_is_met_by_being_mute(name: str, requirement: str) -> None:
    """Of what it is mute in, no requirement that decides passes, unless the MPP has really shown it."""
    about = _ABOUT[_MUTES[name].mute](_DECIDING[requirement])
    shown = requirement in _SHOWN.get(name, ())
    verdict = examined(name).verdicts[requirement]
    assert not (about and not shown and verdict is Verdict.PASS)


@pytest.mark.parametrize("name", _SHOWN)
def test_what_a_mute_shows_is_really_seen(name: str) -> None:
    """None of the exceptions is there in vain."""
    passing = examined(name).coming_to(Verdict.PASS, decides=True)
    assert {found for found in passing if _ABOUT[_MUTES[name].mute](_DECIDING[found])} == _SHOWN[name]


def test_every_requirement_that_decides_is_kept_from_some_mute() -> None:
    """Each is about something that a known MPP is mute in."""
    failed_or_open = {
        found for name in _MUTES for found in _DECIDING if examined(name).verdicts[found] is not Verdict.PASS
    }
    assert failed_or_open == set(_DECIDING)


def test_nobody_who_is_mute_is_certified() -> None:
    """Each of them fails something, or leaves it unproven."""
    assert [name for name in _MUTES if not examined(name).killed] == []


def test_no_case_passes_with_the_server_that_refuses_everything() -> None:
    """The figure of the matrix, deciding or not."""
    assert cabinet.matrix().refused == {}
    assert SPECIMENS[REFUSING] is mutes.RefusesEveryCall
