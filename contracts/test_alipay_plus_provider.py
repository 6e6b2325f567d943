"""Alipay+ as provider of mpp-server--alipay-plus.json: the simulated one keeps what the MPP server expects."""

import asyncio
from typing import Final

import pytest

from contracts.writing import PACTS
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.pacts import document
from mpp_conformance.pacts.alipay_plus import StatedAlipayPlus
from mpp_conformance.pacts.providers import PROVIDERS
from mpp_conformance.pacts.verification import Outcome, verify_pact
from mpp_conformance.peers.refusals import answer_to_stranger
from mpp_conformance.protocol.messages import Message

PACT: Final = document.read((PACTS / "mpp-server--alipay-plus.json").read_bytes())


def found() -> dict[str, Outcome]:
    """What comes of each interaction, by its key."""
    outcomes = asyncio.run(verify_pact(PACT, PROVIDERS[PACT.provider]))
    return {outcome.interaction.key: outcome for outcome in outcomes}


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    """The whole contract verified over HTTP, each request signed on the way."""
    return found()


@pytest.mark.parametrize("key", [interaction.key for interaction in PACT.interactions])
def test_alipay_plus_keeps_the_contract(outcomes: dict[str, Outcome], key: str) -> None:
    """The gateway answers an interaction of the MPP server as the pact expects."""
    outcome = outcomes[key]
    assert (outcome.verdict, outcome.problems) == (Verdict.PASS, ())


def test_another_alipay_plus_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gateway that knows no code keeps those interactions only in which none is known, and is told what is wrong."""

    def forgetful(_: StatedAlipayPlus, message: Message) -> Message | None:
        return answer_to_stranger(message)

    monkeypatch.setattr(StatedAlipayPlus, "_reply", forgetful)
    outcomes = found()
    kept = {key for key, outcome in outcomes.items() if outcome.verdict is Verdict.PASS}
    strange = {"SRV-1/identify-foreign", "SRV-2/unknown-code", "NOT-7/notify-no-order"}
    assert kept == {key for key in outcomes if key.startswith("WIRE-")} | strange
    assert (
        'answer $.result.resultStatus: the pact expects "S", Alipay+ answers "F"'
        in outcomes["SRV-5/order-psp-S"].problems
    )
