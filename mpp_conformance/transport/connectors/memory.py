"""Peers with a memory: where many MPPs say the same in one conversation, what the peers say to that is worked out once.

The peers are a function of what they hear. What they have heard before is looked up; at the first word that is new,
a world of their own hears all that was said so far and goes on from there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from mpp_conformance.judging.trace import Trace
from mpp_conformance.peers.reactions import Sending
from mpp_conformance.peers.router import Router
from mpp_conformance.peers.world import World
from mpp_conformance.protocol.messages import Message
from mpp_conformance.scenarios.scenario import Profile, Scenario
from mpp_conformance.transport.connectors.direct import Peers, Reaction, no_time


@dataclass(slots=True, eq=False)
class _Heard:
    """What the peers have heard so far, by what they said to the last of it."""

    reaction: Reaction
    cut_off: bool = False
    following: "dict[tuple[str, Message], _Heard]" = field(default_factory=dict)
    usual: "tuple[str, Message, _Heard] | None" = None
    """The first of these: most MPPs say the same, and then it is the same object, which is found without its hash."""
    trace: Trace | None = None
    """The conversation, where it has ended here."""


_NOTHING: Final = Reaction(reply=None, calls=())


@dataclass(slots=True)
class Memory:
    """What the peers of one scenario say, by what they heard; ``run`` makes its codes unlike those of any other run."""

    scenario: Scenario
    profile: Profile
    run: str = "direct"
    tokens: tuple[str, ...] = field(init=False)
    begun: dict[tuple[str, ...], _Heard] = field(init=False, default_factory=dict)
    """By how the adaptor answered each call of the scenario's."""

    def __post_init__(self) -> None:
        world = self.world()
        self.tokens = tuple(world.token(index) for index in range(len(self.scenario.payments)))

    def world(self) -> World:
        """One that has heard nothing yet."""
        return World(self.scenario, self.run, self.profile, no_time)


@dataclass(slots=True)
class RememberingPeers:
    """The peers of one conversation, who look up what they said before."""

    memory: Memory
    _statuses: tuple[str, ...] = ()
    _said: list[tuple[str, Message]] = field(default_factory=list)
    _at: _Heard = field(default_factory=lambda: _Heard(_NOTHING))
    _live: Peers | None = None

    @property
    def scenario(self) -> Scenario:
        """What is to be said in it."""
        return self.memory.scenario

    @property
    def cut_off(self) -> bool:
        """Whether more was said than is recorded."""
        return self._at.cut_off

    @property
    def trace(self) -> Trace:
        """The whole conversation; the same object for all who said the same."""
        if self._at.trace is None:
            peers = self._peers()
            peers.close()
            self._at.trace = peers.trace
        return self._at.trace

    def token(self, payment: int) -> str:
        """The name of a payment's session."""
        return self.memory.tokens[payment]

    def begin(self, statuses: tuple[str, ...]) -> Sequence[Sending]:
        """What is said first."""
        self._statuses = statuses
        known = self.memory.begun.get(statuses)
        if known is None:
            self._live = Peers(Router(self.memory.profile.templates), self.memory.world())
            known = _Heard(Reaction(reply=None, calls=tuple(self._live.begin(statuses))))
            self.memory.begun[statuses] = known
        self._at = known
        return known.reaction.calls

    def hear(self, session: str, message: Message) -> Reaction:
        """Take what the specimen says."""
        said = (session, message)
        usual = self._at.usual
        if usual is not None and message is usual[1] and session == usual[0]:
            known: _Heard | None = usual[2]
        else:
            known = self._at.following.get(said)
        if known is None:
            peers = self._peers()
            reaction = peers.hear(session, message)
            known = self._at.following[said] = _Heard(reaction, peers.cut_off)
            self._at.usual = self._at.usual or (session, message, known)
        self._said.append(said)
        self._at = known
        return known.reaction

    def close(self) -> None:
        """Nothing is open but what `trace` closes."""

    def _peers(self) -> Peers:
        """The peers who have heard all that was said so far."""
        if self._live is None:
            self._live = Peers(Router(self.memory.profile.templates), self.memory.world())
            self._live.begin(self._statuses)
            for session, message in self._said:
                self._live.hear(session, message)
        return self._live
