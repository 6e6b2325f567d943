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
UNSEEN: Final = "a person can neither hold two payments at once, nor send the adaptor what breaks its interface"
UNSERVED: Final = "the entry codes of the wallet do not lead to the merchant page of the suite, as a person needs it"

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


def hindrance(scenario: Scenario, *, merchant_page: bool) -> str:
    """Why a person with one telephone cannot hold this conversation, in words; empty where that can be.

    ``merchant_page``: entry codes lead to the suite's.
    """
    if scenario.together or scenario.probes:
        return UNSEEN
    entry = any(payment.code == ENTRY for payment in scenario.payments)
    return UNSERVED if entry and not merchant_page else ""


def scan_plan(cases: Iterable[Case], rows: Iterable[Row], *, merchant_page: bool) -> ScanPlan:
    """The plan for the cases of a catalogue and the conversations on which they apply, in order."""
    shown: dict[Scenario, set[_Unit]] = {}
    for case, scenario in rows:
        if case.requirement.decides and not hindrance(scenario, merchant_page=merchant_page):
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
