"""The providers that a pact can be verified with, by the name that it gives them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final

from mpp_conformance.pacts import hosting, states, validity, wallet_hosting
from mpp_conformance.pacts.alipay_plus import StatedAlipayPlus, result_of
from mpp_conformance.pacts.client_sdk import CALLS, StatedClientSdk
from mpp_conformance.pacts.document import ASYNC, HTTP, SYNC, Interaction, Pact
from mpp_conformance.pacts.hosting import Hosted
from mpp_conformance.pacts.provider_reply import Told
from mpp_conformance.pacts.states import State
from mpp_conformance.pacts.verification import Provider
from mpp_conformance.protocol.messages import Decode, Message
from mpp_conformance.wallet import Wallet, reference
from mpp_conformance.wire import printable

_CLIENT_ID: Final = "SANDBOX_5Y0000000000EXAMPLE"
_HEADER_TEXT: Final = re.compile(r"[!-~]{1,64}")
_UNKNOWN: Final = frozenset({"INVALID_CODE", "ORDER_NOT_EXIST"})
_SIGNED_WITH: Final = ("signature", "client-id", "request-time")
_OF_A_CODE: Final[Mapping[str, tuple[str, ...]]] = {
    "result_status": ("result", "resultStatus"),
    "action_type": ("actionForm", "actionType"),
    "is_supported": ("isSupported",),
    "action": ("postCodeMatchActionType",),
}
"""What an MPP's next step hangs on: a message's field, and its place in a body."""
_OF_A_PAYMENT: Final[Mapping[str, tuple[str, ...]]] = {
    "result_status": ("result", "resultStatus"),
    "payment_status": ("paymentResult", "resultStatus"),
}
"""Likewise for Alipay+."""


class _OverHttp:
    """A provider whose interactions are HTTP exchanges of a document in ``openapi/``."""

    title: str
    document: str

    def unfit(self, interaction: Interaction) -> str:
        """Messages are not for it."""
        if interaction.kind == HTTP:
            return ""
        return f"{self.title} is spoken to over HTTP, and this is a message: it was not replayed"

    def wrong(self, interaction: Interaction) -> list[str]:
        """Both halves are held against the document."""
        asked = validity.request_problems(interaction, self.document)
        return [*asked, *validity.answer_problems(interaction, self.document)]


class AlipayPlusProvider(_OverHttp):
    """The simulated Alipay+, over HTTP and signed (``openapi/alipay-plus.yaml``)."""

    title = "Alipay+"
    known: Sequence[State] = states.ALIPAY_PLUS
    document = "alipay-plus"

    def hosted(self, pact: Pact) -> AbstractAsyncContextManager[Hosted]:
        """It knows the MPP by the name that the pact's first request gives it."""
        told = (interaction.request.headers.get("client-id", "") for interaction in pact.interactions)
        client_id = next((name for name in told if _HEADER_TEXT.fullmatch(name)), _CLIENT_ID)
        return hosting.alipay_plus(StatedAlipayPlus(reference().profile), client_id)

    def loose(self, interaction: Interaction, told: Told) -> list[str]:
        """What decides an MPP's next step is the same as in the pact, whatever its rules let pass."""
        return _unlike(interaction, told, _OF_A_CODE, self.title)

    def explained(self, interaction: Interaction, told: Told) -> list[str]:
        """What the answer was, and the likely slip."""
        answer = _last(told)
        if answer is None:
            return []
        return [f"{self.title} answered {printable(result_of(answer), 300)}", *_likely(interaction, answer)]


