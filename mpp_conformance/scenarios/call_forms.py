"""How a call of Alipay+ to an MPP server is spelled and carried, where the documents leave it open.

JSON gives the order of fields and the white space between them no meaning, HTTP none to the case of header names; the
documentation prints blanks after the commas of Signature, and official libraries write none. What is signed is the
bytes that go out, so that none of this is an MPP server's to choose.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

COMPACT: Final = "compact"
SPACED: Final = "a blank after each separator"
INDENTED: Final = "one field a line"
TABBED: Final = "tabs around the colons"
PADDED: Final = "line ends around the whole"
_SPACES: Final[Mapping[str, tuple[str, str, str, str]]] = {
    COMPACT: ("{", ":", ",", "}"),
    SPACED: ("{", ": ", ", ", "}"),
    INDENTED: ("{\n  ", ": ", ",\n  ", "\n}"),
    TABBED: ("{ ", "\t:\t", " , ", " }"),
    PADDED: ("\r\n {", " :", " ,\r\n ", "}\r\n"),
}
"""What stands before, between name and value, between fields, and after."""
ODD: Final = (TABBED, PADDED)
"""White space as no JSON library writes it: whoever verifies what it has written anew verifies other bytes."""

_ORDERS: Final = (
    ("acquirerId", "pspId", "paymentRequestId"),
    ("paymentRequestId", "pspId", "acquirerId"),
    ("pspId", "acquirerId", "paymentRequestId"),
    ("paymentRequestId", "acquirerId", "pspId"),
)
"""The first is the documentation's."""
_UNKNOWN: Final = '"extendInfo":{"memo":"caf\\u00e9 \\/ \u4ed8\u6b3e","steps":["1",null,{"done":"true"}]}'
"""A field that no document names."""

LOWER: Final = "lower case"
TITLE: Final = "capitals"
UPPER: Final = "upper case"
_NAMES: Final = (LOWER, TITLE, UPPER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One way to write a call, all of them equally good.

    ``order`` of its fields; ``space`` between them; ``unknown``: a field that no document names stands last.
    ``names``: the case of header names; ``blanks`` after the commas of Signature; ``kept``: the connection stays open.
    """

    order: tuple[str, ...] = _ORDERS[0]
    space: str = COMPACT
    unknown: bool = False
    names: str = LOWER
    blanks: bool = False
    kept: bool = True


PLAIN: Final = Form()
"""As the documentation prints the fields, and libraries write them."""
FORMS: Final = tuple(
    Form(
        order=order,
        space=space,
        names=_NAMES[(row + column) % 3],
        blanks=(row + column) % 2 == 1,
        kept=(row // 2 + column) % 2 == 0,
    )
    for row, order in enumerate(_ORDERS)
    for column, space in enumerate(_SPACES)
)
"""Among them every two choices meet: each order with each white space, either with each case, and so on."""


def choose_forms(seed: str, count: int) -> tuple[Form, ...]:
    """Forms for that many calls (two or more) in an order that the seed decides.

    The first has white space that is ODD, the second is PLAIN.
    """
    mixed = sorted(FORMS, key=lambda form: hashlib.sha256(f"{seed}/{form}".encode()).digest())
    first = next(form for form in mixed if form.space in ODD)
    others = [form for form in mixed if form not in (first, PLAIN)]
    return (first, PLAIN, *others[: count - 2])


def spell(fields: Mapping[str, str], form: Form) -> str:
    """The JSON text of a call; ``fields``: name and value of each, plain ASCII that needs no escapes."""
    before, colon, comma, after = _SPACES[form.space]
    pairs = [f'"{name}"{colon}"{fields[name]}"' for name in form.order]
    return before + comma.join([*pairs, *([_UNKNOWN] if form.unknown else [])]) + after
