"""What a wallet sends is hostile until it was read: what is malformed, in which words, and within which bounds."""

import json
from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpp_conformance import wire
from mpp_conformance.protocol.messages import (
    HandleAction,
    Malformed,
    Message,
    NotifyPayment,
    ResultPage,
    UserInitiatedPay,
)
from mpp_conformance.wire.encoding import MAX_PROBLEM, MAX_REFERENCE

_QUICK: Final = settings(max_examples=200, deadline=None)

# --- what is malformed, and in which words ----------------------------------------------------------------------


def _problem(arrived: Message) -> str:
    assert isinstance(arrived, Malformed)
    return arrived.problem


_WHOLE: Final = "a whole number of minor units, in digits, without surplus zeros"
_NOTIFY: Final = NotifyPayment(
    payment_request_id="1",
    result_status="S",
    result_code="SUCCESS",
    result_message="ok",
    payment_amount="1",
    payment_currency="CNY",
)


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        (
            UserInitiatedPay(code_value="a", customer_id=""),
            'customerId: expected at least 1 character, seen ""',
        ),
        (
            UserInitiatedPay(code_value="a", customer_id=5),  # type: ignore[arg-type]  # on purpose
            "customerId: expected a string, seen the number 5",
        ),
        (
            UserInitiatedPay(code_value="a", customer_id=None),  # type: ignore[arg-type]  # on purpose
            "customerId: expected, but it is missing",
        ),
        (
            UserInitiatedPay(code_value="a" * 513, customer_id="b"),
            f'codeValue: expected at most 512 characters, seen "{"a" * 45}..." (513 characters)',
        ),
        (
            replace(_NOTIFY, result_status="U"),
            'paymentResult.resultStatus: expected "S" or "F", seen "U"',
        ),
        (
            replace(_NOTIFY, payment_amount="1\n"),
            f'paymentAmount.value: expected {_WHOLE}, seen "1\\n"',
        ),
        (
            replace(_NOTIFY, payment_currency="cny"),
            'paymentAmount.currency: expected a currency, three capital letters, seen "cny"',
        ),
        (
            replace(_NOTIFY, payment_currency=None),
            "paymentAmount.currency: expected, but it is missing",
        ),
        (
            HandleAction(sdk_action_payload={"page": 1}),  # type: ignore[arg-type]  # on purpose
            "sdkActionPayload: expected a string or null, seen an object",
        ),
        (
            HandleAction(sdk_action_payload=[True]),  # type: ignore[arg-type]  # on purpose
            "sdkActionPayload: expected a string or null, seen an array of 1",
        ),
        (
            ResultPage(status=True),  # type: ignore[arg-type]  # on purpose
            'status: expected "S" or "F", seen true',
        ),
        (
            HandleAction(sdk_action_payload=float("nan")),  # type: ignore[arg-type]  # on purpose
            "the body: expected JSON, seen NaN",
        ),
        (
            HandleAction(sdk_action_payload="\ud800"),
            "the body: expected UTF-8, seen something else at byte 21",
        ),
    ],
)
def test_a_message_that_breaks_its_schema_comes_back_malformed(message: Message, problem: str) -> None:
    """The problem names the place, what was expected and what was seen."""
    expected = Malformed(
        where=message.point,
        operation=message.name,
        problem=problem,
        reference=_reference(message),
        signature=getattr(message, "signature", None),
    )

    arrived = wire.round_trip(message)

    assert expected == arrived


def _reference(message: Message) -> str | None:
    return getattr(message, "code_value", None) or getattr(message, "payment_request_id", None)


@pytest.mark.parametrize(
    ("body", "reference"),
    [
        (b'{"codeValue":"281"}', "281"),
        (b'{"codeValue":281}', "281"),
        (b'{"codeValue":""}', None),
        (b'{"codeValue":["281"]}', None),
        (b'{"codeValue":"281"', None),
        (b'{"codeValue":"' + b"7" * 10_000 + b'"}', "7" * MAX_REFERENCE),
    ],
)
def test_a_malformed_call_says_which_payment_it_is_about(body: bytes, reference: str | None) -> None:
    """The code value is kept where it can be read, so that a broken call to Alipay+ is no stray."""
    arrived = wire.decode(UserInitiatedPay, body)

    assert reference == arrived.reference  # type: ignore[union-attr]


def test_many_problems_are_counted_and_not_all_told() -> None:
    """A problem stays short whatever was wrong."""
    problem = _problem(wire.decode(NotifyPayment, b'{"paymentResult":{},"paymentId":1}'))

    assert "paymentId: expected a string or null, seen the number 1" in problem
    assert problem.endswith("; and 2 more")


