"""The cabinet: every known MPP before every case, in this process.

Each conversation is held once, with a specimen that has heard nothing before: what a case says of it depends on no
other case, and taking one away changes nothing else. What a run shows of its set-up is weighed as in any run.
"""

import functools
import gc
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from mpp_conformance import wallet
from mpp_conformance.adequacy.matrix import Examined, Matrix, Row, UnderLoad
from mpp_conformance.adequacy.transformations import invisible_changes
from mpp_conformance.common.resources import directory
from mpp_conformance.judging import oracle
from mpp_conformance.judging.judgement import Judgement
from mpp_conformance.judging.set_up import SetUp, Sign, signs
from mpp_conformance.judging.trace import Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import FEATURES, CatalogueError, Claims, load
from mpp_conformance.ledger.requirements import Case
from mpp_conformance.protocol.limits import DEFAULT_EDITION, EDITIONS, Edition, Reading
from mpp_conformance.protocol.messages import APP_LINK, Message
from mpp_conformance.scenarios.observation import Observed
from mpp_conformance.scenarios.scenario import Profile, Scenario
from mpp_conformance.specimens import CONFORMING, FAULTY, LOADED, Specimen
from mpp_conformance.specimens.kinds import ALSO, KINDS
from mpp_conformance.transport.connectors.direct import hold
from mpp_conformance.transport.connectors.interleaving import Crowd
from mpp_conformance.transport.connectors.memory import Memory, RememberingPeers
from mpp_conformance.trials.load.crowd_trial import CrowdTrial
from mpp_conformance.trials.load.traffic import Rows, Traffic, tally
from mpp_conformance.trials.shared_conversations import SharedConversations
from mpp_conformance.wire import round_trip

KEPT: Final = "kept_cases.toml"
"""Beside the suites: the cases that stay although no specimen dies by them alone, each with its reason."""

_MOST_SEEDS: Final = 10
"""In so many orders a fault that only load shows is sought."""

Conversations = Mapping[Scenario, list[tuple[Case, str]]]
"""Each distinct conversation, and the cases that judge it with the label each of them gives it."""
Notes = tuple[tuple[str, str], ...]
"""What the wire told beside a message."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A conversation, what is reported of it, what each case says of that, and what it shows of the set-up.

    ``unsettled``: the places of the rows that a set-up has a say in, and their judgements.
    """

    whole: Trace
    trace: Trace
    rows: tuple[Row, ...]
    unsettled: tuple[tuple[int, Judgement], ...]
    signs: frozenset[Sign]

    def weighed(self, set_up: SetUp) -> Iterable[Row]:
        """The rows by what all conversations together show of the set-up."""
        if not self.unsettled:
            return self.rows
        rows = list(self.rows)
        for place, judgement in self.unsettled:
            rows[place] = _weighed(rows[place], judgement, self.trace, set_up)
        return rows


class Before:
    """What was judged before, always by the same cases: most MPPs say the same in most conversations.

    ``observes``: by whose reports it is judged.
    """

    def __init__(self, observes: Observed | None = None) -> None:
        self._observes = observes or Observed()
        self._conversations = SharedConversations(trace)
        self._judged: dict[int, Judged] = {}

    def trace(self, specimen: Specimen, scenario: Scenario, profile: Profile) -> Trace:
        """As the function of that name, without holding what goes as with the reference MPP."""
        return self._conversations.trace(specimen, scenario, profile)

    def judged(self, cases: list[tuple[Case, str]], trace: Trace) -> Judged:
        """What the cases say of a conversation; `trace` gives the same object for all who say the same."""
        found = self._judged.get(id(trace))
        if found is None:
            seen = as_reported(trace, self._observes)
            rows = tuple(_rows(cases, seen))
            unsettled = tuple((at, told) for at, (_, told) in enumerate(rows) if told.verdict is not Verdict.PASS)
            found = Judged(trace, seen, tuple(row for row, _ in rows), unsettled, frozenset[Sign](signs(seen)))
            self._judged[id(trace)] = found
            seen.forget()
        return found


def trace(specimen: Specimen, scenario: Scenario, profile: Profile) -> Trace:
    """The conversation of a specimen that has heard nothing before; the same object for all who say the same."""
    return hold(specimen(profile), RememberingPeers(_memory(scenario, profile)), _carried)


@functools.cache
def _memory(scenario: Scenario, profile: Profile) -> Memory:
    return Memory(scenario, profile)


