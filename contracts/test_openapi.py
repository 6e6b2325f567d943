"""Contracts, OpenAPI documents and code say the same: what one of them changes alone is named here."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from contracts.writing import PACTS
from mpp_conformance import wire
from mpp_conformance.messages import Decode, DecodeCallback, Malformed, Message
from mpp_conformance.pacts import document, validity
from mpp_conformance.pacts.client_sdk import CALLS
from mpp_conformance.resources import directory
from mpp_conformance.wire import schemas
from mpp_conformance.wire.operations import REQUEST

DOCUMENTS: Final = {"mpp-server--alipay-plus.json": "alipay-plus", "alipay-plus--mpp-server.json": "mpp-server"}
"""The document that the messages of a pact are held against."""
ALL: Final = [
    pytest.param(interaction, DOCUMENTS[name], id=interaction.key)
    for name in DOCUMENTS
    for interaction in document.read((PACTS / name).read_bytes()).interactions
]
SEQUENCE: Final = """\
    RequestSequence:
      name: Request-Sequence
      in: header
      required: true
      schema: {type: string}
"""
CLIENT_SDK: Final = document.read((PACTS / "mpp-client--alipay-plus-client-sdk.json").read_bytes())
KINDS: Final = {**CALLS, wire.OPERATIONS[Decode].name: Decode}
Edit = Callable[[str, str], None]


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


@pytest.fixture
def edit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Edit]:
    """Changes a text in a copy of openapi/alipay-plus.yaml, which is then the one that counts."""
    folder = tmp_path / "openapi"
    shutil.copytree(directory("openapi"), folder)
    caches = (schemas.document, schemas.schema, schemas.validator)

    def change(old: str, new: str) -> None:
        file = folder / "alipay-plus.yaml"
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), "utf-8")
        monkeypatch.setattr(schemas, "directory", lambda _: folder)
        for cache in caches:
            cache.cache_clear()

    yield change
    monkeypatch.undo()
    for cache in caches:
        cache.cache_clear()


def found(name: str = "mpp-server--alipay-plus.json") -> set[str]:
    """Everything in which a pact differs from its document, with the interaction it was found in."""
    pact = document.read((PACTS / name).read_bytes())
    return {f"{one.key}: {line}" for one in pact.interactions for line in validity.drift(one, DOCUMENTS[name])}


NEEDS_TIME: Final = '- $ref: "#/components/parameters/RequestTime"'


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        (
            "sdkActionPayload:",
            "sdkPayload:",
            "SRV-4/entry-sdk-F",
            "answer body, actionForm.sdkActionPayload: not in openapi/alipay-plus.yaml",
        ),
        (
            "[HANDLE_BY_SDK, HANDLE_BY_PSP]",
            "[HANDLE_BY_SDK]",
            "SRV-5/order-psp-S",
            "answer body, actionForm.actionType",
        ),
        ("maxLength: 512", "maxLength: 8", "SRV-2/unknown-code", "request body, codeValue: expected at most 8"),
        ("v1/payments/notifyPayment:", "v2/payments/notifyPayment:", "SRV-5/notify-paid", "is not in openapi/"),
        (
            "          minLength: 1\n          maxLength: 64\n",
            "          maxLength: 64\n",
            "WIRE-2/empty-customer",
            "request body: PARAM_ILLEGAL is expected, and openapi/alipay-plus.yaml finds nothing wrong with it",
        ),
        (
            NEEDS_TIME,
            f'{NEEDS_TIME}\n        - $ref: "#/components/parameters/RequestSequence"',
            "SRV-5/notify-paid",
            "request header Request-Sequence: expected, but it is missing",
        ),
    ],
)
def test_an_edit_of_openapi_alone_is_named(edit: Edit, old: str, new: str, key: str, words: str) -> None:
    """A change of a document that pacts and code know nothing of is found, with interaction and place."""
    assert found() == set()
    if "RequestSequence" in new:
        edit("  parameters:\n    Signature:", f"  parameters:\n{SEQUENCE}    Signature:")
    edit(old, new)
    assert [line for line in found() if line.startswith(f"{key}: ") and words in line] != []
