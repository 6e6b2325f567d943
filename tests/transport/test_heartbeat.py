"""The suite knows when it is late itself, and blames nobody for what that can do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from mpp_conformance.evidence import document, encode, read
from mpp_conformance.judging.oracle import expect, judge
from mpp_conformance.judging.trace import Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.protocol.messages import Scan, UserInitiatedPay
from mpp_conformance.scenarios.cells import psp
from mpp_conformance.scenarios.scenario import ORDER
from mpp_conformance.transport.connectors.heartbeat import BEAT, LATE, Heartbeat
from mpp_conformance.transport.connectors.http import HttpConnector
from tests.hosting import answering, wallet_at


def test_a_beat_that_comes_late_is_told() -> None:
    """By how much it does, and nothing where it comes early; what is lost is nobody's time."""

    async def hear() -> tuple[list[float], float, float]:
        heard: list[float] = []
        three, times = asyncio.Event(), iter([0.0, BEAT + 0.4, 1.0, 1.0 + BEAT, 2.0, 2.0, 3.0, 4.0])

        def beat(seconds: float) -> None:
            heard.append(round(seconds, 6))
            if len(heard) == 3:
                three.set()

        heartbeat = Heartbeat(beat, clock=lambda: next(times))
        async with heartbeat.beat():
            await three.wait()
        return heard, round(heartbeat.worst, 6), round(heartbeat.now, 6)

    assert asyncio.run(hear()) == ([0.4, 0.0, 0.0], 0.4, 3.6)


def test_a_wait_ends_with_its_event() -> None:
    """At once where it was set before; it can be waited for again then."""

    async def wait() -> tuple[bool, bool, bool]:
        heartbeat, event = Heartbeat(), asyncio.Event()
        event.set()
        first = await heartbeat.woken(event, 60)
        waiting = asyncio.create_task(heartbeat.woken(event, 60))
        await asyncio.sleep(0)
        event.set()
        return first, await waiting, event.is_set()

    assert asyncio.run(wait()) == (True, True, False)


def test_time_in_which_the_suite_was_late_is_not_waited() -> None:
    """A wait goes on until its seconds have passed on a clock that stands still while we are late."""

    async def waited(*lags: float) -> float:
        now = 0.0
        heartbeat = Heartbeat(clock=lambda: now)
        waiting = asyncio.create_task(heartbeat.woken(asyncio.Event(), 0.01))
        for lag in lags:
            await asyncio.sleep(0)
            now += lag
            heartbeat.late_by(lag)
        while not waiting.done():
            now += 0.001
            await asyncio.sleep(0.001)
        assert waiting.result() is False
        return round(now - sum(lags), 3)

    assert asyncio.run(waited(2.0, 3.0)) >= 0.01
    assert asyncio.run(waited()) >= 0.01


def _never_called(trace: Trace) -> None:
    """Alipay+ is called with userInitiatedPay."""
    expect(trace).reached(Scan).one(UserInitiatedPay)


def _held(monkeypatch: pytest.MonkeyPatch, *lags: float) -> Trace:
    """A conversation with a wallet that takes a scan and does nothing, while the suite is late by so much."""

    @asynccontextmanager
    async def beating(_: Heartbeat) -> AsyncIterator[None]:
        yield

    async def hold() -> Trace:
        async with answering(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n") as adaptor:
            wallet = wallet_at(adaptor, patience=0.3)
            async with HttpConnector(wallet, wallet.profile, run="late") as connector:
                held = asyncio.create_task(connector.converse(psp(ORDER)))
                await asyncio.sleep(0)
                for seconds in lags:
                    connector._heartbeat.late_by(seconds)
                trace = await held
                assert connector.lag == max(lags, default=0)
                return trace

    monkeypatch.setattr(Heartbeat, "beat", beating)
    return asyncio.run(hold())


def test_what_is_missing_while_the_suite_was_late_accuses_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not proven, and the hint says by how much; evidence keeps that, so that judging again comes to the same."""
    trace = _held(monkeypatch, 0.1, LATE + 0.5, 0.2)
    found = judge(_never_called, trace)
    assert (found.verdict, "the suite was late by 1.00 s" in found.hint) == (Verdict.INCONCLUSIVE, True)
    assert judge(_never_called, read(encode(document(trace)))) == found


@pytest.mark.parametrize("lags", [(), (LATE,)])
def test_a_suite_that_is_on_time_accuses(monkeypatch: pytest.MonkeyPatch, lags: tuple[float, ...]) -> None:
    """Up to the bound, the wallet has had all the time that there is."""
    trace = _held(monkeypatch, *lags)
    assert (judge(_never_called, trace).verdict, trace.lagged) == (Verdict.FAIL, "")
