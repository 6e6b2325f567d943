"""The HTTP connector: whatever the adaptor answers, whenever a message comes, the conversation ends and says why."""

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import httpx
import pytest

from mpp_conformance.judging.trace import BROKEN, ENDED, WAITED, Trace
from mpp_conformance.peers.record import MAX_EVENTS
from mpp_conformance.peers.router import Delivery
from mpp_conformance.peers.world import World
from mpp_conformance.protocol.messages import (
    AdaptorAnswer,
    AdaptorCall,
    AdaptorHealth,
    DecodeCallback,
    Message,
    ResultPage,
    Scan,
)
from mpp_conformance.scenarios.cells import changing, psp, sdk
from mpp_conformance.scenarios.scenario import ENTRY, ORDER, Payment, Probe, Scenario, handle_by_sdk, one
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.transport import connectors
from mpp_conformance.transport.connectors.heartbeat import LATE
from mpp_conformance.transport.connectors.http import HttpConnector
from mpp_conformance.transport.servers.gateway import AnswerError
from mpp_conformance.transport.servers.listener import ListenError, bound
from mpp_conformance.transport.servers.merchant_page import STAND_IN
from mpp_conformance.wallet import reference
from mpp_conformance.wire import OurMessageIsInvalid
from tests.hosting import HOST, NOWHERE, answering, hosted, posted, wallet_at

ACCEPTED: Final = b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n"


def held_with(adaptor: str, scenario: Scenario, **reach: float) -> Trace:
    """A conversation with whatever is at ``adaptor``."""

    async def hold() -> Trace:
        wallet = wallet_at(adaptor, **{"patience": 0.3, "quiet": 0.1, **reach})
        async with HttpConnector(wallet, wallet.profile, run="http") as connector:
            return await connector.converse(scenario)

    return asyncio.run(hold())


def answered(*answers: bytes, end: bool = True, **reach: float) -> Trace:
    """A conversation with an adaptor that answers so, and does nothing else."""

    async def hold() -> Trace:
        async with answering(*answers, end=end) as adaptor:
            wallet = wallet_at(adaptor, **{"patience": 0.3, "quiet": 0.1, **reach})
            async with HttpConnector(wallet, wallet.profile, run="http") as connector:
                return await connector.converse(psp(ORDER))

    return asyncio.run(hold())


def test_a_scan_says_what_stands_for_the_error_page_of_alipay_plus() -> None:
    """At the address of the suite that the wallet knows, where any page may show it in a frame; if asked to."""

    async def hold() -> tuple[str, Trace, httpx.Response]:
        async with answering(ACCEPTED) as adaptor, httpx.AsyncClient(trust_env=False) as http:
            wallet = wallet_at(adaptor, patience=0.3, quiet=0.1, error_page=True)
            async with HttpConnector(wallet, wallet.profile, run="http") as connector:
                page = f"{connector.public_url}{STAND_IN}"
                return page, await connector.converse(psp(ORDER)), await http.get(page)

    page, trace, shown = asyncio.run(hold())
    assert json.loads(trace.events[0].http[0].body)["errorPageUrl"] == page
    assert "This page belongs to the test suite" in shown.text
    assert "frame-ancestors *" in shown.headers["content-security-policy"]


