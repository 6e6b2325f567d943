"""MPPs that do right by the first payment of a conversation, and wrong by those that come after it.

Whatever is wrong with an MPP may be wrong from the second payment on: a cache, a listener, a guard that nothing resets.
Faults of the cabinet are tried so; what nobody would see is named here, with the reason.
"""

from collections.abc import Iterator, Mapping
from typing import ClassVar, Final

import pytest

from mpp_conformance import wire
from mpp_conformance.common.resources import directory
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.protocol.messages import CancelPayment, InquiryPayment, Message, Scan
from mpp_conformance.scenarios.scenario import Profile
from mpp_conformance.specimens import CONFORMING, FAULTY, Specimen
from mpp_conformance.specimens.conforming import ConformingMpp, Say
from mpp_conformance.trials import cabinet

_SHARED: Final = """
    answer-to-latest-client customer-of-latest-scan customer-of-latest-scan-notified
    one-address-for-all one-callback-for-all one-payload-for-all one-payload-for-handle-action
"""
"""Their fault is that two payments share something: that shows in the second payment of any conversation."""
_FIRST_ONLY: Final = """
    unknown-order-inquired-as-in-process unknown-order-inquired-as-process-fail unknown-orders-answered-unsigned
    unknown-orders-answered-with-a-page order-ids-cut-short order-ids-read-as-numbers
    unknown-orders-cancelled-unsigned unknown-orders-cancelled-without-a-status
"""
"""An order that nobody placed belongs to no payment, and so to none that comes later."""
_SCANNED_BEFORE: Final = """
    failed-order-paid-when-scanned-again failed-order-told-as-paid-when-scanned-again
    stopped-code-paid-when-scanned-again code-in-lower-case-when-scanned-again household-asked-for-when-scanned-again
    order-codes-cut-short-when-scanned-again order-codes-launched-when-scanned-again
"""
"""Their fault is in the second scan of a code, and the good MPP has had the first."""
_RARE: Final = """
    amount-missed-beside-order-id answers-verified-over-compact-body notify-url-missed null-taken-for-order
    older-reader-pays payload-escapes-by-number-kept callback-succeeds-without-an-answer
    lost-calls-repeated-about-another-code lost-calls-repeated-for-another-customer not-notified-after-a-repeated-call
"""
"""An answer that trips them up is one of those that nobody wrote, or is lost; each stands alone in its conversation."""
_UNSEEN: Final = frozenset((_SHARED + _FIRST_ONLY + _SCANNED_BEFORE + _RARE).split())


class GoodAtFirst(ConformingMpp):
    """Two MPPs with the same books: a conforming one has the first scan and its order, a faulty one has the others."""

    later: ClassVar[Specimen]

    def __init__(self, profile: Profile) -> None:
        super().__init__(profile)
        self.good = (ConformingMpp if self.app_link else CONFORMING["no-app-link"])(profile)
        self.faulty = self.later(profile)
        self.faulty.books = self.good.books
        self.having: dict[str, ConformingMpp] = {}

    def probed(self, operation: str, body: bytes) -> str:
        """The adaptor is the faulty one's."""
        return self.faulty.probed(operation, body)

    def hear(self, session: str, message: Message) -> Iterator[Say]:
        """By whose session it is, or by whose order."""
        if isinstance(message, InquiryPayment | CancelPayment):
            first = next(iter(self.good.books), None)
            later = message.payment_request_id in self.good.books and message.payment_request_id != first
            return (self.faulty if later else self.good).hear(session, message)
        if isinstance(message, Scan):
            self.having[session] = self.faulty if self.having else self.good
        known = self.having.get(session)
        return iter(()) if known is None else known.hear(session, message)

    def receive(self, session: str, asked: wire.Call, received: wire.Received) -> Iterator[Say]:
        """By whose session it is."""
        known = self.having.get(session)
        return iter(()) if known is None else known.receive(session, asked, received)


def good_at_first(faulty: Specimen) -> Specimen:
    """The faulty MPP that does right by the first payment."""
    return type(faulty.__name__, (GoodAtFirst,), {"later": faulty, "app_link": faulty.app_link})


def survivors(chosen: Mapping[str, Specimen]) -> set[str]:
    """The deciding faulty MPPs that fail nothing in any longer conversation when they are good at first."""
    asked = cabinet.conversations(load(directory("suites")).cases)
    longer = {held: cases for held, cases in asked.items() if len(held.payments) > 1}
    before = cabinet.Before()
    return {
        name
        for name, faulty in chosen.items()
        if faulty.breaks
        and not any(
            row.decides and row.verdict is Verdict.FAIL
            for row in cabinet.judged(good_at_first(faulty), longer, before=before)
        )
    }


@pytest.mark.parametrize("one_in", [5, pytest.param(1, marks=pytest.mark.thorough)])
def test_every_fault_is_seen_from_the_second_payment_on(one_in: int) -> None:
    """It fails something that decides; those that do not are named above; `make thorough` has all faults."""
    chosen = dict(list(FAULTY.items())[::one_in])
    assert survivors(chosen) == _UNSEEN & chosen.keys()
