"""What the doctor guesses at where a conversation shows which slip it was; where it shows none, it does not guess."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from mpp_conformance.judging.trace import Event
from mpp_conformance.protocol.messages import IdentityAnswer, Launch, Message, ServerAnswer, UserInitiatedPay
from mpp_conformance.trials.doctor.diagnosis import diagnose
from mpp_conformance.wallet import Keys
from tests.diagnosing import URL, changed, held, only, seen_wrong, wallet
from tests.hosting import own_keys


def test_observer_address_that_the_adaptor_turns_down_is_public_url() -> None:
    """What the adaptor has against the address that it is to report to is no fault of its own address."""
    known = wallet()
    of = known.model_copy(update={"reach": known.reach.model_copy(update={"public_url": "http://example.test:9400"})})
    trace = replace(changed(held(known), only()), trouble="POST /scan: status 400, observerUrl: expected another")
    assert (seen_wrong(trace, of), seen_wrong(trace, known)) == (["[reach] public_url"], ["[reach] adaptor"])


def test_customer_whom_the_adaptor_does_not_know_is_funded() -> None:
    """An adaptor that says so in its problem is well; the id is not."""
    told = "POST /scan: status 404, no test customer has the id customer-1"
    trace = replace(changed(held(wallet()), only()), trouble=told)
    assert seen_wrong(trace, wallet()) == ["[customers] funded"]


@pytest.mark.parametrize("code", ["order", "entry"])
def test_templates_that_seem_to_be_swapped_are_told(code: str) -> None:
    """A code that the wallet treats as one of the other kind says so; one that it does not know does not."""
    of = wallet(order_code=code == "order")
    trace = changed(held(of), only())
    asked = UserInitiatedPay(code_value=trace.codes[0].scanned, customer_id="c")
    unknown = IdentityAnswer(code_value="c", action="NONE")

    def told(message: Message) -> str:
        event = Event(number=2, payment=0, message=message)
        return diagnose(of, replace(trace, events=(*trace.events[:1], event)), (), URL)[-1].text

    swapped = "[codes] entry and [codes] order seem to be swapped"
    assert swapped in told(Launch(url="https://x.test") if code == "order" else asked)
    assert swapped not in told(unknown)


def test_app_link_that_is_reported_and_not_claimed_is_told() -> None:
    """It is no mistake, and worth a claim."""
    of = wallet(app_link=False)
    told = {finding.where: finding for finding in diagnose(of, held(of), (), URL)}
    assert (told["[features] app_link"].ok, "set app_link = true" in told["[features] app_link"].text) == (True, True)
    silent = changed(held(of), lambda event: None if isinstance(event.message, ServerAnswer) else event)
    assert "[features] app_link" not in {finding.where for finding in diagnose(of, silent, (), URL)}


def as_foreign(event: Event) -> Event:
    """Requests signed with a key that is not the one in the file."""
    if not isinstance(event.message, UserInitiatedPay):
        return event
    return replace(event, message=replace(event.message, signature="foreign"))


def test_key_of_alipay_plus_in_the_place_of_the_mpps_is_told() -> None:
    """A signature by another key, while the file has our own public key there, has that for its reason."""
    mine, theirs = own_keys()
    trace = changed(held(wallet()), as_foreign)

    def text(key: RSAPrivateKey) -> str:
        keys = Keys(client_id="C", mpp_public_key=key.public_key(), alipay_plus_private_key=mine)
        return diagnose(wallet().model_copy(update={"keys": keys}), trace, (), URL)[-1].text

    assert "this is Alipay+'s key, the public half of [keys] alipay_plus_private_key" in text(mine)
    assert "this is Alipay+'s key" not in text(theirs)
