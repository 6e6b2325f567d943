"""What a conversation says of the safety of money, whatever the requirements say: findings, and readings of faults.

Only what crosses the points of observation is seen. That money moved is seen where the MPP notifies Alipay+ of a
payment that succeeded, or hands its client such a result, or shows it; what it did and told nobody is not seen.
Nothing here decides a verdict: a finding is told first because nobody may overlook it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mpp_conformance.judging.trace import BROKEN, Event, Trace
from mpp_conformance.protocol.faults import FAULTS, Fault
from mpp_conformance.protocol.faults.profile import VALID
from mpp_conformance.protocol.messages import (
    HANDLE_BY_SDK,
    CancelPayment,
    CancelPaymentAnswer,
    DecodeCallback,
    FaultApplied,
    HandleAction,
    Message,
    NotifyPayment,
    RedirectFollowed,
    ResultPage,
    Scan,
    ServerAnswer,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)

DEBITED_TWICE: Final = "debited twice"
DEBITED_WITH_SDK: Final = "debited with HANDLE_BY_SDK"
UNVERIFIED: Final = "acted on an answer that does not verify"
REOPENED: Final = "told as paid after its cancellation"
FAILED_TOLD_AS_PAID: Final = "told as paid though the payment failed"
FINDINGS: Final = {
    DEBITED_TWICE: "Alipay+ was notified of two payments of one order as successful.",
    DEBITED_WITH_SDK: "A payment that Alipay+ left to the client SDK was notified, returned or shown as successful.",
    UNVERIFIED: "On an answer whose signature does not verify a payment was told as paid, or a payload passed on.",
    FAILED_TOLD_AS_PAID: "A client was handed, or a consumer shown, success of a payment that was notified as failed.",
    REOPENED: "A payment was told as paid after its cancellation had succeeded, and not before.",
}
"""Each kind of finding, and what it says, in a sentence."""

MONEY: Final = "money moved"
PAYLOAD: Final = "payload passed on that was not given"
STRANGER: Final = "called a stranger"
DEAD: Final = "dead afterwards"
HANGS: Final = "no end"
UNSAFE: Final = (MONEY, PAYLOAD, STRANGER, DEAD, HANGS)
"""Readings that somebody should look at, the worst first."""
NOT_MET: Final = "fault not met"
PAID: Final = "paid once"
FAILED: Final = "told of a failure"
LEFT: Final = "left to the client SDK"
READINGS: Final = {
    MONEY: "It was paid, or told as paid, without an answer to rely on that says so.",
    PAYLOAD: "The client SDK was given a payload that no sound answer had in it.",
    STRANGER: "A redirect was followed.",
    DEAD: "A later payment of the same conversation met nobody.",
    HANGS: "Neither the consumer nor the client SDK was told of an end.",
    NOT_MET: "The fault did not reach the MPP, or the conversation broke.",
    PAID: "The payment was taken, as the answer says or its repetition said.",
    FAILED: "The payment ended without success.",
    LEFT: "The client SDK was called.",
}
"""Each reading, and what it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something nobody may overlook, in one payment of a conversation; ``events`` are the messages that show it."""

    kind: str
    payment: int
    events: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How an MPP met a fault: ``reading`` is one of :data:`READINGS`; ``calls`` how often it asked Alipay+."""

    fault: Fault
    payment: int
    reading: str
    calls: int

    @property
    def unsafe(self) -> bool:
        """Whether somebody should look at it."""
        return self.reading in UNSAFE


def findings(trace: Trace) -> Iterator[Finding]:
    """What in a conversation nobody may overlook."""
    for index in range(len(trace.scenario.payments)):
        events = tuple(trace.of(index))
        shown = {
            DEBITED_TWICE: _second_debits(events),
            DEBITED_WITH_SDK: _successes(events) if _left_to_sdk(trace, index) else (),
            UNVERIFIED: _acted_on(trace, index) if _never_verified(events) else (),
            FAILED_TOLD_AS_PAID: _contradicting(events) if trace.notified(index) == "F" else (),
            REOPENED: () if trace.raced(index) else _after_cancellation(events),
        }
        for kind, found in shown.items():
            if found:
                yield Finding(kind=kind, payment=index, events=tuple(event.number for event in found))


