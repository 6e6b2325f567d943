"""MPPs that stumble over what stands beside actionForm in an answer: none of it has a say in what is to be done."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from mpp_conformance.protocol import result_codes
from mpp_conformance.protocol.messages import (
    HANDLE_BY_PSP,
    HANDLE_BY_SDK,
    Message,
    NotifyPayment,
    Order,
    UserInitiatedPayAnswer,
)
from mpp_conformance.specimens.conforming import NO_ANSWER, ConformingMpp, Handed, Session
from mpp_conformance.specimens.consequences import PAYLOAD_NOT_HANDED

_MOST_GOODS: Final = 10
_COLUMN: Final = 255
_BUFFER: Final = 2_048
_FEN: Final = 100
_BASIC: Final = "\uffff"
_CODES: Final = frozenset(code for codes in result_codes.NAMED.values() for code in codes)


class BreaksDown(ConformingMpp):
    """Common ground: the server breaks down over some answers, and nothing follows."""

    def stumbles(self, told: Mapping[str, Any], body: str) -> bool:  # noqa: ARG002  # specimens use them
        """Over none; each specimen says over which."""
        return False

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """No word after such an answer."""
        if not self.stumbles(_told(answer), answer.body or ""):
            yield from super().answered(session, answer)


class NeedsMerchant(ConformingMpp):
    """Looks up the merchant's name for its records before it passes a payload on, and breaks down where there is none.

    Its client had nothing to give (EC-25, OC-16), and the SDK does nothing (ANS-1).
    """

    name = "merchant-name-missed"
    breaks = frozenset({"SRV-4"})
    hides = PAYLOAD_NOT_HANDED | {"UX-6"}
    observed = frozenset({"ANS-1"})

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """No word where an order has no merchant with a name."""
        if not self.misses(session, _told(answer)):
            yield from super().pass_to_client(session, answer)

    def misses(self, session: Session, told: Mapping[str, Any]) -> bool:  # noqa: ARG002  # others use it
        """Whether there is an order, and no merchant's name in it."""
        merchant = (told.get("order") or {"merchant": {"merchantName": "nobody"}}).get("merchant") or {}
        return "merchantName" not in merchant


class NeedsMerchantForEntryCode(NeedsMerchant):
    """Looks up the merchant's name for its records of entry codes, and does not report its app link.

    Whether the server passed the payload on cannot be seen (SRV-4); the SDK does nothing (ANS-1).
    """

    name = "merchant-name-missed-for-entry-code"
    breaks = frozenset({"EC-25"})
    hides = frozenset({"SRV-4", "UX-6"})
    app_link = False

    def misses(self, session: Session, told: Mapping[str, Any]) -> bool:
        """Only where the client SDK called decode."""
        return session.callback is not None and super().misses(session, told)


class NeedsMerchantForOrderCode(NeedsMerchant):
    """Looks up the merchant's name for its records of order codes, and does not report its app link.

    Whether the server passed the payload on cannot be seen (SRV-4); the SDK does nothing (ANS-1).
    """

    name = "merchant-name-missed-for-order-code"
    breaks = frozenset({"OC-16"})
    hides = frozenset({"SRV-4", "UX-6"})
    app_link = False

    def misses(self, session: Session, told: Mapping[str, Any]) -> bool:
        """Only where the client SDK did not call decode."""
        return session.callback is None and super().misses(session, told)


class NeedsAmounts(NeedsMerchant):
    """Looks up an order's amount before it passes a payload on, and breaks down where only the order's id is told."""

    name = "amount-missed-beside-order-id"
    breaks = frozenset({"SRV-4"})
    hides = frozenset({"EC-25", "UX-6"})
    observed = frozenset()

    def misses(self, session: Session, told: Mapping[str, Any]) -> bool:  # noqa: ARG002  # whichever code it was
        """Whether there is an id, and no amount."""
        return bool(told.get("paymentRequestId")) and not told.get("paymentAmount")


class FewGoods(NeedsMerchant):
    """Keeps at most ten goods of an order, and breaks down over more before it passes a payload on."""

    name = "goods-above-ten-crash-server"
    breaks = frozenset({"SRV-4"})
    hides = frozenset({"EC-25", "UX-6"})
    observed = frozenset()

    def misses(self, session: Session, told: Mapping[str, Any]) -> bool:  # noqa: ARG002  # whichever code it was
        """Whether there are more."""
        return len((told.get("order") or {}).get("goods") or ()) > _MOST_GOODS


class NeedsStoreAddress(ConformingMpp):
    """Looks up where the merchant's store is before it takes a payment, and breaks down where that is not told.

    The client is handed no result (SRV-7), and nothing is notified of the order (NOT-2).
    """

    name = "store-address-missed"
    breaks = frozenset({"SRV-5", "SRV-7", "UX-7"})
    observed = frozenset({"NOT-2"})
    hides = frozenset({"NOT-1", "NOT-4", "NOT-9", "OC-19", "OC-20", "SRV-3"})

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """No word about a store without an address."""
        store = ((_told(answer).get("order") or {}).get("merchant") or {}).get("store")
        if answer.action_type == HANDLE_BY_SDK or not store or "storeAddress" in store:
            yield from super().answered(session, answer)


