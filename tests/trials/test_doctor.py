"""The doctor: what is wrong with wallet.toml is named by its field, and nobody is failed."""

import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from mpp_conformance.judging.trace import BROKEN, Event
from mpp_conformance.peers.router import Stray
from mpp_conformance.protocol.messages import (
    GATEWAY,
    HandleAction,
    IdentityAnswer,
    Launch,
    Malformed,
    NotifyPayment,
    ServerAnswer,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.transport.connectors.http import HttpConnector, UnreadableRequestError
from mpp_conformance.transport.servers.listener import serve_app
from mpp_conformance.transport.servers.specimen_wallet import SpecimenWallet
from mpp_conformance.trials.doctor.diagnosis import diagnose
from mpp_conformance.trials.doctor.findings import Finding
from mpp_conformance.trials.doctor.live import examined
from mpp_conformance.trials.doctor.reach import reach
from mpp_conformance.wallet import Wallet, reference
from tests.diagnosing import URL, changed, held, only, seen_wrong, wallet, wrong
from tests.hosting import HOST, NOWHERE, gateway_client, own_keys, wallet_at


@pytest.mark.parametrize("features", [{}, {"order_code": False}, {"app_link": False}])
def test_conforming_wallet_is_well(features: dict[str, bool]) -> None:
    """With a conforming MPP that is set up well every field that can be seen is right."""
    of = wallet(**features)
    findings = diagnose(of, held(of), (), URL)
    assert wrong(findings) == []
    assert {"[reach] listen", "[keys] mpp_public_key", "[keys] alipay_plus_private_key"} <= {f.where for f in findings}


def test_broken_adaptor_is_named() -> None:
    """An adaptor that cannot be spoken to is the one thing wrong."""
    trace = replace(changed(held(wallet()), only()), ending=BROKEN, trouble="connection reset")
    assert seen_wrong(trace, wallet()) == ["[reach] adaptor"]


def test_adaptor_that_refuses_the_scan_is_named() -> None:
    """An adaptor that answers 500 to the scan is named, with what it answered."""
    trace = replace(changed(held(wallet()), only()), trouble="POST /scan: status 500")
    findings = diagnose(wallet(), trace, (), URL)
    assert (wrong(findings), "status 500" in findings[-1].text) == (["[reach] adaptor"], True)


def test_report_that_cannot_be_read_is_the_adaptors() -> None:
    """A report that breaks observer.yaml is a slip in the adaptor."""
    report = Malformed(where="CLIENT_SDK", operation="HandleAction", problem="sdkActionPayload: expected text, seen 5")
    trace = changed(held(wallet()), lambda e: replace(e, message=report) if isinstance(e.message, HandleAction) else e)
    assert seen_wrong(trace, wallet()) == ["[reach] adaptor"]


def test_silence_points_at_the_address_of_alipay_plus() -> None:
    """If the MPP server never calls, the address it is configured with is the likely slip."""
    findings = diagnose(wallet(), changed(held(wallet()), only()), (), URL)
    assert wrong(findings) == ["[reach] listen"]
    assert f"{URL}/aps/api/v1/payments/userInitiatedPay" in findings[-1].text


def test_order_code_taken_for_something_else_points_at_its_template() -> None:
    """A launch, or an identity answer, shows that the code was not taken for an order code."""
    for said in (Launch(url="https://x.test"), IdentityAnswer(code_value="c", action="NONE")):
        event = Event(number=2, payment=0, message=said)
        trace = changed(held(wallet()), only())
        assert seen_wrong(replace(trace, events=(*trace.events[:1], event)), wallet()) == ["[codes] order"]


def test_entry_code_that_is_not_launched_points_at_its_template() -> None:
    """A wallet that claims entry codes only, and does not launch the one it is shown, does not know it."""
    of = wallet(order_code=False)
    told = IdentityAnswer(code_value="c", action="NONE")
    trace = changed(held(of), only())
    events = (*trace.events[:1], Event(number=2, payment=0, message=told))
    assert seen_wrong(replace(trace, events=events), of) == ["[codes] entry"]


def test_another_code_value_points_at_the_template() -> None:
    """A userInitiatedPay for a code that nobody gave shows up as a stray."""
    stray = Stray(message=UserInitiatedPay(code_value="something else", customer_id="c"))
    assert seen_wrong(changed(held(wallet()), only()), wallet(), [stray]) == ["[codes] order"]


@pytest.mark.parametrize("outcome", ["missing", "unreadable", "invalid"])
def test_signature_that_does_not_verify_points_at_the_key(outcome: str) -> None:
    """A request that is refused for its signature points at the MPP's public key."""
    refused = UserInitiatedPayAnswer(result_status="F", result_code="INVALID_SIGNATURE", result_message="no")

    def change(event: Event) -> Event | None:
        if isinstance(event.message, UserInitiatedPay):
            return replace(event, message=replace(event.message, signature=outcome))
        if isinstance(event.message, UserInitiatedPayAnswer):
            return replace(event, message=refused)
        return event if event.message.by_suite else None

    assert seen_wrong(changed(held(wallet()), change), wallet()) == ["[keys] mpp_public_key"]


def test_malformed_request_is_not_the_doctors_to_judge() -> None:
    """A request that breaks the interface reached us all the same: a run will judge it, the doctor does not."""
    request = Malformed(where=GATEWAY, operation="UserInitiatedPay", problem="customerId: expected, but it is missing")

    def change(event: Event) -> Event | None:
        if isinstance(event.message, UserInitiatedPay):
            return replace(event, message=request)
        return event if event.message.by_suite and not event.message.is_reply else None

    findings = diagnose(wallet(), changed(held(wallet()), change), (), URL)
    assert (wrong(findings), "customerId" in findings[-1].text) == ([], True)


def test_silence_after_the_answer_points_at_our_key() -> None:
    """A wallet that does nothing with our answer does not believe its signature."""
    trace = changed(held(wallet()), only(IdentityAnswer, UserInitiatedPay))
    findings = diagnose(wallet(), trace, (), URL)
    assert wrong(findings) == ["[keys] alipay_plus_private_key"]
    assert "[reach] public_url" not in findings[-1].text


def test_the_same_question_again_points_at_our_key() -> None:
    """A wallet that asks again, and at last tells a failure, has not believed our answer; the count is said."""
    of = wallet()
    trace = held(of)
    asked = next(event for event in trace.events if isinstance(event.message, UserInitiatedPay))
    gave_up = ServerAnswer(payment_status="F", error_code="NO_ANSWER")
    later = [replace(asked, number=91), replace(asked, number=92), replace(asked, number=93, message=gave_up)]
    silent = changed(trace, only(IdentityAnswer, UserInitiatedPay))
    findings = diagnose(of, replace(silent, events=(*silent.events, *later)), (), URL)
    assert wrong(findings) == ["[keys] alipay_plus_private_key"]
    assert "the same call 2 times more" in findings[-1].text


def test_a_repeated_question_with_a_reaction_is_no_disbelief() -> None:
    """A wallet that asks twice, and then hands over what we answered, has believed it."""
    of = wallet()
    trace = held(of)
    asked = next(event for event in trace.events if isinstance(event.message, UserInitiatedPay))
    number = next(event.number for event in trace.events if isinstance(event.message, UserInitiatedPayAnswer))
    again = replace(asked, number=number)
    twice = [*trace.events[:number], again, *trace.events[number:]]
    renumbered = tuple(replace(event, number=place) for place, event in enumerate(twice, 1))
    assert wrong(diagnose(of, replace(trace, events=renumbered), (), URL)) == []


def test_no_report_at_all_points_at_the_way_to_the_observer() -> None:
    """If nothing was reported the adaptor seems unable to reach the observer; that it was our key is said as well."""
    findings = diagnose(wallet(), changed(held(wallet()), only(UserInitiatedPay)), (), URL)
    assert wrong(findings) == ["[reach] public_url"]
    assert "[keys] alipay_plus_private_key" in findings[-1].text


def test_acting_without_reporting_points_at_the_way_to_the_observer() -> None:
    """A server that goes on, while nothing is reported, believes the answer: the reports are what is missing."""
    trace = changed(held(wallet()), only(UserInitiatedPay))
    notice = NotifyPayment(payment_request_id="1", result_status="S", result_code="SUCCESS", result_message="paid")
    event = Event(number=len(trace.events) + 9, payment=0, message=notice)
    assert seen_wrong(replace(trace, events=(*trace.events, event)), wallet()) == ["[reach] public_url"]


def test_claimed_app_link_that_is_not_reported_is_named() -> None:
    """A wallet that claims app_link and does not report it is told so."""
    of = wallet()
    trace = changed(held(of), lambda event: None if isinstance(event.message, ServerAnswer) else event)
    assert seen_wrong(trace, of) == ["[features] app_link"]


def test_other_client_id_is_named() -> None:
    """A Client-Id other than that of the file is named, with both."""
    key = own_keys()[0]
    known = wallet()
    text = {
        "wallet": {"name": "w", "version": "1"},
        "keys": {"client_id": "OURS", "mpp_public_key": key.public_key(), "alipay_plus_private_key": key},
        "codes": known.codes.model_dump(),
        "customers": known.customers.model_dump(),
    }
    of = Wallet.model_validate(text)

    def change(event: Event) -> Event:
        is_request = isinstance(event.message, UserInitiatedPay)
        return replace(event, notes=(("client-id", "THEIRS\x1b"),)) if is_request else event

    findings = diagnose(of, changed(held(of), change), (), URL)
    assert wrong(findings) == ["[keys] client_id"]
    assert ("OURS" in findings[-1].text, "THEIRS\\x1b" in findings[-1].text) == (True, True)


# --- over HTTP --------------------------------------------------------------------------------------------------


async def held_over_http(**changes: object) -> list[Finding]:
    """What is found when the MPP server's side of the message layer is set up otherwise."""
    of = wallet_at(patience=0.5)
    async with gateway_client(NOWHERE, **changes) as client:
        mpp = SpecimenWallet(ConformingMpp(of.profile), client, client.http)
        try:
            async with (
                serve_app(mpp.app, HOST, 0) as address,
                HttpConnector(of, of.profile, run="doctor", adaptor=address) as connector,
            ):
                mpp.gateway = replace(client, url=connector.public_url)
                return await examined(of, connector)
        finally:
            await mpp.close()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"private_key": own_keys()[0]}, ["[keys] mpp_public_key"]),
        ({"client_id": "ANOTHER"}, ["[keys] client_id"]),
        ({"alipay_plus_public_key": own_keys()[1].public_key()}, ["[keys] alipay_plus_private_key"]),
    ],
    ids=["all-well", "other-key-of-the-mpp", "other-client-id", "other-key-of-alipay-plus"],
)
def test_wrong_keys_are_told_apart_over_http(changes: dict[str, object], expected: list[str]) -> None:
    """Each of the fields of [keys] that does not fit the MPP server's own is named, and it alone."""
    assert wrong(asyncio.run(held_over_http(**changes))) == expected


