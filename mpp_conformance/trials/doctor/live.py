"""Conversations with the wallet that try out what its file says."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol
from uuid import uuid4

from mpp_conformance.judging.trace import Trace
from mpp_conformance.peers.router import Stray
from mpp_conformance.protocol.messages import HANDLE_BY_PSP, NotifyPayment, ResultPage, ServerAnswer
from mpp_conformance.scenarios.scenario import ENTRY, ORDER, Payment, Scenario, handle_by_psp, handle_by_sdk, one
from mpp_conformance.transport.chromium import BrowserError
from mpp_conformance.transport.connectors.http import HttpConnector, UnreadableRequestError
from mpp_conformance.transport.connectors.in_browser import InBrowserConnector
from mpp_conformance.trials.doctor.diagnosis import diagnose
from mpp_conformance.trials.doctor.findings import (
    BROWSER,
    ENTRY_CODES,
    FUNDED_CUSTOMER,
    LISTEN,
    ORDER_CODES,
    OUR_KEY,
    PATIENCE,
    PUBLIC_URL,
    Finding,
)
from mpp_conformance.wallet import Wallet

SMALLEST: Final = 1
"""The amount of a payment that is tried, in fen."""
_NO_PAGE: Final = "the wallet's page is served elsewhere, or not yet; or Chromium is not on PATH"
_NOT_CALLED: Final = frozenset({LISTEN, ORDER_CODES, ENTRY_CODES})
"""What is wrong where the MPP server does not call Alipay+, or not for what was scanned."""
_NOT_BELIEVED: Final = frozenset({OUR_KEY, PUBLIC_URL})
"""What is wrong where nothing is seen to follow from our answer."""
_LATER: Final = 2
"""How many times the wallet's patience what comes too late is waited for."""
_AGAIN: Final = 2_000
"""Another amount makes another conversation, with codes of its own."""


class Conversing(Protocol):
    """What holds the conversations, as the connector to a wallet over HTTP does."""

    @property
    def strays(self) -> Sequence[Stray]:
        """Messages that fitted no open conversation."""

    @property
    def public_url(self) -> str:
        """Where the wallet finds us."""

    async def converse(self, scenario: Scenario) -> Trace:
        """Hold a conversation to its end."""

    async def heard_late(self, scenario: Scenario, seconds: float) -> Trace | None:
        """The conversation with what came after its end, if anything does within the seconds."""


def stopped(code: str) -> Scenario:
    """A payment in which no money moves: the client SDK is to act."""
    return one("doctor", Payment(code=code, answer=handle_by_sdk("F")))


def to_pay(code: str) -> Scenario:
    """A payment that is left to the MPP, of the smallest amount."""
    return one("doctor-pays", Payment(code=code, amount=SMALLEST, answer=handle_by_psp()))


def codes_of(wallet: Wallet) -> list[str]:
    """The kinds of code that the wallet claims."""
    claimed = {ORDER: wallet.features.order_code, ENTRY: wallet.features.entry_code}
    return [code for code, is_claimed in claimed.items() if is_claimed]


def live(wallet: Wallet, *, believed: bool | None = None, pay: bool = False) -> list[Finding]:
    """What conversations with the wallet tell about its file; without ``pay`` no money moves in any of them.

    One for each kind of code that it claims, until something is wrong; each takes up to the wallet's patience, and
    longer where nothing comes. ``believed``: whether the MPP server was seen to believe our signature.
    """

    async def held() -> list[Finding]:
        async with _connector(wallet, None if wallet.reach.device else wallet.reach.adaptor) as connector:
            return await examined(wallet, connector, believed=believed, pay=pay)

    try:
        return asyncio.run(held())
    except BrowserError as problem:
        return [Finding.wrong(BROWSER, f"a page at {wallet.reach.browser}", str(problem), _NO_PAGE)]


def preflight(wallet: Wallet, adaptor: str) -> list[Finding]:
    """What makes a run with the wallet at ``adaptor`` useless; nothing where a run can be judged."""

    async def held() -> list[Finding]:
        async with _connector(wallet, adaptor) as connector:
            return await why_useless(wallet, connector)

    return asyncio.run(held())


async def examined(
    wallet: Wallet, connector: Conversing, *, believed: bool | None = None, pay: bool = False
) -> list[Finding]:
    """What the doctor finds, each field once; what may be the MPP's own fault refuses nothing."""
    trial = _Trial(wallet, connector, believed=believed, may_pay=pay)
    found: list[Finding] = []
    for code in codes_of(wallet):
        told = [await trial.weighed(code, finding) for finding in await trial.told(stopped(code))]
        wrong = {finding.where for finding in told if not finding.ok}
        found = [finding for finding in found if finding.where not in wrong]
        found += [finding for finding in told if finding.where not in {known.where for known in found}]
        if any(finding.refuses for finding in told):
            return found
    return [*found, await trial.paid(codes_of(wallet)[0])] if pay else found


async def why_useless(wallet: Wallet, connector: Conversing) -> list[Finding]:
    """What is so wrong that a run would judge nothing, or accuse the MPP of what its file says.

    What the MPP may have done wrong itself is for a run to judge. Where it does not call Alipay+, or nothing is seen
    to follow from our answer, that is the file's fault only if it is so with another payment too.
    """
    trial = _Trial(wallet, connector, believed=None, may_pay=True)
    first = codes_of(wallet)[0]
    found = [await trial.weighed(first, finding) for finding in await trial.told(stopped(first))]
    return [finding for finding in found if finding.refuses]


