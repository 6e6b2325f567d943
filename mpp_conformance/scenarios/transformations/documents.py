"""What programs make of a text that is a document or a value as a whole: JSON, numbers, the word null."""

import json
import math
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, Final

from mpp_conformance.scenarios.transformations.transformation import Transformation as Change

_MARK: Final = "\ue000"
"""Around a number while the document around it is written: private characters."""
_MARKED: Final = re.compile(rf'"(?:{_MARK}|\\ue000)([^"]*?)(?:{_MARK}|\\ue000)"')
_INTEGER_KEY: Final = re.compile("0|[1-9][0-9]{0,8}")
_GREATEST_PLAIN: Final = 10**21
_LEAST_PLAIN: Final = 1e-6
_SAFE_FOR_PAGES: Final = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)

Pairs = Sequence[tuple[str, Any]]


def _javascript_number(written: str) -> str:
    value = float(written)
    if not math.isfinite(value):
        return "null"
    if value == int(value) and abs(value) < _GREATEST_PLAIN:
        return str(int(value))
    digits, _, exponent = repr(value).partition("e")
    if exponent and _LEAST_PLAIN <= abs(value) < _GREATEST_PLAIN:
        return format(Decimal(repr(value)), "f")
    return f"{digits}e{int(exponent):+d}" if exponent else digits


def _python_number(written: str) -> str:
    return json.dumps(json.loads(written))


def _double(written: str) -> str:
    """As Java's Double writes it."""
    value = float(written)
    if not math.isfinite(value) or 10**-3 <= abs(value) < 10**7 or not value:
        return repr(value)
    digits, exponent = f"{Decimal(repr(value)):E}".split("E")
    whole, _, rest = digits.partition(".")
    return f"{whole}.{rest.rstrip('0') or '0'}E{int(exponent)}"


def _rounded(written: str) -> str:
    """An integer as a double holds it."""
    return str(int(float(written))) if re.fullmatch("-?[0-9]+", written) else written


def _as_written(written: str) -> str:
    return written


def _javascript_order(pairs: Pairs) -> dict[str, Any]:
    made = dict(pairs)
    numbered = sorted((name for name in made if _INTEGER_KEY.fullmatch(name)), key=int)
    return {name: made[name] for name in (*numbered, *(name for name in made if name not in numbered))}


def _first_of_each(pairs: Pairs) -> dict[str, Any]:
    return dict(reversed(pairs)) if len(dict(pairs)) < len(pairs) else dict(pairs)


def _without_nulls(pairs: Pairs) -> dict[str, Any]:
    return {name: value for name, value in pairs if value is not None}


def _without_empty(pairs: Pairs) -> dict[str, Any]:
    return {name: value for name, value in pairs if value not in (None, "", [], {})}


def _refused(constant: str) -> str:
    raise ValueError(constant)


def _container(value: Any, kinds: type | tuple[type, ...] = (dict, list)) -> Any:  # noqa: ANN401  # what json.loads gives
    if not isinstance(value, kinds):
        raise ValueError("no object and no list")  # noqa: TRY004  # the text is none, which is no slip of ours
    return value


def _written(
    text: str,
    number: Callable[[str], str] = _as_written,
    pairs: Callable[[Pairs], dict[str, Any]] = dict,
    **style: Any,  # what json.dumps takes
) -> str:
    """An object or list of JSON parsed and written anew, its numbers as ``number`` writes them."""

    def kept(written: str) -> str:
        return f"{_MARK}{number(written)}{_MARK}"

    value = json.loads(text, parse_int=kept, parse_float=kept, parse_constant=_refused, object_pairs_hook=pairs)
    _container(value)
    style = {"ensure_ascii": False, "separators": (",", ":"), **style}
    return _MARKED.sub(r"\1", json.dumps(value, **style))


def _as_go(text: str) -> str:
    return _written(text, _javascript_number, sort_keys=True).translate(_SAFE_FOR_PAGES)


