"""Who reports what, and what that is worth, decides what a deviation may accuse an MPP by."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import chain
from random import Random
from typing import Final

import pytest

from mpp_conformance.common.resources import directory
from mpp_conformance.judging.attestation import UNATTESTED
from mpp_conformance.judging.judgement import MISSING, OUT_OF_ORDER, REPEATED
from mpp_conformance.judging.oracle import expect, judge
from mpp_conformance.judging.trace import ENDED, Event, Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.ledger.requirements import Case
from mpp_conformance.protocol.messages import (
    CLIENT_SDK,
    GATEWAY,
    DecodeCallback,
    HandleAction,
    Malformed,
    Message,
    NotifyPayment,
    ResultPage,
    Scan,
    ServerAnswer,
)
from mpp_conformance.scenarios.observation import LOG, NOBODY, POINTS, Observed, Witness, observing
from mpp_conformance.scenarios.scenario import ORDER, Codes, Payment, Scenario
from mpp_conformance.specimens import CONFORMING, FAULTY
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.trials import cabinet
from mpp_conformance.wallet import reference

_CODES: Final = Codes(scanned="s", decoded="s", page_id="1", order_id="2", tag="t")
_ACTION: Final = HandleAction(sdk_action_payload="p")
_UNREAD: Final = Malformed(where=GATEWAY, operation="NotifyPayment", problem="no JSON")
_PAID: Final = NotifyPayment(payment_request_id="o", result_status="S", result_code="SUCCESS", result_message="paid")
_NOTHING_ATTESTED: Final = Observed(**{point.lower(): Witness.of(LOG) for point in POINTS})


def trace(*messages: Message, complete: bool = True, counted: bool = True, ordered: bool = True) -> Trace:
    """A record of these messages, and what the reports at the client SDK are worth."""
    events = tuple(Event(number=at, payment=0, message=message) for at, message in enumerate(messages, start=1))
    scenario = Scenario(label="a", payments=(Payment(code=ORDER),))
    observes = Observed(client_sdk=Witness(complete=complete, counted=counted, ordered=ordered))
    return Trace(scenario=scenario, codes=(_CODES,), events=events, ending=ENDED, observes=observes)


def one(made: Trace) -> None:
    """Exactly one handleAction."""
    expect(made).one(HandleAction)


def none(made: Trace) -> None:
    """No decode callback."""
    expect(made).reached(Scan).none(DecodeCallback)


def in_order(made: Trace) -> None:
    """HandleAction comes before the result page."""
    expect(made).in_order(HandleAction, ResultPage)


SCAN: Final = Scan(code_value="s", customer_id="c")
PAGE: Final = ResultPage(status="S")


@pytest.mark.parametrize(
    ("question", "messages", "worth", "how"),
    [
        (one, (SCAN,), "complete", MISSING),
        (one, (SCAN, _ACTION, _ACTION), "counted", REPEATED),
        (in_order, (PAGE, _ACTION), "ordered", OUT_OF_ORDER),
    ],
)
def test_a_deviation_accuses_only_where_it_is_attested(
    question: object, messages: Sequence[Message], worth: str, how: str
) -> None:
    """The same record fails an MPP where the point is attested, and proves nothing where it is not."""
    assert callable(question)
    attested, unattested = (judge(question, trace(*messages, **{worth: holds})) for holds in (True, False))
    assert attested.verdict is Verdict.FAIL
    assert unattested.verdict is Verdict.INCONCLUSIVE
    assert unattested.hint == UNATTESTED[how].format(point=CLIENT_SDK)


def test_what_is_not_reported_is_absent_only_where_everything_is() -> None:
    """Nothing passes for an absence that nobody attests; what is there is there, whatever else may be missing."""
    assert judge(none, trace(SCAN)).verdict is Verdict.PASS
    assert judge(none, trace(SCAN, complete=False)).verdict is Verdict.INCONCLUSIVE
    seen = trace(SCAN, DecodeCallback(callback="c", outcome="success"), complete=False)
    assert judge(none, seen).verdict is Verdict.FAIL
    assert judge(one, trace(SCAN, _ACTION, complete=False)).verdict is Verdict.PASS


def no_page(made: Trace) -> None:
    """No page."""
    expect(made).reached(Scan).none(ResultPage)


def readable(made: Trace) -> None:
    """Every notification can be read."""
    expect(made).reached(Scan).none(Malformed, where=GATEWAY, operation="NotifyPayment")


def no_page_in_between(made: Trace) -> None:
    """No page, in a part that was chosen by the order of what came."""
    no_page(replace(made, chosen=frozenset(POINTS)))


def no_action(made: Trace) -> None:
    """The SDK is not called."""
    expect(made).reached(Scan).none(HandleAction)


def no_success(made: Trace) -> None:
    """No success is notified."""
    expect(made).reached(Scan).none(NotifyPayment, result_status="S")


def no_callback(made: Trace) -> None:
    """The callback is not run."""
    expect(made).reached(Scan).none(DecodeCallback)


def nothing_handed(made: Trace) -> None:
    """The server hands nothing on."""
    expect(made).reached(Scan).none(ServerAnswer)


def paid(made: Trace) -> None:
    """Every page says S."""
    expect(made).each(ResultPage, status="S")


def payload(made: Trace) -> None:
    """The payload is passed on."""
    expect(made).one(HandleAction, sdk_action_payload="p")


@pytest.mark.parametrize(
    ("question", "messages", "verdict"),
    [
        (one, (SCAN,), Verdict.INCONCLUSIVE),
        (one, (SCAN, _ACTION, _ACTION), Verdict.INCONCLUSIVE),
        (in_order, (SCAN, PAGE, _ACTION), Verdict.INCONCLUSIVE),
        (no_page, (SCAN, ResultPage(status="F")), Verdict.INCONCLUSIVE),
        (no_page, (SCAN, PAGE), Verdict.FAIL),
        (no_action, (SCAN, _ACTION), Verdict.FAIL),
        (no_success, (SCAN, _PAID), Verdict.FAIL),
        (no_callback, (SCAN, DecodeCallback(callback="c", outcome="success")), Verdict.FAIL),
        (no_callback, (SCAN, DecodeCallback(callback="c", outcome="failure")), Verdict.INCONCLUSIVE),
        (nothing_handed, (SCAN, ServerAnswer(sdk_action_payload="p")), Verdict.FAIL),
        (nothing_handed, (SCAN, ServerAnswer(payment_status="F")), Verdict.INCONCLUSIVE),
        (readable, (SCAN, _UNREAD), Verdict.FAIL),
        (no_page_in_between, (SCAN, PAGE, _ACTION), Verdict.INCONCLUSIVE),
        (paid, (SCAN, ResultPage(status="F")), Verdict.INCONCLUSIVE),
        (payload, (SCAN, HandleAction(sdk_action_payload=None)), Verdict.INCONCLUSIVE),
        (payload, (SCAN, HandleAction(sdk_action_payload="q")), Verdict.FAIL),
        (payload, (SCAN, _ACTION), Verdict.PASS),
        (no_page, (SCAN,), Verdict.PASS),
    ],
)
def test_what_hangs_on_time_accuses_nobody_where_the_suite_was_late(
    question: Callable[[Trace], None], messages: Sequence[Message], verdict: Verdict
) -> None:
    """An MPP that was answered late gives up, asks again, or fails a payment; it mixes nothing up, and pays nothing."""
    late = trace(*messages).late_by(0.5)
    assert judge(question, late).verdict is verdict
    assert judge(question, trace(*messages)).verdict in {Verdict.FAIL, Verdict.PASS}
    assert ("the suite was late by 0.50 s" in judge(question, late).hint) is (verdict is Verdict.INCONCLUSIVE)


FEW: Final = 8
ONE_IN: Final = [FEW, pytest.param(1, marks=pytest.mark.thorough)]
"""Of the faulty MPPs, one in so many; of the conforming ones a third, or all."""


@pytest.mark.parametrize("points", [("GATEWAY", "USER"), ("GATEWAY",), POINTS, ()])
@pytest.mark.parametrize("one_in", ONE_IN)
def test_no_conforming_mpp_is_accused_by_what_is_seen_of_it(points: Sequence[str], one_in: int) -> None:
    """Whoever sees a part of the points accuses nobody by what lies at the others; `make thorough` has all MPPs."""
    assert visible(*points, one_in=one_in).accused == ()


@pytest.mark.parametrize("one_in", ONE_IN)
def test_the_more_is_seen_the_more_faults_are_named(one_in: int) -> None:
    """A point that is reported never hides a fault that was named without it; `make thorough` has all faults."""
    ways = (("GATEWAY",), ("GATEWAY", "USER"))
    by_gateway, by_person = (set(visible(*points, one_in=one_in).named) for points in ways)
    assert by_gateway < by_person
    assert len(by_person) < len(visible(*POINTS, one_in=one_in).named)


@pytest.mark.parametrize("one_in", ONE_IN)
def test_with_everything_observed_the_matrix_is_unchanged(one_in: int) -> None:
    """All points reported by suite and adaptor: exactly those MPPs fail that the kill matrix has."""
    failing = {found.name for found in cabinet.matrix().specimens if found.outcome.word == "fails"}
    seen = visible(*POINTS, one_in=one_in)
    assert set(seen.named) == failing & set(seen.faulty)


def test_an_unknown_point_is_refused() -> None:
    """The points that there are stand in the refusal."""
    with pytest.raises(ValueError, match="there is no point SDK; there are USER, GATEWAY, CLIENT_SDK, APP_LINK"):
        observing(["SDK"])


def test_cases_look_at_points() -> None:
    """Every case judges by what some point shows; what nobody reports makes those that look there not applicable."""
    cases = load(directory("suites")).cases
    by_name = {case.name: case.points for case in cases}
    assert CLIENT_SDK in by_name["test_the_payload_reaches_the_sdk_through_handle_action"]
    assert {NOBODY} & set(chain.from_iterable(by_name.values())) == set()
    assert len([points for points in by_name.values() if GATEWAY in points]) > len(by_name) / 3


Spoiling = Callable[[Sequence[Event]], Iterator[Sequence[Event]]]
"""What may become of a record on its way to an auditor."""


# --- lossy logs -------------------------------------------------------------------------------------------------------


@cache
def visible(*points: str, one_in: int) -> cabinet.Visibility:
    """What a judge is worth who sees these points, of one faulty MPP in so many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cabinet, "FAULTY", dict(list(FAULTY.items())[::one_in]))
        patch.setattr(cabinet, "CONFORMING", dict(list(CONFORMING.items())[:: min(one_in, 3)]))
        return cabinet.visible(observing(points))


