"""The record of one conversation: what stands in it, where it ends, and the names it is known by."""

from itertools import count
from typing import Final

from mpp_conformance.judging.trace import BROKEN, ENDED, WAITED, Half
from mpp_conformance.peers.alipay_plus import payment_request_id
from mpp_conformance.peers.record import MAX_EVENTS, MAX_HTTP
from mpp_conformance.peers.world import World
from mpp_conformance.protocol.messages import (
    HANDLE_BY_PSP,
    HANDLE_BY_SDK,
    CashierPage,
    Message,
    NotifyPayment,
    ResultPage,
    Scan,
    UserInitiatedPay,
)
from mpp_conformance.scenarios.scenario import (
    ENTRY,
    FUNDED,
    ORDER,
    SECOND,
    CodeTemplates,
    Payment,
    Profile,
    Scenario,
    handle_by_psp,
    handle_by_sdk,
)

_TEMPLATES: Final = CodeTemplates(entry="https://e.test/{id}", order="o{id}", foreign="f{id}")
_STOPPED: Final = Payment(code=ORDER, answer=handle_by_sdk())
_TO_PAY: Final = Payment(code=ORDER, answer=handle_by_psp())


def _world(*payments: Payment, together: bool = False, run: str = "run") -> World:
    profile = Profile(templates=_TEMPLATES, customers=((FUNDED, "one"), (SECOND, "two")))
    return World(Scenario(payments=payments, together=together), run, profile, map(float, count(5)).__next__)


def _ask(world: World) -> list[Message]:
    return _say(world, UserInitiatedPay(code_value=world.codes[0].decoded, customer_id="one"))


def _say(world: World, message: Message) -> list[Message]:
    return [sending.message for sending in world.receive(0, message)]


def _notice(world: World) -> NotifyPayment:
    name = payment_request_id(world.codes[0])
    return NotifyPayment(payment_request_id=name, result_status="S", result_code="SUCCESS", result_message="")


def _names(world: World) -> list[str]:
    return [event.message.name for event in world.trace(ENDED).events]


def test_late_duplicates_are_recorded_and_answered() -> None:
    """A second report, or a repeated call, after the end stands in the trace like any other."""
    world = _world(_TO_PAY)
    world.begin()
    _ask(world)
    for message in (_notice(world), ResultPage(status="S"), ResultPage(status="F"), _notice(world)):
        _say(world, message)
    (again,) = _ask(world)

    assert (_names(world).count("ResultPage"), _names(world).count("NotifyPaymentAnswer")) == (2, 2)
    assert (getattr(again, "action_type", None), world.finished) == (HANDLE_BY_PSP, True)


def test_events_are_numbered_timed_and_noted() -> None:
    """Each event knows its place, the seconds since the beginning, and what the wire told beside it."""
    world = _world(_STOPPED)
    world.begin()
    call = UserInitiatedPay(code_value=world.codes[0].scanned, customer_id="one")
    world.receive(0, call, [("encoding", "base64")])

    events = world.trace(WAITED, "it took too long").events

    assert [(event.number, event.at, event.notes) for event in events] == [
        (1, 1.0, ()),
        (2, 2.0, (("encoding", "base64"),)),
        (3, 3.0, ()),
    ]
    assert (world.trace(WAITED, "late").ending, world.trace(WAITED, "late").trouble) == (WAITED, "late")


def test_a_wallet_that_talks_without_end_breaks_the_conversation() -> None:
    """The record is bounded; what was cut off is not taken for never said, and calls are answered to the end."""
    world = _world(_STOPPED)
    world.begin()
    for _ in range(MAX_EVENTS - 1):
        _say(world, CashierPage())
    whole = world.trace(ENDED)
    (answer,) = _ask(world)
    cut = world.trace(ENDED)

    assert (len(whole.events), whole.ending) == (MAX_EVENTS, ENDED)
    assert (len(cut.events), cut.ending, str(MAX_EVENTS) in cut.trouble) == (MAX_EVENTS, BROKEN, True)
    assert getattr(answer, "action_type", None) == HANDLE_BY_SDK


def test_what_http_carried_is_kept_within_bounds() -> None:
    """Each half stands beside its message; a wallet that sends without end is cut off, and what was kept stays."""
    world = _world(_STOPPED)
    (scan,) = world.begin()
    small, large = (Half(method="POST", target="/", body=b"x" * size) for size in (9, MAX_HTTP))
    world.attach_http(scan.event, small)
    kept = world.trace(ENDED)
    world.attach_http(scan.event, large)
    cut = world.trace(ENDED)

    assert [event.http for event in kept.events] == [(small,)]
    assert (kept.ending, cut.ending, cut.trouble) == (
        ENDED,
        BROKEN,
        f"the conversation had more than {MAX_HTTP} bytes of HTTP",
    )
    assert cut.events == kept.events


def test_what_comes_before_the_first_scan_begins_nothing() -> None:
    """An old wallet that still speaks is recorded; the conversation begins with the scan."""
    world = _world(_STOPPED)

    assert _say(world, CashierPage()) == []
    assert [type(sending.message) for sending in world.begin()] == [Scan]


def test_tokens_and_codes_are_of_one_payment_in_one_run() -> None:
    """No two payments, scenarios or runs share the name that reports bear."""
    worlds = [
        _world(_STOPPED, _STOPPED),
        _world(_STOPPED, _STOPPED, together=True),
        _world(_STOPPED, _STOPPED, run="b"),
    ]
    tokens = {world.token(index) for world in worlds for index in (0, 1)}

    assert (len(tokens), {len(token) for token in tokens}) == (6, {32})


def test_what_the_wallet_did_not_owe_is_known() -> None:
    """Neither what was awaited, nor what anything called for: a report too early, and one that is said again."""
    world = _world(_TO_PAY)
    world.begin()
    seen = []
    for message in (ResultPage(status="S"), None, ResultPage(status="S"), ResultPage(status="S"), _notice(world)):
        _ = _ask(world) if message is None else _say(world, message)
        seen.append(world.unowed)

    assert seen == [True, False, False, True, False]


def test_what_is_owed_is_that_of_the_payments_that_were_begun() -> None:
    """What the next scan will call for is not owed yet."""
    world = _world(_TO_PAY, Payment(code=ENTRY))
    world.begin()

    assert world.owed == {UserInitiatedPay}
