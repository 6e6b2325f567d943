"""What evidence may say, before a byte of it is written: whatever is not on a list is hidden (see ``hidden_values``).

On the lists stand fields of messages, names of headers, and what the wallet's messages bear by ``openapi/``. Customers,
what the acquirer passes through, and all the rest can be read only if the wallet's owner discloses it. The id of a
customer that turns up inside a text that may be read is hidden where it stands.

What is judged is the redacted conversation, and it is judged as the other would be: equal values stay equal and
different ones different, an empty text stays empty, and nothing is hidden inside a text where the suite says the same.
"""

import functools
import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any, Final, Self

from mpp_conformance import wire
from mpp_conformance.common import canonical
from mpp_conformance.evidence.hidden_values import Commitment, Disclosure, Hidden, HiddenBytes, Hiding
from mpp_conformance.evidence.values import plain
from mpp_conformance.judging.trace import Event, Half, Trace
from mpp_conformance.peers.router import Stray
from mpp_conformance.protocol.messages import Malformed, Message

CUSTOMERS: Final = "customers"
PASS_THROUGH_INFO: Final = "pass_through_info"  # noqa: S105  # no password: the name of a field
OTHER: Final = "other"
CLASSES: Final = (CUSTOMERS, PASS_THROUGH_INFO, OTHER)
"""What a wallet's owner can disclose: ``[evidence] disclose`` of its ``wallet.toml``."""

PROTECTED: Final[Mapping[str, str]] = {"customer_id": CUSTOMERS, "pass_through_info": PASS_THROUGH_INFO}
"""Fields of messages that are hidden, and what discloses them."""
CLEAR: Final = frozenset(
    {
        "ac_decode_config",
        "action",
        "action_type",
        "amount",
        "body",
        "callback",
        "carriage",
        "code_type",
        "code_value",
        "currency",
        "customs_declaration_amount",
        "customs_declaration_currency",
        "entry_pattern",
        "error_code",
        "error_message",
        "expiry_time",
        "fault",
        "http_status",
        "is_supported",
        "media_type",
        "operation",
        "order_pattern",
        "outcome",
        "page",
        "pay_to_amount",
        "pay_to_currency",
        "payment_amount",
        "payment_code",
        "payment_currency",
        "payment_id",
        "payment_message",
        "payment_request_id",
        "payment_status",
        "person",
        "problem",
        "quote_price",
        "redirect_url",
        "reference",
        "result_code",
        "result_message",
        "result_status",
        "sdk_action_payload",
        "signature",
        "status",
        "title",
        "url",
        "user_agent",
        "version",
        "where",
    }
)
"""Fields of messages that may be read."""
HEADERS: Final = frozenset(
    {
        *("accept", "accept-encoding", "client-id", "connection", "content-encoding", "content-length", "content-type"),
        *("date", "host", "request-time", "response-time", "server", "signature", "transfer-encoding", "user-agent"),
    }
)
"""Headers whose values may be read."""
_IN_BODIES: Final[Mapping[str, str]] = {"customerId": CUSTOMERS, "passThroughInfo": PASS_THROUGH_INFO}
_SHORTEST: Final = 4
"""An id of fewer characters is not looked for inside texts: it stands in too many that have nothing to do with it."""
_SEEN: Final = ", seen "
_UNREADABLE: Final = ""
"""Stands for the name of a body that has no names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a run keeps back.

    ``customers``: what each customer of ``wallet.toml`` is called, and their id; ``disclosed``: of :data:`CLASSES`.
    ``secret`` salts what is hidden, and is to be thrown away with the run.
    """

    customers: tuple[tuple[str, str], ...]
    disclosed: frozenset[str]
    secret: bytes = field(repr=False)

    @classmethod
    def of(cls, customers: Iterable[tuple[str, str]], disclosed: Iterable[str], secret: bytes) -> Self:
        """For customers by their roles."""
        named = tuple((f"{role} customer", customer) for role, customer in customers)
        return cls(customers=named, disclosed=frozenset(disclosed), secret=secret)

    def redact(self, trace: Trace) -> tuple[Trace, tuple[Disclosure, ...]]:
        """The conversation as it may be written down, and what opens the rest."""
        if self.disclosed.issuperset(CLASSES):
            return trace, ()
        redactor = self._redactor(trace)
        events = tuple(redactor.event(event) for event in trace.events)
        made = replace(trace, events=events, trouble=redactor.free(trace.trouble))
        return made, tuple(redactor.hiding.disclosures.values())

    def redact_stray(self, stray: Stray) -> Stray:
        """The same of a message that fits no conversation; nothing opens what it hides."""
        if self.disclosed.issuperset(CLASSES):
            return stray
        redactor = _Redactor(self, Hiding(self.secret), self._searched(""))
        http = tuple(redactor.half(half, stray.message) for half in stray.http)
        return replace(stray, message=redactor.message(stray.message), http=http)

    def _redactor(self, trace: Trace) -> "_Redactor":
        own = canonical.dump([plain(trace.scenario), plain(trace.codes)])
        secret = hmac.new(self.secret, own, hashlib.sha256).digest()
        said = [event.message for event in trace.events if event.message.by_suite]
        texts = [text for message in said for name, text in _texts(message) if name not in PROTECTED]
        return _Redactor(self, Hiding(secret), self._searched("\n".join([own.decode("utf-8"), *texts])))

    def _searched(self, own: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
        """The customers that are looked for inside texts: none that stands in what the suite itself says."""
        if CUSTOMERS in self.disclosed:
            return ()
        found = ((name, _whole_word(value)) for name, value in self.customers if len(value) >= _SHORTEST)
        return tuple((name, pattern) for name, pattern in found if not pattern.search(own))


def _whole_word(value: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9])({re.escape(value)})(?![A-Za-z0-9])")


