"""A conversation over HTTP while it is held: what happens in it, what hinders it, and what comes of it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from mpp_conformance.judging.trace import BROKEN, ENDED, SILENCE, WAITED, Trace
from mpp_conformance.peers.reactions import Sending
from mpp_conformance.peers.world import World
from mpp_conformance.protocol.messages import GATEWAY
from mpp_conformance.transport.connectors.heartbeat import LATE
from mpp_conformance.transport.connectors.silences import Shadow
from mpp_conformance.wire import OPERATIONS

_MOST_TROUBLES: Final = 3


def nobody() -> None:
    """Nobody wants to know."""


@dataclass(slots=True)
class Conversation:
    """A conversation that is being held.

    ``at_rest`` is told when there is nothing for the wallet to do in it any more, and ``leave`` when others may take
    its place although there is, for all that is known; without ``leave`` none may.
    ``began``: UTC, ISO 8601; ``woken`` is set by whatever happens in it; ``refused``: a call was not carried out, or
    not answered; ``unreachable``: whom we call is not there; ``fault``: the suite itself failed.
    """

    world: World
    began: str
    at_rest: Callable[[], None] = nobody
    leave: Callable[[], None] | None = None
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    calls: dict[asyncio.Task[None], Sending] = field(default_factory=dict)
    asking: set[asyncio.Task[None]] = field(default_factory=set)
    """Those of them that Alipay+ makes to the MPP server."""
    troubles: list[str] = field(default_factory=list)
    refused: bool = False
    unreachable: bool = False
    fault: Exception | None = None
    lag: float = 0.0
    """Seconds that the suite itself was late in it, at worst."""
    spoke: bool = False
    """The wallet has said something since that was last asked."""
    silence: str = ""
    """How long the silence that ended it was waited for, in words."""
    shadow: Shadow | None = None
    """Others have taken its place."""
    beside: set[Shadow] = field(default_factory=set)
    """The conversations that it was held beside although others had taken their places; its own among them."""

    @property
    def over(self) -> bool:
        """Waiting for anything more is of no use."""
        return self.unreachable or self.fault is not None

    @property
    def resting(self) -> bool:
        """All that is awaited has come, so that there is nothing for the wallet to do."""
        return self.world.finished and not self.world.silent and not self.calls

    def hinder(self, why: str) -> None:
        """What is heard is not what was said: it accuses nobody."""
        self.refused = True
        self.troubles.append(why)
        self.woken.set()

    @property
    def disturbed(self) -> bool:
        """The wallet had more to do at once than it claims to bear, for all that is known."""
        return any(shadow.spoke for shadow in self.beside)

    async def undisturbed(self) -> None:
        """Come back when it is known whether it was disturbed; others have its place meanwhile."""
        if self.beside and self.leave is not None:
            self.leave()
        for shadow in self.beside:
            await shadow.over.wait()

    def give_up(self) -> None:
        """A call that is not answered, and after which nothing is heard, has reached nobody for all that is known."""
        for sending in self.calls.values():
            asked = sending.message.point == GATEWAY
            if asked or not self.world.heard_after(sending.payment, sending.event):
                self.refused = True
                called = f"POST {OPERATIONS[type(sending.message)].path} of the {'MPP server' if asked else 'adaptor'}"
                heard = "" if asked else ", and nothing was heard after it"
                self.troubles.append(f"{called} was not answered{heard}")

    def trace(self) -> Trace:
        """What came of it."""
        broken = self.refused or self.unreachable
        ending = BROKEN if broken else ENDED if self.world.finished else WAITED
        trace = self.world.trace(ending, "; ".join(list(dict.fromkeys(self.troubles))[:_MOST_TROUBLES]))
        trace = replace(trace, began=self.began)
        if self.silence and trace.events:
            trace = trace.noted((SILENCE, self.silence))
        return trace.late_by(self.lag) if self.lag > LATE and trace.events else trace
