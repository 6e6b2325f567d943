"""JSON Schemas of what a run writes down, made from the types that it is read into: the two cannot drift apart."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Final, get_args, get_origin, get_type_hints

from mpp_conformance import evidence
from mpp_conformance.common.shapes import (
    COUNT,
    SHA256,
    STRING,
    TRUTH,
    Schema,
    closed_object,
    document,
    many,
    or_null,
    row,
)
from mpp_conformance.evidence import disclosures, journal, strays, values
from mpp_conformance.judging.trace import BROKEN, ENDED, WAITED
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.protocol.messages import BY_NAME, Message
from mpp_conformance.scenarios.observation import REPORTERS, Observed
from mpp_conformance.scenarios.scenario import Codes, Offset, Scenario

_TEXT: Final[Schema] = {"$ref": "#/$defs/text"}
_OFFSET: Final[Schema] = {"type": "integer", "minimum": -values.MAX_OFFSET, "maximum": values.MAX_OFFSET}
_BASE64: Final[Schema] = {"type": "string", "contentEncoding": "base64"}


def evidence_schema() -> Schema:
    """The schema of the evidence of one conversation."""
    defs: dict[str, Schema] = dict(_DEFS)
    whole = closed_object(
        {
            "format": {"const": evidence.FORMAT},
            "scenario": _of(Scenario, defs),
            "codes": {"type": "array", "items": _of(Codes, defs), "minItems": 1},
            "events": {"type": "array", "items": {"$ref": "#/$defs/event"}},
            "ending": {"enum": [ENDED, WAITED, BROKEN]},
            "trouble": _TEXT,
            "app_link": TRUTH,
            "observes": _of(Observed, defs),
            "late": {**COUNT, "description": "How many of the last events came when the conversation was over."},
            "began": {"type": "string", "description": "UTC, ISO 8601; empty where no clock ran."},
        }
    )
    place = {"number": {"type": "integer", "minimum": 1}, "payment": COUNT, "at": COUNT}
    notes = {"type": "array", "items": row(_TEXT, _TEXT)}
    messages = {name: _event(kind, place, notes, defs) for name, kind in BY_NAME.items()}
    defs["event"] = {"description": "A message in its place; at: microseconds.", **_by_type(messages)}
    return document("The evidence of one conversation", whole, defs)


def strays_schema() -> Schema:
    """The schema of the messages that fitted no conversation."""
    defs: dict[str, Schema] = dict(_DEFS)
    rows = {
        name: closed_object({"conversation": _TEXT, **_said(kind, defs), "http": _HTTP})
        for name, kind in BY_NAME.items()
    }
    whole = closed_object({"format": {"const": strays.FORMAT}, "strays": {"type": "array", "items": _by_type(rows)}})
    return document("The messages of a run that fitted no conversation", whole, defs)


def disclosures_schema() -> Schema:
    """The schema of what opens the hidden parts of a conversation's evidence."""
    value = {"anyOf": [STRING, {"$ref": "#/$defs/body"}]}
    rows = {"type": "array", "items": row(STRING, STRING, value), "description": "Salt, name and value of each."}
    whole = closed_object({"format": {"const": disclosures.FORMAT}, "disclosures": rows})
    return document("What opens the hidden parts of a conversation's evidence", whole, dict(_DEFS))


def journal_schema(facts: Schema, defs: Mapping[str, Schema]) -> Schema:
    """The schema of one line of a journal; ``facts``: that of what a run was begun with, which refers to ``defs``."""
    every = {
        "number": {"type": "integer", "minimum": 1},
        "previous": {**SHA256, "description": "SHA-256 of the line before, without its line feed."},
        "at": {"type": "string", "description": "UTC, ISO 8601."},
        "attempt": {"type": "integer", "minimum": 1},
    }
    known = {**_TOLD, "facts": {**facts, "description": "What the run was begun with."}}
    lines = [
        closed_object({**every, "event": {"const": event}, **{name: known.get(name, STRING) for name in sorted(told)}})
        for event, told in journal.EVENTS.items()
    ]
    return document("One line of a run's journal", {"oneOf": lines}, defs)


