"""Requirements and the ledger: what each clause asks of whom, and how it is tested or why it is not.

A suite file states a requirement and its cases side by side; the ledger fills from there, never from here.
"""

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from types import FunctionType
from typing import Any, Final, TypeVar

from mpp_conformance.ledger.source import Clause
from mpp_conformance.protocol import messages
from mpp_conformance.protocol.limits import Edition, Reading
from mpp_conformance.protocol.messages import BY_NAME, GATEWAY, USER
from mpp_conformance.scenarios.answers import Found, FromCorpus, packaged_corpus
from mpp_conformance.scenarios.scenario import Scenario

MUST: Final = "MUST"
SHOULD: Final = "SHOULD"

STATED: Final = "stated"
"""A sentence of the source document."""
DOCUMENTED: Final = "documented"
"""Another official page."""
DERIVED: Final = "derived"
"""Our inference: reported, and never a failure."""
SILENT: Final = "silent"
"""No document says: reported, and never a failure."""

MPP_SERVER: Final = "MPP server"
MPP_CLIENT: Final = "MPP client"
MPP: Final = "MPP"
ALIPAY_PLUS: Final = "Alipay+"
CLIENT_SDK: Final = "Alipay+ client SDK"
MERCHANT: Final = "merchant/ACQP"
CONSUMER: Final = "consumer"
DOCUMENT: Final = "the document itself"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """A row of the ledger: what ``clauses`` ask of ``actor``, in our words.

    ``excluded``: why no case tests it; empty for a tested requirement.
    """

    id: str
    level: str
    basis: str
    actor: str
    clauses: tuple[Clause, ...]
    text: str
    excluded: str = ""

    @property
    def decides(self) -> bool:
        """Whether breaking it fails a wallet: a MUST that an official sentence states."""
        return self.level == MUST and self.basis in {STATED, DOCUMENTED}


ScenarioSource = Iterable[Scenario] | Callable[[Edition, Reading], Iterable[Scenario]] | FromCorpus
"""Scenarios, or what builds them from the edition of the limits and its reading, or from the generated answers."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A test purpose: one requirement, the conversations to judge, and what the wallet must claim for it to apply.

    ``module`` is the suite file's name without its ending; with ``name``, the function's, it names the case.
    """

    requirement: Requirement
    purpose: str
    module: str
    name: str
    needs: tuple[str, ...] = ()
    judge: Callable[..., None] = field(compare=False)
    sources: tuple[ScenarioSource, ...] = field(compare=False)

    @functools.cached_property
    def points(self) -> frozenset[str]:
        """The points whose reports it judges by, those of the wallet's own app link aside.

        A case asks for messages by their types; those that its function names, or a function of its suite that it
        calls, say at which points it looks.
        """
        kinds = [BY_NAME[name] for name in names_used(self.judge) if name in BY_NAME]
        heard = {kind.point for kind in kinds if not kind.by_suite or kind.point == messages.CLIENT_SDK}
        return frozenset(heard & {USER, GATEWAY, messages.CLIENT_SDK})

    def scenarios(self, edition: Edition, reading: Reading) -> tuple[Scenario, ...]:
        """The conversations to judge under an edition of the limits; ValueError if two bear the same label."""
        found = tuple(scenario for source in self.sources for scenario in _built(source, edition, reading))
        if not found or len({scenario.label for scenario in found}) != len(found):
            message = f"case {self.name} needs scenarios, each with a label of its own"
            raise ValueError(message)
        return found

    @property
    def generated(self) -> bool:
        """Whether it judges generated answers."""
        return any(isinstance(source, FromCorpus) for source in self.sources)

    def takes(self, answer: Found) -> bool:
        """Whether it judges this generated answer in a conversation of its own."""
        return any(isinstance(source, FromCorpus) and source.takes(answer) for source in self.sources)


def _built(source: ScenarioSource, edition: Edition, reading: Reading) -> Iterable[Scenario]:
    if isinstance(source, FromCorpus):
        return source.scenarios(packaged_corpus())
    return _built_by(source, edition, reading) if callable(source) else source


@functools.lru_cache(maxsize=512)  # several cases have the same source, and every case is planned more than once
def _built_by(
    source: Callable[[Edition, Reading], Iterable[Scenario]], edition: Edition, reading: Reading
) -> tuple[Scenario, ...]:
    return tuple(source(edition, reading))


