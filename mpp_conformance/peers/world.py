"""One conversation: the peers around the MPP joined together, and the record they leave.

The world is told what the wallet says (`receive`) and says what is to be said to the wallet; who carries it, and how
long anybody waits, is a connector's business.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from mpp_conformance import wire
from mpp_conformance.judging.trace import BROKEN, Event, Half, Trace
from mpp_conformance.peers.alipay_plus import AlipayPlus, continues, filled, payment_request_id
from mpp_conformance.peers.mpp_server import ANSWERS, Calls, said
from mpp_conformance.peers.refusals import refusal_of
from mpp_conformance.protocol.faults import FAULTS, Fault
from mpp_conformance.protocol.messages import (
    GATEWAY,
    HANDLE_BY_SDK,
    AdaptorAnswer,
    AdaptorCall,
    AdaptorHealth,
    CashierPage,
    Decode,
    DecodeCallback,
    FaultApplied,
    HandleAction,
    IdentifyCode,
    Launch,
    Malformed,
    Message,
    NotifyPayment,
    ResultPage,
    Scan,
    ServerAnswer,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios.scenario import ENTRY, FOREIGN, HEALTH, Codes, Probe, Profile, Scenario, codes_for

MAX_EVENTS: Final = 2_000
"""A wallet that talks without end is cut off: the rest is not recorded, and the conversation is a broken one."""
MAX_HTTP: Final = 16 * 1024 * 1024
"""Bytes of HTTP that are kept of one conversation; a wallet that sends more is cut off likewise."""
_ASKED: Final[frozenset[type[Message]]] = frozenset((UserInitiatedPay, Malformed))
"""What counts as a call to Alipay+, whether it could be read or not."""
_BESIDE: Final = ANSWERS | {IdentifyCode.__name__}
"""What could not be read of these tells nothing of the payment."""
_MOST_UNDECIDED: Final = 50
"""A wallet that has asked as often as this, and was answered ``U`` or nothing to be believed, may ask for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoilt:
    """What goes out instead of an answer: ``answer`` with the defect of ``fault``; ``attempt`` as `FaultApplied`.

    ``text``: the body itself, where the profile takes the scenario's.
    """

    answer: UserInitiatedPayAnswer
    fault: Fault
    attempt: int
    text: str = ""

    def body(self, gateway_url: str = wire.GATEWAY_URL) -> bytes:
        """The body that goes out if Alipay+ is at ``gateway_url``."""
        return wire.spoilt(self.answer, self.fault, gateway_url=gateway_url, text=self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A message for the wallet, and the payment it belongs to; a reply goes back in the exchange that asked.

    ``spoilt``: it does not go out as it is; nothing is recorded of it until `World.applied` says that it has gone.
    ``event`` is its number in the record, 0 where it is not recorded.
    """

    payment: int
    message: Message
    spoilt: Spoilt | None = None
    event: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """What came when its conversation was over, and the answer to it; ``event``, ``answer``: numbers in the record."""

    event: int
    reply: wire.Answer | None = None
    answer: int = 0


@dataclass(slots=True)
class World:
    """The consumer, the merchant page, the client SDK and Alipay+ of one scenario.

    ``run`` makes code values and tokens unlike those of any other run; ``clock`` gives seconds.
    """

    scenario: Scenario
    run: str
    profile: Profile
    clock: Callable[[], float]
    codes: tuple[Codes, ...] = field(init=False)
    alipay_plus: AlipayPlus = field(init=False)
    _events: list[Event] = field(default_factory=list)
    _begun: set[int] = field(default_factory=set)
    _seen: dict[int, set[type[Message]]] = field(default_factory=dict)
    _decoding: set[int] = field(default_factory=set)
    _spoiling: dict[int, int] = field(default_factory=dict)
    """How many answers were given to payments whose answers are spoilt."""
    _decided: set[int] = field(default_factory=set)
    """Those of them that have been given an answer to be believed all the same."""
    _failed: set[int] = field(default_factory=set)
    """The payments whose consumers were shown a failure."""
    _calls: tuple[Calls, ...] = field(init=False)
    cut_off: str = field(init=False, default="")
    """What the wallet has said more of than is recorded, in words; empty where all of it is."""
    _kept: int = 0
    _tokens: tuple[str, ...] = field(init=False)
    _started: float = field(init=False)

    def __post_init__(self) -> None:
        templates = self.profile.templates
        indices = range(len(self.scenario.payments))
        self.codes = tuple(codes_for(self.scenario, index, run=self.run, templates=templates) for index in indices)
        self._calls = tuple(Calls(payment.calls) for payment in self.scenario.payments)
        self.alipay_plus = AlipayPlus(self.scenario, self.codes, self.profile)
        seed = f"{self.run}/{self.scenario.digest}"
        self._tokens = tuple(hashlib.sha256(f"{seed}/{at}/token".encode()).hexdigest()[:32] for at in indices)
        self._started = self.clock()

    def begin(self) -> list[Sending]:
        """The consumer's first scan; all of them where the scenario holds its payments together."""
        count = len(self.scenario.payments) if self.scenario.together else 1
        return [self._scan(index) for index in range(count)]

    def probed(self, probe: Probe, status: str) -> int:
        """Record what the adaptor was asked, and what became of it; the number of the first of these in the record."""
        if probe.operation == HEALTH:
            return self._record(0, AdaptorHealth(status=status))
        event = self._record(0, AdaptorCall(operation=probe.operation, body=probe.body))
        self._record(0, AdaptorAnswer(status=status))
        return event

    def receive(self, payment: int, message: Message, notes: Sequence[tuple[str, str]] = ()) -> list[Sending]:
        """Record what the wallet said at this payment; what the peers say to that, replies first."""
        self._record(payment, message, notes)
        # A cashier page that comes before the decision is none of a payment that Alipay+ knows.
        early = isinstance(message, CashierPage) and self.alipay_plus.answer_given(payment) is None
        if not early and not (isinstance(message, Malformed) and message.operation in _BESIDE):
            self._seen.setdefault(payment, set()).add(type(message))
        if isinstance(message, ResultPage) and message.status == "F":
            self._failed.add(payment)
        self._calls[payment].answered(message)
        sendings = [
            said if said.spoilt else self._sent(said.payment, said.message)
            for said in (*self._react(payment, message), *self._asked(payment))
        ]
        return [*sendings, *self._following()]

    def noted(self, payment: int, message: Message, notes: Sequence[tuple[str, str]] = ()) -> int:
        """Record what nobody reacts to any more; its number in the record, 0 where it finds no room."""
        return self._record(payment, message, notes)

    def late(self, payment: int, message: Message, notes: Sequence[tuple[str, str]] = ()) -> Late:
        """Record what the wallet said when the conversation was over: a call is answered truthfully, and no more."""
        event = self._record(payment, message, notes)
        if isinstance(message, UserInitiatedPay):
            reply: wire.Answer = self.alipay_plus.decode(payment, message)
        elif isinstance(message, NotifyPayment):
            reply = self.alipay_plus.learn(payment, message)
        elif isinstance(message, IdentifyCode):
            reply = self.alipay_plus.identify(payment, message)
        else:
            return Late(event=event)
        return Late(event=event, reply=reply, answer=self._record(payment, reply))

    def applied(self, payment: int, spoilt: Spoilt, *halves: Half, complete: bool = True) -> list[Sending]:
        """Record that a spoilt answer has gone out, and what of it an MPP can believe; what the peers say next.

        ``halves``: what HTTP carried of it; ``complete``: the MPP has not hung up before its end.
        """
        event = self._record(payment, FaultApplied(fault=spoilt.fault.name, attempt=spoilt.attempt))
        self.carried(event, *halves)
        told = wire.believed(UserInitiatedPay, wire.arrived(spoilt.body(), spoilt.fault)) if complete else None
        if isinstance(told, UserInitiatedPayAnswer):
            self._record(payment, replace(told, body=spoilt.answer.body))
            own = told.order is None or told.order.payment_request_id == payment_request_id(self.codes[payment])
            if own and told.result_status != "U":
                self._decided.add(payment)
        return self._following()

    def _following(self) -> list[Sending]:
        """The consumer's next scan, once nothing is awaited any more."""
        following = len(self._begun)
        if following in (0, len(self.scenario.payments)):
            return []
        return [] if any(self.awaited(index) for index in self._begun) else [self._scan(following)]

    def awaited(self, payment: int) -> set[type[Message]]:
        """What a conforming wallet still has to say at a payment, by message type; nothing may be awaited at all.

        Waiting is no judgement: what never comes only makes the conversation longer.
        """
        answer = self._calls[payment].awaited
        return self._owed(payment) | (set() if answer is None else {answer})

    def _owed(self, payment: int) -> set[type[Message]]:
        """The same without answers to what Alipay+ asks by itself."""
        code = self.scenario.payments[payment].code
        seen = self._seen.get(payment, set())
        if code == FOREIGN:
            return set()
        expected: set[type[Message]] = {UserInitiatedPay}
        if code == ENTRY:
            expected.add(Launch)
        if payment in self._spoiling and payment not in self._decided:
            return self._end(payment) if self._spoiling[payment] < _MOST_UNDECIDED else set()
        answer = self.alipay_plus.answer_given(payment)
        if answer is None and 0 < self.alipay_plus.unknown_given(payment) < _MOST_UNDECIDED:
            return self._end(payment)
        if answer is None:
            # A refused call is answered, and nothing is sure to follow.
            return expected - seen if seen.isdisjoint(_ASKED) else set()
        if self.profile.app_link:
            expected.add(ServerAnswer)
        if answer.action_type == HANDLE_BY_SDK:
            expected.add(DecodeCallback if code == ENTRY else HandleAction)
        else:
            expected |= {ResultPage} | ({DecodeCallback} if code == ENTRY else set())
            told = self.scenario.payments[payment].again or self._calls[payment].cancelled
            if continues(answer) and not told:
                expected.add(NotifyPayment)
        return (expected - seen) | ({NotifyPayment} if self.alipay_plus.notice_wanted(payment) else set())

    def current(self, payment: int, customer: str = "") -> int:
        """The payment that a question about a code belongs to, of those that were begun with the same code.

        The latest one, unless ``customer`` has scanned the code in an earlier one only.
        """
        last = payment
        while last + 1 in self._begun and self.scenario.payments[last + 1].again:
            last += 1
        begun = range(last, payment - 1, -1)
        own = (at for at in begun if self.profile.customer(self.scenario.payments[at].customer) == customer)
        return next(own, last)

    def asking(self, payment: int) -> bool:
        """Whether Alipay+ waits for an answer of the MPP server about a payment."""
        return self._calls[payment].waiting

    def carried(self, event: int, *halves: Half) -> None:
        """Keep what HTTP carried of a recorded message, by its number in the record (0: of none)."""
        self._kept += sum(half.size for half in halves)
        if self._kept > MAX_HTTP:
            self.cut_off = f"{MAX_HTTP} bytes of HTTP"
        elif event:
            known = self._events[event - 1]
            self._events[event - 1] = replace(known, http=known.http + halves)

    def _end(self, payment: int) -> set[type[Message]]:
        """What an MPP says that has no decision: it asks again, or it gives up and says so in one way or another."""
        seen = self._seen.get(payment, set())
        last: type[Message] = DecodeCallback if self.scenario.payments[payment].code == ENTRY else ResultPage
        end: set[type[Message]] = {ResultPage, last}
        return end - seen if seen.isdisjoint({HandleAction, last}) else set()

    @property
    def finished(self) -> bool:
        """Every payment was begun, and nothing is waited for any more."""
        everyone = range(len(self.scenario.payments))
        return len(self._begun) == len(everyone) and not any(self.awaited(index) for index in everyone)

    @property
    def recorded(self) -> int:
        """How many messages the record holds: the number of the latest."""
        return len(self._events)

    def heard_after(self, payment: int, number: int) -> bool:
        """Whether the wallet has said anything at a payment after the message of this number."""
        return any(e.payment == payment and e.number > number and not e.message.by_suite for e in self._events)

    @property
    def silent(self) -> bool:
        """Nothing sure to come tells the end of a conversation: only a longer silence does."""
        return any(
            self.scenario.payments[index].code == FOREIGN
            or (self.alipay_plus.answer_given(index) is None and index not in self._spoiling)
            for index in self._begun
        )

    def token(self, payment: int) -> str:
        """The unguessable name that the wallet's reports on this payment bear."""
        return self._tokens[payment]

    def trace(self, ending: str, trouble: str = "") -> Trace:
        """The record so far; BROKEN, whatever ``ending`` says, if the wallet said more than is recorded."""
        if self.cut_off:
            ending, trouble = BROKEN, f"the conversation had more than {self.cut_off}"
        return Trace(
            scenario=self.scenario,
            codes=self.codes,
            events=tuple(self._events),
            ending=ending,
            trouble=trouble,
            app_link=self.profile.app_link,
        )

    def _scan(self, index: int) -> Sending:
        self._begun.add(index)
        customer = self.profile.customer(self.scenario.payments[index].customer)
        scan = Scan(code_value=self.codes[index].scanned, customer_id=customer)
        return self._sent(index, scan)

    def _sent(self, payment: int, message: Message) -> Sending:
        return Sending(payment=payment, message=message, event=self._record(payment, message))

    def _react(self, payment: int, message: Message) -> list[Sending]:
        if isinstance(message, UserInitiatedPay):
            return [self._answer(payment, message)]
        if isinstance(message, NotifyPayment):
            return [Sending(payment=payment, message=self.alipay_plus.learn(payment, message))]
        if isinstance(message, IdentifyCode):
            return [Sending(payment=payment, message=self.alipay_plus.identify(payment, message))]
        if isinstance(message, Malformed) and message.where == GATEWAY and message.operation not in ANSWERS:
            return [Sending(payment=payment, message=refusal_of(message))]
        if isinstance(message, Launch):
            return self._merchant_page(payment, message)
        return []

    def _answer(self, payment: int, request: UserInitiatedPay) -> Sending:
        """The answer to userInitiatedPay; a decision, and no refusal, has the defect that the scenario asks for."""
        answer, name = self.alipay_plus.decode(payment, request), self.scenario.payments[payment].fault
        if not name or answer is not self.alipay_plus.answer_given(payment):
            return Sending(payment=payment, message=answer)
        fault = FAULTS[name]
        attempt = self._spoiling[payment] = self._spoiling.get(payment, 0) + 1
        if not fault.spoils(attempt):
            self._decided.add(payment)
            return Sending(payment=payment, message=answer)
        if fault.undecided:
            self.alipay_plus.forget(payment)
        given = self.alipay_plus.answer_given(payment - 1) if fault.instead else answer
        if given is None:
            self._decided.add(payment)
            return Sending(payment=payment, message=answer)
        text = self._given(payment) if fault.given else ""
        spoilt = Spoilt(answer=given, fault=fault, attempt=attempt, text=text)
        return Sending(payment=payment, message=given, spoilt=spoilt)

    def _given(self, payment: int) -> str:
        """The body that the scenario gives, made this payment's own; empty where it gives none."""
        written = self.scenario.payments[payment].answer
        order, tag = self.alipay_plus.order_of(payment), self.codes[payment].tag
        return filled(written.body, order, tag) if written else ""

    def _asked(self, payment: int) -> list[Sending]:
        """What Alipay+ asks the MPP server by itself, if it is time."""
        if not self._calls[payment].due:
            return []
        # A failure may be notified late, or never: nothing hangs on it.
        late = {NotifyPayment} if payment in self._failed else set()
        over = self.alipay_plus.answer_given(payment) is not None and not self._owed(payment) - late
        call = self._calls[payment].next(self._seen.get(payment, ()), over=over)
        return [] if call is None else [Sending(payment=payment, message=said(call, self.codes[payment]))]

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

    def _record(self, payment: int, message: Message, notes: Sequence[tuple[str, str]] = ()) -> int:
        """Write a message down; its number, 0 where it finds no room."""
        if len(self._events) == MAX_EVENTS:
            self.cut_off = f"{MAX_EVENTS} messages"
            return 0
        self._events.append(
            Event(
                number=len(self._events) + 1,
                payment=payment,
                message=message,
                at=round(self.clock() - self._started, 6),
                notes=tuple(notes),
            )
        )
        return len(self._events)
