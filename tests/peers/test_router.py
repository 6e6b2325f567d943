"""Which conversation a message belongs to, and what becomes of those that belong to none."""

from dataclasses import replace
from typing import Final

import pytest

from mpp_conformance.judging.trace import ENDED, Half
from mpp_conformance.peers.alipay_plus import payment_request_id
from mpp_conformance.peers.refusals import answer_to_stranger, refusal_of
from mpp_conformance.peers.router import MAX_STRAYS, Delivery, Router
from mpp_conformance.peers.world import World
from mpp_conformance.protocol.messages import (
    CashierPage,
    HandleAction,
    IdentifyCode,
    Launch,
    Malformed,
    Message,
    NotifyPayment,
    NotifyPaymentAnswer,
    ResultPage,
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
)

_TEMPLATES: Final = CodeTemplates(entry="https://e.test/{id}", order="HTTPS://O.TEST/{id}", foreign="f{id}")
_PROFILE: Final = Profile(templates=_TEMPLATES, customers=((FUNDED, "one"), (SECOND, "two")))
_NOTICE: Final = NotifyPayment(payment_request_id="x", result_status="S", result_code="X", result_message="")


def _begun(router: Router, label: str, *codes: str, unknown: int = 0, notice_unknown: int = 0) -> World:
    """An open conversation; its label makes it another scenario by the amount."""
    plain = Payment(
        code=ORDER, amount=1_000 + len(label), answer=handle_by_psp(), unknown=unknown, notice_unknown=notice_unknown
    )
    payments = tuple(replace(plain, code=code) for code in codes)
    world = World(Scenario(label=label, payments=payments, together=True), "run", _PROFILE, lambda: 0.0)
    router.open(world)
    world.begin()
    return world


def _ask(router: Router, code_value: str) -> Delivery:
    return router.deliver(UserInitiatedPay(code_value=code_value, customer_id="one"))


def _heard(world: World, index: int = 0) -> list[Message]:
    return [event.message for event in world.trace(ENDED).of(index) if not event.message.by_suite]


def test_a_call_goes_to_the_payment_of_its_code() -> None:
    """Of many conversations and payments the exact code value names one; its answer comes back in the exchange."""
    router = Router(_TEMPLATES)
    first, second = _begun(router, "first", ORDER, ORDER), _begun(router, "second", ENTRY)

    delivery = _ask(router, first.codes[1].decoded)

    assert delivery.world is first
    assert (type(delivery.reply), delivery.calls) == (UserInitiatedPayAnswer, ())
    assert [len(_heard(first, 0)), len(_heard(first, 1)), len(_heard(second))] == [0, 1, 0]
    assert _ask(router, second.codes[0].decoded).world is second
    assert _ask(router, second.codes[0].scanned).world is second


def test_an_order_code_behind_an_entry_code_belongs_to_one_payment() -> None:
    """Of two scans of one entry code, each has its order; what is asked about the entry code itself is the latest's."""
    router = Router(_TEMPLATES)
    payments = tuple(Payment(code=ENTRY, answer=handle_by_psp(), again=again) for again in (False, True))
    world = World(Scenario(payments=payments, together=True), "run", _PROFILE, lambda: 0.0)
    router.open(world)
    world.begin()

    first, second = (router.deliver(UserInitiatedPay(code_value=c.decoded, customer_id="one")) for c in world.codes)
    identity = router.deliver(IdentifyCode(code_value=world.codes[0].scanned))

    assert world.codes[0].scanned == world.codes[1].scanned
    assert [first.payment, second.payment, identity.payment] == [0, 1, 1]
    assert router.merchant_page(f"/{world.codes[0].page_id}") == (world, 1)


@pytest.mark.parametrize("change", ["{}?from=wallet", " {}", "wallet:{}"])
def test_a_changed_code_still_belongs_to_the_payment_whose_digits_it_bears(change: str) -> None:
    """It is recorded there, refused there, and no stray: it is evidence of the change."""
    router = Router(_TEMPLATES)
    world, other = _begun(router, "first", ORDER), _begun(router, "second", ENTRY)

    delivery = _ask(router, change.format(world.codes[0].decoded.lower()))

    assert delivery.world is world
    assert getattr(delivery.reply, "result_code", None) == "INVALID_CODE"
    assert _ask(router, other.codes[0].page_id).world is other
    assert router.strays == []


def test_a_code_that_was_cut_off_belongs_to_the_only_payment_whose_code_begins_so() -> None:
    """Where several begin so, or next to nothing is left of it, nobody's payment is asked about."""
    router = Router(_TEMPLATES)
    world, _ = _begun(router, "first", ORDER), _begun(router, "second", FOREIGN)
    cut = world.codes[0].decoded[:20]

    assert [_ask(router, code).world for code in (cut, cut[:7], f"{cut}x")] == [world, None, None]
    _begun(router, "another", ORDER)
    assert _ask(router, world.codes[0].decoded[:15]).world is None


