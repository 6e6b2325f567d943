"""Between whom a message goes, and under which steps of the source document: what sequence diagrams are drawn from.

The ends of an arrow follow from the point at which a message crosses. Its steps are those of the transition that it
shows; for messages that the workflows do not number, :data:`ELSEWHERE` says where they come from.
"""

from collections.abc import Mapping
from typing import Final

from mpp_conformance.adequacy.model.table import Transition, of_workflow
from mpp_conformance.ledger.source import MESSAGE_LAYER
from mpp_conformance.protocol.messages import (
    APP_LINK,
    BY_NAME,
    CLIENT_SDK,
    GATEWAY,
    USER,
    AdaptorAnswer,
    AdaptorCall,
    AdaptorHealth,
    CancelPayment,
    CancelPaymentAnswer,
    CashierPage,
    FaultApplied,
    IdentifyCode,
    IdentifyCodeAnswer,
    InquiryCodeRules,
    InquiryCodeRulesAnswer,
    InquiryPayment,
    InquiryPaymentAnswer,
    Malformed,
    Message,
    NotifyPayment,
    NotifyPaymentAnswer,
    RedirectFollowed,
    Sighting,
)
from mpp_conformance.scenarios.scenario import ENTRY, FOREIGN, ORDER

CONSUMER: Final = "consumer"
MPP_CLIENT: Final = "MPP client"
SDK: Final = "client SDK"
MPP_SERVER: Final = "MPP server"
ALIPAY_PLUS: Final = "Alipay+"
MERCHANT: Final = "merchant"
PARTIES: Final = (CONSUMER, MPP_CLIENT, SDK, MPP_SERVER, ALIPAY_PLUS, MERCHANT)
"""Everybody in a conversation, in the order in which diagrams show them."""

Ends = tuple[str, str]
"""Sender and receiver."""

_SIDES: Final[Mapping[str, Ends]] = {
    USER: (CONSUMER, MPP_CLIENT),
    GATEWAY: (ALIPAY_PLUS, MPP_SERVER),
    CLIENT_SDK: (SDK, MPP_CLIENT),
    APP_LINK: (MPP_CLIENT, MPP_SERVER),
}
"""Each point with its two sides: the suite's first, then the MPP's; at the app link, receiver and sender."""

ELSEWHERE: Final[Mapping[type[Message], str]] = {
    AdaptorCall: "no step: a call of the test build that breaks its interface",
    AdaptorAnswer: "no step: what the test build made of it",
    AdaptorHealth: "no step: how the test build is after that",
    CashierPage: "no numbered step: the MPP's own page, before it takes a payment",
    NotifyPayment: str(MESSAGE_LAYER.at("notifyPayment, request")),
    NotifyPaymentAnswer: str(MESSAGE_LAYER.at("notifyPayment, response")),
    IdentifyCode: str(MESSAGE_LAYER.at("identifyCode, request")),
    IdentifyCodeAnswer: str(MESSAGE_LAYER.at("identifyCode, response")),
    InquiryCodeRules: str(MESSAGE_LAYER.at("inquiryCodeRules, request")),
    InquiryCodeRulesAnswer: str(MESSAGE_LAYER.at("inquiryCodeRules, response")),
    InquiryPayment: str(MESSAGE_LAYER.at("inquiryPayment, request")),
    InquiryPaymentAnswer: str(MESSAGE_LAYER.at("inquiryPayment, response")),
    CancelPayment: str(MESSAGE_LAYER.at("cancelPayment, request")),
    CancelPaymentAnswer: str(MESSAGE_LAYER.at("cancelPayment, response")),
    FaultApplied: "no step: what the scenario makes of Alipay+'s answer",
    Sighting: "no step: what a person saw in the end",
    RedirectFollowed: "no step: a call that leads away from Alipay+",
    Malformed: "no step: a message that could not be read",
}
"""The messages that no workflow numbers, and where they come from."""

BETWEEN: Final[Mapping[tuple[str, str], Ends]] = {
    (ENTRY, "step 3"): (MPP_CLIENT, MPP_SERVER),
    (ENTRY, "steps 7-12"): (MERCHANT, ALIPAY_PLUS),
    (ENTRY, "steps 13-14"): (MERCHANT, SDK),
    (ENTRY, "step 16"): (MPP_CLIENT, MPP_SERVER),
    (ORDER, "steps 1-2"): (MERCHANT, ALIPAY_PLUS),
    (ORDER, "step 5"): (MPP_CLIENT, MPP_SERVER),
    (FOREIGN, "Workflow, Entry code, step 3"): (MPP_CLIENT, MPP_SERVER),
}
"""The ends of what no message shows and yet goes from one party to another, by workflow and place."""


def ends(message: Message) -> Ends:
    """Sender and receiver; of what could not be read, those of the message that it was sent as."""
    point = message.where if isinstance(message, Malformed) else message.point
    ours, theirs = _SIDES[point]
    return (ours, theirs) if message.by_suite else (theirs, ours)


def ends_of_kind(kind: str) -> Ends:
    """Sender and receiver of every message of the type that bears this name; KeyError for another name."""
    found = BY_NAME[kind]
    ours, theirs = _SIDES[found.point]
    return (ours, theirs) if found.by_suite else (theirs, ours)


def unseen_ends(row: Transition) -> Ends | None:
    """Sender and receiver of a transition that no message shows; ``None`` for what lies inside one party."""
    return BETWEEN.get((row.workflow, row.place))


def steps(workflow: str, message: Message) -> str:
    """The document's numbers for ``message``, as ``17-18``; empty where the workflow numbers none for it."""
    rows = [row for row in of_workflow(workflow) if row.shown is not None and isinstance(message, row.shown.kind)]
    fitting = [row for row in rows if row.shown is not None and row.shown.fits(message)]
    numbers = {row.number for row in fitting}
    # An answer without actionType that no row describes is a refusal: it belongs to no step.
    if not fitting and getattr(message, "action_type", "") is not None:
        numbers = {row.number for row in rows if row.number}
    return numbers.pop() if len(numbers) == 1 else ""


def steps_of_kind(workflow: str, kind: str) -> str:
    """The document's numbers for messages of the type that bears this name; empty where there are none, or several."""
    numbers = {row.number for row in of_workflow(workflow) if row.shown is not None and row.shown.kind.__name__ == kind}
    return numbers.pop() if len(numbers) == 1 else ""


def place(workflow: str, message: Message) -> str:
    """Where the documents speak of ``message``, in words; empty where no document does in this workflow."""
    rows = [row for row in of_workflow(workflow) if row.shown is not None and row.shown.fits(message)]
    return rows[0].place if rows else ELSEWHERE.get(type(message), "")


def rank(workflow: str, kind: str) -> int:
    """Which turn messages of this type have in a workflow, from 0; after all others where it gives them none."""
    rows = of_workflow(workflow)
    turns = (turn for turn, row in enumerate(rows) if row.shown is not None and row.shown.kind.__name__ == kind)
    return next(turns, len(rows))
