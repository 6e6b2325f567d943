"""What Alipay+ and strangers ask of an MPP server: which strangers call when, and what is left to be told."""

from collections.abc import Iterator
from itertools import pairwise, product
from typing import Final

from mpp_conformance.peers.alipay_plus import payment_request_id
from mpp_conformance.peers.mpp_server import message_of
from mpp_conformance.protocol.messages import HANDLE_BY_PSP, HANDLE_BY_SDK, SIGNATURE_OUTCOMES
from mpp_conformance.scenarios.call_cells import (
    FORGED,
    UNSIGNED,
)
from mpp_conformance.scenarios.call_sequences import AMONG_CALLS, AMONG_OTHERS, BY_STRANGERS, EACH, UNCOLLECTED
from mpp_conformance.scenarios.cells import BOTH
from mpp_conformance.scenarios.scenario import (
    CANCEL,
    FUNDED,
    INQUIRE,
    LAST,
    NEXT,
    OVER,
    PAYING,
    SECOND,
    UNFUNDED,
    Call,
    Payment,
    Scenario,
    codes_for,
    handle_by_psp,
)
from mpp_conformance.wallet import reference

_STRANGERS: Final = (FORGED, UNSIGNED, *EACH)
_STATES: Final = ("taken", "failed", "under way")
_NOT_VALID: Final = {outcome for outcome in SIGNATURE_OUTCOMES if outcome != "valid"}


def _forged(scenario: Scenario) -> list[tuple[Payment, Call]]:
    return [(payment, call) for payment in scenario.payments for call in payment.calls if call.signature != "valid"]


def test_a_stranger_tries_every_signature_that_does_not_verify() -> None:
    """Somebody who looks for one sign only obeys one of them."""
    assert {call.signature for scenario in _STRANGERS for _, call in _forged(scenario)} == _NOT_VALID


def test_a_stranger_calls_at_every_state_of_a_payment() -> None:
    """Taken, failed, and while the consumer has not yet confirmed; for either kind of code."""
    for scenario in EACH:
        assert {_state(payment, call.when) for payment, call in _forged(scenario)} == set(_STATES)


def _state(payment: Payment, when: str) -> str:
    """Of a payment that is called about then."""
    return "under way" if when == PAYING else "failed" if payment.customer == UNFUNDED else "taken"


def test_a_stranger_asks_and_cancels_with_every_signature_at_every_state() -> None:
    """Each call, each state of the order and each signature that does not verify: every one of them together."""
    every = set(product((INQUIRE, CANCEL), _STATES, _NOT_VALID))
    for scenario in BY_STRANGERS:
        tried = {
            (call.what, _state(payment, call.when), call.signature)
            for payment, call in _forged(scenario)
            if call.what == INQUIRE or _asked_after(payment, call)
        }
        assert every == tried


def _asked_after(payment: Payment, tried: Call) -> bool:
    """Whether Alipay+ asks after a stranger has cancelled, before it cancels by itself: that shows what he did."""
    after = payment.calls[payment.calls.index(tried) + 1 :]
    return next((call.what for call in after if call.is_own), "") == INQUIRE


def test_orders_in_every_state_are_cancelled_while_others_in_every_state_are_asked_about() -> None:
    """Of the same customer and of another one, older and younger, as far as there are such two orders.

    No two are at a cashier page at once, who pays has no payment that failed, and only one customer has any.
    """
    found = set(_around(AMONG_OTHERS))
    several = {("taken", "failed", True), ("failed", "taken", True), ("failed", "failed", False)}
    pairs = {pair for pair in product(_STATES, repeat=2) if pair != ("under way", "under way")}

    assert {(*pair, same) for pair in pairs for same in (True, False)} - several == {one[:3] for one in found}
    assert {(other, older) for _, other, _, older in found} >= {*product(("taken", "failed"), (True, False))}


def _around(scenario: Scenario) -> Iterator[tuple[str, str, bool, bool]]:
    """For each order asked about around a cancellation the states of both, and how that order is related to it."""
    for at, payment in enumerate(scenario.payments):
        for call in payment.calls:
            if call.about:
                other = scenario.payments[at + call.about]
                later = _state(other, PAYING if (call.when, call.about) == (NEXT, 1) else OVER)
                yield _state(payment, call.when), later, other.customer == payment.customer, call.about < 0


def test_a_stranger_tries_again() -> None:
    """What was refused once is refused the second time."""
    for scenario in (FORGED, UNSIGNED):
        tried = [call.signature for _, call in _forged(scenario)]
        assert len(tried) > len(set(tried)) > 1


