"""Answers that nobody wrote, where they go beyond what documents name: observed, and never a failure.

What the documents state of generated answers is judged beside its requirement: SRV-4, SRV-7, SRV-8, EC-25, OC-16.
"""

from mpp_conformance.judging.oracle import expect
from mpp_conformance.judging.patterns import SOME_TEXT
from mpp_conformance.judging.trace import Trace
from mpp_conformance.ledger.requirements import DERIVED, MPP, MPP_SERVER, SHOULD, case, requirement
from mpp_conformance.ledger.source import HIGHLIGHTS, MESSAGE_LAYER
from mpp_conformance.protocol.messages import (
    HANDLE_BY_PSP,
    HANDLE_BY_SDK,
    DecodeCallback,
    HandleAction,
    Message,
    NotifyPayment,
    ResultPage,
    ServerAnswer,
    UserInitiatedPayAnswer,
)
from mpp_conformance.protocol.result_codes import UNNAMED
from mpp_conformance.scenarios.answers import Choice
from mpp_conformance.scenarios.cells import unnamed
from mpp_conformance.scenarios.scenario import ENTRY, ORDER

EFFECTS: dict[type[Message], tuple[str, ...]] = {
    NotifyPayment: ("result_status",),
    ServerAnswer: ("action_type", "payment_status"),
    HandleAction: (),
    DecodeCallback: ("outcome",),
    ResultPage: ("status",),
}
"""What an answer leads to, and the fields that tell to what effect."""

ANS_1 = requirement(
    "ANS-1",
    SHOULD,
    DERIVED,
    actor=MPP,
    clauses=[HIGHLIGHTS.at("MPP server, item 2")],
    text="Fields and result codes that no document names, and texts of unusual length, do not change what is done.",
)
ANS_2 = requirement(
    "ANS-2",
    SHOULD,
    DERIVED,
    actor=MPP_SERVER,
    clauses=[MESSAGE_LAYER.at("notifyPayment, request")],
    text="An amount in a notification is the one that userInitiatedPay gave, to the last minor unit.",
)


@case(ANS_1, Choice(within=False))
def test_what_no_document_names_changes_nothing(trace: Trace) -> None:
    """An answer with an unknown field, code or length has the effect of the usual one; its payload stays unchanged."""
    same_effects(trace)


def same_effects(trace: Trace) -> None:
    """The second payment leads to what the first one has led to."""
    expect(trace, 0).reached(UserInitiatedPayAnswer, action_type=SOME_TEXT)
    asked = expect(trace, 1).reached(UserInitiatedPayAnswer, action_type=SOME_TEXT)
    usual, here = effects(trace, 0), effects(trace, 1)
    for kind, fields in usual:
        asked.some(kind, **dict(fields))
    for kind, fields in (effect for effect in here if effect not in usual):
        asked.none(kind, **dict(fields))
    for kind in unharmed(trace, 0):
        asked.some(kind, sdk_action_payload=trace.payload(1))
        asked.none_but(kind, sdk_action_payload=(trace.payload(1), None))


@case(
    ANS_1,
    [unnamed(ORDER, HANDLE_BY_SDK, UNNAMED[0]), unnamed(ENTRY, HANDLE_BY_PSP, UNNAMED[1])],
)
def test_a_result_code_of_another_operation_changes_nothing(trace: Trace) -> None:
    """A failure with a result code of another operation has the same effect as one with a named code."""
    same_effects(trace)


@case(ANS_2, Choice(action=HANDLE_BY_PSP, status="S"))
def test_the_amount_that_is_notified_is_the_amount_of_the_order(trace: Trace) -> None:
    """Amounts that do not survive a fraction of a yuan come back as they were given, where they come back."""
    answers = [event.message for event in trace.of(0) if isinstance(event.message, UserInitiatedPayAnswer)]
    amounts = [answer.order.amount for answer in answers if answer.order]
    asked = expect(trace).reached(UserInitiatedPayAnswer, action_type=HANDLE_BY_PSP, result_status="S")
    asked.none_but(NotifyPayment, payment_amount=(*amounts, None), payment_currency=("CNY", None))


def unharmed(trace: Trace, payment: int) -> list[type[Message]]:
    """The kinds of messages that bore the payload which Alipay+ gave, and no other one."""
    borne: dict[type[Message], set[str]] = {}
    for event in trace.of(payment):
        payload = getattr(event.message, "sdk_action_payload", None)
        if type(event.message) in EFFECTS and payload is not None:
            borne.setdefault(type(event.message), set()).add(payload)
    return [kind for kind, payloads in borne.items() if payloads == {trace.payload(payment)}]


def effects(trace: Trace, payment: int) -> list[tuple[type[Message], tuple[tuple[str, object], ...]]]:
    """What a payment has led to, in the order in which it came: kinds of messages, each with what tells its effect."""
    found = []
    for event in trace.of(payment):
        told = EFFECTS.get(type(event.message))
        if told is not None:
            found.append((type(event.message), tuple((name, getattr(event.message, name)) for name in told)))
    return list(dict.fromkeys(found))
