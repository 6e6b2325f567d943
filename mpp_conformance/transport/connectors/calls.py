"""The calls that a conversation makes to the wallet: to its adaptor, and as Alipay+ to its MPP server.

A call that is not carried out proves nothing about the wallet: the conversation says so and is a broken one.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from mpp_conformance.judging.trace import Half
from mpp_conformance.peers.reactions import Sending
from mpp_conformance.peers.router import Delivery
from mpp_conformance.protocol.messages import GATEWAY, CancelPayment, InquiryPayment, Malformed, Message
from mpp_conformance.transport.connectors.adaptor import AdaptorUnreachableError, Caller, RefusedError
from mpp_conformance.transport.connectors.conversation import Conversation
from mpp_conformance.transport.connectors.mpp_server import (
    ANSWERS,
    ELSEWHERE,
    NOWHERE,
    Call,
    MppServer,
    MppServerUnreachableError,
    NoAnswerError,
)
from mpp_conformance.transport.servers.message_layer import MessageLayer, Notes
from mpp_conformance.wire import describe_change, verify_signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """Carries what the peers say to the wallet.

    ``observer``: the address that reports on a payment go to, by its token; ``deliver`` gives an answer of the MPP
    server to its conversation.
    """

    adaptor: Caller
    mpp_server: MppServer
    layer: MessageLayer = field(repr=False)
    observer: Callable[[str], str]
    deliver: Callable[[Message, str, Notes], Delivery]

    def begin(self, held: Conversation, sending: Sending) -> None:
        """Call the wallet, and go on; the conversation is told what comes of it."""
        task = asyncio.create_task(self._told(held, sending))
        held.calls[task] = sending
        if sending.message.point == GATEWAY:
            held.asking.add(task)
        task.add_done_callback(partial(_answered, held))

    async def _told(self, held: Conversation, sending: Sending) -> None:
        message, keep = sending.message, partial(held.world.attach_http, sending.event)
        try:
            if isinstance(message, InquiryPayment | CancelPayment):
                await self._asked(held, sending.payment, message, keep)
                return
            await self.adaptor.tell(message, self.observer(held.world.token(sending.payment)), keep)
        except (AdaptorUnreachableError, MppServerUnreachableError) as problem:
            held.unreachable = True
            held.troubles.append(str(problem))
        except (RefusedError, NoAnswerError) as problem:
            held.refused = True
            held.troubles.append(str(problem))
        except Exception as problem:  # noqa: BLE001  # whoever asked for the conversation is to hear of it
            held.fault = problem

    async def _asked(self, held: Conversation, payment: int, call: Call, keep: Callable[[Half], None]) -> None:
        """Alipay+ asks the MPP server, and takes its answer; whoever is not Alipay+ may be refused by silence."""
        token = held.world.token(payment)
        try:
            answer, half = await self.mpp_server.ask(call, keep)
        except MppServerUnreachableError:
            raise
        except NoAnswerError as problem:
            if call.signature == "valid":
                raise
            operation = ANSWERS[type(call)].__name__
            self.deliver(Malformed(where=GATEWAY, operation=operation, problem=str(problem)), token, ())
        else:
            outcome, notes = verify_signature(half, self.layer.public_key, self.layer.client_id)
            between = describe_change(half, self.layer.public_key, self.layer.client_id)
            if between:
                held.hinder(f"the answer to POST {half.target}: {between}")
            self.deliver(answer, token, notes).heard(half)
            if call.signature == "valid" and outcome != "valid" and half.status in NOWHERE | ELSEWHERE:
                called = f"POST {self.mpp_server.addresses[type(call)]}"
                raise NoAnswerError(called, f"status {half.status}, so that nobody serves what [reach] names")


def _answered(held: Conversation, call: asyncio.Task[None]) -> None:
    held.calls.pop(call, None)
    held.asking.discard(call)
    held.woken.set()