def test_a_notice_goes_to_the_payment_of_its_order() -> None:
    """The paymentRequestId names one payment of one conversation, exactly."""
    router = Router(_TEMPLATES)
    world, _ = _begun(router, "first", ORDER, ORDER), _begun(router, "second", ORDER)
    _ask(router, world.codes[1].decoded)
    name = payment_request_id(world.codes[1])

    delivery = router.deliver(replace(_NOTICE, payment_request_id=name))
    changed = router.deliver(replace(_NOTICE, payment_request_id=name[:-1]))

    assert (delivery.world, changed.world) == (world, None)
    assert getattr(delivery.reply, "result_status", None) == "S"
    assert [type(message) for message in _heard(world, 1)] == [UserInitiatedPay, NotifyPayment]


def test_a_report_goes_to_the_payment_of_its_token() -> None:
    """Whatever a report says, its token alone tells where it belongs; what follows from it are new calls."""
    router = Router(_TEMPLATES)
    world, other = _begun(router, "first", ENTRY, ENTRY), _begun(router, "second", ENTRY)
    page = f"https://e.test/{world.codes[1].page_id}"

    delivery = router.deliver(Launch(url=page), token=world.token(1))
    crossed = router.deliver(Launch(url=page), token=other.token(0))

    assert (delivery.world, delivery.reply) == (world, None)
    assert [(call.payment, call.message.name) for call in delivery.calls] == [(1, "Decode")]
    assert (crossed.world, crossed.calls) == (other, ())
    assert (router.knows(world.token(0)), router.knows(world.token(0)[:-1])) == (True, False)


@pytest.mark.parametrize("operation", ["UserInitiatedPay", "NotifyPayment"])
def test_a_malformed_call_goes_where_its_reference_says(operation: str) -> None:
    """The code value or the paymentRequestId that could still be read names the payment."""
    router = Router(_TEMPLATES)
    world = _begun(router, "first", ORDER)
    reference = world.codes[0].decoded if operation == "UserInitiatedPay" else payment_request_id(world.codes[0])
    malformed = Malformed(where="GATEWAY", operation=operation, problem="x", reference=reference)

    delivery = router.deliver(malformed, notes=[("encoding", "raw")])

    assert (delivery.world, getattr(delivery.reply, "result_code", None)) == (world, "PARAM_ILLEGAL")
    assert [event.notes for event in world.trace(ENDED).events if event.message == malformed] == [
        (("encoding", "raw"),)
    ]


@pytest.mark.parametrize("reference", [None, "", "https://o.test/12345"])
def test_a_malformed_call_without_a_known_reference_is_a_stray(reference: str | None) -> None:
    """It cannot be held against any conversation, is answered all the same, and kept."""
    router = Router(_TEMPLATES)
    _begun(router, "first", ORDER)
    malformed = Malformed(where="GATEWAY", operation="NotifyPayment", problem="x", reference=reference)

    delivery = router.deliver(malformed)

    assert (delivery.world, type(delivery.reply)) == (None, NotifyPaymentAnswer)
    assert [(stray.message, stray.conversation) for stray in router.strays] == [(malformed, "")]


def test_what_comes_too_late_names_its_conversation() -> None:
    """After the close a report, a call, a changed call and a notice are strays of that conversation, not of another."""
    router = Router(_TEMPLATES)
    world, other = _begun(router, "first", ORDER), _begun(router, "second", ENTRY)
    name = payment_request_id(world.codes[0])
    router.close(world)
    late: list[tuple[Message, str]] = [
        (HandleAction(), world.token(0)),
        (UserInitiatedPay(code_value=world.codes[0].decoded, customer_id="one"), ""),
        (UserInitiatedPay(code_value=world.codes[0].page_id, customer_id="one"), ""),
        (replace(_NOTICE, payment_request_id=name), ""),
        (Malformed(where="GATEWAY", operation="NotifyPayment", problem="x", reference=name), ""),
    ]

    deliveries = [router.deliver(message, token=token) for message, token in late]
    router.deliver(HandleAction(), token="f" * 32)

    assert {delivery.world for delivery in deliveries} == {None}
    assert [stray.message for stray in router.strays] == [*[message for message, _ in late], HandleAction()]
    assert [stray.conversation for stray in router.strays] == ["first"] * 5 + [""]
    assert (router.knows(world.token(0)), router.knows(other.token(0))) == (False, True)
    assert _ask(router, other.codes[0].decoded).world is other


