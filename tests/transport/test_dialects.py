"""A conforming MPP is certified however its HTTP library writes and its adaptor answers: nothing is held against it."""

import functools
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import groupby, islice
from typing import Any, Final

import httpx
import pytest
from _pytest.mark import ParameterSet

from mpp_conformance.common.resources import directory
from mpp_conformance.judging import oracle
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import Claims, Planned, load, plan
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.transport.connectors.http import HttpConnector
from mpp_conformance.transport.scheduler import ConcurrentConversations
from mpp_conformance.wallet import reference
from tests.dialects import DIALECTS, MANNERS, Dialect, DialectTransport
from tests.hosting import hosted_wallet, own_keys

PARALLEL: Final = 16
FEW: Final = 3
WAYS: Final = (*DIALECTS, *MANNERS)


@functools.cache
def enough() -> Sequence[Planned]:
    """All cases on a few conversations each, and on all payloads: HTTP looks no different in the others."""
    planned = plan(load(directory("suites")).cases, Claims.of(reference().claims()))
    by_case = groupby(planned, key=lambda row: row.case)
    return tuple(row for case, rows in by_case for row in islice(rows, None if case.requirement.id == "SRV-4" else FEW))


def share(name: str) -> Sequence[Planned]:
    """All cases on one conversation each, and this way's share of the others: each of them is held in some way."""
    by_case = groupby(enough(), key=lambda row: row.case)
    rows = {row: None for case, found in by_case for row in islice(found, 1)}
    return tuple(rows | dict.fromkeys(enough()[WAYS.index(name) :: len(WAYS)]))


Choice = Callable[[str], Sequence[Planned]]


def both(names: Iterable[str]) -> Iterator[ParameterSet]:
    """Each way on its share, and, for `make thorough`, on all that is enough."""
    for name in names:
        yield pytest.param(name, share, id=name)
        yield pytest.param(name, lambda _: enough(), id=f"{name}, all", marks=pytest.mark.thorough)


def findings(rows: Sequence[Planned], **hosting: Any) -> list[tuple[str, str, str]]:
    """Whatever but a pass came of these rows, held over HTTP with the conforming MPP, and what strayed."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[HttpConnector]:
        async with hosted_wallet(ConformingMpp, settle=0.1, **hosting) as (_, connector):
            yield connector

    conversations = ConcurrentConversations(opened, parallel=PARALLEL)
    try:
        conversations.prepare(row.scenario for row in rows)
        judged = [(row, oracle.judge(row.case.judge, conversations.trace(row.scenario))) for row in rows]
        strays = [("stray", stray.conversation, repr(stray.message)) for stray in conversations.strays]
    finally:
        conversations.close()
    against = [(row, found) for row, found in judged if found.verdict is not Verdict.PASS]
    return strays + [(row.case.name, row.scenario.label, found.verdict.word) for row, found in against]


def carried_by(transport: DialectTransport) -> httpx.AsyncClient:
    """A client of the hosted MPP."""
    return httpx.AsyncClient(transport=transport, trust_env=False)


@pytest.mark.parametrize(("name", "chosen"), [*both(DIALECTS)])
def test_no_dialect_is_held_against_an_mpp(name: str, chosen: Choice) -> None:
    """Every case passes; and each request was written in the dialect."""
    dialect = DIALECTS[name]
    transport = DialectTransport(dialect, own_keys()[1])

    assert findings(chosen(name), http=carried_by(transport)) == []

    written, calls = transport.written, transport.gateway_calls
    assert [request for request in written if not all(mark in request for mark in dialect.shows)] == []
    assert [call for call in calls if not all(mark in call for mark in dialect.gateway_shows)] == []
    assert len(written) > len(calls) > 0
    assert (transport.lost > 0) == dialect.loses
    assert (transport.pieces > 10 * len(written)) == bool(dialect.piece)


@pytest.mark.parametrize(("name", "chosen"), [*both(MANNERS)])
def test_no_manner_of_an_adaptor_is_held_against_an_mpp(name: str, chosen: Choice) -> None:
    """Any 2xx will do for an answer of the adaptor, and it may come when nothing is left to do."""
    assert findings(chosen(name), manner=MANNERS[name]) == []


def test_an_mpp_that_cannot_sign_is_found() -> None:
    """The control: a body that is written anew after it was signed fails what asks for a signature, over this way."""
    transport = DialectTransport(Dialect(covered=lambda body: body + b"\n"), own_keys()[1])
    rows = [row for row in enough() if row.case.name == "test_requests_are_signed"]
    expected = {(row.case.name, row.scenario.label, "fail") for row in rows}

    assert expected == set(findings(rows, http=carried_by(transport)))
    assert expected
