"""The smallest number of users at which a requirement breaks, by halving."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass


@dataclass(slots=True)
class Boundary:
    """``breaks``: the smallest number of users at which it broke; ``holds``: the greatest below that at which not."""

    breaks: int
    holds: int = 0

    def learn(self, users: int, *, broke: bool) -> None:
        """What came of so many users."""
        if broke and users < self.breaks:
            self.breaks = users
            self.holds = self.holds if self.holds < users else 0
        elif not broke and self.holds < users < self.breaks:
            self.holds = users


async def bisect(found: Mapping[str, Boundary], broken_at: Callable[[int], Awaitable[Collection[str]]]) -> None:
    """Narrow the boundary of each requirement; ``broken_at`` tries which break with fewer users.

    Under load it is chance what breaks: nothing is said of numbers of users that were not tried.
    """
    while wide := [boundary for boundary in found.values() if boundary.breaks - boundary.holds > 1]:
        widest = max(wide, key=lambda boundary: boundary.breaks - boundary.holds)
        tried = (widest.holds + widest.breaks) // 2
        broke = await broken_at(tried)
        for name, boundary in found.items():
            boundary.learn(tried, broke=name in broke)
