"""Alipay+ as consumer of the MPP server: the simulated Alipay+'s client writes alipay-plus--mpp-server.json.

Each call is made by the client that calls wallets in conversations, and answered by Pact's mock server; the proxy
between them signs what the mock server says. The order's id is an example: when an MPP server is verified, it comes
from the provider state.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import pytest
from pact import Pact, match
from pact.interaction import HttpInteraction

from contracts import writing
from mpp_conformance import wire
from mpp_conformance.pacts import states
from mpp_conformance.protocol import signature
from mpp_conformance.protocol.messages import CancelPayment, CancelPaymentAnswer, InquiryPayment, InquiryPaymentAnswer
from mpp_conformance.transport.connectors.mpp_server import Answer, MppServer
from mpp_conformance.transport.servers.http_client import http_client
from mpp_conformance.transport.servers.listener import serve_app
from mpp_conformance.transport.servers.signing_proxy import Signer, SigningProxy, before

FILE: Final = "alipay-plus--mpp-server.json"
CLIENT_ID: Final = "SANDBOX_5Y0000000000EXAMPLE"
TIME: Final = "2025-06-15T12:00:00+08:00"
SIGNATURE: Final = "algorithm=RSA256,keyVersion=1,signature=ZXhhbXBsZQ%3D%3D"
SIGNATURE_FORM: Final = r"^algorithm=RSA256,\s*keyVersion=[0-9]+,\s*signature=\S+$"
ANY: Final = "^.+$"
FROM_THE_STATE: Final = {"type": "ProviderState", "expression": "${paymentRequestId}"}
EXACT: Final = frozenset({"SUCCESS", "ORDER_NOT_EXIST", "ORDER_IS_CLOSED"})
"""Codes that the documentation spells; a reason why a payment failed is the MPP's to choose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What Alipay+ asks in a state of the MPP server, and what it must be able to read; ``key`` as everywhere."""

    key: str
    description: str
    given: states.State
    asked: InquiryPayment | CancelPayment
    expected: InquiryPaymentAnswer | CancelPaymentAnswer


def request_id(number: int) -> str:
    """The id of an interaction's own order, as an example."""
    return f"20250615192816661300000000{number:04d}"


def inquired(status: str, code: str) -> InquiryPaymentAnswer:
    """How a payment ended."""
    return InquiryPaymentAnswer(
        result_status="S",
        result_code="SUCCESS",
        result_message="success",
        payment_status=status,
        payment_code=code,
        payment_message="in words",
    )


def refused(code: str) -> InquiryPaymentAnswer:
    """A call that was turned down."""
    return InquiryPaymentAnswer(result_status="F", result_code=code, result_message="in words")


CANCELLED: Final = CancelPaymentAnswer(result_status="S", result_code="SUCCESS", result_message="success")
EXCHANGES: Final = [
    Exchange(
        key="INQ-1/inquiry-paid",
        description="inquiryPayment about a payment that succeeded",
        given=states.SUCCEEDED,
        asked=InquiryPayment(payment_request_id=request_id(1)),
        expected=inquired("S", "SUCCESS"),
    ),
    Exchange(
        key="INQ-1/inquiry-not-paid",
        description="inquiryPayment about a payment that failed",
        given=states.NOT_PAID,
        asked=InquiryPayment(payment_request_id=request_id(2)),
        expected=inquired("F", "USER_BALANCE_NOT_ENOUGH"),
    ),
    Exchange(
        key="CAN-3/inquiry-cancelled",
        description="inquiryPayment about a payment that was cancelled",
        given=states.CANCELLED,
        asked=InquiryPayment(payment_request_id=request_id(3)),
        expected=inquired("F", "ORDER_IS_CLOSED"),
    ),
    Exchange(
        key="INQ-2/inquiry-no-order",
        description="inquiryPayment about an order that the MPP does not know",
        given=states.NOTHING,
        asked=InquiryPayment(payment_request_id=request_id(4)),
        expected=refused("ORDER_NOT_EXIST"),
    ),
    Exchange(
        key="CAN-1/cancel-paid",
        description="cancelPayment of a payment that succeeded",
        given=states.SUCCEEDED,
        asked=CancelPayment(payment_request_id=request_id(5)),
        expected=CANCELLED,
    ),
    Exchange(
        key="CAN-1/cancel-not-paid",
        description="cancelPayment of a payment that failed",
        given=states.NOT_PAID,
        asked=CancelPayment(payment_request_id=request_id(6)),
        expected=CANCELLED,
    ),
    Exchange(
        key="CAN-2/cancel-repeated",
        description="cancelPayment of a payment that was cancelled before",
        given=states.CANCELLED,
        asked=CancelPayment(payment_request_id=request_id(7)),
        expected=CANCELLED,
    ),
]


