"""Findings and readings: what nobody may overlook is found in the known MPPs that do it, and in no other one."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import pytest

from mpp_conformance import wire
from mpp_conformance.common.resources import directory
from mpp_conformance.judging import safety
from mpp_conformance.judging.oracle import judge
from mpp_conformance.judging.safety import (
    DEAD,
    DEBITED_TWICE,
    DEBITED_WITH_SDK,
    FAILED,
    FAILED_TOLD_AS_PAID,
    FINDINGS,
    HANGS,
    LEFT,
    MONEY,
    NOT_MET,
    PAID,
    PAYLOAD,
    READINGS,
    REOPENED,
    STRANGER,
    UNSAFE,
    UNVERIFIED,
    Behaviour,
)
from mpp_conformance.judging.trace import BROKEN, Event, Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.protocol.faults import FAULTS
from mpp_conformance.protocol.messages import (
    CancelPayment,
    CancelPaymentAnswer,
    FaultApplied,
    NotifyPayment,
    ResultPage,
    ServerAnswer,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios import fault_cells
from mpp_conformance.scenarios.scenario import ORDER, Payment, Scenario, handle_by_psp, one
from mpp_conformance.specimens import CONFORMING, SPECIMENS
from mpp_conformance.transport.connectors.direct import DirectConnector
from mpp_conformance.trials import cabinet
from mpp_conformance.wallet import reference

_JUDGED: Final = cabinet.conversations(load(directory("suites")).cases)
_HELD: Final = tuple(_JUDGED)
_FORGED: Final = tuple(fault_cells.FORGED_IDENTITIES)
"""Only who asks Alipay+ what a code is meets their fault."""
_SPOILT: Final = tuple(
    scenario for scenario in _HELD if any(payment.fault for payment in scenario.payments) and scenario not in _FORGED
)
_OF_SOUND_ONES: Final = {
    case.name for held, cases in _JUDGED.items() if held not in (*_SPOILT, *_FORGED) for case, _ in cases
}
"""The cases that judge conversations in which nothing went wrong: a fault is one more circumstance to them."""


def held(name: str, scenario: Scenario) -> Trace:
    """A conversation with a known MPP."""
    specimen = SPECIMENS[name]
    profile = replace(reference().profile, app_link=specimen.app_link)
    return DirectConnector(specimen(profile), profile).converse(scenario)


def found(name: str, scenarios: tuple[Scenario, ...] = _SPOILT) -> Mapping[str, int]:
    """How often each finding comes up with a known MPP."""
    return Counter(finding.kind for scenario in scenarios for finding in safety.findings(held(name, scenario)))


def behaviour(name: str, label: str) -> Behaviour:
    """How a known MPP met the fault of a conversation."""
    scenario = next(scenario for scenario in _SPOILT if scenario.label == label)
    (seen,) = safety.behaviours(held(name, scenario))
    return seen


def exchanged(trace: Trace, event: Event) -> Trace:
    """The trace with this event in the place of its number."""
    at = event.number - 1
    return replace(trace, events=(*trace.events[:at], event, *trace.events[at + 1 :]))


# --- findings -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CONFORMING)
def test_a_conforming_mpp_has_no_finding_and_no_unsafe_reading(name: str) -> None:
    """In no conversation of the whole catalogue."""
    traces = [held(name, scenario) for scenario in _HELD]
    assert [finding for trace in traces for finding in safety.findings(trace)] == []
    assert [seen for trace in traces for seen in safety.behaviours(trace) if seen.unsafe] == []


_CARELESS: Final = (
    ("each-call-paid", DEBITED_TWICE),
    ("own-order-paid-anew", DEBITED_TWICE),
    ("missing-payload-paid", DEBITED_WITH_SDK),
    ("older-reader-pays", DEBITED_WITH_SDK),
    ("answers-never-verified", UNVERIFIED),
    ("answers-verified-after-debit", UNVERIFIED),
    ("success-notified-as-failure", FAILED_TOLD_AS_PAID),
    ("success-told-always", FAILED_TOLD_AS_PAID),
    ("cancelled-payment-taken-all-the-same", REOPENED),
)


@pytest.mark.parametrize(("name", "finding"), _CARELESS)
def test_an_mpp_that_is_careless_with_money_is_found(name: str, finding: str) -> None:
    """It has this finding and no other one."""
    assert set(found(name, _HELD)) == {finding}


def test_every_finding_is_found_in_a_careless_mpp() -> None:
    """None of them is a check that cannot fail."""
    assert {finding for _, finding in _CARELESS} == set(FINDINGS)


def test_a_failure_that_is_told_as_one_is_not_found() -> None:
    """Neither is a success that was notified as one; the messages shown are the failure and what contradicts it."""
    trace = held("success-notified-as-failure", next(scenario for scenario in _HELD if scenario.label == "order-psp-S"))
    (finding,) = safety.findings(trace)
    contradicting = [trace.events[number - 1].message for number in finding.events]
    assert isinstance(contradicting[0], NotifyPayment)
    assert {type(message) for message in contradicting[1:]} == {ServerAnswer, ResultPage}
    told = [
        replace(event, message=replace(event.message, payment_status="F"))
        if isinstance(event.message, ServerAnswer)
        else replace(event, message=replace(event.message, status="F"))
        if isinstance(event.message, ResultPage)
        else event
        for event in trace.events
    ]
    notified = [
        replace(event, message=replace(event.message, result_status="S"))
        if isinstance(event.message, NotifyPayment)
        else event
        for event in trace.events
    ]
    assert list(safety.findings(replace(trace, events=tuple(told)))) == []
    assert list(safety.findings(replace(trace, events=tuple(notified)))) == []


def test_what_decides_is_found_without_a_fault_as_well() -> None:
    """A debit beside HANDLE_BY_SDK is one in any conversation."""
    usual = tuple(scenario for scenario in _HELD if scenario not in _SPOILT)
    for name in ("debited-with-handle-by-sdk", "success-means-pay"):
        assert set(found(name, usual)) == {DEBITED_WITH_SDK}


def test_what_is_told_as_paid_after_its_cancellation_is_found() -> None:
    """With either code; a cancellation that was refused, or one of another order, cancels nothing."""
    name = "cancelled-payment-taken-all-the-same"
    assert found(name, _HELD) == {REOPENED: 13}
    trace = held(
        name, next(scenario for scenario in _HELD if scenario.label == "order-inquired-cancelled-inquired-confirmed-3")
    )
    for event in trace.events:
        if isinstance(event.message, CancelPaymentAnswer):
            refused = replace(event, message=replace(event.message, result_status="U"))
            assert list(safety.findings(exchanged(trace, refused))) == []
        elif isinstance(event.message, CancelPayment):
            elsewhere = replace(event, message=replace(event.message, payment_request_id="nobody's"))
            assert list(safety.findings(exchanged(trace, elsewhere))) == []


def test_who_was_quicker_than_the_cancellation_is_not_found() -> None:
    """What was told as paid before is told so afterwards as well."""
    assert found("no-cashier-page-reported", _HELD) == {}


def test_a_call_that_was_refused_before_leaves_it_to_the_sdk() -> None:
    """Alipay+ has said nothing of the payment in a refusal."""
    trace = held("debited-with-handle-by-sdk", next(scenario for scenario in _HELD if scenario.label == "order-sdk-S"))
    refusal = UserInitiatedPayAnswer(result_status="F", result_code="INVALID_SIGNATURE", result_message="refused")
    events = tuple(
        replace(event, number=number)
        for number, event in enumerate((replace(trace.events[0], message=refusal), *trace.events), start=1)
    )
    assert [finding.kind for finding in safety.findings(replace(trace, events=events))] == [DEBITED_WITH_SDK]


def test_who_believes_what_is_not_signed_is_not_accused() -> None:
    """An answer without a signature is no answer that does not verify; it is read for its safety."""
    assert found("unsigned-answers-believed") == {}
    assert behaviour("unsigned-answers-believed", "order-signature-missing").reading == MONEY
    assert behaviour("unsigned-answers-believed", "entry-signature-missing").reading == PAYLOAD


def test_a_finding_names_the_messages_that_show_it() -> None:
    """Their numbers lead to the notifications of two payments."""
    trace = held("each-call-paid", fault_cells.AT_FIRST[0])
    (finding,) = safety.findings(trace)
    shown = [trace.events[number - 1].message for number in finding.events]
    assert [type(message) for message in shown] == [NotifyPayment, NotifyPayment]
    assert len({getattr(message, "payment_id", "") for message in shown}) == 2


def test_a_notification_that_is_repeated_is_no_second_debit() -> None:
    """Nor are two that bear no id of the MPP's own: nothing tells them apart."""
    trace = held("each-call-paid", fault_cells.AT_FIRST[0])
    without = tuple(
        replace(event, message=replace(event.message, payment_id=None))
        if isinstance(event.message, NotifyPayment)
        else event
        for event in trace.events
    )
    assert list(safety.findings(replace(trace, events=without))) == []
    assert found("notification-repeated") == {}


