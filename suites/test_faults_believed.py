"""An Alipay+ with one defect: which answers the MPP may act on, and what it may do with the others."""

from mpp_conformance.judging.oracle import Expectation, expect
from mpp_conformance.judging.trace import Trace
from mpp_conformance.ledger.requirements import (
    DERIVED,
    DOCUMENTED,
    MPP,
    MPP_SERVER,
    MUST,
    SHOULD,
    SILENT,
    STATED,
    case,
    requirement,
)
from mpp_conformance.ledger.source import (
    CLIENT_SDK_DOCS,
    ENTRY_CODE,
    HIGHLIGHTS,
    MESSAGE_LAYER,
    ORDER_CODE,
    USER_EXPERIENCE,
)
from mpp_conformance.protocol.messages import (
    HANDLE_BY_SDK,
    DecodeCallback,
    FaultApplied,
    HandleAction,
    Launch,
    NotifyPayment,
    RedirectFollowed,
    ResultPage,
    Scan,
    ServerAnswer,
    UserInitiatedPay,
)
from mpp_conformance.scenarios.answers import Broken
from mpp_conformance.scenarios.fault_cells import (
    DOUBTFUL,
    FORGED_IDENTITIES,
    NO_ANSWERS,
    OF_ANOTHER,
    OTHER_TYPES,
    PAID_BEFORE,
    REDIRECTED,
    UNSIGNED,
    UNVERIFIED,
    VERIFIED_BEFORE,
    WITHOUT_PAYLOAD,
)

ABLE = "the customer in [customers] funded to be able to pay"

FLT_1 = requirement(
    "FLT-1",
    MUST,
    DOCUMENTED,
    actor=MPP_SERVER,
    clauses=[MESSAGE_LAYER.at("signature of an answer")],
    text="The server validates the signature of Alipay+'s answers, and acts on none whose signature does not verify.",
)
FLT_13 = requirement(
    "FLT-13",
    SHOULD,
    DERIVED,
    actor=MPP_SERVER,
    clauses=[MESSAGE_LAYER.at("signature of an answer")],
    text="The server does not act on an answer without a signature, as on one whose signature does not verify.",
)
FLT_2 = requirement(
    "FLT-2",
    MUST,
    STATED,
    actor=MPP,
    clauses=[HIGHLIGHTS.at("MPP server, item 2, HANDLE_BY_PSP"), USER_EXPERIENCE.at("item 3, sentence 2")],
    text="The MPP pays with HANDLE_BY_PSP only, never with HANDLE_BY_SDK, whatever else is wrong with the answer.",
)
FLT_4 = requirement(
    "FLT-4",
    SHOULD,
    DERIVED,
    actor=MPP,
    clauses=[CLIENT_SDK_DOCS.at("handleAction, sample"), CLIENT_SDK_DOCS.at("decode, sample")],
    text="The client SDK is called for HANDLE_BY_SDK alone, and is given no payload but the one that Alipay+ gave.",
)
FLT_5 = requirement(
    "FLT-5",
    SHOULD,
    SILENT,
    actor=MPP,
    clauses=[ENTRY_CODE.steps(23), ORDER_CODE.steps(13)],
    text="The server does not act on a reply that is no answer or not reliable: nothing is paid or reported as paid.",
)
FLT_6 = requirement(
    "FLT-6",
    SHOULD,
    SILENT,
    actor=MPP_SERVER,
    clauses=[ENTRY_CODE.steps(23), ORDER_CODE.steps(13)],
    text="An order that was placed for another customer's code is not paid, however well the answer is signed.",
)
FLT_10 = requirement(
    "FLT-10",
    SHOULD,
    SILENT,
    actor=MPP_SERVER,
    clauses=[MESSAGE_LAYER.at("transport")],
    text="The server does not follow a redirect: a request to Alipay+ goes to nobody else.",
)


@case(FLT_1, [*UNVERIFIED, VERIFIED_BEFORE])
def test_no_answer_is_acted_on_whose_signature_does_not_verify(trace: Trace) -> None:
    """The order in such an answer is not paid, and its payload goes nowhere; one whose signature verifies is paid."""
    last = len(trace.scenario.payments) - 1
    nothing_comes_of_it(trace, last)
    if last:
        expect(trace, 0).given(trace.paid(0), ABLE)