class NeedsNotifyUrl(BreaksDown):
    """Knows no other address of notifyPayment than the one that an order gives, and breaks down where it gives none.

    The payment does not go on (SRV-5), and the client is handed no result (SRV-7).
    """

    name = "notify-url-missed"
    hides = frozenset({"NOT-1", "OC-19", "OC-20", "SRV-3"})
    breaks = frozenset({"SRV-5", "SRV-7"})

    def stumbles(self, told: Mapping[str, Any], body: str) -> bool:  # noqa: ARG002  # not the text
        """An order to collect without it."""
        return _is_to_pay(told) and "paymentNotifyUrl" not in told


class NullBreaksOrder(BreaksDown):
    """Reads a field of an order that is null as it reads one that is there.

    The client is handed no result (SRV-7, ANS-1), and nothing is notified of the order (NOT-2).
    """

    name = "null-in-order-crashes-server"
    breaks = frozenset({"SRV-5", "SRV-7", "UX-7"})
    hides = frozenset({"EC-28", "EC-29", "NOT-1", "NOT-4", "NOT-9", "OC-19", "OC-20", "SDK-1", "SRV-3"})
    observed = frozenset({"ANS-1", "NOT-2"})

    def stumbles(self, told: Mapping[str, Any], body: str) -> bool:  # noqa: ARG002  # not the text
        """A null beside an order that is to be collected."""
        return told.get("paymentRequestId") is not None and _is_to_pay(told) and None in told.values()


class PresenceMeansOrder(BreaksDown):
    """Takes the mere presence of paymentRequestId for an order, null or not, and breaks down over it.

    The client is not handed a failed result (SRV-8, ANS-1).
    """

    name = "null-taken-for-order"
    hides = frozenset({"EC-28", "EC-29", "OC-19", "OC-20", "SDK-1", "SRV-3"})
    breaks = frozenset({"SRV-8"})
    observed = frozenset({"ANS-1"})

    def stumbles(self, told: Mapping[str, Any], body: str) -> bool:  # noqa: ARG002  # not the text
        """HANDLE_BY_PSP with an order that is null."""
        return "paymentRequestId" in told and told["paymentRequestId"] is None and _acted_on(told) == HANDLE_BY_PSP


class NamesInThreeBytes(BreaksDown):
    """Keeps the texts of an answer in columns of three-byte UTF-8, whose database refuses more.

    Whatever the answer asks for does not happen (SRV-3, SRV-4, SRV-7, SRV-8), nothing is notified of the order
    (NOT-2), and what follows in the same conversation never begins. Its client had nothing to give.
    """

    name = "names-beyond-basic-plane-crash-server"
    breaks = frozenset({"SRV-3", "SRV-4", "SRV-5", "SRV-7", "SRV-8", "UX-7"})
    observed = frozenset({"NOT-2"})
    hides = PAYLOAD_NOT_HANDED | {"NOT-4", "NOT-9", "EC-28", "EC-29", "NOT-1", "OC-19", "OC-20", "SDK-1", "UX-6"}

    def stumbles(self, told: Mapping[str, Any], body: str) -> bool:  # noqa: ARG002  # not the text
        """A character beyond the basic plane, the payload apart."""
        return any(char > _BASIC for text in _texts({**told, "actionForm": None}) for char in text)


class SmallBuffer(BreaksDown):
    """Reads at most 2,048 bytes of an answer, and cannot make sense of what it cut.

    Whatever the answer asks for does not happen (SRV-3, SRV-4, SRV-7), nothing is notified of the order (NOT-2), and
    what follows in the same conversation never begins. Its client had nothing to give.
    """

    name = "answers-above-2-kib-cut"
    breaks = frozenset({"SRV-3", "SRV-4", "SRV-5", "SRV-7", "UX-7"})
    observed = frozenset({"NOT-2"})
    hides = PAYLOAD_NOT_HANDED | {"NOT-4", "NOT-9", "EC-28", "EC-29", "NOT-1", "OC-19", "OC-20", "SDK-1", "UX-6"}

    def stumbles(self, told: Mapping[str, Any], body: str) -> bool:  # not what it says
        """A long answer that is long for more than its payload."""
        payload = (told.get("actionForm") or {}).get("sdkActionPayload") or ""
        return len(body.encode()) - len(payload.encode()) > _BUFFER


class StrictFields(BreaksDown):
    """Has a parser that refuses fields it does not know."""

    name = "unknown-fields-refused"
    observed = frozenset({"ANS-1"})

    def stumbles(self, told: Mapping[str, Any], body: str) -> bool:  # noqa: ARG002  # not the text
        """A field with a hyphen in its name, as none of the documented ones has."""
        return any("-" in name for name in _names(told))


