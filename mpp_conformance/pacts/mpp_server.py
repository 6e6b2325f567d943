"""A wallet's MPP server in a provider state: conversations over HTTP bring it there, one for each interaction.

What a state gives, the id of the order, comes out of its conversation. A wallet that does not get into a state is
asked nothing about it, and accused of nothing.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from mpp_conformance.judging.trace import Trace
from mpp_conformance.pacts import states
from mpp_conformance.pacts.document import Interaction
from mpp_conformance.pacts.provider_reply import Told
from mpp_conformance.protocol.messages import CancelPaymentAnswer, NotifyPayment, ResultPage, UserInitiatedPayAnswer
from mpp_conformance.scenarios.scenario import (
    CANCEL,
    ENTRY,
    FUNDED,
    ORDER,
    UNFUNDED,
    Call,
    Payment,
    Scenario,
    handle_by_psp,
    one,
)
from mpp_conformance.wallet import Wallet
from mpp_conformance.wire import printable

Converse = Callable[[Scenario], Awaitable[Trace]]
_AMOUNT: Final = 1_000
_SHOWN: Final = 300


@dataclass(slots=True)
class StatedMppServer:
    """The MPP server of ``wallet``; ``converse`` holds a conversation with it."""

    wallet: Wallet
    converse: Converse
    told: Told = field(default_factory=Told)
    _given: deque[Mapping[str, str]] = field(default_factory=deque)
    _now: Mapping[str, str] = field(default_factory=dict)

    async def prepare(self, interactions: Sequence[Interaction]) -> Mapping[int, str]:
        """Bring the MPP server into the states of each interaction; why that failed, by the interaction's number."""
        at_once = asyncio.Semaphore(self.wallet.reach.parallel)

        async def brought(interaction: Interaction) -> tuple[str, Mapping[str, str]]:
            async with at_once:
                return await self._brought(interaction)

        found = await asyncio.gather(*(brought(interaction) for interaction in interactions))
        self._given.extend(values for reason, values in found if not reason)
        reasons = zip(interactions, found, strict=True)
        return {interaction.number: reason for interaction, (reason, _) in reasons if reason}

    def set_up(self, name: str, given: Mapping[str, Any]) -> Mapping[str, str]:  # noqa: ARG002  # it is there already
        """What the state of the interaction at hand gives."""
        return self._now

    def begin(self) -> Told:
        """Go on to the next interaction; what will be said of it."""
        self._now, self.told = self._given.popleft(), Told()
        return self.told

    async def _brought(self, interaction: Interaction) -> tuple[str, Mapping[str, str]]:
        """Why the states of an interaction were not reached, and what they give."""
        values: Mapping[str, str] = {}
        for name, given in interaction.states:
            if name == states.NOTHING.name:
                continue
            code = given.get("codeType") or self._claimed
            feature = {ENTRY: "entry_code", ORDER: "order_code"}[code]
            if not getattr(self.wallet.features, feature):
                return f'provider state "{name}": the wallet does not claim {feature}', {}
            # No two conversations are equal: their codes would be the same.
            payment = _payment(name, code, _AMOUNT + interaction.number)
            reason, values = reached(name, await self.converse(one(name, payment)))
            if reason:
                return reason, {}
        return "", values

    @property
    def _claimed(self) -> str:
        return ORDER if self.wallet.features.order_code else ENTRY


def _payment(state: str, code: str, amount: int) -> Payment:
    return Payment(
        code=code,
        amount=amount,
        customer=UNFUNDED if state == states.NOT_PAID.name else FUNDED,
        answer=handle_by_psp(),
        calls=(Call(what=CANCEL),) if state == states.CANCELLED.name else (),
    )


def reached(state: str, trace: Trace) -> tuple[str, Mapping[str, str]]:
    """Why a conversation did not bring the MPP server into a state (empty: it did), and what the state gives."""
    said = [event.message for event in trace.events]
    orders = [m.order for m in said if isinstance(m, UserInitiatedPayAnswer) and m.order is not None]
    told = {m.result_status for m in said if isinstance(m, NotifyPayment)}
    shown = {m.status for m in said if isinstance(m, ResultPage)}
    cancelled = {m.result_status for m in said if isinstance(m, CancelPaymentAnswer)}
    missing = ""
    if not orders:
        missing = "its server never asked about the code, or was not believed"
    elif state == states.NOT_PAID.name and ("S" in told or "F" not in told | shown):
        missing = "neither notifyPayment nor a result page with F came, or one that says paid"
    elif state != states.NOT_PAID.name and "S" not in told:
        missing = "no notifyPayment with S came"
    elif state == states.CANCELLED.name and "S" not in cancelled:
        missing = "cancelPayment was not answered with S"
    if missing:
        trouble = f" ({printable(trace.trouble, _SHOWN)})" if trace.trouble else ""
        return f'provider state "{state}": the wallet did not get there: {missing}{trouble}', {}
    return "", {"paymentRequestId": orders[0].payment_request_id}