def test_alipay_plus_asks_and_cancels_where_a_notification_did_not_reach_it() -> None:
    """That is why it asks at all: after a success, and after a failure."""
    for scenario in EACH:
        lost = [payment for payment in scenario.payments if payment.notice_unknown]
        asked = {(payment.customer == UNFUNDED, call.what) for payment in lost for call in payment.calls if call.is_own}
        assert asked == {(True, INQUIRE), (False, INQUIRE), (False, CANCEL)}


def _decision(payment: Payment) -> tuple[str, str, bool]:
    """As it ends for an MPP: actionType, result status, and whether the customer can pay."""
    assert payment.answer is not None
    return payment.answer.action_type, payment.answer.result_status, payment.customer != UNFUNDED


def _after_calls(scenario: Scenario) -> list[Payment]:
    called = [bool(payment.calls) for payment in scenario.payments]
    return list(scenario.payments[called.index(True) + 1 :])


def test_every_decision_comes_after_calls_with_either_kind_of_code() -> None:
    """Left to the MPP and paid, failed or not decoded; left to the SDK with and without an order."""
    found = {(held.code, *_decision(held)[:2]) for one in AMONG_CALLS for held in _after_calls(one)}

    assert found == {*product(BOTH, (HANDLE_BY_PSP, HANDLE_BY_SDK), ("S", "F"))}
    for scenario in AMONG_CALLS:
        left = [held for held in _after_calls(scenario) if not held.cancelled and held.answer == handle_by_psp()]
        assert {held.customer for held in left} == {FUNDED, SECOND, UNFUNDED}


def test_each_kind_of_call_comes_before_an_ordinary_payment() -> None:
    """An inquiry and a cancellation, early and late, and a stranger's: each is followed by payments without one."""
    for scenario in AMONG_CALLS:
        early = [call for held in scenario.payments for call in held.calls if call.when != LAST]
        calls = {(call.what, call.when, call.signature == "valid") for call in early}
        assert calls == {
            *product((INQUIRE, CANCEL), (PAYING, OVER), (True,)),
            *product((CANCEL,), (PAYING, OVER), (False,)),
        }
        assert not scenario.payments[-1].calls


def test_orders_that_are_not_the_mpps_are_inquired_about_and_cancelled() -> None:
    """Those left to the SDK with and without an order, those not decoded, and those that nobody placed."""
    found = {
        (call.what, call.strange, *_decision(held)[:2])
        for scenario in UNCOLLECTED
        for held in scenario.payments
        for call in held.calls
    }

    assert {
        *product((INQUIRE, CANCEL), (False,), (HANDLE_BY_SDK,), ("S", "F")),
        *product((INQUIRE,), (False,), (HANDLE_BY_PSP,), ("S", "F")),
        *product((INQUIRE, CANCEL), (True,), (HANDLE_BY_PSP,), ("S",)),
    } <= found


def test_either_action_comes_right_after_a_failure_and_after_a_decoding_that_failed() -> None:
    """What one payment leaves behind meets a payment that is stopped, and one that goes on."""
    found = {(_left_behind(one), _decision(other)[0]) for held in AMONG_CALLS for one, other in pairwise(held.payments)}

    assert {*product(("failure", "not decoded"), (HANDLE_BY_PSP, HANDLE_BY_SDK))} <= found


def _left_behind(payment: Payment) -> str:
    action, status, funded = _decision(payment)
    if any(call.is_own and call.what == CANCEL and call.when != LAST for call in payment.calls):
        return "cancellation"
    if action == HANDLE_BY_SDK:
        return "stop"
    return "not decoded" if status == "F" else "success" if funded else "failure"


def test_a_strange_order_differs_from_the_own_one_in_its_last_digit() -> None:
    """Whoever keeps fewer digits, or reads them as a number, finds the payment's own order."""
    for scenario in EACH:
        codes = codes_for(scenario, 0, run="run", templates=reference().profile.templates)
        own, strange = payment_request_id(codes), message_of(Call(what=INQUIRE, strange=True), codes).payment_request_id
        assert (own[:-1], own[-1] == strange[-1]) == (strange[:-1], False)


def test_only_a_call_of_alipay_plus_about_the_own_order_cancels_it_early() -> None:
    """Not an inquiry, not one that comes later, not a stranger's, and none about another order."""
    found = {
        (what, when, strange, signature)
        for what, when, strange, signature in product(
            (INQUIRE, CANCEL), (PAYING, OVER, LAST), (False, True), SIGNATURE_OUTCOMES
        )
        if Call(what=what, when=when, strange=strange, signature=signature).cancels_early
    }
    assert found == {(CANCEL, PAYING, False, "valid")}
