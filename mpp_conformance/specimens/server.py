"""MPPs whose server decides wrongly, or does not pass on what Alipay+ gave it for the client SDK."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from mpp_conformance.protocol.messages import HANDLE_BY_SDK, Message, UserInitiatedPayAnswer
from mpp_conformance.specimens.conforming import ConformingMpp, Handed, Session
from mpp_conformance.specimens.consequences import PAYLOAD_NOT_HANDED, ids

_RETRIES: Final = 3
_LONG: Final = 8192


class StatusBeforeActionType(ConformingMpp):
    """Looks at resultStatus first, and makes a failure of its own of every F.

    With F the client is not handed what it should be (SRV-3, SRV-4, SRV-8), and the consumer sees a page of its own
    (UX-8) where Alipay+'s should be (UX-1). Nothing can be said of the client, and payments that follow in the same
    conversation never begin.
    """

    name = "status-before-action-type"
    breaks = frozenset({"SRV-3", "SRV-4", "SRV-8", "UX-1"})
    hides = frozenset({"ANS-1", "EC-25", "FLT-14", "NOT-8", "OC-16", "REG-1", "REG-2"})
    observed = frozenset({"UX-8"})

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """F ends it."""
        if answer.result_status == "F":
            yield from self.not_decoded(session, answer)
        else:
            yield from super().answered(session, answer)


class SuccessMeansPay(ConformingMpp):
    """Goes on to pay whenever resultStatus is S and there is an order.

    What should have gone to the SDK (SRV-4) is paid (UX-6), notified (NOT-7) and shown as paid (UX-8), whosever order
    it is (FLT-6) and whatever comes before it (SRV-3), above the limits (REG-1 to REG-4) and instead of the error page
    (UX-1). Nothing can be said of the client.
    """

    name = "success-means-pay"
    breaks = frozenset({"REG-1", "REG-2", "REG-3", "REG-4", "SRV-3", "SRV-4", "UX-1", "UX-6"})
    hides = PAYLOAD_NOT_HANDED | {"ANS-1"}
    observed = frozenset({"FLT-6", "NOT-7", "UX-8"})

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """S with an order is paid."""
        if answer.result_status == "S" and answer.order is not None:
            yield from self.pay(session, answer.order)
        else:
            yield from super().answered(session, answer)


class SuccessMeansPaid(ConformingMpp):
    """Takes S without an order for a payment that is already made, whatever actionType says.

    What should have gone to the SDK (SRV-4) does not get there (UX-1); where a limit was the reason, it is told as paid
    (REG-1 to REG-4), and so it is whatever comes before it (SRV-3). Nothing can be said of the client.
    """

    name = "success-without-order-told-as-paid"
    breaks = frozenset({"REG-1", "REG-2", "REG-3", "REG-4", "SRV-3", "SRV-4", "UX-1", "UX-6"})
    hides = PAYLOAD_NOT_HANDED
    observed = frozenset({"UX-8"})

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """S without an order is a success."""
        if answer.result_status == "S" and answer.order is None:
            yield from self.take(session, Handed(payment_status="S"))
        else:
            yield from super().answered(session, answer)


class BeforeTheUpgrade(ConformingMpp):
    """Knows nothing of actionForm.

    It does wrong what the two above do wrong together.
    """

    name = "before-the-upgrade"
    breaks = frozenset({"REG-1", "REG-2", "REG-3", "REG-4", "SRV-3", "SRV-4", "SRV-8", "UX-1", "UX-6"})
    hides = frozenset({"ANS-1", "EC-25", "FLT-14", "NOT-8", "OC-16"})
    observed = frozenset({"NOT-7", "UX-8"})

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """Every answer is read as one without it."""
        yield from super().answered(session, replace(answer, action_type=None, sdk_action_payload=None))


@dataclass
class RetriesFailures(ConformingMpp):
    """Takes every answer but S for a hiccup, asks three times more, and then gives up without a word.

    With F the client is handed nothing at all (SRV-3, SRV-4, SRV-8), so the SDK has no page to show (UX-1), and with
    U nobody is told of an end (FLT-8). Nothing can be said of the client, and payments that follow in the same
    conversation never begin.
    """

    name = "failures-retried"
    breaks = frozenset({"SRV-3", "SRV-4", "SRV-8", "UX-1"})
    hides = ids("""
        ANS-1 EC-25 EC-28 EC-29 FLT-14 NOT-8 OC-16 OC-19 OC-20 REG-1 REG-2 REG-3 REG-4 REP-4 SDK-1 UX-6
    """)
    observed = frozenset({"FLT-8"})
    asked: dict[str, list[str]] = field(default_factory=dict)

    def ask(self, session: Session, code_value: str) -> Iterator[Message]:
        """Keeps count."""
        self.asked.setdefault(session.name, []).append(code_value)
        yield from super().ask(session, code_value)

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """F leads to the same question."""
        asked = self.asked[session.name]
        if answer.result_status == "S":
            yield from super().answered(session, answer)
        elif len(asked) <= _RETRIES:
            yield from self.ask(session, asked[-1])


class PayloadDecides(ConformingMpp):
    """Passes every answer that has a payload on to the SDK, without a look at actionType.

    A payload stands beside HANDLE_BY_PSP now and then: no result is told (SRV-7, SRV-8). Its client is told
    HANDLE_BY_SDK and does as it is told (OC-19, SDK-1).
    """

    name = "payload-decides"
    breaks = frozenset({"SRV-3", "SRV-5", "SRV-7", "SRV-8", "UX-7"})
    hides = frozenset({"ANS-1", "EC-28", "EC-29", "NOT-1", "NOT-4", "NOT-9", "OC-19", "OC-20", "SDK-1"})
    observed = frozenset({"NOT-2"})

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """A payload is taken for HANDLE_BY_SDK."""
        if answer.sdk_action_payload is not None:
            yield from self.pass_to_client(session, replace(answer, action_type=HANDLE_BY_SDK))
        else:
            yield from super().answered(session, answer)


class ResultCodeDecides(ConformingMpp):
    """Passes on what bears a result code it knows for a limit, and makes a failure of its own of the rest.

    With other codes the client is not handed what it should be (SRV-4, SRV-8), and of two answers alike only the one
    leads to the SDK (ANS-1). Nothing can be said of the client.
    """

    name = "result-code-decides"
    breaks = frozenset({"SRV-4", "SRV-8"})
    hides = PAYLOAD_NOT_HANDED
    observed = frozenset({"ANS-1", "UX-8"})

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """By the words of resultCode."""
        if answer.result_status == "F" and "EXCEED_LIMIT" not in answer.result_code:
            yield from self.not_decoded(session, answer)
        else:
            yield from super().answered(session, answer)


class HandlesLimitsItself(ConformingMpp):
    """Has a page of its own for the result codes of a limit, and passes only what else there is to the SDK.

    With such a code the client is not handed what it should be (SRV-3, SRV-4, SRV-8), a page of its own is shown
    (UX-8), and of two answers alike it goes by the code (ANS-1). Nothing can be said of the client. handleAction is
    waited for: payments that follow it in the same conversation never begin.
    """

    name = "limits-shown-by-itself"
    breaks = frozenset({"SRV-3", "SRV-4", "SRV-8", "UX-1"})
    hides = frozenset({"EC-25", "FLT-14", "NOT-8", "OC-16", "REG-1", "REG-2"})
    observed = frozenset({"ANS-1", "UX-8"})

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """A failure of its own."""
        if "EXCEED_LIMIT" in answer.result_code:
            yield from self.not_decoded(session, answer)
        else:
            yield from super().answered(session, answer)


class LimitCodesToSdk(ConformingMpp):
    """Leaves whatever bears the result code of a limit to the SDK, also where Alipay+ has left it to the MPP.

    Then there is no result with a code (SRV-8); its client does as it is told.
    """

    name = "limit-codes-passed-to-sdk"
    breaks = frozenset({"SRV-3", "SRV-8"})

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """By the words of resultCode."""
        limit = "EXCEED_LIMIT" in answer.result_code
        yield from super().answered(session, replace(answer, action_type=HANDLE_BY_SDK) if limit else answer)


class DropsPayload(ConformingMpp):
    """Has no field for sdkActionPayload between server and client.

    That holds for decoding that failed, too (SRV-8), and the SDK has nothing to show (UX-1). Its client had nothing to
    give.
    """

    name = "payload-dropped"
    breaks = frozenset({"SRV-4", "SRV-8", "UX-1"})
    hides = PAYLOAD_NOT_HANDED | {"FLT-14"}

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """ActionType alone."""
        yield from super().pass_to_client(session, replace(answer, sdk_action_payload=None))


class DropsActionType(ConformingMpp):
    """Hands the client the payload alone; the client takes it for what it is.

    That holds for decoding that failed, too (SRV-8), and wherever answers change (SRV-3). Nobody can see by what its
    client knew.
    """

    name = "action-type-dropped"
    breaks = frozenset({"SRV-3", "SRV-4", "SRV-8"})
    hides = PAYLOAD_NOT_HANDED

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """SdkActionPayload alone."""
        yield from self.take(session, Handed(sdk_action_payload=answer.sdk_action_payload))

    def act(self, session: Session, handed: Handed) -> Iterator[Message]:
        """A payload goes to the SDK."""
        if handed.sdk_action_payload is not None:
            yield from self.let_sdk_act(session, handed.sdk_action_payload)
        else:
            yield from super().act(session, handed)


class RenamesActionType(ConformingMpp):
    """Hands the client an actionType in its own spelling, which its client understands.

    That holds for decoding that failed, too (SRV-8), and wherever answers change (SRV-3). Nobody can see by what its
    client knew.
    """

    name = "action-type-respelled"
    breaks = frozenset({"SRV-3", "SRV-4", "SRV-8"})
    hides = PAYLOAD_NOT_HANDED

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """In lower case."""
        passed = Handed(action_type="handle_by_sdk", sdk_action_payload=answer.sdk_action_payload)
        yield from self.take(session, passed)

    def act(self, session: Session, handed: Handed) -> Iterator[Message]:
        """Back to the spelling of Alipay+."""
        upper = handed.action_type.upper() if handed.action_type else None
        yield from super().act(session, replace(handed, action_type=upper))


class RefusesLongPayloads(ConformingMpp):
    """Refuses payloads above 8 KiB as an attack.

    Its client had nothing to give (EC-25, OC-16).
    """

    name = "long-payloads-refused"
    breaks = frozenset({"SRV-4"})
    hides = PAYLOAD_NOT_HANDED
    observed = frozenset({"UX-8"})

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """A failure of its own."""
        if len(answer.sdk_action_payload or "") > _LONG:
            yield from self.not_decoded(session, answer)
        else:
            yield from super().pass_to_client(session, answer)


class CrashesOnUnicode(ConformingMpp):
    """Breaks down over a payload that is not all ASCII.

    Its client had nothing to give (EC-25, OC-16).
    """

    name = "unicode-crashes-server"
    breaks = frozenset({"SRV-4"})
    hides = PAYLOAD_NOT_HANDED | {"ANS-1", "UX-6"}

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """No word after a payload with other letters."""
        if (answer.sdk_action_payload or "").isascii():
            yield from super().pass_to_client(session, answer)


class PassesNothing(ConformingMpp):
    """Ends the payment at its server, and its client waits for ever.

    With S or F (SRV-8), and wherever answers change (SRV-3), nothing is passed (SRV-4), so the SDK has no page to show
    (UX-1). Its client had nothing to give, and payments that follow in the same conversation never begin.
    """

    name = "handle-by-sdk-swallowed"
    breaks = frozenset({"SRV-3", "SRV-4", "SRV-8", "UX-1"})
    hides = frozenset({"ANS-1", "EC-25", "FLT-14", "NOT-8", "OC-16", "REG-1", "REG-2", "REG-3", "REG-4", "UX-6"})

    def pass_to_client(
        self,
        session: Session,  # noqa: ARG002  # not answered
        answer: UserInitiatedPayAnswer,  # noqa: ARG002  # not passed on
    ) -> Iterator[Message]:
        """Nothing."""
        return iter(())
