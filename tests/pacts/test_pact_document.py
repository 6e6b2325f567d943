"""Reading pact files: every specification, and nothing of a hostile one gets any further."""

import base64
import json
from typing import Any

import pytest

from mpp_conformance.pacts import document
from mpp_conformance.pacts.document import ASYNC, HTTP, SYNC, PactFileError
from tests.pact_files import PAY, interaction, older, pact


def test_a_pact_is_read() -> None:
    """Parties, states with parameters, both halves of an exchange and the key come out as plain values."""
    states = [{"name": "first", "params": {"a": "b"}}, {"name": "second"}]
    found = document.read(pact(interaction("a code", states=states, key="SRV-4/x", request={"codeValue": "7"})))
    (one,) = found.interactions
    assert (found.consumer, found.provider) == ("wallet-server", "alipay-plus")
    assert (one.title, one.kind, one.method, one.path) == ("SRV-4/x a code", HTTP, "POST", PAY)
    assert one.states == (("first", {"a": "b"}), ("second", {}))
    assert one.request.headers["client-id"] == "SANDBOX_WALLET"
    assert (one.request.body, one.answer.status) == (b'{"codeValue":"7"}', 200)


@pytest.mark.parametrize("version", [2, 3])
def test_older_spellings_mean_the_same(version: int) -> None:
    """States, headers and bodies of specifications 2 and 3 are read as those of 4."""
    (one,) = document.read(older(version)).interactions
    assert (one.method, one.path, len(one.states), one.request.headers["content-type"]) == (
        *("POST", PAY, 1),
        "application/json",
    )
    assert one.request.body == b'{"codeValue":"https://qr.wallet.example/1","customerId":"customer-1"}'


def test_messages_are_told_apart() -> None:
    """Messages of specification 4 and 3 are no HTTP exchanges, and their contents are read."""
    contents = {"content": {"a": "b"}, "contentType": "application/json", "encoded": False}
    made: list[dict[str, Any]] = [
        {"type": ASYNC, "description": "an event", "contents": contents},
        {
            "type": SYNC,
            "description": "a call",
            "request": {"contents": contents},
            "response": [{"contents": contents}],
        },
    ]
    event, called = document.read(pact(*made)).interactions
    assert (event.kind, event.answer.body, event.request.body) == (ASYNC, b'{"a":"b"}', None)
    assert (called.kind, called.request.body, called.answer.body) == (SYNC, b'{"a":"b"}', b'{"a":"b"}')
    third = json.loads(older(3))
    third["messages"] = [{"description": "an event", "contents": {"a": "b"}}]
    del third["interactions"]
    assert [one.kind for one in document.read(json.dumps(third).encode()).interactions] == [ASYNC]


def test_encoded_bodies_are_unpacked() -> None:
    """A body that a pact keeps in Base64 is read as the bytes it stands for."""
    made = interaction()
    made["request"]["body"] = {"content": base64.b64encode(b"\x00\x01").decode(), "encoded": "base64"}
    made["response"]["body"] = {"content": ""}
    (one,) = document.read(pact(made)).interactions
    assert (one.request.body, one.answer.body) == (b"\x00\x01", None)


def test_what_is_replayed_is_written_anew() -> None:
    """The copy for the verifier has the interactions that are asked for, none of them pending."""
    read = document.read(pact(interaction("first"), interaction("second", pending=True)))
    copy = json.loads(read.with_interactions(iter(read.interactions[1:])))
    assert [(one["description"], one["pending"]) for one in copy["interactions"]] == [("second", False)]
    assert copy["metadata"] == {"pactSpecification": {"version": "4.0"}}


def without(name: str) -> bytes:
    """A pact that lacks a member."""
    found = json.loads(pact())
    del found[name]
    return json.dumps(found).encode()


def broken(**changes: Any) -> bytes:
    """A pact whose only interaction has something else in some places."""
    return pact({**interaction(), **changes})


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "the file: expected JSON, seen nothing"),
        (b"<html>", "the file: expected JSON"),
        (b"\xff", "the file: expected UTF-8"),
        (b"[]", "the file: expected a JSON object"),
        (b"{}", "expected either interactions or messages, seen neither; is this a pact file?"),
        (pact(messages=[]), "expected either interactions or messages, seen both"),
        (b'{"interactions":' + b"[" * 100 + b"]" * 100 + b"}", "at most 64 levels"),
        (b" " * (document.MAX_BYTES + 1), "at most 16777216 bytes"),
        (without("consumer"), "consumer: expected, but it is missing"),
        (without("provider"), "provider: expected, but it is missing"),
        (pact(provider="a").replace(b'"name": "a"', b'"name": 7'), "provider.name: expected a text, seen 7"),
        (pact(consumer={}), "consumer.name: expected, but it is missing"),
        (pact(metadata={"pactSpecification": {"version": "5.0"}}), "expected 1 to 4, seen 5.0"),
        (pact(metadata=[1]), "metadata: expected an object, seen [1]"),
        (pact(metadata={"plugins": [{"name": "x"}]}), "the pact needs a plugin of Pact"),
        (broken(pluginConfiguration={"x": {}}), "interactions[0].pluginConfiguration: the pact needs a plugin"),
        (pact(*[interaction()] * 1_001), "interactions: expected at most 1000, seen 1001"),
        (pact("x"), 'interactions[0]: expected an object, seen "x"'),  # type: ignore[arg-type]  # wrong on purpose
        (broken(type="Carrier pigeon"), "interactions[0].type: expected Synchronous/HTTP or"),
        (broken(description=None), "interactions[0].description: expected, but it is missing"),
        (broken(providerStates={"a": 1}), "interactions[0].providerStates: expected an array"),
        (broken(providerStates=[{}]), "interactions[0].providerStates[0].name: expected, but it is missing"),
        (broken(request=7), "interactions[0].request: expected an object, seen 7"),
        (broken(response={"status": "200"}), 'interactions[0].response.status: expected a whole number, seen "200"'),
        (broken(response={"status": True}), "interactions[0].response.status: expected a whole number, seen true"),
        (
            broken(request={"body": {"content": "?", "encoded": True}}),
            "interactions[0].request.body.content: expected Base64",
        ),
    ],
)
def test_what_is_no_pact_is_refused(data: bytes, words: str) -> None:
    """A file that cannot be verified is refused with the place, what was expected and what was seen."""
    with pytest.raises(PactFileError) as refusal:
        document.read(data)
    assert words in str(refusal.value)
    assert str(refusal.value).isprintable()
