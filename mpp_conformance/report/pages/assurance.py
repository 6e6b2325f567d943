"""What speaks for a result, for whoever was not there: who said what, and which faulty MPPs this suite knows."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from mpp_conformance.common.text import printable
from mpp_conformance.protocol.fault_kinds import FaultKind
from mpp_conformance.report.languages.language import Say
from mpp_conformance.specimens import CONFORMING, FAULTY
from mpp_conformance.specimens.kinds import KINDS

_MOST_MISTAKES: Final = 8
_POINTS: Final = {
    "user": "what the consumer does and sees",
    "gateway": "calls between MPP server and Alipay+",
    "client_sdk": "calls of the MPP client to the Alipay+ client SDK",
    "app_link": "messages between MPP client and MPP server",
}
_REPORTERS: Final = {
    "suite": "the suite itself, which stands there",
    "adaptor": "the wallet's own adaptor",
    "double": "the double of the Alipay+ client SDK, built into the wallet",
    "person": "a person, by hand",
    "log": "a log of the wallet",
    "nobody": "nobody: nothing there is judged",
}
_ATTESTED: Final = {"complete": "everything is reported", "counted": "nothing twice", "ordered": "in order"}

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """Who reports what crosses one point, and what is attested of these reports; all of it in words."""

    point: str
    by: str
    attested: str


def witnesses(verdicts: Row, say: Say) -> list[Witness]:
    """One for each point, by what the wallet claims."""
    observes = verdicts["claims"]["observes"]
    return [
        Witness(
            point=say(words),
            by=say(_REPORTERS[observes[name]["by"]]),
            attested=say(", ").join(say(told) for kind, told in _ATTESTED.items() if observes[name][kind]) or say("no"),
        )
        for name, words in _POINTS.items()
    ]


def words(verdicts: Row) -> list[tuple[str, list[str]]]:
    """Whose word requirements rest on: the names of persons, together, and the requirements."""
    found: dict[str, list[str]] = {}
    for row in verdicts.get("by_hand", ()):
        found.setdefault(", ".join(map(printable, row["persons"])), []).append(row["requirement"])
    return sorted(found.items())


def known_mpps(verdicts: Row, say: Say) -> str:
    """How many faulty and conforming MPPs come with the suite, and what the faulty ones break, in a sentence."""
    broken = {name for specimen in FAULTY.values() for name in specimen.breaks}
    deciding = [row["id"] for row in verdicts["requirements"] if row["counts"]]
    return say(
        "This suite comes with {faulty} MPPs that have one known fault each, and {conforming} that conform. Of the "
        "{deciding} requirements that decide here, {broken} are broken by a known faulty MPP. Such an MPP must come to "
        "'does not conform' or 'not proven', and where no sentence decides, to an observation.",
        faulty=len(FAULTY),
        conforming=len(CONFORMING),
        deciding=len(deciding),
        broken=sum(name in broken for name in deciding),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Killer:
    """A requirement that decides, and the known faulty MPPs that break it: how many, and their commonest faults."""

    requirement: str
    faulty: int
    faults: list[tuple[str, int]]


def killers(verdicts: Row) -> list[Killer]:
    """One for each requirement that decides here; the kill matrix of a build shows that it fails those MPPs."""
    return [
        Killer(
            requirement=row["id"],
            faulty=sum(row["id"] in specimen.breaks for specimen in FAULTY.values()),
            faults=mistakes(row["id"]),
        )
        for row in verdicts["requirements"]
        if row["counts"]
    ]


def mistakes(requirement: str) -> list[tuple[str, int]]:
    """The kinds of fault by which known MPPs break a requirement, each with how many do, the commonest first.

    A fault of the adaptor is no mistake of the wallet.
    """
    names = (name for name, specimen in FAULTY.items() if requirement in specimen.breaks)
    found = Counter(str(KINDS[name]) for name in names if KINDS[name] is not FaultKind.ADAPTOR)
    return sorted(found.items(), key=lambda each: (-each[1], each[0]))[:_MOST_MISTAKES]
