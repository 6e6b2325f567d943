"""How long a wallet takes to say what comes next, as far as it is the wallet that takes it."""

import math
from collections import Counter
from collections.abc import Iterator
from typing import Final

from mpp_conformance.judging.trace import Trace

PERCENTS: Final = (50, 90, 99, 100)


class Latency:
    """Times from what the suite says in a payment to what the wallet says next there, counted by the millisecond."""

    def __init__(self) -> None:
        self.counts = Counter[int]()
        """By the time in milliseconds."""

    def add(self, trace: Trace) -> None:
        """Count those of a conversation, unless the suite itself was late in it."""
        if not trace.lagged:
            self.counts.update(round(seconds * 1_000) for seconds in _waits(trace))

    def merge(self, other: "Latency") -> None:
        """Count those of another as well."""
        self.counts.update(other.counts)

    @property
    def messages(self) -> int:
        """How many times are counted."""
        return self.counts.total()

    def percentile(self, percent: int) -> int:
        """Milliseconds within which so many of a hundred messages came; 0 where there is none."""
        wanted, seen = math.ceil(self.messages * percent / 100), 0
        for milliseconds, count in sorted(self.counts.items()):
            seen += count
            if seen >= wanted:
                return milliseconds
        return 0


def _waits(trace: Trace) -> Iterator[float]:
    said: dict[int, float] = {}
    for event in trace.in_time.events:
        if event.message.by_suite:
            said[event.payment] = event.at
        elif event.payment in said:
            yield event.at - said.pop(event.payment)