def behaviours(trace: Trace) -> Iterator[Behaviour]:
    """How the MPP met the faults of a conversation, where no document decides what it should do."""
    for index, payment in enumerate(trace.scenario.payments):
        fault = FAULTS.get(payment.fault)
        if fault is not None and fault.basis in {"silent", "derived"}:
            calls = sum(isinstance(event.message, UserInitiatedPay) for event in trace.of(index))
            yield Behaviour(fault=fault, payment=index, reading=_reading(trace, index, fault), calls=calls)


def _reading(trace: Trace, index: int, fault: Fault) -> str:
    events = tuple(trace.of(index))
    if trace.ending == BROKEN or not any(isinstance(event.message, FaultApplied) for event in events):
        return NOT_MET
    said = {type(event.message) for event in events}
    unsafe = {
        MONEY: bool(_second_debits(trace.events))
        or (bool(_successes(events)) and not _may_be_paid(trace, index, fault)),
        PAYLOAD: bool(_payloads(events) - {_given(events), _meant(trace, index) if fault.legible else None, None, ""}),
        STRANGER: RedirectFollowed in said,
        DEAD: any(_is_dead(trace, later) for later in range(index + 1, len(trace.scenario.payments))),
        HANGS: not _ended(events),
    }
    found = next((reading for reading, holds in unsafe.items() if holds), None)
    if found is not None:
        return found
    if _successes(events):
        return PAID
    return LEFT if {HandleAction, DecodeCallback} & said and ResultPage not in said else FAILED


def _successes(events: tuple[Event, ...]) -> tuple[Event, ...]:
    """The messages that say a payment succeeded."""
    said = (
        (NotifyPayment, "result_status"),
        (ServerAnswer, "payment_status"),
        (ResultPage, "status"),
    )
    return tuple(
        event
        for event in events
        if any(isinstance(event.message, kind) and getattr(event.message, name) == "S" for kind, name in said)
    )


def _contradicting(events: tuple[Event, ...]) -> tuple[Event, ...]:
    """The messages that tell client or consumer of a success, and the failures that were notified."""
    told = _successes(events)
    failures = (e for e in events if isinstance(e.message, NotifyPayment) and e.message.result_status == "F")
    return (*failures, *told) if told else ()


def _second_debits(events: tuple[Event, ...]) -> tuple[Event, ...]:
    """Notifications of success for one order under several ids of the MPP's own, all of them."""
    by_order: dict[str, list[Event]] = {}
    for event in events:
        notice = event.message
        if isinstance(notice, NotifyPayment) and notice.result_status == "S" and notice.payment_id is not None:
            by_order.setdefault(notice.payment_request_id, []).append(event)
    several = (
        told for told in by_order.values() if len({getattr(event.message, "payment_id", "") for event in told}) > 1
    )
    return tuple(event for told in several for event in told)


def _left_to_sdk(trace: Trace, index: int) -> bool:
    """Whether Alipay+ said HANDLE_BY_SDK for a payment, as far as it said anything to be believed of it.

    A call that was refused, or not decided, is told nothing of the payment.
    """
    said = set()
    for event in trace.of(index):
        if isinstance(event.message, UserInitiatedPayAnswer):
            if event.message.action_type is not None or event.message.order is not None:
                said.add(event.message.action_type)
        elif isinstance(event.message, FaultApplied) and _says_sdk(trace, index, FAULTS[event.message.fault]):
            said.add(HANDLE_BY_SDK)
    return said == {HANDLE_BY_SDK}


