"""Conversations of every kind: what stands in a round, and which conversations are taken for which duty."""

from itertools import product

from mpp_conformance.protocol.limits import DEFAULT_EDITION, EDITIONS, Reading
from mpp_conformance.protocol.messages import HANDLE_BY_PSP, HANDLE_BY_SDK
from mpp_conformance.scenarios import rounds
from mpp_conformance.scenarios.cells import BEHIND_ONE_CODE, BOTH
from mpp_conformance.scenarios.scenario import FUNDED, SECOND, UNFUNDED, Payment, codes_for
from mpp_conformance.wallet import reference

_WORLD = (EDITIONS[DEFAULT_EDITION], Reading())


def _told(payment: Payment) -> tuple[str, str]:
    assert payment.answer is not None
    return payment.answer.action_type, payment.answer.result_status


def test_the_two_rounds_have_every_answer_for_either_kind_of_code() -> None:
    """Code, actionType and result status: each triple stands in a round, and not only at its beginning."""
    held = [payment for code in BOTH for payment in rounds.a_round(code).payments[1:]]
    seen = {(payment.code, *_told(payment)) for payment in held}
    assert seen == {*product(BOTH, (HANDLE_BY_SDK, HANDLE_BY_PSP), ("S", "F"))}


def test_every_customer_is_stopped_and_left_to_the_mpp_in_a_round() -> None:
    """Whatever is kept for one customer finds another one after it."""
    for code in BOTH:
        seen = {(payment.customer, _told(payment)[0]) for payment in rounds.a_round(code).payments}
        assert seen == {*product((FUNDED, SECOND, UNFUNDED), (HANDLE_BY_SDK, HANDLE_BY_PSP))}


def test_a_sum_comes_again_in_a_round() -> None:
    """Of one customer with one kind of code: paid and paid again, stopped and then paid."""
    for first in BOTH:
        held = rounds.a_round(first).payments
        alike = {
            (_told(one)[0], _told(other)[0])
            for at, one in enumerate(held)
            for other in held[at + 1 :]
            if (one.customer, one.code, one.amount) == (other.customer, other.code, other.amount)
        }
        assert alike == {(HANDLE_BY_PSP, HANDLE_BY_PSP), (HANDLE_BY_SDK, HANDLE_BY_PSP)}


def test_each_payment_behind_one_entry_code_has_an_order_of_its_own() -> None:
    """The code on the counter stays; order code, order and payload are new each time."""
    held = BEHIND_ONE_CODE
    made = [
        codes_for(held, index, run="run", templates=reference().profile.templates)
        for index in range(len(held.payments))
    ]
    assert len({(codes.scanned, codes.page_id) for codes in made}) == 1
    assert {len({getattr(codes, name) for codes in made}) for name in ("decoded", "order_id", "tag")} == {len(made)}
    assert {payment.customer for payment in held.payments} == {FUNDED, SECOND, UNFUNDED}


def test_who_passes_over_a_code_that_was_scanned_before_is_not_asked_to_launch_it() -> None:
    """No document forbids that; what follows from launching is asked of who does."""
    for code in BOTH:
        assert not any(payment.again for held in rounds.scanning(code)(*_WORLD) for payment in held.payments)
    assert BEHIND_ONE_CODE in rounds.launching(*_WORLD)


def test_no_set_has_a_conversation_or_a_label_twice() -> None:
    """Two cases of one label could not be told apart."""
    for build in (rounds.stopping, rounds.going_on, rounds.failed):
        found = build(*_WORLD)
        assert len(found) == len(set(found)) == len({scenario.label for scenario in found})


def test_what_is_taken_together_is_taken_once() -> None:
    """The order is that in which each came first."""
    one, other = map(rounds.a_round, BOTH)
    assert rounds.distinct([one], [other, one]) == [one, other]
