"""The doctor at the MPP server's address: each kind of failure has its line, and nothing is asked that moves money."""

import asyncio
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import takewhile
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from mpp_conformance import wire
from mpp_conformance.protocol import signature
from mpp_conformance.specimens import SPECIMENS
from mpp_conformance.trials.doctor.findings import Finding
from mpp_conformance.trials.doctor.mpp_server import inquiry_findings
from mpp_conformance.trials.doctor.reach import reach
from mpp_conformance.trials.doctor.refusal import refusal
from tests import hosting
from tests.hosting import CLIENT_ID, HOST, NOWHERE, own_keys, wallet_at

PATH: Final = "/aps/api/v1/payments/inquiryPayment"
ALIPAY_PLUS, MPP = own_keys()
NO_ORDER: Final = b'{"result":{"resultCode":"ORDER_NOT_EXIST","resultStatus":"F","resultMessage":"no such order"}}'
REFUSED: Final = NO_ORDER.replace(b"ORDER_NOT_EXIST", b"INVALID_SIGNATURE")
Manner = Callable[[socket.socket], object]
"""What becomes of a connection."""


@contextmanager
def served(manner: Manner) -> Iterator[str]:
    """Something that takes connections in this manner, in threads: the doctor has an event loop of its own."""

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            with suppress(ConnectionError):
                manner(self.request)

    with ThreadingTCPServer((HOST, 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://{HOST}:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def request(connection: socket.socket) -> bytes:
    """A whole request, or what came of it."""
    with connection.makefile("rb") as file:
        lines = list(takewhile(lambda line: line != b"\r\n", file))
        length = next((int(line[15:]) for line in lines if line.lower().startswith(b"content-length:")), 0)
        return b"".join(lines) + b"\r\n" + file.read(length)


def saying(status: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Manner:
    """Whatever is asked, this is answered."""
    lines = [f"{name}: {value}" for name, value in {"content-length": len(body), **(headers or {})}.items()]

    def say(connection: socket.socket) -> None:
        request(connection)
        connection.sendall("\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode() + body)

    return say


def signed(body: bytes, key: RSAPrivateKey = MPP, *, of: bytes | None = None) -> Manner:
    """The same with a signature, over ``of`` if that is given."""
    time = datetime.now(UTC).isoformat()
    content = signature.content("POST", PATH, CLIENT_ID, time, body if of is None else of)
    header = signature.sign(key, content, key_version=1)
    return saying("200 OK", body, {"client-id": CLIENT_ID, "response-time": time, "signature": header})


def found(url: str, **reach: Any) -> Finding:
    """What the doctor says of the MPP server at ``url``."""
    (finding,) = inquiry_findings(wallet_at(mpp_server=url, **{"patience": 2.0, **reach}))
    return finding


def test_a_wallet_without_an_mpp_server_is_not_asked() -> None:
    """Where the file names none there is nothing to try."""
    assert inquiry_findings(wallet_at(mpp_server=None)) == []


def test_an_mpp_server_that_answers_is_well() -> None:
    """It says that it knows no such order, and signs that."""
    with served(signed(NO_ORDER)) as url:
        finding = found(url)
    assert (finding.where, finding.ok) == ("[reach] mpp_server", True)
    assert finding.text == f"{url}{PATH} answers an inquiry about an order that does not exist, signed: ORDER_NOT_EXIST"


def test_it_is_asked_once_and_told_to_cancel_nothing() -> None:
    """One inquiry, about an order that nobody has placed."""
    heard: list[bytes] = []

    with served(lambda connection: heard.append(request(connection))) as url:
        for _ in range(2):
            found(url)
    ids = {wire.parse_object(asked.partition(b"\r\n\r\n")[2])["paymentRequestId"] for asked in heard}
    assert {asked.partition(b" HTTP/1.1\r\n")[0] for asked in heard} == {f"POST {PATH}".encode()}
    assert (len(heard), len(ids)) == (2, 2)


@pytest.mark.parametrize(
    ("manner", "where", "seen", "likely", "judged"),
    [
        (saying("404 No"), "inquiry_path", "status 404", "another path", False),
        (saying("405 No"), "inquiry_path", "status 405", "another path", False),
        (saying("302 Found"), "mpp_server", "status 302", "something other", False),
        (saying("500 Oops"), "mpp_server", "status 500", "every answer must have 200", True),
        (saying("200 OK", b"<html>"), "mpp_server", "expected JSON", "something other", False),
        (saying("200 OK", b"{}"), "mpp_server", "result: expected, but it is missing", "a mistake in the answer", True),
        (signed(b"<html>"), "mpp_server", "expected JSON", "something other", True),
        (saying("200 OK", NO_ORDER), "mpp_server", "no Signature header", "but not its answers", True),
        (saying("200 OK", NO_ORDER, {"signature": "x"}), "mpp_server", "the parts are", "not written as", True),
        (signed(NO_ORDER, of=b"{}"), "mpp_server", "signature", "other bytes than it sends", True),
        (signed(NO_ORDER, ALIPAY_PLUS), "mpp_server", "another key", "[keys] mpp_public_key", True),
        (saying("404 No", NO_ORDER), "inquiry_path", "status 404", "another path", True),
        (signed(REFUSED), "mpp_server", "INVALID_SIGNATURE", "[keys] alipay_plus_private_key", True),
    ],
)
def test_each_kind_of_failure_has_its_likely_slip(
    manner: Manner, where: str, seen: str, likely: str, *, judged: bool
) -> None:
    """What was seen, and what is probably wrong; what may be the MPP's own fault is left to a run."""
    with served(manner) as url:
        finding = found(url)
    assert (finding.where, finding.ok, finding.judged) == (f"[reach] {where}", False, judged), finding
    _, _, told = finding.text.partition("; seen: ")
    assert (seen in told.partition(" Likely: ")[0], likely in told.partition(" Likely: ")[2]) == (True, True), told


def test_a_server_that_is_not_there_is_named() -> None:
    """The address, and that the key may be left out."""
    finding = found(NOWHERE)
    assert (finding.where, finding.ok, finding.judged) == ("[reach] mpp_server", False, False)
    assert finding.text.startswith(f"expected an answer to POST {NOWHERE}{PATH}; seen: Cannot connect")
    assert "ssl" not in finding.text
    assert "leave [reach] mpp_server out" in finding.text


def test_a_server_that_speaks_no_http_is_named() -> None:
    """A connection that is closed without an answer."""
    with served(request) as url:
        finding = found(url)
    assert (finding.where, "Likely: something other" in finding.text) == ("[reach] mpp_server", True)


# --- for ever -----------------------------------------------------------------------------------------------------


def dripping(connection: socket.socket) -> None:
    """A header that never ends, a byte at a time: each of them comes in time."""
    request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nx: ")
    connection.settimeout(0.02)
    while True:
        connection.sendall(b"x")
        with suppress(TimeoutError):
            if not connection.recv(1):
                return


def test_an_mpp_server_that_drips_for_ever_is_named() -> None:
    """All of a call is bounded, not each byte; slowness is for a run to see."""
    with served(dripping) as url:
        finding = found(url, patience=0.3)
    assert (finding.where, finding.judged) == ("[reach] mpp_server", True)
    assert "; seen: no answer within 0.3 s. Likely: " in finding.text


def test_an_adaptor_that_drips_for_ever_is_named() -> None:
    """The same of GET /health."""
    with served(dripping) as url:
        findings = reach(wallet_at(url, patience=1.0))
    assert [(finding.where, finding.ok) for finding in findings] == [
        ("[reach] listen", True),
        ("[reach] adaptor", False),
    ]
    assert "seen: no answer within 1 s" in findings[-1].text


# --- before a run -------------------------------------------------------------------------------------------------


def refused(name: str, **reach: Any) -> str:
    """Why a run with a hosted MPP is refused."""

    async def tried() -> str:
        async with hosting.hosted_mpp(SPECIMENS[name], **reach) as wallet:
            return await asyncio.to_thread(refusal, wallet, wallet.reach.adaptor)

    return asyncio.run(tried())


@pytest.mark.parametrize(
    ("reach", "field"),
    [
        ({}, ""),
        ({"mpp_server": NOWHERE}, "[reach] mpp_server"),
        ({"inquiry_path": "/elsewhere"}, "[reach] inquiry_path"),
        ({"mpp_server": None}, ""),
    ],
)
def test_a_wrong_address_ends_a_run(reach: Mapping[str, Any], field: str) -> None:
    """A conforming MPP is not accused of answering no calls where its file sends them astray."""
    assert refused("conforming", patience=2.0, **reach).partition(":")[0] == field


@pytest.mark.parametrize("name", ["answers-to-alipay-plus-unsigned", "unknown-order-inquired-as-in-process"])
def test_what_the_mpp_server_answers_wrongly_is_for_the_run_to_judge(name: str) -> None:
    """It has answered, so it is there."""
    assert refused(name, patience=2.0) == ""
