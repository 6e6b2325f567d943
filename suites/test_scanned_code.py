"""What the MPP finds out about a scanned code, and what it does first: workflow steps up to userInitiatedPay."""

from mpp_conformance.judging.oracle import expect
from mpp_conformance.judging.sequences import of_each_scan
from mpp_conformance.judging.trace import Trace
from mpp_conformance.ledger.requirements import DERIVED, MPP_SERVER, MUST, SHOULD, STATED, case, requirement
from mpp_conformance.ledger.source import ENTRY_CODE, ORDER_CODE
from mpp_conformance.protocol.messages import (
    GATEWAY,
    Decode,
    IdentifyCode,
    IdentityAnswer,
    Launch,
    Malformed,
    Scan,
    UserInitiatedPay,
)
from mpp_conformance.scenarios.cells import (
    BEHIND_ONE_CODE,
    BOTH,
    SCANNED_TWICE,
    paid_then_foreign,
    psp,
)
from mpp_conformance.scenarios.rounds import launching, scanning
from mpp_conformance.scenarios.scenario import ENTRY, ORDER

NOT_LAUNCHED = "the order code not to be launched"
IDENTIFIED = "Alipay+ to have told the server what the code is, where the server asked"
LEFT_ALONE = "a code that is told for none to be left alone, which shows it where it is not reported"

SRV_1 = requirement(
    "SRV-1",
    MUST,
    STATED,
    actor=MPP_SERVER,
    clauses=[ENTRY_CODE.steps(4, 5), ORDER_CODE.steps(6)],
    text="The server finds out whether Alipay+ can decode a code value, and tells its client.",
)
SRV_2 = requirement(
    "SRV-2",
    MUST,
    STATED,
    actor=MPP_SERVER,
    clauses=[ENTRY_CODE.steps(17, 18), ORDER_CODE.steps(7, 8)],
    text="The server calls userInitiatedPay to have the code value decoded.",
)
SRV_9 = requirement(
    "SRV-9",
    SHOULD,
    DERIVED,
    actor=MPP_SERVER,
    clauses=[ENTRY_CODE.steps(4, 5), ORDER_CODE.steps(6)],
    text="A code that is none of Alipay+'s is not sent to be decoded, nor launched other than as AlipayConnect.",
)
SRV_10 = requirement(
    "SRV-10",
    SHOULD,
    DERIVED,
    actor=MPP_SERVER,
    clauses=[ENTRY_CODE.steps(4, 5), ORDER_CODE.steps(6)],
    text="Where the server has Alipay+ tell it what a code is, it asks about the code value that was scanned, and so "
    "that it can be read.",
)


@case(SRV_1, scanning(ENTRY))
def test_an_entry_code_is_launched_before_anything_is_decoded(trace: Trace) -> None:
    """The server knows a scanned entry code: launch comes first, userInitiatedPay only for the code that it led to."""
    of_each_scan(trace, ENTRY, told_for_an_entry_code)


@case(SRV_1, scanning(ORDER))
def test_an_order_code_is_decoded_and_not_launched(trace: Trace) -> None:
    """The server knows a scanned order code, by its report or by userInitiatedPay: the client does not launch it."""
    of_each_scan(trace, ORDER, told_for_an_order_code)


@case(SRV_1, [*SCANNED_TWICE, BEHIND_ONE_CODE])
def test_a_code_that_is_scanned_again_is_what_it_was(trace: Trace) -> None:
    """An order code that was scanned before is not launched, and an entry code is not sent to be decoded."""
    expect(trace, 0).reached(UserInitiatedPay)
    for index in sorted({event.payment for event in trace.events if isinstance(event.message, Scan)} - {0}):
        still_what_it_was(trace.opening(index), index)


@case(SRV_1, [paid_then_foreign(code) for code in BOTH])
def test_a_foreign_code_is_told_for_none(trace: Trace) -> None:
    """The server knows that a code is none of Alipay+'s: it reports so, or leaves the code alone."""
    # Whoever leaves the code of Alipay+'s alone that comes before has shown nothing.
    expect(trace, 0).reached(UserInitiatedPay)
    asked = expect(trace, 1).reached(Scan).given(not trace.unidentified(1), IDENTIFIED)
    if identity_reported(trace, 1):
        asked.none_but(IdentityAnswer, action=("NONE",))
    else:
        asked.given(left_alone(trace, 1), LEFT_ALONE)


