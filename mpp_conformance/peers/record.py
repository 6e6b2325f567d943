"""The record of one conversation: what crossed each point, numbered and timed, with what HTTP carried of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from mpp_conformance.judging.trace import BROKEN, Event, Half, Trace
from mpp_conformance.protocol.messages import Malformed, Message, NotifyPayment
from mpp_conformance.scenarios.scenario import Codes, Profile, Scenario

MAX_EVENTS: Final = 2_000
"""A wallet that talks without end is cut off: the rest is not recorded, and the conversation is a broken one."""
MAX_HTTP: Final = 16 * 1024 * 1024
"""Bytes of HTTP that are kept of one conversation; a wallet that sends more is cut off likewise."""


@dataclass(slots=True)
class Record:
    """What is written down of one conversation, in the order in which it is told; ``clock`` gives seconds."""

    clock: Callable[[], float]
    cut_off: str = field(init=False, default="")
    """What the wallet has said more of than is recorded, in words; empty where all of it is."""
    _events: list[Event] = field(default_factory=list)
    _kept: int = 0
    _started: float = field(init=False)

    def __post_init__(self) -> None:
        self._started = self.clock()

    def __len__(self) -> int:
        """How many messages there are: the number of the latest."""
        return len(self._events)

    def write(self, payment: int, message: Message, notes: Sequence[tuple[str, str]] = ()) -> int:
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

    def attach_http(self, event: int, *halves: Half) -> None:
        """Keep what HTTP carried of a recorded message, by its number (0: of none)."""
        self._kept += sum(half.size for half in halves)
        if self._kept > MAX_HTTP:
            self.cut_off = f"{MAX_HTTP} bytes of HTTP"
        elif event:
            known = self._events[event - 1]
            self._events[event - 1] = replace(known, http=known.http + halves)

    def remark(self, event: int, note: tuple[str, str]) -> bool:
        """Note something once beside a recorded message, by its number (0: beside none); whether it is new there."""
        if not event or note in self._events[event - 1].notes:
            return False
        known = self._events[event - 1]
        self._events[event - 1] = replace(known, notes=(*known.notes, note))
        return True

    def latest(self, payment: int, kind: type[Message]) -> int:
        """The number of the latest message of a kind at a payment, 0 where there is none."""
        of_kind = (e.number for e in self._events if e.payment == payment and isinstance(e.message, kind))
        return max(of_kind, default=0)

    def payment_ids(self, payment: int) -> frozenset[str]:
        """The paymentIds that the MPP has notified of a payment."""
        told = (e.message for e in self._events if e.payment == payment and isinstance(e.message, NotifyPayment))
        return frozenset(notice.payment_id for notice in told if notice.payment_id)

    def heard_after(self, payment: int, number: int) -> bool:
        """Whether the wallet has said anything at a payment after the message of this number."""
        return any(e.payment == payment and e.number > number and not e.message.by_suite for e in self._events)

    def prompted(self, payment: int, kind: str) -> bool:
        """Whether anything calls for a message of a kind, by its name, at a payment: for another one, if there is one.

        The suite has said something since the wallet's latest such message, or has answered a call at all.
        """
        said = [e.message for e in self._events if e.payment == payment]
        latest = max((at for at, message in enumerate(said) if kind_of(message) == kind), default=None)
        if latest is None:
            return any(message.by_suite and message.is_reply for message in said)
        return any(message.by_suite for message in said[latest:])

    def trace(
        self, scenario: Scenario, codes: tuple[Codes, ...], profile: Profile, *, ending: str, trouble: str
    ) -> Trace:
        """The record so far; BROKEN, whatever ``ending`` says, if the wallet said more than is recorded."""
        if self.cut_off:
            ending, trouble = BROKEN, f"the conversation had more than {self.cut_off}"
        return Trace(
            scenario=scenario,
            codes=codes,
            events=tuple(self._events),
            ending=ending,
            trouble=trouble,
            app_link=profile.app_link,
            observes=profile.observes,
        )


def kind_of(message: Message) -> str:
    """The name of the type of a message; of one that could not be read, of what it was to be."""
    return message.operation if isinstance(message, Malformed) else message.name
