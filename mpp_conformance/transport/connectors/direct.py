"""An MPP in this process: a specimen joined to the world by function calls instead of sockets.

Whatever a specimen says goes through the wire's schemas all the same, so that a malformed message is one here too.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Protocol

from mpp_conformance import wire
from mpp_conformance.judging.trace import ENDED, WAITED, Trace
from mpp_conformance.peers.reactions import FaultyAnswer, Sending
from mpp_conformance.peers.router import Router, Stray
from mpp_conformance.peers.world import World
from mpp_conformance.protocol.messages import GATEWAY, IdentifyCode, Malformed, Message, UserInitiatedPay
from mpp_conformance.scenarios.scenario import OBSERVER, Probe, Profile, Scenario
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.wire import round_trip


def nobody(_: Scenario) -> None:
    """Nobody wants to know."""


def no_time() -> float:
    """In this process nothing takes any."""
    return 0.0


@dataclass(slots=True)
class DirectConnector:
    """Holds conversations with a specimen; the specimen lives as long as the connector and remembers what it likes.

    ``carry``: how what it says comes through the wire.
    """

    specimen: ConformingMpp
    profile: Profile
    run: str = "direct"
    clock: Callable[[], float] = no_time
    carry: Callable[[Message], Message] = round_trip
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
        trace = hold(self.specimen, Peers(self._router, world), self.carry)
        self._over.append((world, world.recorded))
        return trace


@dataclass(frozen=True, slots=True)
class Reaction:
    """What follows from a message of the specimen's: the answer to it, and what is said next.

    ``elsewhere``: the other conversation in which that is said; ``faulty_answer``: what comes instead of ``reply``.
    """

    reply: Message | None
    calls: tuple[Sending, ...]
    faulty_answer: FaultyAnswer | None = None
    elsewhere: World | None = None


class Peering(Protocol):
    """Whoever stands around the MPP in one conversation."""

    @property
    def scenario(self) -> Scenario:
        """What is to be said in it."""

    @property
    def cut_off(self) -> bool:
        """Whether more was said than is recorded."""

    @property
    def trace(self) -> Trace:
        """The conversation so far."""

    def token(self, payment: int) -> str:
        """The name of a payment's session."""

    def begin(self, statuses: tuple[str, ...]) -> Sequence[Sending]:
        """What is said first; ``statuses``: how the adaptor answered each call of the scenario's."""

    def hear(self, session: str, message: Message) -> Reaction:
        """Take what the specimen says."""

    def close(self) -> None:
        """Take no more."""


@dataclass(slots=True)
class Peers:
    """The peers of an open conversation, whom a router gives what a specimen says."""

    router: Router
    world: World

    def __post_init__(self) -> None:
        self.router.open(self.world)

    @property
    def scenario(self) -> Scenario:
        """What is to be said in it."""
        return self.world.scenario

    @property
    def cut_off(self) -> bool:
        """Whether more was said than is recorded."""
        return bool(self.world.cut_off)

    @property
    def trace(self) -> Trace:
        """The conversation so far."""
        return _trace(self.world)

    def token(self, payment: int) -> str:
        """The name of a payment's session."""
        return self.world.token(payment)

    def begin(self, statuses: tuple[str, ...]) -> Sequence[Sending]:
        """What is said first."""
        for probe, status in zip(self.scenario.probing, statuses, strict=True):
            self.world.record_probe(probe, status)
        return self.world.begin()

    def hear(self, session: str, message: Message) -> Reaction:
        """Take what the specimen says."""
        delivery = self.router.deliver(message, token=session)
        calls, faulty = delivery.calls, delivery.faulty_answer
        world = delivery.world or self.world
        if faulty is not None and isinstance(message, UserInitiatedPay | IdentifyCode):
            calls = (*calls, *world.record_faulty_answer(delivery.payment, faulty))
        else:
            faulty = None
        elsewhere = None if world is self.world else world
        return Reaction(reply=delivery.reply, calls=calls, faulty_answer=faulty, elsewhere=elsewhere)

    def close(self) -> None:
        """Take no more."""
        self.router.close(self.world)


def hold(specimen: ConformingMpp, peers: Peering, carry: Callable[[Message], Message] = round_trip) -> Trace:
    """A conversation, held to its end."""
    turns = Turns(specimen, peers, carry)
    while not turns.over:
        turns.take()
    peers.close()
    return peers.trace


@dataclass(slots=True)
class Turns:
    """One conversation with a specimen, which others may share, a turn at a time.

    A turn is the next thing that the specimen says, and what the peers say to that at once; the first turn is the
    beginning. Scans that begin together take turns message by message.
    """

    specimen: ConformingMpp
    peers: Peering
    carry: Callable[[Message], Message] = round_trip
    _begun: bool = False
    _said: deque[Iterator[tuple[str, Message]]] = field(default_factory=deque)

    @property
    def over(self) -> bool:
        """Whether there is no further turn."""
        return self._begun and (not self._said or self.peers.cut_off)

    def take(self) -> tuple[World | None, tuple[Sending, ...]]:
        """The next turn; there must be one. What is to be said next in another conversation is returned with it."""
        if not self._begun:
            self._begin()
            return None, ()
        reaction = self._next()
        if reaction is None:
            return None, ()
        if reaction.elsewhere is None:
            self.call(reaction.calls)
            return None, ()
        return reaction.elsewhere, reaction.calls

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
        statuses = tuple(self._probed(probe) for probe in self.peers.scenario.probing)
        self._said.extend(self._told(sending) for sending in self.peers.begin(statuses))

    def _probed(self, probe: Probe) -> str:
        return self.specimen.probed(probe.operation, probe.body.replace(OBSERVER, wire.GATEWAY_URL).encode())

    def _next(self) -> Reaction | None:
        turn = self._said.popleft()
        said = next(turn, None)
        if said is None:
            return None
        session, message = said
        reaction = self.peers.hear(session, message if isinstance(message, Malformed) else self.carry(message))
        if reaction.faulty_answer is not None and isinstance(message, UserInitiatedPay | IdentifyCode):
            # The MPP hears the answer of its own call before it does anything else in this session.
            turn = chain(self._receives(session, message, reaction.faulty_answer), turn)
        elif reaction.reply is not None:
            turn = chain(self._hears(session, reaction.reply), turn)
        self._said.append(turn)
        return reaction

    def _told(self, sending: Sending) -> Iterator[tuple[str, Message]]:
        return self._hears(self.peers.token(sending.payment), sending.message)

    def _answered(self, call: Sending) -> Iterator[tuple[str, Message]]:
        """What the MPP server says to a call of Alipay+'s, which bears the name of no session; its answer goes back."""
        token, answered = self.peers.token(call.payment), False
        for session, message in self._hears("", call.message):
            answered = answered or message.is_reply or isinstance(message, Malformed)
            yield session or token, message
        if not answered:
            operation = f"{call.message.name}Answer"
            yield token, Malformed(where=GATEWAY, operation=operation, problem="expected an answer, seen nothing")

    def _receives(self, session: str, asked: wire.Call, faulty: FaultyAnswer) -> Iterator[tuple[str, Message]]:
        received = wire.receive(faulty.body(), faulty.fault, location=wire.ELSEWHERE)
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

    def renew(self, scenario: Scenario) -> bool:  # noqa: ARG002  # as the others
        """Once more would be the same."""
        return False

    def close(self) -> None:
        """Nothing is going on."""
