"""MPP servers that close an order, or tell of one, in one state of it only: each is named, wherever the state comes."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Final

import pytest

from mpp_conformance.common.resources import directory
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.protocol.messages import (
    SIGNATURE_OUTCOMES,
    CancelPayment,
    CancelPaymentAnswer,
    InquiryPayment,
    InquiryPaymentAnswer,
)
from mpp_conformance.scenarios.call_sequences import BY_STRANGERS, OTHERS_KEPT
from mpp_conformance.specimens import Specimen
from mpp_conformance.specimens.books import Entry
from mpp_conformance.specimens.closed_orders import ClosesOthers
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.trials import cabinet

_STATES: Final = (None, "S", "F")
"""Of a payment: under way, taken, failed."""
_SAME: Final = "same customer"
_PAIRS: Final = {(pair, customer) for pair in product(_STATES, repeat=2) for customer in (_SAME, "another")} - {
    *(((None, None), _SAME), ((None, None), "another")),
    *((("S", "F"), _SAME), (("F", "S"), _SAME), (("F", "F"), "another")),
}
"""The states of two orders. Who can pay has none that failed, and only one customer has any."""
_NOT_VALID: Final = sorted(outcome for outcome in SIGNATURE_OUTCOMES if outcome != "valid")
_BEFORE: Final = cabinet.Before()
_HELD: Final = {
    scenario: cases
    for scenario, cases in cabinet.conversations(load(directory("suites")).cases).items()
    if scenario in {*BY_STRANGERS, *OTHERS_KEPT}
}


def broken_by(specimen: Specimen) -> set[str]:
    """The deciding requirements that it fails in these conversations."""
    rows = cabinet.judged(specimen, _HELD, before=_BEFORE)
    return {row.requirement for row in rows if row.decides and row.verdict is Verdict.FAIL}


class ObeysOnce(ConformingMpp):
    """Takes one kind of stranger for Alipay+, about an order in one state."""

    state_of_order: str | None
    taken: str
    aloud: bool

    def known(self, call: InquiryPayment | CancelPayment) -> bool:
        """Whether it is such a stranger, and such an order."""
        entry = self.books.get(call.payment_request_id)
        return entry is not None and (entry.status, call.signature) == (self.state_of_order, self.taken)


class Obeys(ObeysOnce):
    """Its cancellation is carried out, whether it is refused after that or not."""

    def cancelled(self, cancellation: CancelPayment) -> CancelPaymentAnswer:
        """Carried out."""
        known = self.known(cancellation)
        made = super().cancelled(replace(cancellation, signature="valid") if known else cancellation)
        return made if self.aloud or not known else super().cancelled(cancellation)


class Tells(ObeysOnce):
    """Its inquiry is answered, whether it is refused in the same answer or not."""

    def inquired(self, inquiry: InquiryPayment) -> InquiryPaymentAnswer:
        """Told."""
        known, refused = self.known(inquiry), super().inquired(inquiry)
        told = super().inquired(replace(inquiry, signature="valid")) if known else refused
        return told if self.aloud else replace(told, result_status=refused.result_status)


def _once(kind: type[ObeysOnce], state: str | None, taken: str, *, aloud: bool) -> Specimen:
    return type(kind.__name__, (kind,), {"name": "once", "state_of_order": state, "taken": taken, "aloud": aloud})


class ClosesOne(ClosesOthers):
    """Closes with an order in one state every other one in one state, of the same customer or of other ones."""

    states: tuple[str | None, str | None]
    same: bool

    def also(self, entry: Entry) -> Iterator[Entry]:
        """Those."""
        others = (other for other in self.books.values() if (entry.status, other.status) == self.states)
        return (other for other in others if other is not entry and (other.customer == entry.customer) == self.same)


@pytest.mark.parametrize(("state", "taken", "aloud"), list(product(_STATES, _NOT_VALID, (True, False))), ids=str)
def test_a_stranger_is_obeyed_at_no_state_of_an_order(state: str | None, taken: str, aloud: bool) -> None:  # noqa: FBT001  # a parameter
    """Whatever is wrong with the signature, and whether the call is refused all the same or not."""
    assert "WIRE-5" in broken_by(_once(Obeys, state, taken, aloud=aloud))


@pytest.mark.parametrize(("state", "taken", "aloud"), list(product(_STATES, _NOT_VALID, (True, False))), ids=str)
def test_a_stranger_is_told_nothing_at_any_state_of_an_order(state: str | None, taken: str, aloud: bool) -> None:  # noqa: FBT001  # a parameter
    """Whatever is wrong with the signature, and whether the call is refused in the same answer or not."""
    assert broken_by(_once(Tells, state, taken, aloud=aloud)) == {"WIRE-5"}


@pytest.mark.parametrize(("states", "customer"), sorted(_PAIRS, key=str), ids=str)
def test_no_other_order_is_closed_whatever_the_state_of_either(
    states: tuple[str | None, str | None], customer: str
) -> None:
    """Of all pairs of orders that there are when each payment begins after the one before."""
    closing = type("Closing", (ClosesOne,), {"name": "closes-one", "states": states, "same": customer == _SAME})
    assert "CAN-5" in broken_by(closing)


def test_a_conforming_mpp_is_accused_of_none_of_it() -> None:
    """Nor of anything else in these conversations."""
    assert broken_by(ConformingMpp) == set()