def names_used(function: object, depth: int = 4) -> Iterator[str]:
    """The names that a function uses, and those of the functions of its own file that it calls."""
    if not isinstance(function, FunctionType) or not depth:
        return
    for name in function.__code__.co_names:
        yield name
        inner = function.__globals__.get(name)
        if isinstance(inner, FunctionType) and inner.__code__.co_filename == function.__code__.co_filename:
            yield from names_used(inner, depth - 1)


@dataclass(slots=True)
class Ledger:
    """All requirements and the cases that test them, in the order they were stated."""

    requirements: dict[str, Requirement] = field(default_factory=dict)
    cases: list[Case] = field(default_factory=list)

    def state(self, requirement: Requirement) -> Requirement:
        """Add a requirement; ValueError if another one bears its id."""
        known = self.requirements.setdefault(requirement.id, requirement)
        if known != requirement:
            message = f"two requirements bear the id {requirement.id}"
            raise ValueError(message)
        return known

    def add(self, made: Case) -> None:
        """Add a case; ValueError if its file has another of the same name, which would never be run."""
        if any((known.module, known.name) == (made.module, made.name) for known in self.cases):
            message = f"two cases of {made.module} bear the name {made.name}"
            raise ValueError(message)
        self.cases.append(made)

    def cases_of(self, requirement: Requirement) -> list[Case]:
        """The cases that test a requirement."""
        return [case for case in self.cases if case.requirement.id == requirement.id]


_collecting: Final[ContextVar[Ledger | None]] = ContextVar("_collecting", default=None)


@contextmanager
def collect_into(ledger: Ledger) -> Iterator[Ledger]:
    """What suites state while they are imported within this context goes into ``ledger``.

    Outside of it nothing is kept: a test runner that imports the same suite files once more changes nothing.
    """
    mark = _collecting.set(ledger)
    try:
        yield ledger
    finally:
        _collecting.reset(mark)


def _stated(made: Requirement) -> Requirement:
    ledger = _collecting.get()
    return made if ledger is None else ledger.state(made)


def requirement(  # a row of the ledger has this many columns
    id: str,  # noqa: A002  # the ledger's own word
    level: str,
    basis: str,
    *,
    actor: str,
    clauses: Iterable[Clause],
    text: str,
) -> Requirement:
    """State a requirement that cases test."""
    return _stated(Requirement(id=id, level=level, basis=basis, actor=actor, clauses=tuple(clauses), text=text))


def excluded(
    id: str,  # noqa: A002  # the ledger's own word
    *,
    actor: str,
    clauses: Iterable[Clause],
    text: str,
    reason: str,
) -> Requirement:
    """State a sentence of the source document that no case tests, and why."""
    return _stated(
        Requirement(id=id, level=MUST, basis=STATED, actor=actor, clauses=tuple(clauses), text=text, excluded=reason)
    )


Judge = TypeVar("Judge", bound=Callable[..., None])


def case(tested: Requirement, *scenarios: ScenarioSource, needs: Iterable[str] = ()) -> Callable[[Judge], Judge]:
    """Make a test function a case of ``tested``: it is called with the trace of each scenario of these sources in turn.

    ``needs`` names features of ``wallet.toml``; without one of them the case is not applicable.
    The docstring is the test purpose; ValueError without one.
    """

    def mark(judge: Judge) -> Judge:
        purpose = (judge.__doc__ or "").strip()
        if not purpose:
            message = f"case {judge.__name__} needs a docstring: its test purpose"
            raise ValueError(message)
        made = Case(
            requirement=tested,
            purpose=purpose,
            module=Path(judge.__code__.co_filename).stem,
            name=judge.__name__,
            needs=tuple(needs),
            judge=judge,
            sources=tuple(one if callable(one) or isinstance(one, FromCorpus) else tuple(one) for one in scenarios),
        )
        ledger = _collecting.get()
        if ledger is not None:
            ledger.add(made)
        judge.conformance_case = made  # type: ignore[attr-defined]  # read by the plugin
        return judge

    return mark


def as_row(tested: Requirement, cases: Iterable[Case]) -> Mapping[str, Any]:
    """A requirement as ``list --format json`` prints it."""
    return {
        "id": tested.id,
        "level": tested.level,
        "basis": tested.basis,
        "actor": tested.actor,
        "clauses": [str(clause) for clause in tested.clauses],
        "text": tested.text,
        "excluded": tested.excluded or None,
        "cases": [made.name for made in cases],
    }
