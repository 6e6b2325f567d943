"""Load over HTTP: users at once, each conversation judged at its end, and nobody accused of what others do late."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from itertools import chain, repeat
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpp_conformance.common.resources import directory
from mpp_conformance.judging.trace import BROKEN, Trace
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.protocol.messages import HandleAction, NotifyPayment
from mpp_conformance.scenarios.scenario import Scenario
from mpp_conformance.specimens import SPECIMENS
from mpp_conformance.transport.connectors.direct import DirectConnector
from mpp_conformance.trials import cabinet
from mpp_conformance.trials.load.bisection import Boundary, bisect
from mpp_conformance.trials.load.latency import Latency
from mpp_conformance.trials.load.sample import Sample
from mpp_conformance.trials.load.traffic import Judged
from mpp_conformance.trials.load.users import Connector, Held, Users
from mpp_conformance.wallet import reference
from tests.hosting import hosted

_TRAFFIC: Final = cabinet.ordinary(load(directory("suites")).cases)


def users(connector: Connector, *, claimed: int = 32) -> Users:
    """Users who begin a conversation each second of a clock of their own."""
    ticks = itertools.count()
    return Users(
        connector=connector,
        traffic=_TRAFFIC,
        seed=1,
        claimed=claimed,
        patience=0.01,
        redacted=lambda trace: trace,
        clock=lambda: next(ticks),
    )


def over_http(name: str, *, at_once: int, conversations: int) -> Held:
    """What comes of users with a known MPP over HTTP."""

    async def hold() -> Held:
        async with hosted(SPECIMENS[name], patience=2.0) as connector:
            return await users(connector).hold(at_once, conversations + 1)

    return asyncio.run(hold())


# --- over loopback ----------------------------------------------------------------------------------------------------


def test_a_conforming_mpp_is_clean_with_32_users() -> None:
    """Whatever else the machine has to do: nothing is broken, nothing of ours fails, and all is heard to its end."""
    held = over_http("conforming", at_once=32, conversations=96)
    assert (held.conversations, held.broken, dict(held.errors), dict(held.troubles)) == (96, set(), {}, {})


def test_whoever_declines_under_load_is_not_accused() -> None:
    """One payment of a customer at a time: over HTTP as well, what is declined for that breaks nothing."""
    held = over_http("one-payment-of-a-customer-at-a-time", at_once=32, conversations=96)
    assert (held.conversations, held.broken, dict(held.errors)) == (96, set(), {})


def test_shared_state_is_named_by_the_requirement_that_it_breaks() -> None:
    """Callbacks that users of one customer overwrite are another's; with one user at a time they are his own."""
    held = over_http("callback-by-customer", at_once=32, conversations=64)
    assert held.broken == {"EC-25", "EC-28"} == SPECIMENS["callback-by-customer"].breaks
    failures = {case.requirement.id for judged in held.sample.failures for case, _ in judged.failed()}
    assert held.broken <= failures
    assert over_http("callback-by-customer", at_once=1, conversations=8).broken == set()


# --- with a connector of our own --------------------------------------------------------------------------------------


@dataclass
class Scripted:
    """Holds conversations with a conforming MPP at once, and says other things of them than were said."""

    told: Callable[[Trace], Trace] = lambda trace: trace
    later: Callable[[Trace], Trace] = lambda trace: trace
    held: dict[tuple[object, ...], Trace] = field(default_factory=dict)
    turns: list[str] = field(default_factory=list)
    most: int = 0
    fails: Collection[int] = ()

    async def converse(self, scenario: Scenario, at_rest: Callable[[], None], *, turn: str) -> Trace:
        """What ``told`` makes of it."""
        at_rest()
        self.turns.append(turn)
        if int(turn.rpartition("/")[2]) in self.fails:
            message = "out of order"
            raise OSError(message)
        profile = replace(reference().profile, app_link=True)
        trace = DirectConnector(SPECIMENS["conforming"](profile), profile, turn).converse(scenario)
        self.held[trace.codes] = trace
        self.most = max(self.most, len(self.held))
        return self.told(trace)

    async def since(self, trace: Trace, seconds: float) -> Trace:  # noqa: ARG002  # as a connector's
        """What ``later`` makes of it."""
        return self.later(self.held[trace.codes])

    def forget(self, trace: Trace) -> None:
        """It is gone."""
        del self.held[trace.codes]


def scripted(connector: Scripted, *, at_once: int = 8, conversations: int = 60, claimed: int = 32) -> Held:
    """What comes of users with such a connector."""
    return asyncio.run(users(connector, claimed=claimed).hold(at_once, conversations + 1))


