"""How Alipay+ tells codes apart: it is asked about one, or for the rules."""

import re
from dataclasses import replace
from typing import Final

import pytest

from mpp_conformance import wire
from mpp_conformance.judging.trace import ENDED
from mpp_conformance.peers.identification import NONE_OF_OURS, rules
from mpp_conformance.peers.router import Delivery, Router
from mpp_conformance.peers.world import World
from mpp_conformance.protocol.messages import (
    IdentifyCode,
    IdentifyCodeAnswer,
    InquiryCodeRules,
    InquiryCodeRulesAnswer,
    Malformed,
    Message,
)
from mpp_conformance.scenarios.scenario import ENTRY, FOREIGN, ORDER, CodeTemplates, Payment, Scenario
from mpp_conformance.wallet import reference

_PROFILE: Final = replace(
    reference().profile, templates=CodeTemplates(entry="https://e.test/?a=1&c={id}", order="O+{id}.", foreign="f{id}")
)


def _begun(router: Router, code: str) -> World:
    world = World(Scenario(payments=(Payment(code=code),)), "run", _PROFILE, lambda: 0.0)
    router.open(world)
    world.begin()
    return world


def _asked(code: str, which: str = "scanned", **changes: str) -> tuple[World, Delivery]:
    router = Router(_PROFILE.templates)
    world = _begun(router, code)
    call = IdentifyCode(code_value=getattr(world.codes[0], which), customer_id="customer-1")
    return world, router.deliver(replace(call, **changes))


@pytest.mark.parametrize(
    ("code", "which", "action"),
    [(ENTRY, "scanned", "OPEN_URL"), (ENTRY, "decoded", "DECODE"), (ORDER, "scanned", "DECODE")],
)
def test_a_code_of_alipay_plus_is_told_with_what_to_do(code: str, which: str, action: str) -> None:
    """An entry code is to be launched, an order code decoded, and each answer brings what that takes."""
    world, delivery = _asked(code, which)
    value = getattr(world.codes[0], which)

    reply = delivery.reply
    assert isinstance(reply, IdentifyCodeAnswer)
    assert (reply.result_status, reply.is_supported, reply.action) == ("S", "true", action)
    assert (reply.redirect_url or reply.code_value) == value
    assert (reply.user_agent is None) == (action == "DECODE")
    assert delivery.world is world


def test_a_foreign_code_is_none_of_alipay_plus() -> None:
    """The call succeeds, and belongs to the payment whose code it is."""
    world, delivery = _asked(FOREIGN)

    assert (delivery.reply, delivery.world) == (NONE_OF_OURS, world)


@pytest.mark.parametrize(
    ("changes", "code"), [({"signature": "invalid"}, "INVALID_SIGNATURE"), ({"code_value": "nobody's"}, "SUCCESS")]
)
def test_a_question_that_fits_nothing_is_answered_too(changes: dict[str, str], code: str) -> None:
    """A question that is not signed is refused, and an unknown code is no code of Alipay+'s."""
    _, delivery = _asked(ORDER, **changes)

    assert isinstance(delivery.reply, IdentifyCodeAnswer)
    assert (delivery.reply.result_code, delivery.reply.action) == (code, None)


def test_a_question_that_cannot_be_read_is_refused_in_its_own_form() -> None:
    """It is recorded where its code belongs, and what is waited for stays the same."""
    router = Router(_PROFILE.templates)
    world = _begun(router, ORDER)
    awaited = world.awaited(0)
    unread = Malformed(where="GATEWAY", operation="IdentifyCode", problem="x", reference=world.codes[0].scanned)

    reply = router.deliver(unread).reply

    assert isinstance(reply, IdentifyCodeAnswer)
    assert (reply.result_code, awaited) == ("PARAM_ILLEGAL", world.awaited(0))
    assert unread in [event.message for event in world.trace(ENDED).events]


@pytest.mark.parametrize("code", [ENTRY, ORDER, FOREIGN])
def test_the_rules_tell_the_codes_of_the_wallet_apart(code: str) -> None:
    """Each of its codes matches the rule of its kind and no other, over the wire too."""
    answer = wire.round_trip(rules(_PROFILE.templates))
    assert isinstance(answer, InquiryCodeRulesAnswer)
    value = _begun(Router(_PROFILE.templates), code).codes[0].scanned

    matched = [
        kind
        for kind, pattern in ((ENTRY, answer.entry_pattern), (ORDER, answer.order_pattern))
        if pattern is not None and re.fullmatch(pattern, value)
    ]
    assert matched == ([] if code == FOREIGN else [code])


@pytest.mark.parametrize(
    ("message", "code", "strays"),
    [
        (InquiryCodeRules(), "SUCCESS", 0),
        (InquiryCodeRules(signature="missing"), "INVALID_SIGNATURE", 1),
        (Malformed(where="GATEWAY", operation="InquiryCodeRules", problem="x"), "PARAM_ILLEGAL", 1),
    ],
)
def test_the_rules_belong_to_no_conversation(message: Message, code: str, strays: int) -> None:
    """Whoever asks for them is answered; only what was not asked well is kept as a stray."""
    router = Router(_PROFILE.templates)
    _begun(router, ORDER)

    delivery = router.deliver(message)

    assert isinstance(delivery.reply, InquiryCodeRulesAnswer)
    assert (delivery.world, delivery.reply.result_code, len(router.strays)) == (None, code, strays)


@pytest.mark.parametrize("fault", ["signature-bad", "signature-foreign", "signature-stale"])
def test_a_forger_calls_a_code_of_nobodys_an_entry_code(fault: str) -> None:
    """What it says keeps the interface and names an address of its own; its signature does not verify."""
    router = Router(_PROFILE.templates)
    world = World(Scenario(payments=(Payment(code=FOREIGN, fault=fault),)), "run", _PROFILE, lambda: 0.0)
    router.open(world)
    world.begin()
    forged = router.deliver(IdentifyCode(code_value=world.codes[0].scanned)).faulty_answer
    assert forged is not None
    told = wire.decode(IdentifyCodeAnswer, forged.body())
    assert isinstance(told, IdentifyCodeAnswer)
    assert (told.action, told.redirect_url) == ("OPEN_URL", world.codes[0].forged_url)
    assert wire.believable_answer(IdentifyCode, wire.receive(forged.body(), forged.fault)) is None
    world.record_faulty_answer(0, forged)
    assert [event.message.name for event in world.trace(ENDED).events] == ["Scan", "IdentifyCode", "FaultApplied"]


def test_nothing_is_forged_of_a_code_of_alipay_plus() -> None:
    """A fault of such a payment is one of the answer to userInitiatedPay."""
    router = Router(_PROFILE.templates)
    world = World(Scenario(payments=(Payment(code=ORDER, fault="signature-bad"),)), "run", _PROFILE, lambda: 0.0)
    router.open(world)
    world.begin()
    delivery = router.deliver(IdentifyCode(code_value=world.codes[0].scanned))
    assert (delivery.faulty_answer, isinstance(delivery.reply, IdentifyCodeAnswer)) == (None, True)
