"""A load over time: spans that hold whatever ends, in memory that does not grow."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mpp_conformance.judging.trace import Trace
from mpp_conformance.report.pages.diagram.timeline import svg
from mpp_conformance.scenarios.cells import psp
from mpp_conformance.scenarios.scenario import ORDER
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.transport.connectors.direct import DirectConnector
from mpp_conformance.trials.load.timeline import MOST, Timeline
from mpp_conformance.trials.load.traffic import Judged
from mpp_conformance.wallet import reference


def conversation() -> Trace:
    """One of a conforming MPP."""
    profile = reference().profile
    return DirectConnector(ConformingMpp(profile), profile).converse(psp(ORDER))


_TRACE = conversation()


@given(times=st.lists(st.floats(0, 90_000), max_size=40))
def test_every_conversation_is_in_the_span_in_which_it_ended(times: list[float]) -> None:
    """However long the load lasts, there are few spans, and none of them is lost."""
    ends, now = sorted(times), [0.0]
    timeline = Timeline(clock=lambda: now[-1])
    for end in ends:
        now.append(end)
        timeline.add(Judged(number=0, trace=_TRACE, rows=()))
    counted = [span.conversations for span in timeline.spans]
    assert (sum(counted), len(counted) <= MOST) == (len(ends), True)
    assert counted == [
        sum(at * timeline.seconds <= end < (at + 1) * timeline.seconds for end in ends) for at in range(len(counted))
    ]


def test_a_span_says_how_late_the_suite_and_the_wallet_were() -> None:
    """Times of a conversation in which the suite was late are not the wallet's."""
    timeline = Timeline(clock=lambda: 0.0)
    timeline.add(Judged(number=0, trace=_TRACE.late_by(0.6), rows=()))
    (span,) = timeline.spans
    assert (span.conversations, span.broke, span.lagged, span.latency.messages) == (1, 0, 1, 0)


def _told(*spans: dict[str, int]) -> dict[str, Any]:
    empty = dict.fromkeys(("conversations", "broke", "lagged", "p50", "p99"), 0)
    return {"seconds": 2, "spans": [{**empty, **span} for span in spans]}


def test_the_picture_has_a_step_for_each_span() -> None:
    """Of conversations a second, of those that broke something, and of both latencies; nothing is drawn of nothing."""
    drawn = str(svg(_told({"conversations": 10, "p50": 4, "p99": 1_234}, {"broke": 3})))
    steps = [part.partition('"')[0].count("h") for part in drawn.split(' d="')[1:] if "h" in part.partition('"')[0]]
    assert steps == [2, 2, 2, 2]
    assert all(words in drawn for words in (">5<", ">3<", ">1,234 ms<", ">4 s<"))
    assert str(svg(_told())) == ""
