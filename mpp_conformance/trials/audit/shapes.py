"""Shapes: conversations that differ in nothing but values. Equal shapes have equal verdicts, and are judged once.

Values are renamed by first occurrence, the same one to the same name wherever it stands; what is empty stays empty.
Only fields whose values cases compare with other values are renamed: those that they compare with words of their own
(statuses, action types, error codes) stay.
"""

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, Final

from mpp_conformance.judging.trace import Trace
from mpp_conformance.trials.audit.records import Record

RENAMED: Final = frozenset(
    {
        *("callback", "code_value", "customer_id", "decoded", "error_message", "expiry_time", "order_id"),
        *("page_id", "pass_through_info", "payload", "payment_id", "payment_message", "payment_request_id", "problem"),
        *("redirect_url", "reference", "result_message", "scanned", "sdk_action_payload", "tag", "title", "url"),
        *("amount", "pay_to_amount", "payment_amount", "customs_declaration_amount"),
        *("version", "entry_pattern", "order_pattern"),
    }
)
"""Names of fields that hold values."""


_NUMBERS: Final = re.compile(r"[0-9]{12,}")
"""Parts of ids that are of one conversation alone; amounts and times of day are shorter."""
_BETWEEN: Final = "\0"
_NAME: Final = "\1"


def likenesses(records: Sequence[Record]) -> Iterator[Hashable]:
    """The records of a conversation with long numbers renamed, wherever they stand; equal ones have equal shapes.

    The numbers of its keys alone, which is quick; then, for whoever is not known so, all that are in its bodies. None
    where a body has the characters that names are made of.
    """
    text = _BETWEEN.join([one.body for one in records])
    if text.count(_BETWEEN) >= len(records) or _NAME in text:
        return
    requests, sessions = {one.request for one in records}, {one.session for one in records}
    rest = (
        tuple([one.kind for one in records]),
        (len(requests - {""}), len(sessions - {""})),
        len({one.at for one in records}),
        any(one.several for one in records),
    )
    keys = _BETWEEN.join([records[0].conversation, *sorted(requests), *sorted(sessions)])
    yield _renumbered(text, _NUMBERS.findall(keys)), *rest
    yield _renumbered(text, _NUMBERS.findall(text)), *rest


def _renumbered(text: str, numbers: Iterable[str]) -> str:
    """The text with names for numbers, in the order in which they first stand in it."""
    found = [number for number in dict.fromkeys(numbers) if number in text]
    smallest = [one for one in found if not any(other in one for other in found if other != one)]
    for place, number in enumerate(sorted(smallest, key=text.find)):
        text = text.replace(number, f"{_NAME}{place}{_NAME}")
    return text


def shape(trace: Trace) -> Trace:
    """The trace with its values renamed; traces of one shape are equal, but for times."""
    names: dict[str, str] = {}
    scenario = replace(trace.scenario, payments=_renamed("payments", trace.scenario.payments, names))
    codes = _renamed("codes", trace.codes, names)
    events = tuple(replace(event, at=0.0, message=_renamed("", event.message, names)) for event in trace.events)
    return replace(trace, scenario=scenario, codes=codes, events=events)


def _renamed(name: str, value: Any, names: dict[str, str]) -> Any:  # noqa: ANN401  # of the same type
    if isinstance(value, str):
        return names.setdefault(value, f"value {len(names) + 1}") if value and name in RENAMED else value
    if isinstance(value, tuple):
        return tuple(_renamed(name, inner, names) for inner in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    made = {part.name: _renamed(part.name, getattr(value, part.name), names) for part in fields(value)}
    changed = {part: new for part, new in made.items() if new is not getattr(value, part)}
    return replace(value, **changed) if changed else value
