"""MPPs whose server takes a call of Alipay+ for a stranger's because of how it is written, or answers out of order."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from mpp_conformance import wire
from mpp_conformance.protocol.messages import (
    BLANKS,
    TITLE_CASE,
    UPPER_CASE,
    CancelPayment,
    CancelPaymentAnswer,
    InquiryPayment,
    InquiryPaymentAnswer,
    NotifyPayment,
)
from mpp_conformance.specimens.books import CLOSED, Entry
from mpp_conformance.specimens.conforming import ConformingMpp, Say
from mpp_conformance.specimens.consequences import ids

Call = InquiryPayment | CancelPayment
Answer = InquiryPaymentAnswer | CancelPaymentAnswer


class VerifiesOtherBytes(ConformingMpp):
    """Common ground of those who verify what they have made of a call.

    What is written otherwise is refused (WIRE-6): nothing is told of an order (INQ-1, INQ-2, CAN-3), or taken back
    (CAN-1), and what hangs on that cannot be judged.
    """

    breaks = frozenset({"CAN-1", "CAN-3", "INQ-1", "INQ-2", "WIRE-6"})
    hides = frozenset({"CAN-2", "CAN-4", "CAN-5", "NOT-3", "WIRE-5", "WIRE-7"})

    def made(self, body: str) -> str:
        """The text that is verified."""
        raise NotImplementedError

    def served(self, call: Call) -> Answer:
        """Refused where that is not what came."""
        body = wire.encode(call).decode("utf-8", "surrogateescape")
        return super().served(call if self.made(body) == body else replace(call, signature="invalid"))


class VerifiesCompactBody(VerifiesOtherBytes):
    """Verifies the signature of a call over the JSON that its library writes of what it has parsed."""

    name = "calls-verified-over-reserialised-body"
    breaks = frozenset({"CAN-1", "CAN-2", "CAN-3", "INQ-1", "INQ-2", "WIRE-6"})
    hides = frozenset({"CAN-4", "CAN-5", "CAN-6", "NOT-3", "SRV-7", "WIRE-3", "WIRE-4", "WIRE-5", "WIRE-7", "WIRE-8"})

    def made(self, body: str) -> str:
        """Fields in the order in which they came, and no white space."""
        return json.dumps(json.loads(body), ensure_ascii=False, separators=(",", ":"))


class VerifiesOwnFields(VerifiesOtherBytes):
    """Verifies the signature of a call over the fields that it knows, in its own order."""

    name = "calls-verified-over-fields-in-own-order"
    hides = frozenset({"CAN-4", "CAN-5", "CAN-6", "NOT-3", "SRV-7", "WIRE-3", "WIRE-4", "WIRE-5", "WIRE-7", "WIRE-8"})
    breaks = frozenset({"CAN-1", "CAN-2", "CAN-3", "INQ-1", "INQ-2", "WIRE-6"})

    def made(self, body: str) -> str:
        """The documentation's order."""
        read = json.loads(body)
        known = {name: read[name] for name in ("acquirerId", "pspId", "paymentRequestId")}
        return json.dumps(known, separators=(",", ":"))


class VerifiesSpacedBody(VerifiesOtherBytes):
    """Verifies the signature of a call over the JSON that another library writes of it, with blanks."""

    name = "calls-verified-over-body-with-blanks"
    hides = ids("""
        CAN-2 CAN-4 CAN-5 CAN-6 INQ-3 INQ-4 NOT-3 SRV-7 WIRE-3 WIRE-4 WIRE-5 WIRE-7 WIRE-8
    """)
    breaks = frozenset({"CAN-1", "CAN-3", "INQ-1", "INQ-2", "WIRE-6"})

    def made(self, body: str) -> str:
        """A blank after each separator, as some libraries write it by themselves."""
        return json.dumps(json.loads(body), ensure_ascii=False)


class Carried(ConformingMpp):
    """Common ground of those who read no signature where HTTP carries a call in a way that is not their own.

    Such a call is refused (WIRE-6): nothing is told of an order (INQ-1, INQ-2, CAN-3), or taken back (CAN-1, CAN-2),
    and what hangs on that cannot be judged.
    """

    strange: frozenset[str] = frozenset()

    def served(self, call: Call) -> Answer:
        """As unsigned."""
        unread = not self.strange.isdisjoint(call.carriage.split())
        return super().served(replace(call, signature="missing") if unread else call)


class SplitsAtCommas(Carried):
    """Takes the Signature header of a call apart at its commas, and does not expect blanks after them."""

    name = "calls-with-blanks-in-signature-refused"
    breaks = frozenset({"CAN-1", "CAN-2", "CAN-3", "INQ-1", "INQ-2", "WIRE-6"})
    hides = frozenset({"CAN-4", "CAN-6", "NOT-3", "SRV-7", "WIRE-3", "WIRE-4", "WIRE-5", "WIRE-8"})
    strange = frozenset({BLANKS})