_TOLD: Final[Mapping[str, Schema]] = {
    "format": {"const": journal.FORMAT},
    "cases": COUNT,
    "conversations": COUNT,
    "torn": COUNT,
    "verdict": {"enum": [verdict.word for verdict in Verdict]},
}


def _event(kind: type[Message], place: Schema, notes: Schema, defs: dict[str, Schema]) -> Schema:
    direction = {"const": evidence.SENT if kind.by_suite else evidence.RECEIVED}
    sent: Schema = {
        "direction": direction,
        "point": {"const": kind.point},
        "by": {"enum": list(REPORTERS)},
        "notes": notes,
        "http": _HTTP,
    }
    return closed_object({**place, **sent, **_said(kind, defs)})


def _by_type(kinds: Mapping[str, Schema]) -> Schema:
    """An object that is described by what its ``type`` says."""
    cases = [{"if": {"properties": {"type": {"const": name}}}, "then": made} for name, made in kinds.items()]
    named = {"properties": {"type": {"enum": sorted(kinds)}}, "required": ["type"]}
    return {"type": "object", **named, "allOf": cases}


def _said(kind: type[Message], defs: dict[str, Schema]) -> Schema:
    return {"type": {"const": kind.__name__}, "fields": _of(kind, defs)}


def _of(kind: Any, defs: dict[str, Schema]) -> Schema:  # noqa: ANN401  # a type annotation, as typing gives it
    """The schema of a type; that of a class stands among ``defs``, by its name."""
    simple = {str: _TEXT, bool: TRUTH, int: COUNT, Offset: _OFFSET}
    if kind in simple:
        return simple[kind]
    if get_origin(kind) is tuple:
        first, *others = get_args(kind)
        return row(*(_of(part, defs) for part in (first, *others))) if others != [...] else many(_of(first, defs))
    if isinstance(kind, UnionType):
        (present,) = (part for part in get_args(kind) if part is not NoneType)
        return or_null(_of(present, defs))
    if not (isinstance(kind, type) and is_dataclass(kind)):
        raise TypeError(f"no document holds {kind}")
    if kind.__name__ not in defs:
        hints = get_type_hints(kind)
        written = {field.name: _of(hints[field.name], defs) for field in fields(kind) if field.init}
        defs[kind.__name__] = closed_object(written)
    return {"$ref": f"#/$defs/{kind.__name__}"}


_HTTP: Final[Schema] = many({"$ref": "#/$defs/half"})
_COMMITMENT: Final[Schema] = {"$ref": "#/$defs/commitment"}
_DEFS: Final[Mapping[str, Schema]] = {
    "text": {
        "description": "Text; a list of its parts where some of them are hidden.",
        "anyOf": [STRING, {**many({"anyOf": [STRING, _COMMITMENT]}), "contains": _COMMITMENT}],
    },
    "commitment": {
        "description": "Stands for what is hidden: SHA-256 over [salt, name, value] in the form of RFC 8785.",
        **closed_object({"digest": SHA256, "name": STRING}),
    },
    "body": {
        "description": "The bytes of a body: as text where they are UTF-8, else in Base64; or what stands for them.",
        "oneOf": [
            closed_object({"text": STRING}),
            closed_object({"base64": _BASE64}),
            closed_object({"digest": SHA256, "name": STRING, "bytes": COUNT}),
        ],
    },
    "half": {
        "description": "A request, where status is null, or its answer; method and target are those of the request.",
        **closed_object(
            {
                "method": _TEXT,
                "target": _TEXT,
                "status": {"type": ["integer", "null"], "minimum": 0},
                "headers": many(row(_TEXT, _TEXT)),
                "body": {"$ref": "#/$defs/body"},
            }
        ),
    },
}
