"""Listening: places given away to others while a silent wallet is waited for change no verdict, whoever it is."""

from collections.abc import Sequence
from itertools import count
from random import Random
from typing import Final

import pytest

from mpp_conformance.judging import oracle
from mpp_conformance.judging.trace import SILENCE, WAITED, Trace
from mpp_conformance.ledger.catalogue import Planned
from mpp_conformance.protocol.messages import Message, NotifyPayment
from mpp_conformance.scenarios.scenario import ORDER, Payment, one
from mpp_conformance.specimens import SPECIMENS
from mpp_conformance.transport.connectors.silences import SHOWN
from tests.leaping import PATIENCE, Pause, planned, quick, run

_SILENT: Final = (
    "never-notified",
    "handle-by-sdk-swallowed",
    "answers-not-acted-on",
    "hand-overs-not-acted-on",
    "notification-repeated",
    "second-scans-passed-over",
)
"""MPPs that leave out what is waited for, for one reason or another; two of them conform."""
_PART: Final = 18
"""Every so many-th conversation is held."""
_NEVER: Final = 1e9


def verdicts(rows: Sequence[Planned], traces: Sequence[Trace]) -> list[str]:
    """Of each row, in their order."""
    by_scenario = {trace.scenario: trace for trace in traces}
    return [oracle.judge(row.case.judge, by_scenario[row.scenario]).verdict.word for row in rows]


def pace(seed: int) -> Pause:
    """Slow at times, and then for most of the time that there is patience; always quick where the seed is 0."""
    if not seed:
        return quick
    random = Random(seed)  # noqa: S311  # no secret
    return lambda _: 0.9 * PATIENCE if random.random() < 0.01 else 0.02


@pytest.mark.parametrize(
    ("names", "part"), [(_SILENT, _PART), pytest.param(tuple(SPECIMENS), 2 * _PART, marks=pytest.mark.thorough)]
)
@pytest.mark.parametrize("parallel", [1, 4])
def test_a_place_given_away_changes_no_verdict(names: tuple[str, ...], part: int, parallel: int) -> None:
    """Of any known MPP, be it as quick as ever or slow at times; nor is anything of it waited for less long."""
    for name in names:
        specimen = SPECIMENS[name]
        rows = planned(part, app_link=specimen.app_link)
        scenarios = list(dict.fromkeys(row.scenario for row in rows))
        for seed in (0, parallel):
            alone = run(specimen, scenarios, sharing=False, parallel=parallel, pause=pace(seed))
            shared = run(specimen, scenarios, sharing=True, parallel=parallel, pause=pace(seed))

            assert (name, verdicts(rows, alone.traces)) == (name, verdicts(rows, shared.traces))
            assert [trace.ending for trace in alone.traces] == [trace.ending for trace in shared.traces]


MANY: Final = tuple(one(f"{number}", Payment(code=ORDER, amount=number)) for number in range(1, 31))


def test_a_silent_wallet_is_waited_for_beside_others() -> None:
    """Three times it is waited for alone; then others begin, and the evidence says when and why."""
    alone = run(SPECIMENS["never-notified"], MANY, sharing=False)
    shared = run(SPECIMENS["never-notified"], MANY, sharing=True)

    assert (alone.held, alone.shared, shared.held, shared.shared) == (30, 0, 30, 27)
    assert [trace.ending for trace in shared.traces] == [WAITED] * 30
    assert alone.seconds > 30 * PATIENCE
    assert shared.seconds < 5 * PATIENCE
    last = dict(shared.traces[-1].events[0].notes)[SILENCE]
    assert last == (
        "10 s for NotifyPayment; others began after 0.20 s, since 3 such silences had been waited out, and what came "
        "had come within 0.02 s"
    )


def test_a_wallet_that_says_nothing_at_all_is_waited_for_beside_others() -> None:
    """There is nothing that came late."""
    shared = run(SPECIMENS["nothing-done"], MANY, sharing=True)

    assert (shared.held, shared.shared) == (30, 27)


def moody(times: int, pause: float) -> Pause:
    """So many notifications never come, and all later ones after a pause."""
    left = count(times, -1)

    def pauses(message: Message) -> float:
        if not isinstance(message, NotifyPayment):
            return 0.02
        return _NEVER if next(left) > 0 else pause

    return pauses


@pytest.mark.parametrize("parallel", [1, 4])
def test_a_wallet_that_speaks_after_all_is_held_again(parallel: int) -> None:
    """Its silence was none: what was held beside it counts for nothing, and each is waited for alone from then on."""
    alone = run(SPECIMENS["conforming"], MANY, sharing=False, parallel=parallel, pause=moody(max(SHOWN, parallel), 5.0))
    shared = run(SPECIMENS["conforming"], MANY, sharing=True, parallel=parallel, pause=moody(max(SHOWN, parallel), 5.0))

    assert [trace.ending for trace in alone.traces] == [trace.ending for trace in shared.traces]
    assert (alone.held, shared.shared) == (30, 0)
    assert shared.held > 30


def test_a_wallet_that_speaks_when_there_is_no_patience_left_shares_no_more() -> None:
    """It takes longer than there is patience, so that its silences say nothing."""
    shared = run(SPECIMENS["conforming"], MANY, sharing=True, pause=moody(0, 1.5 * PATIENCE))

    assert (shared.held, shared.shared) == (30, 0)
