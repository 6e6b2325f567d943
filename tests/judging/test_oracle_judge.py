"""What a case as a whole comes to: its last word, its words, and what breaks in the case itself."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from mpp_conformance.judging.oracle import Unmet, expect, judge
from mpp_conformance.judging.trace import ENDED, Event, Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.protocol.messages import HandleAction, Message, Scan, UserInitiatedPay, UserInitiatedPayAnswer
from mpp_conformance.scenarios.payloads import HURTFUL
from mpp_conformance.scenarios.scenario import ORDER, TAG, Codes, Payment, Scenario

if TYPE_CHECKING:
    from mpp_conformance.judging.judgement import Judgement

_SCAN = Scan(code_value="c", customer_id="u")


def _trace(*messages: Message) -> Trace:
    codes = Codes(scanned="c", decoded="c", page_id="c", order_id="c", tag="t")
    return Trace(
        scenario=Scenario(payments=(Payment(code=ORDER),) * 2),
        codes=(codes, codes),
        events=tuple(Event(number=n, payment=0, message=message) for n, message in enumerate(messages, start=1)),
        ending=ENDED,
    )


def _nothing(_: Trace) -> None:
    pass


def _reached(kind: type[Message], payment: int = 0) -> Callable[[Trace], None]:
    def question(trace: Trace) -> None:
        expect(trace, payment).reached(kind)

    return question


def _raise(problem: BaseException) -> Callable[[Trace], None]:
    def question(trace: Trace) -> None:
        expect(trace).reached(Scan)
        raise problem

    return question


def test_a_case_that_asks_nothing_is_an_error() -> None:
    """It would have been green for any wallet."""
    found = judge(_nothing, _trace(_SCAN))

    assert (found.verdict, found.seen, found.asked) == (Verdict.ERROR, "no expectation at all", 0)


@pytest.mark.parametrize("kinds", [(Scan, UserInitiatedPayAnswer), (UserInitiatedPayAnswer, Scan)])
def test_a_case_is_about_the_last_stimulus_that_it_names(kinds: tuple[type[Message], ...]) -> None:
    """Whichever it names first; what the MPP says is no stimulus."""
    call = UserInitiatedPay(code_value="c", customer_id="u")
    answer = UserInitiatedPayAnswer(result_status="S", result_code="SUCCESS", result_message="success")
    trace = _trace(_SCAN, call, answer, HandleAction(sdk_action_payload="p"), answer)

    def question(trace: Trace) -> None:
        asked = expect(trace)
        for kind in (*kinds, HandleAction):
            asked.reached(kind)
        asked.none(HandleAction)

    assert judge(question, trace).about == 3


def test_what_another_case_asked_does_not_count() -> None:
    """A case that has another one judged, and asks nothing itself, is an error all the same."""
    inner: list[Judgement] = []

    def outer(trace: Trace) -> None:
        inner.append(judge(_reached(Scan), trace))

    def asking(trace: Trace) -> None:
        outer(trace)
        expect(trace).none(HandleAction)

    found, other = judge(outer, _trace(_SCAN)), judge(asking, _trace(_SCAN))

    assert (inner[0].verdict, found.verdict) == (Verdict.PASS, Verdict.ERROR)
    assert (other.verdict, other.expected) == (Verdict.PASS, "no HandleAction")


@pytest.mark.parametrize(
    "problem",
    [
        ValueError("no such thing"),
        RecursionError(),
        SystemExit(0),
        GeneratorExit(),
        pytest.skip.Exception("not today"),
        pytest.fail.Exception("as pytest says it"),
        pytest.xfail.Exception("known"),
        pytest.exit.Exception("enough"),
    ],
    ids=lambda problem: type(problem).__name__,
)
def test_whatever_breaks_in_a_case_is_the_suites_fault(problem: BaseException) -> None:
    """No exception but the user's own is let through: a skip is no verdict, and no way to end a run."""
    found = judge(_raise(problem), _trace(_SCAN))

    assert (found.verdict, found.asked) == (Verdict.ERROR, 1)
    assert type(problem).__name__ in found.seen


