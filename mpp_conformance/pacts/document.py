"""A pact file, of Pact specification 1 to 4, as plain values.

Reading is bounded in size, depth and number; what a later step needs is there and of its type, or the file is refused
with the place, what was expected and what was seen.
"""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from mpp_conformance.common.text import NotTextError, decode_text
from mpp_conformance.wire import UnreadableBodyError, parse_object, printable

MAX_BYTES: Final = 16 * 1024 * 1024
MAX_DEPTH: Final = 64
MAX_INTERACTIONS: Final = 1_000

HTTP: Final = "Synchronous/HTTP"
ASYNC: Final = "Asynchronous/Messages"
SYNC: Final = "Synchronous/Messages"
_KINDS: Final = (HTTP, ASYNC, SYNC)
_BY_KIND_FROM: Final = 4
"""From this version of the specification on an interaction says of which kind it is."""
_SHOWN: Final = 100
_WORDS: Final = {dict: "an object", list: "an array", str: "a text", int: "a whole number"}


class PactFileError(ValueError):
    """A file that is no pact, or none that can be verified here; says where and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One half of an interaction. ``body``: its bytes, ``None`` for none; ``headers``: names in lower case.

    The metadata of a message are its headers. ``status`` is 0 where there is none to speak of.
    """

    headers: Mapping[str, str]
    body: bytes | None
    status: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """What is said and what is answered. ``states``: name and parameters of each provider state, in order.

    ``answer`` is the message itself for an asynchronous one, whose ``request`` is empty.
    """

    number: int
    description: str
    key: str
    kind: str
    states: tuple[tuple[str, Mapping[str, Any]], ...]
    method: str
    path: str
    request: Content
    answer: Content

    @property
    def title(self) -> str:
        """Key and description, as people know the interaction by."""
        return printable(f"{self.key} {self.description}".strip(), 2 * _SHOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pact:
    """A contract between ``consumer`` and ``provider``; ``document`` is the whole file."""

    consumer: str
    provider: str
    interactions: tuple[Interaction, ...]
    document: Mapping[str, Any]

    def with_interactions(self, interactions: Iterator[Interaction]) -> bytes:
        """The same contract with these interactions alone, none of them marked as pending."""
        known = _listed(self.document)
        kept = [{**known[interaction.number], "pending": False} for interaction in interactions]
        return json.dumps({**self.document, _list_name(self.document): kept}, ensure_ascii=False).encode("utf-8")


def read(data: bytes) -> Pact:
    """The pact in ``data``; PactFileError for anything else."""
    try:
        document = parse_object(decode_text(data).encode(), limit=MAX_BYTES, depth=MAX_DEPTH)
    except NotTextError as problem:
        raise PactFileError(f"the file: expected UTF-8; {problem}") from None
    except UnreadableBodyError as problem:
        raise PactFileError(str(problem).replace("the body", "the file", 1)) from None
    if document.get("plugins") or _object(document, "metadata", "metadata").get("plugins"):
        raise PactFileError("metadata.plugins: the pact needs a plugin of Pact, and none is ever loaded here")
    found = _listed(document)
    if len(found) > MAX_INTERACTIONS:
        raise PactFileError(f"interactions: expected at most {MAX_INTERACTIONS}, seen {len(found)}")
    version = _version(document)
    return Pact(
        consumer=_text(_needed(document, "consumer"), "name", "consumer.name"),
        provider=_text(_needed(document, "provider"), "name", "provider.name"),
        interactions=tuple(_interaction(number, one, version, document) for number, one in enumerate(found)),
        # With the version, which Pact's verifier would take for another one where the file does not say.
        document={**document, "metadata": {**_object(document, "metadata", "metadata"), **_said(version)}},
    )


def _said(version: int) -> dict[str, Any]:
    return {"pactSpecification": {"version": f"{version}.0.0" if version < _BY_KIND_FROM else f"{version}.0"}}


def _listed(document: Mapping[str, Any]) -> list[Any]:
    name = _list_name(document)
    found: list[Any] = _of(list, document[name], name)
    return found


def _list_name(document: Mapping[str, Any]) -> str:
    """Where the interactions stand; specification 3 keeps messages under a name of their own."""
    names = [name for name in ("interactions", "messages") if name in document]
    if len(names) != 1:
        seen = "both" if names else "neither; is this a pact file?"
        raise PactFileError(f"the file: expected either interactions or messages, seen {seen}")
    return names[0]


def _version(document: Mapping[str, Any]) -> int:
    """The first number of the specification's version; where a file does not say, what its interactions look like."""
    metadata = _object(document, "metadata", "metadata")
    told = metadata.get("pactSpecification", metadata.get("pact-specification"))
    text = told.get("version") if isinstance(told, dict) else metadata.get("pactSpecificationVersion")
    if text is None:
        typed = any(isinstance(one, dict) and one.get("type") in _KINDS for one in _listed(document))
        text = "4" if typed else "2"
    first = str(text).partition(".")[0]
    if first not in {"1", "2", "3", "4"}:
        raise PactFileError(f"metadata.pactSpecification.version: expected 1 to 4, seen {printable(str(text), _SHOWN)}")
    return int(first)


def _interaction(number: int, found: object, version: int, document: Mapping[str, Any]) -> Interaction:
    where = f"interactions[{number}]"
    one = _of(dict, found, where)
    kind = _kind(one, version, document, where)
    if one.get("pluginConfiguration"):
        raise PactFileError(f"{where}.pluginConfiguration: the pact needs a plugin, and none is ever loaded here")
    request, answer = _halves(one, kind, where)
    return Interaction(
        number=number,
        description=_text(one, "description", f"{where}.description"),
        key=str(one.get("key") or ""),
        kind=kind,
        states=tuple(_states(one, where)),
        method=str(request.get("method", "")).upper(),
        path=str(request.get("path", "")),
        request=_content(request, f"{where}.request", version),
        answer=_content(answer, f"{where}.response", version),
    )


def _kind(one: Mapping[str, Any], version: int, document: Mapping[str, Any], where: str) -> str:
    if version < _BY_KIND_FROM:
        return HTTP if "interactions" in document else ASYNC
    kind = one.get("type", HTTP)
    if kind not in _KINDS:
        raise PactFileError(f"{where}.type: expected {' or '.join(_KINDS)}, seen {printable(str(kind), _SHOWN)}")
    return str(kind)


def _halves(one: Mapping[str, Any], kind: str, where: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    if kind == ASYNC:
        return {}, _message(one)
    request = _object(one, "request", f"{where}.request")
    if kind == HTTP:
        return request, _object(one, "response", f"{where}.response")
    answers = _of(list, one.get("response") or [{}], f"{where}.response")
    first = _of(dict, answers[0], f"{where}.response[0]")
    return _message(request), _message(first)


def _message(half: Mapping[str, Any]) -> Mapping[str, Any]:
    """A message in the form of an HTTP half."""
    return {"body": half.get("contents"), "headers": half.get("metadata", half.get("metaData"))}


def _states(one: Mapping[str, Any], where: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Name and parameters of each provider state, however the specification's version spells them."""
    single = one.get("providerState", one.get("provider_state"))
    told = [{"name": single}] if single else one.get("providerStates") or []
    if isinstance(told, str):
        told = [{"name": told}]
    for place, state in enumerate(_of(list, told, f"{where}.providerStates")):
        inner = f"{where}.providerStates[{place}]"
        named = _of(dict, state, inner)
        yield _text(named, "name", f"{inner}.name"), _object(named, "params", f"{inner}.params")


def _content(half: Mapping[str, Any], where: str, version: int) -> Content:
    headers = {
        name.lower(): ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in _object(half, "headers", f"{where}.headers").items()
    }
    body = half.get("body")
    if body is not None and version >= _BY_KIND_FROM:
        body = _unpacked(_of(dict, body, f"{where}.body"), where)
    elif body is not None:
        body = _bytes(body)
    return Content(headers=headers, body=body, status=int(_of(int, half.get("status", 0), f"{where}.status")))


def _unpacked(body: Mapping[str, Any], where: str) -> bytes | None:
    """The bytes of a body in the form of specification 4; ``None`` where there is no content."""
    content = body.get("content")
    if content is None or content == "":
        return None
    if str(body.get("encoded", False)).lower() in {"true", "base64"}:
        try:
            return base64.b64decode(str(content), validate=True)
        except (binascii.Error, ValueError):
            raise PactFileError(f"{where}.body.content: expected Base64, seen something else") from None
    return _bytes(content)


def _bytes(content: object) -> bytes:
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8")


def _needed(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    if name not in document:
        raise PactFileError(f"{name}: expected, but it is missing; is this a pact file?")
    found: Mapping[str, Any] = _of(dict, document[name], name)
    return found


def _object(holder: Mapping[str, Any], name: str, where: str) -> Mapping[str, Any]:
    """An object that may be missing or null, and then is empty."""
    found: Mapping[str, Any] = _of(dict, holder.get(name) or {}, where)
    return found


def _text(holder: Mapping[str, Any], name: str, where: str) -> str:
    value = holder.get(name)
    if value is None:
        raise PactFileError(f"{where}: expected, but it is missing")
    return str(_of(str, value, where))


def _of(kind: type, value: object, where: str) -> Any:  # noqa: ANN401  # checked to be of ``kind``
    if not isinstance(value, kind) or isinstance(value, bool):
        _refuse(f"{where}: expected {_WORDS[kind]}, seen {printable(json.dumps(value), _SHOWN)}")
    return value


def _refuse(problem: str) -> NoReturn:
    raise PactFileError(problem)