def test_an_answer_that_is_believed_later_is_no_unverified_one() -> None:
    """Where a sound answer has come as well, what was done may rest on that."""
    trace = held("answers-never-verified", fault_cells.UNVERIFIED[0])
    sound = held("conforming", fault_cells.SPELLED[0])
    both = replace(trace, events=(*trace.events, *sound.events))
    assert [finding.kind for finding in safety.findings(trace)] == [UNVERIFIED]
    assert UNVERIFIED not in [finding.kind for finding in safety.findings(both)]


# --- readings -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "label", "reading"),
    [
        ("no-answer-told-as-paid", "order-body-truncated", MONEY),
        ("http-status-ignored", "order-status-500", MONEY),
        ("order-paid-on-unknown-result", "order-result-unknown", MONEY),
        ("order-of-another-customer-paid", "order-answer-of-another-customer", MONEY),
        ("own-order-paid-anew", "order-answer-replayed", MONEY),
        ("call-sent-and-paid-twice", "order-slow-drip", MONEY),
        ("action-type-in-any-case", "entry-action-type-in-lower-case", PAYLOAD),
        ("other-action-types-to-sdk", "order-action-form-empty", PAYLOAD),
        ("http-status-ignored", "entry-status-500", PAYLOAD),
        ("redirects-followed", "order-redirected", STRANGER),
        ("dead-after-no-answer", "order-html-with-200-then-sound", DEAD),
        ("no-answer-hangs", "order-status-503", HANGS),
        ("compressed-answers-hang", "order-gzip", HANGS),
        ("number-for-text-hangs", "entry-generated-acquirerId-type", HANGS),
        ("older-reader-pays", "entry-generated-order-type", MONEY),
        ("no-answer-told-as-paid", "order-generated-actionForm-shorter", MONEY),
        ("older-reader-pays", "entry-generated-acquirerId-type", PAID),
        ("conforming", "entry-generated-acquirerId-type", FAILED),
        ("conforming", "order-answer-replayed", PAID),
        ("conforming", "order-silent-at-first", PAID),
        ("answers-read-leniently", "order-amounts-as-numbers", PAID),
        ("answers-read-leniently", "order-byte-order-mark", PAID),
        ("answers-read-leniently", "order-action-form-twice", LEFT),
        ("conforming", "order-answer-of-another-customer", FAILED),
        ("conforming", "entry-html-with-200", FAILED),
    ],
)
def test_a_behaviour_is_read_from_what_was_seen(name: str, label: str, reading: str) -> None:
    """Money first, then payloads, strangers, and ends that do not come; or in which way it was safe."""
    seen = behaviour(name, label)
    assert (seen.reading, seen.unsafe) == (reading, reading in UNSAFE)


