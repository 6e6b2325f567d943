"""How the peers react to what the wallet says: the answers of Alipay+, the merchant page, the client SDK.

A message type that somebody around the MPP reacts to has its reaction here. Nothing is written down here, and nothing
waited for.
"""

from dataclasses import dataclass, field, replace
from typing import Final

from mpp_conformance import wire
from mpp_conformance.peers.alipay_plus import AlipayPlus, fill_in, payment_request_id
from mpp_conformance.peers.identification import forged_identity
from mpp_conformance.peers.mpp_server import ANSWERS
from mpp_conformance.peers.refusals import CLOSED, refusal, refusal_of
from mpp_conformance.protocol.faults import FAULTS, Fault
from mpp_conformance.protocol.messages import (
    GATEWAY,
    Decode,
    IdentifyCode,
    IdentifyCodeAnswer,
    Launch,
    Malformed,
    Message,
    NotifyPayment,
    Scan,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios.scenario import ENTRY, FOREIGN, NOON, Codes, Profile, Scenario

MOST_UNDECIDED: Final = 50
"""A wallet that has asked as often as this, and was answered ``U`` or nothing to be believed, may ask for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultyAnswer:
    """What goes out instead of an answer: ``answer`` with the defect of ``fault``; ``attempt`` as `FaultApplied`.

    ``text``: the body itself, where the profile takes the scenario's.
    """

    answer: UserInitiatedPayAnswer | IdentifyCodeAnswer
    fault: Fault
    attempt: int
    text: str = ""

    def body(self, gateway_url: str = wire.GATEWAY_URL) -> bytes:
        """The body that goes out if Alipay+ is at ``gateway_url``."""
        return wire.faulty_body(self.answer, self.fault, gateway_url=gateway_url, text=self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A message for the wallet, and the payment it belongs to; a reply goes back in the exchange that asked.

    ``faulty_answer``: what goes out in place of ``message``; `World.record_faulty_answer` records it when it has gone.
    ``event`` is its number in the record, 0 where it is not recorded.
    """

    payment: int
    message: Message
    faulty_answer: FaultyAnswer | None = None
    event: int = field(default=0, compare=False)


@dataclass(slots=True)
class Reactions:
    """The consumer, the merchant page, the client SDK and Alipay+ of one scenario, as far as they speak."""

    scenario: Scenario
    profile: Profile
    codes: tuple[Codes, ...]
    now: str = NOON
    alipay_plus: AlipayPlus = field(init=False)
    spoiling: dict[int, int] = field(default_factory=dict)
    """How many answers were given to payments whose answers are faulty."""
    decided: set[int] = field(default_factory=set)
    """Those of them that have been given an answer to be believed all the same."""
    _decoding: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.alipay_plus = AlipayPlus(self.scenario, self.codes, self.profile, self.now)

    def scan(self, index: int) -> Scan:
        """The consumer scans the code of a payment."""
        customer = self.profile.customer(self.scenario.payments[index].customer)
        return Scan(code_value=self.codes[index].scanned, customer_id=customer)

    def to(self, payment: int, message: Message) -> list[Sending]:
        """What the peers say to a message of the wallet, replies first."""
        if isinstance(message, UserInitiatedPay):
            return [self._answer(payment, message)]
        if isinstance(message, IdentifyCode) and message.signature == "valid":
            return [self._identity(payment, message)]
        answer = self.truth(payment, message)
        if answer is not None:
            return [Sending(payment=payment, message=answer)]
        if isinstance(message, Malformed) and message.where == GATEWAY and message.operation not in ANSWERS:
            return [Sending(payment=payment, message=refusal_of(message))]
        if isinstance(message, Launch):
            return self._merchant_page(payment, message)
        return []

    def truth(self, payment: int, message: Message) -> wire.Answer | None:
        """The truthful answer of Alipay+ to a call; ``None`` where it is no call that it answers.

        There is none where the scenario gives one that breaks the interface: it goes out by hand, or not at all.
        """
        if isinstance(message, UserInitiatedPay):
            fault = FAULTS.get(self.scenario.payments[payment].fault)
            return None if fault is not None and fault.given else self.alipay_plus.decode(payment, message)
        if isinstance(message, NotifyPayment):
            return self.alipay_plus.learn(payment, message)
        if isinstance(message, IdentifyCode):
            return self.alipay_plus.identify(payment, message)
        return None

    def late(self, payment: int, message: Message) -> wire.Answer | None:
        """As `truth`, when the conversation is over; an order whose answers were all faulty is closed by then.

        A sound answer to an MPP that still asks would lead to what the faulty ones must not lead to.
        """
        if isinstance(message, UserInitiatedPay) and payment in self.spoiling and payment not in self.decided:
            return refusal(UserInitiatedPayAnswer, *CLOSED)
        return self.truth(payment, message)

    def believable_answer(self, payment: int, faulty: FaultyAnswer) -> UserInitiatedPayAnswer | None:
        """What an MPP can believe of a faulty answer that has gone out; ``None`` where it is no answer.

        Of a code that is none of Alipay+'s nothing is ever told that an MPP can believe.
        """
        if isinstance(faulty.answer, IdentifyCodeAnswer):
            return None
        told = wire.believable_answer(UserInitiatedPay, wire.receive(faulty.body(), faulty.fault))
        if not isinstance(told, UserInitiatedPayAnswer):
            return None
        own = told.order is None or told.order.payment_request_id == payment_request_id(self.codes[payment])
        if own and told.result_status != "U":
            self.decided.add(payment)
        return replace(told, body=faulty.answer.body)

    def _answer(self, payment: int, request: UserInitiatedPay) -> Sending:
        """The answer to userInitiatedPay; a decision, and no refusal, has the defect that the scenario asks for."""
        answer, name = self.alipay_plus.decode(payment, request), self.scenario.payments[payment].fault
        if not name or answer is not self.alipay_plus.decision(payment):
            return Sending(payment=payment, message=answer)
        fault = FAULTS[name]
        attempt = self.spoiling[payment] = self.spoiling.get(payment, 0) + 1
        if not fault.spoils(attempt):
            self.decided.add(payment)
            return Sending(payment=payment, message=answer)
        if fault.undecided:
            self.alipay_plus.forget(payment)
        given = self.alipay_plus.decision(payment - 1) if fault.instead else answer
        if given is None:
            self.decided.add(payment)
            return Sending(payment=payment, message=answer)
        text = self._given(payment) if fault.given else ""
        faulty = FaultyAnswer(answer=given, fault=fault, attempt=attempt, text=text)
        return Sending(payment=payment, message=given, faulty_answer=faulty)

    def _identity(self, payment: int, request: IdentifyCode) -> Sending:
        """The answer to identifyCode; of a code of nobody's a forged one, where the scenario asks for that."""
        answer, asked = self.alipay_plus.identify(payment, request), self.scenario.payments[payment]
        if not asked.fault or asked.code != FOREIGN:
            return Sending(payment=payment, message=answer)
        attempt = self.spoiling[payment] = self.spoiling.get(payment, 0) + 1
        forged = forged_identity(self.codes[payment])
        faulty = FaultyAnswer(answer=forged, fault=FAULTS[asked.fault], attempt=attempt)
        return Sending(payment=payment, message=forged, faulty_answer=faulty)

    def _given(self, payment: int) -> str:
        """The body that the scenario gives, made this payment's own; empty where it gives none."""
        written = self.scenario.payments[payment].answer
        order, tag = self.alipay_plus.order_of(payment), self.codes[payment].tag
        return fill_in(written.body, order, tag) if written else ""

    def _merchant_page(self, payment: int, launch: Launch) -> list[Sending]:
        """The SDK opens the merchant page, the consumer enters the amount, the SDK intercepts the order code.

        Source document, entry code steps 7-15. The consumer pays once, however often the page is opened.
        """
        codes = self.codes[payment]
        opens = self.scenario.payments[payment].code == ENTRY and codes.page_id in launch.url
        if not opens or payment in self._decoding:
            return []
        self._decoding.add(payment)
        decode = Decode(code_value=codes.decoded, callback=f"cb-{codes.order_id}")
        return [Sending(payment=payment, message=decode)]
