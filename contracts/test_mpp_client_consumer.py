"""The MPP client as consumer of the client SDK: the conforming MPP writes mpp-client--alipay-plus-client-sdk.json.

What it calls (launch, the callback of decode, handleAction) are synchronous messages: the SDK gives nothing back. What
the SDK calls (decode) is an asynchronous one. Each message of the client's is what the conforming MPP says when it is
brought that far; the message of the SDK's is given to it, and it must ask its server about the code.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import pytest
from pact import Pact, match
from pact.interaction import AsyncMessageInteraction, SyncMessageInteraction

from contracts import writing
from mpp_conformance import wire
from mpp_conformance.pacts import states
from mpp_conformance.protocol.messages import (
    HANDLE_BY_PSP,
    HANDLE_BY_SDK,
    Decode,
    DecodeCallback,
    HandleAction,
    Launch,
    Message,
    Order,
    Scan,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios.scenario import CodeTemplates
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.wallet import reference

FILE: Final = "mpp-client--alipay-plus-client-sdk.json"
ENTRY_CODE: Final = "https://qr.example.test/entry/28166613000000010001"
ORDER_CODE: Final = "https://qr.example.test/order/28166613000000010002"
TEMPLATES: Final = CodeTemplates(
    entry="https://qr.example.test/entry/{id}",
    order="https://qr.example.test/order/{id}",
    foreign="https://elsewhere.example.test/{id}",
)
CALLBACK: Final = "cb-28166613000000010001"
PAYLOAD: Final = '{"page":"limit","tag":"mpp-1: 限额 + % \\"quoted\\""}'
JSON: Final = "application/json"


def answer(action: str, *, payload: str | None = None) -> UserInitiatedPayAnswer:
    """What Alipay+ has answered: stopped with a payload, or an order to collect."""
    order = Order(
        payment_request_id="202506151928166613000000010001",
        amount="1000",
        pay_to_amount="643",
        pay_to_currency="MYR",
        code_type="EntryCode",
    )
    return UserInitiatedPayAnswer(
        result_status="S",
        result_code="SUCCESS",
        result_message="success",
        action_type=action,
        sdk_action_payload=payload,
        order=None if payload else order,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What the MPP client calls once it has heard all of ``heard``; ``key`` begins with its requirement's id."""

    key: str
    description: str
    given: tuple[states.State, dict[str, str]] | None
    heard: tuple[Message, ...]
    expected: Message


def scan(code: str, customer: str = "customer-1") -> Scan:
    """The consumer scans a code."""
    return Scan(code_value=code, customer_id=customer)


DECODE: Final = Decode(code_value=ORDER_CODE, callback=CALLBACK)
ENTRY: Final = (scan(ENTRY_CODE), DECODE)
DUE: Final = (states.DECODED, {"callback": CALLBACK})
CALLS: Final = [
    Call(
        key="EC-6/launch",
        description="launch: the merchant page of an entry code",
        given=(states.SCANNED, {"url": ENTRY_CODE}),
        heard=(scan(ENTRY_CODE),),
        expected=Launch(url=ENTRY_CODE),
    ),
    Call(
        key="EC-25/callback-with-payload",
        description="the callback of decode: success, with the payload",
        given=DUE,
        heard=(*ENTRY, answer(HANDLE_BY_SDK, payload=PAYLOAD)),
        expected=DecodeCallback(callback=CALLBACK, outcome="success", sdk_action_payload=PAYLOAD),
    ),
    Call(
        key="SDK-1/callback-after-payment",
        description="the callback of decode: success, with nothing, once the consumer has paid",
        given=DUE,
        heard=(*ENTRY, answer(HANDLE_BY_PSP)),
        expected=DecodeCallback(callback=CALLBACK, outcome="success"),
    ),
    Call(
        key="SDK-1/callback-of-failure",
        description="the callback of decode: failure, with the MPP's code and message",
        given=DUE,
        heard=(scan(ENTRY_CODE, "customer-3"), DECODE, answer(HANDLE_BY_PSP)),
        expected=DecodeCallback(
            callback=CALLBACK, outcome="failure", error_code="USER_BALANCE_NOT_ENOUGH", error_message="not paid"
        ),
    ),
    Call(
        key="OC-16/handle-action",
        description="handleAction: the payload of an order code",
        given=None,
        heard=(scan(ORDER_CODE), answer(HANDLE_BY_SDK, payload=PAYLOAD)),
        expected=HandleAction(sdk_action_payload=PAYLOAD),
    ),
]
DECODE_KEY: Final = "EC-15/decode"


