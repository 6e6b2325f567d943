"""Conversations with the wallet that try out what its file says."""

import asyncio
from collections.abc import Iterator
from typing import Final
from uuid import uuid4

from mpp_conformance.scenarios.scenario import ENTRY, ORDER, Payment, Scenario, handle_by_psp, handle_by_sdk, one
from mpp_conformance.transport.connectors.http import HttpConnector, UnreadableRequestError
from mpp_conformance.trials.doctor.diagnosis import diagnose
from mpp_conformance.trials.doctor.findings import ENTRY_CODES, LISTEN, ORDER_CODES, OUR_KEY, PUBLIC_URL, Finding
from mpp_conformance.wallet import Wallet

_NOT_CALLED: Final = frozenset({LISTEN, ORDER_CODES, ENTRY_CODES})
"""What is wrong where the MPP server does not call Alipay+, or not for what was scanned."""
_NOT_BELIEVED: Final = frozenset({OUR_KEY, PUBLIC_URL})
"""What is wrong where nothing is seen to follow from our answer."""


def stopped(code: str) -> Scenario:
    """A payment in which no money moves: the client SDK is to act."""
    return one("doctor", Payment(code=code, answer=handle_by_sdk("F")))


def to_pay(code: str) -> Scenario:
    """A payment that is left to the MPP."""
    return one("doctor-pays", Payment(code=code, answer=handle_by_psp()))


def codes_of(wallet: Wallet) -> list[str]:
    """The kinds of code that the wallet claims."""
    claimed = {ORDER: wallet.features.order_code, ENTRY: wallet.features.entry_code}
    return [code for code, is_claimed in claimed.items() if is_claimed]


def live(wallet: Wallet, adaptor: str | None = None) -> list[Finding]:
    """What conversations with the wallet (at ``adaptor``, if given) in which no money moves tell about its file.

    One for each kind of code that it claims, until something is wrong; each takes up to the wallet's patience.
    """

    async def held() -> list[Finding]:
        async with _connector(wallet, adaptor) as connector:
            return await examined(wallet, connector)

    return asyncio.run(held())


def preflight(wallet: Wallet, adaptor: str | None = None) -> list[Finding]:
    """What makes a run with the wallet (at ``adaptor``, if given) useless; nothing where a run can be judged."""

    async def held() -> list[Finding]:
        async with _connector(wallet, adaptor) as connector:
            return await useless(wallet, connector)

    return asyncio.run(held())


async def examined(wallet: Wallet, connector: HttpConnector) -> list[Finding]:
    """What the doctor finds, each field once."""
    found: list[Finding] = []
    for code in codes_of(wallet):
        told = await _told(wallet, connector, stopped(code))
        wrong = {finding.where for finding in _wrong(told)}
        found = [finding for finding in found if finding.where not in wrong]
        found += [finding for finding in told if finding.where not in {known.where for known in found}]
        if wrong:
            break
    return found


async def useless(wallet: Wallet, connector: HttpConnector) -> list[Finding]:
    """What is so wrong that a run would accuse the MPP of what its file says.

    What the MPP may have done wrong itself is for a run to judge. Where it does not call Alipay+, or nothing is seen
    to follow from our answer, that is the file's fault only if it is so with another payment too.
    """
    first, *others = codes_of(wallet)
    wrong = [finding for finding in _wrong(await _told(wallet, connector, stopped(first))) if not finding.judged]
    if not wrong:
        return []
    further = {_NOT_CALLED: [stopped(code) for code in others], _NOT_BELIEVED: [to_pay(first)]}
    for alike, scenarios in further.items():
        for scenario in scenarios if wrong[0].where in alike else []:
            if not any(finding.where in alike for finding in _wrong(await _told(wallet, connector, scenario))):
                return []
    return wrong


async def _told(wallet: Wallet, connector: HttpConnector, scenario: Scenario) -> list[Finding]:
    known = len(connector.strays)
    try:
        trace = await connector.converse(scenario)
    except UnreadableRequestError as problem:
        likely = "an HTTP library, or a proxy, writes this header in a way that HTTP forbids, or that we do not read"
        return [Finding.wrong(LISTEN, "requests that can be read as HTTP/1.1", str(problem), likely)]
    return diagnose(wallet, trace, connector.strays[known:], connector.public_url)


def _wrong(findings: list[Finding]) -> Iterator[Finding]:
    return (finding for finding in findings if not finding.ok)


def _connector(wallet: Wallet, adaptor: str | None) -> HttpConnector:
    return HttpConnector(wallet, wallet.profile, run=f"doctor-{uuid4().hex}", adaptor=adaptor or wallet.reach.adaptor)