def _says_sdk(trace: Trace, index: int, fault: Fault) -> bool:
    """Whether HANDLE_BY_SDK stands in an answer that is faulty elsewhere."""
    answer = trace.scenario.payments[index].answer
    return fault.basis == "stated" or (fault.given and answer is not None and answer.action_type == HANDLE_BY_SDK)


def _never_verified(events: tuple[Event, ...]) -> bool:
    """Whether all that came back for a payment was signed, and wrongly."""
    faults = [FAULTS[event.message.fault] for event in events if isinstance(event.message, FaultApplied)]
    answered = any(isinstance(event.message, UserInitiatedPayAnswer) for event in events)
    return bool(faults) and not answered and all(_only_the_signature(fault) for fault in faults)


def _only_the_signature(fault: Fault) -> bool:
    return fault.signature != VALID and fault.basis == "documented"


def _acted_on(trace: Trace, index: int) -> tuple[Event, ...]:
    """What says that an order was paid, and whatever passes on a payload, that only such an answer had in it."""
    payload, events = _meant(trace, index), tuple(trace.of(index))
    passed = (event for event in events if getattr(event.message, "sdk_action_payload", None) == payload)
    return (*_successes(events), *(passed if payload is not None else ()))


def _after_cancellation(events: tuple[Event, ...]) -> tuple[Event, ...]:
    """Successes that were told after the server had said S to a cancellation of the order; none if one came before.

    Who says so earlier has been quicker than the cancellation.
    """
    orders = {_order(event.message) for event in events} - {""}
    cancelled = ""
    for place, event in enumerate(events):
        said = event.message
        if isinstance(said, CancelPayment):
            cancelled = said.payment_request_id
        elif cancelled in orders and isinstance(said, CancelPaymentAnswer) and said.result_status == "S":
            return () if _successes(events[:place]) else _successes(events[place:])
    return ()


def _order(message: Message) -> str:
    """The id of the order that an answer of Alipay+ brings."""
    order = message.order if isinstance(message, UserInitiatedPayAnswer) else None
    return "" if order is None else order.payment_request_id


def _may_be_paid(trace: Trace, index: int, fault: Fault) -> bool:
    """Whether an answer says so that can be believed, or that can be read in spite of its defect.

    An answer given instead of another says so to its own customer, whose order it is.
    """
    if fault.instead:
        return trace.scenario.payments[index].customer == trace.scenario.payments[index - 1].customer
    if fault.given:
        answer = trace.scenario.payments[index].answer
        return answer is not None and answer.with_order and answer.action_type != HANDLE_BY_SDK
    answers = [event.message for event in trace.of(index) if isinstance(event.message, UserInitiatedPayAnswer)]
    sound = [answer for answer in answers if answer.result_status == "S" and answer.action_type != HANDLE_BY_SDK]
    return bool(sound) or fault.legible


def _meant(trace: Trace, index: int) -> str | None:
    """The payload in the answer that was faulty."""
    answer = trace.scenario.payments[index].answer
    return None if answer is None else answer.payload_of(trace.codes[index].tag)


def _payloads(events: tuple[Event, ...]) -> set[str | None]:
    """The payloads that the client SDK was given."""
    kinds = HandleAction | DecodeCallback
    return {event.message.sdk_action_payload for event in events if isinstance(event.message, kinds)}


def _given(events: tuple[Event, ...]) -> str | None:
    answers = (event.message for event in events if isinstance(event.message, UserInitiatedPayAnswer))
    return next((answer.sdk_action_payload for answer in answers if answer.action_type == HANDLE_BY_SDK), None)


def _ended(events: tuple[Event, ...]) -> bool:
    """Whether anybody was told of an end."""
    return any(
        isinstance(event.message, ResultPage | HandleAction | DecodeCallback)
        or (isinstance(event.message, ServerAnswer) and event.message.payment_status is not None)
        for event in events
    )


def _is_dead(trace: Trace, index: int) -> bool:
    events = tuple(trace.of(index))
    return any(isinstance(event.message, Scan) for event in events) and not _ended(events)
