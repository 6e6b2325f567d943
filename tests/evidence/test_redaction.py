"""Redaction: what is not on a list is hidden before it is written, it can be opened, and verdicts come out the same."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, Final, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpp_conformance import evidence, wallet
from mpp_conformance.common import canonical
from mpp_conformance.common.resources import directory
from mpp_conformance.evidence import EvidenceError, disclosures
from mpp_conformance.evidence.hidden_values import Commitment, Disclosure, Hidden, HiddenBytes, Hiding
from mpp_conformance.evidence.redaction import CLASSES, CLEAR, PROTECTED, Policy
from mpp_conformance.judging import oracle
from mpp_conformance.judging.trace import Event, Half, Trace
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.peers.router import Stray
from mpp_conformance.protocol.messages import (
    ALL,
    Launch,
    Malformed,
    Message,
    NotifyPayment,
    ResultPage,
    Scan,
    UserInitiatedPay,
)
from mpp_conformance.scenarios.cells import psp, sdk
from mpp_conformance.scenarios.scenario import ENTRY
from mpp_conformance.specimens import SPECIMENS
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.transport.connectors.direct import DirectConnector
from mpp_conformance.trials import cabinet
from mpp_conformance.wallet.model import Evidence
from tests.hosting import hosted

PROFILE = wallet.reference().profile
CUSTOMER = PROFILE.customer("funded")
TARGET: Final = "/aps/api/v1/payments/userInitiatedPay"


def policy(*disclosed: str) -> Policy:
    """What a wallet with these disclosures keeps back."""
    customers = tuple((f"{role} customer", name) for role, name in PROFILE.customers)
    return Policy(customers=customers, disclosed=frozenset(disclosed), secret=b"s")


def held(scenario: Any = None) -> Trace:  # noqa: ANN401  # a scenario
    """A conversation with the conforming specimen."""
    return DirectConnector(ConformingMpp(PROFILE), PROFILE).converse(scenario or psp(ENTRY))


@pytest.fixture(scope="module")
def over_http() -> Trace:
    """The same over HTTP."""

    async def hold() -> Trace:
        async with hosted(ConformingMpp) as connector:
            return await connector.converse(psp(ENTRY))

    return asyncio.run(hold())


def saying(message: Message, *halves: Half) -> Trace:
    """A conversation in which the wallet says one thing more."""
    trace = held()
    event = Event(number=len(trace.events) + 1, payment=0, message=message, http=halves)
    return replace(trace, events=(*trace.events, event))


def last(trace: Trace) -> Event:
    """What was said last, redacted."""
    return policy().redact(trace)[0].events[-1]


def written(trace: Trace) -> bytes:
    """The bytes of its file."""
    return evidence.encode(evidence.document(trace))


def field_names(kind: type) -> Iterator[str]:
    """The fields of a message that hold text, those of values inside it included."""
    for name, hint in get_type_hints(kind).items():
        parts = (hint, *get_args(hint))
        if any(part is str for part in parts):
            yield name
        for part in parts:
            if is_dataclass(part) and isinstance(part, type):
                yield from field_names(part)


def test_every_field_stands_on_a_list() -> None:
    """Whoever adds a field to a message says whether it may be read; till then it is hidden."""
    named = {name for kind in ALL for name in field_names(kind)} - {"point"}
    assert named - CLEAR - PROTECTED.keys() == set()
    assert (CLEAR | PROTECTED.keys()) - named == set()


def test_classes_are_what_the_wallet_can_disclose() -> None:
    """`[evidence] disclose` knows the same words."""
    (item, _) = get_args(Evidence.model_fields["disclose"].annotation)
    assert get_args(item) == CLASSES


@pytest.mark.parametrize("where", ["direct", "over HTTP"])
def test_no_customer_is_left_and_each_can_be_opened(where: str, over_http: Trace) -> None:
    """The file names no customer; with what was kept apart it is the conversation that was held, byte for byte."""
    trace = held() if where == "direct" else over_http
    redacted, opening = policy().redact(trace)
    data = written(redacted)
    assert CUSTOMER.encode() not in data
    assert CUSTOMER.encode() in written(trace)
    back = disclosures.reveal(evidence.read(data), disclosures.read(disclosures.encode(opening)))
    assert written(back) == written(trace)


def test_what_is_read_is_what_was_redacted(over_http: Trace) -> None:
    """Hidden parts are read as the hidden parts they are, so that evidence written anew has the same bytes."""
    redacted, _ = policy().redact(over_http)
    back = evidence.read(written(redacted))
    assert back == redacted
    assert written(back) == written(redacted)
    again, opening = policy().redact(back)
    assert (written(again), opening) == (written(redacted), ())


def test_equal_customers_stay_equal() -> None:
    """A customer is the same wherever they stand in a conversation, unlike any other, and another in the next one."""
    trace = saying(NotifyPayment(**NOTICE, customer_id="somebody"))
    redacted, _ = policy().redact(trace)
    named = [
        event.message.customer_id for event in redacted.events if isinstance(event.message, Scan | UserInitiatedPay)
    ]
    other, _ = policy().redact(held(sdk(ENTRY, "S")))
    (elsewhere,) = {event.message.customer_id for event in other.events if isinstance(event.message, Scan)}
    assert len(set(named)) == 1
    assert named[0].startswith("<funded customer ")
    stranger = redacted.events[-1].message
    assert isinstance(stranger, NotifyPayment)
    assert (stranger.customer_id or "").startswith("<customer ")
    assert elsewhere != named[0]


NOTICE: Final = {"payment_request_id": "r", "result_status": "S", "result_code": "c", "result_message": "m"}


def test_empty_text_stays_empty() -> None:
    """Whether something was said at all is no secret, and cases ask for it."""
    assert last(saying(UserInitiatedPay(code_value="c", customer_id=""))).message == UserInitiatedPay(
        code_value="c", customer_id=""
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"https://x/?of={CUSTOMER}&a", "https://x/?of=<funded customer #>&a"),
        (CUSTOMER, "<funded customer #>"),
        (f"{CUSTOMER}{CUSTOMER}", f"{CUSTOMER}{CUSTOMER}"),
        (f"{CUSTOMER} {CUSTOMER} customer-2", "<funded customer #> <funded customer #> <second customer #>"),
        (f"x{CUSTOMER}1", f"x{CUSTOMER}1"),
        ("https://x", "https://x"),
    ],
)
def test_customers_inside_a_text_are_hidden_in_their_places(text: str, shown: str) -> None:
    """A text that may be read says nothing of customers; what only looks alike is left."""
    message = last(saying(Launch(url=text))).message
    assert isinstance(message, Launch)
    url = message.url
    parts = url.parts if isinstance(url, Hidden) else (url,)
    assert "".join(part if isinstance(part, str) else f"<{part.name} #>" for part in parts) == shown


def test_nothing_is_hidden_where_the_suite_says_the_same() -> None:
    """A customer whose id is an amount of the scenario is not looked for: an amount would be no amount any more."""
    short = replace(policy(), customers=(("funded customer", "1000"), ("second customer", "abc")))
    trace = saying(ResultPage(status="S", error_code="1000 abc"))
    assert trace.scenario.payments[0].amount == 1000
    assert short.redact(trace)[0].events[-1].message == ResultPage(status="S", error_code="1000 abc")


@pytest.mark.parametrize(
    ("problem", "shown"),
    [
        (
            f'customerId: expected at most 64 characters, seen "{"x" * 9}"; b: expected a, seen c',
            "customerId: expected",
        ),
        ('codeValue: expected at least 1 character, seen ""', 'codeValue: expected at least 1 character, seen ""'),
        ("customerId: expected, but it is missing", "customerId: expected, but it is missing"),
    ],
)
def test_what_is_wrong_is_said_without_what_is_hidden(problem: str, shown: str) -> None:
    """A message that could not be read says what was expected of a hidden field, and not what was seen."""
    message = last(saying(Malformed(where="GATEWAY", operation="UserInitiatedPay", problem=problem))).message
    assert isinstance(message, Malformed)
    assert message.problem.startswith(shown)
    assert "xxx" not in message.problem


REQUEST: Final = {"codeValue": "c"}


@pytest.mark.parametrize(
    ("body", "needed"),
    [
        (REQUEST, ()),
        ({**REQUEST, "customerId": "x"}, ("customers",)),
        ({**REQUEST, "customerId": None, "passThroughInfo": None, "indirectMpp": None}, ()),
        ({**REQUEST, "passThroughInfo": "x"}, ("pass_through_info",)),
        ({**REQUEST, "shoeSize": 43}, ("other",)),
        ({**REQUEST, "indirectMpp": {"shoeSize": [43]}}, ("other",)),
        ({"codeValue": [f"for {CUSTOMER}"]}, ("customers",)),
        ({**REQUEST, "customerId": 5, "passThroughInfo": "x", "shoeSize": 1}, CLASSES),
        (b"\xff", ("other",)),
        (b"[1]", ("other",)),
        (b'{"codeValue":"a","codeValue":"b"}', ("other",)),
        (b"", ()),
    ],
    ids=str,
)
def test_bodies_are_read_if_all_that_they_bear_may_be(body: Any, needed: tuple[str, ...]) -> None:  # noqa: ANN401  # JSON or bytes
    """A body is hidden as a whole unless everything in it may be read; each class is needed, and all are enough."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    half = Half(method="POST", target=TARGET, body=data)
    trace = saying(UserInitiatedPay(code_value="c", customer_id="x"), half)

    def kept(*disclosed: str) -> bytes:
        return policy(*disclosed).redact(trace)[0].events[-1].http[0].body

    assert kept(*needed) == data
    for missing in needed:
        found = kept(*(set(CLASSES) - {missing}))
        assert isinstance(found, HiddenBytes)
        assert (found, found.size) == (b"", len(data))


