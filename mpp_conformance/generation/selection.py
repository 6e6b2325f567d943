"""A choice among what was generated: few enough to be held with every wallet, and no two of one kind where others are.

The seed decides twice: what is drawn at random, and which of the systematic bodies are taken.
"""

import functools
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypedDict

from mpp_conformance import wire
from mpp_conformance.generation.adjustment import MEANT, fit
from mpp_conformance.generation.mirror import CELLS, schema
from mpp_conformance.peers.alipay_plus import fill_in
from mpp_conformance.protocol.messages import Decode, Message, Order, Scan, UserInitiatedPayAnswer
from mpp_conformance.scenarios.answers import BrokenCall, Corpus, Generated, Illegal
from mpp_conformance.scenarios.scenario import ENTRY, OBSERVER, ORDER

if TYPE_CHECKING:
    import jsonschema_rs

DEFAULT_SEED: Final = 1
"""Of the corpus that travels with the package."""
WITHIN: Final[Mapping[str, int]] = {
    "drawn": 2,
    "payload": 2,
    "null": 1,
    "longest": 1,
    "letters": 1,
    "required": 1,
    "some": 1,
    "whole": 1,
}
"""How many of each kind are taken for each business scenario, of those that hold only what documents name."""
BEYOND: Final[Mapping[str, int]] = {"unexpected": 1, "longer": 1, "other": 1}
"""Likewise, of those that go beyond."""
ILLEGAL: Final[Mapping[str, int]] = {
    "missing": 6,
    "type": 8,
    "pattern": 4,
    "shorter": 3,
    "longer": 3,
    "other": 2,
    "items": 1,
}
"""How many are taken that break the interface."""
CALLS: Final[Mapping[str, int]] = {"missing": 3, "type": 4, "pattern": 1, "shorter": 2, "longer": 2}
"""How many calls are taken that break the adaptor's interface, for each of its operations."""
_LONGEST_URL: Final = 2_048
_OPERATIONS: Final[Mapping[str, type[Message]]] = {"scan": Scan, "decode": Decode}
_KINDS: Final = tuple(
    (re.compile(words), kind)
    for words, kind in (
        (r"Value null value$", "null"),
        (r"Maximum length string$", "longest"),
        (r"Example value$", "letters"),
        (r"Object with only required properties$", "required"),
        (r"Object with all required and a subset of optional properties$", "some"),
        (r"Object with unexpected properties$", "unexpected"),
        (r"String larger than maxLength$", "longer"),
        (r"String smaller than minLength$", "shorter"),
        (r"Invalid enum value$", "other"),
        (r"Missing required property: \w+$", "missing"),
        (r"Incorrect type$", "type"),
        (r"pattern$", "pattern"),
        (r"Array with more items than allowed by maxItems$", "items"),
    )
)
"""How the generator's words for a body end, and the kind of body they mean."""
_PHASES: Final = {"fuzzing": "drawn", "examples": "whole"}
_MANY: Final = ("drawn", "payload", "whole")
"""Kinds of which there may be several about one field."""
_FIELD: Final = re.compile(r"'(\w+)' value|(\w+) ->|property: (\w+)|(?:^|-> |items: )(\w+): [A-Z]")
_LAST: Final = re.compile(r"(?<=-> )(\w+): [A-Z]")
"""The field that is broken, where it stands in another one."""
_MAX_BODY: Final = 30_000
"""Characters of a body, so that one of all fields at their longest does not make up most of the corpus."""
_LEAST_DRAWN: Final = 5
"""Fields of a body drawn at random, so that the smallest ones do not make up most of them."""


class _Space(NamedTuple):
    """White space between the parts of a JSON text, and around it."""

    separators: tuple[str, str]
    indent: int | None = None
    around: str = ""


_SPACES: Final = (
    _Space((",", ":")),
    _Space((", ", ": ")),
    _Space((" , ", "\t:\t"), around="\r\n"),
    _Space((",", ": "), indent=2),
)
"""Of the first two and the last kind libraries write; none writes the third."""
_TO_PAY: Final = "psp-S"
_AMOUNT: Final = 1_000
_AMOUNTS: Final = [fen for fen in range(1, 20_000) if int(fen / 100 * 100) != fen]
"""Fen that do not survive a fraction of a yuan in binary."""
_TAG: Final = "mpp-00000000000000000001"
_SAMPLE: Final = Order(
    payment_request_id="202506151900000000000000000001",
    amount="1999",
    pay_to_amount="1285",
    pay_to_currency="MYR",
    quote_price="0.643",
    code_type="OrderCode",
)