def speechless(trace: Trace) -> Trace:
    """The conversation up to the first that the MPP says."""
    silent = tuple(itertools.takewhile(lambda event: event.message.by_suite, trace.events))
    return replace(trace, events=silent)


def swapped(trace: Trace) -> Trace:
    """The conversation with other payloads at the SDK."""
    events = (
        replace(event, message=HandleAction(sdk_action_payload="another's"))
        if isinstance(event.message, HandleAction)
        else event
        for event in trace.events
    )
    return replace(trace, events=tuple(events))


def test_no_two_conversations_share_a_turn() -> None:
    """Nor do those of a second load with the same connector."""
    connector = Scripted()
    made = users(connector)

    async def hold() -> None:
        await made.hold(4, 11)
        await made.hold(2, 31)

    asyncio.run(hold())
    assert len(set(connector.turns)) == len(connector.turns) > 20


def test_what_comes_late_takes_a_failure_back() -> None:
    """Whoever says it when its conversation was over is slow only, and what is not said at all is missing."""

    def late(trace: Trace) -> Trace:
        return replace(trace, late=len(trace.events) - len(speechless(trace).events))

    slow, mute = scripted(Scripted(speechless, late)), scripted(Scripted(speechless, speechless))
    assert (slow.broken, sum(tally.unproven for tally in slow.tallies.values()) > 0) == (set(), True)
    assert mute.sample.failures or sum(tally.unproven for tally in mute.tallies.values()) > 0


def test_beyond_what_a_wallet_claims_to_bear_only_mixing_up_accuses() -> None:
    """What is missing with more users than it claims hangs on time; the payload of another payment does not."""
    lost = Scripted(without_notices, without_notices)
    assert scripted(lost, claimed=8).broken >= {"NOT-1"}
    lost = Scripted(without_notices, without_notices)
    assert scripted(lost, claimed=7).broken == set()
    mixed = Scripted(swapped, swapped)
    assert scripted(mixed, claimed=7).broken >= {"OC-16"}


def without_notices(trace: Trace) -> Trace:
    """The conversation as it is where nobody notifies Alipay+."""
    left = [event for event in trace.events if not isinstance(event.message, NotifyPayment)]
    return replace(trace, events=tuple(replace(event, number=at) for at, event in enumerate(left, start=1)))


def test_where_the_suite_was_late_what_is_missing_is_not_proven() -> None:
    """The conversations are counted in which that was so, and their times are not the wallet's."""

    def late(trace: Trace) -> Trace:
        return without_notices(trace).late_by(0.5)

    held = scripted(Scripted(late, late))
    assert (held.broken, held.lagged, held.latency.messages) == (set(), 60, 0)


def test_a_fault_of_one_conversation_ends_no_other() -> None:
    """It is an error of the suite in what would have judged that one, and is told once with its count."""
    held = scripted(Scripted(fails=(3, 9)))
    assert (held.conversations, dict(held.errors)) == (60, {"OSError: out of order": 2})
    assert sum(tally.errors for tally in held.tallies.values()) >= 2
    assert sum(tally.conversations for tally in held.tallies.values()) > 60


def test_a_load_that_is_broken_off_says_what_was_judged() -> None:
    """What was going on then is not counted."""

    @dataclass
    class Stopping(Scripted):
        """Has its load cancelled in the thirty-first conversation, and answers no more."""

        def __post_init__(self) -> None:
            self.stop = asyncio.Event()

        async def converse(self, scenario: Scenario, at_rest: Callable[[], None], *, turn: str) -> Trace:
            if len(self.turns) == 30:
                self.stop.set()
                await asyncio.Event().wait()
            return await super().converse(scenario, at_rest, turn=turn)

    async def hold() -> Held:
        connector = Stopping()
        load = asyncio.create_task(users(connector).hold(8, 400))
        await connector.stop.wait()
        load.cancel()
        return await load

    held = asyncio.run(hold())
    assert (held.interrupted, held.conversations, held.broken) == (True, 30, set())
    assert not scripted(Scripted()).interrupted


def test_why_conversations_broke_off_is_counted() -> None:
    """By its reason, and by no more reasons than people read."""

    def unreachable(trace: Trace) -> Trace:
        return replace(trace, ending=BROKEN, trouble=f"no adaptor at {trace.codes[0].scanned}")

    held = scripted(Scripted(unreachable), conversations=40)
    assert (len(held.troubles), held.troubles["another reason"], held.broken) == (21, 20, set())


def test_memory_does_not_grow_with_time() -> None:
    """Conversations that are over are forgotten but for the latest; few are kept as a sample."""
    connector = Scripted()
    held = scripted(connector, at_once=4, conversations=400)
    assert (held.conversations, connector.most) == (400, 4 + 256 + 1)
    assert len(list(held.sample)) == 20


