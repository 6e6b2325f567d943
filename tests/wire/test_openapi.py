"""The five documents of openapi/: valid, complete, with sound examples, and spelled so that validators agree."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from mpp_conformance import wire
from mpp_conformance.protocol import messages
from mpp_conformance.wire import schemas
from mpp_conformance.wire.operations import ANSWER, REQUEST

_NAMES: Final = ("alipay-plus", "mpp-server", "mpp-adaptor", "observer", "device")
_TAIL: Final = r"(?![\s\S])"
_NOT_MESSAGES: Final = {("mpp-adaptor", "health"), ("device", "hello"), ("device", "calls"), ("device", "answers")}
"""Operations that carry no message: nothing of them belongs in a trace."""


def _resolved(name: str, node: Mapping[str, Any]) -> Mapping[str, Any]:
    """The node, or what it refers to inside its document."""
    if "$ref" not in node:
        return node
    found: Any = wire.document(name)
    for step in str(node["$ref"]).removeprefix("#/").split("/"):
        found = found[step]
    return found  # type: ignore[no-any-return]  # references lead to objects


def _operations(name: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Path, method and operation of a document."""
    for path, item in wire.document(name)["paths"].items():
        for method in item.keys() & {"get", "post", "put", "delete", "patch"}:
            yield path, method, item[method]


