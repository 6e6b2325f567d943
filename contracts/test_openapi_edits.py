"""OpenAPI documents that somebody has edited alone: what contracts and code know nothing of is named by its place."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from contracts.test_openapi import CLIENT_SDK, DOCUMENTS, KINDS
from contracts.writing import PACTS
from mpp_conformance.common.resources import directory
from mpp_conformance.pacts import document, validity
from mpp_conformance.wire import schemas

Edit = Callable[[str, str, str], None]
TIME: Final = '- $ref: "#/components/parameters/RequestTime"'
SEQUENCE: Final = """\
    RequestSequence:
      name: Request-Sequence
      in: header
      required: true
      schema: {type: string}
"""


@pytest.fixture
def edit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Edit]:
    """Changes a text in a copy of a document in openapi/; the copy is then the one that counts."""
    folder = tmp_path / "openapi"
    shutil.copytree(directory("openapi"), folder)
    caches = (schemas.document, schemas.schema, schemas.validator)

    def change(name: str, old: str, new: str) -> None:
        file = folder / f"{name}.yaml"
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


def found() -> set[str]:
    """Everything in which contracts and documents differ, with the interaction it was found in."""
    lines: set[str] = set()
    for name, known in DOCUMENTS.items():
        for one in document.read((PACTS / name).read_bytes()).interactions:
            lines |= {f"{one.key}: {line}" for line in validity.drift(one, known)}
    for one in CLIENT_SDK.interactions:
        content = one.request if one.kind == document.SYNC else one.answer
        lines |= {f"{one.key}: {line}" for line in validity.message_drift(content, KINDS[content.headers["operation"]])}
    return lines


@pytest.mark.parametrize(
    ("name", "edits", "expected"),
    [
        (
            "alipay-plus",
            {"sdkActionPayload:": "sdkPayload:"},
            "SRV-4/entry-sdk-F: answer body, actionForm.sdkActionPayload: not in openapi/alipay-plus.yaml",
        ),
        (
            "alipay-plus",
            {"[HANDLE_BY_SDK, HANDLE_BY_PSP]": "[HANDLE_BY_SDK]"},
            'SRV-5/order-psp-S: answer body, actionForm.actionType: expected "HANDLE_BY_SDK", seen "HANDLE_BY_PSP"',
        ),
        (
            "alipay-plus",
            {"maxLength: 512": "maxLength: 8"},
            "SRV-2/unknown-code: request body, codeValue: expected at most 8 characters",
        ),
        (
            "alipay-plus",
            {"v1/payments/notifyPayment:": "v2/payments/notifyPayment:"},
            "NOT-1/notify-paid: request: POST /aps/api/v1/payments/notifyPayment is not in openapi/alipay-plus.yaml",
        ),
        (
            "alipay-plus",
            {"          minLength: 1\n          maxLength: 64\n": "          maxLength: 64\n"},
            "WIRE-2/empty-customer: request body: PARAM_ILLEGAL is expected, and openapi/alipay-plus.yaml finds",
        ),
        (
            "alipay-plus",
            {
                "  parameters:\n    Signature:": f"  parameters:\n{SEQUENCE}    Signature:",
                TIME: f'{TIME}\n        - $ref: "#/components/parameters/RequestSequence"',
            },
            "NOT-1/notify-paid: request header Request-Sequence: expected, but it is missing",
        ),
        (
            "mpp-server",
            {"paymentResult:": "paymentOutcome:"},
            "INQ-1/inquiry-paid: answer body, paymentResult: not in openapi/mpp-server.yaml",
        ),
        (
            "observer",
            {"enum: [success, failure]": "enum: [done, failure]"},
            'EC-25/callback-with-payload: decodeCallback, outcome: expected "done" or "failure", seen "success"',
        ),
        (
            "mpp-adaptor",
            {"[codeValue, callback, observerUrl]": "[codeValue, callback, observerUrl, customerId]"},
            "EC-15/decode: decode, customerId: expected, but it is missing",
        ),
    ],
)
def test_an_edit_of_openapi_alone_is_named(edit: Edit, name: str, edits: dict[str, str], expected: str) -> None:
    """A change of a document that contracts and code know nothing of is found, with interaction and place."""
    assert found() == set()
    for old, new in edits.items():
        edit(name, old, new)
    assert [line for line in found() if line.startswith(expected)] != []