# --- what is kept, and what is counted --------------------------------------------------------------------------------


def test_of_each_requirement_the_first_failures_are_kept() -> None:
    """Three of each, and twenty others that the seed draws from all of them."""
    held = scripted(Scripted(swapped, swapped), conversations=200)
    broke = Counter(case.requirement.id for judged in held.sample.failures for case, _ in judged.failed())
    assert broke["OC-16"] >= 3
    assert len(held.sample.failures) <= 3 * len(broke)
    others = [judged.number for judged in held.sample if not judged.failed()]
    assert (len(others), max(others) > 100) == (20, True)


def test_the_sample_is_the_seeds() -> None:
    """The same seed keeps the same conversations of the same ones."""
    trace = DirectConnector(SPECIMENS["conforming"](reference().profile), reference().profile).converse(
        next(iter(_TRAFFIC.cases))
    )

    def numbers(seed: int) -> list[int]:
        sample = Sample(seed)
        for number in range(1_000):
            sample.add(Judged(number=number, trace=trace, rows=()))
        return [judged.number for judged in sample]

    assert numbers(1) == numbers(1) != numbers(2)


def test_latency_is_from_what_we_say_to_what_the_wallet_says() -> None:
    """In whole milliseconds; what it says after that without being told anything new is no answer."""
    profile = reference().profile
    scenario = next(scenario for scenario in _TRAFFIC.cases if len(scenario.payments) == 1)
    trace = DirectConnector(SPECIMENS["conforming"](profile), profile).converse(scenario)
    timed = replace(trace, events=tuple(replace(event, at=event.number**2 / 1_000) for event in trace.events))
    asked = [
        (event.number, before.number)
        for before, event in itertools.pairwise(timed.events)
        if before.message.by_suite and not event.message.by_suite
    ]
    latency = Latency()
    latency.add(timed)
    assert latency.messages == len(asked) > 1
    assert latency.percentile(100) == max(number**2 - before**2 for number, before in asked)
    assert latency.percentile(50) <= latency.percentile(90)
    assert Latency().percentile(50) == 0


# --- the smallest number of users -------------------------------------------------------------------------------------


def halved(breaks: dict[str, int], at: int) -> tuple[dict[str, tuple[int, int]], list[int]]:
    """The boundaries that are found where requirements break from so many users on, and what was tried."""
    tried: list[int] = []

    async def broken_at(number: int) -> set[str]:
        tried.append(number)
        return {name for name, least in breaks.items() if number >= least}

    found = {name: Boundary(at) for name, least in breaks.items() if at >= least}
    asyncio.run(bisect(found, broken_at))
    return {name: (one.breaks, one.holds) for name, one in found.items()}, tried


@given(least=st.lists(st.integers(1, 200), max_size=4), at=st.integers(1, 128))
def test_halving_finds_the_smallest_number_of_users(least: list[int], at: int) -> None:
    """Of each requirement that broke, in few tries, none of them twice."""
    breaks = {f"R-{place}": number for place, number in enumerate(least)}
    found, tried = halved(breaks, at)
    assert found == {name: (number, number - 1) for name, number in breaks.items() if number <= at}
    assert len(tried) == len(set(tried)) <= 8 * len(found)


def test_halving_ends_with_whatever_chance_breaks() -> None:
    """A requirement that breaks where it has held before is told by the smallest number at which it broke."""
    answers = iter([set[str](), {"A"}, {"A", "B"}, {"B"}, set[str](), {"A", "B"}])

    async def broken_at(number: int) -> set[str]:
        assert 0 < number < 32
        return next(answers, set())

    found = {"A": Boundary(32), "B": Boundary(32)}
    asyncio.run(bisect(found, broken_at))
    assert all(one.holds < one.breaks <= 32 for one in found.values())


@pytest.mark.parametrize(("seconds", "apart"), [(60.0, 0.01), (0.4, 0.01), (0.04, 0.001)])
def test_users_begin_one_after_the_other(monkeypatch: pytest.MonkeyPatch, seconds: float, apart: float) -> None:
    """10 ms apart; where that were more than a quarter of the time, closer together. Then each goes on by himself."""
    pauses, slept = [], asyncio.sleep

    async def sleep(pause: float) -> None:
        pauses.append(pause)
        await slept(0)

    monkeypatch.setattr("mpp_conformance.trials.load.users.asyncio.sleep", sleep)
    looks = chain([0.0] * 21, repeat(seconds))
    asyncio.run(replace(users(Scripted()), clock=lambda: next(looks)).hold(10, seconds))
    assert pauses == [apart] * 9