def test_calls_are_counted() -> None:
    """How often Alipay+ was asked about the payment."""
    assert [behaviour(name, "order-status-503").calls for name in ("conforming", "no-answer-hangs")] == [4, 1]


def test_a_fault_that_was_not_met_says_nothing() -> None:
    """Neither one that Alipay+ was never asked for, nor one in a conversation that broke."""
    assert behaviour("user-initiated-pay-never-called", "order-status-503").reading == NOT_MET
    trace = held("no-answer-hangs", fault_cells.REDIRECTED)
    assert [seen.reading for seen in safety.behaviours(replace(trace, ending=BROKEN))] == [NOT_MET]


def test_only_what_no_document_decides_is_read() -> None:
    """What is stated or documented is judged, and told elsewhere."""
    read = {seen.fault.name for scenario in _SPOILT for seen in safety.behaviours(held("conforming", scenario))}
    assert read == {name for name, fault in FAULTS.items() if fault.basis in {"silent", "derived"}}


def test_every_reading_and_finding_says_what_it_means() -> None:
    """In a sentence."""
    assert set(UNSAFE) | {NOT_MET, PAID, FAILED, LEFT} == set(READINGS)
    sentences = [*READINGS.values(), *FINDINGS.values()]
    assert [text for text in sentences if not (text[0].isupper() and text.endswith("."))] == []


