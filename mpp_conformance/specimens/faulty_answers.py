"""MPPs that are careless with what comes back from Alipay+: they believe too much of it, or too little."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from mpp_conformance import wire
from mpp_conformance.protocol.messages import (
    HANDLE_BY_PSP,
    HANDLE_BY_SDK,
    InquiryPaymentAnswer,
    Message,
    NotifyPayment,
    Order,
    RedirectFollowed,
    Scan,
    UserInitiatedPayAnswer,
)
from mpp_conformance.specimens.books import Entry
from mpp_conformance.specimens.conforming import ConformingMpp, Handed, Say, Session

_OK: Final = 200
_PARTS: Final = ("algorithm", "keyVersion", "signature")


# --- the signature --------------------------------------------------------------------------------------------------


class BelievesUnsigned(ConformingMpp):
    """Verifies the signature of an answer where there is one, and believes those that have none."""

    name = "unsigned-answers-believed"
    observed = frozenset({"FLT-13"})

    def believes(self, asked: wire.Call, received: wire.Received) -> wire.Answer | None:
        """Missing is as good as valid."""
        signed = received.signature == "missing"
        return super().believes(asked, replace(received, signature="valid") if signed else received)


class NeverVerifies(ConformingMpp):
    """Logs a warning where the signature of an answer does not verify, and goes on.

    So it does where there is none (FLT-13).
    """

    name = "answers-never-verified"
    breaks = frozenset({"FLT-1"})
    observed = frozenset({"FLT-13"})

    def believes(self, asked: wire.Call, received: wire.Received) -> wire.Answer | None:
        """Whatever it is."""
        return super().believes(asked, replace(received, signature="valid"))


class VerifiesToNotify(NeverVerifies):
    """Debits for any order, and verifies the answer that brought it before it notifies the payment, not before.

    So it does where there is no signature (FLT-13). Payloads it passes on only from answers that verify.
    """

    name = "answers-verified-after-debit"

    def believes(self, asked: wire.Call, received: wire.Received) -> wire.Answer | None:
        """Orders come first; one that must not be notified is nobody's."""
        sound = ConformingMpp.believes(self, asked, received)
        found = sound or super().believes(asked, received)
        if sound is not None or not isinstance(found, UserInitiatedPayAnswer) or found.order is None:
            return sound
        return replace(found, order=replace(found.order, payment_request_id=""))

    def notify(self, session: Session, order: Order, result: Handed) -> Iterator[Message]:
        """Nothing of such an order."""
        return super().notify(session, order, result) if order.payment_request_id else iter(())


class VerifiesRewritten(ConformingMpp):
    """Verifies the signature over the body as its own JSON library would have written it."""

    name = "rewritten-body-verified"
    observed = frozenset({"FLT-3"})

    def believes(self, asked: wire.Call, received: wire.Received) -> wire.Answer | None:
        """Where that is another text, it does not fit."""
        found = super().believes(asked, received)
        rewritten = json.dumps(json.loads(received.body), ensure_ascii=False, separators=(",", ":")) if found else ""
        return found if rewritten.encode() == received.body else None


class CaseSensitive(ConformingMpp):
    """Looks headers up as Alipay+ spells them, and finds no signature where a proxy spells them otherwise."""

    name = "header-names-case-sensitive"
    observed = frozenset({"FLT-3"})

    def believes(self, asked: wire.Call, received: wire.Received) -> wire.Answer | None:
        """Not found, not verified."""
        return super().believes(asked, received) if "signature" in dict(received.headers) else None


class NoBlanks(ConformingMpp):
    """Takes the Signature header apart at its commas, and does not know a part that begins with a blank."""

    name = "signature-header-not-trimmed"
    observed = frozenset({"FLT-3"})

    def believes(self, asked: wire.Call, received: wire.Received) -> wire.Answer | None:
        """A part that it does not know makes the header unreadable."""
        names = [part.partition("=")[0] for part in (received.header("signature") or "").split(",")]
        return super().believes(asked, received) if set(names) <= set(_PARTS) else None


class PartsByPosition(ConformingMpp):
    """Takes the third part of the Signature header for the signature."""

    name = "signature-taken-by-position"
    observed = frozenset({"FLT-11"})

    def believes(self, asked: wire.Call, received: wire.Received) -> wire.Answer | None:
        """It is not always the third."""
        last = (received.header("signature") or "").rpartition(",")[2]
        return super().believes(asked, received) if last.strip().startswith("signature=") else None


# --- HTTP -----------------------------------------------------------------------------------------------------------