# --- reach ------------------------------------------------------------------------------------------------------


@contextmanager
def adaptor(body: bytes, status: int = 200, date: str | None = None) -> Iterator[str]:
    """Something that answers GET /health as told; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response_only(status)
            if date is not None:
                self.send_header("Date", date)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def reached(address: str, listen: str = "127.0.0.1:0") -> list[Finding]:
    """What `reach` finds with an adaptor at ``address``."""
    known = reference()
    at = known.reach.model_copy(update={"adaptor": address, "listen": listen, "patience": 1.0})
    return reach(known.model_copy(update={"reach": at}))


HEALTHY = json.dumps({"wallet": "W", "version": "1"}).encode()


def test_free_port_and_healthy_adaptor_are_well() -> None:
    """What can be reached is said to be, with the name the adaptor gives itself."""
    with adaptor(HEALTHY, date=format_datetime(datetime.now(UTC), usegmt=True)) as address:
        findings = reached(address)
    assert [(f.where, f.ok) for f in findings] == [("[reach] listen", True), ("[reach] adaptor", True), ("clock", True)]
    assert "W 1" in findings[1].text


def test_taken_port_is_named() -> None:
    """A port at which something else listens is named with its field."""
    with socket.create_server(("127.0.0.1", 0)) as taken, adaptor(HEALTHY) as address:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        findings = reached(address, listen)
    assert (wrong(findings), listen in findings[0].text) == (["[reach] listen"], True)


def test_missing_adaptor_is_named() -> None:
    """An address at which nobody listens is named with its field."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    assert wrong(reached(f"http://127.0.0.1:{port}")) == ["[reach] adaptor"]


