"""Which cases can be asked of a logged conversation: those that judge a scenario in which the same happened."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from mpp_conformance.judging import oracle
from mpp_conformance.judging.judgement import Judgement
from mpp_conformance.judging.trace import Trace
from mpp_conformance.ledger.catalogue import APP_LINK as APP_LINK_CLAIMED
from mpp_conformance.ledger.requirements import Case, names_used
from mpp_conformance.protocol.limits import DEFAULT_EDITION, EDITIONS, Reading
from mpp_conformance.protocol.messages import APP_LINK
from mpp_conformance.scenarios.observation import Observed
from mpp_conformance.trials.audit.situation import Situation, of_scenario

_UNLOGGED: Final = frozenset({"page_id", "order_id", "tag", "SIGNATURE_OUTCOMES", "Malformed"})
"""What a case may look at and no record of a log says."""
_OF_THE_WIRE: Final = "test_wire"
"""The suite file whose cases judge bytes and headers, which a record of a log does not have."""


class Questions:
    """The cases that decide, by the situations in which they are asked."""

    def __init__(self, cases: Iterable[Case]) -> None:
        self._by_situation: dict[Situation, list[Case]] = {}
        for case in cases:
            if not case.requirement.decides or case.module == _OF_THE_WIRE or _UNLOGGED & set(names_used(case.judge)):
                continue
            found = map(of_scenario, case.scenarios(EDITIONS[DEFAULT_EDITION], Reading()))
            for situation in dict.fromkeys(one for one in found if one is not None):
                self._by_situation.setdefault(situation, []).append(case)

    @property
    def requirements(self) -> frozenset[str]:
        """The ids of the requirements that some conversation could show."""
        return frozenset(case.requirement.id for cases in self._by_situation.values() for case in cases)

    def of(self, situation: Situation, observes: Observed) -> Sequence[Case]:
        """The cases to ask of a conversation, by what is logged of it."""
        claimed = frozenset() if APP_LINK in observes.nobodys else frozenset({APP_LINK_CLAIMED})
        asked = self._by_situation.get(situation, ())
        return [case for case in asked if not case.points & observes.nobodys and claimed.issuperset(case.needs)]

    def judge(self, situation: Situation, trace: Trace) -> Mapping[Case, Judgement]:
        """What each case that can be asked says of the conversation."""
        return {case: oracle.judge(case.judge, trace) for case in self.of(situation, trace.observes)}
