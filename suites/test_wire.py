"""The message layer between MPP server and Alipay+: official documentation beside the source document."""

from mpp_conformance.judging.oracle import expect
from mpp_conformance.judging.trace import Trace
from mpp_conformance.ledger.requirements import DOCUMENTED, MPP_SERVER, MUST, case, requirement
from mpp_conformance.ledger.source import MESSAGE_LAYER
from mpp_conformance.protocol.messages import GATEWAY, Malformed, NotifyPayment, Scan, UserInitiatedPay
from mpp_conformance.scenarios.cells import BOTH, psp, sdk
from mpp_conformance.scenarios.scenario import UNFUNDED

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


@case(WIRE_1, [made for code in BOTH for made in (psp(code), psp(code, customer=UNFUNDED), sdk(code, "F"))])
def test_requests_are_signed(trace: Trace) -> None:
    """The signature of each request verifies with the MPP's public key; one by another key proves nothing."""
    asked = expect(trace).reached(UserInitiatedPay)
    for kind in (UserInitiatedPay, NotifyPayment):
        asked.none_but(kind, signature=("valid", "foreign"))
    foreign = [event for event in trace.events if getattr(event.message, "signature", "valid") == "foreign"]
    asked.given(not foreign, "[keys] client_id and mpp_public_key to be those of the MPP server")


@case(WIRE_2, [made for code in BOTH for made in (psp(code), psp(code, customer=UNFUNDED), sdk(code, "F"))])
def test_requests_conform_to_the_interface(trace: Trace) -> None:
    """Each request is well-formed."""
    asked = expect(trace).reached(Scan)
    # Of identifyCode no official page was seen: what is wrong with such a call accuses nobody.
    for kind in (UserInitiatedPay, NotifyPayment):
        asked.none(Malformed, where=GATEWAY, operation=kind.__name__)
    asked.reached(UserInitiatedPay)
