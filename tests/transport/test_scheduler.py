"""The scheduler: each distinct conversation once, as many at a time as the wallet bears, and never a run that hangs."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from typing import Final

import pytest

from mpp_conformance.judging.trace import ENDED, Trace
from mpp_conformance.peers.router import Stray
from mpp_conformance.protocol.messages import ResultPage
from mpp_conformance.scenarios.scenario import ORDER, Payment, Scenario, one
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.transport.connectors.direct import DirectConnector, DirectConversations
from mpp_conformance.transport.scheduler import ClosedError, ConcurrentConversations
from mpp_conformance.wallet import reference

SCENARIOS: Final = tuple(one(f"{number}", Payment(code=ORDER, amount=number)) for number in range(1, 13))


def trace_of(scenario: Scenario) -> Trace:
    """A trace in which nothing was said."""
    return Trace(scenario=scenario, codes=(), events=(), ending=ENDED)


@dataclass
class Puppet:
    """Holds conversations that end when the test lets them; each may come to rest before."""

    begun: list[Scenario] = field(default_factory=list)
    ended: list[Scenario] = field(default_factory=list)
    most: int = 0
    entered: int = 0
    left: int = 0
    strays: list[Stray] = field(default_factory=list)
    prolonged: dict[Scenario, Trace] = field(default_factory=dict)
    rests: bool = False
    gates: dict[Scenario, asyncio.Event] = field(default_factory=dict)
    turns: list[str] = field(default_factory=list)
    loop: asyncio.AbstractEventLoop | None = None
    changed: threading.Condition = field(default_factory=threading.Condition)

    def let_end(self, *scenarios: Scenario) -> None:
        """Let these conversations end."""
        assert self.loop is not None
        for scenario in scenarios:
            self.loop.call_soon_threadsafe(self._gate(scenario).set)

    def _gate(self, scenario: Scenario) -> asyncio.Event:
        return self.gates.setdefault(scenario, asyncio.Event())

    def wait_until(self, reached: Callable[[], bool]) -> None:
        """Wait, with a bound, until the conversations have come so far."""
        with self.changed:
            assert self.changed.wait_for(reached, timeout=10)

    async def converse(self, scenario: Scenario, at_rest: Callable[[], None], *, turn: str, **_: object) -> Trace:
        """Begin, and end when the gate is open."""
        self.turns.append(turn)
        self._note(self.begun, scenario)
        self.most = max(self.most, len(self.begun) - len(self.ended))
        if self.rests:
            at_rest()
            at_rest()
        async with asyncio.timeout(10):
            await self._gate(scenario).wait()
        self._note(self.ended, scenario)
        if scenario.label == "fault":
            raise ArithmeticError("our fault")
        return trace_of(scenario)

    def _note(self, where: list[Scenario], scenario: Scenario) -> None:
        with self.changed:
            where.append(scenario)
            self.changed.notify_all()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["Puppet"]:
        """The connector while it is open."""
        self.entered += 1
        self.loop = asyncio.get_running_loop()
        yield self
        self.left += 1


@contextmanager
def conversations(puppet: Puppet, *, parallel: int) -> Iterator[ConcurrentConversations]:
    """Conversations of the puppet, closed at the end."""
    with closing(ConcurrentConversations(puppet.opened, parallel=parallel)) as found:
        yield found


def test_equal_scenarios_are_conversed_once() -> None:
    """However often a conversation is prepared and asked for, and under whatever label, it is held once."""
    puppet = Puppet()
    twin = one("another label", Payment(code=ORDER, amount=1))
    with conversations(puppet, parallel=2) as held:
        held.prepare([SCENARIOS[0], twin, SCENARIOS[0]])
        puppet.let_end(SCENARIOS[0])
        assert held.trace(twin) is held.trace(SCENARIOS[0])
    assert puppet.begun == [SCENARIOS[0]]


@pytest.mark.parametrize("parallel", [1, 3])
def test_no_more_at_a_time_than_the_wallet_bears(parallel: int) -> None:
    """Conversations begin in their order, and never more of them are under way than the wallet bears."""
    puppet = Puppet()
    with conversations(puppet, parallel=parallel) as held:
        held.prepare(SCENARIOS)
        puppet.wait_until(lambda: len(puppet.begun) == parallel)
        puppet.let_end(*SCENARIOS)
        assert [held.trace(scenario) for scenario in SCENARIOS] == [trace_of(scenario) for scenario in SCENARIOS]
    assert (list(SCENARIOS), parallel) == (puppet.begun, puppet.most)


@pytest.mark.parametrize(("parallel", "order"), [(1, (0, 1, 2)), (2, (2, 0, 1))])
def test_the_longest_conversation_is_begun_first_where_many_go_on_at_once(parallel: int, order: tuple[int]) -> None:
    """One that is begun last would be waited for alone; one by one, the order is that of the cases."""
    year = Scenario(label="year", payments=(Payment(code=ORDER),) * 3)
    given, puppet = (*SCENARIOS[:2], year), Puppet()
    with conversations(puppet, parallel=parallel) as held:
        held.prepare(given)
        puppet.let_end(*given)
        held.trace(given[order[-1]])
    assert puppet.begun == [given[at] for at in order]


def test_conversation_at_rest_takes_no_place() -> None:
    """What is only listened to any more does not keep others waiting."""
    puppet = Puppet(rests=True)
    with conversations(puppet, parallel=2) as held:
        held.prepare(SCENARIOS)
        puppet.wait_until(lambda: len(puppet.begun) == len(SCENARIOS))
        assert puppet.ended == []


def test_wallet_that_bears_one_is_left_alone_until_the_end() -> None:
    """With a wallet that bears one conversation, the next begins when the one before is over, at rest or not."""
    puppet = Puppet(rests=True)
    with conversations(puppet, parallel=1) as held:
        held.prepare(SCENARIOS)
        puppet.let_end(*SCENARIOS)
        held.trace(SCENARIOS[-1])
    assert puppet.most == 1


def test_first_trace_is_there_before_the_last_conversation() -> None:
    """Whoever asks for the first conversation does not wait for those after it."""
    puppet = Puppet()
    with conversations(puppet, parallel=1) as held:
        held.prepare(SCENARIOS)
        puppet.let_end(SCENARIOS[0])
        assert held.trace(SCENARIOS[0]) == trace_of(SCENARIOS[0])
        assert len(puppet.begun) < len(SCENARIOS)


def test_conversation_that_was_not_prepared_is_held_then() -> None:
    """A conversation nobody announced is held when it is asked for."""
    puppet = Puppet()
    with conversations(puppet, parallel=1) as held:
        puppet.let_end(SCENARIOS[3])
        assert held.trace(SCENARIOS[3]) == trace_of(SCENARIOS[3])


def test_fault_is_raised_where_the_trace_is_asked_for() -> None:
    """What goes wrong in a conversation is raised from its trace, each time, and the others go on."""
    puppet = Puppet()
    fault = one("fault", Payment(code=ORDER, amount=99))
    with conversations(puppet, parallel=1) as held:
        puppet.let_end(fault, SCENARIOS[0])
        held.prepare([fault, SCENARIOS[0]])
        for _ in range(2):
            with pytest.raises(ArithmeticError, match="our fault"):
                held.trace(fault)
        assert held.trace(SCENARIOS[0]) == trace_of(SCENARIOS[0])


def test_close_leaves_off_and_ends_the_connector() -> None:
    """Closing cancels what is under way and what has not begun, closes the connector once, and hangs nobody."""
    puppet = Puppet()
    with conversations(puppet, parallel=1) as held:
        held.prepare(SCENARIOS)
        puppet.wait_until(lambda: len(puppet.begun) == 1)
        puppet.let_end(SCENARIOS[0])
        held.trace(SCENARIOS[0])
        puppet.wait_until(lambda: len(puppet.begun) == 2)
        held.close()
        held.close()
        assert (puppet.entered, puppet.left) == (1, 1)
        assert held.trace(SCENARIOS[0]) == trace_of(SCENARIOS[0])
        for scenario in (SCENARIOS[1], SCENARIOS[2], one("new", Payment(code=ORDER, amount=77))):
            with pytest.raises(ClosedError, match=scenario.label):
                held.trace(scenario)


def test_a_conversation_that_is_renewed_is_held_once_more() -> None:
    """It has another name each time, and somebody is told that it begins."""
    puppet, told = Puppet(), list[Scenario]()
    with closing(ConcurrentConversations(puppet.opened, parallel=2, begun=told.append)) as held:
        assert held.renew(SCENARIOS[0]) is True, "an attempt before this one may have held it"
        for _ in range(3):
            puppet.let_end(SCENARIOS[0])
            assert held.trace(SCENARIOS[0]) is held.trace(SCENARIOS[0])
            assert held.renew(SCENARIOS[0]) is True
    assert (puppet.turns, told) == (["", "-1", "-2"], [SCENARIOS[0]] * 3)


def test_what_comes_out_of_a_drawer_or_a_machine_is_not_renewed() -> None:
    """A specimen would say the same once more, and holds nothing again."""
    profile = reference().profile
    held = DirectConversations(DirectConnector(ConformingMpp(profile), profile))
    assert held.renew(SCENARIOS[0]) is False


def test_strays_are_told() -> None:
    """Messages that fitted no conversation are there for the report, after the end too."""
    puppet = Puppet(strays=[Stray(message=ResultPage(status="S"))])
    with conversations(puppet, parallel=1) as held:
        held.close()
        assert list(held.strays) == puppet.strays


class Shut(AbstractAsyncContextManager[Puppet]):
    """A connector that cannot be opened."""

    async def __aenter__(self) -> Puppet:
        """Say why."""
        raise OSError("the port is taken")

    async def __aexit__(self, *_: object) -> None:
        """There is nothing to close."""


def test_connector_that_cannot_be_opened_is_told_at_once() -> None:
    """What keeps the connector from opening is raised to whoever wanted conversations."""
    with pytest.raises(OSError, match="the port is taken"):
        ConcurrentConversations(Shut, parallel=1)


def test_direct_conversations_are_held_once_too() -> None:
    """Without a wire the same shape holds: each conversation once, when it is asked for."""
    profile = reference().profile
    held = DirectConversations(DirectConnector(ConformingMpp(profile), profile))
    held.prepare(SCENARIOS)
    assert held.trace(SCENARIOS[0]) is held.trace(SCENARIOS[0])
    assert list(held.strays) == []
    held.close()