@pytest.mark.parametrize(
    ("body", "status", "seen"),
    [
        (b"<html>It works!</html>", 200, "expected JSON"),
        (b'{"wallet": "W"}', 200, "version: expected, but it is missing"),
        (HEALTHY, 500, "status 500"),
        (HEALTHY, 302, "status 302"),
        (b" " * 100_000, 200, "at most 65536 bytes"),
    ],
)
def test_something_else_at_the_adaptors_address_is_named(body: bytes, status: int, seen: str) -> None:
    """What answers otherwise than openapi/mpp-adaptor.yaml says is named, with what was seen."""
    with adaptor(body, status) as address:
        findings = reached(address)
    assert (wrong(findings), seen in findings[1].text) == (["[reach] adaptor"], True), findings


@pytest.mark.parametrize(
    ("asked", "likely"),
    [(("http:", "https:", ""), "it answers plain http: write http://"), (("", "", "/scan"), "leave /scan off")],
    ids=["https", "operation"],
)
def test_slip_in_the_adaptors_address_is_told(asked: tuple[str, str, str], likely: str) -> None:
    """TLS where there is none, or an operation at its end."""
    scheme, other, end = asked
    with adaptor(b"", 404) as address:
        findings = reached(f"{address.replace(scheme, other) if scheme else address}{end}")
    assert (wrong(findings), likely in findings[1].text) == (["[reach] adaptor"], True), findings