class StatusIgnored(ConformingMpp):
    """Reads an answer whatever its HTTP status, since its signature verifies."""

    name = "http-status-ignored"
    observed = frozenset({"FLT-5"})

    def believes(self, asked: wire.Call, received: wire.Received) -> wire.Answer | None:
        """All are 200."""
        return super().believes(asked, replace(received, status=_OK))


class NoChunks(ConformingMpp):
    """Reads as many bytes of an answer as its Content-Length says, and none without one."""

    name = "chunked-answers-not-read"
    observed = frozenset({"FLT-11"})

    def believes(self, asked: wire.Call, received: wire.Received) -> wire.Answer | None:
        """An empty body is none."""
        return super().believes(asked, received) if received.header("content-length") else None


class BreaksDownOnGzip(ConformingMpp):
    """Breaks down over a body that is compressed, and says nothing more of the payment."""

    name = "compressed-answers-hang"
    observed = frozenset({"FLT-8"})

    def receive(self, session: str, asked: wire.Call, received: wire.Received) -> Iterator[Say]:
        """No word."""
        return iter(()) if received.header("content-encoding") else super().receive(session, asked, received)


class FollowsRedirects(ConformingMpp):
    """Goes wherever a redirect sends it, with whatever it had to say."""

    name = "redirects-followed"
    observed = frozenset({"FLT-10"})

    def unanswered(self, session: Session, received: wire.Received) -> Iterator[Message]:
        """There first."""
        if received.header("location"):
            yield RedirectFollowed()
        yield from super().unanswered(session, received)


# --- no answer ------------------------------------------------------------------------------------------------------


class Hangs(ConformingMpp):
    """Waits for ever where no answer comes that it believes.

    It does not ask again (FLT-7), and the next payment of the same conversation never begins (FLT-9).
    """

    name = "no-answer-hangs"
    hides = frozenset({"FLT-9"})
    observed = frozenset({"FLT-7", "FLT-8"})

    def unanswered(self, session: Session, received: wire.Received) -> Iterator[Message]:  # noqa: ARG002
        """Nothing."""
        return iter(())


