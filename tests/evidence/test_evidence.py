"""Evidence: a conversation written down and read back is the same conversation; nothing else is read."""

import json
from dataclasses import fields, replace
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpp_conformance import evidence, wallet
from mpp_conformance.common.canonical import NotCanonicalError, dump, parse
from mpp_conformance.evidence import EvidenceError
from mpp_conformance.judging.trace import BROKEN, Event, Half, Trace
from mpp_conformance.protocol.messages import ALL, Message, Order
from mpp_conformance.scenarios.cells import changing, payloads, psp, sdk, together
from mpp_conformance.scenarios.scenario import ENTRY, ORDER, Scenario
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.transport.connectors.direct import DirectConnector

PROFILE = wallet.reference().profile
CONNECTOR = DirectConnector(ConformingMpp(PROFILE), PROFILE)
SCENARIOS = [*payloads(ENTRY), *payloads(ORDER), changing(ENTRY), together(ORDER), psp(ORDER)]
TEXT = st.text(max_size=40)


def held(scenario: Scenario) -> Trace:
    """A conversation with the conforming specimen."""
    return CONNECTOR.converse(scenario)


def written(trace: Trace) -> bytes:
    """A trace as the bytes of its file."""
    return evidence.encode(evidence.document(trace))


def messages() -> st.SearchStrategy[Message]:
    """Any message with any text in it."""
    order = st.builds(
        Order, payment_request_id=TEXT, amount=TEXT, pay_to_amount=TEXT, pay_to_currency=TEXT, code_type=TEXT
    )
    values: dict[Any, st.SearchStrategy[Any]] = {
        str: TEXT,
        int: st.integers(0, 10**9),
        str | None: st.none() | TEXT,
        Order | None: st.none() | order,
    }
    built = []
    for kind in ALL:
        hints = get_type_hints(kind)
        built.append(st.builds(kind, **{field.name: values[hints[field.name]] for field in fields(kind)}))
    return st.one_of(built)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.label)
def test_round_trip(scenario: Scenario) -> None:
    """A conversation that is written and read is an equal one, and its bytes are the same again."""
    trace = held(scenario)
    back = evidence.read(written(trace))
    assert back == trace
    assert written(back) == written(trace)
    assert back.scenario.label == scenario.label


@given(
    said=st.lists(messages(), max_size=6), at=st.integers(0, 10**9), notes=st.lists(st.tuples(TEXT, TEXT), max_size=3)
)
def test_round_trip_of_any_message(said: list[Message], at: int, notes: list[tuple[str, str]]) -> None:
    """Every type of message, with any text, keeps its place, time and notes."""
    events = tuple(
        Event(number=place + 1, payment=0, message=message, at=at / 1_000_000, notes=tuple(notes))
        for place, message in enumerate(said)
    )
    trace = replace(held(sdk(ENTRY, "S")), events=events, ending=BROKEN, trouble="\x00 in words")
    back = evidence.read(written(trace))
    assert back == trace
    assert [(event.at, event.notes) for event in back.events] == [(event.at, event.notes) for event in events]


HALVES = st.builds(
    Half,
    method=TEXT,
    target=TEXT,
    status=st.none() | st.integers(0, 999),
    headers=st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple),
    body=st.binary(max_size=60) | TEXT.map(str.encode),
)


@given(st.lists(HALVES, max_size=3).map(tuple))
def test_round_trip_of_any_half(halves: tuple[Half, ...]) -> None:
    """What HTTP carried is read byte for byte as it was written, text or not."""
    trace = held(sdk(ENTRY, "S"))
    carried = replace(trace, events=(replace(trace.events[0], http=halves), *trace.events[1:]), began="now")
    back = evidence.read(written(carried))
    assert (back.events[0].http, back.began) == (halves, "now")
    assert back == trace


def test_digest_names_the_content() -> None:
    """Equal conversations have an equal digest, other ones another."""
    one, other = written(held(sdk(ENTRY, "S"))), written(held(sdk(ENTRY, "F")))
    assert evidence.digest(one) == evidence.digest(written(held(sdk(ENTRY, "S"))))
    assert evidence.digest(one) != evidence.digest(other)


def test_lone_surrogates_are_not_written() -> None:
    """Text that is no Unicode cannot be evidence, and the words say so."""
    trace = replace(held(sdk(ENTRY, "S")), trouble="\ud800")
    with pytest.raises(EvidenceError, match="cannot be written down"):
        written(trace)


DOCUMENT = evidence.document(held(sdk(ENTRY, "S")))
HALF: dict[str, Any] = {"method": "POST", "target": "/x", "status": None, "headers": [], "body": {"text": ""}}


