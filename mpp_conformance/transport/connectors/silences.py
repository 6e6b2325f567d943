"""A wallet's silences in one run, and what they teach: when others may begin beside one that is still waited for.

What does not come is waited for as long as `[reach] patience` says, always: no verdict rests on less. But where a
wallet has waited such a time out again and again, others take the place of the next conversation that falls silent
likewise, after a time that is long beside what this wallet takes for what does come. Should it speak after all, it had
more to do at once than it claims to bear: whatever was held meanwhile is held again, and no place is given away any
more.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from mpp_conformance.peers.record import kind_of
from mpp_conformance.peers.router import Delivery
from mpp_conformance.peers.world import World
from mpp_conformance.protocol.messages import Message

SHOWN: Final = 3
"""So many equal silences have to have been waited out before one is taken for another such."""
_TIMES: Final = 4
"""So many times as long as whatever came took, a silence lasts at least before others begin beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """What a wallet owes when it is silent, by names of messages; ``faulty``: it was to be answered faultily."""

    owes: frozenset[str]
    faulty: bool

    @classmethod
    def of(cls, world: World) -> "Silence":
        """The silence of the wallet in a conversation."""
        faulty = any(payment.fault for payment in world.scenario.payments)
        return cls(owes=frozenset(kind.__name__ for kind in world.owed), faulty=faulty)


@dataclass(slots=True, eq=False)
class Shadow:
    """A conversation whose place others have taken, and which is still listened to; ``spoke``: it was not over."""

    silence: Silence
    spoke: bool = False
    over: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class Silences:
    """Those of one run; ``patience`` and ``settle``: seconds, as ``[reach]`` has them."""

    patience: float
    settle: float
    open: set[Shadow] = field(default_factory=set)
    refuted: bool = False
    """A wallet that was taken to be silent has spoken."""
    _shown: Counter[frozenset[str]] = field(default_factory=Counter)
    """How often each silence was waited out, by what was owed."""
    _slowest: dict[bool, float] = field(default_factory=dict)
    """Seconds after which it spoke, at most: where it was to be answered faultily, and where not."""

    def ended(self, silence: Silence, seconds: float) -> None:
        """The wallet spoke after so many seconds."""
        self._slowest[silence.faulty] = max(seconds, self._slowest.get(silence.faulty, 0.0))

    def waited_out(self, silence: Silence) -> None:
        """The wallet said nothing for as long as there was patience."""
        self._shown[silence.owes] += 1

    def enough(self, silence: Silence) -> float | None:
        """Seconds after which others may begin beside such a silence; ``None``: not before it has been waited out."""
        slowest = self._longest_pause(silence)
        if self.refuted or slowest is None or self._shown[silence.owes] < SHOWN:
            return None
        seconds = max(self.settle, _TIMES * slowest)
        return seconds if seconds < self.patience else None

    def _longest_pause(self, silence: Silence) -> float | None:
        """Seconds; nobody knows them where the wallet has spoken under other circumstances alone."""
        return self._slowest.get(silence.faulty, None if self._slowest else 0.0)

    def begin(self, silence: Silence) -> Shadow:
        """Others may begin from now on."""
        shadow = Shadow(silence)
        self.open.add(shadow)
        return shadow

    def end(self, shadow: Shadow | None) -> None:
        """A conversation is over; ``shadow``: there if others had taken its place."""
        if shadow is not None:
            self.open.discard(shadow)
            shadow.over.set()

    def doubt(self) -> None:
        """Nobody knows any more that those who were taken to be silent are."""
        self.refuted = self.refuted or bool(self.open)
        for shadow in self.open:
            shadow.spoke = True

    def weigh(self, message: Message, delivery: Delivery) -> None:
        """What fits no conversation, or comes where it is not owed, may be the word of one that was given up on.

        What comes for one that is over says that this wallet takes longer than there is patience.
        """
        self.refuted = self.refuted or (delivery.stray is not None and delivery.stray.world is not None)
        owed = {name for shadow in self.open for name in shadow.silence.owes}
        unowed = delivery.world is not None and delivery.world.unowed
        if delivery.stray is not None or (unowed and kind_of(message) in owed):
            self.doubt()

    async def settled(self) -> None:
        """Once a silence was none, nothing begins beside those that are still listened to."""
        while self.refuted and self.open:
            await next(iter(self.open)).over.wait()

    def reason(self, silence: Silence, seconds: float) -> str:
        """Why others began after so many seconds, in words."""
        slowest = self._longest_pause(silence) or 0.0
        shown = f"{self._shown[silence.owes]} such silences had been waited out"
        return f"others began after {seconds:.2f} s, since {shown}, and what came had come within {slowest:.2f} s"


def in_words(silence: Silence, seconds: float) -> str:
    """How long a silence was waited for, and for what."""
    return f"{seconds:g} s" + (f" for {', '.join(sorted(silence.owes))}" if silence.owes else "")
