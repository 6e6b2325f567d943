"""The double of the Alipay+ client SDK in a provider state: the peers of the conversations, one entry code.

It hears what the MPP client calls (launch, the callback of decode, handleAction) and calls decode itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from mpp_conformance import wire
from mpp_conformance.pacts import states
from mpp_conformance.pacts.provider_reply import Told
from mpp_conformance.peers.reactions import Reactions
from mpp_conformance.protocol.messages import Decode, DecodeCallback, HandleAction, Launch, Malformed, Message
from mpp_conformance.scenarios.scenario import ENTRY, Codes, Payment, Profile, one

CALLS: Final[Mapping[str, type[Message]]] = {
    wire.OPERATIONS[kind].name: kind for kind in (Launch, DecodeCallback, HandleAction)
}
"""What an MPP client calls, by the name that the interaction's metadata give it (``operation``)."""
_DIGITS: Final = "28166613000000010001"
_CODE: Final = f"https://qr.example.test/order/{_DIGITS}"
_PAGE: Final = f"https://qr.example.test/entry/{_DIGITS}"


@dataclass(slots=True)
class StatedClientSdk:
    """The double as the states of one interaction after the other make it."""

    profile: Profile
    told: Told = field(default_factory=Told)
    _peers: Reactions | None = None
    _callback: str = ""

    def set_up(self, name: str, given: Mapping[str, Any]) -> None:
        """Bring about a state; KeyError for one that :func:`states.problems` does not let pass."""
        if name:
            bring: Mapping[str, Callable[[Mapping[str, str]], None]] = {
                states.SCANNED.name: self._scanned,
                states.PAGE.name: self._opened,
                states.DECODED.name: self._opened,
                states.NOTHING.name: self._nothing,
            }
            bring[name]({state.name: state for state in states.CLIENT_SDK}[name].filled(given))

    def begin(self) -> Told:
        """Forget everything; what will be said of the interaction that begins now."""
        self._peers, self._callback, self.told = None, "", Told()
        return self.told

    def hear(self, operation: str, body: bytes) -> None:
        """Take a call of the MPP client's."""
        kind = CALLS.get(operation)
        if kind is None:
            known, seen = ", ".join(CALLS), wire.printable(operation, 100) or "nothing"
            self.told.problems.append(f"metadata, operation: expected {known}, seen {seen}")
            return
        message = wire.decode(kind, body)
        if isinstance(message, Malformed):
            self.told.problems.append(f"{operation}, {message.problem}")
            return
        sent = self._peers.to(0, message) if self._peers is not None else []
        self.told.said.extend(sending.message for sending in sent)
        if isinstance(message, Launch) and not sent:
            self.told.problems.append("launch, url: it leads to no merchant page that the provider state speaks of")
        if isinstance(message, DecodeCallback) and message.callback != self._callback:
            self.told.problems.append("decodeCallback, callback: the provider state speaks of no such call of decode")

    def speak(self) -> Message | None:
        """What the client SDK says by itself: it calls decode; ``None`` where no merchant page is open."""
        return next((message for message in self.told.said if isinstance(message, Decode)), None)

    def _scanned(self, values: Mapping[str, str]) -> None:
        self._scan(values["url"])

    def _opened(self, values: Mapping[str, str]) -> None:
        self._callback = values["callback"]
        sent = self._scan(_PAGE, values.get("codeValue", _CODE)).to(0, Launch(url=_PAGE))
        calls = [sending.message for sending in sent if isinstance(sending.message, Decode)]
        self.told.said.extend(replace(call, callback=self._callback) for call in calls)

    def _nothing(self, values: Mapping[str, str]) -> None:
        """No page is open: that is how it begins."""

    def _scan(self, page: str, code_value: str = _CODE) -> Reactions:
        """The peers about an entry code: its page, and the order code that is intercepted there."""
        codes = Codes(scanned=page, decoded=code_value, page_id=page, order_id=_DIGITS, tag=f"mpp-{_DIGITS}")
        self._peers = Reactions(one("pact", Payment(code=ENTRY)), self.profile, (codes,))
        return self._peers