@pytest.mark.parametrize("kind", [UserInitiatedPay, NotifyPayment, IdentifyCode])
def test_a_call_that_comes_too_late_is_answered_as_in_time(kind: type[Message]) -> None:
    """Both stand at the end of its conversation's record, with what carried them; Alipay+ tells no lie."""
    router = Router(_TEMPLATES)
    world = _begun(router, "first", ORDER)
    half = Half(method="POST", target="/aps")
    answer = replace(half, status=200)
    if kind is NotifyPayment:
        _ask(router, world.codes[0].decoded)
    router.close(world)
    before = world.recorded

    call: Message = replace(_NOTICE, payment_request_id=payment_request_id(world.codes[0]))
    if kind is not NotifyPayment:
        asked = UserInitiatedPay if kind is UserInitiatedPay else IdentifyCode
        call = asked(code_value=world.codes[0].decoded, customer_id="one")
    delivery = router.deliver(call, notes=[("encoding", "raw")])
    delivery.heard(half)
    delivery.attach_reply(answer)

    heard, said = world.trace(ENDED).events[before:]
    assert (heard.message, heard.notes, heard.http) == (call, (("encoding", "raw"),), (half,))
    assert (said.message, said.http) == (delivery.reply, (answer,))
    assert getattr(delivery.reply, "result_status", None) == "S"
    assert [stray.http for stray in router.strays] == [(half, answer)]


def test_an_order_whose_answers_were_all_spoilt_is_closed_when_its_conversation_is_over() -> None:
    """Who still asks then is told so, and given no sound answer that would lead to a payment after all."""
    router = Router(_TEMPLATES)
    payment = Payment(code=ORDER, answer=handle_by_psp(), fault="signature-bad")
    world = World(Scenario(label="spoilt", payments=(payment,)), "run", _PROFILE, lambda: 0.0)
    router.open(world)
    world.begin()
    spoilt = _ask(router, world.codes[0].decoded).faulty_answer
    assert spoilt is not None
    world.record_faulty_answer(0, spoilt)
    router.close(world)

    reply = _ask(router, world.codes[0].decoded).reply

    assert isinstance(reply, UserInitiatedPayAnswer)
    assert (reply.result_status, reply.result_code, reply.action_type) == ("F", "ORDER_IS_CLOSED", None)


def test_a_report_that_comes_too_late_is_written_down_and_changes_nothing() -> None:
    """It stands at the end of its conversation's record, with what carried it, and no peer reacts to it."""
    router = Router(_TEMPLATES)
    world = _begun(router, "first", ENTRY)
    half = Half(method="POST", target="/launch")
    router.close(world)
    before = world.recorded

    delivery = router.deliver(Launch(url=world.codes[0].scanned), token=world.token(0))
    delivery.heard(half)
    delivery.attach_reply(replace(half, status=404))

    (heard,) = world.trace(ENDED).events[before:]
    assert (delivery.reply, delivery.calls, len(heard.http)) == (None, (), 2)


@pytest.mark.parametrize("reference", [None, "7"])
@pytest.mark.parametrize("kind", [UserInitiatedPay, NotifyPayment])
def test_a_nameless_call_goes_to_who_has_waited_for_one_in_vain(kind: type[Message], reference: str | None) -> None:
    """A call that says not what it is about, or that it is about nothing known, is held against one who waited."""
    router = Router(_TEMPLATES)
    pleased, first, second = (_begun(router, label, ORDER) for label in ("pleased", "first one", "second"))
    if kind is NotifyPayment:
        for world in (pleased, first, second):
            _ask(router, world.codes[0].decoded)
        router.deliver(replace(_NOTICE, payment_request_id=payment_request_id(pleased.codes[0])))
    else:
        _ask(router, pleased.codes[0].decoded)
    nameless = Malformed(where="GATEWAY", operation=kind.__name__, problem="x", reference=reference)
    report = replace(nameless, where="CLIENT_SDK")
    router.deliver(report)
    router.deliver(nameless)

    for world in (pleased, first, second):
        router.close(world)

    assert [nameless in _heard(world) for world in (pleased, first, second)] == [False, True, False]
    assert [stray.message for stray in router.strays] == [report]


@pytest.mark.parametrize("kind", [UserInitiatedPay, NotifyPayment])
def test_a_nameless_call_goes_to_where_it_was_to_be_made_again(kind: type[Message]) -> None:
    """Whoever asks again with a body that says nothing has asked about what Alipay+ answered ``U``."""
    router = Router(_TEMPLATES)
    asked, told = (1, 0) if kind is UserInitiatedPay else (0, 1)
    answered = _begun(router, "answered", ORDER)
    unknown = _begun(router, "unknown", ORDER, unknown=asked, notice_unknown=told)
    for world in (answered, unknown):
        _ask(router, world.codes[0].decoded)
        router.deliver(replace(_NOTICE, payment_request_id=payment_request_id(world.codes[0])))
        for page in (CashierPage(), ResultPage(status="S")):
            router.deliver(page, token=world.token(0))
    nameless = Malformed(where="GATEWAY", operation=kind.__name__, problem="x")
    router.deliver(nameless)

    for world in (answered, unknown):
        router.close(world)

    assert [nameless in _heard(world) for world in (answered, unknown)] == [False, True]