def conversations(
    cases: Iterable[Case], edition: Edition = EDITIONS[DEFAULT_EDITION], reading: Reading = Reading()
) -> Conversations:
    """What is to be held with an MPP that claims every feature."""
    found: dict[Scenario, list[tuple[Case, str]]] = {}
    for case in cases:
        for scenario in case.scenarios(edition, reading):
            found.setdefault(scenario, []).append((case, scenario.label))
    return found


def judged(
    specimen: Specimen, conversations: Conversations, *, app_link: bool | None = None, before: Before | None = None
) -> tuple[Row, ...]:
    """What every case says of a specimen; ``app_link``: what its wallet claims, else what it does.

    ``before``: what is known of the same conversations; it learns what is new.
    """
    hold, before = (trace, Before()) if before is None else (before.trace, before)
    profile = profile_of(app_link=specimen.app_link if app_link is None else app_link)
    found = [before.judged(cases, hold(specimen, scenario, profile)) for scenario, cases in conversations.items()]
    set_up = SetUp.from_signs(sign for one in found for sign in one.signs)
    return tuple(row for one in found for row in one.weighed(set_up))


def _rows(cases: list[tuple[Case, str]], trace: Trace) -> Iterator[tuple[Row, Judgement]]:
    for case, label in cases:
        judgement = oracle.judge(case.judge, trace)
        row = Row(
            requirement=case.requirement.id,
            decides=case.requirement.decides,
            case=f"{case.module}::{case.name}",
            scenario=label,
            verdict=judgement.verdict,
            called=any(payment.calls for payment in trace.scenario.payments),
            expected=judgement.expected,
            seen=judgement.seen,
            hint=judgement.hint,
            cause=judgement.cause,
        )
        yield row, judgement


def _weighed(row: Row, judgement: Judgement, trace: Trace, set_up: SetUp) -> Row:
    new = set_up.weigh(judgement, trace)
    if new is judgement:
        return row
    return replace(row, verdict=new.verdict, expected=new.expected, seen=new.seen, hint=new.hint)


def examined(
    specimen: Specimen, conversations: Conversations, *, app_link: bool | None = None, before: Before | None = None
) -> Examined:
    """As :func:`judged`, beside what the specimen says of itself."""
    return Examined(
        name=specimen.name,
        faulty=specimen.name in FAULTY,
        kind=str(KINDS.get(specimen.name, "")),
        shows=frozenset(map(str, ALSO.get(specimen.name, ()))),
        breaks=specimen.breaks,
        hides=specimen.hides,
        observed=specimen.observed,
        rows=judged(specimen, conversations, app_link=app_link, before=before),
    )


@functools.cache
def matrix() -> Matrix:
    """All specimens before the suites that travel with the package; CatalogueError for unsound ones."""
    with _nothing_collected():
        return _matrix(directory("suites"))


def _matrix(suites: Path) -> Matrix:
    cases = load(suites).cases
    asked, before = conversations(cases), Before()
    found = tuple(examined(specimen, asked, before=before) for specimen in (*CONFORMING.values(), *FAULTY.values()))
    traffic = ordinary(cases)
    loaded = (under_load(specimen, traffic, examined(specimen, asked, before=before)) for specimen in LOADED.values())
    templates = profile_of(app_link=True).templates
    return Matrix(
        specimens=found,
        kept=kept_cases(suites),
        unshown=invisible_changes(cases, EDITIONS[DEFAULT_EDITION], Reading(), templates),
        loaded=tuple(loaded),
    )


@dataclass(frozen=True, slots=True)
class KnownTraffic(Traffic):
    """Traffic in which many MPPs say the same: what was judged before is looked up, by all that a judge can read."""

    _judged: dict[tuple[Trace, tuple[Notes, ...]], Rows] = field(default_factory=dict, compare=False, repr=False)

    def judge(self, scenario: Scenario, trace: Trace) -> Rows:
        """What the cases say of one conversation, for itself."""
        known_by = (trace, tuple(event.notes for event in trace.events))
        found = self._judged.get(known_by)
        if found is None:
            found = self._judged[known_by] = Traffic.judge(self, scenario, trace)
        return found


def ordinary(cases: Iterable[Case]) -> Traffic:
    """The conversations that an MPP which claims every feature is to hold under load."""
    claims = Claims.of(wallet.reference().claims())
    return KnownTraffic.of(tuple(cases), replace(claims, features=frozenset(FEATURES)))


