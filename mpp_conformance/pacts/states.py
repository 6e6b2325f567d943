"""Provider states: what a pact may take for granted before its request, and with which parameters.

Parameters are texts, like every scalar of Alipay+ messages. All have a default, so that a state may stand without any.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from mpp_conformance.protocol.limits import DEFAULT_EDITION, EDITIONS
from mpp_conformance.protocol.messages import HANDLE_BY_PSP, HANDLE_BY_SDK
from mpp_conformance.scenarios.scenario import ENTRY, ORDER
from mpp_conformance.wire import printable

Given = Sequence[tuple[str, Mapping[str, Any]]]
"""The states of an interaction in order, each with its parameters."""

_SHOWN: Final = 60
_AMOUNT: Final = "[1-9][0-9]{0,11}"
_ID: Final = r"[^\x00-\x1f\x7f]{1,64}"
_CALLBACK: Final = r"[^\x00-\x1f\x7f]{1,128}"
_CALLBACK_KIND: Final = "1 to 128 characters"
_CODE_TEXT: Final = r"[^\x00-\x1f\x7f]{1,512}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter of a state: a text that is one of ``choices``, or fits ``pattern``; ``kind`` says so in words."""

    name: str
    meaning: str
    kind: str
    default: str = ""
    choices: tuple[str, ...] = ()
    pattern: str = ""

    def fits(self, value: object) -> bool:
        """Whether ``value`` may stand for it."""
        if not isinstance(value, str):
            return False
        return value in self.choices if self.choices else re.fullmatch(self.pattern, value) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A state by its name in pacts, what it means, and what it can be told."""

    name: str
    meaning: str
    parameters: tuple[Parameter, ...] = ()

    def filled(self, given: Mapping[str, Any]) -> dict[str, str]:
        """Every parameter with its value or its default."""
        return {known.name: str(given.get(known.name, known.default)) for known in self.parameters}


def _choice(name: str, choices: tuple[str, ...], meaning: str, default: str) -> Parameter:
    return Parameter(name=name, meaning=meaning, kind=" or ".join(choices), default=default, choices=choices)


def _text(name: str, meaning: str, *, kind: str, pattern: str, default: str = "") -> Parameter:
    return Parameter(name=name, meaning=meaning, kind=kind, pattern=pattern, default=default)


_CODE_VALUE: Final = _text(
    "codeValue", "the code's value; without it any code is this one", kind="1 to 512 characters", pattern=_CODE_TEXT
)
_CODE_TYPE: Final = _choice("codeType", (ORDER, ENTRY), "where the order code came from", ORDER)
_REQUEST_ID: Final = _text(
    "paymentRequestId", "the order's id; without it one is made up", kind="1 to 64 characters", pattern=_ID
)
_CUSTOMER: Final = _text(
    "customerId",
    "who sent the code",
    kind="1 to 64 characters",
    pattern=_ID,
    default="customer-1",
)


def _fen(name: str, meaning: str, default: str, pattern: str = _AMOUNT) -> Parameter:
    return _text(name, meaning, kind="a whole number of fen", pattern=pattern, default=default)


CODE: Final = State(
    name="a code that Alipay+ answers",
    meaning="userInitiatedPay for the code is answered with this actionForm and this result.",
    parameters=(
        _CODE_VALUE,
        _CODE_TYPE,
        _choice("actionType", (HANDLE_BY_PSP, HANDLE_BY_SDK), "who takes the next step", HANDLE_BY_PSP),
        _choice("resultStatus", ("S", "F"), "whether decoding succeeded", "S"),
        _text(
            "resultCode",
            "the code of the result; without it SUCCESS, or a usual one for F",
            kind="capitals, digits and _",
            pattern="[A-Z][A-Z0-9_]{0,63}",
        ),
        _text(
            "sdkActionPayload",
            "the payload beside HANDLE_BY_SDK; without it one is made up",
            kind="1 to 131072 characters",
            pattern=r"(?s).{1,131072}",
        ),
        _fen("amount", "the order's amount", "1000"),
        _REQUEST_ID,
        _text(
            "unknownFirst",
            "how often U is answered before that",
            kind="0 to 9",
            pattern="[0-9]",
            default="0",
        ),
    ),
)
LIMITS: Final = State(
    name="a code that the limits decide about",
    meaning="The limits decide how userInitiatedPay is answered: HANDLE_BY_SDK above them, else HANDLE_BY_PSP.",
    parameters=(
        _CODE_VALUE,
        _CODE_TYPE,
        _fen("amount", "the order's amount", "1000"),
        _fen("spentThisYear", "what the consumer has paid this year, with codes of the same type", "0", "[0-9]{1,12}"),
        _choice("breachStatus", ("S", "F"), "the result status above a limit", "F"),
        _choice("edition", tuple(EDITIONS), "the edition of the limits", DEFAULT_EDITION),
        _REQUEST_ID,
    ),
)
IDENTIFIED: Final = State(
    name="a code that is identified",
    meaning="identifyCode for the code is answered so. In any state inquiryCodeRules is answered with rules.",
    parameters=(
        _text(
            "codeValue",
            "the code that was scanned; without it any code is this one",
            kind="1 to 512 characters",
            pattern=_CODE_TEXT,
        ),
        _choice(
            "action", ("DECODE", "OPEN_URL", "NONE"), "what to do with it; NONE: it is none of Alipay+'s", "DECODE"
        ),
    ),
)
SENT: Final = State(
    name="the code was sent before",
    meaning=f'After "{CODE.name}" or "{LIMITS.name}": it was sent with userInitiatedPay once already.',
    parameters=(_CUSTOMER,),
)
PLACED: Final = State(
    name="an order that was placed",
    meaning="A code was sent, decoded and left to the MPP: notifyPayment is due.",
    parameters=(
        _REQUEST_ID,
        _CUSTOMER,
        _CODE_TYPE,
        _fen("amount", "the order's amount", "1000"),
    ),
)
NOTIFIED: Final = State(
    name="the result was notified before",
    meaning=f'After "{PLACED.name}": notifyPayment was called once already.',
    parameters=(_choice("resultStatus", ("S", "F"), "the result that was told", "S"),),
)
UNSIGNED: Final = State(
    name="a request whose signature does not verify",
    meaning="The Signature header stays as the pact has it. In every other state the request is signed anew, with the "
    "key that Alipay+ knows, if the pact shows a Signature header at all.",
)
NOTHING: Final = State(
    name="nothing", meaning="Neither code nor order is known, and no page is open; the same as no state at all."
)

SCANNED: Final = State(
    name="an entry code was scanned",
    meaning="launch is due: the merchant page is at this address.",
    parameters=(
        _text(
            "url",
            "the address of the merchant page, part of the one that is launched",
            kind="1 to 512 characters",
            pattern=_CODE_TEXT,
            default="https://qr.wallet.example/entry/28166613000000010001",
        ),
    ),
)
PAGE: Final = State(
    name="the merchant page was launched",
    meaning="The consumer has entered the amount, and the client SDK calls decode with the order code.",
    parameters=(
        _text(
            "codeValue",
            "the order code that the client SDK intercepts",
            kind="1 to 512 characters",
            pattern=_CODE_TEXT,
            default="https://qr.wallet.example/order/28166613000000010001",
        ),
        _text(
            "callback", "what the call of decode is named by", kind=_CALLBACK_KIND, pattern=_CALLBACK, default="cb-1"
        ),
    ),
)
DECODED: Final = State(
    name="decode was called",
    meaning="The callback of this call is due.",
    parameters=(
        _text(
            "callback", "what the call of decode is named by", kind=_CALLBACK_KIND, pattern=_CALLBACK, default="cb-1"
        ),
    ),
)

_WHICH: Final = _choice("codeType", (ORDER, ENTRY), "the code that was scanned", ORDER)
SUCCEEDED: Final = State(
    name="a payment that succeeded",
    meaning="The consumer has paid, and Alipay+ was notified. It gives paymentRequestId, the order's id.",
    parameters=(_WHICH,),
)
NOT_PAID: Final = State(
    name="a payment that failed",
    meaning="The consumer could not pay, and Alipay+ or they were told. It gives paymentRequestId, the order's id.",
    parameters=(_WHICH,),
)
CANCELLED: Final = State(
    name="a payment that was cancelled",
    meaning="The consumer has paid, and Alipay+ has cancelled that. It gives paymentRequestId, the order's id.",
    parameters=(_WHICH,),
)

MPP_SERVER: Final = (SUCCEEDED, NOT_PAID, CANCELLED, NOTHING)
"""The states of an MPP server, which conversations bring it into."""
CLIENT_SDK: Final = (SCANNED, PAGE, DECODED, NOTHING)
"""The states of the double of the Alipay+ client SDK."""
ALIPAY_PLUS: Final = (CODE, LIMITS, IDENTIFIED, SENT, PLACED, NOTIFIED, UNSIGNED, NOTHING)
"""The states of the simulated Alipay+."""
_NEEDS: Final[Mapping[str, frozenset[str]]] = {
    SENT.name: frozenset({CODE.name, LIMITS.name}),
    NOTIFIED.name: frozenset({PLACED.name}),
}


def problems(given: Given, known: Sequence[State]) -> list[str]:
    """What is wrong with the states of an interaction, one sentence each; nothing if they can be set up."""
    states = {state.name: state for state in known}
    found: list[str] = []
    seen: set[str] = set()
    for name, parameters in given:
        if name not in states:
            found.append(_unknown(name, states))
            continue
        found += _wrong(states[name], parameters)
        needed = _NEEDS.get(name, frozenset())
        if needed and not needed & seen:
            found.append(f'provider state "{name}": expected after {_quoted(sorted(needed))}')
        seen.add(name)
    return found


def _unknown(name: str, states: Mapping[str, State]) -> str:
    close = get_close_matches(name, states, 1)
    hint = f'did you mean "{close[0]}"?' if close else "mpp-conformance contracts states lists them"
    return f'provider state "{printable(name, _SHOWN)}": not known; {hint}'


def _wrong(state: State, given: Mapping[str, Any]) -> list[str]:
    known = {parameter.name: parameter for parameter in state.parameters}
    found: list[str] = []
    for name, value in given.items():
        where = f'provider state "{state.name}", {printable(name, _SHOWN)}'
        if name not in known:
            expected = f"expected {', '.join(known)}" if known else "the state has no parameters"
            found.append(f"{where}: no such parameter; {expected}")
        elif not known[name].fits(value):
            found.append(f"{where}: expected {known[name].kind} in quotes, seen {printable(repr(value), _SHOWN)}")
    return found


def _quoted(names: Sequence[str]) -> str:
    return " or ".join(f'"{name}"' for name in names)