def test_own_bodies_may_bear_any_name() -> None:
    """What the suite says is no secret of the wallet's, unless it names a customer."""
    trace = held()
    bodies = [b'{"shoeSize":43}', b"no JSON at all", f"<p>{CUSTOMER}</p>".encode()]
    halves = tuple(Half(method="POST", target="/scan", body=body) for body in bodies)
    scan = replace(trace.events[0], http=halves)
    redacted, _ = policy().redact(replace(trace, events=(scan, *trace.events[1:])))
    assert [half.body for half in redacted.events[0].http] == [*bodies[:2], b""]


def test_headers_and_targets_are_read_if_they_are_known() -> None:
    """A header that no document names is hidden, and so is what names a customer, or an address with a question."""
    headers = (("Client-Id", "c"), ("Cookie", "secret"), ("User-Agent", f"app of {CUSTOMER}"))
    half = Half(method="POST", target=f"{TARGET}?a=secret", headers=headers)
    found = last(saying(UserInitiatedPay(code_value="c", customer_id="x"), half)).http[0]
    texts = [found.header("client-id"), found.header("cookie"), found.header("user-agent"), found.target]
    assert [str(text).rpartition(" ")[0] for text in texts] == ["", "<header cookie", "<header user-agent", "<target"]
    assert texts[0] == "c"