class Row(TypedDict):
    """What the generating process wrote down of one body; ``legal``: whether it was to keep the mirror's schema."""

    cell: str
    phase: str
    legal: bool
    description: str
    body: dict[str, Any]


def choose(rows: Iterable[Row], seed: int) -> Corpus:
    """The corpus: by business scenario and kind, those within the documents first, each body once."""
    ranked = sorted(rows, key=lambda row: _number(seed, json.dumps(row, sort_keys=True)))
    legal = [
        Generated(
            name=name,
            description=row["description"],
            within=within,
            code=(ENTRY, ORDER)[place % 2],
            amount=_AMOUNTS[_number(seed, name) % len(_AMOUNTS)] if row["cell"] == _TO_PAY else _AMOUNT,
            body=_spelled(json.loads(text), place) if within else text,
        )
        for within in (True, False)
        for cell in CELLS
        for place, (name, row, text) in _of_cell(ranked, cell, within=within)
    ]
    broken = list(_apart(_broken(ranked), ILLEGAL))
    illegal = [
        Illegal(name=name, description=row["description"], code=(ENTRY, ORDER)[place % 2], amount=_AMOUNT, body=text)
        for place, (name, (row, text)) in enumerate(zip(_named(_slug(row) for row, _ in broken), broken, strict=True))
    ]
    return Corpus(seed=seed, legal=tuple(legal), illegal=tuple(illegal), calls=tuple(_calls(ranked)))


def _calls(rows: Sequence[Row]) -> Iterator[BrokenCall]:
    """The calls that break the adaptor's interface, operation by operation."""
    for name, kind in _OPERATIONS.items():
        broken = [
            (row, _text(_addressed(row["body"])))
            for row in rows
            if row["cell"] == name and row["phase"] == "coverage" and wire.problems(kind, _read(row["body"]))
        ]
        taken = list(_apart(broken, CALLS))
        for slug, (row, text) in zip(_named(f"{name}-{_slug(row)}" for row, _ in taken), taken, strict=True):
            yield BrokenCall(name=slug, description=row["description"], operation=name, body=text)


def _read(body: Mapping[str, Any]) -> dict[str, Any]:
    """What every adaptor reads: whoever leaves an address unread cannot refuse it."""
    return {name: value for name, value in body.items() if name != "errorPageUrl"}


def _addressed(body: Mapping[str, Any]) -> dict[str, Any]:
    """With the observer's address where a sound one stands, and at the head of one that is too long."""
    url = body.get("observerUrl")
    if not isinstance(url, str) or not url.startswith("http"):
        return dict(body)
    return {**body, "observerUrl": f"{OBSERVER}/".ljust(len(url), "0") if len(url) > _LONGEST_URL else OBSERVER}


def _of_cell(rows: Sequence[Row], cell: str, *, within: bool) -> Iterator[tuple[int, tuple[str, Row, str]]]:
    """What is taken for a business scenario, kind by kind, each with a place and a name.

    Places begin with 0 or 1 by the result status, so that of S and F one is for an entry code, one for an order code.
    """
    quotas = WITHIN if within else BEYOND
    taken = sorted(
        _apart(_fitting(rows, cell, within=within), quotas), key=lambda pair: list(quotas).index(_kind(pair[0]))
    )
    names = _named(f"{cell}-{_slug(row)}" for row, _ in taken)
    return enumerate(((name, *pair) for name, pair in zip(names, taken, strict=True)), cell.endswith("F"))


def _number(seed: int, text: str) -> int:
    return int(hashlib.sha256(f"{seed}/{text}".encode()).hexdigest(), 16)


def _fitting(rows: Iterable[Row], cell: str, *, within: bool) -> Iterator[tuple[Row, str]]:
    """The legal answers of a business scenario that hold only what documents name, or those that do not."""
    wanted = WITHIN if within else BEYOND
    for row in rows:
        kind, path = _kind(row), _path(row)
        # A value that every payment sets anew tells nothing of how it was generated, unless it is null.
        told = kind == "null" or not path or path[-1] not in MEANT
        if row["cell"] != cell or kind not in wanted or not told:
            continue
        text = _text(fit(row["body"]))
        if tier(text, cell) is within:
            yield row, text