@case(FLT_1, FORGED_IDENTITIES)
def test_no_code_is_taken_for_what_a_forger_says(trace: Trace) -> None:
    """A server that asks what a code is launches nothing that only such an answer says; Alipay+'s codes are known."""
    expect(trace, 0).reached(UserInitiatedPay)
    expect(trace, 1).reached(Scan).none(Launch, url=trace.codes[1].forged_url)


@case(FLT_13, UNSIGNED)
def test_no_answer_is_acted_on_that_is_not_signed(trace: Trace) -> None:
    """The order in an answer without a signature is not paid, and its payload goes nowhere."""
    nothing_comes_of_it(trace)


@case(FLT_2, [*WITHOUT_PAYLOAD, PAID_BEFORE])
def test_handle_by_sdk_is_not_paid_for_lack_of_a_payload(trace: Trace) -> None:
    """Although there is nothing to give the SDK and an order is at hand, nobody takes or reports a payment."""
    last = len(trace.scenario.payments) - 1
    not_taken(trace, last)
    if last:
        expect(trace, 0).given(trace.paid(0), ABLE)


@case(FLT_2, Broken(action=HANDLE_BY_SDK, with_payload=True))
def test_handle_by_sdk_is_not_paid_whatever_else_is_broken(trace: Trace) -> None:
    """A field of the answer breaks the interface, and nobody takes or reports a payment."""
    not_taken(trace)


@case(FLT_4, OTHER_TYPES)
def test_no_other_action_type_leads_to_the_sdk(trace: Trace) -> None:
    """An actionType that is unknown, misspelled or not there calls no handleAction, and gives the callback nothing."""
    asked = expect(trace).reached(FaultApplied).none(HandleAction)
    asked.none_but(DecodeCallback, sdk_action_payload=(None, ""))


@case(FLT_4, WITHOUT_PAYLOAD)
def test_no_payload_is_made_up(trace: Trace) -> None:
    """HANDLE_BY_SDK without a payload gives the SDK nothing, or what stands in its place."""
    asked = expect(trace).reached(FaultApplied).none_but(HandleAction, sdk_action_payload=(None, "", "12345"))
    asked.none_but(DecodeCallback, sdk_action_payload=(None, "", "12345"))


@case(FLT_5, [*NO_ANSWERS, *DOUBTFUL])
def test_what_is_no_answer_is_not_paid(trace: Trace) -> None:
    """Neither a payment nor a payload comes of it."""
    asked = not_taken(trace).none(HandleAction).none(DecodeCallback, outcome="success")
    asked.none_but(DecodeCallback, sdk_action_payload=(None, ""))


@case(FLT_6, [OF_ANOTHER])
def test_another_customers_order_is_not_paid(trace: Trace) -> None:
    """The second customer is told of no success with the first one's order."""
    not_taken(trace, 1)


@case(FLT_10, [REDIRECTED])
def test_a_redirect_is_not_followed(trace: Trace) -> None:
    """No request arrives at the address that the redirect names."""
    expect(trace).reached(FaultApplied).none(RedirectFollowed)


def nothing_comes_of_it(trace: Trace, payment: int = 0) -> None:
    """Nobody takes or reports a payment, the client SDK's callback included, and nobody passes on the payload."""
    asked = not_taken(trace, payment).none(DecodeCallback, outcome="success")
    answer = trace.scenario.payments[payment].answer
    payload = None if answer is None else answer.payload_of(trace.codes[payment].tag)
    if payload is not None:
        asked.none(ServerAnswer, sdk_action_payload=payload)
        asked.none(HandleAction, sdk_action_payload=payload).none(DecodeCallback, sdk_action_payload=payload)


def not_taken(trace: Trace, payment: int = 0) -> Expectation:
    """The fault was met, and nobody takes or reports a payment."""
    asked = expect(trace, payment).reached(FaultApplied).none(NotifyPayment, result_status="S")
    return asked.none(ServerAnswer, payment_status="S").none(ResultPage, status="S")
