"""A web wallet whose page the suite opens in Chromium, and pictures at the end of each conversation."""

from collections.abc import Callable
from typing import Self

from mpp_conformance.evidence.pictures import NOTE, name_of
from mpp_conformance.judging.trace import Trace
from mpp_conformance.scenarios.scenario import Profile, Scenario
from mpp_conformance.transport.chromium import Chromium, opened
from mpp_conformance.transport.connectors.http import HttpConnector
from mpp_conformance.wallet import Wallet


class InBrowserConnector(HttpConnector):
    """Conversations with the page at ``[reach] browser``, one at a time; ``keep`` is given pictures and their names."""

    _page: Chromium

    def __init__(self, wallet: Wallet, profile: Profile, *, run: str, keep: Callable[[str, bytes], object]) -> None:
        super().__init__(wallet, profile, run=run)
        self._keep = keep

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        try:
            self._page = await self._exits.enter_async_context(opened(self._reach.browser or ""))
        except BaseException:
            await self._exits.aclose()
            raise
        return self

    async def converse(
        self,
        scenario: Scenario,
        at_rest: Callable[[], None] = lambda: None,  # noqa: ARG002  # the next one would change the page
        *,
        leave: Callable[[], None] | None = None,  # noqa: ARG002  # likewise
        turn: str = "",
    ) -> Trace:
        """Hold one conversation to its end, and keep a picture of the page, beside the last scan."""
        trace = await super().converse(scenario, turn=turn)
        data = await self._page.picture()
        name = name_of(data)
        held = self._ended(trace)
        last = max(event.payment for event in trace.events)
        self._keep(name, data)
        held.world.noted_at_scan(last, (NOTE, name))
        return self._noted(trace)
