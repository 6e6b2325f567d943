"""One failed case with its conversation, as the rules for causes look at it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeVar

from mpp_conformance.judging.judgement import MISSING, Deviation, Judgement
from mpp_conformance.judging.trace import Trace
from mpp_conformance.protocol.fault_kinds import FaultKind
from mpp_conformance.protocol.messages import (
    HANDLE_BY_PSP,
    HANDLE_BY_SDK,
    CashierPage,
    DecodeCallback,
    FaultApplied,
    HandleAction,
    Message,
    NotifyPayment,
    ResultPage,
    ServerAnswer,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios.scenario import ENTRY

_M = TypeVar("_M", bound=Message)

NEVER: Final = 10**9
"""The number of a message that never came."""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A case that failed, and what was said in the payment that it is about."""

    trace: Trace
    judgement: Judgement
    deviation: Deviation

    @property
    def payment(self) -> int:
        """The index of the payment."""
        return self.deviation.payment

    @property
    def field(self) -> str:
        """The field that differs; empty where it is no field."""
        return self.deviation.field

    def lacks(self, *kinds: type[Message]) -> bool:
        """Whether a message is missing that is of one of these types."""
        return self.deviation.how == MISSING and any(kind.__name__ in self.deviation.kinds for kind in kinds)

    @cached_property
    def said(self) -> tuple[tuple[int, Message], ...]:
        """Number and message of all that was said in this payment."""
        return tuple((event.number, event.message) for event in self.trace.of(self.payment))

    def of(self, kind: type[_M]) -> list[_M]:
        """The messages of a type in this payment."""
        return [message for _, message in self.said if isinstance(message, kind)]

    def number(self, kind: type[Message]) -> int:
        """The number of the first message of a type; :data:`NEVER` without one."""
        return next((number for number, message in self.said if isinstance(message, kind)), NEVER)

    @cached_property
    def wrong(self) -> Message | None:
        """The first message that the case points at."""
        pointed = self.judgement.events
        return next((event.message for event in self.trace.events if event.number in pointed), None)

    @property
    def at(self) -> int:
        """The number of that message."""
        return min(self.judgement.events, default=NEVER)

    def before(self, kind: type[_M]) -> list[_M]:
        """The messages of a type in this payment that came before the one that the case points at."""
        return [message for number, message in self.said if number < self.at and isinstance(message, kind)]

    # --- what Alipay+ and the MPP server said --------------------------------------------------------------------

    @cached_property
    def answer(self) -> UserInitiatedPayAnswer | None:
        """What Alipay+ answered at last, where it said who goes on."""
        return next((one for one in reversed(self.of(UserInitiatedPayAnswer)) if one.action_type), None)

    @property
    def given(self) -> str | None:
        """The sdkActionPayload that Alipay+ gave for this payment."""
        return self.trace.payload(self.payment)

    @property
    def by_sdk(self) -> bool:
        """Whether Alipay+ left the next step to the client SDK."""
        return self.answer is not None and self.answer.action_type == HANDLE_BY_SDK

    @property
    def by_psp(self) -> bool:
        """Whether Alipay+ left the next step to the MPP."""
        return self.answer is not None and self.answer.action_type == HANDLE_BY_PSP

    @property
    def undecided(self) -> bool:
        """Whether Alipay+ gave an answer before the one that counts."""
        return any(not one.action_type for one in self.of(UserInitiatedPayAnswer))

    @property
    def faulty(self) -> str:
        """The defect of the answers that Alipay+ gave in this payment; empty where they were sound."""
        return next((one.fault for one in self.of(FaultApplied)), "")

    @property
    def asked_again(self) -> bool:
        """Whether the MPP server asked once more after an answer that says who goes on."""
        return sum(bool(one.action_type) for one in self.of(UserInitiatedPayAnswer)) > 1

    @cached_property
    def handed(self) -> list[ServerAnswer]:
        """All that the MPP server handed its client, where the wallet reports that."""
        return self.of(ServerAnswer) if self.trace.app_link else []

    @property
    def told(self) -> tuple[str, ...]:
        """The payment results that the MPP client was told, where the wallet reports that."""
        return tuple(one.payment_status for one in self.handed if one.payment_status)

    @property
    def results(self) -> tuple[str, ...]:
        """The payment results that the MPP client was told, or else showed."""
        return self.told if self.trace.app_link else tuple(one.status for one in self.of(ResultPage))

    @property
    def passed_on(self) -> bool:
        """Whether the MPP client was handed HANDLE_BY_SDK, or else gave the SDK a payload."""
        handed = any(one.action_type == HANDLE_BY_SDK for one in self.handed)
        return handed or (not self.trace.app_link and any(self.payloads))

    @property
    def payloads(self) -> tuple[str | None, ...]:
        """The sdkActionPayload of all that came out on the way to the client SDK."""
        came = (*self.handed, *self.of(DecodeCallback), *self.of(HandleAction))
        return tuple(
            one.sdk_action_payload for one in came if isinstance(one, ServerAnswer | DecodeCallback | HandleAction)
        )

    @property
    def notified(self) -> tuple[str, ...]:
        """The payment results that Alipay+ was notified of."""
        return tuple(one.result_status for one in self.of(NotifyPayment))

    @property
    def cashier(self) -> bool:
        """Whether the cashier page was shown after Alipay+ had answered."""
        return min(self.number(UserInitiatedPayAnswer), self.number(FaultApplied)) < self.number(CashierPage) < NEVER

    @property
    def asked(self) -> list[UserInitiatedPay]:
        """The calls of userInitiatedPay."""
        return self.of(UserInitiatedPay)

    @property
    def entry(self) -> bool:
        """Whether an entry code was scanned."""
        return self.trace.scenario.payments[self.payment].code == ENTRY

    def earlier(self) -> Iterator["Failure"]:
        """The same case, were it about each payment that began before this one."""
        return (other for other in self.others() if other.payment < self.payment)

    def others(self) -> Iterator["Failure"]:
        """The same case, were it about each of the other payments of the conversation."""
        for index in range(len(self.trace.scenario.payments)):
            if index != self.payment:
                how = Deviation(how=self.deviation.how, kinds=self.deviation.kinds, payment=index, field=self.field)
                yield Failure(trace=self.trace, judgement=self.judgement, deviation=how)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One likely cause: the kind of fault it names, and in which words; ``explain`` has none where it does not fit."""

    kind: FaultKind
    explain: Callable[[Failure], str]


def names(kind: FaultKind) -> Callable[[Callable[[Failure], str]], Rule]:
    """Makes a rule of a function: the kind of fault that its words name."""
    return lambda explain: Rule(kind=kind, explain=explain)
