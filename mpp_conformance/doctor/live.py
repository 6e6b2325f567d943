"""One conversation with the wallet in which no money moves."""

import asyncio
from uuid import uuid4

from mpp_conformance.connectors.http import HttpConnector
from mpp_conformance.doctor.diagnosis import diagnose
from mpp_conformance.doctor.findings import Finding
from mpp_conformance.scenario import ENTRY, ORDER, Payment, Scenario, handle_by_sdk, one
from mpp_conformance.wallet import Wallet


def scenario_for(wallet: Wallet) -> Scenario:
    """An order code, or an entry code where the wallet claims no order codes; the client SDK is to act."""
    code = ORDER if wallet.features.order_code else ENTRY
    return one("doctor", Payment(code=code, answer=handle_by_sdk("F")))


def live(wallet: Wallet, adaptor: str | None = None) -> list[Finding]:
    """What a conversation with the wallet (at ``adaptor``, if given) tells about its file; takes up to its patience."""
    return asyncio.run(_live(wallet, adaptor or wallet.reach.adaptor))


async def _live(wallet: Wallet, adaptor: str) -> list[Finding]:
    async with HttpConnector(wallet, wallet.profile, run=f"doctor-{uuid4().hex}", adaptor=adaptor) as connector:
        trace = await connector.converse(scenario_for(wallet))
        return diagnose(wallet, trace, connector.strays, connector.public_url)