@cache
def conversations() -> list[tuple[Trace, list[Case], bool]]:
    """Each distinct conversation that a conforming MPP holds, the cases that judge it and decide, and if it is plain.

    Plain is what the MPP without any habit says.
    """
    held = cabinet.conversations(case for case in load(directory("suites")).cases if case.requirement.decides)
    found: dict[Trace, tuple[list[Case], bool]] = {}
    for specimen in CONFORMING.values():
        profile = replace(reference().profile, app_link=specimen.app_link)
        for scenario, cases in held.items():
            made = cabinet.trace(specimen, scenario, profile)
            judges = [case for case, _ in cases]
            found.setdefault(replace(made, observes=_NOTHING_ATTESTED), (judges, specimen is ConformingMpp))
    return [(made, cases, plain) for made, (cases, plain) in found.items()]


def dropped(events: Sequence[Event]) -> Iterator[Sequence[Event]]:
    """The record without one of the MPP's messages, each in turn."""
    for at, lost in enumerate(events):
        if not lost.message.by_suite:
            yield [*events[:at], *events[at + 1 :]]


def doubled(events: Sequence[Event]) -> Iterator[Sequence[Event]]:
    """The record with one of the MPP's messages twice, each in turn."""
    for at, twice in enumerate(events):
        if not twice.message.by_suite:
            yield [*events[:at], twice, *events[at:]]


