"""Generated messages: they survive the wire, and two validators agree on them however they were broken.

The judge is jsonschema-rs; jsonschema is the second opinion.
"""

import copy
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, Final

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpp_conformance import wire
from mpp_conformance.protocol.messages import (
    HANDLE_BY_PSP,
    HANDLE_BY_SDK,
    SIGNATURE_OUTCOMES,
    CancelPayment,
    CancelPaymentAnswer,
    CashierPage,
    Decode,
    DecodeCallback,
    HandleAction,
    IdentifyCode,
    IdentifyCodeAnswer,
    IdentityAnswer,
    InquiryCodeRules,
    InquiryCodeRulesAnswer,
    InquiryPayment,
    InquiryPaymentAnswer,
    Launch,
    Message,
    NotifyPayment,
    NotifyPaymentAnswer,
    Order,
    ResultPage,
    Scan,
    ServerAnswer,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.wire import schemas
from mpp_conformance.wire.bodies import body_of

_OBSERVER: Final = "http://127.0.0.1:8088/o/9f86d081884c7d65"
_GATEWAY: Final = "http://127.0.0.1:8089"
_QUICK: Final = settings(max_examples=200, deadline=None)
_THOROUGH: Final = settings(max_examples=1_000, deadline=None)

# --- generated messages -----------------------------------------------------------------------------------------

_CHARACTERS: Final = st.characters(exclude_categories=["Cs"])
_TEXT: Final = st.text(_CHARACTERS, max_size=40)
_SOME: Final = st.text(_CHARACTERS, min_size=1, max_size=40)
_MAYBE: Final = st.none() | _TEXT
_AMOUNT: Final = st.integers(0, 10**18 - 1).map(str)
_CURRENCY: Final = st.sampled_from(["CNY", "MYR", "JPY", "KWD", "XYZ"])
_ORDER: Final = st.builds(
    Order,
    payment_request_id=_SOME,
    amount=_AMOUNT,
    currency=_CURRENCY,
    pay_to_amount=_AMOUNT,
    pay_to_currency=_CURRENCY,
    code_type=st.sampled_from(["EntryCode", "OrderCode", ""]),
)
_RESULT: Final = {"result_code": _SOME, "result_message": _SOME}
_SF: Final = st.sampled_from(["S", "F"])
_SFU: Final = st.sampled_from(["S", "F", "U"])
_SIGNED: Final = st.sampled_from(SIGNATURE_OUTCOMES)


def _answer(form: tuple[str | None, str | None], **values: Any) -> UserInitiatedPayAnswer:
    return UserInitiatedPayAnswer(action_type=form[0], sdk_action_payload=form[1], **values)


_FORM: Final = st.one_of(
    st.just((None, None)),
    st.tuples(st.just(HANDLE_BY_PSP), st.none() | _SOME),
    st.tuples(st.just(HANDLE_BY_SDK), _SOME),
)
_NOTICE: Final = st.builds(
    NotifyPayment,
    payment_request_id=_SOME,
    result_status=_SF,
    payment_id=st.none() | _SOME,
    payment_amount=_AMOUNT,
    payment_currency=_CURRENCY,
    customer_id=st.none() | _SOME,
    signature=_SIGNED,
    **_RESULT,
)
_TOLD: Final = st.builds(
    InquiryPaymentAnswer,
    result_status=_SFU,
    payment_status=_SFU,
    payment_code=_SOME,
    payment_message=_SOME,
    payment_id=st.none() | _SOME,
    payment_amount=_AMOUNT,
    payment_currency=_CURRENCY,
    pay_to_amount=_AMOUNT,
    pay_to_currency=_CURRENCY,
    customer_id=st.none() | _SOME,
    signature=_SIGNED,
    **_RESULT,
)
_UNKNOWN_ORDER: Final = st.builds(InquiryPaymentAnswer, result_status=_SFU, signature=_SIGNED, **_RESULT)
_MESSAGES: Final[dict[type[Message], st.SearchStrategy[Message]]] = {
    Scan: st.builds(Scan, code_value=_SOME, customer_id=_SOME),
    Decode: st.builds(Decode, code_value=_SOME, callback=_SOME),
    UserInitiatedPay: st.builds(
        UserInitiatedPay,
        code_value=_SOME,
        customer_id=_SOME,
        pass_through_info=st.none() | _SOME,
        signature=st.sampled_from(SIGNATURE_OUTCOMES),
    ),
    UserInitiatedPayAnswer: st.builds(
        _answer, _FORM, result_status=st.sampled_from(["S", "F", "U"]), order=st.none() | _ORDER, **_RESULT
    ),
    NotifyPayment: _NOTICE | _NOTICE.map(lambda notice: replace(notice, payment_amount=None, payment_currency=None)),
    NotifyPaymentAnswer: st.builds(NotifyPaymentAnswer, result_status=_SFU, **_RESULT),
    IdentifyCode: st.builds(IdentifyCode, code_value=_SOME, customer_id=st.none() | _SOME, signature=_SIGNED),
    IdentifyCodeAnswer: st.builds(
        IdentifyCodeAnswer,
        result_status=_SFU,
        is_supported=st.sampled_from(["true", "false", None]),
        action=st.sampled_from(["DECODE", "OPEN_URL", None]),
        code_value=st.none() | _SOME,
        redirect_url=st.none() | _SOME,
        user_agent=st.none() | _SOME,
        **_RESULT,
    ),
    InquiryCodeRules: st.builds(InquiryCodeRules, signature=_SIGNED),
    InquiryCodeRulesAnswer: st.builds(
        InquiryCodeRulesAnswer,
        result_status=_SFU,
        version=st.none() | st.text(_CHARACTERS, min_size=1, max_size=16),
        entry_pattern=st.none() | _SOME,
        order_pattern=st.none() | _SOME,
        **_RESULT,
    ),
    InquiryPayment: st.builds(InquiryPayment, payment_request_id=_SOME),
    InquiryPaymentAnswer: _TOLD | _UNKNOWN_ORDER,
    CancelPayment: st.builds(CancelPayment, payment_request_id=_SOME),
    CancelPaymentAnswer: st.builds(CancelPaymentAnswer, result_status=_SFU, signature=_SIGNED, **_RESULT),
    Launch: st.builds(Launch, url=_TEXT, user_agent=_MAYBE, ac_decode_config=_MAYBE, title=_MAYBE),
    DecodeCallback: st.builds(
        DecodeCallback,
        callback=_SOME,
        outcome=st.sampled_from(["success", "failure"]),
        sdk_action_payload=_MAYBE,
        error_code=_MAYBE,
        error_message=_MAYBE,
    ),
    HandleAction: st.builds(HandleAction, sdk_action_payload=_MAYBE),
    IdentityAnswer: st.builds(IdentityAnswer, code_value=_TEXT, action=st.sampled_from(["OPEN_URL", "DECODE", "NONE"])),
    ServerAnswer: st.builds(
        ServerAnswer,
        action_type=_MAYBE,
        sdk_action_payload=_MAYBE,
        payment_status=st.none() | _SF,
        error_code=_MAYBE,
    ),
    CashierPage: st.builds(CashierPage),
    ResultPage: st.builds(ResultPage, status=_SF, error_code=_MAYBE),
}
_ANY_MESSAGE: Final = st.one_of(list(_MESSAGES.values()))
_TYPES: Final = [pytest.param(message_type, id=message_type.__name__) for message_type in _MESSAGES]


def _body(message: Message) -> dict[str, Any]:
    """The body of a message as data that may be changed."""
    return copy.deepcopy(body_of(message, observer_url=_OBSERVER, gateway_url=_GATEWAY))


# --- the round trip -----------------------------------------------------------------------------------------------


@_THOROUGH
@given(_ANY_MESSAGE)
def test_a_sound_message_arrives_as_it_was_sent(message: Message) -> None:
    """Whatever fits the documents survives the wire, and so do the fields that travel beside the body."""
    assert message == wire.round_trip(message)


def test_every_message_that_crosses_http_is_generated() -> None:
    """No message type is left out of the round trip."""
    assert set(wire.OPERATIONS) == set(_MESSAGES)


# --- two opinions -----------------------------------------------------------------------------------------------


_SECOND_OPINIONS: Final = {
    message_type: jsonschema.Draft202012Validator(dict(wire.schema_of(message_type))) for message_type in _MESSAGES
}


def _verdicts(message_type: type[Message], instance: object) -> tuple[bool, bool]:
    judge = schemas.validator_of(message_type).is_valid(instance)
    return judge, _SECOND_OPINIONS[message_type].is_valid(instance)


def _leaves(node: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of everything in a body but the body itself."""
    if path:
        yield path
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, child in inside:
        yield from _leaves(child, (*path, step))


_ARABIC: Final = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_CHANGES: Final[dict[str, Callable[[str], object]]] = {
    "line feed": lambda text: text + "\n",
    "carriage return": lambda text: text + "\r",
    "line separator": lambda text: text + "\u2028",
    "nul": lambda text: text + "\x00",
    "line feed before": lambda text: "\n" + text,
    "two lines": lambda text: f"{text}\n{text}",
    "blank": lambda text: text + " ",
    "arabic digits": lambda text: text.translate(_ARABIC),
    "full-width": lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
    "lower case": str.lower,
    "sign": lambda text: f"-{text}",
    "surplus zero": lambda text: f"0{text}",
    "fraction": lambda text: f"{text}.00",
    "combining mark": lambda text: text + "\u0301",
    "empty": lambda _: "",
    "long": lambda text: text + "x" * 600,
    "longer": lambda text: text + "\U0001f600" * 21_000,
    "null": lambda _: None,
    "true": lambda _: True,
    "zero": lambda _: 0,
    "fraction of a number": lambda _: 0.5,
    "great number": lambda _: 10**30,
    "array": lambda text: [text],
    "empty array": lambda _: [],
    "many": lambda _: [{}] * 101,
    "object": lambda text: {"value": text},
    "empty object": lambda _: {},
}


def _examples(message_type: type[Message]) -> list[dict[str, Any]]:
    """The examples of a message type's body in its document."""
    operation = wire.OPERATIONS[message_type]
    documented = wire.document(operation.document)["paths"][operation.path][operation.method.lower()]
    told = documented["requestBody"] if operation.part == wire.REQUEST else documented["responses"]["200"]
    return [example["value"] for example in told["content"]["application/json"]["examples"].values()]


@st.composite
def _broken(draw: st.DrawFn) -> tuple[type[Message], dict[str, Any]]:
    """A message's body, generated or from a document's examples, changed in up to three places."""
    message_type = draw(st.sampled_from(list(_MESSAGES)))
    generated = _MESSAGES[message_type].map(_body)
    body = copy.deepcopy(draw(generated | st.sampled_from(_examples(message_type))))
    for _ in range(draw(st.integers(0, 3))):
        paths = list(_leaves(body))
        if not paths:
            break
        *outer, last = draw(st.sampled_from(paths))
        holder: Any = body
        for step in outer:
            holder = holder[step]
        change = draw(st.none() | st.sampled_from(list(_CHANGES.values())))
        if change is None:
            del holder[last]
        else:
            value = holder[last]
            holder[last] = change(value if isinstance(value, str) else json.dumps(value))
    return message_type, body


@_THOROUGH
@given(_ANY_MESSAGE)
def test_both_validators_accept_a_sound_message(message: Message) -> None:
    """What the suite or a wallet may say is sound to either."""
    assert _verdicts(type(message), _body(message)) == (True, True)


@_THOROUGH
@given(_broken())
def test_both_validators_agree_on_a_changed_message(case: tuple[type[Message], dict[str, Any]]) -> None:
    """Line feeds at the end, foreign digits, wrong types, missing and empty fields: one verdict."""
    judge, second = _verdicts(*case)

    assert second == judge
    assert judge == (not wire.problems(*case))


@pytest.mark.parametrize("message_type", _TYPES)
@pytest.mark.parametrize("change", _CHANGES.values(), ids=_CHANGES)
def test_both_validators_agree_wherever_an_example_is_changed(
    message_type: type[Message], change: Callable[[str], object]
) -> None:
    """Each field of each example, changed alone: one verdict."""
    for example in _examples(message_type):
        for *outer, last in _leaves(example):
            body = copy.deepcopy(example)
            holder: Any = body
            for step in outer:
                holder = holder[step]
            value = holder[last]
            holder[last] = change(value if isinstance(value, str) else json.dumps(value))
            judge, second = _verdicts(message_type, body)
            assert second == judge, (outer, last)


def _spelled(pattern_owner: tuple[str, str, str]) -> dict[str, Any]:
    """A schema that has a pattern, by document, component and property (empty: the component itself)."""
    name, component, inner = pattern_owner
    node = wire.document(name)["components"]["schemas"][component]
    found: dict[str, Any] = node["properties"][inner] if inner else node
    return found


_PATTERNED: Final = [
    (name, label, inner)
    for name in ("alipay-plus", "mpp-adaptor", "observer")
    for label, node in wire.document(name)["components"]["schemas"].items()
    for inner, schema in [("", node), *node.get("properties", {}).items()]
    if "pattern" in schema
]
_NEAR: Final = st.lists(
    st.sampled_from(
        [*"0123456789", "٣", "A", "Z", "a", "/", ".", "-", ":", "T", "+", "\n", "\r", " ", "http://", "CNY"]
    ),
    max_size=12,
).map("".join)


@pytest.mark.parametrize("owner", _PATTERNED, ids="-".join)
def test_both_validators_read_a_pattern_alike(owner: tuple[str, str, str]) -> None:
    """Any text, near what is asked for or far from it, is sound to both or to none."""
    schema = _spelled(owner)
    judge = jsonschema_rs.Draft202012Validator(schema)
    second = jsonschema.Draft202012Validator(schema)

    @_QUICK
    @given(_NEAR | st.from_regex(schema["pattern"], alphabet=_CHARACTERS) | _TEXT)
    def agree(text: str) -> None:
        assert second.is_valid(text) == judge.is_valid(text)

    agree()


def _amounts(values: Iterable[object]) -> dict[object, tuple[bool, bool]]:
    """The two verdicts on a notification of each amount."""
    notice = {
        "paymentResult": {"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "ok"},
        "paymentRequestId": "1",
    }
    bodies = {repr(value): {**notice, "paymentAmount": {"currency": "CNY", "value": value}} for value in values}
    return {value: _verdicts(NotifyPayment, body) for value, body in bodies.items()}


def test_an_amount_is_a_whole_number_in_a_string() -> None:
    """Money is minor units in digits."""
    verdicts = _amounts(["0", "1", "700000", "9" * 18])

    assert {(True, True)} == set(verdicts.values())


def test_an_amount_is_nothing_but_digits() -> None:
    """No sign, no fraction, no surplus zero, no other digits, no blanks, nothing behind it, and no JSON number."""
    texts = ["", "00", "01", "-1", "+1", "1.0", "1e3", "1,000", " 1", "1 ", "1\n", "\u0663", "9" * 19]

    verdicts = _amounts([*texts, 1, 1.0, True, None, ["1"]])

    assert {(False, False)} == set(verdicts.values())


@pytest.mark.parametrize("message_type", _TYPES)
def test_extra_fields_are_no_fault(message_type: type[Message]) -> None:
    """A conforming MPP may send more than is documented, of any type."""
    for example in _examples(message_type):
        body = {**example, "extendInfo": {"a": [1, None, True]}, "zz": ""}
        assert _verdicts(message_type, body) == (True, True)
        assert wire.decode(message_type, json.dumps(example).encode()) == wire.decode(
            message_type, json.dumps(body).encode()
        )
