"""What Alipay+ asks of MPP servers over HTTP: faults die as they do without a wire, and nobody else is accused."""

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from mpp_conformance import wire
from mpp_conformance.common.resources import directory
from mpp_conformance.judging import oracle
from mpp_conformance.judging.safety import findings
from mpp_conformance.judging.trace import BROKEN, ENDED, Half, Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.peers.mpp_server import message_of
from mpp_conformance.peers.reactions import Sending
from mpp_conformance.peers.world import World
from mpp_conformance.protocol import signature
from mpp_conformance.protocol.messages import (
    CancelPayment,
    CancelPaymentAnswer,
    InquiryPayment,
    InquiryPaymentAnswer,
    Malformed,
    NotifyPayment,
    Order,
)
from mpp_conformance.scenarios.call_forms import FORMS, LOWER, TITLE, UPPER, spell
from mpp_conformance.scenarios.scenario import INQUIRE, Call, Profile, Scenario, codes_for
from mpp_conformance.specimens import SPECIMENS, Specimen, mutes
from mpp_conformance.specimens.call_reading import ReadsCapitals, ReadsLowerCase
from mpp_conformance.specimens.conforming import ConformingMpp, Handed, Session
from mpp_conformance.specimens.gateway_variants import AnswersWithoutContentType
from mpp_conformance.transport.connectors.conversation import Conversation
from mpp_conformance.transport.connectors.http import HttpConnector
from mpp_conformance.transport.connectors.mpp_server import MppServer
from mpp_conformance.transport.servers.http_client import http_client
from mpp_conformance.transport.servers.specimen_wallet import SpecimenWallet
from mpp_conformance.trials import cabinet
from mpp_conformance.wallet import reference
from tests.hosting import CLIENT_ID, NOWHERE, answering, hosted, hosted_wallet, own_keys

_HELD: Final = cabinet.conversations(load(directory("suites")).cases)
_CALLED: Final = {scenario for scenario in _HELD if any(payment.calls for payment in scenario.payments)}
_OTHERS: Final = {case for scenario in _HELD.keys() - _CALLED for case, _ in _HELD[scenario]}
CASES: Final = {
    scenario: [case for case, _ in _HELD[scenario] if case not in _OTHERS] for scenario in _HELD if scenario in _CALLED
}
"""The conversations in which Alipay+ calls the MPP server, and the cases that judge none but those."""
BY_LABEL: Final = {scenario.label: scenario for scenario in CASES}
UNSERVED: Final = ("inquiries-not-served", "cancellations-not-served")
"""Those whose server does not answer one of the calls."""
ANSWERING: Final = [
    name
    for name, found in SPECIMENS.items()
    if (
        found.__module__.endswith((".inquiries", ".call_reading", ".carriage"))
        or getattr(found, "mute", "") == mutes.CALLS
    )
    and not issubclass(found, ReadsLowerCase | ReadsCapitals | mutes.ServesNoCalls)
    and name not in UNSERVED
] + [AnswersWithoutContentType.name]
"""Those that answer Alipay+ in a way of their own, rightly or wrongly, and not by the case of a header's name: their
host tells them none."""
_SUCCESS: Final = {"resultCode": "SUCCESS", "resultStatus": "S"}
UNSIGNED: Final = b'{"result":{"resultCode":"ORDER_NOT_EXIST","resultStatus":"F","resultMessage":"no such order"}}'

CODED: Final = BY_LABEL["strange-order-inquired"]
TEMPLATES: Final = reference().profile.templates
_CASES: Final[dict[str, Callable[[str], str]]] = {LOWER: str.lower, TITLE: str.title, UPPER: str.upper}
PAID: Final = json.dumps(
    {name: json.loads(UNSIGNED)["result"] | _SUCCESS for name in ("result", "paymentResult")}
).encode()


def judged(traces: Iterable[Trace]) -> dict[str, Verdict]:
    """The worst verdict of each requirement."""
    worst: dict[str, Verdict] = {}
    for trace in traces:
        for case in CASES[trace.scenario]:
            found = oracle.judge(case.judge, trace).verdict
            worst[case.requirement.id] = max(found, worst.get(case.requirement.id, Verdict.NONE))
    return worst


