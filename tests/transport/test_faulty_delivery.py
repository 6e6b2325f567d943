"""Fault profiles over HTTP: what is meant reaches the wire, and an MPP meets what it meets without one."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx
import pytest

from mpp_conformance.judging.trace import Event, Trace
from mpp_conformance.peers.reactions import FaultyAnswer
from mpp_conformance.peers.router import Delivery
from mpp_conformance.peers.world import World
from mpp_conformance.protocol import signature
from mpp_conformance.protocol.faults import FAULTS, Fault
from mpp_conformance.protocol.messages import FaultApplied, UserInitiatedPay, UserInitiatedPayAnswer
from mpp_conformance.scenarios.answers import packaged_corpus
from mpp_conformance.scenarios.scenario import (
    ENTRY,
    FUNDED,
    ORDER,
    SECOND,
    Payment,
    Scenario,
    handle_by_psp,
    handle_by_sdk,
    one,
)
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.transport.connectors.direct import DirectConnector
from mpp_conformance.wallet import create, load, reference
from tests.hosting import CLIENT_ID, HOST, Front, front, gateway_client, hosted, own_keys, said
from tests.transport.test_gateway import PATH, body_for, signed

ANSWER: Final = UserInitiatedPayAnswer(result_status="S", result_code="SUCCESS", result_message="success")
_SDK: Final = handle_by_sdk("S", with_order=True)
_BROKEN: Final = packaged_corpus().illegal[0].answer
_OF_SDK: Final = ("payload-missing", "payload-null", "payload-empty", "payload-as-number", "action-form-twice")


def spoilt(fault: Fault, code: str = ORDER) -> Scenario:
    """A payment that meets the fault; where it needs one, another payment comes before."""
    answer = _BROKEN if fault.given else _SDK if fault.name in _OF_SDK else handle_by_psp()
    payment = Payment(code=code, answer=answer, fault=fault.name)
    if not fault.instead:
        return one(f"{fault.name} {code}", payment)
    before = SECOND if fault.name == "answer-of-another-customer" else FUNDED
    return Scenario(label=fault.name, payments=(replace(payment, fault="", customer=before), payment))


def without_a_wire(scenarios: Sequence[Scenario]) -> list[Trace]:
    """The conversations as they are held in this process."""
    profile = replace(reference().profile, app_link=True)
    return [DirectConnector(ConformingMpp(profile), profile, "transport").converse(scenario) for scenario in scenarios]


def over_http(scenarios: Sequence[Scenario]) -> list[Trace]:
    """The same over HTTP, all at once; nothing may stray."""

    async def hold() -> list[Trace]:
        async with hosted(ConformingMpp, patience=2.0) as connector:
            traces = await asyncio.gather(*map(connector.converse, scenarios))
            assert connector.strays == []
            return traces

    return asyncio.run(hold())


def test_every_fault_is_the_same_over_http() -> None:
    """Each profile, with either code: the traces are equal, and the fault was met in all of them."""
    scenarios = [spoilt(fault, code) for fault in FAULTS.values() for code in (ORDER, ENTRY)]
    traces = over_http(scenarios)
    assert without_a_wire(scenarios) == traces
    faults = {
        event.message.fault for trace in traces for event in trace.events if isinstance(event.message, FaultApplied)
    }
    assert set(FAULTS) == faults


def request(code: str) -> bytes:
    """A signed request about a code, as HTTP writes it; its connection stays open."""
    body = body_for(code)
    lines = [f"POST {PATH} HTTP/1.1", "Host: alipay-plus"]
    lines += [f"{name}: {value}" for name, value in signed(body).items()]
    return "\r\n".join([*lines, f"content-length: {len(body)}", "", ""]).encode() + body


def met(name: str, call: Callable[[Front], Awaitable[bytes]] | None = None) -> tuple[bytes, list[Event]]:
    """What comes back on the connection of one request that meets a fault, and what the record has of it."""

    async def hold() -> tuple[bytes, list[Event]]:
        async with front(spoilt(FAULTS[name]), hold=0.2) as at:
            answer = await (call(at) if call else said(at.url, request(at.code)))
            await asyncio.wait_for(at.fault_met.wait(), 5)
            return answer, [event for event in events(at) if isinstance(event.message, FaultApplied)]

    return asyncio.run(hold())


def events(at: Front) -> tuple[Event, ...]:
    """The record so far."""
    return at.world.trace("ended").events


def taken_apart(answer: bytes) -> httpx.Response:
    """An answer as an HTTP library reads it."""
    head, _, content = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = [(name.encode(), value.encode()) for name, _, value in (line.partition(": ") for line in lines)]
    return httpx.Response(int(status.split()[1]), headers=headers, content=content)


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("signature-missing", "missing"),
        ("signature-bad", "invalid"),
        ("signature-foreign", "foreign"),
        ("signature-stale", "invalid"),
        ("signature-with-blanks", "valid"),
        ("signature-in-other-order", "valid"),
        ("headers-in-upper-case", "valid"),
        ("body-with-blanks", "valid"),
        ("byte-order-mark", "valid"),
        ("status-500", "valid"),
        ("html-with-200", "missing"),
    ],
)
def test_signatures_come_to_what_the_profile_says(fault: str, outcome: str) -> None:
    """Verified over the bytes that came; and evidence keeps these bytes."""
    answer, record = met(fault)
    read = taken_apart(answer)
    content = signature.content("POST", PATH, CLIENT_ID, read.headers["response-time"], read.content)
    found = signature.verify(own_keys()[0].public_key(), read.headers.get("signature"), content)
    half = record[0].http[0]
    assert (outcome, FAULTS[fault].status) == (found.outcome, read.status_code)
    assert (half.status, half.body, half.header("signature")) == (
        read.status_code,
        read.content,
        read.headers.get("signature"),
    )


@pytest.mark.parametrize(
    ("fault", "name"), [("headers-in-upper-case", "SIGNATURE"), ("headers-in-mixed-case", "Signature")]
)
def test_header_names_go_out_as_they_are_spelled(fault: str, name: str) -> None:
    """No server library puts them into lower case."""
    assert f"\r\n{name}: algorithm".encode() in met(fault)[0]


def test_a_replayed_answer_is_a_day_old_and_well_signed() -> None:
    """Its time says so, and its signature is over that time."""

    async def hold() -> tuple[httpx.Response, httpx.Response]:
        async with front(spoilt(FAULTS["answer-replayed"])) as at, httpx.AsyncClient(trust_env=False) as http:
            bodies = [body_for(codes.scanned) for codes in at.world.codes]
            first, again = [await http.post(at.url + PATH, content=body, headers=signed(body)) for body in bodies]
            return first, again

    first, again = asyncio.run(hold())
    time = again.headers["response-time"]
    content = signature.content("POST", PATH, CLIENT_ID, time, again.content)
    verified = signature.verify(own_keys()[0].public_key(), again.headers["signature"], content)
    assert (verified.outcome, first.json()["paymentRequestId"]) == ("valid", again.json()["paymentRequestId"])
    assert timedelta(hours=23) < datetime.now(UTC) - datetime.fromisoformat(time) < timedelta(hours=25)


def test_a_truncated_answer_is_shorter_than_it_says() -> None:
    """Half of the body comes, and the connection is closed."""
    read = taken_apart(met("body-truncated")[0])
    assert 0 < len(read.content) < int(read.headers["content-length"])


def test_chunks_and_compression_are_those_of_http() -> None:
    """An HTTP library reads from them what was meant."""
    head, _, content = met("chunked")[0].partition(b"\r\n\r\n")
    assert (b"transfer-encoding: chunked" in head, b"content-length" in head) == (True, False)
    assert (content[:4], content[-5:]) == (b"64\r\n", b"0\r\n\r\n")
    compressed = taken_apart(met("gzip")[0])
    assert compressed.json()["actionForm"] == {"actionType": "HANDLE_BY_PSP"}


@pytest.mark.parametrize("fault", ["reset-before-answer", "reset-after-answer", "silent-at-first"])
def test_a_reset_is_a_reset(fault: str) -> None:
    """The connection does not end as connections end: the MPP's side sees an error, and no byte of an answer."""

    async def call(at: Front) -> bytes:
        with pytest.raises(ConnectionResetError):
            await said(at.url, request(at.code))
        return b""

    assert met(fault, call)[1][0].http == ()