def tier(text: str, cell: str) -> bool | None:
    """Whether an answer of a business scenario holds only what documents name; ``None`` for one that is illegal."""
    return None if problems(text) else _validator(cell).is_valid(_sample(text))


def problems(text: str) -> list[str]:
    """What in an answer breaks the interface once a payment has filled it in, each as ``field: in words``."""
    return wire.problems(UserInitiatedPayAnswer, _sample(text))


def _broken(rows: Sequence[Row]) -> Iterator[tuple[Row, str]]:
    """The answers that break the interface, the outermost fields first; all but the broken field is a payment's own."""
    systematic = [row for row in rows if row["cell"] in CELLS and row["phase"] == "coverage" and not row["legal"]]
    for row in sorted(filter(_kind, systematic), key=lambda row: len(_path(row))):
        text = _text(_as_it_was(fit(row["body"]), row["body"], [*_path(row), *_LAST.findall(row["description"])]))
        if problems(text):
            yield row, text


def _as_it_was(made: Mapping[str, Any], body: Mapping[str, Any], path: Sequence[str]) -> dict[str, Any]:
    """A fitted body with the field that ``path`` leads to as it was before; what is in a list comes with the list."""
    if not path:
        return dict(made)
    name, *inner = path
    if inner and isinstance(made.get(name), dict) and isinstance(body.get(name), dict):
        return {**made, name: _as_it_was(made[name], body[name], inner)}
    kept = {other: value for other, value in made.items() if other != name}
    return {**kept, name: body[name]} if name in body else kept


def _apart(rows: Iterable[tuple[Row, str]], quotas: Mapping[str, int]) -> Iterator[tuple[Row, str]]:
    """As many as there are to be of each kind, about an outermost field each of its own."""
    left = dict(quotas)
    seen = set[str]()
    for row, text in rows:
        kind = _kind(row)
        about = text if kind in _MANY else f"{kind} {_path(row)[:1]}"
        if left.get(kind) and len(text) <= _MAX_BODY and not {about, text} & seen:
            left[kind] -= 1
            seen |= {about, text}
            yield row, text
        if not any(left.values()):
            return


def _kind(row: Row) -> str:
    """The kind of body; empty for one that is not of interest."""
    if row["phase"] != "coverage":
        enough = row["phase"] == "examples" or len(row["body"]) >= _LEAST_DRAWN
        return _PHASES[row["phase"]] if enough and row["legal"] else ""
    kind = next((kind for words, kind in _KINDS if words.search(row["description"])), "")
    return "payload" if kind in {"letters", "longest"} and _path(row)[-1:] == ["sdkActionPayload"] else kind


def _path(row: Row) -> list[str]:
    """The fields that the generator's words name, the outermost first."""
    return [name for names in _FIELD.findall(row["description"]) for name in names if name]


def _slug(row: Row) -> str:
    path = [] if _kind(row) == "payload" else _path(row)
    return "-".join([*path, _kind(row)])


def _named(names: Iterable[str]) -> list[str]:
    """Each name once: a further one of the same gets a number."""
    count: dict[str, int] = {}
    made = []
    for name in names:
        count[name] = count.get(name, 0) + 1
        made.append(name if count[name] == 1 else f"{name}-{count[name]}")
    return made


def _text(body: Mapping[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _spelled(body: Mapping[str, Any], place: int) -> str:
    """The same with white space and escapes, to which JSON gives no meaning: by its place each with each."""
    space = _SPACES[place % len(_SPACES)]
    escaped = place // len(_SPACES) % 2 == 1
    written = json.dumps(body, ensure_ascii=escaped, indent=space.indent, separators=space.separators)
    return f"{space.around}{written}{space.around}"


def _sample(text: str) -> Any:  # noqa: ANN401  # JSON of any kind
    return json.loads(fill_in(text, _SAMPLE, _TAG))


@functools.cache
def _validator(cell: str) -> "jsonschema_rs.Draft202012Validator":
    import jsonschema_rs  # noqa: PLC0415  # loaded where it is needed

    return jsonschema_rs.Draft202012Validator(schema(cell))
