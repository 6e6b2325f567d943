"""One conversation: the peers around the MPP joined together, and the record they leave.

The world is told what the wallet says (`receive`) and says what is to be said to the wallet; who carries it, and how
long anybody waits, is a connector's business. What is still awaited is in `awaited`, who says what in `reactions`, and
what is written down in `record`.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mpp_conformance import wire
from mpp_conformance.judging.trace import HUNG_UP, WENT_ON, Half, Trace
from mpp_conformance.peers.alipay_plus import AlipayPlus
from mpp_conformance.peers.mpp_server import message_of
from mpp_conformance.peers.obligations import Obligations
from mpp_conformance.peers.reactions import FaultyAnswer, Reactions, Sending
from mpp_conformance.peers.record import Record, kind_of
from mpp_conformance.protocol.messages import (
    AdaptorAnswer,
    AdaptorCall,
    AdaptorHealth,
    FaultApplied,
    Message,
    Scan,
)
from mpp_conformance.scenarios.scenario import ENTRY, HEALTH, NOON, Codes, Probe, Profile, Scenario, codes_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """What came when its conversation was over, and the answer to it; ``event``, ``answer``: numbers in the record."""

    event: int
    reply: wire.Answer | None = None
    answer: int = 0


@dataclass(slots=True)
class World:
    """The consumer, the merchant page, the client SDK and Alipay+ of one scenario.

    ``run`` makes code values and tokens unlike those of any other run; ``clock`` gives seconds; ``now``: the time
    by the clock of the wallet when it begins (ISO 8601).
    """

    scenario: Scenario
    run: str
    profile: Profile
    clock: Callable[[], float]
    now: str = NOON
    codes: tuple[Codes, ...] = field(init=False)
    alipay_plus: AlipayPlus = field(init=False)
    _peers: Reactions = field(init=False)
    _obligations: Obligations = field(init=False)
    _record: Record = field(init=False)
    unowed: bool = field(init=False, default=False)
    """The latest message of the wallet was none that it owed, nor one that was called for once more."""
    _begun: dict[int, None] = field(default_factory=dict)
    """The payments that were begun, in that order."""
    _tokens: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        templates = self.profile.templates
        indices = range(len(self.scenario.payments))
        self.codes = tuple(codes_for(self.scenario, index, run=self.run, templates=templates) for index in indices)
        self._peers = Reactions(self.scenario, self.profile, self.codes, self.now)
        self.alipay_plus = self._peers.alipay_plus
        self._obligations = Obligations(self._peers)
        seed = f"{self.run}/{self.scenario.digest}"
        self._tokens = tuple(hashlib.sha256(f"{seed}/{at}/token".encode()).hexdigest()[:32] for at in indices)
        self._record = Record(self.clock)

    # --- what happens -------------------------------------------------------------------------------------------------

    def begin(self) -> list[Sending]:
        """The consumer's first scan; all of them where the scenario holds its payments together."""
        count = len(self.scenario.payments) if self.scenario.together else 1
        return [self._scan(index) for index in range(count)]

    def record_probe(self, probe: Probe, status: str) -> int:
        """Record what the adaptor was asked, and what became of it; the number of the first of these in the record."""
        if probe.operation == HEALTH:
            return self._record.write(0, AdaptorHealth(status=status))
        event = self._record.write(0, AdaptorCall(operation=probe.operation, body=probe.body))
        self._record.write(0, AdaptorAnswer(status=status))
        return event

    def receive(self, payment: int, message: Message, notes: Sequence[tuple[str, str]] = ()) -> list[Sending]:
        """Record what the wallet said at this payment; what the peers say to that, replies first."""
        owed = kind_of(message) in {kind.__name__ for kind in self.awaited(payment)}
        self.unowed = not (owed or self._record.prompted(payment, kind_of(message)))
        self._record.write(payment, message, notes)
        self._obligations.heard(payment, message)
        sendings = [
            sending if sending.faulty_answer else self._sent(sending.payment, sending.message)
            for sending in (*self._peers.to(payment, message), *self._asked())
        ]
        return [*sendings, *self._following()]

    def record_late(self, payment: int, message: Message, notes: Sequence[tuple[str, str]] = ()) -> int:
        """Record what nobody reacts to any more; its number in the record, 0 where it finds no room."""
        return self._record.write(payment, message, notes)

    def late(self, payment: int, message: Message, notes: Sequence[tuple[str, str]] = ()) -> Late:
        """Record what the wallet said when the conversation was over: a call is answered, and no more."""
        event = self._record.write(payment, message, notes)
        reply = self._peers.late(payment, message)
        return (
            Late(event=event)
            if reply is None
            else Late(event=event, reply=reply, answer=self._record.write(payment, reply))
        )

    def record_faulty_answer(
        self, payment: int, faulty: FaultyAnswer, *halves: Half, complete: bool = True
    ) -> list[Sending]:
        """Record that a faulty answer has gone out, and what of it an MPP can believe; what the peers say next.

        ``halves``: what HTTP carried of it; ``complete``: the MPP has not hung up before its end.
        """
        event = self._record.write(payment, FaultApplied(fault=faulty.fault.name, attempt=faulty.attempt))
        self.attach_http(event, *halves)
        told = self._peers.believable_answer(payment, faulty) if complete else None
        if told is not None:
            self._record.write(payment, told)
        return self._following()

    def attach_http(self, event: int, *halves: Half) -> None:
        """Keep what HTTP carried of a recorded message, by its number in the record (0: of none)."""
        self._record.attach_http(event, *halves)

    def went_on(self, event: int, *, hung_up: bool = False) -> None:
        """The consumer has confirmed the cashier page of this number before Alipay+ was answered what it asked then.

        ``hung_up``: the adaptor did not wait for the answer of its report.
        """
        self._record.remark(event, WENT_ON)
        if hung_up:
            self._record.remark(event, HUNG_UP)

    def noted_at_scan(self, payment: int, note: tuple[str, str]) -> bool:
        """Note something once beside the scan of a payment; false where it was there, or nothing was scanned."""
        return self._record.remark(self._record.latest(payment, Scan), note)

    # --- what is asked of it ------------------------------------------------------------------------------------------

    def awaited(self, payment: int) -> set[type[Message]]:
        """What a conforming wallet still has to say at a payment, by message type; nothing may be awaited at all."""
        return self._obligations.at(payment)

    def repeatable(self, payment: int) -> set[type[Message]]:
        """As `awaited`, of the calls to Alipay+ that are not, and that an MPP may well make again."""
        return self._obligations.repeatable(payment)

    def asking(self, payment: int) -> bool:
        """Whether Alipay+ waits for an answer of the MPP server about a payment."""
        return self._obligations.asking(payment)

    def current(self, payment: int, code_value: str, customer: str = "") -> int:
        """The payment that a question about a code belongs to, of those that were begun with the same code.

        The latest one, unless ``customer`` has scanned the code in an earlier one only. The order code behind an entry
        code belongs to one payment alone.
        """
        if self.scenario.payments[payment].code == ENTRY and self.codes[payment].page_id not in code_value:
            return payment
        last = payment
        while last + 1 in self._begun and self.scenario.payments[last + 1].again:
            last += 1
        begun = range(last, payment - 1, -1)
        own = (at for at in begun if self.profile.customer(self.scenario.payments[at].customer) == customer)
        return next(own, last)

    @property
    def finished(self) -> bool:
        """Every payment was begun, and nothing is waited for any more."""
        everyone = range(len(self.scenario.payments))
        return len(self._begun) == len(everyone) and not any(self.awaited(index) for index in everyone)

    @property
    def owed(self) -> set[type[Message]]:
        """What a conforming wallet still has to say at the payments that were begun."""
        return {kind for index in self._begun for kind in self._obligations.owed(index)}

    @property
    def silent(self) -> bool:
        """Nothing sure to come tells the end of a conversation: only a longer silence does."""
        return any(self._obligations.silent(index) for index in self._begun)

    @property
    def recorded(self) -> int:
        """How many messages the record holds: the number of the latest."""
        return len(self._record)

    @property
    def cut_off(self) -> str:
        """What the wallet has said more of than is recorded, in words; empty where all of it is."""
        return self._record.cut_off

    def payment_ids(self, payment: int) -> frozenset[str]:
        """The paymentIds that the MPP has notified of a payment."""
        return self._record.payment_ids(payment)

    def heard_after(self, payment: int, number: int) -> bool:
        """Whether the wallet has said anything at a payment after the message of this number."""
        return self._record.heard_after(payment, number)

    def token(self, payment: int) -> str:
        """The unguessable name that the wallet's reports on this payment bear."""
        return self._tokens[payment]

    def trace(self, ending: str, trouble: str = "") -> Trace:
        """The record so far; BROKEN, whatever ``ending`` says, if the wallet said more than is recorded."""
        return self._record.trace(self.scenario, self.codes, self.profile, ending=ending, trouble=trouble)

    # --- the course of a conversation ---------------------------------------------------------------------------------

    def _following(self) -> list[Sending]:
        """The consumer's next scan, once nothing is awaited any more."""
        following = len(self._begun)
        if following in (0, len(self.scenario.payments)):
            return []
        return [] if any(map(self._obligations.hindering, reversed(self._begun))) else [self._scan(following)]

    def _scan(self, index: int) -> Sending:
        self._begun[index] = None
        return self._sent(index, self._peers.scan(index))

    def _sent(self, payment: int, message: Message) -> Sending:
        return Sending(payment=payment, message=message, event=self._record.write(payment, message))

    def _asked(self) -> list[Sending]:
        """What Alipay+ asks the MPP server by itself, if it is time; about the first payment of which it is."""
        due = self._obligations.due()
        if due is None:
            return []
        index, call = due
        return [Sending(payment=index, message=message_of(call, self.codes[index + call.about]))]