async def held(connector: HttpConnector, *scenarios: Scenario) -> list[Trace]:
    """These conversations, all at once."""
    return list(await asyncio.gather(*map(connector.converse, scenarios)))


def over_http(specimen: Specimen) -> dict[str, Verdict]:
    """What all of these conversations come to over HTTP; no message strays."""

    async def hold() -> list[Trace]:
        async with hosted(specimen, patience=2.0) as connector:
            traces = await held(connector, *CASES)
            assert connector.strays == []
            return traces

    return judged(asyncio.run(hold()))


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if at % 8 == 0 else [pytest.mark.thorough]) for at, name in enumerate(ANSWERING)],
)
def test_who_answers_alipay_plus_is_judged_over_http_as_without_a_wire(name: str) -> None:
    """The same requirements fail, are left unproven and pass; an eighth here, `make thorough` has the others."""
    specimen: Specimen = SPECIMENS[name]
    rows = cabinet.judged(specimen, {scenario: [(case, "") for case in judges] for scenario, judges in CASES.items()})
    expected: dict[str, Verdict] = {}
    for row in rows:
        expected[row.requirement] = max(row.verdict, expected.get(row.requirement, Verdict.NONE))
    assert expected == over_http(specimen)


@pytest.mark.parametrize("name", UNSERVED)
def test_who_does_not_answer_is_not_certified_over_http(name: str) -> None:
    """It may be that wallet.toml names another path: what hangs on it is left unproven, and nothing fails."""
    verdicts, specimen = over_http(SPECIMENS[name]), SPECIMENS[name]
    assert Verdict.FAIL not in verdicts.values()
    assert {verdicts[found] for found in specimen.breaks | specimen.hides} == {Verdict.INCONCLUSIVE}


# --- something else at its address --------------------------------------------------------------------------------


def asked(*answers: bytes, end: bool = True, label: str = "strange-order-inquired") -> Trace:
    """A conversation with a conforming MPP at whose server's address something says this instead."""

    async def hold() -> Trace:
        async with answering(*answers, end=end) as url, hosted(ConformingMpp, mpp_server=url, patience=0.4) as wallet:
            (trace,) = await held(wallet, BY_LABEL[label])
            return trace

    return asyncio.run(hold())


def answer(status: str, body: bytes = b"") -> bytes:
    """An answer of HTTP."""
    return f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body


def signed(status: str) -> bytes:
    """The same without a body, as the MPP server signs it."""
    path, time = "/aps/api/v1/payments/inquiryPayment", "2025-06-15T12:00:01+08:00"
    content = signature.content("POST", path, CLIENT_ID, time, b"")
    header = signature.sign(own_keys()[1], content, key_version=1)
    lines = [f"HTTP/1.1 {status}", "content-length: 0", f"client-id: {CLIENT_ID}", f"response-time: {time}"]
    return "\r\n".join([*lines, f"signature: {header}", "", ""]).encode()


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        (answer("403 Forbidden", b"<html>"), "expected an answer with HTTP status 200, seen 403"),
        (answer("500 Oops"), "expected an answer with HTTP status 200, seen 500"),
        (signed("404 Not Found"), "expected an answer with HTTP status 200, seen 404"),
        (answer("200 OK", b"<html>It works!</html>"), "expected JSON"),
        (answer("200 OK", b"{}"), "result: expected, but it is missing"),
        (answer("200 OK", b"{" * 2_000_000), "at most 1048576 bytes"),
    ],
)
def test_an_answer_that_is_none_fails_the_interface(said: bytes, problem: str) -> None:
    """What is answered breaks WIRE-4, and WIRE-3 where it is not signed; what it would have said cannot be known."""
    trace = asked(said, said)
    noted = [event.message for event in trace.events if isinstance(event.message, Malformed)]
    assert [(one.operation, problem in one.problem) for one in noted] == [(InquiryPaymentAnswer.__name__, True)] * 2
    signing = Verdict.INCONCLUSIVE if b"signature" in said else Verdict.FAIL
    carried = Verdict.INCONCLUSIVE if said.startswith(b"HTTP/1.1 200") else Verdict.FAIL
    assert judged([trace]) == {
        "INQ-2": Verdict.INCONCLUSIVE,
        "WIRE-3": signing,
        "WIRE-4": Verdict.FAIL,
        "WIRE-8": carried,
    }


