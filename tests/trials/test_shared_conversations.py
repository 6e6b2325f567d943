"""Which conversations are held as by the reference MPP, and need not be held again."""

from dataclasses import dataclass, field
from typing import Final

import pytest

from mpp_conformance.common.resources import directory
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.scenarios.scenario import ENTRY, ORDER
from mpp_conformance.specimens import SPECIMENS, Specimen
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.trials import cabinet
from mpp_conformance.trials.shared_conversations import SharedConversations, own_names

_HELD: Final = [*cabinet.conversations(load(directory("suites")).cases)]


class _LaunchesNothing(ConformingMpp):
    def launch(self, session: object) -> object:  # type: ignore[override]  # is never called
        raise AssertionError(session)


@dataclass(slots=True)
class _HasField(ConformingMpp):
    seen: set[str] = field(default_factory=set)


class _HasOwnBeginning(ConformingMpp):
    def __init__(self) -> None:
        raise AssertionError


class _SetsOtherwise(_HasField):
    def __setattr__(self, name: str, value: object) -> None:
        raise AssertionError(name, value)


@pytest.mark.parametrize(
    ("specimen", "names"),
    [
        (ConformingMpp, frozenset()),
        (_LaunchesNothing, {"launch"}),
        (_HasField, {"seen"}),
        (_HasOwnBeginning, None),
        (_SetsOtherwise, None),
    ],
)
def test_names_that_a_class_defines_are_its_own(specimen: Specimen, names: frozenset[str] | None) -> None:
    """Methods and fields count; of one that Python calls by itself, no name tells."""
    assert names == own_names(specimen)


def test_every_specimen_is_told_by_its_names() -> None:
    """None of them does anything that no name tells, or all of its conversations are held."""
    assert [name for name, specimen in SPECIMENS.items() if own_names(specimen) is None] == []


@pytest.mark.parametrize("name", [*SPECIMENS][::60])
def test_shared_conversations_are_those_that_would_be_held(name: str) -> None:
    """Whatever is not held is equal to what is; with one specimen of sixty."""
    specimen, shared = SPECIMENS[name], SharedConversations(cabinet.trace)
    profile = cabinet.profile_of(app_link=specimen.app_link)
    for scenario in _HELD[::4]:
        assert cabinet.trace(specimen, scenario, profile) == shared.trace(specimen, scenario, profile)


def test_what_is_never_asked_for_changes_nothing() -> None:
    """A specimen is held only where the reference MPP asks for what it defines."""
    held: list[Specimen] = []

    def hold(specimen: Specimen, *place: object) -> object:
        held.append(specimen)
        return cabinet.trace(specimen, *place)  # type: ignore[arg-type]  # as it was called

    shared = SharedConversations(hold)  # type: ignore[arg-type]  # likewise
    entry, order = (
        next(made for made in _HELD if {payment.code for payment in made.payments} == {code}) for code in (ENTRY, ORDER)
    )
    profile = cabinet.profile_of(app_link=True)
    with pytest.raises(AssertionError):
        shared.trace(_LaunchesNothing, entry, profile)
    assert shared.trace(ConformingMpp, order, profile) is shared.trace(_LaunchesNothing, order, profile)
    assert [kind.__name__ for kind in held] == ["Watched", "_LaunchesNothing", "Watched"]
