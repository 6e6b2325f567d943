"""The words in which our JSON Schemas are written (dialect 2020-12): objects and lists that say all that is in them."""

from collections.abc import Mapping
from typing import Any, Final

Schema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
STRING: Final[Schema] = {"type": "string"}
TRUTH: Final[Schema] = {"type": "boolean"}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
SHA256: Final[Schema] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}


def document(title: str, whole: Schema, defs: Mapping[str, Schema] | None = None) -> Schema:
    """A schema by itself; ``defs``: what it refers to as ``#/$defs/NAME``."""
    made = {"$schema": DIALECT, "title": title, **whole}
    return {**made, "$defs": dict(sorted(defs.items()))} if defs else made


def closed_object(properties: Mapping[str, Schema], *, may_lack: tuple[str, ...] = ()) -> Schema:
    """An object that has exactly these members, or all but those that it may lack."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": sorted(name for name in properties if name not in may_lack),
        "additionalProperties": False,
    }


def many(items: Schema) -> Schema:
    """A list of any length."""
    return {"type": "array", "items": items}


def row(*items: Schema) -> Schema:
    """A list of exactly these items."""
    return {"type": "array", "prefixItems": list(items), "minItems": len(items), "maxItems": len(items)}


def mapping(values: Schema) -> Schema:
    """An object whose members have any name, and all of them such a value."""
    return {"type": "object", "additionalProperties": values}


def or_null(schema: Schema) -> Schema:
    """What may be missing, and is null then."""
    return {"anyOf": [schema, {"type": "null"}]}


def one_of(*words: str) -> Schema:
    """One of these texts."""
    return {"enum": list(words)}
