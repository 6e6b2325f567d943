"""The client that whoever is judged is called with: one for doctor and run, which nothing around it leads astray."""

import asyncio
import ipaddress
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Final

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from mpp_conformance.judging.trace import ENDED, Trace
from mpp_conformance.protocol import signature
from mpp_conformance.scenarios.cells import psp
from mpp_conformance.scenarios.scenario import ORDER
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.transport.servers.http_client import http_client
from mpp_conformance.trials.doctor.reach import reach
from tests.hosting import HOST, NOWHERE, hosted, wallet_at

HEALTH: Final = b'{"wallet": "w", "version": "1"}'
READ_BY_LIBRARIES: Final = {
    "HTTP_PROXY": NOWHERE,
    "http_proxy": NOWHERE,
    "HTTPS_PROXY": NOWHERE,
    "https_proxy": NOWHERE,
    "ALL_PROXY": NOWHERE,
    "all_proxy": NOWHERE,
    "NO_PROXY": "example.test",
    "no_proxy": "example.test",
    "NETRC": "/dev/null",
    "REQUEST_METHOD": "POST",
    "WEB_CONCURRENCY": "4",
    "FORWARDED_ALLOW_IPS": "*",
    "UVICORN_PORT": "1",
    "REQUESTS_CA_BUNDLE": "/dev/null",
    "CURL_CA_BUNDLE": "/dev/null",
    "PYTHONHTTPSVERIFY": "0",
}
"""Variables of the environment that the HTTP libraries below us know, and a value that would lead astray."""


@asynccontextmanager
async def closing_early(opened: list[int], context: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """A server that answers health, and closes a connection with the answer without saying so; its port, and how often.

    It reads a second request on no connection.
    """

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened.append(1)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: *([0-9]+)", head)
            await reader.readexactly(int(length[1]) if length else 0)
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(HEALTH), HEALTH))
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(take, HOST, 0, ssl=context)
    try:
        yield f"{'https' if context else 'http'}://{HOST}:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


def test_no_call_meets_a_connection_that_was_closed() -> None:
    """Whoever is judged is called on a connection of its own each time, however early a server closes what is idle."""
    opened: list[int] = []

    async def call() -> set[int]:
        async with closing_early(opened) as url, http_client(timeout=5) as http:
            return {(await http.post(url, content=b"{}")).status_code for _ in range(20)}

    assert (asyncio.run(call()), len(opened)) == ({HTTPStatus.OK}, 20)


def test_nothing_of_the_environment_leads_a_conversation_astray(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxies and the like are for others: what is named in wallet.toml is called, and called directly."""
    for name, value in READ_BY_LIBRARIES.items():
        monkeypatch.setenv(name, value)

    async def converse() -> Trace:
        async with hosted(ConformingMpp) as connector:
            return await connector.converse(psp(ORDER))

    assert asyncio.run(converse()).ending == ENDED


def _certificate(folder: Path) -> ssl.SSLContext:
    """A server's certificate that no authority of this machine has signed; ``folder`` holds it as authority.pem."""
    key, now = signature.generate_private_key(), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a private authority")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]), critical=False)
        .sign(key, SHA256())
    )
    chain, secret = folder / "authority.pem", folder / "key.pem"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_text(signature.private_key_text(key), "ascii")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, secret)
    return context


@pytest.mark.parametrize("trusted", [False, True])
def test_doctor_and_run_trust_the_same_authorities(
    trusted: bool,  # noqa: FBT001  # a case
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One that SSL_CERT_FILE names is trusted by both, and one that nobody names by neither: doctor says what to do."""
    context = _certificate(tmp_path)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    else:
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)

    async def call() -> tuple[bool, list[str]]:
        async with closing_early([], context) as url:
            told = await asyncio.to_thread(reach, wallet_at(url))
            async with http_client(timeout=5) as http:
                try:
                    await http.post(url, content=b"{}")
                except httpx.ConnectError:
                    return False, [finding.text for finding in told if not finding.ok]
                return True, [finding.text for finding in told if not finding.ok]

    called, wrong = asyncio.run(call())
    assert called is trusted
    assert ["SSL_CERT_FILE" in text for text in wrong] == ([] if trusted else [True])
