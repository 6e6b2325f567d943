"""What several tests need: the ledger of the suites, and what the suite says of a specimen."""

import functools
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from mpp_conformance import catalogue, oracle, wallet
from mpp_conformance.connectors.direct import DirectConnector
from mpp_conformance.limits import DEFAULT_EDITION, EDITIONS, Reading
from mpp_conformance.requirements import Ledger
from mpp_conformance.resources import directory
from mpp_conformance.scenario import Scenario
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.verdict import Verdict, worst

AS_STATED: Final = Reading()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One case on one conversation with a specimen, and what it came to."""

    requirement: str
    case: str
    scenario: str
    verdict: Verdict
    seen: str


@functools.cache
def ledger() -> Ledger:
    """What the suites of this checkout state."""
    return catalogue.load(directory("suites"))


@functools.cache
def _conversations(edition: str, reading: Reading) -> dict[Scenario, list[int]]:
    """Each distinct conversation, and the numbers of the cases that judge it."""
    found: dict[Scenario, list[int]] = {}
    for number, case in enumerate(ledger().cases):
        for scenario in case.scenarios(EDITIONS[edition], reading):
            found.setdefault(scenario, []).append(number)
    return found


@functools.cache
def judged(
    specimen: type[ConformingMpp],
    *,
    edition: str = DEFAULT_EDITION,
    reading: Reading = AS_STATED,
    app_link: bool | None = None,
) -> tuple[Judged, ...]:
    """All cases on all conversations with a specimen; ``app_link``: what its wallet claims, else what it does."""
    claimed = specimen.app_link if app_link is None else app_link
    profile = replace(wallet.reference().profile, app_link=claimed)
    connector = DirectConnector(specimen(profile), profile)
    found = []
    for scenario, numbers in _conversations(edition, reading).items():
        trace = connector.converse(scenario)
        for number in numbers:
            case = ledger().cases[number]
            judgement = oracle.judge(case.judge, trace)
            found.append(
                Judged(
                    requirement=case.requirement.id,
                    case=case.name,
                    scenario=scenario.label,
                    verdict=judgement.verdict,
                    seen=judgement.seen,
                )
            )
    return tuple(found)


def verdicts(rows: Iterable[Judged]) -> dict[str, Verdict]:
    """The verdict on each requirement: the worst of its rows."""
    found: dict[str, Verdict] = {}
    for row in rows:
        found[row.requirement] = worst((found.get(row.requirement, Verdict.NONE), row.verdict))
    return found