def test_the_user_can_interrupt() -> None:
    """Ctrl-C in the middle of a judgement ends the run, not the case."""
    with pytest.raises(KeyboardInterrupt):
        judge(_raise(KeyboardInterrupt()), _trace(_SCAN))

    assert judge(_nothing, _trace(_SCAN)).verdict == Verdict.ERROR


def test_a_problem_is_told_in_printable_words() -> None:
    """What a wallet wrote into an exception forges no line of a log and fills no page."""
    found = judge(_raise(KeyError("\x1b[2J\nPASS" + "x" * 10_000)), _trace(_SCAN))

    assert (found.seen.isprintable(), len(found.seen) < 1_000) == (True, True)


@pytest.mark.parametrize(
    "ask",
    [
        lambda trace: expect(trace).reached(Scan, code="c"),
        lambda trace: expect(trace).none(Scan, code="c"),
        lambda trace: expect(trace).none_but(HandleAction, payload=("p",)),
        lambda trace: expect(trace).each_holding(HandleAction, "payload", "p"),
        lambda trace: expect(trace).either((HandleAction, {"payload": "p"})),
    ],
    ids=["reached", "none", "none but", "each holding", "either"],
)
def test_a_field_that_no_message_has_is_an_error(ask: Callable[[Trace], None]) -> None:
    """A slip of the pen in a case is not silently true of every message, nor of none."""
    found = judge(ask, _trace(_SCAN))

    assert (found.verdict, "has no field" in found.seen) == (Verdict.ERROR, True)


@pytest.mark.parametrize("name", sorted(HURTFUL))
def test_a_changed_payload_is_told_by_place_and_likely_slip(name: str) -> None:
    """A failure says what was wanted, what was seen, where they part, and what may have happened."""
    payload = HURTFUL[name].replace(TAG, "mpp-00000000000000000001")

    def question(trace: Trace) -> None:
        expect(trace).reached(Scan).one(HandleAction, sdk_action_payload=payload)

    found = judge(question, _trace(_SCAN, HandleAction(sdk_action_payload=payload[:-1])))

    assert (found.verdict, found.events, found.asked) == (Verdict.FAIL, (2,), 2)
    assert f"first difference at byte {len(payload[:-1].encode())}" in found.seen
    assert found.hint.startswith("it was ")
    assert (found.expected + found.seen + found.hint).isprintable()
    assert judge(question, _trace(_SCAN, HandleAction(sdk_action_payload=payload))).verdict == Verdict.PASS


def test_what_a_pass_rests_on_is_told() -> None:
    """A pass names all its questions, in order."""

    def question(trace: Trace) -> None:
        expect(trace).reached(Scan).none(HandleAction)

    found = judge(question, _trace(_SCAN))

    assert found.expected == "Scan to take place first; no HandleAction"


def test_each_payment_is_asked_by_itself() -> None:
    """What happened at one payment proves nothing about another."""
    trace = _trace(_SCAN, UserInitiatedPay(code_value="c", customer_id="u"))

    assert judge(_reached(UserInitiatedPay), trace).verdict == Verdict.PASS
    assert judge(_reached(UserInitiatedPay, 1), trace).verdict == Verdict.INCONCLUSIVE


def test_a_long_conversation_is_summed_up() -> None:
    """Where nothing can be decided, the first messages are named and the others counted."""
    eight, eleven = (judge(_reached(HandleAction), _trace(*[_SCAN] * count)) for count in (8, 11))

    assert eight.seen == ", ".join(["Scan"] * 8)
    assert eleven.seen == eight.seen + " and 3 more"
    assert judge(_reached(HandleAction), _trace()).seen == "nothing"


def test_a_question_asked_outside_of_a_judgement_tells_what_was_not_met() -> None:
    """Whoever tries a question by hand reads what was expected and what was seen."""
    with pytest.raises(Unmet, match="expected exactly one HandleAction; seen no HandleAction"):
        expect(_trace(_SCAN)).one(HandleAction)
