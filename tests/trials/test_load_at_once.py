"""However many conversations are held at once with the reference MPP over HTTP, the verdicts are the same."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import httpx
import pytest

from mpp_conformance.common.resources import directory
from mpp_conformance.judging.trace import Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.scenarios.scenario import Scenario
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.transport.connectors.http import HttpConnector
from mpp_conformance.transport.open_files import make_room
from mpp_conformance.transport.scheduler import new_event_loop
from mpp_conformance.transport.servers.http_client import http_client
from mpp_conformance.trials import cabinet
from mpp_conformance.trials.load.traffic import Rows, Traffic
from mpp_conformance.trials.load.users import Users
from tests.hosting import hosted_wallet

_ORDINARY: Final = cabinet.ordinary(load(directory("suites")).cases)
_LEAN: Final = Traffic(dict(itertools.islice(_ORDINARY.cases.items(), None, None, 3)))
"""A third of the ordinary conversations."""

Digest = frozenset[tuple[str, str, Verdict]]
"""Case, conversation and verdict."""


@dataclass
class Gathering:
    """A connector that knows when so many conversations have begun; the wallet says nothing before that."""

    connector: HttpConnector
    users: int
    digest: set[tuple[str, str, Verdict]] = field(default_factory=set)
    most: int = 0
    _here: int = 0
    _all: asyncio.Event = field(default_factory=asyncio.Event)

    async def converse(self, scenario: Scenario, at_rest: Callable[[], None], *, turn: str) -> Trace:
        """Hold one to its end."""
        self._here += 1
        self.most = max(self.most, self._here)
        if self._here == self.users:
            self._all.set()
        try:
            return await self.connector.converse(scenario, at_rest, turn=turn)
        finally:
            self._here -= 1

    async def since(self, trace: Trace, seconds: float) -> Trace:
        """One that is over, with what comes late."""
        return await self.connector.since(trace, seconds)

    def forget(self, trace: Trace) -> None:
        """Keep nothing of one that is over."""
        self.connector.forget(trace)

    async def said(self, _: httpx.Request) -> None:
        """Wait until all have begun."""
        await self._all.wait()


@dataclass(frozen=True)
class Recording(Traffic):
    """Traffic of which every verdict is written down."""

    digest: set[tuple[str, str, Verdict]]

    def judge(self, scenario: Scenario, trace: Trace) -> Rows:
        """What the cases say of one conversation."""
        rows = super().judge(scenario, trace)
        self.digest.update((case.name, scenario.digest, judgement.verdict) for case, judgement in rows)
        return rows


def digest(traffic: Traffic, users: int, conversations: int) -> Digest:
    """What every case says of these conversations, so many open at once; patience grows with users as in load."""
    make_room(users)

    async def hold() -> Digest:
        ticks = itertools.count()
        async with (
            http_client(timeout=60, keep=True) as http,
            hosted_wallet(ConformingMpp, http=http, patience=5 + users / 100) as (_, connector),
        ):
            gathering = Gathering(connector, users)
            http.event_hooks["request"].append(gathering.said)
            held = await Users(
                connector=gathering,
                traffic=Recording(traffic.cases, gathering.digest),
                seed=1,
                claimed=users,
                patience=5.0,
                redacted=lambda trace: trace,
                clock=lambda: next(ticks),
            ).hold(users, conversations + 1)
        assert (held.conversations, dict(held.errors), dict(held.troubles)) == (conversations, {}, {})
        assert users <= gathering.most
        return frozenset(gathering.digest)

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(hold())


def test_64_at_once_come_to_the_verdicts_of_one_at_a_time() -> None:
    """Each conversation has all the time that it needs, whatever the others take of this machine."""
    alone = digest(_LEAN, 1, len(_LEAN.cases))
    assert digest(_LEAN, 64, 128) == alone
    assert {verdict for _, _, verdict in alone} == {Verdict.PASS}


@pytest.mark.thorough
def test_1024_at_once_come_to_the_verdicts_of_one_at_a_time() -> None:
    """Our own loop is late then, which is counted to nobody's patience."""
    alone = digest(_ORDINARY, 1, len(_ORDINARY.cases))
    assert digest(_ORDINARY, 1_024, 1_500) == digest(_ORDINARY, 64, len(_ORDINARY.cases)) == alone
    assert {verdict for _, _, verdict in alone} == {Verdict.PASS}