_REFUSED: Final = {
    "nothing": (b"", "the body: expected JSON, seen nothing"),
    "blanks": (b" \n ", "the body: expected JSON, seen nothing"),
    "html": (b"<html>no</html>", "the body: expected JSON, seen: expecting value (line 1, column 1)"),
    "form": (b"codeValue=1", "the body: expected JSON, seen: expecting value (line 1, column 1)"),
    "cut off": (
        b'{"codeValue":"1',
        "the body: expected JSON, seen: unterminated string starting at (line 1, column 14)",
    ),
    "two documents": (b"{}{}", "the body: expected JSON, seen: extra data (line 1, column 3)"),
    "an array": (b"[]", "the body: expected a JSON object, seen another JSON value"),
    "a text": (b'"{}"', "the body: expected a JSON object, seen another JSON value"),
    "null": (b"null", "the body: expected a JSON object, seen another JSON value"),
    "latin 1": (b'{"a":"\xe9"}', "the body: expected UTF-8, seen something else at byte 6"),
    "utf-16": ('{"a":1}'.encode("utf-16"), "the body: expected UTF-8, seen something else at byte 0"),
    "overlong utf-8": (b'{"a":"\xc0\xaf"}', "the body: expected UTF-8, seen something else at byte 6"),
    "surrogate": (b'{"a":"\xed\xa0\x80"}', "the body: expected UTF-8, seen something else at byte 6"),
    "escaped surrogate": (b'{"a":"\\ud83d"}', "the body: expected Unicode text, seen half a surrogate pair"),
    "escaped surrogate in a name": (b'{"\\uDE00":1}', "the body: expected Unicode text, seen half a surrogate pair"),
    "NaN": (b'{"a":NaN}', "the body: expected JSON, seen NaN"),
    "infinity": (b'{"a":-Infinity}', "the body: expected JSON, seen -Infinity"),
    "too large a number": (b'{"a":1e999}', "the body: expected numbers of usual size, seen one too large"),
    "too many digits": (b'{"a":' + b"9" * 5_000 + b"}", "the body: expected JSON, seen a number with too many digits"),
    "a name twice": (b'{"a":1,"a":1}', "the body: expected each name once, seen twice: a"),
    "a name twice, spelled differently": (
        b'{"b":{"\\u0061\\n":1,"a\\n":1}}',
        "the body: expected each name once, seen twice: a\\n",
    ),
    "line feed in a text": (
        b'{"a":"\n"}',
        "the body: expected JSON, seen: invalid control character at (line 1, column 7)",
    ),
    "10 MB": (b'{"a":"' + b"x" * 10_000_000, "the body: expected at most 1048576 bytes, seen more"),
    "33 arrays": (
        b'{"a":' + b"[" * 32 + b"]" * 32 + b"}",
        "the body: expected at most 32 levels of nesting, seen more",
    ),
    "arrays without end": (b"[" * 1_000_000, "the body: expected at most 32 levels of nesting, seen more"),
    "objects without end": (b'{"a":' * 200_000, "the body: expected at most 32 levels of nesting, seen more"),
}


@pytest.mark.parametrize(("body", "problem"), [pytest.param(*case, id=name) for name, case in _REFUSED.items()])
def test_what_is_no_json_object_is_malformed(body: bytes, problem: str) -> None:
    """Hostile bytes are refused with a clear word, before anything looks inside."""
    assert problem == _problem(wire.decode(UserInitiatedPay, body))


@pytest.mark.parametrize(
    "body",
    [
        b'{"x":[' * 16 + b"]}" * 16,
        b'{"codeValue":"1","customerId":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\"[[[[{{{{"',
        b'{"codeValue":"\\ud83d\\ude00"',
    ],
)
def test_what_only_looks_too_deep_or_half_is_looked_at(body: bytes) -> None:
    """Brackets inside a text are no nesting, 32 levels are not too many, and a whole surrogate pair is a character."""
    problem = _problem(wire.decode(UserInitiatedPay, body))

    assert ("nesting" in problem, "surrogate" in problem) == (False, False)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"a":"' + b'\\"' * 500_000, id="escaped quotes without end"),
        pytest.param(b"{" * 33 + b'"' * 1_000_000, id="quotes"),
        pytest.param(b"\\" * 1_000_000 + b"[" * 40, id="backslashes"),
        pytest.param(b"{" + b",".join(b'"%d":1' % n for n in range(70_000)) + b',"69999":1}', id="many names"),
        pytest.param(b'{"a":[' + b"[]," * 300_000 + b"[]]}", id="many arrays"),
        pytest.param(b'{"paymentAmount":{"value":"' + b"1" * 1_000_000 + b'x"}}', id="long digits"),
        pytest.param(b'{"paymentAmount":{"value":' + b"1" * 4_000 + b"}}", id="long number"),
    ],
)
def test_a_body_as_large_as_allowed_does_not_stop_the_reader(body: bytes) -> None:
    """Work grows with the size of a body and not with its square."""
    assert _problem(wire.decode(NotifyPayment, body))


@_QUICK
@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_read_without_an_exception(body: bytes) -> None:
    """Whatever comes, a message or a malformed one comes out."""
    for message_type in wire.OPERATIONS:
        assert isinstance(wire.decode(message_type, body), message_type | Malformed)


@_QUICK
@given(st.text(max_size=1_200), st.text(max_size=1_200), st.text(max_size=60))
def test_a_problem_is_printable_and_bounded(code: str, status: str, name: str) -> None:
    """Nothing in a problem forges a line of a log, turns text around, or fills a disk."""
    body = json.dumps({"paymentRequestId": code, "paymentResult": {"resultStatus": status}, name: 1}).encode()

    problem = _problem(wire.decode(NotifyPayment, body))

    assert problem.isprintable()
    assert len(problem) <= MAX_PROBLEM
