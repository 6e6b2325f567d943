"""Interactions held against ``openapi/``: what is said, and what is answered, must be messages of the interface."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from mpp_conformance import wire
from mpp_conformance.pacts.document import Content, Interaction
from mpp_conformance.protocol.messages import Decode, Message
from mpp_conformance.wire import ANSWER, REQUEST, Operation

REFUSED: Final = "PARAM_ILLEGAL"
"""The result code of a request that is no message: a pact that expects it means to send one."""
_OBSERVER: Final = f"{wire.GATEWAY_URL}/o/0"
UNSIGNED: Final = "INVALID_SIGNATURE"
"""Likewise for headers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """The operation of a document that an interaction calls: its two halves."""

    request: Operation
    answer: Operation | None


def exchange(interaction: Interaction, document: str) -> Exchange | None:
    """The operation of a document that an interaction calls, by method and path; ``None`` where there is none."""
    halves = {
        operation.part: operation
        for operation in wire.OPERATIONS.values()
        if (operation.document, operation.method, operation.path) == (document, interaction.method, interaction.path)
    }
    return Exchange(request=halves[REQUEST], answer=halves.get(ANSWER)) if REQUEST in halves else None


def request_problems(interaction: Interaction, document: str) -> list[str]:
    """What is wrong with the request; nothing where the pact means it to be refused as no message."""
    called = exchange(interaction, document)
    if called is None:
        address = wire.printable(f"{interaction.method} {interaction.path}", 200)
        known = {f"{found.method} {found.path}" for found in wire.OPERATIONS.values() if found.document == document}
        return [f"request: expected {' or '.join(sorted(known))}, seen {address}"]
    if result_of(interaction.answer).get("resultCode") == REFUSED:
        return []
    return [f"request body, {problem}" for problem in _body_problems(called.request, interaction.request)]


def answer_problems(interaction: Interaction, document: str, *, partial: bool = True) -> list[str]:
    """What is wrong with the answer; in a ``partial`` one fields may be missing, for a pact names what is read."""
    called = exchange(interaction, document)
    if called is None or called.answer is None:
        return []
    found = [
        f"answer body, {problem}" for problem in _body_problems(called.answer, interaction.answer, partial=partial)
    ]
    status = interaction.answer.status
    if status != HTTPStatus.OK:
        found.append(f"answer status: expected 200, refusals included, seen {status}")
    return found


def drift(interaction: Interaction, document: str) -> list[str]:
    """Everything in which an interaction and ``openapi/`` differ, for contracts that are written from it.

    Beside what is wrong with its messages: fields that the document does not name, needed headers that are not sent,
    and a request that is to be refused although nothing is wrong with it.
    """
    found = request_problems(interaction, document) + answer_problems(interaction, document, partial=False)
    called = exchange(interaction, document)
    if called is None:
        return found
    file = f"openapi/{document}.yaml"
    told = wire.document(document)["paths"].get(called.request.path, {}).get(called.request.method.lower())
    if told is None:
        return [*found, f"request: {called.request.method} {called.request.path} is not in {file}"]
    for half, operation, content in _halves(called, interaction):
        found += [f"{half}, {place}: not in {file}" for place in unnamed(operation, _instance(content))]
    code = result_of(interaction.answer).get("resultCode")
    if code == REFUSED and not _body_problems(called.request, interaction.request):
        found.append(f"request body: {REFUSED} is expected, and {file} finds nothing wrong with it")
    if code != UNSIGNED:
        found += _missing_headers(told, document, interaction)
    return found


def message_problems(content: Content, kind: type[Message]) -> list[str]:
    """What is wrong with a message that is no HTTP exchange; a contract names only what is read of it."""
    operation = wire.OPERATIONS[kind]
    return [f"{operation.name}, {problem}" for problem in _body_problems(operation, content, partial=True)]


def message_drift(content: Content, kind: type[Message]) -> list[str]:
    """Everything in which a message and ``openapi/`` differ, for contracts that are written from it.

    The address of the observer is the test build's, and stands in no contract.
    """
    operation = wire.OPERATIONS[kind]
    body = {**_instance(content), **({"observerUrl": _OBSERVER} if kind is Decode else {})}
    found = wire.problems_of(operation.document, operation.schema, body)
    found += [f"{place}: not in openapi/{operation.document}.yaml" for place in unnamed(operation, body)]
    return [f"{operation.name}, {problem}" for problem in found]


def unnamed(operation: Operation, instance: object) -> Iterator[str]:
    """The places in a body of fields that the schema does not name."""
    schemas = wire.document(operation.document)["components"]["schemas"]
    yield from _unnamed(schemas[operation.schema], instance, schemas, "")


def result_of(content: Content) -> Mapping[str, Any]:
    """The ``result`` of an answer's body; empty where there is none."""
    result = _instance(content).get("result")
    return result if isinstance(result, dict) else {}


def field_of(content: Content, *names: str) -> object:
    """A field inside objects of a body; ``None`` where it is not there."""
    found: object = _instance(content)
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _halves(called: Exchange, interaction: Interaction) -> Iterator[tuple[str, Operation, Content]]:
    yield "request body", called.request, interaction.request
    if called.answer is not None:
        yield "answer body", called.answer, interaction.answer


def _body_problems(operation: Operation, content: Content, *, partial: bool = False) -> list[str]:
    if content.body is None:
        return [] if partial else ["the body: expected a JSON object, seen nothing"]
    try:
        instance = wire.parse_object(content.body)
    except wire.UnreadableBodyError as problem:
        return [str(problem)]
    return wire.problems_of(operation.document, operation.schema, instance, partial=partial)


def _instance(content: Content) -> Mapping[str, Any]:
    try:
        return wire.parse_object(content.body or b"{}")
    except wire.UnreadableBodyError:
        return {}


def _missing_headers(told: Mapping[str, Any], document: str, interaction: Interaction) -> list[str]:
    parameters = wire.document(document)["components"]["parameters"]
    known = [parameters[str(one["$ref"]).rsplit("/", 1)[-1]] for one in told.get("parameters", ())]
    needed = [one["name"] for one in known if one["in"] == "header" and one["required"]]
    missing = [name for name in needed if name.lower() not in interaction.request.headers]
    return [f"request header {name}: expected, but it is missing" for name in missing]


def _unnamed(node: Mapping[str, Any], instance: object, schemas: Mapping[str, Any], place: str) -> Iterator[str]:
    """A field's schema may refer to another and add to it; both name fields."""
    if isinstance(instance, list):
        items = _whole(node, schemas).get("items", {})
        for number, value in enumerate(instance):
            yield from _unnamed(items, value, schemas, f"{place}[{number}]")
    if not isinstance(instance, dict):
        return
    whole = _whole(node, schemas)
    if "properties" not in whole:
        return
    for name, value in instance.items():
        inner = f"{place}.{name}".removeprefix(".")
        if name not in whole["properties"]:
            yield wire.printable(inner, 200)
        else:
            yield from _unnamed(whole["properties"][name], value, schemas, inner)


def _whole(node: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema together with what it refers to."""
    if "$ref" not in node:
        return node
    return {**_whole(schemas[str(node["$ref"]).rsplit("/", 1)[-1]], schemas), **node}
