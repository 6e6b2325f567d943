"""The simulated Alipay+ on HTTP: signatures, refusals, bounds, and nothing lost."""

import asyncio
import base64
import json
import time
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

import httpx
import pytest

from mpp_conformance.peers.router import Delivery, Router
from mpp_conformance.peers.world import World
from mpp_conformance.protocol import signature
from mpp_conformance.protocol.messages import (
    Malformed,
    Message,
    NotifyPayment,
    NotifyPaymentAnswer,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios.cells import sdk
from mpp_conformance.scenarios.scenario import ORDER
from mpp_conformance.transport.servers.application import application
from mpp_conformance.transport.servers.gateway import gateway_routes
from mpp_conformance.transport.servers.gateway_client import UntrustworthyAnswerError
from mpp_conformance.transport.servers.listener import serve_app
from mpp_conformance.transport.servers.message_layer import Notes
from mpp_conformance.wallet import reference
from tests.hosting import CLIENT_ID, HOST, answering, front, gateway_client, message_layer, own_keys, posted, said

PATH: Final = "/aps/api/v1/payments/userInitiatedPay"
TIME: Final = "20260101120000+0800"


def body_for(code: str) -> bytes:
    """A request's body, written as no JSON library of ours would."""
    return json.dumps({"customerId": "customer-1", "codeValue": code}, indent=1).encode()


def signed(body: bytes, target: str = PATH, **changes: str) -> dict[str, str]:
    """The headers of a request that is signed well; ``changes`` replaces some, or drops those that are empty."""
    made = signature.sign(own_keys()[1], signature.content("POST", target, CLIENT_ID, TIME, body))
    headers = {"Client-Id": CLIENT_ID, "Request-Time": TIME, "Signature": made, **changes}
    return {name: value for name, value in headers.items() if value}


def verified(answer: httpx.Response, target: str = PATH) -> str:
    """What verification of an answer comes to."""
    headers = answer.headers
    content = signature.content("POST", target, headers["client-id"], headers["response-time"], answer.content)
    return signature.verify(own_keys()[0].public_key(), headers["signature"], content).outcome


def result_of(answer: httpx.Response) -> tuple[int, str, str]:
    """Status of HTTP, result status and result code."""
    result = answer.json()["result"]
    return answer.status_code, result["resultStatus"], result["resultCode"]


def test_both_sides_sign_and_verify() -> None:
    """A signed call is answered with the order, signed, and what verification saw stands beside the message."""

    async def call() -> None:
        async with front() as at, gateway_client(at.url) as client:
            asked = UserInitiatedPay(code_value=at.code, customer_id="customer-1")
            answer = await client.call(asked)
            assert isinstance(answer, UserInitiatedPayAnswer)
            assert (answer.result_status, answer.action_type) == ("S", "HANDLE_BY_PSP")
            assert answer.order is not None
            paid = NotifyPayment(
                payment_request_id=answer.order.payment_request_id,
                result_status="S",
                result_code="SUCCESS",
                result_message="success",
            )
            taken = NotifyPaymentAnswer(result_status="S", result_code="SUCCESS", result_message="success")
            assert taken == await client.call(paid)
            assert [asked, paid] == [event.message for event in at.heard]
            notes = dict(at.heard[0].notes)
            assert (notes["signature"], notes["encoding"]) == ("valid", "percent-encoded base64")

    asyncio.run(call())


@pytest.mark.parametrize("outcome", ["missing", "unreadable", "invalid", "foreign"])
def test_bad_signature_is_an_answer(outcome: str) -> None:
    """A request whose signature does not verify is answered like any other: status 200, F and INVALID_SIGNATURE."""

    async def call() -> None:
        async with front() as at, gateway_client(at.url) as client:
            asked = UserInitiatedPay(code_value=at.code, customer_id="customer-1", signature=outcome)
            answer = await client.call(asked)
            assert (answer.result_status, answer.result_code) == ("F", "INVALID_SIGNATURE")
            assert [asked] == [event.message for event in at.heard]
            assert dict(at.heard[0].notes)["signature-detail"]

    asyncio.run(call())


def _signature_bytes(body: bytes) -> bytes:
    return signature.Header.parse(signed(body)["Signature"]).signature


@pytest.mark.parametrize(
    ("encoding", "write"),
    [
        ("percent-encoded base64", lambda raw: quote(base64.b64encode(raw), safe="")),
        ("percent-encoded base64 unpadded", lambda raw: quote(base64.b64encode(raw).rstrip(b"="), safe="")),
        ("percent-encoded base64url", lambda raw: quote(base64.urlsafe_b64encode(raw), safe="")),
        ("base64", lambda raw: base64.b64encode(raw).decode()),
        ("base64url", lambda raw: base64.urlsafe_b64encode(raw).decode()),
        ("base64url unpadded", lambda raw: base64.urlsafe_b64encode(raw).decode().rstrip("=")),
    ],
)
def test_every_encoding_is_read_and_noted(encoding: str, write: Callable[[bytes], str]) -> None:
    """A signature is read however it is written, its parts in any order, and the evidence says how it came."""

    async def call() -> None:
        async with front() as at:
            # A text without the characters in which the encodings differ would say nothing.
            body = next(
                body
                for blanks in range(1_000)
                for body in [body_for(at.code) + b" " * blanks]
                if {"-", "_"} <= set(base64.urlsafe_b64encode(_signature_bytes(body)).decode())
            )
            header = f"signature={write(_signature_bytes(body))}, keyVersion=3, algorithm=RSA256"
            answer = await posted(at.url + PATH, body, signed(body, Signature=header))
            assert result_of(answer) == (HTTPStatus.OK, "S", "SUCCESS")
            assert encoding == dict(at.heard[0].notes)["encoding"]

    asyncio.run(call())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"Client-Id": ""}, "no Client-Id"),
        ({"Client-Id": "SANDBOX_ANOTHER"}, f"expected is {CLIENT_ID}"),
        ({"Request-Time": ""}, "no Request-Time"),
        ({"Request-Time": "20260101120001+0800"}, "does not fit"),
    ],
)
def test_what_is_signed_must_be_there(changes: dict[str, str], words: str) -> None:
    """Without the Client-Id of the wallet file and the time that was signed no signature is valid."""

    async def call() -> None:
        async with front() as at:
            body = body_for(at.code)
            answer = await posted(at.url + PATH, body, signed(body, **changes))
            assert result_of(answer) == (HTTPStatus.OK, "F", "INVALID_SIGNATURE")
            assert verified(answer) == "valid"
            assert words in dict(at.heard[0].notes)["signature-detail"]

    asyncio.run(call())