def _texts(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """The texts in a message, each with the name of its field."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, tuple):
        for inner in value:
            yield from _texts(inner, name)
    elif is_dataclass(value):
        for part in fields(value):
            yield from _texts(getattr(value, part.name), part.name)


@dataclass(slots=True)
class _Redactor:
    """Redacts one conversation."""

    policy: Policy
    hiding: Hiding
    searched: tuple[tuple[str, re.Pattern[str]], ...]

    def event(self, event: Event) -> Event:
        notes = tuple((name, self.free(text)) for name, text in event.notes)
        halves = tuple(self.half(half, event.message) for half in event.http)
        return replace(event, message=self.message(event.message), notes=notes, http=halves)

    def message(self, message: Message) -> Message:
        made: Message = self._value("", message)
        return replace(made, problem=self._problem(made.problem)) if isinstance(made, Malformed) else made

    def half(self, half: Half, message: Message) -> Half:
        """``message`` is what the exchange was about: whose half this is follows from it."""
        asked = half.status is None
        ours = message.by_suite is (asked is not message.is_reply)
        headers = tuple((name, self._header(name, value)) for name, value in half.headers)
        return replace(half, target=self._target(half.target), headers=headers, body=self._body(half.body, ours=ours))

    def free(self, text: str) -> str:
        """A text that may be read, but for the customers in it."""
        if isinstance(text, Hidden) or not self._found_in(text):
            return text
        parts: list[str | Commitment] = [text]
        for name, pattern in self.searched:
            parts = [piece for part in parts for piece in self._split(part, name, pattern)]
        return Hidden(*parts)

    def _split(self, part: str | Commitment, name: str, pattern: re.Pattern[str]) -> list[str | Commitment]:
        if isinstance(part, Commitment):
            return [part]
        # Every second piece is what was found.
        pieces = enumerate(pattern.split(part))
        return [self.hiding.text(name, piece) if place % 2 else piece for place, piece in pieces if piece]

    def _value(self, name: str, value: Any) -> Any:  # noqa: ANN401  # of the same type
        if isinstance(value, str):
            return self._text(name, value)
        if isinstance(value, tuple):
            return tuple(self._value(name, inner) for inner in value)
        if not is_dataclass(value) or isinstance(value, type):
            return value
        return replace(
            value, **{part.name: self._value(part.name, getattr(value, part.name)) for part in fields(value)}
        )

    def _text(self, name: str, text: str) -> str:
        kind = PROTECTED.get(name, "" if name in CLEAR else OTHER)
        if not text or isinstance(text, Hidden) or not kind or kind in self.policy.disclosed:
            return self.free(text)
        if kind == CUSTOMERS:
            known = {value: called for called, value in self.policy.customers}
            return Hidden(self.hiding.text(known.get(text, "customer"), text))
        return Hidden(self.hiding.text(name, text))

    def _problem(self, problem: str) -> str:
        """What is wrong with a message, without the values of fields that are hidden."""
        hidden = [name for name, kind in _IN_BODIES.items() if kind not in self.policy.disclosed and name in problem]
        start = min((problem.index(name) for name in hidden), default=len(problem))
        seen = problem.find(_SEEN, start)
        if isinstance(problem, Hidden) or seen < 0:
            return self.free(problem)
        cut = seen + len(_SEEN)
        return Hidden(problem[:cut], self.hiding.text("what was seen", problem[cut:]))

    def _target(self, target: str) -> str:
        open_to_read = "?" not in target or OTHER in self.policy.disclosed
        return self._whole("target", target, readable=open_to_read)

    def _header(self, name: str, value: str) -> str:
        open_to_read = name.lower() in HEADERS or OTHER in self.policy.disclosed
        return self._whole(f"header {name.lower()}", value, readable=open_to_read)

    def _whole(self, name: str, text: str, *, readable: bool) -> str:
        if not text or isinstance(text, Hidden) or (readable and not self._found_in(text)):
            return text
        return Hidden(self.hiding.text(name, text))

    def _body(self, body: bytes, *, ours: bool) -> bytes:
        if not body or isinstance(body, HiddenBytes) or self._classes(body, ours=ours) <= self.policy.disclosed:
            return body
        return self.hiding.body("body", body)

    def _classes(self, body: bytes, *, ours: bool) -> set[str]:
        """What has to be disclosed for a body to be read; a body of the suite's own may bear any name."""
        try:
            members = list(_members(wire.parse_object(body)))
        except wire.UnreadableBodyError:
            members = [(_UNREADABLE, body.decode("utf-8", "replace"))]
        found = {_IN_BODIES[name] for name, value in members if name in _IN_BODIES and value is not None}
        if any(isinstance(value, str) and self._found_in(value) for _, value in members):
            found.add(CUSTOMERS)
        known = names_of_wallets() | _IN_BODIES.keys()
        return found if ours or all(name in known for name, _ in members) else found | {OTHER}

    def _found_in(self, text: str) -> bool:
        return any(pattern.search(text) for _, pattern in self.searched)


def _members(value: object, name: str = "") -> Iterator[tuple[str, object]]:
    """Every member of every object in a body, and every item of a list under the name of the list."""
    if isinstance(value, Mapping):
        for inner_name, inner in value.items():
            yield inner_name, inner
            yield from _members(inner, inner_name)
    elif isinstance(value, list):
        for inner in value:
            yield name, inner
            yield from _members(inner, name)


@functools.cache
def names_of_wallets() -> frozenset[str]:
    """The names that ``openapi/`` has for what a wallet says."""
    found: set[str] = set()
    for kind, operation in wire.OPERATIONS.items():
        if not kind.by_suite:
            components = wire.document(operation.document)["components"]["schemas"]
            found.update(_names(components[operation.schema], components))
    return frozenset(found | {"problem"})


def _names(schema: object, components: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(schema, Mapping):
        yield from schema.get("properties", ())
        for key, inner in schema.items():
            if key == "$ref":
                yield from _names(components[inner.rpartition("/")[2]], components)
            else:
                yield from _names(inner, components)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _names(inner, components)
