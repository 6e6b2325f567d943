"""Scenarios: what makes two of them equal, their names, and the code values of their payments."""

import os
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpp_conformance.protocol.limits import Reading
from mpp_conformance.scenarios.scenario import (
    ENTRY,
    FOREIGN,
    FUNDED,
    ORDER,
    SECOND,
    Answer,
    Codes,
    CodeTemplates,
    PastPayment,
    Payment,
    Profile,
    Scenario,
    codes_for,
    handle_by_psp,
    handle_by_sdk,
    one,
)

_QUICK = settings(deadline=None, database=None, max_examples=100)
_TEMPLATES = CodeTemplates(entry="https://e.test/{id}", order="https://o.test/{id}?v=1", foreign="foreign:{id}")
_PAST = PastPayment(amount=5, by_entry_code=True, at="2025-01-01T00:00:00+08:00")
_PLAIN = Scenario(label="plain", payments=(Payment(code=ORDER, answer=handle_by_sdk()),), past=(_PAST,))
_PAYMENT = _PLAIN.payments[0]
_OTHERS = {
    "another code": replace(_PLAIN, payments=(replace(_PAYMENT, code=ENTRY),)),
    "another amount": replace(_PLAIN, payments=(replace(_PAYMENT, amount=7),)),
    "another customer": replace(_PLAIN, payments=(replace(_PAYMENT, customer=SECOND),)),
    "another time": replace(_PLAIN, payments=(replace(_PAYMENT, at="2025-01-01T00:00:00+08:00"),)),
    "another status": replace(_PLAIN, payments=(replace(_PAYMENT, answer=handle_by_sdk("S")),)),
    "another payload": replace(_PLAIN, payments=(replace(_PAYMENT, answer=handle_by_sdk(payload="x{tag}")),)),
    "an order beside": replace(_PLAIN, payments=(replace(_PAYMENT, answer=handle_by_sdk(with_order=True)),)),
    "another result code": replace(_PLAIN, payments=(replace(_PAYMENT, answer=handle_by_sdk(code="X")),)),
    "the limits decide": replace(_PLAIN, payments=(replace(_PAYMENT, answer=None),)),
    "one payment more": replace(_PLAIN, payments=(_PAYMENT, _PAYMENT)),
    "no past": replace(_PLAIN, past=()),
    "another past": replace(_PLAIN, past=(replace(_PAST, outcome="failed"),)),
    "another edition": replace(_PLAIN, edition="2024-03"),
    "another reading": replace(_PLAIN, reading=Reading(inclusive=False)),
    "another year": replace(_PLAIN, reading=Reading(year="rolling")),
    "at once": replace(_PLAIN, together=True),
    "another breach": replace(_PLAIN, breach_status="S"),
    "an order beside a breach": replace(_PLAIN, breach_with_order=True),
}


def _profile(**facts: object) -> Profile:
    customers = ((FUNDED, "one"), (SECOND, "two"))
    return Profile(templates=_TEMPLATES, customers=customers, **facts)  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize("name", sorted(_OTHERS))
def test_scenarios_that_differ_in_one_fact_are_two_conversations(name: str) -> None:
    """Whatever changes the conversation makes the scenario another one, by equality and by digest."""
    other = replace(_OTHERS[name], label=_PLAIN.label)

    assert other != _PLAIN
    assert other.digest != _PLAIN.digest


def test_a_label_makes_no_other_conversation() -> None:
    """Cases that call the same conversation by different names share it."""
    renamed = replace(_PLAIN, label="for people")

    assert renamed == _PLAIN
    assert renamed.digest == _PLAIN.digest
    assert len({renamed, _PLAIN}) == 1


