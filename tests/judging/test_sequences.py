"""Questions to every payment: a failure counts wherever it is, what cannot be decided only where it must be shown."""

from dataclasses import replace

from mpp_conformance.judging.oracle import expect, judge
from mpp_conformance.judging.sequences import of_each_alone, of_each_scan, wherever
from mpp_conformance.judging.trace import Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.protocol.messages import HANDLE_BY_PSP, HANDLE_BY_SDK, Launch, NotifyPayment, ResultPage
from mpp_conformance.scenarios.call_sequences import AMONG_CALLS
from mpp_conformance.scenarios.cells import changing, psp
from mpp_conformance.scenarios.rounds import a_round
from mpp_conformance.scenarios.scenario import ENTRY, ORDER, UNFUNDED, Scenario, handle_by_psp
from mpp_conformance.specimens import SPECIMENS
from mpp_conformance.transport.connectors.direct import DirectConnector
from mpp_conformance.wallet import reference


def _held(scenario: Scenario, name: str = "conforming") -> Trace:
    profile = reference().profile
    profile = replace(profile, app_link=True)
    return DirectConnector(SPECIMENS[name](profile), profile).converse(scenario)


def _notified_as_paid(trace: Trace, payment: int) -> None:
    expect(trace, payment).reached(ResultPage).some(NotifyPayment, result_status="S")


def test_a_failure_in_a_later_payment_is_one() -> None:
    """The one payment of a round that was not notified as paid fails the case, whatever came before it."""

    def question(trace: Trace) -> None:
        wherever(trace, HANDLE_BY_PSP, lambda held, at: expect(held, at).none(NotifyPayment, result_status="F"))

    assert (
        judge(question, _held(a_round(ORDER), "success-then-failure-notified-of-one-customer")).verdict is Verdict.FAIL
    )


def test_what_is_not_decided_in_a_sequence_is_left_to_conversations_of_its_own() -> None:
    """A stopped payment has no result page: alone that is inconclusive, among others it is passed over."""

    def question(trace: Trace) -> None:
        wherever(trace, HANDLE_BY_SDK, _notified_as_paid)

    assert judge(question, _held(changing(ORDER))).verdict is Verdict.PASS
    assert judge(question, _held(psp(ORDER))).verdict is Verdict.INCONCLUSIVE


def test_what_alipay_plus_cancels_is_asked_of_no_more() -> None:
    """Its consumer may be told of that at any time: every other payment of the MPP's is asked about."""
    asked_about: list[int] = []

    def question(trace: Trace) -> None:
        wherever(trace, HANDLE_BY_PSP, lambda _, at: asked_about.append(at), status="S")

    for scenario in AMONG_CALLS:
        asked_about.clear()
        assert judge(question, _held(scenario)).verdict is Verdict.PASS
        left = {at for at, payment in enumerate(scenario.payments) if payment.answer == handle_by_psp()}
        assert {at for at in left if not scenario.payments[at].cancelled} == set(asked_about)
        assert left != set(asked_about)


def test_the_first_scan_of_a_code_must_show_it() -> None:
    """Who launches nothing at the first scan has shown nothing; a conforming one shows it at each."""

    def question(trace: Trace) -> None:
        of_each_scan(trace, ENTRY, lambda held, at: expect(held, at).reached(Launch))

    assert judge(question, _held(a_round(ENTRY))).verdict is Verdict.PASS
    assert judge(question, _held(a_round(ENTRY), "never-launched")).verdict is Verdict.INCONCLUSIVE


def test_what_is_asked_of_each_payment_alone_is_told_of_that_payment() -> None:
    """The deviation names the payment of the conversation, and the messages keep their numbers."""
    trace = _held(a_round(ORDER))

    def question(held: Trace) -> None:
        expect(held).none(ResultPage, status="F")

    found = judge(lambda held: of_each_alone(held, lambda payment: payment.customer == UNFUNDED, question), trace)
    assert found.deviation is not None
    shown = {event.payment for event in trace.events if event.number in found.events}
    assert shown == {found.deviation.payment}
    assert trace.scenario.payments[found.deviation.payment].customer == UNFUNDED


def test_what_cannot_be_decided_of_one_payment_alone_is_left_to_single_conversations() -> None:
    """In a longer conversation it is passed over; in one of a single payment it is inconclusive."""

    def question(held: Trace) -> None:
        of_each_alone(held, lambda _: True, lambda one: expect(one).reached(Launch))

    assert judge(question, _held(changing(ORDER))).verdict is Verdict.PASS
    assert judge(question, _held(psp(ORDER))).verdict is Verdict.INCONCLUSIVE
