"""In what payments differ, as far as the workflows depend on it, and which values no payment shows together."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product
from typing import Final

from mpp_conformance.protocol.limits import Reading
from mpp_conformance.protocol.messages import HANDLE_BY_PSP, HANDLE_BY_SDK
from mpp_conformance.scenarios.scenario import ENTRY, FOREIGN, ORDER

CODE: Final = "code type"
ACTION: Final = "action type"
STATUS: Final = "result status"
BAND: Final = "amount band"
OUTCOME: Final = "payment outcome"
DECISION: Final = "decision"

NOT_ASKED: Final = "never asked"
"""Action type and result status where Alipay+ is asked nothing."""
NOT_GIVEN: Final = "none given"
"""Action type of an answer without actionForm."""

WITHIN: Final = "within"
AT: Final = "at"
OVER: Final = "over"
NOT_RELEVANT: Final = "not relevant"
"""The amount band, by the limit that is nearest; not relevant where none decides: the scenario says what is answered,
or nothing is."""

PAID: Final = "paid"
FAILS: Final = "fails inside the MPP"
NOT_LEFT: Final = "not left to the MPP"
"""How a payment ends with a conforming MPP."""

AT_ONCE: Final = "at once"
LATER: Final = "after U"
NEVER: Final = "never"
"""When Alipay+ decides."""

DIMENSIONS: Final = {
    CODE: (ENTRY, ORDER, FOREIGN),
    ACTION: (HANDLE_BY_SDK, HANDLE_BY_PSP, NOT_GIVEN, NOT_ASKED),
    STATUS: ("S", "F", "U", NOT_ASKED),
    BAND: (WITHIN, AT, OVER, NOT_RELEVANT),
    OUTCOME: (PAID, FAILS, NOT_LEFT),
    DECISION: (AT_ONCE, LATER, NEVER),
}
"""Each dimension with its values."""

Condition = tuple[str, ...]
"""One payment: its value in each dimension, in the order of :data:`DIMENSIONS`."""

Value = tuple[str, str]
"""A dimension, and one of its values."""
Pair = tuple[Value, Value]
"""Two values of two dimensions, in their order."""
Values = dict[str, tuple[str, ...]]
"""Some values of some dimensions."""


@dataclass(frozen=True, slots=True)
class Rule:
    """No payment shows one of ``these`` together with one of ``those``.

    ``inclusive``: the rule holds only under that reading of the limits (``limits.Reading``); ``None``: under any.
    """

    these: Values
    those: Values
    reason: str
    inclusive: bool | None = None

    def excludes(self, pair: Pair) -> bool:
        """Whether the two values are one of each."""
        one, other = pair
        return (_among(one, self.these) and _among(other, self.those)) or (
            _among(other, self.these) and _among(one, self.those)
        )


_NO_ANSWER: Final = "Alipay+ answers what it is asked, and nothing else"
_LET_GO: Final = "up to a limit Alipay+ decodes the code and leaves the payment to the MPP"
_STOPPED: Final = "above a limit Alipay+ leaves the next step to the SDK"
_LIMITED: Final = (WITHIN, AT, OVER)

RULES: Final = (
    Rule(
        {CODE: (FOREIGN,)},
        {
            ACTION: (HANDLE_BY_SDK, HANDLE_BY_PSP, NOT_GIVEN),
            STATUS: ("S", "F", "U"),
            BAND: _LIMITED,
            OUTCOME: (PAID, FAILS),
            DECISION: (LATER, NEVER),
        },
        "a foreign code is left alone: Alipay+ is asked nothing, and nothing is paid",
    ),
    Rule({CODE: (ENTRY, ORDER)}, {ACTION: (NOT_ASKED,), STATUS: (NOT_ASKED,)}, "Alipay+ is asked about its own codes"),
    Rule(
        {ACTION: (NOT_ASKED,)},
        {STATUS: ("S", "F", "U"), BAND: _LIMITED, OUTCOME: (PAID, FAILS), DECISION: (LATER, NEVER)},
        _NO_ANSWER,
    ),
    Rule(
        {STATUS: (NOT_ASKED,)},
        {
            ACTION: (HANDLE_BY_SDK, HANDLE_BY_PSP, NOT_GIVEN),
            BAND: _LIMITED,
            OUTCOME: (PAID, FAILS),
            DECISION: (LATER, NEVER),
        },
        _NO_ANSWER,
    ),
    Rule(
        {ACTION: (NOT_GIVEN,)},
        {STATUS: ("S",), BAND: _LIMITED, OUTCOME: (PAID, NOT_LEFT), DECISION: (LATER,)},
        "without actionForm Alipay+ has refused a code, or never comes to know it",
    ),
    Rule(
        {STATUS: ("U",)},
        {
            ACTION: (HANDLE_BY_SDK, HANDLE_BY_PSP),
            BAND: _LIMITED,
            OUTCOME: (PAID, NOT_LEFT),
            DECISION: (AT_ONCE, LATER),
        },
        "the last word is U only where it is never known",
    ),
    Rule(
        {DECISION: (NEVER,)},
        {ACTION: (HANDLE_BY_SDK, HANDLE_BY_PSP), STATUS: ("S", "F"), BAND: _LIMITED, OUTCOME: (PAID, NOT_LEFT)},
        "what is never known is not decided",
    ),
    Rule({ACTION: (HANDLE_BY_SDK,)}, {OUTCOME: (PAID, FAILS)}, "what is left to the SDK is not the MPP's to take"),
    Rule({ACTION: (HANDLE_BY_PSP,)}, {OUTCOME: (NOT_LEFT,)}, "HANDLE_BY_PSP leaves the payment to the MPP"),
    Rule({STATUS: ("F",)}, {OUTCOME: (PAID,)}, "a code that could not be decoded brings no order to pay"),
    Rule({BAND: (WITHIN,)}, {ACTION: (HANDLE_BY_SDK,), STATUS: ("F",), OUTCOME: (NOT_LEFT,)}, _LET_GO),
    Rule({BAND: (AT,)}, {ACTION: (HANDLE_BY_SDK,), STATUS: ("F",), OUTCOME: (NOT_LEFT,)}, _LET_GO, inclusive=True),
    Rule({BAND: (AT,)}, {ACTION: (HANDLE_BY_PSP,), OUTCOME: (PAID, FAILS)}, _STOPPED, inclusive=False),
    Rule({BAND: (OVER,)}, {ACTION: (HANDLE_BY_PSP,), OUTCOME: (PAID, FAILS)}, _STOPPED),
)
"""What cannot come together, and why."""


def pairs(condition: Condition) -> Iterator[Pair]:
    """The pairs of values that a payment shows; a dimension of a single value pairs with nothing."""
    values = zip(DIMENSIONS, condition, strict=True)
    return combinations([value for value in values if len(DIMENSIONS[value[0]]) > 1], 2)


def all_pairs() -> Iterator[Pair]:
    """All pairs of values, possible or not, in the order of the dimensions."""
    for (one, ones), (other, others) in combinations(DIMENSIONS.items(), 2):
        if len(ones) > 1 and len(others) > 1:
            yield from (((one, first), (other, second)) for first, second in product(ones, others))


def reason_impossible(pair: Pair, reading: Reading) -> str:
    """Why no payment shows this pair under a reading of the limits; empty for a possible pair."""
    held = (rule for rule in RULES if rule.inclusive in {None, reading.inclusive})
    return next((rule.reason for rule in held if rule.excludes(pair)), "")


def in_words(pair: Pair) -> str:
    """A pair as people read it."""
    return " with ".join(f"{dimension} {value}" for dimension, value in pair)


def _among(value: Value, values: Values) -> bool:
    return value[1] in values.get(value[0], ())