@pytest.mark.parametrize("fault", ["silent-at-first", "slow-drip", "late-by-8-s"])
def test_an_mpp_that_hangs_up_has_met_the_fault(fault: str) -> None:
    """It need not wait for the end of silence or of the last piece; and of a part of an answer it believes nothing."""

    async def hold() -> list[str]:
        async with front(spoilt(FAULTS[fault]), hold=30) as at:
            _, writer = await asyncio.open_connection(HOST, urlsplit(at.url).port)
            writer.write(request(at.code))
            await asyncio.wait_for(at.heard_some.wait(), 5)
            writer.close()
            await asyncio.wait_for(at.fault_met.wait(), 5)
            return [event.message.name for event in events(at)]

    assert asyncio.run(hold()) == ["Scan", "UserInitiatedPay", "FaultApplied"]


@pytest.mark.parametrize("fault", ["slow-drip", "late-by-1-s"])
def test_what_takes_its_time_is_believed_when_it_has_come(fault: str) -> None:
    """The last piece makes the answer whole; one that is late comes sooner where the wallet has less patience."""

    async def hold() -> list[str]:
        async with front(spoilt(FAULTS[fault]), hold=0.08) as at:
            assert taken_apart(await said(at.url, request(at.code))).json()["result"]["resultStatus"] == "S"
            return [event.message.name for event in events(at)]

    assert asyncio.run(hold())[-2:] == ["FaultApplied", "UserInitiatedPayAnswer"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_who_follows_a_redirect_is_seen(method: str) -> None:
    """The address that it leads to belongs to the payment, whatever the method; nobody is there."""

    async def hold() -> tuple[int, list[str]]:
        async with front(spoilt(FAULTS["redirected"])) as at, httpx.AsyncClient(trust_env=False) as http:
            told = taken_apart(await said(at.url, request(at.code)))
            place = urlsplit(told.headers["location"]).path
            answer = await http.request(method, at.url + place)
            return answer.status_code, [event.message.name for event in events(at)]

    status, names = asyncio.run(hold())
    assert (status, names[-2:]) == (HTTPStatus.NOT_FOUND, ["FaultApplied", "RedirectFollowed"])


def test_a_fault_after_the_end_of_its_conversation_is_no_part_of_it() -> None:
    """It is neither recorded, nor a stray."""

    async def hold() -> int:
        async with hosted(ConformingMpp) as connector:
            world = World(spoilt(FAULTS["silent-at-first"]), "run", reference().profile, lambda: 0.0)
            spoiling = FaultyAnswer(answer=ANSWER, fault=FAULTS["silent-at-first"], attempt=1)
            late = Delivery(world=world, reply=None, calls=(), faulty_answer=spoiling)
            connector._gone(late, complete=True, halves=())
            return len(connector.strays) + world.recorded

    assert asyncio.run(hold()) == 0


def test_the_gateway_by_hand_answers_with_a_defect(tmp_path: Path) -> None:
    """``serve gateway --fault`` spoils the answer to whoever scans a code of its, and says so when it has gone out."""
    made = create(tmp_path / "wallet.toml")
    (tmp_path / "mpp-public-key.pem").write_text(signature.public_key_text(own_keys()[1].public_key()), "ascii")
    toml = made.wallet.read_text("utf-8").replace("127.0.0.1:9400", "127.0.0.1:0")
    made.wallet.write_text(toml, "utf-8")
    keys = load(made.wallet).keys
    assert keys is not None
    changes = {"alipay_plus_public_key": keys.alipay_plus_private_key.public_key(), "client_id": keys.client_id}
    words = ["serve", "gateway", "--wallet", str(made.wallet), "--answer", "psp", "--fault", "status-503"]

    async def asked(url: str, code: str) -> int:
        async with gateway_client(url, **changes) as client:
            return (await client.exchange(UserInitiatedPay(code_value=code, customer_id="customer-1"))).status

    command = [sys.executable, "-m", "mpp_conformance.cli", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            lines = iter(process.stdout.readline, "")
            url = next(line for line in lines if "http://127.0.0.1:" in line).split()[6].rstrip(";")
            code = next(line for line in lines if line.startswith("order code")).split()[-1]
            assert asyncio.run(asked(url, code)) == HTTPStatus.SERVICE_UNAVAILABLE
            assert "fault status-503, attempt 1" in next(line for line in lines if "->" in line)
        finally:
            process.terminate()
