"""A wallet that hangs up, whenever it does so, ends no conversation but its own, and is no fault of ours."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from mpp_conformance import wire
from mpp_conformance.common.resources import directory
from mpp_conformance.judging.trace import ENDED, HUNG_UP, Trace
from mpp_conformance.ledger.catalogue import Claims, load
from mpp_conformance.ledger.requirements import Case
from mpp_conformance.peers.alipay_plus import AlipayPlus, payment_request_id
from mpp_conformance.peers.router import Router
from mpp_conformance.peers.world import World
from mpp_conformance.protocol.faults import FAULTS
from mpp_conformance.protocol.faults.profile import Fault
from mpp_conformance.protocol.messages import CashierPage, IdentifyCode, NotifyPayment, UserInitiatedPay
from mpp_conformance.scenarios.answers import packaged_corpus
from mpp_conformance.scenarios.call_cells import BEING_PAID
from mpp_conformance.scenarios.cells import psp, sdk
from mpp_conformance.scenarios.scenario import ENTRY, ORDER, Payment, Scenario, one
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.transport.scheduler import new_event_loop
from mpp_conformance.transport.servers.application import application
from mpp_conformance.transport.servers.connection import TRANSPORT
from mpp_conformance.transport.servers.faulty_delivery import Misdelivery
from mpp_conformance.transport.servers.listener import serve_app
from mpp_conformance.transport.servers.specimen_wallet import SpecimenWallet
from mpp_conformance.wallet import reference
from tests.hosting import HOST, hosted, hosted_wallet, said

_ASKED: Final = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"
_BY_DELIVERY: Final = {fault.delivery: fault for fault in FAULTS.values()}


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, new_event_loop], ids=["asyncio", "fastest"])
@pytest.mark.parametrize("fault", _BY_DELIVERY.values(), ids=_BY_DELIVERY)
def test_nobody_is_written_to_who_is_gone(fault: Fault, loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    """Each way to deliver an answer meets a connection of which the end has come, and has not been told yet."""
    problems: list[object] = []

    async def take(asked: Request) -> Response:
        transport = asked.scope[TRANSPORT]
        transport.abort()
        while await asked.receive() != {"type": "http.disconnect"}:
            pass
        answer = Misdelivery(b"HTTP/1.1 200 OK\r\n\r\n{}", fault, hold=0.01, gone=lambda _: None)
        await answer._deliver(transport, asyncio.get_running_loop().create_future())
        return Response()

    async def call() -> bytes:
        app = application([Route("/", take, methods=["POST"])], failed=problems.append)
        async with serve_app(app, HOST, 0) as url:
            return await said(url, _ASKED)

    with asyncio.Runner(loop_factory=loop) as runner:
        assert runner.run(call()) == b""
    assert problems == []


def test_a_fault_of_ours_ends_the_conversation_that_it_arose_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the peers or their answer fail at a message: the others that are open come to their end."""
    sound, broken = AlipayPlus.decode, psp(ENTRY)

    def decode(self: AlipayPlus, index: int, request: UserInitiatedPay) -> object:
        if self.scenario == broken:
            raise ZeroDivisionError
        return sound(self, index, request)

    monkeypatch.setattr(AlipayPlus, "decode", decode)

    async def converse() -> list[Trace | BaseException]:
        async with hosted(ConformingMpp) as connector:
            held = (connector.converse(scenario) for scenario in (psp(ORDER), broken, sdk(ORDER, "S")))
            return await asyncio.gather(*held, return_exceptions=True)

    first, hurt, last = asyncio.run(converse())
    assert "ZeroDivisionError" in str(hurt)
    assert [trace.ending for trace in (first, last) if isinstance(trace, Trace)] == [ENDED, ENDED]


@pytest.mark.parametrize("asked_before", [False, True])
def test_a_late_call_is_answered_whatever_its_answer_was_to_be(asked_before: bool) -> None:  # noqa: FBT001  # a case
    """Each answer that a scenario gives to break the interface: who comes too late is given a sound one instead."""
    profile, given = reference().profile, next(fault.name for fault in FAULTS.values() if fault.given)
    for illegal in packaged_corpus().illegal:
        scenario = one("late", Payment(code=ORDER, answer=illegal.answer, fault=given))
        router, world = Router(profile.templates), World(scenario, "late", profile, lambda: 0.0)
        call = UserInitiatedPay(code_value=world.codes[0].decoded, customer_id="customer-1")
        router.open(world)
        if asked_before:
            router.deliver(call)
        router.close(world)
        reply = router.deliver(call).reply
        assert reply is not None
        assert wire.encode(reply)


def _all(cases: Iterable[Case], claims: Claims) -> Iterator[Scenario]:
    return (scenario for case in cases for scenario in case.scenarios(claims.edition, claims.reading))


@pytest.mark.parametrize("asked", [0, 1, 2])
def test_a_call_that_comes_too_late_for_any_conversation_is_answered(asked: int) -> None:
    """Whatever it asks, whatever was scripted there, and however often it was asked before the end."""
    wallet, suites = reference(), load(directory("suites"))
    claims, profile = Claims.of(wallet.claims()), wallet.profile
    for scenario in set(_all(suites.cases, claims)):
        router, world = Router(profile.templates), World(scenario, "late", profile, lambda: 0.0)
        codes = world.codes[0]
        pay = UserInitiatedPay(code_value=codes.decoded, customer_id="customer-1")
        order = payment_request_id(codes)
        told = NotifyPayment(payment_request_id=order, result_status="S", result_code="SUCCESS", result_message="")
        router.open(world)
        world.begin()
        for _ in range(asked):
            router.deliver(pay)
        router.close(world)
        for call in (pay, replace(pay, customer_id="a stranger"), IdentifyCode(code_value=codes.scanned), told):
            reply = router.deliver(call).reply
            assert reply is not None
            assert wire.encode(reply, gateway_url="http://alipay-plus.test")


class HangsUp(httpx.AsyncHTTPTransport):
    """Breaks the report of a cashier page off once Alipay+ asks the MPP server, which holds its answer back."""

    def __init__(self) -> None:
        super().__init__(trust_env=False)
        self.asked, self.gone = asyncio.Event(), asyncio.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry out one call."""
        if not request.url.path.endswith("/cashier-page"):
            return await super().handle_async_request(request)
        reporting = asyncio.create_task(super().handle_async_request(request))
        await self.asked.wait()
        reporting.cancel()
        await asyncio.wait({reporting})
        self.gone.set()
        raise httpx.ReadTimeout("it takes too long", request=request)


def test_a_report_that_is_not_waited_for_is_noted() -> None:
    """What the adaptor then breaks off is not the MPP's."""

    async def hold() -> Trace:
        reports = HangsUp()

        def answering_afterwards(_: SpecimenWallet, app: ASGIApp) -> ASGIApp:
            async def answer(scope: Scope, receive: Receive, send: Send) -> None:
                if scope.get("path", "").endswith("/inquiryPayment"):
                    reports.asked.set()
                    await reports.gone.wait()
                await app(scope, receive, send)

            return answer

        async with (
            httpx.AsyncClient(transport=reports, timeout=10) as http,
            hosted_wallet(ConformingMpp, http=http, manner=answering_afterwards) as (_, connector),
        ):
            return await connector.converse(BEING_PAID)

    trace = asyncio.run(hold())
    assert [HUNG_UP in event.notes for event in trace.events if isinstance(event.message, CashierPage)] == [True]
    assert trace.ending == ENDED
