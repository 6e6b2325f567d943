"""What HTTP carried stands in the record: its bytes say the same as the messages, and its signatures verify again."""

import asyncio

import pytest

from mpp_conformance import evidence, wire
from mpp_conformance.judging.trace import Half, Trace
from mpp_conformance.protocol import signature
from mpp_conformance.protocol.messages import (
    Malformed,
    Message,
    NotifyPayment,
    NotifyPaymentAnswer,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios.cells import psp
from mpp_conformance.scenarios.scenario import ENTRY
from mpp_conformance.specimens.conforming import ConformingMpp
from tests.hosting import CLIENT_ID, front, gateway_client, hosted, own_keys, posted


def held() -> Trace:
    """A conversation about an entry code that is paid."""

    async def hold() -> Trace:
        async with hosted(ConformingMpp) as connector:
            return await connector.converse(psp(ENTRY))

    return asyncio.run(hold())


@pytest.fixture(scope="module")
def trace() -> Trace:
    """The conversation, held once."""
    return held()


def test_each_message_has_its_halves(trace: Trace) -> None:
    """A call and its answer stand beside it; the call of an MPP server and the reply to it each beside their own."""
    statuses = {event.message.name: tuple(half.status for half in event.http) for event in trace.events}
    reports = (None, 204)
    assert statuses == {
        "Scan": (None, 202),
        "Launch": reports,
        "Decode": (None, 202),
        "IdentityAnswer": reports,
        "UserInitiatedPay": (None,),
        "UserInitiatedPayAnswer": (200,),
        "CashierPage": reports,
        "NotifyPayment": (None,),
        "NotifyPaymentAnswer": (200,),
        "ServerAnswer": reports,
        "DecodeCallback": reports,
        "ResultPage": reports,
    }
    assert trace.began.endswith("+00:00")


def test_bytes_say_what_the_messages_say(trace: Trace) -> None:
    """What is read from the bytes once more is the message that was recorded."""
    again = [wire.decode(type(event.message), event.http[0].body) for event in trace.events]
    assert again == [event.message for event in trace.events]


@pytest.mark.parametrize("kind", [UserInitiatedPay, NotifyPayment, UserInitiatedPayAnswer, NotifyPaymentAnswer])
def test_signatures_verify_again(trace: Trace, kind: type[Message]) -> None:
    """From the kept bytes and a public key alone, the signature of each side verifies, and of no other body."""
    (half,) = (event.http[0] for event in trace.events if isinstance(event.message, kind))
    alipay_plus, mpp = own_keys()
    key = mpp if half.status is None else alipay_plus
    time = half.header("Request-Time" if half.status is None else "Response-Time") or ""
    for body, outcome in ((half.body, "valid"), (half.body + b" ", "invalid")):
        signed = signature.content(half.method, half.target, half.header("Client-Id") or "", time, body)
        assert signature.verify(key.public_key(), half.header("Signature"), signed).outcome == outcome


def test_evidence_holds_all_of_it(trace: Trace) -> None:
    """The document is read back with every half as it was."""
    back = evidence.read(evidence.encode(evidence.document(trace)))
    assert [event.http for event in back.events] == [event.http for event in trace.events]


def test_unreadable_and_stray_calls_keep_their_bytes() -> None:
    """What is no message, and what fits no conversation, is kept byte for byte too, with what was answered."""

    async def call() -> tuple[Half, ...]:
        async with front() as alipay_plus, gateway_client(alipay_plus.url) as client:
            code = alipay_plus.code.encode()
            await posted(f"{alipay_plus.url}/aps/api/v1/payments/userInitiatedPay", b'{"codeValue":"' + code + b'"}')
            await client.call(UserInitiatedPay(code_value="unknown", customer_id="c"))
            (event,) = alipay_plus.heard
            assert isinstance(event.message, Malformed)
            (stray,) = alipay_plus.router.strays
            return (*event.http, *stray.http)

    unreadable, asked, refused = asyncio.run(call())
    assert unreadable.body.startswith(b'{"codeValue":"http')
    assert (asked.status, asked.header("Client-Id"), asked.target) == (
        None,
        CLIENT_ID,
        "/aps/api/v1/payments/userInitiatedPay",
    )
    assert (refused.status, b"INVALID_CODE" in refused.body) == (200, True)