@dataclass
class DeadAfterwards(ConformingMpp):
    """Tells of a failure where no answer comes, and has lost its connection for good then."""

    name = "dead-after-no-answer"
    observed = frozenset({"FLT-9"})
    dead: bool = False

    def not_decoded(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """All that it had to say to this customer is said."""
        self.dead = self.dead or answer.result_status == "U"
        yield from super().not_decoded(session, answer)

    def hear(self, session: str, message: Message) -> Iterator[Say]:
        """A later scan meets nobody."""
        return iter(()) if self.dead and isinstance(message, Scan) else super().hear(session, message)


class GivesUpAtOnce(ConformingMpp):
    """Tells of a failure as soon as one answer is lost."""

    name = "lost-answer-given-up"
    observed = frozenset({"FLT-7"})

    def unanswered(self, session: Session, received: wire.Received) -> Iterator[Message]:  # noqa: ARG002
        """No second call."""
        yield from self.take(session, Handed(payment_status="F", error_code="TIMEOUT"))


class NoAnswerIsPaid(ConformingMpp):
    """Takes the payment for made where it cannot find out: better a happy customer.

    It takes an answer that does not verify for none (FLT-1, FLT-13), HANDLE_BY_SDK without a payload, too (FLT-2), and
    an answer that is U for paid (REP-2); nor does it ask again (REP-3).
    """

    name = "no-answer-told-as-paid"
    breaks = frozenset({"FLT-1", "FLT-2", "REP-2"})
    hides = frozenset()
    observed = frozenset({"FLT-5", "FLT-13", "REP-3"})

    def not_known(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:  # noqa: ARG002
        """Success."""
        yield from self.take(session, Handed(payment_status="S"))


# --- what the answer says -------------------------------------------------------------------------------------------


class PaysWithoutPayload(ConformingMpp):
    """Takes HANDLE_BY_SDK without a payload for a payment of its own."""

    name = "missing-payload-paid"
    breaks = frozenset({"FLT-2"})

    def believes(self, asked: wire.Call, received: wire.Received) -> wire.Answer | None:
        """Nothing to pass on, hence HANDLE_BY_PSP."""
        return super().believes(asked, _repaired(received, {"actionType": HANDLE_BY_PSP}))


class MakesUpPayload(ConformingMpp):
    """Gives the SDK an empty object where HANDLE_BY_SDK brings no payload."""

    name = "missing-payload-made-up"
    observed = frozenset({"FLT-4"})

    def believes(self, asked: wire.Call, received: wire.Received) -> wire.Answer | None:
        """Its own payload."""
        made_up = {"actionType": HANDLE_BY_SDK, "sdkActionPayload": "{}"}
        return super().believes(asked, _repaired(received, made_up))


class OthersToSdk(ConformingMpp):
    """Hands the SDK all that is not HANDLE_BY_PSP."""

    name = "other-action-types-to-sdk"
    observed = frozenset({"FLT-4"})

    def believes(self, asked: wire.Call, received: wire.Received) -> wire.Answer | None:
        """Every other type is HANDLE_BY_SDK, and so is none."""
        body = _parsed(received)
        form = body.get("actionForm") or {}
        if form.get("actionType") not in {HANDLE_BY_SDK, HANDLE_BY_PSP} and body.get("result", {}).get("resultStatus"):
            payload = form.get("sdkActionPayload") or "none"
            received = _with_form(received, {"actionType": HANDLE_BY_SDK, "sdkActionPayload": payload})
        return super().believes(asked, received)


class AnyCase(ConformingMpp):
    """Reads the actionType in any case."""

    name = "action-type-in-any-case"
    observed = frozenset({"FLT-4"})

    def believes(self, asked: wire.Call, received: wire.Received) -> wire.Answer | None:
        """In upper case."""
        form = _parsed(received).get("actionForm") or {}
        if form.get("actionType") == HANDLE_BY_SDK.lower():
            received = _with_form(received, {**form, "actionType": HANDLE_BY_SDK})
        return super().believes(asked, received)


class UnknownIsPaid(ConformingMpp):
    """Pays an order that stands beside a result which is not known."""

    name = "order-paid-on-unknown-result"
    observed = frozenset({"FLT-5"})

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """An order is an order."""
        if answer.result_status == "U" and answer.order is not None:
            yield from self.pay(session, answer.order)
        else:
            yield from super().answered(session, answer)


class PaysEachCall(ConformingMpp):
    """Pays for each call that it has made, once the answer comes.

    One order has several payments (FLT-12).
    """

    name = "each-call-paid"
    breaks, observed = frozenset({"NOT-3"}), frozenset({"FLT-12", "INQ-4"})

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """As often as it has asked."""
        result = self.settled(session, order)
        for call in range(session.repeats + 1):
            made = self.notice(session, order, result)
            session.notice = replace(made, payment_id=f"{made.payment_id}-{call}")
            yield session.notice
        yield from self.take(session, result)


@dataclass
class PaysOwnAnew(ConformingMpp):
    """Does not know an order again that the same customer has paid, where another code brings it."""

    name = "own-order-paid-anew"
    observed = frozenset({"FLT-12"})
    paid: dict[str, str] = field(default_factory=dict)

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """As if it were in no books."""
        if self.paid.setdefault(order.payment_request_id, session.code) != session.code:
            self.books.pop(order.payment_request_id)
        yield from super().pay(session, order)

    def notice(self, session: Session, order: Order, result: Handed) -> NotifyPayment:
        """With an id of its own for each code."""
        return replace(super().notice(session, order, result), payment_id=f"mpp-{session.code}")

    def told(self, entry: Entry) -> InquiryPaymentAnswer:
        """Nothing of that id."""
        return replace(super().told(entry), payment_id=None)


class PaysAnothers(ConformingMpp):
    """Does not look whose an order is."""

    name = "order-of-another-customer-paid"
    observed = frozenset({"FLT-6"})

    def pay_own(self, session: Session, order: Order) -> Iterator[Message]:
        """It is everybody's."""
        yield from self.pay(session, order)


def _parsed(received: wire.Received) -> dict[str, dict[str, str]]:
    try:
        return wire.parse_object(received.body)
    except wire.UnreadableBodyError:
        return {}


def _with_form(received: wire.Received, form: dict[str, str]) -> wire.Received:
    """The same answer with another actionForm, as if it had come so."""
    return replace(received, body=json.dumps({**_parsed(received), "actionForm": form}).encode())


def _repaired(received: wire.Received, form: dict[str, str]) -> wire.Received:
    """The answer with another actionForm where HANDLE_BY_SDK has no payload in it."""
    found = _parsed(received).get("actionForm") or {}
    lacking = found.get("actionType") == HANDLE_BY_SDK and not isinstance(found.get("sdkActionPayload") or 0, str)
    return _with_form(received, form) if lacking else received