def test_the_digest_is_the_same_in_another_process() -> None:
    """Evidence is found again by a later run, whose hash seed is another one."""
    program = (
        "from mpp_conformance.scenarios.scenario import *\n"
        "past = PastPayment(amount=5, by_entry_code=True, at='2025-01-01T00:00:00+08:00')\n"
        "print(Scenario(payments=(Payment(code=ORDER, answer=handle_by_sdk()),), past=(past,)).digest)"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "12345"}
    printed = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=True)

    assert _PLAIN.digest == printed.stdout.decode().strip()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (handle_by_sdk(), ("HANDLE_BY_SDK", "F", "PAYMENT_AMOUNT_EXCEED_LIMIT", False)),
        (handle_by_sdk("S"), ("HANDLE_BY_SDK", "S", "SUCCESS", False)),
        (handle_by_sdk("S", with_order=True), ("HANDLE_BY_SDK", "S", "SUCCESS", True)),
        (handle_by_psp(), ("HANDLE_BY_PSP", "S", "SUCCESS", True)),
        (handle_by_psp("F"), ("HANDLE_BY_PSP", "F", "ORDER_IS_CLOSED", False)),
        (handle_by_psp("F", code="EXPIRED_CODE"), ("HANDLE_BY_PSP", "F", "EXPIRED_CODE", False)),
    ],
)
def test_an_answer_says_who_acts_and_whether_there_is_an_order(
    answer: Answer, expected: tuple[str, str, str, bool]
) -> None:
    """The MPP gets an order exactly where it is to pay, or where the scenario lays one beside on purpose."""
    assert expected == (answer.action_type, answer.result_status, answer.result_code, answer.with_order)


def _codes(scenario: Scenario, index: int = 0, run: str = "run") -> Codes:
    return codes_for(scenario, index, run=run, templates=_TEMPLATES)


def test_an_entry_code_is_not_the_order_code_behind_it() -> None:
    """What is scanned follows the entry template, what is decoded later the order template, with digits of its own."""
    codes = _codes(one("", Payment(code=ENTRY)))

    assert (f"https://e.test/{codes.page_id}", f"https://o.test/{codes.order_id}?v=1") == (codes.scanned, codes.decoded)
    assert codes.page_id != codes.order_id


@pytest.mark.parametrize(("code", "form"), [(ORDER, "https://o.test/{}?v=1"), (FOREIGN, "foreign:{}")])
def test_other_codes_are_one_value(code: str, form: str) -> None:
    """An order code, and a foreign one, is scanned as it would be decoded."""
    codes = _codes(one("", Payment(code=code)))

    assert (form.format(codes.page_id), codes.scanned, codes.page_id) == (codes.scanned, codes.decoded, codes.order_id)


def test_no_two_payments_share_a_code() -> None:
    """Digits are twenty, and unlike those of any other payment, scenario, run and use."""
    first = replace(_PLAIN, payments=(Payment(code=ENTRY),) * 3)
    second = replace(first, edition="2024-03")
    digits = [
        text
        for scenario in (first, second)
        for index in range(3)
        for run in ("a", "b")
        for codes in [_codes(scenario, index, run)]
        for text in (codes.page_id, codes.order_id, codes.tag.removeprefix("mpp-"))
    ]

    assert (36, {20}, True) == (len(set(digits)), {len(text) for text in digits}, "".join(digits).isdecimal())


@_QUICK
@given(
    fen=st.integers(1, 10**9),
    price=st.decimals("0.0001", 200, places=4),
    digits=st.sampled_from([0, 2, 3]),
)
def test_an_amount_is_settled_at_the_quote(fen: int, price: object, digits: int) -> None:
    """CNY times the price, in minor units of the other currency, halves upwards, and never nothing."""
    exact = Fraction(fen, 100) * Fraction(str(price)) * 10**digits

    settled = _profile(quote_price=str(price), settlement_digits=digits).settlement_amount(fen)

    assert str(max(1, floor(exact + Fraction(1, 2)))) == settled


def test_a_role_is_played_by_the_customer_named() -> None:
    """A role that nobody plays is an error, not a customer without a name."""
    assert _profile().customer(SECOND) == "two"
    with pytest.raises(KeyError):
        _profile().customer("unfunded")