def _bodies(name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Where a body is documented, and its media type object; answers without a body have none."""
    for _, _, operation in _operations(name):
        told = [("request", operation["requestBody"])] if "requestBody" in operation else []
        told += operation["responses"].items()
        for part, node in told:
            for media in _resolved(name, node).get("content", {}).values():
                yield f"{name} {operation['operationId']} {part}", media


def _values(name: str) -> Iterator[tuple[str, Mapping[str, Any], object]]:
    """Every example of a document: where it stands, its schema, its value."""
    for where, media in _bodies(name):
        for label, example in media["examples"].items():
            yield f"{where} {label}", media["schema"], example["value"]
    components = wire.document(name)["components"]
    for kind in ("parameters", "headers"):
        for label, node in components.get(kind, {}).items():
            yield f"{name} {kind} {label}", node["schema"], node["example"]


def _nodes(node: object) -> Iterator[Mapping[str, Any]]:
    """Every object in a document."""
    if isinstance(node, Mapping):
        yield node
        for child in node.values():
            yield from _nodes(child)
    elif isinstance(node, list):
        for child in node:
            yield from _nodes(child)


def _component(schema: Mapping[str, Any]) -> str:
    return str(schema["$ref"]).rsplit("/", 1)[-1]


_EXAMPLES: Final = [
    pytest.param(name, schema, value, id=where) for name in _NAMES for where, schema, value in _values(name)
]
_MEDIA: Final = [pytest.param(media, id=where) for name in _NAMES for where, media in _bodies(name)]
_SCHEMAS: Final = [
    pytest.param(node, id=f"{name}-{label}")
    for name in _NAMES
    for label, node in wire.document(name)["components"]["schemas"].items()
]


@pytest.mark.parametrize("name", _NAMES)
def test_a_document_is_valid_openapi_3_1(name: str) -> None:
    """Each document is OpenAPI 3.1 to the word of its specification."""
    loaded = wire.document(name)

    OpenAPIV31SpecValidator(dict(loaded)).validate()

    assert loaded["openapi"].startswith("3.1.")


@pytest.mark.parametrize(("name", "schema", "value"), _EXAMPLES)
def test_an_example_keeps_its_schema(name: str, schema: Mapping[str, Any], value: object) -> None:
    """Whoever copies an example from a document sends a sound message, to both validators."""
    whole = {**schema, "components": wire.document(name)["components"]}

    jsonschema.Draft202012Validator(whole).validate(value)

    if "$ref" in schema:
        assert wire.problems_of(name, _component(schema), value) == []


@pytest.mark.parametrize("media", _MEDIA)
def test_a_body_has_an_example_and_a_named_schema(media: Mapping[str, Any]) -> None:
    """Every request and every answer with a body shows at least one example."""
    assert media["examples"]
    assert media["schema"]["$ref"].startswith("#/components/schemas/")


@pytest.mark.parametrize("name", _NAMES)
def test_an_operation_says_what_it_is_for(name: str) -> None:
    """Every operation has an id, a line and a paragraph."""
    lacking = [
        (path, word)
        for path, _, operation in _operations(name)
        for word in ("operationId", "summary", "description", "tags")
        if not operation.get(word)
    ]

    assert lacking == []


@pytest.mark.parametrize("name", _NAMES)
def test_an_operation_is_carried_by_a_message(name: str) -> None:
    """The table of operations and the documents name the same operations, with the same schemas for the same bodies."""
    documented = {
        (path, method.upper(), operation["operationId"], part, _component(media["schema"]))
        for path, method, operation in _operations(name)
        if (name, operation["operationId"]) not in _NOT_MESSAGES
        for part, node in [(REQUEST, operation["requestBody"]), (ANSWER, operation["responses"].get("200"))]
        if node is not None
        for media in node["content"].values()
    }

    carried = {
        (found.path, found.method, found.name, found.part, found.schema)
        for found in wire.OPERATIONS.values()
        if found.document == name
    }

    assert documented == carried


def test_every_message_that_crosses_http_has_an_operation() -> None:
    """What could not be read, what comes of a spoilt answer or breaks the adaptor's interface, and a person's word."""
    strange = {messages.Malformed, messages.FaultApplied, messages.RedirectFollowed}
    probing = {messages.AdaptorCall, messages.AdaptorAnswer, messages.AdaptorHealth}
    by_hand = {messages.Sighting}
    assert strange | probing | by_hand == set(messages.ALL) - set(wire.OPERATIONS)


@pytest.mark.parametrize("name", _NAMES)
def test_a_document_refers_to_nothing_outside_itself(name: str) -> None:
    """Every reference stays inside its document, so that nothing is ever fetched."""
    outside = [node["$ref"] for node in _nodes(wire.document(name)) if not node.get("$ref", "#/").startswith("#/")]

    assert outside == []


@pytest.mark.parametrize("schema", _SCHEMAS)
def test_a_pattern_means_the_same_to_every_validator(schema: Mapping[str, Any]) -> None:
    """A pattern is bound at both ends without `$`, which lets a line feed pass in Python, and names its characters."""
    patterns = [node["pattern"] for node in _nodes(schema) if isinstance(node.get("pattern"), str)]

    traps = [
        pattern
        for pattern in patterns
        if not (pattern.startswith("^") and pattern.endswith(_TAIL))
        or any(trap in pattern.removesuffix(_TAIL) for trap in ("$", r"\d", r"\w", r"\s", r"\b", r"\Z", r"\z"))
    ]

    assert traps == []


@pytest.mark.parametrize("schema", _SCHEMAS)
def test_a_pattern_stands_beside_its_meaning(schema: Mapping[str, Any]) -> None:
    """A title says in words what a pattern asks for: problems quote it."""
    untitled = [node["pattern"] for node in _nodes(schema) if "pattern" in node and not node.get("title")]

    assert untitled == []


@pytest.mark.parametrize("schema", _SCHEMAS)
def test_every_text_and_every_list_is_bounded(schema: Mapping[str, Any]) -> None:
    """Whatever has a length has a longest one."""
    kinds = {"string": "maxLength", "array": "maxItems"}

    unbounded = [
        node
        for node in _nodes(schema)
        for kind, bound in kinds.items()
        if kind in ([node.get("type")] if isinstance(node.get("type"), str) else node.get("type") or [])
        and not {bound, "$ref"} & node.keys()
        and node != {"type": "string"}
    ]

    assert unbounded == []


def test_texts_of_the_gateway_are_never_empty() -> None:
    """A field between MPP server and Alipay+ that is not used is left out or null, never the empty text.

    Words for people must be there, so that the MPP server's may be empty.
    """
    loaded = [wire.document(name)["components"]["schemas"] for name in ("alipay-plus", "mpp-server")]

    empty = [node for node in _nodes(loaded) if "maxLength" in node and not {"minLength", "pattern"} & node.keys()]

    assert [node for node in empty if "it may be empty" not in node["description"]] == []


def test_an_object_from_a_wallet_may_hold_more_than_is_documented() -> None:
    """No schema forbids an extra field: a conforming MPP is not refused for one."""
    closed = [
        node
        for name in _NAMES
        for node in _nodes(wire.document(name)["components"]["schemas"])
        if {"additionalProperties", "unevaluatedProperties"} & node.keys()
    ]

    assert closed == []


def test_answers_of_the_gateway_name_their_headers_in_lower_case() -> None:
    """Client libraries look the headers of an answer up as they were sent, letter case included."""
    headers = {
        name
        for _, _, operation in _operations("alipay-plus")
        for answer in operation["responses"].values()
        for name in answer["headers"]
    }

    assert {"signature", "client-id", "response-time"} == headers


def test_the_limits_that_are_told_are_the_limits_that_are_kept() -> None:
    """The sizes in the documents' text are those of the code."""
    for name in ("alipay-plus", "mpp-server", "observer"):
        text = " ".join(wire.document(name)["info"]["description"].split())
        assert f"at most {wire.MAX_BODY:,} bytes and {wire.MAX_DEPTH} levels of nesting" in text


def test_every_type_has_its_words() -> None:
    """Whatever type a document asks for, a value of another one is refused in words."""
    types = {kind for name in _NAMES for node in _nodes(wire.document(name)) for kind in _types(node)}

    assert types <= schemas._KINDS.keys()


def _types(node: Mapping[str, Any]) -> list[str]:
    """The types that a schema lets pass; none where ``type`` is no keyword of one."""
    asked = node.get("type", [])
    return [asked] if isinstance(asked, str) else list(asked) if isinstance(asked, list) else []


def test_a_document_is_read_once() -> None:
    """The second look at a document costs nothing."""
    assert schemas.document("observer") is schemas.document("observer")
