"""MPPs whose server does the wrong thing with a code or with Alipay+'s answer."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from mpp_conformance.messages import (
    HANDLE_BY_SDK,
    CashierPage,
    Message,
    Order,
    UserInitiatedPayAnswer,
)
from mpp_conformance.specimens.conforming import ConformingMpp, Handed, Session

_RETRIES: Final = 3
_LONG: Final = 8192

# --- what a code is -----------------------------------------------------------------------------------------------


class LaunchesOrderCodes(ConformingMpp):
    """Takes every code of Alipay+ for an entry code."""

    name = "order-codes-launched"

    def identify(self, code_value: str) -> str:
        """OPEN_URL wherever it should be DECODE."""
        return super().identify(code_value).replace("DECODE", "OPEN_URL")


class DecodesEntryCodes(ConformingMpp):
    """Takes every code of Alipay+ for an order code."""

    name = "entry-codes-decoded"

    def identify(self, code_value: str) -> str:
        """DECODE wherever it should be OPEN_URL."""
        return super().identify(code_value).replace("OPEN_URL", "DECODE")


class KnowsNoEntryCodes(ConformingMpp):
    """Has no rule for entry codes."""

    name = "entry-codes-unknown"

    def identify(self, code_value: str) -> str:
        """NONE for an entry code."""
        return super().identify(code_value).replace("OPEN_URL", "NONE")


class KnowsNoOrderCodes(ConformingMpp):
    """Has no rule for order codes."""

    name = "order-codes-unknown"

    def identify(self, code_value: str) -> str:
        """NONE for an order code."""
        return super().identify(code_value).replace("DECODE", "NONE")


class LaunchesForeignCodes(ConformingMpp):
    """Gives the client SDK whatever is no order code."""

    name = "foreign-codes-launched"

    def identify(self, code_value: str) -> str:
        """OPEN_URL for a foreign code."""
        return super().identify(code_value).replace("NONE", "OPEN_URL")


class AsksAboutForeignCodes(ConformingMpp):
    """Leaves it to Alipay+ to find out what a code is."""

    name = "foreign-codes-decoded"

    def identify(self, code_value: str) -> str:
        """DECODE for a foreign code."""
        return super().identify(code_value).replace("NONE", "DECODE")


class TriesDecodingFirst(ConformingMpp):
    """Calls userInitiatedPay with every code, and launches it only if that is refused."""

    name = "decoding-tried-first"

    def launch(self, session: Session) -> Iterator[Message]:
        """First the question."""
        yield from self.ask(session, session.scanned)
        yield from super().launch(session)

    def not_decoded(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """The refusal of the first question is forgotten."""
        if answer.action_type is not None:
            yield from super().not_decoded(session, answer)


# --- userInitiatedPay and what decides --------------------------------------------------------------------------


class NeverAsks(ConformingMpp):
    """Tells what a code is, and never calls userInitiatedPay."""

    name = "user-initiated-pay-never-called"

    def ask(self, session: Session, code_value: str) -> Iterator[Message]:  # noqa: ARG002  # asks nobody
        """Nothing."""
        return iter(())


class AsksForOrderCodesOnly(ConformingMpp):
    """Has no endpoint for the decode calls of the client SDK."""

    name = "decode-calls-unanswered"

    def ask(self, session: Session, code_value: str) -> Iterator[Message]:
        """Only for a scanned code."""
        if session.callback is None:
            yield from super().ask(session, code_value)


class StatusBeforeActionType(ConformingMpp):
    """Looks at resultStatus first, and makes a failure of its own of every F."""

    name = "status-before-action-type"

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """F ends it."""
        if answer.result_status == "F":
            yield from self.not_decoded(session, answer)
        else:
            yield from super().answered(session, answer)


class SuccessMeansPay(ConformingMpp):
    """Goes on to pay whenever resultStatus is S and there is an order."""

    name = "success-means-pay"

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """S with an order is paid."""
        if answer.result_status == "S" and answer.order is not None:
            yield from self.pay(session, answer.order)
        else:
            yield from super().answered(session, answer)


class BeforeTheUpgrade(ConformingMpp):
    """Knows nothing of actionForm."""

    name = "before-the-upgrade"

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """Every answer is read as one without it."""
        yield from super().answered(session, replace(answer, action_type=None, sdk_action_payload=None))


@dataclass
class RetriesFailures(ConformingMpp):
    """Takes every answer but S for a hiccup, asks three times more, and then gives up without a word."""

    name = "failures-retried"
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
    """Passes every answer that has a payload on to the SDK, without a look at actionType."""

    name = "payload-decides"

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """A payload is taken for HANDLE_BY_SDK."""
        if answer.sdk_action_payload is not None:
            yield from self.pass_to_client(session, replace(answer, action_type=HANDLE_BY_SDK))
        else:
            yield from super().answered(session, answer)


class ResultCodeDecides(ConformingMpp):
    """Passes on what bears a result code it knows for a limit, and makes a failure of its own of the rest."""

    name = "result-code-decides"

    def answered(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """By the words of resultCode."""
        if answer.result_status == "F" and "EXCEED_LIMIT" not in answer.result_code:
            yield from self.not_decoded(session, answer)
        else:
            yield from super().answered(session, answer)


# --- HANDLE_BY_SDK: what the client is handed -------------------------------------------------------------------


class DropsPayload(ConformingMpp):
    """Has no field for sdkActionPayload between server and client."""

    name = "payload-dropped"

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """actionType alone."""
        yield from super().pass_to_client(session, replace(answer, sdk_action_payload=None))


class DropsActionType(ConformingMpp):
    """Hands the client the payload alone; the client takes it for what it is."""

    name = "action-type-dropped"

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """sdkActionPayload alone."""
        yield from self.take(session, Handed(sdk_action_payload=answer.sdk_action_payload))

    def act(self, session: Session, handed: Handed) -> Iterator[Message]:
        """A payload goes to the SDK."""
        if handed.sdk_action_payload is not None:
            yield from self.let_sdk_act(session, handed.sdk_action_payload)
        else:
            yield from super().act(session, handed)


class RenamesActionType(ConformingMpp):
    """Hands the client an actionType in its own spelling, which its client understands."""

    name = "action-type-respelled"

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """In lower case."""
        passed = Handed(action_type="handle_by_sdk", sdk_action_payload=answer.sdk_action_payload)
        yield from self.take(session, passed)

    def act(self, session: Session, handed: Handed) -> Iterator[Message]:
        """Back to the spelling of Alipay+."""
        upper = handed.action_type.upper() if handed.action_type else None
        yield from super().act(session, replace(handed, action_type=upper))


class RefusesLongPayloads(ConformingMpp):
    """Refuses payloads above 8 KiB as an attack."""

    name = "long-payloads-refused"

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """A failure of its own."""
        if len(answer.sdk_action_payload or "") > _LONG:
            yield from self.not_decoded(session, answer)
        else:
            yield from super().pass_to_client(session, answer)


class CrashesOnUnicode(ConformingMpp):
    """Breaks down over a payload that is not all ASCII."""

    name = "unicode-crashes-server"

    def pass_to_client(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:
        """No word after a payload with other letters."""
        if (answer.sdk_action_payload or "").isascii():
            yield from super().pass_to_client(session, answer)


class PassesNothing(ConformingMpp):
    """Ends the payment at its server, and its client waits for ever."""

    name = "handle-by-sdk-swallowed"

    def pass_to_client(
        self,
        session: Session,  # noqa: ARG002  # not answered
        answer: UserInitiatedPayAnswer,  # noqa: ARG002  # not passed on
    ) -> Iterator[Message]:
        """Nothing."""
        return iter(())


# --- HANDLE_BY_PSP: the payment and its result ------------------------------------------------------------------


class NeverPays(ConformingMpp):
    """Waits for a confirmation that never comes."""

    name = "payments-left-hanging"

    def pay(self, session: Session, order: Order) -> Iterator[Message]:  # noqa: ARG002  # not paid
        """The cashier page, and no more."""
        yield CashierPage()


class NeverPaysOrderCodes(ConformingMpp):
    """Opens the cashier for decode calls of the client SDK only."""

    name = "order-code-payments-left-hanging"

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """Only with a callback to execute."""
        if session.callback is not None:
            yield from super().pay(session, order)


class NeverPaysEntryCodes(ConformingMpp):
    """Opens the cashier for scanned order codes only."""

    name = "entry-code-payments-left-hanging"

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """Only without a callback to execute."""
        if session.callback is None:
            yield from super().pay(session, order)


class KeepsResults(ConformingMpp):
    """Debits and notifies, and tells its client nothing."""

    name = "results-kept-from-client"

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """No hand-over."""
        yield CashierPage()
        yield from self.notify(session, order, self.debit(session))


class KeepsFailures(ConformingMpp):
    """Tells its client of payments that succeeded, and lets the others run into a timeout."""

    name = "failures-kept-from-client"

    def take(self, session: Session, handed: Handed) -> Iterator[Message]:
        """No hand-over of a failure."""
        if handed.payment_status != "F":
            yield from super().take(session, handed)


class AlwaysTellsSuccess(ConformingMpp):
    """Tells its client success before it has looked at the debit's outcome."""

    name = "success-told-always"

    def take(self, session: Session, handed: Handed) -> Iterator[Message]:
        """Any result of a debit is S."""
        told = Handed(payment_status="S") if handed.error_code == "USER_BALANCE_NOT_ENOUGH" else handed
        yield from super().take(session, told)