def said(heard: Sequence[Message]) -> list[Message]:
    """What the conforming MPP says to the last of what it hears in one session."""
    mpp = ConformingMpp(replace(reference().profile, templates=TEMPLATES))
    told: list[Message] = []
    for message in heard:
        told = [say.message for say in mpp.hear("pact", message)]
    return told


def called(heard: Sequence[Message], kind: type[Message]) -> Message:
    """The one call of a kind among it."""
    (found,) = [message for message in said(heard) if isinstance(message, kind)]
    return found


def tell(pact: Pact, call: Call) -> None:
    """Tell Pact of a call, in the words in which the client made it."""
    message = called(call.heard, type(call.expected))
    made = pact.upon_receiving(call.description, "Sync")
    assert isinstance(made, SyncMessageInteraction)
    made.set_key(call.key)
    if call.given is not None:
        made.given(call.given[0].name, dict(call.given[1]))
    made.with_body(json.loads(wire.encode(message)), content_type=JSON)
    made.with_metadata({"operation": wire.OPERATIONS[type(message)].name}, "Request")
    made.will_respond_with().with_body({}, content_type=JSON)


@dataclass(frozen=True, slots=True)
class Written:
    """The pact that was written, and what the client was given and asked on the way."""

    document: dict[str, Any]
    asked: list[UserInitiatedPay]
    bodies: dict[str, Any]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """All messages exchanged, and the pact that Pact wrote of them."""
    folder = tmp_path_factory.mktemp("pacts")
    pact = Pact("mpp-client", "alipay-plus-client-sdk")
    for call in CALLS:
        tell(pact, call)
    decode = pact.upon_receiving("decode: the order code that was intercepted", "Async")
    assert isinstance(decode, AsyncMessageInteraction)
    decode.set_key(DECODE_KEY).given(states.PAGE.name, {"codeValue": ORDER_CODE, "callback": CALLBACK})
    decode.with_body(
        {"codeValue": ORDER_CODE, "callback": match.regex(CALLBACK, regex="^.{1,128}$")}, content_type=JSON
    )
    decode.with_metadata({"operation": "decode"})
    asked: list[UserInitiatedPay] = []
    bodies: dict[str, Any] = {}

    def take(body: str | bytes | None, metadata: dict[str, object]) -> None:
        bodies.setdefault(str(metadata["operation"]), []).append(json.loads(body or ""))

    def decoded(body: str | bytes | None, _: dict[str, object]) -> None:
        told = json.loads(body or "") | {"observerUrl": "http://127.0.0.1/o/0"}
        message = wire.decode(Decode, json.dumps(told).encode())
        asked.extend(one for one in said((scan(ENTRY_CODE), message)) if isinstance(one, UserInitiatedPay))

    pact.verify(take, "Sync")
    pact.verify(decoded, "Async")
    pact.write_file(folder)
    text = (folder / "mpp-client-alipay-plus-client-sdk.json").read_text("utf-8")
    return Written(writing.document(text), asked, bodies)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.key)
def test_the_client_calls_what_is_expected(written: Written, call: Call) -> None:
    """The conforming MPP makes the call of the contract, and the contract holds what it said."""
    assert call.expected == called(call.heard, type(call.expected))
    operation = wire.OPERATIONS[type(call.expected)].name
    assert json.loads(wire.encode(call.expected)) in written.bodies[operation]


def test_the_client_takes_decode(written: Written) -> None:
    """Called with the message of the contract, the MPP client has its server ask about that code."""
    assert written.asked == [UserInitiatedPay(code_value=ORDER_CODE, customer_id="customer-1")]


def test_the_pact_is_what_the_client_wrote(written: Written, pytestconfig: pytest.Config) -> None:
    """The pact that is kept is the one that the client writes today; each difference is named."""
    assert writing.differences(written.document, FILE, pytestconfig) == []
