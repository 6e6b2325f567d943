"""Many conversations at once with one specimen in this process: who takes the next turn is written down beforehand.

The same order gives the same conversations, to the byte. All stay open until nobody has a turn left: a specimen that
mixes them up may say in one what belongs to another.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from mpp_conformance.judging.trace import Trace
from mpp_conformance.peers.router import Router
from mpp_conformance.peers.world import World
from mpp_conformance.protocol.messages import Message
from mpp_conformance.scenarios.scenario import Profile, Scenario
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.transport.connectors.direct import Peers, Turns, no_time
from mpp_conformance.wire import round_trip

Order = Iterable[int]
"""Whose turn it is, by number; a turn of whoever has none left falls away."""


@dataclass(frozen=True, slots=True)
class Interleaved:
    """What was said in each conversation, by number, and the order in which turns were taken."""

    traces: Mapping[int, Trace]
    turns: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Users with a specimen that is made anew each time; ``run`` and a user's number make codes unlike any other's."""

    specimen: Callable[[Profile], ConformingMpp]
    profile: Profile
    run: str
    carry: Callable[[Message], Message] = round_trip

    def hold_by_seed(self, scenarios: Mapping[int, Scenario], seed: int) -> Interleaved:
        """Hold them all; at each turn the seed says whose it is, of those who have one left."""
        return self._held(scenarios, lambda held: _drawn(held, seed))

    def hold_in_order(self, scenarios: Mapping[int, Scenario], order: Order) -> Interleaved:
        """Hold them all in this order; what is left after it is held one after the other."""
        return self._held(scenarios, lambda held: _in_order(held, order))

    def _held(
        self, scenarios: Mapping[int, Scenario], order: Callable[[Mapping[int, Turns]], Iterator[int]]
    ) -> Interleaved:
        specimen, router = self.specimen(self.profile), Router(self.profile.templates)
        worlds = {
            number: World(scenario, f"{self.run}-{number}", self.profile, no_time)
            for number, scenario in scenarios.items()
        }
        held = {number: Turns(specimen, Peers(router, world), self.carry) for number, world in worlds.items()}
        by_world = {id(world): held[number] for number, world in worlds.items()}
        taken = list[int]()
        for number in order(held):
            taken.append(number)
            elsewhere, calls = held[number].take()
            if elsewhere is not None:
                by_world[id(elsewhere)].call(calls)
        return Interleaved({number: turns.peers.trace for number, turns in held.items()}, tuple(taken))


def _drawn(held: Mapping[int, Turns], seed: int) -> Iterator[int]:
    drawn, left = random.Random(seed), list(held)  # noqa: S311  # an order that can be had again, and no secret
    while left:
        place = int(drawn.random() * len(left))
        number = left[place]
        if held[number].over:
            # It may still get a turn by what another one says.
            left = [one for one in held if not held[one].over]
        else:
            yield number


def _in_order(held: Mapping[int, Turns], order: Order) -> Iterator[int]:
    yield from (number for number in order if number in held and not held[number].over)
    while left := [number for number, turns in held.items() if not turns.over]:
        yield from _rest(left[0], held)


def _rest(number: int, held: Mapping[int, Turns]) -> Iterator[int]:
    while not held[number].over:
        yield number
