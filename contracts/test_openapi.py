"""Contracts, OpenAPI documents and code say the same: what one of them changes alone is named here."""

import json
from typing import Final

import pytest

from contracts.writing import PACTS
from mpp_conformance import wire
from mpp_conformance.pacts import document, validity
from mpp_conformance.pacts.client_sdk import CALLS
from mpp_conformance.protocol.messages import Decode, DecodeCallback, Malformed, Message
from mpp_conformance.wire.operations import REQUEST

DOCUMENTS: Final = {"mpp-server--alipay-plus.json": "alipay-plus", "alipay-plus--mpp-server.json": "mpp-server"}
"""The document that the messages of a pact are held against."""
ALL: Final = [
    pytest.param(interaction, DOCUMENTS[name], id=interaction.key)
    for name in DOCUMENTS
    for interaction in document.read((PACTS / name).read_bytes()).interactions
]
CLIENT_SDK: Final = document.read((PACTS / "mpp-client--alipay-plus-client-sdk.json").read_bytes())
KINDS: Final = {**CALLS, wire.OPERATIONS[Decode].name: Decode}


@pytest.mark.parametrize(("interaction", "name"), ALL)
def test_an_interaction_is_valid(interaction: document.Interaction, name: str) -> None:
    """What is said and answered keeps its schema, with no field or address that the document does not name."""
    assert validity.drift(interaction, name) == []


@pytest.mark.parametrize("interaction", CLIENT_SDK.interactions, ids=lambda interaction: interaction.key)
def test_a_message_is_valid(interaction: document.Interaction) -> None:
    """What the MPP client and the client SDK say to each other keeps the schema that its report or call has."""
    content = interaction.request if interaction.kind == document.SYNC else interaction.answer
    assert validity.message_drift(content, KINDS[content.headers["operation"]]) == []


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b'{"callback":"cb-1"}', "decodeCallback, outcome: expected, but it is missing"),
        (b'{"callback":"","outcome":"success"}', "decodeCallback, callback: expected at least 1 character"),
        (b'{"callback":"cb-1","outcome":"success","payload":"x"}', "decodeCallback, payload: not in openapi/observer"),
    ],
)
def test_a_message_that_openapi_does_not_know_is_named(body: bytes, problem: str) -> None:
    """A message that lacks a field, has a wrong one or one too many is found, with its place."""
    (found,) = validity.message_drift(document.Content(headers={}, body=body), DecodeCallback)
    assert found.startswith(problem)


@pytest.mark.parametrize("kind", wire.OPERATIONS, ids=lambda kind: kind.__name__)
def test_each_example_is_a_message(kind: type[Message]) -> None:
    """Every example of an operation in openapi/ is read as the message that the operation carries."""
    operation = wire.OPERATIONS[kind]
    told = wire.document(operation.document)["paths"][operation.path][operation.method.lower()]
    half = told["requestBody"] if operation.part == REQUEST else told["responses"]["200"]
    examples = half["content"]["application/json"]["examples"]
    read = {name: wire.decode(kind, _bytes(example["value"])) for name, example in examples.items()}
    assert read
    assert {name: found for name, found in read.items() if isinstance(found, Malformed)} == {}


def _bytes(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
