"""An MPP in this process: a specimen joined to the world by function calls instead of sockets.

Whatever a specimen says goes through the wire's schemas all the same, so that a malformed message is one here too.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from mpp_conformance import wire
from mpp_conformance.judging.trace import ENDED, WAITED, Trace
from mpp_conformance.peers.reactions import Sending, Spoilt
from mpp_conformance.peers.router import Router, Stray
from mpp_conformance.peers.world import World
from mpp_conformance.protocol.messages import GATEWAY, Malformed, Message, UserInitiatedPay
from mpp_conformance.scenarios.scenario import OBSERVER, Profile, Scenario
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.wire import carried


def nobody(_: Scenario) -> None:
    """Nobody wants to know."""


def _no_time() -> float:
    return 0.0


@dataclass(slots=True)
class DirectConnector:
    """Holds conversations with a specimen; the specimen lives as long as the connector and remembers what it likes.

    ``carry``: how what it says comes through the wire.
    """

    specimen: ConformingMpp
    profile: Profile
    run: str = "direct"
    clock: Callable[[], float] = _no_time
    carry: Callable[[Message], Message] = carried
    _router: Router = field(init=False)
    _over: list[tuple[World, int]] = field(default_factory=list)
    """Conversations that have ended, and how many messages each had then."""

    def __post_init__(self) -> None:
        self._router = Router(self.profile.templates)

    @property
    def strays(self) -> Sequence[Stray]:
        """Messages of the specimen that fitted no open conversation."""
        return self._router.strays

    @property
    def prolonged(self) -> Mapping[Scenario, Trace]:
        """Conversations of which more was heard when they were over, with that."""
        return {world.scenario: _trace(world) for world, count in self._over if world.recorded > count}

    def converse(self, scenario: Scenario) -> Trace:
        """Hold one conversation to its end; the wallet's messages are taken in the order in which they are said."""
        world = World(scenario, self.run, self.profile, self.clock)
        held = Turns(self.specimen, self._router, world, self.carry)
        while not held.over:
            held.take()
        self._router.close(world)
        self._over.append((world, world.recorded))
        return held.trace


@dataclass(slots=True)
class Turns:
    """One conversation with a specimen, which others may share, a turn at a time; it is open from its making on.

    A turn is the next thing that the specimen says, and what the peers say to that at once; the first turn is the
    beginning. Scans that begin together take turns message by message.
    """

    specimen: ConformingMpp
    router: Router
    world: World
    carry: Callable[[Message], Message] = carried
    _begun: bool = False
    _said: deque[Iterator[tuple[str, Message]]] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self.router.open(self.world)

    @property
    def over(self) -> bool:
        """Whether there is no further turn."""
        return self._begun and (not self._said or bool(self.world.cut_off))

    @property
    def trace(self) -> Trace:
        """The conversation so far."""
        return _trace(self.world)

    def take(self) -> tuple[World, tuple[Sending, ...]]:
        """The next turn; there must be one. What is to be said next in another conversation is returned with it."""
        if not self._begun:
            self._begin()
            return self.world, ()
        world, calls = self._next()
        if world is None or world is self.world:
            self.call(calls)
            return self.world, ()
        return world, calls

    def call(self, sendings: Iterable[Sending]) -> None:
        """Have the peers of this conversation say this, each in a turn to come."""
        for sending in sendings:
            if sending.message.point == GATEWAY:
                # Alipay+ asks before the MPP, or the consumer at its cashier page, goes on.
                self._said.appendleft(self._answered(sending))
            else:
                self._said.append(self._told(sending))

    def _begin(self) -> None:
        self._begun = True
        for probe in self.world.scenario.probing:
            body = probe.body.replace(OBSERVER, wire.GATEWAY_URL)
            self.world.probed(probe, self.specimen.probed(probe.operation, body.encode()))
        self._said.extend(self._told(sending) for sending in self.world.begin())

    def _next(self) -> tuple[World | None, tuple[Sending, ...]]:
        turn = self._said.popleft()
        said = next(turn, None)
        if said is None:
            return None, ()
        session, message = said
        arrived = message if isinstance(message, Malformed) else self.carry(message)
        delivery = self.router.deliver(arrived, token=session)
        calls = delivery.calls
        if delivery.spoilt is not None and isinstance(message, UserInitiatedPay):
            # The MPP hears the answer of its own call before it does anything else in this session.
            turn = chain(self._receives(session, message, delivery.spoilt), turn)
            world = delivery.world or self.world
            calls = (*calls, *world.applied(delivery.payment, delivery.spoilt))
        elif delivery.reply is not None:
            turn = chain(self._hears(session, delivery.reply), turn)
        self._said.append(turn)
        return delivery.world, calls

    def _told(self, sending: Sending) -> Iterator[tuple[str, Message]]:
        return self._hears(self.world.token(sending.payment), sending.message)

    def _answered(self, call: Sending) -> Iterator[tuple[str, Message]]:
        """What the MPP server says to a call of Alipay+'s, which bears the name of no session; its answer goes back."""
        token, answered = self.world.token(call.payment), False
        for session, message in self._hears("", call.message):
            answered = answered or message.is_reply
            yield session or token, message
        if not answered:
            operation = f"{call.message.name}Answer"
            yield token, Malformed(where=GATEWAY, operation=operation, problem="expected an answer, seen nothing")

    def _receives(self, session: str, asked: UserInitiatedPay, spoilt: Spoilt) -> Iterator[tuple[str, Message]]:
        received = wire.arrived(spoilt.body(), spoilt.fault, location=wire.ELSEWHERE)
        return ((say.session, say.message) for say in self.specimen.receive(session, asked, received))

    def _hears(self, session: str, message: Message) -> Iterator[tuple[str, Message]]:
        return ((say.session, say.message) for say in self.specimen.hear(session, message))


def _trace(world: World) -> Trace:
    return world.trace(ENDED if world.finished else WAITED)


class DirectConversations:
    """Conversations with a specimen in this process, each held when it is first asked for; ``begun`` is told first."""

    def __init__(self, connector: DirectConnector, begun: Callable[[Scenario], None] = nobody) -> None:
        self._connector = connector
        self._begun = begun
        self._traces: dict[Scenario, Trace] = {}

    @property
    def strays(self) -> Sequence[Stray]:
        """Messages of the specimen that fitted no conversation."""
        return self._connector.strays

    @property
    def prolonged(self) -> Mapping[Scenario, Trace]:
        """Conversations of which more was heard when they were over, with that."""
        return self._connector.prolonged

    def prepare(self, scenarios: Iterable[Scenario]) -> None:
        """Nothing is gained by holding them ahead."""

    def trace(self, scenario: Scenario) -> Trace:
        """The conversation of this scenario."""
        if scenario not in self._traces:
            self._begun(scenario)
            self._traces[scenario] = self._connector.converse(scenario)
        return self._traces[scenario]

    def close(self) -> None:
        """Nothing is going on."""
