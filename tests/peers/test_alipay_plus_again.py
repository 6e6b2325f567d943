"""The simulated Alipay+ where it is called again: results that are unknown at first, and what it forgets."""

from dataclasses import replace
from datetime import datetime
from typing import Final

import pytest

from mpp_conformance.peers.alipay_plus import AlipayPlus, payment_request_id
from mpp_conformance.protocol.messages import (
    NEVER,
    IdentifyCode,
    IdentifyCodeAnswer,
    NotifyPayment,
    NotifyPaymentAnswer,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios.scenario import (
    ENTRY,
    FUNDED,
    NOON,
    ORDER,
    CodeTemplates,
    Payment,
    Profile,
    Scenario,
    codes_for,
    handle_by_sdk,
)

_TEMPLATES: Final = CodeTemplates(entry="e{id}", order="o{id}", foreign="f{id}")
_PROFILE: Final = Profile(templates=_TEMPLATES, customers=((FUNDED, "one"),))
_UNKNOWN: Final = ("U", "UNKNOWN_EXCEPTION", "Try again later.")
_SUCCESS: Final = ("S", "SUCCESS", "success")


def _of(*payments: Payment) -> AlipayPlus:
    scenario = Scenario(payments=payments)
    codes = tuple(codes_for(scenario, index, run="test", templates=_TEMPLATES) for index in range(len(payments)))
    return AlipayPlus(scenario, codes, _PROFILE)


def _asked(alipay_plus: AlipayPlus, index: int = 0) -> UserInitiatedPayAnswer:
    code = alipay_plus.codes[alipay_plus.scenario.placed(index)].decoded
    return alipay_plus.decode(index, UserInitiatedPay(code_value=code, customer_id="one"))


def _notified(alipay_plus: AlipayPlus, index: int = 0) -> NotifyPaymentAnswer:
    notice = NotifyPayment(
        payment_request_id=payment_request_id(alipay_plus.codes[index]),
        result_status="S",
        result_code="SUCCESS",
        result_message="success",
    )
    return alipay_plus.learn(index, notice)


def _said(answer: UserInitiatedPayAnswer | NotifyPaymentAnswer) -> tuple[str, str, str]:
    return answer.result_status, answer.result_code, answer.result_message


def test_a_decision_is_unknown_as_often_as_it_is_told_to_be() -> None:
    """Each payment counts for itself, and what is unknown is an answer to userInitiatedPay."""
    alipay_plus = _of(Payment(code=ORDER, unknown=2), Payment(code=ORDER, unknown=1))
    assert [alipay_plus.count_unknown(index) for index in (0, 1)] == [0, 0]
    assert [_said(_asked(alipay_plus)) for _ in range(2)] == [_UNKNOWN] * 2
    assert isinstance(_asked(alipay_plus, 1), UserInitiatedPayAnswer)
    assert [alipay_plus.count_unknown(index) for index in (0, 1)] == [2, 1]
    assert [_said(_asked(alipay_plus, index)) for index in (0, 0, 1)] == [_SUCCESS] * 3
    assert [alipay_plus.count_unknown(index) for index in (0, 1)] == [2, 1]


def test_a_code_that_is_scanned_again_is_one_payment() -> None:
    """What was unknown, decided or notified at the first scan is so at the second."""
    alipay_plus = _of(Payment(code=ORDER, unknown=1, notice_unknown=1), Payment(code=ORDER, again=True))
    assert _said(_asked(alipay_plus)) == _UNKNOWN
    assert (alipay_plus.count_unknown(1), alipay_plus.decision(1)) == (1, None)
    answer = _asked(alipay_plus, 1)
    assert alipay_plus.decision(0) == alipay_plus.decision(1) == answer
    assert _said(_notified(alipay_plus)) == _UNKNOWN
    assert alipay_plus.notice_wanted(1)
    assert _said(_notified(alipay_plus)) == _SUCCESS


def test_a_notification_is_unknown_as_often_as_it_is_told_to_be() -> None:
    """Until then it is wanted again, and counts for nothing; each payment counts for itself."""
    alipay_plus = _of(Payment(code=ORDER, notice_unknown=2), Payment(code=ORDER))
    for index in (0, 1):
        _asked(alipay_plus, index)
    assert [alipay_plus.notice_wanted(index) for index in (0, 1)] == [False, False]
    for _ in range(2):
        answer = _notified(alipay_plus)
        assert (type(answer), _said(answer)) == (NotifyPaymentAnswer, _UNKNOWN)
        assert [alipay_plus.notice_wanted(index) for index in (0, 1)] == [True, False]
        assert alipay_plus.accounts.spent_within_year("one", datetime.fromisoformat(NOON)).in_store == 0
    assert [_said(_notified(alipay_plus, index)) for index in (0, 1)] == [_SUCCESS] * 2
    assert [alipay_plus.notice_wanted(index) for index in (0, 1)] == [False, False]
    assert alipay_plus.accounts.spent_within_year("one", datetime.fromisoformat(NOON)).in_store == 2_000


def test_one_unknown_answer_makes_a_notification_wanted() -> None:
    """Once is enough."""
    alipay_plus = _of(Payment(code=ORDER, notice_unknown=1))
    _asked(alipay_plus)
    assert _said(_notified(alipay_plus)) == _UNKNOWN
    assert alipay_plus.notice_wanted(0)


@pytest.mark.parametrize("again", [False, True])
def test_what_is_forgotten_is_decided_anew(*, again: bool) -> None:
    """The decision on one code is undone, whichever of its scans broke off; others stay."""
    payments = [Payment(code=ORDER), Payment(code=ORDER, answer=handle_by_sdk("F"))]
    alipay_plus = _of(*payments, Payment(code=ORDER, again=True))
    answers = [_asked(alipay_plus, index) for index in (0, 1)]
    alipay_plus.forget(2 if again else 1)
    assert [alipay_plus.decision(index) for index in (0, 1)] == [answers[0], None]
    assert answers[1] == _asked(alipay_plus, 1)


def test_nothing_is_forgotten_where_nothing_was_decided() -> None:
    """A connection may break before anything was decided at all."""
    alipay_plus = _of(Payment(code=ORDER))
    alipay_plus.forget(0)
    assert alipay_plus.decision(0) is None


def test_an_order_runs_out_where_the_scenario_says_so() -> None:
    """It has run out before any payment can be made; other orders never do."""
    alipay_plus = _of(Payment(code=ORDER, expired=True), Payment(code=ENTRY))
    orders = [_asked(alipay_plus, index).order for index in (0, 1)]
    assert [order.expiry_time for order in orders if order] == ["2025-01-01T00:00:00+08:00", NEVER]
    assert datetime.fromisoformat("2025-01-01T00:00:00+08:00") < datetime.fromisoformat(NOON)


def test_a_code_is_told_for_what_it_is_to_who_signs() -> None:
    """The code that is asked about is that of its own payment; who does not sign is refused in the form of the call."""
    alipay_plus = _of(Payment(code=ENTRY), Payment(code=ORDER))
    calls = [IdentifyCode(code_value=codes.scanned, customer_id="one") for codes in alipay_plus.codes]
    told = [alipay_plus.identify(index, call) for index, call in enumerate(calls)]
    assert [(answer.is_supported, answer.action) for answer in told] == [("true", "OPEN_URL"), ("true", "DECODE")]
    assert [alipay_plus.identify(index, calls[1 - index]).is_supported for index in (0, 1)] == ["false", "false"]
    assert alipay_plus.identify(0, replace(calls[0], signature="missing")) == IdentifyCodeAnswer(
        result_status="F",
        result_code="INVALID_SIGNATURE",
        result_message="The signature of the request does not verify.",
    )
