"""The message layer between MPP server and Alipay+: official documentation beside the source document."""

from mpp_conformance.judging.oracle import expect
from mpp_conformance.judging.trace import Trace
from mpp_conformance.ledger.requirements import DOCUMENTED, MPP_SERVER, MUST, case, requirement
from mpp_conformance.ledger.source import MESSAGE_LAYER
from mpp_conformance.protocol.messages import GATEWAY, Malformed, Message, NotifyPayment, Scan, UserInitiatedPay
from mpp_conformance.scenarios.cells import BOTH, psp, sdk
from mpp_conformance.scenarios.rounds import a_round
from mpp_conformance.scenarios.scenario import UNFUNDED, Scenario

WIRE_1 = requirement(
    "WIRE-1",
    MUST,
    DOCUMENTED,
    actor=MPP_SERVER,
    clauses=[MESSAGE_LAYER.at("signature of a request")],
    text="The server signs every request to Alipay+: RSA-2048 with SHA-256 over the bytes that are sent.",
)
WIRE_2 = requirement(
    "WIRE-2",
    MUST,
    DOCUMENTED,
    actor=MPP_SERVER,
    clauses=[MESSAGE_LAYER.at("userInitiatedPay, request"), MESSAGE_LAYER.at("notifyPayment, request")],
    text="Requests to Alipay+ have their required fields; scalars are strings; an unused field is absent, never empty.",
)

NOT_VERIFIED = ("missing", "unreadable", "invalid")


HELD: list[Scenario] = [
    made for code in BOTH for made in (psp(code), psp(code, customer=UNFUNDED), sdk(code, "F"), a_round(code))
]


@case(WIRE_1, HELD)
def test_requests_are_signed(trace: Trace) -> None:
    """The signature of each request verifies with the MPP's public key; one by another key proves nothing."""
    asked = expect(trace).reached(Scan)
    for index in range(len(trace.scenario.payments)):
        for kind in (UserInitiatedPay, NotifyPayment):
            for outcome in NOT_VERIFIED:
                wrong = {"where": GATEWAY, "operation": kind.__name__, "signature": outcome}
                expect(trace, index).none(Malformed, **wrong)
            expect(trace.readable(), index).none_but(kind, signature=("valid", "foreign"))
    asked.given(bool(questions(trace)), "Alipay+ to be asked")
    foreign = [event for event in trace.events if getattr(event.message, "signature", "valid") == "foreign"]
    asked.given(not foreign, "[keys] client_id and mpp_public_key to be those of the MPP server")


@case(WIRE_2, HELD)
def test_requests_conform_to_the_interface(trace: Trace) -> None:
    """Each request is well-formed."""
    asked = expect(trace).reached(Scan)
    # Of identifyCode no official page was seen: what is wrong with such a call accuses nobody.
    for index in range(len(trace.scenario.payments)):
        for kind in (UserInitiatedPay, NotifyPayment):
            expect(trace, index).none(Malformed, where=GATEWAY, operation=kind.__name__)
    asked.reached(UserInitiatedPay)


def questions(trace: Trace) -> list[Message]:
    """What was sent as userInitiatedPay, whether it could be read or not."""
    sent = [event.message for event in trace.events]
    name = UserInitiatedPay.__name__
    return [said for said in sent if name == (said.operation if isinstance(said, Malformed) else said.name)]
