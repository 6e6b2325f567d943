"""The documents of ``openapi/`` and what they have to say about an instance.

Documents are read and validators built when first asked for, and once; the packages that do it are imported then.
Nothing is ever fetched.
"""

import functools
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, NoReturn

from mpp_conformance.common.resources import directory
from mpp_conformance.protocol.messages import Message
from mpp_conformance.wire.operations import OPERATIONS
from mpp_conformance.wire.parsing import printable

if TYPE_CHECKING:
    import jsonschema_rs

_SHOWN: Final = 48
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


@functools.cache
def document(name: str) -> Mapping[str, Any]:
    """A document of ``openapi/`` by its file's name without the ending."""
    import yaml  # noqa: PLC0415  # 15 ms that a command without messages need not spend

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = (directory("openapi") / f"{name}.yaml").read_bytes()
    loaded: Mapping[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506  # a safe loader, the fast one if built
    return loaded


@functools.cache
def schema(document_name: str, component: str) -> Mapping[str, Any]:
    """A schema of a document, complete in itself: its references stay inside."""
    return {
        "$schema": _DIALECT,
        "$ref": f"#/components/schemas/{component}",
        "components": {"schemas": document(document_name)["components"]["schemas"]},
    }


def schema_of(message_type: type[Message]) -> Mapping[str, Any]:
    """The schema of the body that carries a message type; KeyError for one that never crosses HTTP."""
    operation = OPERATIONS[message_type]
    return schema(operation.document, operation.schema)


@functools.cache
def validator(document_name: str, component: str) -> "jsonschema_rs.Draft202012Validator":
    """The judge of a schema of a document."""
    import jsonschema_rs  # noqa: PLC0415  # 15 ms that a command without messages need not spend

    return jsonschema_rs.Draft202012Validator(dict(schema(document_name, component)), retriever=_fetch_nothing)


def validator_of(message_type: type[Message]) -> "jsonschema_rs.Draft202012Validator":
    """The judge of the body that carries a message type."""
    operation = OPERATIONS[message_type]
    return validator(operation.document, operation.schema)


def problems(message_type: type[Message], instance: object) -> list[str]:
    """What is wrong with a body that is to carry a message type, one sentence a place; nothing if it is sound."""
    operation = OPERATIONS[message_type]
    return problems_of(operation.document, operation.schema, instance)


def problems_of(document_name: str, component: str, instance: object, *, partial: bool = False) -> list[str]:
    """What is wrong with an instance of a document's schema: place, what was expected, what was seen.

    Sentences are sorted by place, at most one for each; they are printable, and values in them are cut. In a
    ``partial`` instance anything may be missing.
    """
    rooted = schema(document_name, component)
    found: dict[str, str] = {}
    for error in validator(document_name, component).iter_errors(instance):
        if partial and error.schema_path[-1] == "required":
            continue
        place, sentence = _sentence(error, rooted)
        found.setdefault(place, sentence)
    return [found[place] for place in sorted(found)]


def _fetch_nothing(uri: str) -> NoReturn:
    raise LookupError(f"a schema refers to {uri}; nothing outside the document is fetched")


def _sentence(error: "jsonschema_rs.ValidationError", rooted: Mapping[str, Any]) -> tuple[str, str]:
    """The place of an error, and the error in words."""
    keyword = str(error.schema_path[-1])
    if keyword == "required":
        name = printable(str(error.kind.property), _SHOWN)  # type: ignore[attr-defined]  # of this kind of error
        place = _place((*error.instance_path, name))
        return place, f"{place}: expected, but it is missing"
    place = _place(error.instance_path)
    found = _node(rooted, error.schema_path[:-1])
    return place, f"{place}: expected {_expectation(keyword, found)}, seen {_seen(error.instance)}"


def _node(rooted: Mapping[str, Any], path: Iterable[str | int]) -> Mapping[str, Any]:
    """The schema at a path of a validator's error."""
    node: Any = rooted
    for step in path:
        node = node[step]
    return node  # type: ignore[no-any-return]  # the paths of errors lead to schemas


def _place(path: Iterable[str | int]) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
    return printable(text, 4 * _SHOWN) or "the body"


def _expectation(keyword: str, found: Mapping[str, Any]) -> str:
    """What a keyword asks for, in words; patterns go by the title that stands beside them."""
    asked = found[keyword]
    if keyword == "type":
        kinds = [asked] if isinstance(asked, str) else asked
        return " or ".join(_KINDS[kind] for kind in kinds)
    if keyword == "enum":
        return " or ".join(json.dumps(value) for value in asked)
    if keyword in _BOUNDS:
        return _BOUNDS[keyword].format(asked)
    return str(found.get("title", f"what {keyword} asks for"))


_KINDS: Final = {
    "object": "an object",
    "array": "an array",
    "string": "a string",
    "integer": "a whole number",
    "null": "null",
}
_BOUNDS: Final = {
    "minLength": "at least {} character",
    "maxLength": "at most {} characters",
    "maxItems": "at most {} items",
    "minimum": "at least {}",
    "maximum": "at most {}",
}


def _seen(value: object) -> str:
    if isinstance(value, str):
        quoted = f'"{printable(value, _SHOWN)}"'
        return quoted if len(value) <= _SHOWN else f"{quoted} ({len(value)} characters)"
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int | float):
        return f"the number {printable(str(value), _SHOWN)}"
    return f"an array of {len(value)}" if isinstance(value, list) else "an object"
