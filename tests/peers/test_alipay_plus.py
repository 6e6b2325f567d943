"""The simulated Alipay+: what it answers to userInitiatedPay and notifyPayment, and what it remembers."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Final

import pytest

from mpp_conformance.peers.alipay_plus import (
    AlipayPlus,
    continues,
    payment_request_id,
)
from mpp_conformance.peers.refusals import answer_to_stranger, refusal_of
from mpp_conformance.protocol.limits import EDITIONS, Reading
from mpp_conformance.protocol.messages import (
    HANDLE_BY_PSP,
    HANDLE_BY_SDK,
    SIGNATURE_OUTCOMES,
    Launch,
    Malformed,
    Message,
    NotifyPayment,
    NotifyPaymentAnswer,
    Order,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios.boundaries import Boundary, boundaries
from mpp_conformance.scenarios.scenario import (
    ENTRY,
    FOREIGN,
    FUNDED,
    NOON,
    ORDER,
    SECOND,
    Answer,
    CodeTemplates,
    PastPayment,
    Payment,
    Profile,
    Scenario,
    codes_for,
    handle_by_psp,
    handle_by_sdk,
)
from mpp_conformance.wire import OurMessageIsInvalid

_TEMPLATES: Final = CodeTemplates(entry="e{id}", order="o{id}", foreign="f{id}")
_PROFILE: Final = Profile(templates=_TEMPLATES, customers=((FUNDED, "one"), (SECOND, "two")))
_WHO: Final = {FUNDED: "one", SECOND: "two"}
_BAD_SIGNATURES: Final = [outcome for outcome in SIGNATURE_OUTCOMES if outcome != "valid"]
_NOTICE: Final = NotifyPayment(payment_request_id="x", result_status="S", result_code="X", result_message="")
_WORDS: Final = {
    "SUCCESS": "success",
    "INVALID_SIGNATURE": "The signature of the request does not verify.",
    "INVALID_CODE": "This is not an order code of Alipay+.",
    "ORDER_NOT_EXIST": "No order bears this paymentRequestId.",
    "PARAM_ILLEGAL": "The request does not conform to the interface.",
    "PAYMENT_AMOUNT_EXCEED_LIMIT": "decoding failed",
}
"""What goes with each result code."""
_AT_ONCE: Final = Payment(code=ORDER, amount=700_000)


def _alipay_plus(scenario: Scenario) -> AlipayPlus:
    indices = range(len(scenario.payments))
    codes = tuple(codes_for(scenario, index, run="test", templates=_TEMPLATES) for index in indices)
    return AlipayPlus(scenario, codes, _PROFILE)


def _of(*payments: Payment, **world: object) -> AlipayPlus:
    return _alipay_plus(Scenario(payments=payments, **world))  # type: ignore[arg-type]  # fields by name


def _decode(alipay_plus: AlipayPlus, index: int = 0, **changes: str) -> UserInitiatedPayAnswer:
    who = _WHO[alipay_plus.scenario.payments[index].customer]
    call = UserInitiatedPay(code_value=alipay_plus.codes[index].decoded, customer_id=who)
    return alipay_plus.decode(index, replace(call, **changes))


def _notify(alipay_plus: AlipayPlus, status: str, index: int = 0, signature: str = "valid") -> NotifyPaymentAnswer:
    name = payment_request_id(alipay_plus.codes[index])
    notice = replace(_NOTICE, payment_request_id=name, result_status=status, signature=signature)
    return alipay_plus.learn(index, notice)


def _refused(code: str) -> tuple[str, str, None, None]:
    return ("F", code, None, None)


def _call_refused(code: str) -> UserInitiatedPayAnswer:
    return UserInitiatedPayAnswer(result_status="F", result_code=code, result_message=_WORDS[code])


def _notice_refused(code: str) -> NotifyPaymentAnswer:
    return NotifyPaymentAnswer(result_status="F", result_code=code, result_message=_WORDS[code])


def _gist(answer: UserInitiatedPayAnswer) -> tuple[str, str, str | None, object]:
    return (answer.result_status, answer.result_code, answer.action_type, answer.order)


def _all_rows() -> list[Boundary]:
    readings = [
        Reading(inclusive=inclusive, year=year) for inclusive in (True, False) for year in ("calendar", "rolling")
    ]
    return [row for edition in EDITIONS.values() for reading in readings for row in boundaries(edition, reading)]


def test_the_limits_decide_each_row_of_the_boundary_table() -> None:
    """Over a limit the client SDK acts, with a payload, and an order where the row says so; else the MPP, with one."""
    for row in _all_rows():
        answer = _decode(_alipay_plus(row.scenario))

        stopped = (HANDLE_BY_SDK, True, row.scenario.breach_with_order)
        expected = stopped if row.over else (HANDLE_BY_PSP, False, True)
        seen = (answer.action_type, bool(answer.sdk_action_payload), answer.order is not None)
        assert expected == seen, row.scenario.label


def test_a_breach_is_answered_with_the_status_of_the_scenario() -> None:
    """Failed decoding names the breach; a breach answered with S names success, and stops the payment all the same."""
    over = Payment(code=ORDER, amount=700_001)
    full = PastPayment(amount=7_000_000, by_entry_code=False, at="2025-01-01T00:00:00+08:00")

    answers = [_decode(_of(over)), _decode(_of(over, breach_status="S")), _decode(_of(_AT_ONCE, past=(full,)))]

    assert [(answer.result_status, answer.result_code) for answer in answers] == [
        ("F", "PAYMENT_AMOUNT_EXCEED_LIMIT"),
        ("S", "SUCCESS"),
        ("F", "USER_AMOUNT_EXCEED_LIMIT"),
    ]
    assert [continues(answer) for answer in answers] == [False, False, False]


@pytest.mark.parametrize(("code", "kind"), [(ORDER, "OrderCode"), (ENTRY, "EntryCode")])
def test_an_order_says_what_to_pay_in_both_currencies(code: str, kind: str) -> None:
    """The order bears the amount in CNY, what the MPP owes for it, and the kind of code that was scanned."""
    alipay_plus = _of(Payment(code=code, amount=1_000))

    order = _decode(alipay_plus).order

    assert order is not None
    assert (order.amount, order.currency, order.pay_to_amount, order.pay_to_currency) == ("1000", "CNY", "643", "MYR")
    assert (order.code_type, order.payment_request_id) == (kind, payment_request_id(alipay_plus.codes[0]))


def test_a_payload_bears_the_tag_of_its_payment() -> None:
    """Two payments with the same answer get payloads that can be told apart, and nothing else in them changes."""
    stopped = Payment(code=ORDER, answer=handle_by_sdk(payload='<{"t":"{tag}"}>'))
    alipay_plus = _of(stopped, stopped)

    payloads = [_decode(alipay_plus, index).sdk_action_payload for index in (0, 1)]

    assert payloads == [f'<{{"t":"{codes.tag}"}}>' for codes in alipay_plus.codes]
    assert len(set(payloads)) == 2


def test_a_call_repeated_gets_the_answer_it_got() -> None:
    """The same code by the same customer is the same request, though the year has filled up in between."""
    alipay_plus = _of(*[_AT_ONCE] * 11)
    first = _decode(alipay_plus)
    for index in range(1, 11):
        _decode(alipay_plus, index)
        _notify(alipay_plus, "S", index)

    again = _decode(alipay_plus)

    assert first == again
    assert continues(again)


def test_a_code_that_another_customer_sent_is_refused() -> None:
    """Alipay+ compares the customer; the first one's answer stays as it was."""
    alipay_plus = _of(Payment(code=ORDER, answer=handle_by_psp()))
    first = _decode(alipay_plus)

    refused = _decode(alipay_plus, customer_id="two")
    assert _gist(refused) == _refused("REPEAT_REQ_INCONSISTENT")
    assert refused.result_message == "The code was sent before for another customer."
    assert first == _decode(alipay_plus)


