"""What users under load do: the suite's conversations that ordinary traffic holds, and the cases that judge them.

Left out is what a careful wallet may answer with its guard, so that it would say nothing of the load: answers that are
lost or broken (a circuit breaker opens), calls that are not signed by Alipay+ (their sender is locked out), calls that
break the adaptor's interface, and answers that nobody wrote.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Self

from mpp_conformance.judging import oracle
from mpp_conformance.judging.judgement import Judgement
from mpp_conformance.judging.set_up import SetUp
from mpp_conformance.judging.trace import Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import Claims, plan
from mpp_conformance.ledger.requirements import Case
from mpp_conformance.scenarios.scenario import Payment, Scenario

Rows = tuple[tuple[Case, Judgement], ...]
"""What each case says of one conversation."""


def is_ordinary(scenario: Scenario) -> bool:
    """Whether a conversation is one of ordinary traffic."""
    return not scenario.probes and all(map(_is_ordinary, scenario.payments))


def _is_ordinary(payment: Payment) -> bool:
    disturbed = payment.fault or payment.unknown or payment.notice_unknown or (payment.answer and payment.answer.body)
    return not disturbed and all(call.signature == "valid" for call in payment.calls)


@dataclass(frozen=True, slots=True)
class Traffic:
    """The conversations that a wallet's users may hold, each with the cases that apply to it."""

    cases: Mapping[Scenario, tuple[Case, ...]]

    @classmethod
    def of(cls, cases: Sequence[Case], claims: Claims) -> Self:
        """What is ordinary of the suite, as far as it applies to this wallet."""
        found: dict[Scenario, tuple[Case, ...]] = {}
        for planned in plan(cases, claims):
            if not planned.not_applicable and is_ordinary(planned.scenario):
                found[planned.scenario] = (*found.get(planned.scenario, ()), planned.case)
        return cls(found)

    def draw(self, seed: int) -> Iterator[Scenario]:
        """Conversations without end: all of them in an order that the seed says, and then again in another one."""
        for turn in count() if self.cases else ():
            yield from sorted(self.cases, key=partial(_place, seed, turn))

    def judge(self, scenario: Scenario, trace: Trace) -> Rows:
        """What the cases say of one conversation, for itself."""
        return tuple((case, oracle.judge(case.judge, trace)) for case in self.cases[scenario])


def _place(seed: int, turn: int, scenario: Scenario) -> str:
    return hashlib.sha256(f"{seed}/{turn}/{scenario.digest}".encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One conversation under load; ``number``: which it is, from 0.

    ``shown``: the claims of the set-up that the load had shown to hold when it was judged.
    """

    number: int
    trace: Trace
    rows: Rows
    shown: frozenset[str] = frozenset()

    def weigh(self, set_up: SetUp) -> "Judged":
        """The same by what all conversations together show of the set-up."""
        rows = tuple((case, set_up.weigh(judgement, self.trace)) for case, judgement in self.rows)
        return Judged(number=self.number, trace=self.trace, rows=rows, shown=set_up.shown)

    def failed(self) -> Rows:
        """What it fails; what decides comes first."""
        found = [row for row in self.rows if row[1].verdict is Verdict.FAIL]
        return tuple(sorted(found, key=lambda row: not row[0].requirement.decides))


@dataclass(slots=True)
class Tally:
    """How often a requirement was judged on a conversation, and how often that came to each verdict."""

    decides: bool
    conversations: int = 0
    broke: int = 0
    unproven: int = 0
    errors: int = 0

    def count(self, verdict: Verdict) -> None:
        """One conversation more, by the worst verdict of its cases."""
        self.conversations += 1
        self.broke += verdict is Verdict.FAIL
        self.unproven += verdict is Verdict.INCONCLUSIVE
        self.errors += verdict is Verdict.ERROR


def tally_one(rows: Rows, found: dict[str, Tally]) -> None:
    """Count what the cases say of one more conversation, requirement by requirement."""
    verdicts: dict[str, Verdict] = {}
    for case, judgement in rows:
        name = case.requirement.id
        found.setdefault(name, Tally(case.requirement.decides))
        verdicts[name] = max(judgement.verdict, verdicts.get(name, Verdict.NONE))
    for name, verdict in verdicts.items():
        found[name].count(verdict)


def tally(conversations: Iterable[Judged]) -> dict[str, Tally]:
    """The tallies of all conversations, by requirement."""
    found: dict[str, Tally] = {}
    for judged in conversations:
        tally_one(judged.rows, found)
    return found