@pytest.mark.parametrize(("customer", "claimed"), [("one", 1), ("two", 0)])
def test_a_question_about_nobodys_code_goes_to_its_customer_who_has_waited_in_vain(customer: str, claimed: int) -> None:
    """What was asked in the place of a scanned code is seen; what is asked for anybody else stays a stray."""
    router = Router(_TEMPLATES)
    pleased, waiting = (_begun(router, label, ORDER) for label in ("pleased", "waiting for"))
    _ask(router, pleased.codes[0].decoded)
    asked = UserInitiatedPay(code_value="https://elsewhere.example/1", customer_id=customer)
    router.deliver(asked)

    for world in (pleased, waiting):
        router.close(world)

    assert [asked in _heard(world) for world in (pleased, waiting)] == [0, claimed]
    assert [stray.message for stray in router.strays] == ([] if claimed else [asked])


@pytest.mark.parametrize(("payment_id", "claimed"), [("p-1", 1), ("p-2", 0), (None, 0)])
def test_a_notification_under_nobodys_id_goes_to_the_payment_whose_payment_id_it_bears(
    payment_id: str | None, claimed: int
) -> None:
    """One of an earlier run, or of another system, is nobody's; one with the paymentId of this payment is its own."""
    router = Router(_TEMPLATES)
    world = _begun(router, "notified", ORDER)
    _ask(router, world.codes[0].decoded)
    strange = replace(_NOTICE, payment_request_id="W-17", payment_id=payment_id)
    router.deliver(strange)
    router.deliver(replace(_NOTICE, payment_request_id=payment_request_id(world.codes[0]), payment_id="p-1"))

    router.close(world)

    assert _heard(world).count(strange) == claimed
    assert [stray.message for stray in router.strays] == ([] if claimed else [strange])


def test_strays_are_kept_up_to_a_number() -> None:
    """A wallet that talks past everything fills no memory, and is answered to the end."""
    router = Router(_TEMPLATES)
    _begun(router, "foreign", FOREIGN)

    replies = [_ask(router, "nobody's").reply for _ in range(MAX_STRAYS + 5)]

    assert (len(router.strays), len(replies)) == (MAX_STRAYS, MAX_STRAYS + 5)
    assert {getattr(reply, "result_code", None) for reply in replies} == {"INVALID_CODE"}


def test_a_router_that_forgets_has_room_for_new_strays() -> None:
    """The older half of many goes with a conversation that is forgotten."""
    router = Router(_TEMPLATES, most_strays=10)
    world = _begun(router, "foreign", FOREIGN)
    for number in range(12):
        _ask(router, f"nobody's {number}")
    router.close(world)
    router.forget(world)
    _ask(router, "nobody's last")
    codes = [stray.message.code_value for stray in router.strays if isinstance(stray.message, UserInitiatedPay)]
    assert codes == [*(f"nobody's {number}" for number in range(5, 10)), "nobody's last"]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (UserInitiatedPay(code_value="x", customer_id="u"), "INVALID_CODE"),
        (UserInitiatedPay(code_value="x", customer_id="u", signature="missing"), "INVALID_SIGNATURE"),
        (_NOTICE, "ORDER_NOT_EXIST"),
        (replace(_NOTICE, signature="invalid"), "INVALID_SIGNATURE"),
        (Malformed(where="GATEWAY", operation="UserInitiatedPay", problem="x"), "PARAM_ILLEGAL"),
        (Malformed(where="CLIENT_SDK", operation="HandleAction", problem="x"), None),
        (HandleAction(), None),
    ],
)
def test_a_call_of_no_conversation_is_answered_too(message: Message, expected: str | None) -> None:
    """What is a call to Alipay+ gets a refusal in its own form; what is none gets no answer."""
    answer = answer_to_stranger(message)

    assert expected == (None if answer is None else answer.result_code)


@pytest.mark.parametrize(
    ("operation", "kind"), [("UserInitiatedPay", UserInitiatedPayAnswer), ("NotifyPayment", NotifyPaymentAnswer)]
)
def test_a_malformed_call_is_refused_in_its_own_form(operation: str, kind: type[Message]) -> None:
    """The refusal is the answer of the operation that was called."""
    answer = refusal_of(Malformed(where="GATEWAY", operation=operation, problem="x"))

    assert (kind, "F", "PARAM_ILLEGAL") == (type(answer), answer.result_status, answer.result_code)
