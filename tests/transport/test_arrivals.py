"""Whoever is speaking is not silent: a request that is on its way is waited for, within bounds."""

import asyncio
from contextlib import closing
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx
import pytest

from mpp_conformance.judging.trace import ENDED
from mpp_conformance.protocol.messages import ResultPage
from mpp_conformance.scenarios.cells import psp
from mpp_conformance.scenarios.scenario import ORDER
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.transport.servers.arrivals import Arrivals
from mpp_conformance.transport.servers.http_client import http_client
from tests.hosting import hosted_wallet


@dataclass(slots=True)
class HaltingTransport(httpx.AsyncBaseTransport):
    """Says the first half of one kind of report, and the rest when it is told to go on."""

    http: httpx.AsyncClient
    halting: str
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry out one call."""
        body = await request.aread()
        if not request.url.path.endswith(self.halting):
            return await self.http.post(request.url, content=body, headers=request.headers)
        head = (
            f"POST {request.url.path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        said = head.encode() + body
        reader, writer = await asyncio.open_connection(request.url.host, urlsplit(str(request.url)).port)
        with closing(writer):
            writer.write(said[: len(head) + 1])
            await self.go_on.wait()
            writer.write(said[len(head) + 1 :])
            await reader.read()
        return httpx.Response(204)


def test_a_report_that_takes_longer_than_anybody_waits_is_heard() -> None:
    """The wait has run out when the rest of the report comes; it is in the conversation, which ends as ever."""

    async def converse() -> tuple[str, list[ResultPage]]:
        async with http_client(timeout=5, keep=True) as http:
            transport = HaltingTransport(http, "/result-page")
            slow = httpx.AsyncClient(transport=transport)
            async with hosted_wallet(ConformingMpp, http=slow, patience=0.3) as (_, connector):
                over = connector._arrivals.over

                async def waited_out(seconds: float) -> None:
                    transport.go_on.set()
                    await over(seconds)

                connector._arrivals.over = waited_out  # type: ignore[method-assign]  # to know when the wait has run out
                trace = await connector.converse(psp(ORDER))
                return trace.ending, [e.message for e in trace.events if isinstance(e.message, ResultPage)]

    assert asyncio.run(converse()) == (ENDED, [ResultPage(status="S")])


def test_what_is_on_its_way_is_waited_for() -> None:
    """Until it has come; nothing is waited for where nothing comes."""

    async def order() -> list[str]:
        arrivals, told = Arrivals(), list[str]()
        await arrivals.over(60)
        told.append("nothing was on its way")
        arrivals.begin("a")
        arrivals.begin("a")
        waiting = asyncio.create_task(arrivals.over(60))
        waiting.add_done_callback(lambda _: told.append("waited for"))
        await asyncio.sleep(0)
        told.append("come")
        arrivals.come("a")
        arrivals.come("a")
        await waiting
        await arrivals.over(60)
        return told

    assert asyncio.run(order()) == ["nothing was on its way", "come", "waited for"]


@pytest.mark.parametrize("seconds", [0.0, 0.01])
def test_what_never_comes_is_waited_for_no_longer_than_said(seconds: float) -> None:
    """A request that is begun and never ended keeps nobody; it counts from its first byte."""

    async def kept() -> set[object]:
        arrivals = Arrivals()
        arrivals.begin("a")
        await arrivals.over(seconds)
        return set(arrivals._begun)

    assert asyncio.run(kept()) == {"a"}
