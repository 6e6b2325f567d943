"""The observer on HTTP: reports are taken, refused in words, and never lost."""

import asyncio
from http import HTTPStatus

import httpx
import pytest

from mpp_conformance.protocol.messages import HandleAction, Malformed
from mpp_conformance.transport.servers.observer import REPORTS
from tests.hosting import HOST, front, posted


def test_report_is_taken() -> None:
    """A sound report is answered with 204 and stands in the trace; every report of openapi/ has an address."""

    async def call() -> None:
        async with front() as at:
            answer = await posted(f"{at.observer}/handle-action", b'{"sdkActionPayload":"\xe2\x80\xa8"}')
            assert (answer.status_code, answer.content) == (HTTPStatus.NO_CONTENT, b"")
            assert [HandleAction(sdk_action_payload="\u2028")] == [event.message for event in at.heard]

    asyncio.run(call())
    assert len(REPORTS) == 7


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"status":"PAID"}', "status: expected"),
        (b"", "seen nothing"),
        (b"\xff", "UTF-8"),
        (b'{"a":' * 1_000 + b"1" + b"}" * 1_000, "nesting"),
        (b'{"status":"S","errorCode":"' + b"x" * 10_000_000 + b'"}', "at most 1048576 bytes"),
    ],
)
def test_malformed_report_is_told_so(body: bytes, words: str) -> None:
    """A report that breaks openapi/ is answered with 400 and says where, and is kept as a malformed one."""

    async def call() -> None:
        async with front() as at:
            answer = await posted(f"{at.observer}/result-page", body)
            assert answer.status_code == HTTPStatus.BAD_REQUEST
            assert words in answer.json()["problem"]
            assert [Malformed] == [type(event.message) for event in at.heard]

    asyncio.run(call())


def test_report_without_a_payment_strays() -> None:
    """A report with an unknown token is answered with 404 and kept as a stray."""

    async def call() -> None:
        async with front() as at:
            answer = await posted(f"{at.url}/o/unknown/handle-action", b"{}")
            assert (HTTPStatus.NOT_FOUND, {"problem"}) == (answer.status_code, set(answer.json()))
            assert [HandleAction()] == [stray.message for stray in at.router.strays]

    asyncio.run(call())


def test_report_of_unknown_name_is_kept() -> None:
    """A report to an address with a slip in it is answered with the names there are, and stands in the trace."""

    async def call() -> None:
        async with front() as at:
            answer = await posted(f"{at.observer}/resultpage", b'{"status":"S"}')
            assert answer.status_code == HTTPStatus.NOT_FOUND
            assert "result-page" in answer.json()["problem"]
            (event,) = at.heard
            assert isinstance(event.message, Malformed)
            assert event.message.operation == "resultpage"

    asyncio.run(call())


def test_request_that_breaks_off_is_no_message() -> None:
    """A body that does not come to its end is given to nobody."""

    async def call() -> None:
        async with front() as at:
            _, writer = await asyncio.open_connection(HOST, httpx.URL(at.url).port)
            writer.write(f"POST /o/{at.world.token(0)}/launch HTTP/1.1\r\ncontent-length: 99\r\n\r\n{{".encode())
            await writer.drain()
            writer.close()
            await posted(f"{at.observer}/cashier-page", b"{}")
            assert [event.message.name for event in at.heard] == ["CashierPage"]

    asyncio.run(call())
