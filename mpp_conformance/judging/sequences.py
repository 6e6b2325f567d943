"""Questions to every payment of a conversation that has the stimulus, wherever in a sequence it came."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from mpp_conformance.judging.oracle import Unmet, expect
from mpp_conformance.judging.trace import Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.protocol.messages import Scan
from mpp_conformance.scenarios.scenario import Payment

LEFT: Final = "Alipay+ to have left a payment to whom the case is about"
Question = Callable[[Trace, int], object]
"""Asks something of one payment (an index from 0) of a trace."""


def wherever(trace: Trace, action: str, question: Question, *, status: str = "", code: str = "") -> None:
    """Ask ``question`` of each payment that Alipay+ left to ``action`` alone, with this result status and kind of code.

    A conversation that was written for one payment and one sound answer must show it. In a longer one, or one in which
    Alipay+ decides for itself, what cannot be decided of a payment is left to those: it shows what is wrong, and what
    was wrong before hides nothing but itself. What Alipay+ itself cancels is left out: its consumer may be told of
    that at any time, and nobody owes a result any more.
    """
    payments = trace.scenario.payments
    answered = trace.answered(action, status)
    found = [at for at in answered if code in {"", payments[at].code} and not payments[at].cancelled]
    plain = not payments[0].unknown and not payments[0].fault
    written = len(payments) == 1 and payments[0].answer is not None and plain
    expect(trace).reached(Scan).given(bool(found) or not written, LEFT)
    for index in found:
        _asked_of(trace, index, question, strict=written)


def of_each_scan(trace: Trace, code: str, question: Question) -> None:
    """Ask ``question`` of each scan of this kind of code, as `wherever` does.

    Who scans first, and all who scan at once, must show it.
    """
    scanned = dict.fromkeys(event.payment for event in trace.events if isinstance(event.message, Scan))
    found = [index for index in scanned if trace.scenario.payments[index].code == code]
    expect(trace).reached(Scan)
    for index in found:
        _asked_of(trace, index, question, strict=trace.scenario.together or index == 0)


def of_each_alone(trace: Trace, about: Callable[[Payment], bool], question: Callable[[Trace], object]) -> None:
    """Ask ``question`` of each payment that it is about, as if it were the only one of its conversation.

    A conversation of one payment must show it; in a longer one, what cannot be decided is left to those.
    """
    single = len(trace.scenario.payments) == 1
    found = [index for index, payment in enumerate(trace.scenario.payments) if about(payment)]
    for index in found:
        _asked_of(trace, index, lambda held, at: _of_one(held, at, question), strict=single)


def _of_one(trace: Trace, payment: int, question: Callable[[Trace], object]) -> None:
    try:
        question(trace.alone(payment))
    except Unmet as unmet:
        found = unmet.judgement
        where = None if found.deviation is None else replace(found.deviation, payment=payment)
        raise Unmet(replace(found, deviation=where)) from None


def _asked_of(trace: Trace, payment: int, question: Question, *, strict: bool) -> None:
    try:
        question(trace, payment)
    except Unmet as unmet:
        if strict or unmet.judgement.verdict is not Verdict.INCONCLUSIVE:
            raise
