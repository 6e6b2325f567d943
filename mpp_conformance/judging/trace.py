"""The ordered record of one conversation, and plain questions to it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from mpp_conformance.judging.memo import found_once
from mpp_conformance.judging.results_told import results_told
from mpp_conformance.protocol.messages import (
    APP_LINK,
    CLIENT_SDK,
    GATEWAY,
    HANDLE_BY_SDK,
    USER,
    CashierPage,
    Decode,
    DecodeCallback,
    HandleAction,
    IdentifyCode,
    IdentifyCodeAnswer,
    Launch,
    Malformed,
    Message,
    NotifyPayment,
    NotifyPaymentAnswer,
    ResultPage,
    ServerAnswer,
    Sighting,
    UserInitiatedPayAnswer,
)
from mpp_conformance.protocol.messages.wallet import NO_PAGE
from mpp_conformance.scenarios.observation import EVERYTHING, POINTS, Observed
from mpp_conformance.scenarios.scenario import UNFUNDED, Codes, Scenario

ENDED: Final = "ended"
"""Everything the suite waited for came."""
WAITED: Final = "waited"
"""Patience ran out before it came."""
BROKEN: Final = "broken"
"""The wallet could not be spoken to."""


LAGGED: Final = "suite-late"
"""The note on the first message that says by how much the suite itself was late in a conversation."""
SILENCE: Final = "silence"
"""The note on the first message that says how long the silence that ended a conversation was waited for."""
WENT_ON: Final = ("the consumer", "went on before Alipay+ was answered")
"""The note on a cashier page behind which the consumer did not wait for what Alipay+ asked the MPP server then."""
HUNG_UP: Final = ("the adaptor", "hung up before its report was answered")
"""The note on a cashier page whose report was not waited for: what the adaptor then breaks off is not the MPP's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Half:
    """One half of an HTTP exchange: the request where ``status`` is ``None``, else its answer.

    ``method`` and ``target`` are those of the request in both halves, since both are signed in both. Header names and
    values are as they were on the wire, as far as the server kept them; ``body`` is its very bytes.
    """

    method: str
    target: str
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)

    def header(self, name: str) -> str | None:
        """The value of the first header of this name, however it is spelled; ``None`` without one."""
        return next((value for known, value in self.headers if known.lower() == name.lower()), None)

    @property
    def size(self) -> int:
        """Bytes, roughly, that it takes to keep it."""
        return len(self.target) + sum(len(name) + len(value) for name, value in self.headers) + len(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One message in its place. ``number`` counts from 1; ``payment`` is the index of the payment it belongs to.

    ``at`` (seconds since the conversation began), ``notes`` (what the wire told beside the message) and ``http`` (what
    carried it) take no part in equality: the same conversation over another connector is an equal one.
    """

    number: int
    payment: int
    message: Message
    at: float = field(default=0.0, compare=False)
    notes: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    http: tuple[Half, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One conversation: its scenario, the code values used, what crossed the points, and how it came to an end.

    ``ending`` is one of ENDED, WAITED, BROKEN; ``trouble`` says in words what broke.
    ``app_link``: whether the wallet claims to report what its server hands its client.
    ``observes``: who reports what crosses each point, and what that is worth.
    ``late``: how many of the last events came when the conversation was over.
    ``began``: when it began (UTC, ISO 8601); empty where no clock ran. It takes no part in equality.
    """

    scenario: Scenario
    codes: tuple[Codes, ...]
    events: tuple[Event, ...]
    ending: str
    trouble: str = ""
    app_link: bool = True
    observes: Observed = EVERYTHING
    late: int = 0
    began: str = field(default="", compare=False)
    chosen: frozenset[str] = field(default=frozenset(), compare=False)
    """The points by whose order a part was chosen: it holds only where nothing of them is lost or out of order."""
    lagged: str = field(default="", compare=False)
    """By how much the suite was late in the whole conversation, in words; empty where it was in time."""
    by_hand: bool = field(default=False, compare=False)
    """Whether a person did what the consumer does in it, and said what the consumer saw."""
    known: dict[object, Any] = field(default_factory=dict, init=False, compare=False, repr=False)
    """What was found out about this trace: whoever judges asks for the same again and again."""

    def __post_init__(self) -> None:
        """What is said once in a conversation holds for each part of it."""
        lagged = self.lagged or next((text for name, text in self._first_notes if name == LAGGED), "")
        object.__setattr__(self, "lagged", lagged)
        by_hand = self.by_hand or any(isinstance(event.message, Sighting) for event in self.events)
        object.__setattr__(self, "by_hand", by_hand)

    @property
    def _first_notes(self) -> tuple[tuple[str, str], ...]:
        return self.events[0].notes if self.events else ()

    @property
    def in_time(self) -> "Trace":
        """The conversation as it was when it was over."""
        return replace(self, events=self.events[: len(self.events) - self.late], late=0)

    def late_by(self, seconds: float) -> "Trace":
        """The same, with a note that the suite itself was late by so much."""
        return self.noted((LAGGED, f"{seconds:.2f} s"))

    def noted(self, note: tuple[str, str]) -> "Trace":
        """The same, with a note on its first message, which there has to be."""
        first, *others = self.events
        return replace(self, events=(replace(first, notes=(*first.notes, note)), *others))

    def without_bytes(self) -> "Trace":
        """An equal one without what carried its messages, which takes most of the room and which no case reads."""
        return replace(self, events=tuple(replace(event, http=()) for event in self.events))

    def sighted(self, payment: int) -> bool:
        """Whether a person said what was seen in the end of this payment, and with it what was not."""
        return any(isinstance(event.message, Sighting) for event in self.of(payment))

    def forget(self) -> None:
        """Keep no more of what was found out about it: it takes several times the room of the trace itself."""
        self.known.clear()

    def of(self, payment: int) -> tuple[Event, ...]:
        """The events of one payment, in order."""
        found: Mapping[int, tuple[Event, ...]] = self.known.get("payments") or self._by_payment()
        return found.get(payment, ())

    def _by_payment(self) -> Mapping[int, tuple[Event, ...]]:
        found: Mapping[int, tuple[Event, ...]] | None = self.known.get("payments")
        if found is None:
            events: dict[int, list[Event]] = {}
            for event in self.events:
                events.setdefault(event.payment, []).append(event)
            found = self.known["payments"] = {payment: tuple(of) for payment, of in events.items()}
        return found

    def of_kind(self, payment: int, kind: type[Message]) -> tuple[Event, ...]:
        """The events of one payment whose messages are of a type, in order."""
        found = self.known.get((payment, kind))
        if found is None:
            found = tuple(event for event in self.of(payment) if isinstance(event.message, kind))
            self.known[payment, kind] = found
        return found

    @found_once
    def alone(self, payment: int) -> "Trace":
        """One payment as if it were the only one of the conversation; its messages keep their numbers."""
        if len(self.scenario.payments) == 1 and not self.scenario.together:
            return self
        late = sum(event.payment == payment for event in self.events[len(self.events) - self.late :])
        return replace(
            self,
            scenario=replace(self.scenario, payments=(self.scenario.payments[payment],), together=False),
            codes=(self.codes[payment],),
            events=tuple(replace(event, payment=0) if event.payment else event for event in self.of(payment)),
            late=late,
        )

    def payload(self, payment: int = 0) -> str | None:
        """The ``sdkActionPayload`` that Alipay+ gave in its answer for this payment, if it gave one."""
        given = (e.message for e in self.of(payment) if isinstance(e.message, UserInitiatedPayAnswer))
        return next((answer.sdk_action_payload for answer in given if answer.action_type), None)

    def handed(self, payment: int = 0) -> str | None:
        """The ``sdkActionPayload`` that the MPP client was handed for this payment, as far as anybody can see.

        That is what the MPP server reports to have passed, or, where the wallet does not report its app link, what
        Alipay+ gave.
        """
        if not self.app_link:
            return self.payload(payment)
        passed = [e.message for e in self.of(payment) if isinstance(e.message, ServerAnswer)]
        if not any(answer.action_type == HANDLE_BY_SDK for answer in passed):
            return None
        # Both may come in one answer, or one after the other.
        beside = (answer for answer in passed if answer.action_type in {HANDLE_BY_SDK, None, ""})
        return next((answer.sdk_action_payload for answer in beside if answer.sdk_action_payload), None)

    def stopped(self, payment: int = 0) -> bool:
        """Whether the MPP client was handed HANDLE_BY_SDK, as its server reports: then it is the SDK's turn."""
        passed = (e.message for e in self.of(payment) if isinstance(e.message, ServerAnswer))
        return any(answer.action_type == HANDLE_BY_SDK for answer in passed)

    @found_once
    def readable(self, _: int = 0) -> "Trace":
        """Without what could not be read."""
        if not any(self.of_kind(payment, Malformed) for payment in self._by_payment()):
            return self
        return replace(self, events=tuple(event for event in self.events if not isinstance(event.message, Malformed)))

    @found_once
    def opening(self, payment: int = 0) -> "Trace":
        """Without what was launched when this payment had come to an end: that may be anything but its code."""
        ends = (e.number for e in self.of(payment) if isinstance(e.message, DecodeCallback | HandleAction | ResultPage))
        end = next(ends, len(self.events) + 1)
        later = (e for e in self.of(payment) if isinstance(e.message, Launch) and e.number > end)
        left_out = {event.number for event in later}
        events = (event for event in self.events if event.number not in left_out)
        return self._chosen(events, USER, CLIENT_SDK)

    @found_once
    def since_decided(self, payment: int = 0) -> "Trace":
        """The decision of Alipay+ on this payment, and what came after it."""
        start = self._decided(payment)
        return self._chosen((event for event in self.events if event.number >= start), *POINTS)

    @found_once
    def until_decided(self, payment: int = 0) -> "Trace":
        """What came before the decision of Alipay+ on this payment: everything, where it has not decided."""
        end = self._decided(payment)
        return self._chosen((event for event in self.events if event.number < end), *POINTS)

    def _decided(self, payment: int) -> int:
        told = (e.number for e in self.of(payment) if getattr(e.message, "action_type", None) and e.message.by_suite)
        return next(told, max((event.number for event in self.events), default=0) + 1)

    @found_once
    def in_the_end(self, payment: int = 0) -> "Trace":
        """Without the failures that were told before a success: the consumer may have tried another card.

        A page of such a failure is left out where the client was handed that failure before, as far as anybody can see,
        or where the consumer saw the cashier page again after it.
        """
        told, shown = self._results(payment, ServerAnswer), self._results(payment, ResultPage)
        success = next((number for number, status in (told if self.app_link else shown) if status == "S"), 0)
        failures = {number for number, status in told if status == "F"}
        pages = {number for number, status in shown if status == "F"}
        if not success or not (failures or pages):
            return self
        early = {number for number in failures if number < success}
        early |= {number for number in pages if number < success and self._goes_on(payment, number, success)}
        points = {APP_LINK, USER} if pages else {APP_LINK}
        if not self.app_link and any(number < success for number in pages - early):
            points.add(GATEWAY)
        return self._chosen((event for event in self.events if event.number not in early), *points)

    def _results(self, payment: int, kind: type[Message]) -> list[tuple[int, str | None]]:
        """The numbers of the messages of a kind that tell a result, and the result."""
        return [(e.number, results_told([e.message]).pop()) for e in self.of(payment) if isinstance(e.message, kind)]

    def _goes_on(self, payment: int, page: int, success: int) -> bool:
        """Whether the payment may have gone on after a page of failure, both of these numbers of messages.

        Without an app link nobody sees what the client was handed; where Alipay+ had been told of the success by then,
        there was nothing left to try.
        """
        if any(isinstance(e.message, CashierPage) for e in self.of(payment) if page < e.number < success):
            return True
        before = [e.message for e in self.of(payment) if e.number < page]
        if self.app_link:
            return "F" in results_told(message for message in before if isinstance(message, ServerAnswer))
        thanked = any(isinstance(message, NotifyPaymentAnswer) and message.result_status == "S" for message in before)
        return not (thanked and self.notified(payment) == "S")

    def _chosen(self, events: Iterable[Event], *points: str) -> "Trace":
        return replace(self, events=tuple(events), chosen=self.chosen | set(points))

    def answered(self, action: str, status: str = "") -> tuple[int, ...]:
        """The payments that Alipay+ left to ``action`` alone; with this result status where one is given."""
        return tuple(
            index
            for index, said in self._decisions().items()
            if all(of == action and status in {"", result} for of, result in said)
        )

    def _decisions(self) -> Mapping[int, set[tuple[str, str]]]:
        """Action type and result status of each decision of Alipay+, by payment, in the order of the first ones."""
        found = self.known.get("decisions")
        if found is None:
            found = self.known["decisions"] = {}
            for event in self.events:
                told = event.message
                if isinstance(told, UserInitiatedPayAnswer) and told.action_type:
                    found.setdefault(event.payment, set()).add((told.action_type, told.result_status))
        return found

    def notified(self, payment: int = 0) -> str | None:
        """The result (``S`` or ``F``) that the MPP notified of a payment; ``None`` if none, or one and the other."""
        told = {e.message.result_status for e in self.of(payment) if isinstance(e.message, NotifyPayment)}
        return told.pop() if len(told) == 1 else None

    def callback(self, payment: int = 0) -> str | None:
        """The name of the callback that the client SDK gave with its call of decode, if it called."""
        calls = (e.message for e in self.of(payment) if isinstance(e.message, Decode))
        return next((call.callback for call in calls), None)

    def result(self, payment: int = 0) -> str | None:
        """The payment's result (``S`` or ``F``) that the MPP client was handed, as far as anybody can see.

        That is what the MPP server reports to have returned; where the wallet does not report its app link, what it
        notified Alipay+ of, or ``F`` where there was nothing to pay or nothing to pay with, or the order had failed
        before. A customer who was to have nothing and pays proves nothing, nor do results that contradict each other.
        Where not all reports come in, nor does a failure that a success may have followed, nor a missing notification.
        """
        kind = ServerAnswer if self.app_link else NotifyPayment
        name = "payment_status" if self.app_link else "result_status"
        said = self.in_the_end(payment).of(payment)
        told = [str(getattr(e.message, name)) for e in said if isinstance(e.message, kind)]
        statuses = {status for status in told if status in {"S", "F"}}
        if self.app_link and statuses == {"F"} and not self.observes.at(APP_LINK).complete:
            return None
        if statuses or self.app_link:
            return statuses.pop() if len(statuses) == 1 else None
        answers = (e.message for e in self.of(payment) if isinstance(e.message, UserInitiatedPayAnswer))
        without_order = any(answer.action_type and answer.order is None for answer in answers)
        whole = self.observes.at(GATEWAY).complete
        broke = whole and self.scenario.payments[payment].customer == UNFUNDED and not self.paid(payment)
        failed_before = self.notified(self.scenario.placed(payment)) == "F"
        return "F" if without_order or broke or failed_before else None

    def contradicted(self, payment: int = 0) -> bool:
        """Whether the MPP client was handed another result than the one that Alipay+ was notified of."""
        handed, notified = self.result(payment), self.notified(payment)
        return self.app_link and handed is not None and notified is not None and handed != notified

    def shows_what_was_notified(self, payment: int = 0) -> bool:
        """Whether the page shows the result that was notified, and not another one that the client was handed."""
        pages = {event.message.status for event in self.of(payment) if isinstance(event.message, ResultPage)}
        return self.contradicted(payment) and pages == {self.notified(payment)}

    def raced(self, payment: int = 0) -> bool:
        """Whether the consumer confirmed while Alipay+ waited for an answer of the MPP server.

        Which of two connections was quicker then says nothing of the order in which the MPP did what it tells.
        """
        return any(WENT_ON in event.notes for event in self.of(payment))

    def hung_up(self, payment: int = 0) -> bool:
        """Whether the adaptor hung up on a report that the suite had not answered yet."""
        return any(HUNG_UP in event.notes for event in self.of(payment))

    def unreported(self, payment: int = 0) -> bool:
        """Whether the client acted and no hand-over was reported, although the wallet claims to report its app link."""
        said = [e.message for e in self.of(payment)]
        acted = any(isinstance(message, HandleAction | DecodeCallback | ResultPage) for message in said)
        return self.app_link and acted and not any(isinstance(message, ServerAnswer) for message in said)

    def unidentified(self, payment: int = 0) -> bool:
        """Whether the MPP asked Alipay+ what a code is and was told nothing: it could not be read, or was refused."""
        said = [e.message for e in self.of(payment)]
        told = [message.result_status for message in said if isinstance(message, IdentifyCodeAnswer)]
        unread = any(isinstance(message, Malformed) and message.operation == IdentifyCode.__name__ for message in said)
        return (unread or bool(told)) and "S" not in told

    def acted_on(self, payment: int = 0) -> bool:
        """Whether the MPP did anything with what it was answered: handed it over, showed it, told of an end.

        Whoever does nothing takes no payment either, and has shown nothing by that.
        """
        kinds = ServerAnswer | HandleAction | DecodeCallback | ResultPage | NotifyPayment
        said = [event.message for event in self.of(payment)]
        return any(isinstance(one, kinds) or (isinstance(one, Sighting) and one.page != NO_PAGE) for one in said)

    def paid(self, payment: int = 0) -> bool:
        """Whether the MPP took the payment: as it notified Alipay+, else as it told its client or the consumer."""
        said = [e.message for e in self.of(payment)]
        notified = [message.result_status for message in said if isinstance(message, NotifyPayment)]
        if notified:
            return "S" in notified
        return any(
            (isinstance(message, ServerAnswer) and message.payment_status == "S")
            or (isinstance(message, ResultPage) and message.status == "S")
            for message in said
        )
