"""The gate judges: whatever a known faulty MPP does, the doctor and the preflight refuse none of them for it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import pytest

from mpp_conformance.judging.trace import WAITED, Trace
from mpp_conformance.peers.router import Stray
from mpp_conformance.scenarios.scenario import Scenario
from mpp_conformance.specimens import SPECIMENS
from mpp_conformance.transport.connectors.direct import DirectConnector
from mpp_conformance.trials.doctor.findings import FUNDED_CUSTOMER, Finding
from mpp_conformance.trials.doctor.live import examined, why_useless
from mpp_conformance.wallet import Wallet, reference
from tests.diagnosing import URL

LIKE_A_WRONG_FILE: Final = {
    "nothing-done": "[reach] listen",
    "nothing-reported": "[reach] public_url",
    "requests-signed-with-another-key": "[keys] mpp_public_key",
    "user-initiated-pay-never-called": "[reach] listen",
}
"""Nobody can tell these from a file that is wrong in a field; no run fails them either."""
LIKE_A_WRONG_KEY: Final = {"answers-not-acted-on": "[keys] alipay_plus_private_key"}
"""Refused before a run alone, where another payment is tried: the doctor pays nothing, and leaves it to be judged."""


@dataclass
class Direct:
    """Conversations in this process, as the doctor holds them."""

    connector: DirectConnector
    public_url: str = URL

    @property
    def strays(self) -> Sequence[Stray]:
        """What fitted no conversation."""
        return self.connector.strays

    async def converse(self, scenario: Scenario) -> Trace:
        """At once."""
        return self.connector.converse(scenario)

    async def heard_late(self, scenario: Scenario, seconds: float) -> None:  # nothing is
        """In this process nothing is late."""


def held(name: str, *, link: bool) -> tuple[Wallet, Direct]:
    """A wallet file that fits a specimen, and the way to that."""
    known = reference()
    wallet = known.model_copy(update={"features": known.features.model_copy(update={"app_link": link})})
    return wallet, Direct(DirectConnector(SPECIMENS[name](wallet.profile), wallet.profile))


def refusing(found: Sequence[Finding]) -> set[str]:
    """The fields for which wallet.toml is refused."""
    return {finding.where for finding in found if finding.refuses}


@pytest.mark.parametrize("name", SPECIMENS)
def test_what_is_the_mpps_is_judged_and_not_refused(name: str) -> None:
    """Doctor and preflight refuse only what no run could tell from a wrong file."""
    link = SPECIMENS[name].app_link
    expected = {LIKE_A_WRONG_FILE[name]} if name in LIKE_A_WRONG_FILE else set()
    assert expected == refusing(asyncio.run(examined(*held(name, link=link))))
    expected |= {LIKE_A_WRONG_KEY[name]} if name in LIKE_A_WRONG_KEY else set()
    assert expected == refusing(asyncio.run(why_useless(*held(name, link=link))))


@pytest.mark.parametrize(("name", "refused"), [("conforming", False), ("payments-left-hanging", True)])
def test_a_payment_is_tried_where_it_is_allowed(name: str, *, refused: bool) -> None:
    """A customer whose payment does not succeed is named; without leave nobody pays."""
    (paid,) = (f for f in asyncio.run(examined(*held(name, link=True), pay=True)) if f.where == FUNDED_CUSTOMER)
    assert (paid.refuses, "0.01 CNY" in paid.text) == (refused, True)
    assert FUNDED_CUSTOMER not in {f.where for f in asyncio.run(examined(*held(name, link=True)))}


@dataclass
class Starting(Direct):
    """The first conversation is over before the MPP has said anything."""

    cold: Trace | None = None

    async def converse(self, scenario: Scenario) -> Trace:
        """Nothing in time at first."""
        trace = self.connector.converse(scenario)
        if self.cold is not None:
            return trace
        self.cold = replace(trace, late=len(trace.events) - 1)
        return replace(self.cold.in_time, ending=WAITED)

    async def heard_late(self, scenario: Scenario, seconds: float) -> Trace | None:  # type: ignore[override]  # noqa: ARG002
        """It does speak."""
        return self.cold


def test_a_cold_start_is_told_from_a_wrong_address() -> None:
    """What came late is named with [reach] patience; the next scan went well, so that nothing is refused."""
    wallet, direct = held("conforming", link=True)
    found = asyncio.run(examined(wallet, Starting(direct.connector)))
    (late,) = (finding for finding in found if not finding.ok)
    assert (late.where, late.judged, "IdentityAnswer" in late.text) == ("[reach] patience", True, True)
