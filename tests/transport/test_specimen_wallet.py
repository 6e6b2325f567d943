"""A specimen as an HTTP wallet: its adaptor keeps openapi/, and it believes nobody without a signature."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from http import HTTPStatus

import httpx
import pytest

from mpp_conformance import wire
from mpp_conformance.judging.trace import WAITED
from mpp_conformance.protocol.messages import CashierPage, Message, Scan
from mpp_conformance.scenarios.cells import psp
from mpp_conformance.scenarios.scenario import ORDER
from mpp_conformance.specimens.conforming import ConformingMpp, Session
from mpp_conformance.transport.servers import specimen_wallet
from mpp_conformance.transport.servers.http_client import http_client
from mpp_conformance.transport.servers.listener import serve_app
from mpp_conformance.transport.servers.specimen_wallet import SpecimenWallet
from mpp_conformance.wallet import reference
from tests.hosting import HOST, NOWHERE, answering, gateway_client, hosted, hosted_wallet, posted

CODE = "https://qr.example.test/order/00000000000000000001"


@asynccontextmanager
async def adaptor(specimen: type[ConformingMpp] = ConformingMpp) -> AsyncIterator[str]:
    """The address of a specimen's adaptor; there is no Alipay+."""
    async with gateway_client(NOWHERE) as client:
        wallet = SpecimenWallet(specimen(reference().profile), client, client.http)
        async with serve_app(wallet.app, HOST, 0) as url:
            yield url
        await wallet.close()


def scan(observer: str = "http://127.0.0.1:1/o/1") -> bytes:
    """The body of a scan."""
    return wire.encode(Scan(code_value=CODE, customer_id="customer-1"), observer_url=observer)


def test_health_says_who_it_is() -> None:
    """The adaptor says the specimen's name, as openapi/ asks, and what time it is there."""

    async def call() -> httpx.Response:
        async with adaptor() as url, http_client(timeout=5) as http:
            return await http.get(f"{url}/health")

    answer = asyncio.run(call())
    assert (answer.status_code, answer.json()["wallet"]) == (HTTPStatus.OK, "conforming")
    assert wire.problems_of("mpp-adaptor", "Health", answer.json()) == []
    assert "date" in answer.headers


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("/scan", b"{}", "codeValue: expected"),
        ("/decode", b"<html>", "expected JSON"),
        ("/scan", scan("http://192.0.2.1/o/1"), "on this machine"),
        ("/scan", scan("http://suite.test/o/1"), "on this machine"),
        ("/scan", scan("http://[::ffff/o/1"), ""),
    ],
)
def test_call_that_cannot_be_carried_out_is_refused(path: str, body: bytes, words: str) -> None:
    """A call that breaks openapi/, or would have the wallet report to another machine, is answered with 400."""

    async def call() -> httpx.Response:
        async with adaptor() as url:
            return await posted(url + path, body)

    answer = asyncio.run(call())
    assert (answer.status_code, words in answer.json()["problem"]) == (HTTPStatus.BAD_REQUEST, True)


def test_too_many_sessions_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """More scans at a time than the host bears are refused, not piled up."""
    monkeypatch.setattr(specimen_wallet, "MAX_SESSIONS", 0)

    async def call() -> httpx.Response:
        async with adaptor() as url:
            return await posted(f"{url}/scan", scan())

    assert asyncio.run(call()).status_code == HTTPStatus.SERVICE_UNAVAILABLE


def test_scan_is_accepted_at_once() -> None:
    """A scan is answered before anything follows from it, even if nobody takes the reports."""

    async def call() -> httpx.Response:
        async with answering(b"", end=False) as deaf, adaptor() as url:
            return await posted(f"{url}/scan", scan(f"{deaf}/o/1"))

    assert asyncio.run(call()).status_code == HTTPStatus.ACCEPTED


def test_answer_that_does_not_verify_is_no_answer() -> None:
    """A hosted MPP that cannot verify Alipay+'s answers asks again a few times, and then tells of a failure."""

    async def hold() -> list[str]:
        async with hosted_wallet(ConformingMpp, patience=0.5) as (wallet, connector):
            # Another key than the one this Alipay+ signs with.
            another = wallet.gateway.private_key.public_key()
            wallet.gateway = replace(wallet.gateway, alipay_plus_public_key=another)
            trace = await connector.converse(psp(ORDER))
            return [trace.ending, *(event.message.name for event in trace.events)]

    asked = ["UserInitiatedPay", "UserInitiatedPayAnswer"] * 4
    assert asyncio.run(hold()) == [WAITED, "Scan", "IdentityAnswer", *asked, "ServerAnswer", "ResultPage"]


class FailsInside(ConformingMpp):
    """A specimen with a fault in its code, after it has said something."""

    def pay(self, session: Session, order: object) -> Iterator[Message]:
        """Fall over."""
        yield CashierPage()
        raise ArithmeticError(session.name, order)


def test_specimen_that_falls_over_leaves_others_alone() -> None:
    """Where a specimen's own code fails, its session ends there, and the next one is served."""

    async def hold() -> list[str]:
        async with hosted(FailsInside, patience=0.5) as connector:
            await connector.converse(psp(ORDER))
            trace = await connector.converse(psp(ORDER, "F"))
            return [event.message.name for event in trace.events][-2:]

    assert asyncio.run(hold()) == ["ServerAnswer", "ResultPage"]
