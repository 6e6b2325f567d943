"""Load in this process: conversations interleaved with one specimen by a seed, and what fails made as small as it gets.

A conversation that fails is held again with fewer others, and with fewer turns taken out of order, as long as it still
fails the same case. What is left says which conversations collide, and when.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice

from mpp_conformance.judging import oracle
from mpp_conformance.judging.set_up import SetUp
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.requirements import Case
from mpp_conformance.scenarios.scenario import Scenario
from mpp_conformance.scenarios.shrinking import fewer
from mpp_conformance.transport.connectors.interleaving import Crowd, Interleaved
from mpp_conformance.trials.load.traffic import Judged, Traffic

Run = tuple[int, int]
"""A conversation, by number, and how many turns it takes one after the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a crowd: each conversation judged, and the order of turns."""

    conversations: tuple[Judged, ...]
    turns: tuple[Run, ...]
    set_up: SetUp


@dataclass(frozen=True, slots=True, kw_only=True)
class Smallest:
    """The fewest conversations that still show a failure, and the turns before they are held one after the other."""

    users: tuple[int, ...]
    turns: tuple[Run, ...]
    tried: int
    done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CrowdTrial:
    """``users`` conversations at once, which ``seed`` draws from the traffic."""

    crowd: Crowd
    traffic: Traffic
    users: int
    seed: int

    @property
    def scenarios(self) -> Mapping[int, Scenario]:
        """What each of them is to be, by number."""
        return dict(enumerate(islice(self.traffic.draw(self.seed), self.users)))

    def run_by_seed(self) -> Outcome:
        """All of them, in an order of turns that the seed says."""
        scenarios = self.scenarios
        return self._outcome(scenarios, self.crowd.hold_by_seed(scenarios, self.seed))

    def run_in_order(self, turns: Sequence[Run]) -> Outcome:
        """Only those that have a turn, in this order."""
        scenarios, users = self.scenarios, {number for number, _ in turns}
        chosen = {number: scenarios[number] for number in sorted(users)}
        return self._outcome(chosen, self.crowd.hold_in_order(chosen, _each(turns)))

    def smallest(self, outcome: Outcome, failed: Judged, case: Case, *, most: int) -> Smallest:
        """The smallest crowd in which ``failed`` still fails ``case``, after ``most`` questions at most."""
        scenarios = self.scenarios
        shrinking = _Shrinking(
            crowd=self.crowd,
            scenarios={judged.number: scenarios[judged.number] for judged in outcome.conversations},
            victim=failed.number,
            case=case,
            set_up=outcome.set_up,
            left=most,
        )
        return shrinking.smallest(outcome.turns)

    def _outcome(self, scenarios: Mapping[int, Scenario], held: Interleaved) -> Outcome:
        set_up = SetUp.of(held.traces.values())
        judged = (
            Judged(number=number, trace=trace, rows=self.traffic.judge(scenarios[number], trace)).weigh(set_up)
            for number, trace in held.traces.items()
        )
        return Outcome(conversations=tuple(judged), turns=tuple(runs(held.turns)), set_up=set_up)


class _EnoughError(Exception):
    """No question is left."""


@dataclass(slots=True, kw_only=True)
class _Shrinking:
    crowd: Crowd
    scenarios: Mapping[int, Scenario]
    victim: int
    case: Case
    set_up: SetUp
    left: int
    tried: int = 0

    def smallest(self, turns: tuple[Run, ...]) -> Smallest:
        users, done = tuple(self.scenarios), True
        try:
            for users in self._users(turns):  # noqa: B007  # the last one counts
                pass
            turns = _of(turns, users)
            for turns in self._turns(users, turns):  # noqa: B007, B020  # likewise
                pass
        except _EnoughError:
            done = False
        return Smallest(users=users, turns=_of(turns, users), tried=self.tried, done=done)

    def _users(self, turns: tuple[Run, ...]) -> Iterator[tuple[int, ...]]:
        others = tuple(number for number in self.scenarios if number != self.victim)
        yield tuple(sorted((*others, self.victim)))
        while (found := self._first((part, _of(turns, (*part, self.victim))) for part in _parts(others))) is not None:
            others = found
            yield tuple(sorted((*others, self.victim)))

    def _turns(self, users: tuple[int, ...], turns: tuple[Run, ...]) -> Iterator[tuple[Run, ...]]:
        others = tuple(number for number in users if number != self.victim)
        while (found := self._first_turns(others, turns)) is not None:
            turns = found
            yield turns

    def _first_turns(self, others: tuple[int, ...], turns: tuple[Run, ...]) -> tuple[Run, ...] | None:
        return next((smaller for smaller in _smaller(turns) if self._fails(others, smaller)), None)

    def _first(self, candidates: Iterable[tuple[tuple[int, ...], tuple[Run, ...]]]) -> tuple[int, ...] | None:
        return next((others for others, turns in candidates if self._fails(others, turns)), None)

    def _fails(self, others: tuple[int, ...], turns: tuple[Run, ...]) -> bool:
        if self.tried == self.left:
            raise _EnoughError
        self.tried += 1
        chosen = {number: self.scenarios[number] for number in sorted((*others, self.victim))}
        trace = self.crowd.hold_in_order(chosen, _each(turns)).traces[self.victim]
        judgement = self.set_up.weigh(oracle.judge(self.case.judge, trace), trace)
        return judgement.verdict is Verdict.FAIL


def runs(turns: Iterable[int]) -> Iterator[Run]:
    """Turns one by one, told by who takes how many in a row."""
    return ((number, sum(1 for _ in same)) for number, same in groupby(turns))


def _each(turns: Iterable[Run]) -> Iterator[int]:
    return (number for number, count in turns for _ in range(count))


def _of(turns: Iterable[Run], users: tuple[int, ...]) -> tuple[Run, ...]:
    """The turns of these alone; each has one at least, so that it partakes."""
    kept = tuple(runs(number for number in _each(turns) if number in users))
    return (*kept, *((number, 1) for number in users if number not in {number for number, _ in kept}))


def _parts(numbers: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    return (tuple(numbers[place] for place in kept) for kept in fewer(len(numbers)))


def _smaller(turns: tuple[Run, ...]) -> Iterator[tuple[Run, ...]]:
    """Fewer turns out of order, the greatest steps first: without some runs, then with shorter ones."""
    yield from (_joined(turns[place] for place in kept) for kept in fewer(len(turns)))
    for place, (number, count) in enumerate(turns):
        for fewer_turns in dict.fromkeys((count // 2, count - 1)):
            if fewer_turns:
                yield (*turns[:place], (number, fewer_turns), *turns[place + 1 :])


def _joined(turns: Iterable[Run]) -> tuple[Run, ...]:
    return tuple(runs(_each(turns)))