# --- the cells ----------------------------------------------------------------------------------------------------


def test_every_profile_is_met_by_a_case() -> None:
    """And the conforming MPP meets it in each conversation that asks for it."""
    asked = {payment.fault for scenario in _SPOILT for payment in scenario.payments if payment.fault}
    assert set(FAULTS) == asked
    for scenario in _SPOILT:
        faults = {payment.fault for payment in scenario.payments if payment.fault}
        events = held("conforming", scenario).events
        assert faults == {event.message.fault for event in events if isinstance(event.message, FaultApplied)}


@pytest.mark.parametrize("scenario", [pytest.param(scenario, id=scenario.label) for scenario in _FORGED])
def test_a_forged_identity_meets_whoever_asks_for_one(scenario: Scenario) -> None:
    """Who asks Alipay+ what a code is does; whoever knows codes by itself is told nothing forged."""
    asking, knowing = (
        [event.message.fault for event in held(name, scenario).events if isinstance(event.message, FaultApplied)]
        for name in ("codes-identified-remotely", "conforming")
    )
    assert (asking, knowing) == ([scenario.payments[-1].fault], [])


@pytest.mark.parametrize("scenario", [pytest.param(scenario, id=scenario.label) for scenario in _SPOILT])
def test_a_fault_that_did_not_reach_the_mpp_proves_nothing(scenario: Scenario) -> None:
    """The same conversation without it on record is inconclusive to every case that is about what went wrong."""
    trace = held("conforming", scenario)
    events = tuple(event for event in trace.events if not isinstance(event.message, FaultApplied))
    asked = [case for case, _ in _JUDGED[scenario] if case.name not in _OF_SOUND_ONES]
    verdicts = {case.name: judge(case.judge, replace(trace, events=events)).verdict for case in asked}
    assert verdicts != {}
    assert verdicts == dict.fromkeys(verdicts, Verdict.INCONCLUSIVE)


def test_an_illegal_answer_takes_one_that_is_given() -> None:
    """A scenario without a body is the suite's own fault, and no fault was applied."""
    scenario = one("without", Payment(code=ORDER, answer=handle_by_psp(), fault="answer-illegal"))
    with pytest.raises(wire.OurMessageIsInvalid):
        held("conforming", scenario)


def test_every_family_is_met_with_both_codes() -> None:
    """No kind of fault is tried with one kind of code alone."""
    met = {
        (FAULTS[payment.fault].family, payment.code)
        for scenario in _SPOILT
        for payment in scenario.payments
        if payment.fault
    }
    assert len(met) == 2 * len({fault.family for fault in FAULTS.values()})