@pytest.mark.parametrize("signature", _BAD_SIGNATURES)
def test_a_call_whose_signature_does_not_verify_is_refused(signature: str) -> None:
    """Nothing is decoded and nothing remembered; the same call signed rightly is answered as the first one."""
    alipay_plus = _of(Payment(code=ORDER))

    assert _gist(_decode(alipay_plus, signature=signature)) == _refused("INVALID_SIGNATURE")
    assert alipay_plus.decision(0) is None
    assert continues(_decode(alipay_plus))
    assert _notify(alipay_plus, "S", signature=signature) == _notice_refused("INVALID_SIGNATURE")
    assert alipay_plus.accounts.entries == []


def test_a_code_of_nobody_is_refused() -> None:
    """A foreign code, an entry code itself and a changed order code are no order codes of Alipay+."""
    entry = _of(Payment(code=ENTRY))
    foreign, order = _of(Payment(code=FOREIGN)), _of(Payment(code=ORDER))

    answers = [
        _decode(foreign),
        _decode(entry, code_value=entry.codes[0].scanned),
        _decode(order, code_value=order.codes[0].decoded + " "),
    ]

    assert [_gist(answer) for answer in answers] == [_refused("INVALID_CODE")] * 3


def test_a_payment_counts_once_however_often_it_is_notified() -> None:
    """Two notices of the same result are thanked for, and one payment is remembered."""
    alipay_plus = _of(Payment(code=ORDER, amount=1_234))
    _decode(alipay_plus)

    thanks = NotifyPaymentAnswer(result_status="S", result_code="SUCCESS", result_message="success")
    assert [_notify(alipay_plus, "S") for _ in range(2)] == [thanks, thanks]
    assert [(entry.individual, entry.amount, entry.outcome) for entry in alipay_plus.accounts.entries] == [
        ("one", 1_234, "paid")
    ]


