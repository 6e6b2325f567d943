"""The device address: a call is fetched once however often connections break; who speaks out of turn is told so."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import httpx
import pytest

from mpp_conformance.judging.trace import BROKEN, ENDED
from mpp_conformance.protocol.messages import HandleAction, Scan
from mpp_conformance.scenarios.cells import sdk
from mpp_conformance.scenarios.scenario import ORDER
from mpp_conformance.transport.connectors.http import HttpConnector
from mpp_conformance.transport.connectors.pulling_adaptor import PullingAdaptor
from mpp_conformance.transport.servers.application import application
from mpp_conformance.transport.servers.device import Device, NotFetchedError, device_routes
from mpp_conformance.transport.servers.listener import serve_app
from mpp_conformance.transport.servers.merchant_page import STAND_IN
from tests.hosting import HOST, front, wallet_at

ADDRESS: Final = "5e884898da28047151d0e56f8dc62927"
ORDER_SDK: Final = sdk(ORDER, "S")


@dataclass
class TestBuild:
    """A client of a device address; ``client`` is the name that it was given."""

    __test__ = False

    address: str
    http: httpx.AsyncClient
    client: str = ""

    async def say(self, what: str, **body: object) -> httpx.Response:
        """The answer to something that the test build says."""
        return await self.http.post(f"{self.address}/{what}", json=body)

    async def hello(self) -> None:
        """Take the address over."""
        self.client = (await self.say("hello", wallet="w", version="1")).json()["client"]

    async def fetch(self, after: int = 0, pending: Sequence[str] = ()) -> list[dict[str, Any]]:
        """The calls behind the one numbered ``after``."""
        answer = await self.say("calls", client=self.client, after=after, pending=list(pending))
        assert answer.status_code == HTTPStatus.OK, answer.text
        found: list[dict[str, Any]] = answer.json()["calls"]
        return found

    async def answer(self, number: int, **more: str) -> int:
        """The status with which an answer is met."""
        return (await self.say("answers", client=self.client, number=number, **more)).status_code


@asynccontextmanager
async def served(poll: float = 10.0) -> AsyncIterator[tuple[Device, Callable[[], TestBuild]]]:
    """A device address, and what makes test builds for it."""
    device = Device(ADDRESS, first=10.0, poll=poll)
    async with (
        serve_app(application(device_routes(device)), HOST, 0) as url,
        httpx.AsyncClient(trust_env=False, timeout=10) as http,
    ):
        yield device, lambda: TestBuild(f"{url}/d/{ADDRESS}", http)


def calling(device: Device, body: bytes = b"{}") -> "asyncio.Task[str | None]":
    """A call that is put down for a test build."""
    return asyncio.create_task(device.call("scan", body, 10.0, lambda: None))


def held(test: Callable[[], Coroutine[None, None, None]]) -> None:
    """Hold it in an event loop, for ten seconds at most."""

    async def bounded() -> None:
        async with asyncio.timeout(10):
            await test()

    asyncio.run(bounded())


def test_a_call_is_handed_out_until_it_is_said_to_be_there() -> None:
    """An answer that got lost comes again; with ``after`` it does not, nor once the call was answered."""

    async def test() -> None:
        async with served(poll=0.01) as (device, build):
            client = build()
            await client.hello()
            call = calling(device, b'{"codeValue":"\\ud800\xe2\x80\xa8"}')
            twice = [await client.fetch(), await client.fetch()]
            assert twice == [[{"number": 1, "operation": "scan", "body": {"codeValue": "\ud800\u2028"}}]] * 2
            assert await client.fetch(after=1) == []
            assert await client.answer(1) == HTTPStatus.NO_CONTENT
            assert (await call, await client.fetch()) == (None, [])

    held(test)


def test_a_question_is_held_until_there_is_a_call() -> None:
    """Nobody has to ask again and again: the answer comes when there is one."""

    async def test() -> None:
        async with served() as (device, build):
            client = build()
            await client.hello()
            question = asyncio.create_task(client.fetch())
            call = calling(device)
            assert [row["number"] for row in await question] == [1]
            call.cancel()

    held(test)


def test_a_later_question_ends_the_one_before() -> None:
    """A connection that broke leaves nothing behind that could take a call away."""

    async def test() -> None:
        async with served() as (device, build):
            client = build()
            await client.hello()
            first = asyncio.create_task(client.fetch())
            await device._until(lambda: device._polls == 1, 5)
            second = asyncio.create_task(client.fetch())
            assert await first == []
            call = calling(device)
            assert [row["number"] for row in await second] == [1]
            call.cancel()

    held(test)


def test_a_repeated_answer_is_one_and_another_one_is_refused() -> None:
    """Why a call was not carried out reaches the suite; whoever changes its mind is told so."""

    async def test() -> None:
        async with served(poll=0.01) as (device, build):
            client = build()
            await client.hello()
            call = calling(device)
            await client.fetch()
            statuses = [await client.answer(1, problem="no such customer") for _ in range(2)]
            assert statuses == [HTTPStatus.NO_CONTENT] * 2
            assert await client.answer(1) == HTTPStatus.CONFLICT
            assert await call == "no such customer"

    held(test)


def test_who_speaks_out_of_turn_is_refused() -> None:
    """A wrong address, a name that nobody has, a call that was never handed out: each has its status and its words."""

    async def test() -> None:
        async with served(poll=0.01) as (device, build):
            client = build()
            stranger = await client.say("calls", client="nobody", after=0, pending=[])
            await client.hello()
            call = calling(device)
            early = await client.say("answers", client=client.client, number=1)
            ahead = await client.say("calls", client=client.client, after=7, pending=[])
            liar = TestBuild(client.address.replace(ADDRESS, "guessed"), client.http)
            elsewhere = await liar.say("hello", wallet="w", version="1")
            refused = [stranger, early, ahead, elsewhere]
            expected = [HTTPStatus.CONFLICT] * 3 + [HTTPStatus.NOT_FOUND]
            assert expected == [answer.status_code for answer in refused]
            assert all(answer.json()["problem"] for answer in refused)
            assert [row["number"] for row in await client.fetch()] == [1]
            call.cancel()

    held(test)


def test_who_was_replaced_is_told_and_its_open_calls_are_nobodys() -> None:
    """Of two test builds at one address the later has it; a call that the earlier took is not carried out twice."""

    async def test() -> None:
        async with served(poll=0.01) as (device, build):
            first, second = build(), build()
            await first.hello()
            call = calling(device)
            await first.fetch()
            await second.hello()
            assert "taken this device address over" in (await call or "")
            assert await second.fetch() == []
            assert await first.answer(1) == HTTPStatus.GONE
            assert (await first.say("calls", client=first.client, after=1, pending=[])).status_code == HTTPStatus.GONE

    held(test)


@pytest.mark.parametrize(("pending", "settled"), [([], True), (["theirs"], True), (["theirs", "ours"], False)])
def test_a_test_build_is_settled_when_it_says_so_anew(pending: list[str], *, settled: bool) -> None:
    """A question that was asked before proves nothing; reports that are on their way are waited for."""

    async def test() -> None:
        async with served() as (device, build):
            client = build()
            await client.hello()
            before = asyncio.create_task(client.fetch())
            await device._until(lambda: device._polls == 1, 5)
            asked = asyncio.create_task(device.settled(["ours"], 0.5))
            await before
            after = asyncio.create_task(client.fetch(pending=pending))
            assert await asked is settled
            after.cancel()

    held(test)


def test_a_conversation_with_nobody_accuses_nobody() -> None:
    """Where no test build comes, or one leaves in the middle, nothing is known of the wallet."""

    async def test() -> None:
        wallet = wallet_at(device=True, error_page=True, patience=0.3)
        async with HttpConnector(wallet, wallet.profile, run="device") as connector:
            assert isinstance(connector._adaptor, PullingAdaptor)
            device = connector._adaptor.device
            device.first = 0.1
            trace = await connector.converse(ORDER_SDK)
            assert (trace.ending, "no test build has called the device address" in trace.trouble) == (BROKEN, True)
            device.hello("w", "1")
            conversation = asyncio.create_task(connector.converse(sdk(ORDER, "F")))
            ((scan,),) = json.loads(await device.fetch(device._client, 0, ())).values()
            assert scan["body"]["errorPageUrl"] == f"{connector.public_url}{STAND_IN}"
            device.answer(device._client, device._last, None)
            trace = await conversation
            assert (trace.ending, "out of reach" in trace.trouble) == (BROKEN, True)
            assert [type(event.message) for event in trace.events] == [Scan]

    held(test)


def test_it_is_said_why_nothing_was_fetched() -> None:
    """Nobody came, somebody came to another address, or who came asks no more: each is looked for elsewhere."""

    async def test() -> None:
        device = Device(ADDRESS)

        async def why() -> str:
            with pytest.raises(NotFetchedError) as problem:
                await device.call("scan", b"{}", 0.0, lambda: None)
            return str(problem.value)

        async with (
            serve_app(application(device_routes(device)), HOST, 0) as url,
            httpx.AsyncClient(trust_env=False) as http,
        ):
            assert await why() == "no test build has called the device address"
            await TestBuild(f"{url}/d/elsewhere", http).say("hello", wallet="w", version="1")
            assert "somebody calls another one" in await why()
            await TestBuild(f"{url}/d/{ADDRESS}", http).hello()
            assert await why() == "the test build has not fetched scan from the device address"

    held(test)


def test_who_asks_for_calls_is_answered_at_the_end() -> None:
    """A poll is not broken off because the suite has ended."""

    async def test() -> None:
        device = Device(ADDRESS)
        async with (
            serve_app(application(device_routes(device)), HOST, 0) as url,
            httpx.AsyncClient(trust_env=False) as http,
        ):
            build = TestBuild(f"{url}/d/{ADDRESS}", http)
            await build.hello()
            polling = asyncio.create_task(build.fetch())
            await device._until(lambda: device._polls == 1, 5)
            device.end()
            assert await polling == []

    held(test)


def test_a_report_with_an_id_is_taken_once() -> None:
    """Sent again it is answered as before; with another id, or with something else to say, it is another report."""

    async def test() -> None:
        async with front(ORDER_SDK) as at, httpx.AsyncClient(trust_env=False) as http:
            sent = [("a", b"{}"), ("a", b"{}"), ("b", b"{}"), ("a", b'{"sdkActionPayload":""}'), (None, b"{}")]
            for name, body in sent:
                headers = {"report-id": name} if name else {}
                answer = await http.post(f"{at.observer}/handle-action", content=body, headers=headers)
                assert answer.status_code == HTTPStatus.NO_CONTENT
            heard = [event.message for event in at.world.trace(ENDED).events if isinstance(event.message, HandleAction)]
            assert [HandleAction(), HandleAction(), HandleAction(sdk_action_payload=""), HandleAction()] == heard

    held(test)
