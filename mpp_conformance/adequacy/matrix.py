"""The kill matrix: which case kills which known MPP, and what that says of the suite.

A faulty MPP is killed when the suite comes to what its fault deserves. Whoever it comes to less for survives, and a
surviving fault is one the suite would certify. A case is unneeded if without it every fault would still be killed, and
toothless if nobody ever fails in it: its green means nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from typing import Final

from mpp_conformance.judging.verdict import Verdict, worst

REFUSING: Final = "every-call-refused"
"""The MPP whose server refuses each call of Alipay+, validly signed ones included."""


class Outcome(IntEnum):
    """What the suite as a whole comes to for one MPP; the greater value is the worse one."""

    CONFORMS = 0
    """Nothing was found."""
    OBSERVED = 1
    """Something was told that counts against nobody."""
    NOT_PROVEN = 2
    """No requirement that decides is failed, but not all of them are shown to be met: no certificate."""
    FAILS = 3
    """A requirement that decides is failed."""
    ERROR = 4
    """A case broke: a fault of the suite."""

    @property
    def word(self) -> str:
        """As it is written in reports, in lower case."""
        return self.name.lower().replace("_", " ")


_OUTCOMES: Final = {
    Verdict.FAIL: (Outcome.FAILS, Outcome.OBSERVED),
    Verdict.INCONCLUSIVE: (Outcome.NOT_PROVEN, Outcome.CONFORMS),
}
"""By a case that passes neither nor errs: what it makes of an MPP where it decides, and where it does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One case on one conversation with one MPP.

    ``requirement``: its id; ``decides``: whether failing it fails an MPP; ``case``: ``<suite file>::<function>``;
    ``scenario``: the conversation's label; ``expected``, ``seen`` and ``hint``: what the case says of it, in words;
    ``cause``: the kind of fault that the likely cause names, empty without one.
    """

    requirement: str
    decides: bool
    case: str
    scenario: str
    verdict: Verdict
    called: bool = False
    """Alipay+ calls the MPP server by itself in this conversation."""
    expected: str = field(default="", compare=False)
    seen: str = field(default="", compare=False)
    hint: str = field(default="", compare=False)
    cause: str = field(default="", compare=False)

    @property
    def outcome(self) -> Outcome:
        """What this row alone makes of the MPP."""
        if self.verdict is Verdict.PASS:
            return Outcome.CONFORMS
        deciding, other = _OUTCOMES.get(self.verdict, (Outcome.ERROR, Outcome.ERROR))
        return deciding if self.decides else other


@dataclass(frozen=True, kw_only=True)
class Examined:
    """A known MPP: what it says of itself, and what every case said of it.

    ``kind``: that of its fault, empty for a conforming one. ``breaks``: ids of requirements it is to fail; ``hides``:
    those that cannot be judged because of its fault; ``observed``: those it fails that decide nothing. A conforming one
    names none.
    """

    name: str
    faulty: bool
    breaks: frozenset[str]
    hides: frozenset[str]
    observed: frozenset[str]
    rows: tuple[Row, ...]
    kind: str = ""
    shows: frozenset[str] = frozenset()
    """Further kinds of fault that it truly shows, beside its own."""

    def has(self, kind: str) -> bool:
        """Whether a fault of this kind is there; never so for no kind."""
        return bool(kind) and (kind == self.kind or kind in self.shows)

    @cached_property
    def open_rows(self) -> tuple[Row, ...]:
        """The rows that do not pass: few of many."""
        return tuple(row for row in self.rows if row.verdict is not Verdict.PASS)

    @cached_property
    def verdicts(self) -> Mapping[str, Verdict]:
        """The verdict on each requirement."""
        passing = (row.requirement for row in self.rows if row.verdict is Verdict.PASS)
        found = dict.fromkeys(passing, Verdict.PASS)
        for row in self.open_rows:
            found[row.requirement] = worst((row.verdict, found.get(row.requirement, Verdict.NONE)))
        return found

    @cached_property
    def _asked(self) -> frozenset[tuple[str, bool]]:
        """The requirements it is judged by, each with whether it decides."""
        return frozenset((row.requirement, row.decides) for row in self.rows)

    @cached_property
    def outcomes(self) -> Mapping[str, Outcome]:
        """What each case makes of it."""
        found = dict.fromkeys((row.case for row in self.rows), Outcome.CONFORMS)
        for row in self.open_rows:
            found[row.case] = max(row.outcome, found[row.case])
        return found

    @cached_property
    def outcome(self) -> Outcome:
        """What the whole suite makes of it."""
        return max(self.outcomes.values(), default=Outcome.CONFORMS)

    @cached_property
    def due(self) -> Outcome:
        """What its fault deserves: a faulty one that names nothing is to fail."""
        if not self.faulty:
            return Outcome.CONFORMS
        if self.breaks or not (self.hides or self.observed):
            return Outcome.FAILS
        decides = {name for name, deciding in self._asked if deciding}
        return Outcome.NOT_PROVEN if self.hides & decides else Outcome.OBSERVED

    @property
    def killed(self) -> bool:
        """Whether the suite comes to what its fault deserves; never so for a conforming one."""
        return self.faulty and self.due <= self.outcome < Outcome.ERROR

    @property
    def wrongly_killed(self) -> bool:
        """Whether anything at all is held against a conforming one."""
        return not self.faulty and self.outcome is not Outcome.CONFORMS

    @property
    def killing(self) -> tuple[Row, ...]:
        """The rows that speak against it: those it fails; where it fails none, those in which nothing is proven."""
        return tuple(row for row in self.open_rows if row.verdict is Verdict.FAIL) or self.open_rows

    @cached_property
    def cards(self) -> tuple[Row, ...]:
        """The rows it fails: each is a card of its report, with the likely cause."""
        return tuple(row for row in self.open_rows if row.verdict is Verdict.FAIL) if self.faulty else ()

    @cached_property
    def only_by(self) -> str:
        """The one case it is killed by; empty where several would do, or none does."""
        killing = [case for case, outcome in self.outcomes.items() if outcome >= self.due]
        return killing[0] if self.killed and len(killing) == 1 else ""

    def coming_to(self, verdict: Verdict, *, decides: bool | None = None) -> frozenset[str]:
        """The ids of the requirements with this verdict; of those that decide, or do not, where that is asked for."""
        asked = {name for name, deciding in self._asked if decides is None or deciding is decides}
        return frozenset(name for name in asked if self.verdicts[name] is verdict)

    @cached_property
    def misnamed(self) -> str:
        """In which way it does something else than it names, in words; empty where it does just that."""
        seen = {
            "fails": (self.breaks, self.coming_to(Verdict.FAIL, decides=True)),
            "hides": (self.hides, self.coming_to(Verdict.INCONCLUSIVE)),
            "is observed to break": (self.observed, self.coming_to(Verdict.FAIL, decides=False)),
            "sees an error in": (frozenset(), self.coming_to(Verdict.ERROR) | self.coming_to(Verdict.NONE)),
        }
        return "; ".join(
            f"{way} {_listed(found)} and names {_listed(named)}"
            for way, (named, found) in seen.items()
            if named != found
        )


@dataclass(frozen=True, kw_only=True)
class UnderLoad:
    """A known MPP whose fault shows under load only.

    ``alone``: what the suite makes of it in conversations of their own. ``conversations``: how many were held at once;
    ``seeds``: in how many orders, from seed 1 on, until all of ``breaks`` was failed. ``broke``: each requirement that
    decides and was failed then, and in how many conversations.
    """

    name: str
    kind: str
    breaks: frozenset[str]
    alone: Outcome
    conversations: int
    seeds: int
    broke: Mapping[str, int]

    @property
    def killed(self) -> bool:
        """Whether it passes alone, and load shows all that it breaks."""
        return self.alone is Outcome.CONFORMS and bool(self.breaks) and self.breaks <= set(self.broke)


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """All known MPPs before all cases. ``kept``: case -> why it stays although it is unneeded.

    ``unshown``: the changes of payloads and code values that no conversation shows (see ``transformations``).
    ``loaded``: those whose fault shows under load only; no case is needed, or shown to have teeth, by them.
    """

    specimens: tuple[Examined, ...]
    kept: Mapping[str, str]
    unshown: tuple[str, ...] = ()
    loaded: tuple[UnderLoad, ...] = ()

    @cached_property
    def cases(self) -> Mapping[str, str]:
        """Every case and the requirement it tests."""
        return {row.case: row.requirement for specimen in self.specimens for row in specimen.rows}

    @property
    def faulty(self) -> tuple[Examined, ...]:
        """The faulty ones."""
        return tuple(specimen for specimen in self.specimens if specimen.faulty)

    @property
    def conforming(self) -> tuple[Examined, ...]:
        """The conforming ones."""
        return tuple(specimen for specimen in self.specimens if not specimen.faulty)

    @property
    def killed(self) -> tuple[str, ...]:
        """The faulty ones for whom the suite comes to what they deserve."""
        return tuple(specimen.name for specimen in self.faulty if specimen.killed)

    @property
    def survivors(self) -> tuple[str, ...]:
        """The faulty ones whom it lets go."""
        return tuple(specimen.name for specimen in self.faulty if not specimen.killed)

    @property
    def unharmed(self) -> tuple[str, ...]:
        """Those whose fault load was to show, and does not; or that fail without it."""
        return tuple(one.name for one in self.loaded if not one.killed)

    @property
    def wrongly_killed(self) -> tuple[str, ...]:
        """The conforming ones against whom it holds anything."""
        return tuple(specimen.name for specimen in self.conforming if specimen.wrongly_killed)

    @property
    def misnamed(self) -> Mapping[str, str]:
        """Those that do something else than they name, and what."""
        return {specimen.name: specimen.misnamed for specimen in self.specimens if specimen.misnamed}

    @cached_property
    def failing(self) -> Mapping[str, tuple[str, ...]]:
        """Every case and the MPPs that fail in it."""
        return self._by_case(
            (case, specimen.name)
            for specimen in self.specimens
            for case in {row.case: None for row in specimen.open_rows if row.verdict is Verdict.FAIL}
        )

    @cached_property
    def alone(self) -> Mapping[str, tuple[str, ...]]:
        """Every case and the faulty MPPs that only it kills: the survivors if it were deleted."""
        return self._by_case((specimen.only_by, specimen.name) for specimen in self.specimens if specimen.only_by)

    @property
    def toothless(self) -> tuple[str, ...]:
        """The cases that nobody fails in."""
        return tuple(case for case, names in self.failing.items() if not names)

    @property
    def unneeded(self) -> tuple[str, ...]:
        """The cases whose deletion leaves no survivor."""
        return tuple(case for case, names in self.alone.items() if not names)

    @property
    def unreasoned(self) -> tuple[str, ...]:
        """The unneeded cases that no reason keeps."""
        return tuple(case for case in self.unneeded if case not in self.kept)

    @property
    def stale(self) -> tuple[str, ...]:
        """The cases kept for a reason that are needed, or not there at all."""
        return tuple(case for case in self.kept if case not in self.unneeded)

    @cached_property
    def idle_rows(self) -> tuple[tuple[str, str], ...]:
        """Case and scenario of the rows that nobody fails in; other rows of the case may well be needed."""
        against = (row for specimen in self.specimens for row in specimen.open_rows)
        failed = {(row.case, row.scenario) for row in against if row.verdict is Verdict.FAIL}
        # Most MPPs share most rows: each is looked at once.
        rows = {id(row): row for specimen in self.specimens for row in specimen.rows}.values()
        return tuple(place for place in dict.fromkeys((row.case, row.scenario) for row in rows) if place not in failed)

    @cached_property
    def kinds(self) -> Mapping[str, tuple[Examined, ...]]:
        """The faulty MPPs by the kind of their fault."""
        found: dict[str, list[Examined]] = {}
        for specimen in sorted(self.faulty, key=lambda one: one.kind):
            found.setdefault(specimen.kind, []).append(specimen)
        return {kind: tuple(specimens) for kind, specimens in found.items()}

    def cards(self, *, right: bool = False, deciding: bool = False) -> int:
        """How many rows faulty MPPs fail; of these the ones whose likely cause names the fault, or that decide."""
        return sum(
            (not right or specimen.has(row.cause)) and (not deciding or row.decides)
            for specimen in self.faulty
            for row in specimen.cards
        )

    @cached_property
    def wrong_causes(self) -> tuple[tuple[str, Row], ...]:
        """MPP and row of each likely cause that names another kind of fault than the MPP has."""
        return tuple(
            (specimen.name, row)
            for specimen in self.faulty
            for row in specimen.cards
            if row.cause and not specimen.has(row.cause)
        )

    @property
    def unexplained(self) -> Mapping[tuple[str, str], int]:
        """MPP and requirement of the rows without a likely cause, and how many they are."""
        found: dict[tuple[str, str], int] = {}
        for specimen in self.faulty:
            for row in specimen.cards:
                if not row.cause:
                    place = (specimen.name, row.requirement)
                    found[place] = found.get(place, 0) + 1
        return found

    @cached_property
    def refused(self) -> Mapping[str, bool]:
        """The cases on calls of Alipay+ that pass for a server that refuses every one; and whether each decides."""
        rows = [row for made in self.specimens if made.name == REFUSING for row in made.rows]
        others = {row.case for row in rows if not row.called or row.verdict is not Verdict.PASS}
        return {row.case: row.decides for row in rows if row.case not in others}

    @property
    def sound(self) -> bool:
        """Whether the suite kills every fault and nobody else, blames none wrongly, and needs every case."""
        wrong: tuple[object, ...] = (self.survivors, self.wrongly_killed, self.misnamed, self.wrong_causes)
        wrong += (self.toothless, self.unreasoned, self.stale, self.unshown, self.unharmed)
        return bool(self.faulty) and not any(wrong) and not any(self.refused.values())

    def _by_case(self, pairs: Iterable[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {case: [] for case in self.cases}
        for case, name in pairs:
            found[case].append(name)
        return {case: tuple(names) for case, names in found.items()}


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"
