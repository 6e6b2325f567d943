"""Listening to a conversation until the wallet has said nothing for as long as there is reason to wait."""

import time
from dataclasses import dataclass
from typing import Final

from mpp_conformance.scenarios.scenario import Scenario
from mpp_conformance.transport.connectors.adaptor import Caller
from mpp_conformance.transport.connectors.conversation import Conversation
from mpp_conformance.transport.connectors.heartbeat import Heartbeat
from mpp_conformance.transport.connectors.silences import Silence, Silences, in_words
from mpp_conformance.transport.servers.arrivals import Arrivals
from mpp_conformance.wallet.reach import Reach

LONGEST: Final = 20
"""A conversation of one payment lasts at most this many times the wallet's patience, however much it says."""
OVERLOADED: Final = 4
"""So many times longer at most where we are late ourselves, which its time does not count."""
_FURTHER: Final = 4
"""So many further payments, or calls of Alipay+ about one, may take as long again."""
_SPEAKING: Final = 2
"""So many times `[reach] patience` a request may take from its first byte to its last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """How the conversations of one run are listened to.

    ``longest``: seconds that one of one payment may last; ``open``: those that are being held, this one among them.
    """

    reach: Reach
    heartbeat: Heartbeat
    arrivals: Arrivals
    silences: Silences
    longest: float
    adaptor: Caller
    open: dict[int, Conversation]

    def lasting(self, scenario: Scenario) -> float:
        """Seconds that a conversation may last: it grows with the payments in it, and with what Alipay+ asks."""
        further = sum(1 + len(payment.calls) for payment in scenario.payments) - 1
        return self.longest * (1 + further / _FURTHER)

    async def to_the_end(self, held: Conversation) -> None:
        """Come back when the conversation is over."""
        clock = self.heartbeat
        longest = self.lasting(held.world.scenario)
        end, latest = clock.now + longest, time.monotonic() + longest * OVERLOADED
        while not held.over:
            held.silence = ""
            if held.shadow is not None:
                self.silences.doubt()
            if held.resting:
                held.at_rest()
            wait, left = self._wait(held), min(end - clock.now, latest - time.monotonic())
            if left <= 0:
                held.troubles.append(f"the wallet had not come to an end after {longest:g} s")
                return
            if not await self._heard(held, min(wait, left)) and wait <= left and await self._silent(held, left):
                return

    def _wait(self, held: Conversation) -> float:
        """How long a silence of the wallet is waited for, in seconds."""
        reach = self.reach
        if held.refused:
            return reach.quiet
        if held.asking:
            # Such a call runs out by itself, and what that comes to is to be heard.
            return reach.patience * 2
        if held.calls or not held.world.finished:
            return reach.patience
        return reach.quiet if held.world.silent else reach.settle

    async def _silent(self, held: Conversation, left: float) -> bool:
        """Whether a wallet of which nothing was heard is silent indeed."""
        # Whoever is speaking is not silent, however slowly it does.
        await self.arrivals.over(min(self.reach.patience * _SPEAKING, left))
        tokens = [held.world.token(index) for index in range(len(held.world.scenario.payments))]
        between = await self.adaptor.missing_reports(tokens)
        if held.woken.is_set():
            return False
        if between:
            held.hinder(between)
        return True

    async def _heard(self, held: Conversation, seconds: float) -> bool:
        """Whether anything happened within so many seconds; it teaches something of this wallet's silences."""
        if held.calls or held.world.finished or held.refused:
            # Either the wallet is at work on a call, or it owes nothing more.
            return await self.heartbeat.woken(held.woken, seconds)
        silence, begun = Silence.of(held.world), self.heartbeat.now
        held.spoke = False
        woken = await self._waited(held, silence, seconds)
        if held.spoke:
            self.silences.ended(silence, self.heartbeat.now - begun)
        elif not woken and seconds >= self.reach.patience:
            self.silences.waited_out(silence)
        return woken

    async def _waited(self, held: Conversation, silence: Silence, seconds: float) -> bool:
        """Whether anything happened within so many seconds; where there is reason to, others begin before."""
        enough = self.silences.enough(silence)
        held.silence = in_words(silence, seconds)
        if held.leave is None or enough is None or enough >= seconds:
            return await self.heartbeat.woken(held.woken, seconds)
        if await self.heartbeat.woken(held.woken, enough):
            return True
        held.silence += f"; {self.silences.reason(silence, enough)}"
        held.shadow = self.silences.begin(silence)
        for other in self.open.values():
            other.beside.add(held.shadow)
        held.leave()
        return await self.heartbeat.woken(held.woken, seconds - enough)
