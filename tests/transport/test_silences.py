"""Silences: what a wallet's earlier ones let be said of the next, and when nothing may be said any more."""

import asyncio
from typing import Final

import pytest

from mpp_conformance.peers.router import Delivery, Stray
from mpp_conformance.peers.world import World
from mpp_conformance.protocol.messages import DecodeCallback, Malformed, Message, ResultPage
from mpp_conformance.scenarios.cells import psp
from mpp_conformance.scenarios.scenario import ORDER
from mpp_conformance.transport.connectors.silences import SHOWN, Silence, Silences, in_words
from mpp_conformance.wallet import reference

PAGE: Final = Silence(owes=frozenset({"ResultPage"}), faulty=False)
NOTICE: Final = Silence(owes=frozenset({"NotifyPayment"}), faulty=False)
SPOILT: Final = Silence(owes=frozenset({"ResultPage"}), faulty=True)
PATIENCE: Final = 10.0


def silences(*, slowest: float = 0.1, shown: int = SHOWN) -> Silences:
    """Of a wallet that has spoken within so many seconds, and has not shown its result page so many times."""
    made = Silences(PATIENCE, 0.2)
    made.ended(NOTICE, slowest)
    for _ in range(shown):
        made.waited_out(PAGE)
    return made


def world() -> World:
    """A conversation in which nothing has been said."""
    return World(psp(ORDER), "silences", reference().profile, lambda: 0.0)


@pytest.mark.parametrize(("slowest", "seconds"), [(0.01, 0.2), (0.1, 0.4), (2.4, 9.6), (2.5, None), (9.0, None)])
def test_a_silence_is_known_by_what_did_come(slowest: float, seconds: float | None) -> None:
    """After four times the longest pause of this wallet, no sooner than it settles, and never without patience."""
    assert silences(slowest=slowest).enough(PAGE) == seconds


def test_a_silence_is_known_after_it_has_been_waited_out_again_and_again() -> None:
    """Not after two times, nor one that was after something else."""
    assert silences(shown=SHOWN - 1).enough(PAGE) is None
    assert silences().enough(NOTICE) is None


def test_faulty_answers_have_a_pace_of_their_own() -> None:
    """Whoever waits for one takes as long as it will; while nothing is known of that, nothing is given away."""
    known = silences()

    assert known.enough(SPOILT) is None
    known.ended(SPOILT, 1.0)
    assert (known.enough(SPOILT), known.enough(PAGE)) == (4.0, 0.4)


def test_whoever_says_nothing_at_all_has_no_pace() -> None:
    """There is nothing that could come late."""
    never = Silences(PATIENCE, 0.2)
    for _ in range(SHOWN):
        never.waited_out(SPOILT)

    assert never.enough(SPOILT) == 0.2


def test_a_silence_is_told_with_what_was_owed_and_why_others_began() -> None:
    """In words, for the evidence."""
    assert in_words(PAGE, 10) == "10 s for ResultPage"
    assert in_words(Silence(owes=frozenset(), faulty=False), 10) == "10 s"
    assert silences().reason(PAGE, 0.4) == (
        "others began after 0.40 s, since 3 such silences had been waited out, and what came had come within 0.10 s"
    )


@pytest.mark.parametrize(
    ("message", "unowed", "doubted"),
    [
        (ResultPage(status="S"), False, False),
        (ResultPage(status="S"), True, True),
        (DecodeCallback(callback="c", outcome="failure"), True, False),
        (Malformed(where="USER", operation="ResultPage", problem="no JSON"), True, True),
    ],
)
def test_what_another_conversation_did_not_owe_may_be_the_missing_word(
    message: Message, *, unowed: bool, doubted: bool
) -> None:
    """A wallet that mixes up what it has to do at once may say there what it owes elsewhere."""
    known, beside = silences(), world()
    shadow = known.begin(PAGE)
    beside.unowed = unowed
    known.weigh(message, Delivery(world=beside, reply=None, calls=()))

    assert (shadow.spoke, known.refuted, known.enough(PAGE) is None) == (doubted, doubted, doubted)


@pytest.mark.parametrize(
    ("ended", "open_", "refuted"), [(False, False, False), (False, True, True), (True, False, True)]
)
def test_a_message_of_no_open_conversation_is_doubted(*, ended: bool, open_: bool, refuted: bool) -> None:
    """While one is listened to on the side; or where it says that this wallet takes longer than there is patience."""
    known = silences()
    if open_:
        known.begin(PAGE)
    stray = Stray(message=ResultPage(status="S"), world=world() if ended else None)
    known.weigh(stray.message, Delivery(world=None, reply=None, calls=(), stray=stray))

    assert (known.refuted, known.enough(PAGE) is None) == (refuted, refuted)


def test_nothing_begins_beside_those_that_were_not_silent() -> None:
    """Until each of them is over."""

    async def wait() -> list[bool]:
        known = silences()
        shadows = [known.begin(PAGE), known.begin(NOTICE)]
        known.doubt()
        settled = asyncio.create_task(known.settled())
        seen = []
        for shadow in shadows:
            await asyncio.sleep(0)
            seen.append(settled.done())
            known.end(shadow)
        await settled
        return seen

    assert asyncio.run(wait()) == [False, False]
