"""What a conversation still awaits of a conforming wallet, and which call of Alipay+ is due.

Waiting is no judgement: what never comes only makes the conversation longer. A message type that a conforming wallet
owes is awaited here.
"""

from dataclasses import dataclass, field
from typing import Final

from mpp_conformance.peers.alipay_plus import continues
from mpp_conformance.peers.mpp_server import ANSWERS, PAYING_SHOWN, Calls
from mpp_conformance.peers.reactions import MOST_UNDECIDED, Reactions
from mpp_conformance.protocol.messages import (
    HANDLE_BY_SDK,
    CashierPage,
    DecodeCallback,
    HandleAction,
    IdentifyCode,
    Launch,
    Malformed,
    Message,
    NotifyPayment,
    ResultPage,
    ServerAnswer,
    Sighting,
    UserInitiatedPay,
)
from mpp_conformance.scenarios.scenario import ENTRY, FOREIGN, LAST, NEXT, PAYING, UNFUNDED, Call

_ASKED: Final[frozenset[type[Message]]] = frozenset((UserInitiatedPay, Malformed))
"""What counts as a call to Alipay+, whether it could be read or not."""
_BESIDE: Final = ANSWERS | {IdentifyCode.__name__}
"""What could not be read of these tells nothing of the payment."""


@dataclass(slots=True)
class Obligations:
    """What the wallet has said at each payment of one conversation, and what it still owes."""

    peers: Reactions
    _calls: tuple[Calls, ...] = field(init=False)
    _asked_about: tuple[int, ...] = field(init=False)
    """The payments that Alipay+ asks about by itself."""
    _seen: dict[int, set[type[Message]]] = field(default_factory=dict)
    _failed: set[int] = field(default_factory=set)
    """The payments whose consumers were shown a failure."""

    def __post_init__(self) -> None:
        self._calls = tuple(Calls(payment.calls) for payment in self.peers.scenario.payments)
        self._asked_about = tuple(index for index, calls in enumerate(self._calls) if calls.due)

    def heard(self, payment: int, message: Message) -> None:
        """The wallet has said this at a payment."""
        # A cashier page that comes before the decision is none of a payment that Alipay+ knows.
        early = isinstance(message, CashierPage) and self.peers.alipay_plus.decision(payment) is None
        if not early and not (isinstance(message, Malformed) and message.operation in _BESIDE):
            self._seen.setdefault(payment, set()).add(type(message))
        if isinstance(message, ResultPage) and message.status == "F":
            self._failed.add(payment)
        self._calls[payment].take_answer(message)

    def at(self, payment: int) -> set[type[Message]]:
        """What a conforming wallet still has to say at a payment, by message type; nothing may be awaited at all."""
        answer = self._calls[payment].awaited
        return self.owed(payment) | (set() if answer is None else {answer})

    def hindering(self, payment: int) -> set[type[Message]]:
        """As `at`, without what the next scan need not wait for: a failure may be notified late, or never."""
        awaited = self.owed(payment) if self._calls[payment].rests else self.at(payment)
        return awaited - ({NotifyPayment} if payment in self._failed else set())

    def asking(self, payment: int) -> bool:
        """Whether Alipay+ waits for an answer of the MPP server about a payment."""
        return self._calls[payment].waiting

    def due(self) -> tuple[int, Call] | None:
        """What Alipay+ asks the MPP server by itself now, and about which payment: the first of which it is time."""
        every_payment_over: bool | None = None
        for payment in self._asked_about:
            calls = self._calls[payment]
            if not calls.due:
                continue
            if calls.following.when in {NEXT, LAST} and every_payment_over is None:
                every_payment_over = self._all_over()
            if self._is_time(payment, calls.following, all_over=bool(every_payment_over)):
                return payment, calls.make()
        return None

    def _all_over(self) -> bool:
        """Whether nothing else is awaited of the wallet at any payment; the last one is the last to be over."""
        payments = range(len(self._calls) - 1, -1, -1)
        return all(self._calls[at].rests for at in payments) and all(self._over(at) for at in payments)

    def _is_time(self, payment: int, call: Call, *, all_over: bool) -> bool:
        """Whether a call about a payment is due; ``all_over``: nothing else is awaited of the wallet at any payment."""
        if call.when == PAYING:
            return not PAYING_SHOWN.isdisjoint(self._seen.get(payment, ()))
        if call.when == NEXT:
            return all_over or not PAYING_SHOWN.isdisjoint(self._seen.get(payment + 1, ()))
        if call.when == LAST:
            return all_over
        # Whoever can pay may try another card after a page of failure: that payment is over when it is notified.
        able = self.peers.scenario.payments[payment].customer != UNFUNDED
        return self._over(payment) and not (able and NotifyPayment in self.owed(payment))

    def _over(self, payment: int) -> bool:
        """Whether nothing hangs on what is still awaited: a failure may be notified late, or never."""
        late = {NotifyPayment} if payment in self._failed else set()
        return self.peers.alipay_plus.decision(payment) is not None and not self.owed(payment) - late

    def repeatable(self, payment: int) -> set[type[Message]]:
        """The calls to Alipay+ that are not awaited, and that an MPP may well make again for want of an answer."""
        peers = self.peers
        unmet = payment in peers.spoiling and payment not in peers.decided
        undecided = unmet or peers.alipay_plus.decision(payment) is None
        return {UserInitiatedPay} if undecided and UserInitiatedPay in self._seen.get(payment, ()) else set()

    def silent(self, payment: int) -> bool:
        """Nothing sure to come tells the end of this payment: only a longer silence does."""
        undecided = self.peers.alipay_plus.decision(payment) is None and payment not in self.peers.spoiling
        return self.peers.scenario.payments[payment].code == FOREIGN or undecided

    def owed(self, payment: int) -> set[type[Message]]:
        """What is awaited at a payment, without answers to what Alipay+ asks by itself.

        Of what nobody reports nothing is. A person says at once what the consumer saw: that, or nothing.
        """
        profile, reported = self.peers.profile, self._due(payment)
        hidden = profile.observes.nobodys
        if hidden:
            reported = {kind for kind in reported if kind.point not in hidden}
        if not profile.by_hand:
            return reported
        return reported - {ResultPage} | ({Sighting} - self._seen.get(payment, set()))

    def _due(self, payment: int) -> set[type[Message]]:
        """What an MPP has to say of which everything is reported."""
        peers, alipay_plus = self.peers, self.peers.alipay_plus
        code = peers.scenario.payments[payment].code
        seen = self._seen.get(payment, set())
        if code == FOREIGN:
            return set()
        expected: set[type[Message]] = {UserInitiatedPay}
        if code == ENTRY:
            expected.add(Launch)
        if payment in peers.spoiling and payment not in peers.decided:
            return self._end(payment) if peers.spoiling[payment] < MOST_UNDECIDED else set()
        answer = alipay_plus.decision(payment)
        if answer is None and 0 < alipay_plus.count_unknown(payment) < MOST_UNDECIDED:
            return self._end(payment)
        if answer is None:
            # A refused call is answered, and nothing is sure to follow.
            return expected - seen if seen.isdisjoint(_ASKED) else set()
        if peers.profile.app_link:
            expected.add(ServerAnswer)
        if answer.action_type == HANDLE_BY_SDK:
            expected.add(DecodeCallback if code == ENTRY else HandleAction)
        else:
            expected |= {ResultPage} | ({DecodeCallback} if code == ENTRY else set())
            told = peers.scenario.placed(payment) != payment or self._calls[payment].cancelled
            if continues(answer) and not told:
                expected.add(NotifyPayment)
        # Alipay+ asks for what it was not told of, and does not wait to be told again.
        wanted = alipay_plus.notice_wanted(payment) and not peers.scenario.payments[payment].calls
        return (expected - seen) | ({NotifyPayment} if wanted else set())

    def _end(self, payment: int) -> set[type[Message]]:
        """What an MPP says that has no decision: it asks again, or it gives up and says so in one way or another."""
        seen = self._seen.get(payment, set())
        last: type[Message] = DecodeCallback if self.peers.scenario.payments[payment].code == ENTRY else ResultPage
        end: set[type[Message]] = {ResultPage, last}
        return end - seen if seen.isdisjoint({HandleAction, last}) else set()
