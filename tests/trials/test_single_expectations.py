"""What a case expects beside other things is seen to fail when nothing else is wrong.

The MPPs of the cabinet fail these cases, too, but each by what the case expects first.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pytest

from mpp_conformance.common.resources import directory
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.protocol.messages import (
    HANDLE_BY_PSP,
    IdentityAnswer,
    InquiryPaymentAnswer,
    Message,
    ServerAnswer,
    UserInitiatedPayAnswer,
)
from mpp_conformance.specimens import Specimen
from mpp_conformance.specimens.books import Entry
from mpp_conformance.specimens.conforming import ConformingMpp, Session
from mpp_conformance.trials import cabinet

_HELD: Final = cabinet.conversations(load(directory("suites")).cases)


class TellsSuccessAsWell(ConformingMpp):
    """Tells its client the failure of decoding as it should, and a success after it."""

    def not_decoded(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """Both."""
        yield from super().not_decoded(session, answer)
        yield ServerAnswer(payment_status="S")


class TellsPspAsWell(ConformingMpp):
    """Tells its client HANDLE_BY_SDK with the payload, and HANDLE_BY_PSP after it."""

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """Both."""
        yield from super().pass_to_client(session, answer)
        yield ServerAnswer(action_type=HANDLE_BY_PSP)


class TellsAnotherCustomer(ConformingMpp):
    """Tells inquiries of somebody else."""

    def told(self, entry: Entry) -> InquiryPaymentAnswer:
        """All else is as the order says."""
        return replace(super().told(entry), customer_id="somebody-else")


class TellsAnotherKindAgain(ConformingMpp):
    """Tells its client that a code which is scanned again is of the other kind, too; the client knows better."""

    def identified(self, session: Session, action: str) -> Iterator[Message]:
        """Beside what it is."""
        if sum(other.scanned == session.scanned for other in self.sessions.values()) > 1:
            other_kind = "OPEN_URL" if action == "DECODE" else "DECODE"
            yield IdentityAnswer(code_value=session.scanned, action=other_kind)
        yield from super().identified(session, action)


@pytest.mark.parametrize(
    ("specimen", "case"),
    [
        (TellsSuccessAsWell, "test_a_failed_decoding_is_still_handled_by_the_mpp"),
        (TellsPspAsWell, "test_both_parameters_are_passed_to_the_client"),
        (TellsAnotherCustomer, "test_an_inquiry_is_told_of_its_own_payment"),
        (TellsAnotherKindAgain, "test_a_code_that_is_scanned_again_is_what_it_was"),
    ],
)
def test_each_expectation_is_seen_to_fail(specimen: Specimen, case: str) -> None:
    """The one fault fails the case that expects it not to be there."""
    rows = [row for row in cabinet.judged(specimen, _HELD) if row.case.partition("::")[2] == case]
    assert Verdict.FAIL in {row.verdict for row in rows}