def shuffled(events: Sequence[Event]) -> Iterator[Sequence[Event]]:
    """The record backwards, and with what the MPP said first, or last."""
    yield list(reversed(events))
    for first in (True, False):
        yield sorted(events, key=lambda event: event.message.by_suite is first)


def truncated(events: Sequence[Event]) -> Iterator[Sequence[Event]]:
    """The record cut off behind each message."""
    yield from (events[:length] for length in range(len(events)))


def renumbered(made: Trace, events: Sequence[Event]) -> Trace:
    """A record of other events, numbered anew."""
    numbered = tuple(replace(event, number=number) for number, event in enumerate(events, start=1))
    return replace(made, events=numbered, late=0)


SPOILT: Final = [dropped, doubled, shuffled, truncated]


Records = list[Sequence[Event]]


def accused(spoilt: Spoiling, chosen: Callable[[bool, Records], Records]) -> list[str]:
    """What fails of the spoilt records that are chosen of each conversation."""
    return sorted(
        {
            f"{case.requirement.id} {case.name} on {made.scenario.label}: {verdict.seen}"
            for made, cases, plain in conversations()
            for events in chosen(plain, list(spoilt(made.events)))
            for worse in [renumbered(made, events)]
            for case in cases
            if (verdict := judge(case.judge, worse)).verdict is Verdict.FAIL
        }
    )


@pytest.mark.parametrize("spoilt", SPOILT)
def test_a_lossy_log_accuses_no_conforming_mpp(spoilt: Spoiling) -> None:
    """Records that are lost, told twice, out of order or cut off fail nobody where nothing is attested.

    Four of what can become of each conversation of the plain MPP's, and one for every second with a habit; `make
    thorough` tries them all.
    """
    drawn = Random(spoilt.__name__)  # noqa: S311  # no secret

    def some(plain: bool, every: Records) -> Records:  # noqa: FBT001  # as `chosen` is called
        return drawn.sample(every, min(4 if plain else drawn.randint(0, 1), len(every)))

    assert accused(spoilt, some) == []


@pytest.mark.thorough
@pytest.mark.parametrize("spoilt", SPOILT)
def test_no_lossy_log_of_any_conforming_mpp_accuses_it(spoilt: Spoiling) -> None:
    """The same over all that can become of every conversation."""
    assert accused(spoilt, lambda _, every: every) == []