def changed(path: str, value: object) -> bytes:
    """The evidence of a sound conversation with one value changed, or left out for ``...``."""
    document = json.loads(json.dumps(DOCUMENT))
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    place = document
    for step in steps:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return dump(document)


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("format", "other", "format: expected 'mpp-conformance evidence 4', found 'other'"),
        ("ending", "well", "ending: expected one of ended, waited, broken, found 'well'"),
        ("app_link", 1, "app_link: expected true or false, found 1"),
        ("trouble", None, "trouble: expected text, found None"),
        ("surplus", 1, "the document: 'surplus' is not known"),
        ("events", {}, "events: expected a list, found {}"),
        ("events", ..., "the document: events is missing"),
        ("events.0", [], "events[0]: expected an object, found []"),
        ("events.0.type", "Shout", "events[0].type: expected a type of message, found 'Shout'"),
        ("events.0.number", 2, "events[0].number: expected 1, found 2"),
        ("events.0.number", True, "events[0].number: expected a whole number, not negative, found True"),
        ("events.0.payment", 1, "events[0].payment: expected less than 1, found 1"),
        ("events.0.payment", -1, "events[0].payment: expected a whole number, not negative, found -1"),
        ("events.0.notes", [["a"]], "events[0].notes[0]: expected a list of 2, found ['a']"),
        ("events.0.fields.code_value", 5, "events[0].fields.code_value: expected text, found 5"),
        ("events.0.fields.customer_id", ..., "events[0].fields: customer_id is missing"),
        ("events.0.fields.more", "x", "events[0].fields: 'more' is not known"),
        ("events.0.direction", "received", "events[0].direction: expected one of sent, found 'received'"),
        ("events.0.point", "GATEWAY", "events[0].point: expected one of USER, found 'GATEWAY'"),
        ("events.0.http", [{}], "events[0].http[0]: method is missing"),
        ("events.0.http", [{**HALF, "status": "200"}], "events[0].http[0].status: expected a whole number"),
        ("events.0.http", [{**HALF, "body": {"base64": "YQ=="}}], "events[0].http[0].body: expected text where"),
        ("events.0.http", [{**HALF, "body": {"base64": "/x=="}}], "events[0].http[0].body: expected text where"),
        ("events.0.http", [{**HALF, "body": {"base64": "?"}}], "events[0].http[0].body: expected Base64, found '?'"),
        ("events.0.http", [{**HALF, "body": {}}], "events[0].http[0].body: base64 is missing"),
        ("late", 99, "late: expected no more than there are events ("),
        ("late", -1, "late: expected a whole number, not negative, found -1"),
        ("late", ..., "the document: late is missing"),
        ("began", 1, "began: expected text, found 1"),
        ("codes", [], "codes: expected as many as there are payments (1), at least one, found 0"),
        ("scenario.payments.0.code", "QR", "scenario.payments[].code: expected one of"),
        (
            "scenario.payments.0.amount",
            "1",
            "scenario.payments[0].amount: expected a whole number",
        ),
        ("scenario.reading.inclusive", "yes", "scenario.reading.inclusive: expected true or false, found 'yes'"),
    ],
)
def test_unsound_evidence_is_refused(path: str, value: object, told: str) -> None:
    """What is no evidence of ours is refused in words that name the place."""
    with pytest.raises(EvidenceError) as refused:
        evidence.read(changed(path, value))
    assert str(refused.value).startswith(told)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "not JSON at character 0"),
        (b"\xff", "not UTF-8 at byte 0"),
        (b"[]", "the document: expected an object, found []"),
        (b'{"a":1,"a":1}', "an object with the same key twice"),
        (b'{"a":1.5}', "1.5 is not a whole number"),
        (b'{"a":NaN}', "NaN is not a whole number"),
        (b'{"a": 1}', "not in canonical form"),
        (b'{"b":1,"a":1}', "not in canonical form"),
        (b'"\\u0041"', "not in canonical form"),
        (b'"\\ud800"', "this cannot be written down"),
        (b"9007199254740992", "a whole number too large to be exact everywhere"),
        (b"1" * 5_000, "a number too long or a nesting too deep to read"),
        (b"[" * 100_000 + b"]" * 100_000, "a number too long or a nesting too deep to read"),
        (b" " * (evidence.MAX_BYTES + 1), "67108865 bytes are more than the 67108864 that are read"),
    ],
    ids=lambda value: ascii(value)[:20],
)
def test_hostile_bytes_are_refused(data: bytes, told: str) -> None:
    """Bytes that are no document at all are refused in words, whatever they are."""
    with pytest.raises(EvidenceError) as refused:
        evidence.read(data)
    assert str(refused.value).startswith(told)


@given(st.binary(max_size=200))
def test_noise_is_refused(data: bytes) -> None:
    """Noise never gets further than an EvidenceError."""
    with pytest.raises(EvidenceError):
        evidence.read(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcXYZ_1", max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_canonical_form_is_stable(value: object) -> None:
    """A document read from its bytes is equal, and its bytes are the same again."""
    data = dump(value)
    assert parse(data, limit=100_000) == value
    assert dump(parse(data, limit=100_000)) == data


@pytest.mark.parametrize("value", [1.5, float("nan"), b"x", {1: 2}, {"é": 1}, 2**53, {"a": [object()]}])
def test_canonical_form_takes_no_other_values(value: object) -> None:
    """Fractions, bytes, keys beyond ASCII and numbers too large for others cannot be written."""
    with pytest.raises(NotCanonicalError):
        dump(value)