def test_adaptor_that_never_answers_is_named() -> None:
    """An adaptor that takes the connection and says nothing costs a bounded time."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert wrong(reached(f"http://127.0.0.1:{silent.getsockname()[1]}")) == ["[reach] adaptor"]


@pytest.mark.parametrize(("seconds", "word"), [(3_600, "ahead of"), (-3_600, "behind")])
def test_clock_that_is_off_is_named(seconds: int, word: str) -> None:
    """A clock that is an hour off is named, and which way."""
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)
    with adaptor(HEALTHY, date=date) as address:
        findings = reached(address)
    assert (wrong(findings), word in findings[-1].text) == (["clock"], True)


def test_date_that_is_none_says_nothing() -> None:
    """A Date header that cannot be read is no finding."""
    with adaptor(HEALTHY, date="yesterday, or so") as address:
        assert [finding.where for finding in reached(address)] == ["[reach] listen", "[reach] adaptor"]


@pytest.mark.parametrize(
    ("path", "seen"),
    [
        ("//aps/api/v1/payments/userInitiatedPay", "POST //aps/api"),
        ("/x/aps/api/v1/payments/userInitiatedPay", "POST /x/"),
    ],
)
def test_a_call_to_another_path_is_named_by_it(path: str, seen: str) -> None:
    """A slash that was doubled, or a path that stands before ours, is told with the path that was called."""
    stray = Stray(message=Malformed(where=GATEWAY, operation=f"POST {path}", problem="there is no such operation"))
    broken = replace(changed(held(wallet()), only()), ending=BROKEN, trouble="it leads nowhere")
    (finding,) = diagnose(wallet(), broken, [stray], URL)
    assert (finding.where, seen in finding.text, URL in finding.text) == ("[reach] listen", True, True)


def test_what_changes_requests_on_their_way_is_no_fault_of_keys() -> None:
    """A signature that would verify over another path points at the address, and not at anybody's key."""
    broken = replace(held(wallet()), ending=BROKEN, trouble="POST /a: changed on its way: it has no body")
    (finding,) = diagnose(wallet(), broken, (), URL)
    assert (finding.where, "it has no body" in finding.text) == ("[reach] public_url", True)


def test_a_request_that_is_no_http_is_named_with_its_header() -> None:
    """The doctor says so instead of failing itself."""

    async def found() -> list[Finding]:
        async with HttpConnector(wallet_at(NOWHERE), reference().profile, run="doctor") as connector:

            async def refused(*_: object) -> None:
                raise UnreadableRequestError("a request could not be read as HTTP: Invalid header, at X-Bad")

            connector.converse = refused  # type: ignore[assignment, method-assign]  # it ends so
            return await examined(wallet_at(NOWHERE), connector)

    (finding,) = asyncio.run(found())
    assert (finding.where, "at X-Bad" in finding.text) == ("[reach] listen", True)
