"""Which conversation a message belongs to, when many are held at once at one Alipay+ and one observer."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from mpp_conformance import wire
from mpp_conformance.judging.trace import Half
from mpp_conformance.peers.alipay_plus import payment_request_id
from mpp_conformance.peers.identification import rules
from mpp_conformance.peers.mpp_server import ANSWERS
from mpp_conformance.peers.reactions import FaultyAnswer, Sending
from mpp_conformance.peers.refusals import answer_to_stranger
from mpp_conformance.peers.world import Late, World
from mpp_conformance.protocol.messages import (
    GATEWAY,
    IdentifyCode,
    InquiryCodeRules,
    Malformed,
    Message,
    NotifyPayment,
    RedirectFollowed,
    UserInitiatedPay,
)
from mpp_conformance.scenarios.scenario import ENTRY, Codes, CodeTemplates

MAX_STRAYS: Final = 1_000
_TELLING: Final = 8
"""Characters of a code that was cut off which still tell whose it is."""

Place = tuple[World, int]
"""A conversation and the index of one of its payments."""


@dataclass(slots=True, kw_only=True)
class Stray:
    """A message that fits no open conversation; ``conversation``: the label of the closed one it came too late for.

    ``between``: what changed it on its way, in words; empty where nothing did, for all that is known. ``http`` is what
    carried it and takes no part in equality, nor do ``between``, ``world``, that conversation, and ``late``, what
    became of the message there.
    """

    message: Message
    conversation: str = ""
    http: tuple[Half, ...] = field(default=(), compare=False, repr=False)
    world: World | None = field(default=None, compare=False, repr=False)
    late: Late | None = field(default=None, compare=False, repr=False)
    between: str = field(default="", compare=False, repr=False)

    def attach_http(self, half: Half) -> None:
        """Keep what carried it, or the answer to it."""
        self.http += (half,)
        if self.world is not None and self.late is not None:
            answers = half.status is not None and self.late.answer
            self.world.attach_http(self.late.answer if answers else self.late.event, half)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What follows from a message: the answer in its exchange, and new calls to the wallet.

    ``world`` is the conversation it belongs to, ``None`` for a stray. ``event`` and ``answer`` are the numbers of the
    message and of the reply in its record, 0 where they are not recorded. ``faulty_answer``: what goes out instead of
    ``reply``; `World.record_faulty_answer` of ``payment`` is to be told when it has gone.
    """

    world: World | None
    reply: Message | None
    calls: tuple[Sending, ...]
    payment: int = 0
    faulty_answer: FaultyAnswer | None = None
    event: int = field(default=0, compare=False)
    answer: int = field(default=0, compare=False)
    stray: Stray | None = field(default=None, compare=False)

    def heard(self, request: Half) -> None:
        """Keep what carried the message."""
        self._keep(self.event, request)

    def attach_reply(self, answer: Half) -> None:
        """Keep what carried the reply; where there is none, it stands beside the message that it answers."""
        self._keep(self.answer or self.event, answer)

    def _keep(self, event: int, half: Half) -> None:
        if self.world is not None:
            self.world.attach_http(event, half)
        elif self.stray is not None:
            self.stray.attach_http(half)


class ReactionError(Exception):
    """The peers of a conversation failed at a message of the wallet's: the suite's own fault."""

    def __init__(self, world: World, problem: Exception) -> None:
        super().__init__(f"{type(problem).__name__}: {problem}")
        self.world = world


