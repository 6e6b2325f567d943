"""What came when a conversation was over can break a duty; it meets none, and nothing is missing after it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from mpp_conformance.judging.attestation import PATIENCE_OF_REPORTS
from mpp_conformance.judging.oracle import expect, judge
from mpp_conformance.judging.trace import ENDED, HUNG_UP, WAITED, WENT_ON, Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.protocol.messages import (
    CLIENT_SDK,
    CashierPage,
    HandleAction,
    Malformed,
    Message,
    ResultPage,
    Scan,
    UserInitiatedPay,
)
from tests.asking import trace_of

HINT = "what decides it came when the conversation was over; a slow wallet needs more [reach] patience"
TWICE = "handleAction is called more than once: an event handler is registered twice, or a timer repeats it"
SCAN = Scan(code_value="c", customer_id="u")
ASKED = UserInitiatedPay(code_value="c", customer_id="u")
ACTION, OTHER = HandleAction(sdk_action_payload="p"), HandleAction(sdk_action_payload="q")
UNREAD = Malformed(where=CLIENT_SDK, operation="HandleAction", problem="no JSON")


def _trace(in_time: tuple[Message, ...], late: tuple[Message, ...], ending: str = ENDED) -> Trace:
    return trace_of(in_time + late, ending, late=len(late))


def _some(trace: Trace) -> None:
    expect(trace).reached(Scan).some(HandleAction, sdk_action_payload="p")


def _one(trace: Trace) -> None:
    expect(trace).reached(Scan).one(HandleAction, sdk_action_payload="p")


def _none(trace: Trace) -> None:
    expect(trace).reached(Scan).none(ResultPage)


def _paid(trace: Trace) -> None:
    expect(trace).reached(Scan).some(ResultPage, status="S")


def _asked_first(trace: Trace) -> None:
    expect(trace).reached(UserInitiatedPay).some(HandleAction)


def _broken(trace: Trace) -> None:
    expect(trace).reached(Scan)
    if trace.late:
        message = "no such thing"
        raise ValueError(message)


@pytest.mark.parametrize("ending", [ENDED, WAITED])
@pytest.mark.parametrize(
    ("question", "in_time", "late", "verdict", "hint"),
    [
        (_some, (SCAN,), (ACTION,), Verdict.INCONCLUSIVE, HINT),
        (_one, (SCAN,), (ACTION,), Verdict.INCONCLUSIVE, HINT),
        (_some, (SCAN, OTHER), (ACTION,), Verdict.INCONCLUSIVE, HINT),
        (_some, (SCAN,), (UNREAD,), Verdict.INCONCLUSIVE, HINT),
        (_asked_first, (SCAN,), (ASKED,), Verdict.INCONCLUSIVE, HINT),
        (_asked_first, (SCAN,), (ASKED, ACTION), Verdict.INCONCLUSIVE, HINT),
        (_one, (SCAN, OTHER), (UNREAD,), Verdict.FAIL, ""),
        (_one, (SCAN,), (OTHER,), Verdict.FAIL, ""),
        (_one, (SCAN, ACTION), (ACTION,), Verdict.FAIL, TWICE),
        (_none, (SCAN,), (ResultPage(status="S"),), Verdict.FAIL, ""),
        (_some, (SCAN,), (ResultPage(status="S"),), Verdict.FAIL, ""),
        (_one, (SCAN, ACTION), (ResultPage(status="S"),), Verdict.PASS, ""),
        (_one, (SCAN, ACTION), (UNREAD,), Verdict.INCONCLUSIVE, "one is not: no JSON"),
        (_broken, (SCAN,), (ACTION,), Verdict.ERROR, "a fault of the suite, not of the wallet"),
    ],
    ids=[
        "some-comes-late",
        "the-one-comes-late",
        "the-right-one-comes-late",
        "what-comes-late-cannot-be-read",
        "the-stimulus-comes-late",
        "all-comes-late",
        "a-wrong-one-stays-wrong",
        "what-comes-late-is-wrong",
        "a-second-one-comes-late",
        "an-unwanted-one-comes-late",
        "it-never-comes",
        "nothing-hangs-on-it",
        "one-that-cannot-be-read-comes-late",
        "our-own-fault",
    ],
)
def test_a_late_message_breaks_duties_and_meets_none(  # noqa: PLR0917  # a row of a table
    question: Callable[[Trace], None],
    in_time: tuple[Message, ...],
    late: tuple[Message, ...],
    verdict: Verdict,
    hint: str,
    ending: str,
) -> None:
    """A verdict that hangs on it is no pass, and accuses nobody of being slow."""
    found = judge(question, _trace(in_time, late, ending))

    assert (found.verdict, found.hint) == (verdict, hint)


def test_what_was_asked_is_told_with_the_verdict() -> None:
    """The words and the picture are those of the conversation in which it was missing."""
    found = judge(_some, _trace((SCAN,), (ACTION,)))

    assert (found.expected, found.seen) == (
        "at least one HandleAction with sdk_action_payload 'p'",
        "no HandleAction",
    )
    assert found.deviation is not None
    assert found.deviation.how == "missing"


def test_a_conversation_in_time_is_the_one_that_was_over() -> None:
    """Without its late messages a conversation is the one that it was."""
    assert _trace((SCAN, ACTION), (OTHER,)).in_time == _trace((SCAN, ACTION), ())


@pytest.mark.parametrize(
    ("note", "verdict", "hint"),
    [(WENT_ON, Verdict.FAIL, ""), (HUNG_UP, Verdict.INCONCLUSIVE, PATIENCE_OF_REPORTS)],
    ids=["went-on", "hung-up"],
)
def test_what_the_adaptor_breaks_off_accuses_nobody(note: tuple[str, str], verdict: Verdict, hint: str) -> None:
    """An adaptor that does not wait for the answer of its report may say nothing more; who only goes on early does."""
    trace = trace_of((SCAN, CashierPage()), WAITED)
    scanned, page = trace.events
    noted = replace(trace, events=(scanned, replace(page, notes=(note,))))

    found = judge(_paid, noted)

    assert (verdict, hint) == (found.verdict, found.hint)


def test_what_the_adaptor_says_after_it_hung_up_counts() -> None:
    """A payload that is not the one that Alipay+ gave is none for want of time."""
    trace = trace_of((SCAN, CashierPage(), ResultPage(status="S"), OTHER), WAITED)
    scanned, page, *others = trace.events
    noted = replace(trace, events=(scanned, replace(page, notes=(HUNG_UP,)), *others))

    assert (judge(_paid, noted).verdict, judge(_one, noted).verdict) == (Verdict.PASS, Verdict.FAIL)
