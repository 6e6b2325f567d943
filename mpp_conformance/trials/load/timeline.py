"""What a load over HTTP came to as time went on: conversations, failures and latency, in spans of equal length."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from mpp_conformance.trials.load.latency import Latency
from mpp_conformance.trials.load.traffic import Judged

MOST: Final = 120
"""Spans; where a load lasts longer, each becomes twice as long."""


@dataclass(slots=True)
class Span:
    """The conversations that ended in one span; ``broke``: what decides; ``lagged``: the suite was late in them."""

    conversations: int = 0
    broke: int = 0
    lagged: int = 0
    latency: Latency = field(default_factory=Latency)

    def merge(self, other: "Span") -> None:
        """Take the next one in."""
        self.conversations += other.conversations
        self.broke += other.broke
        self.lagged += other.lagged
        self.latency.merge(other.latency)


class Timeline:
    """Spans of ``seconds`` each, from now on; memory does not grow with time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begun = clock()
        self.seconds = 1
        self.spans: list[Span] = []

    def add(self, judged: Judged) -> None:
        """Count a conversation that ends now."""
        passed = self._clock() - self._begun
        while passed >= self.seconds * MOST:
            self._halve()
        place = int(passed / self.seconds)
        self.spans.extend(Span() for _ in range(len(self.spans), place + 1))
        span = self.spans[place]
        span.conversations += 1
        span.broke += any(case.requirement.decides for case, _ in judged.failed())
        span.lagged += bool(judged.trace.lagged)
        span.latency.add(judged.trace)

    def _halve(self) -> None:
        for first, second in zip(self.spans[::2], self.spans[1::2], strict=False):
            first.merge(second)
        self.spans = self.spans[::2]
        self.seconds *= 2
