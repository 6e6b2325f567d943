"""Which conversations of a load are kept: the first failures of each requirement, and some of all others by chance."""

import random
from collections import Counter
from collections.abc import Iterator
from typing import Final

from mpp_conformance.trials.load.traffic import Judged

_FAILURES: Final = 3
"""Of each requirement."""
_OTHERS: Final = 20


class Sample:
    """A few conversations, however many there are; each of the others has the same chance. ``seed`` says which."""

    def __init__(self, seed: int) -> None:
        self.failures: list[Judged] = []
        self._failed = Counter[str]()
        self._others: list[Judged] = []
        self._seen = 0
        self._chance = random.Random(seed)  # noqa: S311  # nobody has to be kept from guessing

    def add(self, judged: Judged) -> None:
        """Keep it, if it is to be."""
        broken = {case.requirement.id for case, _ in judged.failed()}
        if any(self._failed[name] < _FAILURES for name in broken):
            self.failures.append(judged)
            self._failed.update(broken)
        elif not broken:
            self._draw(judged)

    def _draw(self, judged: Judged) -> None:
        self._seen += 1
        if len(self._others) < _OTHERS:
            self._others.append(judged)
        elif (place := self._chance.randrange(self._seen)) < _OTHERS:
            self._others[place] = judged

    def __iter__(self) -> Iterator[Judged]:
        """All that are kept, failures first."""
        yield from self.failures
        yield from self._others
