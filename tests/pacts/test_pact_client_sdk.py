"""A wallet team's own pact before the double of the client SDK: calls that it takes, and those that it cannot."""

import asyncio
import json
from typing import Any, Final

import pytest

from mpp_conformance.pacts import document
from mpp_conformance.pacts.document import ASYNC, HTTP, SYNC
from mpp_conformance.pacts.providers import PROVIDERS
from mpp_conformance.pacts.verification import Outcome, verify_pact
from tests.pact_files import interaction, pact

PAGE: Final = "https://qr.wallet.example/entry/1"
SCANNED: Final = ("an entry code was scanned", {"url": PAGE})
OPENED: Final = ("the merchant page was launched", {"codeValue": "code-1", "callback": "cb-7"})
DECODED: Final = ("decode was called", {"callback": "cb-7"})
State = tuple[str, dict[str, str]]


def contents(body: object, operation: str = "") -> dict[str, Any]:
    """A message with its metadata."""
    metadata = {"contentType": "application/json", **({"operation": operation} if operation else {})}
    return {
        "contents": {"content": body, "contentType": "application/json", "encoded": False},
        "metadata": metadata,
    }


def call(operation: str, body: object, *states: State) -> dict[str, Any]:
    """A call of the MPP client's, to which nothing is given back."""
    given = [{"name": name, "params": values} for name, values in states]
    return {
        "type": SYNC,
        "description": f"{operation} {json.dumps(body)}",
        "providerStates": given,
        "request": contents(body, operation),
        "response": [contents({})],
    }


def decode(body: object, *states: State) -> dict[str, Any]:
    """The call of decode that the MPP client expects."""
    given = [{"name": name, "params": values} for name, values in states]
    return {"type": ASYNC, "description": "decode", "providerStates": given, **contents(body, "decode")}


def outcomes(*interactions: dict[str, Any]) -> list[Outcome]:
    """What comes of a pact of these interactions."""
    found = document.read(pact(*interactions, provider="alipay-plus-client-sdk"))
    return asyncio.run(verify_pact(found, PROVIDERS[found.provider]))


@pytest.mark.parametrize(
    "kept",
    [
        call("launch", {"url": f"{PAGE}?from=wallet", "userAgent": "Wallet", "title": "Pay"}, SCANNED),
        call("decodeCallback", {"callback": "cb-7", "outcome": "success"}, DECODED),
        call("decodeCallback", {"callback": "cb-7", "outcome": "failure", "errorCode": "1000"}, OPENED),
        call("handleAction", {"sdkActionPayload": ""}),
        decode({"codeValue": "code-1", "callback": "cb-7"}, OPENED),
    ],
    ids=lambda one: one["description"],
)
def test_a_call_that_is_sound_is_taken(kept: dict[str, Any]) -> None:
    """What openapi/ describes is taken by the double, and decode comes with the code that was intercepted."""
    assert [(one.verdict.word, one.problems) for one in outcomes(kept)] == [("pass", ())]


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (call("launch", {"url": "https://elsewhere.example"}, SCANNED), "launch, url: it leads to no merchant page"),
        (call("launch", {"url": PAGE}), "likely: it has no provider state"),
        (call("launch", {"address": PAGE}, SCANNED), "launch, url: expected, but it is missing"),
        (
            call("decodeCallback", {"callback": "cb-8", "outcome": "success"}, DECODED),
            "decodeCallback, callback: the provider state speaks of no such call of decode",
        ),
        (
            call("decodeCallback", {"callback": "cb-7", "outcome": "SUCCESS"}, DECODED),
            'decodeCallback, outcome: expected "success" or "failure", seen "SUCCESS"',
        ),
        (call("handleAction", "a text"), "handleAction, the body: expected a JSON object"),
        (
            call("openErrorPage", {}),
            "request metadata, operation: expected launch or decodeCallback or handleAction, seen openErrorPage",
        ),
        (call("", {}), "operation: expected launch or decodeCallback or handleAction, seen nothing"),
        (decode({"codeValue": "code-2", "callback": "cb-7"}, OPENED), '$.codeValue: the pact expects "code-2"'),
        (decode({"codeValue": "code-1", "callback": "cb-7"}), "the client SDK does not call it in this state"),
        (decode({"codeValue": 7}, OPENED), "decode, codeValue: expected a string, seen the number 7"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_call_that_is_not_is_named(broken: dict[str, Any], words: str) -> None:
    """What the double can make nothing of, or does otherwise, fails with the place and the reason."""
    (found,) = outcomes(broken)
    problems = "\n".join(found.problems)
    assert (found.verdict.word, words in problems) == ("fail", True), problems


def test_what_cannot_be_replayed_proves_nothing() -> None:
    """HTTP is not for the client SDK, and a state of Alipay+ is none of its."""
    http = interaction()
    assert http["type"] == HTTP
    foreign = call("handleAction", {}, ("a code that Alipay+ answers", {}))
    found = outcomes(http, foreign)
    assert [one.verdict.word for one in found] == ["inconclusive", "inconclusive"]
    assert [one.problems for one in found] == [
        ("the client SDK is spoken to by messages, and this is HTTP: it was not replayed",),
        ('provider state "a code that Alipay+ answers": not known; mpp-conformance contracts states lists them',),
    ]
