"""The plan for a person with a telephone: the fewest scans by which each requirement that decides is judged.

Each plain way in which Alipay+ leaves the next step is among them as well: whoever scans sees every kind of page. The
plan follows from cases and claims alone, so that whoever judges a run again makes the same one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mpp_conformance.ledger.requirements import Case
from mpp_conformance.scenarios.scenario import ENTRY, Scenario

LEFT_OUT: Final = "left out of the plan for a person, which has the fewest scans that judge each requirement"
UNSEEN: Final = "a person can neither hold two payments at once, nor see what the client SDK does with an entry code"

Row = tuple[Case, Scenario]
_Unit = tuple[str, ...]
"""A requirement that decides, or a plain way in which Alipay+ leaves the next step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanPlan:
    """``scenarios`` in the order of the catalogue; ``judged``: the ids of the requirements that decide by them.

    ``deciding``: the ids of all that decide in the catalogue.
    """

    scenarios: tuple[Scenario, ...]
    judged: frozenset[str]
    deciding: frozenset[str]

    @property
    def scans(self) -> int:
        """How often a person has to scan."""
        return sum(len(scenario.payments) for scenario in self.scenarios)

    @property
    def left(self) -> tuple[str, ...]:
        """The requirements that decide and that no scan judges."""
        return tuple(sorted(self.deciding - self.judged))


def can_hold(scenario: Scenario) -> bool:
    """Whether a person with one telephone can hold this conversation, where nobody reports calls of the client SDK."""
    return not scenario.together and not scenario.probes and all(payment.code != ENTRY for payment in scenario.payments)


def scan_plan(cases: Iterable[Case], rows: Iterable[Row]) -> ScanPlan:
    """The plan for the cases of a catalogue and the conversations on which they apply, in order."""
    shown: dict[Scenario, set[_Unit]] = {}
    for case, scenario in rows:
        if case.requirement.decides and can_hold(scenario):
            shown.setdefault(scenario, set(plain_ways(scenario))).add((case.requirement.id,))
    chosen = _without_needless(_chosen(shown), shown)
    judged = frozenset(unit[0] for scenario in chosen for unit in shown[scenario] if len(unit) == 1)
    deciding = frozenset(case.requirement.id for case in cases if case.requirement.decides)
    kept = frozenset(chosen)
    return ScanPlan(scenarios=tuple(s for s in shown if s in kept), judged=judged, deciding=deciding)


def plain_ways(scenario: Scenario) -> Iterable[_Unit]:
    """How Alipay+ leaves the next step, where nothing else is out of the ordinary."""
    for payment in scenario.payments:
        answer = payment.answer
        if answer is not None and not payment.fault and not answer.body:
            yield (payment.code, answer.action_type, answer.result_status)


def _chosen(shown: Mapping[Scenario, set[_Unit]]) -> list[Scenario]:
    """Enough of them to show everything: each time the one that shows the most new for a scan."""
    wanted, chosen = {unit for units in shown.values() for unit in units}, list[Scenario]()
    while wanted:
        best = max(shown, key=lambda s: (len(shown[s] & wanted) / len(s.payments), -len(s.payments)))
        chosen.append(best)
        wanted -= shown[best]
    return chosen


def _without_needless(chosen: Sequence[Scenario], shown: Mapping[Scenario, set[_Unit]]) -> list[Scenario]:
    """Without those that the others make needless, the longest first."""
    kept = list(chosen)
    for scenario in sorted(chosen, key=lambda s: -len(s.payments)):
        others = {unit for other in kept if other is not scenario for unit in shown[other]}
        if shown[scenario] <= others:
            kept.remove(scenario)
    return kept