def test_an_entry_code_payment_counts_in_both_sums() -> None:
    """What is paid after an entry code fills the entry code's year too; what is paid by an order code does not."""
    alipay_plus = _of(Payment(code=ENTRY, amount=300), Payment(code=ORDER, amount=70))
    for index in (0, 1):
        _decode(alipay_plus, index)
        _notify(alipay_plus, "S", index)

    spent = alipay_plus.accounts.spent_within_year("one", datetime.fromisoformat(NOON))

    assert (spent.in_store, spent.entry_code) == (370, 300)


@pytest.mark.parametrize(("first", "second", "outcome"), [("S", "F", "paid"), ("F", "S", "failed")])
def test_a_notice_that_contradicts_the_first_is_refused(first: str, second: str, outcome: str) -> None:
    """The first result stands."""
    alipay_plus = _of(Payment(code=ORDER))
    _decode(alipay_plus)
    _notify(alipay_plus, first)

    answer = _notify(alipay_plus, second)

    assert answer == NotifyPaymentAnswer(
        result_status="F", result_code="REPEAT_REQ_INCONSISTENT", result_message="Another result was notified before."
    )
    assert [entry.outcome for entry in alipay_plus.accounts.entries] == [outcome]


@pytest.mark.parametrize(
    "answer",
    [handle_by_sdk("S", with_order=True), handle_by_sdk("F"), handle_by_psp("F")],
    ids=["handled by the SDK", "handled by the SDK, failed", "not decoded"],
)
def test_a_payment_without_an_order_to_collect_counts_for_nothing(answer: Answer) -> None:
    """A notice of success is refused where Alipay+ left nothing to pay, even if the order's facts stood beside."""
    alipay_plus = _of(Payment(code=ORDER, answer=answer))

    before = _notify(alipay_plus, "S")
    _decode(alipay_plus)
    after = _notify(alipay_plus, "S")

    assert [before, after] == [_notice_refused("ORDER_NOT_EXIST")] * 2
    assert alipay_plus.accounts.entries == []


def test_each_customer_brings_a_past_of_their_own() -> None:
    """Two customers' pasts are kept apart, under the ids that the MPP gave them, and recalled once."""
    full = PastPayment(amount=7_000_000, by_entry_code=False, at="2025-01-01T00:00:00+08:00", customer=SECOND)
    payment = Payment(code=ORDER)
    second = Payment(code=ORDER, customer=SECOND)
    alipay_plus = _of(payment, second, payment, second, past=(full, replace(full, amount=1, customer=FUNDED)))

    answers = [_decode(alipay_plus, index) for index in range(4)]

    assert [continues(answer) for answer in answers] == [True, False, True, False]
    assert sorted((entry.individual, entry.amount) for entry in alipay_plus.accounts.entries) == [
        ("one", 1),
        ("two", 7_000_000),
    ]


def test_an_answer_says_in_words_what_its_status_says() -> None:
    """Who reads the answer of a breach, or of a payment that may go on, is told no more than how it ended."""
    over = Payment(code=ORDER, amount=700_001)

    answers = [_decode(_of(payment)) for payment in (over, _AT_ONCE)]

    assert [(answer.result_code, answer.result_message) for answer in answers] == [
        ("PAYMENT_AMOUNT_EXCEED_LIMIT", "decoding failed"),
        ("SUCCESS", "success"),
    ]