def test_strays_are_redacted_too() -> None:
    """What fits no conversation is told without its customers."""
    half = Half(method="POST", target=TARGET, body=b'{"customerId":"x"}')
    stray = Stray(message=UserInitiatedPay(code_value="c", customer_id=CUSTOMER), conversation="a", http=(half,))
    found = policy().redact_stray(stray)
    assert isinstance(found.message, UserInitiatedPay)
    assert found.message.customer_id.startswith("<funded customer ")
    assert (found.conversation, found.http[0].body) == ("a", b"")
    assert policy(*CLASSES).redact_stray(stray) is stray


def test_everything_disclosed_is_nothing_changed(over_http: Trace) -> None:
    """A wallet that discloses everything has its evidence as it was."""
    assert policy(*CLASSES).redact(over_http) == (over_http, ())


JUDGED: Final = ("conforming", *(name for name in SPECIMENS if "customer" in name))


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.thorough] if at % 6 else []) for at, name in enumerate(JUDGED)]
)
def test_verdicts_are_the_same(name: str) -> None:
    """Whatever a case asks, it hears the same of the redacted conversation as of the other."""
    kind = SPECIMENS[name]
    profile = replace(PROFILE, app_link=kind.app_link)
    differing = []
    for scenario, cases in cabinet.conversations(load(directory("suites")).cases).items():
        trace = DirectConnector(kind(profile), profile).converse(scenario)
        redacted, _ = policy().redact(trace)
        for case, label in cases:
            both = [oracle.judge(case.judge, seen).verdict for seen in (trace, redacted)]
            differing += [(case.name, label)] if both[0] is not both[1] else []
    assert differing == []