def _as_gson(text: str) -> str:
    return _written(text, _double).translate(_SAFE_FOR_PAGES | str.maketrans({"=": "\\u003d", "'": "\\u0027"}))


def _as_php(text: str) -> str:
    return _written(text, ensure_ascii=True).replace("/", "\\/")


def _as_java_map(text: str) -> str:
    found = _container(json.loads(text), dict)
    return "{" + ", ".join(f"{name}={value}" for name, value in found.items()) + "}"


def _as_object_word(text: str) -> str:
    return "[object Object]" if isinstance(json.loads(text), dict) else text


def _as_python_dict(text: str) -> str:
    return str(_container(json.loads(text)))


def _as_number(text: str, write: Callable[[str], str]) -> str:
    return write(text) if re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", text) else text


def _as_decimal(text: str) -> str:
    return str(Decimal(text).normalize())


# Where several come to the same, the first is told: what says least of the program stands first.
DOCUMENTS: Final = (
    Change("json-compacted", "parsed as JSON and written anew without blanks", _written),
    Change("json-indented", "parsed as JSON and written anew, indented", partial(_written, indent=2, separators=None)),
    Change("json-in-ascii", "parsed as JSON and written anew in ASCII", partial(_written, ensure_ascii=True)),
    Change("json-sorted", "parsed as JSON and written anew with its keys sorted", partial(_written, sort_keys=True)),
    Change(
        "json-nulls-dropped",
        "parsed as JSON and written anew without what is null",
        partial(_written, pairs=_without_nulls),
    ),
    Change(
        "json-empty-dropped",
        "parsed as JSON and written anew without what is empty",
        partial(_written, pairs=_without_empty),
    ),
    Change(
        "json-first-of-duplicates",
        "parsed as JSON and written anew with the first of equal keys",
        partial(_written, pairs=_first_of_each),
    ),
    Change(
        "json-integers-rounded",
        "parsed as JSON and written anew with integers above 2^53 rounded",
        partial(_written, number=_rounded),
    ),
    Change(
        "json-as-doubles",
        "parsed as JSON and written anew with doubles for its numbers",
        partial(_written, number=_double),
    ),
    Change(
        "json-as-javascript",
        "parsed as JSON and written anew as JavaScript does",
        partial(_written, number=_javascript_number, pairs=_javascript_order),
    ),
    Change(
        "json-as-javascript-indented",
        "parsed as JSON and written anew as JavaScript does, indented",
        partial(_written, number=_javascript_number, pairs=_javascript_order, indent=2, separators=None),
    ),
    Change(
        "json-as-python", "parsed as JSON and written anew as Python does", partial(_written, number=_python_number)
    ),
    Change(
        "json-as-python-spaced",
        "parsed as JSON and written anew as Python does, with blanks",
        partial(_written, number=_python_number, ensure_ascii=True, separators=None),
    ),
    Change("json-as-go", "parsed as JSON and written anew as Go does", _as_go),
    Change("json-as-gson", "parsed as JSON and written anew as Gson does", _as_gson),
    Change("json-as-php", "parsed as JSON and written anew as PHP does", _as_php),
    Change("json-as-java-map", "parsed as JSON and printed as a map of Java", _as_java_map),
    Change("json-as-python-dict", "parsed as JSON and printed as a dict of Python", _as_python_dict),
    Change("json-as-object-word", "parsed as JSON and printed as the name of its type", _as_object_word),
    Change("number-as-javascript", "read as a number of JavaScript", partial(_as_number, write=_javascript_number)),
    Change("number-as-double", "read as a double", partial(_as_number, write=_double)),
    Change("number-as-decimal", "read as a decimal number", _as_decimal),
    Change("leading-zeros-dropped", "stripped of zeros at its start", lambda text: text.lstrip("0")),
    Change("null-to-empty", "taken for null", lambda text: "" if text == "null" else text),
)