@pytest.mark.parametrize("target", [PATH, f"http://open-sea-global.alipayplus.com{PATH}", f"{PATH}?trace=1&x=%20"])
def test_targets_count_from_their_path(target: str) -> None:
    """An absolute target counts from its path on, a query is signed with it; answers have lower-case headers."""

    async def call() -> None:
        async with front() as at:
            body = body_for(at.code)
            path = target[target.index(PATH) :]
            lines = [f"POST {target} HTTP/1.1", "Host: open-sea-global.alipayplus.com", "Connection: close"]
            lines += [f"{name.upper()}: {value}" for name, value in signed(body, path).items()]
            lines += [f"content-length: {len(body)}", "", ""]
            head, _, content = (await said(at.url, "\r\n".join(lines).encode() + body)).partition(b"\r\n\r\n")
            status, *headers = head.decode().split("\r\n")
            names = [line.partition(":")[0] for line in headers]
            assert ("HTTP/1.1 200 OK", [name.lower() for name in names]) == (status, names)
            assert {"signature", "client-id", "response-time", "content-type"} <= set(names)
            answer = httpx.Response(200, headers=dict(line.split(": ", 1) for line in headers), content=content)
            assert (result_of(answer), verified(answer, path)) == ((200, "S", "SUCCESS"), "valid")

    asyncio.run(call())


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"\xff\xfe", b'{"codeValue":7}', b"[" * 100_000, b'{"codeValue":"' + b"x" * 2_000_000 + b'"}'],
)
def test_unreadable_request_is_refused_and_kept(body: bytes) -> None:
    """A body that breaks openapi/ is answered with PARAM_ILLEGAL, signed, and is not lost."""

    async def call() -> None:
        async with front() as at:
            answer = await posted(at.url + PATH, body, signed(body))
            assert result_of(answer) == (HTTPStatus.OK, "F", "PARAM_ILLEGAL")
            assert verified(answer) == "valid"
            assert [Malformed] == [type(stray.message) for stray in at.router.strays]

    asyncio.run(call())


