"""The MPP server as provider of alipay-plus--mpp-server.json: a hosted MPP, called over HTTP, in states of its own."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import pytest

from contracts.writing import PACTS
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.pacts import document
from mpp_conformance.pacts.providers import MppServerProvider
from mpp_conformance.pacts.verification import Outcome, verify_pact
from mpp_conformance.protocol.messages import (
    CancelPayment,
    CancelPaymentAnswer,
    InquiryPayment,
    InquiryPaymentAnswer,
    Message,
    Order,
)
from mpp_conformance.specimens.books import Entry
from mpp_conformance.specimens.conforming import ConformingMpp, Handed, Session
from tests.hosting import NOWHERE, answering, hosted_mpp

PACT: Final = document.read((PACTS / "alipay-plus--mpp-server.json").read_bytes())


def found(specimen: type[ConformingMpp], **reach: Any) -> dict[str, Outcome]:
    """What comes of each interaction with a specimen, by its key without the requirement."""

    async def verify() -> list[Outcome]:
        async with hosted_mpp(specimen, **{"parallel": 8, **reach}) as wallet:
            return await verify_pact(PACT, MppServerProvider(wallet))

    return {outcome.interaction.key.partition("/")[2]: outcome for outcome in asyncio.run(verify())}


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    """The whole contract verified with the conforming MPP, over HTTP and signed both ways."""
    return found(ConformingMpp)


@pytest.mark.parametrize("key", [interaction.key.partition("/")[2] for interaction in PACT.interactions])
def test_the_mpp_server_keeps_the_contract(outcomes: dict[str, Outcome], key: str) -> None:
    """The conforming MPP server answers Alipay+ as the pact expects."""
    outcome = outcomes[key]
    assert (outcome.verdict, outcome.problems) == (Verdict.PASS, ())


class AlwaysPaid(ConformingMpp):
    """Answers each inquiry as if the payment had succeeded."""

    def state(self, entry: Entry) -> tuple[str, str]:  # noqa: ARG002  # it does not look
        """Paid, whatever stands in the books."""
        return "S", "SUCCESS"


class Unsigned(ConformingMpp):
    """Does not sign what it answers to Alipay+."""

    def served(self, call: InquiryPayment | CancelPayment) -> InquiryPaymentAnswer | CancelPaymentAnswer:
        """The right answer, without a signature."""
        return replace(super().served(call), signature="missing")


class NeverNotifies(ConformingMpp):
    """Keeps from Alipay+ how payments end; a failed one need not be notified."""

    def notify(self, session: Session, order: Order, result: Handed) -> Iterator[Message]:  # noqa: ARG002  # it tells nobody
        """Nothing."""
        return iter(())


def test_an_mpp_that_makes_payments_up_is_told() -> None:
    """An MPP server that calls every payment paid keeps what is about paid ones, and is told of the others."""
    outcomes = found(AlwaysPaid)
    failed = {key for key, outcome in outcomes.items() if outcome.verdict is Verdict.FAIL}
    assert failed == {"inquiry-not-paid", "inquiry-cancelled"}
    words = 'answer $.paymentResult.resultStatus: the pact expects "F", the MPP server answers "S"'
    assert words in outcomes["inquiry-not-paid"].problems


def test_an_mpp_that_does_not_sign_is_told() -> None:
    """What Pact cannot look at is looked at all the same: an answer without a signature keeps no contract."""
    outcomes = found(Unsigned)
    assert {outcome.verdict for outcome in outcomes.values()} == {Verdict.FAIL}
    assert any(problem.startswith("answer signature: missing") for problem in outcomes["cancel-paid"].problems)


def test_a_state_that_is_not_reached_proves_nothing() -> None:
    """A wallet that cannot be brought into a state is asked nothing about it, and is told what was missing."""
    outcomes = found(NeverNotifies, patience=0.3, quiet=0.1)
    unproven = {key for key, outcome in outcomes.items() if outcome.verdict is not Verdict.PASS}
    assert unproven == {"inquiry-paid", "inquiry-cancelled", "cancel-paid", "cancel-repeated"}
    assert {outcomes[key].verdict for key in unproven} == {Verdict.INCONCLUSIVE}
    assert outcomes["cancel-paid"].problems == (
        'provider state "a payment that succeeded": the wallet did not get there: no notifyPayment with S came',
    )


def test_a_server_that_is_not_there_proves_nothing() -> None:
    """Where nothing listens, nobody is accused."""
    outcomes = found(ConformingMpp, mpp_server=NOWHERE, patience=0.5, quiet=0.1)
    assert {outcome.verdict for outcome in outcomes.values()} == {Verdict.INCONCLUSIVE}
    assert f"the MPP server at {NOWHERE}" in outcomes["inquiry-paid"].problems[0]
    assert "cannot be reached" in outcomes["cancel-repeated"].problems[0]


@pytest.mark.parametrize("end", [True, False], ids=["closed", "silent"])
def test_a_server_that_does_not_answer_proves_nothing(*, end: bool) -> None:
    """A connection that breaks, and an answer that does not come in time, are no answers that break the contract."""

    async def verify() -> list[Outcome]:
        async with (
            answering(*[b""] * 20, end=end) as url,
            hosted_mpp(ConformingMpp, mpp_server=url, parallel=8, patience=0.5, quiet=0.1) as wallet,
        ):
            return await verify_pact(PACT, MppServerProvider(wallet))

    outcomes = {outcome.interaction.key.partition("/")[2]: outcome for outcome in asyncio.run(verify())}
    assert {outcome.verdict for outcome in outcomes.values()} == {Verdict.INCONCLUSIVE}
    assert "did not answer: " in outcomes["inquiry-no-order"].problems[0]


def test_a_wallet_may_serve_elsewhere() -> None:
    """The paths are the wallet's own, and a feature that it does not claim is not needed for any state."""
    outcomes = found(ConformingMpp, inquiry_path="/elsewhere")
    problems = {key: outcome.problems for key, outcome in outcomes.items() if outcome.verdict is not Verdict.PASS}
    assert set(problems) == {key for key in outcomes if key.startswith("inquiry")}
    assert "answer status: the pact expects 200, the MPP server answers 404" in problems["inquiry-paid"]