@dataclass(frozen=True, slots=True)
class _Trial:
    """The wallet tried out. ``believed``: as for :func:`live`; ``may_pay``: money may move to find out.

    ``well``: the conversations in which the wallet has done what was awaited.
    """

    wallet: Wallet
    connector: Conversing
    believed: bool | None
    may_pay: bool
    well: set[Scenario] = field(default_factory=set)

    async def told(self, scenario: Scenario) -> list[Finding]:
        """What a conversation shows; one that was too slow is held once more."""
        try:
            trace, strays = await self._held(scenario)
        except UnreadableRequestError as problem:
            likely = (
                "an HTTP library, or a proxy, writes this header in a way that HTTP forbids or the suite cannot read"
            )
            return [Finding.wrong(LISTEN, "requests that can be read as HTTP/1.1", str(problem), likely)]
        found = self._read(trace, strays)
        if not _nothing_came(found):
            self.well.add(scenario)
            return found
        late = await self.connector.heard_late(scenario, self.wallet.reach.patience * _LATER)
        if late is None or _nothing_came(self._read(late, strays)):
            return found
        payment = replace(scenario.payments[0], amount=_AGAIN)
        again = self._read(*await self._held(replace(scenario, payments=(payment,))))
        ready = not _nothing_came(again)
        return [*(again if ready else []), _cold(self.wallet, late, ready=ready)]

    async def _held(self, scenario: Scenario) -> tuple[Trace, list[Stray]]:
        known = len(self.connector.strays)
        trace = await self.connector.converse(scenario)
        return trace, [stray for stray in self.connector.strays[known:] if stray.late is None]

    def _read(self, trace: Trace, strays: Sequence[Stray]) -> list[Finding]:
        return diagnose(self.wallet, trace, strays, self.connector.public_url)

    async def weighed(self, code: str, finding: Finding) -> Finding:
        """What was found with a kind of code, in the light of another payment where that says more."""
        if not finding.refuses:
            return finding
        others = [stopped(other) for other in codes_of(self.wallet) if other != code]
        if finding.where in _NOT_CALLED:
            return await self._alike(finding, _NOT_CALLED, others)
        if finding.where in _NOT_BELIEVED:
            return await self._unbelieved(finding, others, to_pay(code))
        return finding

    async def _unbelieved(self, finding: Finding, others: list[Scenario], payment: Scenario) -> Finding:
        finding = await self._alike(finding, _NOT_BELIEVED | _NOT_CALLED, others)
        if self.may_pay:
            return await self._alike(finding, _NOT_BELIEVED, [payment])
        # Only an answer to our inquiry, or a payment, tells an MPP that was never upgraded from a key that is not ours.
        known = finding.where != OUR_KEY or self.believed is False
        return finding if known or finding.ok else replace(finding, judged=True)

    async def _alike(self, finding: Finding, alike: frozenset[str], scenarios: list[Scenario]) -> Finding:
        """The finding, as long as every other payment shows the like; else it may well be the MPP's own fault."""
        for scenario in scenarios if finding.refuses else []:
            if scenario in self.well:
                return replace(finding, judged=True)
            wrong = [other for other in await self.told(scenario) if other.where in alike and not other.ok]
            if not wrong:
                return replace(finding, judged=True)
            if (finding.where, wrong[0].where) == (PUBLIC_URL, OUR_KEY):
                finding = wrong[0]  # something was reported there
        return finding

    async def paid(self, code: str) -> Finding:
        """Whether a payment of the first customer succeeds."""
        trace = await self.connector.converse(to_pay(code))
        amount = f"{SMALLEST / 100:.2f} CNY"
        if trace.paid():
            return Finding(FUNDED_CUSTOMER, ok=True, text=f"this customer can pay: {amount} were paid")
        results = NotifyPayment | ServerAnswer | ResultPage
        told = dict.fromkeys(event.message.name for event in trace.of(0) if isinstance(event.message, results))
        likely = (
            "your MPP server does not know this customer, or the customer has no money; or the adaptor shows the "
            f"cashier page but does not confirm it; or your MPP does nothing on {HANDLE_BY_PSP}"
        )
        seen = f"no success ({', '.join(told) or 'no result at all'})"
        return Finding.wrong(FUNDED_CUSTOMER, f"a payment of {amount} by this customer to succeed", seen, likely)


def _nothing_came(found: list[Finding]) -> bool:
    """Whether what was awaited of the wallet has not come."""
    return any(finding.refuses and finding.where in _NOT_CALLED | _NOT_BELIEVED for finding in found)


def _cold(wallet: Wallet, late: Trace, *, ready: bool) -> Finding:
    """What came too late, and whether the next conversation went well."""
    event = late.events[len(late.events) - late.late]
    seen = f"{event.message.name} {event.at:.1f} s after the scan"
    expected = f"an answer to the scan within {wallet.reach.patience:g} s"
    once = "; the next scan went well: the test build had just been started, and its first call is slow"
    likely = "your test build needs more time" + (once if ready else ": write a higher value here")
    return Finding.wrong(PATIENCE, expected, seen, likely, judged=ready)


def _connector(wallet: Wallet, adaptor: str | None) -> HttpConnector:
    run = f"doctor-{uuid4().hex}"
    if adaptor is None and wallet.reach.browser:
        return InBrowserConnector(wallet, wallet.profile, run=run, keep=lambda *_: None)
    return HttpConnector(wallet, wallet.profile, run=run, adaptor=adaptor)