def test_call_that_fits_nothing_strays() -> None:
    """A code that nobody gave, an operation that there is not: refused, and kept as strays."""

    async def call() -> None:
        async with front() as at, gateway_client(at.url) as client:
            unknown = await client.call(UserInitiatedPay(code_value="unknown", customer_id="c"))
            missing = await posted(f"{at.url}/aps/api/v1/payments/pay%1b[31m", b"{}")
            assert (unknown.result_code, missing.status_code) == ("INVALID_CODE", HTTPStatus.NOT_FOUND)
            assert {"problem"} == set(missing.json())
            first, second = (stray.message for stray in at.router.strays)
            assert isinstance(first, UserInitiatedPay)
            assert isinstance(second, Malformed)
            assert second.operation.isprintable()

    asyncio.run(call())


def test_other_methods_are_refused_in_json() -> None:
    """Whoever GETs what is to be POSTed reads so in JSON, with the method to use."""

    async def call() -> None:
        async with front() as at, httpx.AsyncClient(trust_env=False) as http:
            for url in (at.url + PATH, f"{at.observer}/launch"):
                answer = await http.get(url)
                assert (answer.status_code, answer.headers["allow"]) == (HTTPStatus.METHOD_NOT_ALLOWED, "POST")
                assert {"problem"} == set(answer.json())

    asyncio.run(call())


def test_a_call_by_another_method_is_heard_and_refused() -> None:
    """Whoever PUTs what is to be POSTed is told so by Alipay+, and the conversation has it as a call that is wrong."""

    async def call() -> None:
        async with front() as at, httpx.AsyncClient(trust_env=False) as http:
            answer = await http.put(at.url + PATH, content=body_for("NOBODY'S"), headers=signed(body_for("NOBODY'S")))
            (stray,) = (stray.message for stray in at.router.strays)
            assert isinstance(stray, Malformed)
            assert (stray.operation, stray.reference) == ("UserInitiatedPay", "NOBODY'S")
            assert (answer.status_code, answer.headers["allow"]) == (HTTPStatus.METHOD_NOT_ALLOWED, "POST")
            assert answer.json()["result"]["resultStatus"] == "F"

    asyncio.run(call())


@pytest.mark.parametrize("other", ["key", "client", "status", "body"])
def test_answer_that_does_not_verify_is_not_believed(other: str) -> None:
    """An answer by another key, for another Client-Id, with another status or body is no answer at all."""
    alipay_plus, mpp = own_keys()
    content = b'{"result":{"resultStatus":"F","resultCode":"INVALID_CODE","resultMessage":"no"}}'
    client_id = "SANDBOX_ANOTHER" if other == "client" else CLIENT_ID
    key = mpp if other == "key" else alipay_plus
    header = signature.sign(key, signature.content("POST", PATH, client_id, TIME, content))
    shown = content.replace(b'"F"', b'"S"') if other == "body" else content
    lines = [f"HTTP/1.1 {500 if other == 'status' else 200} OK", f"client-id: {client_id}", f"response-time: {TIME}"]
    lines += [f"signature: {header}", f"content-length: {len(shown)}", "", ""]

    async def call() -> None:
        async with answering("\r\n".join(lines).encode() + shown) as url, gateway_client(url) as client:
            await client.call(UserInitiatedPay(code_value="c", customer_id="c"))

    with pytest.raises(UntrustworthyAnswerError):
        asyncio.run(call())


def test_fault_of_ours_is_no_answer() -> None:
    """Where the peers have nothing sound to say, the caller hears 500 and the suite hears of its fault."""
    heard: list[Exception] = []

    async def call() -> httpx.Response:
        profile = reference().profile
        router, world = Router(profile.templates), World(sdk(ORDER, "S"), "fault", profile, time.monotonic)
        router.open(world)

        def deliver(message: Message, token: str, notes: Notes) -> Delivery:
            return replace(router.deliver(message, token=token, notes=notes), reply=None)

        routes = gateway_routes(message_layer(), deliver, lambda: "")
        async with serve_app(application(routes, failed=heard.append), HOST, 0) as url:
            body = body_for(world.codes[0].scanned)
            return await posted(url + PATH, body, signed(body))

    assert asyncio.run(call()).status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert [str(problem) for problem in heard] == ["Alipay+ has no answer to UserInitiatedPay"]
