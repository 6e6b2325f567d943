"""Conforming MPPs whose server hands its client more, or in more parts, than it has to: no sentence forbids it."""

from collections.abc import Iterator

from mpp_conformance.protocol.messages import (
    HANDLE_BY_SDK,
    CashierPage,
    Message,
    Order,
    ServerAnswer,
)
from mpp_conformance.specimens.conforming import ConformingMpp, Handed, Session


class FirstCardFails(ConformingMpp):
    """Hands its client that the first card was declined, and debits another one that the consumer chooses."""

    name = "first-card-declined"

    def notify(self, session: Session, order: Order, result: Handed) -> Iterator[Message]:
        """Only what the last card comes to is the payment's result."""
        if result.payment_status == "S":
            yield from self.declined(Handed(payment_status="F", error_code="CARD_DECLINED"))
        yield from super().notify(session, order, result)

    def declined(self, handed: Handed) -> Iterator[Message]:
        """The consumer stays on the cashier page."""
        if self.app_link:
            yield ServerAnswer(payment_status=handed.payment_status, error_code=handed.error_code)


class FirstCardFailsOnPage(FirstCardFails):
    """Shows that the first card was declined on a page like that of a result, with a button to choose another one."""

    name = "first-card-declined-on-a-page"

    def declined(self, handed: Handed) -> Iterator[Message]:
        """Shown as well."""
        yield from super().declined(handed)
        yield from self.result_page(handed)


class FirstCardFailsUnlinked(FirstCardFailsOnPage):
    """Likewise, and does not report what its server hands its client."""

    name = "first-card-declined-without-app-link"
    app_link = False


class FirstCardFailsOnClient(ConformingMpp):
    """Has a client that declines the first card by itself, says so on a page, and shows its cashier page again."""

    name = "first-card-declined-by-the-client"

    def notify(self, session: Session, order: Order, result: Handed) -> Iterator[Message]:
        """The server knows of the last card alone."""
        if result.payment_status == "S":
            yield from self.result_page(Handed(payment_status="F", error_code="CARD_DECLINED"))
            yield CashierPage()
        yield from super().notify(session, order, result)


class PartsInTurn(ConformingMpp):
    """Hands its client actionType in one answer and the payload in the next; the client acts when it has both."""

    name = "payload-after-action-type"

    def take(self, session: Session, handed: Handed) -> Iterator[Message]:
        """The second part is acted on."""
        if handed.action_type == HANDLE_BY_SDK and self.app_link:
            yield ServerAnswer(action_type=handed.action_type)
            yield ServerAnswer(sdk_action_payload=handed.sdk_action_payload)
            yield from self.act(session, handed)
        else:
            yield from super().take(session, handed)


class ActionTypeTwice(ConformingMpp):
    """Hands its client actionType alone as soon as it knows it, and after that together with the payload."""

    name = "action-type-alone-first"

    def take(self, session: Session, handed: Handed) -> Iterator[Message]:
        """Acted on when the payload is there."""
        if handed.action_type == HANDLE_BY_SDK and self.app_link:
            yield ServerAnswer(action_type=handed.action_type)
        yield from super().take(session, handed)
