"""Who reports what crosses each point, and what that report is worth.

A judge goes by it. What is missing accuses an MPP only where everything is reported; what is repeated, only where no
report is invented twice; an order, only where one clock orders the reports. What nobody reports is not judged at all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from mpp_conformance.protocol.messages import APP_LINK, CLIENT_SDK, GATEWAY, USER

SUITE: Final = "suite"
"""The suite itself, at whose address the MPP server calls Alipay+."""
ADAPTOR: Final = "adaptor"
DOUBLE: Final = "double"
"""The double of the Alipay+ client SDK."""
PERSON: Final = "person"
LOG: Final = "log"
NOBODY: Final = "nobody"
REPORTERS: Final = (SUITE, ADAPTOR, DOUBLE, PERSON, LOG, NOBODY)
WHOLE: Final = frozenset({SUITE, ADAPTOR, DOUBLE})
"""Those who report everything, once, in order, unless they say otherwise."""
POINTS: Final = (USER, GATEWAY, CLIENT_SDK, APP_LINK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """Who reports one point, and whether every message is reported, none of them twice, and in order."""

    by: str = ADAPTOR
    complete: bool = True
    counted: bool = True
    ordered: bool = True

    @classmethod
    def of(cls, by: str) -> "Witness":
        """What the reports of ``by``, one of REPORTERS, are worth where nothing else is attested."""
        worth = by in WHOLE
        return cls(by=by, complete=worth, counted=worth, ordered=worth)


NO_WITNESS: Final = Witness.of(NOBODY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """The witness of each point."""

    user: Witness = field(default_factory=Witness)
    gateway: Witness = field(default_factory=lambda: Witness.of(SUITE))
    client_sdk: Witness = field(default_factory=Witness)
    app_link: Witness = field(default_factory=Witness)
    nobodys: frozenset[str] = field(init=False, compare=False, repr=False)
    """The points that nobody reports."""

    def __post_init__(self) -> None:
        unreported = frozenset(point for point in POINTS if self.at(point).by == NOBODY)
        object.__setattr__(self, "nobodys", unreported)  # whoever judges asks for it at every message

    def at(self, point: str) -> Witness:
        """The witness of a point; what crosses none of the four is the suite's own affair."""
        found = {USER: self.user, GATEWAY: self.gateway, CLIENT_SDK: self.client_sdk, APP_LINK: self.app_link}
        return found.get(point, _OURS)

    def claims(self) -> Mapping[str, Mapping[str, str | bool]]:
        """As a report and a journal keep it: point in lower case -> by, complete, counted, ordered."""
        names = ("by", "complete", "counted", "ordered")
        return {point.lower(): {name: getattr(self.at(point), name) for name in names} for point in POINTS}


_OURS: Final = Witness.of(SUITE)
EVERYTHING: Final = Observed()
"""All four points, by the suite and the adaptor."""


def observing(points: Iterable[str]) -> Observed:
    """Only ``points`` are reported, the others by nobody; ValueError for a point that there is not.

    Where nobody reports what the client says to its SDK, it is a person who reports what the consumer sees.
    """
    wanted = set(points)
    unknown = wanted - set(POINTS)
    if unknown:
        raise ValueError(f"there is no point {min(unknown)}; there are {', '.join(POINTS)}")
    by = {USER: ADAPTOR if CLIENT_SDK in wanted else PERSON, GATEWAY: SUITE, CLIENT_SDK: DOUBLE, APP_LINK: ADAPTOR}
    return Observed(**{point.lower(): Witness.of(by[point] if point in wanted else NOBODY) for point in POINTS})