def crowd_trial(specimen: Specimen, traffic: Traffic, *, users: int, seed: int) -> CrowdTrial:
    """``users`` conversations at once with a specimen, in an order that ``seed`` says."""
    profile = profile_of(app_link=specimen.app_link)
    crowd = Crowd(specimen=specimen, profile=profile, run=f"load-{seed}", carry=_carried)
    return CrowdTrial(crowd=crowd, traffic=traffic, users=users, seed=seed)


def under_load(specimen: Specimen, traffic: Traffic, alone: Examined) -> UnderLoad:
    """What load shows of a specimen: every ordinary conversation at once, in new orders until its fault is shown."""
    broke: dict[str, int] = {}
    seed = 0
    while seed < _MOST_SEEDS and not specimen.breaks <= set(broke):
        seed += 1
        held = crowd_trial(specimen, traffic, users=len(traffic.cases), seed=seed).run_by_seed()
        for name, counted in tally(held.conversations).items():
            if counted.decides and counted.broke:
                broke[name] = broke.get(name, 0) + counted.broke
    return UnderLoad(
        name=specimen.name,
        kind=str(KINDS.get(specimen.name, "")),
        breaks=specimen.breaks,
        alone=alone.outcome,
        conversations=len(traffic.cases),
        seeds=seed,
        broke=broke,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Visibility:
    """What a judge comes to who sees only some points: which MPPs a requirement that decides is failed by."""

    conforming: tuple[str, ...]
    faulty: tuple[str, ...]
    accused: tuple[str, ...]
    """Conforming ones that are failed: there may be none."""
    named: tuple[str, ...]
    """Faulty ones that are failed."""


def visible(observes: Observed) -> Visibility:
    """Every known MPP, judged by what these witnesses report of it."""
    cases = [case for case in load(directory("suites")).cases if not case.points & observes.nobodys]
    asked = conversations(
        case for case in cases if case.requirement.decides and APP_LINK not in _hidden(case, observes)
    )
    before = Before(observes)
    failed = [name for name, specimen in {**CONFORMING, **FAULTY}.items() if _fails(specimen, asked, observes, before)]
    return Visibility(
        conforming=tuple(CONFORMING),
        faulty=tuple(FAULTY),
        accused=tuple(name for name in failed if name in CONFORMING),
        named=tuple(name for name in failed if name in FAULTY),
    )


def _hidden(case: Case, observes: Observed) -> frozenset[str]:
    """The app link, where a case needs it and nobody reports it."""
    return observes.nobodys & {APP_LINK} if "app_link" in case.needs else frozenset()


def _fails(specimen: Specimen, conversations: Conversations, observes: Observed, before: Before) -> bool:
    app_link = specimen.app_link and APP_LINK not in observes.nobodys
    rows = judged(specimen, conversations, app_link=app_link, before=before)
    return any(row.verdict is Verdict.FAIL for row in rows)


def as_reported(trace: Trace, observes: Observed) -> Trace:
    """A conversation as these witnesses report it: what crosses a point that nobody reports is not in it."""
    if observes == trace.observes:
        return trace
    hidden = observes.nobodys
    events = [event for event in trace.events if event.message.by_suite or event.message.point not in hidden]
    numbered = tuple(replace(event, number=number) for number, event in enumerate(events, start=1))
    late = sum(event.number > len(trace.in_time.events) for event in events)
    app_link = trace.app_link and APP_LINK not in hidden
    return replace(trace, events=numbered, late=late, app_link=app_link, observes=observes)


def kept_cases(suites: Path) -> Mapping[str, str]:
    """Case -> why it stays; empty without a table, CatalogueError for one that is no such thing."""
    path = suites / KEPT
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise CatalogueError(f"{KEPT}: {problem}") from problem
    for case, reason in found.items():
        if not isinstance(reason, str) or not reason.strip():
            raise CatalogueError(f"{KEPT}: {case} needs a reason, in words")
    return found


def _carried(message: Message) -> Message:
    """Specimens differ in one place: most of what one says has been said by others before."""
    try:
        return _carried_before(message)
    except TypeError:  # a field that cannot be hashed: none that the wire lets through
        return round_trip(message)


_carried_before: Final = functools.cache(round_trip)


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """What is kept of so many conversations is no garbage: looking for some in it takes a seventh of the time.

    Nor does anybody look through it later.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if collects:
            gc.enable()


@functools.cache
def profile_of(*, app_link: bool) -> Profile:
    """The reference wallet's profile, with its app link or without."""
    return replace(wallet.reference().profile, app_link=app_link)
