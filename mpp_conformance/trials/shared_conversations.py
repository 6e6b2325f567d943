"""The conversations that an MPP holds just as the reference MPP does, so that nobody need hold them again.

What an MPP does in a conversation follows from what it is asked for by name: methods, fields, class variables. An MPP
that defines none of the names that were asked for in the reference MPP's conversation answers each as that one does,
so it holds the very same conversation.
"""

from collections.abc import Callable
from typing import Final

from mpp_conformance.judging.trace import Trace
from mpp_conformance.scenarios.scenario import Profile, Scenario
from mpp_conformance.specimens import Specimen
from mpp_conformance.specimens.conforming import ConformingMpp

_REFERENCE: Final = ConformingMpp.__mro__
_UNASKED: Final = frozenset(
    ("__annotations__", "__doc__", "__module__", "__parameters__", "__orig_bases__", "__qualname__", "__slots__")
)
"""What every class defines, and no conversation asks for."""
_OF_DATACLASSES: Final = frozenset(
    ("__dataclass_fields__", "__dataclass_params__", "__eq__", "__hash__", "__init__", "__match_args__", "__repr__")
)
"""What is defined for a class that has further fields."""

Hold = Callable[[Specimen, Scenario, Profile], Trace]
"""Holds a conversation with a specimen that has heard nothing before."""


class SharedConversations:
    """Conversations of many MPPs; those that go as with the reference MPP are held once."""

    def __init__(self, hold: Hold) -> None:
        self._hold = hold
        self._of_reference: dict[tuple[Scenario, bool], tuple[frozenset[str], Trace]] = {}
        self._own: dict[Specimen, frozenset[str] | None] = {}

    def trace(self, specimen: Specimen, scenario: Scenario, profile: Profile) -> Trace:
        """As if it were held; the profiles of all calls may differ in their app link only."""
        if specimen not in self._own:
            self._own[specimen] = own_names(specimen)
        own = self._own[specimen]
        if own is None:
            return self._hold(specimen, scenario, profile)
        known = self._of_reference.get((scenario, profile.app_link))
        if known is None:
            known = self._of_reference[scenario, profile.app_link] = self._watched(scenario, profile)
        asked, same = known
        return same if own.isdisjoint(asked) else self._hold(specimen, scenario, profile)

    def _watched(self, scenario: Scenario, profile: Profile) -> tuple[frozenset[str], Trace]:
        asked: set[str] = set()

        class Watched(ConformingMpp):
            def __getattribute__(self, name: str) -> object:
                asked.add(name)
                return super().__getattribute__(name)

        trace = self._hold(Watched, scenario, profile)
        return frozenset(asked), trace


def own_names(specimen: Specimen) -> frozenset[str] | None:
    """The names that a class, and what it inherits beside the reference MPP, define; ``None`` where no name tells.

    Python asks for methods like ``__setattr__`` without naming them.
    """
    if specimen.__mro__[-len(_REFERENCE) :] != _REFERENCE:
        return None
    names: set[str] = set()
    for kind in specimen.__mro__[: -len(_REFERENCE)]:
        defined = {*vars(kind), *vars(kind).get("__annotations__", ())} - _UNASKED
        names |= defined - _OF_DATACLASSES if _made_by_dataclass(kind) else defined
    return None if any(name.startswith("__") for name in names) else frozenset(names)


def _made_by_dataclass(kind: type) -> bool:
    """Whether ``dataclass`` wrote how a class is initialised."""
    written = getattr(vars(kind).get("__init__"), "__code__", None)
    return "__dataclass_fields__" in vars(kind) and written is not None and written.co_filename == "<string>"
