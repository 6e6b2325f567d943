"""What Alipay+ and strangers ask of an MPP server: which strangers call when, and what is left to be told."""

from itertools import product
from typing import Final

from mpp_conformance.peers.alipay_plus import payment_request_id
from mpp_conformance.peers.mpp_server import message_of
from mpp_conformance.protocol.messages import SIGNATURE_OUTCOMES
from mpp_conformance.scenarios.call_cells import EACH, FORGED, UNSIGNED
from mpp_conformance.scenarios.scenario import (
    CANCEL,
    INQUIRE,
    LAST,
    OVER,
    PAYING,
    UNFUNDED,
    Call,
    Payment,
    Scenario,
    codes_for,
)
from mpp_conformance.wallet import reference

_STRANGERS: Final = (FORGED, UNSIGNED, *EACH)
_NOT_VALID: Final = {outcome for outcome in SIGNATURE_OUTCOMES if outcome != "valid"}


def _forged(scenario: Scenario) -> list[tuple[Payment, Call]]:
    return [(payment, call) for payment in scenario.payments for call in payment.calls if call.signature != "valid"]


def test_a_stranger_tries_every_signature_that_does_not_verify() -> None:
    """Somebody who looks for one sign only obeys one of them."""
    assert {call.signature for scenario in _STRANGERS for _, call in _forged(scenario)} == _NOT_VALID


def test_a_stranger_calls_at_every_state_of_a_payment() -> None:
    """Taken, failed, and while the consumer has not yet confirmed; for either kind of code."""
    for scenario in EACH:
        states = {
            "under way" if call.when == PAYING else "failed" if payment.customer == UNFUNDED else "taken"
            for payment, call in _forged(scenario)
        }
        assert states == {"taken", "failed", "under way"}


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
