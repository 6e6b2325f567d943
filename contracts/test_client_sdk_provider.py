"""The client SDK as provider of mpp-client--alipay-plus-client-sdk.json: its double keeps what the client expects."""

import asyncio
from typing import Final

import pytest

from contracts.writing import PACTS
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.pacts import document
from mpp_conformance.pacts.client_sdk import StatedClientSdk
from mpp_conformance.pacts.providers import PROVIDERS
from mpp_conformance.pacts.verification import Outcome, verify_pact
from mpp_conformance.protocol.messages import Decode

PACT: Final = document.read((PACTS / "mpp-client--alipay-plus-client-sdk.json").read_bytes())


def found() -> dict[str, Outcome]:
    """What comes of each interaction, by its key."""
    outcomes = asyncio.run(verify_pact(PACT, PROVIDERS[PACT.provider]))
    return {outcome.interaction.key: outcome for outcome in outcomes}


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    """The whole contract verified by messages."""
    return found()


@pytest.mark.parametrize("key", [interaction.key for interaction in PACT.interactions])
def test_the_client_sdk_keeps_the_contract(outcomes: dict[str, Outcome], key: str) -> None:
    """The double takes what the MPP client calls, and calls decode with the code that was intercepted."""
    outcome = outcomes[key]
    assert (outcome.verdict, outcome.problems) == (Verdict.PASS, ())


def test_another_client_sdk_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """A double that calls decode with another code is told so."""
    other = Decode(code_value="another", callback="cb-1")
    monkeypatch.setattr(StatedClientSdk, "speak", lambda _: other)
    problems = found()["EC-15/decode"].problems
    assert any("$.codeValue" in problem and "another" in problem for problem in problems)


def test_a_double_without_pages_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """A double that knows no state has no page to open and no call to hear the callback of."""
    monkeypatch.setattr(StatedClientSdk, "set_up", lambda *_: None)
    kept = {key for key, outcome in found().items() if outcome.verdict is Verdict.PASS}
    assert kept == {"OC-16/handle-action"}
