"""How calls of Alipay+ are written: what they mean does not change, and every two choices meet."""

import json
from collections.abc import Callable
from dataclasses import fields
from itertools import combinations, product
from typing import Any, Final

import pytest

from mpp_conformance import wire
from mpp_conformance.common.resources import directory
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.peers.mpp_server import message_of
from mpp_conformance.protocol.messages import CARRIAGES, InquiryPayment, Malformed
from mpp_conformance.scenarios.call_forms import FORMS, PLAIN, Form, choose_forms, spell
from mpp_conformance.scenarios.scenario import INQUIRE, Call, Scenario, codes_for
from mpp_conformance.trials import cabinet
from mpp_conformance.wallet import reference

_FIELDS: Final = {"acquirerId": "1022", "pspId": "1023", "paymentRequestId": "2025"}
_VARIED: Final = tuple(made.name for made in fields(Form) if made.name != "unknown")
_CALLED: Final = [held for held in cabinet.conversations(load(directory("suites")).cases) if held.payments[0].calls]

_AGAIN: Final[dict[str, Callable[[Any], str]]] = {
    "compact": lambda body: json.dumps(body, separators=(",", ":")),
    "compact, sorted": lambda body: json.dumps(body, separators=(",", ":"), sort_keys=True),
    "as Python writes": json.dumps,
    "as Python writes, sorted": lambda body: json.dumps(body, sort_keys=True),
    "indented by two": lambda body: json.dumps(body, indent=2),
    "indented by four": lambda body: json.dumps(body, indent=4),
    "indented by a tab": lambda body: json.dumps(body, indent="\t"),
    "a class's fields": lambda body: json.dumps({name: body[name] for name in _FIELDS}, separators=(",", ":")),
    "trimmed": lambda body: json.dumps(body, separators=(",", ":")).strip(),
}
"""What libraries make of a body that they have parsed."""


def body(call: Call, scenario: Scenario) -> str:
    """The body that goes out."""
    codes = codes_for(scenario, 0, run="forms", templates=reference().profile.templates)
    return wire.encode(message_of(call, codes)).decode()


@pytest.mark.parametrize("form", [*FORMS, Form(unknown=True)], ids=str)
def test_a_form_changes_nothing_in_what_is_said(form: Form) -> None:
    """Whatever it looks like, the fields have their values, and the interface is kept."""
    text = spell(_FIELDS, form)
    assert {name: json.loads(text)[name] for name in _FIELDS} == _FIELDS
    assert not isinstance(wire.decode(InquiryPayment, text.encode()), Malformed)
    assert tuple(json.loads(text))[:3] == form.order


def test_the_plain_form_is_what_the_wire_writes() -> None:
    """It needs no body of its own."""
    usual = wire.encode(InquiryPayment(payment_request_id="2025")).decode()
    assert spell({**wire.PARTIES, "paymentRequestId": "2025"}, PLAIN) == usual


def test_every_two_choices_meet_in_a_form() -> None:
    """Order, white space, case of names, blanks and connection: each value of one with each of another."""
    for one, other in combinations(_VARIED, 2):
        values = ({getattr(form, name) for form in FORMS} for name in (one, other))
        assert set(product(*values)) == {(getattr(form, one), getattr(form, other)) for form in FORMS}, (one, other)


def test_every_two_choices_meet_in_a_call_of_the_suite() -> None:
    """What the conversations make of it leaves none out."""
    made = {call.form for scenario in _CALLED for call in scenario.payments[0].calls if call.signature == "valid"}
    for one, other in combinations(_VARIED, 2):
        values = ({getattr(form, name) for form in FORMS} for name in (one, other))
        assert set(product(*values)) == {(getattr(form, one), getattr(form, other)) for form in made}, (one, other)


def test_equal_seeds_give_equal_forms() -> None:
    """So do equal runs; other seeds give others."""
    assert choose_forms("a", 5) == choose_forms("a", 5)
    assert len({choose_forms(seed, 5) for seed in "abcdefgh"}) > 1


@pytest.mark.parametrize("again", _AGAIN)
@pytest.mark.parametrize("scenario", _CALLED, ids=lambda scenario: scenario.label)
def test_whoever_verifies_a_body_written_anew_is_met_in_every_conversation(scenario: Scenario, again: str) -> None:
    """The first call of Alipay+ about the payment itself looks like nothing that a library writes."""
    own = next(call for call in scenario.payments[0].calls if call.signature == "valid")
    sent = body(own, scenario)
    assert _AGAIN[again](json.loads(sent)) != sent


def test_each_carriage_is_chosen() -> None:
    """What HTTP can do otherwise stands in some call."""
    found = set()
    for form in FORMS:
        call = Call(what=INQUIRE, form=form)
        codes = codes_for(_CALLED[0], 0, run="forms", templates=reference().profile.templates)
        found |= set(message_of(call, codes).carriage.split())
    assert set(CARRIAGES) == found
