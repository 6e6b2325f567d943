"""The simulated Alipay+ in a provider state: the peer of the conversations, with one code and one order.

The peer knows its own code and its own id of the order; the names that a pact gives them are exchanged on the way.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from mpp_conformance.pacts import states
from mpp_conformance.pacts.provider_reply import Told
from mpp_conformance.peers.alipay_plus import AlipayPlus, payment_request_id
from mpp_conformance.peers.identification import identity, rules
from mpp_conformance.peers.refusals import answer_to_stranger
from mpp_conformance.peers.router import Delivery
from mpp_conformance.protocol.messages import (
    HANDLE_BY_SDK,
    IdentifyCode,
    InquiryCodeRules,
    Message,
    NotifyPayment,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios.scenario import (
    ENTRY,
    FOREIGN,
    ORDER,
    Answer,
    Codes,
    PastPayment,
    Payment,
    Profile,
    Scenario,
    handle_by_psp,
    handle_by_sdk,
    one,
)

_DIGITS: Final = "28166613000000010001"
_CODE: Final = f"https://qr.example.test/order/{_DIGITS}"
_CODES: Final = Codes(scanned=_CODE, decoded=_CODE, page_id=_DIGITS, order_id=_DIGITS, tag=f"mpp-{_DIGITS}")
_REQUEST_ID: Final = payment_request_id(_CODES)
_EARLIER_THIS_YEAR: Final = "2025-02-03T12:00:00+08:00"
_LABEL: Final = "pact"
_KINDS: Final = {"DECODE": ORDER, "OPEN_URL": ENTRY, "NONE": FOREIGN}


@dataclass(slots=True)
class StatedAlipayPlus:
    """Alipay+ as the states of one interaction after the other make it.

    ``signs``: requests are signed before they come here, because the pact's own signature is only an example.
    """

    profile: Profile
    signs: bool = True
    told: Told = field(default_factory=Told)
    _peer: AlipayPlus | None = None
    _code_value: str = ""
    _request_id: str = ""
    _kind: str = FOREIGN
    """What identifyCode finds in the code."""

    def set_up(self, name: str, given: Mapping[str, Any]) -> None:
        """Bring about a state; KeyError for one that :func:`states.problems` does not let pass."""
        if name:
            bring: Mapping[str, Callable[[Mapping[str, str]], None]] = {
                states.CODE.name: self._code,
                states.LIMITS.name: self._limits,
                states.IDENTIFIED.name: self._identified,
                states.SENT.name: self._sent,
                states.PLACED.name: self._placed,
                states.NOTIFIED.name: self._notified,
                states.UNSIGNED.name: self._unsigned,
                states.NOTHING.name: self._nothing,
            }
            bring[name]({state.name: state for state in states.ALIPAY_PLUS}[name].filled(given))

    def begin(self) -> Told:
        """Forget everything; what will be said of the interaction that begins now."""
        self._peer, self._code_value, self._request_id, self._kind = None, "", "", FOREIGN
        self.signs, self.told = True, Told()
        return self.told

    def deliver(self, message: Message, token: str = "", notes: Sequence[tuple[str, str]] = ()) -> Delivery:  # noqa: ARG002  # a gateway's form
        """Answer a call to Alipay+."""
        reply = self._reply(message)
        if reply is not None:
            self.told.said.append(reply)
        return Delivery(world=None, reply=reply, calls=())

    def _reply(self, message: Message) -> Message | None:
        peer = self._peer
        if isinstance(message, IdentifyCode | InquiryCodeRules) and message.signature == "valid":
            return self._about_codes(message)
        if peer is not None and isinstance(message, UserInitiatedPay) and self._is_the_code(message.code_value):
            answer = peer.decode(0, replace(message, code_value=_CODE))
            if answer.order is None or not self._request_id:
                return answer
            return replace(answer, order=replace(answer.order, payment_request_id=self._request_id))
        if peer is not None and isinstance(message, NotifyPayment) and self._is_the_order(message.payment_request_id):
            return peer.learn(0, replace(message, payment_request_id=_REQUEST_ID))
        return answer_to_stranger(message)

    def _about_codes(self, message: IdentifyCode | InquiryCodeRules) -> Message:
        if isinstance(message, InquiryCodeRules):
            return rules(self.profile.templates)
        kind = self._kind if self._is_the_code(message.code_value) else FOREIGN
        return identity(message.code_value, kind, replace(_CODES, scanned=message.code_value))

    def _is_the_code(self, code_value: str) -> bool:
        return self._code_value in {"", code_value}

    def _is_the_order(self, request_id: str) -> bool:
        return self._request_id in {"", request_id}

    def _know(self, scenario: Scenario, values: Mapping[str, str]) -> None:
        self._peer = AlipayPlus(scenario, (_CODES,), self.profile)
        self._code_value, self._request_id = values.get("codeValue", ""), values["paymentRequestId"]
        self._kind = ORDER

    def _code(self, values: Mapping[str, str]) -> None:
        payment = Payment(
            code=values["codeType"],
            amount=int(values["amount"]),
            answer=_answer(values),
            unknown=int(values["unknownFirst"]),
        )
        self._know(one(_LABEL, payment), values)

    def _limits(self, values: Mapping[str, str]) -> None:
        spent, by_entry_code = int(values["spentThisYear"]), values["codeType"] == ENTRY
        past = [PastPayment(amount=spent, by_entry_code=by_entry_code, at=_EARLIER_THIS_YEAR)] if spent else []
        scenario = Scenario(
            label=_LABEL,
            payments=(Payment(code=values["codeType"], amount=int(values["amount"])),),
            past=tuple(past),
            edition=values["edition"],
            breach_status=values["breachStatus"],
        )
        self._know(scenario, values)

    def _identified(self, values: Mapping[str, str]) -> None:
        self._code_value, self._kind = values["codeValue"], _KINDS[values["action"]]

    def _sent(self, values: Mapping[str, str]) -> None:
        if self._peer is not None:
            self._peer.decode(0, UserInitiatedPay(code_value=_CODE, customer_id=values["customerId"]))

    def _placed(self, values: Mapping[str, str]) -> None:
        payment = Payment(code=values["codeType"], amount=int(values["amount"]), answer=handle_by_psp())
        self._know(one(_LABEL, payment), values)
        self._sent(values)

    def _notified(self, values: Mapping[str, str]) -> None:
        paid = values["resultStatus"] == "S"
        notice = NotifyPayment(
            payment_request_id=_REQUEST_ID,
            result_status=values["resultStatus"],
            result_code="SUCCESS" if paid else "USER_BALANCE_NOT_ENOUGH",
            result_message="success" if paid else "not paid",
        )
        if self._peer is not None:
            self._peer.learn(0, notice)

    def _unsigned(self, values: Mapping[str, str]) -> None:  # noqa: ARG002  # it has none
        self.signs = False

    def _nothing(self, values: Mapping[str, str]) -> None:
        """No code and no order: that is how it begins."""


def _answer(values: Mapping[str, str]) -> Answer:
    code = values["resultCode"] or None
    if values["actionType"] != HANDLE_BY_SDK:
        return handle_by_psp(values["resultStatus"], code=code)
    made = handle_by_sdk(values["resultStatus"], code=code)
    return replace(made, payload=values["sdkActionPayload"] or made.payload)


def result_of(message: Message) -> str:
    """How an answer ended, as people say it; empty for a message without a result."""
    status, code = getattr(message, "result_status", None), getattr(message, "result_code", None)
    words = getattr(message, "result_message", "")
    form = f", {message.action_type}" if isinstance(message, UserInitiatedPayAnswer) and message.action_type else ""
    return f"{status} {code}{form}: {words}" if status else ""