@case(SRV_9, [paid_then_foreign(code) for code in BOTH])
def test_a_foreign_code_is_left_alone(trace: Trace) -> None:
    """It leads to no userInitiatedPay, and to no launch but with the user agent AlipayConnect."""
    expect(trace, 0).reached(UserInitiatedPay)
    asked = expect(trace, 1).reached(Scan).none(UserInitiatedPay)
    if any_launch(trace, 1):
        asked.each_holding(Launch, "user_agent", "AlipayConnect")


@case(SRV_10, map(psp, BOTH))
def test_what_is_asked_about_is_what_was_scanned(trace: Trace) -> None:
    """Each question of what a code is names the code value that was scanned or intercepted; many ask nothing."""
    expect(trace).reached(Scan).none(Malformed, where=GATEWAY, operation=IdentifyCode.__name__)
    expect(trace.readable()).none_but(IdentifyCode, code_value=(trace.codes[0].scanned, trace.codes[0].decoded))


@case(SRV_2, launching)
def test_the_intercepted_code_is_sent_to_alipay_plus(trace: Trace) -> None:
    """A decode request of the client SDK leads to userInitiatedPay."""
    of_each_scan(trace, ENTRY, intercepted_code_sent)


@case(SRV_2, scanning(ORDER))
def test_the_scanned_order_code_is_sent_to_alipay_plus(trace: Trace) -> None:
    """A scanned order code leads to userInitiatedPay."""
    of_each_scan(trace, ORDER, scanned_code_sent)


def told_for_an_entry_code(trace: Trace, payment: int) -> None:
    """The code scanned in this payment."""
    asked = expect(trace, payment).reached(Scan).given(not trace.unidentified(payment), IDENTIFIED)
    if identity_reported(trace, payment):
        asked.some(IdentityAnswer, action="OPEN_URL")
        own_code_told(trace, payment)
    asked.some(Launch).no_earlier(UserInitiatedPay, than=Launch)


def told_for_an_order_code(trace: Trace, payment: int) -> None:
    """The code scanned in this payment."""
    asked = expect(trace.opening(payment), payment).reached(Scan).given(not trace.unidentified(payment), IDENTIFIED)
    if identity_reported(trace, payment):
        asked.some(IdentityAnswer, action="DECODE").none(Launch)
        own_code_told(trace, payment)
    else:
        asked.some(UserInitiatedPay).none(Launch)


def still_what_it_was(trace: Trace, payment: int) -> None:
    """The code that is scanned in this payment, for the second time; it may be passed over."""
    is_order = trace.scenario.payments[payment].code == ORDER
    asked = expect(trace, payment).reached(Scan).none(IdentityAnswer, action="OPEN_URL" if is_order else "DECODE")
    if is_order:
        asked.none(Launch)
    elif not any_launch(trace, payment):
        asked.none(UserInitiatedPay, code_value=trace.codes[payment].scanned)


def own_code_told(trace: Trace, payment: int) -> None:
    """The client is told nothing of a code that somebody else has scanned."""
    own = trace.codes[payment]
    for other in sorted({codes.scanned for codes in trace.codes} - {own.scanned, own.decoded}):
        expect(trace, payment).none(IdentityAnswer, code_value=other)


def intercepted_code_sent(trace: Trace, payment: int) -> None:
    """The decode request of this payment leads to userInitiatedPay."""
    asked = expect(trace, payment).reached(Decode).given(not trace.unidentified(payment), IDENTIFIED)
    asked.some(UserInitiatedPay)


def scanned_code_sent(trace: Trace, payment: int) -> None:
    """The scan of this payment leads to userInitiatedPay."""
    asked = expect(trace, payment).reached(Scan).given(not trace.unidentified(payment), IDENTIFIED)
    asked.given(not any_launch(trace.opening(payment), payment), NOT_LAUNCHED).some(UserInitiatedPay)


def identity_reported(trace: Trace, payment: int = 0) -> bool:
    """Whether the wallet reports what its server tells its client of a code."""
    return any(isinstance(event.message, IdentityAnswer) for event in trace.of(payment))


def left_alone(trace: Trace, payment: int) -> bool:
    """Whether a code was neither sent to be decoded nor opened as one of Alipay+'s."""
    said = [event.message for event in trace.of(payment)]
    opened = [message.user_agent or "" for message in said if isinstance(message, Launch)]
    return all("AlipayConnect" in agent for agent in opened) and not any(isinstance(m, UserInitiatedPay) for m in said)


def any_launch(trace: Trace, payment: int = 0) -> bool:
    """Whether the client launched anything."""
    return any(isinstance(event.message, Launch) for event in trace.of(payment))