@pytest.mark.parametrize("signature", SIGNATURE_OUTCOMES)
def test_a_call_that_belongs_to_no_conversation_is_refused(signature: str) -> None:
    """A stranger hears that the signature is bad, or that there is no such code or order, by the call's own answer."""
    call = UserInitiatedPay(code_value="o1", customer_id="one", signature=signature)
    valid = signature == "valid"

    assert answer_to_stranger(call) == _call_refused("INVALID_CODE" if valid else "INVALID_SIGNATURE")
    assert answer_to_stranger(replace(_NOTICE, signature=signature)) == _notice_refused(
        "ORDER_NOT_EXIST" if valid else "INVALID_SIGNATURE"
    )


def test_a_call_that_breaks_the_interface_is_refused_by_its_own_answer() -> None:
    """Either call to Alipay+ is answered in its own form, whether or not it belongs to a conversation."""
    call = Malformed(where="GATEWAY", operation="UserInitiatedPay", problem="x")
    notice = replace(call, operation="NotifyPayment")

    assert [refusal_of(call), answer_to_stranger(call)] == [_call_refused("PARAM_ILLEGAL")] * 2
    assert [refusal_of(notice), answer_to_stranger(notice)] == [_notice_refused("PARAM_ILLEGAL")] * 2


@pytest.mark.parametrize(
    "message", [Launch(url="https://x"), Malformed(where="CLIENT_SDK", operation="Launch", problem="x")]
)
def test_what_is_no_call_to_alipay_plus_gets_no_answer(message: Message) -> None:
    """A report that strayed is the observer's to answer."""
    assert answer_to_stranger(message) is None


# --- an answer that the scenario gives ----------------------------------------------------------------------------

_BODY: Final = (
    '{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"ok"},"actionForm":{"actionType":'
    '"HANDLE_BY_PSP","sdkActionPayload":"{tag}"},"paymentRequestId":"{paymentRequestId}","paymentAmount":{"currency":'
    '"CNY","value":"{amount}"},"payToAmount":{"currency":"{payToCurrency}","value":"{payToAmount}"},"paymentQuote":'
    '{"quoteCurrencyPair":"CNY/{payToCurrency}","quotePrice":"{quotePrice}"},"paymentFactor":'
    '{"inStorePaymentScenario":"{codeType}"},"unknown":{"a":[]}}'
)


def _giving(body: str, *, code: str = ORDER) -> AlipayPlus:
    return _of(Payment(code=code, amount=2_000, answer=replace(handle_by_psp(), body=body)))


def test_a_given_answer_belongs_to_its_payment() -> None:
    """What only the payment can say is filled in, and the message says what the body says."""
    alipay_plus = _giving(_BODY, code=ENTRY)

    answer = _decode(alipay_plus)

    assert answer.order == Order(
        payment_request_id=payment_request_id(alipay_plus.codes[0]),
        amount="2000",
        pay_to_amount="1286",
        pay_to_currency="MYR",
        quote_price="0.643",
        code_type="EntryCode",
        expiry_time=None,
    )
    assert (answer.result_message, answer.sdk_action_payload) == ("ok", alipay_plus.codes[0].tag)
    told = json.loads(answer.body or "")
    assert told["paymentQuote"] == {"quoteCurrencyPair": "CNY/MYR", "quotePrice": "0.643"}
    assert (told["paymentFactor"], told["unknown"]) == ({"inStorePaymentScenario": "EntryCode"}, {"a": []})
    assert continues(answer)


def test_a_given_answer_is_the_same_when_asked_again() -> None:
    """The same code of the same customer gets the same body."""
    alipay_plus = _giving(_BODY)
    assert _decode(alipay_plus) == _decode(alipay_plus)


def test_nothing_is_exchanged_at_a_price_of_one() -> None:
    """A wallet that settles in CNY is quoted a price of one."""
    profile = replace(_PROFILE, settlement_currency="CNY", quote_price="1")
    alipay_plus = _giving(_BODY)
    alipay_plus.profile = profile

    assert json.loads(_decode(alipay_plus).body or "")["paymentQuote"]["quotePrice"] == "1"


@pytest.mark.parametrize("body", ["{}", "no JSON", '{"result":"\ud800"}'])
def test_a_given_answer_that_breaks_the_interface_is_our_fault(body: str) -> None:
    """It is no answer to anybody."""
    with pytest.raises(OurMessageIsInvalid, match="the answer that the scenario gives breaks the interface"):
        _decode(_giving(body))
