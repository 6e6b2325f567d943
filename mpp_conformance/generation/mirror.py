"""The mirror: a document whose requests are Alipay+'s answers, so that what generates requests generates answers.

It has an operation for each business scenario, so that none of them is rare. Its schemas allow only what documents
name, at lengths that they give or that are usual: what breaks them may be legal all the same, and is then an answer
that goes beyond the documents.
"""

import copy
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mpp_conformance import wire
from mpp_conformance.protocol import result_codes
from mpp_conformance.protocol.messages import HANDLE_BY_PSP, HANDLE_BY_SDK

CELLS: Final = {
    f"{short}-{status}": (action, status)
    for action, short in ((HANDLE_BY_SDK, "sdk"), (HANDLE_BY_PSP, "psp"))
    for status in ("S", "F")
}
"""Each business scenario: its name, actionType and result status."""
CODES: Final = {"S": result_codes.NAMED["S"], "F": result_codes.OF_DECODING}
"""Result codes that documents name for each status; those of a limit come where a limit decides."""

_ANSWER: Final = "UserInitiatedPayAnswer"
_SCHEMAS: Final = "#/components/schemas/"
_USUAL: Final = 256
"""Characters of a text for which no document gives a length."""
_LONGEST_PAYLOAD: Final = 4_096
_TEXTS: Final = (
    "\u676d\u5dde\u9762\u9986 \u2014 \u897f\u6e56\u5e97 \U0001f35c",
    "Caf\u00e9 Z\u00fcrich \u201eAm See\u201c & S\u00f8nner \U0001f368",
    "\U00020bb7\u91ce\u5bb6",
    "\u0645\u0637\u0639\u0645 \u0634\u0646\u063a\u0647\u0627\u064a \U0001f35a",
    "\u0e23\u0e49\u0e32\u0e19\u0e01\u0e4b\u0e27\u0e22\u0e40\u0e15\u0e35\u0e4b\u0e22\u0e27 \U0001f35c",
    'O\'Neill "The" <Bar> 100% \\o/ \U0001f37a',
)
"""Names as merchants have them, in their own letters; each with a character beyond the basic plane."""
_PAYLOADS: Final = (
    '{"page":"limit","lines":["\u9650\u989d","limit"],"n":1.0}',
    "<page id='limit'><![CDATA[a & b]]></page>",
    "eyJhbGciOiJub25lIn0.eyJwYWdlIjoibGltaXQifQ.",
    "page=limit&reason=%E9%99%90&next=%2Fhome+1",
    "https://p.example/limit?x=1#top",
    "\u9650\u989d\n\tlimit \U0001f6ab",
)
_WITHOUT_ORDER: Final = (
    "paymentRequestId",
    "order",
    "paymentAmount",
    "payToAmount",
    "paymentQuote",
    "surchargeInfo",
    "paymentPromoInfo",
    "paymentNotifyUrl",
    "paymentExpiryTime",
)
"""What tells of an order: absent or null where the MPP is to go on and decoding has failed."""
_ORDER: Final = ("paymentRequestId", "paymentAmount", "payToAmount", "order")
"""What an order needs so that a wallet can show and collect it."""


def document() -> dict[str, Any]:
    """The mirror, an OpenAPI document."""
    schemas = _schemas()
    return {
        "openapi": "3.1.0",
        "info": {"title": "mirror", "version": "1"},
        "paths": {f"/{name}": _path(name, _cell(schemas, *cell)) for name, cell in CELLS.items()},
        "components": {"schemas": schemas},
    }


def schema(cell: str) -> dict[str, Any]:
    """The schema of the answers of one business scenario, complete in itself."""
    schemas = _schemas()
    return {**_cell(schemas, *CELLS[cell]), "components": {"schemas": schemas}}


def _path(name: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": asked}}
    body = {"required": True, "content": content}
    return {"post": {"operationId": name, "requestBody": body, "responses": {"200": {"description": "none"}}}}


def _schemas() -> dict[str, Any]:
    """The interface's own with nothing beside what they name, and with texts of usual length and in many letters."""
    schemas: dict[str, Any] = copy.deepcopy(wire.document("alipay-plus")["components"]["schemas"])
    for found in _objects(schemas):
        found["additionalProperties"] = False
    for name in ("Words", "ResultMessage"):
        schemas[name] |= {"maxLength": _USUAL, "examples": list(_TEXTS)}
    return schemas


def _objects(node: object) -> Iterator[dict[str, Any]]:
    """Every schema of an object; one whose fields are not published is an object without any."""
    if isinstance(node, dict):
        kinds = node.get("type")
        if "$ref" not in node and (kinds == "object" or (isinstance(kinds, list) and "object" in kinds)):
            yield node
        for child in list(node.values()):
            yield from _objects(child)


def _cell(schemas: Mapping[str, Any], action: str, status: str) -> dict[str, Any]:
    """The schema of an answer with this actionType and this result status."""
    asked: dict[str, Any] = copy.deepcopy(schemas[_ANSWER])
    fields = asked["properties"]
    fields["result"] = copy.deepcopy(schemas["Result"])
    fields["result"]["properties"]["resultStatus"] = {"const": status}
    fields["result"]["properties"]["resultCode"] = {"enum": list(CODES[status])}
    fields["actionForm"] = _form(schemas, action)
    asked["required"] = ["result", "actionForm"]
    if action == HANDLE_BY_PSP and status == "F":
        fields |= {name: {"type": "null"} for name in _WITHOUT_ORDER}
    if action == HANDLE_BY_PSP and status == "S":
        asked["required"] += _ORDER
        fields |= {name: {**fields[name], "type": "object"} for name in ("paymentAmount", "payToAmount")}
        fields |= {"paymentRequestId": {**fields["paymentRequestId"], "type": "string"}, "order": _order(schemas)}
    return asked


def _form(schemas: Mapping[str, Any], action: str) -> dict[str, Any]:
    form: dict[str, Any] = copy.deepcopy(schemas["ActionForm"])
    for name in ("if", "then"):
        del form[name]
    payload = form["properties"]["sdkActionPayload"]
    payload |= {"maxLength": _LONGEST_PAYLOAD, "examples": list(_PAYLOADS)}
    form |= {"type": "object", "required": ["actionType"]}
    form["properties"]["actionType"] = {"const": action}
    if action == HANDLE_BY_SDK:
        payload["type"] = "string"
        form["required"] += ["sdkActionPayload"]
    return form


def _order(schemas: Mapping[str, Any]) -> dict[str, Any]:
    """An order of a merchant who has a name: the consumer is to see whom they pay."""
    merchant: dict[str, Any] = copy.deepcopy(schemas["Merchant"])
    merchant |= {"type": "object", "required": ["merchantName"]}
    merchant["properties"]["merchantName"] |= {"type": "string"}
    order: dict[str, Any] = copy.deepcopy(schemas["Order"])
    order["type"] = "object"
    order["required"] += ["merchant"]
    order["properties"]["merchant"] = merchant
    return order
