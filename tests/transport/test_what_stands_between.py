"""What stands between a wallet and us: it is borne where it can be, named where it cannot, and accuses nobody."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

import pytest

from mpp_conformance.judging.trace import BROKEN, ENDED, Half, Trace
from mpp_conformance.peers.world import World
from mpp_conformance.protocol import signature
from mpp_conformance.protocol.messages import UserInitiatedPay, UserInitiatedPayAnswer
from mpp_conformance.scenarios.cells import psp, sdk
from mpp_conformance.scenarios.scenario import ENTRY, ORDER
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.transport.connectors.http import HttpConnector, UnreadableRequestError
from mpp_conformance.wire import describe_change, intended_path
from tests.hosting import CLIENT_ID, HOST, hosted_wallet, own_keys, said
from tests.transport.test_gateway import PATH, TIME

Edit = Callable[[bytes, bytes], bytes]
"""What a hop makes of the head and the body of a request."""
_PREFIX: Final = "/pay/alipay-plus"
_OFFER: Final = (
    b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAA\r\n"
)


async def _message(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *([0-9]+)", head)
    return head, await reader.readexactly(int(length[1])) if length else b""


@asynccontextmanager
async def hop(edit: Edit) -> AsyncIterator[list[str]]:
    """A proxy that edits each request; yields its own address, to which that of the server behind it is appended."""
    places: list[str] = []

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                edited = edit(*await _message(reader))
                there, back = await asyncio.open_connection(HOST, urlsplit(places[1]).port)
                back.write(edited)
                writer.write(b"".join(await _message(there)))
                await writer.drain()
                back.close()
        writer.close()

    server = await asyncio.start_server(carry, HOST, 0)
    places.append(f"http://{HOST}:{server.sockets[0].getsockname()[1]}")
    try:
        yield places
    finally:
        server.close()


def _as_it_is(head: bytes, body: bytes) -> bytes:
    return head + body


def _offering(head: bytes, body: bytes) -> bytes:
    line, _, rest = head.partition(b"\r\n")
    return line + b"\r\n" + _OFFER + re.sub(rb"(?im)^connection:.*\r\n", b"", rest) + body


def _stripping(head: bytes, body: bytes) -> bytes:
    return head.replace(f" {_PREFIX}/".encode(), b" /", 1) + body


def _doubling(head: bytes, body: bytes) -> bytes:
    return head.replace(b" /aps", b" //aps", 1) + body


def _losing(head: bytes, body: bytes) -> bytes:
    return head + body if b" /o/" in head else re.sub(rb"(?i)content-length: *[0-9]+", b"content-length: 0", head)


def held(edit: Edit, *, prefix: str = "") -> tuple[Trace, HttpConnector, str]:
    """A payment of a conforming wallet that finds us behind a hop, as [reach] public_url says; and our own address."""

    async def converse() -> tuple[Trace, HttpConnector, str]:
        async with (
            hop(edit) as places,
            hosted_wallet(ConformingMpp, public_url=places[0] + prefix, patience=2.0) as (wallet, connector),
        ):
            places.append(connector.here)
            wallet.gateway = replace(wallet.gateway, url=connector.public_url)
            return await connector.converse(psp(ENTRY)), connector, places[0]

    return asyncio.run(converse())


@pytest.mark.parametrize(
    ("edit", "prefix"),
    [(_as_it_is, ""), (_offering, ""), (_as_it_is, _PREFIX), (_stripping, _PREFIX)],
    ids=["nothing", "h2c", "prefix kept", "prefix stripped"],
)
def test_what_can_be_borne_changes_nothing(edit: Edit, prefix: str) -> None:
    """The wallet is heard, and hears, as without the hop; its signatures verify over what it signed."""
    trace, connector, _ = held(edit, prefix=prefix)
    asked = [event for event in trace.events if isinstance(event.message, UserInitiatedPay | UserInitiatedPayAnswer)]
    assert (trace.ending, connector.strays) == (ENDED, [])
    assert [event.message.signature for event in asked if isinstance(event.message, UserInitiatedPay)] == ["valid"]
    assert {f"{prefix}{PATH}"} == {half.target for event in asked for half in event.http}


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (_doubling, f"POST /{PATH} came, which leads nowhere; Alipay+ is called at"),
        (_losing, f"POST {PATH}: changed on its way: it has no body"),
    ],
    ids=["slash doubled", "body lost"],
)
def test_what_cannot_be_borne_is_named(edit: Edit, words: str) -> None:
    """The conversation is a broken one, which accuses nobody and proves nothing, and says what stands between."""
    trace, _, _ = held(edit)
    assert (trace.ending, words in trace.trouble) == (BROKEN, True), trace.trouble


async def _refused(connector: HttpConnector, world: World) -> None:
    """Have a report of this conversation refused."""
    report = f"POST /o/{world.token(0)}/launch HTTP/1.1\r\nHost: a\r\nX-Bad : 1\r\n\r\n"
    assert (await said(connector.public_url, report.encode())).startswith(b"HTTP/1.1 400")


def test_a_request_that_is_refused_as_no_http_is_an_error_of_its_conversation() -> None:
    """It names the header; the others that are open at that moment come to their end."""

    async def converse() -> list[Trace | BaseException]:
        async with hosted_wallet(ConformingMpp, settle=2.0) as (_, connector):
            ready = asyncio.Event()
            scenarios = (psp(ENTRY), psp(ORDER), sdk(ORDER, "S"))
            held = [asyncio.create_task(connector.converse(scenario, ready.set)) for scenario in scenarios]
            await ready.wait()
            worlds = [held.world for held in connector._open.values()]
            await _refused(connector, next(world for world in worlds if world.scenario == scenarios[0]))
            return await asyncio.gather(*held, return_exceptions=True)

    hurt, *others = asyncio.run(converse())
    assert isinstance(hurt, UnreadableRequestError)
    assert "X-Bad" in str(hurt)
    assert [trace.ending for trace in others if isinstance(trace, Trace)] == [ENDED, ENDED]


def test_one_that_is_refused_when_its_conversation_is_over_leaves_it_unproven() -> None:
    """What could not be read may be what breaks a duty: the conversation is broken, with the header in its trouble."""

    async def converse() -> Trace:
        async with hosted_wallet(ConformingMpp) as (_, connector):
            scenario = psp(ENTRY)
            await connector.converse(scenario)
            await _refused(connector, connector._over[0][0].world)
            return connector.prolonged[scenario]

    trace = asyncio.run(converse())
    assert (trace.ending, trace.late, "X-Bad" in trace.trouble) == (BROKEN, 1, True)


def _half(signed_for: str, target: str = PATH, body: bytes = b"{}", came: bytes | None = None, **headers: str) -> Half:
    """A request that its sender signed for ``signed_for`` over ``body``, and that came as ``target`` and ``came``."""
    made = signature.sign(own_keys()[1], signature.content("POST", signed_for, CLIENT_ID, TIME, body))
    named = {"client-id": CLIENT_ID, "request-time": TIME, "signature": made, **headers}
    known = tuple((name.replace("_", "-"), value) for name, value in named.items())
    return Half(method="POST", target=target, headers=known, body=body if came is None else came)


@pytest.mark.parametrize(
    ("half", "words"),
    [
        (_half(f"/{PATH}"), f"verifies over /{PATH}, and {PATH} came"),
        (_half(f"{PATH}/"), f"verifies over {PATH}/, and {PATH} came"),
        (_half(f"/x{PATH}", x_forwarded_prefix="/x/"), f"verifies over /x{PATH}"),
        (_half(f"/y{PATH}?a", x_original_uri=f"/y{PATH}?a"), f"verifies over /y{PATH}?a"),
        (_half(f"/z{PATH}", x_forwarded_uri=f"https://here/z{PATH}"), f"verifies over /z{PATH}"),
        (_half(PATH, came=b""), "changed on its way: it has no body"),
        (_half(PATH, came=b"{", content_length="2"), "Content-Length says that the body has 2 bytes, and 1 came"),
        (_half(PATH), ""),
        (_half("/userInitiatedPay"), ""),
        (_half(PATH, body=b"{}", came=b"{ }"), ""),
        (_half(PATH, came=b"", signature=""), ""),
    ],
)
def test_a_hop_is_told_from_a_wrong_signature(half: Half, words: str) -> None:
    """A path or body that a hop changes is named; a wallet that signs something else is not excused."""
    found = describe_change(half, own_keys()[1].public_key(), CLIENT_ID)
    assert words in found
    assert bool(words) == bool(found)


def test_a_key_of_another_is_no_hop() -> None:
    """Where no path makes the signature good, nothing is said of the way."""
    assert describe_change(_half(f"/{PATH}"), own_keys()[0].public_key(), CLIENT_ID) == ""


@pytest.mark.parametrize(
    ("target", "meant"),
    [
        (f"/{PATH}", PATH),
        (f"/x{PATH}/?a=b", PATH),
        (f"/x/o/{'0a' * 16}/result-page", f"/o/{'0a' * 16}/result-page"),
        ("/userInitiatedPay", ""),
        ("/", ""),
    ],
)
def test_a_slip_in_an_address_is_told_from_another_operation(target: str, meant: str) -> None:
    """Something stands before a path of ours, or a slash behind it."""
    assert meant == intended_path(target)
