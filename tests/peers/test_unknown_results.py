"""A result that is not known (``U``): Alipay+ decides later or never, and a conforming MPP asks again, with a bound."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pytest

from mpp_conformance.judging.trace import BROKEN, ENDED, Trace
from mpp_conformance.peers.record import MAX_EVENTS
from mpp_conformance.peers.world import World
from mpp_conformance.protocol.messages import (
    DecodeCallback,
    Message,
    NotifyPayment,
    ResultPage,
    ServerAnswer,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios.cells import BOTH
from mpp_conformance.scenarios.scenario import ENTRY, FOR_EVER, ORDER, Payment, handle_by_psp, handle_by_sdk, one
from mpp_conformance.specimens import CONFORMING
from mpp_conformance.specimens.conforming import MOST_REPEATS, ConformingMpp, Session
from mpp_conformance.transport.connectors.direct import DirectConnector
from mpp_conformance.wallet import reference

_NEVER: Final = Payment(code=ORDER, answer=handle_by_psp(), unknown=FOR_EVER)


def held(payment: Payment, specimen: type[ConformingMpp] = ConformingMpp) -> Trace:
    """A conversation about one payment."""
    profile = replace(reference().profile, app_link=specimen.app_link)
    return DirectConnector(specimen(profile), profile).converse(one("unknown", payment))


def said(trace: Trace, kind: type[Message]) -> list[Message]:
    """The messages of a kind."""
    return [event.message for event in trace.events if isinstance(event.message, kind)]


@pytest.mark.parametrize("unknown", [0, 1, 2])
def test_alipay_plus_decides_after_as_many_unknown_results_as_it_is_told(unknown: int) -> None:
    """Each ``U`` says nothing else, and each question has an answer."""
    trace = held(Payment(code=ORDER, answer=handle_by_psp(), unknown=unknown))
    answers = said(trace, UserInitiatedPayAnswer)

    gist = [
        (answer.result_status, answer.result_code, answer.action_type, answer.order is None)
        for answer in answers
        if isinstance(answer, UserInitiatedPayAnswer)
    ]
    assert gist == [("U", "UNKNOWN_EXCEPTION", None, True)] * unknown + [("S", "SUCCESS", "HANDLE_BY_PSP", False)]
    assert len(said(trace, UserInitiatedPay)) == unknown + 1


@pytest.mark.parametrize("code", BOTH)
@pytest.mark.parametrize("answer", [handle_by_psp(), handle_by_psp("F"), handle_by_sdk("F")])
def test_once_decided_all_is_as_if_it_had_been_decided_at_once(code: str, answer: object) -> None:
    """The same request is sent again; beyond it and its answer the trace is that of a payment without ``U``."""
    payment = Payment(code=code, answer=answer)  # type: ignore[arg-type]  # an Answer
    asked = (UserInitiatedPay, UserInitiatedPayAnswer)
    late, at_once = held(replace(payment, unknown=2)), held(payment)

    def gist(trace: Trace) -> list[str]:
        return [event.message.name for event in trace.events if not isinstance(event.message, asked)]

    assert gist(late) == gist(at_once)
    assert len(set(said(late, UserInitiatedPay))) == 1
    assert {late.ending, at_once.ending} == {ENDED}


@pytest.mark.parametrize("code", BOTH)
def test_a_conforming_mpp_gives_up_at_last(code: str) -> None:
    """The consumer is told a failure with a code, the callback fails, and nothing is notified."""
    trace = held(replace(_NEVER, code=code))

    assert len(said(trace, UserInitiatedPay)) == 1 + MOST_REPEATS
    assert said(trace, NotifyPayment) == []
    assert said(trace, ServerAnswer) == [ServerAnswer(payment_status="F", error_code="UNKNOWN_EXCEPTION")]
    assert said(trace, ResultPage) == [ResultPage(status="F", error_code="UNKNOWN_EXCEPTION")]
    assert len(said(trace, DecodeCallback)) == (code == ENTRY)
    assert trace.ending == ENDED


@pytest.mark.parametrize("specimen", CONFORMING.values(), ids=CONFORMING.keys())
def test_every_conforming_mpp_asks_again(specimen: type[ConformingMpp]) -> None:
    """Whatever else it does in its own way, the payment comes to its end."""
    trace = held(Payment(code=ENTRY, answer=handle_by_psp(), unknown=1), specimen)

    assert ResultPage(status="S") in said(trace, ResultPage)
    assert trace.ending == ENDED


def test_who_asks_again_as_somebody_else_is_refused() -> None:
    """The customer is compared although nothing was decided."""

    class Forgetful(ConformingMpp):
        """Does not remember whose code it was."""

        def ask(self, session: Session, code_value: str) -> Iterator[Message]:
            """Somebody new each time."""
            yield UserInitiatedPay(code_value=code_value, customer_id=f"customer-{session.repeats}")

    answers = said(held(_NEVER, Forgetful), UserInitiatedPayAnswer)
    assert [getattr(answer, "result_code", None) for answer in answers] == [
        "UNKNOWN_EXCEPTION",
        "REPEAT_REQ_INCONSISTENT",
    ]


def test_who_asks_for_ever_is_cut_off() -> None:
    """An MPP in this process that never gives up does not keep the suite for ever either."""

    class Stubborn(ConformingMpp):
        """Has no bound."""

        def not_known(self, session: Session, answer: UserInitiatedPayAnswer) -> Iterator[Message]:  # noqa: ARG002
            """Again and again."""
            yield from self.ask(session, session.code)

    trace = held(_NEVER, Stubborn)
    assert (len(trace.events), trace.ending) == (MAX_EVENTS, BROKEN)


def still_awaited(asked: int) -> set[str]:
    """What is waited for when an MPP has asked so often and been answered ``U`` each time."""
    world = World(one("unknown", _NEVER), "run", reference().profile, lambda: 0.0)
    world.begin()
    for _ in range(asked):
        world.receive(0, UserInitiatedPay(code_value=world.codes[0].decoded, customer_id="customer-1"))
    return {kind.__name__ for kind in world.awaited(0)}


@pytest.mark.parametrize(("asked", "awaited"), [(1, {"ResultPage"}), (20, {"ResultPage"}), (50, set())])
def test_who_asks_often_is_heard_to_the_end(asked: int, awaited: set[str]) -> None:
    """An MPP that takes its time between many questions is waited for; one that may go on for ever is not."""
    assert awaited == still_awaited(asked)
