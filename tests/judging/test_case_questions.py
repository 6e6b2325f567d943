"""What cases ask of conversations that no known MPP holds: a record is changed in one message, and judged again."""

from dataclasses import replace
from typing import Final

import pytest

from mpp_conformance.common.resources import directory
from mpp_conformance.judging.oracle import judge
from mpp_conformance.judging.trace import Event, Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.protocol.messages import IdentityAnswer, Launch, Message, NotifyPayment, UserInitiatedPay
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.transport.connectors.direct import DirectConnector
from mpp_conformance.trials import cabinet
from mpp_conformance.wallet import reference

_CASES: Final = load(directory("suites")).cases
_HELD: Final = cabinet.conversations(_CASES)


def held(label: str) -> Trace:
    """A conversation of the conforming MPP."""
    profile = reference().profile
    scenario = next(scenario for scenario in _HELD if scenario.label == label)
    return DirectConnector(ConformingMpp(profile), profile).converse(scenario)


def said(trace: Trace, payment: int, message: Message) -> Trace:
    """The conversation with one more message at its end."""
    return replace(trace, events=(*trace.events, Event(number=len(trace.events) + 1, payment=payment, message=message)))


def verdict(name: str, trace: Trace) -> Verdict:
    """What a case says."""
    return judge(next(case for case in _CASES if case.name == name).judge, trace).verdict


@pytest.mark.parametrize(("status", "expected"), [("F", Verdict.PASS), ("S", Verdict.FAIL)])
def test_only_a_success_is_forbidden_to_who_scans_anothers_code(status: str, expected: Verdict) -> None:
    """A failure that is notified in the second customer's name pays nothing."""
    trace = held("order-scanned-by-another")
    notice = next(event.message for event in trace.events if isinstance(event.message, NotifyPayment))
    second = next(event.message.customer_id for event in trace.of(1) if isinstance(event.message, UserInitiatedPay))
    later = said(trace, 0, replace(notice, customer_id=second, result_status=status))
    assert verdict("test_what_belongs_to_another_customer_is_not_paid", later) == expected


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (IdentityAnswer(code_value="c", action="NONE"), Verdict.PASS),
        (IdentityAnswer(code_value="c", action="DECODE"), Verdict.FAIL),
        (UserInitiatedPay(code_value="c", customer_id="u"), Verdict.INCONCLUSIVE),
        (Launch(url="c"), Verdict.INCONCLUSIVE),
        (Launch(url="c", user_agent="a Browser AlipayConnect"), Verdict.PASS),
    ],
)
def test_a_foreign_code_is_known_by_its_report_or_by_being_left_alone(message: Message, expected: Verdict) -> None:
    """Where no identity is reported, what is done with the code shows it, or nothing does."""
    trace = held("order-paid-then-foreign")
    told = [event for event in trace.of(1) if isinstance(event.message, IdentityAnswer)]
    silent = replace(trace, events=tuple(event for event in trace.events if event not in told))
    assert verdict("test_a_foreign_code_is_told_for_none", silent) == Verdict.PASS
    assert verdict("test_a_foreign_code_is_told_for_none", said(silent, 1, message)) == expected
