"""An MPP server with an outbox: it tells its client at once, and Alipay+ a moment later, as things stand then."""

from collections.abc import Iterator
from dataclasses import replace

from mpp_conformance.common.resources import directory
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.protocol.messages import CashierPage, Message, Order
from mpp_conformance.specimens.books import CLOSED
from mpp_conformance.specimens.conforming import ConformingMpp, Session
from mpp_conformance.trials import cabinet


class Outbox(ConformingMpp):
    """Books an order when the consumer confirms; a cancellation may come between client and notification."""

    name = "outbox"

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """The client first; a success that was taken back since is notified as closed."""
        known = self.books.get(order.payment_request_id)
        if known is not None and known.status is not None:
            yield from self.take(session, self.settled(session, order))
            return
        yield CashierPage()
        result = self.settled(session, order)
        yield from self.take(session, result)
        notice = self.notice(session, order, result)
        if self.booked(session, order).cancelled and result.payment_status == "S":
            notice = replace(notice, result_status="F", result_code=CLOSED, result_message="closed")
        session.notice = notice
        yield notice

    def pay_own(self, session: Session, order: Order) -> Iterator[Message]:
        """As any other."""
        yield from self.pay(session, order)


def test_who_was_quicker_than_the_cancellation_is_not_accused() -> None:
    """The client was truthfully told of a success: the cancellation that took it back came after that."""
    asked = cabinet.conversations(load(directory("suites")).cases)
    early = {held: cases for held, cases in asked.items() if "cancelled" in held.label}
    rows = cabinet.judged(Outbox, early)
    assert {(row.case, row.scenario) for row in rows if row.decides and row.verdict is Verdict.FAIL} == set()
    assert {row.verdict for row in rows if row.requirement == "SRV-7"} == {Verdict.PASS, Verdict.INCONCLUSIVE}