@dataclass(slots=True)
class Router:
    """The open conversations of a run. A message that fits none is kept as a stray, never dropped.

    One that came too late for its conversation is written down there as well, and one that cannot be read and says not
    what it is about goes to a conversation that ends without such a message, or in which it was not answered for good.

    ``templates``: the codes that the rules of inquiryCodeRules tell apart. ``most_strays``: no more are kept.
    """

    templates: CodeTemplates
    most_strays: int = MAX_STRAYS
    strays: list[Stray] = field(default_factory=list)
    _tokens: dict[str, Place] = field(default_factory=dict)
    _codes: dict[str, Place] = field(default_factory=dict)
    _ids: dict[str, Place] = field(default_factory=dict)
    _orders: dict[str, Place] = field(default_factory=dict)
    _misnamed: dict[str, Place] = field(default_factory=dict)
    """By what a notification may bear instead of an order's id: it is evidence against that, not a stray."""
    _closed: dict[str, Place] = field(default_factory=dict)
    """Each closed conversation by whatever a late message may bear: tokens, and the digits of codes."""

    def open(self, world: World) -> None:
        """Take messages for a conversation from now on."""
        for index in range(len(world.scenario.payments)):
            self._enter(world, index)

    def close(self, world: World) -> list[str]:
        """Take no more; what still comes is a stray that names this conversation.

        Returns what stood between the two sides, in words, by the messages that were found to belong to it.
        """
        indices = range(len(world.scenario.payments))
        claimed = [stray for index in indices for stray in self._claim(world, index)]
        for index in indices:
            self._leave(world, index)
        return [stray.between for stray in claimed if stray.between]

    def forget(self, world: World) -> None:
        """Know a closed conversation no more: what still comes for it is a stray that names none.

        Where there are many strays the older half goes, so that there is room for new ones.
        """
        for index in range(len(world.scenario.payments)):
            for name in _late_names(world, index):
                self._closed.pop(name, None)
        self.strays[:] = [stray for stray in self.strays if stray.world is not world][-self.most_strays // 2 :]

    def merchant_page(self, target: str) -> Place | None:
        """The open payment whose merchant page has this request target, the latest of them; ``None``: there is none."""
        pages = (place for digits, place in self._ids.items() if digits in target and _is_page(place, digits))
        place = next(pages, None)
        return None if place is None else (place[0], place[0].current(place[1], target))

    def deliver(self, message: Message, *, token: str = "", notes: Sequence[tuple[str, str]] = ()) -> Delivery:
        """Give a message of the wallet to its conversation; ``token`` names the payment of a report.

        ReactionError names the conversation whose peers could not say what follows.
        """
        place = self._place(message, token)
        if place is None and isinstance(message, InquiryCodeRules) and message.signature == "valid":
            # It belongs to no conversation by its nature.
            return Delivery(world=None, reply=rules(self.templates), calls=())
        if place is None:
            stray = self._stray(message, token, notes)
            truth = None if stray is None or stray.late is None else stray.late.reply
            return Delivery(world=None, reply=truth or answer_to_stranger(message), calls=(), stray=stray)
        world, index = place
        before = world.recorded
        with _blamed_on(world):
            sendings = world.receive(index, message, notes)
        reply = next((sending for sending in sendings if sending.message.is_reply), None)
        return Delivery(
            world=world,
            reply=None if reply is None else reply.message,
            calls=tuple(sending for sending in sendings if not sending.message.is_reply),
            payment=index,
            faulty_answer=None if reply is None else reply.faulty_answer,
            event=before + 1 if world.recorded > before else 0,
            answer=0 if reply is None else reply.event,
        )

    def named_in(self, text: str) -> World | None:
        """The conversation, open or over, that ``text`` has a name of: a token, an order, or the digits of a code."""
        names = (place for known in (self._tokens, self._orders, self._ids, self._closed) for place in known.items())
        return next((world for name, (world, _) in names if name in text), None)

    def payment(self, token: str) -> Place:
        """The open conversation, and the index of the payment in it, whose reports bear this token."""
        return self._tokens[token]

    def knows(self, token: str) -> bool:
        """Whether a report with this token belongs to an open conversation."""
        return token in self._tokens

    def _place(self, message: Message, token: str) -> Place | None:
        if not _is_call(message):
            return self._tokens.get(token)
        reference = _reference(message)
        if isinstance(message, NotifyPayment):
            # An order is notified of once, however often its code is scanned.
            return self._orders.get(reference) or self._misnamed.get(reference)
        if isinstance(message, UserInitiatedPay | IdentifyCode):
            place = self._by_code(reference)
        else:
            place = self._orders.get(reference) or self._by_code(reference)
        customer = message.customer_id if isinstance(message, UserInitiatedPay) else ""
        return None if place is None else (place[0], place[0].current(place[1], reference, customer))

    def _by_code(self, code_value: str) -> Place | None:
        """A code value that was changed on its way still belongs to the payment whose digits it carries.

        One that was cut off before them belongs to the only payment whose code begins like that, if there is only one.
        That is evidence against the change, not a stray.
        """
        exact = self._codes.get(code_value)
        if exact is not None:
            return exact
        known = next((place for digits, place in self._ids.items() if digits in code_value), None)
        if known is not None or len(code_value) < _TELLING:
            return known
        alike = [place for code, place in self._codes.items() if code.startswith(code_value)]
        return alike[0] if len({(id(world), index) for world, index in alike}) == 1 else None

    def _stray(self, message: Message, token: str, notes: Sequence[tuple[str, str]]) -> Stray | None:
        if len(self.strays) >= self.most_strays:
            return None
        reference = token or _reference(message)
        late = next((place for name, place in self._closed.items() if name in reference), None)
        stray = Stray(message=message)
        if late is not None:
            world, index = late
            if isinstance(message, UserInitiatedPay):
                index = world.current(index, message.code_value, message.customer_id)
            stray.conversation, stray.world = world.scenario.label, world
            with _blamed_on(world):
                stray.late = world.late(index, message, notes)
        self.strays.append(stray)
        return stray

    def _claim(self, world: World, index: int) -> Iterator[Stray]:
        """A call that nobody could place belongs to a payment that has waited for one of its kind in vain.

        Or to one at which such a call was to be made again. A question about a code that nobody gave has come in vain
        where it is for the customer of this payment; and a notification under an id that nobody gave is about the
        payment whose paymentId it bears.
        """
        awaited = world.awaited(index)
        for kind in awaited | world.repeatable(index):
            found = [stray for stray in self.strays if _is_unplaced(stray, kind)]
            if kind in awaited:
                found += [stray for stray in self.strays if _asks_for(world, index, stray, kind)]
            yield from self._claimed(world, index, found[:1])
        known = world.payment_ids(index)
        yield from self._claimed(world, index, (stray for stray in self.strays if _notifies_of(stray, known)))

    def _claimed(self, world: World, index: int, found: Iterable[Stray]) -> list[Stray]:
        claimed = list(found)
        for stray in claimed:
            self.strays.remove(stray)
            world.attach_http(world.record_late(index, stray.message), *stray.http)
        return claimed

    def _enter(self, world: World, index: int) -> None:
        codes, place = world.codes[index], (world, index)
        self._tokens[world.token(index)] = place
        if world.scenario.placed(index) != index:
            return
        self._codes[codes.decoded] = self._ids[codes.order_id] = place
        if world.scenario.shown(index) == index:
            self._codes[codes.scanned] = place
            if world.scenario.payments[index].code == ENTRY:
                self._ids[codes.page_id] = place
        self._orders[payment_request_id(codes)] = place
        for name in _other_names(codes):
            self._misnamed[name] = place

    def _leave(self, world: World, index: int) -> None:
        codes = world.codes[index]
        for name in _late_names(world, index):
            self._closed[name] = (world, index)
        self._tokens.pop(world.token(index), None)
        self._orders.pop(payment_request_id(codes), None)
        for name in _other_names(codes):
            self._misnamed.pop(name, None)
        for code in (codes.decoded, codes.scanned):
            self._codes.pop(code, None)
        for digits in (codes.order_id, codes.page_id):
            self._ids.pop(digits, None)


def _is_page(place: Place, digits: str) -> bool:
    """Whether a merchant page is known by these digits."""
    world, index = place
    return world.scenario.payments[index].code == ENTRY and world.codes[index].page_id == digits


@contextmanager
def _blamed_on(world: World) -> Iterator[None]:
    try:
        yield
    except Exception as problem:
        raise ReactionError(world, problem) from problem


def _late_names(world: World, index: int) -> tuple[str, ...]:
    """What a message may bear that comes too late for its conversation."""
    codes = world.codes[index]
    return (world.token(index), codes.order_id, codes.page_id)


def _other_names(codes: Codes) -> tuple[str, ...]:
    """The merchant's reference of an order, and the codes that led to it."""
    return (wire.reference_of(payment_request_id(codes)), codes.decoded, codes.scanned)


def _is_call(message: Message) -> bool:
    """Whether the MPP server calls Alipay+: such a message bears no token, and says itself what it is about."""
    if isinstance(message, Malformed):
        return message.where == GATEWAY and message.operation not in ANSWERS
    # Whoever follows a redirect goes where it led, and the address bears a token.
    return message.point == GATEWAY and not message.is_reply and not isinstance(message, RedirectFollowed)


def _is_unplaced(stray: Stray, kind: type[Message]) -> bool:
    """Whether this is a call of a kind to Alipay+ that could not be read, and is about nothing that is known.

    Whoever asks in vain what a code is does not come to have it decoded.
    """
    message, names = stray.message, {kind.__name__}
    if kind is UserInitiatedPay:
        names.add(IdentifyCode.__name__)
    unread = isinstance(message, Malformed) and message.where == GATEWAY and message.operation in names
    return unread and stray.world is None


def _asks_for(world: World, index: int, stray: Stray, kind: type[Message]) -> bool:
    """Whether Alipay+ is asked about a code that nobody gave, for the customer of a payment."""
    message = stray.message
    if stray.world is not None or kind is not UserInitiatedPay:
        return False
    if not isinstance(message, UserInitiatedPay | IdentifyCode):
        return False
    return message.customer_id == world.profile.customer(world.scenario.payments[index].customer)


def _notifies_of(stray: Stray, payment_ids: frozenset[str]) -> bool:
    """Whether it is a notification under an id that nobody gave, of a payment with one of these paymentIds."""
    message = stray.message
    return stray.world is None and isinstance(message, NotifyPayment) and message.payment_id in payment_ids


def _reference(message: Message) -> str:
    """What a call to Alipay+ names its payment by; empty where it names none."""
    if isinstance(message, UserInitiatedPay | IdentifyCode):
        return message.code_value
    if isinstance(message, NotifyPayment):
        return message.payment_request_id
    return (message.reference or "") if isinstance(message, Malformed) else ""
