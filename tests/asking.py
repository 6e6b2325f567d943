"""A conversation of one payment with an order code, and the judging language asked about it."""

from collections.abc import Callable, Sequence

from mpp_conformance.judging.judgement import Judgement
from mpp_conformance.judging.oracle import Expectation, expect, judge
from mpp_conformance.judging.trace import BROKEN, ENDED, Event, Trace
from mpp_conformance.protocol.messages import Message
from mpp_conformance.scenarios.scenario import ORDER, Codes, Payment, Scenario

Ask = Callable[[Expectation], object]


def trace_of(messages: Sequence[Message], ending: str = ENDED, *, late: int = 0) -> Trace:
    """These messages in their order, the last ``late`` of them when the conversation was over."""
    return Trace(
        scenario=Scenario(payments=(Payment(code=ORDER),)),
        codes=(Codes(scanned="c", decoded="c", page_id="c", order_id="c", tag="t"),),
        events=tuple(Event(number=n, payment=0, message=message) for n, message in enumerate(messages, start=1)),
        ending=ending,
        trouble="connection refused" if ending == BROKEN else "",
        late=late,
    )


def asked(*asks_and_messages: Ask | Message, ending: str = ENDED) -> Judgement:
    """What the questions, one after another, find in a conversation of the messages."""
    asks = [ask for ask in asks_and_messages if not isinstance(ask, Message)]

    def question(trace: Trace) -> None:
        for ask in asks:
            ask(expect(trace))

    return judge(question, trace_of([one for one in asks_and_messages if isinstance(one, Message)], ending))
