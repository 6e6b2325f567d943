"""The scheduler: however many conversations are held at a time, and in whatever order, the verdicts are the same."""

import asyncio
import functools
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import cycle
from random import Random
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpp_conformance import wire
from mpp_conformance.common.resources import directory
from mpp_conformance.judging import oracle
from mpp_conformance.judging.trace import ENDED, WAITED, Trace
from mpp_conformance.ledger.catalogue import Claims, Planned, load, plan
from mpp_conformance.ledger.requirements import Ledger
from mpp_conformance.peers.reactions import Sending
from mpp_conformance.peers.router import Router, Stray
from mpp_conformance.peers.world import World
from mpp_conformance.protocol.messages import GATEWAY, Malformed, UserInitiatedPay
from mpp_conformance.report.verdict_file import document
from mpp_conformance.report.verdict_file.folding import CaseResult, fold
from mpp_conformance.scenarios.scenario import OBSERVER, Profile, Scenario
from mpp_conformance.specimens import SPECIMENS
from mpp_conformance.specimens.conforming import Say
from mpp_conformance.transport.connectors.direct import DirectConnector
from mpp_conformance.transport.scheduler import ConcurrentConversations
from mpp_conformance.wallet import reference
from mpp_conformance.wire import round_trip
from tests.hosting import hosted

_FEW: Final = settings(deadline=None, database=None, max_examples=15)
_PART: Final = 4
"""Every so many-th conversation is held in `make test`, from the first; `make thorough` holds them all."""
_RUN: Final = "properties"
_OVER_HTTP: Final = 25
"""Rows that are enough to tell; one conversation after the other takes its time."""
_NAMES: Final = (
    "conforming",
    "no-app-link",
    "notification-after-result-page",
    "user-initiated-pay-repeated",
    "requests-unsigned",
    "customer-id-empty",
)
"""Of MPPs that remember nothing from one conversation to the next, so that what they say can be foretold."""


class _InTurns:
    """Holds conversations with one specimen at one router; they take turns in the midst of it, as ``pauses`` says."""

    def __init__(self, name: str, profile: Profile, pauses: Sequence[int]) -> None:
        self._specimen = SPECIMENS[name](profile)
        self._profile = profile
        self._pauses = cycle(pauses)
        self._router = Router(profile.templates)
        self._busy = 0
        self.busiest = 0

    @property
    def strays(self) -> Sequence[Stray]:
        """What fitted no open conversation."""
        return self._router.strays

    @property
    def prolonged(self) -> Mapping[Scenario, Trace]:
        """Nothing comes late in here."""
        return {}

    async def converse(self, scenario: Scenario, at_rest: Callable[[], None], **_: object) -> Trace:
        """As the direct connector does; others are let in before each message, and once more at the end."""
        self._busy += 1
        self.busiest = max(self.busiest, self._busy)
        world = World(scenario, _RUN, self._profile, lambda: 0.0)
        self._router.open(world)
        for probe in scenario.probing:
            body = probe.body.replace(OBSERVER, wire.GATEWAY_URL)
            world.record_probe(probe, self._specimen.probed(probe.operation, body.encode()))
        for sending in world.begin():
            await self._told(world, sending)
        self._busy -= 1
        at_rest()
        await self._others()
        self._router.close(world)
        return world.trace(ENDED if world.finished else WAITED)

    async def _told(self, world: World, sending: Sending) -> None:
        token = world.token(sending.payment)
        if sending.message.point != GATEWAY:
            await self._said(world, self._specimen.hear(token, sending.message))
            return
        # A call to the MPP server bears the name of no session; its answer goes back.
        says = [replace(say, session=say.session or token) for say in self._specimen.hear("", sending.message)]
        await self._said(world, says)

    async def _said(self, world: World, says: Iterable[Say]) -> None:
        for say in says:
            await self._others()
            arrived = say.message if isinstance(say.message, Malformed) else round_trip(say.message)
            delivery = self._router.deliver(arrived, token=say.session)
            calls, spoilt = delivery.calls, delivery.faulty_answer
            if spoilt is not None and isinstance(say.message, UserInitiatedPay):
                body = spoilt.body()
                received = wire.receive(body, spoilt.fault, location=wire.ELSEWHERE)
                await self._said(world, self._specimen.receive(say.session, say.message, received))
                calls = (*calls, *world.record_faulty_answer(delivery.payment, spoilt))
            elif delivery.reply is not None:
                await self._said(world, self._specimen.hear(say.session, delivery.reply))
            for call in calls:
                await self._told(world, call)

    async def _others(self) -> None:
        for _ in range(next(self._pauses)):
            await asyncio.sleep(0)