def test_unreachable_adaptor_breaks_the_conversation() -> None:
    """Where nothing listens, the conversation is broken at once, and says what was called."""
    begun = time.monotonic()
    trace = held_with(NOWHERE, psp(ORDER), patience=60)
    assert (trace.ending, [Scan]) == (BROKEN, [type(event.message) for event in trace.events])
    assert f"the adaptor at {NOWHERE} cannot be reached" in trace.trouble
    assert time.monotonic() - begun < 30


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 500 Oops\r\ncontent-length: 2\r\n\r\n{}", "/scan: status 500"),
        (b'HTTP/1.1 409 No\r\n\r\n{"problem":"no\\u001b customer"}', r"status 409, no\x1b customer"),
        (b"HTTP/1.1 404 Not Found\r\ncontent-length: 6\r\n\r\n<html>", "status 404"),
        (b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n", "status 302"),
        (b"<html>no HTTP at all</html>\r\n\r\n", "/scan: "),
        (b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n", "/scan: "),
        (b"", "/scan: "),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{", "/scan: "),
        (b"HTTP/1.1 200 OK\r\nx: " + b"y" * 200_000 + b"\r\n\r\n", "/scan: "),
    ],
)
def test_refused_call_proves_nothing(answer: bytes, words: str) -> None:
    """An adaptor that does not carry out the scan breaks the conversation; what it answered is told, printable."""
    trace = answered(answer, patience=10)
    assert (trace.ending, words in trace.trouble, trace.trouble.isprintable()) == (BROKEN, True, True)


@pytest.mark.parametrize(
    "answer",
    [
        ACCEPTED,
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n<html>" + b"x" * 3_000_000,
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    ],
)
def test_any_success_is_understood(answer: bytes) -> None:
    """Any 2xx says that the scan was understood, whatever its body; then the wallet is waited for."""
    trace = answered(answer)
    assert (trace.ending, trace.trouble) == (WAITED, "")


PROBED: Final = Scenario(
    payments=(Payment(code=ORDER, answer=handle_by_sdk()),),
    probes=(Probe(operation="scan", body='{"observerUrl":"{observerUrl}"}'), Probe(operation="decode", body="{}")),
)


def probed(*answers: bytes, end: bool = True) -> list[Message]:
    """What is recorded of a conversation whose adaptor answers so to what breaks its interface, and to no more."""

    async def hold() -> Trace:
        async with answering(*answers, end=end) as adaptor:
            wallet = wallet_at(adaptor, patience=0.3, quiet=0.1)
            async with HttpConnector(wallet, wallet.profile, run="http") as connector:
                return await connector.converse(PROBED)

    return [event.message for event in asyncio.run(hold()).events if not isinstance(event.message, AdaptorCall | Scan)]


def test_whatever_an_adaptor_makes_of_a_broken_call_is_recorded() -> None:
    """Status for status, and its health after that; the scan follows all the same."""
    refused = b"HTTP/1.1 422 No\r\ncontent-length: 0\r\n\r\n"
    oops = b"HTTP/1.1 500 Oops\r\ncontent-length: 2\r\n\r\n{}"
    found = [AdaptorAnswer(status="422"), AdaptorAnswer(status="500"), AdaptorHealth(status="422")]
    assert probed(refused, oops, refused, ACCEPTED, end=False) == found


@pytest.mark.parametrize(
    ("answer", "end"), [(b"", True), (b"", False), (b"<html>\r\n\r\n", True), (b"HTTP/1.1 400 No\r\n", False)]
)
def test_an_adaptor_that_gives_no_answer_is_asked_no_more(answer: bytes, *, end: bool) -> None:
    """It has said nothing of its health then."""
    assert probed(answer, end=end) == [AdaptorAnswer(status="none")]


def test_a_call_that_is_never_answered_proves_nothing() -> None:
    """An adaptor that takes the scan and stays silent costs patience; whether the wallet ever heard is not known."""
    trace = answered(b"", end=False)
    words = "POST /scan of the adaptor was not answered, and nothing was heard after it"
    assert (trace.ending, trace.trouble) == (BROKEN, words)


class SaysTwice(ConformingMpp):
    """Executes the callback of decode a second time."""

    def callback_with_payload(self, callback: str, payload: str | None) -> Iterator[Message]:
        """And once more."""
        yield from super().callback_with_payload(callback, payload)
        yield from super().callback_with_payload(callback, payload)


def test_second_callback_is_recorded() -> None:
    """What comes one time too many, after everything awaited has come, still stands in the trace."""

    async def hold() -> Trace:
        async with hosted(SaysTwice) as connector:
            return await connector.converse(sdk(ENTRY, "F"))

    trace = asyncio.run(hold())
    said = [event.message.name for event in trace.events if isinstance(event.message, DecodeCallback)]
    assert (trace.ending, len(said)) == (ENDED, 2)


def test_late_message_strays_and_names_its_conversation() -> None:
    """What comes when the conversation is over is refused and kept, with the label of what it came too late for.

    A fault of ours in answering it is told, and leaves unproven what hangs on it.
    """

    async def hold() -> None:
        async with hosted(ConformingMpp) as connector:
            scenario = psp(ORDER)
            await connector.converse(scenario)
            assert connector.prolonged == {}
            token = _token(connector, scenario)
            answer = await posted(f"{connector.public_url}/o/{token}/result-page", b'{"status":"S"}')
            (stray,) = connector.strays
            assert (answer.status_code, stray.conversation) == (httpx.codes.NOT_FOUND, scenario.label)
            assert stray.message == ResultPage(status="S")
            (whole,) = connector.prolonged.values()
            assert (whole.scenario, whole.ending, whole.events[-1].message) == (scenario, ENDED, stray.message)
            late = Delivery(world=None, reply=None, calls=(), stray=stray)
            connector._failed(AnswerError(late, "it cannot be written"))
            (whole,) = connector.prolonged.values()
            words = "a fault of the suite, when a call came too late: it cannot be written"
            assert (whole.ending, whole.trouble) == (BROKEN, words)

    asyncio.run(hold())


def test_equal_conversations_are_told_apart_until_they_are_forgotten() -> None:
    """By their turns: each has codes of its own and what came late for it, and then nobody knows it any more."""

    async def hold() -> None:
        async with hosted(ConformingMpp) as connector:
            scenario = psp(ORDER)
            one, other = [await connector.converse(scenario, turn=turn) for turn in ("/1", "/2")]
            assert (one == other, one.codes == other.codes) == (False, False)
            page = f"{connector.public_url}/o/{_token(connector, scenario, '/1')}/result-page"
            await posted(page, b'{"status":"S"}')
            assert ((await connector.since(one, 0)).late, await connector.since(other, 0)) == (1, other)
            assert [stray.conversation for stray in connector.strays] == [scenario.label]
            connector.forget(one)
            assert connector.strays == []
            await posted(page, b'{"status":"S"}')
            assert [stray.conversation for stray in connector.strays] == [""]
            connector.forget(other)
            assert connector._over == []

    asyncio.run(hold())


def test_what_comes_late_while_the_suite_is_late_accuses_nobody() -> None:
    """A conversation that is listened to once more is one in which we were late, if we are late then."""

    async def hold() -> tuple[str, str]:
        async with hosted(ConformingMpp) as connector:
            trace = await connector.converse(psp(ORDER))
            listening = asyncio.create_task(connector.since(trace, 0.01))
            await asyncio.sleep(0)
            connector._heartbeat.late_by(LATE + 0.1)
            return trace.lagged, (await listening).lagged

    assert asyncio.run(hold()) == ("", "0.60 s")


def _token(connector: HttpConnector, scenario: Scenario, turn: str = "") -> str:
    """The token that the wallet was given in this run."""
    return World(scenario, connector._run + turn, connector._profile, time.monotonic).token(0)


def test_talkative_wallet_is_cut_off() -> None:
    """A wallet that goes on and on is listened to for a bounded time only."""

    class Endless(ConformingMpp):
        """Shows its result page for ever."""

        def result_page(self, *_: object) -> Iterator[Message]:
            """Again and again."""
            while True:
                yield ResultPage(status="S")

    async def hold() -> Trace:
        async with hosted(Endless, patience=0.1, settle=1.0) as connector:
            return await connector.converse(psp(ORDER))

    trace = asyncio.run(hold())
    bounds = ("the wallet had not come to an end after 2 s", f"more than {MAX_EVENTS} messages")
    assert any(words in trace.trouble for words in bounds)


def test_a_long_conversation_may_last_longer() -> None:
    """A wallet that takes its time over each of many payments is not cut off for their number."""

    async def hold() -> tuple[float, float]:
        async with hosted(ConformingMpp, patience=1) as connector:
            return connector._listening.lasting(psp(ORDER)), connector._listening.lasting(changing(ORDER))

    assert asyncio.run(hold()) == (20, 35)


def test_place_is_free_while_only_listening() -> None:
    """The connector says when nothing is left to do for the wallet, before it has listened on."""

    async def hold() -> list[float]:
        rested: list[float] = []
        async with hosted(ConformingMpp, settle=0.3) as connector:
            await connector.converse(psp(ORDER), lambda: rested.append(time.monotonic()))
            return [time.monotonic() - moment for moment in rested]

    assert max(asyncio.run(hold())) >= 0.3


def test_fault_of_ours_is_raised_and_spares_others() -> None:
    """A scenario that makes us break openapi/ raises from its own conversation; one held beside it goes on."""
    too_long = one("/scan: ", Payment(code=ORDER, answer=handle_by_sdk("F", payload="x" * 600_000)))

    async def hold() -> tuple[Trace | BaseException, Trace | BaseException]:
        async with hosted(ConformingMpp) as connector:
            both = (connector.converse(too_long), connector.converse(psp(ORDER)))
            return await asyncio.gather(*both, return_exceptions=True)

    fault, trace = asyncio.run(hold())
    assert isinstance(fault, Exception)
    assert isinstance(fault.__cause__, OurMessageIsInvalid)
    assert isinstance(trace, Trace)
    assert trace.ending == ENDED


def test_taken_port_names_the_field() -> None:
    """Where the port is taken, the error names the field of wallet.toml and the address."""
    with bound(HOST, 0)[0] as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ListenError, match=rf"^\[reach\] listen: cannot listen at 127\.0\.0\.1:{port}: .+"):
            connectors.connect(f"http:{NOWHERE}", wallet_at(listen=f"{HOST}:{port}"), run="taken")


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("specimen:conformin", "did you mean conforming"),
        ("specimen:", "expected specimen:NAME"),
        ("ftp:x", "expected specimen:NAME"),
        ("http:", "expected specimen:NAME"),
        ("http:http://192.0.2.1:9300", "allow_remote"),
        ("http:http://[::1", "address of an adaptor"),
    ],
)
def test_unknown_target_is_told_so(target: str, words: str) -> None:
    """A target that names nothing is an error that says what one looks like, or what was probably meant."""
    with pytest.raises(connectors.UnknownTargetError, match=words):
        connectors.connect(target, wallet_at(), run="unknown")


def test_wallet_without_keys_cannot_be_spoken_to() -> None:
    """Over HTTP everything is signed: without keys there is an error that names the section."""
    with pytest.raises(ValueError, match=r"\[keys\]"):
        connectors.connect(f"http:{NOWHERE}", reference(), run="unsigned")


def test_wallet_finds_us_at_its_public_url() -> None:
    """Where the wallet sees us elsewhere, reports and notifications are asked for at that address."""

    async def enter() -> str:
        wallet = wallet_at(public_url="http://suite.test/")
        async with HttpConnector(wallet, replace(wallet.profile), run="elsewhere") as connector:
            return connector.public_url

    assert asyncio.run(enter()) == "http://suite.test"
