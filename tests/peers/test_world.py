"""One conversation: who says what when, and what is waited for."""

from itertools import count
from typing import Final

import pytest

from mpp_conformance.judging.trace import ENDED
from mpp_conformance.peers.alipay_plus import payment_request_id
from mpp_conformance.peers.world import World
from mpp_conformance.protocol.messages import (
    Decode,
    DecodeCallback,
    HandleAction,
    IdentityAnswer,
    Launch,
    Malformed,
    Message,
    NotifyPayment,
    NotifyPaymentAnswer,
    ResultPage,
    Scan,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios.scenario import (
    ENTRY,
    FOREIGN,
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
_NOT_DECODED: Final = Payment(code=ORDER, answer=handle_by_psp("F"))
_BY_ENTRY: Final = Payment(code=ENTRY, answer=handle_by_sdk())
_PAID_BY_ENTRY: Final = Payment(code=ENTRY, answer=handle_by_psp())


def _world(*payments: Payment, together: bool = False, app_link: bool = False) -> World:
    profile = Profile(templates=_TEMPLATES, customers=((FUNDED, "one"), (SECOND, "two")), app_link=app_link)
    return World(Scenario(payments=payments, together=together), "run", profile, map(float, count()).__next__)


def _ask(world: World, index: int = 0) -> list[Message]:
    call = UserInitiatedPay(code_value=world.codes[index].decoded, customer_id="one")
    return _say(world, call, index)


def _say(world: World, message: Message, index: int = 0) -> list[Message]:
    return [sending.message for sending in world.receive(index, message)]


def _notice(world: World, index: int = 0) -> NotifyPayment:
    name = payment_request_id(world.codes[index])
    return NotifyPayment(payment_request_id=name, result_status="S", result_code="SUCCESS", result_message="")


def _launch(world: World, index: int = 0) -> Launch:
    return Launch(url=f"https://shop.test/?page={world.codes[index].page_id}")


def _awaited(world: World, index: int = 0) -> set[str]:
    return {kind.__name__ for kind in world.awaited(index)}


def _names(world: World) -> list[str]:
    return [event.message.name for event in world.trace(ENDED).events]


def test_an_order_code_is_scanned_decoded_and_answered() -> None:
    """The scan opens the conversation, the answer goes back in its exchange, and handleAction ends it."""
    world = _world(_STOPPED)

    (scan,) = world.begin()
    (answer,) = world.receive(0, UserInitiatedPay(code_value=world.codes[0].scanned, customer_id="one"))
    assert (world.finished, _awaited(world)) == (False, {"HandleAction"})
    assert _say(world, HandleAction()) == []

    assert scan.message == Scan(code_value=world.codes[0].scanned, customer_id="one")
    assert (answer.message.is_reply, answer.payment) == (True, 0)
    assert _names(world) == ["Scan", "UserInitiatedPay", "UserInitiatedPayAnswer", "HandleAction"]
    assert (world.finished, world.silent) == (True, False)


def test_the_merchant_page_leads_to_decode() -> None:
    """Once launched, the page of the code brings the order code to decode, with a callback of its own."""
    world = _world(_BY_ENTRY)
    world.begin()

    assert _awaited(world) == {"Launch", "UserInitiatedPay"}
    (decode,) = _say(world, _launch(world))
    _ask(world)
    assert _awaited(world) == {"DecodeCallback"}
    _say(world, DecodeCallback(callback="cb", outcome="success"))

    assert isinstance(decode, Decode)
    assert decode.code_value == world.codes[0].decoded
    assert decode.callback == world.trace(ENDED).callback()
    assert (decode.is_reply, world.finished) == (False, True)


@pytest.mark.parametrize("code", [ENTRY, ORDER])
def test_another_page_leads_nowhere(code: str) -> None:
    """A page that is not the scanned code's has no order to pay, and an order code has no page."""
    world = _world(Payment(code=code))
    world.begin()
    page = "00000000000000000000" if code == ENTRY else world.codes[0].page_id

    assert _say(world, Launch(url=f"https://shop.test/{page}")) == []


def test_the_consumer_pays_once_however_often_the_page_is_opened() -> None:
    """A second launch of the same page is recorded, and leads to no second call of decode."""
    world = _world(_BY_ENTRY)
    world.begin()

    assert [len(_say(world, _launch(world))) for _ in range(3)] == [1, 0, 0]
    assert _names(world) == ["Scan", "Launch", "Decode", "Launch", "Launch"]


@pytest.mark.parametrize(
    ("payment", "app_link", "expected"),
    [
        (_STOPPED, False, {"HandleAction"}),
        (_STOPPED, True, {"HandleAction", "ServerAnswer"}),
        (_TO_PAY, False, {"NotifyPayment", "ResultPage"}),
        (_NOT_DECODED, True, {"ResultPage", "ServerAnswer"}),
        (_BY_ENTRY, False, {"Launch", "DecodeCallback"}),
        (_PAID_BY_ENTRY, False, {"Launch", "DecodeCallback", "NotifyPayment", "ResultPage"}),
    ],
)
def test_what_is_waited_for_follows_from_the_answer(*, payment: Payment, app_link: bool, expected: set[str]) -> None:
    """A conforming wallet still owes these after userInitiatedPay, and each only once."""
    world = _world(payment, app_link=app_link)
    world.begin()
    _ask(world)

    assert expected == _awaited(world)
    _say(world, ResultPage(status="S"))
    assert expected - {"ResultPage"} == _awaited(world)


@pytest.mark.parametrize(
    "message",
    [
        UserInitiatedPay(code_value="x", customer_id="one"),
        Malformed(where="GATEWAY", operation="UserInitiatedPay", problem="x"),
    ],
)
def test_after_a_refused_call_only_silence_ends_the_conversation(message: Message) -> None:
    """Nothing is sure to follow a refusal, so nothing is waited for; a better call is answered all the same."""
    world = _world(_STOPPED)
    world.begin()

    (refusal,) = _say(world, message)
    assert (world.finished, world.silent) == (True, True)
    (answer,) = _ask(world)

    assert [type(refusal), type(answer)] == [UserInitiatedPayAnswer] * 2
    assert (world.finished, world.silent) == (False, False)


def test_a_foreign_code_is_followed_by_silence() -> None:
    """Nothing is waited for, and only a longer silence tells that nothing comes."""
    world = _world(Payment(code=FOREIGN))
    world.begin()
    _say(world, IdentityAnswer(code_value=world.codes[0].scanned, action="NONE"))

    assert (_awaited(world), world.finished, world.silent) == (set(), True, True)


def test_payments_in_turn_begin_when_the_one_before_has_ended() -> None:
    """The next scan comes with the last message that was waited for, and comes once."""
    world = _world(_STOPPED, _TO_PAY, _STOPPED)

    assert [sending.payment for sending in world.begin()] == [0]
    _ask(world)
    following = world.receive(0, HandleAction())
    assert [(sending.payment, type(sending.message)) for sending in following] == [(1, Scan)]
    assert _say(world, HandleAction()) == []
    assert (world.finished, world.silent) == (False, True)

    _ask(world, 1)
    (thanks,) = _say(world, _notice(world, 1), 1)
    following = world.receive(1, ResultPage(status="S"))

    assert type(thanks) is NotifyPaymentAnswer
    assert [(sending.payment, type(sending.message)) for sending in following] == [(2, Scan)]


def test_the_answer_comes_before_the_next_scan() -> None:
    """Where the last message waited for is a call, it is answered first."""
    world = _world(_TO_PAY, _STOPPED)
    world.begin()
    _ask(world)
    _say(world, ResultPage(status="S"))

    assert [type(message) for message in _say(world, _notice(world))] == [NotifyPaymentAnswer, Scan]


def test_payments_together_begin_at_once_and_do_not_mix() -> None:
    """Both are scanned before either is answered, and each is waited for by itself."""
    world = _world(_STOPPED, _STOPPED, together=True)

    assert [sending.payment for sending in world.begin()] == [0, 1]
    (second,) = _ask(world, 1)
    assert [_awaited(world), _awaited(world, 1)] == [{"UserInitiatedPay"}, {"HandleAction"}]
    (first,) = _ask(world, 0)
    _say(world, HandleAction(), 1)
    finished = [world.finished]
    _say(world, HandleAction(), 0)

    assert [*finished, world.finished] == [False, True]
    trace = world.trace(ENDED)
    assert [getattr(answer, "sdk_action_payload", None) for answer in (first, second)] == [
        trace.payload(0),
        trace.payload(1),
    ]
    assert trace.payload(0) != trace.payload(1)