@functools.cache
def _plan(name: str, part: int = 1) -> tuple[Ledger, tuple[Planned, ...], Profile]:
    """What the suites ask of the MPP of this name, in every so many-th conversation."""
    app_link = SPECIMENS[name].app_link
    ledger, claims = load(directory("suites")), Claims.of(reference().claims())
    claims = replace(claims, features=claims.features - (set() if app_link else {"app_link"}))
    rows = [row for row in plan(ledger.cases, claims) if not row.not_applicable]
    held = set(list(dict.fromkeys(row.scenario for row in rows))[::part])
    asked = tuple(row for row in rows if row.scenario in held)
    return ledger, asked, replace(reference().profile, app_link=app_link)


@functools.cache
def _alone(name: str, part: int) -> tuple[str, frozenset[str]]:
    """The digest of the verdicts, and which there are, when each conversation is held alone with the MPP."""
    _, rows, profile = _plan(name, part)
    results = _judged(rows, _held_alone(name, profile))
    return document.digest(results), frozenset(result.verdict.word for result in results)


def _held_alone(name: str, profile: Profile) -> Callable[[Scenario], Trace]:
    """Holds each conversation with an MPP that has heard nothing before."""
    return lambda scenario: DirectConnector(SPECIMENS[name](profile), profile, _RUN).converse(scenario)


def _judged(rows: Iterable[Planned], converse: Callable[[Scenario], Trace]) -> list[CaseResult]:
    return [CaseResult(planned=row, judgement=oracle.judge(row.case.judge, converse(row.scenario))) for row in rows]


@pytest.mark.parametrize("part", [_PART, pytest.param(1, marks=pytest.mark.thorough)])
@_FEW
@given(
    name=st.sampled_from(_NAMES),
    parallel=st.integers(1, 16),
    pauses=st.lists(st.integers(0, 3), min_size=1, max_size=7),
    ahead=st.integers(0, 200),
    order=st.builds(Random, st.integers(0, 2**32)),
)
def test_the_verdicts_depend_on_no_order(
    part: int, *, name: str, parallel: int, pauses: list[int], ahead: int, order: Random
) -> None:
    """In any order, prepared or not, 1 to 16 at a time, mixed in any way: the digest of the verdicts is equal."""
    ledger, rows, profile = _plan(name, part)
    shuffled = order.sample(rows, len(rows))
    mpp = _InTurns(name, profile, pauses)
    conversations = ConcurrentConversations(lambda: _opened(mpp), parallel=parallel)
    try:
        conversations.prepare(row.scenario for row in order.sample(rows, min(ahead, len(rows))))
        results = _judged(shuffled, conversations.trace)
    finally:
        conversations.close()

    assert _alone(name, part)[0] == document.digest(fold(results, ledger, rows).cases)
    assert list(mpp.strays) == []
    assert 1 <= mpp.busiest <= parallel


@pytest.mark.parametrize("parallel", [1, 5, 16])
@pytest.mark.parametrize("name", ["conforming", "no-app-link", "notifications-unsigned"])
def test_the_verdicts_depend_on_no_wire(name: str, parallel: int) -> None:
    """Over HTTP, one conversation at a time or many, in another order: the digest is that of a run in one process."""
    ledger, rows, profile = _plan(name)
    some = rows[:: len(rows) // _OVER_HTTP]
    expected = fold(_judged(some, _held_alone(name, profile)), ledger, some).cases
    conversations = ConcurrentConversations(lambda: hosted(SPECIMENS[name]), parallel=parallel)
    try:
        conversations.prepare(row.scenario for row in some)
        seen = fold(_judged(some[::-1], conversations.trace), ledger, some).cases
    finally:
        conversations.close()

    assert document.digest(expected) == document.digest(seen)


def test_the_verdicts_that_depend_on_no_order_are_of_every_kind() -> None:
    """The MPPs above pass, fail and leave undecided, so that an equal digest says something."""
    seen = frozenset[str]().union(*(_alone(name, _PART)[1] for name in _NAMES))

    assert seen >= {"pass", "inconclusive", "fail"}


def test_the_conversations_that_depend_on_no_order_are_of_every_kind() -> None:
    """Those with answers that Alipay+ spoils, with calls that it makes to the MPP server, and with probes are held."""
    for name in _NAMES:
        scenarios = [row.scenario for row in _plan(name, _PART)[1]]
        payments = [payment for scenario in scenarios for payment in scenario.payments]

        assert any(scenario.probing for scenario in scenarios)
        assert any(payment.fault for payment in payments)
        assert any(payment.calls for payment in payments)


@asynccontextmanager
async def _opened(mpp: _InTurns) -> AsyncIterator[_InTurns]:
    yield mpp