class TellsSuccessFirst(ConformingMpp):
    """Tells its client success at once, and corrects itself when the debit has failed."""

    name = "success-told-first"

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """S, then the truth."""
        if self.debit(session).payment_status == "F":
            yield from self.take(session, Handed(payment_status="S"))
        yield from super().pay(session, order)


class TellsPendingAsFailure(ConformingMpp):
    """Tells its client failure while the debit is still under way, and it succeeds after that."""

    name = "pending-told-as-failure"

    def take(self, session: Session, handed: Handed) -> Iterator[Message]:
        """S becomes F."""
        if handed.payment_status == "S":
            handed = Handed(payment_status="F", error_code="TIMEOUT")
        yield from super().take(session, handed)


class NoErrorCode(ConformingMpp):
    """Has no error code for a payment that fails."""

    name = "no-error-code"

    def take(self, session: Session, handed: Handed) -> Iterator[Message]:
        """No code of a failed debit."""
        if handed.error_code == "USER_BALANCE_NOT_ENOUGH":
            handed = replace(handed, error_code=None)
        yield from super().take(session, handed)


class FailedDecodingIsSilent(ConformingMpp):
    """Logs a decoding that failed, and leaves its client waiting."""

    name = "failed-decoding-swallowed"

    def not_decoded(
        self,
        session: Session,  # noqa: ARG002  # not answered
        answer: UserInitiatedPayAnswer,  # noqa: ARG002  # not passed on
    ) -> Iterator[Message]:
        """Nothing."""
        return iter(())


class FailedDecodingIsPaid(ConformingMpp):
    """Takes HANDLE_BY_PSP for leave to go on, though decoding failed, and tells its client success."""

    name = "failed-decoding-told-as-success"

    def not_decoded(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:  # noqa: ARG002
        """S without any order."""
        yield from self.take(session, Handed(payment_status="S"))


class FailedDecodingHasNoCode(ConformingMpp):
    """Tells its client that decoding failed, without an error code."""

    name = "failed-decoding-without-code"

    def not_decoded(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:  # noqa: ARG002
        """F alone."""
        yield from self.take(session, Handed(payment_status="F"))