def interaction(pact: Pact, exchange: Exchange) -> None:
    """Tell Pact of an exchange."""
    made = pact.upon_receiving(exchange.description, "HTTP")
    assert isinstance(made, HttpInteraction)
    made.given(exchange.given.name)
    made.set_key(exchange.key).with_request("POST", wire.OPERATIONS[type(exchange.asked)].path)
    made.with_header("Client-Id", match.regex(CLIENT_ID, regex="^[!-~]{1,64}$"))
    made.with_header("Request-Time", match.regex(TIME, regex=r"^\S{1,64}$"))
    made.with_header("Signature", match.regex(SIGNATURE, regex=SIGNATURE_FORM))
    made.with_body(json.loads(wire.encode(exchange.asked)), content_type="application/json; charset=UTF-8")
    if exchange.given is not states.NOTHING:
        made.with_generators({"body": {"$.paymentRequestId": FROM_THE_STATE}}, "Request")
    made.will_respond_with(200)
    made.with_header("Client-Id", match.regex(CLIENT_ID, regex="^[!-~]{1,64}$"))
    made.with_header("Response-Time", match.regex(TIME, regex=r"^\S{1,64}$"))
    made.with_header("Signature", match.regex(SIGNATURE, regex=SIGNATURE_FORM))
    made.with_body(wanted(exchange.expected), content_type="application/json")


def wanted(expected: InquiryPaymentAnswer | CancelPaymentAnswer) -> dict[str, Any]:
    """The answer's body as far as Alipay+ reads it: words are free, and so is the reason of a failure."""
    body: dict[str, Any] = json.loads(wire.encode(expected))
    for result in body.values():
        result["resultMessage"] = match.regex(result["resultMessage"], regex=ANY)
        if result["resultCode"] not in EXACT:
            result["resultCode"] = match.regex(result["resultCode"], regex=ANY)
    return body


async def understood(mock: str, exchanges: Sequence[Exchange]) -> dict[str, Answer]:
    """What Alipay+ makes of each answer of the mock server, signed on its way by the MPP."""
    ours, theirs = signature.generate_private_key(), signature.generate_private_key()
    async with http_client(timeout=5) as http:
        proxy = SigningProxy(address=before(mock), http=http, answers=Signer(client_id=CLIENT_ID, key=theirs))
        async with serve_app(proxy.app, "127.0.0.1", 0) as url:
            client = MppServer(
                addresses={kind: url + wire.OPERATIONS[kind].path for kind in (InquiryPayment, CancelPayment)},
                client_id=CLIENT_ID,
                key_version=1,
                private_key=ours,
                mpp_public_key=theirs.public_key(),
                http=http,
                patience=5,
            )
            asked = {exchange.key: await client.ask(exchange.asked, lambda _: None) for exchange in exchanges}
    return {key: answer for key, (answer, _) in asked.items()}


@dataclass(frozen=True, slots=True)
class Written:
    """The pact that was written, and what Alipay+ understood on the way."""

    document: dict[str, Any]
    understood: Mapping[str, Answer]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """All exchanges held, and the pact that Pact wrote of them."""
    folder = tmp_path_factory.mktemp("pacts")
    found: dict[str, Answer] = {}
    for exchanges in writing.portions(EXCHANGES):
        pact = Pact("alipay-plus", "mpp-server")
        for exchange in exchanges:
            interaction(pact, exchange)
        with pact.serve(addr="127.0.0.1") as mock:
            found |= asyncio.run(understood(str(mock.url), exchanges))
        pact.write_file(folder)
    return Written(writing.document((folder / "alipay-plus-mpp-server.json").read_text("utf-8")), found)


@pytest.mark.parametrize("exchange", EXCHANGES, ids=lambda exchange: exchange.key)
def test_alipay_plus_understands_the_answer(written: Written, exchange: Exchange) -> None:
    """What the client of the simulated Alipay+ reads is the message that was meant, and it verifies."""
    told = written.understood[exchange.key]
    assert isinstance(told, InquiryPaymentAnswer | CancelPaymentAnswer)
    assert replace(exchange.expected, result_message="") == replace(told, result_message="")


def test_the_pact_is_what_alipay_plus_wrote(written: Written, pytestconfig: pytest.Config) -> None:
    """The pact that is kept is the one that the client writes today; each difference is named."""
    assert writing.differences(written.document, FILE, pytestconfig) == []