@pytest.mark.parametrize("status", ["404 Not Found", "405 Method Not Allowed", "302 Found"])
def test_an_address_that_nobody_serves_proves_nothing(status: str) -> None:
    """The slip may be in wallet.toml: nobody is accused, what came is kept, and the address is told."""
    trace = asked(answer(status))
    (noted,) = (event for event in trace.events if isinstance(event.message, Malformed))
    assert [half.status for half in noted.http] == [int(status[:3])]
    assert (trace.ending, f"status {status[:3]}, so that nobody serves" in trace.trouble) == (BROKEN, True)
    assert set(judged([trace]).values()) == {Verdict.INCONCLUSIVE}


def test_an_answer_without_signature_fails_the_signature_alone() -> None:
    """What it says is read all the same."""
    trace = asked(answer("200 OK", UNSIGNED), answer("200 OK", PAID))
    verdicts = judged([trace])
    assert (verdicts["WIRE-3"], verdicts["WIRE-4"], trace.ending) == (Verdict.FAIL, Verdict.PASS, ENDED)


@pytest.mark.parametrize(
    ("said", "end", "words"),
    [
        (b"", False, "no answer within 0.4 s"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{", False, "no answer within 0.4 s"),
        (b"", True, "POST http://"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{", True, "POST http://"),
        (b"no HTTP at all\r\n\r\n", True, "POST http://"),
    ],
    ids=["silence", "half-an-answer-and-silence", "closed", "closed-too-early", "no-http"],
)
def test_no_answer_proves_nothing(said: bytes, *, end: bool, words: str) -> None:
    """No document says how fast an MPP server must be, and connections break: nobody is accused, and it is told."""
    trace = asked(said, end=end)
    assert (trace.ending, words in trace.trouble) == (BROKEN, True), trace.trouble
    assert set(judged([trace]).values()) == {Verdict.INCONCLUSIVE}


def test_a_call_that_is_cut_off_proves_nothing() -> None:
    """A conversation that is ended while Alipay+ still waits for an answer is a broken one."""

    async def cut_off() -> Trace:
        world = World(BY_LABEL["strange-order-inquired"], "run", reference().profile, lambda: 0.0)
        conversation = Conversation(world, "")
        call = asyncio.create_task(asyncio.Event().wait())
        conversation.calls[call] = Sending(payment=0, message=InquiryPayment(payment_request_id="1"))  # type: ignore[index]  # any task
        conversation.give_up()
        call.cancel()
        return conversation.trace()

    trace = asyncio.run(cut_off())
    told = "POST /aps/api/v1/payments/inquiryPayment of the MPP server was not answered"
    assert (trace.ending, trace.trouble) == (BROKEN, told)


def test_a_server_that_is_not_there_proves_nothing() -> None:
    """The address that cannot be reached is told."""

    async def hold() -> list[Trace]:
        async with hosted(ConformingMpp, mpp_server=NOWHERE) as connector:
            return await held(connector, *CASES)

    traces = asyncio.run(hold())
    told = f"the MPP server at {NOWHERE}/"
    assert [trace.scenario.label for trace in traces if told not in trace.trouble] == []
    assert set(judged(traces).values()) == {Verdict.INCONCLUSIVE}


# --- a stranger refused by silence --------------------------------------------------------------------------------


@dataclass(slots=True)
class SilentToStrangers:
    """Never answers the first cancellation, which is not signed as Alipay+ signs."""

    wallet: SpecimenWallet
    app: ASGIApp
    met: bool = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait until the caller has gone."""
        if scope.get("path", "").endswith("/cancelPayment") and not self.met:
            self.met = True
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        await self.app(scope, receive, send)


def test_a_stranger_may_be_refused_by_silence() -> None:
    """Alipay+ goes on to ask how the payment stands, and the MPP passes that has taken nothing back."""

    async def hold(**reach: Any) -> list[Trace]:
        async with hosted_wallet(ConformingMpp, manner=SilentToStrangers, **reach) as (_, connector):
            return await held(connector, BY_LABEL["order-paid-cancelled-by-a-stranger"])

    (trace,) = asyncio.run(hold(patience=0.4))
    assert judged([trace]) == {"WIRE-5": Verdict.PASS}
    told = [event.message for event in trace.events if isinstance(event.message, CancelPaymentAnswer)]
    assert [answer.result_status for answer in told] == ["F", "F", "S"]


# --- a race -------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class SlowToSay:
    """Carries a cancellation out, and says so when the notification of the payment that was quicker is under way."""

    wallet: SpecimenWallet
    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hold the cancellation back until the payment has been taken, and its notification until that is answered."""
        specimen = self.wallet.specimen
        assert isinstance(specimen, Overtaken)
        if scope.get("path", "").endswith("/cancelPayment"):
            await specimen.taken.wait()
            await self.app(scope, receive, send)
            specimen.given_back.set()
            return
        await self.app(scope, receive, send)


class Overtaken(ConformingMpp):
    """A conforming MPP that has taken a payment before it is asked to cancel it."""

    def __init__(self, profile: Profile) -> None:
        super().__init__(profile)
        self.taken, self.given_back = asyncio.Event(), asyncio.Event()

    def settled(self, session: Session, order: Order) -> Handed:
        """The payment is taken."""
        found = super().settled(session, order)
        self.taken.set()
        return found


class Later(httpx.AsyncHTTPTransport):
    """Has notifications wait, on their connection, until the cancellation was answered on the other one."""

    given_back: asyncio.Event

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry out one call."""
        if request.url.path.endswith("/notifyPayment"):
            await self.given_back.wait()
        return await super().handle_async_request(request)


@pytest.mark.parametrize("label", ["order-cancelled-inquired-cancelled-confirmed-2", "entry-cancelled-while-paying"])
def test_what_two_connections_raced_for_accuses_nobody(label: str) -> None:
    """Taken, cancelled and given back, and notified of on a slower connection: no finding, and nothing fails."""

    async def hold() -> Trace:
        later = Later(trust_env=False)
        async with (
            httpx.AsyncClient(transport=later, timeout=10) as http,
            hosted_wallet(Overtaken, http=http, manner=SlowToSay, patience=4.0) as (wallet, connector),
        ):
            assert isinstance(wallet.specimen, Overtaken)
            later.given_back = wallet.specimen.given_back
            (trace,) = await held(connector, BY_LABEL[label])
            return trace

    trace = asyncio.run(hold())
    told = [type(event.message) for event in trace.events]
    assert told.index(CancelPaymentAnswer) < told.index(NotifyPayment)
    assert trace.raced()
    assert list(findings(trace)) == []
    assert Verdict.FAIL not in judged([trace]).values()


# --- how a call looks on the wire ---------------------------------------------------------------------------------


@pytest.mark.parametrize("closes", [False, True])
def test_a_call_goes_out_as_the_scenario_writes_it(*, closes: bool) -> None:
    """Names in each case, blanks in Signature, a connection of its own; the body to the byte, and signed as it is.

    So it is with a server that closes each connection unasked: who meets a closed one calls again.
    """
    _, private = own_keys()
    seen: list[Half] = []

    async def hold() -> None:
        async with answering(*[answer("200 OK", PAID)] * len(FORMS), end=closes) as url, http_client(timeout=2) as http:
            server = MppServer(
                addresses={InquiryPayment: f"{url}/ask", CancelPayment: f"{url}/cancel"},
                client_id=CLIENT_ID,
                key_version=1,
                private_key=private,
                mpp_public_key=private.public_key(),
                http=http,
                patience=2,
            )
            for form in FORMS:
                message = message_of(
                    Call(what=INQUIRE, form=form), codes_for(CODED, 0, run="wire", templates=TEMPLATES)
                )
                await server.ask(message, seen.append)

    asyncio.run(hold())
    for form, half in zip(FORMS, seen, strict=True):
        names = [name for name, _ in half.headers if name.lower() in {"signature", "client-id", "request-time"}]
        assert names == [_CASES[form.names](name.lower()) for name in names]
        assert (", " in (half.header("signature") or "")) == form.blanks
        assert ((half.header("connection") or "") == "close") == (not form.kept)
        expected = {**wire.PARTIES, "paymentRequestId": json.loads(half.body)["paymentRequestId"]}
        assert half.body.decode() == spell(expected, form)
        assert wire.verify_signature(half, private.public_key(), CLIENT_ID)[0] == "valid"