@given(st.text(max_size=20), st.binary(max_size=20))
def test_any_value_is_hidden_and_opened(text: str, body: bytes) -> None:
    """Text and bytes come back as they were; another salt makes another commitment."""
    hiding, other = Hiding(b"1"), Hiding(b"2")
    hidden = Hidden("a ", hiding.text("t", text), " b"), hiding.body("b", body)
    trace = replace(held(), trouble=hidden[0])
    half = Half(method="", target="", body=hidden[1])
    trace = replace(trace, events=(replace(trace.events[0], http=(half,)), *trace.events[1:]))
    back = disclosures.reveal(
        evidence.read(written(trace)), disclosures.read(disclosures.encode(hiding.disclosures.values()))
    )
    assert (back.trouble, back.events[0].http[0].body) == (f"a {text} b", body)
    assert other.text("t", text) != hiding.text("t", text)


def test_other_values_do_not_open_a_commitment() -> None:
    """A disclosure that was changed opens nothing, and is named."""
    redacted, opening = policy().redact(held())
    changed = [replace(opening[0], value="somebody else"), *opening[1:]]
    with pytest.raises(EvidenceError, match="a disclosure opens nothing: <funded customer "):
        disclosures.reveal(redacted, changed)


def test_without_disclosures_nothing_is_opened() -> None:
    """What is not disclosed reads as what stands for it."""
    redacted, _ = policy().redact(held())
    assert disclosures.reveal(redacted, ()) == redacted


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"format": "x", "disclosures": []}, "format: expected 'mpp-conformance disclosures 1', found 'x'"),
        ({"format": disclosures.FORMAT}, "the document: disclosures is missing"),
        ({"format": disclosures.FORMAT, "disclosures": [["a", "b"]]}, "disclosures[0]: expected salt, name and value"),
        ({"format": disclosures.FORMAT, "disclosures": [["a", "b", 1]]}, "disclosures[0]: expected text, found 1"),
        ({"format": disclosures.FORMAT, "disclosures": [["a", "b", {"x": 1}]]}, "disclosures[0]: base64 is missing"),
    ],
)
def test_unsound_disclosures_are_refused(document: dict[str, Any], told: str) -> None:
    """What is no file of disclosures is refused in words."""
    with pytest.raises(EvidenceError) as refused:
        disclosures.read(canonical.dump(document))
    assert str(refused.value).startswith(told)


@pytest.mark.parametrize(
    ("hidden", "told"),
    [
        ([], "trouble: expected text, found []"),
        (["a"], "trouble: expected text, found ['a']"),
        ([{"digest": "0", "name": "n"}], "trouble.digest: expected 64 hexadecimal digits, found '0'"),
        ([{"digest": "0" * 64}], "trouble: name is missing"),
    ],
)
def test_unsound_hidden_text_is_refused(hidden: object, told: str) -> None:
    """Only commitments stand for what is hidden."""
    with pytest.raises(EvidenceError) as refused:
        evidence.read(canonical.dump({**evidence.document(held()), "trouble": hidden}))
    assert str(refused.value).startswith(told)


def test_hidden_text_prints_and_compares_as_it_reads() -> None:
    """It is text like any other to whoever prints or compares it."""
    commitment = Commitment("a" * 64, "thing")
    assert Hidden("x ", commitment) == "x <thing aaaaaaaaaaaaaaaa>"
    assert repr(Hidden(commitment)) == "'<thing aaaaaaaaaaaaaaaa>'"
    assert Disclosure("s", "n", "v").commitment == Disclosure("s", "n", "v").commitment
    assert [part.name for part in fields(Disclosure)] == ["salt", "name", "value"]