class ShortColumns(BreaksDown):
    """Keeps every text of an answer in a column of 255 characters, whose database refuses more."""

    name = "texts-above-255-refused"
    observed = frozenset({"ANS-1"})

    def stumbles(self, told: Mapping[str, Any], body: str) -> bool:  # noqa: ARG002  # not the text
        """A text that is too long, where no document says how long it may be."""
        said = {name: told.get(name) for name in ("result", "order")}
        return any(len(text) > _COLUMN + 1 for text in _texts(said))


class CodesInEnumeration(ConformingMpp):
    """Has an enumeration of the result codes that documents name, and breaks down over any other."""

    name = "result-codes-in-an-enumeration"
    observed = frozenset({"ANS-1"})

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """No word after a code that is in no list."""
        if answer.result_code in _CODES:
            yield from super().answered(session, answer)


class RiskBeforeActionType(ConformingMpp):
    """Takes a result code that speaks of risk or regulation for its own matter, whatever actionType says."""

    name = "risk-before-action-type"
    observed = frozenset({"ANS-1"})

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """A failure of its own."""
        if answer.result_code in result_codes.UNNAMED:
            yield from self.not_decoded(session, answer)
        else:
            yield from super().answered(session, answer)


class PayloadIsTheRest(ConformingMpp):
    """Takes everything in actionForm but actionType for the payload, one after the other."""

    name = "unknown-fields-joined-to-payload"
    observed = frozenset({"ANS-1"})

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """An unknown field stands there as well now and then."""
        form = _told(answer).get("actionForm") or {"sdkActionPayload": answer.sdk_action_payload}
        rest = [str(value) for name, value in form.items() if name != "actionType" and value is not None]
        yield from super().pass_to_client(session, replace(answer, sdk_action_payload="".join(rest)))


class AmountsInYuan(ConformingMpp):
    """Keeps amounts as fractions of a yuan, and notifies what is left of them.

    So it does for orders that nobody wrote, too (ANS-2).
    """

    name = "amounts-kept-as-fractions"
    observed = frozenset({"ANS-2", "NOT-4"})

    def notice(self, session: Session, order: Order, result: Handed) -> NotifyPayment:
        """To yuan and back."""
        made = super().notice(session, order, result)
        return replace(made, payment_amount=str(int(int(order.amount) / _FEN * _FEN)))


def _told(answer: UserInitiatedPayAnswer) -> Mapping[str, Any]:
    """The fields of the answer's body; none where Alipay+ said only the usual."""
    found: Mapping[str, Any] = json.loads(answer.body) if answer.body else {}
    return found


def _acted_on(told: Mapping[str, Any]) -> str:
    return str((told.get("actionForm") or {}).get("actionType"))


def _is_to_pay(told: Mapping[str, Any]) -> bool:
    return _acted_on(told) == HANDLE_BY_PSP and (told.get("result") or {}).get("resultStatus") == "S"


def _inside(value: object) -> Iterable[object]:
    return value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for inner in _inside(value):
        yield from _texts(inner)


def _names(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from value
    for inner in _inside(value):
        yield from _names(inner)


# --- how an answer is spelled -------------------------------------------------------------------------------------


class VerifiesSpelling(ConformingMpp):
    """Verifies an answer over the body as its own JSON library writes it, and believes no other spelling.

    It asks again, and in the end tells its client of a failure: what its client would have done with a payload or an
    order is not seen then (EC-25, OC-16, SRV-7). Where a proxy spells an answer otherwise it believes that no more
    (FLT-3).
    """

    name = "answers-verified-over-compact-body"
    breaks = frozenset({"SRV-4"})
    hides = frozenset({"EC-25", "NOT-1", "OC-16", "SRV-5", "SRV-7"})
    observed = frozenset({"FLT-3"})

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """What verifies over other bytes is nobody's word."""
        body = answer.body or ""
        rewritten = json.dumps(json.loads(body), ensure_ascii=False, separators=(",", ":")) if body else ""
        if rewritten == body:
            yield from super().answered(session, answer)
        else:
            yield from self.not_known(session, NO_ANSWER)


class KeepsEscapes(ConformingMpp):
    """Reads the payload with a reader of its own, which knows the escapes of one letter and not those by number."""

    name = "payload-escapes-by-number-kept"
    breaks = frozenset({"SRV-4"})

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """Such a letter stays as it is written."""
        found = re.search(r'"sdkActionPayload"\s*:\s*("(?:[^"\\]|\\.)*")', answer.body or "")
        if found and answer.sdk_action_payload is not None:
            kept = re.sub(r"(\\\\)|\\(?=u)", lambda escape: escape[1] or r"\\", found[1])
            answer = replace(answer, sdk_action_payload=json.loads(kept))
        yield from super().answered(session, answer)