class ReadsLowerCase(Carried):
    """Looks for the headers of a call by their names in lower case."""

    name = "call-headers-looked-up-in-lower-case"
    breaks = frozenset({"CAN-1", "CAN-2", "CAN-3", "INQ-1", "INQ-2", "WIRE-6"})
    hides = frozenset({"CAN-4", "CAN-5", "NOT-3", "SRV-7", "WIRE-3", "WIRE-4", "WIRE-5", "WIRE-7", "WIRE-8"})
    strange = frozenset({TITLE_CASE, UPPER_CASE})


class ReadsCapitals(Carried):
    """Looks for the headers of a call as the documentation spells their names."""

    name = "call-headers-looked-up-with-capitals"
    breaks = frozenset({"CAN-1", "CAN-2", "CAN-3", "INQ-1", "INQ-2", "WIRE-6"})
    hides = frozenset({"CAN-5", "WIRE-5"})
    strange = frozenset({UPPER_CASE})


class RefusesUnknownFields(ConformingMpp):
    """Refuses a call with a field that it does not know."""

    name = "calls-with-an-unknown-field-refused"
    observed = frozenset({"WIRE-7"})

    def served(self, call: Call) -> Answer:
        """PARAM_ILLEGAL."""
        made = super().served(call)
        if set(json.loads(wire.encode(call))) <= {"acquirerId", "pspId", "paymentRequestId"}:
            return made
        refusal = {"result_status": "F", "result_code": "PARAM_ILLEGAL", "result_message": "unknown field"}
        return InquiryPaymentAnswer(**refusal) if isinstance(call, InquiryPayment) else CancelPaymentAnswer(**refusal)


# --- one call after the other -------------------------------------------------------------------------------------


@dataclass
class CachesAnswers(ConformingMpp):
    """Answers an inquiry as it has answered the first one about the order.

    What was under way then is not told as paid (INQ-1), and what was cancelled since not as closed (CAN-3). It
    looks into its cache before it verifies who asks (WIRE-5).
    """

    name = "inquiries-answered-from-a-cache"
    breaks = frozenset({"CAN-3", "INQ-1", "WIRE-5"})
    cache: dict[str, InquiryPaymentAnswer] = field(default_factory=dict)

    def inquired(self, inquiry: InquiryPayment) -> InquiryPaymentAnswer:
        """The first answer of all."""
        return self.cache.setdefault(inquiry.payment_request_id, super().inquired(inquiry))


@dataclass
class CachesResults(CachesAnswers):
    """Answers an inquiry about a payment that had ended as it has answered the first one after that.

    What was cancelled since is not told as closed (CAN-3), and whoever asks is told what is there (WIRE-5).
    """

    name = "ends-inquired-from-a-cache"
    breaks = frozenset({"CAN-3", "WIRE-5"})

    def inquired(self, inquiry: InquiryPayment) -> InquiryPaymentAnswer:
        """Only what was final."""
        made = ConformingMpp.inquired(self, inquiry)
        if made.payment_status in ("S", "F"):
            self.cache.setdefault(inquiry.payment_request_id, made)
        return self.cache.get(inquiry.payment_request_id, made)


class ReopensWhenConfirmed(ConformingMpp):
    """Closes an order that is cancelled, and tells inquiries of another reason once the consumer has confirmed."""

    name = "cancelled-order-inquired-as-failed-when-confirmed"
    breaks = frozenset({"CAN-3"})

    def state(self, entry: Entry) -> tuple[str, str]:
        """Another reason, once the consumer has confirmed."""
        status, code = super().state(entry)
        return (status, "PROCESS_FAIL") if code == CLOSED and entry.status == "F" else (status, code)


class NotifiesCancellations(ConformingMpp):
    """Notifies Alipay+ that an order is closed when Alipay+ has cancelled it, although it has notified it as paid."""

    name = "cancellation-of-a-success-notified"
    breaks = frozenset({"NOT-3"})

    def hear(self, session: str, message: object) -> Iterator[Say]:
        """Once more, F."""
        number = getattr(message, "payment_request_id", "")
        entry = self.books.get(number)
        before = entry is not None and entry.status == "S" and not entry.cancelled
        yield from super().hear(session, message)  # type: ignore[arg-type]  # handed on as it came
        if isinstance(message, CancelPayment) and before and entry is not None and entry.cancelled:
            said = NotifyPayment(
                payment_request_id=number,
                result_status="F",
                result_code=CLOSED,
                result_message="cancelled",
                payment_id=f"mpp-{number}",
            )
            yield Say(session=session, message=said)