class ClientSdkProvider:
    """The double of the Alipay+ client SDK, by messages (``openapi/observer.yaml``, ``openapi/mpp-adaptor.yaml``)."""

    title = "the client SDK"
    known: Sequence[State] = states.CLIENT_SDK

    def unfit(self, interaction: Interaction) -> str:
        """The client SDK is called in the app: nothing of it is HTTP."""
        if interaction.kind in {ASYNC, SYNC}:
            return ""
        return f"{self.title} is spoken to by messages, and this is HTTP: it was not replayed"

    def wrong(self, interaction: Interaction) -> list[str]:
        """A message that the MPP client is to hear must be one; what it says is read by the double."""
        if interaction.kind == SYNC:
            operation = interaction.request.headers.get("operation", "")
            if operation not in CALLS:
                seen = printable(operation, 100) or "nothing"
                return [f"request metadata, operation: expected {' or '.join(CALLS)}, seen {seen}"]
            return []
        return validity.message_problems(interaction.answer, Decode)

    def hosted(self, pact: Pact) -> AbstractAsyncContextManager[Hosted]:  # noqa: ARG002  # others look at it
        """Where the verifier asks for messages."""
        return hosting.client_sdk(StatedClientSdk(reference().profile))

    def loose(self, interaction: Interaction, told: Told) -> list[str]:  # noqa: ARG002  # others look at it
        """What the double does is told as problems."""
        return []

    def explained(self, interaction: Interaction, told: Told) -> list[str]:
        """The likely slip."""
        if told.said or interaction.states:
            return []
        return ["likely: it has no provider state, and without one no page is open (contracts states)"]


class MppServerProvider(_OverHttp):
    """The MPP server of a wallet, over HTTP and signed (``openapi/mpp-server.yaml``)."""

    title = "the MPP server"
    known: Sequence[State] = states.MPP_SERVER
    document = "mpp-server"

    def __init__(self, wallet: Wallet) -> None:
        """``wallet`` has keys, and says where its MPP server is."""
        self._wallet = wallet

    def hosted(self, pact: Pact) -> AbstractAsyncContextManager[Hosted]:  # noqa: ARG002  # others look at it
        """Where the wallet file says."""
        return wallet_hosting.mpp_server(self._wallet)

    def loose(self, interaction: Interaction, told: Told) -> list[str]:
        """What decides Alipay+'s next step is the same as in the pact, whatever its rules let pass."""
        return _unlike(interaction, told, _OF_A_PAYMENT, self.title)

    def explained(self, interaction: Interaction, told: Told) -> list[str]:  # noqa: ARG002  # others look at it
        """What the answer was."""
        answer = _last(told)
        return [] if answer is None else [f"{self.title} answered {printable(result_of(answer), 300)}"]


PROVIDERS: Final[Mapping[str, Provider]] = {
    "alipay-plus": AlipayPlusProvider(),
    "alipay-plus-client-sdk": ClientSdkProvider(),
}

MPP_SERVER: Final = "mpp-server"
"""The name of the provider that a wallet file names: :class:`MppServerProvider`."""


def _unlike(interaction: Interaction, told: Told, decisive: Mapping[str, tuple[str, ...]], title: str) -> list[str]:
    """The decisive fields in which the answer is not the one that the pact shows."""
    answer = _last(told)
    found: list[str] = []
    for name, place in decisive.items():
        shown, seen = validity.field_of(interaction.answer, *place), getattr(answer, name, None)
        if shown is not None and shown != seen:
            where = f"answer $.{'.'.join(place)}"
            found.append(f"{where}: the pact shows {_quoted(shown)}, {title} answers {_quoted(seen)}")
    return found


def _last(told: Told) -> Message | None:
    return told.said[-1] if told.said else None


def _likely(interaction: Interaction, answer: Message) -> Iterator[str]:
    code = getattr(answer, "result_code", "")
    missing = [name for name in _SIGNED_WITH if name not in interaction.request.headers]
    if code == "INVALID_SIGNATURE" and missing:
        yield f"likely: the request of the pact has no header {', '.join(missing)}"
    elif code in _UNKNOWN and not interaction.states:
        yield "likely: it has no provider state, and without one no code and no order is known (contracts states)"
    elif code in _UNKNOWN:
        yield "likely: codeValue or paymentRequestId of the provider state is not the one that is sent"


def _quoted(value: object) -> str:
    return "none" if value is None else f'"{printable(str(value), 60)}"'
